"""Value types of the paper room: pages, words and their places, and what a file held that a reader would not see.

Positions are in points (1/72 inch) from the top left corner of the page as it is displayed, rotation and crop
already applied, so that they fit the rendered picture after multiplying by dpi / 72.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points from the top left of the displayed page; left <= right and top <= bottom."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page. `start` is its offset in the page's text; it ends at `start + len(text)`.

    `confidence` is 1.0 for text that the file itself carries and 0..1 for text read by OCR. `boxes` holds one box,
    or one for each line where a word is hyphenated over a line end.
    """

    text: str
    start: int
    boxes: tuple[Box, ...]
    confidence: float = 1.0
    ocr: bool = False
    turn: int = 0  # the direction it reads in, in degrees clockwise: 0, 90, 180 or 270

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: size in points as displayed, its text in reading order and the words that text is made of.

    Words are separated in `text` by one space, lines by a line feed, blocks by two. `notes` says what a person
    should look at ("ink that no word explains: may be handwriting", "read by OCR with low confidence").
    """

    number: int  # from 1
    width: float
    height: float
    text: str
    words: tuple[Word, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something in a file that a reader would not see when looking at it or printing it.

    `where` names the place ("sheet 'Costs', row 14", "comment by reviewer 2", "metadata"), `what` its kind ("hidden
    row", "tracked deletion", "comment", "embedded file"...), `text` what it says, if it is text. `decision` is
    "included" where it was typeset into the pages so that it can be decided on, "left out" where it never goes on.
    """

    where: str
    what: str
    decision: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file: an attachment or an archive member. `path` is where its bytes were put for reading.

    `problem` says why it could not be taken out ("needs a password to open"); the file at `path` is then empty.
    """

    name: str
    path: Path
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Converted:
    """A file as a PDF that holds what a reader of the file would see, plus what it hid and what it contains."""

    pdf: Path
    kind: str  # as `kinds` names it: "pdf", "docx", ...
    hidden: tuple[Hidden, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask of the machine before it is refused and handed to a person."""

    bytes: int = 100 * 1024 * 1024
    pages: int = 3000
    pixels: int = 120_000_000  # one picture
    seconds: int = 300  # one file, one step; generous, because a busy machine must not refuse a good file
    memory: int = 2 * 1024**3
    members: int = 1000  # files inside a file, all levels together
    depth: int = 8  # files in files in files
    unpacked: int = 500 * 1024 * 1024  # all members together
    ratio: int = 200  # unpacked to packed, one member


@dataclass(frozen=True, slots=True)
class Paint:
    """What to remove from one page: boxes to paint, and the label to print on each where it fits."""

    boxes: tuple[tuple[Box, str], ...] = ()


Paints = Mapping[int, Paint]  # by page number
Pages = Sequence[Page]


@dataclass(frozen=True, slots=True)
class Finding:
    """A withheld string recovered from a finished PDF: where, how, and which line of the list it was."""

    string: str
    where: str  # "page 3, text layer", "page 3, picture", "metadata: Title", "attachment 'x'", ...
    how: str  # "text", "ocr", "metadata", "annotation", "object", "attachment", "earlier revision"
    page: int | None = field(default=None)
