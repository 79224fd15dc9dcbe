"""Who asks, in what capacity, and where the answer goes: changing it. Each change re-opens identity, because what was
seen was seen of somebody else, or does not show who has the new contact. Nothing is released until it is settled again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor, ActorKind
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.identity import Capacity
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import AccessCode, Case, ContactElsewhere, Decision, Document, MarkRow, PersonRow

from . import (
    attempt,
    audit,
    clock,
    finding,
    identity,
    identity_linked,
    intake,
    letter,
    letter_hold,
    link,
    redaction_mark,
    sealing,
)
from .case import check_version, visible
from .contact import PARTS as CONTACT
from .contact import contact_of

BEFORE_SIGNOFF = (Status.RECEIVED, Status.IDENTITY, Status.SEARCHING, Status.REVIEWING)
CHANGES = 3  # by a requester, in a quarter of an hour: each sends a letter to the contact before


def change_contact(
    case: Case, contact: Mapping[str, Any], *, actor: Actor, now: datetime, taken_from: Case | None = None
) -> Sequence[str]:
    """Change where the answer goes; returns what was changed. Raises InvalidInput where no way would be left.

    The old contact is told, letters that have not left are held back, codes that were sent open nothing any more, and
    identity must be settled again. Linked cases of the same requester are told (`identity_linked.py`).
    """
    audit.lock(case, *identity_linked.linked(case))
    was = identity_linked.before(case)
    before = contact_of(case)
    changed = [name for name in CONTACT if name in contact and contact[name] != before[name]]
    if not changed:
        return []
    after = {**before, **contact}
    if not after["email"] and not after["address"]:
        raise InvalidInput("Give an e-mail address or a postal address: one of them has to stay.", field="email")
    if actor.kind is ActorKind.REQUESTER:
        _not_too_often(case, now=now)
    letter_hold.hold(case, actor=actor, now=now)
    letter.write(case, "contact-changed", actor=actor, now=now)  # to the old address, before it is replaced
    told = sealing.unseal(case)
    told["requester"].update({name: contact[name] for name in changed})
    sealing.seal(case, told)
    finding.index(case)
    _contact_is_new(case, changed, actor=actor, now=now)
    if actor.kind is ActorKind.STAFF:
        outcome = identity_linked.TAKEN if taken_from is not None else identity_linked.CHANGED
        identity_linked.changed_here(case, identity_linked.CONTACT, outcome, actor=actor, now=now)
    identity_linked.tell(case, was, identity_linked.CONTACT, actor=actor, now=now, than=taken_from)
    return changed


def take_over(
    case: Case,
    row: ContactElsewhere,
    *,
    version: int,
    row_version: int,
    other_version: int,
    actor: Actor,
    now: datetime,
) -> Sequence[str]:
    """Take over the contact that the linked case has now, as a change like any other; returns what was changed.

    The versions are of the two cases and of what was told, as they were looked at. Raises StaleWrite, and WrongState
    where this actor may not see the other case or there is nothing to take.
    """
    other = db.session.scalar(visible(actor, by_id=True).where(Case.id == row.from_case_id))
    if other is None or row.what != identity_linked.CONTACT:
        raise WrongState("You may not see the other case. Ask the requester, and change the contact here by hand.")
    audit.lock(case, other, *identity_linked.linked(case))
    db.session.refresh(other)
    identity_linked.still(row, row_version)
    check_version(case, version)
    check_version(other, other_version)
    changed = change_contact(case, identity_linked.to_take(row, other), actor=actor, now=now, taken_from=other)
    if not changed:
        raise WrongState("The contact here is that of the other case already. Say that it stays as it is.")
    return changed


def _not_too_often(case: Case, *, now: datetime) -> None:
    attempt.check("change the contact of", str(case.id), limit=CHANGES, now=now)
    attempt.count("change the contact of", str(case.id), now=now)


def _contact_is_new(case: Case, changed: Sequence[str], *, actor: Actor, now: datetime) -> None:
    for code in db.session.scalars(
        select(AccessCode).where(AccessCode.case_id == case.id, AccessCode.used_at.is_(None))
    ):
        code.expires_at = min(code.expires_at, now)  # a code that went to the old contact opens nothing
    clock.add_fact(case, "contact_changed", clock.day_of(now), actor=actor, now=now, fields=list(changed))


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks, in a capacity: for `self` only the capacity counts."""

    capacity: str
    name: str = ""
    relationship: str = ""
    organisation: str = ""


def change_capacity(case: Case, asker: Asker, *, reason: str, version: int, actor: Actor, now: datetime) -> int:
    """Correct who asks, and in what capacity; returns how many decisions have to be taken anew.

    A child who takes over what a parent asked for, somebody who has come of age, a grandparent without an order: what
    may be withheld depends on it (DPA 2018 Schedule 3 paragraphs 4, 10 and 21), so what was withheld under a code that
    cannot be used any more is open again. Where the person asks for themselves from now on, the contact that somebody
    else gave is taken out: nothing may go there. Raises InvalidInput, WrongState and StaleWrite.
    """
    audit.lock(case, *identity_linked.linked(case))
    check_version(case, version)
    _check_asker(case, asker, reason)
    was = identity_linked.before(case)
    before, told = case.capacity, sealing.unseal(case)
    letter_hold.hold(case, actor=actor, now=now)
    if asker.capacity == Capacity.SELF:
        subject = told["subject"]
        name = " ".join(part for part in (subject.get("given_name"), subject.get("family_name")) if part)
        fresh = {"name": name, "email": "", "phone": "", "address": [], "relationship": "", "organisation": ""}
        fresh |= {"safe": "", "safety_note": ""}  # that was said of another's contact
    else:
        fresh = {"name": asker.name, "relationship": asker.relationship, "organisation": asker.organisation}
    told["requester"] = {**told["requester"], **fresh, "authority": ""}
    case.capacity = asker.capacity
    sealing.seal(case, told)
    finding.index(case)
    clock.add_fact(
        case,
        "capacity_changed",
        clock.day_of(now),
        actor=actor,
        now=now,
        reason=reason.strip()[: identity.LONGEST],
        before=before,
        after=asker.capacity,
    )
    _contact_is_new(case, CONTACT if asker.capacity == Capacity.SELF else (), actor=actor, now=now)
    opened = _open_again(case, actor=actor, now=now)
    audit.record(
        "corrected who asks", actor=actor, now=now, case=case, before=before, after=asker.capacity, opened=opened
    )
    identity_linked.changed_here(case, identity_linked.ASKER, identity_linked.CHANGED, actor=actor, now=now)
    identity_linked.tell(case, was, identity_linked.ASKER, actor=actor, now=now)
    return opened


def _check_asker(case: Case, asker: Asker, reason: str) -> None:
    if case.status not in BEFORE_SIGNOFF:
        raise WrongState("This was sent for sign-off, or is done. Take it a step back, or reopen it, first.")
    if asker.capacity not in set(Capacity):
        raise InvalidInput("Choose in what capacity they ask.", field="capacity")
    if asker.capacity == Capacity.SELF and case.right is Right.PUPIL_RECORD:
        raise InvalidInput(intake.PARENTS_ALONE, field="capacity")
    if asker.capacity == case.capacity:
        raise InvalidInput("This is the capacity that is on file already.", field="capacity")
    if asker.capacity != Capacity.SELF and not asker.name.strip():
        raise InvalidInput("Give the name of the person who asks.", field="name")
    if not reason.strip():
        raise InvalidInput("Give the reason. It is kept with your name.", field="reason")


def _open_again(case: Case, *, actor: Actor, now: datetime) -> int:
    """Open every decision whose code cannot be used in this case any more; returns how many."""
    usable = {each.code for each in redaction_mark.codes(case)}
    opened = 0
    models: tuple[Any, ...] = (PersonRow, MarkRow)
    for model in models:
        for row in db.session.scalars(
            select(model).where(model.case_id == case.id, model.code != "", model.code.not_in(usable))
        ):
            was = row.code
            row.treatment, row.code, row.decided_by, row.decided_at = "", "", "", None
            decision = Decision(
                id=new_id(),
                case_id=case.id,
                controller=case.controller,
                person_id=row.id if isinstance(row, PersonRow) else None,
                mark_id=row.id if isinstance(row, MarkRow) else None,
                treatment="",
                code="",
                decided_by=actor.label,
                decided_at=now,
            )
            sealing.seal(decision, {"reason": f"Open again: {was} cannot be used with who asks now."})
            db.session.add(decision)
            opened += 1
    for document in db.session.scalars(select(Document).where(Document.case_id == case.id, Document.handled != "")):
        code = str((document.handled_detail or {}).get("code", ""))
        if code and code not in usable:
            document.handled, document.handled_detail = "", {}
            opened += 1
    return opened


def request_of_their_own(
    case: Case, subject: Mapping[str, Any], *, themselves: bool, actor: Actor, now: datetime
) -> Case:
    """Make a linked request, received on the same day, about another person of the same family file.

    A file about a family is several people's data. Each is asked about in a case of its own, with a pack of its own.
    `subject`: given_name, family_name, date_of_birth. `themselves`: it is about whoever asks. Raises InvalidInput.
    """
    if not subject.get("given_name") and not subject.get("family_name"):
        raise InvalidInput("Give the name of the person whose request it is, or a part of it.", field="given_name")
    told = sealing.unseal(case)
    requester = dict(told["requester"])
    if themselves:
        requester.update({"relationship": "", "authority": ""})
    audit.lock(*link.with_them(case))
    made = intake.submit(
        intake.Request(
            controller=case.controller,
            right=case.right,
            channel=case.channel,
            capacity=Capacity.SELF.value if themselves else case.capacity,
            received_on=case.received_on,
            subject={
                "given_name": subject.get("given_name", ""),
                "family_name": subject.get("family_name", ""),
                "other_names": [],
                "date_of_birth": subject.get("date_of_birth"),
                "addresses": [],
                "postcode": "",
                "phones": [requester["phone"]] if themselves and requester.get("phone") else [],
                "emails": [requester["email"]] if themselves and requester.get("email") else [],
                "identifiers": {},
            },
            requester=requester,
            scope=told.get("scope") or {},
            delivery=told.get("delivery") or {},
        ),
        actor=actor,
        now=now,
    )
    link.link(case, made, LinkKind.SAME_SUBMISSION, actor=actor, now=now)
    return made
