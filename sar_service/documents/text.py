"""Reading a PDF's pages: what words a reader sees on each, and where they stand.

The text that a page carries counts only where it is seen; what is only in the picture is read by OCR. Opening and
drawing is in `pdf`, a page's own words in `text_words`, the weighing of the two readings in `text_merge`, order in
`text_order`. `inspect`, what a file holds that nobody sees, comes from `hidden`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from . import font_proof, sandbox
from . import ocr as reader
from .hidden import inspect
from .ink import UNEXPLAINED, unexplained
from .ocr import DPI, FINER, check_languages
from .pages import Box, Limits, Page, Word
from .pdf import broken_pictures, displayed, opened, render, without_text
from .places import Grid
from .text_merge import Trust, doubts, more_than_text, notes, weigh
from .text_order import arrange
from .text_words import Layer, layer

__all__ = ["as_json", "from_json", "inspect", "iter_pages", "picture", "read_pages"]

Reading = Literal["auto", "always", "never"]

EACH = 15.0  # seconds that every page read buys the next: OCR of a page takes about one
WORDS = 10
LOW = 0.75  # mean confidence from which a second, finer reading is not worth its time


def read_pages(pdf: Path, *, limits: Limits | None = None, ocr: Reading = "auto", languages: str = "eng") -> list[Page]:
    """Every page of a PDF, in order. `iter_pages` gives the same one by one, for files of thousands of pages.

    `ocr` "auto" reads the pictures of the pages whose text may not be all there is to see, "always" those of every
    page, "never" none. Raises Refused with the reason for a file that is empty, broken, over a limit or needs a
    password; InvalidInput for a language that tesseract does not have.
    """
    return list(iter_pages(pdf, limits=limits, ocr=ocr, languages=languages))


def iter_pages(
    pdf: Path, *, limits: Limits | None = None, ocr: Reading = "auto", languages: str = "eng"
) -> Iterator[Page]:
    """The pages of a PDF one by one, each read when it is asked for. Arguments and errors as `read_pages`."""
    limits = limits or Limits()
    if ocr != "never":
        check_languages(languages)
    answers = sandbox.stream(read_in_child, pdf, as_list(limits), ocr, languages, limits=limits, reads=[pdf], each=EACH)
    for answer in answers:
        yield from_json(answer)


def picture(pdf: Path, page_number: int, *, dpi: int, out: Path, limits: Limits | None = None) -> Path:
    """Write page `page_number` (from 1) as a PNG to `out`, as it is displayed, and return `out`.

    The picture's pixels are the page's points times dpi / 72 unless the page is longer than 4,500 pixels then.
    Raises Refused as `read_pages` does, also if there is no such page.
    """
    limits = limits or Limits()
    name = sandbox.run(
        picture_in_child, pdf, page_number, dpi, out, as_list(limits), limits=limits, reads=[pdf], writes=[out.parent]
    )
    return Path(str(name))


def as_list(limits: Limits) -> list[int]:
    """Limits as JSON can carry them, in the order of their fields."""
    return [getattr(limits, name) for name in Limits.__slots__]


def as_json(page: Page) -> list[Any]:
    """A page as JSON can carry it; `from_json` turns it back."""
    words = [
        [w.text, w.start, [[b.left, b.top, b.right, b.bottom] for b in w.boxes], w.confidence, int(w.ocr), w.turn]
        for w in page.words
    ]
    return [page.number, page.width, page.height, page.text, words, list(page.notes)]


def from_json(data: Any) -> Page:
    """A page from what `as_json` made."""
    number, width, height, text, words, remarks = data
    return Page(
        number=number,
        width=width,
        height=height,
        text=text,
        words=tuple(
            Word(word, start, tuple(Box(*box) for box in boxes), confidence, bool(read), turn)
            for word, start, boxes, confidence, read, turn in words
        ),
        notes=tuple(remarks),
    )


# --- the child's side ---------------------------------------------------------------------------------------------


def read_in_child(pdf: str, limits: Iterable[int], mode: Reading, languages: str) -> Iterator[list[Any]]:
    """What `iter_pages` runs in the sandbox."""
    proven, doubted = font_proof.told(Path(pdf)) if mode == "auto" else (set(), set())
    trust = Trust(proven=proven, doubted=frozenset(doubted))
    with opened(Path(pdf), limits=Limits(*limits)) as document:
        for index in range(len(document)):
            yield as_json(_page(document, index, mode, languages, trust))


def picture_in_child(pdf: str, page_number: int, dpi: int, out: str, limits: Iterable[int]) -> str:
    """What `picture` runs in the sandbox."""
    from sar_service.domain.errors import Refused

    with opened(Path(pdf), limits=Limits(*limits)) as document:
        if not 1 <= page_number <= len(document):
            raise Refused(f"it has no page {page_number}")
        page = displayed(document, page_number - 1)
        image = render(page, dpi=dpi, grey=False)
        image.save(out, "PNG", compress_level=1)
    return out


def _page(document: Any, index: int, mode: Reading, languages: str, trust: Trust) -> Page:
    page = displayed(document, index)
    width, height = page.get_size()
    missing = broken_pictures(page)
    own = layer(page)
    page.close()
    read: list[reader.Read] = []
    doubt = doubts(own, trust)
    if mode == "always" or (mode == "auto" and (doubt or more_than_text(own))):
        read = _read(document, index, languages, own, doubt or mode == "always")
    pieces = weigh(own, read, trust=trust)
    text, words = arrange(pieces)
    remarks = list(notes(own, pieces))
    if missing:
        remarks.append("a picture on this page is broken and cannot be shown")
    return Page(
        number=index + 1,
        width=round(width, 3),
        height=round(height, 3),
        text=text,
        words=tuple(_rounded(word) for word in words),
        notes=tuple(remarks),
    )


def _read(document: Any, index: int, languages: str, own: Layer, everything: bool) -> list[reader.Read]:
    """The words in the page's picture, their boxes in points; read again finer where ink or doubt is left.

    Where the page's own text is beyond doubt, only the rest of the picture is read, which is quick.
    """
    found: list[reader.Read] = []
    sure = [piece for piece in own.pieces if piece.seen and not piece.doubtful]
    places = Grid(sure)
    for dpi in (DPI, FINER):
        page = displayed(document, index)
        if not everything:
            without_text(page)
        image = render(page, dpi=dpi)
        scale = page.get_size()[0] / image.width
        page.close()
        if image.width * image.height > reader.PIXELS:
            break
        turn = dpi == DPI and len(sure) < WORDS  # with so many words of its own the page is known to be upright
        words = reader.read(image, dpi=max(70, round(72 / scale)), languages=languages, turn=turn)
        found = reader.join(found, [reader.scaled(word, scale) for word in words])
        new = [word for word in found if not places.near(word)]
        clear = sum(word.confidence * len(word.text) for word in new) >= LOW * sum(len(word.text) for word in new)
        boxes = [piece.box for piece in sure] + [word.box for word in new]
        if clear and unexplained(own.ink, boxes, dpi=own.dpi) <= UNEXPLAINED:
            break
    boxes = [piece.box for piece in sure] + [word.box for word in found if not places.near(word)]
    if unexplained(own.faint, boxes, dpi=own.dpi) > UNEXPLAINED:
        page = displayed(document, index)
        if not everything:
            without_text(page)
        image = render(page, dpi=DPI)
        scale = page.get_size()[0] / image.width
        page.close()
        words = reader.pale(image, dpi=max(70, round(72 / scale)), languages=languages)
        found = reader.join(found, [reader.scaled(word, scale) for word in words])
    return found


def _rounded(word: Word) -> Word:
    boxes = tuple(Box(round(b.left, 2), round(b.top, 2), round(b.right, 2), round(b.bottom, 2)) for b in word.boxes)
    return replace(word, boxes=boxes)
