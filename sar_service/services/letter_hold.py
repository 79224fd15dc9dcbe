"""Letters held back while it is not clear who reads them: the contact of a request was changed, or who asks is in
doubt, and nobody has said since that identity is settled.

After a change of contact those are held that had not left yet, which would go to the old one, and those that would tell
whoever has the new one more than that evidence is needed. A notice of an extension may go: it has a last day, and tells
nothing of a file. Where only who asks is in doubt, what answers the request is held.
"""

from datetime import datetime

from sqlalchemy import func, select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.letter import KINDS
from sar_service.domain.rights import Right
from sar_service.models import Case, ContactElsewhere, Letter

from . import audit, clock, letter, letter_left, sealing, told_date
from .identity_asks import settled

HELD = "held"
SENDING = "sending"  # by a job at this moment: it is told to `stop` where it does not leave (`letter_send.py`)
NOT_LEFT = ("waiting", "to_post", SENDING)
# What answers the request: the letter about a released pack too, which on paper lies in the envelope with it.
ANSWERS = frozenset(kind.key for kind in KINDS.values() if kind.does in ("answer", "disclose_part")) | {"released"}
GOES_ANYWAY = frozenset({"identity-asked", "authority-asked", "extension"})
OLD_NEWS = frozenset({"access-code"})  # it has run out by the time that anything is settled
TO_THE_OLD = frozenset({"contact-changed"})  # the warning to whoever had the contact before: it is for nobody else
WAIT = (
    "The contact of this request was changed, and nobody has settled since who has the new one. Settle identity first: "
    "until then only evidence may be asked for, or an extension told."
)
DOUBT = "Who asks is not settled. Settle identity first: until then nothing goes that answers the request."
ELSEWHERE = (
    "The contact, or who asks, was changed in a linked case of the same requester, and nobody has said what is right "
    "here. Say so under Identity first: until then only evidence may be asked for, or an extension told."
)


def unclear(case: Case) -> bool:
    """Was the contact changed, and identity not settled since?"""
    facts = clock.standing_facts(case)
    changed = [fact.recorded_at for fact in facts if fact.kind == "contact_changed"]
    said = [fact.recorded_at for fact in facts if fact.kind == "identity_settled"]
    return bool(changed) and (not said or max(said) <= max(changed))


def doubted_since(case: Case) -> datetime | None:
    """Since when nobody has said whether the contact, or who asks, is right here after it was changed in a linked case,
    where the answer would go to what was replaced there; None if that is not so. See `identity_linked.py`."""
    row = ContactElsewhere
    return db.session.scalar(
        select(func.min(row.changed_at)).where(row.case_id == case.id, row.settled_at.is_(None), row.holds)
    )


def needs_identity(case: Case, kind: str) -> bool:
    """Does a letter of this kind answer the request, while it is not settled who asks? Whoever complains is answered
    whoever they are."""
    return kind in ANSWERS and case.right is not Right.COMPLAINT and not settled(case)


def stops(case: Case, kind: str) -> str:
    """Why a letter of this kind may not go now, in a sentence; nothing if it may."""
    if (KINDS[kind].plain and kind not in ANSWERS) or kind in GOES_ANYWAY:
        return ""
    if unclear(case):
        return WAIT
    if doubted_since(case) is not None:
        return ELSEWHERE
    return DOUBT if needs_identity(case, kind) else ""


def hold(case: Case, *, answers: bool = False, actor: Actor, now: datetime) -> int:
    """Hold back every letter of a case that has not left yet; with `answers` only those that may not go while it is not
    settled who asks. Returns how many."""
    rows = db.session.scalars(
        select(Letter).where(
            Letter.case_id == case.id, Letter.state.in_(NOT_LEFT), Letter.kind.not_in(OLD_NEWS | TO_THE_OLD)
        )
    ).all()
    rows = [row for row in rows if not answers or needs_identity(case, row.kind)]
    for row in rows:
        if row.state == SENDING:
            _tell(row, HELD)
            continue
        row.state = HELD
        audit.record("held a letter back", actor=actor, now=now, case=case, of=row, kind=row.kind)
    told_date.renew(case)
    return len(rows)


def _tell(row: Letter, stop: str) -> None:
    """Say what becomes of a letter that a job sends now, if it does not leave: "held", "ended", or "go" to where the
    contact is then."""
    sealing.seal(row, {**sealing.unseal(row), "stop": stop})


def _told(case: Case, *stops: str) -> list[Letter]:
    """The letters of a case that a job sends now, and that were told one of these."""
    rows = db.session.scalars(select(Letter).where(Letter.case_id == case.id, Letter.state == SENDING))
    return [row for row in rows if sealing.unseal(row).get("stop") in stops]


def go_on(case: Case, *, actor: Actor, now: datetime) -> int:
    """Send what was held back, to the contact that the request has now; returns how many. What is still to be held, for
    whatever reason, stays."""
    held = select(Letter).where(Letter.case_id == case.id, Letter.state == HELD)
    rows = [row for row in db.session.scalars(held.order_by(Letter.written_at, Letter.id)) if _free(case, row)]
    for row in _told(case, HELD):
        if _free(case, row):
            _tell(row, "go")
    for row in rows:
        by, at = row.written_by, row.written_at
        letter.hand_over(case, row, actor=actor, now=now)
        row.written_by, row.written_at = by, at  # it says what it said on its day
    return len(rows)


def _free(case: Case, row: Letter) -> bool:
    """Does nothing hold this letter any more?"""
    return not unclear(case) and doubted_since(case) is None and not needs_identity(case, row.kind)


def let_lie(case: Case, *, actor: Actor, now: datetime) -> None:
    """What was held back goes no more: the case was withdrawn, or another answers it, and nobody settles identity in it
    any more. It has told nobody anything."""
    for row in db.session.scalars(select(Letter).where(Letter.case_id == case.id, Letter.state == HELD)).all():
        sealing.seal(row, {**sealing.unseal(row), "named": "", "unsent": True})
        row.state = "ended"
        audit.record("left a letter unsent", actor=actor, now=now, case=case, of=row, kind=row.kind)
    for row in _told(case, HELD):
        _tell(row, "ended")


def wait_again(case: Case, *, actor: Actor, now: datetime) -> None:
    """The case goes on after all, and what was left unsent as it ended waits again, or goes where nothing holds it: a
    question on which the clock rests was never asked otherwise."""
    for row in db.session.scalars(select(Letter).where(Letter.case_id == case.id, Letter.state == "ended")).all():
        if sealing.unseal(row).get("unsent") and not letter_left.overtaken(case, row):
            sealing.seal(row, {**sealing.unseal(row), "unsent": False})
            row.state = HELD
            audit.record("held a letter back", actor=actor, now=now, case=case, of=row, kind=row.kind)
    for row in _told(case, "ended"):
        _tell(row, HELD)
    go_on(case, actor=actor, now=now)
