"""Fifteen school days: terms, INSET days, public holidays, and what is said where the terms are not known."""

from datetime import date

import pytest

from sar_service.domain.clock import Clarification, Extension, Facts, Reckoning, reckon
from sar_service.domain.rights import Right
from sar_service.domain.school_days import SchoolTerms

from .calendars import CALENDAR, EW, SCOTLAND

TERMS = SchoolTerms(
    terms=(
        (date(2026, 4, 13), date(2026, 5, 22)),
        (date(2026, 9, 2), date(2026, 10, 23)),
        (date(2026, 11, 2), date(2026, 12, 18)),
    ),
    inset=frozenset({date(2026, 9, 2), date(2026, 11, 27)}),
)


def clock(received: date, *, nation: str = EW, terms: SchoolTerms = TERMS) -> Reckoning:
    return reckon(Facts(received=received, right=Right.PUPIL_RECORD, nation=nation), holidays=CALENDAR, terms=terms)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 9, 7), date(2026, 9, 28)),  # three weeks of school, the day of receipt not counted
        (date(2026, 10, 16), date(2026, 11, 13)),  # the half term does not count
        (date(2026, 8, 10), date(2026, 9, 23)),  # in the holidays: 3 September is the first day, 2 September is INSET
        (date(2026, 11, 20), date(2026, 12, 14)),  # an INSET day in between
        (date(2026, 4, 24), date(2026, 5, 18)),  # the early May bank holiday lies in a term
        (date(2026, 9, 12), date(2026, 10, 2)),  # a Saturday: the Monday is the first day
    ],
)
def test_fifteen_school_days_after_receipt(received: date, due: date) -> None:
    assert clock(received).due == due


def test_the_nation_of_the_council_says_which_days_are_holidays() -> None:
    everywhere = SchoolTerms(terms=((date(2026, 11, 2), date(2026, 12, 18)),))
    assert clock(date(2026, 11, 16), terms=everywhere).due == date(2026, 12, 7)
    assert clock(date(2026, 11, 16), terms=everywhere, nation=SCOTLAND).due == date(2026, 12, 8)  # St Andrew's Day


def test_the_steps_say_which_days_do_not_count() -> None:
    assert [step.sentence for step in clock(date(2026, 10, 16)).steps] == [
        "Received on Friday 16 October 2026.",
        "There is no school from Saturday 24 October 2026 to Sunday 1 November 2026.",
        "15 school days later is Friday 13 November 2026.",
        "The answer is due by the end of Friday 13 November 2026.",
    ]
    assert "There is no school from Friday 27 November 2026 to Sunday 29 November 2026." in [
        step.sentence for step in clock(date(2026, 11, 20)).steps
    ]


@pytest.mark.parametrize(
    ("received", "terms", "key"),
    [
        (date(2026, 12, 7), TERMS, "terms_end"),  # the fifteenth lies after the last known term
        (date(2026, 3, 30), TERMS, "terms_end"),  # it came before the first
        (date(2026, 9, 7), SchoolTerms(), "terms_unknown"),
    ],
)
def test_where_terms_are_not_known_the_date_is_the_earliest_and_that_is_said(
    received: date, terms: SchoolTerms, key: str
) -> None:
    found = clock(received, terms=terms)
    warning = next(step for step in found.steps if step.key == key)
    assert "may be too early" in warning.sentence and warning.for_staff
    longer = SchoolTerms(terms=(*terms.terms, (date(2027, 1, 5), date(2027, 2, 12)))) if terms.terms else TERMS
    assert found.due is not None and found.due <= (clock(received, terms=longer).due or date.min)


def test_nothing_pauses_or_extends_it() -> None:
    found = reckon(
        Facts(
            received=date(2026, 9, 7),
            right=Right.PUPIL_RECORD,
            nation=EW,
            id_requested=date(2026, 9, 8),
            fee_requested=date(2026, 9, 8),
            clarifications=(Clarification(asked=date(2026, 9, 9)),),
            extension=Extension(notice_on=date(2026, 9, 9), reasons="Many"),
        ),
        holidays=CALENDAR,
        terms=TERMS,
    )
    assert (found.due, found.notice_by, found.extension_valid) == (date(2026, 9, 28), None, False)
