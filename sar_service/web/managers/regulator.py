"""All letters from and to the regulator: those that wait for our answer first, by its day."""

from typing import Any

from flask import render_template

from sar_service.domain.permission import Permission
from sar_service.services import audit, clock, regulator

from ..access import actor, allow, now
from . import blueprint


@blueprint.get("/regulator")
@allow(Permission.REGULATOR)
def regulator_list() -> Any:
    """The list, and the way to log one that belongs to no case."""
    audit.viewed("the letters of the regulator", actor=actor(), now=now())
    return render_template(
        "managers/regulator.html", letters=regulator.listed(actor()), today=clock.day_of(now()), most=regulator.MOST
    )
