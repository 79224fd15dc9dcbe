"""Sending a letter by e-mail: a job claims it, hands it over, and notes what came of it.

While the mail system is away a letter waits, for a day and a half if need be, and goes by itself: nothing that passes
is left to somebody to do over. What is refused for good has failed at once. `letter_wait.py` shows what waits.
"""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from sar_service.adapters.mail import OF_ONE, Mail, MailFailed
from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.errors import DomainError
from sar_service.domain.incoming import message_id
from sar_service.domain.letter import KINDS
from sar_service.extensions import runtime
from sar_service.models import Case, Letter

from . import audit, clock, complaint, lease, letter, letter_left, letter_thread, sealing, told_date

log = logging.getLogger(__name__)

GIVEN_UP = timedelta(hours=36)  # after the first time that it could not go
SELDOM = timedelta(hours=1)  # between two tries where it is the recipient's own mailbox that puts a letter off
CODE, CODE_LIVES = "access-code", timedelta(minutes=20)
LAPSED = "the code in it had lapsed before it could leave"
TOO_LATE = "the last day on which it could be given passed before it could leave"
OVERTAKEN = "the request had ended before it could leave"
TAKEN_BACK = "it was taken back before it could leave"
ANSWERED = "it was answered before it could leave"
LEFT = "The letter left on this day."
NOT_IN_TIME = "The letter could not leave by its last day."


def begin(letter_id: uuid.UUID, *, now: datetime) -> tuple[str, Mail] | None:
    """Claim a letter for sending: the lease's token and the message. None where it does not go, or not now."""
    row = _of_job(letter_id)
    if row is None or (row.state == "waiting" and row.message and row.queued_at and row.queued_at > now):
        return None  # another has found meanwhile that nothing leaves
    token = lease.claim(Letter, letter_id, now=now, open_states=("waiting",), taken="sending")
    if token is None:
        return None
    db.session.refresh(row)
    case, told = db.session.get_one(Case, row.case_id), sealing.unseal(row)
    if told.get("stop"):
        _stopped(case, row, told, now=now)
        return None
    if row.kind == CODE and now - row.written_at >= CODE_LIVES:
        _not_sent(case, row, "ended", LAPSED, now=now)
        return None
    if letter_left.overtaken(case, row):
        left = letter_left.left_as(case, row)
        sealing.seal(row, {**told, "named": "", left: True})  # it has told nobody a date
        why = {"unsent": OVERTAKEN, "answered": ANSWERED}.get(left, TAKEN_BACK)
        _not_sent(case, row, "ended", why, now=now)
        return None
    if _too_late(case, row, told, now=now):
        _counts_from(case, row, NOT_IN_TIME, now=now)
        _not_sent(case, row, "failed", TOO_LATE, now=now)
        return None
    return token, Mail(
        to=told["to"],
        subject=told["mail"]["subject"],
        text=told["mail"]["text"],
        sender=runtime().settings.mail_from,
        reply_to=_reply_to(row.controller),
        key=message_id(row.id, told.get("sending", 0)),
        answers=letter_thread.answered(row.case_id, told["to"]),
    )


def _reply_to(council: str) -> str:
    """Where answers to its e-mails go; "" for a council that has gone from the configuration: its letters still go."""
    controller = runtime().catalogue.controllers.get(council)
    if controller is None:
        return ""
    return controller.mailbox.address if controller.mailbox else getattr(controller.dpo, "email", "") or ""


def _too_late(case: Case, row: Letter, told: dict[str, Any], *, now: datetime) -> bool:
    """Is it a notice that waited past its last day? Whoever sends one again knows what they do."""
    notice = row.kind in KINDS and KINDS[row.kind].does == letter_left.NOTICE
    day = clock.day_of(now)
    return (
        notice
        and not told.get("sending")
        and clock.day_of(row.written_at) < day
        and case.notice_by is not None
        and case.notice_by < day
    )


def hand_to_mailer(mail: Mail) -> str:
    """Hand a message to the mailer of this process. Raises MailFailed."""
    return runtime().mailer.send(mail)


def _of_job(letter_id: uuid.UUID) -> Letter | None:
    """The letter of a job, its case taken: that it left is noted whatever else is done with the case."""
    row = db.session.get(Letter, letter_id)
    if row is not None:
        audit.lock(db.session.get_one(Case, row.case_id))
        db.session.refresh(row)
    return row


def sent(letter_id: uuid.UUID, token: str, message_id: str, *, now: datetime) -> None:
    """The mailer took it: what it did counts from now, and whatever waited for the mailer is tried at once."""
    row = _of_job(letter_id)
    if not lease.held(row, token):
        return
    assert row is not None
    told, case = sealing.unseal(row), db.session.get_one(Case, row.case_id)
    row.state, row.sent_at, row.message_id, row.message = "sent", now, message_id[:200], ""
    sealing.seal(row, {name: value for name, value in told.items() if name not in ("waits_since", "stop")})
    lease.give_back(row)
    audit.record("sent a letter", actor=SERVICE, now=now, case=case, of=row, kind=row.kind)
    complaint.heard(case, row, on=clock.day_of(now), actor=SERVICE, now=now)
    _counts_from(case, row, LEFT, now=now)


def _counts_from(case: Case, row: Letter, reason: str, *, now: datetime) -> None:
    """Have what a letter did count from today. That it left is noted even where the clock will not have that day."""
    try:
        with db.session.begin_nested():
            letter_left.counts_from(now, case, row, reason=reason, actor=SERVICE, now=now)
    except DomainError:
        log.exception("what a letter did could not be counted from the day on which it left")


def failed(letter_id: uuid.UUID, token: str, error: MailFailed, *, now: datetime) -> None:
    """Not sent: tried again by the sweep, until it is plain that it will not go."""
    row = _of_job(letter_id)
    if not lease.held(row, token):
        return
    assert row is not None
    told, case = sealing.unseal(row), db.session.get_one(Case, row.case_id)
    if told.get("stop"):
        _stopped(case, row, told, now=now)
        return
    since = told.setdefault("waits_since", now.isoformat())
    sealing.seal(row, told)
    if error.permanent or now - datetime.fromisoformat(since) >= GIVEN_UP:
        _not_sent(case, row, "failed", str(error), now=now)
    elif row.kind == CODE and now - row.written_at >= CODE_LIVES:
        _not_sent(case, row, "ended", LAPSED, now=now)
    else:
        row.state, row.message = "waiting", str(error)[:300]
        longest = SELDOM if row.message in OF_ONE else lease.LAST_AGAIN
        lease.give_back(row, again=lease.later(row, now=now, longest=longest))


def _not_sent(case: Case, row: Letter, state: str, why: str, *, now: datetime) -> None:
    row.state, row.message = state, why[:300]
    lease.give_back(row)
    told_date.renew(case)
    audit.record("could not send a letter", actor=SERVICE, now=now, case=case, of=row, kind=row.kind)


def _stopped(case: Case, row: Letter, told: dict[str, Any], *, now: datetime) -> None:
    """A letter that was being sent as its case was held, and has not gone: it is held as well (`letter_hold.py`)."""
    stop = told.pop("stop")
    row.state = "held"
    lease.give_back(row)
    if stop == "go":
        by, at = row.written_by, row.written_at
        sealing.seal(row, told)
        letter.hand_over(case, row, actor=SERVICE, now=now)
        row.written_by, row.written_at = by, at
        return
    if stop == "ended":
        row.state, told = "ended", {**told, "named": "", "unsent": True}
    sealing.seal(row, told)
    told_date.renew(case)
    verb = "left a letter unsent" if stop == "ended" else "held a letter back"
    audit.record(verb, actor=SERVICE, now=now, case=case, of=row, kind=row.kind)


def _in_vain() -> Any:
    """Letters that wait because nothing leaves, and not because of their recipients' own mailboxes."""
    return Letter.state == "waiting", Letter.message != "", Letter.message.not_in(OF_ONE)


def put_off(letter_id: uuid.UUID, *, now: datetime) -> None:
    """After a letter was tried in vain because nothing leaves: the others that wait for that are not tried before it is
    tried again, for each would keep a worker until the mail server does not answer. They take over how often that was,
    or whichever of them is next would be tried soon again as if it were news."""
    row = db.session.get(Letter, letter_id)
    if row is not None and row.state == "waiting" and row.message not in ("", *OF_ONE) and row.queued_at is not None:
        others = (Letter.id != letter_id, Letter.kind != CODE, Letter.queued_at < row.queued_at)
        _turn({"queued_at": row.queued_at, "attempts": row.attempts}, *others)


def hasten(*, now: datetime) -> None:
    """After a letter left: what waits because nothing did goes at once."""
    _turn({"queued_at": None}, Letter.queued_at > now)


def _turn(values: dict[str, Any], *which: Any) -> None:
    """Change when the letters are tried that wait because nothing leaves; None is at once. One that somebody has in
    hand is left alone."""
    rows = select(Letter.id).where(*_in_vain(), *which).order_by(Letter.id).with_for_update(skip_locked=True)
    ids = db.session.scalars(rows).all()
    if ids:
        change = update(Letter).where(Letter.id.in_(ids)).values(**values)
        db.session.execute(change, execution_options={"synchronize_session": False})
        db.session.expire_all()
