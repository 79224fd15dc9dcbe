"""Which letters can be begun now, and of the others why not. Beginning one refuses by the same rules."""

from collections.abc import Iterator
from datetime import date

from sar_service.domain.actor import Actor
from sar_service.domain.errors import DomainError
from sar_service.domain.letter import KINDS, LetterKind
from sar_service.domain.lifecycle import DEEDS, MOVES, WORDS, Action
from sar_service.domain.rights import Right
from sar_service.models import Case

from . import case as cases
from . import clock, complaint, identity, letter, letter_draft, work

MOVED = {
    "identity_requested": Action.ASK_IDENTITY,
    "refuse": Action.REFUSE,
    "close": Action.CLOSE,
    "answer": Action.ANSWER,
}  # by what a letter does, the move that it makes


def not_now(case: Case, *, actor: Actor, today: date) -> dict[str, str]:
    """Of the letters of this case those that this actor could not begin today, each with the reason in a sentence."""
    begun = {row.kind for row in letter.letters(case) if row.state == "draft"}
    blocked = {choice.action: choice.blocked for choice in cases.choices(case, actor=actor)}
    own = complaint.OWN if actor.id in work.barred(case) else ""
    found = {}
    for key in letter_draft.kinds(case):
        reasons = (own, letter_draft.BEGUN if key in begun else "", *_against(case, KINDS[key], blocked, actor, today))
        why = next(filter(None, reasons), "")
        if why:
            found[key] = why
    return found


def _against(case: Case, kind: LetterKind, blocked: dict[Action, str], actor: Actor, today: date) -> Iterator[str]:
    action = MOVED.get(kind.does)
    if action is not None and (case.status, action) not in MOVES:
        yield f"A case that is {WORDS[case.status]} cannot {DEEDS[action]}."
    elif action is not None:
        yield blocked.get(action, "")
    if kind.does == "answer":
        yield _unanswerable(case, actor, today)
    elif kind.does == "extension_notice":
        yield clock.not_extended(case, today)
    elif kind.key == letter_draft.NEW_DATE:
        yield letter_draft.nothing_new(case)


def _unanswerable(case: Case, actor: Actor, today: date) -> str:
    if case.right is Right.ACCESS:
        return letter_draft.found_against(case, actor)
    if case.right is not Right.COMPLAINT:
        return identity.outgrown(case, on=today)
    try:
        complaint.may_answer(case, actor)
    except DomainError as error:
        return str(error)
    return ""
