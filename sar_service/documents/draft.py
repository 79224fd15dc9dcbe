"""What a reader makes of a file before it is typeset: blocks in reading order, what was hidden, and what is
inside.

Readers (`convert_docx`, `convert_html`, ...) fill a `Draft`; `convert` typesets it. Text stays text here:
nothing in a block is ever read as mark-up.
"""

import io
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

from sar_service.documents.pages import Hidden, Limits, Member
from sar_service.domain.errors import Refused

# What neither a font nor a PDF can show, and what would reorder the text around it.
_UNSHOWABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)

_ENDLESS = re.compile(r"\S{41,}")  # an address or a file in letters: it must end a line somewhere

POINTS_WIDE = 750.0  # the text width of a landscape A4 page, in points
POINTS_NARROW = 490.0  # and of an upright one
LETTER = 4.6  # the width of an average letter of a table
CELL_EDGE = 9.0


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the page. `kind` is "heading", "text", "item", "aside", "note", "rows", "pairs" or
    "picture".

    An "aside" is something that the file hid, shown so that it can be decided on; its `label` says what it
    was. "rows" is a table: `rows` of equal length, the first being the heads. "pairs" is a list of labelled
    values.
    """

    kind: str
    text: str = ""
    label: str = ""
    level: int = 2
    rows: tuple[tuple[str, ...], ...] = ()
    picture: str = ""


@dataclass(slots=True)
class Draft:
    """What has been read so far. `work` is a folder of this file's own, for pictures and members."""

    work: Path
    limits: Limits
    blocks: list[Block] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)
    letters: int = 0

    def heading(self, text: str, *, level: int = 2) -> None:
        if text.strip():
            self._add(Block("heading", text=self._clean(text).strip(), level=min(max(level, 1), 6)))

    def text(self, text: str, *, kind: str = "text") -> None:
        """A paragraph (or "item" of a list, or "note" of our own); line feeds in it are kept."""
        if text.strip():
            self._add(Block(kind, text=self._clean(text).rstrip().strip("\n")))

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        rows = tuple((self._clean(label), self._clean(value)) for label, value in pairs if value.strip())
        if rows:
            self._add(Block("pairs", rows=rows))

    def rows(self, rows: Sequence[Sequence[str]], *, labels: Sequence[str] = ()) -> None:
        """A table whose first row is its heads.

        It is set as a table where every cell fits on one line, because whatever reads the page again takes
        it line by line; otherwise record by record, with `labels` (the heads, where there are none) before
        the values.
        """
        wide = max((len(row) for row in rows), default=0)
        even = [tuple(self._clean(cell).strip() for cell in (*row, *[""] * (wide - len(row)))) for row in rows]
        if not even or not wide:
            return
        width = _width(even)
        if width <= POINTS_WIDE:
            label = "wide" if width > POINTS_NARROW else ""
            for at in range(1, max(2, len(even)), 60):  # parts of a table are typeset quickly, a long one is not
                self._add(Block("rows", rows=(even[0], *even[at : at + 60]), label=label))
            return
        heads = tuple(labels) if len(labels) == wide else even[0]
        for row in even[1:]:
            self._add(Block("heading", text=f"{heads[0]} {row[0]}".strip() or "Row", level=4))
            named = enumerate(zip(heads[1:], row[1:], strict=True), 2)
            self.pairs((head or f"Column {number}", cell) for number, (head, cell) in named)

    def aside(self, label: str, text: str, *, where: str, what: str) -> None:
        """Something hidden that is shown on the page with a label, and listed as included."""
        if text.strip():
            cleaned = self._clean(text).strip()
            self._add(Block("aside", text=cleaned, label=self._clean(label).strip()))
            self.hidden.append(Hidden(where=where, what=what, decision="included", text=cleaned))

    def left_out(self, where: str, what: str, text: str = "") -> None:
        """Something hidden that never goes on: it is listed for a person to look at."""
        entry = Hidden(where=where, what=what, decision="left out", text=self._clean(text)[:20_000])
        if entry not in self.hidden:
            self.hidden.append(entry)

    def picture(self, raw: bytes, *, where: str) -> None:
        """A picture on the page, decoded and written anew, so that nothing but its pixels comes along."""
        if len(self.pictures) >= 500:
            raise Refused("it holds more than 500 pictures: save it as PDF, or look at it by hand")
        try:
            encoded, lost = redraw(raw, limits=self.limits)
        except Refused as refusal:
            self.text(f"[A picture that cannot be shown: {refusal}]", kind="note")
            self.hidden.append(Hidden(where=where, what="picture that cannot be shown", decision="left out"))
            return
        for what in lost:
            self.left_out(where, what)
        name = f"{len(self.pictures) + 1}.{'jpg' if encoded.startswith(bytes([0xFF, 0xD8])) else 'png'}"
        path = self.work / f"picture-{name}"
        path.write_bytes(encoded)
        self.pictures[name] = path
        self._add(Block("picture", picture=name))

    def member(self, name: str, raw: bytes) -> None:
        """A file inside this file. Its own name is never used for a path."""
        if len(raw) > self.limits.bytes:
            self.member_problem(name, f"it is larger than {self.limits.bytes // 1024**2} MB")
            return
        path = self.work / f"member-{self._next_member()}"
        path.write_bytes(raw)
        self.members.append(Member(name=name, path=path))

    def member_problem(self, name: str, problem: str) -> None:
        """A file inside this file that cannot be taken out of it, with the reason."""
        path = self.work / f"member-{self._next_member()}"
        path.touch()
        self.members.append(Member(name=name, path=path, problem=problem))

    def _next_member(self) -> int:
        if len(self.members) >= self.limits.members:
            raise Refused(f"it holds more than {self.limits.members} files: unpack it and put them in by parts")
        return len(self.members) + 1

    def _add(self, block: Block) -> None:
        self.letters += len(block.text) + sum(len(cell) + 20 for row in block.rows for cell in row)
        if self.letters > self.limits.pages * 3000:
            raise Refused(f"it would fill more than {self.limits.pages} pages: split it, or look at it by hand")
        self.blocks.append(block)

    def _clean(self, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\xad", "")
        text = _UNSHOWABLE.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n").replace("\x85", "\n"))
        return _ENDLESS.sub(_breakable, text)


def _breakable(found: re.Match[str]) -> str:
    """Let a line end after a sign and not within a name, and after eighty letters in any case: looking for the
    place in a word without end takes longer than anybody waits.
    """
    return re.sub(r"[^\W_]{80}|[\W_](?=[^\W_])", lambda part: part[0] + "\u200b", found[0])


def _width(rows: Sequence[Sequence[str]]) -> float:
    """How wide a table is with every cell on one line, in points; endless where a cell has several lines."""
    total = 0.0
    for column in zip(*rows, strict=True):
        if any("\n" in cell for cell in column):
            return float("inf")
        total += max(_line(cell) for cell in column) + CELL_EDGE
    return total


def _line(text: str) -> float:
    wide = sum(not (" " <= char < "\x7f" and not char.isupper()) for char in text)
    return len(text) * LETTER + wide * 2.5


def redraw(raw: bytes, *, limits: Limits) -> tuple[bytes, list[str]]:
    """A picture of any kind that Pillow reads, upright, as a new PNG or JPEG, and what was left behind.

    Raises Refused for a picture that is broken, of an unknown kind, or larger than `limits.pixels`.
    """
    lost = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")) as image:
                if image.width * image.height > limits.pixels:
                    raise Refused(f"it has more than {limits.pixels // 1_000_000} million points")
                if image.getexif() or image.info.get("xmp") or image.info.get("comment"):
                    lost.append("picture details (camera, place, comment)")
                photograph = image.format == "JPEG"
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((3000, 3000))
                if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                    layered = upright.convert("RGBA")
                    upright = Image.new("RGB", layered.size, "white")
                    upright.paste(layered, mask=layered.getchannel("A"))
                drawn = io.BytesIO()
                if photograph:
                    upright.convert("RGB").save(drawn, "JPEG", quality=85)
                else:
                    upright.convert("L" if upright.mode in ("1", "L", "I;16") else "RGB").save(drawn, "PNG")
    except Refused:
        raise
    except Exception as error:  # Pillow raises whatever a hostile picture makes its decoders trip over
        raise Refused("it is of a kind that is not known, or broken") from error
    return drawn.getvalue(), lost
