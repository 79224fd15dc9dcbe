"""Leaving an item out of the pack although nothing of it is withheld, and putting it back."""

import uuid

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.permission import Permission
from sar_service.services import left_out

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, line, words
from .found import found_page
from .reading import read_item


def _decide(reference: str, home: uuid.UUID, code: str) -> None:
    case = frame.find(reference)
    left_out.decide(
        case,
        left_out.get(case, home),
        code=code,
        reason=words("reason", longest=left_out.LONGEST),
        seen=request.form.get("seen", "")[:12],
        actor=access.actor(),
        now=access.now(),
    )


@blueprint.post("/cases/<reference>/reading/<uuid:home>/leaving-out")
@allow(Permission.DECIDE)
@again(read_item, stands=conflict.left)
def leave_out(reference: str, home: uuid.UUID) -> Response:
    """Leave an item out."""
    _decide(reference, home, line("code", longest=12) or "?")
    flash(_("Left out. It stands under “Left out” below, and the pack accounts for it."))
    return redirect(url_for("staff.found_page", reference=reference, _anchor="left-out"))


@blueprint.post("/cases/<reference>/found/<uuid:home>/putting-back")
@allow(Permission.DECIDE)
@again(found_page, stands=conflict.left)
def put_back(reference: str, home: uuid.UUID) -> Response:
    """Put it back."""
    _decide(reference, home, "")
    flash(_("Put back. It has to be decided on like the rest."))
    return redirect(url_for("staff.found_page", reference=reference))
