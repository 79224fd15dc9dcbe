"""Numbers and addresses of British records by their shape, their check digits and the words before them.

Every pattern is bounded and only lines that hold a digit or an @ are looked at. Dates are `identifier_dates`, postal
addresses `identifier_addresses`; whose a number is, where the register knows it, is `detect_known`.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Callable, Iterable, Iterator

from sar_service.documents.identifier_addresses import addresses, bare_streets
from sar_service.documents.identifier_dates import dates, in_birth_columns
from sar_service.documents.identifier_labels import labelled
from sar_service.domain.check_digits import nhs_valid, upn_valid
from sar_service.domain.redaction import Kind, Span

RULE = "identifier/1"

_DIGITS = re.compile(r"[0-9@]+|[(\[] ?at ?[)\]]|///")
_BEFORE, _AFTER = 120, 200  # characters around a digit that a label, a street or the rest of an address may take


def card_valid(number: str) -> bool:
    """Whether digits pass the Luhn check of payment cards."""
    digits = [int(c) for c in number if c.isdigit()][::-1]
    total = sum(digits[0::2]) + sum(sum(divmod(digit * 2, 10)) for digit in digits[1::2])
    return 12 <= len(digits) <= 19 and total % 10 == 0 and len(set(digits)) > 2


def digits_of(text: str) -> str:
    """The digits of a text, in order."""
    return "".join(c for c in text if c.isdigit())


Found = tuple[int, int, Kind, float]
Rule = Callable[[str, int, int], Iterator[Found]]


def _whole(kind: Kind, pattern: str, sure: float, flags: int = 0, group: int | str = 0) -> Rule:
    compiled = re.compile(pattern, flags)

    def rule(text: str, start: int, end: int) -> Iterator[Found]:
        for found in compiled.finditer(text, start, end):
            yield found.start(group), found.end(group), kind, sure

    return rule


_PHONE = re.compile(
    r"[(+0](?<![\w£$#/.\-+(].)(?:(?<=[+0(])[+0]?0?44\)?[ .\-]{0,2}(?:\(0\)[ ]?)?|(?<=\()0|(?<=0))(?:[ .()\-]{0,3}\d){9,10}(?![\w£]|[/\-]\d)",
)
_FOREIGN = re.compile(r"\+(?<![\w.].)(?!44)[1-9]\d{0,2}(?:[ .()\-]{0,2}\d){7,12}(?!\w)")
_EXTENSION = re.compile(r"[ ]?(?:ext|x)\.?[ ]?\d{1,5}(?!\w)")
_LOCAL = re.compile(r"\d(?<![\w/\-.].)\d\d[ \-]?\d{3,4}(?![\w/\-])")
_PHONE_WORD = re.compile(
    r"\b(?:tel|telephone|phone|mob|mobile|fax|landline|num|contact no|number is)\b[.:]{0,2}\s{0,3}(?:no\.?|number)?[:]?\s{0,2}\Z",
    re.IGNORECASE,
)


def _phones(text: str, start: int, end: int) -> Iterator[Found]:
    for found in _PHONE.finditer(text, start, end):
        number = digits_of(found.group())
        if number.startswith(("44", "0044")):
            number = "0" + number.removeprefix("00").removeprefix("44").removeprefix("0")
        extension = _EXTENSION.match(text, found.end(), end)
        stop = extension.end() if extension else found.end()
        if len(number) == 11 and number[1] in "1235789":
            yield found.start(), stop, Kind.PHONE, 0.98
        elif len(number) == 10 and number[1] == "1":
            yield found.start(), stop, Kind.PHONE, 0.7
    for found in _FOREIGN.finditer(text, start, end):
        yield found.start(), found.end(), Kind.PHONE, 0.9
    for found in _LOCAL.finditer(text, start, end):
        if _PHONE_WORD.search(text, max(start, found.start() - 28), found.start()):
            yield found.start(), found.end(), Kind.PHONE, 0.75


_NHS = re.compile(r"\d(?<![\w+\-/.].)\d\d[ \-]?\d{3}[ \-]?\d{4}(?![\w/]|[\-.]\d)")
_NHS_WORD = re.compile(r"\bNHS\b[^\n\d]{0,25}\Z", re.IGNORECASE)


def _nhs(text: str, start: int, end: int) -> Iterator[Found]:
    for found in _NHS.finditer(text, start, end):
        labelled = _NHS_WORD.search(text, max(start, found.start() - 32), found.start())
        if labelled:
            yield found.start(), found.end(), Kind.NHS_NUMBER, 0.99 if nhs_valid(found.group()) else 0.9
        elif nhs_valid(found.group()) and not found.group().startswith("0"):
            yield found.start(), found.end(), Kind.NHS_NUMBER, 0.85 if not found.group().isdigit() else 0.7


_UPN = re.compile(r"[A-Za-z](?<!\w.)[ ]?\d{3}[ ]?\d{4}[ ]?\d{4}[ ]?[0-9A-Za-z](?!\w)")


def _upn(text: str, start: int, end: int) -> Iterator[Found]:
    for found in _UPN.finditer(text, start, end):
        plain = found.group().replace(" ", "")
        if len(plain) == 13 and (plain[0].isupper() or upn_valid(plain)) and plain[0].upper() not in "IOS":
            yield found.start(), found.end(), Kind.UPN, 0.99 if upn_valid(plain) else 0.85


_SORT = re.compile(r"\d(?<![\w/\-.].)\d([ \-]?)\d{2}\1\d{2}(?![\w/]|-\d)")
_SORT_WORD = re.compile(r"\b(?:sort(?:[ \-]?code)?|s/c)\b[^\n\d]{0,12}\Z", re.IGNORECASE)
_AFTER_SORT = re.compile(
    r"[ ,;/]{1,3}(?:(?:a/c|acc(?:oun)?t?)\.?[ ]?(?:no\.?|number)?[: ]{0,2})?(\d{7,8})(?!\w)", re.IGNORECASE
)
_CARD = re.compile(r"\d(?<![\w\-].)\d{3}([ \-]?)\d{4}\1\d{4}\1\d{1,7}(?!\w)")


def _banks(text: str, start: int, end: int) -> Iterator[Found]:
    for found in _SORT.finditer(text, start, end):
        labelled = _SORT_WORD.search(text, max(start, found.start() - 24), found.start())
        follows = _AFTER_SORT.match(text, found.end(), min(end, found.end() + 30))
        if labelled or (follows and "-" in found.group()):
            yield found.start(), found.end(), Kind.BANK_ACCOUNT, 0.98
            if follows:
                yield follows.start(1), follows.end(1), Kind.BANK_ACCOUNT, 0.97
    for found in _CARD.finditer(text, start, end):
        if card_valid(found.group()):
            yield found.start(), found.end(), Kind.BANK_ACCOUNT, 0.95


# Patterns begin with the character they look for and look back after it: the engine then skips quickly to it.
_SHAPED: tuple[Rule, ...] = (
    _whole(Kind.NI_NUMBER, r"[A-Z](?<!\w.)[A-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)", 0.97),
    _whole(Kind.NI_NUMBER, r"[a-z](?<!\w.)[a-z]\d{6}[a-d](?!\w)", 0.9),
    _whole(
        Kind.NI_NUMBER,
        r"\b(?:ni|nino|n\.i\.|national insurance)[ ]?(?:no|number|num)?\.?[ ]?:?[ ]?([a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d])(?!\w)",
        0.95,
        re.IGNORECASE,
        1,
    ),
    _whole(Kind.ADDRESS, r"///(?<![\w/:]...)[^\W\d_]{2,20}\.[^\W\d_]{2,20}\.[^\W\d_]{2,20}(?!\w)", 0.9),
    _whole(Kind.ADDRESS, r"-?\d(?<![\w.].)(?<![\w.]-\d)\d?\.\d{4,9}°?[ ]?[NS]?[ ]?,[ ]?-?\d{1,3}\.\d{4,9}(?!\w)", 0.85),
    _whole(
        Kind.DRIVING_LICENCE,
        r"[A-Z](?<!\w.)[A-Z]{0,4}9{0,4} ?\d[0156]\d[0-3]\d\d ?[A-Z9]{2} ?[A-Z\d][A-Z]{2}(?: ?\d{2})?(?!\w)",
        0.95,
    ),
    _whole(Kind.VEHICLE, r"[A-Z](?<![\w/\-].)[A-Z]\d\d ?[A-Z]{3}(?![\w/\-])", 0.93),
    _whole(Kind.BANK_ACCOUNT, r"GB(?<!\w..)\d{2} ?[A-Z]{4}(?: ?\d{4}){3} ?\d{2}(?!\w)", 0.99),
    _whole(Kind.CASE_REF, r"\d(?<![\w/].)\d[A-Z]{1,3}/\d{3,6}/\d{2}(?![\w/])", 0.97),
    _whole(Kind.CASE_REF, r"\d(?<![\w/].)\d(?:\d\d)?/\d{1,7}[A-Z](?![\w/])", 0.95),
    _whole(Kind.CASE_REF, r"[A-Z](?<![\w/].)[A-Z]{1,3}[/\-]\d{3,8}(?:[/\-]\d{2,4})?(?![\w/])", 0.85),
    _whole(Kind.CASE_REF, r"[A-Z](?<![\w/].)[A-Z]\d\d[A-Z]\d{5}(?!\w)", 0.95),
    _whole(Kind.CASE_REF, r"[Ll]og(?<![\w/]...) \d{1,6} of \d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?!\d)", 0.97),
    _whole(Kind.CASE_REF, r"(\d(?<![\w/].)\d{2,4}[A-Z]?) (?=(?:PC|DC|PS|DS|PCSO)\b)", 0.9, 0, 1),
    _whole(Kind.CASE_REF, r"\d(?<![\w£$€.,/:+\-].)\d{6}(?![\w/%:]|[.,\-]\d)", 0.8),
    _whole(Kind.CASE_REF, r"\((\d{5,9})\)", 0.75, 0, 1),
)

_AT = re.compile(r"@(?:[\w\-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w\-])")
_LOCAL_PART = re.compile(r"[\w.+\-'’]{1,64}\Z")
# Written out against machines, or with spaces that slipped in: only before an ending that addresses have.
_SPACED = re.compile(
    r"(?:[ ]{0,2}[(\[] ?at ?[)\]][ ]{0,2}|[ ]{0,2}@[ ]{0,2})((?:[\w\-]{1,63}(?:\.|[ ]?[(\[] ?dot ?[)\]][ ]?|[ ]dot[ ])){1,5}"
    r"(?:com|org|net|uk|co|gov|edu|info|eu|ie|me|io|fr|de|pl|ro|es|it|nl|pt|in|pk|ng|example))(?![\w\-])",
    re.IGNORECASE,
)


def _emails(text: str, start: int, end: int) -> Iterator[Found]:
    for found in _AT.finditer(text, start, end):
        local = _LOCAL_PART.search(text, max(start, found.start() - 64), found.start())
        if local:
            skip = len(local.group()) - len(local.group().lstrip(".-'’+"))
            yield local.start() + skip, found.end(), Kind.EMAIL, 0.99
    for found in _SPACED.finditer(text, start, end):
        local = _LOCAL_PART.search(text, max(start, found.start() - 64), found.start())
        if local and any(c.isalnum() for c in local.group()):
            skip = len(local.group()) - len(local.group().lstrip(".-'’+"))
            yield local.start() + skip, found.end(), Kind.EMAIL, 0.9


_RULES: tuple[Rule, ...] = (*_SHAPED, _emails, _phones, _nhs, _upn, _banks, labelled)

# Where two claim the same characters, the first listed has them.
_ORDER = {
    Kind.EMAIL: 0, Kind.ADDRESS: 1, Kind.UPN: 2, Kind.NI_NUMBER: 3, Kind.PASSPORT: 4, Kind.DRIVING_LICENCE: 5,
    Kind.BANK_ACCOUNT: 6, Kind.DATE_OF_BIRTH: 7, Kind.NHS_NUMBER: 8, Kind.PHONE: 9, Kind.VEHICLE: 10,
    Kind.CASE_REF: 11, Kind.DATE: 12,
}  # fmt: skip


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of text around digits, joined where they meet, each beginning at a line or between words."""
    start = end = -1
    for found in _DIGITS.finditer(text):
        if found.start() - _BEFORE > end:
            if end >= 0:
                yield start, min(end, len(text))
            start = max(0, found.start() - _BEFORE)
            while start > 0 and start < found.start() and not text[start - 1].isspace():
                start += 1
        end = found.end() + _AFTER
    if end >= 0:
        yield start, min(end, len(text))


def settle(found: Iterable[Found]) -> list[Found]:
    """Drop what overlaps something better: a surer kind of number first, then the longer, then the earlier."""
    taken: list[Found] = []
    cells: dict[int, list[Found]] = {}  # what was taken, by stretches of 64 characters
    for one in sorted(set(found), key=lambda f: (_ORDER[f[2]], -(f[1] - f[0]), f[0], -f[3])):
        own = range(one[0] // 64, (one[1] - 1) // 64 + 1)
        if any(one[0] < other[1] and other[0] < one[1] for cell in own for other in cells.get(cell, ())):
            continue
        taken.append(one)
        for cell in own:
            cells.setdefault(cell, []).append(one)
    return sorted(taken)


def identifiers(text: str) -> list[Span]:
    """Every identifier, address and date in a text, in order, none overlapping.

    Offsets are code points, end exclusive. Kinds are all of `Kind` but person, role, organisation and location;
    `person` is not set here. Never raises, whatever the text.
    """
    found: list[Found] = []
    for start, end in _windows(text):
        for rule in _RULES:
            found += rule(text, start, end)
        found += addresses(text, start, end)
        found += dates(text, start, end)
    found += bare_streets(text)
    found = in_birth_columns(text, found)
    return [
        Span(start=start, end=end, kind=kind, confidence=sure, text=text[start:end], rule=RULE)
        for start, end, kind, sure in settle(found)
    ]
