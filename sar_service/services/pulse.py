"""Whether what runs by itself still runs, so that whoever works here is told where it does not.

The timetable notes that it ran, and that its work of every minute and of every hour was done. What waits for long to be
sent tells of the rest: no worker, no queue, no mail server.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from sar_service.adapters.mail import OF_ONE
from sar_service.db import db
from sar_service.models import Case, Letter, Pulse, StaffMail

TIMETABLE, EACH_MINUTE, EACH_HOUR = "timetable", "each minute", "each hour"
SILENT_AFTER = timedelta(minutes=5)
FAILS_AFTER = {EACH_MINUTE: timedelta(minutes=15), EACH_HOUR: timedelta(hours=3)}
UNSENT_AFTER = timedelta(minutes=15)
DAY = timedelta(days=1)
ON_THE_WAY = ("waiting", "sending")
KINDS = (StaffMail, Letter)


def beat(name: str, *, now: datetime) -> None:
    """Note that something ran."""
    row = db.session.get(Pulse, name)
    if row is None:
        db.session.add(Pulse(name=name, at=now))
    else:
        row.at = now


def begin(name: str, *, now: datetime) -> None:
    """From now on it is noticed if this does not run. Where it ran before, nothing changes."""
    if db.session.get(Pulse, name) is None:
        beat(name, now=now)


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """What stands still, each since when, and None where it does not: the timetable (`never`: it has not run at all,
    though a case came at the time of `timetable`), work of it that fails, and e-mails that do not leave."""

    timetable: datetime | None
    never: bool
    failing: datetime | None
    unsent: datetime | None

    def __bool__(self) -> bool:
        return (self.timetable or self.failing or self.unsent) is not None


def standstill(*, now: datetime) -> Standstill:
    """What of the service stands still now. While the timetable does, nothing is said of its parts."""
    ran = {
        row.name: row.at for row in db.session.scalars(select(Pulse).where(Pulse.name.in_((TIMETABLE, *FAILS_AFTER))))
    }
    stopped, never = off(ran.get(TIMETABLE), SILENT_AFTER, now), TIMETABLE not in ran
    if never:
        stopped = db.session.scalar(select(Case.created_at).where(Case.created_at < now - SILENT_AFTER).limit(1))
    late = [at for name, patience in FAILS_AFTER.items() if (at := off(ran.get(name), patience, now)) is not None]
    return Standstill(
        timetable=stopped,
        never=never and stopped is not None,
        failing=min(late, default=None) if stopped is None else None,
        unsent=_unsent(now),
    )


def off(at: datetime | None, patience: timedelta, now: datetime) -> datetime | None:
    """When something ran, if that is too long ago; or lies ahead, as where a computer's clock was wrong."""
    return at if at is not None and not now - patience <= at <= now + patience else None


def _unsent(now: datetime) -> datetime | None:
    """When the first of the e-mails was written that should have left by now, letters and warnings to staff.

    One that its own recipient's server puts off does not count where anything else has left since it was written.
    """
    late = [_late(kind, kind.message.not_in(OF_ONE), now) for kind in KINDS]
    put_off = [at for kind in KINDS if (at := _late(kind, kind.message.in_(OF_ONE), now)) is not None]
    if put_off:
        left = max(filter(None, (_left(kind, since=min(put_off)) for kind in KINDS)), default=min(put_off))
        late += [_late(kind, and_(kind.message.in_(OF_ONE), kind.written_at >= left), now) for kind in KINDS]
    return min((at for at in late if at is not None), default=None)


def _late(kind: Any, which: Any, now: datetime) -> datetime | None:
    """When the first of these messages was written that should have left by now."""
    found: datetime | None = db.session.scalar(
        select(func.min(kind.written_at)).where(kind.state.in_(ON_THE_WAY), kind.written_at < now - UNSENT_AFTER, which)
    )
    return found


def _left(kind: Any, *, since: datetime) -> datetime | None:
    """When a message left last, if any has since a moment. One that took longer than a day proves nothing: among all
    that were ever sent it is found by the day on which it was written."""
    recent = and_(kind.written_at > since - DAY, kind.sent_at > since)
    found: datetime | None = db.session.scalar(select(func.max(kind.sent_at)).where(kind.state == "sent", recent))
    return found
