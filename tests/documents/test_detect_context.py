"""Names that are words, short names, and names typed in a hurry: found where they are names, and only there."""

import pytest

from sar_service.documents.detect import Detector
from sar_service.documents.lexicon import is_family, is_given
from sar_service.domain.redaction import Kind, Person

CASE = (
    Person(id="p1", names=("Tyrone Adjei",), role="child"),
    Person(id="p2", names=("Summer Adjei",), role="sister"),
    Person(id="p3", names=("Will Brannigan",), role="dad"),
    Person(id="p5", names=("Hope Mutasa",), role="foster carer"),
    Person(id="p6", names=("Grace Pereira",), role="friend"),
    Person(id="p7", names=("Jun Takeda",), role="peer"),
    Person(id="p8", names=("Mohammed Al-Sabah",), role="neighbour"),
    Person(id="p9", names=("Harjit Kaur Bains",), role="team manager"),
)


def found(text: str, people: tuple[Person, ...] = CASE) -> list[tuple[str, str | None]]:
    detector = Detector(people, subject="p1" if people else None, use_model=False)
    detector.learn([text])
    return [(span.text, span.person) for span in detector.spans(text) if span.kind is Kind.PERSON]


@pytest.mark.parametrize(
    ("text", "written", "person"),
    [
        ("Will will ring on Monday.", "Will", "p3"),
        ("she rang coz will has been round", "will", "p3"),
        ("he woke the baby n summer wudnt settle", "summer", "p2"),
        ("no bus. hope fetching them fri", "hope", "p5"),
        ("omg grace seen him there", "grace", "p6"),
        ("Will/Tyrone both came.", "Will", "p3"),
        ("June - can you ring the school", "June", "p7"),
        ("told moh about it", "moh", "p8"),
        ("Al Sabah next door rang.", "Al Sabah", "p8"),
        ("H. K. Bains chaired.", "H. K. Bains", "p9"),
        ("Present: Bains, H; Pereira, G.", "Bains, H", "p9"),
        ("It was said to Mr\nBrannigan at the door.", "Mr\nBrannigan", "p3"),
    ],
)
def test_a_registered_name_that_is_a_word_or_cut_short_is_found(text: str, written: str, person: str) -> None:
    assert (written, person) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "He will be the one to grace the stage.",
        "I hope being at home helps; it was a long summer.",
        "It was wet, and in June it rained.",
        "They went to a summer wedding.",
        "The hope would be to return in summer.",
    ],
)
def test_the_same_words_in_a_sentence_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Martin Ward came with the others.", "Martin Ward"),
        ("Angel Heart aged 14 has left.", "Angel Heart"),
        ("She gets on with his own child, Will. They play.", "Will"),
        ("They all met in Hope's kitchen.", "Hope"),
        ("Sandy rang at four.", "Sandy"),
        ("Rich said that he would come.", "Rich"),
        ("Spoke to Makena wa Kamau.", "Makena wa Kamau"),
        ("Spoke to Aoife Ni Bhriain.", "Aoife Ni Bhriain"),
    ],
)
def test_a_stranger_whose_name_is_made_of_words_is_found(text: str, written: str) -> None:
    assert written in [name for name, _ in found(text, ())]


@pytest.mark.parametrize("text", ["He was moved to Victoria Ward.", "Nurses on Victoria Ward rang.", "Car reg seen."])
def test_a_ward_or_a_registration_is_nobody(text: str) -> None:
    assert found(text, ()) == []


def test_a_doctor_of_the_childs_family_name_is_not_the_child() -> None:
    assert found("Dr Adjei at the surgery said so.") == [("Dr Adjei", None)]


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("caolan", "mcgonagle"), ("ruairidh", "macaskill"), ("ffion", "cadwaladr"), ("kymani", "brathwaite"),
        ("selamawit", "gebremedhin"), ("hodan", "warsame"), ("rebwar", "barzani"), ("gholamreza", "hosseini"),
        ("dipesh", "venkataraman"), ("hafiz", "bhuiyan"), ("oleksandr", "kovalenko"), ("besnik", "krasniqi"),
        ("zydrunas", "jonaitis"), ("xinyi", "zhao"), ("thandeka", "dlamini"), ("sharday", "loveridge"),
    ],
)  # fmt: skip
def test_names_of_every_tradition_in_britain_are_known(given: str, family: str) -> None:
    assert is_given(given) and is_family(family)
