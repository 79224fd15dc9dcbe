"""The audit trail: looking through it, checking that it is whole, and taking a copy away."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from sar_service.domain.permission import Permission
from sar_service.services import audit

from ..access import actor, allow, now
from . import blueprint

PAGE = 100


@blueprint.get("/audit")
@allow(Permission.READ_AUDIT)
def trail() -> Any:
    """The newest events, or those of one case, person or kind."""
    reference = request.args.get("reference", "")[:60]
    verb = request.args.get("verb", "")[:60]
    page = max(request.args.get("page", 1, type=int), 1)
    events, more = audit.look(reference=reference, verb=verb, page=page, size=PAGE)
    return render_template("managers/trail.html", events=events, more=more, page=page, reference=reference, verb=verb)


@blueprint.post("/audit/verify")
@allow(Permission.READ_AUDIT)
def verify_trail() -> Any:
    """Walk the whole chain and say whether it holds."""
    count, broken = audit.verify()
    if broken is None:
        flash(_("The audit trail is whole: %(count)s events.", count=count), "success")
    else:
        flash(
            _("The audit trail is broken at event %(number)s: %(why)s.", number=broken.number, why=broken.why), "error"
        )
    return redirect(url_for("managers.trail"))


@blueprint.post("/audit/export")
@allow(Permission.READ_AUDIT)
def export_trail() -> Response:
    """The whole trail as JSON lines, to be kept elsewhere. That it was taken is an event itself."""
    audit.record("exported the audit trail", actor=actor(), now=now())
    lines = "\n".join(audit.export()) + "\n"
    response = Response(lines, mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response
