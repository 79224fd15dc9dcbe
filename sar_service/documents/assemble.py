"""Joining rendered parts into one pack: pages, running lines, page numbers, bookmarks, contents links and tags.

Everything is put together in one save. Parts are made with `render`, pages of documents with `remove`; what a pack
consists of is decided in `services/pack.py`. How the running line is written is in `assemble_stamp`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from sar_service.domain.errors import Refused

from .assemble_stamp import EDGE, Stamper

LINK = "page:"  # how a list of contents names a page of the pack
ASIDE, ABOVE, BELOW = 45.4, 98.0, 50.0  # points left free around the page of a document on its sheet


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A bookmark. `level` is 1, 2 or 3; `page` counts from 0 within its part."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """A rendered part: its file, how many pages it must have, its running line, its bookmarks, and how many points
    from the side its text begins.
    """

    pdf: Path
    pages: int
    line: str
    headings: tuple[Heading, ...] = ()
    edge: float = EDGE


def bookmark_pages(pdf: Path) -> list[int]:
    """The pages (from 0) that a typeset file's bookmarks lead to, in reading order."""
    with pikepdf.open(pdf) as opened:
        numbers = {page.obj.objgen: index for index, page in enumerate(opened.pages)}
        with opened.open_outline() as outline:
            places: list[Any] = [item.destination for item in _flat(outline.root)]
            return [numbers[place[0].objgen] for place in places]


def _flat(items: Sequence[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in items:
        yield item
        yield from _flat(item.children)


def place(sheets: Path, document: Path, out: Path) -> int:
    """Put each page of `document`, made smaller, on the sheet of the same number; returns how many there are.

    The words of the page become part of the sheet's structure, so that they can be read aloud. Raises Refused if
    there are not as many sheets as pages.
    """
    with pikepdf.open(sheets) as target, pikepdf.open(document) as source:
        if len(target.pages) != len(source.pages):
            raise Refused(f"a document of {len(source.pages)} pages was to be put on {len(target.pages)} sheets")
        tree = _parents(target)
        for number, (sheet, shown) in enumerate(zip(target.pages, source.pages, strict=True)):
            form = target.copy_foreign(shown.as_form_xobject())
            left, bottom, right, top = (float(each) for each in form.BBox)
            _, _, width, height = (float(each) for each in sheet.mediabox)
            room_across, room_down = width - 2 * ASIDE, height - ABOVE - BELOW
            scale = min(room_across / (right - left), room_down / (top - bottom), 1.0)
            x = ASIDE + (room_across - scale * (right - left)) / 2
            y = BELOW + room_down - scale * (top - bottom)
            mark = _words(target, tree, sheet, number)
            across, down = scale * (right - left), scale * (top - bottom)
            drawing = (
                f"/Artifact BMC q 0.72 0.76 0.75 RG 0.6 w {x - 0.3:.3f} {y - 0.3:.3f} {across + 0.6:.3f} "
                f"{down + 0.6:.3f} re S Q EMC\n"
                f"/P <</MCID {mark}>> BDC q {scale:.5f} 0 0 {scale:.5f} {x - scale * left:.3f} "
                f"{y - scale * bottom:.3f} cm /Paper Do Q EMC\n"
            )
            resources = _own_resources(sheet)
            resources.XObject = Dictionary({**dict(resources.get("/XObject", {})), "/Paper": form})
            _around(target, sheet, drawing.encode())
        target.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(target.pages)


def _own_resources(page: pikepdf.Page) -> Any:
    """The page's resources as an object of its own, since those of a typeset file are shared."""
    page.obj.Resources = Dictionary(dict(page.obj.Resources.items()))
    return page.obj.Resources


def _around(pdf: pikepdf.Pdf, page: pikepdf.Page, drawing: bytes) -> None:
    """Draw after what is on a page, whatever that did to the drawing state."""
    contents = page.obj.Contents
    before = list(contents) if isinstance(contents, Array) else [contents]
    page.obj.Contents = Array([pdf.make_stream(b"q\n"), *before, pdf.make_stream(b"\nQ\n" + drawing)])


def _parents(pdf: pikepdf.Pdf) -> dict[int, Any]:
    """The arrays that say which element the marked content of a page belongs to, by the page's key."""
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    return {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}


def _words(pdf: pikepdf.Pdf, parents: dict[int, Any], page: pikepdf.Page, number: int) -> int:
    """Make an element for a placed page, at the end of what stands on its sheet; returns its mark."""
    on_it = parents[int(page.obj.StructParents)]
    mark = len(on_it)
    home = on_it[0]
    while "/P" in home and home.P.get("/S") not in (Name.Document, None):
        home = home.P
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=home, Pg=page.obj, K=mark))
    kids = home.get("/K", Array())
    if not isinstance(kids, Array):
        kids = Array([kids])
    kids.append(element)
    home.K = kids
    on_it.append(element)
    return mark


class _Tree:
    """The structure of the whole pack, gathered from its parts (ISO 32000-1, 14.7)."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=self.root))
        self.kids: list[Any] = []
        self.numbers: list[Any] = []
        self.next = 0

    def take(self, source: pikepdf.Pdf, pages: Sequence[pikepdf.Page]) -> None:
        """Add a part's structure; its pages are in the pack already."""
        if "/StructTreeRoot" not in source.Root:
            return
        tree = self.pdf.copy_foreign(source.Root.StructTreeRoot)
        most = -1
        for page in pages:
            holders: list[tuple[Any, str]] = [(page.obj, "/StructParents")]
            holders += [(note, "/StructParent") for note in page.obj.get("/Annots", [])]
            for holder, key in holders:
                if key in holder:
                    most = max(most, int(holder[key]))
                    holder[key] = int(holder[key]) + self.next
        numbers = tree.ParentTree.Nums
        for at in range(0, len(numbers), 2):
            most = max(most, int(numbers[at]))
            self.numbers += [int(numbers[at]) + self.next, numbers[at + 1]]
        for top in _list(tree.get("/K")):
            for element in _list(top.get("/K")) if top.get("/S") == Name.Document else [top]:
                element.P = self.document
                self.kids.append(element)
        self.next += most + 1

    def finish(self) -> None:
        if not self.kids:
            return
        self.document.K = Array(self.kids)
        self.root.K = self.document
        self.root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(self.numbers)))
        self.root.ParentTreeNextKey = self.next
        self.pdf.Root.StructTreeRoot = self.root
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def tidy(pdf: Path, *, key: str) -> None:
    """Make a typeset part fit to stand beside others: the names of its table cells begin with `key`."""
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        for each in opened.objects:
            if not isinstance(each, Dictionary) or each.get("/S") not in (Name.TH, Name.TD):
                continue
            if "/ID" in each:
                each.ID = String(f"{key}-{each.ID}")
            attributes = each.get("/A")
            for one in _list(attributes):
                if "/Headers" in one:
                    one.Headers = Array([String(f"{key}-{name}") for name in one.Headers])
        opened.save(pdf, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def assemble(
    parts: Sequence[Part], out: Path, *, title: str, reference: str, author: str, language: str = "en-GB"
) -> int:
    """Join the parts into one PDF at `out` and return how many pages it has.

    Every page carries its part's running line, the reference and "Page n of N", all marked as furniture that is not
    read aloud. The same parts make the same bytes. Raises Refused where a part has other pages than it should.
    """
    total = sum(part.pages for part in parts)
    stamper = Stamper(texts=[reference, f"Page 0123456789 of {total}", *{part.line for part in parts}])
    with ExitStack() as stack:
        pack = stack.enter_context(pikepdf.new())
        font = stamper.embed(pack)
        opener = pack.make_stream(b"q\n")
        tree = _Tree(pack)
        marks: list[Heading] = []
        for part in parts:
            source = stack.enter_context(pikepdf.open(part.pdf))
            first = len(pack.pages)
            if len(source.pages) != part.pages:
                raise Refused(f"a part of {part.pages} pages came with {len(source.pages)}")
            marks += [Heading(level=h.level, title=h.title, page=first + h.page) for h in part.headings]
            pack.pages.extend(source.pages)
            pages = [pack.pages[index] for index in range(first, first + part.pages)]
            tree.take(source, pages)
            for number, page in enumerate(pages, start=first + 1):
                resources = page.obj.Resources
                if "/Stamp" not in resources.get("/Font", {}):
                    resources.Font = Dictionary({**dict(resources.get("/Font", {})), "/Stamp": font})
                _, _, width, height = (float(each) for each in page.mediabox)
                drawn = stamper.draw(
                    reference,
                    f"Page {number} of {total}",
                    part.line,
                    width=width,
                    height=height,
                    edge=part.edge,
                )
                contents = page.obj.Contents
                before = list(contents) if isinstance(contents, Array) else [contents]
                page.obj.Contents = Array([opener, *before, pack.make_stream(b"\nQ\n" + drawn)])
        tree.finish()
        _link(pack)
        _outline(pack, marks)
        _describe(pack, title=title, author=author, language=language)
        pack.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return total


def _link(pack: pikepdf.Pdf) -> None:
    """Lead the lines of the contents to their pages; no other link leaves the file."""
    for page in pack.pages:
        for note in page.obj.get("/Annots", []):
            address = str(note.A.get("/URI", "")) if "/A" in note else ""
            if "/A" in note:
                del note.A
            if address.startswith(LINK) and 0 < int(address[len(LINK) :]) <= len(pack.pages):
                note.Dest = Array([pack.pages[int(address[len(LINK) :]) - 1].obj, Name.Fit])


def _outline(pack: pikepdf.Pdf, marks: Sequence[Heading]) -> None:
    with pack.open_outline() as outline:
        above: dict[int, pikepdf.OutlineItem] = {}
        for mark in marks:
            item = pikepdf.OutlineItem(mark.title, mark.page, "Fit")
            item.is_closed = mark.level > 1
            home = next((above[level] for level in range(mark.level - 1, 0, -1) if level in above), None)
            (home.children if home is not None else outline.root).append(item)
            above = {level: kept for level, kept in above.items() if level < mark.level}
            above[mark.level] = item
            item.is_closed = True


def _describe(pack: pikepdf.Pdf, *, title: str, author: str, language: str) -> None:
    """Title, author and language, as the information dictionary and as XMP for PDF/UA-1 (ISO 14289-1, 7.1)."""
    pack.docinfo["/Title"] = title
    pack.docinfo["/Author"] = author
    pack.Root.Lang = String(language)
    pack.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pack.Root.PageMode = Name.UseOutlines
    xmp = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>"
        f"<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>"
        "<pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
    pack.Root.Metadata = pack.make_stream(xmp.encode(), Type=Name.Metadata, Subtype=Name.XML)
