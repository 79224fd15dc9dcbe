"""How a value of any system is worded for a reader: dates as "3 March 2024", times as "14:05", codes decoded.

Used by every kind that reads structured data. What a field is called and how it is laid out is declared in
the settings; nothing here knows where a value came from.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from sar_service.domain.search import Form

from .base import SettingsPart

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?\Z"
)
_UK = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?\Z")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-]([A-Za-z]{3,9})[ \-,]+(\d{4})\Z")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_TRUE = frozenset({"1", "y", "yes", "true", "t", "on"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FieldSettings(SettingsPart):
    """How one column or path is shown. A bare text is its label."""

    label: str = Setting(min_length=1)
    form: Form = Form.LINE
    codes: Mapping[str, str] = Setting(default_factory=dict)
    date: bool = False

    @model_validator(mode="before")
    @classmethod
    def _label_alone(cls, given: Any) -> Any:
        return {"label": given} if isinstance(given, str) else given

    @field_validator("codes", mode="before")
    @classmethod
    def _codes_are_text(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        if any(isinstance(code, bool) for code in given):
            raise ValueError('a code that YAML reads as true or false needs quotes, e.g. "No"')
        return {str(code): str(meaning) for code, meaning in given.items()}


def as_text(value: Any, *, codes: Mapping[str, str] | None = None, dated: bool = False) -> str:
    """`value` as a reader reads it, or an empty string when there is nothing. `dated` reads text as a
    date."""
    if value is None:
        return ""
    if type(value) is str and not dated and not codes and value.isprintable():
        return value.strip()
    if codes:
        code = _code(value)
        if code in codes:
            return codes[code]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if dated and isinstance(value, str):
        value = as_moment(value) or value
    if isinstance(value, datetime):
        return _day(value) if value.time() == time() else f"{_day(value)}, {value:%H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value))
    if isinstance(value, Mapping | list | tuple):
        return _structure(value)
    return _CONTROLS.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()


def as_moment(value: Any) -> date | datetime | None:
    """A date, or a date with its time where the value has one, from a date or a text in a usual British or
    ISO form; None for anything else. Day comes before month: 3/4/2014 is 3 April."""
    return value if isinstance(value, date) else _moment(as_text(value))


@lru_cache(maxsize=10_000)
def _moment(text: str) -> date | datetime | None:
    try:
        if found := _ISO.match(text) or _PACKED.match(text):
            year, month, day, *clock = found.groups()
        elif found := _UK.match(text):
            day, month, year, *clock = found.groups()
        elif found := _WORDS.match(text):
            day, word, year = found.groups()
            month, clock = str(_MONTH.get(word[:3].lower(), 0)), []
        else:
            return None
        day_only = date(int(year), int(month), int(day))
        if clock and clock[0] and (int(clock[0]), int(clock[1])) != (0, 0):
            return datetime(day_only.year, day_only.month, day_only.day, int(clock[0]), int(clock[1]))  # noqa: DTZ001
        return day_only
    except ValueError:
        return None


def as_date(value: Any) -> date | None:
    """The day of `as_moment`."""
    found = as_moment(value)
    return found.date() if isinstance(found, datetime) else found


def as_birth(value: Any) -> date | str | None:
    """A date of birth: a date where it is one, else the text as found, else None."""
    return as_date(value) or as_text(value) or None


def as_flag(value: Any) -> bool:
    """Whether a flag is set: true, 1, "Y", "yes". A word that is none of these and not a plain no counts as
    set, because the flags that matter here are those that protect somebody."""
    if isinstance(value, bool):
        return value
    text = as_text(value).lower()
    return text in _TRUE or text not in {"", "0", "n", "no", "false", "f", "off", "none", "null"}


def _code(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return as_text(value)


def _day(value: date) -> str:
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _bytes(value: bytes) -> str:
    try:
        return as_text(value.decode())
    except UnicodeDecodeError:
        return f"(binary data, {len(value)} bytes)"


def _structure(value: Any) -> str:
    if isinstance(value, list | tuple) and not any(isinstance(each, Mapping | list | tuple) for each in value):
        return ", ".join(text for each in value if (text := as_text(each)))
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
