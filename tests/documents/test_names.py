"""The parts of names and the ways they may be written."""

import pytest

from sar_service.documents.names import Part, fold, initials, parse, ways
from sar_service.domain.redaction import Person


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [
        ("Linh Barzani", "Linh", "Barzani"),
        ("BARZANI, Linh", "Linh", "BARZANI"),
        ("Mr R. Barzani", "R", "Barzani"),
        ("Dr Nneka Obi-Ward", "Nneka", "Obi-Ward"),
        ("PC Ford", "", "Ford"),
        ("Auntie Jo", "Jo", ""),
        ("Iestyn ap Rhys", "Iestyn", "Rhys"),
        ("Temitope (Temi) Ojo", "Temitope", "Ojo"),
        ("Ann Mary Lee Jr", "Ann", "Lee"),
        ("", "", ""),
        ("...", "", ""),
    ],
)
def test_a_name_is_taken_apart(written: str, given: str, family: str) -> None:
    parsed = parse(written)
    assert (parsed.given, parsed.family) == (given, family)


def test_folding_ignores_case_accents_hyphens_and_unseen_characters() -> None:
    assert fold("O\u2019Ne\u00adill") == fold("ONeill") == "oneill"
    assert fold("Ma\u0142gorzata") == fold("MALGORZATA") == "malgorzata"
    assert fold("Quill-\n  feather") == "quillfeather"
    assert fold("Re\u0301ne\u200be") == "renee"


def test_a_person_may_be_meant_by_given_family_pet_middle_and_half_names() -> None:
    person = Person(id="p1", names=("Elizabeth Anne Reid-Thompson", "Mei-Ling Chan"))
    found = {way.word: way.part for way in ways(person)}
    assert found["elizabeth"] is Part.GIVEN
    assert found["liz"] is Part.NICK
    assert found["anne"] is Part.MIDDLE
    assert found["reidthompson"] is Part.FAMILY
    assert found["thompson"] is Part.HALF
    assert found["mei"] is Part.NICK
    assert found["ling"] is Part.JOIN


def test_initials_count_middle_names_and_both_barrels() -> None:
    person = Person(id="p1", names=("Elizabeth Anne Reid-Thompson",))
    assert {"ER", "EAR", "ERT"} <= initials(person)
    assert initials(Person(id="p2", names=("Madonna",))) == frozenset()
