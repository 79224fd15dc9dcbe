"""Why answers were late, counted by reason: for the board and the complaints in numbers, and as a spreadsheet file."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _

from sar_service.domain.lateness import Lateness
from sar_service.domain.permission import Permission
from sar_service.services import clock, lateness

from .. import filters
from ..access import actor, allow, now
from . import blueprint
from .sheet import as_csv


def counted(months: Sequence[lateness.Month]) -> dict[str, Any]:
    """The months together: a row (key of its list, words, count) for every reason that was given, the most frequent
    first, and for those without; how many are late in all; and since which month."""
    given = [
        (reason.value, filters.LATENESS[reason], sum(month.given.get(reason, 0) for month in months))
        for reason in Lateness
    ]
    rows = [
        *sorted(given, key=lambda row: -row[2]),
        (lateness.ENDED, _("Ended, and nobody has said why"), sum(month.ended for month in months)),
        (lateness.WAITING, _("Still open, and no reason given yet"), sum(month.open for month in months)),
    ]
    rows = [row for row in rows if row[2]]
    return {"rows": rows, "all": sum(row[2] for row in rows), "since": months[0].month}


@blueprint.get("/why-late.csv")
@allow(Permission.SEE_FIGURES)
def why_late_csv() -> Response:
    """The reasons by month of receipt as a spreadsheet file: of requests, then of complaints."""
    words = [str(filters.LATENESS[reason]) for reason in Lateness]
    head = ["month", "about", "late", *words, "ended, no reason given", "open, no reason given"]
    return as_csv("why-late.csv", head, [*_rows("requests", complaints=False), *_rows("complaints", complaints=True)])


def _rows(about: str, *, complaints: bool) -> Iterator[list[Any]]:
    for month in lateness.months(actor=actor(), today=clock.day_of(now()), complaints=complaints):
        counts = [*(month.given.get(reason, 0) for reason in Lateness), month.ended, month.open]
        yield [month.month, about, sum(counts), *counts]
