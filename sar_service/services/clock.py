"""The clock of a case: facts are added, and the due date with its reasons is worked out from them afresh.

The arithmetic is `domain/clock.py`. What is kept on the case is only a cache for sorting; `refresh` renews it after
every fact, and `clock_renew.py` for every open case when the holidays change.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sar_service.catalogue.controller import ComplaintAims
from sar_service.db import new_id
from sar_service.domain import clock
from sar_service.domain.actor import Actor
from sar_service.domain.clock_steps import written
from sar_service.domain.complaint import Acknowledged
from sar_service.domain.errors import InvalidInput
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.models import Case, Fact

from . import audit, sealing, told_date
from .fact import askings, fee_paid, names_told, questions
from .fact import identity_awaited as identity_awaited
from .fact import in_order as in_order
from .fact import standing_facts as standing_facts

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
    "capacity_changed": "In what capacity they ask was corrected",
    "complaint_acknowledged": "Complaint acknowledged",
    "complaint_news": "They heard how far we are",
    "complaint_outcome": "Outcome of the complaint",
    "struck_out": "Entry taken back: it did not happen",
}
CORRECTABLE = (
    "received",
    "identity_requested",
    "identity_received",
    "fee_requested",
    "fee_paid",
    "clarification_requested",
    "clarification_received",
    "extension_notice",
    "complaint_acknowledged",
    "complaint_news",
)  # the days that the clock reads; who said what about identity is not among them
# What may stand open of a fact: codes, days.
CLEAR = frozenset(
    {"evidence", "about", "seen_on", "basis", "how", "before", "after", "fields", "channel", "result", "sure"}
)
AFTER_THE_END = ("received", "identity_requested", "fee_requested", "clarification_requested", "extension_notice")
OF_COMPLAINTS = ("complaint_acknowledged", "complaint_news", "complaint_outcome")
EXTENDED = "The time has been extended already. The law lets that be done once."
PAID = "The fee was paid on {day}. If that was a part of it, put that day right: it is the one on which all was paid."
NOT_EXTENDED = ("extension_late", "extension_not_allowed", "extension_no_reasons")


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
    """Add a fact and work out the clock again. Raises InvalidInput for a day that cannot be.

    Of `detail` only codes and days (`CLEAR`) stand open; whatever else is told is sealed, and read with `told`.
    An answer that answers no question, a fee that nobody asked for, what was asked after the case had ended, and a
    notice of an extension that does not count (too late, not possible for this right, or the second) are refused.
    """
    if kind not in FACTS:
        raise InvalidInput(f"There is no fact named {kind}.", field="kind")
    if kind in OF_COMPLAINTS and case.right is not Right.COMPLAINT:
        raise InvalidInput("This case is no complaint.", field="kind")
    if on > day_of(now):
        raise InvalidInput("This date is in the future. Give the day it really happened.", field="on")
    if on < EARLIEST:
        raise InvalidInput("This date is before 2018. Check the year.", field="on")
    if case.ended_on is not None and on > case.ended_on and kind in AFTER_THE_END:
        raise InvalidInput(
            f"This ended on {written(case.ended_on)}: what was asked or told later changes its date no more. Check the "
            "day, or write it in a note.",
            field="on",
        )
    if kind == "fee_paid" and corrects is None and (paid := fee_paid(case, new=True)) is not None:
        raise InvalidInput(PAID.format(day=written(paid)), field="kind")
    again = kind == "extension_notice" and corrects is None and bool(in_order(case, kind))
    fact = _fact(case, kind, on, corrects=corrects, actor=actor, now=now, detail=detail)
    case.facts.append(fact)
    if kind == "received":
        case.received_on = on
    found = _checked(case, correction=corrects is not None)
    if kind == "extension_notice" and corrects is None and found.extension_valid is False:
        why = next(step for step in found.steps if step.key in NOT_EXTENDED)
        raise InvalidInput(f"{why.sentence} The answer stays due when it was.", field="on")
    if again:
        raise InvalidInput(EXTENDED, field="kind")
    audit.record("recorded a fact", actor=actor, now=now, case=case, of=fact, kind=kind, on=on.isoformat())
    refresh(case, actor=actor, now=now, of=fact)
    if kind == "clarification_received":
        from . import letter_left

        letter_left.heard(case, fact, actor=actor, now=now)
    return fact


def _fact(
    case: Case, kind: str, on: date, *, corrects: Fact | None, actor: Actor, now: datetime, detail: dict[str, Any]
) -> Fact:
    clear = {name: value for name, value in detail.items() if name in CLEAR}
    words = {name: value for name, value in detail.items() if name not in CLEAR and value}
    fact = Fact(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        kind=kind,
        on=on,
        detail={**clear, "sealed": sorted(words)} if words else clear,
        corrects=corrects.id if corrects is not None else None,
        recorded_by=actor.label,
        recorded_at=now,
        number=max((each.number for each in case.facts), default=0) + 1,
    )
    if words:
        sealing.seal(fact, words)
    return fact


def told(fact: Fact) -> dict[str, Any]:
    """All that was told of a fact: its codes and days, and what somebody wrote about it. Raises NotFound once the case
    was destroyed."""
    clear = {name: value for name, value in (fact.detail or {}).items() if name != "sealed"}
    return {**clear, **sealing.unseal(fact)} if fact.sealed is not None else clear


def words_about(fact: Fact) -> str:
    """What somebody wrote about a fact, for a reader; "" if nothing."""
    found = told(fact)
    return next((str(found[name]) for name in ("reason", "reasons", "override", "seen") if found.get(name)), "")


def _checked(case: Case, *, correction: bool) -> clock.Reckoning:
    """The clock, if the facts can all be true. Raises InvalidInput in words that fit the form."""
    by_kind = {fact.kind: fact for fact in in_order(case, *CORRECTABLE)}
    loose = questions(case)[1]
    if loose and correction:
        raise InvalidInput(
            f"The answer of {written(loose[0].on)} would answer no question. Put the answer right first, or take it "
            "back.",
            field="on",
        )
    if loose:
        raise InvalidInput("There is no open question that this answers. Record the question first.", field="on")
    early = next((each for each in in_order(case, *OF_COMPLAINTS) if each.on < case.received_on), None)
    if early is not None:
        raise InvalidInput(f"{written(early.on)} is before the day the complaint came. Check the two.", field="on")
    for came, asked, what in (
        ("identity_received", "identity_requested", "evidence"),
        ("fee_paid", "fee_requested", "fee"),
    ):
        if came in by_kind and asked not in by_kind:
            day = written(by_kind[came].on)
            raise InvalidInput(
                f"The {what} that came on {day} would never have been asked for. Take that entry back first."
                if correction
                else f"No {what} was asked for. Record first that it was.",
                field="on",
            )
    try:
        return reckon(case)
    except InvalidInput as error:
        raise InvalidInput(str(error), field="on") from None


def correct(case: Case, fact_id: str, *, on: date | None, reason: str, actor: Actor, now: datetime) -> Fact:
    """Put the day of an entry right, or take the entry back (`on` None). Both entries stay on file, with the reason.

    A notice of an extension that turns out to have been too late stays on file and does not count. If evidence of
    identity never came, identity is no longer settled. Raises InvalidInput naming the field.
    """
    from . import identity, letter_left

    found = next((each for each in standing_facts(case) if str(each.id) == fact_id), None)
    if found is None or found.kind not in CORRECTABLE:
        raise InvalidInput("Choose the entry that is wrong from the list.", field="entry")
    if not reason.strip():
        raise InvalidInput("Give the reason. It is kept with both days.", field="reason")
    if on is None and found.kind == "received":
        raise InvalidInput("The day of receipt can be put right, not taken back.", field="entry")
    if on == found.on:
        raise InvalidInput("This is the day that is on file already.", field="on")
    if on is not None and on < found.on and found.kind == "clarification_received":
        letter_left.came_sooner(case, found, on, actor=actor, now=now)
    kept = {name: value for name, value in told(found).items() if name != "reason"}
    kind = found.kind if on is not None else "struck_out"
    made = add_fact(case, kind, on or found.on, actor=actor, now=now, corrects=found, reason=reason.strip(), **kept)
    if on is None and found.kind == "identity_received" and identity.settled(case):
        identity.doubt(case, reason=reason, actor=actor, now=now)
    return made


def facts_of(case: Case) -> clock.Facts:
    """The facts of a case as the law's arithmetic takes them."""
    by_kind: dict[str, list[Fact]] = {}
    for fact in standing_facts(case):
        by_kind.setdefault(fact.kind, []).append(fact)

    def first(kind: str) -> date | None:
        return min((fact.on for fact in by_kind.get(kind, [])), default=None)

    def last(kind: str) -> date | None:
        return max((fact.on for fact in by_kind.get(kind, [])), default=None)

    wanted = last("identity_requested")
    came = None if identity_awaited(case) is not None else last("identity_received")
    extension = None
    if by_kind.get("extension_notice"):
        fact = min(by_kind["extension_notice"], key=lambda fact: fact.on)
        extension = clock.Extension(notice_on=fact.on, reasons="on file" if "reasons" in names_told(fact) else "")
    return clock.Facts(
        received=last("received") or case.received_on,
        right=case.right,
        nation=case.nation,
        id_requested=wanted,
        id_received=came,
        id_askings=askings(case),
        fee_requested=first("fee_requested"),
        fee_paid=fee_paid(case),
        clarifications=tuple(questions(case)[0]),
        extension=extension,
        acknowledged=_acknowledged(case, by_kind),
    )


def complaint_aims(case: Case) -> dict[str, int]:
    """What the council holds itself to once a complaint is acknowledged: `news_days` and `outcome_days`."""
    council = runtime().catalogue.controllers.get(case.controller)
    aims = council.complaint_aims if council is not None else ComplaintAims()
    return {"news_days": aims.news_days, "outcome_days": aims.outcome_days}


def _acknowledged(case: Case, by_kind: dict[str, list[Fact]]) -> Acknowledged | None:
    days = [fact.on for fact in by_kind.get("complaint_acknowledged", [])]
    if case.right is not Right.COMPLAINT or not days:
        return None
    heard = max(fact.on for kind in ("complaint_acknowledged", "complaint_news") for fact in by_kind.get(kind, []))
    return Acknowledged(on=min(days), heard_on=heard, **complaint_aims(case))


def reckon(case: Case) -> clock.Reckoning:
    """The clock of a case: state, due date and the worked steps. It runs on where the council’s own file is gone."""
    return reckon_as(facts_of(case), case)


def not_extended(case: Case, on: date) -> str:
    """Why a notice of an extension given on this day would not count, in a sentence; "" if it would."""
    if in_order(case, "extension_notice"):
        return EXTENDED
    found = reckon_as(replace(facts_of(case), extension=clock.Extension(notice_on=on, reasons="on file")), case)
    why = next((step for step in found.steps if step.key in NOT_EXTENDED), None)
    limit = why.values.get("limit") if why is not None else None
    if why is None:
        return ""
    return f"Notice had to be given by {written(limit)}." if isinstance(limit, date) else why.sentence


def reckon_as(facts: clock.Facts, case: Case) -> clock.Reckoning:
    """The clock of other facts than those of a case, in the terms of its council's schools."""
    council = runtime().catalogue.controllers.get(case.controller)
    school = council.pupil_records if council is not None else None
    terms = school.known() if school is not None else clock.NO_TERMS
    return clock.reckon(facts, holidays=runtime().holidays, terms=terms)


def refresh(case: Case, *, actor: Actor, now: datetime, of: Fact | None = None, because: str = "") -> clock.Reckoning:
    """Renew the cached dates; a change is recorded with the old date, the new one and the steps that lead to it.

    `of` is the fact that changed it; where there is none, `because` says in our own words why. A clock that stands
    still has no date: then its state stands in the place of one.
    """
    from . import identity_asks

    found = reckon(case)
    identity_asks.renew(case)
    first = case.due_on is None and case.clock_state == clock.ClockState.RUNNING
    before = case.due_on.isoformat() if case.due_on else case.clock_state
    after = found.due.isoformat() if found.due else found.state.value
    if found.due != case.due_on:
        told_date.renew(case, due=found.due)
    late = found.missed is not None and case.missed_on is None
    case.due_on, case.notice_by, case.clock_state = found.due, found.notice_by, found.state.value
    case.missed_on, case.asked_on = found.missed, found.asked_on
    case.acknowledged_late = found.acknowledged_late if case.right is Right.COMPLAINT else None
    if first or late or before != after:
        audit.record(
            "due date worked out" if first else "due date changed",
            actor=actor,
            now=now,
            case=case,
            of=of,
            **({} if first else {"before": before}),
            after=after,
            **({"because": because} if because else {}),
            steps=[step.sentence for step in found.steps],
        )
    return found


def one_month_after(received: date) -> date:
    """One month from receipt, as it is counted for the figures: no pause, no extension, not moved by days off."""
    return clock.months_after(received, 1)
