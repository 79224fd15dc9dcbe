"""Plain text: its encoding, and which kind of text it is: prose, a table, a web page or a message.

The kinds that their first bytes give away are told apart in `kinds`.
"""

import codecs
import csv
import re
from pathlib import Path

from sar_service.domain.errors import Refused

UNKNOWN = "it is not a kind of file that is known, and its content is not text: save it as PDF, or look at it by hand"
FOREIGN = "it is text in an encoding that is not known: save it as UTF-8"

# Signs that stand in no word as Windows-1252 has them, and are letters in the encodings of other languages: Polish
# read so is "Wi\xb6niewski", which nobody looks for and everybody can read.
_WITHIN = re.compile(r"[^\W\d_][\xa1-\xa9\xac\xae\xaf\xb1-\xb3\xb6\xb8\xb9\xbc-\xbf][^\W\d_]")
_HEADER = re.compile(r"([!-9;-~]{1,60}):(?:[ \t]|$)")
_MAIL_HEADERS = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "received",
        "return-path",
        "mime-version",
        "content-type",
        "message-id",
        "delivered-to",
        "reply-to",
        "sender",
        "x-mailer",
        "x-originating-ip",
        "content-transfer-encoding",
        "dkim-signature",
        "received-spf",
        "resent-from",
    ]
)
_MACHINE_HEADERS = frozenset(["received", "return-path", "mime-version", "content-type", "message-id", "delivered-to"])
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1c-\x1f\x7f\ufffd]")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:p|div|table|tr|td|span|br|h[1-6]|ul|li|a|b|i|strong|em|font)\b[^<>]{0,500}>", re.IGNORECASE)


def decode(raw: bytes) -> str:
    """Text from bytes: a byte order mark, else UTF-8, else UTF-16 by its shape, else Windows-1252.

    Raises Refused where the result would not be text that a person could read.
    """
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        candidates = ["utf-32"]
    elif raw.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        sample = raw[:4096]
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        half = max(1, len(sample) // 2)
        if odd > 0.4 * half and even < 0.05 * half:
            candidates = ["utf-16-le"]
        elif even > 0.4 * half and odd < 0.05 * half:
            candidates = ["utf-16-be"]
        else:
            candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        _require_readable(text, legacy=encoding == "cp1252")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Refused(UNKNOWN)


def _require_readable(text: str, *, legacy: bool) -> None:
    strange = len(_CONTROLS.findall(text))
    if strange > max(2, len(text) // 200):
        raise Refused(UNKNOWN)
    if legacy:
        letters = [char for char in text[:100_000] if char > "\x7f" or char.isalpha()]
        if sum(char > "\x7f" for char in letters) > 0.4 * max(1, len(letters)):
            raise Refused(FOREIGN)
        if _WITHIN.search(text):
            raise Refused(FOREIGN)


def text_kind(head: bytes, *, name: str, whole: bool) -> str:
    """The kind of a text that begins with `head`; `whole` says that this is all of it.

    One of "txt", "csv", "html", "eml", "mbox", "svg" or "empty". Raises Refused where it is no text at all.
    """
    text = decode(head if whole else _whole_characters(head))
    suffix = Path(name).suffix.lower()
    if not text.strip():
        return "empty"
    start = text.lstrip("\ufeff \t\n")
    if start.startswith("From ") and _is_mail(start.partition("\n")[2], ".eml"):
        return "mbox" if re.search(r"\n\nFrom \S+[^\n]*\n[!-9;-~]+:", text) else "eml"
    if re.match(r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", start, re.DOTALL):
        return "svg"
    if _is_mail(start, suffix):
        return "eml"
    if _HTML.search(start[:5000]) and start.startswith("<"):
        return "html"
    if len(_TAGS.findall(start)) >= 4 and (start.startswith("<") or suffix in (".html", ".htm")):
        return "html"
    if suffix in (".html", ".htm", ".xhtml") and "<" in start:
        return "html"
    if suffix in (".csv", ".tsv") or (suffix != ".txt" and _is_table(text)):
        return "csv"
    return "txt"


def _whole_characters(head: bytes) -> bytes:
    """The first part of a long file, cut where no character is split: at the last line feed in it."""
    cut = head.rfind(b"\n")
    if cut < len(head) // 2:
        cut = len(head) - len(head) % 4
        while cut > 0 and cut < len(head) and head[cut] & 0xC0 == 0x80:
            cut -= 1
    elif head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in head[:200]:
        cut -= cut % 4
    return head[:cut]


def _is_mail(text: str, suffix: str) -> bool:
    """True where the file opens with message headers as RFC 5322 section 2.2 writes them."""
    seen = set()
    for line in text.split("\n", 200)[:200]:
        if not line.strip():
            break
        if line[0] in " \t":
            continue
        header = _HEADER.match(line)
        if header is None:
            break
        seen.add(header[1].lower())
    known = seen & _MAIL_HEADERS
    if suffix in (".eml", ".mht", ".mhtml"):
        return bool(known)
    if suffix == ".txt":
        return len(known & _MACHINE_HEADERS) >= 2
    return len(known) >= 2 and bool(known & (_MACHINE_HEADERS | {"subject"}))


def _is_table(text: str) -> bool:
    """True where every line has the same number of cells, at least two, over at least three lines."""
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    if len(lines) < 3:
        return False
    for delimiter in ",;\t|":
        try:
            widths = {len(row) for row in csv.reader(lines[:-1] or lines, delimiter=delimiter)}
        except csv.Error:
            continue
        if len(widths) == 1 and widths.pop() >= 2:
            return True
    return False
