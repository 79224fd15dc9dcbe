"""Looking for withheld strings in everything of a finished PDF that is no page's text: each object and stream.

Properties, annotations, fields, bookmarks, scripts, attachments, pictures that no page shows, and what an earlier
saving left behind. The pages are searched in `verify_pages`; the strings are spelt out by `verify_strings`.
"""

import io
import mmap
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from sar_service.domain.errors import Refused

from . import ocr as reader
from .pages import Limits
from .verify_match import Matcher
from .verify_strings import MOST, outside_streams, shown, spell, streams, texts

REVISIONS = 20
DEPTH = 4  # files in files
FRAMES = 50  # of one attached picture
SMALLEST = 24  # pixels
SKIPPED = ("/XRef", "/ObjStm")
Place = tuple[str, str, int | None]  # where, how, page number


def file_in_child(pdf: str, strings: list[str], limits: Iterable[int], ocr: bool) -> Iterator[list[Any]]:
    """Search the whole file; yields number of the string, where, how and page number for each place found."""
    matcher = Matcher(strings)
    most = Limits(*limits)
    told: set[tuple[int, str]] = set()
    for number, (where, how, page) in _file(Path(pdf), matcher, most, ocr=ocr, depth=0):
        if (number, where) not in told:
            told.add((number, where))
            yield [number, where, how, page]


def _file(path: Path, matcher: Matcher, most: Limits, *, ocr: bool, depth: int) -> Iterator[tuple[int, Place]]:
    yield from _poppler(path, matcher)
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            yield from _objects(pdf, matcher, most, ocr=ocr, depth=depth)
            locked = pdf.is_encrypted
            count = len(pdf.objects)
    except pikepdf.PasswordError:
        raise Refused("it needs a password to open") from None
    except (pikepdf.PdfError, RuntimeError):
        raise Refused("it is broken: it cannot be opened as a PDF") from None
    if not locked:
        yield from _raw(path, matcher, count)


def _poppler(path: Path, matcher: Matcher) -> Iterator[tuple[int, Place]]:
    """The text layer as a second reader, independent of PDFium, sees it."""
    try:
        process = subprocess.Popen(
            ["pdftotext", "-q", "-enc", "UTF-8", str(path), "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise Refused("the program pdftotext (poppler-utils) is not installed: nothing can be proved") from None
    assert process.stdout is not None
    page, held = 1, b""
    with process:
        while chunk := process.stdout.read(1 << 16):
            *whole, held = (held + chunk).split(b"\f")
            for text in whole:
                for needle in matcher.found(text.decode("utf-8", "replace")):
                    yield needle.number, (f"page {page}, text layer", "text", page)
                page += 1


def _objects(
    pdf: pikepdf.Pdf, matcher: Matcher, most: Limits, *, ocr: bool, depth: int, prefix: str = ""
) -> Iterator[tuple[int, Place]]:
    places = _places(pdf)
    drawn = _drawn(pdf) if ocr else set()
    attachments = 0
    for number, item in enumerate(pdf.objects, start=1):
        if isinstance(item, pikepdf.Stream) and str(item.get("/Type", "")) in SKIPPED:
            continue
        where, how, page = places.get(getattr(item, "objgen", (0, 0))) or _kind(item, number)
        strings = list(spell(item))
        if isinstance(item, pikepdf.Dictionary) and how == "metadata":
            for key, value in item.items():
                for needle in matcher.found("\n".join(spell(value))):
                    yield needle.number, (f"{prefix}metadata: {key[1:]}", how, None)
        else:
            for needle in matcher.found("\n".join(strings)):
                yield needle.number, (prefix + where, how, page)
        if not isinstance(item, pikepdf.Stream):
            continue
        if str(item.get("/Type", "")) == "/EmbeddedFile":
            attachments += 1
            name = f"{prefix}attachment {attachments}"
            yield from _attachment(_read(item), name, matcher, most, ocr=ocr, depth=depth)
        elif str(item.get("/Subtype", "")) == "/Image":
            for text in _beside_pixels(item):
                for needle in matcher.found(text):
                    yield needle.number, (prefix + where, "object", page)
            if ocr and item.objgen not in drawn:
                for found in _pictured(item, matcher):
                    yield found, (f"{prefix}{where} that no page shows", "ocr", page)
        elif not _program(item):
            for text in texts(_read(item)):
                for needle in matcher.found(text):
                    yield needle.number, (prefix + where, how, page)


def _places(pdf: pikepdf.Pdf) -> dict[tuple[int, int], Place]:
    """What a person would call the objects that are known by where they hang."""
    places: dict[tuple[int, int], Place] = {}

    def name(item: Any, place: Place) -> None:
        if getattr(item, "is_indirect", False):
            places.setdefault(item.objgen, place)

    name(pdf.trailer.get("/Info"), ("metadata", "metadata", None))
    name(pdf.Root.get("/Metadata"), ("metadata: XMP", "metadata", None))
    for number, page in enumerate(pdf.pages, start=1):
        name(page.obj, (f"page {number}", "object", number))
        contents = page.obj.get("/Contents")
        for part in list(contents) if isinstance(contents, pikepdf.Array) else [contents]:
            name(part, (f"page {number}, drawing orders", "object", number))
        name(page.obj.get("/Thumb"), (f"page {number}, preview picture", "object", number))
        annotations = page.obj.get("/Annots")
        for part in annotations if isinstance(annotations, pikepdf.Array) else ():
            field = isinstance(part, pikepdf.Dictionary) and part.get("/Subtype") == pikepdf.Name.Widget
            name(part, (f"page {number}, {'form field' if field else 'annotation'}", "annotation", number))
    return places


def _kind(item: Any, number: int) -> Place:
    """What a person would call an object that is known only by what is in it."""
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        keys = item.keys()
        kind = str(item.get("/Type", ""))
        if kind == "/Metadata":
            return "metadata: XMP", "metadata", None
        if "/FT" in keys:
            return "form field", "annotation", None
        if "/Title" in keys and ("/Parent" in keys or "/Dest" in keys or "/A" in keys):
            return "bookmark", "object", None
        if kind in ("/Filespec", "/F") or "/EF" in keys:
            return "attachment's name", "attachment", None
        if "/JS" in keys or str(item.get("/S", "")) == "/JavaScript":
            return "script", "object", None
        if "/Alt" in keys or "/ActualText" in keys or kind == "/StructElem":
            return "structure tree", "object", None
        if kind == "/Annot":
            return "annotation", "annotation", None
        if str(item.get("/Subtype", "")) == "/Image":
            return f"picture (object {number})", "object", None
        if str(item.get("/Subtype", "")) == "/Form":
            return f"drawing (object {number})", "object", None
    return f"object {number}", "object", None


def _read(stream: pikepdf.Stream) -> bytes:
    """A stream unpacked as far as it can be, or as it is."""
    try:
        return bytes(stream.read_bytes())[:MOST]
    except (pikepdf.PdfError, RuntimeError):
        return bytes(stream.read_raw_bytes())[:MOST]


def _program(stream: pikepdf.Stream) -> bool:
    """A font program or colour profile, known by what only they have."""
    return (
        "/Length1" in stream
        or str(stream.get("/Subtype", ""))
        in (
            "/Type1C",
            "/CIDFontType0C",
            "/OpenType",
        )
        or ("/N" in stream and "/Alternate" in stream)
    )


def _beside_pixels(image: pikepdf.Stream) -> Iterator[str]:
    """The text in an image's bytes that is no pixel: comments, camera data, what follows the end."""
    raw = bytes(image.read_raw_bytes())
    if raw[:2] == b"\xff\xd8":
        start = raw.find(b"\xff\xda")
        end = raw.rfind(b"\xff\xd9")
        for part in (raw[: max(0, start)], raw[end + 2 :] if end > 0 else b""):
            yield re.sub(r"[^\x20-\x7e\xa0-\xff]+", "\n", part.decode("latin-1"))
            yield re.sub(r"[^\x20-\x7e]+", "\n", part.replace(b"\x00", b"").decode("latin-1"))
    elif "/Filter" in image and str(image.get("/Filter")) == "/FlateDecode":
        data = _read(image)
        try:
            parts = {"/DeviceRGB": 3, "/DeviceCMYK": 4}.get(str(image.get("/ColorSpace", "")), 1)
            row = (int(image.Width) * int(image.get("/BitsPerComponent", 1)) * parts + 7) // 8
            needed = row * int(image.Height)
        except (AttributeError, TypeError, ValueError):
            return
        if len(data) > needed * 4:  # more than any colour space could need: something was hung on
            yield from texts(data[needed:])


def _drawn(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """The pictures that pages draw, directly or through forms: these are read with their page."""
    drawn: set[tuple[int, int]] = set()
    walked: set[tuple[int, int]] = set()

    def walk(resources: Any, depth: int) -> None:
        if not isinstance(resources, pikepdf.Dictionary) or depth > 8:
            return
        for item in dict(resources.get("/XObject", {})).values():
            if isinstance(item, pikepdf.Stream) and item.objgen not in walked:
                walked.add(item.objgen)
                if str(item.get("/Subtype", "")) == "/Image":
                    drawn.add(item.objgen)
                else:
                    walk(item.get("/Resources"), depth + 1)

    for page in pdf.pages:
        walk(page.resources, 0)
    return drawn


def _pictured(image: pikepdf.Stream, matcher: Matcher) -> list[int]:
    """The strings that OCR finds in a picture which no page shows, such as a preview or a mask."""
    try:
        if int(image.Width) * int(image.Height) > reader.PIXELS:
            return []
        picture: Image.Image = pikepdf.PdfImage(image).as_pil_image().convert("L")
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, OSError, NotImplementedError, AttributeError):
        return []
    if max(picture.size) < SMALLEST:
        return []
    if max(picture.size) < 800:
        picture = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.LANCZOS)
    text = " ".join(word.text for word in reader.read(picture))
    return [needle.number for needle in [*matcher.found(text), *matcher.nearly(text)]]


def _attachment(
    data: bytes, name: str, matcher: Matcher, most: Limits, *, ocr: bool, depth: int
) -> Iterator[tuple[int, Place]]:
    """A file in the file: a PDF as this one, an archive by its members, anything else as text."""
    if depth >= DEPTH:
        raise Refused(f"it holds files in files more than {DEPTH} deep")
    if data[:1024].find(b"%PDF-") >= 0:
        with tempfile.TemporaryDirectory(prefix="sar-verify-") as scratch:
            inner = Path(scratch) / "inner.pdf"
            inner.write_bytes(data)
            for number, (where, _how, _page) in _file(inner, matcher, most, ocr=ocr, depth=depth + 1):
                yield number, (f"{name}: {where}", "attachment", None)
        return
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()[: most.members]
            if sum(member.file_size for member in members) > most.unpacked:
                raise Refused("a file in it unpacks to more than is allowed")
            for needle in matcher.found("\n".join(archive.namelist())):
                yield needle.number, (name, "attachment", None)
            for member in members:
                if not member.flag_bits & 1:
                    yield from _attachment(archive.read(member), name, matcher, most, ocr=ocr, depth=depth + 1)
        return
    readings = [*texts(data), *(_attached_pictures(data) if ocr else ())]
    found = {needle.number for text in readings for needle in matcher.found(text)}
    for number in sorted(found):
        yield number, (name, "attachment", None)


def _attached_pictures(data: bytes) -> Iterator[str]:
    """What OCR reads in an attached picture, every page of it; nothing where it is no picture that opens."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")) as picture:
            for frame in range(min(getattr(picture, "n_frames", 1), FRAMES)):
                picture.seek(frame)
                if picture.width * picture.height <= reader.PIXELS and max(picture.size) >= SMALLEST:
                    yield " ".join(word.text for word in reader.read(picture.convert("L")))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return


def _raw(path: Path, matcher: Matcher, count: int) -> Iterator[tuple[int, Place]]:
    """What the file's bytes hold besides the objects in use, and what each earlier saving showed."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield from _bytes(data, matcher, count)


def _bytes(data: Any, matcher: Matcher, count: int) -> Iterator[tuple[int, Place]]:
    ends = [match.end() for match in re.finditer(rb"%%EOF", data)]
    written = sum(1 for _match in re.finditer(rb"\d+\s+\d+\s+obj\b", data))
    outside = outside_streams(data)
    if len(ends) > 1 or written > count:
        for part in chain([outside], streams(data)):
            found = {n.number for text in (*texts(part), shown(part)) for n in matcher.found(text)}
            for number in sorted(found):
                yield number, ("left over in the file's bytes", "earlier revision", None)
    else:
        for needle in matcher.found(outside.decode("latin-1")):
            yield needle.number, ("the file's bytes", "object", None)
    for revision, end in enumerate(ends[:-1][-REVISIONS:], start=1):
        for number in _revision(data[:end], matcher):
            yield number, (f"earlier revision {revision}", "earlier revision", None)


def _revision(data: bytes, matcher: Matcher) -> list[int]:
    """The strings in the text of the pages as an earlier saving showed them."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return []
    found: set[int] = set()
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            continue
        text_page = page.get_textpage()
        found.update(needle.number for needle in matcher.found(text_page.get_text_range()))
        text_page.close()
        page.close()
    document.close()
    return sorted(found)
