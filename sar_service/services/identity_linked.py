"""A contact, or who asks, that was changed in one case: the linked cases of the same requester are told.

Whoever moves away from somebody who reads their messages says so once, about one of their requests. In the others the
old contact would still get the answer, and could come into the portal. So each linked case says that it was changed
there and not here; and where its own answer would go to what was replaced, its letters and its release wait until
somebody says what is right here. Nothing is copied by itself: a contact that is taken over re-opens identity, as any
other change does, and one that is kept needs a reason. The clock runs on.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotFound, WrongState
from sar_service.domain.lifecycle import OPEN, UNKNOWN
from sar_service.domain.permission import Permission, may_see_case
from sar_service.extensions import runtime
from sar_service.models import AccessCode, Case, ContactElsewhere, LinkRow

from . import audit, finding, letter_hold, letter_words, listing, sealing, staff_mail, team
from . import case as cases
from . import reason as reasons
from .contact import PARTS, contact_of, may_change
from .incoming import answering

CONTACT, ASKER = "contact", "asker"
TAKEN, KEPT, CHANGED = "taken", "kept", "changed"
MOST = 50


def linked(case: Case) -> list[Case]:
    """The cases that are linked with this one, or with what was merged into it, and to whose contact something still
    goes, whoever may see them. Where one was merged into another, that one answers it."""
    mine = {each.id for each in cases.with_merged(case)}
    pairs = db.session.execute(_pairs().where(or_(LinkRow.one_id.in_(mine), LinkRow.other_id.in_(mine))))
    ids = {each for pair in pairs for each in pair} - mine
    found = {answering(each) for each in db.session.scalars(select(Case).where(Case.id.in_(ids)))}
    return sorted(filter(_answered, found - {case}), key=lambda each: each.id)


def _answered(case: Case) -> bool:
    """Does an answer of its own go, or did one go, to its contact?"""
    return may_change(case) and case.status not in UNKNOWN and case.merged_into is None


def unlinked(case: Case, email: str, *, actor: Actor) -> list[Case]:
    """The cases that this actor may see, not linked with this one, whose answer goes to an e-mail address."""
    question = finding.read(email)
    near = {case.id, *(each.id for each in linked(case))}
    found = finding.find(question, actor=actor, most=MOST).cases if question else []
    return [
        each
        for each in found
        if each.id not in near
        and each.controller == case.controller
        and _answered(each)
        and _plain("email", contact_of(each)["email"]) == _plain("email", email)
    ]


def _pairs() -> Any:
    return select(LinkRow.one_id, LinkRow.other_id)


@dataclass(frozen=True, kw_only=True)
class Before:
    """What stood in a case before it was changed: the name of who asked, and the contact."""

    name: str
    contact: Mapping[str, Any]


def before(case: Case) -> Before:
    """What stands in a case that is about to be changed."""
    return Before(name=sealing.unseal(case)["requester"].get("name") or "", contact=contact_of(case))


def tell(case: Case, was: Before, what: str, *, actor: Actor, now: datetime, than: Case | None = None) -> list[Case]:
    """Tell the linked cases of the same requester that the contact, or who asks, was changed here; returns them.

    `than` is the case whose contact was taken over here: its own linked cases were told by it.
    """
    told = []
    for other in linked(case):
        fields = _differing(other, was, contact_of(case)) if what == CONTACT else []
        if not _same(other, was) or (what == CONTACT and not fields):
            continue
        if than is not None and (other.id == than.id or _open(other, [than.id])):
            continue
        holds = what == ASKER or _goes_there(other, was, contact_of(case))
        _note(case, other, what, fields, holds=holds, actor=actor, now=now)
        told.append(other)
    return told


def _plain(name: str, value: Any) -> str:
    """A part of a contact so that two ways of writing it are one."""
    if name == "phone":
        return re.sub(r"\D", "", str(value))[-9:]
    text = " ".join(value) if isinstance(value, list) else str(value)
    return re.sub(r"[\W_]+" if name == "address" else r"\s+", "", text).casefold()


def differ(one: Case, other: Case) -> bool:
    """Do two cases have another contact, in any part of it?"""
    mine, theirs = contact_of(one), contact_of(other)
    return any(_plain(each, mine[each]) != _plain(each, theirs[each]) for each in PARTS)


def _same(other: Case, was: Before) -> bool:
    """Is it the same requester, as far as their name, or a part of the contact that they had, can tell?"""
    asking = sealing.unseal(other)["requester"].get("name") or ""
    named = _plain("address", asking) == _plain("address", was.name) != ""
    theirs = contact_of(other)
    return named or any(_plain(each, theirs[each]) == _plain(each, was.contact[each]) != "" for each in PARTS)


def _differing(other: Case, was: Before, new: Mapping[str, Any]) -> list[str]:
    """The parts that were changed, and are in the other case not what they are now."""
    theirs = contact_of(other)
    return [
        each
        for each in PARTS
        if _plain(each, new[each]) != _plain(each, was.contact[each])
        and _plain(each, theirs[each]) != _plain(each, new[each])
        and (_plain(each, theirs[each]) or _plain(each, was.contact[each]))
    ]


def _goes_there(other: Case, was: Before, new: Mapping[str, Any]) -> bool:
    """Would the answer of the other case go to a part of the contact that was replaced?"""
    told, theirs = sealing.unseal(other), contact_of(other)
    how = (told.get("delivery") or {}).get("how") or "portal"
    posted = not theirs["email"] or how != "portal" or letter_words.paper_only(told)
    replaced = [each for each in PARTS if _plain(each, new[each]) != _plain(each, was.contact[each])]
    ways = ("email", "address") if posted else ("email",)
    return any(_plain(each, theirs[each]) == _plain(each, was.contact[each]) != "" for each in ways if each in replaced)


def _note(
    case: Case, other: Case, what: str, fields: Sequence[str], *, holds: bool, actor: Actor, now: datetime
) -> None:
    row = next((each for each in _open(other, [case.id]) if each.what == what), None)
    if row is None:
        row = ContactElsewhere(
            id=new_id(), case_id=other.id, controller=other.controller, from_case_id=case.id, what=what, holds=False
        )
        row.fields = []
        db.session.add(row)
    row.fields = [each for each in PARTS if each in fields or each in row.fields]
    row.holds = row.holds or holds
    row.changed_by, row.changed_at = actor.label, now
    db.session.flush()
    if holds:
        _hold(other, actor=actor, now=now)
    verb = "told that the contact was changed in a linked case"
    if what == ASKER:
        verb = "told that who asks was corrected in a linked case"
    audit.record(verb, actor=actor, now=now, case=other, of=row, with_case=str(case.id))
    _write(other, what, holds=holds, actor=actor, now=now)


def _hold(case: Case, *, actor: Actor, now: datetime) -> None:
    letter_hold.hold(case, actor=actor, now=now)
    codes = select(AccessCode).where(AccessCode.case_id == case.id, AccessCode.used_at.is_(None))
    for code in db.session.scalars(codes):
        code.expires_at = min(code.expires_at, now)


def _write(case: Case, what: str, *, holds: bool, actor: Actor, now: datetime) -> None:
    """Tell the officer who has the case, unless it was they who made the change."""
    member = team.get(str(case.assigned_to)) if case.assigned_to is not None else None
    if member is None or not member.active or f"staff:{member.id}" == actor.label:
        return
    may = team.actor_of(member)
    if Permission.SEE_CASES not in may.permissions or not may_see_case(may, case):
        return
    changed = "who asks was corrected" if what == ASKER else "where the answer goes was changed"
    wait = "Letters and the release wait until you say what is right there." if holds else "Nothing waits for it."
    text = (
        f"Hello {member.name}.\n\nIn a case that is linked with {case.reference}, {changed}. "
        f"In {case.reference} it was not, and nobody has checked it. {wait}\n\n"
        f"{runtime().settings.base_url}/staff/cases/{case.reference}/identity\n"
    )
    staff_mail.write(member, f"Look at {case.reference}: the contact was changed in a linked case", text, now=now)


def _open(case: Case, elsewhere: Iterable[uuid.UUID] | None = None) -> list[ContactElsewhere]:
    query = select(ContactElsewhere).where(ContactElsewhere.case_id == case.id, ContactElsewhere.settled_at.is_(None))
    if elsewhere is not None:
        query = query.where(ContactElsewhere.from_case_id.in_(list(elsewhere)))
    return list(db.session.scalars(query.order_by(ContactElsewhere.changed_at, ContactElsewhere.id)))


def of(case: Case, *, actor: Actor) -> list[tuple[ContactElsewhere, Case | None]]:
    """What was changed elsewhere and nobody has dealt with here, with the other case if this actor may see it."""
    rows = _open(case)
    wanted = cases.visible(actor, by_id=True).where(Case.id.in_([row.from_case_id for row in rows]))
    seen = {each.id: each for each in db.session.scalars(wanted)} if rows else {}
    return [(row, seen.get(row.from_case_id)) for row in rows]


def untold(case: Case, *, actor: Actor) -> list[Case]:
    """The linked cases that this actor may see, in which nobody has dealt with what was changed here."""
    mine = select(ContactElsewhere.case_id).where(
        ContactElsewhere.from_case_id == case.id, ContactElsewhere.settled_at.is_(None)
    )
    return list(db.session.scalars(cases.visible(actor, by_id=True).where(Case.id.in_(mine)).order_by(Case.reference)))


def pressing(actor: Actor) -> list[tuple[Case, bool]]:
    """The cases this actor may see in which nobody has dealt with a change elsewhere, and whether anything waits."""
    rows = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(ContactElsewhere, ContactElsewhere.case_id == Case.id)
        .where(ContactElsewhere.settled_at.is_(None), or_(Case.status.in_(OPEN), Case.released_at.is_not(None)))
        .with_only_columns(Case, ContactElsewhere.holds)
        .options(*listing.NAMED)
        .order_by(ContactElsewhere.changed_at, ContactElsewhere.id)
        .limit(2 * MOST)
    )
    found: dict[Case, bool] = {}
    for case, holds in rows:
        found[case] = found.get(case, False) or holds
    return list(found.items())


def get(case: Case, row_id: uuid.UUID) -> ContactElsewhere:
    """A change elsewhere that concerns this case. Raises NotFound."""
    row = db.session.get(ContactElsewhere, row_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such change that concerns this case.")
    return row


def still(row: ContactElsewhere, version: int) -> None:
    """Refuse what somebody else has dealt with, or what has changed since; its case is locked. Raises WrongState and
    StaleWrite."""
    db.session.refresh(row)
    if row.settled_at is not None:
        raise WrongState("Somebody has dealt with this already.")
    cases.check_version(row, version)


def to_take(row: ContactElsewhere, other: Case) -> dict[str, Any]:
    """The parts of the other case's contact that are to be taken over."""
    theirs = contact_of(other)
    return {each: theirs[each] for each in row.fields}


def keep(case: Case, row: ContactElsewhere, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Say that what stands here is right, and why: what was held back goes on, if nothing else holds it."""
    audit.lock(case)
    still(row, version)
    if not reason.strip():
        raise InvalidInput("Say how you know that it is right here. It is kept with your name.", field="reason")
    why = reasons.keep(case, reason, actor=actor, now=now)
    _settle(row, KEPT, actor=actor, now=now)
    audit.record("kept the contact as it is here", actor=actor, now=now, case=case, of=row, **why)
    letter_hold.go_on(case, actor=actor, now=now)


def changed_here(case: Case, what: str, outcome: str, *, actor: Actor, now: datetime) -> None:
    """A member of staff has changed it here as well: identity is re-opened here, and what was told from elsewhere is
    done with."""
    for row in _open(case):
        if row.what == what:
            _settle(row, outcome, actor=actor, now=now)


def _settle(row: ContactElsewhere, outcome: str, *, actor: Actor, now: datetime) -> None:
    row.outcome, row.settled_by, row.settled_at = outcome, actor.label, now
    db.session.flush()
