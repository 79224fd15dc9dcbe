"""The terms of a council's schools: in controllers.yaml where it answers for pupils' records, or in a file alone.

Counting school days is `sar_service/domain/school_days.py`.
"""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from sar_service.domain.school_days import SchoolTerms

from .mistake import CatalogueError
from .reading import read
from .shape import shape
from .stated import Entry

LONGEST = 150  # days of one term; a longer one is a mistyped date
MOST = 400


def _day(given: Any) -> Any:
    if not isinstance(given, str | date):
        raise ValueError("must be a date like 2026-09-02")
    return given


Day = Annotated[date, BeforeValidator(_day)]


class Term(Entry):
    """From the first day with school to the last; a half term ends one."""

    first: Day = Field(description="the first day with school, like 2026-09-02")
    last: Day = Field(description="the last day with school before the next break, like 2026-10-23")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last lies before first")
        if (self.last - self.first).days > LONGEST:
            raise ValueError(f"is longer than {LONGEST} days; a break, even a half term, ends a term")
        return self


class PupilRecords(Entry):
    """That the council answers for the educational records of its maintained schools, and when there is school."""

    terms: tuple[Term, ...] = Field(
        min_length=1, max_length=MOST, description="one entry for each term or half of one, in order"
    )
    inset_days: tuple[Day, ...] = Field(
        default=(), max_length=MOST, description="days within them on which pupils stay away"
    )

    @field_validator("terms")
    @classmethod
    def _one_after_the_other(cls, given: tuple[Term, ...]) -> tuple[Term, ...]:
        for before, after in pairwise(given):
            if after.first <= before.last:
                raise ValueError(f"the term from {after.first} begins before the one before it has ended")
        return given

    @field_validator("inset_days")
    @classmethod
    def _in_terms(cls, given: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for day in given if "terms" in info.data else ():
            if not any(term.first <= day <= term.last for term in info.data["terms"]):
                raise ValueError(f"{day} lies in none of the terms")
        return given

    def known(self) -> SchoolTerms:
        """The same as the clock takes it."""
        return SchoolTerms(
            terms=tuple((term.first, term.last) for term in self.terms), inset=frozenset(self.inset_days)
        )


def read_terms(path: Path) -> SchoolTerms:
    """The terms that stand alone in a file. Raises CatalogueError with every mistake and its line."""
    reading = read(path, name=str(path))
    found = None if reading.value is None and reading.mistakes else shape(PupilRecords, reading)
    if found is None or reading.mistakes:
        raise CatalogueError(reading.mistakes, files=[str(path)])
    return found.known()
