"""A page's pixels in the smallest form that keeps it readable, as the body of a PDF image.

Which pixels they are is decided in `remove`; the file around them is written by `remove_write`.
"""

import io
import zlib
from dataclasses import dataclass

import numpy
from PIL import Image

from .pdf import Pixels

COLOUR = 24  # levels between channels from which a pixel is coloured
COLOURED = 0.0003  # share of coloured pixels from which colour is kept
SHADES = 0.08  # share of pixels neither dark nor light from which a page is a photograph
FLAT = 2.5  # mean error in levels up to which sixteen colours stand for all
QUALITY = 72


@dataclass(frozen=True, slots=True)
class Encoded:
    """The bytes of an image XObject and the entries of its dictionary, after ISO 32000-1 section 8.9.5."""

    width: int
    height: int
    bits: int
    space: str
    filter: str
    parameters: str
    data: bytes


def encode(picture: Image.Image, *, quality: int = QUALITY) -> Encoded:
    """Fax code for pure black and white, sixteen greys or colours for text, JPEG for photographs. Deterministic."""
    picture = picture.convert("RGB")
    pixels = numpy.asarray(picture)
    if _coloured(pixels):
        return _flat(picture, pixels) or _jpeg(picture, quality)
    grey = picture.convert("L")
    levels = numpy.asarray(grey)
    if bool(((levels == 0) | (levels == 255)).all()):
        return _fax(grey)
    if float(((levels > 40) & (levels < 215)).mean()) > SHADES:
        return _jpeg(grey, quality)
    return _four_bits(levels >> 4, "/DeviceGray")


def _coloured(pixels: Pixels) -> bool:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    spread = numpy.maximum(numpy.maximum(red, green), blue) - numpy.minimum(numpy.minimum(red, green), blue)
    return float((spread > COLOUR).mean()) > COLOURED


def _jpeg(picture: Image.Image, quality: int) -> Encoded:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    space = "/DeviceGray" if picture.mode == "L" else "/DeviceRGB"
    return Encoded(picture.width, picture.height, 8, space, "/DCTDecode", "", out.getvalue())


def _flat(picture: Image.Image, pixels: Pixels) -> Encoded | None:
    """Sixteen colours, if the page has hardly more: coloured headings and logos keep sharp letters so."""
    few = picture.quantize(16, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    error = numpy.abs(numpy.asarray(few.convert("RGB")).astype(numpy.int16) - pixels).mean()
    if float(error) > FLAT:
        return None
    palette = bytes(few.getpalette() or [])[:48].ljust(48, b"\x00")
    return _four_bits(numpy.asarray(few), f"[/Indexed /DeviceRGB 15 <{palette.hex()}>]")


def _four_bits(values: Pixels, space: str) -> Encoded:
    height, width = values.shape
    if width % 2:
        values = numpy.pad(values, ((0, 0), (0, 1)))
    packed = ((values[:, 0::2] << 4) | values[:, 1::2]).astype(numpy.uint8)
    return Encoded(width, height, 4, space, "/FlateDecode", "", zlib.compress(packed.tobytes(), 6))


def _fax(grey: Image.Image) -> Encoded:
    """CCITT group 4, taken out of a TIFF of one strip."""
    out = io.BytesIO()
    bilevel = grey.convert("1", dither=Image.Dither.NONE)
    bilevel.save(out, "TIFF", compression="group4", tiffinfo={278: grey.height})
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        offsets, counts, black = tags[273], tags[279], tags.get(262, 1)
    data = b"".join(out.getvalue()[o : o + n] for o, n in zip(offsets, counts, strict=True))
    flip = "true" if black == 1 else "false"
    parameters = f"<< /K -1 /Columns {grey.width} /Rows {grey.height} /BlackIs1 {flip} >>"
    return Encoded(grey.width, grey.height, 1, "/DeviceGray", "/CCITTFaxDecode", parameters, data)
