"""The audit trail: looking through it, checking that it is whole, and taking a copy away."""

import re
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sar_service.domain.permission import Permission
from sar_service.services import audit, team

from ..access import actor, allow, now
from ..fields import clean_line
from . import blueprint

PAGE = 100
OBJECTS = {
    "record": _l("a record"),
    "document": _l("a file"),
    "person": _l("a person of the register"),
    "letter": _l("a letter"),
    "pack": _l("a pack"),
    "member": _l("a member of staff"),
}


@blueprint.get("/audit")
@allow(Permission.READ_AUDIT)
def trail() -> Any:
    """The newest events, or those of one case, person or kind."""
    reference = clean_line(request.args.get("reference", ""))[:60]
    verb = clean_line(request.args.get("verb", ""))[:60]
    asked = request.args.get("page", "1")
    page = int(asked) if re.fullmatch(r"[1-9]\d{0,5}", asked) else 1
    people = team.members(controllers=actor().controllers)
    names = {f"staff:{member.id}": member.name for member in people}
    who = request.args.get("who", "")
    who = who if f"staff:{who}" in names else ""
    events, more = audit.look(actor=actor(), reference=reference, verb=verb, who=who, page=page, size=PAGE)
    references = audit.references(events)
    shown = [
        {
            "row": event,
            "who": names.get(event.actor) or _who(event.actor),
            "case": references.get(event.case_id, "") if event.case_id else "",
            "object": OBJECTS.get(event.object.partition(":")[0], ""),
            "detail": [(key.replace("_", " "), _told(value)) for key, value in event.detail.items()],
        }
        for event in events
    ]
    return render_template(
        "managers/trail.html",
        shown=shown,
        more=more,
        page=page,
        reference=reference,
        verb=verb,
        who=who,
        people=[(str(member.id), member.name) for member in people],
        opens=actor().may(Permission.SEE_CASES),
    )


def _who(label: str) -> str:
    kind = label.partition(":")[0]
    words = {"requester": _("the requester"), "public": _("a member of the public"), "service": _("the service")}
    return words.get(kind) or (_("somebody who has left") if kind == "staff" else label)


def _told(value: Any) -> str:
    """A detail of an event as a reader takes it: a list of identifiers as its length."""
    if isinstance(value, list):
        return str(len(value))
    return str(value).replace("_", " ")


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
    lines = "\n".join(audit.export(actor=actor())) + "\n"
    response = Response(lines, mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response
