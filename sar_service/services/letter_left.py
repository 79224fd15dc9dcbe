"""What a letter did to its case counts from the day on which it left, by e-mail or on paper, and not from when somebody
pressed the button: a question, a notice, an answer or a refusal that lay here was not given yet.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sar_service.domain.actor import Actor
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case, Letter

from . import clock, sealing

WAITS = ("identity_requested", "clarification_requested", "fee_requested")  # the clock waits for their answer
NOTICE = "extension_notice"
TELLS = (*WAITS, NOTICE)
ANSWERS = {
    "clarification_requested": ("clarification_received",),
    "identity_requested": ("identity_received",),
    "fee_requested": ("fee_paid",),
}  # by the fact of a letter, what answers it
ENDS = ("refuse", "close")  # what a letter does that ends a case without an answer
# What is written as a request ends; "released" goes with the pack.
ENDED_WITH = frozenset(key for key, kind in KINDS.items() if kind.does in ("answer", *ENDS)) | {"released", "withdrawn"}


def went(told: Mapping[str, Any]) -> bool:
    """Did an earlier sending of this letter leave, and not arrive?"""
    return bool(told.get("went", told.get("sending")))


def overtaken(case: Case, row: Letter) -> bool:
    """Must it not go any more? A question, or the notice that more time is needed, in a request that has ended since it
    was written, or one that was taken back since; and an answer, a refusal, or what says that the records are ready or
    that work has stopped, in a request that was reopened since: what was wrong with it may still be in it, or lie in
    the envelope with it."""
    if row.kind in ENDED_WITH:
        return case.status in OPEN
    does = KINDS[row.kind].does if row.kind in KINDS else ""
    return does in TELLS and (case.status not in OPEN or _taken_back(case, row, does))


def left_as(case: Case, row: Letter) -> str:
    """What is kept with a letter that was overtaken and left: "unsent" goes after all once its request is reopened."""
    if row.kind in ENDED_WITH:
        return "reopened"
    return "taken_back" if case.status in OPEN else "unsent"


def _taken_back(case: Case, row: Letter, does: str) -> bool:
    """Was what a letter recorded as it was written struck out since, also after its day had been put right?"""
    after = {fact.corrects: fact for fact in case.facts if fact.corrects}
    fact = next((each for each in case.facts if each.kind == does and each.recorded_at == row.written_at), None)
    while fact is not None and fact.id in after:
        fact = after[fact.id]
    return fact is not None and fact.kind == "struck_out"


def counts_from(left: datetime, case: Case, row: Letter, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Have what a letter did as it was written count from when it left; False if nothing moves.

    A day that somebody has put right since stays, and so does a question that was answered before it left. One that
    goes again because its first sending did not arrive stays too: its page has asked what rests on it.
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
    of_letter = (each for each in facts if each.kind == does and each.recorded_at == row.written_at)
    fact = next(of_letter, None)
    if (
        fact is None
        or fact.corrects is not None
        or fact.on >= day
        or any(each.kind != does and each.on >= fact.on for each in facts)
    ):
        return False
    clock.correct(case, str(fact.id), on=day, reason=reason, actor=actor, now=now)
    return True
