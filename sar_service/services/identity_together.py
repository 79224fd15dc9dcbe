"""Who asks, settled once for the requests of one message: what was seen for one of them counts for the others too.

The letter that acknowledges them says that this is checked once. Nothing is taken over by itself: whoever settled one
chooses the others, and each keeps what was seen on its own file, with where it was seen. A request that is about
somebody else, is asked in another capacity or goes to another contact is not offered, nor one in which it was in doubt.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.identity import Evidence
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case

from . import audit, clock, identity, identity_again, identity_linked, letter_hold, link, sealing

NAMES = ("given_name", "family_name", "date_of_birth")


def others(case: Case, *, actor: Actor, now: datetime) -> list[Case]:
    """The open requests of the same message and requester, as far as this actor may see them, in which identity was
    never settled; none unless it is settled here on enough that was seen."""
    if not _sound(case, now=now):
        return []
    return [other for other in _of_message(case, actor=actor) if _the_same(case, other)]


def settled_in(case: Case, *, actor: Actor, now: datetime) -> Case | None:
    """The request of the same message in which it is settled already, from where it can be settled here as well."""
    if identity.settled(case):
        return None
    of_message = _of_message(case, actor=actor)
    return next((other for other in of_message if _sound(other, now=now) and _the_same(other, case)), None)


def _of_message(case: Case, *, actor: Actor) -> list[Case]:
    """What came in the same message, as far as this actor may see it; and what answers it, or was merged into it."""
    found = {
        other
        for row, other in link.links(case, actor=actor)
        if other is not None
        and (row.kind is LinkKind.SAME_SUBMISSION or case.merged_into == other.id or other.merged_into == case.id)
    }
    return sorted(found, key=lambda other: other.reference)


def _sound(case: Case, *, now: datetime) -> bool:
    return (
        identity.settled(case)
        and letter_hold.doubted_since(case) is None
        and identity.assessment(case, today=clock.day_of(now)).sufficient
    )


def _the_same(case: Case, other: Case) -> bool:
    """Is it an open request of the same requester, about the same person, in which nothing was said yet of who asks?"""
    if other.status not in OPEN or other.right is Right.COMPLAINT or other.capacity != case.capacity:
        return False
    if identity.settled(other) or identity_again.undoing(other) or letter_hold.unclear(other):
        return False
    mine, theirs = sealing.unseal(case), sealing.unseal(other)
    return (
        all(mine["subject"].get(name) == theirs["subject"].get(name) for name in NAMES)
        and mine["requester"].get("name") == theirs["requester"].get("name")
        and letter_hold.doubted_since(other) is None
        and not identity_linked.differ(case, other)
    )


def settle(case: Case, chosen: Collection[uuid.UUID], *, actor: Actor, now: datetime) -> tuple[list[Case], list[Case]]:
    """Record in each chosen request what was seen here, and settle identity there: those that are settled now, and
    those in which it is not enough. Raises InvalidInput where one is not offered, or none was chosen, and WrongState
    where one has changed since it was read."""
    offered = {other.id: other for other in others(case, actor=actor, now=now)}
    if not chosen or not set(chosen) <= set(offered):
        raise InvalidInput("Choose among the requests that stand here.", field="case")
    these = [offered[key] for key in offered if key in set(chosen)]
    audit.lock(case, *these)
    if not _sound(case, now=now) or not all(_the_same(case, other) for other in these):
        raise WrongState("Something changed in one of them meanwhile. Look at what stands here now.")
    done, short = [], []
    for other in these:
        _take_over(case, other, actor=actor, now=now)
        if identity.assessment(other, today=clock.day_of(now)).sufficient:
            identity.settle(other, actor=actor, now=now)
            done.append(other)
        else:
            short.append(other)
    return done, short


def _take_over(case: Case, other: Case, *, actor: Actor, now: datetime) -> None:
    there = {_key(each) for each in identity.evidence_of(other)}
    for each in identity.evidence_of(case):
        if each.before_change or _key(each) in there:
            continue
        identity.see(
            other,
            kind=each.kind.value,
            about=each.about.value,
            arrived_on=each.arrived_on,
            seen_on=each.seen_on,
            seen=f"{each.seen} ({case.reference})".strip(),
            how=each.how.value if each.how else "",
            basis=each.basis.value if each.basis else "",
            dated=each.dated,
            another=True,
            actor=actor,
            now=now,
        )


def _key(evidence: Evidence) -> tuple[object, ...]:
    return evidence.kind, evidence.about, evidence.basis, evidence.arrived_on
