"""The facts of a case in order: those that stand, the questions with their answers, and what each began.

What they come to in days is worked out in `clock.py`.
"""

from datetime import date, datetime

from sar_service.domain import clock
from sar_service.models import Case, Fact


def standing_facts(case: Case) -> list[Fact]:
    """The facts that stand: those that no later fact corrects or takes back, in the order they were recorded."""
    corrected = {fact.corrects for fact in case.facts if fact.corrects}
    standing = [fact for fact in case.facts if fact.id not in corrected and fact.kind != "struck_out"]
    return sorted(standing, key=lambda fact: (fact.recorded_at, fact.number, fact.id))


def in_order(case: Case, *kinds: str) -> list[Fact]:
    """The standing facts of these kinds by their day; on one day, in the order in which they first came on file."""
    if not any(fact.kind in kinds for fact in case.facts):
        return []
    by_id = {fact.id: fact for fact in case.facts}

    def place(fact: Fact) -> tuple[date, datetime, int, int]:
        first = fact
        while first.corrects is not None:
            first = by_id[first.corrects]
        return fact.on, first.recorded_at, kinds.index(fact.kind), first.number

    return sorted((fact for fact in standing_facts(case) if fact.kind in kinds), key=place)


def questions(case: Case) -> tuple[list[clock.Clarification], list[Fact]]:
    """The questions with their answers, and answers to nothing. An answer is to all that was asked before it."""
    answered: list[clock.Clarification] = []
    open_since: list[date] = []
    loose = []
    for fact in in_order(case, "clarification_requested", "clarification_received"):
        if fact.kind == "clarification_requested":
            open_since.append(fact.on)
        elif open_since:
            answered += [clock.Clarification(asked=day, answered=fact.on) for day in open_since]
            open_since = []
        else:
            loose.append(fact)
    return answered + [clock.Clarification(asked=day) for day in open_since], loose


def identity_awaited(case: Case) -> Fact | None:
    """The request for evidence of identity that nothing has answered yet, or None."""
    asked: Fact | None = None
    for fact in in_order(case, "identity_requested", "identity_received"):
        asked = fact if fact.kind == "identity_requested" else None
    return asked


def fee_paid(case: Case, *, new: bool = False) -> date | None:
    """The day of the payment that was the last to answer a request for a fee; with `new` None once more is asked."""
    paid, asked = None, True
    for fact in in_order(case, "fee_requested", "fee_paid"):
        paid, asked = (fact.on if asked else paid, False) if fact.kind == "fee_paid" else (None if new else paid, True)
    return paid


def askings(case: Case) -> tuple[clock.Asking, ...]:
    """Each time that evidence of identity was asked for; to ask again before it came begins no new time."""
    found: list[clock.Asking] = []
    for fact in in_order(case, "identity_requested", "identity_received"):
        open_now = bool(found) and found[-1].came is None
        if fact.kind == "identity_requested" and not open_now:
            found.append(clock.Asking(asked=fact.on))
        elif fact.kind == "identity_received" and found:
            found[-1] = clock.Asking(asked=found[-1].asked, came=fact.on)
    return tuple(found)


def names_told(fact: Fact) -> set[str]:
    """What was told of a fact, by its names alone: the clock does not need to read it."""
    return set(fact.detail or {}) | set((fact.detail or {}).get("sealed", ()))
