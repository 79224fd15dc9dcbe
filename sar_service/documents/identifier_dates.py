"""Dates as records write them, and which of them are dates of birth.

A date is a day with a month and mostly a year, day first as in Britain. Times and bare years are not dates here.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date

from sar_service.domain.redaction import Kind

Dated = tuple[int, int, Kind, float]

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

_RUN = re.compile(r"\d(?<!\d\d)(?:\d{5}|\d{7})(?!\w)")
BIRTH_HEADING = re.compile(
    r"[ \"]{0,3}(?:d\.?[ ]?o\.?[ ]?b\.?|dates?[ ]of[ ]birth|birth[ ]?dates?|born(?:[ ]on)?)[ \":]{0,3}", re.IGNORECASE
)
_CELL = {"\t": re.compile(r"[^\t]*"), "|": re.compile(r"[^|]*"), ",": re.compile(r'[ ]?"[^"]*"|[^,]*')}


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
        return _run_together(text.strip())
    for n in ("1", "2", "3", "4"):
        day, year = found.group("d" + n), found.group("y" + n)
        if day and year:
            try:
                return date(_year(year), _month(found.group("m" + n)), int(day))
            except ValueError:
                return None
    return None


def _run_together(text: str) -> date | None:
    """The day that "03042014", "030414" or "20140403" names."""
    if not text.isdecimal() or len(text) not in (6, 8):
        return None
    for year, month, day in ((text[4:], text[2:4], text[:2]), (text[:4], text[4:6], text[6:])):
        try:
            return date(_year(year), int(month), int(day))
        except ValueError:
            continue
    return None


def in_birth_columns(text: str, found: list[Dated]) -> list[Dated]:
    """The same, where dates under a heading such as "DOB" in a table of cells have become dates of birth."""
    cells = list(_birth_cells(text))
    if not cells:
        return found
    out = []
    for start, end, kind, sure in found:
        at = bisect_right(cells, (start, len(text))) - 1
        born = kind is Kind.DATE and at >= 0 and end <= cells[at][1]
        out.append((start, end, Kind.DATE_OF_BIRTH if born else kind, sure))
    return out


def _birth_cells(text: str) -> Iterator[tuple[int, int]]:
    """Where the cells of columns headed "DOB" lie: cells are parted by tabs, bars or commas."""
    heading = BIRTH_HEADING.search(text)
    if heading is None:
        return
    at = text.rfind("\n", 0, heading.start()) + 1
    mark, column = "", -1
    for line in text[at:].splitlines(keepends=True):
        parts = _cells(line, mark) if mark else []
        if len(parts) <= column or not line.strip():
            mark = ""
        if not mark and BIRTH_HEADING.search(line):
            for mark in _CELL:
                parts = _cells(line, mark)
                held = [k for k, (a, b) in enumerate(parts) if BIRTH_HEADING.fullmatch(line, a, b)]
                if held and len(parts) > 1:
                    column = held[0]
                    break
            else:
                mark = ""
        elif mark:
            yield at + parts[column][0], at + parts[column][1]
        at += len(line)


def _cells(line: str, mark: str) -> list[tuple[int, int]]:
    bare, at, out = line.rstrip("\r\n"), 0, []
    while at <= len(bare):
        cell = _CELL[mark].match(bare, at)
        assert cell is not None
        out.append(cell.span())
        at = max(cell.end(), at) + 1
    return out


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
    for found in _RUN.finditer(text, start, end):
        if _BIRTH.search(text, max(start, found.start() - 40), found.start()) and _run_together(found.group()):
            yield found.start(), found.end(), Kind.DATE_OF_BIRTH, 0.95
