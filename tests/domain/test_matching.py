"""Is this record that person? The cases that must never be guessed, the ones that must be found, and a
population."""

import random
from dataclasses import replace
from datetime import date

import pytest

from sar_service.domain.matching import match
from sar_service.domain.people import Identifier, Identity, Subject
from sar_service.domain.search import Verdict

from .population import population, record_of

BORN = date(2014, 3, 2)
HOME = ("12 Beech Road", "Hartwell")
UPN = {"upn": "K420755304180"}
LINH = Subject(
    given_name="Linh",
    family_name="Barzani",
    date_of_birth=BORN,
    address=HOME,
    postcode="HX1 4AB",
    phones=("07700 900123",),
    identifiers=UPN,
)
ALONE = Identity(given_name="Linh", family_name="Barzani", date_of_birth=BORN)


def somebody(given: str = "Linh", family: str = "Barzani", born: date | str | None = BORN, **more: object) -> Identity:
    return Identity(given_name=given, family_name=family, date_of_birth=born, **more)  # type: ignore[arg-type]


def at_home(given: str = "Linh", family: str = "Barzani", born: date | str | None = BORN, **more: object) -> Identity:
    return somebody(given, family, born, address=HOME, postcode="HX1 4AB", phones=("07700 900123",), **more)


FOUND = [
    (LINH, LINH, "the same record"),
    (ALONE, somebody(), "name and date of birth and nothing else"),
    (ALONE, somebody(born="02/03/2014"), "a British date"),
    (ALONE, somebody(born="2nd March 2014"), "a date in words"),
    (ALONE, somebody(born="02.03.14"), "a year of two digits"),
    (ALONE, somebody(born="2014-03-02T00:00:00"), "a date with a time"),
    (ALONE, somebody("LINH", "BARZANI"), "in capitals"),
    (ALONE, somebody("Barzani", "Linh"), "given and family name swapped"),
    (ALONE, somebody("", "BARZANI, Linh"), "the whole name in one field"),
    (ALONE, somebody("Linh Anh"), "a middle name more"),
    (ALONE, somebody("Linh", "Barzanni"), "a family name misspelt"),
    (somebody("Katarzyna"), somebody("Katarzina"), "a first name misspelt"),
    (somebody("Zorhan"), somebody("Zorrhan"), "a letter doubled"),
    (somebody("Zoran"), somebody("Zroan"), "two letters swapped"),
    (at_home(born="1990-01-01"), at_home(born="1990-01-01"), "a date that may stand for another, the same address"),
    (somebody("Katarzyna"), somebody("Kasia"), "a Polish short form"),
    (somebody("Oluwaseun"), somebody("Seun"), "a Yoruba short form"),
    (somebody("Margaret"), somebody("Peggy"), "an English pet name"),
    (somebody("Mohammed"), somebody("Muhammad"), "another spelling"),
    (somebody("Seán", "Ó Briain"), somebody("Sean", "O'Briain"), "accents and apostrophes"),
    (somebody("Anna Maria"), somebody("Maria"), "called by a middle name"),
    (LINH, at_home(born="2014-02-03"), "day and month swapped, at the same address"),
    (LINH, at_home(born="2014-03-03"), "a digit of the date wrong, at the same address"),
    (LINH, somebody(family="Okafor", identifiers=UPN), "another family name, the same number and date"),
    (
        replace(LINH, identifiers={"lcs_id": "7781"}),
        somebody(family="Okafor", identifiers={"LCS ID": "7781"}),
        "another family name, a system's own number and the same date",
    ),
    (replace(LINH, other_names=("Linh Okafor",)), somebody(family="Okafor"), "a former name that we know"),
    (replace(LINH, other_names=("Okafor",)), somebody(family="Okafor"), "a former family name alone"),
    (LINH, somebody(family="Barzani-Cole"), "a double name that keeps the first"),
    (LINH, somebody(born=None, identifiers={"UPN": "k420 7553 04180"}), "a number, no date of birth"),
    (LINH, replace(somebody(), address=("9 Mill Lane",), postcode="LS1 1AA"), "has moved"),
    (
        replace(LINH, identifiers={"nhs_number": "0000000000"}),
        somebody(identifiers={"nhs": "9434765919"}),
        "a number that stands for none",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "candidate", "why"), FOUND, ids=[case[2] for case in FOUND])
def test_the_person_is_recognised(subject: Identity, candidate: Identity, why: str) -> None:
    assert match(subject, candidate).verdict is Verdict.MATCH


UNSURE = [
    (LINH, at_home("Lan"), "a twin, no number"),
    (at_home("Tyra"), at_home("Tyla"), "twins whose short names differ by a letter"),
    (at_home("Zavia"), at_home("Zavio"), "a girl and a boy twin of an unknown name"),
    (at_home("Sam", other={"sex": "M"}), at_home("Samantha", other={"sex": "F"}), "a name that may be short for hers"),
    (LINH, at_home(born="2015-03-02"), "the same day of another year"),
    (somebody(born="1990-01-01"), somebody(born="1990-01-01"), "a date that stands for one not known"),
    (somebody("Олена", "Коваль"), somebody("Olena", "Koval"), "a name in another script"),
    (
        somebody(born=None, identifiers={"nhs_number": "943 476 5918"}),
        somebody(born=None, identifiers={"nhs_number": "9434765918"}),
        "a number that fails its check digit, no date of birth",
    ),
    (
        somebody(born=None, identifiers={"upn": "A000000000000"}),
        somebody(born=None, identifiers={"upn": "A000000000000"}),
        "a number that stands for none, no date of birth",
    ),
    (somebody("Amir"), somebody("Amira"), "twins one letter apart"),
    (somebody("Hassan"), somebody("Hussain"), "twins whose names are alike"),
    (somebody("Muhammad Hassan"), somebody("Muhammad Hussain"), "twins who share a first name"),
    (somebody("John Paul"), somebody("John Peter"), "one first name, two middle names"),
    (somebody("Maria"), somebody("Marta"), "two real names one letter apart"),
    (somebody("Ella"), somebody("Ellie"), "two names that may be short for one"),
    (LINH, somebody("Marek", "Nowak", "2012-09-09", identifiers=UPN), "a number keyed to somebody else"),
    (LINH, at_home("Lan", identifiers=UPN), "a twin with the other's number"),
    (LINH, somebody(identifiers={"upn": "Z999888777666"}), "name and date agree, the number does not"),
    (ALONE, somebody(born=None), "a name and nothing else"),
    (LINH, at_home(born=None), "a namesake at the address, no date of birth"),
    (LINH, at_home(born="2014"), "only the year of birth"),
    (ALONE, somebody(born="2014-03-12"), "a namesake born ten days later"),
    (ALONE, somebody("L"), "only an initial"),
    (LINH, at_home("Baby"), "a record from before the name"),
    (ALONE, somebody(family="Okafor"), "another family name and nothing that ties them"),
    (Identity(identifiers=UPN), Identity(identifiers=UPN), "a number and nothing else"),
]


@pytest.mark.parametrize(("subject", "candidate", "why"), UNSURE, ids=[case[2] for case in UNSURE])
def test_what_cannot_be_known_is_left_to_a_person(subject: Identity, candidate: Identity, why: str) -> None:
    assert match(subject, candidate).verdict is Verdict.POSSIBLE


OTHERS = [
    (LINH, at_home("Lan", identifiers={"upn": "K420755304999"}), "a twin with a number of their own"),
    (LINH, somebody(born="2011-07-19", postcode="HX9 1AA"), "a namesake of another age"),
    (LINH, at_home(born="1984-07-19"), "a parent of the same name at the same address"),
    (LINH, at_home("Rajesh", born="2016-01-09"), "a brother"),
    (LINH, at_home("Anh", born=None), "a mother without a date of birth"),
    (somebody("John", "Ward Snr", None), somebody("John", "Ward Jnr", None), "senior and junior"),
    (LINH, Identity(), "an empty record"),
    (Identity(), Identity(), "two empty records"),
    (Identity(given_name="unknown", family_name="N/K"), Identity(given_name="Unknown"), "nobody twice"),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "candidate", "why"), OTHERS, ids=[case[2] for case in OTHERS])
def test_somebody_else_is_not_the_person(subject: Identity, candidate: Identity, why: str) -> None:
    assert match(subject, candidate).verdict is Verdict.NO


@pytest.mark.parametrize("gone", ["date_of_birth", "postcode", "phones", "identifiers", "address"])
def test_a_missing_field_is_no_disagreement(gone: str) -> None:
    empty = {"date_of_birth": None, "postcode": "", "phones": (), "identifiers": {}, "address": ()}[gone]
    full, less = match(LINH, LINH), match(LINH, replace(LINH, **{gone: empty}))
    assert all(reason.outcome != "disagrees" for reason in less.reasons)
    assert less.score < full.score
    assert less.verdict is not Verdict.NO


def test_every_field_says_what_it_added_and_the_score_is_their_sum() -> None:
    found = match(LINH, at_home("Lan", identifiers={"upn": "K420755304999"}))
    assert found.score == pytest.approx(sum(reason.weight for reason in found.reasons), abs=0.2)
    said = {reason.field: reason.outcome for reason in found.reasons}
    assert said["given_name"] == "disagrees"
    assert said["family_name"] == "agrees"
    assert said["identifiers.upn"] == "disagrees"
    assert said["emails"] == "missing"


def test_a_shared_family_number_does_not_make_a_brother_the_person() -> None:
    ours = replace(LINH, identifiers={"family_id": "F1", "household_ref": "H1"})
    theirs = at_home("Rajesh", born="2016-01-09", identifiers={"family_id": "F1", "household_ref": "H1"})
    assert match(ours, theirs).verdict is Verdict.NO


@pytest.mark.parametrize("value", ["x" * 100_000, "\x00\ufffd", "１２", "a " * 5_000, "()[]{}\\*+?", "🙂", "ﷺ"])
def test_hostile_values_do_no_harm(value: str) -> None:
    nasty = Identity(
        given_name=value,
        family_name=value,
        other_names=(value,) * 100,
        date_of_birth=value,
        address=(value,) * 50,
        postcode=value,
        phones=(value,) * 100,
        emails=(value,) * 100,
        identifiers={value: value, "upn": value},
        other={"sex": value},
    )
    assert match(LINH, nasty).verdict is Verdict.NO
    match(nasty, nasty)


def test_in_a_population_nobody_is_taken_for_another_and_hardly_anybody_is_missed() -> None:
    households = population(20261122, households=100)
    chance = random.Random(7)
    people = [member for household in households for member in household.members]
    own: list[Verdict] = []
    wrong: list[tuple[Identity, Identity]] = []
    for at, household in enumerate(households):
        strangers = chance.sample(people, 12)
        for member in household.members:
            own += [match(member, record_of(member, chance)).verdict for _ in range(4)]
            others = [*household.members, *strangers, *households[at - 1].members]
            for other in others:
                if other is not member:
                    record = record_of(other, chance)
                    if match(member, record).verdict is Verdict.MATCH:
                        wrong.append((member, record))
    assert wrong == []
    assert own.count(Verdict.NO) <= 0.005 * len(own)
    assert own.count(Verdict.MATCH) >= 0.93 * len(own)


def test_any_number_a_system_has_can_be_searched_by() -> None:
    assert Subject(identifiers={"upn": "x", "lcs_id": "7"}).known() == {Identifier.UPN, Identifier.REFERENCE}
