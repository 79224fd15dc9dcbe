"""What a file really is, by its content and structure and never by its name alone.

`recognise` answers with a kind and, where the machine cannot take that kind, a sentence that names it and
says what a person can do. The name only decides between kinds of plain text, which look alike. Reading is
in `convert`.
"""

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sar_service.documents.kinds_text import text_kind
from sar_service.domain.errors import Refused

READABLE = frozenset(
    [
        "pdf",
        "png",
        "jpeg",
        "tiff",
        "gif",
        "bmp",
        "webp",
        "docx",
        "xlsx",
        "eml",
        "zip",
        "html",
        "csv",
        "txt",
    ]  # everything `convert` has a reader for
)
PICTURES = frozenset(["png", "jpeg", "tiff", "gif", "bmp", "webp"])

ZIP_ENTRIES = 10_000  # an office file has dozens; more is an attack or an archive that a person must split
ZIP_DIRECTORY = 4 * 1024 * 1024
HEAD = 64 * 1024

BY_HAND = "look at it and answer for it by hand"

NOT_HANDLED = {
    "doc": "a Word 97-2003 file (.doc): save it as .docx or PDF, or {by_hand}",
    "xls": "an Excel 97-2003 file (.xls): save it as .xlsx or PDF, or {by_hand}",
    "ppt": "a PowerPoint 97-2003 file (.ppt): save it as PDF, or {by_hand}",
    "pptx": "a PowerPoint file (.pptx): save it as PDF, or {by_hand}",
    "msg": "an Outlook message (.msg): save it from the mail program as .eml, or {by_hand}",
    "ole": "an old Office file of a kind that is not known: save it as PDF, or {by_hand}",
    "odt": "an OpenDocument text (.odt): save it as .docx or PDF, or {by_hand}",
    "ods": "an OpenDocument spreadsheet (.ods): save it as .xlsx or PDF, or {by_hand}",
    "odp": "an OpenDocument presentation (.odp): save it as PDF, or {by_hand}",
    "xlsb": "a binary Excel file (.xlsb): save it as .xlsx, or {by_hand}",
    "epub": "an electronic book (.epub): print it to PDF, or {by_hand}",
    "rtf": "a rich text file (.rtf): save it as .docx or PDF, or {by_hand}",
    "mbox": "a mailbox of several messages (.mbox): save the messages one by one as .eml, or {by_hand}",
    "pst": "an Outlook data file (.pst): save the messages in it as .eml, or {by_hand}",
    "heic": "a HEIC or AVIF photograph: save it as JPEG, or {by_hand}",
    "svg": "a drawing (.svg): save it as PDF or PNG, or {by_hand}",
    "emf": "a Windows metafile picture: save it as PNG, or {by_hand}",
    "7z": "a 7-Zip archive: unpack it and put the files in one by one, or {by_hand}",
    "rar": "a RAR archive: unpack it and put the files in one by one, or {by_hand}",
    "gzip": "a compressed file (.gz): unpack it first, or {by_hand}",
    "tar": "a tar archive: unpack it and put the files in one by one, or {by_hand}",
    "access": "a database file: export its tables as .xlsx or .csv, or {by_hand}",
    "audio": "a sound recording: listen to it and answer for it by hand",
    "video": "a video: watch it and answer for it by hand",
    "program": "a program, not a document: do not open it; tell whoever sent it",
    "postscript": "a PostScript file: save it as PDF, or {by_hand}",
}

NEEDS_PASSWORD = "it needs a password to open: ask its owner for a copy without one"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Recognised:
    """`kind` is a short word ("docx", "eml"); `refusal` is empty where `convert` can read the file."""

    kind: str
    refusal: str = ""


def recognise(path: Path, *, name: str = "") -> Recognised:
    """The kind of the file at `path`. `name` is what its sender called it.

    Never raises for anything the file holds: an empty, locked, cut-off or unknown file is an answer too,
    with the kind "empty", "encrypted", "broken" or "unknown" and the reason in `refusal`.
    """
    size = path.stat().st_size
    if size == 0:
        return Recognised("empty", "it is empty: it has no bytes at all")
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    kind = _by_signature(head)
    if kind in ("zip", "zip-broken"):
        return _inside_zip(path)
    if kind == "ole":
        return _inside_ole(path)
    if kind is None:
        return _as_text(head, name, whole=size <= HEAD)
    return _answer(kind)


def require(path: Path, *, name: str = "") -> str:
    """The kind, or `Refused` with the reason why the file at `path` cannot be read."""
    found = recognise(path, name=name)
    if found.refusal:
        raise Refused(found.refusal)
    return found.kind


def _answer(kind: str) -> Recognised:
    if kind in READABLE:
        return Recognised(kind)
    return Recognised(kind, "it is " + NOT_HANDLED[kind].format(by_hand=BY_HAND))


def _by_signature(head: bytes) -> str | None:
    """The kind that the first bytes give away, or None where the file may be plain text."""
    for kind, signature in (
        ("zip", b"PK\x03\x04"),
        ("zip", b"PK\x05\x06"),
        ("zip-broken", b"PK\x07\x08"),
        ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("jpeg", b"\xff\xd8\xff"),
        ("tiff", b"II*\x00"),
        ("tiff", b"MM\x00*"),
        ("tiff", b"II+\x00"),
        ("tiff", b"MM\x00+"),
        ("gif", b"GIF87a"),
        ("gif", b"GIF89a"),
        ("rtf", b"{\\rtf"),
        ("pst", b"!BDN"),
        ("7z", b"7z\xbc\xaf\x27\x1c"),
        ("rar", b"Rar!\x1a\x07"),
        ("gzip", b"\x1f\x8b"),
        ("audio", b"ID3"),
        ("audio", b"OggS"),
        ("audio", b"fLaC"),
        ("audio", b"#!AMR"),
        ("video", b"\x1aE\xdf\xa3"),
        ("access", b"\x00\x01\x00\x00Standard"),
        ("access", b"SQLite format 3\x00"),
        ("program", b"MZ\x90"),
        ("program", b"\x7fELF"),
        ("postscript", b"%!PS"),
        ("emf", b"\xd7\xcd\xc6\x9a"),
    ):
        if head.startswith(signature):
            return kind
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"BM") and head[14:18] in (b"\x28\0\0\0", b"\x0c\0\0\0", b"\x7c\0\0\0", b"\x6c\0\0\0"):
        return "bmp"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "audio", b"AVI ": "video"}.get(head[8:12])
    if head.startswith(b"\x01\0\0\0") and head[40:44] == b" EMF":
        return "emf"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (
            b"heic",
            b"heix",
            b"hevc",
            b"hevx",
            b"mif1",
            b"msf1",
            b"heim",
            b"heis",
            b"avif",
            b"avis",
        ):
            return "heic"
        return "audio" if brand.startswith(b"M4A") else "video"
    if len(head) > 262 and head[257:262] == b"ustar":
        return "tar"
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio"
    return None


def check_zip(path: Path) -> None:
    """Read how much a zip file's list of contents claims to hold before anything parses that list.

    Raises Refused where there is no list (the file is cut off) or it is longer than any honest file's.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Refused("it is cut off or broken: the list of its contents is missing; ask for the file again")
    entries, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail.rfind(b"PK\x06\x06", 0, at)
    if locator >= 0 and at - locator >= 56:
        entries = max(entries if entries != 0xFFFF else 0, *struct.unpack("<Q", tail[locator + 32 : locator + 40]))
        length = max(length if length != 0xFFFFFFFF else 0, *struct.unpack("<Q", tail[locator + 40 : locator + 48]))
    if entries > ZIP_ENTRIES or length > ZIP_DIRECTORY:
        raise Refused(f"it lists more than {ZIP_ENTRIES} files inside itself: unpack it and put them in by parts")


def _inside_zip(path: Path) -> Recognised:
    try:
        check_zip(path)
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()}
            locked = any(info.flag_bits & 0x1 for info in archive.infolist())
            declared = _declared(archive, names)
    except Refused as refusal:
        return Recognised("broken", str(refusal))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return Recognised("broken", "it is a zip or Office file that is broken: ask for the file again")
    if declared:
        if declared in ("odt", "ods", "odp") and locked:
            return Recognised("encrypted", NEEDS_PASSWORD)
        return _answer(declared)
    return Recognised("zip")


def _declared(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    """Which office kind a zip archive declares itself to be, if any."""
    if "mimetype" in names:
        with archive.open("mimetype") as stream:
            declared = stream.read(200).decode("ascii", "replace")
        for word, kind in (
            ("opendocument.text", "odt"),
            ("opendocument.spreadsheet", "ods"),
            ("opendocument.presentation", "odp"),
            ("epub", "epub"),
        ):
            if word in declared:
                return kind
    if "[Content_Types].xml" not in names:
        return None
    if any(name.startswith("word/") for name in names):
        return "docx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("ppt/") for name in names):
        return "pptx"
    with archive.open("[Content_Types].xml") as stream:
        types = stream.read(1024 * 1024)
    if b"wordprocessingml" in types:
        return "docx"
    if b"spreadsheetml" in types:
        return "xlsx"
    return "pptx" if b"presentationml" in types else None


def _inside_ole(path: Path) -> Recognised:
    """Old Office files share one container; the names in its directory tell them apart."""
    raw = path.read_bytes()
    for mark, kind in (
        ("EncryptedPackage", "encrypted"),
        ("__properties_version1.0", "msg"),
        ("__substg1.0_", "msg"),
        ("WordDocument", "doc"),
        ("PowerPoint Document", "ppt"),
        ("Workbook", "xls"),
    ):
        if mark.encode("utf-16-le") in raw:
            return Recognised(kind, NEEDS_PASSWORD) if kind == "encrypted" else _answer(kind)
    if "Book".encode("utf-16-le") + b"\0\0" in raw:
        return _answer("xls")
    return _answer("ole")


def _as_text(head: bytes, name: str, *, whole: bool) -> Recognised:
    try:
        kind = text_kind(head, name=name, whole=whole)
    except Refused as refusal:
        return Recognised("unknown", str(refusal))
    if kind == "empty":
        return Recognised("empty", "it is empty: it holds nothing but white space")
    return _answer(kind)
