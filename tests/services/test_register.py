"""The people register: who somebody is to the request, whatever their mentions say and in whatever order they come."""

from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Kind
from sar_service.models import Case, MarkRow, PersonRow
from sar_service.services import people, redaction_mark, units
from tests import factories

SOURCE = {"names": ["Petronella Ashgrove"], "role": "person who referred", "standing": "source"}
CONSTABLE = {"names": ["Petronella Ashgrove"], "role": "Police Constable"}
NEIGHBOUR = {"names": ["Petronella Ashgrove"], "role": "neighbour"}
HIDDEN = {**SOURCE, "protected": True}


@pytest.fixture
def case(app: Any, sent: Any, officer: Actor, now: datetime) -> Case:
    return factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)


def of(case: Case, mentions: list[dict[str, Any]], now: datetime) -> PersonRow:
    register = people.Register(case, now=now)
    rows = [register.mention(each, system="care") for each in mentions]
    assert rows[0] is not None and all(row is rows[0] for row in rows)
    return rows[0]


@pytest.mark.parametrize(
    ("mentions", "standing", "confided"),
    [
        ([SOURCE], Standing.SOURCE, True),
        ([NEIGHBOUR, SOURCE], Standing.SOURCE, True),
        ([SOURCE, NEIGHBOUR], Standing.SOURCE, True),
        ([CONSTABLE, SOURCE], Standing.PROFESSIONAL, False),
        ([SOURCE, CONSTABLE], Standing.PROFESSIONAL, False),
        ([HIDDEN], Standing.PROTECTED, True),
        ([CONSTABLE, HIDDEN], Standing.PROTECTED, True),
        ([HIDDEN, CONSTABLE], Standing.PROTECTED, True),
        ([NEIGHBOUR, {**NEIGHBOUR, "protected": True}], Standing.PROTECTED, False),
    ],
)
def test_what_asks_for_more_care_wins_in_any_order(
    case: Case, now: datetime, mentions: list[dict[str, Any]], standing: Standing, confided: bool
) -> None:
    row = of(case, mentions, now)
    assert (row.standing, row.confided) == (standing, confided)


def a_mark(case: Case, officer: Actor, person: PersonRow | None, made_by: str = "") -> MarkRow:
    item = next(iter(units.items(case)))
    return redaction_mark.new_mark(case, item, 1, 0, 4, person=person, made_by=made_by, rule="test")


def test_of_a_source_not_even_a_letter_is_told_also_where_they_are_protected(
    case: Case, officer: Actor, now: datetime
) -> None:
    row = of(case, [HIDDEN], now)
    assert units.label(a_mark(case, officer, row), {row.id: row}, "TP16S") == "information withheld, TP16S"


def test_showing_a_protected_source_needs_a_reason(case: Case, officer: Actor, now: datetime) -> None:
    row = of(case, [HIDDEN], now)
    db.session.flush()
    with pytest.raises(InvalidInput, match="in confidence"):
        redaction_mark.decide_person(case, row, treatment="show", version=row.version, actor=officer, now=now)


def test_a_passage_that_an_officer_marks_is_not_called_a_name(case: Case, officer: Actor) -> None:
    assert units.label(a_mark(case, officer, None, made_by="Rowan"), {}, "TP16") == "information withheld, TP16"
    machine = a_mark(case, officer, None)
    assert machine.kind is Kind.PERSON
    assert units.label(machine, {}, "TP16") == "a person's name, TP16"


def test_a_merged_person_keeps_the_protection_of_both(case: Case, officer: Actor, now: datetime) -> None:
    hidden = of(case, [HIDDEN], now)
    other = people.add(
        case, names=["Nell Ash"], role="neighbour", standing=Standing.THIRD_PARTY, actor=officer, now=now
    )
    db.session.flush()
    people.merge(case, other, hidden, actor=officer, now=now)
    assert (other.standing, other.confided) == (Standing.PROTECTED, True)


def test_what_an_officer_says_of_somebody_stays_whatever_a_system_says_later(
    case: Case, officer: Actor, now: datetime
) -> None:
    row = people.add(
        case, names=["Petronella Ashgrove"], role="teacher", standing=Standing.SOURCE, actor=officer, now=now
    )
    db.session.flush()
    assert of(case, [CONSTABLE], now).id == row.id
    assert (row.standing, row.confided) == (Standing.SOURCE, True)


def test_an_officer_can_say_that_somebody_told_nothing_in_confidence(case: Case, officer: Actor, now: datetime) -> None:
    row = of(case, [SOURCE], now)
    db.session.flush()
    people.rename(
        case, row, names=["Petronella Ashgrove"], role="neighbour", standing=Standing.THIRD_PARTY,
        version=row.version, actor=officer, now=now,
    )  # fmt: skip
    assert (row.standing, row.confided) == (Standing.THIRD_PARTY, False)
