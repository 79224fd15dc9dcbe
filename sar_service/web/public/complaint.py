"""The complaint form: one short page, no account, with or without the reference of a request.

Whether there is a request with the reference that was typed shows in nothing that is answered: the page is the same,
the letter is the same, and who looks into it sees what it belongs to.
"""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask import request as asked
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.errors import NotFound
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.services import attempt, clock, complaint, intake, letter
from sar_service.services import portal as portals
from sar_service.services.letter_words import ENGLISH, WELSH, offers_welsh

from .. import session
from ..access import actor, allow_anyone, now, once, remote
from ..fields import EmailField, PhoneField, TextareaField, TextField, clean_line, errors_for
from ..fields_choice import RadiosField
from .request import EXIT, MOST_A_QUARTER_HOUR
from .request_questions import LANGUAGES, SAFE

blueprint = Blueprint("complaint", __name__, url_prefix="/complaint")

SENT = "complaint_sent"


class Told(Form):
    """What somebody who complains is asked. Where each question stands is in `SECTIONS`."""

    controller = RadiosField(_l("Which council is it about?"), required=_l("Choose a council"))
    matter = RadiosField(
        _l("What is it about?"),
        required=_l("Choose what it is about"),
        choices=[
            (Matter.ANSWER.value, _l("An answer from us: something is missing, left out or refused")),
            (Matter.DELAY.value, _l("How long we take")),
            (Matter.USE.value, _l("How we used, kept or shared information")),
            (Matter.OTHER.value, _l("Something else")),
        ],
    )
    what = TextareaField(
        _l("What is wrong?"), hint=_l("In your own words. You do not have to know the law"),
        required=_l("Tell us what is wrong"), longest=8000, rows=7,
    )  # fmt: skip
    wish = TextareaField(_l("What would put it right?"), longest=2000, rows=3)
    reference = TextField(
        _l("The reference of your request"),
        hint=_l(
            "If you asked us for something before. It looks like ABCDE-FGHJK-LMNPQ. Leave it out if you do not have it"
        ),
        longest=60,
        spellcheck=False,
        autocomplete="off",
        classes="govuk-input--width-20",
    )
    given_name = TextField(_l("First name"), longest=80, autocomplete="given-name", spellcheck=False)
    family_name = TextField(
        _l("Family name"), required=_l("Enter your family name, or the name you go by"), longest=80,
        autocomplete="family-name", spellcheck=False,
    )  # fmt: skip
    theirs = TextField(
        _l("Their name, if you complain for somebody else"), longest=160, autocomplete="off", spellcheck=False
    )
    email = EmailField(_l("E-mail address"), hint=_l("Or give a postal address below"))
    phone = PhoneField(_l("Telephone"))
    postal = TextareaField(_l("Postal address"), hint=_l("As on an envelope"), longest=600, rows=4)
    safe = RadiosField(
        _l("Is it safe to write to you there?"),
        required=_l("Choose whether it is safe to write to you"),
        choices=[(SAFE, _l("Yes, nobody else reads it")), ("careful", _l("Be careful: somebody else may see it"))],
    )
    safety_note = TextareaField(
        _l("How to reach you safely"), hint=_l("For example: only e-mail, never post; no calls after four"),
        longest=1000, rows=2,
    )  # fmt: skip
    language = RadiosField(
        _l("In which language should we write to you?"),
        required=_l("Choose the language in which we should write to you"),
        choices=LANGUAGES,
        default=ENGLISH,
    )

    def prepare(self) -> None:
        """Offer the councils there are, if there are several, and Welsh where one of them does."""
        councils = runtime().catalogue.controllers
        if not any(offers_welsh(each) for each in councils.values()):
            del self.language
        if len(councils) == 1:
            del self.controller
        else:
            self.controller.choices = [(key, each.name) for key, each in councils.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """We must be able to write to them; who says that it is not safe is asked what is."""
        good = super().validate(extra_validators)
        wrong = list(self._wrong())
        for field, message in wrong:
            field.errors = [*field.errors, message]
        return good and not wrong

    def _wrong(self) -> Iterator[tuple[Any, str]]:
        if not self.email.data and not self.postal.data and not self.email.errors:
            yield self.email, _("Enter an e-mail address or a postal address: we have to write to you")
        if self.safe.data == "careful" and not self.safety_note.data:
            yield self.safety_note, _("Tell us how we can reach you safely")
        council = runtime().catalogue.controllers.get(self.council())
        if self.wanted() == WELSH and council is not None and not offers_welsh(council):
            yield self.language, _("%(council)s writes in English only", council=council.name)

    def council(self) -> str:
        """The key of the council that it is about."""
        only = next(iter(runtime().catalogue.controllers))
        return str(self.controller.data or "") if "controller" in self else only

    def wanted(self) -> str:
        """The language that was chosen; empty where nobody was asked."""
        return str(self.language.data or "") if "language" in self else ""


SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_l("Your complaint"), ("controller", "matter", "what", "wish", "reference")),
    (_l("About you"), ("given_name", "family_name", "theirs")),
    (_l("How to reach you"), ("email", "phone", "postal", "safe", "safety_note", "language")),
)


@blueprint.route("/", methods=["GET", "POST"])
@allow_anyone
def tell() -> Any:
    """The form: shown, or sent."""
    sent = asked.method == "POST"
    form = Told(asked.form if sent else None, data={} if sent else _known())
    form.prepare()
    if sent and form.validate():
        return _send(form)
    page = render_template(
        "public/complaint.html",
        sections=[(title, [form[name] for name in names if name in form]) for title, names in SECTIONS],
        errors=errors_for(form) if sent else [],
        key=once(),
        exit_address=EXIT,
    )
    return page, 400 if sent else 200


def _known() -> dict[str, Any]:
    """The council, the reference and the language of whoever comes from their own page: they need not say it again."""
    try:
        case = portals.get(session.get("portal_case") or "")
    except (NotFound, ValueError):
        return {}
    language = WELSH if letter.wants_welsh(case) else ENGLISH
    return {"controller": case.controller, "reference": case.reference, "language": language}


def _send(form: Told) -> Any:
    attempt.check("send a complaint from", remote(), limit=MOST_A_QUARTER_HOUR, now=now())
    controller = form.council()
    meant = complaint.meant(intake.tidy_reference(form.reference.data or ""), controller=controller)
    name = " ".join(filter(None, (form.given_name.data, form.family_name.data)))
    mine = not form.theirs.data
    answer = form.matter.data == Matter.ANSWER.value
    case = intake.submit(
        intake.Request(
            controller=controller,
            right=Right.COMPLAINT,
            channel="online",
            capacity="self" if mine else "representative",
            received_on=clock.day_of(now()),
            subject={
                "given_name": form.given_name.data if mine else "",
                "family_name": form.family_name.data if mine else form.theirs.data,
                "other_names": [],
                "date_of_birth": None,
                "addresses": [],
                "postcode": "",
                "phones": [],
                "emails": [],
                "identifiers": {},
            },
            requester={
                "name": name,
                "email": form.email.data,
                "phone": form.phone.data,
                "address": [line for each in form.postal.data.splitlines() if (line := clean_line(each))],
                "relationship": "",
                "organisation": "",
                "authority": "",
                "safe": form.safe.data,
                "safety_note": form.safety_note.data,
            },
            scope={
                "what": form.what.data,
                "wish": form.wish.data,
                "about": form.reference.data,
                "services": [],
                "period": "",
            },
            delivery={
                "how": "portal" if form.email.data else "post",
                "needs": [],
                "note": "",
                "language": form.wanted(),
            },
            filed=complaint.Filed(
                kind=ComplaintKind.REVIEW if answer else ComplaintKind.COMPLAINT,
                matter=Matter(form.matter.data),
                about=About.REQUEST if meant is not None else About.UNKNOWN,
                request=meant,
            ),
        ),
        actor=actor(),
        now=now(),
    )
    attempt.count("send a complaint from", remote(), now=now())
    session.put(SENT, str(case.id))
    return redirect(url_for("complaint.submitted"))


@blueprint.get("/submitted")
@allow_anyone
def submitted() -> Any:
    """The reference and what happens next; for whoever sent it, as long as their session lasts."""
    identity = session.get(SENT)
    if not identity:
        return redirect(url_for("complaint.tell"))
    case = portals.get(identity)
    return render_template(
        "public/complaint_submitted.html",
        reference=case.reference,
        limit=complaint.acknowledgement_due(case),
        aims=clock.complaint_aims(case),
        told=portals.acknowledged_to(case),
        exit_address=EXIT,
    )
