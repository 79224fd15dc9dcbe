"""Why somebody did something, in their words: sealed under the case's key, so that it goes when the case goes.

The trail outlives every case and holds no words about anybody: its event names the row (`why`), and whoever may see the
case reads it in the case's own history. Reasons that earlier versions wrote into the trail are moved here once.
"""

import json
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Text, cast, select, text, update

from sar_service.db import db, new_id
from sar_service.domain.actor import SERVICE, Actor
from sar_service.models import AuditEvent, AuditSealed, Case, CaseKey, Reason

from . import audit, sealing

LONGEST = 2000
WHY = "why"  # the key in an event's detail


def keep(case: Case, words: str, *, actor: Actor, now: datetime) -> dict[str, str]:
    """Seal a reason; returns what the trail's event says of it. Nothing for no words."""
    if not words.strip():
        return {}
    row = Reason(id=new_id(), case_id=case.id, controller=case.controller, given_by=actor.label, given_at=now)
    sealing.seal(row, {"text": words.strip()[:LONGEST]})
    db.session.add(row)
    return {WHY: str(row.id)}


def words_of(events: Iterable[AuditEvent]) -> dict[int, str]:
    """The reasons of events of one case, by the number of the event."""
    wanted = {event.number: uuid.UUID(event.detail[WHY]) for event in events if (event.detail or {}).get(WHY)}
    rows = {row.id: row for row in db.session.scalars(select(Reason).where(Reason.id.in_(wanted.values())))}
    return {number: sealing.unseal(rows[key])["text"] for number, key in wanted.items() if key in rows}


def seal_old(*, now: datetime) -> int:
    """Take the reasons that stand in the trail out of it and seal them; returns how many there were.

    The chain stays as it was, and an export from before still fits: each such event keeps its digest, and a second one,
    under the service's key, vouches for what is left of it. An event that was tampered with is left as it is, to be
    found. Of a case whose key was destroyed the words are gone for good.
    """
    found = db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.case_id.is_not(None), cast(AuditEvent.detail, Text).like('%"reason"%'))
        .order_by(AuditEvent.number)
    ).all()
    old = [event for event in found if (event.detail or {}).get("reason") and audit.holds(event)]
    if not old:
        return 0
    keys = {row.case_id for row in db.session.scalars(select(CaseKey).where(CaseKey.wrapped.is_not(None)))}
    _lock(False)
    for event in old:
        detail = {name: value for name, value in event.detail.items() if name != "reason"}
        if event.case_id in keys:
            case = db.session.get_one(Case, event.case_id)
            row = Reason(id=new_id(), case_id=case.id, controller=case.controller, given_by=event.actor)
            row.given_at = event.at
            sealing.seal(row, {"text": str(event.detail["reason"])})
            db.session.add(row)
            detail[WHY] = str(row.id)
        db.session.add(AuditSealed(number=event.number, digest=audit.vouched(event, detail)))
        db.session.execute(
            update(AuditEvent)
            .where(AuditEvent.number == event.number)
            .values(detail=json.loads(json.dumps(detail)))
            .execution_options(synchronize_session=False)
        )
    db.session.flush()
    _lock(True)
    audit.record("sealed the reasons of earlier events", actor=SERVICE, now=now, count=len(old))
    db.session.expire_all()
    return len(old)


def _lock(on: bool) -> None:
    """Let the database accept a change of the trail, or refuse it again. In one transaction with the change."""
    if db.engine.dialect.name == "sqlite":
        if on:
            db.session.execute(
                text(
                    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event "
                    "BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END"
                )
            )
        else:
            db.session.execute(text("DROP TRIGGER audit_event_no_update"))
        return
    db.session.execute(text(f"ALTER TABLE audit_event {'ENABLE' if on else 'DISABLE'} TRIGGER audit_event_no_change"))
