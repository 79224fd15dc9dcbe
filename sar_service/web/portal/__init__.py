"""The requester's door: in with a reference and a code, to see where the request stands and to fetch the answer."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.domain.errors import InvalidInput
from sar_service.extensions import runtime
from sar_service.services import clock, identity_copy
from sar_service.services import portal as portals
from sar_service.services.contact import may_change

from .. import session
from ..access import allow_anyone, allow_requester, now, portal_case, remote, sign_out
from ..fields import TextField, errors_for

blueprint = Blueprint("portal", __name__, url_prefix="/portal")

ASKED = "portal_reference"


class Reference(Form):
    reference = TextField(
        _l("Your reference"),
        hint=_l("It looks like ABCDE-FGHJK-LMNPQ and is in the message we sent you"),
        required=_l("Enter your reference"),
        longest=40,
        spellcheck=False,
        classes="govuk-input--width-20",
    )


class Code(Form):
    code = TextField(
        _l("The code"),
        hint=_l("Eight digits. It lasts for 20 minutes"),
        required=_l("Enter the code"),
        longest=20,
        inputmode="numeric",
        autocomplete="one-time-code",
        spellcheck=False,
        classes="govuk-input--width-10",
    )


@blueprint.route("/enter", methods=["GET", "POST"])
@allow_anyone
def enter() -> Any:
    """Ask for the reference. The answer is the same whether there is such a request or not."""
    form = Reference(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        portals.send_code(form.reference.data, address=remote(), now=now())
        session.put(ASKED, form.reference.data)
        return redirect(url_for("portal.code"))
    status = 400 if request.method == "POST" else 200
    return render_template("portal/enter.html", form=form, errors=errors_for(form)), status


@blueprint.route("/code", methods=["GET", "POST"])
@allow_anyone
def code() -> Any:
    """Ask for the code that was sent."""
    reference = session.get(ASKED)
    if not reference:
        return redirect(url_for("portal.enter"))
    form = Code(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            case = portals.enter(reference, form.code.data, address=remote(), now=now())
        except InvalidInput as error:
            form.code.errors = [str(error)]
        else:
            session.rotate()
            session.put("portal_case", str(case.id))
            session.put("portal_contact", portals.contact_mark(case))
            session.put("portal_council", case.controller)
            return redirect(url_for("portal.show"))
    status = 400 if request.method == "POST" else 200
    return render_template("portal/code.html", form=form, errors=errors_for(form)), status


@blueprint.get("/")
@allow_requester
def show() -> Any:
    """Where the request stands, in plain words, with the dates and the reasons for them."""
    case = portal_case()
    today = clock.day_of(now())
    pack = portals.released_pack(case, today=today)
    controller = runtime().catalogue.controllers[case.controller]
    return render_template(
        "portal/show.html",
        case=case,
        stages=portals.stages(case),
        reckoning=clock.reckon(case),
        today=today,
        pack=pack,
        until=portals.last_day(case),
        over=portals.over(case, today=today),
        held=portals.held(case),
        ended=portals.ended(case),
        reopened=portals.reopened_on(case),
        under=portals.answered_under(case),
        on_its_way=portals.on_its_way(case),
        size=portals.pack_size(pack),
        letters=letter.listed(case),
        needed=identity_copy.needed(case),
        waits=identity_copy.waits(case),
        may_change=may_change(case),
        controller=controller,
        account={"name": case.reference, "sign_out": url_for("portal.leave")},
    )


@blueprint.post("/pack")
@allow_requester
def fetch() -> Any:
    """The pack itself. Only a POST fetches it, so that no scanner of links ever does."""
    case = portal_case()
    pack, chunks = portals.fetch(case, now=now())
    name = f"records-{case.reference}.pdf"
    response = Response(chunks, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(portals.pack_size(pack))
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@blueprint.post("/leave")
@allow_anyone
def leave() -> Any:
    """Sign out: the session ends here and on the server."""
    sign_out()
    return redirect(url_for("public.start"))


from . import contact, evidence, letter  # noqa: E402, F401 - the modules put their pages on the blueprint
