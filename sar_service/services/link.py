"""Linking cases that belong together, and unlinking them. Each pair is linked in one way once."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, KeptApart, LinkRow

from . import audit, complaint
from . import reason as reasons
from .case import restrict as restrict_one
from .case import visible, with_merged


def link(one: Case, other: Case, kind: LinkKind, *, actor: Actor, now: datetime) -> LinkRow:
    """Link two cases; linking them again changes nothing. Raises InvalidInput."""
    if one.id == other.id:
        raise InvalidInput("This is the case itself. Give the reference of another one.", field="other")
    if one.controller != other.controller:
        raise InvalidInput("That case is another council’s. Cases of one council are linked only.", field="other")
    audit.lock(*with_them(one), *with_them(other))
    first, second = sorted((one, other), key=lambda case: case.id)
    apart = db.session.get(KeptApart, (first.id, second.id))
    if apart is not None:
        db.session.delete(apart)
    row = db.session.scalar(
        select(LinkRow).where(LinkRow.one_id == first.id, LinkRow.other_id == second.id, LinkRow.kind == kind)
    )
    if row is not None:
        return row
    row = LinkRow(
        id=new_id(),
        controller=one.controller,
        one_id=first.id,
        other_id=second.id,
        kind=kind,
        made_by=actor.label,
        made_at=now,
    )
    db.session.add(row)
    for case, far in ((one, other), (other, one)):
        audit.record("linked the case", actor=actor, now=now, case=case, kind=kind.value, with_case=str(far.id))
    db.session.flush()
    for case in (one, other):
        complaint.let_go(case, actor=actor, now=now)
    return row


def with_them(case: Case) -> list[Case]:
    """What a link of a case may change: a complaint may be taken from who has it, and what was merged into it. Whoever
    writes something before they link takes all of it first."""
    return with_merged(case) if case.right is Right.COMPLAINT else [case]


def follow(before: Case, case: Case, *, actor: Actor, now: datetime) -> None:
    """Link a case with the one that it follows. Where that is restricted, it is restricted too: it tells of the same
    person."""
    link(before, case, LinkKind.RELATED, actor=actor, now=now)
    for each in with_them(case) if before.restricted and not case.restricted else ():
        each.restricted, each.assigned_to = True, case.assigned_to
        audit.record(
            "restricted the case", actor=actor, now=now, case=each, because="it follows one that is restricted"
        )


def beside(case: Case, *, actor: Actor, restricted: bool) -> list[tuple[LinkRow, Case]]:
    """The cases linked with this one that are restricted, or are not, as far as this actor may see them; each once, by
    the closest of its links. What was merged goes with what answers it."""
    found: dict[uuid.UUID, tuple[LinkRow, Case]] = {}
    for row, other in links(case, actor=actor):
        if other is None or other.merged_into is not None or other.restricted is not restricted:
            continue
        if other.id not in found or row.kind is LinkKind.SAME_SUBMISSION:
            found[other.id] = (row, other)
    return list(found.values())


def restrict(
    case: Case,
    restricted: bool,
    *,
    along: Collection[uuid.UUID],
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> list[Case]:
    """Restrict a case, or lift its restriction, and with it those of its linked cases that were chosen. Returns all of
    them; one with which somebody else has done it meanwhile stays as it is. Raises InvalidInput where one chosen is not
    linked."""
    linked = {other.id: other for _, other in links(case, actor=actor) if other is not None}
    if not set(along) <= set(linked):
        raise InvalidInput("Choose among the cases that are linked.", field="along")
    chosen = [linked[each] for each in dict.fromkeys(along)]
    audit.lock(*(each for one in (case, *chosen) for each in with_merged(one)))
    restrict_one(case, restricted, reason=reason, version=version, actor=actor, now=now)
    for other in chosen:
        if other.restricted is not restricted:
            restrict_one(other, restricted, reason=reason, version=other.version, actor=actor, now=now)
    return [case, *chosen]


def keep_apart(one: Case, other: Case, *, actor: Actor, now: datetime) -> None:
    """Say that two cases that look alike are two, so that they are not shown as alike any more. Raises InvalidInput."""
    if one.id == other.id or one.controller != other.controller:
        raise InvalidInput("Choose another case of this council.", field="other")
    audit.lock(one, other)
    first, second = sorted((one, other), key=lambda case: case.id)
    if db.session.get(KeptApart, (first.id, second.id)) is not None:
        return
    row = KeptApart(one_id=first.id, other_id=second.id, controller=one.controller, said_by=actor.label, said_at=now)
    db.session.add(row)
    for case, far in ((one, other), (other, one)):
        audit.record("said that it is another request", actor=actor, now=now, case=case, with_case=str(far.id))


def kept_apart(case: Case, *, actor: Actor) -> list[tuple[KeptApart, Case]]:
    """The cases of which somebody said that they are others, as far as this actor may see them."""
    rows = db.session.scalars(
        select(KeptApart)
        .where((KeptApart.one_id == case.id) | (KeptApart.other_id == case.id))
        .order_by(KeptApart.said_at)
    ).all()
    far = {row.other_id if row.one_id == case.id else row.one_id: row for row in rows}
    seen = db.session.scalars(visible(actor, by_id=True).where(Case.id.in_(far)))
    return [(far[other.id], other) for other in seen]


def link_all(cases: Sequence[Case], kind: LinkKind, *, actor: Actor, now: datetime) -> None:
    """Link each of several cases with each other one."""
    for one, other in combinations(cases, 2):
        link(one, other, kind, actor=actor, now=now)


def unlink(case: Case, link_id: uuid.UUID, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a link away again. Raises NotFound if it is not of this case."""
    row = db.session.get(LinkRow, link_id)
    if row is None or case.id not in (row.one_id, row.other_id):
        raise NotFound("There is no such link.")
    audit.lock(db.session.get_one(Case, row.one_id), db.session.get_one(Case, row.other_id))
    db.session.expire(row)
    if db.session.get(LinkRow, link_id) is None:
        raise NotFound("Somebody has taken this link away already.")
    why = reasons.keep(case, reason, actor=actor, now=now)
    far = db.session.get_one(Case, row.other_id if row.one_id == case.id else row.one_id)
    for one, other, told in ((case, far, why), (far, case, {})):  # the reason stays with the case it was given in
        kind = row.kind.value
        audit.record("unlinked the case", actor=actor, now=now, case=one, kind=kind, with_case=str(other.id), **told)
    db.session.delete(row)


def links(case: Case, *, actor: Actor) -> list[tuple[LinkRow, Case | None]]:
    """The links of a case with the case at the other end, or None where this actor may not see it."""
    rows = db.session.scalars(
        select(LinkRow)
        .where((LinkRow.one_id == case.id) | (LinkRow.other_id == case.id))
        .order_by(LinkRow.made_at, LinkRow.id)
    ).all()
    far = {row.id: row.other_id if row.one_id == case.id else row.one_id for row in rows}
    seen = {
        other.id: other for other in db.session.scalars(visible(actor, by_id=True).where(Case.id.in_(far.values())))
    }
    return [(row, seen.get(far[row.id])) for row in rows]


def otherwise_received(case: Case, *, actor: Actor) -> list[Case]:
    """The open cases of the same message that say that it came on another day, as far as this actor may see them: one
    message came on one day, and of each the time runs from it."""
    if case.status not in OPEN:
        return []
    found = (
        other
        for row, other in links(case, actor=actor)
        if other is not None and row.kind is LinkKind.SAME_SUBMISSION and other.received_on != case.received_on
    )
    return sorted((each for each in found if each.status in OPEN), key=lambda each: each.reference)
