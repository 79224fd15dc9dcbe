"""Dates as records write them, and which of them are dates of birth.

A date is a day with a month and mostly a year, day first as in Britain. Times and bare years are not dates here.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Iterator
from datetime import date

from sar_service.domain.redaction import Kind

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"""(?=[0-9JFMASONDjfmasond])(?<![\w/\-£$.])(?:
      (?P<y1>(?:19|20)\d\d)[\-/.](?P<m1>0?[1-9]|1[0-2])[\-/.](?P<d1>{_DAY})(?:(?=T\d\d:)|(?![\w/]|[\-.]\d))
     |(?P<d2>{_DAY})(?P<s2>[ ]?[/.\-][ ]?)(?P<m2>0?[1-9]|1[0-2])(?P=s2)(?P<y2>(?:19|20)?\d\d)(?![\w/]|[\-.]\d)
     |(?P<d3>{_DAY})(?:st|nd|rd|th)?(?:[ ]of)?[ \-./]{{1,2}}(?P<m3>{_MONTH})\.?(?:,?[ \-./]{{1,2}}(?P<y3>(?:19|20)\d\d|['’]?\d\d(?!\d|[:.]\d|[ ]?[ap]m)))?(?!\w)
     |(?P<m4>{_MONTH})[ ](?P<d4>{_DAY})(?:st|nd|rd|th)?(?:,?[ ](?P<y4>(?:19|20)\d\d))?(?!\w|[:.]\d)
     |(?P<m5>{_MONTH}),?[ ](?P<y5>(?:19|20)\d\d)(?!\w)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_BIRTH = re.compile(
    r"(?:\bd\.?[ ]?o\.?[ ]?b\.?|\bdate[ ]of[ ]birth|\bbirth[ ]?(?:date|day)|\bborn(?:[ ]on)?(?:[ ]the)?|\bb\.)[^\w\n]{0,8}\n?[ ]{0,4}(?:is|was|of|on)?[ ]?\Z",
    re.IGNORECASE,
)
_BIRTH_AFTER = re.compile(r"[ ]?\(?(?:d\.?o\.?b\b|date of birth)", re.IGNORECASE)


def _year(text: str) -> int:
    year = int(text.strip("'’"))
    return year if year > 99 else year + (2000 if year < 40 else 1900)


def _month(text: str) -> int:
    low = text.lower().rstrip(".")
    return int(low) if low.isdigit() else next(k for k, name in enumerate(_MONTHS, 1) if name.startswith(low[:3]))


def read_date(text: str) -> date | None:
    """The day a text such as "3rd Mar 2014", "03.03.14" or "2014-03-03" names, or None where it names no one day.

    Two-digit years up to 39 are of this century.
    """
    found = _DATE.search(text)
    if not found:
        return None
    for n in ("1", "2", "3", "4"):
        day, year = found.group("d" + n), found.group("y" + n)
        if day and year:
            try:
                return date(_year(year), _month(found.group("m" + n)), int(day))
            except ValueError:
                return None
    return None


def dates(text: str, start: int, end: int) -> Iterator[tuple[int, int, Kind, float]]:
    """Dates between two places of a text: start, end, DATE or DATE_OF_BIRTH, and how sure."""
    for found in _DATE.finditer(text, start, end):
        if _BIRTH.search(text, max(start, found.start() - 40), found.start()) or _BIRTH_AFTER.match(
            text,
            found.end(),
            min(end, found.end() + 20),
        ):
            yield found.start(), found.end(), Kind.DATE_OF_BIRTH, 0.97
        elif (
            found.group("m3") and not found.group("y3") and found.group("m3").islower() and len(found.group("m3")) <= 3
        ):
            continue
        else:
            yield found.start(), found.end(), Kind.DATE, 0.9
