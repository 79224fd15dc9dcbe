"""The board: what is open, due, overdue and paused, and the share answered in time by month.

Every figure opens its list.
"""

import csv
import io
from typing import Any

from flask import Response, render_template

from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.services import clock, regulator, report

from .. import filters
from ..access import actor, allow, now
from . import blueprint

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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
        elsewhere=[
            (route.value, filters.ROUTES[route], count)
            for route in Route
            if (count := sum(month.elsewhere.get(route, 0) for month in months))
        ],
    )


@blueprint.get("/board.csv")
@allow(Permission.SEE_FIGURES)
def board_csv() -> Response:
    """The months as a spreadsheet file; no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ["received", "answered", "in time", "within one month", "still open", "refused", "withdrawn"]
    columns = [
        *names,
        "closed without an answer",
        "merged",
        "sent elsewhere",
        *(f"sent elsewhere: {route}" for route in Route),
        "set aside",
    ]
    writer.writerow(["month", *columns])
    for month in report.months(actor=actor(), today=clock.day_of(now())):
        row = [
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
        writer.writerow([safe_cell(str(each)) for each in row])
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="requests-by-month.csv"'
    return response


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text
