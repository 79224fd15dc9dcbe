"""What staff do with messages that came in: a draft is put to a case it belongs with, or set aside; an answer is dealt
with, or begins a request of its own. A message that is put elsewhere is copied, so that a mistake can be taken back.
"""

from datetime import datetime

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.incoming import Message, MessageKind, Scan
from sar_service.domain.lifecycle import UNKNOWN, Action, Status
from sar_service.models import Case, Incoming

from . import audit, incoming, incoming_scan, link, sealing
from . import case as cases

PUT_TO = "It belongs to another case, and was put there."


def attach(draft: Case, other: Case, *, actor: Actor, now: datetime) -> Case:
    """Put what a draft holds to a case that is there already, as messages that somebody has to deal with; returns it.

    Where that case was merged into another, the other takes them.
    """
    other = incoming.answering(other)
    if other.id == draft.id:
        raise InvalidInput(
            "This is the e-mail itself. Give the reference of the case it belongs to.", field="reference"
        )
    if other.controller != draft.controller:
        raise InvalidInput("That case is another council’s.", field="reference")
    if other.status in UNKNOWN:
        raise InvalidInput("That is an e-mail that nobody has logged. Log it first.", field="reference")
    audit.lock(draft, *link.with_them(other))
    _still(draft)
    link.follow(other, draft, actor=actor, now=now)
    for row, _told in incoming.of(draft):
        _copy(row, other, MessageKind.REPLY, handled=False, actor=actor, now=now)
    cases.move(draft, Action.SET_ASIDE, actor=actor, now=now, reason=PUT_TO)
    return other


def set_aside(draft: Case, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say that an e-mail is no request, and why. It is counted apart, and can be taken up again."""
    if not reason.strip():
        raise InvalidInput("Give the reason.", field="reason")
    audit.lock(draft)
    _still(draft)
    cases.move(draft, Action.SET_ASIDE, actor=actor, now=now, reason=reason)


def begin_request(case: Case, row: Incoming, *, actor: Actor, now: datetime) -> Case:
    """Make a draft of a message that came to a case: it asks for something of its own, from the day it came."""
    if case.status is Status.DRAFT:
        raise WrongState("This e-mail is a draft already.")
    told = sealing.unseal(row)
    message = Message(sender=told["from"], name=told["name"], subject=told["subject"], text=told["text"])
    audit.lock(*link.with_them(case))
    draft = incoming.begin(case.controller, message, arrived_at=row.arrived_at, actor=actor, now=now)
    _copy(row, draft, MessageKind.REQUEST, handled=True, actor=actor, now=now)
    link.follow(case, draft, actor=actor, now=now)
    if row.handled_at is None:
        handled(case, row, actor=actor, now=now)
    return draft


def handled(case: Case, row: Incoming, *, actor: Actor, now: datetime) -> None:
    """Say that a message is dealt with: it leaves everybody's list."""
    audit.lock(case)
    db.session.refresh(row)
    if row.handled_at is not None:
        raise WrongState("Somebody has dealt with this message already.")
    row.handled_at, row.handled_by = now, actor.label
    audit.record("dealt with a message", actor=actor, now=now, case=case, of=row)


def _still(draft: Case) -> None:
    db.session.refresh(draft)
    if draft.status is not Status.DRAFT:
        raise WrongState("Somebody has sorted this e-mail already. Look at it again.")


def _copy(row: Incoming, to: Case, kind: MessageKind, *, handled: bool, actor: Actor, now: datetime) -> Incoming:
    """The same message with another case, sealed under that one's key."""
    db.session.refresh(row)  # the scanner may have barred something of it meanwhile
    told = sealing.unseal(row)
    new = Incoming(
        id=new_id(),
        case_id=to.id,
        controller=to.controller,
        kind=kind,
        mailbox=row.mailbox,
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        known=incoming.from_requester(to, told["from"]),
        arrived_at=row.arrived_at,
        read_at=now,
        handled_at=now if handled else None,
        handled_by=actor.label if handled else "",
    )
    new.scan = row.scan
    if new.scan == Scan.WAITING:
        incoming_scan.first(new, now=now)
    raw = sealing.object_bytes(row.raw_id)
    new.raw_id = sealing.put_object(to, raw, media_type="message/rfc822", now=now).id
    files = []
    for each in told["files"]:
        if not each["object"]:  # barred: its name, size and digest go along
            files.append(each)
            continue
        content = sealing.object_bytes(incoming_scan.object_id(each))
        stored = sealing.put_object(to, content, media_type="application/octet-stream", now=now)
        files.append({**each, "object": str(stored.id)})
    sealing.seal(new, {**told, "files": files})
    db.session.add(new)
    db.session.flush()
    audit.record("received a message", actor=actor, now=now, case=to, of=new, kind=kind.value, files=len(files))
    return new
