"""Writing a new PDF page by page: pictures with unseen text over them, and nothing else.

The file is written as it is made, so that memory does not grow with the number of pages, and the same pages make
the same bytes. Its text stands in a font without shapes that can name every letter of every script.
"""

import io
import unicodedata
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

from .pages import Box
from .remove_encode import Encoded

WIDTH = 0.5  # of every letter, in ems
DESCENT = 0.2  # of the line, below the base line


@dataclass(frozen=True, slots=True)
class Laid:
    """A word in the text layer: where it stands in points from the top left, which way it reads, what follows it."""

    text: str
    box: Box
    turn: int = 0  # degrees clockwise: 0, 90, 180, 270
    space: bool = False


@dataclass
class Writer:
    """One PDF being written to `out`: `page` as often as needed, then `close`."""

    out: BinaryIO
    title: str = ""
    language: str = "en-GB"
    offsets: dict[int, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)  # letter -> character identifier, from 1
    pages: list[int] = field(default_factory=list)
    last: int = 3  # objects 1 to 3 are the catalogue, the page tree and the font
    at: int = 0

    def __post_init__(self) -> None:
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def page(self, image: Encoded, *, width: float, height: float, words: list[Laid]) -> None:
        """Add a page of so many points that shows the image and carries the words."""
        picture, content, page = self.last + 1, self.last + 2, self.last + 3
        self.last = page
        extra = f" /DecodeParms {image.parameters}" if image.parameters else ""
        self._stream(
            picture,
            f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} "
            f"/BitsPerComponent {image.bits} /ColorSpace {image.space} /Filter {image.filter}{extra}",
            image.data,
        )
        drawing = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im Do Q\n".encode() + self._text(words, height)
        self._stream(content, "/Filter /FlateDecode", zlib.compress(drawing, 6))
        self._object(
            page,
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
            f"/Resources << /XObject << /Im {picture} 0 R >> /Font << /F 3 0 R >> >> "
            f"/Contents {content} 0 R >>",
        )
        self.pages.append(page)

    def close(self) -> None:
        """Write what belongs to all pages, and the table of where everything is."""
        program, mapping, widths, described, unicode_map = (self.last + n for n in range(1, 6))
        self.last += 5
        font = _font()
        self._stream(program, f"/Length1 {len(font)} /Filter /FlateDecode", zlib.compress(font, 9))
        self._stream(mapping, "/Filter /FlateDecode", zlib.compress(b"\x00\x00" + b"\x00\x01" * len(self.letters), 9))
        self._object(
            described,
            "<< /Type /FontDescriptor /FontName /AAAAAA+Shapeless /Flags 5 /FontBBox [0 -200 500 800] /ItalicAngle 0 "
            f"/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 {program} 0 R >>",
        )
        self._object(
            widths,
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Shapeless /DW 500 "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/CIDToGIDMap {mapping} 0 R /FontDescriptor {described} 0 R >>",
        )
        self._stream(unicode_map, "/Filter /FlateDecode", zlib.compress(self._unicode_map(), 9))
        self._object(
            3,
            "<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Shapeless /Encoding /Identity-H "
            f"/DescendantFonts [{widths} 0 R] /ToUnicode {unicode_map} 0 R >>",
        )
        kids = " ".join(f"{number} 0 R" for number in self.pages)
        self._object(2, f"<< /Type /Pages /Count {len(self.pages)} /Kids [{kids}] >>")
        show = " /ViewerPreferences << /DisplayDocTitle true >>" if self.title else ""
        self._object(1, f"<< /Type /Catalog /Pages 2 0 R /Lang {_string(self.language)}{show} >>")
        information = ""
        if self.title:
            self.last += 1
            self._object(self.last, f"<< /Title {_string(self.title)} >>")
            information = f" /Info {self.last} 0 R"
        start = self.at
        lines = [f"xref\n0 {self.last + 1}\n0000000000 65535 f \n"]
        lines += [f"{self.offsets[number]:010d} 00000 n \n" for number in range(1, self.last + 1)]
        lines.append(f"trailer\n<< /Size {self.last + 1} /Root 1 0 R{information} >>\nstartxref\n{start}\n%%EOF\n")
        self._write("".join(lines).encode("ascii"))

    def _write(self, data: bytes) -> None:
        self.out.write(data)
        self.at += len(data)

    def _object(self, number: int, body: str) -> None:
        self.offsets[number] = self.at
        self._write(f"{number} 0 obj\n{body}\nendobj\n".encode("ascii"))

    def _stream(self, number: int, entries: str, data: bytes) -> None:
        self.offsets[number] = self.at
        self._write(f"{number} 0 obj\n<< {entries} /Length {len(data)} >>\nstream\n".encode("ascii"))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")

    def _text(self, words: list[Laid], height: float) -> bytes:
        lines = ["BT 3 Tr"]
        for word in words:
            text = _as_drawn(word.text)
            identifiers = [self.letters.setdefault(letter, len(self.letters) + 1) for letter in text]
            identifiers = [number for number in identifiers if number < 0x10000]
            if not identifiers:
                continue
            if word.space:
                identifiers.append(self.letters.setdefault(" ", len(self.letters) + 1))
            matrix, length, size = _matrix(word, height)
            stretch = 100 * length / (WIDTH * size * max(1, len(text)))
            code = "".join(f"{number:04x}" for number in identifiers)
            lines.append(f"/F {size:.2f} Tf {stretch:.2f} Tz {matrix} Tm <{code}> Tj")
        lines.append("ET")
        return "\n".join(lines).encode("ascii")

    def _unicode_map(self) -> bytes:
        """What each identifier stands for, after Adobe Technical Note 5411: no more than a hundred to a block."""
        entries = [f"<{number:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, number in self.letters.items()]
        parts = [
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        ]
        for first in range(0, len(entries), 100):
            block = entries[first : first + 100]
            parts.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
        parts.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
        return "".join(parts).encode("ascii")


def _matrix(word: Laid, height: float) -> tuple[str, float, float]:
    """The text matrix, the length along the line and the size of a word's letters."""
    box = word.box
    across, down = max(0.5, box.right - box.left), max(0.5, box.bottom - box.top)
    if word.turn in (90, 270):
        across, down = down, across
    size = max(1.0, down)
    below = DESCENT * size
    if word.turn == 90:
        place = f"0 -1 1 0 {box.left + below:.2f} {height - box.top:.2f}"
    elif word.turn == 270:
        place = f"0 1 -1 0 {box.right - below:.2f} {height - box.bottom:.2f}"
    elif word.turn == 180:
        place = f"-1 0 0 -1 {box.right:.2f} {height - box.top - below:.2f}"
    else:
        place = f"1 0 0 1 {box.left:.2f} {height - box.bottom + below:.2f}"
    return place, across, size


def _as_drawn(text: str) -> str:
    """Letters in the order in which they stand from left to right; readers turn scripts from the right back."""
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs", "Cn"))
    right = sum(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    if right * 2 <= sum(letter.isalpha() for letter in text):
        return text
    clusters: list[str] = []
    for letter in text:
        if clusters and unicodedata.combining(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return "".join(reversed(clusters))


def _string(text: str) -> str:
    return "<feff" + text.encode("utf-16-be", "replace").hex() + ">"


@cache
def _font() -> bytes:
    """A TrueType font of one empty shape, for text that is there to be searched and heard but not seen."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "shapeless"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": Glyph(), "shapeless": Glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "shapeless": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Shapeless", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()
