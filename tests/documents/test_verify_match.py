"""What counts as a withheld string found, and what does not."""

import pytest

from sar_service.documents.verify_match import Matcher
from sar_service.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("string", "text"),
    [
        ("Ann", "ANN's dog"),
        ("Ann", "Mary-Ann"),
        ("Marrowby", "MAR-\nROWBY"),
        ("Marrowby", "Mar\u00adrow\u200bby"),
        ("Marrowby", "M a r r o w b y"),
        ("Marrowby", "Marrow by"),
        ("Edwin Marrowby", "Edwin\n  Marrowby"),
        ("Edwin Marrowby", "edwinmarrowby@mail.example"),
        ("07700 900123", "(07700) 900-123"),
        ("07700 900123", "07700900123"),
        ("12 High Street, Ely CB7 4ZZ", "12 High Street\nEly\nCB74ZZ"),
        ("Zoë", "Zoe\u0308 came"),
        ("Łukasz", "Lukasz came"),
        ("L.B.", "seen by L.B. today"),
        ("Lee", "L E E"),
    ],
)
def test_it_is_found_however_it_is_spelt_out(string: str, text: str) -> None:
    assert [needle.string for needle in Matcher([string, "Nobody"]).found(text)] == [string]


@pytest.mark.parametrize(
    ("string", "text"),
    [
        ("Ann", "the annual review"),
        ("Ann", "an n-th part"),
        ("Mayor", "I may or may not"),
        ("Theo", "the only"),
        ("07700 900123", "107700 900123"),
        ("12 High Street", "112 High Street"),
        ("L.B.", "5 lb of flour"),
        ("Lee", "sleeve"),
        ("Edwin Marrowby", "Edwin went. Marrowton did not"),
    ],
)
def test_what_only_looks_like_it_is_not_found(string: str, text: str) -> None:
    assert Matcher([string]).found(text) == []


def test_a_misread_letter_does_not_hide_a_long_string_from_ocr() -> None:
    matcher = Matcher(["Marrowby", "Edwin Marrowby", "Ann", "900123"])
    assert [n.string for n in matcher.nearly("Edwin Manowby Amn 900124")] == []
    assert [n.string for n in matcher.nearly("Edwin Marr0wby Amn 900124")] == ["Marrowby", "Edwin Marrowby"]


def test_a_word_that_the_page_really_has_is_no_misreading() -> None:
    matcher = Matcher(["Daniels"])
    assert [n.string for n in matcher.nearly("Daniel came")] == ["Daniels"]
    assert matcher.nearly("Daniel came", known="Daniel came") == []


def test_a_string_too_short_to_look_for_is_named() -> None:
    with pytest.raises(InvalidInput, match="string 2"):
        Matcher(["Ann", "–A."])


def test_hostile_text_takes_no_more_than_linear_time() -> None:
    text = "a" * 300_000 + " " + "a-" * 100_000 + "1 " * 100_000
    assert Matcher(["aaaaaaaab", "11111111112", "ab"]).found(text) == []
