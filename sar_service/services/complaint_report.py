"""Complaints and reviews counted: by month of receipt, and each with its dates (Data Protection Act 2018, s.164B).

What was sent elsewhere was no complaint for us: as with requests it is counted by itself and stands in no other figure.
Nothing here says who complained, or of what in words. Days are worked out from the facts, as everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import ComplaintKind, Matter
from sar_service.domain.letter import Result
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.domain.rights import Right
from sar_service.models import Case, Complaint

from . import complaint, report


@dataclass(frozen=True, kw_only=True)
class Line:
    """One complaint or review. Days are None where there is none yet; `result` is "" until there is an outcome."""

    reference: str
    controller: str
    kind: ComplaintKind
    matter: Matter
    received: date
    acknowledge_by: date | None
    acknowledged: date | None
    outcome: date | None
    result: str
    status: Status

    @property
    def in_time(self) -> bool:
        """Was it acknowledged within the thirty days (s.164A(3))?"""
        return self.acknowledged is not None and (
            self.acknowledge_by is None or self.acknowledged <= self.acknowledge_by
        )

    @property
    def days(self) -> int | None:
        """Days from receipt to the outcome."""
        return (self.outcome - self.received).days if self.outcome is not None else None


def lines(*, actor: Actor, since: date) -> list[Line]:
    """Each complaint and review received since a day in the councils whose figures this actor sees, newest first."""
    query = report.counted(actor).where(Case.right == Right.COMPLAINT, Case.received_on >= since)
    cases = db.session.scalars(query.order_by(Case.received_on.desc(), Case.id)).all()
    rows = {
        row.case_id: row
        for row in db.session.scalars(select(Complaint).where(Complaint.case_id.in_([case.id for case in cases])))
    }
    return [_line(case, rows.get(case.id)) for case in cases]


def _line(case: Case, row: Complaint | None) -> Line:
    ended = complaint.outcomes(case)[-1:] if case.status not in OPEN else []
    return Line(
        reference=case.reference,
        controller=case.controller,
        kind=row.kind if row is not None else ComplaintKind.COMPLAINT,
        matter=row.matter if row is not None else Matter.OTHER,
        received=case.received_on,
        acknowledge_by=complaint.acknowledgement_due(case),
        acknowledged=complaint.acknowledged_on(case),
        outcome=ended[0].on if ended else None,
        result=str(ended[0].detail.get("result", "")) if ended else "",
        status=case.status,
    )


@dataclass(frozen=True, kw_only=True)
class Month:
    """The complaints, or the reviews, received in one month, and how they stand on a day.

    `elsewhere` were sent elsewhere; they are in no other number.
    """

    month: str  # "2026-11"
    kind: ComplaintKind
    received: int
    in_time: int
    late: int
    waiting: int  # not acknowledged, and the day is not past
    upheld: int
    partly: int
    rejected: int
    ended_otherwise: int  # withdrawn, refused or closed
    open: int
    median_days: int | None  # from receipt to the outcome
    elsewhere: int


def first_of(today: date, months: int = 12) -> date:
    """The first day of the earliest of so many months, the present one included."""
    first = today.replace(day=1)
    for _ in range(months - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def months(found: Sequence[Line], *, today: date) -> list[Month]:
    """The lines counted by month and kind, newest first; months without any are left out."""
    groups: dict[tuple[str, ComplaintKind], list[Line]] = {}
    for line in found:
        groups.setdefault((f"{line.received:%Y-%m}", line.kind), []).append(line)
    return [_month(month, kind, groups[month, kind], today) for month, kind in sorted(groups, reverse=True)]


def _month(month: str, kind: ComplaintKind, every: Sequence[Line], today: date) -> Month:
    of = [line for line in every if line.status is not Status.REDIRECTED]

    def came(result: Result) -> int:
        return sum(line.result == result for line in of)

    late = [line for line in of if not line.in_time and (line.acknowledged or _past(line, today))]
    in_time = sum(line.in_time for line in of)
    days = [line.days for line in of if line.days is not None]
    still = sum(line.status in OPEN for line in of)
    ended = sum(bool(line.result) for line in of)
    return Month(
        month=month,
        kind=kind,
        received=len(of),
        in_time=in_time,
        late=len(late),
        waiting=sum(line.acknowledged is None and line.status in OPEN and not _past(line, today) for line in of),
        upheld=came(Result.ALL),
        partly=came(Result.PART),
        rejected=came(Result.NONE),
        ended_otherwise=len(of) - still - ended,
        open=still,
        median_days=median_low(days) if days else None,
        elsewhere=len(every) - len(of),
    )


def _past(line: Line, today: date) -> bool:
    """Has the day for the acknowledgement passed while it was open?"""
    return line.status in OPEN and line.acknowledge_by is not None and line.acknowledge_by < today
