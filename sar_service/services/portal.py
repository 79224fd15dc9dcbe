"""The requester's side: getting in with a reference and a code, seeing the stage in plain words, fetching the pack.

A wrong reference and a wrong code get the same answer. The code goes to the contact given with the request, ends
soon, and may be tried a few times only.
"""

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor, ActorKind
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.lifecycle import OPEN, UNKNOWN, Action, Status
from sar_service.domain.rights import Right
from sar_service.models import AccessCode, AuditEvent, Case, Letter, Pack, PackState

from . import attempt, audit, clock, complaint, identity, letter, letter_hold, letter_words, sealing
from .intake import tidy_reference

LIFE = timedelta(minutes=20)
TRIES = 5
WRONG = "The reference or the code is wrong, or the code has run out. Ask for a new code."


def requester_of(case: Case) -> Actor:
    """The requester of a case, as who acts."""
    return Actor(kind=ActorKind.REQUESTER, id=str(case.id), name="the requester")


def _case(reference: str) -> Case | None:
    tidy = tidy_reference(reference)
    case = db.session.scalar(select(Case).where(Case.reference == tidy)) if tidy else None
    if case is not None:
        audit.lock_to_write(case)
    return case


def send_code(reference: str, *, address: str, now: datetime) -> None:
    """Send a code to the contact of the case, if there is one. Says nothing about whether there is."""
    attempt.check("ask for a code from", address, limit=20, now=now)
    attempt.note("ask for a code from", address, now=now)
    case = _case(reference)
    if case is None or case.status in UNKNOWN:
        return
    if not sealing.unseal(case)["requester"].get("email"):
        return  # on paper it would have run out long before it came
    try:
        attempt.check("ask for a code", str(case.id), limit=5, now=now)
    except attempt.TooMany:
        return
    attempt.note("ask for a code", str(case.id), now=now)
    code = f"{secrets.randbelow(10**8):08d}"
    row = AccessCode(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        digest=sealing.digest(case.id, f"code:{code}"),
        sent_at=now,
        expires_at=now + LIFE,
    )
    db.session.add(row)
    letter.write(case, "access-code", actor=requester_of(case), now=now, code=f"{code[:4]} {code[4:]}", minutes=20)
    audit.record("asked for a code", actor=requester_of(case), now=now, case=case)


def enter(reference: str, code: str, *, address: str, now: datetime) -> Case:
    """The case that this reference and code open. Raises InvalidInput with one answer for every mistake."""
    attempt.check("enter from", address, limit=20, now=now)
    # Tried against what was typed, whether there is such a request or not: the answer must not tell.
    typed = tidy_reference(reference) or reference.strip().upper()
    attempt.check("enter", typed, limit=TRIES * 2, now=now)
    case = _case(reference)
    digits = "".join(ch for ch in code if ch.isdigit())
    row = None
    if case is not None:
        row = db.session.scalar(
            select(AccessCode)
            .where(AccessCode.case_id == case.id, AccessCode.expires_at > now, AccessCode.used_at.is_(None))
            .order_by(AccessCode.sent_at.desc())
            .limit(1)
        )
    good = (
        case is not None
        and row is not None
        and secrets.compare_digest(row.digest, sealing.digest(case.id, f"code:{digits}"))
    )
    if not good or case is None or row is None:
        attempt.note("enter from", address, now=now)
        attempt.note("enter", typed, now=now)
        raise InvalidInput(WRONG, field="code")
    row.used_at = now
    audit.record("entered the portal", actor=requester_of(case), now=now, case=case)
    return case


def get(case_id: str) -> Case:
    """The case of a session in the portal. Raises NotFound."""

    case = db.session.get(Case, uuid.UUID(case_id))
    if case is None:
        raise NotFound("This request cannot be shown.")
    audit.lock_to_write(case)
    return case


def contact_mark(case: Case) -> str:
    """Which contact the case has: another one after every change, so that a session opened by the old one ends."""
    changes = [fact for fact in clock.standing_facts(case) if fact.kind == "contact_changed"]
    return str(max(changes, key=lambda fact: fact.recorded_at).id) if changes else ""


def of_session(case_id: str, contact: str) -> Case:
    """The case of a session that was opened by a code sent to this contact. Raises NotFound if it was changed since."""
    case = get(case_id)
    if contact_mark(case) != contact:
        raise NotFound("The contact details of this request were changed. Ask for a new code.")
    return case


def acknowledged_to(case: Case) -> str:
    """Where the acknowledgement went, for whoever has just sent the request."""
    email: str = sealing.unseal(case)["requester"].get("email", "")
    return email


@dataclass(frozen=True)
class Stage:
    """One step of a request as the requester sees it: done, current or still to come."""

    key: str
    state: str
    on: date | None = None


STAGES = ("received", "identity", "searching", "reviewing", "checking", "ready")
AT = {
    Status.DRAFT: 1,
    Status.RECEIVED: 1,
    Status.IDENTITY: 1,
    Status.SEARCHING: 2,
    Status.REVIEWING: 3,
    Status.AWAITING_SIGNOFF: 4,
    Status.SIGNED_OFF: 4,
    Status.BUILDING: 4,
    Status.READY: 4,
    Status.RELEASED: 6,
    Status.CLOSED: 6,
    Status.REFUSED: 6,
    Status.WITHDRAWN: 6,
    Status.REDIRECTED: 6,
    Status.SET_ASIDE: 6,
}


STAGES_OF_DECISION = ("received", "identity", "deciding", "told")  # of every other right: nothing is downloaded
STAGES_OF_COMPLAINT = ("received", "acknowledged", "looked_into", "outcome")


def stages(case: Case) -> list[Stage]:
    """The steps of a request, or of a complaint, for whoever made it."""
    at = AT[case.status]
    keys: tuple[str, ...] = STAGES
    if case.right is Right.COMPLAINT:
        keys = STAGES_OF_COMPLAINT
        at = len(keys) if case.status not in OPEN else 1 if complaint.acknowledged_on(case) is None else 2
    elif case.right is not Right.ACCESS:
        keys = STAGES_OF_DECISION
        at = len(keys) if case.status not in OPEN else 2 if identity.settled(case) else 1
    return [
        Stage(
            key,
            "done" if place < at else "current" if place == at else "to_come",
            case.received_on if key == "received" else None,
        )
        for place, key in enumerate(keys)
    ]


def reopened_on(case: Case) -> date | None:
    """The day on which a case that had ended was taken up again, while it is open; else None."""
    if case.status not in OPEN:
        return None
    at = db.session.scalar(
        select(AuditEvent.at)
        .where(AuditEvent.case_id == case.id, AuditEvent.verb == Action.REOPEN.value)
        .order_by(AuditEvent.number.desc())
        .limit(1)
    )
    return clock.day_of(at) if at is not None else None


def held(case: Case) -> bool:
    """Was a pack released, and is kept back now, because identity was doubted or the contact changed since, here or in
    a linked case?"""
    return _newest_released(case) is not None and not _clear(case)


def _clear(case: Case) -> bool:
    """Is it settled who asks, and not in doubt whether the contact is still theirs?"""
    return identity.settled(case) and letter_hold.doubted_since(case) is None


def ended(case: Case) -> str:
    """How it ended, nothing to fetch: "merged", "refused", "withdrawn", "redirected", "answered", "closed", or ""."""
    if case.merged_into is not None:
        return "merged"
    if case.status in (Status.REFUSED, Status.WITHDRAWN, Status.REDIRECTED):
        return case.status.value
    if case.status is not Status.CLOSED or _newest_released(case) is not None:
        return ""
    before = _last_released(case)
    lettered = (
        before is None or before.released_at is None or (case.released_at or before.released_at) > before.released_at
    )
    return "answered" if case.released_at is not None and lettered else "closed"


def answered_under(case: Case) -> str:
    """The reference under which a merged request is answered; nothing where that one has another contact."""
    other = db.session.get(Case, case.merged_into) if case.merged_into is not None else None
    if other is None or acknowledged_to(other).casefold() != acknowledged_to(case).casefold():
        return ""
    return other.reference


def released_pack(case: Case, *, today: date) -> Pack | None:
    """The pack that the requester may fetch: the newest that was released, while identity is settled and for as many
    days as the council says.

    None where they chose paper because somebody else may see their messages: a code sent there must not open it.
    """
    until = last_day(case)
    if until is None or today > until or not _clear(case) or letter_words.paper_only(sealing.unseal(case)):
        return None
    return _newest_released(case)


def last_day(case: Case) -> date | None:
    """The last day on which a released pack can be fetched, whether that is past or not; None if none was released."""
    pack = _newest_released(case)
    if pack is None or pack.released_at is None:
        return None
    return letter.last_day(case, pack.released_at)


def over(case: Case, *, today: date) -> bool:
    """Could a pack be fetched here until some day that is past?"""
    until = last_day(case)
    return until is not None and today > until and not letter_words.paper_only(sealing.unseal(case))


def on_its_way(case: Case) -> str:
    """How a released answer goes that is not fetched here: "post" or "collection"; else nothing."""
    told = sealing.unseal(case)
    if _newest_released(case) is None or not letter_words.paper_only(told):
        return ""
    return str(told["delivery"]["how"])


def taken_back(case: Case) -> bool:
    """Was a pack released, and the case reopened since? What was wrong with it may still be in it, so that it is not
    to be fetched, however the case ends, until a pack is released again."""
    return _taken_back(case, _last_released(case))


def _taken_back(case: Case, pack: Pack | None) -> bool:
    if pack is None or case.status is Status.RELEASED:
        return False
    later = select(AuditEvent.number).where(
        AuditEvent.case_id == case.id, AuditEvent.verb == Action.REOPEN.value, AuditEvent.at > pack.released_at
    )
    return db.session.scalar(later.limit(1)) is not None


def _newest_released(case: Case) -> Pack | None:
    if case.status not in (Status.RELEASED, Status.CLOSED):
        return None
    pack = _last_released(case)
    return None if _taken_back(case, pack) else pack


def _last_released(case: Case) -> Pack | None:
    return db.session.scalar(
        select(Pack)
        .where(Pack.case_id == case.id, Pack.state == PackState.READY, Pack.released_at.is_not(None))
        .order_by(Pack.number.desc())
        .limit(1)
    )


def pack_size(pack: Pack | None) -> int:
    """The size of a pack in bytes; 0 where there is none."""
    return sealing.get_object(pack.object_id).size if pack is not None and pack.object_id else 0


def fetch(case: Case, *, now: datetime) -> tuple[Pack, Iterator[bytes]]:
    """The pack, for download by its requester; recorded before a byte is sent. Raises NotFound."""
    pack = released_pack(case, today=clock.day_of(now))
    if pack is None or pack.object_id is None:
        raise NotFound("There is nothing to download now. Look at where your request is.")
    audit.record("fetched the pack", actor=requester_of(case), now=now, case=case, of=pack, sha256=pack.sha256)
    pack.fetched_at = now
    return pack, sealing.object_chunks(sealing.get_object(pack.object_id))


def readable(case: Case) -> frozenset[uuid.UUID]:
    """The letters that the requester may read here: those that went, but for the codes.

    None where letters go on paper because others may see what a code opens; and none from before a change of contact
    until identity is settled again, since whoever has the new contact may be somebody else; nor while somebody else may
    have this one. What answers a request can be read only while it is settled who asks.
    """
    if letter_words.paper_only(sealing.unseal(case)) or letter_hold.doubted_since(case) is not None:
        return frozenset()
    changes = [fact.recorded_at for fact in clock.standing_facts(case) if fact.kind == "contact_changed"]
    since = max(changes) if changes and not identity.settled(case) else None
    return frozenset(
        row.id
        for row in letter.letters(case, drafts=False)
        if row.kind != "access-code"
        and (since is None or row.written_at > since)
        and not letter_hold.needs_identity(case, row.kind)
    )


def letter_to(case: Case, letter_id: uuid.UUID, *, now: datetime) -> Letter:
    """A letter that went to the requester and that they may read here. Raises NotFound."""
    row = letter.of(case, letter_id)
    if row.id not in readable(case):
        raise NotFound("There is no such letter.")
    audit.viewed("a letter", actor=requester_of(case), now=now, case=case, of=row)
    return row
