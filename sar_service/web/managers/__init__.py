"""The managers' door: the board, the workload, the team, the connected systems and the audit trail.

One module per noun. The worklist that figures open is the staff door's.
"""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from sar_service.domain.actor import Actor
from sar_service.domain.permission import Permission
from sar_service.services import moved_date

from .. import access
from ..access import allow

blueprint = Blueprint("managers", __name__, url_prefix="/managers")


@blueprint.app_context_processor
def frame() -> dict[str, Any]:
    """What the base page is framed with for managers."""
    if request.blueprint != "managers" or not current_user.is_authenticated:
        return {}
    return {
        "wide": True,
        "account": {"name": access.actor().name, "sign_out": "/staff/sign-out", "password": "/staff/password"},
        "home": url_for("managers.home"),
        "navigation": _navigation(),
        "standstill": access.standstill(),
    }


def _navigation() -> list[dict[str, Any]]:
    actor = access.actor()
    items = [
        (Permission.SEE_CASES, _("Worklist"), "/staff/", ""),
        (Permission.SEE_FIGURES, _("How we are doing"), url_for("managers.board"), "managers.board"),
        (Permission.ASSIGN, _("Who has how much"), url_for("managers.workload"), "managers.workload"),
        (Permission.ASSIGN, _("Teams"), url_for("managers.teams"), "managers.teams"),
        (Permission.ASSIGN, _moved(actor), url_for("managers.moved_dates"), "managers.moved_dates"),
        (Permission.SEE_FIGURES, _("Complaints"), url_for("managers.complaints"), "managers.complaints"),
        (Permission.REGULATOR, _("The regulator"), url_for("managers.regulator_list"), "managers.regulator_list"),
        (Permission.SEE_SYSTEMS, _("Systems"), url_for("managers.systems"), "managers.systems"),
        (Permission.MANAGE_TEAM, _("Team"), url_for("managers.members"), "managers.members"),
        (Permission.READ_AUDIT, _("Audit trail"), url_for("managers.trail"), "managers.trail"),
    ]
    return [
        {"text": text, "href": href, "current": bool(endpoint) and request.endpoint == endpoint}
        for permission, text, href, endpoint in items
        if actor.may(permission)
    ]


def _moved(actor: Actor) -> str:
    count = moved_date.count_unseen(actor) if actor.may(Permission.ASSIGN) and not access.failed() else 0
    return _("Dates that moved (%(count)s)", count=count) if count else _("Dates that moved")


@blueprint.get("/")
@allow()
def home() -> Any:
    """Where a manager, an administrator or an auditor begins: the first page that their role may see."""
    actor = access.actor()
    for permission, endpoint in (
        (Permission.SEE_FIGURES, "managers.board"),
        (Permission.MANAGE_TEAM, "managers.members"),
        (Permission.READ_AUDIT, "managers.trail"),
        (Permission.SEE_SYSTEMS, "managers.systems"),
    ):
        if actor.may(permission):
            return redirect(url_for(endpoint))
    return redirect("/staff/")


from . import (  # noqa: E402 - they put pages on the blueprint
    board,  # noqa: F401
    complaint,  # noqa: F401
    lateness,  # noqa: F401
    moved,  # noqa: F401
    regulator,  # noqa: F401
    request_list,  # noqa: F401
    systems,  # noqa: F401
    team,  # noqa: F401
    team_share,  # noqa: F401
    trail,  # noqa: F401
    workload,  # noqa: F401
)
