"""E-mails to members of staff: sent like letters, and where one does not arrive that is known of its reader.

A warning that nobody receives is a missed deadline. Managers see on their worklist whom no e-mail reaches, until one of
them says that it is mended; who is concerned sees it as well.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from sar_service.adapters.mail import Mail, MailFailed
from sar_service.db import db, new_id
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import NotAllowed, NotFound, WrongState
from sar_service.domain.incoming import Message, staff_mails_named, staff_message_id, why
from sar_service.domain.permission import Permission
from sar_service.extensions import runtime
from sar_service.models import Member, StaffMail
from sar_service.queue import after_commit

from . import audit, lease

GIVEN_UP = timedelta(hours=20)  # after it was written: then the next morning's is near


def write(member: Member, subject: str, text: str, *, now: datetime) -> StaffMail:
    """Have an e-mail sent to a member of staff. It names cases by their references only."""
    row = StaffMail(id=new_id(), member_id=member.id, subject=subject, text=text, written_at=now, queued_at=now)
    db.session.add(row)
    db.session.flush()
    after_commit("staff_mail", row.id)
    return row


def begin(mail_id: uuid.UUID, *, now: datetime) -> tuple[str, Mail] | None:
    """Claim an e-mail for sending: the lease's token and the message."""
    token = lease.claim(StaffMail, mail_id, now=now, open_states=("waiting",), taken="sending")
    if token is None:
        return None
    row = db.session.get_one(StaffMail, mail_id)
    member = db.session.get_one(Member, row.member_id)
    return token, Mail(
        to=member.email,
        subject=row.subject,
        text=row.text,
        sender=runtime().settings.mail_from,
        key=staff_message_id(row.id),
    )


def ended(mail_id: uuid.UUID, token: str, error: MailFailed | None, *, now: datetime) -> None:
    """Note what came of it: sent, to be tried again, or given up."""
    row = db.session.get(StaffMail, mail_id)
    if not lease.held(row, token):
        return
    assert row is not None
    if error is None:
        row.state, row.sent_at, row.message = "sent", now, ""
    else:
        row.message = str(error)[:300]
        row.state = "failed" if error.permanent or now - row.written_at >= GIVEN_UP else "waiting"
        if row.state == "failed":
            _unreached(row, row.message, now=now)
    lease.give_back(row, again=lease.later(row, now=now) if row.state == "waiting" else None)


def reported(message: Message, *, now: datetime) -> bool:
    """Take in a mail system's report about an e-mail to staff; False if it is about none of them.

    One that no machine can read counts as one that says that it did not arrive.
    """
    row = _named(message.about) if message.returned else None
    if row is None:
        return False
    failed = next((each for each in message.outcomes if each.action == "failed"), None)
    if failed is not None or not message.outcomes:
        bounced(row, reason=why(failed.status if failed is not None else ""), now=now)
    return True


def learn(key: str, *, reason: str, now: datetime) -> bool:
    """Take in that the message with this key did not arrive; False if it is no e-mail to staff, or that is known."""
    row = _named((f"{key}@",))
    if row is None or row.state == "failed":
        return False
    bounced(row, reason=reason, now=now)
    return True


def _named(ids: tuple[str, ...]) -> StaffMail | None:
    found = (db.session.get(StaffMail, each) for each in staff_mails_named(ids))
    return next((row for row in found if row is not None), None)


def bounced(row: StaffMail, *, reason: str, now: datetime) -> None:
    """An e-mail to a member of staff did not arrive. Being told twice is no harm."""
    if row.state != "failed":
        row.state, row.message = "failed", reason[:300]
        lease.give_back(row)
        _unreached(row, reason, now=now)


def _unreached(row: StaffMail, reason: str, *, now: datetime) -> None:
    member = db.session.get_one(Member, row.member_id)
    member.unreached = reason[:300]
    member.unreached_at = member.unreached_at or now
    audit.record("learnt that an e-mail to staff did not arrive", actor=SERVICE, now=now, of=member)


def unreached(*, actor: Actor) -> list[Member]:
    """Whom of the staff no e-mail reaches, the longest first: of their councils for a manager, else oneself."""
    rows = db.session.scalars(
        select(Member)
        .where(Member.unreached_at.is_not(None), Member.active.is_(True))
        .order_by(Member.unreached_at, Member.id)
    )
    return [row for row in rows if str(row.id) == actor.id or _manages(actor, row)]


def _manages(actor: Actor, member: Member) -> bool:
    return actor.may(Permission.ASSIGN) and bool(actor.controllers & set(member.controllers))


def mended(member_id: uuid.UUID, *, actor: Actor, now: datetime) -> Member:
    """Say that e-mails reach a member again, or that they are told otherwise; the next that comes back is said anew."""
    member = db.session.get(Member, member_id)
    if member is None or not _manages(actor, member):
        if not actor.may(Permission.ASSIGN):
            raise NotAllowed("A manager says that this is mended.")
        raise NotFound("There is no such member of staff.")
    if member.unreached_at is None:
        raise WrongState("Somebody has dealt with this already.")
    member.unreached_at, member.unreached = None, ""
    audit.record("said that e-mails reach a member of staff", actor=actor, now=now, of=member)
    return member
