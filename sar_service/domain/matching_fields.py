"""Comparing dates of birth, personal numbers, addresses, phones and e-mail addresses as systems write them.

Each function answers with one `Compared`: agrees, similar, disagrees or missing, a weight in log2 odds,
and a note in words. Names are in `matching_names.py`; what the weights add up to is in `matching.py`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice

from .births import Born, read_birth
from .check_digits import nhs_valid, upn_valid
from .likeness import within
from .people import Identity, Subject

_NOTHING = frozenset(
    [
        "unknown",
        "notknown",
        "nk",
        "na",
        "none",
        "null",
        "nil",
        "nofixedabode",
        "nfa",
        "tbc",
        "tba",
        "test",
        "notrecorded",
        "notstated",
        "notprovided",
        "x",
        "xx",
        "xxx",
        "withheld",
        "confidential",
        "refused",
        "blank",
        "empty",
        "see",
        "notes",
        "seenotes",
        "unborn",
    ]
)
_MAX_VALUES = 40


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One field's part. `strong`: a value that only one person has. `close`: nearly the same date of
    birth. `stand_in`: a date that is often written for one not known."""

    field: str
    outcome: str = "missing"
    weight: float = 0.0
    note: str = ""
    strong: bool = False
    close: bool = False
    stand_in: bool = False
    generation_apart: bool = False

    @property
    def agrees(self) -> bool:
        return self.outcome == "agrees"

    @property
    def disagrees(self) -> bool:
        return self.outcome == "disagrees"

    @property
    def said(self) -> bool:
        """Whether both sides have the field at all."""
        return self.outcome != "missing"

    def noted(self, note: str, *, less: float = 0.0) -> "Compared":
        """The same with a note added and some weight taken off."""
        both = "; ".join(part for part in (self.note, note) if part)
        return replace(self, note=both, weight=self.weight - less)


_MARKS = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=20_000)
def blank(value: str) -> bool:
    """Whether a value is one of the many ways to write nothing: "N/K", "unknown", "-"."""
    plain = _MARKS.sub("", value[:60].casefold())
    return plain in _NOTHING or not re.search(r"\w", value)


def compare_births(ours: date | str | None, theirs: date | str | None) -> Compared:
    """Two dates of birth, whole or in part, with the slips that dates are written with."""
    field = "date_of_birth"
    one, other = read_birth(ours), read_birth(theirs)
    if one is None or other is None:
        return Compared(field=field)
    if one.two_digit_year or other.two_digit_year:
        one, other = one.in_century_of(other), other.in_century_of(one)
    if one.whole and other.whole:
        return _whole_births(field, one, other)
    if one.year != other.year:
        if one.year and other.year and abs(one.year - other.year) == 1:
            return Compared(field=field, outcome="similar", weight=-1.0, note="one year apart")
        return Compared(field=field, outcome="disagrees", weight=-7.0, note="another year")
    if one.month and other.month:
        if one.month == other.month:
            return Compared(field=field, outcome="similar", weight=5.0, note="month and year agree")
        return Compared(field=field, outcome="disagrees", weight=-5.0, note="another month")
    return Compared(field=field, outcome="similar", weight=2.5, note="only the year to go by")


def _whole_births(field: str, one: Born, other: Born) -> Compared:
    if one == other:
        if (one.day, one.month) == (1, 1):
            return Compared(
                field=field,
                outcome="agrees",
                weight=6.0,
                note="1 January often stands for a day not known",
                stand_in=True,
            )
        return Compared(field=field, outcome="agrees", weight=9.0)
    same_year = one.year == other.year
    if same_year and (one.day, one.month) == (other.month, other.day):
        return Compared(field=field, outcome="similar", weight=6.0, note="day and month swapped", close=True)
    if same_year and (1, 1) in ((one.day, one.month), (other.day, other.month)):
        return Compared(
            field=field,
            outcome="similar",
            weight=2.5,
            note="the same year; 1 January often stands for a day not known",
        )
    a, b = one.digits, other.digits
    differing = [at for at in range(8) if a[at] != b[at]]
    apart = abs((one.year or 0) - (other.year or 0)) >= 10
    if len(differing) == 1:
        return Compared(
            field=field,
            outcome="similar",
            weight=3.5,
            note="one digit differs",
            close=same_year,  # a child may be named after one who was born, and died, in another year
            generation_apart=apart,
        )
    if (
        len(differing) == 2
        and differing[1] - differing[0] == 1
        and differing[0] not in (3, 5)  # the two digits belong to one part of the date
        and within(a, b, 1)
    ):
        return Compared(
            field=field,
            outcome="similar",
            weight=3.5,
            note="two neighbouring digits swapped",
            close=True,
            generation_apart=apart,
        )
    kept = sum((same_year, one.month == other.month, one.day == other.day))
    if kept == 2:
        return Compared(field=field, outcome="disagrees", weight=-5.0, note="two parts of the date agree, one does not")
    return Compared(field=field, outcome="disagrees", weight=-9.0)


# Numbers that a country gives one person. Others are a system's own: two people may share one, or one have
# two.
_STRONG = {
    "upn": "upn",
    "uniquepupilnumber": "upn",
    "pupilnumber": "upn",
    "nhs": "nhs_number",
    "nhsnumber": "nhs_number",
    "nhsno": "nhs_number",
    "chi": "chi_number",
    "chinumber": "chi_number",
    "hcn": "health_and_care_number",
    "healthandcarenumber": "health_and_care_number",
    "ni": "ni_number",
    "nino": "ni_number",
    "ninumber": "ni_number",
    "nationalinsurancenumber": "ni_number",
    "uln": "uln",
    "uniquelearnernumber": "uln",
    "passport": "passport",
    "passportnumber": "passport",
    "homeofficenumber": "home_office_reference",
    "homeofficereference": "home_office_reference",
    "portreference": "home_office_reference",
    "drivinglicence": "driving_licence",
    "scn": "scottish_candidate_number",
    "scottishcandidatenumber": "scottish_candidate_number",
}
_CHECKS: Mapping[str, Callable[[str], bool]] = {"nhs_number": nhs_valid, "upn": upn_valid}
_SHARED = re.compile(r"family|household|property|uprn|tenan|school|address|team|worker|council|account|sibling")
_CHANGES = frozenset({"passport", "home_office_reference"})  # renewed: a different one proves nothing


@lru_cache(maxsize=1_000)
def _scheme(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", name[:60].casefold())
    return _STRONG.get(plain, plain)


@lru_cache(maxsize=20_000)
def _number(value: object) -> str:
    plain = re.sub(r"[^A-Z0-9]", "", str(value)[:60].upper())
    digits = "".join(c for c in plain if c.isdecimal())
    if blank(str(value)) or not plain or len(set(plain)) == 1 or digits in ("123456789", "1234567890", "0123456789"):
        return ""
    if len(digits) > 5 and len(set(digits)) == 1:  # A000000000000
        return ""
    return plain


def compare_identifiers(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[Compared, ...]:
    """Every scheme that both sides have, compared one by one; in the order of their names."""
    one = {_scheme(scheme): _number(value) for scheme, value in islice(ours.items(), _MAX_VALUES)}
    other = {_scheme(scheme): _number(value) for scheme, value in islice(theirs.items(), _MAX_VALUES)}
    found = []
    for scheme in sorted(one.keys() & other.keys()):
        a, b = one[scheme], other[scheme]
        if a and b:
            found.append(_compare_number(scheme, a, b))
    return tuple(found)


def _compare_number(scheme: str, a: str, b: str) -> Compared:
    field = f"identifiers.{scheme}"
    check = _CHECKS.get(scheme)
    if a == b and check is not None and not check(a):
        return Compared(field=field, outcome="agrees", weight=7.0, note="but fails its own check digit")
    if scheme in _STRONG.values():
        if a == b:
            return Compared(field=field, outcome="agrees", weight=13.0, strong=True)
        if len(a) > 6 and within(a, b, 1):
            return Compared(field=field, outcome="similar", weight=2.0, note="one character differs")
        if scheme in _CHANGES:
            return Compared(field=field, outcome="disagrees", weight=-1.0, note="may have been renewed")
        return Compared(field=field, outcome="disagrees", weight=-9.0, strong=True)
    if _SHARED.search(scheme):
        return Compared(
            field=field,
            outcome="agrees" if a == b else "disagrees",
            weight=1.5 if a == b else -0.5,
            note="several people may share it",
        )
    if a == b:
        return Compared(field=field, outcome="agrees", weight=7.0)
    return Compared(field=field, outcome="disagrees", weight=-2.0)


_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b")


def _addresses(identity: Identity) -> tuple[tuple[str, ...], ...]:
    several = identity.addresses if isinstance(identity, Subject) else ()
    return tuple(lines for lines in (identity.address, *several[:_MAX_VALUES]) if lines)


@lru_cache(maxsize=20_000)
def _codes(text: str) -> frozenset[str]:
    return frozenset(f"{district} {rest}" for district, rest in _POSTCODE.findall(text.upper()))


def _postcodes(identity: Identity) -> set[str]:
    texts = [identity.postcode, *(" ".join(lines) for lines in _addresses(identity))]
    found = {code for text in texts if text for code in _codes(text[:400])}
    squeezed = re.sub(r"[^A-Z0-9]", "", identity.postcode[:20].upper())
    whole = re.fullmatch(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})", squeezed)
    return found | ({f"{whole[1]} {whole[2]}"} if whole else set())


def compare_postcodes(subject: Identity, candidate: Identity) -> Compared:
    """Any postcode the one has had against any the other has had: people move, so a difference says
    little."""
    one, other = _postcodes(subject), _postcodes(candidate)
    if not one or not other:
        return Compared(field="postcode")
    if one & other:
        return Compared(field="postcode", outcome="agrees", weight=5.0)
    if {code.split()[0] for code in one} & {code.split()[0] for code in other}:
        return Compared(field="postcode", outcome="similar", weight=1.0, note="the same district")
    return Compared(field="postcode", outcome="disagrees", weight=-1.0, note="people move")


_WAY = (
    "street st road rd avenue ave av close cl lane ln drive dr court ct crescent cres place pl terrace ter "
    "way walk gardens gdns grove gr square sq hill rise view park green row mews house flat apartment apt "
    "unit floor the of room block"
)
_WAYS = frozenset(_WAY.split())


def _homes(identity: Identity) -> set[tuple[frozenset[str], frozenset[str]]]:
    """Each address as its numbers and the telling words beside them."""
    found = (_home(" ".join(line[:120] for line in lines[:8])) for lines in _addresses(identity))
    return {home for home in found if home is not None}


@lru_cache(maxsize=20_000)
def _home(address: str) -> tuple[frozenset[str], frozenset[str]] | None:
    if blank(address):
        return None
    text = _POSTCODE.sub(" ", address.upper()).casefold()
    numbers = frozenset(re.findall(r"\b\d{1,4}[a-z]?\b", text)[:2])
    words = re.findall(r"[a-z]{3,}", re.sub(r"['’]", "", text))
    telling = frozenset(word for word in words if word not in _WAYS)
    return (numbers, telling) if numbers and telling else None


def compare_address(subject: Identity, candidate: Identity) -> Compared:
    """House number and street, of any address the one has had against any the other has had."""
    one, other = _homes(subject), _homes(candidate)
    if not one or not other:
        return Compared(field="address")
    for numbers, telling in one:
        for also, words in other:
            if numbers & also and telling & words:
                return Compared(field="address", outcome="agrees", weight=2.5)
    return Compared(field="address", outcome="disagrees", weight=-0.5, note="people move")


def compare_phones(ours: Iterable[str], theirs: Iterable[str]) -> Compared:
    """Any shared number, with or without +44. A family shares one, so it is small evidence."""

    def read(numbers: Iterable[str]) -> set[str]:
        digits = (re.sub(r"\D", "", number[:40]) for number in islice(numbers, _MAX_VALUES))
        return {number[-10:] for number in digits if len(number) >= 9 and len(set(number[-8:])) > 1}

    return _shared("phones", read(ours), read(theirs), weight=3.0)


def compare_emails(ours: Iterable[str], theirs: Iterable[str]) -> Compared:
    """Any shared address. A parent's often stands on a child's record, so it is small evidence."""

    def read(emails: Iterable[str]) -> set[str]:
        return {e.strip().casefold()[:254] for e in islice(emails, _MAX_VALUES) if "@" in e}

    return _shared("emails", read(ours), read(theirs), weight=3.5)


def _shared(field: str, one: set[str], other: set[str], *, weight: float) -> Compared:
    if not one or not other:
        return Compared(field=field)
    if one & other:
        return Compared(field=field, outcome="agrees", weight=weight)
    return Compared(field=field, outcome="disagrees", weight=-0.5, note="people change these")


def compare_sex(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Compared:
    """Where both sources say it. Records are often wrong about it, so it only ever weighs."""

    def read(other: Mapping[str, str]) -> str:
        for key, value in islice(other.items(), _MAX_VALUES):
            if key.casefold() in ("sex", "gender"):
                letter = str(value).strip().casefold()[:1]
                return {"m": "m", "b": "m", "f": "f", "g": "f"}.get(letter, "")
        return ""

    one, other = read(ours), read(theirs)
    if not one or not other:
        return Compared(field="sex")
    if one == other:
        return Compared(field="sex", outcome="agrees", weight=0.5)
    return Compared(field="sex", outcome="disagrees", weight=-2.5)
