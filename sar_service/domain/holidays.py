"""Nations and their public holidays, as the clock asks about them.

The dates come from outside: `adapters/holidays.py` joins the published lists with `config/holidays.yaml`.
The nation is the council's own, not the requester's home (Regulation 1182/71 article 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from .errors import InvalidInput


class Nation(StrEnum):
    """The three parts of the United Kingdom that have bank holidays of their own."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


_ALSO = {"england": Nation.ENGLAND_AND_WALES, "wales": Nation.ENGLAND_AND_WALES}


def nation_of(text: str) -> Nation:
    """The nation a word stands for; "england" and "wales" keep the holidays of both. Raises InvalidInput."""
    word = text.strip().casefold()
    if word in _ALSO:
        return _ALSO[word]
    try:
        return Nation(word)
    except ValueError:
        known = ", ".join(Nation)
        raise InvalidInput(f'"{text[:40]}" is not a nation. Give one of {known}.', field="nation") from None


class Holidays(Protocol):
    """What the clock needs to know of a calendar."""

    @property
    def known_until(self) -> date | None:
        """The last day for which a list has been published; None if it never ends."""

    def name_of(self, nation: str, on: date) -> str | None:
        """The name of the public holiday that falls on this day, substitute days included; or None."""


@dataclass(frozen=True, kw_only=True)
class HolidayTable:
    """A calendar written out: nation, then day, then name."""

    days: Mapping[str, Mapping[date, str]] = field(default_factory=lambda: MappingProxyType({}))
    known_until: date | None = None

    def name_of(self, nation: str, on: date) -> str | None:
        return self.days.get(nation, {}).get(on)


@dataclass(frozen=True, kw_only=True)
class ExtraHoliday:
    """A one-off holiday that the published lists lack; `on` and `nation` say where it stands in them. Or one that they
    have and that was moved: `working_day`."""

    on: date
    nation: str
    name: str
    working_day: bool = False
