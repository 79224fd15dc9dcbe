"""The same words, whatever their spacing and their case."""

import re
import sys

import pytest

from sar_service.documents.phrase import Phrase, plainly


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("Gran", "gran came; GRAN'S dog; grand", ["gran", "GRAN"]),
        ("the red house", "The  Red\nhouse, the redhouse", ["The  Red\nhouse"]),
        ("J. (Jo)", "to J. (Jo)!", ["J. (Jo)"]),
        ("İpek", "ipek, İPEK, ıpek", ["ipek", "İPEK", "ıpek"]),
        ("", "some words", []),
        ("  ", "some words", []),
        ("house", "a horse", []),
    ],
)
def test_words_are_found_as_they_stand(words: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in Phrase(words).places(text)] == found
    assert [text[start:end] for start, end in Phrase(words).places(text, plainly(text))] == found


def test_the_quick_question_is_never_stricter_than_the_search() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isalpha()]
    by_plain: dict[str, list[str]] = {}
    for letter in letters:
        by_plain.setdefault(plainly(letter), []).append(letter)
    everything = "".join(letters)
    cased = [c for c in letters if c.lower() != c or c.upper() != c]
    assert len(cased) > 2000
    for letter in cased:
        for other in re.findall(re.escape(letter), everything, re.IGNORECASE):
            assert plainly(other) == plainly(letter), f"{letter!r} is found as {other!r}"
