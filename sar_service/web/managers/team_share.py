"""Teams: who shares work with whom. Access to the service itself is given in `team.py`."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from sar_service.domain.errors import InvalidInput, StaleWrite
from sar_service.domain.permission import Permission
from sar_service.extensions import runtime
from sar_service.models import Team
from sar_service.services import team, team_share

from ..access import actor, allow, now
from . import blueprint


@blueprint.get("/teams")
@allow(Permission.ASSIGN)
def teams() -> str:
    """Every team with its members, and the form that makes one."""
    return _page()


def _page(error: str = "", field: str = "", form: str = "") -> str:
    shown = team_share.teams(actor().controllers, closed=True)
    members = team.members(controllers=actor().controllers)
    inside = team_share.members_of(shown)
    typed = form == "new" and request.method == "POST"
    return render_template(
        "managers/teams.html",
        teams=[
            {
                "row": each,
                "members": [
                    (str(one.id), one.name, one.id in inside[each.id], str(one.id) in request.form.getlist("member"))
                    for one in members
                    if each.controller in one.controllers
                    and (team.works_for(one, each.controller) or one.id in inside[each.id])
                ],
                "sent": form == str(each.id),
                "name": request.form.get("name", "")[:200] if form == str(each.id) else each.name,
            }
            for each in shown
        ],
        councils=[
            (key, one.name) for key, one in runtime().catalogue.controllers.items() if key in actor().controllers
        ],
        new={name: request.form.get(name, "")[:200] if typed else "" for name in ("name", "controller")},
        errors=[{"text": error, "href": f"#team-{form}-{field}" if field else f"#team-{form}"}] if error else [],
    )


@blueprint.post("/teams")
@allow(Permission.ASSIGN)
def make_team() -> Any:
    """Make a team."""
    councils = sorted(actor().controllers)
    controller = request.form.get("controller", "") if len(councils) > 1 else councils[0]
    try:
        made = team_share.make(request.form.get("name", "")[:200], controller, actor=actor(), now=now())
    except InvalidInput as error:
        return _page(str(error), error.field or "name", "new"), 400
    flash(_("The team %(name)s was made. Say who belongs to it.", name=made.name))
    return redirect(url_for("managers.teams", _anchor=f"team-{made.id}"))


@blueprint.post("/teams/<uuid:team_id>")
@allow(Permission.ASSIGN)
def change_team(team_id: uuid.UUID) -> Any:
    """Give a team its members and its name, or close it."""
    row = team_share.get(team_id, actor=actor())
    try:
        _change(row)
    except StaleWrite:
        told = _(
            "Somebody else changed this team while you had it open. Nothing was overwritten: the ticks are yours, and "
            "“now” stands beside who is in it now. Keep it again if yours is right."
        )
        return _page(told, "", str(team_id)), 409
    except InvalidInput as error:
        return _page(str(error), error.field or "name", str(team_id)), 400
    flash(_("Kept."))
    return redirect(url_for("managers.teams", _anchor=f"team-{team_id}"))


def _change(row: Team) -> None:
    try:
        chosen = {uuid.UUID(each) for each in request.form.getlist("member")}
    except ValueError as error:
        raise InvalidInput(_("Choose members from the list."), field="member") from error
    version = request.form.get("version", "")
    team_share.change(
        row,
        name=request.form.get("name", "")[:200],
        members=chosen,
        active=request.form.get("closed") != "yes",
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1,
        actor=actor(),
        now=now(),
    )
