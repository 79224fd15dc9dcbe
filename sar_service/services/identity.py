"""Settling who is asking and for whom: what was seen, when and by whom. The clock and the release gate read it.

That something was seen is a fact that stays: its kind, the days, the officer. What was written about it in words is
sealed in the fact. Copies of documents are apart (`identity_copy.py`) and do not stay. Rules: `domain/identity.py`;
changing who asks, in what capacity and where the answer goes: `identity_change.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.identity import (
    AGAINST,
    About,
    Assessment,
    Capacity,
    Circumstances,
    Evidence,
    EvidenceKind,
    How,
    assess,
    counting,
)
from sar_service.domain.identity_ask import Ask, asks, too_much
from sar_service.domain.identity_basis import APPOINTMENTS, AUTHORITIES, RESPONSIBILITY, Basis, grown_up
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.domain.work import Flag
from sar_service.models import Case, Fact, IdentityCopy

from . import audit, clock, identity_again, identity_copy, letter_hold, sealing, work
from . import case as cases
from . import reason as reasons
from .identity_asks import UNDOES, asks_as
from .identity_asks import settled as settled

BASES = {
    EvidenceKind.PARENTAL_RESPONSIBILITY: (
        RESPONSIBILITY,
        "Say which document or order shows parental responsibility.",
    ),
    EvidenceKind.APPOINTMENT: (APPOINTMENTS, "Say which appointment it is."),
    EvidenceKind.SIGNED_AUTHORITY: (AUTHORITIES, "Say what kind of authority it is."),
}
LONGEST = 2000


def seen_of(case: Case) -> list[tuple[Fact, Evidence]]:
    """What has been recorded as seen for a case, in order, each with its fact."""
    facts = clock.standing_facts(case)
    changed = [fact.recorded_at for fact in facts if fact.kind == "contact_changed"]
    return [
        (fact, _evidence(fact, before_change=any(fact.recorded_at <= at for at in changed)))
        for fact in facts
        if fact.kind == "evidence_seen"
    ]


def _evidence(fact: Fact, *, before_change: bool) -> Evidence:
    told = clock.told(fact)
    return Evidence(
        kind=EvidenceKind(told["evidence"]),
        about=About(told["about"]),
        arrived_on=fact.on,
        seen_on=date.fromisoformat(told["seen_on"]),
        seen_by=fact.recorded_by,
        seen=told.get("seen", ""),
        dated=date.fromisoformat(told["dated"]) if told.get("dated") else None,
        basis=Basis(told["basis"]) if told.get("basis") else None,
        how=How(told["how"]) if told.get("how") else None,
        before_change=before_change,
    )


def evidence_of(case: Case) -> list[Evidence]:
    """The evidence that has been recorded for a case, in order."""
    return [evidence for _, evidence in seen_of(case)]


def known(case: Case) -> bool:
    """Does the council know this person otherwise than by the request? Then less is asked for."""
    flags = work.flags([case]).get(case.id, [])
    kinds = {evidence.kind for evidence in evidence_of(case)}
    mine = kinds & {EvidenceKind.VOUCHED, EvidenceKind.CONTACT_ON_FILE}
    return bool(mine) or Flag.CARE_LEAVER in flags or case.channel == "other_team"


def circumstances(case: Case, *, today: date | None = None) -> Circumstances:
    """What is known of a request when its evidence is judged."""
    born = sealing.unseal(case)["subject"].get("date_of_birth")
    facts = clock.standing_facts(case)
    return Circumstances(
        capacity=Capacity(case.capacity),
        received=case.received_on,
        subject_born=date.fromisoformat(born) if born else None,
        contact_changed_on=max((fact.on for fact in facts if fact.kind == "contact_changed"), default=None),
        nation=case.nation,
        known=known(case),
        asked_on=max((fact.on for fact in facts if fact.kind == "identity_requested"), default=None),
        today=today,
        own_right=case.right is Right.PUPIL_RECORD,
        said=settled(case),
    )


def assessment(case: Case, *, today: date | None = None) -> Assessment:
    """Whether what was seen is enough, what is missing, and what to think about."""
    return assess(evidence_of(case), circumstances=circumstances(case, today=today))


def to_ask(case: Case) -> tuple[list[tuple[Ask, bool]], str]:
    """What this requester has to show, each with whether it was, and why asking for a document would be too much: not
    where somebody has come to doubt who asks."""
    found = circumstances(case)
    kinds = {evidence.kind for evidence in counting(evidence_of(case), found)}
    capacity, is_known = found.capacity, found.known
    shown = [(ask, bool(ask.kinds & kinds)) for ask in asks(capacity, known=is_known)]
    doubted = any(step.kind == "identity_doubted" for step in undone(case))
    return shown, "" if doubted else too_much(capacity, known=is_known, seen=kinds)


def outgrown(case: Case, *, on: date) -> str:
    """Why nothing may go to a parent any more on this day: the child has grown up since identity was settled. "" if
    that is not so, if it was settled again since, or if the law gives the parent a right of their own.
    """
    if asks_as(case) != Capacity.PARENT or case.right is Right.PUPIL_RECORD:
        return ""
    found = circumstances(case)
    said = max((fact.on for fact in clock.standing_facts(case) if fact.kind == "identity_settled"), default=on)
    ended = grown_up(found.subject_born, on=on, nation=case.nation)
    if not ended or grown_up(found.subject_born, on=said, nation=case.nation):
        return ""
    return f"{ended[0]} Settle again who asks, and by what right."


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step in the settling of identity: what happened, when, who did it, and what they wrote."""

    kind: str
    at: datetime
    by: str
    words: str
    sure: str = ""


def history(case: Case) -> list[Step]:
    """How identity was settled, doubted and settled again, and what was taken back; the newest first."""
    kinds = ("identity_settled", *UNDOES)
    by_id = {fact.id: fact for fact in case.facts}

    def told(fact: Fact) -> bool:
        before = by_id.get(fact.corrects) if fact.corrects else None
        return fact.kind in kinds or (before is not None and before.kind == "evidence_seen")

    return [
        Step(
            kind=fact.kind,
            at=fact.recorded_at,
            by=fact.recorded_by,
            words=clock.words_about(fact),
            sure=str((fact.detail or {}).get("sure", "")),
        )
        for fact in sorted(case.facts, key=lambda each: each.recorded_at, reverse=True)
        if told(fact)
    ]


def undone(case: Case) -> list[Step]:
    """What undid it that identity was settled, the newest first; nothing where it is settled, or never was."""
    steps = history(case)
    said = [step.at for step in steps if step.kind == "identity_settled"]
    return [step for step in steps if said and step.kind in UNDOES and step.at >= max(said)]


def see(
    case: Case,
    *,
    kind: str,
    about: str,
    arrived_on: date,
    seen_on: date,
    seen: str,
    how: str = "",
    basis: str = "",
    dated: date | None = None,
    copies: Collection[IdentityCopy] = (),
    another: bool = False,
    actor: Actor,
    now: datetime,
) -> Fact:
    """Record one piece of evidence that was seen. Raises InvalidInput naming the field.

    `basis` says which paper shows parental responsibility, an appointment or an authority; an authority has to bear a
    date. `copies` are those of the case in which it was seen, and have served; `another` says that it was a copy that
    is not here. What speaks against the request re-opens identity if it had been settled.
    """
    try:
        evidence = Evidence(
            kind=EvidenceKind(kind),
            about=About(about),
            arrived_on=arrived_on,
            seen_on=seen_on,
            seen_by=actor.label,
            seen=seen.strip()[:LONGEST],
            dated=dated,
            how=How(how) if how else None,
        )
    except ValueError as error:
        raise InvalidInput("Choose what was seen from the list.", field="kind") from error
    if seen_on > clock.day_of(now):
        raise InvalidInput("This date is in the future.", field="seen_on")
    chosen = _basis(evidence.kind, basis)
    if evidence.kind is EvidenceKind.SIGNED_AUTHORITY and dated is None:
        raise InvalidInput(
            "An authority has to be signed and dated. Give its date, or ask for one that has it.", field="dated"
        )
    codes: dict[str, Any] = {"basis": chosen, "how": evidence.how}
    codes = {name: code.value for name, code in codes.items() if code is not None}
    if evidence.how is How.COPY:
        identity_copy.check_day(case, copies, arrived_on=arrived_on, another=another)
    before = settled(case)
    fact = clock.add_fact(
        case,
        "evidence_seen",
        arrived_on,
        actor=actor,
        now=now,
        seen=evidence.seen,
        dated=dated.isoformat() if dated else "",
        evidence=evidence.kind.value,
        about=evidence.about.value,
        seen_on=seen_on.isoformat(),
        **codes,
    )
    identity_copy.checked(case, copies, actor=actor, now=now)
    if before and evidence.kind in AGAINST:
        _doubt_if_short(case, "What was recorded speaks against it.", actor=actor, now=now)
    return fact


def _basis(kind: EvidenceKind, basis: str) -> Basis | None:
    if kind not in BASES:
        return None
    offered, message = BASES[kind]
    if basis not in {each.value for each in offered}:
        raise InvalidInput(message, field="basis")
    return Basis(basis)


def take_back(case: Case, fact_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take back what was recorded as seen, because it was not, or was another's. Raises InvalidInput naming the field.

    Both stay on file. If what is left is no longer enough, identity is no longer settled.
    """
    fact = next((each for each, _ in seen_of(case) if str(each.id) == fact_id), None)
    if fact is None:
        raise InvalidInput(
            "Choose what is to be taken back from the list. It may have been taken back already.", field="entry"
        )
    if not reason.strip():
        raise InvalidInput("Give the reason. It is kept with your name.", field="reason")
    clock.add_fact(
        case,
        "struck_out",
        fact.on,
        actor=actor,
        now=now,
        corrects=fact,
        reason=reason.strip()[:LONGEST],
        evidence=fact.detail["evidence"],
    )
    if settled(case):
        _doubt_if_short(case, "What it rested on was taken back.", actor=actor, now=now)


def _doubt_if_short(case: Case, reason: str, *, actor: Actor, now: datetime) -> None:
    if not assessment(case, today=clock.day_of(now)).sufficient:
        doubt(case, reason=reason, actor=actor, now=now)


def settle(case: Case, *, override: str = "", sure: str = "", actor: Actor, now: datetime) -> None:
    """Say that identity and authority are settled. Refused without enough evidence, unless `override` says why.

    Where it was in doubt, `sure` says what was done to be sure again, and `override` how one knows: see
    `identity_again.py`.

    If evidence had been asked for and nothing has answered that yet, the clock begins on the day on which enough of
    it had arrived. Where nothing came at all, asking for it has not put anything off beyond the day it was asked for.
    Letters that were held back since the contact changed go now, to the contact that there is; copies have served.
    """
    judged = assessment(case, today=clock.day_of(now))
    again = identity_again.check(case, sure=sure, why=override, actor=actor)
    if not judged.sufficient and not override.strip():
        raise InvalidInput(" ".join(judged.missing), field="override")
    how: dict[str, Any] = {"reason": override.strip()[:LONGEST], "sure": again} if again else {}
    cases.move(case, Action.SETTLE_IDENTITY, actor=actor, now=now, **how)
    today = clock.day_of(now)
    asked = clock.identity_awaited(case)
    if asked is not None:
        arrived = judged.settled_on or max((e.arrived_on for e in evidence_of(case)), default=asked.on)
        clock.add_fact(case, "identity_received", max(arrived, asked.on), actor=actor, now=now)
    less = "" if judged.sufficient else override.strip()[:LONGEST]
    clock.add_fact(case, "identity_settled", today, actor=actor, now=now, override=less, **how)
    letter_hold.go_on(case, actor=actor, now=now)
    identity_copy.settled(case, actor=actor, now=now)


def doubt(case: Case, *, reason: str, actor: Actor, now: datetime) -> None:
    """Unsettle identity; release is barred, and a letter that answers is held back, until somebody settles it again."""
    clock.add_fact(case, "identity_doubted", clock.day_of(now), actor=actor, now=now, reason=reason.strip()[:LONGEST])
    letter_hold.hold(case, answers=True, actor=actor, now=now)
    why = reasons.keep(case, reason, actor=actor, now=now)
    audit.record("identity is no longer settled", actor=actor, now=now, case=case, **why)
