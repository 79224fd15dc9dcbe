"""Each request of the last twelve months with its dates and the steps to them, as a spreadsheet file."""

from flask import Response

from sar_service.domain.permission import Permission
from sar_service.services import clock, complaint_report, request_report

from .. import filters
from ..access import actor, allow, now
from . import blueprint
from .sheet import as_csv

HEAD = (
    "reference", "council", "right", "came by", "received", "due", "extended", "paused", "answered", "ended", "in time",
    "outcome", "sent to", "why late", "status", "how the date was worked out",
)  # fmt: skip


@blueprint.get("/requests.csv")
@allow(Permission.SEE_FIGURES)
def requests_csv() -> Response:
    """No names, and nothing that anybody wrote."""
    since = complaint_report.first_of(clock.day_of(now()))
    rows = (
        (
            each.reference,
            each.controller,
            each.right.value,
            each.channel,
            each.received,
            each.due,
            "yes" if each.extended else "no",
            "yes" if each.paused else "no",
            each.answered,
            each.ended,
            "" if each.in_time is None else "yes" if each.in_time else "no",
            each.outcome.value,
            each.elsewhere.value if each.elsewhere else "",
            filters.LATENESS[each.late_reason] if each.late_reason else "",
            each.status.value,
            " ".join(each.steps),
        )
        for each in request_report.lines(actor=actor(), since=since)
    )
    return as_csv("requests.csv", HEAD, rows)
