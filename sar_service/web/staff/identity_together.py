"""Settling identity in the other requests of the same message, once it is settled in one."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import identity_again, identity_together

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, number
from .asking import identity as as_id
from .identity import back, identity_page


@blueprint.post("/cases/<reference>/identity/together")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def settle_together(reference: str) -> Response:
    """Record what was seen here in the chosen requests of the same message, and settle identity there."""
    case = frame.find(reference)
    identity_again.check_seen(case, number("stood_version"))
    chosen = [as_id(each) for each in request.form.getlist("case")]
    done, short = identity_together.settle(case, chosen, actor=access.actor(), now=access.now())
    said = _("Identity is settled in %(where)s too.", where=_listed(done)) if done else ""
    if short:
        said += " " + _("What was seen is recorded in %(where)s, and is not enough there: look.", where=_listed(short))
    return back(reference, said.strip())


def _listed(those: list[Case]) -> str:
    return ", ".join(each.reference for each in those)
