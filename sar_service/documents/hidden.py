"""What a PDF holds that a reader does not see when looking at it or printing it.

None of it goes on: pages are rebuilt from their pictures. It is listed so that a person knows that it was there, and
can ask for it. Attachments as files of their own are taken out by the converter.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf

from . import sandbox
from .pages import Hidden, Limits
from .pdf import displayed, opened
from .text_words import layer
from .verify_strings import first_string

LONGEST = 4000  # characters of one entry
MOST = 2000  # entries
TINY = 2.5  # points: no reader sees letters so small
OUT = "left out"
PROPERTIES = {"/CreationDate", "/ModDate", "/Trapped"}
EACH = 3.0


def inspect(pdf: Path, *, limits: Limits | None = None) -> tuple[Hidden, ...]:
    """Everything hidden in a PDF, each with its place and what it says, in the order of the file.

    Found are metadata, attachments, scripts, notes and what they say, form values, layers that are off, text that
    is invisible, covered, tiny or off the page, earlier revisions, texts read instead of what is drawn, preview
    pictures and bookmarks. Raises Refused as `text.read_pages` does.
    """
    limits = limits or Limits()
    numbers = [getattr(limits, name) for name in Limits.__slots__]
    answers = sandbox.stream(inspect_in_child, pdf, numbers, limits=limits, reads=[pdf], each=EACH)
    found: dict[Hidden, None] = {}
    for where, what, text in answers:
        found.setdefault(Hidden(where=where, what=what, decision=OUT, text=text))
        if len(found) >= MOST:
            break
    return tuple(found)


def inspect_in_child(pdf: str, limits: Iterable[int]) -> Iterator[list[str]]:
    """What `inspect` runs in the sandbox."""
    path = Path(pdf)
    with opened(path, limits=Limits(*limits)) as document:
        try:
            with pikepdf.open(path, suppress_warnings=True) as file:
                for where, what, text in _file(file):
                    yield [where, what, _short(text)]
        except (pikepdf.PdfError, RuntimeError):
            yield ["file", "parts that cannot be read", ""]
        revisions = len(re.findall(rb"startxref", path.read_bytes())) - 1
        if revisions > 0 and not _linearised(path):
            yield ["file", "earlier revisions", f"{revisions}"]
        for index in range(len(document)):
            for what, text in _page_text(document, index):
                yield [f"page {index + 1}", what, _short(text)]


def _linearised(path: Path) -> bool:
    with path.open("rb") as file:
        return b"/Linearized" in file.read(2048)


def _short(text: str) -> str:
    plain = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
    return plain[:LONGEST]


def _page_text(document: Any, index: int) -> Iterator[tuple[str, str]]:
    page = displayed(document, index)
    own = layer(page)
    page.close()
    unseen = [piece for piece in own.pieces if not piece.seen]
    behind = [piece.text for piece in unseen if piece.inked]
    rest = [piece.text for piece in unseen if not piece.inked]
    tiny = [p.text for p in own.pieces if p.seen and min(p.box.bottom - p.box.top, p.box.right - p.box.left) < TINY]
    small = [text for text in tiny if len(text) > 2]
    if behind:
        yield "text behind the picture", " ".join(behind)
    if rest:
        yield "text that cannot be seen", " ".join(rest)
    if small:
        yield "text too small to be read", " ".join(small)


def _file(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str, str]]:
    yield from _metadata(pdf)
    for item in pdf.objects:
        for part in _parts(item, 0):
            yield from _object(part)
    yield from _layers(pdf)
    for number, page in enumerate(pdf.pages, start=1):
        where = f"page {number}"
        if "/Thumb" in page.obj:
            yield where, "preview picture", ""
        if "/PieceInfo" in page.obj:
            yield where, "data of another program", ""
        for text in _spoken(page):
            yield where, "text read instead of what is drawn", text
        annotations = page.obj.get("/Annots")
        for note in annotations if isinstance(annotations, pikepdf.Array) else ():
            if isinstance(note, pikepdf.Dictionary):
                yield from _annotation(note, where)


def _metadata(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str, str]]:
    info = pdf.trailer.get("/Info")
    for key, value in info.items() if isinstance(info, pikepdf.Dictionary) else ():
        text = _text(value)
        if text and key not in PROPERTIES:
            yield "properties", f"metadata: {key[1:]}", text
    metadata = pdf.Root.get("/Metadata")
    if isinstance(metadata, pikepdf.Stream):
        data = metadata.read_bytes()[:200_000].decode("utf-8", "replace")
        yield "properties", "metadata: XMP", re.sub(r"\s+", " ", re.sub(r"<[^<>]*>", " ", data)).strip()
    if "/PieceInfo" in pdf.Root:
        yield "file", "data of another program", ""


def _parts(item: Any, depth: int) -> Iterator[Any]:
    """An object's dictionaries: itself and those written out inside it."""
    if depth > 20:
        return
    inside: Iterable[Any] = ()
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield item
        inside = (value for _key, value in item.items())
    elif isinstance(item, pikepdf.Array):
        inside = iter(item)
    for value in inside:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            yield from _parts(value, depth + 1)


def _object(item: Any) -> Iterator[tuple[str, str, str]]:
    kind = str(item.get("/Type", ""))
    if "/EF" in item:
        yield "file", "embedded file", _text(item.get("/UF")) or _text(item.get("/F"))
    if "/JS" in item:
        script = item.get("/JS")
        data = script.read_bytes().decode("latin-1") if isinstance(script, pikepdf.Stream) else _text(script)
        yield "file", "script", data
    for key, what in (
        ("/Alt", "text read instead of a picture"),
        ("/ActualText", "text read instead of what is drawn"),
    ):
        if key in item and kind != "/Catalog" and _text(item.get(key)):
            yield "structure", what, _text(item.get(key))
    if "/Title" in item and ("/Parent" in item or "/Dest" in item or "/A" in item) and "/FT" not in item:
        yield "contents list", "bookmark", _text(item.get("/Title"))


def _spoken(page: pikepdf.Page) -> Iterator[str]:
    """The replacement texts among a page's drawing orders (ISO 32000-1, 14.9.4)."""
    contents = page.obj.get("/Contents")
    for part in list(contents) if isinstance(contents, pikepdf.Array) else [contents]:
        if isinstance(part, pikepdf.Stream):
            data = part.read_bytes()
            for match in re.finditer(rb"/(?:ActualText|Alt)\s*(?=[(<])", data):
                yield first_string(data, match.end())


def _annotation(note: Any, where: str) -> Iterator[tuple[str, str, str]]:
    kind = str(note.get("/Subtype", ""))[1:]
    contents, writer = _text(note.get("/Contents")), _text(note.get("/T"))
    if kind == "Widget":
        value = _text(note.get("/V"))
        if value:
            yield where, "form value", f"{writer}: {value}" if writer else value
    elif kind == "Link":
        action = note.get("/A")
        if isinstance(action, pikepdf.Dictionary) and "/URI" in action:
            yield where, "link", _text(action.get("/URI"))
        if contents:
            yield where, "note: Link", contents
    elif contents or kind not in ("Popup", ""):
        yield where, f"note: {kind}", f"{writer}: {contents}" if writer and contents else contents


def _layers(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str, str]]:
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return
    default = properties.get("/D", pikepdf.Dictionary())
    off = {group.objgen for group in default.get("/OFF", ()) if isinstance(group, pikepdf.Dictionary)}
    on = {group.objgen for group in default.get("/ON", ()) if isinstance(group, pikepdf.Dictionary)}
    all_off = str(default.get("/BaseState", "")) == "/OFF"
    for group in properties.get("/OCGs", ()):
        if group.objgen in off or (all_off and group.objgen not in on):
            yield "file", "layer that is switched off", _text(group.get("/Name"))


def _text(value: Any) -> str:
    if isinstance(value, pikepdf.String):
        return str(value)
    if isinstance(value, pikepdf.Name):
        return str(value)[1:]
    if isinstance(value, pikepdf.Array):
        return ", ".join(filter(None, (_text(part) for part in value)))
    return ""
