"""Redaction: spans of text, what is decided of them, and what a reader sees in their place.

A *unit* is the smallest thing text is read from: one field of a record, or one page of a document. Every mark is
a span in a unit; offsets count Unicode code points, end exclusive. What is found is only suggested; a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a span of text is. The words are promised to users of `sar detect`."""

    PERSON = "person"
    ROLE = "role"
    ORGANISATION = "organisation"
    LOCATION = "location"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    NI_NUMBER = "ni_number"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    VEHICLE = "vehicle"
    BANK_ACCOUNT = "bank_account"
    CASE_REF = "case_ref"
    DATE_OF_BIRTH = "date_of_birth"
    DATE = "date"


IDENTIFIER_KINDS = frozenset(Kind) - {Kind.PERSON, Kind.ROLE, Kind.ORGANISATION, Kind.LOCATION, Kind.DATE}


@dataclass(frozen=True, kw_only=True)
class Span:
    """A mention in a text. `person` is a register id, "new-1"... for somebody unregistered, or None."""

    start: int
    end: int
    kind: Kind
    person: str | None = None
    confidence: float = 1.0
    text: str = ""
    rule: str = ""  # which rule or model found it, with its version


class Treatment(StrEnum):
    WITHHOLD = "withhold"
    SHOW = "show"


@dataclass(frozen=True, kw_only=True)
class Person:
    """One entry of a people register, as the detector and `people.yaml` know it."""

    id: str
    names: tuple[str, ...]
    role: str = ""
    treatment: Treatment = Treatment.SHOW
    code: str = ""
    addresses: tuple[tuple[str, ...], ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    date_of_birth: str = ""


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A decided removal in a unit: what goes, and the label that stands in its place."""

    start: int
    end: int
    label: str


def merge(removals: Sequence[Removal]) -> list[Removal]:
    """Order removals and join those that overlap or touch, the first label winning; never leaves a letter between."""
    out: list[Removal] = []
    for removal in sorted(removals, key=lambda r: (r.start, -r.end)):
        if removal.end <= removal.start:
            continue
        if out and removal.start < out[-1].end:
            last = out[-1]
            out[-1] = Removal(start=last.start, end=max(last.end, removal.end), label=last.label)
        else:
            out.append(removal)
    return out


def apply(text: str, removals: Sequence[Removal]) -> str:
    """The text with every removal replaced by its label in square brackets.

    A removal that begins or ends inside a word takes the whole run of letters with it only if the caller asked for
    it: spans are taken as they are. Raises ValueError for a span outside the text.
    """
    parts: list[str] = []
    at = 0
    for removal in merge(removals):
        if removal.start < 0 or removal.end > len(text):
            raise ValueError(f"removal {removal.start}-{removal.end} lies outside a text of {len(text)} characters")
        parts.append(text[at : removal.start])
        parts.append(f"[{removal.label}]")
        at = removal.end
    parts.append(text[at:])
    return "".join(parts)
