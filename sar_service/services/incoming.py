"""E-mails coming in: each becomes a draft case, or goes to the case that it is about, exactly once.

The job that reads the mailbox is `workers/jobs/incoming.py`. The message, its case and its files are one transaction;
only after that is the message moved on the server. Killed in between, the next round finds it there, knows it again by
what it is, and only moves it. What staff then do with it is `incoming_sort.py`.
"""

import hashlib
import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from sar_service.adapters.imap import Address
from sar_service.catalogue.mailbox import Mailbox
from sar_service.db import db, new_id
from sar_service.domain import incoming as rules
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import NotFound
from sar_service.domain.incoming import Message, MessageKind
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.models import Case, CaseKey, Incoming, Letter, Pulse
from sar_service.queue import after_commit

from . import audit, clock, delivery, finding, incoming_scan, intake, listing, pulse, sealing, staff_mail
from . import case as cases

SILENT_AFTER = timedelta(hours=1)
LARGEST = 50 * 1024 * 1024  # bytes of a message that are fetched
A_ROUND = 50  # messages read in one go
WHAT = 4000  # letters of the text that a draft takes over as what is asked for
STRANGER = "It reports on a letter that is none of ours, or names none."


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a message was read: which mailbox, and its number there."""

    mailbox: str
    validity: int
    uid: int


def with_mailbox() -> list[str]:
    """The controllers whose mailbox is read, by key."""
    return [key for key, each in runtime().catalogue.controllers.items() if each.mailbox is not None]


def address(controller: str) -> Address | None:
    """Where a controller's mailbox is; None where it has none."""
    found = runtime().catalogue.controllers.get(controller)
    box = found.mailbox if found is not None else None
    return address_of(box, runtime().environ) if box is not None else None


def address_of(box: Mailbox, environ: Mapping[str, str]) -> Address:
    """Where a mailbox of the configuration is, its password taken from the environment."""
    return Address(
        host=box.host,
        port=box.port,
        security=box.security,
        user=box.user,
        password=environ.get(box.password.env, ""),
        folder=box.folder,
        done=box.done_folder,
        ca_file=Path(box.ca_file) if box.ca_file else None,
    )


def place_of(controller: str) -> str:
    """A short name for the folder that is read, the same as long as it is the same folder."""
    box = runtime().catalogue.controllers[controller].mailbox
    assert box is not None
    return hashlib.sha256(box.place.encode()).hexdigest()[:32]


def digest(controller: str, fingerprint: str) -> str:
    """What a message is known by, under the controller's name: it says nothing to whoever lacks the key."""
    return runtime().service_key("incoming").digest(f"{controller}:{fingerprint}")


def known(controller: str, key: str) -> bool:
    """Was this message kept already? Also with a case of another council than the one whose mailbox it came to."""
    councils = {controller, *runtime().catalogue.controllers}
    found = select(Incoming.id).where(Incoming.controller.in_(councils), Incoming.digest == key)
    return db.session.scalar(found) is not None


def take(
    controller: str, message: Message, raw: bytes, *, key: str, place: Place, arrived_at: datetime, now: datetime
) -> Incoming | None:
    """Keep a message where it belongs. None if it was kept before, is a machine's answer to nothing of ours, or reports
    on an e-mail to staff: then that is noted of its reader.

    If another process keeps the same message at the same moment, one of the two fails on the commit, and nothing of
    it is kept twice.
    """
    if known(controller, key):
        return None
    letters = _letters(message)
    if not letters and staff_mail.reported(message, now=now):
        audit.record("left a report about staff aside", actor=SERVICE, now=now, folder=place.mailbox, uid=place.uid)
        return None
    case = _case(message, letters)
    kind = _kind(message, case)
    if kind is MessageKind.AUTOMATIC and case is None:
        audit.record("left an automatic answer aside", actor=SERVICE, now=now, folder=place.mailbox, uid=place.uid)
        return None
    began = case is None
    if case is None:
        if message.returned:
            message = with_note(message, STRANGER)
        case = begin(controller, message, arrived_at=arrived_at, actor=SERVICE, now=now)
        kind = MessageKind.REQUEST
    audit.lock(case)
    told_of = _bounced(message, letters, now=now) if kind is MessageKind.REPORT else False
    row = Incoming(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        kind=kind,
        digest=key,
        mailbox=place.mailbox,
        uidvalidity=place.validity,
        uid=place.uid,
        known=from_requester(case, message.sender),
        arrived_at=arrived_at,
        read_at=now,
    )
    if kind in (MessageKind.REQUEST, MessageKind.AUTOMATIC) or told_of:
        row.handled_at, row.handled_by = now, SERVICE.label  # the draft itself, or the letter, is the work
    sealing.seal(row, {})
    incoming_scan.first(row, now=now)
    db.session.add(row)
    db.session.flush()  # its digest is there once, before anything large is written
    _fill(case, row, message, raw, now=now)
    verb = "received an e-mail" if began else "received a message"
    audit.record(verb, actor=SERVICE, now=now, case=case, of=row, kind=kind.value, files=len(message.files))
    return row


def with_note(message: Message, note: str) -> Message:
    """The message with one more thing that staff have to know of it."""
    values = {name: getattr(message, name) for name in message.__dataclass_fields__}
    return Message(**{**values, "notes": (*message.notes, note)})


def from_requester(case: Case, sender: str) -> bool:
    """Is this the e-mail address that the case's requester has now? It is a word anybody can write on a message."""
    address = sealing.unseal(case)["requester"].get("email") or ""
    return bool(sender) and sender.casefold() == address.casefold()


def _letters(message: Message) -> list[tuple[Letter, int]]:
    """The letters of ours that a message answers, or speaks of, with the number of the sending."""
    found = []
    for letter_id, sending in rules.letters_named(message.about):
        row = db.session.get(Letter, letter_id)
        if row is not None:
            found.append((row, sending))
    return found


def _case(message: Message, letters: Sequence[tuple[Letter, int]]) -> Case | None:
    """The case that a message is about: by the letter it answers, or by a reference in its subject."""
    ids = [row.case_id for row, _ in letters]
    for text in rules.references_in(message.subject):
        tidy = intake.tidy_reference(text)
        if tidy is not None:
            ids += db.session.scalars(select(Case.id).where(Case.reference == tidy))
    for case_id in ids:
        case = answering(db.session.get_one(Case, case_id))
        key = db.session.get(CaseKey, case.id)
        if key is not None and key.wrapped is not None:  # a case that was destroyed takes nothing in any more
            return case
    return None


def answering(case: Case) -> Case:
    """The case that is worked on: where one was merged into another, that one."""
    seen = {case.id}
    while case.merged_into is not None and case.merged_into not in seen:
        seen.add(case.merged_into)
        case = db.session.get_one(Case, case.merged_into)
    return case


def _kind(message: Message, case: Case | None) -> MessageKind:
    if message.returned:
        return MessageKind.REPORT
    if message.automatic == "replied":
        return MessageKind.AUTOMATIC
    return MessageKind.REPLY if case is not None else MessageKind.REQUEST


def _bounced(message: Message, letters: Sequence[tuple[Letter, int]], *, now: datetime) -> bool:
    """Pass on what a mail system says of a letter; False if a machine cannot tell what that is."""
    worst = next((each for each in message.outcomes if each.action == "failed"), None)
    worst = worst or next((each for each in message.outcomes if each.action == "delayed"), None)
    for row, sending in letters[:1] if worst is not None else []:
        assert worst is not None
        permanent = worst.action == "failed"
        delivery.bounced(row.id, sending=sending, reason=rules.why(worst.status), permanent=permanent, now=now)
    return bool(message.outcomes and letters)


def begin(controller: str, message: Message, *, arrived_at: datetime, actor: Actor, now: datetime) -> Case:
    """A case of which nobody has said yet what it is. Its clock runs from the day the message came (Article 12)."""
    case = Case(
        id=new_id(),
        controller=controller,
        reference=intake.unused_reference(),
        right=Right.ACCESS,
        status=Status.DRAFT,
        channel="email",
        capacity="self",
        nation=runtime().catalogue.controllers[controller].nation,
        received_on=clock.day_of(arrived_at),
        clock_state="running",
        created_at=now,
    )
    sealing.new_case_key(case)
    sealing.seal(case, asked(message))
    db.session.add(case)
    db.session.flush()
    finding.index(case)
    on = min(max(clock.day_of(arrived_at), clock.EARLIEST), clock.day_of(now))  # a server's clock may be wrong
    clock.add_fact(case, "received", on, actor=actor, now=now, channel="email")
    return case


def asked(message: Message) -> dict[str, Any]:
    """What a message alone says of a request: who writes, and what. About whom it is, nobody knows yet."""
    what = "\n\n".join(each for each in (message.subject, message.text) if each)
    return {
        "subject": {
            "given_name": "", "family_name": "", "other_names": [], "date_of_birth": None, "addresses": [],
            "postcode": "", "phones": [], "emails": [], "identifiers": {},
        },
        "requester": {
            "name": message.name, "email": message.sender, "phone": "", "address": [], "relationship": "",
            "organisation": "", "authority": "", "safe": "", "safety_note": "",
        },
        "scope": {"what": what[:WHAT], "services": [], "period": ""},
        "delivery": {"how": "portal", "needs": [], "note": ""},
    }  # fmt: skip


def _fill(case: Case, row: Incoming, message: Message, raw: bytes, *, now: datetime) -> None:
    """Seal the message and its files under the key of its case."""
    stored = sealing.put_object(case, io.BytesIO(raw), media_type="message/rfc822", now=now)
    row.raw_id, scan = stored.id, {"scan": row.scan, "found": "", "large": False}
    original = {"size": stored.size, "sha256": stored.sha256, **scan}
    files = []
    for each in message.files:
        with Path(each.path).open("rb") as source:
            stored = sealing.put_object(case, source, media_type="application/octet-stream", now=now)
        told = {"name": each.name, "type": each.type, "size": stored.size, "sha256": stored.sha256}
        files.append({**told, "object": str(stored.id), **scan})
    sealing.seal(
        row,
        {
            "id": message.id,
            "from": message.sender,
            "name": message.name,
            "reply_to": message.reply_to,
            "to": message.to,
            "subject": message.subject,
            "sent": message.sent_at.isoformat() if message.sent_at else "",
            "text": message.text,
            "notes": list(message.notes),
            "files": files,
            "original": original,
        },
    )


def of(case: Case) -> list[tuple[Incoming, dict[str, Any]]]:
    """The messages of a case with what they say, the newest first: all that wait, and the newest of the others."""
    query = select(Incoming).where(Incoming.case_id == case.id).order_by(Incoming.arrived_at.desc(), Incoming.id)
    waiting = db.session.scalars(query.where(Incoming.handled_at.is_(None))).all()
    done = db.session.scalars(query.where(Incoming.handled_at.is_not(None)).limit(listing.MOST)).all()
    rows = sorted([*waiting, *done], key=lambda row: row.arrived_at, reverse=True)
    return [(row, sealing.unseal(row)) for row in rows]


def counts(case: Case) -> tuple[int, int]:
    """How many messages a case has, and how many of them nobody has dealt with."""
    mine = select(func.count()).select_from(Incoming).where(Incoming.case_id == case.id)
    return db.session.scalar(mine) or 0, db.session.scalar(mine.where(Incoming.handled_at.is_(None))) or 0


def unhandled(*, actor: Actor) -> list[tuple[Incoming, Case]]:
    """The messages that nobody has dealt with, in the cases this actor may see, whatever their stage; oldest first."""
    rows = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(Incoming, Incoming.case_id == Case.id)
        .where(Incoming.handled_at.is_(None))
        .with_only_columns(Incoming, Case)
        .options(*listing.NAMED, load_only(Incoming.case_id, Incoming.known, Incoming.arrived_at))
        .order_by(Incoming.arrived_at, Incoming.id)
        .limit(listing.MOST + 1)
    )
    return [(row, case) for row, case in rows]


def pulse_of(controller: str) -> str:
    """The name under which it is noted when a mailbox was last read."""
    return f"mailbox {hashlib.sha256(controller.encode()).hexdigest()[:16]}"


def ask_for_all(*, now: datetime) -> None:
    """Have every mailbox read. From the first time on it is noticed if that does not happen."""
    for controller in with_mailbox():
        pulse.begin(pulse_of(controller), now=now)
        after_commit("incoming", controller)


def silent(*, actor: Actor, now: datetime) -> list[tuple[str, datetime]]:
    """The mailboxes of this actor's councils that have not been read for too long: address, and since when."""
    found = []
    for key in sorted(set(with_mailbox()) & actor.controllers):
        row = db.session.get(Pulse, pulse_of(key))
        box = runtime().catalogue.controllers[key].mailbox
        since = pulse.off(row.at if row is not None else None, SILENT_AFTER, now)
        if since is not None and box is not None:
            found.append((box.address, since))
    return found


def get(case: Case, message_id: uuid.UUID) -> Incoming:
    """A message of this case. Raises NotFound."""
    row = db.session.get(Incoming, message_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such message in this case.")
    return row
