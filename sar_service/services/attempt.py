"""Throttling: how often something may be tried. Kept in the database, so that it holds across processes."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from sar_service.db import aside, db
from sar_service.domain.errors import DomainError
from sar_service.extensions import runtime
from sar_service.models import Attempt

WINDOW = timedelta(minutes=15)


class TooMany(DomainError):
    """Too many failed attempts; wait a while."""


def _key(what: str, who: str) -> str:
    return runtime().service_key("attempt").digest(f"{what}:{who}")


def check(what: str, who: str, *, limit: int, now: datetime) -> None:
    """Raise TooMany if `who` has failed at `what` as often as is allowed in a quarter of an hour."""
    count = db.session.scalar(
        select(func.count()).select_from(Attempt).where(Attempt.key == _key(what, who), Attempt.at > now - WINDOW)
    )
    if (count or 0) >= limit:
        raise TooMany("Too many attempts. Wait a quarter of an hour and try again.")


def note(what: str, who: str, *, now: datetime) -> None:
    """Note a failed attempt, in a transaction of its own: the page that failed is rolled back, at once."""
    db.session.rollback()  # it may hold the write lock, and nothing of it will be kept
    with aside() as connection:
        connection.execute(insert(Attempt).values(key=_key(what, who), at=now))


def count(what: str, who: str, *, now: datetime) -> None:
    """Count an attempt that went well, with the rest of the current transaction."""
    db.session.add(Attempt(key=_key(what, who), at=now))


def forget_old(*, now: datetime) -> None:
    """Delete attempts that no longer count."""
    db.session.execute(delete(Attempt).where(Attempt.at < now - WINDOW))
