"""Claiming work: one job at a time has a row, until a moment it keeps pushing forward. A dead job's lease runs out.

The token tells a job that comes back from a long pause whether the row is still its own.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update

from sar_service.db import db

LEASE = timedelta(seconds=40)
HEARTBEAT = timedelta(seconds=10)
TRIES = 5
FIRST_AGAIN, LAST_AGAIN = timedelta(seconds=30), timedelta(minutes=15)  # between two tries to send a message


def claim(model: Any, row_id: uuid.UUID, *, now: datetime, open_states: tuple[Any, ...], taken: Any) -> str | None:
    """Claim a row that waits, or whose lease has run out; returns a token, or None if it is not to be had.

    `open_states` are the states in which the row may be claimed when nobody holds it, `taken` the state it gets.
    """
    token = str(uuid.uuid4())
    changed = db.session.execute(
        update(model)
        .where(
            model.id == row_id,
            model.state.in_((*open_states, taken)),
            or_(model.lease_until.is_(None), model.lease_until < now),
        )
        .values(state=taken, lease_until=now + LEASE, lease_token=token, attempts=model.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    return token if getattr(changed, "rowcount", 0) == 1 else None


def keep(model: Any, row_id: uuid.UUID, token: str, *, now: datetime) -> bool:
    """Push the lease forward; False if somebody else has the row now, and this job must stop."""
    changed = db.session.execute(
        update(model)
        .where(model.id == row_id, model.lease_token == token)
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(changed, "rowcount", 0) == 1)


def held(row: Any, token: str) -> bool:
    """Is the row still this job's?"""
    return bool(row is not None and row.lease_token == token)


def give_back(row: Any, *, again: datetime | None = None) -> None:
    """The work is done, or given up: nobody holds the row. Where it is to be done over, the sweep sends it at once, or
    after the moment of `again`."""
    row.lease_until = None
    row.lease_token = None
    row.queued_at = again


def later(row: Any, *, now: datetime, longest: timedelta = LAST_AGAIN) -> datetime:
    """When a message that did not go is sent again: each time later, for a mail server may be away for an hour."""
    return now + min(FIRST_AGAIN * 2 ** min(row.attempts - 1, 10), longest)
