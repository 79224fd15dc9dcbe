"""A council's own letters: read and checked with the rest of config/, every mistake with its file and line."""

from pathlib import Path

import pytest

from sar_service.catalogue import CatalogueError, load

GOOD = {
    "letters/refused/body.txt": "ours for all",
    "letters/refused/subject.txt": "ours",
    "letters/refused/body.cy.txt": "ein un ni",
    "letters/example/refused/body.txt": "ours alone",
    "letters/foot.txt": "the end",
    "letters/README.md": "notes",
}


def write(home: Path, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)


def test_what_is_one_councils_stands_before_what_is_for_all(begun: Path) -> None:
    write(begun, dict(GOOD))
    catalogue = load(begun)
    own = catalogue.letters_of("example")
    assert own["letters/refused/body.txt"].text == "ours alone"
    assert own["letters/refused/subject.txt"].text == "ours"
    other = catalogue.letters_of("another")
    assert other["letters/refused/body.txt"].text == "ours for all"
    assert other["letters/foot.txt"].file == str(begun / "letters" / "foot.txt")
    assert str(begun / "letters" / "example" / "refused" / "body.txt") in catalogue.files


def test_a_council_without_letters_of_its_own_has_none(begun: Path) -> None:
    assert load(begun).letters_of("example") == {}


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("letters/refused/body.txt", "a\nb {{ requester.nam }}", 2, 'did you mean "requester.name"?'),
        ("letters/example/foot.txt", "{{ 2 ** 9 }}", 1, "arithmetic"),
        ("letters/refused/body.txt", "{% if due %}", 1, "cannot be read as a template"),
        ("letters/refused/body.txt", " \n", 0, "is empty"),
        ("letters/refused/body.txt", b"caf\xe9", 1, "is not UTF-8"),
        ("letters/refused/body.txt", b"x" * 200_001, 0, "or larger than 200 kB"),
        ("letters/refused/body.txt", "x" * 60_000, 0, "more than 50,000 characters"),
        ("letters/refused/text.txt", "x", 0, "would not be read"),
        ("letters/refused/body.html", "x", 0, 'did you mean "body.txt"?'),
        ("letters/refusal/body.txt", "x", 0, "is not a kind of letter"),
        ("letters/example/refusal/body.txt", "x", 0, 'did you mean "refused"?'),
        ("letters/exampel/refused/body.txt", "x", 0, 'did you mean "example"?'),
        ("letters/foots.txt", "x", 0, 'did you mean "foot.txt"?'),
        ("letters", "x", 0, "must be a folder"),
    ],
)
def test_a_mistake_names_its_file_and_what_to_do(
    begun: Path, name: str, text: str | bytes, line: int, words: str
) -> None:
    write(begun, {name: text})
    with pytest.raises(CatalogueError) as refused:
        load(begun)
    [mistake] = refused.value.mistakes
    assert words in mistake.message and mistake.line == line
    assert (begun / name).is_relative_to(mistake.file)
