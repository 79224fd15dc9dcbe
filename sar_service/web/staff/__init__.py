"""The staff door: the worklist and everything that is done with a case. One module per noun.

Figures, the team and the systems are the managers' door.
"""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from sar_service.domain.permission import Permission

from .. import access

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.app_context_processor
def framed() -> dict[str, Any]:
    """What the base page is framed with for somebody who is signed in."""
    if request.blueprint != "staff":
        return {}
    given: dict[str, Any] = {"wide": True}
    failed = asking.failing()
    if failed is not None:
        given["errors"] = [{"text": failed.message, "href": failed.href}]
    if not current_user.is_authenticated:
        return given
    return given | {
        "account": {
            "name": access.actor().name,
            "sign_out": url_for("staff.sign_out"),
            "password": url_for("staff.password"),
        },
        "home": sign_in.home(),
        "navigation": [] if current_user.must_change else _navigation(),
        "standstill": access.standstill(),
    }


def _navigation() -> list[dict[str, Any]]:
    actor, items = access.actor(), []
    if actor.may(Permission.SEE_CASES):
        here = request.endpoint == "staff.worklist"
        items.append({"text": _("Worklist"), "href": url_for("staff.worklist"), "current": here})
        here = request.endpoint == "staff.find"
        items.append({"text": _("Find a case"), "href": url_for("staff.find"), "current": here})
    if actor.may(Permission.LOG_REQUEST):
        here = request.endpoint == "staff.log"
        items.append({"text": _("Log a request"), "href": url_for("staff.log"), "current": here})
    if actor.may(Permission.WRITE_LETTERS):
        here = request.endpoint == "staff.post_list"
        items.append({"text": _("Letters"), "href": url_for("staff.post_list"), "current": here})
    if actor.may(Permission.SEE_FIGURES) or actor.may(Permission.MANAGE_TEAM):
        items.append({"text": _("Managers"), "href": "/managers/"})
    return items


from . import (  # noqa: E402 - the modules put their pages on the blueprint
    asking,
    case,  # noqa: F401
    complaint,  # noqa: F401
    conflict,  # noqa: F401
    delivery,  # noqa: F401
    draft,  # noqa: F401
    fact,  # noqa: F401
    find,  # noqa: F401
    found,  # noqa: F401
    group,  # noqa: F401
    identity,  # noqa: F401
    identity_change,  # noqa: F401
    identity_copy,  # noqa: F401
    identity_together,  # noqa: F401
    incoming,  # noqa: F401
    left_out,  # noqa: F401
    letter,  # noqa: F401
    log,  # noqa: F401
    merge,  # noqa: F401
    pack,  # noqa: F401
    password,  # noqa: F401
    people,  # noqa: F401
    post,  # noqa: F401
    reading,  # noqa: F401
    record,  # noqa: F401
    redaction_mark,  # noqa: F401
    redirect,  # noqa: F401
    regulator,  # noqa: F401
    search,  # noqa: F401
    sign_in,
    sign_off,  # noqa: F401
    subject,  # noqa: F401
    what_if,  # noqa: F401
    work,  # noqa: F401
    worklist,  # noqa: F401
)
