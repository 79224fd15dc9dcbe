"""Due dates that moved because the public holidays or the school terms changed: listed until somebody has seen them."""

import uuid
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Permission
from sar_service.services import audit, moved_date, team

from ..access import actor, allow, now
from . import blueprint


@blueprint.get("/moved-dates")
@allow(Permission.ASSIGN)
def moved_dates() -> Any:
    """Those that nobody has seen yet, with the old day, the new one and why."""
    found = moved_date.unseen(actor())
    audit.viewed("the dates that moved", actor=actor(), now=now(), cases=[str(case.id) for _moved, case in found])
    names = {member.id: member.name for member in team.members(controllers=actor().controllers)}
    rows = [
        {
            "moved": moved,
            "case": case,
            "who": names.get(case.assigned_to, "") if case.assigned_to else "",
            "days": [(date.fromisoformat(day), name) for day, name in moved.days],
            "still": case.due_on == moved.after,
        }
        for moved, case in found
    ]
    return render_template("managers/moved_dates.html", rows=rows, total=moved_date.count_unseen(actor()))


@blueprint.post("/moved-dates/seen")
@allow(Permission.ASSIGN)
def see_moved_dates() -> Any:
    """Take those that were shown off the list."""
    try:
        ids = [uuid.UUID(text) for text in request.form.getlist("moved")[: moved_date.PAGE]]
    except ValueError:
        raise InvalidInput(_("This list is not as we sent it. Open the page again."), field="moved") from None
    count = moved_date.see(ids, actor=actor(), now=now())
    flash(ngettext("%(num)d date was noted as seen.", "%(num)d dates were noted as seen.", count))
    return redirect(url_for("managers.moved_dates"))
