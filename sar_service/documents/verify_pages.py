"""Looking for withheld strings on the pages of a finished PDF: their text, their picture, the pictures on them.

A page's picture is read by OCR unless all that it shows is plain rules and text in letters that are proved: by their
outlines (`font_proof`), or by having been compared with a picture before. What stands elsewhere in the file is
looked for in `verify_objects`.
"""

import ctypes
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from . import ocr as reader
from .ink import UNEXPLAINED, unexplained
from .ocr import DPI, FINER
from .pages import Box, Limits
from .pdf import Pixels, displayed, geometry, matrix_of, objects, opened, placed, render
from .text_merge import Trust, doubts, weigh
from .text_words import Layer, font_of, layer
from .verify_match import Matcher

CURVES = 24  # curved strokes on a page from which they may be letters drawn as outlines
STROKES = 400  # straight ones
RECTANGLE = 5  # segments at most of the path that is an upright rectangle
WORDS = 10  # of its own, from which a page is known to stand upright
TINY = 24  # pixels: the longer side of a picture in which no word can be read
SAME = 6.0  # mean difference in levels up to which a picture is all that the page shows
BLOCK = 30.0  # difference of any part of it: a word painted over makes half as much again, noise of a scan less
FEWER = 1.7  # times finer than the page is read that a picture may be: what it shows is read all the same

Hit = tuple[int, str, str]  # number of the string, where on the page, how


def pages_in_child(
    pdf: str,
    strings: list[str],
    limits: Iterable[int],
    ocr: bool,
    first: int,
    step: int,
    proven: Iterable[str] = (),
    doubted: Iterable[str] = (),
) -> Iterator[list[Any]]:
    """Search every `step`th page from `first` (from 0); yields page number and what was found on it.

    `proven` and `doubted` are what `font_proof` says of the file's fonts.
    """
    matcher = Matcher(strings)
    trust = Trust(proven=set(proven), doubted=frozenset(doubted))
    seen: dict[str, list[Hit]] = {}
    with opened(Path(pdf), limits=Limits(*limits)) as document:
        odd = drawn_oddly(Path(pdf)) if ocr else frozenset()
        for index in range(first, len(document), step):
            hits = page_hits(document, index, matcher, trust, ocr=ocr, odd=index in odd, seen=seen)
            yield [index + 1, [list(hit) for hit in sorted(set(hits))]]


def page_hits(
    document: pypdfium2.PdfDocument,
    index: int,
    matcher: Matcher,
    trust: Trust,
    *,
    ocr: bool,
    odd: bool,
    seen: dict[str, list[Hit]],
) -> list[Hit]:
    """What can be recovered from one page. `seen` keeps what was read from pictures that come again and again."""
    hits: list[Hit] = []
    page = document[index]
    texts = [_text(page)]
    pictures = _pictures(page) if ocr else []
    page.close()
    page = displayed(document, index)
    texts.append(_text(page))
    complex_page = odd or bool(pictures) or _complex(page)
    for text in dict.fromkeys(texts):
        hits += [(needle.number, "text layer", "text") for needle in matcher.found(text)]
    if ocr:
        own = layer(page) if complex_page or _fonts(page) - trust.proven else None
        if own is not None and (complex_page or doubts(own, trust)):
            hits += _read(document, index, own, texts, matcher, trust)
        for picture in pictures:
            hits += _picture(picture, page, matcher, texts, seen)
    page.close()
    return hits


def drawn_oddly(path: Path) -> frozenset[int]:
    """The pages (from 0) that fill shapes with patterns or draw through masks, where text can hide from readers."""
    known: dict[tuple[int, int], bool] = {}

    def odd(resources: Any, depth: int) -> bool:
        if not isinstance(resources, pikepdf.Dictionary) or depth > 8:
            return depth > 8
        if len(resources.get("/Pattern", {})) or len(resources.get("/Shading", {})):
            return True
        for state in dict(resources.get("/ExtGState", {})).values():
            if isinstance(state, pikepdf.Dictionary) and isinstance(state.get("/SMask"), pikepdf.Dictionary):
                return True
        for form in dict(resources.get("/XObject", {})).values():
            if not isinstance(form, pikepdf.Stream) or form.get("/Subtype") != "/Form":
                continue
            key = form.objgen
            if key not in known:
                known[key] = False
                known[key] = odd(form.get("/Resources"), depth + 1)
            if known[key]:
                return True
        return False

    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            return frozenset(number for number, page in enumerate(pdf.pages) if odd(page.resources, 0))
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset(range(Limits().pages * 10))


def _text(page: pypdfium2.PdfPage) -> str:
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_range()) if text_page.count_chars() else ""
    finally:
        text_page.close()


def _complex(page: pypdfium2.PdfPage) -> bool:
    curves = strokes = 0
    for item, kind in objects(page):
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
            return True
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            bent, straight = _lines(item)
            curves, strokes = curves + bent, strokes + straight
            if curves > CURVES or strokes > STROKES:
                return True
    return False


def _lines(path: Any) -> tuple[int, int]:
    """Curved and straight strokes of a path; an upright rectangle, as rules and tints are drawn, counts as one."""
    bent = straight = 0
    corners: list[tuple[float, float]] = []
    for number in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        curved = pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_BEZIERTO
        bent, straight = bent + curved, straight + (not curved)
        if len(corners) <= RECTANGLE:
            x, y = ctypes.c_float(), ctypes.c_float()
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            corners.append((x.value, y.value))
    upright = all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(corners))
    return (bent, 1) if not bent and straight <= RECTANGLE and upright else (bent, straight)


def _fonts(page: pypdfium2.PdfPage) -> set[str]:
    """The embedded fonts that the page's text objects use, named as `text_words` names them."""

    found = set()
    for item, kind in objects(page):
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            name, embedded = font_of(item)
            if embedded:
                found.add(name)
    return found


def _read(
    document: pypdfium2.PdfDocument, index: int, own: Layer, texts: list[str], matcher: Matcher, trust: Trust
) -> list[Hit]:
    """Read the page's picture, finer and in parts where ink is left, and look for the strings in every reading."""
    hits: list[Hit] = []
    found: list[reader.Read] = []
    words = sum(piece.seen or piece.inked for piece in own.pieces)
    explained = [piece.box for piece in own.pieces]
    for dpi in (DPI, FINER):
        page = displayed(document, index)
        image = render(page, dpi=dpi)
        scale = page.get_size()[0] / image.width
        page.close()
        if image.width * image.height > reader.PIXELS:
            break
        turn = dpi == DPI and words < WORDS
        read = [reader.scaled(word, scale) for word in reader.read(image, dpi=max(70, round(72 / scale)), turn=turn)]
        hits += _hits(read, texts, matcher, "picture")
        found = reader.join(found, read)
        if unexplained(own.ink, [*explained, *(word.box for word in found)], dpi=own.dpi) <= UNEXPLAINED:
            break
    if unexplained(own.faint, [*explained, *(word.box for word in found)], dpi=own.dpi) > UNEXPLAINED:
        page = displayed(document, index)
        hits += _hits(reader.pale(render(page, dpi=DPI)), texts, matcher, "picture")
        page.close()
    weigh(own, found, trust=trust)  # proves the fonts on this page by what was read
    return hits


def _hits(read: list[reader.Read], texts: list[str], matcher: Matcher, where: str) -> list[Hit]:
    lines: dict[tuple[int, int, int], list[str]] = {}
    for word in read:
        lines.setdefault(word.line, []).append(word.text)
    text = "\n".join(" ".join(words) for words in lines.values())
    near = matcher.nearly(text, known="\n".join(texts))
    return [(needle.number, where, "ocr") for needle in [*matcher.found(text), *near]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn on a page: all of it, and the corner points of the page (left, bottom, right, top) it fills."""

    image: Image.Image
    corners: tuple[float, float, float, float] | None  # none where it is drawn turned or slanted


def _pictures(page: pypdfium2.PdfPage) -> list[Picture]:
    """The pictures drawn on the page, each whole: cropping and covering hide nothing here."""
    found: list[Picture] = []
    for item, kind, where in placed(page):
        if kind != pdfium.FPDF_PAGEOBJ_IMAGE:
            continue
        bitmap = pdfium.FPDFImageObj_GetBitmap(item)
        if not bitmap:
            continue
        wrapped = pypdfium2.PdfBitmap.from_raw(bitmap)  # frees the bitmap when nobody holds it any more
        if max(wrapped.width, wrapped.height) >= TINY:
            found.append(Picture(wrapped.to_pil().convert("L"), _corners(matrix_of(item) @ where)))
    return found


def _corners(matrix: Pixels) -> tuple[float, float, float, float] | None:
    (across, tilt, _), (lean, up, _), (left, bottom, _) = matrix.tolist()
    upright = abs(tilt) < 1e-3 and abs(lean) < 1e-3 and across > 0 and up > 0
    return (left, bottom, left + across, bottom + up) if upright else None


def _picture(
    picture: Picture, page: pypdfium2.PdfPage, matcher: Matcher, texts: list[str], seen: dict[str, list[Hit]]
) -> list[Hit]:
    """Read a picture by itself, unless the page, which is read, shows all of it and as finely."""
    if _is_shown(picture, page):
        return []
    image = picture.image
    key = hashlib.sha256(image.tobytes() + repr(image.size).encode()).hexdigest()
    if key not in seen:
        if image.width * image.height > reader.PIXELS:
            image.thumbnail((5000, 5000))
        small = max(image.size) < 800
        if small:
            image = image.resize((image.width * 2, image.height * 2), Image.Resampling.LANCZOS)
        seen[key] = _hits(reader.read(image, dpi=DPI), texts, matcher, "embedded picture")
    return seen[key]


def _is_shown(picture: Picture, page: pypdfium2.PdfPage) -> bool:
    """Whether the page shows this picture, all of it, upright, uncovered, and not made smaller than it is read at."""
    width, height = page.get_size()
    whole = Box(0, 0, width, height)
    if picture.corners is None:
        box = whole
    else:
        box = geometry(page).boxes([picture.corners])[0]
    if box.left < -1 or box.top < -1 or box.right > width + 1 or box.bottom > height + 1:
        return False
    if picture.image.width > FEWER * (box.right - box.left) / 72 * DPI:
        return False
    shown = render(page, dpi=50)
    scale = shown.width / width
    part = shown.crop(tuple(round(side * scale) for side in (box.left, box.top, box.right, box.bottom)))
    if min(part.size) < 1:
        return False
    wide = picture.image.width / picture.image.height
    if abs(wide - part.width / part.height) > max(0.02, 1 / min(part.size)) * wide:
        return False
    return _same(part, picture.image)


def _same(part: Image.Image, whole: Image.Image) -> bool:
    small = whole.resize(part.size, Image.Resampling.BOX)
    difference = numpy.abs(numpy.asarray(part).astype(int) - numpy.asarray(small).astype(int))
    difference = difference[1:-1, 1:-1] if min(part.size) > 8 else difference  # the very edge is half a pixel off
    if float(difference.mean()) > SAME:
        return False
    rows, columns = -(-difference.shape[0] // 8) * 8, -(-difference.shape[1] // 8) * 8
    even = numpy.pad(difference, ((0, rows - difference.shape[0]), (0, columns - difference.shape[1])))
    blocks = even.reshape(rows // 8, 8, columns // 8, 8).mean(axis=(1, 3))
    return float(blocks.max(initial=0)) <= BLOCK
