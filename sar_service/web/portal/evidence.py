"""The requester shows who they are, or that they may ask for somebody: by a copy, which does not stay."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.domain.errors import InvalidInput
from sar_service.services import identity_copy, sealing

from ..access import actor, allow_requester, now, portal_case
from ..fields import TextField, errors_for
from ..fields_choice import FileField
from . import blueprint


class Copy(Form):
    what = TextField(
        _l("What is it?"),
        hint=_l("For example: my driving licence, her birth certificate, the authority she signed"),
        required=_l("Say what it is"),
        longest=120,
    )
    file = FileField(
        _l("The picture or scan"),
        hint=_l("A JPEG, PNG or PDF of at most 10 MB. You may cover numbers that we do not need, such as a passport’s"),
        required=_l("Choose the file"),
        accept=".jpg,.jpeg,.png,.pdf,image/jpeg,image/png,application/pdf",
    )


@blueprint.route("/evidence", methods=["GET", "POST"])
@allow_requester
def evidence() -> Any:
    """Send a copy; it is destroyed once we have looked at it."""
    case = portal_case()
    sent = request.method == "POST"
    form = Copy(request.form | request.files if sent else None)
    if sent and form.validate():
        given: Any = form.file.data
        try:
            identity_copy.take(case, given.stream, name=given.filename, what=form.what.data, actor=actor(), now=now())
        except InvalidInput as error:
            form.file.errors = [str(error)]
        else:
            flash(_("We have it. We look at it, and then destroy it."))
            return redirect(url_for("portal.evidence"))
    page = render_template(
        "portal/evidence.html",
        case=case,
        form=form,
        errors=errors_for(form),
        needed=identity_copy.needed(case),
        copies=[{"row": row, **sealing.unseal(row)} for row in identity_copy.sent_by_requester(case)],
        account={"name": case.reference, "sign_out": url_for("portal.leave")},
    )
    return page, 400 if sent else 200
