"""Enough text of a file to search it by: plain text, CSV, HTML, e-mail, Word, Excel, OpenDocument and PDF.

This is for finding files, not for showing or redacting them: a service that can read more (scans, above all)
hands in its own reader. Every limit stands before the parser.
"""

import email
import email.policy
import html
import io
import re
import shutil
import subprocess
import zipfile
import zlib
from email.message import EmailMessage
from typing import BinaryIO

VERSION = "folder-text/1"
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(
    r"</?(?:w:p|w:br|w:tab|text:p|text:h|row|c|si|a:p|p|br|div|tr|td|th|li|h\d)\b[^>]*>", re.IGNORECASE
)
_PLAIN = frozenset({"txt", "text", "csv", "tsv", "md", "log", "json", "xml", "yaml", "yml", "rtf", "ics", "vcf"})
_MARKED = frozenset({"html", "htm", "xhtml"})
_ZIPPED = {
    "docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml\Z"),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/sheet\d+|comments\d*)\.xml\Z"),
    "pptx": re.compile(r"ppt/(slides|notesSlides)/[^/]+\.xml\Z"),
    "odt": re.compile(r"content\.xml\Z"),
    "ods": re.compile(r"content\.xml\Z"),
}
_UNZIPPED = 100_000_000
_DEPTH = 6


class Unreadable(ValueError):
    """The text of a file cannot be read; the message says why and names nobody."""


def text_of(stream: BinaryIO, name: str, *, seconds: int = 60) -> str:
    """The text of an open file, by the ending of its name. Raises Unreadable with the reason when there is
    none."""
    ending = name.rpartition(".")[2].lower()
    try:
        if ending in _PLAIN:
            return _decoded(stream.read())
        if ending in _MARKED:
            return stripped(_decoded(stream.read()))
        if ending == "eml":
            return _mail(email.message_from_binary_file(stream, policy=email.policy.default), 0)
        if ending in _ZIPPED:
            return _zipped(stream, _ZIPPED[ending])
        if ending == "pdf":
            return _pdf(stream, seconds)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable("The file is damaged or protected by a password, so its text was not read.") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError):
        raise Unreadable("The file is not in the form that its name says, so its text was not read.") from None
    raise Unreadable(f"Files ending in .{ending[:12]} cannot be searched by their text.")


def stripped(marked: str) -> str:
    """Text without its mark-up, with a space wherever a paragraph or cell ended."""
    return html.unescape(_MARKUP.sub("", _BREAKS.sub(" \n", marked)))


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _mail(message: EmailMessage, depth: int) -> str:
    if depth > _DEPTH:
        return ""
    parts = [f"{name}: {message[name]}" for name in ("From", "To", "Cc", "Subject", "Date") if message[name]]
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"}:
            raw = part.get_payload(decode=True)
            text = _decoded(raw) if isinstance(raw, bytes) else ""
            parts.append(stripped(text) if kind == "text/html" else text)
        elif part.get_filename():
            parts.append(_attached(part))
    return "\n".join(parts)


def _attached(part: EmailMessage) -> str:

    name = part.get_filename() or ""
    raw = part.get_payload(decode=True)
    try:
        return f"{name}\n{text_of(io.BytesIO(raw), name)}" if isinstance(raw, bytes) else name
    except Unreadable:
        return name


def _zipped(stream: BinaryIO, wanted: re.Pattern[str]) -> str:
    parts, left = [], _UNZIPPED
    with zipfile.ZipFile(stream) as archive:
        members = [each for each in archive.infolist() if wanted.match(each.filename)]
        if not members:
            raise Unreadable("The file is not in the form that its name says, so its text was not read.")
        for member in members:
            with archive.open(member) as inner:
                raw = inner.read(left + 1)
            left -= len(raw)
            if left < 0:
                raise Unreadable("The file unpacks to more than can be searched, so its text was not read.")
            parts.append(stripped(_decoded(raw)))
    return "\n".join(parts)


def _pdf(stream: BinaryIO, seconds: int) -> str:
    # A process of its own: a PDF made to break its reader breaks only that.
    program = shutil.which("pdftotext")
    if program is None:
        raise Unreadable("There is no reader for PDF files here, so its text was not read.")
    try:
        done = subprocess.run(
            [program, "-q", "-enc", "UTF-8", "-", "-"],
            stdin=stream,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("Reading the text of the PDF took too long.") from None
    if done.returncode != 0:
        raise Unreadable("The PDF is damaged or protected by a password, so its text was not read.")
    text = done.stdout.decode("utf-8", "replace")
    if not text.strip():
        raise Unreadable("The PDF has no text (it may be a scan), so it cannot be searched by its words.")
    return text
