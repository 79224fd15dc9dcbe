"""The board: what is open, due, overdue and paused, and the share answered in time by month.

Every figure opens its list.
"""

from typing import Any

from flask import Response, render_template

from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.services import case as cases
from sar_service.services import clock, lateness, regulator, report

from .. import filters
from ..access import actor, allow, now
from . import blueprint
from .lateness import counted
from .sheet import as_csv


@blueprint.get("/board")
@allow(Permission.SEE_FIGURES)
def board() -> Any:
    """Today's figures and the last twelve months."""
    today = clock.day_of(now())
    months = report.months(actor=actor(), today=today)
    answered = sum(month.answered for month in months)
    in_time = sum(month.in_time for month in months)
    return render_template(
        "managers/board.html",
        today=today,
        figures=report.figures(actor=actor(), today=today),
        stages=report.stages(actor=actor()),
        months=months,
        regulator=regulator.counts(actor(), today=today),
        listed=actor().may(Permission.SEE_CASES),
        answered=answered,
        in_time=in_time,
        late=counted(lateness.months(actor=actor(), today=today)),
        right=cases.REQUESTS,
        elsewhere=[
            (route.value, filters.ROUTES[route], count)
            for route in Route
            if (count := sum(month.elsewhere.get(route, 0) for month in months))
        ],
    )


@blueprint.get("/board.csv")
@allow(Permission.SEE_FIGURES)
def board_csv() -> Response:
    """The months as a spreadsheet file."""
    names = ["received", "answered", "in time", "within one month", "still open", "refused", "withdrawn"]
    head = [
        "month",
        *names,
        "closed without an answer",
        "merged",
        "sent elsewhere",
        *(f"sent elsewhere: {route}" for route in Route),
        "set aside",
    ]
    rows = (
        [
            month.month,
            month.received,
            month.answered,
            month.in_time,
            month.within_one_month,
            month.still_open,
            month.refused,
            month.withdrawn,
            month.closed,
            month.merged,
            sum(month.elsewhere.values()),
            *(month.elsewhere.get(route, 0) for route in Route),
            month.set_aside,
        ]
        for month in report.months(actor=actor(), today=clock.day_of(now()))
    )
    return as_csv("requests-by-month.csv", head, rows)
