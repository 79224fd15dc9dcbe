"""Letters that wait because their e-mail cannot leave: which, why and since when, and by when one has to go otherwise.

They go by themselves once mail leaves again (`letter_send.py`); whatever presses is put on paper meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case, Letter

from . import case as cases
from . import clock, complaint, listing, sealing
from .letter_left import NOTICE

WAIT = ("waiting", "sending")
CODE = "access-code"
PATIENCE = timedelta(minutes=15)  # a server that is busy for a moment is no news
NEAR = timedelta(days=3)
MOST = listing.MOST
LOOKED_AT = 5 * MOST
HAVE_A_DAY = (*(key for key, kind in KINDS.items() if kind.does == NOTICE), complaint.ACKNOWLEDGEMENT)


@dataclass(frozen=True)
class Waiting:
    """A letter that cannot leave, since when, and the last day on which it does what it is for, if there is one."""

    row: Letter
    case: Case
    since: datetime
    by: date | None

    def presses(self, today: date) -> bool:
        """Is that day so near that somebody has to see to it now?"""
        return self.by is not None and self.by - today <= NEAR


def since(row: Letter) -> datetime | None:
    """Since when a letter could not leave; None if it has not been tried in vain."""
    if row.state not in WAIT or not row.message:
        return None
    told = sealing.unseal(row).get("waits_since")
    return datetime.fromisoformat(told) if told else row.written_at


def last_day(case: Case, row: Letter) -> date | None:
    """The last day on which a letter has to have left, where the law names one."""
    if case.status not in OPEN or row.kind not in KINDS:
        return None
    if KINDS[row.kind].does == NOTICE:
        return case.notice_by
    return complaint.acknowledgement_due(case) if row.kind == complaint.ACKNOWLEDGEMENT else None


def waiting(*, actor: Actor, now: datetime) -> list[Waiting]:
    """Those of the cases that this actor may see: by their last day, then those that have waited longest."""
    rows = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(Letter, Letter.case_id == Case.id)
        .where(Letter.state.in_(WAIT), Letter.message != "", Letter.kind != CODE)
        .with_only_columns(Letter, Case)
        .order_by(Letter.kind.in_(HAVE_A_DAY).desc(), Letter.written_at, Letter.id)
        .limit(LOOKED_AT)
    ).all()
    sealing.fetch_keys(case.id for _, case in rows)
    found = [Waiting(row, case, since(row) or now, last_day(case, row)) for row, case in rows]
    today = clock.day_of(now)
    kept = [each for each in found if now - each.since >= PATIENCE or each.presses(today)]
    return sorted(kept, key=lambda each: (each.by is None, each.by or today, each.since))


def acts(*, now: datetime) -> list[tuple[Letter, Case]]:
    """Those that did something to their case on an earlier day: what they did does not count before they go."""
    midnight = datetime.combine(clock.day_of(now), time.min, tzinfo=clock.LONDON)
    kinds = [key for key, kind in KINDS.items() if kind.does]
    rows = db.session.execute(
        select(Letter, Case)
        .join(Case, Case.id == Letter.case_id)
        .where(Letter.state.in_(WAIT), Letter.message != "", Letter.written_at < midnight, Letter.kind.in_(kinds))
        .order_by(Letter.written_at, Letter.id)
    )
    return [(row, case) for row, case in rows]
