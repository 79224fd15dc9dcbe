"""The clock of a case: facts are added, and the due date with its reasons is worked out from them afresh.

The arithmetic is `domain/clock.py`. What is kept on the case is only a cache for sorting; `refresh` renews it after
every fact, and for every open case when the holidays change.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain import clock
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.lifecycle import OPEN
from sar_service.extensions import runtime
from sar_service.models import Case, Fact

from . import audit

LONDON = ZoneInfo("Europe/London")
EARLIEST = date(2018, 1, 1)

FACTS = {
    "received": "Request received",
    "identity_requested": "Evidence of identity or authority asked for",
    "identity_received": "Evidence of identity or authority received",
    "fee_requested": "Fee asked for",
    "fee_paid": "Fee paid",
    "clarification_requested": "Clarification asked for",
    "clarification_received": "Clarification received",
    "extension_notice": "Extension notice given",
    "evidence_seen": "Evidence of identity or authority seen",
    "identity_settled": "Identity settled",
    "identity_doubted": "Identity no longer settled",
    "contact_changed": "Contact details changed",
}


def day_of(now: datetime) -> date:
    """The calendar day in London: the law counts days there, whatever time the computer keeps."""
    return now.astimezone(LONDON).date()


def add_fact(
    case: Case,
    kind: str,
    on: date,
    *,
    actor: Actor,
    now: datetime,
    corrects: Fact | None = None,
    **detail: Any,
) -> Fact:
    """Add a fact and work out the clock again. Raises InvalidInput for a day that cannot be."""
    if kind not in FACTS:
        raise InvalidInput(f"There is no fact named {kind}.", field="kind")
    if on > day_of(now):
        raise InvalidInput("This date is in the future. Give the day it really happened.", field="on")
    if on < EARLIEST:
        raise InvalidInput("This date is before 2018. Check the year.", field="on")
    fact = Fact(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        kind=kind,
        on=on,
        detail=detail,
        corrects=corrects.id if corrects is not None else None,
        recorded_by=actor.label,
        recorded_at=now,
    )
    case.facts.append(fact)
    if kind == "received":
        case.received_on = on
    refresh(case, actor=actor, now=now)
    audit.record("recorded a fact", actor=actor, now=now, case=case, of=fact, kind=kind, on=on.isoformat())
    return fact


def standing_facts(case: Case) -> list[Fact]:
    """The facts that stand: those that no later fact corrects, in the order they were recorded."""
    corrected = {fact.corrects for fact in case.facts if fact.corrects}
    return [fact for fact in case.facts if fact.id not in corrected]


def facts_of(case: Case) -> clock.Facts:
    """The facts of a case as the law's arithmetic takes them."""
    by_kind: dict[str, list[Fact]] = {}
    for fact in standing_facts(case):
        by_kind.setdefault(fact.kind, []).append(fact)

    def first(kind: str) -> date | None:
        return min((fact.on for fact in by_kind.get(kind, [])), default=None)

    def last(kind: str) -> date | None:
        return max((fact.on for fact in by_kind.get(kind, [])), default=None)

    asked = sorted(fact.on for fact in by_kind.get("clarification_requested", []))
    answered = sorted(fact.on for fact in by_kind.get("clarification_received", []))
    pairs = []
    for day in asked:
        reply = next((each for each in answered if each >= day), None)
        if reply is not None:
            answered.remove(reply)
        pairs.append(clock.Clarification(asked=day, answered=reply))
    extension = None
    if by_kind.get("extension_notice"):
        fact = by_kind["extension_notice"][-1]
        extension = clock.Extension(notice_on=fact.on, reasons=fact.detail.get("reasons", ""))
    return clock.Facts(
        received=last("received") or case.received_on,
        right=case.right,
        nation=case.nation,
        id_requested=first("identity_requested"),
        id_received=last("identity_received"),
        fee_requested=first("fee_requested"),
        fee_paid=last("fee_paid"),
        clarifications=tuple(pairs),
        extension=extension,
    )


def reckon(case: Case) -> clock.Reckoning:
    """The clock of a case: state, due date and the worked steps."""
    return clock.reckon(facts_of(case), holidays=runtime().holidays)


def refresh(case: Case, *, actor: Actor, now: datetime) -> None:
    """Renew the cached dates; a change of the due date is recorded with the old and the new one."""
    found = reckon(case)
    before = case.due_on
    case.due_on, case.notice_by, case.clock_state = found.due, found.notice_by, found.state.value
    if before != found.due and before is not None:
        audit.record(
            "due date changed",
            actor=actor,
            now=now,
            case=case,
            before=before.isoformat(),
            after=found.due.isoformat() if found.due else found.state.value,
        )


def refresh_open(*, now: datetime) -> list[Case]:
    """Work out every open case again (holidays may have changed); returns the ones whose date moved."""
    moved = []
    for case in db.session.scalars(select(Case).where(Case.status.in_(OPEN))):
        before = case.due_on
        refresh(case, actor=SERVICE, now=now)
        if case.due_on != before:
            moved.append(case)
    return moved


def one_month_after(received: date) -> date:
    """One month from receipt, as it is counted for the figures: no pause, no extension, not moved by days off."""
    return clock.months_after(received, 1)
