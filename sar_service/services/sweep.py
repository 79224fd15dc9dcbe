"""Housekeeping: work whose job was lost is sent again, steps that a dead job still owed are taken, and rows that nobody
needs are cleared away.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.lifecycle import Status
from sar_service.domain.search import SearchState
from sar_service.models import (
    Case,
    Document,
    DocumentState,
    Letter,
    Once,
    Pack,
    PackState,
    StaffMail,
    Suggesting,
    SystemSearch,
)
from sar_service.queue import after_commit

from . import attempt, audit, redaction, search, team
from . import case as cases

PATIENCE = timedelta(seconds=20)  # how long a sent job may take to be claimed before it is sent again
WORK: list[tuple[str, Any, tuple[Any, ...], tuple[Any, ...]]] = [
    # job, model, states that wait, states that a job holds under a lease
    ("search", SystemSearch, (SearchState.WAITING,), (SearchState.RUNNING,)),
    ("document", Document, (DocumentState.WAITING,), (DocumentState.READING,)),
    ("suggest", Suggesting, ("waiting",), ("running",)),
    ("pack", Pack, (PackState.WAITING,), (PackState.BUILDING, PackState.CHECKING)),
    ("letter", Letter, ("waiting",), ("sending",)),
    ("staff_mail", StaffMail, ("waiting",), ("sending",)),
]
KEEP_KEYS = timedelta(days=7)


def send_again(*, now: datetime) -> int:
    """Send a job for every row that waits without one, or whose lease ran out; returns how many."""
    count = 0
    for job, model, waiting, held in WORK:
        rows = db.session.scalars(
            select(model).where(
                or_(
                    and_(
                        model.state.in_(waiting),
                        or_(model.queued_at.is_(None), model.queued_at < now - PATIENCE),
                    ),
                    and_(model.state.in_(held), model.lease_until < now),
                )
            )
        )
        for row in rows:
            row.queued_at = now
            after_commit(job, row.id)
            count += 1
    return count


def go_on(*, now: datetime) -> int:
    """Take the steps that follow a gathering where its last job died before it took them; returns how many cases.

    A job settles its search or its file first and then asks for suggestions or moves the case along. Killed between
    the two, it leaves nothing that waits; and of two jobs that end at once each may believe the other still runs.
    """
    mine = SystemSearch.case_id == Case.id
    moving = exists().where(mine, SystemSearch.state.in_(search.ON_THE_WAY))
    finished = select(func.max(SystemSearch.finished_at)).where(mine).correlate(Case).scalar_subquery()
    looked_for = select(func.max(Suggesting.asked_at)).where(Suggesting.case_id == Case.id)
    unlooked = func.coalesce(looked_for.correlate(Case).scalar_subquery() < finished, finished.is_not(None))
    count = 0
    owed = db.session.scalars(
        select(Case).where(
            Case.status.in_((Status.SEARCHING, Status.REVIEWING)),
            ~moving,
            or_(unlooked, and_(Case.status == Status.SEARCHING, finished.is_not(None))),
        )
    ).all()
    audit.lock(*owed)
    for case in owed:
        db.session.refresh(case)
        before = case.status
        asked = suggestions_owed(case) and redaction.ask_when_gathered(case, now=now) is not None
        cases.finish_search_if_gathered(case, actor=SERVICE, now=now)
        count += asked or case.status is not before
    return count


def suggestions_owed(case: Case) -> bool:
    """Has a search ended for which nobody has asked for suggestions yet?"""
    last = redaction.latest(case)
    ends = [row.finished_at for row in search.latest_searches(case) if row.finished_at is not None]
    return bool(ends) and (last is None or last.asked_at < max(ends))


def clear_old(*, now: datetime) -> None:
    """Delete sessions, attempts and idempotency keys that can no longer be used."""
    team.forget_old_sessions(now=now)
    attempt.forget_old(now=now)
    db.session.query(Once).where(Once.created_at < now - KEEP_KEYS).delete()
