"""Settling who is asking and for whom: what was seen, when and by whom. The clock and the release gate read it.

Copies of documents are not kept: only their kind, the days, the officer and a few words. The rules are in
`domain/identity.py`.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.identity import (
    About,
    Assessment,
    Capacity,
    Circumstances,
    Evidence,
    EvidenceKind,
    assess,
)
from sar_service.domain.lifecycle import Action
from sar_service.models import AccessCode, Case, Fact

from . import audit, clock, finding, letter, sealing
from . import case as cases
from . import reason as reasons


def evidence_of(case: Case) -> list[Evidence]:
    """The evidence that has been recorded for a case, in order."""
    changed = [fact.recorded_at for fact in clock.standing_facts(case) if fact.kind == "contact_changed"]
    return [
        Evidence(
            kind=EvidenceKind(fact.detail["evidence"]),
            about=About(fact.detail["about"]),
            arrived_on=fact.on,
            seen_on=date.fromisoformat(fact.detail["seen_on"]),
            seen_by=fact.recorded_by,
            seen=clock.told(fact).get("seen", ""),
            before_change=any(fact.recorded_at <= at for at in changed),
        )
        for fact in clock.standing_facts(case)
        if fact.kind == "evidence_seen"
    ]


def circumstances(case: Case) -> Circumstances:
    """What is known of a request when its evidence is judged."""
    born = sealing.unseal(case)["subject"].get("date_of_birth")
    changed = [fact.on for fact in clock.standing_facts(case) if fact.kind == "contact_changed"]
    return Circumstances(
        capacity=Capacity(case.capacity),
        received=case.received_on,
        subject_born=date.fromisoformat(born) if born else None,
        contact_changed_on=max(changed, default=None),
    )


def assessment(case: Case) -> Assessment:
    """Whether what was seen is enough, what is missing, and what to think about."""
    return assess(evidence_of(case), circumstances=circumstances(case))


def settled(case: Case) -> bool:
    """Has somebody, after the last change of contact, said that identity and authority are settled?"""
    facts = clock.standing_facts(case)
    said = [fact.recorded_at for fact in facts if fact.kind == "identity_settled"]
    undone = [fact.recorded_at for fact in facts if fact.kind in ("contact_changed", "identity_doubted")]
    return bool(said) and (not undone or max(said) > max(undone))


def see(
    case: Case,
    *,
    kind: str,
    about: str,
    arrived_on: date,
    seen_on: date,
    seen: str,
    actor: Actor,
    now: datetime,
) -> Fact:
    """Record one piece of evidence that was seen. Raises InvalidInput naming the field."""
    try:
        evidence = Evidence(
            kind=EvidenceKind(kind),
            about=About(about),
            arrived_on=arrived_on,
            seen_on=seen_on,
            seen_by=actor.label,
            seen=seen.strip()[:200],
        )
    except ValueError as error:
        raise InvalidInput("Choose what was seen from the list.", field="kind") from error
    if seen_on > clock.day_of(now):
        raise InvalidInput("This date is in the future.", field="seen_on")
    return clock.add_fact(
        case,
        "evidence_seen",
        arrived_on,
        actor=actor,
        now=now,
        evidence=evidence.kind.value,
        about=evidence.about.value,
        seen_on=seen_on.isoformat(),
        seen=evidence.seen,
    )


def settle(case: Case, *, override: str = "", actor: Actor, now: datetime) -> None:
    """Say that identity and authority are settled. Refused without enough evidence, unless `override` says why.

    If evidence had been asked for and nothing has answered that yet, the clock begins on the day on which enough of
    it had arrived. Where nothing came at all, asking for it has not put anything off beyond the day it was asked for.
    """
    judged = assessment(case)
    if not judged.sufficient and not override.strip():
        raise InvalidInput(" ".join(judged.missing), field="override")
    cases.move(case, Action.SETTLE_IDENTITY, actor=actor, now=now)
    today = clock.day_of(now)
    asked = clock.identity_awaited(case)
    if asked is not None:
        arrived = judged.settled_on or max((e.arrived_on for e in evidence_of(case)), default=asked.on)
        clock.add_fact(case, "identity_received", max(arrived, asked.on), actor=actor, now=now)
    clock.add_fact(case, "identity_settled", today, actor=actor, now=now, override=override.strip()[:500])


def doubt(case: Case, *, reason: str, actor: Actor, now: datetime) -> None:
    """Unsettle identity; release is barred until somebody settles it again."""
    clock.add_fact(case, "identity_doubted", clock.day_of(now), actor=actor, now=now)
    why = reasons.keep(case, reason, actor=actor, now=now)
    audit.record("identity is no longer settled", actor=actor, now=now, case=case, **why)


def change_contact(case: Case, contact: dict[str, str], *, actor: Actor, now: datetime) -> Sequence[str]:
    """Change where the answer goes. Identity must be settled again, and the old contact is told."""
    told = sealing.unseal(case)
    changed = [name for name, value in contact.items() if told["requester"].get(name, "") != value]
    if changed:
        letter.write(case, "contact-changed", actor=actor, now=now)  # to the old address, before it is replaced
        told["requester"].update(contact)
        sealing.seal(case, told)
        finding.index(case)
        for code in db.session.scalars(
            select(AccessCode).where(AccessCode.case_id == case.id, AccessCode.used_at.is_(None))
        ):
            code.expires_at = min(code.expires_at, now)  # a code that went to the old contact opens nothing
        clock.add_fact(case, "contact_changed", clock.day_of(now), actor=actor, now=now, fields=changed)
    return changed
