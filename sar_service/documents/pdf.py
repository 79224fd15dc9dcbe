"""Opening a PDF safely and showing its pages as a reader sees them, with PDFium.

A page is shown with its annotations and form values drawn into it, turned and cropped as displayed. What the words
on it are is in `text`; what it hides is in `hidden`. All of this runs inside `sandbox`.
"""

import contextlib
import ctypes
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from sar_service.domain.errors import Refused

from .pages import Box, Limits

Pixels = numpy.typing.NDArray[Any]

LONGEST = 4500  # pixels of a page's longer side, whatever the resolution asked for
SMALLEST_PAGE, LARGEST_PAGE = 3.0, 14_400.0  # points: ISO 32000-1 annex C
PASSWORD = pdfium.FPDF_ERR_PASSWORD
EMPTY = 100  # pages without content that are looked at twice
TAIL = 4096  # bytes in which the end mark of ISO 32000-1 section 7.5.5 must stand
NOT_WHOLE = "it is broken: not every page can be shown"
PICTURES_CHECKED = 50  # on one page


@contextlib.contextmanager
def opened(path: Path, *, limits: Limits) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF of which every page can be loaded, repaired once if need be.

    Raises Refused if it is empty, too large, needs a password, has too many pages, or is so broken that not every
    page can be shown. A file that opens without a password is opened, whatever it forbids.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused("it is empty")
    if size > limits.bytes:
        raise Refused(f"it is larger than {limits.bytes // 1024**2} MB")
    if not _ends(path, size):
        raise Refused("it is broken: its end is missing, so that not every page can be shown")
    with tempfile.TemporaryDirectory(prefix="sar-pdf-") as scratch:
        document = _open(path)
        if document is None or not _whole(document, path, limits):
            repaired = Path(scratch) / "repaired.pdf"
            expected = _repair(path, repaired)
            if document is not None:
                expected = max(expected, len(document))
                document.close()
            document = _open(repaired)
            if document is None or len(document) < expected or not _whole(document, repaired, limits):
                if document is not None:
                    document.close()
                raise Refused(NOT_WHOLE)
        try:
            document.init_forms()
            yield document
        finally:
            document.close()


def _ends(path: Path, size: int) -> bool:
    """Whether a file that begins as a PDF also ends as one: readers make do with what a cut-off file still has."""
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            return True  # it is something else, and will be refused as that
        file.seek(max(0, size - TAIL))
        return b"%%EOF" in file.read()


def _open(path: Path) -> pypdfium2.PdfDocument | None:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD:
            raise Refused("it needs a password to open") from None
        return None


def _repair(path: Path, out: Path) -> int:
    """Save the file anew; returns how many pages it says it has, which may be more than could be found."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            pdf.save(out)
            count = pdf.Root.Pages.get("/Count", 0)
            return max(len(pdf.pages), int(count) if isinstance(count, int) else 0)
    except pikepdf.PasswordError:
        raise Refused("it needs a password to open") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        raise Refused("it is broken: it cannot be opened as a PDF") from None


def _whole(document: pypdfium2.PdfDocument, path: Path, limits: Limits) -> bool:
    """Whether every page loads and every page's content can be decoded. Raises Refused over a limit."""
    if len(document) > limits.pages:
        raise Refused(f"it has more than {limits.pages} pages")
    if len(document) == 0:
        return False
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            return False
        width, height = page.get_size()
        page.close()
        if not (SMALLEST_PAGE <= width <= LARGEST_PAGE and SMALLEST_PAGE <= height <= LARGEST_PAGE):
            raise Refused(f"page {index + 1} is of a size that no page can have")
    return _decodes(path, len(document))


def _decodes(path: Path, pages: int) -> bool:
    """A second reader finds the same pages, and the drawing orders of each are there and can be unpacked."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            if len(pdf.pages) != pages:
                return False
            empty = 0
            for page in pdf.pages:
                if "/Contents" not in page.obj:
                    empty += 1
                    if empty <= EMPTY and _pointed_nowhere(path, page.obj.objgen):
                        raise Refused(NOT_WHOLE)
                    continue
                contents = page.obj.Contents
                parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
                for part in parts:
                    if not isinstance(part, pikepdf.Stream):
                        return False
                    part.read_bytes()
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


def _pointed_nowhere(path: Path, name: tuple[int, int]) -> bool:
    """Whether a page without content was written with some: qpdf drops what points to nothing."""
    written = re.search(rb"\b%d\s+%d\s+obj\b(.{0,20000}?)endobj" % name, path.read_bytes(), re.DOTALL)
    return written is not None and b"/Contents" in written.group(1)


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the page's own coordinates become points from the top left of the page as displayed."""

    width: float
    height: float
    across: tuple[float, float, float]  # x' = a*x + b*y + c
    down: tuple[float, float, float]

    def boxes(self, corners: list[tuple[float, float, float, float]]) -> list[Box]:
        """Boxes from the page's own left, bottom, right and top."""
        if not corners:
            return []
        sides = numpy.array(corners)
        xs, ys = sides[:, [0, 0, 2, 2]], sides[:, [1, 3, 1, 3]]
        across = self.across[0] * xs + self.across[1] * ys + self.across[2]
        down = self.down[0] * xs + self.down[1] * ys + self.down[2]
        edges = numpy.stack([across.min(1), down.min(1), across.max(1), down.max(1)], axis=1)
        return [Box(*row) for row in edges.tolist()]


def geometry(page: pypdfium2.PdfPage) -> Geometry:
    width, height = page.get_size()
    fine = 64  # PDFium answers in whole device pixels: ask for small ones

    def device(x: float, y: float) -> tuple[float, float]:
        left, top = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(
            page.raw, 0, 0, int(width * fine), int(height * fine), 0, x, y, ctypes.byref(left), ctypes.byref(top)
        )
        return left.value / fine, top.value / fine

    zero, right, up = device(0, 0), device(1000, 0), device(0, 1000)
    across = ((right[0] - zero[0]) / 1000, (up[0] - zero[0]) / 1000, zero[0])
    down = ((right[1] - zero[1]) / 1000, (up[1] - zero[1]) / 1000, zero[1])
    return Geometry(width, height, across, down)


def displayed(document: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfPage:
    """Page `index` (from 0) with what its annotations and form fields show drawn into its own content.

    PDFium finds no text in annotations otherwise. The change is to the copy in memory only.
    """
    page = document[index]
    pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]


def scale_for(page: pypdfium2.PdfPage, dpi: float) -> float:
    """Pixels to a point: dpi / 72, less where the page would be more than `LONGEST` pixels long."""
    return min(dpi / 72, LONGEST / max(page.get_size()))


def render(page: pypdfium2.PdfPage, *, dpi: float, grey: bool = True) -> Image.Image:
    """A picture of the page as displayed, in grey or in colour."""
    bitmap = page.render(
        scale=scale_for(page, dpi),
        grayscale=grey,
        may_draw_forms=False,  # `displayed` has drawn them
        draw_annots=False,
        no_smoothtext=False,
        rev_byteorder=True,
    )
    try:
        picture = bitmap.to_pil()
        return picture.convert("L" if grey else "RGB")
    finally:
        bitmap.close()


def objects(page: pypdfium2.PdfPage, depth: int = 8) -> Iterator[tuple[Any, int]]:
    """Every drawn object of a page, those inside forms included, with its PDFium type."""
    for item, kind, _ in placed(page, depth):
        yield item, kind


def placed(page: pypdfium2.PdfPage, depth: int = 8) -> Iterator[tuple[Any, int, Pixels]]:
    """As `objects`, with the matrix (3 by 3, rows of points multiply from the left) of the form that each is in."""

    def inside(count: Any, get: Any, parent: Any, left: int, where: Pixels) -> Iterator[tuple[Any, int, Pixels]]:
        for index in range(count(parent)):
            item = get(parent, index)
            kind = pdfium.FPDFPageObj_GetType(item)
            if kind == pdfium.FPDF_PAGEOBJ_FORM and left > 0:
                here = matrix_of(item) @ where
                yield from inside(pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, item, left - 1, here)
            yield item, kind, where

    top = numpy.identity(3)
    yield from inside(pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, page.raw, depth, top)


def matrix_of(item: Any) -> Pixels:
    """An object's own matrix, in the space of the page or form that it is in."""
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(m)):
        return numpy.identity(3)
    return numpy.array([[m.a, m.b, 0.0], [m.c, m.d, 0.0], [m.e, m.f, 1.0]])


def without_text(page: pypdfium2.PdfPage) -> None:
    """Switch the page's text off in memory, so that a second picture shows everything but the text."""
    for item, kind in objects(page):
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            pdfium.FPDFPageObj_SetIsActive(item, False)


def broken_pictures(page: pypdfium2.PdfPage) -> int:
    """How many pictures on the page cannot be decoded, so that a reader sees nothing in their place."""
    broken = checked = 0
    for item, kind in objects(page):
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE and checked < PICTURES_CHECKED:
            checked += 1
            bitmap = pdfium.FPDFImageObj_GetBitmap(item)
            if bitmap:
                pdfium.FPDFBitmap_Destroy(bitmap)
            else:
                broken += 1
    return broken
