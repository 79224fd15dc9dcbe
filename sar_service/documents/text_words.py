"""The words a PDF page carries as text: where each stands, in which font, and whether a reader sees it.

Seeing is decided by pixels: the page is drawn with and without its text, and a character that makes no difference
(off the page, invisible, clipped, covered, white on white) is not seen. Order and lines are in `text_order`.
"""

import ctypes
import math
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy
import pypdfium2
import pypdfium2.raw as pdfium

from .ink import FAINT, ink
from .pages import Box
from .pdf import Geometry, Pixels, geometry, render, without_text

SEE_DPI = 110  # enough to see a hair line, cheap enough to draw twice
SEEN = 4  # grey levels of 255 that a character must change: what eyes miss, a picture turned up in contrast shows
CHARACTERS = 200_000  # on one page
HYPHENS = frozenset("-\u00ad\u2010\u2011\ufffe\x02")
NOWHERE = Box(0, 0, 0, 0)
BLANK = frozenset("\u200b\u200c\u200d\u2060\ufeff")


@dataclass(slots=True)
class Piece:
    """A run of characters that stand together on one line: a word, or a part of one before a line end.

    `turn` is the direction it reads in, in degrees clockwise on the displayed page: 0, 90, 180 or 270. `glued` is
    true where it ends in a hyphen that may only be there because the line ended.
    """

    text: str
    box: Box
    font: str = ""
    turn: int = 0
    seen: bool = True
    inked: bool = True
    ocr: bool = False
    confidence: float = 1.0
    glued: bool = False
    doubtful: bool = False
    order: int = 0


@dataclass(slots=True)
class Layer:
    """What one page carries as text, and where its picture, whole and without that text, has ink (at `dpi`).

    `faint` and `rest_faint` count pale strokes too.
    """

    pieces: list[Piece]
    ink: Pixels
    rest_ink: Pixels
    faint: Pixels
    rest_faint: Pixels
    dpi: float
    fonts: set[str] = field(default_factory=set)  # embedded fonts, whose letters may not be what they say
    alternative: bool = False  # some text says of itself that it reads as something else


def layer(page: pypdfium2.PdfPage) -> Layer:
    """Read the page's own text. Switches the page's text off: draw it before, or load it again."""
    full = numpy.asarray(render(page, dpi=SEE_DPI)).astype(numpy.int16)
    characters, fonts, alternative = _characters(page)
    without_text(page)
    rest = numpy.asarray(render(page, dpi=SEE_DPI)).astype(numpy.int16)
    width, height = page.get_size()
    scale = full.shape[1] / width
    strokes = ink(full, scale * 72)
    _judge(characters, numpy.abs(full - rest) >= SEEN, strokes, scale, full.shape[0] / height)
    pieces = _pieces([c for c in characters if c.seen]) + _pieces([c for c in characters if not c.seen])
    faint, rest_faint = ink(full, scale * 72, edge=FAINT), ink(rest, scale * 72, edge=FAINT)
    return Layer(pieces, strokes, ink(rest, scale * 72), faint, rest_faint, scale * 72, fonts, alternative)


@dataclass(slots=True)
class _Character:
    text: str
    box: Box
    font: str
    direction: tuple[float, float]
    doubtful: bool
    space: bool
    order: int
    seen: bool = True
    inked: bool = True


def _characters(page: pypdfium2.PdfPage) -> tuple[list[_Character], set[str], bool]:
    text_page = page.get_textpage()
    handle = text_page.raw
    place = geometry(page)
    found: list[_Character] = []
    fonts: set[str] = set()
    alternative = False
    known: dict[int, tuple[str, tuple[float, float]]] = {}
    corners: list[tuple[float, float, float, float]] = []
    rect = pdfium.FS_RECTF()
    loose = ctypes.byref(rect)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    tight = [ctypes.byref(value) for value in (left, right, bottom, top)]
    for index in range(min(text_page.count_chars(), CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        item = pdfium.FPDFText_GetTextObject(handle, index)
        key = ctypes.addressof(item.contents) if item else 0
        if key not in known:
            font, embedded = font_of(item) if item else ("", False)
            known[key] = (font, _direction(handle, index, place))
            if embedded:
                fonts.add(font)
            alternative = alternative or bool(item and _says_otherwise(item))
        font, direction = known[key]
        character, doubtful = _decode(code, pdfium.FPDFText_HasUnicodeMapError(handle, index) == 1)
        if 0xD800 <= code < 0xDC00:  # a letter beyond the first plane comes in two halves
            follow = pdfium.FPDFText_GetUnicode(handle, index + 1)
            if 0xDC00 <= follow < 0xE000:
                character, doubtful = chr(0x10000 + ((code - 0xD800) << 10) + (follow - 0xDC00)), False
        elif 0xDC00 <= code < 0xE000:
            continue
        pdfium.FPDFText_GetLooseCharBox(handle, index, loose)
        inked = pdfium.FPDFText_GetCharBox(handle, index, *tight)
        if not inked or right.value <= left.value or top.value <= bottom.value:
            left.value, right.value, bottom.value, top.value = rect.left, rect.right, rect.bottom, rect.top
        # the room a letter takes and the ink it has are not the same: both count
        corners.append(
            (
                min(rect.left, left.value),
                min(rect.bottom, bottom.value),
                max(rect.right, right.value),
                max(rect.top, top.value),
            )
        )
        space = character.isspace() or character in BLANK
        found.append(_Character(character, NOWHERE, font, direction, doubtful and not space, space, index))
    for character_found, box in zip(found, place.boxes(corners), strict=True):
        character_found.box = box
    text_page.close()
    return found, fonts, alternative


def _decode(code: int, unmapped: bool) -> tuple[str, bool]:
    if code in (0xFFFE, 0x02):
        return "\u00ad", False  # how PDFium tells of a hyphen at a line end
    if code in (9, 10, 13, 32, 160):
        return " ", False
    if code < 32 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd", True
    return chr(code), unmapped or 0xE000 <= code <= 0xF8FF or code == 0xFFFD


def font_of(item: Any) -> tuple[str, bool]:
    """A name for the font of a text object, and whether the file brings that font along."""
    font = pdfium.FPDFTextObj_GetFont(item)
    if not font:
        return "", False
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    name = ctypes.create_string_buffer(max(1, size))
    pdfium.FPDFFont_GetBaseFontName(font, name, size)
    length = ctypes.c_size_t()
    pdfium.FPDFFont_GetFontData(font, None, 0, ctypes.byref(length))
    embedded = pdfium.FPDFFont_GetIsEmbedded(font) == 1 or not name.value  # a drawn font has no name
    return f"{name.value.decode('latin-1')}/{length.value if embedded else 0}", embedded


def _direction(handle: Any, index: int, place: Geometry) -> tuple[float, float]:
    """Which way the text runs on the displayed page, as a unit vector."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(handle, index, ctypes.byref(matrix)):
        return (1.0, 0.0)
    x = place.across[0] * matrix.a + place.across[1] * matrix.b
    y = place.down[0] * matrix.a + place.down[1] * matrix.b
    length = math.hypot(x, y)
    return (x / length, y / length) if length > 1e-9 else (1.0, 0.0)


def _says_otherwise(item: Any) -> bool:
    """Whether the object is marked with a text to be read instead of what is drawn (ISO 32000-1, 14.9.4)."""
    for index in range(min(pdfium.FPDFPageObj_CountMarks(item), 16)):
        mark = pdfium.FPDFPageObj_GetMark(item, index)
        for number in range(pdfium.FPDFPageObjMark_CountParams(mark)):
            name = (pdfium.FPDF_WCHAR * 64)()
            length = ctypes.c_ulong()
            pdfium.FPDFPageObjMark_GetParamKey(mark, number, name, 128, ctypes.byref(length))
            if bytes(name)[: max(0, length.value - 2)].decode("utf-16-le", "replace") == "ActualText":
                return True
    return False


def _union(one: Box, two: Box) -> Box:
    return Box(min(one.left, two.left), min(one.top, two.top), max(one.right, two.right), max(one.bottom, two.bottom))


def _judge(characters: list[_Character], changed: Pixels, strokes: Pixels, across: float, down: float) -> None:
    """Set `seen` of each character by whether the text changed the picture there, `inked` by whether ink is there."""
    if not characters:
        return
    difference, inked = _sums(changed), _sums(strokes)
    rows, columns = changed.shape
    boxes = numpy.array([(c.box.left, c.box.top, c.box.right, c.box.bottom) for c in characters])
    boxes = boxes * (across, down, across, down)
    low = numpy.floor(boxes[:, :2]).clip(0, (columns, rows)).astype(int)
    high = numpy.ceil(boxes[:, 2:]).clip(0, (columns, rows)).astype(int)
    for character, (left, top), (right, bottom) in zip(characters, low, high, strict=True):
        if character.space:
            continue
        character.seen = right > left and bottom > top and _count(difference, left, top, right, bottom) > 0
        character.inked = right > left and bottom > top and _count(inked, left, top, right, bottom) > 1
    drawn = [character for character in characters if not character.space]
    for before, character, after in zip(drawn, drawn[1:], drawn[2:], strict=False):
        # a comma in small print may change no pixel enough: it goes with the letters around it
        if not character.seen and not character.text.isalnum() and before.seen and after.seen:
            character.seen = after.order - before.order == 2


def _sums(mask: Pixels) -> Pixels:
    sums = numpy.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=numpy.int32)
    numpy.cumsum(mask, axis=0, dtype=numpy.int32, out=sums[1:, 1:])
    numpy.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
    return sums


def _count(sums: Pixels, left: int, top: int, right: int, bottom: int) -> int:
    return int(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


def _pieces(characters: list[_Character]) -> list[Piece]:
    pieces: list[Piece] = []
    run: list[_Character] = []
    for character in characters:
        if run and (character.space or _breaks(run[-1], character)):
            pieces.append(_piece(run))
            run = []
        if not character.space:
            run.append(character)
    if run:
        pieces.append(_piece(run))
    return [piece for piece in pieces if piece.text]


def _breaks(last: _Character, following: _Character) -> bool:
    """Whether a word ends between two characters that no space parts: another line, a gap, another direction."""
    if following.order - last.order > 1 or (following.font != last.font and last.text == "\u00ad"):
        return True
    if abs(last.direction[0] - following.direction[0]) + abs(last.direction[1] - following.direction[1]) > 0.2:
        return True
    (start, end, top, bottom), (start2, _end2, top2, bottom2) = _along(last), _along(following)
    size = max(bottom - top, bottom2 - top2, 0.1)
    if min(bottom, bottom2) - max(top, top2) < 0.4 * min(bottom - top, bottom2 - top2):
        return True
    backwards = unicodedata.bidirectional(following.text[0]) in ("R", "AL")
    gap = (start - _end2) if backwards else (start2 - end)
    return gap > 0.28 * size or gap < -1.2 * size


def _along(character: _Character) -> tuple[float, float, float, float]:
    """The box seen in the direction of reading: start, end, top, bottom."""
    box, (x, y) = character.box, character.direction
    if abs(x) >= abs(y):
        return (box.left, box.right, box.top, box.bottom) if x > 0 else (-box.right, -box.left, -box.bottom, -box.top)
    return (box.top, box.bottom, -box.right, -box.left) if y > 0 else (-box.bottom, -box.top, box.left, box.right)


def _piece(run: list[_Character]) -> Piece:
    glued = run[-1].text in HYPHENS and len(run) > 1
    soft = "\u00ad"
    body = "".join(character.text for character in run)
    text = unicodedata.normalize("NFC", "".join(_plain(letter) for letter in body))
    text = text.rstrip(soft).replace(soft, "") + ("-" if glued and body.endswith(soft) else "")
    box = run[0].box
    for character in run[1:]:
        box = _union(box, character.box)
    x, y = run[0].direction
    turn = (0 if x > 0 else 180) if abs(x) >= abs(y) else (90 if y > 0 else 270)
    return Piece(
        text,
        box,
        font=run[0].font,
        turn=turn,
        seen=run[0].seen,
        inked=sum(character.inked for character in run) * 2 > len(run),
        glued=glued,
        doubtful=any(character.doubtful for character in run),
        order=run[0].order,
    )


def _plain(letter: str) -> str:
    """Joined letters as the letters they are; everything else as it is."""
    return unicodedata.normalize("NFKC", letter) if "\ufb00" <= letter <= "\ufb4f" else letter
