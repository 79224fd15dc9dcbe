"""What managers ask: what is open, due, overdue and paused, and the share answered in time by month.

"In time" is measured against the final lawful due date; within one month of receipt is counted beside it. Refused,
withdrawn, merged and otherwise closed requests are counted apart, never as answered in time. Complaints are in the
counts of today and not in the months. What was sent elsewhere was no request for us: it is counted by itself and stands
in no other figure, not even in what was received.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, column, false, func, or_, select, values
from sqlalchemy import case as when

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.clock import ClockState
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.models import Case

from . import case_urgency, clock
from .case import visible

ANSWERED = (Status.RELEASED, Status.CLOSED)
COUNTED = (
    "received", "answered", "in_time", "within_one_month", "still_open", "refused", "withdrawn", "closed", "merged",
    "set_aside",
)  # fmt: skip


def counted(actor: Actor) -> Select[Any]:
    """The cases that this actor's figures are about: all of their councils', even for an auditor, who opens none."""
    if Permission.SEE_FIGURES in actor.permissions:
        return select(Case).where(Case.controller.in_(actor.controllers))
    return visible(actor)


def requests() -> Any:
    """Whether a case is a request, as a condition on its row: complaints are counted apart (`complaint_report.py`)."""
    return Case.right != Right.COMPLAINT


def answered() -> Any:
    """Whether a case was answered, as a condition on its row; a reopened one is not."""
    return Case.status.in_(ANSWERED) & Case.released_on.is_not(None)


def closed_unanswered() -> Any:
    """Whether a case was closed for another reason than that it was answered, as a condition on its row."""
    return (Case.status == Status.CLOSED) & Case.released_on.is_(None) & Case.merged_into.is_(None)


def within_one_month(*, first: date, after: date) -> Any:
    """Whether an answered case received in these days (end exclusive) went out within one month, as a condition."""
    days = [first + timedelta(days=number) for number in range((after - first).days)]
    return or_(*((Case.received_on == day) & (Case.released_on <= clock.one_month_after(day)) for day in days))


def answered_in_time() -> Any:
    """Whether an answered case went out by its due date, as a condition on its row. One that was answered while its
    clock stood still did (Article 12A(5)); one whose clock runs to a day that cannot be told did not.

    Nor did it where it was late before evidence of identity was asked for: the later date does not undo that.

    `released_on` is the London day; an instant before midnight there can be a day earlier in UTC, so the day is kept
    by the service when it releases (`Case.released_on`).
    """
    by_then = or_(Case.released_on <= Case.due_on, Case.clock_state != ClockState.RUNNING)
    return and_(Case.missed_on.is_(None), func.coalesce(by_then, false()))


@dataclass(frozen=True)
class Figures:
    """Today's counts. `oldest_overdue` are the days by which the oldest overdue case is late, 0 where none is;
    `asked_late` those of the overdue ones that were late before evidence of identity was asked for."""

    open: int
    due_this_week: int
    overdue: int
    oldest_overdue: int
    paused: int
    unassigned: int
    asked_late: int


def figures(*, actor: Actor, today: date) -> Figures:
    """Counts over the cases this actor may count."""
    scope = counted(actor).where(Case.status.in_(OPEN)).subquery()
    late, running = case_urgency.late(today, scope.c), case_urgency.in_time_still(scope.c)
    end = today + timedelta(days=6 - today.weekday())
    row = db.session.execute(
        select(
            func.count(),
            func.sum(when((running & (scope.c.due_on >= today) & (scope.c.due_on <= end), 1), else_=0)),
            func.sum(when((late, 1), else_=0)),
            func.sum(when((case_urgency.waiting(scope.c), 1), else_=0)),
            func.sum(when((case_urgency.nobodys(scope.c.assigned_to), 1), else_=0)),
            func.min(when((late, func.coalesce(scope.c.missed_on, scope.c.due_on)))),
            func.count(scope.c.missed_on),
        ).select_from(scope)
    ).one()
    oldest = row[5] if row[5] is not None and row[5] < today else today
    return Figures(
        open=row[0] or 0,
        due_this_week=row[1] or 0,
        overdue=row[2] or 0,
        oldest_overdue=(today - oldest).days,
        paused=row[3] or 0,
        unassigned=row[4] or 0,
        asked_late=row[6] or 0,
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
    closed: int  # without an answer, with the reasons told
    merged: int  # answered by another case, and counted there
    set_aside: int  # e-mails that were no request: counted nowhere else
    elsewhere: dict[Route, int]  # sent elsewhere, which is not in `received` or any other figure

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
    for day, *counts in db.session.execute(_by_day(actor, first=first, today=today)):
        for key, number in zip(COUNTED, counts, strict=True):
            found[f"{day:%Y-%m}"][key] += number
    names, month = [], first
    while month <= today:
        names.append(f"{month:%Y-%m}")
        month = (month + timedelta(days=32)).replace(day=1)
    sent = _elsewhere(actor, first=first)
    return [Month(name, **{key: found[name][key] for key in COUNTED}, elsewhere=sent[name]) for name in names]


def _elsewhere(actor: Actor, *, first: date) -> dict[str, dict[Route, int]]:
    """By month of receipt, how many requests went which way. Complaints are counted in `complaint_report.py`."""
    rows = db.session.execute(
        counted(actor)
        .where(Case.status == Status.REDIRECTED, Case.received_on >= first, Case.redirected_as.is_not(None), requests())
        .with_only_columns(Case.received_on, Case.redirected_as, func.count())
        .group_by(Case.received_on, Case.redirected_as)
    )
    found: dict[str, dict[Route, int]] = defaultdict(dict)
    for day, route, number in rows:
        assert route is not None
        name = f"{day:%Y-%m}"
        found[name][route] = found[name].get(route, 0) + number
    return found


def _by_day(actor: Actor, *, first: date, today: date) -> Select[Any]:
    """`COUNTED` of the requests received on each day, but for those that were sent elsewhere.

    The database counts: a year has many thousands of cases.

    A month is not the same number of days everywhere, so the last day of each day's month is handed in.
    """
    days = values(column("day", Date), column("last", Date), name="days").data(
        [(day, clock.one_month_after(day)) for day in (first + timedelta(n) for n in range((today - first).days + 1))]
    )
    each = days.cte("each_day")

    def number(condition: Any) -> Any:
        return func.sum(when((condition, 1), else_=0))

    return (
        counted(actor)
        .where(Case.status != Status.REDIRECTED, requests())
        .join(each, each.c.day == Case.received_on)
        .with_only_columns(
            each.c.day,
            number(Case.status != Status.SET_ASIDE),
            number(answered()),
            number(answered() & answered_in_time()),
            number(answered() & (Case.released_on <= each.c.last)),
            number(Case.status.in_(OPEN)),
            number(Case.status == Status.REFUSED),
            number(Case.status == Status.WITHDRAWN),
            number(closed_unanswered()),
            number(Case.merged_into.is_not(None)),
            number(Case.status == Status.SET_ASIDE),
        )
        .group_by(each.c.day)
    )
