"""The rebuilt file: what is painted, what stays as text, and that nothing else is in it."""

import io
import subprocess
from pathlib import Path

import numpy
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from sar_service.documents import sandbox
from sar_service.documents.pages import Box, Limits, Page, Paint, Word
from sar_service.documents.remove import Rebuilt, paint_for, picture, rebuild
from sar_service.documents.remove_encode import encode
from sar_service.documents.remove_write import Laid, Writer
from sar_service.documents.text import iter_pages, read_pages
from sar_service.domain.errors import Refused
from sar_service.domain.redaction import Removal
from tests.documents.torture import KEEP, SECRET, directly, write
from tests.documents.torture_parts import blank, draw, line


def poppler(path: Path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout


def page_of(text: str, *, starts: list[int]) -> Page:
    """A page of ten-point words on lines, for paint alone."""
    words, at = [], 0
    for row, part in enumerate(text.split("\n")):
        left = 72.0
        for word in part.split(" "):
            box = Box(left, 100 + 20 * row, left + 6 * len(word), 112 + 20 * row)
            words.append(Word(word, at, (box,)))
            at += len(word) + 1
            left = box.right + 3
    assert [word.start for word in words] == starts
    return Page(number=1, width=595, height=842, text=text, words=tuple(words))


def test_every_word_that_a_removal_touches_is_painted_whole() -> None:
    page = page_of("met Ada Lovelock at home", starts=[0, 4, 8, 17, 20])
    paint = paint_for(page, [Removal(start=5, end=9, label="Person A")])
    ((box, label),) = paint.boxes
    assert label == "Person A"
    assert (box.left, box.right) == (page.words[1].boxes[0].left, page.words[2].boxes[0].right)


def test_a_removal_over_two_lines_has_a_box_on_each() -> None:
    page = page_of("met Ada\nLovelock here", starts=[0, 4, 8, 17])
    paint = paint_for(page, [Removal(start=4, end=16, label="Person A")])
    assert [box.top for box, _label in paint.boxes] == [100, 120]


def test_neighbouring_removals_keep_their_own_labels() -> None:
    page = page_of("Ada Bert met", starts=[0, 4, 9])
    removals = [Removal(start=0, end=3, label="Person A"), Removal(start=4, end=8, label="Person B")]
    assert [label for _box, label in paint_for(page, removals).boxes] == ["Person A", "Person B"]


def test_a_removal_outside_the_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside page 1"):
        paint_for(page_of("Ada", starts=[0]), [Removal(start=1, end=9, label="x")])


def rebuilt(folder: Path, case: str = "simple", name: str = "out.pdf", **options: object) -> Path:
    path = write(case, folder)
    pages = read_pages(path)
    at = pages[0].text.index(SECRET)
    paints = {1: paint_for(pages[0], [Removal(start=at, end=at + len(SECRET), label="Person C TP16")])}
    result = rebuild(path, folder / name, paints=paints, pages=pages, **options)  # type: ignore[arg-type]
    assert result == Rebuilt(pages=1, boxes=1)
    return folder / name


def test_the_label_stands_in_the_text_where_the_name_was(tmp_path: Path) -> None:
    out = rebuilt(tmp_path)
    expected = f"The mother {KEEP} met [Person C TP16] at the shop."
    assert poppler(out).strip() == expected
    document = pypdfium2.PdfDocument(out)
    assert document[0].get_textpage().get_text_range().strip() == expected
    document.close()


def test_the_box_is_black_and_holds_its_label_in_white(tmp_path: Path) -> None:
    out = rebuilt(tmp_path)
    with Image.open(picture(out, 1, dpi=150, out=tmp_path / "page.png")) as image:
        pixels = numpy.asarray(image.convert("L"))
    box = read_pages(write("simple", tmp_path))[0].words[4].boxes[0]
    inside = pixels[
        int(box.top * 150 / 72) + 1 : int(box.bottom * 150 / 72), int(box.left * 150 / 72) : int(box.right * 150 / 72)
    ]
    assert (inside < 40).mean() > 0.6
    assert (inside > 200).mean() > 0.02
    assert (inside[0] < 40).all()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one = rebuilt(tmp_path, name="one.pdf", title="Case").read_bytes()
    assert rebuilt(tmp_path, name="two.pdf", title="Case").read_bytes() == one


def test_nothing_is_in_the_file_but_pages_title_and_language(tmp_path: Path) -> None:
    out = rebuilt(tmp_path, "notes, fields and links", title="Pack ü", language="cy")
    with pikepdf.open(out) as pdf:
        assert dict(pdf.docinfo.items()) == {"/Title": "Pack ü"}
        assert set(pdf.Root.keys()) == {"/Type", "/Pages", "/Lang", "/ViewerPreferences"}
        assert str(pdf.Root.Lang) == "cy"
        assert set(pdf.pages[0].obj.keys()) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert list(pdf.pages[0].Resources.XObject.keys()) == ["/Im"]


def test_other_readers_find_the_file_without_fault(tmp_path: Path) -> None:
    done = subprocess.run(["qpdf", "--check", str(rebuilt(tmp_path))], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["Żółć", "Świętosława", "i", "Łukasz"],
        ["Cabdiraxmaan", "Xasan"],
        ["محمد", "عبد", "الله"],
        ["Nguyễn", "Thị", "Đào"],
        ["ਗੁਰਪ੍ਰੀਤ", "সুমন"],
        ["party", "🎈", "today"],
    ],
)
def test_names_of_every_script_survive_in_the_text_layer(words: list[str], tmp_path: Path) -> None:
    laid, left = [], 60.0
    right_to_left = words[0] == "محمد"
    for word in reversed(words) if right_to_left else words:
        laid.append(Laid(word, Box(left, 100, left + 9 * len(word), 114), space=True))
        left += 9 * len(word) + 6
    with (tmp_path / "out.pdf").open("wb") as file:
        writer = Writer(file)
        image = encode(Image.new("RGB", (60, 80), "white"))
        writer.page(image, width=595, height=842, words=laid[::-1] if right_to_left else laid)
        writer.close()
    read = poppler(tmp_path / "out.pdf").replace("\u202b", "").replace("\u202c", "").split()
    assert read == words


def test_a_word_half_under_a_box_goes_from_the_text(tmp_path: Path) -> None:
    path = write("simple", tmp_path)
    pages = read_pages(path)
    target = next(word for word in pages[0].words if word.text == SECRET).boxes[0]
    half = Box(target.left + 20, target.top, target.right - 20, target.bottom)
    rebuild(path, tmp_path / "out.pdf", paints={1: Paint(boxes=((half, ""),))}, pages=pages)
    assert poppler(tmp_path / "out.pdf").split() == ["The", "mother", KEEP, "met", "at", "the", "shop."]


def test_lines_close_above_and_below_a_box_stay(tmp_path: Path) -> None:
    pdf = blank()
    draw(pdf, line("above", y=714) + line(SECRET) + line("below", y=686))
    pdf.save(tmp_path / "close.pdf")
    pages = read_pages(tmp_path / "close.pdf")
    paint = paint_for(pages[0], [Removal(start=6, end=6 + len(SECRET), label="Person C TP16")])
    rebuild(tmp_path / "close.pdf", tmp_path / "out.pdf", paints={1: paint}, pages=pages)
    assert poppler(tmp_path / "out.pdf").split("\n")[:1] == ["above"]
    assert "below" in poppler(tmp_path / "out.pdf")


def test_pages_may_be_read_while_they_are_rebuilt(tmp_path: Path) -> None:
    pdf = blank()
    draw(pdf, line("A page"))
    for _ in range(4):
        pdf.pages.append(pdf.pages[0])
    pdf.save(tmp_path / "five.pdf")
    result = rebuild(tmp_path / "five.pdf", tmp_path / "out.pdf", paints={}, pages=iter_pages(tmp_path / "five.pdf"))
    assert result == Rebuilt(pages=5, boxes=0)
    assert poppler(tmp_path / "out.pdf").count("A page") == 5


def test_a_file_of_which_not_all_pages_were_read_is_not_rebuilt(tmp_path: Path) -> None:
    path = write("simple", tmp_path)
    (tmp_path / "out.pdf").write_text("as it was")
    with pytest.raises(Refused, match="page 1 was not read"):
        rebuild(path, tmp_path / "out.pdf", paints={}, pages=[])
    with pytest.raises(ValueError, match=r"\[7\]"):
        rebuild(path, tmp_path / "out.pdf", paints={7: Paint()}, pages=read_pages(path))
    assert (tmp_path / "out.pdf").read_text() == "as it was"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["case.pdf", "out.pdf"]


def test_a_huge_page_is_rebuilt_within_the_limit_of_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)
    pdf = blank()
    pdf.pages[0].obj.MediaBox = [0, 0, 14_000, 8_000]
    draw(pdf, line("plan", size=300, y=4000))
    pdf.save(tmp_path / "plan.pdf")
    pages = read_pages(tmp_path / "plan.pdf")
    rebuild(tmp_path / "plan.pdf", tmp_path / "out.pdf", paints={}, pages=pages, limits=Limits())
    with pikepdf.open(tmp_path / "out.pdf") as out:
        image = out.pages[0].Resources.XObject.Im
        assert max(image.Width, image.Height) == 4500


@pytest.mark.parametrize(
    ("kind", "expected"), [("fax", "/CCITTFaxDecode"), ("text", "/FlateDecode"), ("photo", "/DCTDecode")]
)
def test_pages_are_kept_in_the_form_that_suits_them(kind: str, expected: str) -> None:
    ramp = numpy.linspace(0, 255, 200).astype(numpy.uint8)
    if kind == "fax":
        image = Image.fromarray(numpy.where(numpy.arange(200) % 20 < 3, 0, 255).astype(numpy.uint8)[None].repeat(99, 0))
    elif kind == "text":
        image = Image.new("L", (200, 99), 255)
        image.paste(100, (5, 5, 9, 60))
    else:
        image = Image.fromarray(ramp[None].repeat(99, 0))
    assert encode(image).filter == expected


def test_a_page_kept_as_fax_looks_as_it_did() -> None:
    image = Image.new("L", (203, 99), 255)
    image.paste(0, (10, 10, 80, 30))
    out = io.BytesIO()
    writer = Writer(out)
    writer.page(encode(image), width=203, height=99, words=[])
    writer.close()
    document = pypdfium2.PdfDocument(out.getvalue())
    shown = numpy.asarray(document[0].render(scale=1).to_pil().convert("L"))
    document.close()
    assert shown[20, 40] < 30
    assert shown[60, 150] > 225
