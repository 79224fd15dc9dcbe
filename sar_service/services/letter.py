"""Letters: written from templates/letters/<kind>/, kept as written, and sent by a job once all is committed.

An e-mail carries no personal data beyond its recipient: it says that something is there, and where to read it.
"""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from sar_service.adapters.mail import Mail, MailFailed
from sar_service.catalogue import Absent, Contact
from sar_service.catalogue.article_15 import contact_in_words
from sar_service.db import db, new_id
from sar_service.documents.render import page
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.clock_steps import written
from sar_service.domain.lifecycle import Status
from sar_service.extensions import runtime
from sar_service.models import Case, Letter
from sar_service.queue import after_commit

from . import audit, clock, lease, sealing

KINDS = (
    "acknowledgement",
    "identity-asked",
    "released",
    "access-code",
    "extension",
    "clarification",
    "contact-changed",
    "refused",
    "closed",
    "withdrawn",
)
ENDINGS = {Status.REFUSED: "refused", Status.CLOSED: "closed", Status.WITHDRAWN: "withdrawn"}
TRIES = 5


def context(case: Case, *, now: datetime) -> dict[str, Any]:
    """What every letter may speak of."""
    told = sealing.unseal(case)
    controller = runtime().catalogue.controllers[case.controller]
    found = clock.reckon(case)
    complaints = _ways(controller.complaints) or _ways(controller.public_contact) or _ways(controller.dpo)
    regulator = controller.regulator
    named = regulator.name if isinstance(regulator, Contact) else None
    return {
        "case": case,
        "reference": case.reference,
        "subject": told["subject"],
        "requester": told["requester"],
        "controller": controller,
        "right": case.right.value,
        "capacity": case.capacity,
        "how": (told.get("delivery") or {}).get("how", ""),
        "paper_only": paper_only(told),
        "reckoning": found,
        "due": written(found.due) if found.due else "",
        "complaints_to": complaints,
        "regulator_name": named if isinstance(named, str) else "the Information Commissioner",
        "regulator_to": ", ".join(regulator.ways()) if isinstance(regulator, Contact) else "",
        "today": clock.day_of(now),
        "until": written(last_day(case, now)),
        "base_url": runtime().settings.base_url,
    }


def paper_only(told: dict[str, Any]) -> bool:
    """Did they ask for paper, and say that somebody else may see their messages? Then no code opens the answer."""
    how = (told.get("delivery") or {}).get("how") or "portal"
    return how != "portal" and told["requester"].get("safe") == "careful"


def last_day(case: Case, released_at: datetime) -> date:
    """The last day on which what is released now can be fetched, as the council's `portal_days` say."""
    days = runtime().catalogue.controllers[case.controller].delivery.portal_days
    return clock.day_of(released_at) + timedelta(days=days)


def _ways(given: Contact | Absent | None) -> str:
    return contact_in_words(given) if isinstance(given, Contact) else ""


def write(case: Case, kind: str, *, actor: Actor, now: datetime, **more: Any) -> Letter | None:
    """Write a letter and have it sent. None if the requester gave no e-mail address: it is then for the post."""
    if kind not in KINDS:
        raise KeyError(f"there is no letter named {kind}")
    told = sealing.unseal(case)
    values = {**context(case, now=now), **more}
    folder = runtime().settings.templates_dir
    subject = page(f"letters/{kind}/subject.txt", folder=folder, **values).strip()
    text = page(f"letters/{kind}/body.txt", folder=folder, **values).strip() + "\n"
    row = Letter(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        kind=kind,
        state="waiting" if told["requester"].get("email") else "to_post",
        written_by=actor.label,
        written_at=now,
        queued_at=now,
    )
    sealing.seal(row, {"to": told["requester"].get("email", ""), "subject": subject, "text": text})
    db.session.add(row)
    db.session.flush()
    audit.record("wrote a letter", actor=actor, now=now, case=case, of=row, kind=kind)
    if row.state == "waiting":
        after_commit("letter", row.id)
    return row


def begin(letter_id: uuid.UUID, *, now: datetime) -> tuple[str, Mail] | None:
    """Claim a letter for sending: the lease's token and the message."""
    token = lease.claim(Letter, letter_id, now=now, open_states=("waiting",), taken="sending")
    if token is None:
        return None
    row = db.session.get_one(Letter, letter_id)
    told = sealing.unseal(row)
    settings = runtime().settings
    controller = runtime().catalogue.controllers[row.controller]
    return token, Mail(
        to=told["to"],
        subject=told["subject"],
        text=told["text"],
        sender=settings.mail_from,
        reply_to=getattr(controller.dpo, "email", "") or "",
    )


def send(mail: Mail) -> str:
    """Hand a message to the mailer of this process. Raises MailFailed."""
    return runtime().mailer.send(mail)


def sent(letter_id: uuid.UUID, token: str, message_id: str, *, now: datetime) -> None:
    row = db.session.get(Letter, letter_id)
    if lease.held(row, token):
        assert row is not None
        row.state, row.sent_at, row.message_id, row.message = "sent", now, message_id[:200], ""
        lease.give_back(row)
        case = db.session.get_one(Case, row.case_id)
        audit.record("sent a letter", actor=SERVICE, now=now, case=case, of=row, kind=row.kind)


def failed(letter_id: uuid.UUID, token: str, error: MailFailed, *, now: datetime) -> None:
    """Not sent: tried again by the sweep, until it is plain that it will not go."""
    row = db.session.get(Letter, letter_id)
    if lease.held(row, token):
        assert row is not None
        row.message = str(error)[:300]
        row.state = "failed" if error.permanent or row.attempts >= TRIES else "waiting"
        lease.give_back(row)
        if row.state == "failed":
            case = db.session.get_one(Case, row.case_id)
            audit.record("could not send a letter", actor=SERVICE, now=now, case=case, of=row, kind=row.kind)


def letters(case: Case) -> list[Letter]:
    """The letters of a case, newest first."""
    return list(db.session.scalars(select(Letter).where(Letter.case_id == case.id).order_by(Letter.written_at.desc())))
