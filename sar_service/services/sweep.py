"""Housekeeping: work whose job was lost is sent again, and rows that nobody needs are cleared away."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from sar_service.db import db
from sar_service.domain.search import SearchState
from sar_service.models import (
    Document,
    DocumentState,
    Letter,
    Once,
    Pack,
    PackState,
    Suggesting,
    SystemSearch,
)
from sar_service.queue import after_commit

from . import attempt, team

PATIENCE = timedelta(seconds=20)  # how long a sent job may take to be claimed before it is sent again
WORK: list[tuple[str, Any, tuple[Any, ...], tuple[Any, ...]]] = [
    # job, model, states that wait, states that a job holds under a lease
    ("search", SystemSearch, (SearchState.WAITING,), (SearchState.RUNNING,)),
    ("document", Document, (DocumentState.WAITING,), (DocumentState.READING,)),
    ("suggest", Suggesting, ("waiting",), ("running",)),
    ("pack", Pack, (PackState.WAITING,), (PackState.BUILDING, PackState.CHECKING)),
    ("letter", Letter, ("waiting",), ("sending",)),
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


def clear_old(*, now: datetime) -> None:
    """Delete sessions, attempts and idempotency keys that can no longer be used."""
    team.forget_old_sessions(now=now)
    attempt.forget_old(now=now)
    db.session.query(Once).where(Once.created_at < now - KEEP_KEYS).delete()
