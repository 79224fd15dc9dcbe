"""Photographs and scans become pages: the right way up, all of them, and nothing but their pixels."""

import io
from pathlib import Path

import numpy
import pikepdf
import pytest
from PIL import Image

from sar_service.documents import sandbox
from sar_service.documents.pages import Limits
from sar_service.documents.picture_pdf import image_to_pdf
from sar_service.documents.text import picture, read_pages
from sar_service.domain.errors import Refused
from tests.documents.torture import KEEP, directly
from tests.documents.torture_parts import scan


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)


def look(path: Path) -> numpy.ndarray:
    with Image.open(picture(path, 1, dpi=72, out=path.with_suffix(".png"))) as image:
        return numpy.asarray(image.convert("RGB")).astype(int)


def test_a_photograph_is_turned_as_it_was_taken_and_its_details_stay_behind(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 200), "white")
    image.paste((255, 0, 0), (0, 0, 100, 200))  # red on the left as stored
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: red on top
    exif[0x010E] = f"{KEEP} at home"
    image.save(tmp_path / "in.jpg", exif=exif, comment=b"not to be passed on")
    assert image_to_pdf(tmp_path / "in.jpg", tmp_path / "out.pdf") == 1
    shown = look(tmp_path / "out.pdf")
    assert shown.shape[0] > shown.shape[1]
    assert shown[20, shown.shape[1] // 2, 0] - shown[20, shown.shape[1] // 2, 1] > 150
    assert shown[-20, shown.shape[1] // 2].min() > 240
    data = (tmp_path / "out.pdf").read_bytes()
    assert KEEP.encode() not in data
    assert b"passed on" not in data
    assert b"Exif" not in data


def test_every_page_of_a_tiff_is_kept_and_can_be_read(tmp_path: Path) -> None:
    pages = [scan(f"Page {word} of the letter", mode="1") for word in ("one", "two", "three")]
    pages[0].save(tmp_path / "in.tif", save_all=True, append_images=pages[1:], compression="group4", dpi=(150, 150))
    assert image_to_pdf(tmp_path / "in.tif", tmp_path / "out.pdf") == 3
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert [round(float(pdf.pages[2].MediaBox[at])) for at in (2, 3)] == [595, 842]
        assert str(pdf.pages[0].Resources.XObject.Im.Filter) == "/CCITTFaxDecode"
    assert [page.text for page in read_pages(tmp_path / "out.pdf")] == [
        "Page one of the letter",
        "Page two of the letter",
        "Page three of the letter",
    ]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16", "L", "1", "CMYK"])
def test_pictures_of_every_make_look_on_white_as_they_should(mode: str, tmp_path: Path) -> None:
    if mode == "I;16":
        image = Image.fromarray((numpy.linspace(0, 65535, 100)[None].repeat(80, 0)).astype(numpy.uint16))
    elif mode in ("RGBA", "LA"):
        image = Image.new(mode, (100, 80), 0)  # all clear
        image.paste(Image.new(mode, (50, 80), "black"), (0, 0))
    else:
        image = Image.new("L", (100, 80), 255)
        image.paste(0, (0, 0, 50, 80))
        image = image.convert(mode)
    suffix = "tif" if mode == "CMYK" else "png"
    image.save(tmp_path / f"in.{suffix}")
    image_to_pdf(tmp_path / f"in.{suffix}", tmp_path / "out.pdf")
    shown = look(tmp_path / "out.pdf")
    middle = shown.shape[0] // 2
    assert shown[middle, 10].max() < 60
    assert shown[middle, -10].min() > 200


def whole(**options: object) -> bytes:
    out = io.BytesIO()
    scan("a letter").save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def many_frames() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("1", (8, 8), at % 2) for at in range(40)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty"),
        (b"Dear all" * 30, "not a picture"),
        (whole(format="JPEG")[:9000], "not all of the picture can be shown"),
        (whole(format="PNG")[:4000], "not all of the picture can be shown"),
        (bomb(), "more than 100 million pixels"),
        (many_frames(), "more than 30 pages"),
        (whole(format="BMP"), "larger than 1 MB"),
    ],
)
def test_a_picture_that_cannot_be_handled_is_refused_in_words(data: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(data)
    limits = Limits(pixels=100_000_000, pages=30, bytes=1024**2)
    with pytest.raises(Refused, match=sentence):
        image_to_pdf(tmp_path / "in", tmp_path / "out.pdf", limits=limits)
    assert not (tmp_path / "out.pdf").exists()


def test_a_size_on_paper_that_makes_no_sense_is_not_believed(tmp_path: Path) -> None:
    scan("a letter").save(tmp_path / "in.jpg", dpi=(1, 1))
    image_to_pdf(tmp_path / "in.jpg", tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert float(pdf.pages[0].MediaBox[3]) < 900
