"""Photographs and scans as PDFs: one page a picture, turned as it was taken, with nothing but its pixels.

Place of taking, camera, comments and the small preview that may show more than the picture all stay behind.
"""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from sar_service.domain.errors import Refused

from . import sandbox
from .pages import Limits
from .pdf import LONGEST
from .remove_encode import encode
from .remove_write import Writer

FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP")
A4 = (595.276, 841.890)  # points
A3 = (841.890, 1190.551)
QUALITY = 88  # it is read by OCR and encoded once more later


def image_to_pdf(path: Path, out: Path, *, limits: Limits | None = None) -> int:
    """Write the pictures in a JPEG, PNG, TIFF, GIF, BMP or WebP file to `out`, a page each; returns how many.

    A picture that says how large it is on paper keeps that size up to A3; any other is fitted to A4. Raises Refused
    if it is empty, broken, none of these, or over a limit of bytes, pages or pixels: these are checked before any
    pixel is unpacked.
    """
    limits = limits or Limits()
    numbers = [getattr(limits, name) for name in Limits.__slots__]
    try:
        return int(sandbox.run(image_in_child, path, out, numbers, limits=limits, reads=[path], writes=[out.parent]))
    except Refused:
        out.unlink(missing_ok=True)  # half a file is none
        raise


def image_in_child(path: str, out: str, limits: Iterable[int]) -> int:
    """What `image_to_pdf` runs in the sandbox."""
    most = Limits(*limits)
    size = Path(path).stat().st_size
    if size == 0:
        raise Refused("it is empty")
    if size > most.bytes:
        raise Refused(f"it is larger than {most.bytes // 1024**2} MB")
    Image.MAX_IMAGE_PIXELS = None  # the limit is checked here, with a sentence
    try:
        with Image.open(path, formats=FORMATS) as image, Path(out).open("wb") as target:
            frames = getattr(image, "n_frames", 1)
            if frames > most.pages:
                raise Refused(f"it has more than {most.pages} pages")
            writer = Writer(target)
            for frame in ImageSequence.Iterator(image):
                _check(frame, most)
                _add(writer, frame)
            writer.close()
            return len(writer.pages)
    except UnidentifiedImageError:
        raise Refused("it is broken, or not a picture of a kind that can be read") from None
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError, IndexError, ZeroDivisionError):
        raise Refused("it is broken: not all of the picture can be shown") from None


def _check(frame: Image.Image, most: Limits) -> None:
    if frame.width * frame.height > most.pixels:
        raise Refused(f"a picture in it has more than {most.pixels // 1_000_000} million pixels")


def _add(writer: Writer, frame: Image.Image) -> None:
    dots = _dots(frame)
    frame.load()
    upright = ImageOps.exif_transpose(frame)
    if upright.size != frame.size:
        dots = (dots[1], dots[0])
    flat = _opaque(upright)
    width, height = _paper(flat.width, flat.height, dots)
    if max(flat.size) > LONGEST:
        flat.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    writer.page(encode(flat, quality=QUALITY), width=width, height=height, words=[])


def _dots(frame: Image.Image) -> tuple[float, float]:
    try:
        across, down = (float(value) for value in frame.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    return across, down


def _opaque(picture: Image.Image) -> Image.Image:
    """The picture as it looks on white paper."""
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, layered).convert("RGB")
    if picture.mode.startswith(("I", "F")):
        low, high = picture.getextrema()
        spread = max(1.0, float(high) - float(low))  # type: ignore[arg-type]
        base = float(low)  # type: ignore[arg-type]
        return picture.convert("F").point(lambda value: value * (255 / spread) - base * 255 / spread).convert("L")
    return picture.convert("RGB")


def _paper(width: int, height: int, dots: tuple[float, float]) -> tuple[float, float]:
    across, down = dots
    if 90 <= across <= 1300 and 90 <= down <= 1300:
        points = (width / across * 72, height / down * 72)
        if max(points) <= A3[1] and min(points) <= A3[0] and min(points) >= 3:
            return points
    long, short = A4[1], A4[0]
    room = (long, short) if width > height else (short, long)
    scale = min(room[0] / width, room[1] / height)
    return max(3.0, width * scale), max(3.0, height * scale)
