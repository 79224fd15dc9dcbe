"""Numbers known by the word before them: "Case 1871512", "PC 1546", "Passport no 102198890", "a/c 49849200".

Each number of a text is looked at once, with the few words that stand before it. Numbers known by their own shape are
`identifiers`.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Iterator

from sar_service.documents.lexicon import word_set
from sar_service.domain.redaction import Kind

Found = tuple[int, int, Kind, float]

_NUMBER = re.compile(r"\d(?<!\d\d)[A-Za-z0-9]{0,20}(?:[/\-.][A-Za-z0-9]{1,12}(?![A-Za-z0-9])){0,4}")
_LEAD = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{1,4}[ /\-]?|[a-z]{1,2})\Z")
_WORD = re.compile(r"[a-z][a-z']*(?:/[a-z]+)?|#")
_CLOSE = re.compile(r"[ \t]*(?:[.:#=\-(]{1,2}[ \t]*){0,2}\Z")
_OF_DATE = re.compile(r"[ ]of[ ]\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?!\d)")
_DATE = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}-[A-Za-z]{3,9}-\d{2,4}")
_UNIT = re.compile(
    r"[ ]?(?:years?|days?|weeks?|hours?|hrs?|months?|mins?|minutes?|%|am\b|pm\b|times|children|people)", re.IGNORECASE
)
_PLATE = re.compile(
    r"(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]|[A-Z]{1,3} ?\d{1,4}|\d{1,4} ?[A-Z]{1,3})(?![\w/\-])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?:\d{6,10}|\d{4}[ ]\d{4})(?!\w)")

_NOISE = word_set("id no nos num number numbers ref reference code # is nr")
# three digits or more after these are a reference
_SURE = word_set(
    """
    log cad incident crime urn custody pnc cro lcs ics mosaic liquidlogic carefirst hosp pas mrn ehr rio systmone
    emis crn swe hcpc nmc gmc usrn uprn uci uln ehcp ref reference occurrence niche storm
    """
)
# five digits, or three where "no", "ref" or a colon stands between
_LIKELY = word_set(
    """
    case client person pupil student child family file record court claim referral application contact tenancy rent
    tax our your their care system user applicant complaint episode police hospital patient unit district service
    report notification local authority
    """
)
_RANKS = word_set(
    """
    pc dc ds di ps wpc pcso sgt sergeant insp inspector officer constable collar shoulder warrant badge
    """
)
_PLATES = word_set("vehicle car van reg registration vrm vrn plate index motorbike driving drives")
_ACCOUNTS = word_set("account acc acct a/c accounts")


def labelled(text: str, start: int, end: int) -> Iterator[Found]:
    """Numbers between two places that the words before them explain: start, end, kind, and how sure."""
    for found in _NUMBER.finditer(text, start, end):
        at = found.start()
        lead = _LEAD.search(text, max(start, at - 6), at)
        first = lead.start() if lead and text[lead.start() : at].strip().lower() not in _NOT_LEAD else at
        if first and (text[first - 1].isalnum() or text[first - 1] in "£$€@"):
            continue
        back = text[max(0, first - 48) : first]
        close = _CLOSE.search(back)
        words = _WORD.findall(back[: close.start()].lower().replace(" code", "code"))[-6:] if close else []
        if not words or "\n" in back[close.start() if close else 0 :]:
            continue
        yield from _explain(text, first, found.end(), words, back)


_NOT_LEAD = word_set(
    """
    on at in of to is no id by pc dc ds di ps ref log nhs cad urn pnc upn the and for case tel mob aged age unit
    """
)


def _explain(text: str, at: int, end: int, words: list[str], back: str) -> Iterator[Found]:
    named = back.rstrip()[-1:] in ":#"
    while words and words[-1] in _NOISE:
        last = words.pop()
        named = True
        if not words and last in ("ref", "reference", "id"):
            words = [last]
            break
    if not words:
        return
    label = words[-1]
    near = words[-3:]
    value = text[at:end]
    digits = sum(c.isdigit() for c in value)
    if "passport" in near and 6 <= digits <= 9 and value.isalnum():
        yield at, end, Kind.PASSPORT, 0.97
    elif (
        label in ("licence", "license")
        and {"driving", "driver", "drivers", "driver's"} & set(near)
        and len(value) >= 10
    ):
        yield at, end, Kind.DRIVING_LICENCE, 0.95
    elif label in _ACCOUNTS and not {"rent", "tax"} & set(near):
        account = _ACCOUNT.match(text, at)
        if account:
            yield at, account.end(), Kind.BANK_ACCOUNT, 0.95
    elif label in _RANKS or (label in ("no", "number") and near[0] in _RANKS):
        if 2 <= digits <= 6 and len(value) <= 8:
            yield at, end, Kind.CASE_REF, 0.95
    elif _PLATES & set(near[-2:]) and _PLATE.match(text, at):
        plate = _PLATE.match(text, at)
        assert plate is not None
        if digits <= 4 and not (plate.group().isdigit()) and not _UNIT.match(text, end):
            yield at, plate.end(), Kind.VEHICLE, 0.9
    elif label in _SURE or label in _LIKELY:
        yield from _reference(text, at, end, named or label in _SURE, label)


def _reference(text: str, at: int, end: int, named: bool, label: str) -> Iterator[Found]:
    value = text[at:end]
    digits = sum(c.isdigit() for c in value)
    of_date = _OF_DATE.match(text, end)
    if of_date:
        start = text.rfind("log", max(0, at - 5), at)
        doubled = start >= 0 and text[max(0, start - 5) : start].lower().rstrip(" ").endswith(
            ("log", "cad", "ref", "no")
        )
        yield (start if doubled else at), of_date.end(), Kind.CASE_REF, 0.96
        return
    if digits < (3 if named else 5) or digits > 20 or _DATE.fullmatch(value) or _UNIT.match(text, end):
        return
    if digits == 4 and value.isdigit() and 1900 <= int(value) <= 2099 and label not in ("log", "cad", "incident"):
        return
    if ":" in text[end : end + 2] and digits <= 4 and text[end + 1 : end + 3].isdigit():
        return
    yield at, end, Kind.CASE_REF, 0.93
