"""The connected systems: what each is, who owns it, how its last searches went, and whether it answers now."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from sar_service.domain.permission import Permission
from sar_service.extensions import runtime
from sar_service.services import system as connected

from ..access import actor, allow, now
from . import blueprint


@blueprint.get("/systems/")
@allow(Permission.SEE_SYSTEMS)
def systems() -> Any:
    """Every system of the catalogue, and what the notices leave out."""
    return render_template(
        "managers/systems.html", systems=connected.overview(actor=actor()), gaps=runtime().catalogue.gaps()
    )


@blueprint.post("/systems/<key>/check")
@allow(Permission.SEE_SYSTEMS)
def check_system(key: str) -> Any:
    """Reach a system now, and say whether it answers."""
    title, problem = connected.check(key, actor=actor(), now=now())
    if problem:
        flash(_("%(title)s: %(problem)s", title=title, problem=problem), "warning")
    else:
        flash(_("%(title)s answers, and what its settings name is there.", title=title), "success")
    return redirect(url_for("managers.systems"))
