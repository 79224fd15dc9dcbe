"""Complaints and reviews in numbers, with their dates, on a page and as spreadsheet files."""

from typing import Any

from flask import Response, render_template
from flask_babel import lazy_gettext as _l

from sar_service.domain.complaint import ComplaintKind, Matter
from sar_service.domain.letter import Result
from sar_service.domain.permission import Permission
from sar_service.domain.rights import Right
from sar_service.services import clock, complaint_report, lateness

from ..access import actor, allow, now
from . import blueprint
from .lateness import counted
from .sheet import as_csv

KINDS: dict[ComplaintKind, Any] = {ComplaintKind.COMPLAINT: _l("Complaint"), ComplaintKind.REVIEW: _l("Review")}
MATTERS: dict[Matter, Any] = {
    Matter.ANSWER: _l("An answer"),
    Matter.DELAY: _l("Delay"),
    Matter.USE: _l("Use of information"),
    Matter.OTHER: _l("Something else"),
}
RESULTS: dict[str, Any] = {
    Result.ALL.value: _l("Upheld"),
    Result.PART.value: _l("Upheld in part"),
    Result.NONE.value: _l("Not upheld"),
}


def _found() -> tuple[list[complaint_report.Line], list[complaint_report.Month]]:
    today = clock.day_of(now())
    found = complaint_report.lines(actor=actor(), since=complaint_report.first_of(today))
    return found, complaint_report.months(found, today=today)


@blueprint.get("/complaints")
@allow(Permission.SEE_FIGURES)
def complaints() -> Any:
    """The last twelve months."""
    found, months = _found()
    return render_template(
        "managers/complaints.html",
        lines=found,
        months=months,
        kinds=KINDS,
        matters=MATTERS,
        results=RESULTS,
        elsewhere=sum(month.elsewhere for month in months),
        since=f"{complaint_report.first_of(clock.day_of(now())):%Y-%m}",
        today=clock.day_of(now()),
        late=counted(lateness.months(actor=actor(), today=clock.day_of(now()), complaints=True)),
        right=Right.COMPLAINT.value,
        listed=actor().may(Permission.SEE_CASES),
    )


@blueprint.get("/complaints.csv")
@allow(Permission.SEE_FIGURES)
def complaints_csv() -> Response:
    """Each complaint and review with its dates: no names, and nothing that anybody wrote."""
    head = ("reference", "council", "kind", "about", "received", "to be acknowledged by", "acknowledged", "in time")
    rows = (
        (
            each.reference,
            each.controller,
            each.kind.value,
            each.matter.value,
            each.received,
            each.acknowledge_by,
            each.acknowledged,
            "yes" if each.in_time else "no" if each.acknowledged else "",
            each.outcome,
            {"all": "upheld", "part": "upheld in part", "none": "not upheld"}.get(each.result, ""),
            each.days,
            each.status.value,
        )
        for each in _found()[0]
    )
    return as_csv("complaints.csv", (*head, "outcome", "result", "days", "status"), rows)


@blueprint.get("/complaints-by-month.csv")
@allow(Permission.SEE_FIGURES)
def complaints_by_month_csv() -> Response:
    """The numbers by month of receipt."""
    head = (
        "month", "kind", "received", "acknowledged in time", "acknowledged late or overdue", "not acknowledged yet",
        "upheld", "upheld in part", "not upheld", "ended otherwise", "open", "median days to the outcome",
        "sent elsewhere",
    )  # fmt: skip
    rows = (
        (
            each.month,
            each.kind.value,
            each.received,
            each.in_time,
            each.late,
            each.waiting,
            each.upheld,
            each.partly,
            each.rejected,
            each.ended_otherwise,
            each.open,
            each.median_days,
            each.elsewhere,
        )
        for each in _found()[1]
    )
    return as_csv("complaints-by-month.csv", head, rows)
