"""Who has how much, and handing all work of somebody who leaves or is ill to another in one action."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.permission import Permission
from sar_service.models import Member, Team
from sar_service.services import clock, team, team_share, work

from ..access import actor, allow, now
from . import blueprint


@blueprint.get("/workload")
@allow(Permission.ASSIGN)
def workload() -> Any:
    """Open and overdue cases by member of staff, and the form that hands work over."""
    return _page([])


def _page(errors: list[dict[str, str]]) -> str:
    counted = work.workload(actor(), today=clock.day_of(now()))
    shared = team_share.workload(actor(), today=clock.day_of(now()))
    members = team.members(controllers=actor().controllers)
    rows: list[dict[str, Any]] = [
        {"member": member, "open": counted.get(member.id, (0, 0))[0], "late": counted.get(member.id, (0, 0))[1]}
        for member in members
        if any(team.works_for(member, key) for key in actor().controllers) or member.id in counted
    ]
    return render_template(
        "managers/workload.html",
        rows=sorted(rows, key=_most_late_first),
        groups=[
            {
                "row": each,
                "open": shared.get(each.id, (0, 0, 0))[0],
                "late": shared.get(each.id, (0, 0, 0))[1],
                "free": shared.get(each.id, (0, 0, 0))[2],
            }
            for each in team_share.teams(actor().controllers, closed=True)
            if each.active or each.id in shared
        ],
        teams=[(f"team:{each.id}", each.name) for each in team_share.teams(actor().controllers)],
        givers=[(str(member.id), _giver(member)) for member in members],
        takers=[
            (str(member.id), member.name)
            for member in members
            if any(team.works_for(member, key) for key in actor().controllers)
        ],
        chosen={name: request.form.get(name, "") for name in ("leaver", "to")},
        errors=errors,
    )


def _giver(member: Member) -> str:
    """Whoever left may have been taken off the list of those who sign in before their work was handed over."""
    return member.name if member.active else _("%(name)s (can no longer sign in)", name=member.name)


def _most_late_first(row: dict[str, Any]) -> tuple[int, int, str]:
    return -row["late"], -row["open"], row["member"].name


@blueprint.post("/workload/hand-over")
@allow(Permission.ASSIGN)
def hand_over() -> Any:
    """Give everything open of one member of staff to another, or to nobody."""
    try:
        leaver = _member("leaver", _("Choose whose work is handed over"))
        chosen = request.form.get("to", "")
        group = _team(chosen.removeprefix("team:")) if chosen.startswith("team:") else None
        to = None if chosen == "nobody" or group is not None else _member("to", _("Choose who takes it over"))
        cases, tasks = work.hand_over(leaver, to, team=group, actor=actor(), now=now())
    except InvalidInput as error:
        return _page([{"text": str(error), "href": f"#hand-over-{error.field}"}]), 400
    many = ngettext("%(num)d case", "%(num)d cases", cases)
    flash(
        _("Handed over: %(cases)s and %(tasks)s.", cases=many, tasks=ngettext("%(num)d task", "%(num)d tasks", tasks))
    )
    return redirect(url_for("managers.workload"))


def _member(name: str, message: str) -> Member:
    member = team.known(request.form.get(name, ""))
    if member is None or not actor().controllers & set(member.controllers):
        raise InvalidInput(message, field=name)
    return member


def _team(key: str) -> Team:
    try:
        return team_share.get(uuid.UUID(key), actor=actor())
    except (ValueError, NotFound) as error:
        raise InvalidInput(_("Choose who takes it over"), field="to") from error
