"""School days, and counting them: the time for a pupil's educational record runs in these.

A school day is one from Monday to Friday, in a term, that is no INSET day and no public holiday. Outside the terms that
are known every day from Monday to Friday that is no public holiday is taken for one: the date is then the earliest that
it can be, and a step says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .clock_steps import Step
from .holidays import Holidays

_ONE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class SchoolTerms:
    """What is known of a council's school year: `terms` as first and last days in order (a half term ends one), and
    `inset` days within them on which pupils stay away."""

    terms: tuple[tuple[date, date], ...] = ()
    inset: frozenset[date] = frozenset()

    @property
    def known_from(self) -> date | None:
        return self.terms[0][0] if self.terms else None

    @property
    def known_until(self) -> date | None:
        return self.terms[-1][1] if self.terms else None

    def knows(self, day: date) -> bool:
        """Does this day lie between the first day and the last that is known?"""
        return bool(self.terms) and self.terms[0][0] <= day <= self.terms[-1][1]

    def open_on(self, day: date) -> bool:
        """Is there school on this day, weekends and public holidays left aside? As far as it is known."""
        if not self.knows(day):
            return True
        return day not in self.inset and any(first <= day <= last for first, last in self.terms)


def school_day(day: date, *, nation: str, terms: SchoolTerms, holidays: Holidays) -> bool:
    """Is this a school day?"""
    return day.weekday() < 5 and holidays.name_of(nation, day) is None and terms.open_on(day)


def count(
    received: date, days: int, *, nation: str, terms: SchoolTerms, holidays: Holidays
) -> tuple[date, tuple[Step, ...]]:
    """The last of so many school days, the first being the next after receipt; and the steps that lead to it."""
    off: list[date] = []
    day, left, unknown = received, days, False
    while left:
        day += _ONE
        if school_day(day, nation=nation, terms=terms, holidays=holidays):
            left -= 1
            unknown = unknown or not terms.knows(day)
        else:
            off.append(day)
    steps = [*_breaks(off), Step(key="school_days", on=day, values={"count": days})]
    if unknown and terms.known_from is not None and terms.known_until is not None:
        steps.append(Step(key="terms_end", on=terms.known_until, values={"begin": terms.known_from}))
    elif unknown:
        steps.append(Step(key="terms_unknown"))
    return day, tuple(steps)


def _breaks(off: list[date]) -> Iterator[Step]:
    """The days without school, each stretch once; of weekends alone nothing is said."""
    stretch: list[date] = []
    for day in [*off, None]:
        if stretch and (day is None or day != stretch[-1] + _ONE):
            if any(each.weekday() < 5 for each in stretch):
                one = len(stretch) == 1
                key = "no_school_on" if one else "no_school"
                yield Step(key=key, on=stretch[-1], values={} if one else {"begin": stretch[0]})
            stretch = []
        if day is not None:
            stretch.append(day)
