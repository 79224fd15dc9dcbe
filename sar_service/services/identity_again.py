"""Settling again who asks, once it was in doubt: not with a mere press of a button, and not on a page that is old.

It takes what was done to be sure and a reason in words. And whoever changed where the answer goes after a second person
had signed it off does not settle that alone: what two people looked at would go where one of them said.
"""

from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.identity import AGAINST, EvidenceKind
from sar_service.domain.identity_again import Sure
from sar_service.models import Case, Fact, SignOff

from . import clock
from .identity_asks import UNDOES

LOOKED_AT = ("evidence_seen", "struck_out", "identity_settled", *UNDOES)
NOTHING_SHOWN = AGAINST | {EvidenceKind.KNOWS_DETAILS, EvidenceKind.REQUEST_CONTACT}
ALONE = (
    "You changed where the answer goes after a second person had signed it off. Somebody else has to make sure of it "
    "and settle it."
)


def undoing(case: Case) -> list[Fact]:
    """What undid it that identity was settled, in order; nothing where it is settled, or never was."""
    facts = clock.standing_facts(case)
    said = max((fact.recorded_at for fact in facts if fact.kind == "identity_settled"), default=None)
    return [fact for fact in facts if said is not None and fact.kind in UNDOES and fact.recorded_at >= said]


def stood(case: Case) -> int:
    """How far the entries about who asks go: a page on which somebody settles it says up to which it showed them."""
    return max((fact.number for fact in case.facts if fact.kind in LOOKED_AT), default=0)


def check_seen(case: Case, seen: int) -> None:
    """Refuse to settle what was not looked at. Raises WrongState."""
    if stood(case) != seen:
        raise WrongState(
            "Something was recorded about who asks, or the contact was changed, while you were looking at it. Look at "
            "what stands here now, and settle it then."
        )


def needs_another(case: Case, actor: Actor) -> bool:
    """Did this actor change the contact, nobody has settled it since, and had somebody signed the answer off?"""
    mine = any(fact.kind == "contact_changed" and fact.recorded_by == actor.label for fact in undoing(case))
    signed = select(SignOff.id).where(SignOff.case_id == case.id, SignOff.signed_at.is_not(None))
    return mine and db.session.scalar(signed.limit(1)) is not None


def check(case: Case, *, sure: str, why: str, actor: Actor) -> str:
    """What has to be said to settle it again; returns the kind of check, "" where it is no doubt that is settled.

    Raises InvalidInput naming the field, and WrongState where somebody else has to.
    """
    undone = undoing(case)
    if not undone:
        return ""
    if needs_another(case, actor):
        raise WrongState(ALONE)
    if sure not in set(Sure):
        raise InvalidInput("Say what was done to be sure of it again.", field="sure")
    if not why.strip():
        raise InvalidInput(
            "Say in a few words how you know: whom you reached, and on what number, or what you saw.", field="override"
        )
    if sure == Sure.EVIDENCE and not _shown_since(case, undone[-1]):
        raise InvalidInput("Record first what you saw, under “Record what you saw”.", field="sure")
    return sure


def _shown_since(case: Case, last: Fact) -> bool:
    """Was something recorded since the last doubt or change that shows who asks, or by what right?"""
    return any(
        fact.kind == "evidence_seen"
        and fact.recorded_at >= last.recorded_at
        and (fact.detail or {}).get("evidence") not in NOTHING_SHOWN
        for fact in clock.standing_facts(case)
    )
