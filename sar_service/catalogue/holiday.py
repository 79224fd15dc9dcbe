"""One-off bank holidays that published lists lack: config/holidays.yaml.

The lists themselves come with the service; `adapters/holidays.py` puts the two together.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .controller import Nation
from .stated import Entry, Line


def _day(given: Any) -> Any:
    if not isinstance(given, str | date):
        raise ValueError("must be a date like 2026-06-15")
    return given


class HolidayOverride(Entry):
    """One day that is, or is not, a bank holiday whatever the published lists say."""

    on: Annotated[date, BeforeValidator(_day)] = Field(description="the day, like 2026-06-15")
    nation: Nation = Field(description="england-and-wales, scotland or northern-ireland")
    name: Line = Field(description="what it is called, for the steps of the clock")
    working_day: bool = Field(
        default=False,
        description="true where the published lists have a holiday that was moved: then it is none; false",
    )


class Holidays(Entry):
    """The file as a whole."""

    holidays: tuple[HolidayOverride, ...] = Field(description="one entry for each day and nation")
    listed_until: Annotated[date, BeforeValidator(_day)] | None = Field(
        default=None, description="the last day of a newer published list than the service came with, like 2029-12-31"
    )
