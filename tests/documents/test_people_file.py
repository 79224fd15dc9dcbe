"""The people file is read as typed, and every mistake in it is named with its line."""

from pathlib import Path

import pytest

from sar_service.documents.people_file import Register, read_people_file
from sar_service.domain.errors import InvalidInput
from sar_service.domain.redaction import Treatment


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes) -> Register:
        path = tmp_path / "people.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_people_file(path)

    return reading


def test_everything_is_read_as_it_was_typed(read) -> None:
    register = read(
        """
subject: {names: [Linh Barzani], date_of_birth: 2014-03-02, identifiers: {upn: K420755304180}}
people:
  - {id: p2, names: [Rajesh Barzani, Raj], role: sibling, treatment: withhold, code: TP16}
  - id: p3
    names: Ann Lee
    phones: [07700900123, 0777]
    emails: ann@example.org
    addresses:
      - 12 High Street, Exeter
      - [Flat 2, 9 Low Road, EX1 1AA]
    date_of_birth: 02/03/1980
  - {id: p11, names: [Deborah Taylor], role: social worker, treatment: show}
identifiers: show
"""
    )
    subject, raj, ann, worker = register.people
    assert (register.subject, subject.id, subject.date_of_birth) == ("subject", "subject", "2014-03-02")
    assert subject.identifiers == ("K420755304180",)
    assert (raj.names, raj.treatment, raj.code) == (("Rajesh Barzani", "Raj"), Treatment.WITHHOLD, "TP16")
    assert (ann.phones, ann.emails) == (("07700900123", "0777"), ("ann@example.org",))
    assert ann.addresses == (("12 High Street, Exeter",), ("Flat 2", "9 Low Road", "EX1 1AA"))
    assert ann.date_of_birth == "1980-03-02"
    assert (worker.treatment, worker.code) == (Treatment.SHOW, "")
    assert register.identifiers is Treatment.SHOW


def test_what_is_not_said_is_the_careful_choice(read) -> None:
    register = read("people: [{id: p2, names: [Ann Lee]}]")
    assert register.subject is None
    assert register.identifiers is Treatment.WITHHOLD
    assert (register.people[0].treatment, register.people[0].code) == (Treatment.WITHHOLD, "TP16")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("people:\n  - {names: [Ann]}\n", 2, "needs an id"),
        ("people:\n  - {id: p2}\n", 2, "needs names"),
        ("people:\n  - {id: p2, names: [A]}\n  - {id: p2, names: [B]}\n", 3, "used twice"),
        ("people:\n  - {id: p2, names: [A], treatment: hide}\n", 2, "withhold or show"),
        ("people:\n  - {id: p2, names: [A], code: tp 16}\n", 2, "such as TP16"),
        ("people:\n  - {id: p2, names: [A], phone: '1'}\n", 2, "has no 'phone'"),
        ("people:\n  - {id: p2, names: [A], date_of_birth: 31/02/2000}\n", 2, "2014-03-02"),
        ("people: Ann\n", 1, "must be a list"),
        ("subject: Linh\n", 1, "must have keys"),
        ("identifiers: maybe\npeople:\n  - {id: a, names: [A]}\n", 1, "withhold or show"),
        ("names: [A]\n", 1, "the file has no 'names'"),
        ("subject: {names: [A]}\nsubject: {names: [B]}\n", 2, "given twice"),
        ("people:\n  - {id: p2, names: [A]\n", 3, "not YAML"),
        ("people: &a\n  - {id: p2, names: [A]}\nsubject: *a\n", 3, "anchors"),
        ("", 1, "must have keys"),
        ("people: []\n", 1, "names nobody"),
    ],
)
def test_a_mistake_is_named_with_its_line(read, text: str, line: int, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert f"people.yaml:{line}: " in str(caught.value)
    assert words in str(caught.value)


def test_all_mistakes_are_named_at_once(read) -> None:
    with pytest.raises(InvalidInput) as caught:
        read("people:\n  - {id: p 2, names: [A]}\n  - {id: p3}\nidentifiers: no idea\n")
    assert [line.split("people.yaml:")[1].split(":")[0] for line in str(caught.value).splitlines()] == ["2", "3", "4"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, read) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_people_file(tmp_path / "none.yaml")
    with pytest.raises(InvalidInput, match="UTF-8"):
        read(b"people: \xff\xfe")
    with pytest.raises(InvalidInput, match="larger"):
        read(b"#" * 3_000_000)


def test_nesting_without_end_is_a_mistake_and_not_a_crash(read) -> None:
    with pytest.raises(InvalidInput, match="YAML"):
        read("people: " + "[" * 20_000)
