"""Suggesting redactions: the detector is run over everything that belongs to a case, and its marks are kept.

Nothing is decided here. Marks that an officer made or decided stay as they are; the machine's other marks are made
afresh. Deciding is in `redaction_mark.py`, review by a second person in `redaction_signoff.py`.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from sar_service.db import db, new_id
from sar_service.documents.detect import Detector
from sar_service.documents.detect_model import Model
from sar_service.documents.text_cells import parted
from sar_service.domain.actor import SERVICE
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Kind, Person, Span
from sar_service.models import Case, Document, DocumentState, MarkRow, PersonRow, Suggesting, SystemSearch
from sar_service.queue import after_commit

from . import audit, lease, people, sealing
from .search import ON_THE_WAY
from .units import Item, items

STATES = ("waiting", "running", "done", "failed")
UNNAMED_STAY = (Kind.ORGANISATION, Kind.LOCATION, Kind.DATE)


def ask(case: Case, *, now: datetime) -> Suggesting:
    """Ask for the detector to be run, unless a run already waits."""
    row = db.session.scalar(select(Suggesting).where(Suggesting.case_id == case.id, Suggesting.state == "waiting"))
    if row is None:
        row = Suggesting(
            id=new_id(),
            case_id=case.id,
            controller=case.controller,
            state="waiting",
            asked_at=now,
            queued_at=now,
        )
        db.session.add(row)
        db.session.flush()
        after_commit("suggest", row.id)
    return row


def ask_when_gathered(case: Case, *, now: datetime) -> Suggesting | None:
    """When the last search has answered and the last file is read, ask for suggestions."""
    audit.lock(case)
    searching = db.session.scalar(
        select(func.count())
        .select_from(SystemSearch)
        .where(SystemSearch.case_id == case.id, SystemSearch.state.in_(ON_THE_WAY))
    )
    reading = db.session.scalar(
        select(func.count())
        .select_from(Document)
        .where(Document.case_id == case.id, Document.state.in_((DocumentState.WAITING, DocumentState.READING)))
    )
    return None if searching or reading else ask(case, now=now)


def latest(case: Case) -> Suggesting | None:
    return db.session.scalar(
        select(Suggesting)
        .where(Suggesting.case_id == case.id)
        .order_by(Suggesting.asked_at.desc(), Suggesting.id)
        .limit(1)
    )


@dataclass(frozen=True)
class Plan:
    """What a suggesting job works on: the opened text of the case and the register, read in one transaction."""

    suggesting_id: uuid.UUID
    case_id: uuid.UUID
    token: str
    items: list[Item]
    people: list[Person]
    subject: str


def begin(suggesting_id: uuid.UUID, *, now: datetime) -> Plan | None:
    """Claim a run, bring the register up to date, and open the text; None if the run is not to be had."""
    token = lease.claim(Suggesting, suggesting_id, now=now, open_states=("waiting",), taken="running")
    if token is None:
        return None
    row = db.session.get_one(Suggesting, suggesting_id)
    case = db.session.get_one(Case, row.case_id)
    if row.attempts > lease.TRIES:
        _settle(row, case, "failed", "Looking for people stopped again and again without an error.", now)
        return None
    opened = list(items(case, layout=True))
    register = people.build(case, opened, now=now)
    row.total, row.done = len(opened), 0
    asked = sealing.unseal(case)["subject"]
    db.session.flush()
    for item in opened:
        db.session.expunge(item.row)  # it is read outside the transaction, and never written back
    return Plan(row.id, case.id, token, opened, _for_detector(register, asked), str(register.subject.id))


def _for_detector(register: people.Register, asked: dict[str, Any]) -> list[Person]:
    """The register as the detector takes it. A protected address is never taken for the subject's own.

    Unless the subject gave that address in the request: what they told us themselves is theirs to have.
    """
    protected = {
        tuple(lines)
        for row in register.rows
        if row.standing is Standing.PROTECTED
        for lines in register.told[row.id]["addresses"]
    } - {tuple(lines) for lines in asked.get("addresses", [])}
    found = []
    for row in register.rows:
        person = people.as_person(row, register.told[row.id])
        if row.standing is Standing.SUBJECT and protected:
            person = replace(person, addresses=tuple(a for a in person.addresses if tuple(a) not in protected))
        found.append(person)
    return found


def find(
    plan: Plan, *, progress: Callable[[int], bool], model: Model | None = None
) -> tuple[list[Person], list[tuple[Item, int, list[Span]]]]:
    """Run the detector, in two passes, outside any transaction. `progress(done)` returns False to stop."""
    detector = Detector(plan.people, subject=plan.subject, model=model)
    names = [name for person in plan.people for name in person.names]
    # What it learns it knows from now on.
    strangers = detector.learn(parted(unit.text, unit.gaps, names) for item in plan.items for unit in item.units)
    found: list[tuple[Item, int, list[Span]]] = []
    for done, item in enumerate(plan.items, start=1):
        for unit in item.units:
            if unit.text.strip():
                spans = detector.spans(parted(unit.text, unit.gaps, names), births=unit.births)
                as_written = [replace(span, text=unit.text[span.start : span.end]) for span in spans]
                found.append((item, unit.number, as_written))
        if not progress(done):
            return strangers, []
    return strangers, found


def progress(plan: Plan, done: int, *, now: datetime) -> bool:
    """Note how far the run is; False if it is no longer this job's."""
    row = db.session.get(Suggesting, plan.suggesting_id)
    if not lease.held(row, plan.token):
        return False
    assert row is not None
    row.done = done
    return lease.keep(Suggesting, plan.suggesting_id, plan.token, now=now)


def save(
    plan: Plan, strangers: Iterable[Person], found: Iterable[tuple[Item, int, list[Span]]], *, now: datetime
) -> None:
    """Keep the marks: everything by a person stays, the machine's undecided marks are replaced."""
    row = db.session.get(Suggesting, plan.suggesting_id)
    if not lease.held(row, plan.token):
        return
    assert row is not None
    case = db.session.get_one(Case, plan.case_id)
    register = people.Register(case, now=now)
    ids = {str(each.id): each for each in register.rows}
    for stranger in strangers:
        entry = register.mention(
            {"names": list(stranger.names), "role": stranger.role, "ref": ""}, system="text", origin="text"
        )
        if entry is not None:
            ids[stranger.id] = entry
    db.session.flush()
    db.session.execute(
        delete(MarkRow).where(MarkRow.case_id == case.id, MarkRow.treatment == "", MarkRow.made_by == "")
    )
    kept: dict[tuple[uuid.UUID, int], list[tuple[int, int]]] = {}
    for mark in db.session.scalars(select(MarkRow).where(MarkRow.case_id == case.id)):
        home = mark.record_id or mark.document_id
        assert home is not None
        kept.setdefault((home, mark.unit), []).append((mark.start, mark.end))
    rows = []
    used: set[uuid.UUID] = set()
    for item, number, spans in found:
        decided = kept.get((item.row.id, number), [])
        for span in spans:
            if any(start <= span.start and span.end <= end for start, end in decided):
                continue
            person = ids.get(span.person) if span.person else None
            if not _worth_keeping(span, person):
                continue
            if person is not None:
                used.add(person.id)
            rows.append(_mark(case, item, number, span, person))
    if rows:
        db.session.execute(insert(MarkRow), rows)
    _drop_unmentioned(case, used)
    _settle(row, case, "done", "", now)


def _worth_keeping(span: Span, person: PersonRow | None) -> bool:
    """The subject's own mentions need no mark, and dates and places only where they are somebody else's."""
    if person is not None:
        return person.standing is not Standing.SUBJECT
    return span.kind not in UNNAMED_STAY and span.kind is not Kind.ROLE


def _mark(case: Case, item: Item, number: int, span: Span, person: PersonRow | None) -> dict[str, Any]:
    identity = new_id()
    text = span.text or item_text(item, number)[span.start : span.end]
    return {
        "id": identity,
        "case_id": case.id,
        "controller": case.controller,
        "record_id": None if item.is_document else item.row.id,
        "document_id": item.row.id if item.is_document else None,
        "unit": number,
        "start": span.start,
        "end": span.end,
        "kind": span.kind,
        "person_id": person.id if person is not None else None,
        "confidence": span.confidence,
        "rule": span.rule[:80],
        "text_digest": text_digest(case, text),
        "treatment": "",
        "code": "",
        "made_by": "",
        "decided_by": "",
        "version": 1,
        "sealed": sealing.key_of(case.id).seal_json({"text": text}, about=f"mark:{identity}"),
    }


def text_digest(case: Case, text: str) -> str:
    """The same for the same words however they are spaced or written large; marks are grouped by it."""
    return sealing.digest(case.id, " ".join(text.split()).casefold())


def item_text(item: Item, number: int) -> str:
    return next((unit.text for unit in item.units if unit.number == number), "")


def _drop_unmentioned(case: Case, used: set[uuid.UUID]) -> None:
    """People whom only the text named, and no longer does, leave the register unless somebody decided on them."""
    marked = set(
        db.session.scalars(select(MarkRow.person_id).where(MarkRow.case_id == case.id, MarkRow.person_id.is_not(None)))
    )
    for row in db.session.scalars(select(PersonRow).where(PersonRow.case_id == case.id, PersonRow.origin == "text")):
        if row.id not in used and row.id not in marked and not row.decided_by:
            db.session.delete(row)


def fail(plan: Plan, message: str, *, now: datetime) -> None:
    """The run broke; the officer is told and may ask again."""
    row = db.session.get(Suggesting, plan.suggesting_id)
    if lease.held(row, plan.token):
        assert row is not None
        _settle(row, db.session.get_one(Case, row.case_id), "failed", message, now)


def _settle(row: Suggesting, case: Case, state: str, message: str, now: datetime) -> None:
    row.state, row.message, row.finished_at = state, message, now
    lease.give_back(row)
    audit.record("looked for people and identifiers", actor=SERVICE, now=now, case=case, of=row, answer=state)
