"""What makes one case more urgent than another, and whether it is late: once in words, once for a database to sort by.

A case is late once its due date has passed. It stays so where evidence of identity was asked for only after that day:
the clock then waits, or runs anew, but asking late undoes nothing (`Case.missed_on`).
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, and_, func, or_, select
from sqlalchemy import case as when

from sar_service.db import db
from sar_service.domain.letter import SAYS_LATE
from sar_service.domain.lifecycle import OPEN, UNKNOWN
from sar_service.domain.work import AT_RISK
from sar_service.models import Case, FlagRow, Letter, Member

from .clock import LONDON
from .told_date import NOT_GONE

RUNNING = "running"


def late_since(case: Case, today: date) -> date | None:
    """The due date that passed without an answer, of a case that is open; None if none did. As `late` asks."""
    if case.missed_on is not None:
        return case.missed_on
    return case.due_on if case.clock_state == RUNNING and case.due_on is not None and case.due_on < today else None


def late(today: date, of: Any = Case) -> Any:
    """Whether an open case is late, as a condition on its row. `of` are its columns, where they go by another name."""
    return or_(of.missed_on.is_not(None), and_(of.clock_state == RUNNING, of.due_on < today))


def in_time_still(of: Any = Case) -> Any:
    """Whether a clock runs of which no day was missed before it began, as a condition on its row."""
    return and_(of.clock_state == RUNNING, of.missed_on.is_(None))


def waiting(of: Any = Case) -> Any:
    """Whether a clock rightly stands still, as a condition on its row: not where it was late before it did."""
    return and_(of.clock_state != RUNNING, of.missed_on.is_(None))


def told_otherwise() -> Any:
    """Whether the person was told another due date than the one that holds now, as a condition on its row."""
    return and_(Case.status.in_(OPEN), Case.told_on != Case.due_on)


def told_wrong(case: Case) -> bool:
    """Was the person told another due date than the one that holds now? As `told_otherwise` asks."""
    return case.status in OPEN and None not in (case.told_on, case.due_on) and case.told_on != case.due_on


def untold(today: date) -> Any:
    """Whether a case is late and no letter written since has said so, as a condition on its row."""
    return and_(Case.status.in_(OPEN - UNKNOWN), late(today), _unsaid())


def _unsaid() -> Any:
    """Whether no letter written after the last day has said that it is late.

    The day of a letter is the one in UTC: what is written in the first hour after the last day, in summer, counts as
    before it, and the person is told once more.
    """
    said = select(Letter.case_id).where(
        Letter.case_id == Case.id,
        Letter.kind.in_(SAYS_LATE),
        Letter.state.not_in(NOT_GONE),
        func.date(Letter.written_at, type_=Date) > sorted_by(),
    )
    return ~said.exists()


def of_untold(rows: Sequence[Case], today: date) -> frozenset[uuid.UUID]:
    """Which of these cases are late without anybody having been told: their ids. As `untold` asks."""
    ids = [row.id for row in rows if row.status in OPEN - UNKNOWN and late_since(row, today) is not None]
    return frozenset(db.session.scalars(select(Case.id).where(Case.id.in_(ids), _unsaid()))) if ids else frozenset()


def asked_slowly() -> Any:
    """Whether evidence of identity was asked for late, as a condition on a case's row."""
    return and_(Case.status.in_(OPEN), Case.asked_on.is_not(None))


def sorted_by() -> Any:
    """The day by which cases of one urgency are sorted."""
    return func.coalesce(Case.missed_on, Case.due_on)


# From how many days on a case is shown as waiting for somebody, and how near a due date is near.
NEAR, UNTAKEN, UNANSWERED_AFTER, STALLED = 5, 2, 14, 10


def nobodys(holder: Any = Case.assigned_to) -> Any:
    """Whether nobody has it, or somebody who has left, as a condition on a column that names who has something."""
    return or_(holder.is_(None), holder.in_(select(Member.id).where(Member.active.is_(False))))


def attention(case: Case, today: date) -> str:
    """Why a case stands where it does in the list of what is urgent; "" where nothing presses. As `urgency` sorts, but
    for what somebody has who has left: the list says that by itself."""
    if case.status not in OPEN:
        return ""
    running = case.clock_state == "running" and case.due_on is not None
    if late_since(case, today) is not None:
        return "overdue"
    if running and case.due_on is not None and case.due_on <= today + timedelta(days=NEAR):
        return "near"
    if case.assigned_to is None and case.received_on <= today - timedelta(days=UNTAKEN):
        return "untaken"
    touched = case.touched_at or case.created_at
    if not running and touched < _midnight(today, UNANSWERED_AFTER):
        return "unanswered"
    return "stalled" if touched < _midnight(today, STALLED) else ""


def _midnight(today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=days), time(), tzinfo=LONDON)


def _running() -> Any:
    return and_(Case.clock_state == "running", Case.due_on.is_not(None))


def _touched() -> Any:
    return func.coalesce(Case.touched_at, Case.created_at)


def unanswered(today: date) -> Any:
    """Whether a clock stands still and nobody has done anything for long, as a condition on an open case."""
    return and_(~_running(), _touched() < _midnight(today, UNANSWERED_AFTER))


def urgency(today: date) -> tuple[Any, ...]:
    """The order of what is urgent: late, soon due, with nobody, unanswered, stalled; by risk and by age within each."""
    running = _running()
    touched = _touched()
    rank = when(
        (Case.status.not_in(OPEN), 9),
        (late(today), 0),
        (and_(running, Case.due_on <= today + timedelta(days=NEAR)), 1),
        (and_(nobodys(), Case.received_on <= today - timedelta(days=UNTAKEN)), 2),
        (unanswered(today), 3),
        (touched < _midnight(today, STALLED), 4),
        else_=5,
    )
    at_risk = Case.id.in_(select(FlagRow.case_id).where(FlagRow.flag.in_(AT_RISK)))
    return (
        rank,
        when((and_(Case.status.in_(OPEN), at_risk), 0), else_=1),
        sorted_by().is_(None),
        sorted_by(),
        Case.received_on,
    )
