"""Where one cell of a table or form ends and the next begins, and what a table's heading says of the cells below it.

A page's text parts words by single spaces, so "Zofia" in one cell and "Wrona" in the next read as one name, and
whoever of the two should stay would go with the other; and a date far below the heading "DOB" reads as any date.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sar_service.documents.identifier_dates import BIRTH_HEADING
from sar_service.documents.pages import Page, Word

WIDE = 0.7  # of a word's height: wider than a space even in justified text, narrower than a cell's edges
MOST_HEADINGS = 40  # on a page: more columns of that heading than any table has
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*(?:['\u2019]s)?")
_LAST, _FIRST = re.compile(r"\S+\Z"), re.compile(r"\S+")
_HEADING_WORD = re.compile(r"\b(?:d\.?o\.?b|born|birth)", re.IGNORECASE)
Range = tuple[int, int]  # offsets in a page's text, end exclusive


def gaps(page: Page) -> tuple[int, ...]:
    """The offsets of the spaces that are a wide gap between two words written like names."""
    return tuple(
        word.end
        for word, following in pairwise(page.words)
        if page.text[word.end : following.start] == " "
        and all(_NAME.fullmatch(part.text) and part.text[0].isupper() for part in (word, following))
        and not (word.turn or following.turn)
        and _wide(word, following)
    )


def parted(text: str, gaps: Sequence[int], names: Iterable[str]) -> str:
    """A page's text with a tab for each of its `gaps` beside a word of `names`; every offset stays what it was.

    Only between words written like names: a label and its value belong together.
    """
    known = {word.casefold() for name in names for word in name.split()} if gaps else set()
    out = list(text)
    for at in gaps:
        before, after = _LAST.search(text, max(0, at - 100), at), _FIRST.match(text, at + 1)
        if any(word and _of(word[0], known) for word in (before, after)):
            out[at] = "\t"
    return "".join(out)


def apart(page: Page, names: Iterable[str]) -> str:
    """`parted` for a page."""
    return parted(page.text, gaps(page), names)


def _wide(word: Word, following: Word) -> bool:
    left, right = word.boxes[-1], following.boxes[0]
    high = min(left.bottom - left.top, right.bottom - right.top)
    return max(right.left - left.right, left.left - right.right) > WIDE * high  # either way of reading


def _of(word: str, known: set[str]) -> bool:
    return re.sub(r"['\u2019]s$", "", word).casefold() in known


@dataclass(frozen=True, slots=True)
class _Cell:
    """Words that stand close together on one line of a page."""

    start: int
    end: int
    left: float
    right: float
    top: float
    bottom: float


def births(page: Page) -> tuple[Range, ...]:
    """The stretches of a page's text that lie in a column headed "DOB", "Date of birth" or "Born".

    A column ends where a line runs across its edge: below a table prose begins again.
    """
    if not _HEADING_WORD.search(page.text):
        return ()
    cells = sorted(_cells(page.words), key=lambda cell: (cell.top, cell.left))
    found: list[Range] = []
    headings = [cell for cell in cells if BIRTH_HEADING.fullmatch(page.text, cell.start, cell.end)]
    for heading in headings[:MOST_HEADINGS]:
        found += _below(heading, cells)
    return tuple(sorted(set(found)))


def _below(heading: _Cell, cells: Sequence[_Cell]) -> Iterator[Range]:
    beside = [cell for cell in cells if cell is not heading and _level(cell, heading)]
    if not beside:
        return  # a heading by itself is a line of a form or of prose
    left = max((cell.right for cell in beside if cell.right <= heading.left), default=float("-inf"))
    right = min((cell.left for cell in beside if cell.left >= heading.right), default=float("inf"))
    for cell in cells:
        if cell.top < heading.bottom - 1:
            continue
        if cell.left < heading.left - 2 * (heading.bottom - heading.top) and cell.right > heading.right:
            return
        if left < cell.right and cell.left < right and cell.left > left - (heading.bottom - heading.top):
            yield cell.start, cell.end


def _level(one: _Cell, other: _Cell) -> bool:
    return min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5 * (other.bottom - other.top)


def _cells(words: Sequence[Word]) -> Iterator[_Cell]:
    run: list[Word] = []
    for word in words:
        if word.turn or len(word.boxes) != 1:
            continue
        if run and (
            word.start - run[-1].end != 1 or _wide(run[-1], word) or abs(word.boxes[0].top - run[-1].boxes[0].top) > 2
        ):
            yield _cell(run)
            run = []
        run.append(word)
    if run:
        yield _cell(run)


def _cell(run: Sequence[Word]) -> _Cell:
    boxes = [word.boxes[0] for word in run]
    return _Cell(
        run[0].start,
        run[-1].end,
        min(box.left for box in boxes),
        max(box.right for box in boxes),
        min(box.top for box in boxes),
        max(box.bottom for box in boxes),
    )
