"""Reading pictures: words, places, directions, and limits."""

import pytest
from PIL import Image

from sar_service.documents import ocr
from sar_service.documents.ocr import Read, check_languages, join, read
from sar_service.documents.pages import Box
from sar_service.domain.errors import InvalidInput, Refused
from tests.documents.torture import KEEP, SECRET
from tests.documents.torture_parts import scan

SENTENCE = f"The mother {KEEP} met {SECRET} at the shop."


def test_words_come_with_their_places_and_how_sure_they_are() -> None:
    words = read(scan(SENTENCE), dpi=150)
    assert " ".join(word.text for word in words) == SENTENCE
    assert all(0.6 < word.confidence <= 1 for word in words)
    assert all(195 < word.box.top < word.box.bottom < 250 for word in words)
    assert [word.box.left for word in words] == sorted(word.box.left for word in words)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_picture_is_read_with_boxes_as_it_lies(degrees: int) -> None:
    image = scan(SENTENCE).rotate(degrees, expand=True)
    words = read(image, dpi=150)
    assert {KEEP, SECRET} <= {word.text for word in words}
    assert {word.turn for word in words} == {360 - degrees}
    box = next(word.box for word in words if word.text == SECRET)
    darkest, _lightest = image.crop((int(box.left), int(box.top), int(box.right), int(box.bottom))).getextrema()
    assert darkest < 60


def test_an_empty_page_has_no_words() -> None:
    assert read(Image.new("L", (800, 600), 255)) == []


def test_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "PIXELS", 1000)
    with pytest.raises(Refused, match="too large"):
        read(Image.new("L", (80, 60), 255))


def test_reading_that_takes_too_long_is_refused() -> None:
    with pytest.raises(Refused, match="took longer than 0 seconds"):
        read(scan(SENTENCE), seconds=0.01)


def test_a_language_is_no_way_to_pass_options_on() -> None:
    check_languages("eng")
    with pytest.raises(InvalidInput):
        check_languages("eng --tessdata-dir /elsewhere")


def test_of_two_readings_the_surer_word_is_kept_and_no_word_is_lost() -> None:
    first = [Read("Manowby", Box(0, 0, 80, 12), 0.4, (1, 1, 1)), Read("came", Box(90, 0, 120, 12), 0.9, (1, 1, 1))]
    second = [Read("Marrowby", Box(1, 0, 80, 12), 0.9, (1, 1, 1)), Read("today", Box(200, 0, 240, 12), 0.9, (1, 1, 1))]
    assert {word.text for word in join(first, second)} == {"Marrowby", "came", "today"}
