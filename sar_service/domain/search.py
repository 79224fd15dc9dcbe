"""Searching: what a connector answers, and the four different answers a system can give.

"Nothing held", "cannot be searched with what we know" and "failed" are three different answers and stay different
from here to the letter.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .people import Identifier, Identity, Mentioned


class Verdict(StrEnum):
    """Is this record that person?"""

    MATCH = "match"
    POSSIBLE = "possible"  # shown to a person, never guessed
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One field's part in a verdict. `weight` is the log-odds it added (positive: agrees)."""

    field: str
    outcome: str  # "agrees", "disagrees", "similar", "missing"
    weight: float
    note: str = ""  # in words, e.g. "day and month swapped"


@dataclass(frozen=True, kw_only=True)
class Match:
    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...] = ()


class Form(StrEnum):
    """How a field is read and laid out."""

    LINE = "line"  # a short value: name, date, code
    PROSE = "prose"  # text of any length with paragraphs


@dataclass(frozen=True, kw_only=True)
class Field:
    """One labelled value of a record. `value` is what a reader reads: dates and codes are already decoded."""

    label: str
    value: str
    form: Form = Form.LINE


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody in the system who is, or may be, the subject. Yielded before anything that belongs to them."""

    ref: str  # the system's own key
    identity: Identity
    match: Match


@dataclass(frozen=True, kw_only=True)
class FoundRecord:
    """One record that belongs to a candidate: a row with its decoded, labelled values.

    `ref` is stable and unique within the system, so that a second search finds the same thing. `about` is the `ref`
    of the candidate it belongs to. `section` is the heading it is filed under, e.g. "Case notes".
    """

    ref: str
    about: str
    section: str
    title: str
    on: date | None
    fields: tuple[Field, ...]
    people: tuple[Mentioned, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundDocument:
    """One file that belongs to a candidate. Its bytes are read with `Connector.fetch(ref)`."""

    ref: str
    about: str
    section: str
    title: str
    on: date | None
    file_name: str
    size: int | None = None
    people: tuple[Mentioned, ...] = ()
    why: str = ""  # why this file is thought to concern the subject: "in the folder named in the manifest", ...


@dataclass(frozen=True, kw_only=True)
class FoundProblem:
    """A thing that could not be read although it seems to concern the subject; a person must look at it."""

    ref: str
    about: str
    section: str
    title: str
    reason: str


Found = Candidate | FoundRecord | FoundDocument | FoundProblem


class SearchState(StrEnum):
    """Where one system's search stands. The last six are answers; the first two are on the way."""

    WAITING = "waiting"
    RUNNING = "running"
    HELD = "held"
    NOTHING = "nothing"
    CANNOT = "cannot"  # cannot be searched with what is known of this person
    FAILED = "failed"  # down, refused, broken
    AWAITING = "awaiting"  # a person has been asked, and their answer is awaited
    UNCLEAR = "unclear"  # somebody may be the subject: a person decides, then it is searched again


ANSWERED = frozenset({SearchState.HELD, SearchState.NOTHING})


@dataclass(frozen=True, kw_only=True)
class SearchOutcome:
    """One system's answer, as the letter and the pack state it."""

    system: str
    title: str
    state: SearchState
    searched_by: tuple[Identifier, ...]
    records: int
    documents: int
    finished_at: datetime | None
    message: str = ""
