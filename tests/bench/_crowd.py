"""A database as a council has it after years: cases by the hundred thousand, most of them ended, each with its trail.

The rows are honest: sealed under keys of their own, found by the digests that the service makes, due when its clock
says, with events that follow from each other. Everybody in it is put together from lists of names by a seed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sar_service.db import Base, new_id
from sar_service.domain import clock as law
from sar_service.domain.lateness import Lateness
from sar_service.domain.lifecycle import OPEN as OPEN_STATES
from sar_service.domain.lifecycle import Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.services import audit, finding_index, intake

from . import _crowd_kept

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
TODAY = NOW.date()
COUNCIL = "northmoor"
NATION = "england-and-wales"
YEARS = 8
OPEN = {1_000: 0.6, 100_000: 0.1}  # share that is open: of a service's first thousand most, after years few
BLOCK = 200  # cases whose events lie between each other's
NAMES = Path(finding_index.__file__).parents[1] / "documents" / "data"
TABLES = (
    "case", "case_key", "fact", "letter", "task", "note", "case_flag", "search_word", "audit_event", *_crowd_kept.TABLES
)  # fmt: skip
STREETS = ("Quarry Lane", "Fore Street", "Mill Road", "Station Road", "Hill View", "Church Lane", "Beech Avenue")
TOWNS = ("Northmoor", "Ashcombe", "Little Marden", "Stowe Bridge", "Carrick")
RIGHTS = [right for right in Right if right is not Right.COMPLAINT]
STAGES = {
    Status.RECEIVED: 20,
    Status.IDENTITY: 12,
    Status.SEARCHING: 14,
    Status.REVIEWING: 34,
    Status.AWAITING_SIGNOFF: 8,
    Status.SIGNED_OFF: 4,
    Status.READY: 8,
}
ENDS = {Status.CLOSED: 74, Status.RELEASED: 12, Status.REFUSED: 6, Status.WITHDRAWN: 4, Status.REDIRECTED: 4}
ROUTES = [route.value for route in Route]
STEPS = (
    ("received a request", {"right": "access", "channel": "online"}),
    ("viewed the case", {}),
    ("wrote a letter", {"kind": "acknowledgement"}),
    ("sent a letter", {"kind": "acknowledgement"}),
    ("assigned the case", {}),
    ("viewed evidence of identity", {}),
    ("recorded a fact", {"kind": "identity_settled"}),
    ("settle identity", {"before": "received", "after": "received"}),
    ("viewed the case", {}),
    ("start search", {"before": "received", "after": "searching"}),
    ("finish search", {"before": "searching", "after": "reviewing"}),
    ("viewed a record", {}),
    ("decided a passage", {"treatment": "withhold", "code": "TP16"}),
    ("decided a passage", {"treatment": "show"}),
    ("wrote a note", {}),
    ("added a task", {}),
    ("submit", {"before": "reviewing", "after": "awaiting_signoff"}),
    ("sign off", {"before": "awaiting_signoff", "after": "signed_off"}),
    ("release", {"before": "ready", "after": "released"}),
    ("viewed the pack", {}),
)
RAW = {  # tables of which there are so many rows that they are made as SQLite keeps them: their columns
    "search_word": ("digest", "case_id"),
    "audit_event": (
        "number", "at", "actor", "verb", "controller", "case_id", "object", "detail", "previous", "digest",
    ),
}  # fmt: skip


def names(file: str) -> list[str]:
    """All names of a list that the service knows, in its order."""
    lines = (NAMES / file).read_text(encoding="utf-8").splitlines()
    told = (line.partition(":")[2].split() for line in lines if line and not line.startswith("#"))
    return [name.title() for names_of_one in told for name in names_of_one]


def columns(table: str) -> list[str]:
    """The columns of a table, as the rows below have them. Raises ValueError where a table has changed."""
    found = [column.name for column in Base.metadata.tables[table].c]
    if table in RAW and set(found) != set(RAW[table]):
        raise ValueError(f"the rows made of {table} have other columns than the table")
    return list(RAW.get(table, found))


def row(table: str, **values: Any) -> tuple[Any, ...]:
    """A row of a table: what is given, and the table's own defaults for the rest."""
    return tuple(values.get(name, default) for name, default in _defaults(table))


@cache
def _defaults(table: str) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (column.name, column.default.arg if column.default is not None and column.default.is_scalar else None)
        for column in Base.metadata.tables[table].c
    )


@cache
def _due(received: date, right: Right, asked: date | None, kind: str) -> law.Reckoning:
    """What the clock says, of as few facts as a case here has; many cases came on one day."""
    facts = law.Facts(
        received=received,
        right=right,
        nation=NATION,
        id_requested=asked if kind == "identity_requested" else None,
        clarifications=(law.Clarification(asked=asked),) if asked and kind == "clarification_requested" else (),
    )
    return law.reckon(facts, holidays=runtime().holidays)


def _why(story: "Story", due: date | None) -> str | None:
    """Of three cases in four that were late it was said why; their ids say of which, and what."""
    late = story.released is not None and due is not None and story.released > due
    reasons = [each.value for each in Lateness]
    return reasons[story.id.int % len(reasons)] if late and story.id.int // 12 % 4 else None


@dataclass
class Story:
    """One case before it is written down: whose it is, since when, how far it has come."""

    id: UUID
    received: date
    status: Status
    assigned: UUID | None
    touched: datetime
    released: date | None
    asked: date | None
    kind: str  # of the question that waits for its answer, or ""

    @property
    def released_at(self) -> datetime | None:
        return datetime.combine(self.released, time(15), tzinfo=UTC) if self.released else None

    @property
    def fetched(self) -> bool:
        """Whether the answer was fetched on the day it was released: all that are closed, and most of the others."""
        return self.released is not None and (self.status is Status.CLOSED or self.id.int % 10 > 0)


class Crowd:
    """So many cases. `rows()` gives (table, row) for all of them, always the same people for one seed."""

    def __init__(self, count: int, members: list[UUID], seed: int = 1) -> None:
        self.count, self.members = count, members
        self.chance = Random(seed)
        self.open = OPEN.get(count, 0.1)
        self.given, self.family = names("given_names.txt"), names("family_names.txt")
        self.chance.shuffle(self.given)
        self.chance.shuffle(self.family)
        # the n-th most common name is borne by a share of 1/n, as names are
        self.often_given = list(accumulate(1 / (place + 12) for place in range(len(self.given))))
        self.often_family = list(accumulate(1 / (place + 25) for place in range(len(self.family))))
        self.head = (0, audit.FIRST)
        self.before: UUID | None = None  # the case that was made last

    def rows(self) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Every row but the members' and the head of the trail's, which is known when they have all been given."""
        for first in range(0, self.count, BLOCK):
            stories = [self._story(first + at) for at in range(min(BLOCK, self.count - first))]
            for story in stories:
                yield from self._case(story)
            yield from self._events(stories)

    def _story(self, number: int) -> Story:
        chance = self.chance
        living = chance.random() < self.open
        if living:
            # most came within the month; a few have waited for long
            age = int(min(chance.expovariate(1 / 18), 300))
            received = TODAY - timedelta(days=age)
            status = chance.choices(list(STAGES), weights=list(STAGES.values()))[0]
        else:
            oldest = TODAY - timedelta(days=365 * YEARS)
            received = oldest + timedelta(days=int(number / self.count * (365 * YEARS - 40)))
            status = chance.choices(list(ENDS), weights=list(ENDS.values()))[0]
        asked = None
        kind = ""
        if status is Status.IDENTITY:
            asked, kind = min(received + timedelta(days=2), TODAY), "identity_requested"
        elif living and chance.random() < 0.08:
            asked, kind = min(received + timedelta(days=4), TODAY), "clarification_requested"
        answered = status in (Status.CLOSED, Status.RELEASED)
        return Story(
            id=new_id(),
            received=received,
            status=status,
            assigned=chance.choice(self.members) if chance.random() < 0.85 else None,
            touched=datetime.combine(min(received + timedelta(days=chance.randint(0, 25)), TODAY), time(9), tzinfo=UTC),
            released=received + timedelta(days=int(chance.triangular(3, 60, 28))) if answered else None,
            asked=asked,
            kind=kind,
        )

    def _told(self) -> dict[str, Any]:
        """What the requester said: three in four ask for themselves."""
        chance = self.chance
        given, other = chance.choices(self.given, cum_weights=self.often_given, k=2)
        family = chance.choices(self.family, cum_weights=self.often_family)[0]
        born = date(1990, 1, 1) + timedelta(days=chance.randint(0, 365 * 30))
        postcode = f"NM{chance.randint(1, 20)} {chance.randint(1, 9)}{chance.choice('ABDEFGHJ')}{chance.choice('LNPQ')}"
        street = f"{chance.randint(1, 180)} {chance.choice(STREETS)}"
        mail = f"{other}.{chance.randint(1, 10**6)}@example.org".casefold()
        return {
            "subject": {
                "given_name": given,
                "family_name": family,
                "other_names": [],
                "date_of_birth": born.isoformat(),
                "addresses": [[street, chance.choice(TOWNS)]],
                "postcode": postcode,
                "phones": [],
                "emails": [mail],
                "identifiers": {"nhs_number": str(chance.randint(10**9, 10**10 - 1))},
            },
            "requester": {"name": f"{given if chance.random() < 0.75 else other} {family}", "email": mail},
            "scope": {"what": "Everything that the council holds about me since I was a child, letters and notes too"},
            "delivery": {"how": "portal"},
        }

    def _case(self, story: Story) -> Iterator[tuple[str, tuple[Any, ...]]]:
        chance = self.chance
        key, wrapped = runtime().vault.new_key(about=f"case:{story.id}")
        told, reference = self._told(), intake.new_reference()
        right = Right.ACCESS if chance.random() < 0.7 else chance.choice(RIGHTS)
        found = _due(story.received, right, story.asked, story.kind)
        made = datetime.combine(story.received, time(8), tzinfo=UTC)
        ended = story.status not in OPEN_STATES
        changed = story.status not in (Status.RECEIVED, Status.IDENTITY) and chance.random() < 0.08
        doubted = changed and chance.random() < 0.02
        at = story.id.int // 7  # what is rare, without another throw of the dice
        of = {"controller": COUNCIL, "case_id": story.id}
        yield (
            "case",
            row(
                "case",
                id=story.id,
                controller=COUNCIL,
                reference=reference,
                right=right.value,
                status=story.status.value,
                channel="online",
                capacity="self",
                nation=NATION,
                received_on=story.received,
                clock_state=found.state.value,
                due_on=found.due,
                told_on=found.due - timedelta(days=1) if found.due and not ended and at % 97 == 0 else found.due,
                asked_on=story.received + timedelta(days=9) if not ended and at % 89 == 0 else None,
                redirected_as=ROUTES[at % len(ROUTES)] if story.status is Status.REDIRECTED else None,
                merged_into=self.before if story.status is Status.CLOSED and at % 50 == 0 else None,
                notice_by=found.notice_by,
                released_at=story.released_at,
                released_on=story.released,
                closed_at=story.touched if ended else None,
                ended_on=(story.released or story.touched.date()) if ended else None,
                late_reason=_why(story, found.due),
                doubted_at=made if doubted else None,
                assigned_to=story.assigned,
                restricted=chance.random() < 0.01,
                created_at=made,
                touched_at=story.touched,
                version=1,
                sealed=key.seal_json(told, about=f"case:{story.id}"),
            ),
        )
        self.before = story.id
        yield "case_key", row("case_key", wrapped=wrapped, **of)
        kinds = [("received", story.received), ("evidence_seen", story.received)]
        if story.asked:
            kinds.append((story.kind, story.asked))
        if story.status not in (Status.RECEIVED, Status.IDENTITY):
            kinds.append(("identity_settled", story.received))
            if changed:
                kinds.append(("contact_changed", story.received))
                if not doubted:
                    kinds.append(("identity_settled", story.received))
        for at, (kind, on) in enumerate(kinds):
            values = {"kind": kind, "on": on, "detail": "{}", "recorded_by": "service", **of}
            yield "fact", row("fact", id=new_id(), recorded_at=made + timedelta(minutes=at), **values)
        yield from self._beside(story, key, made, of, ended)
        for table, values in _crowd_kept.beside(story, key, made, chance):
            yield table, row(table, **values, **of)
        if chance.random() < 0.03:
            flag = chance.choice(("safe_address", "child_at_risk", "care_leaver", "litigation"))
            yield "case_flag", row("case_flag", id=new_id(), flag=flag, set_by="service", set_at=made, **of)
        for digest in sorted(finding_index.digests(COUNCIL, reference, told)):
            yield "search_word", (digest, story.id.hex)

    def _beside(
        self, story: Story, key: Any, made: datetime, of: dict[str, Any], ended: bool
    ) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Letters, a note and a task."""
        chance, writer = self.chance, f"staff:{story.assigned}"
        text = "Thank you for your request. We have begun to work on it. " * 8
        letters = [("acknowledgement", "sent")]
        if not ended and chance.random() < 0.15:
            letters.append(("progress", chance.choices(("draft", "to_post", "sent"), weights=(3, 1, 6))[0]))
        elif ended:
            letters.append(("released", "posted" if chance.random() < 0.2 else "sent"))
        for kind, state in letters:
            one = new_id()
            sealed = {"to": "m@example.org", "address": ["4 Quarry Lane"], "subject": "Your request", "text": text}
            if state == "draft":
                sealed |= {"words": {}, "result": "", "by": writer, "due": None, "must": []}
            else:
                sealed |= {"mail": {"subject": "Your request", "text": text[:200]}}
            values = {"kind": kind, "state": state, "written_by": writer, "written_at": made}
            sent = None if state in ("draft", "to_post") else made
            bytes_ = key.seal_json(sealed, about=f"letter:{one}")
            yield "letter", row("letter", id=one, sealed=bytes_, sent_at=sent, queued_at=sent, **values, **of)
        one = new_id()
        bytes_ = key.seal_json({"text": "Rang, and will send a copy of the passport."}, about=f"note:{one}")
        yield "note", row("note", id=one, sealed=bytes_, written_by=writer, written_at=made, **of)
        if chance.random() < 0.5:
            one = new_id()
            done = ended or chance.random() < 0.7
            values = {
                "due_on": min(story.received + timedelta(days=chance.randint(1, 40)), TODAY + timedelta(days=30)),
                "assigned_to": story.assigned,
                "made_by": writer,
                "made_at": made,
                "outcome": "done" if done else "",
                "ended_by": writer if done else "",
                "ended_at": story.touched if done else None,
            }
            bytes_ = key.seal_json({"what": "Ring the school"}, about=f"task:{one}")
            yield "task", row("task", id=one, sealed=bytes_, **values, **of)

    def _events(self, stories: list[Story]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The trail of some cases: a step of each in turn, chained to everything before.

        There are millions, so that what the service makes of an event is put together here as text; `check` compares.
        """
        number, previous = self.head
        key = runtime().service_key("audit")
        who = [(story.id, f"staff:{story.assigned}" if story.assigned else "service") for story in stories]
        days = [f"{story.received}" for story in stories]
        for step, (verb, detail) in enumerate(STEPS):
            told = json.dumps(detail, sort_keys=True, separators=(",", ":"))
            clock = f"{8 + step // 3:02}:{step:02}:00"
            for (case_id, actor), day, story in zip(who, days, stories, strict=True):
                number += 1
                what, at = verb, f"{day}T{clock}"
                if step == len(STEPS) - 1 and story.fetched:
                    what, at = "fetched the pack", f"{story.released}T16:00:00"
                text = (
                    f'{{"actor":"{actor}","at":"{at}+00:00","case_id":"{case_id}","controller":"{COUNCIL}",'
                    f'"detail":{told},"number":{number},"object":"","previous":"{previous}","verb":"{what}"}}'
                )
                digest = key.digest(text)
                yield (
                    "audit_event",
                    (
                        number,
                        f"{at.replace('T', ' ')}.000000",
                        actor,
                        what,
                        COUNCIL,
                        case_id.hex,
                        "",
                        told,
                        previous,
                        digest,
                    ),
                )
                previous = digest
        self.head = (number, previous)
