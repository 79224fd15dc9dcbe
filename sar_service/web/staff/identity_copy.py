"""Copies of identity documents: a scan is added, one is looked at as pictures that we drew, kept for longer, destroyed.

The file itself is never handed out: nothing of it stays on anybody's computer.
"""

import uuid

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.permission import Permission
from sar_service.services import audit, identity_copy, sealing

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, day, line, reason
from .identity import back, identity_page


@blueprint.post("/cases/<reference>/identity/copies")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def add_copy(reference: str) -> Response:
    """Add a scan or a picture of a document that came on paper."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise InvalidInput(_("Choose the file of the scan or picture."), field="file")
    identity_copy.take(
        frame.find(reference),
        given.stream,
        name=given.filename,
        what=line("what", longest=120),
        actor=access.actor(),
        now=access.now(),
    )
    return back(reference, _("The copy is here until it was checked, or its day has come."))


@blueprint.get("/cases/<reference>/identity/copies/<uuid:copy>")
@allow(Permission.SETTLE_IDENTITY)
def copy_page(reference: str, copy: uuid.UUID) -> str:
    """A copy, page by page, with what can be done with it."""
    case = frame.find(reference)
    row = identity_copy.of(case, copy)
    return frame.page(
        "identity_copy",
        case,
        tab="identity",
        viewed="a copy of evidence",
        of=row,
        copy=row,
        about=sealing.unseal(row),
        sender=frame.who(row.sent_by, frame.staff_names()),
    )


@blueprint.get("/cases/<reference>/identity/copies/<uuid:copy>/pages/<int:number>")
@allow(Permission.SETTLE_IDENTITY)
def copy_picture(reference: str, copy: uuid.UUID, number: int) -> FlaskResponse:
    """A page of a copy as a picture that we drew."""
    case = frame.find(reference)
    row = identity_copy.of(case, copy)
    if not 1 <= number <= row.pages:
        raise NotFound(_("There is no such page."))
    audit.viewed("a copy's picture", actor=access.actor(), now=access.now(), case=case, of=row, page=number)
    return FlaskResponse(identity_copy.page_picture(case, row, number), mimetype="image/png")


@blueprint.post("/cases/<reference>/identity/copies/<uuid:copy>/destroyed")
@allow(Permission.SETTLE_IDENTITY)
@again(copy_page)
def destroy_copy(reference: str, copy: uuid.UUID) -> Response:
    """Destroy a copy now."""
    case = frame.find(reference)
    gone = identity_copy.destroy(case, identity_copy.of(case, copy), actor=access.actor(), now=access.now())
    return back(reference, _("The copy is destroyed.") if gone else identity_copy.NOT_GONE)


@blueprint.post("/cases/<reference>/identity/copies/<uuid:copy>/kept")
@allow(Permission.SETTLE_IDENTITY)
@again(copy_page)
def keep_copy(reference: str, copy: uuid.UUID) -> Response:
    """Keep a copy for longer, for a reason."""
    case = frame.find(reference)
    identity_copy.keep(
        case,
        identity_copy.of(case, copy),
        until=day("until"),
        reason=reason(),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("It is kept until then, and the reason with your name."))
    return redirect(url_for("staff.copy_page", reference=reference, copy=copy))
