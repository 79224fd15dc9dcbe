"""The calendar of public holidays: the published lists of the three nations with the council's own
corrections.

The days come with the `holidays` package, which works out any year by rule, so nothing is fetched. Up to which day that
is what was published, the list of GOV.UK in `data/` says; a council that knows of a newer one says so in its
`holidays.yaml`. What a holiday does to a due date is in `domain/clock.py`.
"""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import holidays as published
import yaml

from sar_service.domain.errors import InvalidInput
from sar_service.domain.holidays import ExtraHoliday, Nation, nation_of

_AREAS = {Nation.ENGLAND_AND_WALES: "ENG", Nation.SCOTLAND: "SCT", Nation.NORTHERN_IRELAND: "NIR"}
_NAMES = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
    "Summer Bank Holiday": "Summer bank holiday",
    "New Year Holiday": "2 January",
    "Saint Andrew's Day": "St Andrew's Day",
    "Saint Patrick's Day": "St Patrick's Day",
}
PUBLISHED = Path(__file__).parent / "data" / "bank-holidays.json"  # https://www.gov.uk/bank-holidays.json
_MAX_BYTES = 1_000_000
_MAX_DAYS = 5_000


class Extra(Protocol):
    """A day of `config/holidays.yaml`, as read here or by the catalogue."""

    @property
    def on(self) -> date: ...
    @property
    def nation(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def working_day(self) -> bool: ...


class PublishedHolidays:
    """A calendar as `domain/holidays.py` asks for one; years are worked out when first needed."""

    def __init__(self, extra: Iterable[Extra] = (), *, listed_until: date | None = None) -> None:
        self._known_until = max(published_until(), listed_until or date.min)
        self._years: dict[tuple[Nation, int], dict[date, str]] = {}
        self._extra = {(nation_of(day.nation), day.on): "" if day.working_day else day.name for day in extra}

    @property
    def known_until(self) -> date | None:
        """The last day of the newest official list: of the one that is shipped, or that the council knows of."""
        return self._known_until

    def name_of(self, nation: str, on: date) -> str | None:
        """The holiday's name, or None. Raises InvalidInput for a nation that does not exist."""
        key = nation_of(nation)
        said = self._extra.get((key, on))
        return self._year(key, on.year).get(on) if said is None else said or None

    def _year(self, nation: Nation, year: int) -> dict[date, str]:
        if (nation, year) not in self._years:
            listed = published.country_holidays("GB", subdiv=_AREAS[nation], years=year, expand=False)
            self._years[nation, year] = {day: _plain(name) for day, name in listed.items()}
        return self._years[nation, year]


@cache
def published_until(path: Path = PUBLISHED) -> date:
    """The last day for which the days off of every nation have been published; with its Boxing Day a year is whole."""
    ends = []
    for nation in json.loads(path.read_text(encoding="utf-8")).values():
        last = max(date.fromisoformat(event["date"]) for event in nation["events"])
        ends.append(date(last.year, 12, 31) if (last.month, last.day) >= (12, 26) else last)
    return min(ends)


def _plain(name: str) -> str:
    """The name as people in the United Kingdom know it."""
    first = name.split(";")[0].strip()
    substitute = first.endswith(" (observed)")
    first = first.removesuffix(" (observed)")
    return _NAMES.get(first, first) + (" (substitute day)" if substitute else "")


def load(path: Path) -> PublishedHolidays:
    """The calendar with the days of a `holidays.yaml`. Raises InvalidInput naming the file and the entry."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"{path}: this file is too large to be a list of holidays.")
        # The base loader keeps every value as written: for the others, the key "on" is the word for true.
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise InvalidInput(f"{path}: is not valid YAML. Check its indentation, quotes and dates.") from None
    listed = told.get("holidays") if isinstance(told, dict) else None
    if not isinstance(listed, list) or len(listed) > _MAX_DAYS:
        raise InvalidInput(f"{path}: give a list named holidays of at most {_MAX_DAYS} days.")
    if strange := sorted(str(key) for key in told.keys() - {"holidays", "listed_until"}):
        raise InvalidInput(f"{path}: there is no key {strange[0][:40]}. Give holidays, and listed_until if you like.")
    until = told.get("listed_until")
    if until is not None and not (isinstance(until, str) and _is_day(until)):
        raise InvalidInput(f"{path}: listed_until must be a day such as 2029-12-31.")
    extra = [_extra(f"{path}: entry {at}", entry) for at, entry in enumerate(listed, 1)]
    return PublishedHolidays(extra, listed_until=date.fromisoformat(until) if until else None)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _extra(place: str, entry: Any) -> ExtraHoliday:
    if not isinstance(entry, dict) or set(entry) - {"working_day"} != {"on", "nation", "name"}:
        raise InvalidInput(f"{place}: give on, nation and name, working_day if you like, and nothing else.")
    if (works := entry.get("working_day", "false")) not in ("true", "false"):
        raise InvalidInput(f"{place}: working_day must be true or false.")
    try:
        on = date.fromisoformat(entry["on"])
    except (TypeError, ValueError):
        raise InvalidInput(f"{place}: on must be a day such as 2026-06-15.") from None
    try:
        nation = nation_of(str(entry["nation"]))
    except InvalidInput as error:
        raise InvalidInput(f"{place}: {error}") from None
    return ExtraHoliday(on=on, nation=nation, name=str(entry["name"]), working_day=works == "true")
