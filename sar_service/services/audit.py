"""The audit trail: every step and every view of personal data, chained so that a change or a gap shows.

An event is written in the same transaction as what it records; the record that somebody viewed something is written
before they see it, in a transaction of its own. If the event cannot be written, the thing does not happen.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from sar_service.db import aside, db
from sar_service.domain.actor import Actor
from sar_service.extensions import runtime
from sar_service.models import AuditEvent, AuditHead, Case

FIRST = "0" * 64
EVENTS = AuditEvent.__table__
HEAD = AuditHead.__table__
COLUMNS = tuple(column.name for column in EVENTS.c)


def _digest(row: dict[str, Any]) -> str:
    """The keyed digest of an event and of the one before it."""
    told = {
        "number": row["number"],
        "at": row["at"].isoformat(),
        "actor": row["actor"],
        "verb": row["verb"],
        "controller": row["controller"],
        "case_id": str(row["case_id"]) if row["case_id"] else "",
        "object": row["object"],
        "detail": row["detail"],
        "previous": row["previous"],
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return runtime().service_key("audit").digest(text)


def _append(connection: Connection | Session, row: dict[str, Any]) -> int:
    head = connection.execute(select(HEAD.c.number, HEAD.c.digest).where(HEAD.c.id == 1).with_for_update()).one()
    row = {**row, "number": head.number + 1, "previous": head.digest}
    row["digest"] = _digest(row)
    connection.execute(insert(AuditEvent).values(**row))
    connection.execute(update(AuditHead).where(HEAD.c.id == 1).values(number=row["number"], digest=row["digest"]))
    return int(row["number"])


def _row(verb: str, actor: Actor, now: datetime, case: Case | None, of: Any, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": now,
        "actor": actor.label,
        "verb": verb,
        "controller": case.controller if case is not None else "",
        "case_id": case.id if case is not None else None,
        "object": f"{of.__tablename__}:{of.id}" if of is not None else "",
        "detail": detail,
    }


def record(verb: str, *, actor: Actor, now: datetime, case: Case | None = None, of: Any = None, **detail: Any) -> None:
    """Add an event to the trail, in the current transaction. `detail` must hold no personal data."""
    db.session.flush()
    _append(db.session(), _row(verb, actor, now, case, of, detail))


def viewed(what: str, *, actor: Actor, now: datetime, case: Case | None = None, of: Any = None, **detail: Any) -> None:
    """Record, before it is shown, that somebody views personal data; a transaction of its own. A list has no case."""
    row = _row(f"viewed {what}", actor, now, case, of, detail)
    with aside() as connection:
        _append(connection, row)


@dataclass(frozen=True)
class Broken:
    """The first event at which the chain does not hold, and why."""

    number: int
    why: str


def verify() -> tuple[int, Broken | None]:
    """Walk the whole chain. Returns how many events were read and the first broken one, if any."""
    previous, expected = FIRST, 1
    for event in _all():
        row = {name: getattr(event, name) for name in COLUMNS}
        if event.number != expected:
            return expected - 1, Broken(expected, f"event {expected} is missing")
        if event.previous != previous:
            return expected - 1, Broken(event.number, "it does not follow from the event before it")
        if _digest(row) != event.digest:
            return expected - 1, Broken(event.number, "it has been changed")
        previous, expected = event.digest, expected + 1
    head = db.session.execute(select(HEAD.c.number, HEAD.c.digest).where(HEAD.c.id == 1)).one_or_none()
    if head is None or head.number != expected - 1 or head.digest != previous:
        return expected - 1, Broken(expected, "events at the end of the trail are missing")
    return expected - 1, None


def _all() -> Iterator[Any]:
    query = select(*EVENTS.c).order_by(EVENTS.c.number).execution_options(yield_per=1000)
    with db.session.execute(query) as result:
        yield from result


def export() -> Iterator[str]:
    """The whole trail as JSON lines, oldest first."""
    for event in _all():
        row = {name: getattr(event, name) for name in COLUMNS}
        row["at"], row["case_id"] = row["at"].isoformat(), str(row["case_id"]) if row["case_id"] else None
        yield json.dumps(row, ensure_ascii=False, sort_keys=True)


def look(*, reference: str = "", verb: str = "", page: int = 1, size: int = 100) -> tuple[list[AuditEvent], bool]:
    """A page of events, newest first: all, or those of one case or one verb. Says whether there are more."""
    query = select(AuditEvent).order_by(AuditEvent.number.desc())
    if reference:
        query = query.where(AuditEvent.case_id.in_(select(Case.id).where(Case.reference == reference.strip().upper())))
    if verb:
        query = query.where(AuditEvent.verb == verb)
    rows = list(db.session.scalars(query.offset((page - 1) * size).limit(size + 1)))
    return rows[:size], len(rows) > size


def timeline(case_id: uuid.UUID, *, limit: int = 500) -> list[AuditEvent]:
    """What happened to a case, newest first."""
    rows = db.session.scalars(
        select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.number.desc()).limit(limit)
    )
    return list(rows)
