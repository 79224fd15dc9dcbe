"""The requester changes where their answer goes. Whoever has the new contact has to be checked again first."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.domain.errors import InvalidInput
from sar_service.services import identity_change
from sar_service.services.contact import contact_of, may_change

from .. import session
from ..access import actor, allow_requester, now, portal_case
from ..fields import EmailField, PhoneField, TextareaField, errors_for
from . import blueprint


class Contact(Form):
    email = EmailField(_l("E-mail address"), hint=_l("Our messages and the codes for this page go there"))
    phone = PhoneField(_l("Telephone"))
    address = TextareaField(_l("Postal address"), hint=_l("As on an envelope, the postcode last"), longest=600, rows=4)


@blueprint.route("/contact-details", methods=["GET", "POST"])
@allow_requester
def contact_details() -> Any:
    """Change the contact: the old one is told, this session ends, and nothing is handed out until we have checked."""
    case = portal_case()
    sent = request.method == "POST"
    before = contact_of(case)
    form = Contact(request.form if sent else None, data={**before, "address": "\n".join(before["address"])})
    if sent and form.validate():
        wanted = {
            "email": form.email.data,
            "phone": form.phone.data,
            "address": [line.strip() for line in form.address.data.splitlines() if line.strip()],
        }
        try:
            if not may_change(case):
                raise InvalidInput(_("This request is over: nothing more is sent for it."), field="email")
            changed = identity_change.change_contact(case, wanted, actor=actor(), now=now())
        except InvalidInput as error:
            form.email.errors = [str(error)]
        else:
            if not changed:
                return redirect(url_for("portal.show"))
            session.rotate()  # what the old contact opened is shut
            flash(_("Your contact details were changed, and we told the old ones. Ask for a code to come in again."))
            return redirect(url_for("portal.enter"))
    page = render_template(
        "portal/contact.html",
        case=case,
        form=form,
        errors=errors_for(form),
        account={"name": case.reference, "sign_out": url_for("portal.leave")},
    )
    return page, 400 if sent else 200
