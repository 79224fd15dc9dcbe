"""Details that belong to nobody in the register, grouped by the words they are: decided together, many at once."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Permission
from sar_service.services import redaction_mark

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, line, one_of, words
from .people import TREATMENTS


@blueprint.get("/cases/<reference>/details")
@allow(Permission.SEE_CASES)
def groups_page(reference: str) -> str:
    """The groups, the undecided first."""
    case = frame.find(reference)
    groups = redaction_mark.groups(case)
    return frame.page(
        "groups",
        case,
        tab="groups",
        viewed="other details",
        groups=groups,
        waiting=sum(bool(group.undecided) for group in groups),
        codes=[("", _("Choose a code")), *frame.codes(case)],
        treatments=list(TREATMENTS.items()),
        ticked=request.form.getlist("group"),
    )


@blueprint.post("/cases/<reference>/details")
@allow(Permission.DECIDE)
@again(groups_page)
def decide_groups(reference: str) -> Response:
    """Withhold or show every place of the words that are ticked."""
    case = frame.find(reference)
    chosen = list(dict.fromkeys(request.form.getlist("group")))
    marks = [mark for digest in chosen for mark in redaction_mark.same_words(case, digest)]
    if not marks:
        raise InvalidInput(_("Tick at least one of the details."), field="group")
    redaction_mark.decide_marks(
        case,
        marks,
        treatment=one_of("treatment", TREATMENTS, _("Choose whether to withhold or show them.")),
        code=line("code", longest=20),
        reason=words("reason", longest=2000),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Decided in %(count)s places.", count=len(marks)))
    return redirect(url_for("staff.groups_page", reference=reference))
