"""Logging a request that came by telephone, at the counter, by letter, by e-mail or through another team.

One page, as staff have somebody waiting: what is needed is first, and nothing that was typed is ever lost. Several
rights in one message become a case each.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import Form

from sar_service.domain.check_digits import nhs_valid, upn_valid
from sar_service.domain.complaint import About
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.letter import ROUTES, Result
from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.extensions import runtime
from sar_service.models import Case, Letter
from sar_service.services import audit, clock, complaint, intake, letter_draft, link
from sar_service.services import case as cases
from sar_service.services.letter_words import offers_welsh

from .. import access, filters
from ..access import allow
from ..fields import EmailField, PhoneField, TextareaField, TextField, clean_line, errors_for
from ..fields_choice import CheckboxesField, RadiosField
from ..fields_date import DateField
from . import blueprint, frame, merge

EARLIEST_BIRTH = date(1900, 1, 1)
MOST_NAMES = 10
UNKNOWN = "unknown"
RIGHTS = "rights"
HERE = ("phone", "in_person", "letter", "email", "social_media", "other_team")


class Logged(Form):
    """What staff write down. Where each question stands is in `COLUMNS`."""

    controller = RadiosField(_l("Which council?"), required=_l("Choose a council"))
    channel = RadiosField(
        _l("How did it come?"),
        required=_l("Choose how it came"),
        choices=[(key, frame.CHANNELS[key]) for key in HERE],
        inline=True,
    )
    received_on = DateField(
        _l("On which day did it reach the council?"),
        hint=_l("The day it reached anybody here, a weekend included; not the day it is logged"),
        required=_l("Enter the day it reached the council"),
        earliest=clock.EARLIEST,
        latest=frame.today,
        too_late=_l("The day it came cannot be in the future"),
        too_early=_l("The day it came is before 2018: check the year"),
    )
    kind = RadiosField(
        _l("What is this?"),
        required=_l("Choose what this is"),
        choices=[(RIGHTS, _l("A request about personal information")), *filters.ROUTES.items()],
        hints={RIGHTS: _l("Log it as one, too, if only a part of it is for somebody else")},
        default=RIGHTS,
    )
    who_answers = TextareaField(
        _l("Which school or organisation, and how to reach it?"),
        hint=_l("Only for a school’s own record, or another organisation: it stands in the letter"),
        longest=1000,
        rows=2,
    )
    rights = CheckboxesField(
        _l("What is asked for?"),
        hint=_l("Each becomes a case of its own, with its own clock; they are linked"),
        required=_l("Choose what is asked for"),
        choices=list(frame.RIGHTS.items()),
    )
    about = TextField(
        _l("Reference of the request that it follows, or complains about"),
        hint=_l("The cases are linked. Leave it empty if there is none"),
        longest=40,
        spellcheck=False,
        autocomplete="off",
    )
    capacity = RadiosField(
        _l("Who asks?"),
        required=_l("Choose who asks"),
        choices=[(key, words) for key, words in frame.CAPACITIES.items()],
    )
    what = TextareaField(
        _l("What do they want, in their words?"), required=_l("Enter what they want"), longest=4000, rows=4
    )
    given_name = TextField(_l("First name"), longest=80)
    family_name = TextField(_l("Family name"), longest=80)
    other_names = TextField(_l("Other names"), hint=_l("Former names, nicknames; a comma between them"), longest=400)
    date_of_birth = DateField(
        _l("Date of birth"),
        earliest=EARLIEST_BIRTH,
        latest=frame.today,
        too_late=_l("A date of birth must be in the past"),
        too_early=_l("Check the year of birth"),
    )
    address = TextareaField(_l("Address now"), hint=_l("As on an envelope, the postcode last"), longest=600, rows=4)
    earlier = TextareaField(
        _l("Earlier addresses"), hint=_l("The same way, an empty line between two of them"), longest=4000, rows=4
    )
    nhs_number = TextField(_l("NHS number"), longest=20, classes="govuk-input--width-10")
    upn = TextField(_l("Unique pupil number"), longest=20, classes="govuk-input--width-10")
    reference = TextField(_l("One of our references"), longest=40, classes="govuk-input--width-10")
    name = TextField(_l("Name of the person who asks"), longest=120)
    relationship = TextField(_l("What they are to the person"), longest=80)
    organisation = TextField(_l("Firm or organisation"), longest=120)
    email = EmailField(_l("E-mail address"), hint=_l("Without one, letters are printed and posted"), autocomplete="off")
    phone = PhoneField(_l("Telephone"), autocomplete="off")
    postal = TextareaField(_l("Postal address, if another than above"), longest=600, rows=4)
    safe = RadiosField(
        _l("Is it safe to write to them there?"),
        choices=[
            ("safe", _l("Yes, they said so")),
            ("careful", _l("No: somebody else may see it")),
            (UNKNOWN, _l("Not asked yet")),
        ],
        required=_l("Choose whether it is safe to write to them"),
        default=UNKNOWN,
    )
    safety_note = TextareaField(_l("How to reach them safely"), longest=1000, rows=2)
    how = RadiosField(
        _l("How do they want the answer?"),
        required=_l("Choose how they want the answer"),
        choices=[(key, words) for key, words in frame.HOW.items()],
        default="portal",
    )
    language = RadiosField(
        _l("In which language do they want to be written to?"),
        choices=[("en", _l("English")), ("cy", _l("Welsh, with the English below it"))],
        default="en",
        inline=True,
    )

    def prepare(self, controller: str = "") -> None:
        """Offer the councils this member of staff works for (or the one whose case it is already), and Welsh."""
        theirs = {controller} if controller else access.actor().controllers
        mine = [each for key, each in runtime().catalogue.controllers.items() if key in theirs]
        if not any(offers_welsh(each) for each in mine):
            del self.language
        if not any(each.pupil_records for each in mine):
            self.rights.choices = [(key, words) for key, words in frame.RIGHTS.items() if key != Right.PUPIL_RECORD]
        if len(mine) == 1:
            del self.controller
        else:
            self.controller.choices = [(each.key, each.name) for each in mine]

    def route(self) -> Route | None:
        """Where it goes, if it is no request for us."""
        return Route(self.kind.data) if self.kind.data in set(Route) else None

    def answers(self) -> tuple[str, str, str]:
        """In what capacity they ask, how they want the answer, and the family name of the person it is about.

        Of what is only sent elsewhere less has to be said, and what was left out follows from the rest.
        """
        capacity, how, family = self.capacity.data, self.how.data, self.family_name.data
        if self.route() is not None:
            person = self.given_name.data or family
            family = family if person else self.name.data
            capacity = capacity or ("representative" if self.name.data and person else "self")
            how = "post" if how == "portal" and not self.email.data else how
        return capacity, how, family

    def validate(self, extra_validators: Any = None) -> bool:
        """The rules that go over more than one field; each error is at the field that has to be filled in."""
        route = self.route()
        if route is not None:
            for field in (self.rights, self.capacity):
                field.required, field.say_optional = "", False
        good = super().validate(extra_validators)
        wrong: list[tuple[Any, str]] = []
        if not self.given_name.data and not self.answers()[2]:
            wrong.append((self.given_name, _("Enter the name of the person the request is about, or a part of it")))
        if self.capacity.data and self.capacity.data != "self" and route is None:
            if not self.name.data:
                wrong.append((self.name, _("Enter the name of the person who asks")))
            if not self.relationship.data:
                wrong.append((self.relationship, _("Enter what they are to the person")))
        if route is not None and self.rights.data:
            wrong.append(
                (self.rights, _("Untick these; or log it as a request, and send a part elsewhere from its page"))
            )
        if route is not None and ROUTES[route].worded and not self.who_answers.data:
            wrong.append((self.who_answers, _("Enter which school or organisation it is")))
        if self.safe.data == "careful" and not self.safety_note.data:
            wrong.append((self.safety_note, _("Enter how they can be reached safely, or that it has to be asked")))
        if self.answers()[1] == "portal" and not self.email.data:
            wrong.append((self.email, _("Enter an e-mail address, or choose another way to give the answer")))
        if self.nhs_number.data and not nhs_valid(self.nhs_number.data):
            wrong.append((self.nhs_number, _("Check the NHS number: its last digit does not fit the others")))
        if self.upn.data and not upn_valid(self.upn.data):
            wrong.append((self.upn, _("Check the unique pupil number: its first letter does not fit")))
        if len(self.names()) > MOST_NAMES:
            wrong.append((self.other_names, _("Enter at most %(count)s other names", count=MOST_NAMES)))
        for field, message in wrong:
            field.errors = [*field.errors, message]
        return good and not wrong

    def names(self) -> list[str]:
        return list(dict.fromkeys(filter(None, (clean_line(each) for each in self.other_names.data.split(",")))))


COLUMNS: tuple[tuple[tuple[Any, tuple[str, ...]], ...], ...] = (
    (
        (_l("The request"), (
            "controller", "kind", "who_answers", "channel", "received_on", "rights", "about", "capacity", "what",
        )),
        (_l("Who asks, if it is somebody else"), ("name", "relationship", "organisation")),
    ),
    (
        (
            _l("The person it is about"),
            (
                "given_name", "family_name", "other_names", "date_of_birth", "address", "earlier", "nhs_number", "upn",
                "reference",
            ),
        ),
        (_l("How to reach them"), ("email", "phone", "postal", "safe", "safety_note", "how", "language")),
    ),
)  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := clean_line(each))]


def _addresses(form: Logged) -> list[list[str]]:
    """The address now and the earlier ones, each as lines."""
    blocks = form.earlier.data.replace("\r\n", "\n").split("\n\n")
    return [lines for lines in (_lines(form.address.data), *map(_lines, blocks)) if lines]


def _postcode(lines: list[str]) -> str:
    return lines[-1] if lines and any(letter.isdigit() for letter in lines[-1]) and len(lines[-1]) <= 9 else ""


def to_request(form: Logged, *, controller: str = "") -> intake.Request:
    """The request that was written down; its right is set for each case apart."""
    capacity, how, family = form.answers()
    mine = capacity == "self"
    addresses = _addresses(form)
    full = " ".join(filter(None, (form.given_name.data, family)))
    born = form.date_of_birth.data
    numbers = {key: form[key].data for key in ("nhs_number", "upn", "reference") if form[key].data}
    now = _lines(form.address.data)
    return intake.Request(
        controller=controller
        or (form.controller.data if "controller" in form else next(iter(access.actor().controllers))),
        right=Right(form.rights.data[0]) if form.rights.data else Right.ACCESS,
        channel=form.channel.data,
        capacity=capacity,
        received_on=form.received_on.data,
        subject={
            "given_name": form.given_name.data,
            "family_name": family,
            "other_names": form.names(),
            "date_of_birth": born.isoformat() if born else None,
            "addresses": addresses,
            "postcode": _postcode(now),
            "phones": [form.phone.data] if mine and form.phone.data else [],
            "emails": [form.email.data] if mine and form.email.data else [],
            "identifiers": numbers,
        },
        requester={
            "name": full if mine else form.name.data,
            "email": form.email.data,
            "phone": form.phone.data,
            "address": _lines(form.postal.data) or (now if mine else []),
            "relationship": "" if mine else form.relationship.data,
            "organisation": "" if mine else form.organisation.data,
            "authority": "",
            "safe": "" if form.safe.data == UNKNOWN else form.safe.data,
            "safety_note": form.safety_note.data,
        },
        scope={"what": form.what.data, "services": [], "period": ""},
        delivery={
            "how": how,
            "needs": [],
            "note": "",
            "language": form.language.data if "language" in form else "",
        },
    )


class Elsewhere(InvalidInput):
    """The request that this one follows cannot be linked with it."""


def _submit(form: Logged, draft: Case | None) -> list[Case]:
    """Make the cases, of a draft where there is one, and link them with the request that they follow."""
    actor, now = access.actor(), access.now()
    before = None
    if form.about.data:
        try:
            before = cases.get(intake.tidy_reference(form.about.data) or form.about.data, actor=actor)
        except NotFound as error:
            raise Elsewhere(_("There is no request with this reference that you may see. Check it.")) from error
    filed = complaint.Filed(about=About.REQUEST if before is not None else About.NONE, request=before)
    request = replace(to_request(form, controller=draft.controller if draft is not None else ""), filed=filed)
    if before is not None and before.controller != request.controller:
        raise Elsewhere(_("That request is another council’s. Requests of one council are linked only."))
    audit.lock(*(each for each in (before, draft) if each is not None))
    goes = form.route() is not None
    rights = [request.right] if goes else [Right(each) for each in form.rights.data]
    if draft is not None:
        made = intake.log_draft(draft, request, rights, acknowledge=not goes, actor=actor, now=now)
    elif goes:
        made = [intake.submit(request, acknowledge=False, actor=actor, now=now)]
    else:
        made = intake.submit_all(request, rights, actor=actor, now=now)
    if before is not None:
        for case in made:
            link.link(before, case, LinkKind.RELATED, actor=actor, now=now)
    return made


def _goes(form: Logged, case: Case, route: Route) -> Letter:
    """Begin the letter that says who answers."""
    return letter_draft.begin(
        case,
        ROUTES[route].key,
        form.who_answers.data if ROUTES[route].worded else "",
        result=Result.ALL,
        actor=access.actor(),
        now=access.now(),
    )


def _point_out(case: Case) -> None:
    """Say at once which requests look like this one, and why; what they are is said on the case's own pages."""
    found = merge.alike(case)
    if found:
        each = [f"{one['case'].reference} ({', '.join(one['reasons'])})" for one in found[:3]]
        flash(_("It may be the same person, or the same request again: %(which)s. Look below.", which="; ".join(each)))


def columns(form: Logged) -> list[list[tuple[Any, list[Any]]]]:
    """The questions as they stand on the page."""
    return [[(title, [form[name] for name in names if name in form]) for title, names in each] for each in COLUMNS]


def taken(form: Logged, draft: Case | None = None) -> tuple[Response | None, list[dict[str, str]]]:
    """Do what a form that was sent asks for, with a draft where there is one: where to go next, or what to mend."""
    if not form.validate():
        return None, errors_for(form)
    route = form.route()
    try:
        made = _submit(form, draft)
        leaves = _goes(form, made[0], route) if route is not None else None
    except Elsewhere as error:
        form.about.errors = [str(error)]
        return None, errors_for(form)
    except InvalidInput as error:
        return None, [{"text": str(error), "href": "#main-content"}]
    if leaves is not None:
        flash(_("Logged. Nothing has gone yet: look at the letter. The request goes elsewhere when you send it."))
        return redirect(url_for("staff.letter_page", reference=made[0].reference, letter_id=leaves.id)), []
    references = ", ".join(case.reference for case in made)
    flash(
        _("Logged: %(references)s.", references=references)
        if len(made) == 1
        else _("Logged as %(count)s cases: %(references)s.", count=len(made), references=references)
    )
    _point_out(made[0])
    return redirect(url_for("staff.case_page", reference=made[0].reference)), []


@blueprint.route("/log", methods=["GET", "POST"])
@allow(Permission.LOG_REQUEST)
def log() -> Any:
    """Write down a request and make a case of each right that it uses."""
    sent = request.method == "POST"
    form = Logged(
        request.form if sent else None,
        data={"received_on": frame.today(), "kind": RIGHTS, "safe": UNKNOWN, "how": "portal"},
    )
    form.prepare()
    answer, problems = taken(form) if sent else (None, [])
    if answer is not None:
        return answer
    page = render_template(
        "staff/log.html",
        form=form,
        columns=columns(form),
        errors=problems,
    )
    return page, 400 if problems else 200
