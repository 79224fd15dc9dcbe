"""The paper room: files in, redacted pages out. Knows no Flask, no database and no case; works stand-alone.

A file is recognised (`kinds`), turned into a PDF with a list of what was hidden in it (`convert`), read into pages of
words with positions (`text`, `ocr`), searched for people and identifiers (`names`, `identifiers`, `detect`), rebuilt
without what was decided to go (`remove`), and read again to prove it (`verify`). Records that start as data are
redacted as text and typeset (`render`); `assemble` joins the parts of a pack.
"""
