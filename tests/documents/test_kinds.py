"""A file is taken for what its content is, whatever it is called, and a refusal names it and says what to do."""

import io
import zipfile
from pathlib import Path

import pytest

from sar_service.documents.kinds import READABLE, ZIP_ENTRIES, recognise, require
from sar_service.documents.kinds_text import decode
from sar_service.domain.errors import Refused


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("TYPES", "[Content_Types].xml"), text)
    return out.getvalue()


def compound(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + b"".join(name.encode("utf-16-le") for name in names)


@pytest.fixture
def put(tmp_path: Path):
    def make(content: bytes, name: str = "file.bin") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"junk first\n%PDF-1.4\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "jpeg"),
        (b"II*\0" + b"\0" * 20, "tiff"),
        (b"MM\0*" + b"\0" * 20, "tiff"),
        (b"GIF89a" + b"\0" * 20, "gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (zipped(TYPES="<x/>", word__document="<x/>"), "docx"),
        (zipped(TYPES="<x/>", xl__workbook="<x/>"), "xlsx"),
        (zipped(notes="plain"), "zip"),
        (b"From: a@example.org\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nText", "eml"),
        (b"From sender@example.org Mon Jan  1 10:00:00 2024\nFrom: a@b.c\nSubject: x\n\nText", "eml"),
        (b"<!DOCTYPE html><html><body><p>Hello</p></body></html>", "html"),
        (b"name,born\nAnn,2001\nBob,2002\nCy,2003\n", "csv"),
        (b"Dear all,\n\nThe visit went well, and we agreed the plan.\n", "txt"),
    ],
)
def test_content_decides_and_not_the_name(put, content: bytes, kind: str) -> None:
    found = recognise(put(content), name="misleading.pdf" if kind != "pdf" else "misleading.docx")
    assert (found.kind, found.refusal) == (kind, "")
    assert kind in READABLE


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (compound("WordDocument"), "Word 97"),
        (compound("Workbook"), "Excel 97"),
        (compound("PowerPoint Document"), "PowerPoint 97"),
        (compound("__substg1.0_0037001F"), "Outlook message"),
        (compound("EncryptedPackage"), "password"),
        (zipped(TYPES="<x/>", ppt__presentation="<x/>"), "PowerPoint"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "OpenDocument"),
        (b"{\\rtf1 text}", "rich text"),
        (b"!BDN" + b"\0" * 40, "Outlook data"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 20, "HEIC"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 20, "7-Zip"),
        (b"MZ\x90\0" + b"\0" * 80, "program"),
        (b"ID3\x03" + b"\0" * 20, "recording"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "drawing"),
        (b"From a@b Mon\nFrom: a@b\nSubject: 1\n\nx\n\nFrom c@d Tue\nFrom: c@d\n\ny\n", "mailbox"),
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (bytes(range(256)) * 20, "not text"),
        (b"PK\x03\x04" + b"\0" * 60, "cut off"),
    ],
)
def test_a_refusal_names_the_kind(put, content: bytes, word: str) -> None:
    path = put(content)
    with pytest.raises(Refused, match=word):
        require(path, name="anything.docx")


def test_a_word_file_cut_in_half_is_broken_and_not_text(put) -> None:
    whole = zipped(TYPES="<x/>", word__document="<w>" + "text " * 500 + "</w>")
    assert recognise(put(whole[: len(whole) // 2])).kind == "broken"


def test_an_archive_that_lists_too_many_files_is_not_opened(put) -> None:
    end = b"PK\x05\x06\0\0\0\0" + (0xFFFE).to_bytes(2, "little") * 2 + b"\0" * 10
    found = recognise(put(b"PK\x03\x04" + b"\0" * 40 + end))
    assert found.kind == "broken"
    assert str(ZIP_ENTRIES) in found.refusal


def test_the_name_decides_only_between_kinds_of_text(put) -> None:
    listing = put(b"a,b\n1,2\n3,4\n5,6\n")
    assert recognise(listing, name="x.csv").kind == "csv"
    assert recognise(listing, name="x.txt").kind == "txt"
    typed = put(b"From: the duty desk\nTo: the team\n\nPlease call back.\n")
    assert recognise(typed, name="note.txt").kind == "txt"
    assert recognise(typed, name="note.eml").kind == "eml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_read_in_the_encodings_that_occur(encoding: str) -> None:
    text = "Zoë met Seán at the café – “all well”, 30 m² at £5, Mª José it´s\n" * 5
    assert decode(text.encode(encoding)) == text


def test_text_in_polish_and_arabic_is_kept() -> None:
    text = "Wanda Wiśniewska, مريم\n"
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Иванова Мария живёт здесь уже давно", "cp1251"),
        ("A long English letter that names Wiśniewski once.", "iso8859-2"),
        ("Zosia Pączek was there too.", "cp1250"),
    ],
)
def test_a_legacy_encoding_of_another_language_is_refused_rather_than_guessed(text: str, encoding: str) -> None:
    with pytest.raises(Refused, match="UTF-8"):
        decode(text.encode(encoding))


def test_a_long_text_is_recognised_from_its_beginning(put) -> None:
    path = put(("Zoë wrote this line.\n" * 40_000).encode())
    assert recognise(path, name="long.txt").kind == "txt"
    path = put("żółw".encode() * 40_000)
    assert recognise(path, name="one line.txt").kind == "txt"
