"""Pictures and PDFs on their way in: what they hold besides their pages, and picture kinds that need
redrawing first.

Drawing a picture as a page is `remove.image_to_pdf`; what a PDF hides is `inspect` in `text`. Both run
elsewhere.
"""

import io
import re
import warnings
from pathlib import Path
from typing import Any

import pikepdf
from PIL import ExifTags, Image, ImageSequence

from sar_service.documents.draft import Draft
from sar_service.documents.kinds import NEEDS_PASSWORD
from sar_service.domain.errors import Refused

FRAMES = 300
TECHNICAL = frozenset(
    ["icc_profile", "exif", "dpi", "photoshop", "version", "extension", "jfif", "background", "compression"]
)
DIRECT = frozenset({"PNG", "JPEG", "TIFF"})  # kinds that become pages as they are


def read_picture(path: Path, draft: Draft) -> Path:
    """List what a picture carries besides its pixels, and return the file to make pages of.

    That is `path` itself, or a TIFF drawn from it where its kind needs that. Raises Refused for a picture
    that is broken, too large or of an unknown kind.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")) as image:
                _details(image, draft)
                if image.format in DIRECT:
                    return path
                return _redrawn(image, draft)
    except Refused:
        raise
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises whatever a hostile picture makes its decoders trip over
        raise Refused("it is a picture that is broken: ask for the file again") from error


def _details(image: Image.Image, draft: Draft) -> None:
    exif = image.getexif()
    for number, value in [*exif.items(), *exif.get_ifd(ExifTags.IFD.Exif).items()]:
        if isinstance(value, (str, bytes)) and len(value) > 1:
            detail = ExifTags.TAGS.get(number, f"tag {number}")
            draft.left_out("picture", f"camera detail ({detail})", _plain(value))
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        draft.left_out("picture", "place where it was taken")
    if exif.get_ifd(ExifTags.IFD.IFD1):
        draft.left_out("picture", "small preview picture")
    for name, said in image.info.items():
        if isinstance(said, (str, bytes)) and len(said) > 3 and str(name) not in TECHNICAL:
            draft.left_out("picture", str(name)[:40], _plain(said))
    if "photoshop" in image.info:
        draft.left_out("picture", "details of a picture editor")


def _plain(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return re.sub(r"[^\w\s.,:;@/()&'+<>=\"-]+", " ", text)[:4000]


def _redrawn(image: Image.Image, draft: Draft) -> Path:
    if image.width * image.height > draft.limits.pixels:
        raise Refused(f"it has more than {draft.limits.pixels // 1_000_000} million points")
    frames = []
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= FRAMES or number * image.width * image.height > 4 * draft.limits.pixels:
            raise Refused("it is a moving picture that is too long to set out: watch it and answer for it by hand")
        layered = frame.convert("RGBA")
        flat = Image.new("RGB", layered.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        frames.append(flat)
    out = draft.work / "picture.tiff"
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_deflate")
    return out


def read_attachments(path: Path, draft: Draft) -> None:
    """The files that a PDF carries (ISO 32000-1 section 7.11.4) as members: by name, and behind
    annotations.

    A PDF that cannot be opened this way has no members that anybody could reach; whether its pages can be
    shown is decided where they are read.
    """
    try:
        with pikepdf.open(io.BytesIO(path.read_bytes()), suppress_warnings=True) as pdf:
            seen: set[tuple[int, int]] = set()
            for number, stored in enumerate(pdf.objects):
                if number > 2_000_000:
                    break
                if not isinstance(stored, pikepdf.Dictionary) or not isinstance(stored.get("/EF"), pikepdf.Dictionary):
                    continue
                _take_embedded(stored, draft, seen)
    except pikepdf.PasswordError as error:
        raise Refused(NEEDS_PASSWORD) from error
    except pikepdf.PdfError:
        return


def _take_embedded(spec: pikepdf.Dictionary, draft: Draft, seen: set[tuple[int, int]]) -> None:
    for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix"):
        stream = spec.EF.get(key)
        if not isinstance(stream, pikepdf.Stream) or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        name = str(spec.get("/UF", spec.get("/F", "attachment")))
        declared = stream.get("/Params", pikepdf.Dictionary()).get("/Size", 0)
        try:
            if int(declared) > draft.limits.bytes or len(stream.read_raw_bytes()) > draft.limits.bytes:
                draft.member_problem(name, f"it is larger than {draft.limits.bytes // 1024**2} MB")
                continue
            draft.member(name, stream.read_bytes())
        except (pikepdf.PdfError, ValueError, TypeError):
            draft.member_problem(name, "it is broken inside the PDF")
