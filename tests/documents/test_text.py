"""A page's words as a reader sees them: their order, their places, and what a person should look at."""

from pathlib import Path

import numpy
import pytest
from pikepdf import Dictionary, Pdf
from PIL import Image, ImageDraw, ImageFont

from sar_service.documents import sandbox
from sar_service.documents.pages import Page
from sar_service.documents.text import as_json, from_json, inspect, picture, read_pages
from sar_service.domain.errors import InvalidInput, Refused
from tests.documents.torture import KEEP, SECRET, directly, write
from tests.documents.torture import picture as drawn
from tests.documents.torture_parts import FONT, blank, draw, line, scan

PROSE = ["the", "worker", "came", "to", "the", "house", "and", "spoke", "with", "the", "aunt", "about", "school"]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)


def read(pdf: Pdf, folder: Path, **options: object) -> Page:
    path = folder / "made.pdf"
    pdf.save(path)
    return read_pages(path, **options)[0]  # type: ignore[arg-type]


def written(orders: str, folder: Path) -> Page:
    pdf = blank()
    draw(pdf, orders)
    return read(pdf, folder)


def test_every_word_knows_its_place_in_the_text(tmp_path: Path) -> None:
    page = written(line("One two, three.") + line("Four", y=680) + line("Five", y=600), tmp_path)
    assert page.text == "One two, three.\nFour\n\nFive"
    assert [page.text[word.start : word.end] for word in page.words] == ["One", "two,", "three.", "Four", "Five"]
    assert from_json(as_json(page)) == page


def test_a_word_cut_by_a_line_end_is_one_word_with_two_boxes(tmp_path: Path) -> None:
    page = written(line("He met Marrow-") + line("by there.", y=683), tmp_path)
    assert page.text == "He met Marrowby\nthere." or page.text == "He met Marrowby there."
    (word,) = [word for word in page.words if word.text == "Marrowby"]
    assert len(word.boxes) == 2
    assert word.boxes[1].top > word.boxes[0].top


def test_a_double_name_cut_by_a_line_end_keeps_its_hyphen(tmp_path: Path) -> None:
    page = written(line("He met Ashby-") + line("Croft there.", y=683), tmp_path)
    assert "Ashby-Croft" in page.text


def test_columns_of_prose_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = "".join(line(" ".join(PROSE[:5]), y=700 - 16 * row, size=11) for row in range(8))
    right = "".join(line(f"right {' '.join(PROSE[5:9])}", x=320, y=692 - 16 * row, size=11) for row in range(8))
    page = written(left + right, tmp_path)
    assert page.text.index("right") > page.text.rindex(" ".join(PROSE[:5]))


def test_the_cells_of_a_row_are_read_together(tmp_path: Path) -> None:
    rows = [("Name", KEEP), ("School", "Hill"), ("Year", "Nine"), ("Town", "Ely"), ("Tutor", "Moss")]
    orders = "".join(
        line(label, y=700 - 20 * at) + line(value, x=300, y=700 - 20 * at) for at, (label, value) in enumerate(rows)
    )
    assert written(orders, tmp_path).text.split("\n")[0] == f"Name {KEEP}"


def test_letters_set_apart_for_effect_are_one_word(tmp_path: Path) -> None:
    orders = "".join(line(letter, x=72 + 20 * at) for at, letter in enumerate("MARROW"))
    assert written(orders, tmp_path).text == "MARROW"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_boxes_of_the_words_cover_all_ink_however_the_page_is_turned(turn: int, tmp_path: Path) -> None:
    pdf = blank()
    draw(pdf, line(f"Gypsy {KEEP} jumps quickly", x=100, y=500))
    pdf.pages[0].obj.Rotate = turn
    pdf.pages[0].obj.CropBox = [50, 60, 560, 800]
    page = read(pdf, tmp_path)
    assert page.text == f"Gypsy {KEEP} jumps quickly"
    picture(tmp_path / "made.pdf", 1, dpi=144, out=tmp_path / "page.png")
    with Image.open(tmp_path / "page.png") as image:
        dark = numpy.asarray(image.convert("L")) < 128
    assert image.size == (round(page.width * 2), round(page.height * 2))
    assert dark.sum() > 100
    for word in page.words:
        box = word.boxes[0]
        dark[int(box.top * 2) - 1 : int(box.bottom * 2) + 2, int(box.left * 2) - 1 : int(box.right * 2) + 2] = False
    assert dark.sum() == 0


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_scan_that_lies_on_its_side_is_read(degrees: int, tmp_path: Path) -> None:
    image = scan(f"The mother {KEEP} met {SECRET} at the shop.").rotate(degrees, expand=True)
    pdf = blank()
    pdf.pages[0].obj.MediaBox = [0, 0, image.width / 2, image.height / 2]
    pdf.pages[0].Resources.XObject = Dictionary(Im=drawn(pdf, image))
    draw(pdf, f"q {image.width / 2} 0 0 {image.height / 2} 0 0 cm /Im Do Q")
    page = read(pdf, tmp_path)
    assert f"{KEEP} met {SECRET}" in page.text
    assert {word.turn for word in page.words} == {360 - degrees}


def test_what_only_the_picture_shows_is_added_to_what_the_file_says(tmp_path: Path) -> None:
    pdf = blank()
    pdf.pages[0].Resources.XObject = Dictionary(Im=drawn(pdf, scan(SECRET, size=(600, 300))))
    draw(pdf, line(f"The mother {KEEP} came.") + "q 300 0 0 150 72 400 cm /Im Do Q")
    page = read(pdf, tmp_path)
    assert [(word.text, word.ocr) for word in page.words][-1] == (SECRET, True)
    assert read(pdf, tmp_path, ocr="never").text == f"The mother {KEEP} came."


def test_text_that_does_not_match_its_picture_is_not_believed(tmp_path: Path) -> None:
    pdf = blank()
    pdf.pages[0].Resources.XObject = Dictionary(Im=drawn(pdf, scan(f"The neighbour is {SECRET} Tindall")))
    at = "BT 3 Tr /F1 17 Tf 57 729 Td (The neighbour is nobody special) Tj ET"
    draw(pdf, f"q 595 0 0 842 0 0 cm /Im Do Q {at}")
    assert f"{SECRET} Tindall" in read(pdf, tmp_path).text


def test_print_in_almost_the_colour_of_the_paper_is_read(tmp_path: Path) -> None:
    """It can be made plain again on the picture of the page, so that it must be there to be found."""
    assert SECRET in written(line(f"The mother {KEEP} came.") + "0.96 g " + line(SECRET, y=600), tmp_path).text
    assert SECRET not in written(line(f"The mother {KEEP} came.") + "1 g " + line(SECRET, y=600), tmp_path).text


def test_handwriting_is_pointed_out(tmp_path: Path) -> None:
    image = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(image)
    points = [(200 + 9 * at, 900 + 60 * ((at * 7) % 5) - 40 * ((at * 3) % 4)) for at in range(60)]
    pen.line(points, fill=0, width=4)
    pen.text((120, 200), f"The mother {KEEP} wrote:", font=ImageFont.truetype(str(FONT), 36), fill=0)
    pdf = blank()
    pdf.pages[0].Resources.XObject = Dictionary(Im=drawn(pdf, image))
    draw(pdf, "q 595 0 0 842 0 0 cm /Im Do Q")
    page = read(pdf, tmp_path)
    assert any("handwriting" in note for note in page.notes)
    assert not written(line(f"The mother {KEEP} wrote:"), tmp_path).notes


def test_a_language_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="'xyz'"):
        read_pages(write("simple", tmp_path), languages="eng+xyz")


def test_a_page_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no page 2"):
        picture(write("simple", tmp_path), 2, dpi=72, out=tmp_path / "x.png")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("notes, fields and links", {"note: Text", "form value", "link"}),
        (
            "beside the pages",
            {"metadata: Title", "metadata: XMP", "embedded file", "script", "bookmark", "preview picture"}
            | {"data of another program"},
        ),
        ("saved again", {"earlier revisions"}),
        ("said otherwise", {"text read instead of what is drawn", "text read instead of a picture"}),
        ("layer switched off", {"layer that is switched off", "text that cannot be seen"}),
        ("unseen text", {"text that cannot be seen"}),
        ("scan with hidden text", {"text behind the picture"}),
    ],
)
def test_what_a_file_hides_is_listed(case: str, expected: set[str], tmp_path: Path) -> None:
    found = inspect(write(case, tmp_path))
    assert expected <= {item.what for item in found}
    assert {item.decision for item in found} == {"left out"}


def test_a_plain_file_hides_nothing(tmp_path: Path) -> None:
    pdf = blank()
    draw(pdf, line("Nothing to hide"))
    pdf.save(tmp_path / "plain.pdf")
    assert inspect(tmp_path / "plain.pdf") == ()
