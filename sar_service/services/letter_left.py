"""What a letter did to its case counts from the day on which it left, by e-mail or on paper, and not from when somebody
pressed the button: a question, a notice, an answer or a refusal that lay here was not given yet.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.clock import Clarification, Facts
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case, Fact, Letter

from . import clock, sealing

IDENTITY, CLARIFICATION, FEE = "identity_requested", "clarification_requested", "fee_requested"
WAITS = (IDENTITY, CLARIFICATION, FEE)  # the clock waits for their answer
NOTICE = "extension_notice"
TELLS = (*WAITS, NOTICE)
ANSWERS = {
    CLARIFICATION: ("clarification_received",),
    IDENTITY: ("identity_received",),
    FEE: ("fee_paid",),
}  # by the fact of a letter, what answers it
TOLD_FIRST = "They answered before the letter that asks had left."
ENDS = ("refuse", "close")  # what a letter does that ends a case without an answer
# What is written as a request ends; "released" goes with the pack.
ENDED_WITH = frozenset(key for key, kind in KINDS.items() if kind.does in ("answer", *ENDS)) | {"released", "withdrawn"}


def went(told: Mapping[str, Any]) -> bool:
    """Did an earlier sending of this letter leave, and not arrive?"""
    return bool(told.get("went", told.get("sending")))


def overtaken(case: Case, row: Letter) -> bool:
    """Must it not go any more? A question, or the notice that more time is needed, in a request that has ended since it
    was written, or one that was taken back or answered since; and an answer, a refusal, or what says that the records
    are ready, that work has stopped or that others answer, in a request that was reopened since: what was wrong with it
    may still be in it, or lie in the envelope with it."""
    if _ended(row):
        return case.status in OPEN
    does = KINDS[row.kind].does if row.kind in KINDS else ""
    return does in TELLS and (case.status not in OPEN or _taken_back(case, row, does) or _answered(case, row, does))


def _ended(row: Letter) -> bool:
    """Was it written as its request ended?"""
    sent_on = row.kind in KINDS and KINDS[row.kind].route is not None
    return row.kind in ENDED_WITH or (sent_on and sealing.unseal(row).get("result") == Result.ALL)


def left_as(case: Case, row: Letter) -> str:
    """What is kept with a letter that was overtaken and left: "unsent" goes after all once its request is reopened."""
    if _ended(row):
        return "reopened"
    if case.status not in OPEN:
        return "unsent"
    return "taken_back" if _taken_back(case, row, KINDS[row.kind].does) else "answered"


def _taken_back(case: Case, row: Letter, does: str) -> bool:
    """Was what a letter recorded as it was written struck out since, also after its day had been put right?"""
    fact = _recorded(case, row, does)
    return fact is not None and fact.kind == "struck_out"


def _answered(case: Case, row: Letter, does: str) -> bool:
    """Was what a letter asks for given since it was written? It has not left: they told it by themselves."""
    fact = _recorded(case, row, does)
    facts = clock.in_order(case, does, *ANSWERS.get(does, ()))
    after = facts[facts.index(fact) + 1 :] if fact in facts else []
    return any(each.kind != does for each in after)


def _recorded(case: Case, row: Letter, does: str) -> Fact | None:
    """What a letter recorded as it was written, as it stands after every correction; None if nothing."""
    after = {fact.corrects: fact for fact in case.facts if fact.corrects}
    fact = next((each for each in case.facts if each.kind == does and each.recorded_at == row.written_at), None)
    while fact is not None and fact.id in after:
        fact = after[fact.id]
    return fact


def unasked(case: Case) -> tuple[list[Letter], date | None]:
    """The letters with questions on which the clock of a case rests and which have not left; and when the answer is due
    as long as they have not."""
    lie = [row for row in _lying(case, WAITS, answered=True) if not overtaken(case, row)]
    asked = [fact for row in lie if (fact := _stands(case, row)) is not None]
    if not asked or case.clock_state == "running":
        return [], None
    facts = clock.facts_of(case)
    kept = list(facts.clarifications)
    for fact in (each for each in asked if each.kind == CLARIFICATION):  # another of the same day may have left
        if (same := Clarification(asked=fact.on)) in kept:
            kept.remove(same)
    without = _without(replace(facts, clarifications=tuple(kept)), {fact.kind for fact in asked})
    return lie, clock.reckon_as(without, case).due


def unnoticed(case: Case) -> tuple[list[Letter], date | None]:
    """The notices of an extension on which the due date of a case rests and which have not left; and when the answer is
    due as long as they have not. One whose day somebody has put right was given in another way."""
    if case.status not in OPEN:
        return [], None
    lie = [row for row in _lying(case, (NOTICE,)) if (fact := _stands(case, row)) is not None and fact.corrects is None]
    return (lie, clock.reckon_as(replace(clock.facts_of(case), extension=None), case).due) if lie else ([], None)


def answered_first(case: Case) -> tuple[list[Letter], date | None]:
    """The letters asking for evidence, or for a fee, that had not left when that came, and on which the beginning of
    the time rests all the same; and when the answer is due if nobody had asked for it in another way either."""
    if case.status not in OPEN:
        return [], None
    rows = [
        row
        for row in _lying(case, (IDENTITY, FEE), answered=True)
        if _stands(case, row) is not None and _answered(case, row, KINDS[row.kind].does)
    ]
    if not rows:
        return [], None
    due = clock.reckon_as(_without(clock.facts_of(case), {KINDS[row.kind].does for row in rows}), case).due
    return (rows, due) if due != case.due_on else ([], None)


def heard(case: Case, answer: Fact, *, actor: Actor, now: datetime) -> None:
    """A question was answered that has not left: they were asked in another way, and no sooner than they answered. The
    days during which its letter lay here were no days of waiting for them."""
    for asked in _answered_by(case, answer):
        if asked.on < answer.on:
            clock.correct(case, str(asked.id), on=answer.on, reason=TOLD_FIRST, actor=actor, now=now)


def came_sooner(case: Case, answer: Fact, on: date, *, actor: Actor, now: datetime) -> None:
    """The day of an answer is about to be put right to an earlier one: the question that went along with it goes there
    first, or the answer would answer nothing."""
    for asked in _answered_by(case, answer):
        if _before(case, asked)[-1].on <= on < asked.on:
            clock.correct(case, str(asked.id), on=on, reason=TOLD_FIRST, actor=actor, now=now)


def _answered_by(case: Case, answer: Fact) -> list[Fact]:
    """The questions that have not left and that this answers, unless somebody has said on which day they were asked."""
    facts = clock.in_order(case, CLARIFICATION, *ANSWERS[CLARIFICATION]) if case.status in OPEN else []
    found = []
    for row in _lying(case, (CLARIFICATION,), answered=True):
        asked = _stands(case, row)
        after = facts[facts.index(asked) + 1 :] if asked in facts else []
        first = next((each for each in after if each.kind != CLARIFICATION), None)
        if asked is not None and first is not None and first.id == answer.id and not _put_right(case, asked):
            found.append(asked)
    return found


def _put_right(case: Case, fact: Fact) -> bool:
    """Has somebody put the day of this right, other than the service itself?"""
    return any(each.corrects and clock.told(each).get("reason") != TOLD_FIRST for each in _before(case, fact))


def _before(case: Case, fact: Fact) -> list[Fact]:
    """A fact, and what it was before each correction."""
    by_id = {each.id: each for each in case.facts}
    found = [fact]
    while found[-1].corrects is not None:
        found.append(by_id[found[-1].corrects])
    return found


def _lying(case: Case, does: Collection[str], *, answered: bool = False) -> list[Letter]:
    """The letters of these deeds that have never left; with `answered` also those that were left for good because what
    they ask for had come."""
    kinds = [key for key, kind in KINDS.items() if kind.does in does]
    lies = [Letter.state.in_(("to_post", "held")), and_(Letter.state == "waiting", Letter.message != "")]
    query = select(Letter).where(Letter.case_id == case.id, Letter.kind.in_(kinds))
    rows = db.session.scalars(query.where(or_(*lies, *([Letter.state == "ended"] if answered else [])))).all()
    told = [(row, sealing.unseal(row)) for row in rows]
    return [row for row, kept in told if not went(kept) and (row.state != "ended" or kept.get("answered"))]


def _stands(case: Case, row: Letter) -> Fact | None:
    """What a letter recorded, unless it was taken back."""
    fact = _recorded(case, row, KINDS[row.kind].does)
    return fact if fact is not None and fact.kind != "struck_out" else None


def _without(facts: Facts, does: Collection[str]) -> Facts:
    """The facts as if evidence of identity, or a fee, had not been asked for."""
    if IDENTITY in does and len(facts.id_askings) <= 1:
        facts = replace(facts, id_requested=None, id_received=None, id_askings=())
    return replace(facts, fee_requested=None, fee_paid=None) if FEE in does else facts


def counts_from(left: datetime, case: Case, row: Letter, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Have what a letter did as it was written count from when it left; False if nothing moves.

    A day that somebody has put right since stays, though not one that only went along with an answer; and so does a
    question that was answered before it left. One that goes again because its first sending did not arrive stays too:
    its page has asked what rests on it.
    """
    day, does = clock.day_of(left), KINDS[row.kind].does if row.kind in KINDS else ""
    if clock.day_of(row.written_at) >= day or went(sealing.unseal(row)):
        return False
    if does == "answer" and case.released_at == row.written_at:
        case.released_at, case.released_on, case.ended_on = left, day, day
        return True
    if does in ENDS and case.closed_at == row.written_at:
        case.ended_on = day
        return True
    if case.status not in OPEN or does not in TELLS:
        return False
    facts = clock.in_order(case, does, *ANSWERS.get(does, ()))
    fact = _stands(case, row)
    if (
        fact is None
        or _put_right(case, fact)
        or fact.on >= day
        or any(each.kind != does and each.on >= fact.on for each in facts)
    ):
        return False
    clock.correct(case, str(fact.id), on=day, reason=reason, actor=actor, now=now)
    return True
