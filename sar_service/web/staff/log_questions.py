"""What staff are asked as they log a request: the questions, what has to be answered, and where each stands."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.catalogue import Controller
from sar_service.domain.check_digits import nhs_valid, upn_valid
from sar_service.domain.complaint import ComplaintKind
from sar_service.domain.letter import ROUTES
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.services import clock
from sar_service.services.letter_words import WELSH, offers_welsh

from .. import access, filters
from ..fields import EmailField, PhoneField, TextareaField, TextField, clean_line
from ..fields_choice import CheckboxesField, RadiosField
from ..fields_date import DateField
from . import frame

EARLIEST_BIRTH = date(1900, 1, 1)
MOST_NAMES = 10
UNKNOWN = "unknown"
RIGHTS = "rights"
REVIEW = ComplaintKind.REVIEW.value
AT_ONCE = ("phone", "in_person")  # what comes in these ways is written down while they speak
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
        hint=_l(
            "The day it reached anybody here, a weekend included; not the day it is logged. By telephone or at the "
            "counter it may be left empty: it is today then"
        ),
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
    review = CheckboxesField(
        _l("If it is a complaint"),
        choices=[(REVIEW, _l("They want an answer looked at again (a review)"))],
        hints={REVIEW: _l("Enter the reference of the request that was answered below, if it is known")},
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
        self.only = mine[0] if len(mine) == 1 else None
        if self.only is not None:
            del self.controller
        else:
            self.controller.choices = [(each.key, each.name) for each in mine]

    def council(self) -> Controller | None:
        """Whose request it is; None where nobody chose."""
        return self.only or runtime().catalogue.controllers.get(self.controller.data or "")

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
        today = self.channel.data in AT_ONCE and not self.received_on.given()
        if today:
            self.received_on.required = ""
        good = super().validate(extra_validators)
        if today:
            self.received_on.data = frame.today()
        wrong: list[tuple[Any, str]] = []
        if not self.given_name.data and not self.answers()[2]:
            wrong.append((self.given_name, _("Enter the name of the person the request is about, or a part of it")))
        if self.capacity.data and self.capacity.data != "self" and route is None:
            if not self.name.data:
                wrong.append((self.name, _("Enter the name of the person who asks")))
            if not self.relationship.data and self.capacity.data != "solicitor":  # which says it
                wrong.append((self.relationship, _("Enter what they are to the person")))
        if route is not None and self.rights.data:
            wrong.append(
                (self.rights, _("Untick these; or log it as a request, and send a part elsewhere from its page"))
            )
        if self.review.data and Right.COMPLAINT.value not in self.rights.data:
            wrong.append((self.review, _("Tick the complaint above as well, or untick this")))
        if route is not None and ROUTES[route].worded and not self.who_answers.data:
            wrong.append((self.who_answers, _("Enter which school or organisation it is")))
        if self.safe.data == "careful" and not self.safety_note.data:
            wrong.append((self.safety_note, _("Enter how they can be reached safely, or that it has to be asked")))
        council = self.council()
        if "language" in self and self.language.data == WELSH and council is not None and not offers_welsh(council):
            wrong.append((self.language, _("%(council)s writes in English only", council=council.name)))
        if self.answers()[1] == "portal" and not self.email.data:
            wrong.append((self.email, _("Enter an e-mail address, or choose another way to give the answer")))
        if self.nhs_number.data and not nhs_valid(self.nhs_number.data):
            wrong.append((self.nhs_number, _("Check the NHS number: its last digit does not fit the others")))
        if self.upn.data and not upn_valid(self.upn.data):
            wrong.append((self.upn, _("Check the unique pupil number: its first letter does not fit")))
        born, came = self.date_of_birth.data, self.received_on.data
        if born is not None and came is not None and came < born <= frame.today():
            wrong.append((self.date_of_birth, _("This is after the day the request came. Check the two")))
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
            "controller", "kind", "who_answers", "channel", "received_on", "rights", "review", "about", "capacity",
            "what",
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


def columns(form: Logged) -> list[list[tuple[Any, list[Any]]]]:
    """The questions as they stand on the page."""
    return [[(title, [form[name] for name in names if name in form]) for title, names in each] for each in COLUMNS]
