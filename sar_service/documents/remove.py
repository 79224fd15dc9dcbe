"""True removal: a new PDF from pictures of the old one's pages, boxes painted on the pixels, kept words as text.

Nothing of the old file is copied, so metadata, attachments, annotations, hidden layers and earlier revisions cannot
come along. How pages are read is in `text`, the new file is written by `remove_write`, and `verify` proves it.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from sar_service.domain.errors import Refused
from sar_service.domain.redaction import Removal, merge

from . import sandbox
from .pages import Box, Limits, Page, Paint, Paints
from .pdf import displayed, opened, render
from .picture_pdf import image_to_pdf
from .remove_encode import encode
from .remove_layer import layer
from .remove_write import Writer
from .text import as_json, as_list, from_json, picture

__all__ = ["Rebuilt", "image_to_pdf", "paint_for", "picture", "rebuild"]

EACH = 5.0  # seconds that every page rebuilt buys the next
PAD_ACROSS, PAD_DOWN = 1.3, 0.9  # points of paint around a word, so that no edge of a letter stands out
SMALLEST, LARGEST = 4.5, 11.0  # points: the size of a label's letters


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many pages the new file has, and how many boxes were painted on them."""

    pages: int
    boxes: int


def paint_for(page: Page, removals: Sequence[Removal]) -> Paint:
    """The boxes to paint on a page so that every word that a removal touches is gone.

    Offsets are in `page.text`. Words that follow each other on one line share one box; a removal over several lines
    has a box on each, all with its label. Raises ValueError for a removal outside the text.
    """
    boxes: list[tuple[Box, str]] = []
    for removal in merge(removals):
        if removal.start < 0 or removal.end > len(page.text):
            raise ValueError(f"removal {removal.start}-{removal.end} lies outside page {page.number}")
        last: tuple[Box, int] | None = None  # the box being grown and where its last word ended
        for word in page.words:
            if word.end <= removal.start or word.start >= removal.end:
                continue
            for box in word.boxes:
                if last is not None and "\n" not in page.text[last[1] : word.start] and _adjoin(last[0], box):
                    grown = _union(last[0], box)
                    boxes[-1] = (grown, removal.label)
                    last = (grown, word.end)
                else:
                    boxes.append((box, removal.label))
                    last = (box, word.end)
    return Paint(boxes=tuple(boxes))


def rebuild(
    pdf: Path,
    out: Path,
    *,
    paints: Paints,
    pages: Iterable[Page],
    dpi: int = 150,
    limits: Limits | None = None,
    title: str = "",
    language: str = "en-GB",
) -> Rebuilt:
    """Write `out` anew from pictures of `pdf`, with what `paints` says painted over and gone.

    `pages` are the pages of `pdf` as `text.read_pages` or `iter_pages` gives them, all and in order: of their words
    those that no box touches become an unseen text layer, and each label stands where its box is. `title` and
    `language` are the only other things in the file. The same input gives the same bytes; on any error `out` is
    left as it was. Raises Refused where a page cannot be shown or a limit is passed, ValueError where `paints` or
    `pages` do not fit the file.
    """
    limits = limits or Limits()
    descriptor, name = tempfile.mkstemp(prefix=".rebuild-", suffix=".pdf", dir=out.parent)
    os.close(descriptor)
    part = Path(name)
    sent: set[int] = set()

    def feed() -> Iterator[Any]:
        for page in pages:
            sent.add(page.number)
            paint = paints.get(page.number, Paint())
            boxes = [[box.left, box.top, box.right, box.bottom, label] for box, label in paint.boxes]
            yield [as_json(page), boxes]

    try:
        painted = list(
            sandbox.stream(
                rebuild_in_child,
                pdf,
                part,
                as_list(limits),
                dpi,
                title,
                language,
                limits=limits,
                reads=[pdf],
                writes=[out.parent],
                feed=feed(),
                each=EACH,
            )
        )
        if set(paints) - sent:
            raise ValueError(f"there is paint for pages that were not given: {sorted(set(paints) - sent)}")
        part.replace(out)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return Rebuilt(pages=len(painted), boxes=sum(painted))


# --- the child's side ---------------------------------------------------------------------------------------------


def rebuild_in_child(
    pdf: str, out: str, limits: Iterable[int], dpi: int, title: str, language: str, *, feed: Iterator[Any]
) -> Iterator[int]:
    """What `rebuild` runs in the sandbox; yields the number of boxes painted on each page."""
    with opened(Path(pdf), limits=Limits(*limits)) as document, Path(out).open("wb") as target:
        writer = Writer(target, title=title, language=language)
        for index in range(len(document)):
            given = next(feed, None)
            if given is None or given[0][0] != index + 1:
                raise Refused(f"its page {index + 1} was not read, so that nothing can be removed from it")
            page = from_json(given[0])
            boxes = [(Box(*item[:4]), _label(item[4])) for item in given[1]]
            shown = displayed(document, index)
            width, height = shown.get_size()
            image = render(shown, dpi=dpi, grey=False)
            shown.close()
            _paint(image, boxes, image.width / width, image.height / height)
            writer.page(encode(image), width=width, height=height, words=layer(page, boxes))
            yield len(boxes)
        if next(feed, None) is not None:
            raise Refused("more pages were read from it than it has")
        writer.close()


def _paint(image: Image.Image, boxes: Sequence[tuple[Box, str]], across: float, down: float) -> None:
    """Paint every box black, then print the labels in white where they fit."""
    draw = ImageDraw.Draw(image)
    places = []
    for box, label in boxes:
        left, top = int((box.left - PAD_ACROSS) * across), int((box.top - PAD_DOWN) * down)
        right, bottom = int((box.right + PAD_ACROSS) * across) + 1, int((box.bottom + PAD_DOWN) * down) + 1
        if right <= 0 or bottom <= 0 or left >= image.width or top >= image.height:
            continue
        place = (max(0, left), max(0, top), min(image.width - 1, right), min(image.height - 1, bottom))
        draw.rectangle(place, fill=(0, 0, 0))
        places.append((place, label))
    for (left, top, right, bottom), label in places:
        largest = min(LARGEST * down, 0.8 * (bottom - top))
        for size in range(int(largest), max(5, int(SMALLEST * down)) - 1, -1):
            font = ImageFont.load_default(size)
            if draw.textlength(label, font=font) <= right - left - 4:
                middle = ((left + right) / 2, (top + bottom) / 2)
                draw.text(middle, label, font=font, fill=(255, 255, 255), anchor="mm")
                break


def _label(label: str) -> str:
    return label if not label or label.startswith("[") else f"[{label}]"


def _adjoin(one: Box, two: Box) -> bool:
    high = min(one.bottom - one.top, two.bottom - two.top)
    level = min(one.bottom, two.bottom) - max(one.top, two.top) > 0.5 * high
    return level and -high < two.left - one.right < 3 * high


def _union(one: Box, two: Box) -> Box:
    return Box(min(one.left, two.left), min(one.top, two.top), max(one.right, two.right), max(one.bottom, two.bottom))
