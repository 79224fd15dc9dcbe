"""What lies there when the work on it seems done: an answer that nobody has fetched, a letter that never left.

Nothing of it is in the list of open cases, and no due date rises. Letters that came back are in `delivery.py`.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import lazyload

from sar_service.db import db, is_one_of, no_lead
from sar_service.domain.actor import Actor
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.domain.permission import Permission
from sar_service.extensions import runtime
from sar_service.models import Case, Incoming, Letter, Pack, Task

from . import case as cases
from . import case_urgency, listing, portal, sealing, team
from .clock import LONDON, day_of
from .pack_release import delivery_of

UNFETCHED, LOOKED_AT = timedelta(days=14), timedelta(days=200)  # after its release; what is older was let lie knowingly
UNPOSTED = timedelta(days=3)
UNREAD = timedelta(days=2)
LIE = ("to_post", "held", "failed")
MOST = listing.MOST
READ = 20 * MOST  # at the most, to find those


def _first(rows: Select[Any], which: Callable[[Case], bool], *, sealed: bool = False) -> list[Case]:
    """The first of these cases, and one more than are shown; nearly always those that are read first are enough."""
    found: list[Case] = []
    for first in range(0, READ, MOST + 1):
        some = db.session.scalars(rows.offset(first).limit(MOST + 1)).all()
        if sealed:
            sealing.fetch_keys(case.id for case in some)
        found += filter(which, some)
        if len(found) > MOST or len(some) <= MOST:
            break
    return found[: MOST + 1]


def unfetched(*, actor: Actor, now: datetime) -> list[Case]:
    """Released cases whose newest pack nobody has fetched, though it is to be fetched; the longest released first.

    It ends when they fetch it, or when the case is closed.
    """
    newer = Pack.__table__.alias()
    lie = select(Pack.case_id).where(
        Pack.released_at.is_not(None),
        Pack.fetched_at.is_(None),
        Pack.released_at > now - LOOKED_AT,
        Pack.released_at <= now - UNFETCHED,
        ~exists().where(newer.c.case_id == Pack.case_id, newer.c.released_at > Pack.released_at),
    )
    rows = (
        cases.visible(actor, by_id=True)
        .where(is_one_of(Case.id, lie), no_lead(Case.status) == Status.RELEASED)
        .options(lazyload(Case.facts))
        .order_by(Case.released_on, Case.id)
    )
    return _first(rows, lambda case: delivery_of(case)["how"] == "portal", sealed=True)


def unposted(*, actor: Actor, now: datetime) -> int:
    """How many letters have waited for days to be printed and posted."""
    return _count(
        cases.visible(actor, by_id=True)
        .join(Letter, Letter.case_id == Case.id)
        .where(Letter.state == "to_post", Letter.written_at < now - UNPOSTED)
    )


def held(*, actor: Actor, now: datetime) -> list[Case]:
    """The cases, whatever their stage, with letters held back since an earlier day; those held longest first."""
    since = func.min(Letter.written_at).label("since")
    lie = (
        select(Letter.case_id, since)
        .where(Letter.state == "held", Letter.written_at < _midnight(now))
        .group_by(Letter.case_id)
        .subquery()
    )
    rows = cases.visible(actor, by_id=True).join(lie, lie.c.case_id == Case.id).order_by(lie.c.since, Case.id)
    return list(db.session.scalars(rows.options(*listing.NAMED).limit(MOST + 1)))


def to_settle(case: Case, *, today: date) -> bool:
    """Has identity to be settled again, so that an answer can go, or be fetched?"""
    if case.doubted_at is None:
        return False
    last = portal.last_day(case) if case.status not in OPEN else today
    return last is not None and today <= last


def unsettled(*, actor: Actor, now: datetime) -> list[Case]:
    """The cases in which identity has to be settled again; the longest in doubt first. The requester of one that was
    released is told that we check again who they are, whoever changed the contact."""
    status = no_lead(Case.status)  # the few in doubt are looked up by that
    days = max(each.delivery.portal_days for each in runtime().catalogue.controllers.values())
    there = exists().where(Pack.case_id == Case.id, Pack.released_at > now - timedelta(days=days + 1))
    rows = (
        cases.visible(actor, by_id=True)
        .where(Case.doubted_at.is_not(None))
        .where(or_(status.in_(OPEN), and_(status.in_((Status.RELEASED, Status.CLOSED)), there)))
        .options(*listing.NAMED)
        .order_by(Case.doubted_at, Case.id)
    )
    today = day_of(now)
    return _first(rows, lambda case: to_settle(case, today=today))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(day_of(now), time.min, tzinfo=LONDON)


def resting(*, now: datetime) -> list[tuple[Letter, Case]]:
    """The letters that did something to their case and have not gone since an earlier day: not posted, held back, or
    come back. What they did does not hold while they lie; the oldest first."""
    acts = [key for key, kind in KINDS.items() if kind.does]
    rows = db.session.execute(
        select(Letter, Case)
        .join(Case, Case.id == Letter.case_id)
        .where(Letter.state.in_(LIE), Letter.written_at < _midnight(now), Letter.kind.in_(acts))
        .order_by(Letter.written_at, Letter.id)
    )
    return [(row, case) for row, case in rows]


def in_words(*, actor: Actor, now: datetime) -> list[str]:
    """What still waits for this actor, each kind as a line of an e-mail with its number: it names nobody.

    Of requests and tasks a manager is told of all, others of their own and of nobody's.
    """
    me, today = uuid.UUID(actor.id), day_of(now)
    working = [member.id for member in team.workers(*actor.controllers)]
    of_case: Any = or_(Case.assigned_to == me, case_urgency.nobodys(), Case.assigned_to.not_in(working))
    of_task: Any = or_(Task.assigned_to == me, and_(case_urgency.nobodys(Task.assigned_to), of_case))
    if actor.may(Permission.ASSIGN):
        of_case = of_task = true()
    open_ = cases.visible(actor).where(Case.status.in_(OPEN), of_case)
    seen = cases.visible(actor, by_id=True)
    unread = seen.join(Incoming, Incoming.case_id == Case.id).where(
        Incoming.handled_at.is_(None), Incoming.arrived_at < now - UNREAD
    )
    failed = seen.join(Letter, Letter.case_id == Case.id).where(Letter.state == "failed")
    tasks = seen.join(Task, Task.case_id == Case.id).where(Task.outcome == "", Task.due_on < today, of_task)
    found = (
        (_count(open_.where(case_urgency.late(today))), "late request", "late requests", "/staff/?due=overdue"),
        (
            _count(open_.where(case_urgency.unanswered(today))),
            "request whose clock stands still and in which nothing was done for two weeks",
            "requests whose clock stands still and in which nothing was done for two weeks",
            "/staff/?due=paused",
        ),
        (_count(unread), "message that nobody has dealt with", "messages that nobody has dealt with", "/staff/"),
        (_count(failed), "letter that did not arrive", "letters that did not arrive", "/staff/"),
        (
            _listed(held(actor=actor, now=now)),
            "request in which a letter is held back until it is settled who reads it",
            "requests in which letters are held back until it is settled who reads them",
            "/staff/",
        ),
        (
            _listed(unsettled(actor=actor, now=now)),
            "request in which identity has to be settled again",
            "requests in which identity has to be settled again",
            "/staff/",
        ),
        (unposted(actor=actor, now=now), "letter that was not posted", "letters that were not posted", "/staff/post"),
        (
            _listed(unfetched(actor=actor, now=now)),
            "answer that was released and that nobody has fetched",
            "answers that were released and that nobody has fetched",
            "/staff/?status=released",
        ),
        (_count(tasks), "task whose day has passed", "tasks whose day has passed", "/staff/"),
    )
    base = runtime().settings.base_url
    return [f"- {count} {one if count == 1 else many}\n  {base}{path}" for count, one, many, path in found if count]


def _listed(rows: list[Case]) -> int | str:
    return len(rows) if len(rows) <= MOST else f"more than {MOST}"


def _count(query: Select[Any]) -> int:
    return db.session.scalar(query.with_only_columns(func.count())) or 0
