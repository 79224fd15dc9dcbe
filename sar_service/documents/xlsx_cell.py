"""What a cell of a workbook says: shared strings, and numbers and dates written as the sheet's formats
write them.

Only what changes the meaning is followed: dates, times, per cent, decimal places, leading noughts, and the
formats and colours that leave a cell blank on the page.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from lxml import etree

from sar_service.documents.draft import Draft
from sar_service.documents.office import NAMESPACES, Package, local, parse

X = f"{{{NAMESPACES['x']}}}"
STANDARD_FORMATS = {  # ISO/IEC 29500-1 section 18.8.30, those that change how a value reads
    2: "0.00", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "dd/mm/yyyy h:mm",
    18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
}  # fmt: skip
MONTHS = [
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
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def shared_strings(raw: bytes, draft: Draft) -> list[str]:
    """The workbook's table of texts; readings given for pronunciation are listed and not shown."""
    strings = []
    for item in parse(raw).iter(f"{X}si"):
        parts = []
        for element in item.iter(f"{X}t"):
            parent = element.getparent()
            if parent is not None and local(parent) == "rPh":
                draft.left_out("workbook", "reading given for a word", element.text or "")
            else:
                parts.append(element.text or "")
        strings.append("".join(parts))
    return strings


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of cell writes its value. `unseen` cells are blank on the page: white on white, or told
    to be.
    """

    code: str = ""
    unseen: bool = False
    base: date = date(1899, 12, 30)

    def write(self, raw: str) -> str:
        """A stored number as the sheet shows it, or as it is stored where the format is not followed."""
        try:
            number = float(raw)
        except ValueError:
            return raw
        code = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', "", self.code.split(";")[0]).lower()
        if re.search(r"[ymdhs]", code) and code != "general":
            return self._when(number, code) or raw
        if "%" in code:
            return f"{number * 100:.{_decimals(code)}f}%"
        if re.fullmatch(r"0{2,}", code) and number == int(number):
            return str(int(number)).zfill(len(code))
        if "." in code and re.search(r"[0#]", code) and abs(number) < 1e15:
            return f"{number:,.{_decimals(code)}f}" if "," in code else f"{number:.{_decimals(code)}f}"
        if number == int(number) and abs(number) < 1e16:
            return str(int(number))
        return f"{number:.15g}"

    def _when(self, number: float, code: str) -> str:
        if not -1 < number < 2_958_466:
            return ""
        if "[h]" in code or "[m" in code:
            seconds = round(number * 86_400)
            return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        if number < 60 and self.base.year == 1899 and number >= 1:
            number += 1  # the calendar of the format holds a 29 February 1900 that never was
        moment = datetime.combine(self.base, time()) + timedelta(seconds=round(number * 86_400))
        day = ""
        if re.search(r"[yd]|mmm", code):
            day = f"{moment:%d/%m/%Y}"
            if "dddd" in code:
                day = f"{DAYS[moment.weekday()]} {day}"
            if "d" not in code:
                day = f"{MONTHS[moment.month - 1]} {moment.year}"
        clock = f"{moment:%H:%M:%S}" if "s" in code else f"{moment:%H:%M}"
        return " ".join(filter(None, (day, clock if re.search(r"[hs]", code) else "")))


def _decimals(code: str) -> int:
    found = re.search(r"\.([0#?]+)", code)
    return min(len(found[1]), 10) if found else 0


@dataclass(slots=True)
class Formats:
    """The cell formats of a workbook by their number."""

    formats: list[Format] = field(default_factory=list)

    @classmethod
    def read(cls, package: Package, *, dates_1904: bool) -> "Formats":
        base = date(1904, 1, 1) if dates_1904 else date(1899, 12, 30)
        found = cls()
        for name in package.related(package.main, "styles"):
            root = package.xml(name)
            codes = {
                int(element.get("numFmtId") or 0): element.get("formatCode") or ""
                for element in root.iter(f"{X}numFmt")
            }
            white = [_is_white(font) for fonts in root.iter(f"{X}fonts") for font in fonts.iter(f"{X}font")]
            plain = [_is_plain(fill) for fills in root.iter(f"{X}fills") for fill in fills.iter(f"{X}fill")]
            for holder in root.iter(f"{X}cellXfs"):
                for element in holder.iter(f"{X}xf"):
                    key = _number(element.get("numFmtId"))
                    code = codes.get(key) or STANDARD_FORMATS.get(key, "")
                    blank = bool(re.fullmatch(r"\s*;+\s*", code))
                    pale = _at(white, element.get("fontId")) and _at(plain, element.get("fillId"), default=True)
                    found.formats.append(Format(code="" if blank else code, unseen=blank or pale, base=base))
        if not found.formats:
            found.formats.append(Format(base=base))
        return found

    def of(self, key: str | None) -> Format:
        number = _number(key)
        return self.formats[number] if number < len(self.formats) else self.formats[0]


def _is_white(font: etree._Element) -> bool:
    colour = font.find(f"{X}color")
    if colour is None:
        return False
    return (colour.get("rgb") or "").upper() in ("FFFFFFFF", "00FFFFFF", "FFFFFF") or (
        colour.get("theme") == "0" and not colour.get("tint")
    )


def _is_plain(fill: etree._Element) -> bool:
    pattern = fill.find(f"{X}patternFill")
    if pattern is None:
        return len(fill) == 0
    colour = pattern.find(f"{X}fgColor")
    if pattern.get("patternType") in (None, "none"):
        return True
    return colour is not None and (colour.get("rgb") or "").upper() in ("FFFFFFFF", "00FFFFFF")


def _at(values: list[bool], key: str | None, *, default: bool = False) -> bool:
    number = _number(key)
    return values[number] if number < len(values) else default


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 8 else 0


def place(reference: str | None) -> int:
    """The column number from 1 of a cell reference such as "AB12"; 0 where there is none."""
    number = 0
    for letter in re.match(r"[A-Z]{0,3}", reference or "")[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column: 1 is "A", 27 is "AA"."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
