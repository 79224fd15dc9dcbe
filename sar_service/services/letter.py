"""Letters: written from templates/letters/<kind>/, kept as sent, and sent by a job once all is committed.

An e-mail carries no personal data beyond its recipient: of a letter that others must not read it says that it is there,
and where to read it. Letters that somebody looks at first are begun in `letter_draft.py`.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from sar_service.adapters.mail import Mail, MailFailed
from sar_service.catalogue import Absent
from sar_service.db import db, new_id
from sar_service.documents.letter_template import fill
from sar_service.documents.letter_text import as_html, as_pdf, as_plain
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.clock_steps import written
from sar_service.domain.errors import NotFound
from sar_service.domain.letter import KINDS
from sar_service.extensions import runtime
from sar_service.models import Case, Letter
from sar_service.queue import after_commit

from . import audit, clock, complaint, lease, letter_words, sealing, told_date
from .letter_words import paper_only

NOTICE = "notice"  # the e-mail that says that a letter is there
TRIES = 5


def last_day(case: Case, released_at: datetime) -> date:
    """The last day on which what is released now can be fetched, as the council's `portal_days` say."""
    days = runtime().catalogue.controllers[case.controller].delivery.portal_days
    return clock.day_of(released_at) + timedelta(days=days)


def write(case: Case, kind: str, *, actor: Actor, now: datetime, **more: Any) -> Letter:
    """Write a letter that needs nobody to look at it first, and have it sent; without an e-mail address, posted."""
    subject, text = compose(case, kind, now=now, **more)
    row = begun(case, kind, {"subject": subject, "text": text}, actor=actor, now=now)
    hand_over(case, row, actor=actor, now=now)
    return row


def compose(case: Case, kind: str, *, now: datetime, **more: Any) -> tuple[str, str]:
    """The subject and the text of a letter, from its template and what the case says now."""
    values = {**letter_words.of_case(case, now=now), **more}
    folder = runtime().settings.templates_dir
    subject = fill(f"letters/{kind}/subject.txt", values, folder=folder).strip()
    text = fill(f"letters/{kind}/body.txt", values, folder=folder).strip()
    return subject, re.sub(r"\n{3,}", "\n\n", text) + "\n"


def on_page(text: str, classes: Mapping[str, str]) -> str:
    """The text of a letter as HTML, its elements with the classes of the page it stands on."""
    return as_html(text, classes)


def begun(case: Case, kind: str, told: dict[str, Any], *, actor: Actor, now: datetime) -> Letter:
    """A letter that is written and goes nowhere yet."""
    row = Letter(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        kind=kind,
        state="draft",
        written_by=actor.label,
        written_at=now,
    )
    sealing.seal(row, told)
    db.session.add(row)
    db.session.flush()
    return row


def way(case: Case, kind: str) -> str:
    """How a letter of this kind would reach the requester: "email" as it is, "link" to it in an e-mail, or "post"."""
    asked = sealing.unseal(case)
    plain = KINDS[kind].plain
    if not asked["requester"].get("email") or (not plain and paper_only(asked)):
        return "post"
    return "email" if plain else "link"


def hand_over(case: Case, row: Letter, *, actor: Actor, now: datetime) -> None:
    """Have a letter sent as it stands now, on the way that is safe: by e-mail, by one that leads to it, or on paper.

    From here on it is kept as it is. The address is the one that the requester has now.
    """
    told, asked = sealing.unseal(row), sealing.unseal(case)
    goes = way(case, row.kind)
    told["to"] = "" if goes == "post" else str(asked["requester"]["email"])
    told["address"] = address_of(asked)
    told["named"] = told_date.named(case, told["text"])
    if goes == "email":
        told["mail"] = {"subject": told["subject"], "text": as_plain(told["text"])}
    elif goes == "link":
        subject, text = compose(case, NOTICE, now=now, written_on=written(clock.day_of(now)))
        told["mail"] = {"subject": subject, "text": as_plain(text)}
    sealing.seal(row, told)
    row.written_by, row.written_at = actor.label, now
    row.state = "to_post" if goes == "post" else "waiting"
    audit.record("wrote a letter", actor=actor, now=now, case=case, of=row, kind=row.kind)
    if goes != "post":
        row.queued_at = now
        after_commit("letter", row.id)


def address_of(told: dict[str, Any]) -> list[str]:
    """The lines of the requester's name and address, as they stand on an envelope."""
    requester = told["requester"]
    address = requester.get("address") or []
    lines = address if isinstance(address, list) else re.split(r"[\n,]", str(address))
    return [text for text in (str(part or "").strip() for part in (requester.get("name"), *lines)) if text]


def pdf(case: Case, row: Letter) -> bytes:
    """A letter as the accessible PDF that is previewed, printed and downloaded."""
    told = sealing.unseal(row)
    controller = runtime().catalogue.controllers[case.controller]
    values = {
        "language": "en-GB",
        "council": controller.name,
        "council_address": [] if isinstance(controller.address, Absent) else list(controller.address),
        "brand": controller.colours.brand,
        "brand_text": controller.colours.text,
        "to": told.get("address") or address_of(sealing.unseal(case)),
        "on": written(clock.day_of(row.written_at)),
        "our_reference": "Our reference",
        "reference": case.reference,
        "subject": told["subject"].replace(f" ({case.reference})", ""),  # it stands beside the date
    }
    return as_pdf(values, told["text"], folder=runtime().settings.templates_dir)


def of(case: Case, letter_id: uuid.UUID) -> Letter:
    """A letter of this case. Raises NotFound."""
    row = db.session.get(Letter, letter_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such letter in this case.")
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
        subject=told["mail"]["subject"],
        text=told["mail"]["text"],
        sender=settings.mail_from,
        reply_to=getattr(controller.dpo, "email", "") or "",
        key=f"letter.{row.id}",
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
        complaint.heard(case, row, actor=SERVICE, now=now)


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


def letters(case: Case, *, drafts: bool = True) -> list[Letter]:
    """The letters of a case, newest first; without `drafts` only those that went, or are on their way."""
    query = select(Letter).where(Letter.case_id == case.id)
    if not drafts:
        query = query.where(Letter.state.not_in(("draft", "held")))
    return list(db.session.scalars(query.order_by(Letter.written_at.desc(), Letter.id)))
