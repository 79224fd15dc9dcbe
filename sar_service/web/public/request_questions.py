"""The questions of the request form: one form a step, which steps are asked, and what each step is called."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.catalogue import Catalogue
from sar_service.domain.rights import Right
from sar_service.services.letter_words import offers_welsh

from ..fields import EmailField, PhoneField, TextareaField, TextField
from ..fields_choice import CheckboxesField, RadiosField
from ..fields_date import DateField
from ..fields_rows import AddressesField, AddressField, NamesField
from .request_wanted import WANTED, wanted

EARLIEST_BIRTH = date(1900, 1, 1)
SAFE = "safe"


class Question(Form):
    """A step's form: knows the draft it is asked in, and gives its answers as JSON."""

    def prepare(self, draft: Mapping[str, Any], catalogue: Catalogue) -> None:
        """Fill in what depends on earlier answers and on the council."""

    def answers(self) -> dict[str, Any]:
        return {field.name: field.data.isoformat() if isinstance(field.data, date) else field.data for field in self}


class Who(Question):
    controller = RadiosField(_l("Which council are you asking?"), required=_l("Choose a council"))
    right = RadiosField(
        _l("What do you want to do?"),
        required=_l("Choose what you want to do"),
        choices=[
            (Right.ACCESS.value, _l("See the information you hold")),
            (Right.RECTIFICATION.value, _l("Have wrong information put right")),
            (Right.ERASURE.value, _l("Have information deleted")),
            (Right.RESTRICTION.value, _l("Limit what information is used for")),
            (Right.OBJECTION.value, _l("Object to how information is used")),
            (Right.PORTABILITY.value, _l("Take information to another service")),
            (Right.AUTOMATED_DECISION.value, _l("Have a person look again at what a machine decided")),
            (Right.WITHDRAW_CONSENT.value, _l("Take back a consent that was given")),
        ],
        default=Right.ACCESS.value,
    )
    capacity = RadiosField(
        _l("Who are you asking for?"),
        required=_l("Choose who you are asking for"),
        choices=[
            ("self", _l("Myself")),
            ("parent", _l("My child, or a child I have parental responsibility for")),
            ("representative", _l("Somebody who has asked me to, such as a friend or relative")),
            ("solicitor", _l("A client: I am a solicitor")),
            ("deputy", _l("Somebody for whom I am an attorney, deputy or guardian")),
        ],
    )

    def prepare(self, draft: Mapping[str, Any], catalogue: Catalogue) -> None:
        if len(catalogue.controllers) == 1:
            del self.controller
        else:
            self.controller.choices = [(each.key, each.name) for each in catalogue.controllers.values()]


class Requester(Question):
    name = TextField(_l("Your name"), required=_l("Enter your name"), autocomplete="name", longest=120)
    organisation = TextField(_l("Your firm or organisation"), longest=120)
    relationship = TextField(
        _l("What you are to them"),
        hint=_l("For example mother, foster carer, advocate, solicitor"),
        required=_l("Enter what you are to them"),
        longest=80,
    )
    authority = TextareaField(
        _l("What shows that you may ask for them"),
        hint=_l("For example a birth certificate, a letter they signed, a court order. Do not send it yet: we tell you "
                "what we need to see"),
        longest=500, rows=3,
    )  # fmt: skip


class Names(Question):
    given_name = TextField(_l("First name"), required=_l("Enter a first name"), autocomplete="given-name", longest=80)
    middle_names = TextField(_l("Middle names"), autocomplete="additional-name", longest=120)
    family_name = TextField(
        _l("Family name"), required=_l("Enter a family name"), autocomplete="family-name", longest=80
    )
    only = CheckboxesField(
        _l("If there is only one name"), choices=[("yes", _l("There is only one name: it is the first name above"))]
    )
    other_names = NamesField(
        _l("Other names that were used"),
        hint=_l("Names at birth, before a marriage or an adoption, nicknames, other spellings"),
        row_label=_l("Other name"),
        add_label=_l("Add another name"),
        most=10,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Some people have one name; everybody else would leave the second out by mistake."""
        if self.only.data:
            self.family_name.required = ""
        return bool(super().validate(extra_validators))


class Birth(Question):
    date_of_birth = DateField(
        _l("Date of birth"),
        hint=_l("For example, 27 3 2007"),
        required=_l("Enter a date of birth"),
        earliest=EARLIEST_BIRTH,
        latest=date.today,
        too_late=_l("A date of birth must be in the past"),
        too_early=_l("Check the year"),
    )

    def prepare(self, draft: Mapping[str, Any], catalogue: Catalogue) -> None:
        self.date_of_birth.birthday = _mine(draft)
        self.date_of_birth.label.text = _("Your date of birth") if _mine(draft) else _("Their date of birth")


class Addresses(Question):
    current = AddressField(_l("Address now"), required=_l("Enter an address, or part of one"), home=True)
    earlier = AddressesField(
        _l("Earlier addresses"), row_label=_l("Earlier address"), add_label=_l("Add another address"), most=15
    )


class Identifiers(Question):
    nhs_number = TextField(_l("NHS number"), longest=20, inputmode="numeric", spellcheck=False)
    upn = TextField(_l("Unique pupil number"), longest=20, spellcheck=False)
    reference = TextField(_l("A reference number from us"), longest=40, spellcheck=False)


class What(Question):
    what = TextareaField(
        WANTED[Right.ACCESS].label,
        hint=WANTED[Right.ACCESS].hint,
        required=WANTED[Right.ACCESS].required,
        longest=4000,
    )
    services = CheckboxesField(_l("Where it may be"), hint=_l("Leave this if you do not know: we then look everywhere"))
    period = TextField(_l("From when to when"), hint=_l("For example, 2009 to 2016"), longest=120)

    def prepare(self, draft: Mapping[str, Any], catalogue: Catalogue) -> None:
        words = wanted(draft)
        self.what.label.text, self.what.hint, self.what.required = words.label, words.hint, words.required
        self.services.choices = services(draft, catalogue)


def services(draft: Mapping[str, Any], catalogue: Catalogue) -> list[tuple[str, str]]:
    """The services of the council that was chosen, by key; of all where there is but one council."""
    council = draft.get("who", {}).get("controller")
    found = catalogue.notices.values()
    return [(each.key, each.service) for each in found if council in (None, *each.controllers)]


LANGUAGES = [("en", _l("English")), ("cy", _l("Welsh (Cymraeg), with the English below it"))]


class How(Question):
    how = RadiosField(
        _l("How would you like the answer?"),
        required=_l("Choose how you would like the answer"),
        choices=[
            ("portal", _l("Download it here")),
            ("post", _l("By post")),
            ("collection", _l("Collect it, and go through it with somebody")),
        ],
        hints={"portal": _l("We send you a code by e-mail to open it")},
    )
    needs = CheckboxesField(
        _l("Is there something that would help?"),
        choices=[
            ("large_print", _l("Large print")),
            ("plain", _l("Plainer words, or somebody to explain it")),
            ("in_parts", _l("To receive it in parts")),
            ("support", _l("Somebody to support me while I read")),
            ("language", _l("Another language, or British Sign Language")),
        ],
    )
    tell_us = TextareaField(_l("Anything else about how to send it"), longest=1000, rows=3)
    language = RadiosField(
        _l("In which language should we write to you?"),
        required=_l("Choose the language in which we should write to you"),
        choices=LANGUAGES,
        default="en",
    )

    def prepare(self, draft: Mapping[str, Any], catalogue: Catalogue) -> None:
        if draft.get("who", {}).get("right", Right.ACCESS.value) not in (Right.ACCESS.value, Right.PORTABILITY.value):
            self.how.choices = [("portal", _("Read it here")), *self.how.choices[1:]]
        chosen = draft.get("who", {}).get("controller") or next(iter(catalogue.controllers))
        if chosen not in catalogue.controllers or not offers_welsh(catalogue.controllers[chosen]):
            del self.language


class Contact(Question):
    email = EmailField(
        _l("E-mail address"),
        hint=_l("We send your reference, news of your request and the code that opens it there"),
        required=_l("Enter an e-mail address, or contact us to ask in another way"),
    )
    phone = PhoneField(_l("Telephone"))
    safe = RadiosField(
        _l("Is it safe to write to you there?"),
        required=_l("Choose whether it is safe to write to you"),
        choices=[
            (SAFE, _l("Yes, nobody else reads it")),
            ("careful", _l("Be careful: somebody else may see it")),
        ],
    )
    safety_note = TextareaField(
        _l("How to reach you safely"), hint=_l("For example: only e-mail, never post; no calls after four"),
        longest=1000, rows=3,
    )  # fmt: skip
    postal = AddressField(_l("Where to post it"), required=_l("Enter the address to post it to"))

    def prepare(self, draft: Mapping[str, Any], catalogue: Catalogue) -> None:
        if draft.get("how", {}).get("how") != "post":
            del self.postal
        elif _mine(draft):
            self.postal.required = ""
            self.postal.hint = _("Leave this empty if we should post it to the address where you live now")

    def validate(self, extra_validators: Any = None) -> bool:
        """Who says that it is not safe is asked what is."""
        if self.safe.data == "careful":
            self.safety_note.required = _("Tell us how we can reach you safely")
        return bool(super().validate(extra_validators))


FORMS: Mapping[str, type[Question]] = {
    "who": Who,
    "subject": Requester,
    "names": Names,
    "birth": Birth,
    "addresses": Addresses,
    "identifiers": Identifiers,
    "what": What,
    "how": How,
    "contact": Contact,
}


def _mine(draft: Mapping[str, Any]) -> bool:
    return bool(draft.get("who", {}).get("capacity", "self") == "self")


def _either(mine: str, theirs: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda draft: str(_(mine) if _mine(draft) else _(theirs))


TITLES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "who": _either("Your request", "Your request"),
    "subject": _either("About you", "About you"),
    "names": _either("Your name", "Their name"),
    "birth": _either("Your date of birth", "Their date of birth"),
    "addresses": _either("Where you have lived", "Where they have lived"),
    "identifiers": _either("Numbers that help us find you", "Numbers that help us find them"),
    "what": lambda draft: str(wanted(draft).title),
    "how": _either("How to send it", "How to send it"),
    "contact": _either("How to reach you", "How to reach you"),
}


def steps_for(draft: Mapping[str, Any]) -> tuple[str, ...]:
    """The steps that are asked: who acts for somebody else is asked about themselves too."""
    return tuple(step for step in FORMS if step != "subject" or not _mine(draft))
