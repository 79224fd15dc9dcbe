"""The audit trail: every step and every view of personal data, chained so that a change or a gap shows.

An event is written in the same transaction as what it records; the record that somebody viewed something is written
before they see it, in a transaction of its own. If the event cannot be written, the thing does not happen.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, not_, or_, select, true, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sar_service.db import aside, db, nothing_written, overtaken, reading_only
from sar_service.domain.actor import SERVICE, Actor, ActorKind
from sar_service.domain.errors import DomainError
from sar_service.extensions import runtime
from sar_service.models import AuditEvent, AuditHead, AuditSealed, Case, Member

FIRST = "0" * 64
EVENTS = AuditEvent.__table__
HEAD = AuditHead.__table__
COLUMNS = tuple(column.name for column in EVENTS.c)
TAKEN = "cases_taken"  # what a session knows of its transaction: the cases that it has taken


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


def holds(event: AuditEvent) -> bool:
    """Is this event as it was written?"""
    return _digest({name: getattr(event, name) for name in COLUMNS}) == event.digest


def vouched(event: Any, detail: dict[str, Any]) -> str:
    """The keyed digest of what is left of an event whose reason was sealed, bound to the digest that it had."""
    row = {name: getattr(event, name) for name in COLUMNS} | {"detail": detail}
    return runtime().service_key("audit").digest(f"sealed:{event.digest}:{_digest(row)}")


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
        "controller": getattr(case if case is not None else of, "controller", ""),  # nobody's, or a council's own
        "case_id": case.id if case is not None else None,
        "object": f"{of.__tablename__}:{of.id}" if of is not None else "",
        "detail": detail,
    }


class NotRecorded(DomainError):
    """The trail cannot be written, so nothing may be shown or done."""

    def __init__(self) -> None:
        super().__init__("This cannot be shown or done now, because it could not be written down that it was.")


def lock(*cases: Case) -> None:
    """Take the rows of cases, in order, and read them as they are once they are taken.

    Whoever writes to a case takes it before anything else: two who do so at once come one after the other, and the
    second sees what the first did. Whoever takes the trail's head does this first, and whoever takes several cases
    takes them in one order: two transactions that took them in different orders would wait for each other for ever.
    Where some are taken already and nothing was written, all are let go and taken anew in that order; so ask what must
    be so after this, not before. SQLite lets one at a time begin to write, and has nothing to take.
    """
    session = db.session()
    if session.get_bind().dialect.name == "sqlite":
        return
    wanted, taken = {case.id for case in cases}, _taken(session)
    late = bool(taken) and min(wanted - taken, default=max(taken)) < max(taken)
    if late and not session.in_nested_transaction() and nothing_written():
        wanted |= taken
        session.rollback()
        taken = _taken(session)
    new = wanted - taken
    rows = select(Case).where(Case.id.in_(wanted)).order_by(Case.id).with_for_update(key_share=True)
    if new:
        session.scalars(rows.execution_options(populate_existing=True)).all()
        taken |= new
    else:  # again, for what was taken in a savepoint is let go with it
        session.execute(rows.with_only_columns(Case.id)).all()


def lock_to_write(case: Case) -> None:
    """Take a case, unless this transaction only reads."""
    if not reading_only.get():
        lock(case)


def _taken(session: Session) -> set[uuid.UUID]:
    """The cases that the transaction of a session has taken."""
    transaction, taken = session.info.get(TAKEN, (None, set()))
    if transaction is None or transaction is not session.get_transaction():
        taken = set()
        session.info[TAKEN] = (session.get_transaction() or session.begin(), taken)
    return taken


def record(verb: str, *, actor: Actor, now: datetime, case: Case | None = None, of: Any = None, **detail: Any) -> None:
    """Add an event to the trail, in the current transaction. `detail` must hold no personal data.

    That a person did something with a case is noted on it. Who records events of several cases in one transaction
    takes them all with `lock` first.
    """
    db.session.flush()
    try:
        if case is not None:
            lock(case)
        if case is not None and actor.kind is not ActorKind.SERVICE:
            # not through the object: that somebody worked on a case makes no open form of it old
            touched = update(Case).where(Case.id == case.id).values(touched_at=now)
            db.session.execute(touched, execution_options={"synchronize_session": False})
        _append(db.session(), _row(verb, actor, now, case, of, detail))
    except SQLAlchemyError as error:
        if overtaken(error):
            raise
        raise NotRecorded from error


def viewed(what: str, *, actor: Actor, now: datetime, case: Case | None = None, of: Any = None, **detail: Any) -> None:
    """Record, before it is shown, that somebody views personal data; a transaction of its own. A list has no case."""
    row = _row(f"viewed {what}", actor, now, case, of, detail)
    try:
        with aside() as connection:
            _append(connection, row)
    except SQLAlchemyError as error:
        raise NotRecorded from error


@dataclass(frozen=True)
class Broken:
    """The first event at which the chain does not hold, and why."""

    number: int
    why: str


def verify() -> tuple[int, Broken | None]:
    """Walk the whole chain. Returns how many events were read and the first broken one, if any."""
    previous, expected = FIRST, 1
    sealed = {row.number: row.digest for row in db.session.execute(select(*AuditSealed.__table__.c))}
    for event in _all():
        row = {name: getattr(event, name) for name in COLUMNS}
        if event.number != expected:
            return expected - 1, Broken(expected, f"event {expected} is missing")
        if event.previous != previous:
            return expected - 1, Broken(event.number, "it does not follow from the event before it")
        whole = sealed.get(event.number)
        if (_digest(row) != event.digest) if whole is None else (vouched(event, event.detail) != whole):
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


def _others(actor: Actor | None) -> frozenset[str]:
    """Labels of staff who share no council with this actor."""
    rows = db.session.execute(select(Member.id, Member.controllers))
    return frozenset(
        f"staff:{key}" for key, theirs in rows if actor is not None and not actor.controllers & set(theirs)
    )


def _theirs(actor: Actor | None) -> Any:
    """What of the trail an actor may read, as a condition: events of their councils, and those of no case of anybody's
    by people who work there. Without an actor (the command line, which reaches the database anyway) all of it.
    """
    if actor is None or actor.kind is not ActorKind.STAFF:
        return true()
    own = AuditEvent.controller.in_(actor.controllers)
    return or_(own, and_(AuditEvent.controller == "", AuditEvent.actor.not_in(_others(actor))))


def export(*, actor: Actor | None = None) -> Iterator[str]:
    """The trail as JSON lines, oldest first. Of another council's events only their place in the chain is told."""
    known = set(db.session.scalars(select(AuditEvent.number).where(_theirs(actor)))) if actor is not None else None
    for event in _all():
        if known is not None and event.number not in known:
            place = {"number": event.number, "previous": event.previous, "digest": event.digest}
            yield json.dumps(place, ensure_ascii=False, sort_keys=True)
            continue
        row = {name: getattr(event, name) for name in COLUMNS}
        row["at"], row["case_id"] = row["at"].isoformat(), str(row["case_id"]) if row["case_id"] else None
        yield json.dumps(row, ensure_ascii=False, sort_keys=True)


def look(
    *, actor: Actor, reference: str = "", verb: str = "", who: str = "", page: int = 1, size: int = 100
) -> tuple[list[AuditEvent], bool]:
    """A page of the events this actor may read, newest first: all, or those of one case, one verb, one member of staff
    (`who` is an id). Says whether there are more.
    """
    query = select(AuditEvent).where(_theirs(actor)).order_by(AuditEvent.number.desc())
    if reference:
        query = query.where(AuditEvent.case_id.in_(select(Case.id).where(Case.reference == reference.strip().upper())))
    if verb:
        query = query.where(AuditEvent.verb == verb)
    if who:
        query = query.where(AuditEvent.actor == f"staff:{who}")
    rows = list(db.session.scalars(query.offset((page - 1) * size).limit(size + 1)))
    return rows[:size], len(rows) > size


def references(events: Iterable[AuditEvent]) -> dict[uuid.UUID, str]:
    """The references of the cases that these events are of, by id."""
    wanted = {event.case_id for event in events if event.case_id is not None}
    rows = db.session.execute(select(Case.id, Case.reference).where(Case.id.in_(wanted))).all()
    return {row.id: row.reference for row in rows}


def last_change(of: str, case_id: Any) -> AuditEvent | None:
    """The newest event about a row ("letter:<id>"), or else about its case, if it has one. Looking at it is none, nor
    is that the service sent a letter which somebody had written."""
    changes = select(AuditEvent).where(AuditEvent.verb.not_like("viewed %")).order_by(AuditEvent.number.desc()).limit(1)
    found = db.session.scalar(changes.where(AuditEvent.object == of, AuditEvent.case_id == case_id))
    if found is not None or case_id is None:
        return found
    carried = and_(AuditEvent.actor == SERVICE.label, AuditEvent.object.like("letter:%"))
    return db.session.scalar(changes.where(AuditEvent.case_id == case_id, not_(carried)))


def timeline(
    case_id: uuid.UUID, *, before: int | None = None, views: bool = True, most: int = 500
) -> Sequence[AuditEvent]:
    """What happened to a case, newest first, at most `most` events: all of it, or what came before an event's number.
    Without `views` who looked at it is left out."""
    query = select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.number.desc()).limit(most)
    if before is not None:
        query = query.where(AuditEvent.number < before)
    if not views:
        query = query.where(AuditEvent.verb.not_like("viewed %"))
    return db.session.scalars(query).all()
