"""Is this record that person? Weights of evidence, added up by hand and told field by field.

The method is Fellegi and Sunter's (1969): every field that both sides have adds to, or takes from, the
log-odds that they are one person. On top stand rules for what may never be guessed: twins, same-named
children, a parent and child of one name. How values are compared is in `matching_fields.py` and
`matching_names.py`. A field that one side lacks says nothing. Nothing is decided for a person: "possible"
goes before somebody who looks.
"""

from collections.abc import Iterable

from .matching_fields import (
    Compared,
    compare_address,
    compare_births,
    compare_emails,
    compare_identifiers,
    compare_phones,
    compare_postcodes,
    compare_sex,
)
from .matching_names import Names, compare_names
from .people import Identity
from .search import Match, Reason, Verdict

VERSION = "matching/1"
MATCH_FROM = 14.0  # at and above: a match, unless a rule below stands against it
POSSIBLE_FROM = 4.0  # at and above: shown to a person; below: not this person


def match(subject: Identity, candidate: Identity) -> Match:
    """Whether a candidate found in a system is the subject, with the score (log2 odds) and every field's
    reason.

    A match needs names that agree and a date of birth or a personal number that agrees; a number alone
    never carries a match against a different name or date of birth, and a different first name or date of
    birth is never a match however much else agrees. The last reason, where there is one of field "rule",
    says which rule decided.
    """
    names = compare_names(subject, candidate)
    births = compare_births(subject.date_of_birth, candidate.date_of_birth)
    numbers = compare_identifiers(subject.identifiers, candidate.identifiers)
    around = (
        compare_postcodes(subject, candidate),
        compare_address(subject, candidate),
        compare_phones(subject.phones, candidate.phones),
        compare_emails(subject.emails, candidate.emails),
        compare_sex(subject.other, candidate.other),
    )
    parts = [names.given, names.family, births, *numbers, *around]
    score = round(sum(part.weight for part in parts), 1)
    verdict, rule = _verdict(score, names, births, numbers, around)
    reasons = [
        Reason(field=part.field, outcome=part.outcome, weight=round(part.weight, 1), note=part.note) for part in parts
    ]
    if rule:
        reasons.append(Reason(field="rule", outcome=verdict.value, weight=0.0, note=rule))
    return Match(verdict=verdict, score=score, reasons=tuple(reasons))


def _verdict(
    score: float, names: Names, births: Compared, numbers: Iterable[Compared], around: Iterable[Compared]
) -> tuple[Verdict, str]:
    numbers, around = tuple(numbers), tuple(around)
    strong = any(part.agrees and part.strong for part in numbers)
    against = sum(1 for part in numbers if part.disagrees and part.strong)
    near_home = any(part.agrees and part.field != "sex" for part in around)
    own_number = any(part.agrees and part.weight > 2 for part in numbers)
    same_home = any(part.agrees and part.field in ("address", "phones", "emails") for part in around)
    if not (names.given.said or names.family.said or births.said or numbers):
        return Verdict.NO, "nothing that tells one person from another was given on both sides"

    if names.generation_differs and not strong:
        return Verdict.NO, "one is the elder and the other the younger of the same name"
    if strong:
        return _with_number(score, names, births, against)
    if names.given.disagrees:
        return _another_first_name(score, names, births, against, near_home)
    if births.disagrees:
        if names.both_agree and (near_home or against == 0) and births.weight > -6:
            return _at_most_possible(score, "the dates of birth differ")
        return Verdict.NO, "the dates of birth differ"
    if against:
        if against > 1 or not (names.both_agree and births.agrees):
            return Verdict.NO, "a number that only one person has differs"
        return _at_most_possible(score, "a number that only one person has differs")
    if score < MATCH_FROM:
        return (Verdict.POSSIBLE if score >= POSSIBLE_FROM else Verdict.NO), ""
    another_sex = any(part.disagrees and part.field == "sex" for part in around)
    return _without_number(names, births, near_home, same_home or own_number, another_sex)


def _with_number(score: float, names: Names, births: Compared, against: int) -> tuple[Verdict, str]:
    """A number that only one person has is the same on both sides; wrong numbers are typed every day."""
    if against:
        return Verdict.POSSIBLE, "one personal number agrees and another differs"
    if births.disagrees:
        return Verdict.POSSIBLE, "a personal number agrees but the dates of birth differ"
    if names.given.disagrees:
        return Verdict.POSSIBLE, "a personal number agrees but the first names differ"
    if names.generation_differs:
        return Verdict.POSSIBLE, "a personal number agrees but one is the elder of the name"
    if names.family.disagrees and not (names.given.agrees and births.agrees):
        return Verdict.POSSIBLE, "a personal number agrees but the family names differ"
    if not (names.given.said or births.said):
        return Verdict.POSSIBLE, "a personal number agrees and nothing else is known"
    if names.given.agrees or births.agrees or score >= MATCH_FROM:
        return Verdict.MATCH, ""
    return Verdict.POSSIBLE, "a personal number agrees and little else does"


def _another_first_name(
    score: float, names: Names, births: Compared, against: int, near_home: bool
) -> tuple[Verdict, str]:
    """Different first names: a twin, a brother or sister, a parent; or a name that nobody told us of."""
    if against:
        return Verdict.NO, "the first names differ and so does a personal number"
    if births.said and not births.disagrees and (names.family.agrees or near_home):
        return _at_most_possible(score, "the first names differ: this may be a twin")
    return Verdict.NO, "the first names differ"


def _without_number(
    names: Names, births: Compared, near_home: bool, tied: bool, another_sex: bool
) -> tuple[Verdict, str]:
    """Enough agrees, but no personal number does: is it of the kind that is one person's alone?

    `near_home`: a postcode, address, phone or e-mail agrees. `tied`: one of the last three, or a number
    that the systems themselves gave, does.
    """
    if not births.agrees:
        if not births.close:
            return Verdict.POSSIBLE, "no date of birth and no personal number to tell namesakes apart"
        if not (near_home and names.both_agree) or births.generation_apart:
            return Verdict.POSSIBLE, "the dates of birth are alike but not the same"
    if births.stand_in and not near_home:
        return Verdict.POSSIBLE, "1 January often stands for a day not known, and no address agrees"
    if not names.given.said:
        return Verdict.POSSIBLE, "there is no first name to go by"
    if names.other_script:
        return Verdict.POSSIBLE, "the names are written in different scripts"
    if another_sex and not names.given_same:
        return Verdict.POSSIBLE, "the first names are forms of one name, but the sexes differ: this may be a twin"
    if names.given.outcome == "similar" and not names.misspelt:
        return Verdict.POSSIBLE, "the first names are alike but not the same"
    if names.middle_differs:
        return Verdict.POSSIBLE, "the middle names differ"
    if names.family.disagrees and not (births.agrees and names.given.agrees and tied):
        return Verdict.POSSIBLE, "the family names differ and no personal number agrees"
    if not names.family.said:
        return Verdict.POSSIBLE, "there is no family name to go by"
    return Verdict.MATCH, ""


def _at_most_possible(score: float, rule: str) -> tuple[Verdict, str]:
    return (Verdict.POSSIBLE if score >= POSSIBLE_FROM else Verdict.NO), rule
