"""Reading a date of birth as systems and people write it: whole, in part, or not at all.

The order of a written date is the British one, day first, unless it cannot be. Comparing two is in
`matching_fields.py`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_STAND_INS = frozenset({date(1900, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1970, 1, 1), date(1753, 1, 1)})


@dataclass(frozen=True, kw_only=True)
class Born:
    """A date of birth as far as it is known: at least the year."""

    year: int
    month: int | None = None
    day: int | None = None
    two_digit_year: bool = False

    @property
    def whole(self) -> bool:
        return self.month is not None and self.day is not None

    @property
    def digits(self) -> str:
        """Eight digits, year first."""
        return f"{self.year:04d}{self.month or 0:02d}{self.day or 0:02d}"

    def in_century_of(self, other: "Born") -> "Born":
        """This date with a two-digit year read as the other's, where the last two digits agree."""
        if not self.two_digit_year:
            return self
        if self.year % 100 == other.year % 100:
            return replace(self, year=other.year, two_digit_year=False)
        return replace(self, year=other.year - other.year % 100 + self.year % 100, two_digit_year=False)


def read_birth(value: date | str | None) -> Born | None:
    """The date of birth in a value, or None where there is none: blank, a stand-in such as 1 January 1900,
    or a text that is no date.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return None if value in _STAND_INS else Born(year=value.year, month=value.month, day=value.day)
    text = value.strip().casefold()[:60]
    born = _written(text)
    if born is None or not 1850 <= born.year <= 2150:
        return None
    if born.whole and date(born.year, born.month or 1, born.day or 1) in _STAND_INS:
        return None
    return born


@lru_cache(maxsize=20_000)
def _written(text: str) -> Born | None:
    text = re.sub(r"\b(dob|born|d\.o\.b\.?|date of birth|est(imated)?\.?|approx\.?|circa|c\.)[:\s]*", "", text).strip()
    text = re.sub(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})?$", "", text).strip()
    text = re.sub(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,?\s+", "", text)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        return _born(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        year_first = _born(int(found[1]), int(found[2]), int(found[3]))
        return year_first or _born(int(text[4:]), int(text[2:4]), int(text[:2]))
    if found := re.fullmatch(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})", text):
        return _born(int(found[3]), int(found[2]), int(found[1]), short=len(found[3]) == 2)
    if found := re.fullmatch(
        r"(\d{1,2})(?:st|nd|rd|th)?[-\s/]*(?:of\s+)?([a-z]{3})[a-z]*\.?,?[-\s/]*(\d{4}|\d{2})", text
    ):
        return _named(found[2], day=int(found[1]), year=found[3])
    if found := re.fullmatch(r"([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", text):
        return _named(found[1], day=int(found[2]), year=found[3])
    if found := re.fullmatch(r"([a-z]{3})[a-z]*\.?,?[-\s/]+(\d{4})", text):
        return _named(found[1], day=None, year=found[2])
    if found := re.fullmatch(r"(\d{1,2})[-/](\d{4})", text):
        return _born(int(found[2]), int(found[1]), None)
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})", text):
        return _born(int(found[1]), int(found[2]), None)
    if re.fullmatch(r"\d{4}", text):
        return Born(year=int(text))
    return None


def _named(month: str, *, day: int | None, year: str) -> Born | None:
    number = _MONTHS.get(month)
    return _born(int(year), number, day, short=len(year) == 2) if number else None


def _born(year: int, month: int | None, day: int | None, *, short: bool = False) -> Born | None:
    """A date that the calendar has; day and month are taken the other way round where only that is
    possible."""
    if short:
        year += 2000 if year < 50 else 1900
    if month in (0, None):
        return Born(year=year, two_digit_year=short)
    if month > 12 and day is not None and 1 <= day <= 12:
        month, day = day, month
    if not 1 <= month <= 12:
        return None
    if day in (0, None):
        return Born(year=year, month=month, two_digit_year=short)
    try:
        date(year, month, day)
    except ValueError:
        return None
    return Born(year=year, month=month, day=day, two_digit_year=short)
