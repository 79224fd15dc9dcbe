"""What managers ask: what is open, due, overdue and paused, and the share answered in time by month.

"In time" is measured against the final lawful due date; within one month of receipt is counted beside it. Refused and
withdrawn requests are counted apart, never as answered in time.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy import case as when

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.domain.permission import Permission
from sar_service.models import Case

from . import clock
from .case import visible

ANSWERED = (Status.RELEASED, Status.CLOSED)


def counted(actor: Actor) -> Select[Any]:
    """The cases that this actor's figures are about: all of their councils', even for an auditor, who opens none."""
    if Permission.SEE_FIGURES in actor.permissions:
        return select(Case).where(Case.controller.in_(actor.controllers))
    return visible(actor)


def answered() -> Any:
    """Whether a case was answered, as a condition on its row; a reopened one is not."""
    return Case.status.in_(ANSWERED) & Case.released_on.is_not(None)


def within_one_month(*, first: date, after: date) -> Any:
    """Whether an answered case received in these days (end exclusive) went out within one month, as a condition."""
    days = [first + timedelta(days=number) for number in range((after - first).days)]
    return or_(*((Case.received_on == day) & (Case.released_on <= clock.one_month_after(day)) for day in days))


def answered_in_time() -> Any:
    """Whether an answered case went out by its due date, as a condition on its row; without a due date it did not.

    `released_on` is the London day; an instant before midnight there can be a day earlier in UTC, so the day is kept
    by the service when it releases (`Case.released_on`).
    """
    return func.coalesce(Case.released_on <= Case.due_on, false())


@dataclass(frozen=True)
class Figures:
    """Today's counts. `overdue_days` are the days each overdue case is late, most first."""

    open: int
    due_this_week: int
    overdue: int
    overdue_days: list[int]
    paused: int
    unassigned: int


def figures(*, actor: Actor, today: date) -> Figures:
    """Counts over the cases this actor may count."""
    scope = counted(actor).where(Case.status.in_(OPEN)).subquery()
    running = scope.c.clock_state == "running"
    end = today + timedelta(days=6 - today.weekday())
    row = db.session.execute(
        select(
            func.count(),
            func.sum(when((running & (scope.c.due_on >= today) & (scope.c.due_on <= end), 1), else_=0)),
            func.sum(when((running & (scope.c.due_on < today), 1), else_=0)),
            func.sum(when((~running, 1), else_=0)),
            func.sum(when((scope.c.assigned_to.is_(None), 1), else_=0)),
        ).select_from(scope)
    ).one()
    late = db.session.scalars(select(scope.c.due_on).where(running, scope.c.due_on < today).order_by(scope.c.due_on))
    return Figures(
        open=row[0] or 0,
        due_this_week=row[1] or 0,
        overdue=row[2] or 0,
        overdue_days=[(today - due).days for due in late],
        paused=row[3] or 0,
        unassigned=row[4] or 0,
    )


def stages(*, actor: Actor) -> dict[Status, int]:
    """How many open cases stand at each stage, in the order of the work."""
    scope = counted(actor).where(Case.status.in_(OPEN)).subquery()
    rows = db.session.execute(select(scope.c.status, func.count()).group_by(scope.c.status)).all()
    found = {Status(status): count for status, count in rows}
    return {status: found[status] for status in Status if status in found}


@dataclass(frozen=True)
class Month:
    """Requests received in one month and how they ended."""

    month: str  # "2026-11"
    received: int
    answered: int
    in_time: int
    within_one_month: int
    still_open: int
    refused: int
    withdrawn: int

    @property
    def share(self) -> float | None:
        """Share of the answered ones that were answered in time, 0..1; None where none was answered."""
        return self.in_time / self.answered if self.answered else None


def months(*, actor: Actor, today: date, count: int = 12) -> list[Month]:
    """The last `count` months, oldest first, by month of receipt."""
    first = date(today.year, today.month, 1)
    for _ in range(count - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = db.session.execute(
        counted(actor)
        .where(Case.received_on >= first)
        .with_only_columns(Case.received_on, Case.status, Case.due_on, Case.released_on)
    )
    for received, status, due, released in rows:
        tally = found[f"{received:%Y-%m}"]
        tally["received"] += 1
        if status in ANSWERED and released is not None:
            tally["answered"] += 1
            tally["in_time"] += due is not None and released <= due
            tally["within_one_month"] += released <= clock.one_month_after(received)
        tally["still_open"] += status in OPEN
        tally["refused"] += status is Status.REFUSED
        tally["withdrawn"] += status is Status.WITHDRAWN
    names, month = [], first
    while month <= today:
        names.append(f"{month:%Y-%m}")
        month = (month + timedelta(days=32)).replace(day=1)
    keys = ("received", "answered", "in_time", "within_one_month", "still_open", "refused", "withdrawn")
    return [Month(name, *(found[name][key] for key in keys)) for name in names]
