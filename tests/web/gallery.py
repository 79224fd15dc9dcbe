"""A little app that shows every page and every piece of the look with invented content, without a database.

The tests walk it with the critic; a person may run it to look. What each piece takes is at the top of its template.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader

from sar_service.web import filters
from sar_service.web.fields import EmailField, PasswordField, PhoneField, TextareaField, TextField, errors_for
from sar_service.web.fields_choice import CheckboxesField, FileField, RadiosField, SelectField
from sar_service.web.fields_date import DateField
from sar_service.web.fields_rows import AddressesField, AddressField, NamesField

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TODAY = date(2026, 11, 20)
STEPS = ("who", "subject", "names", "birth", "addresses", "identifiers", "what", "how", "contact")
PUBLIC = ("start", "about", "privacy", "cookies", "accessibility", "contact")
ERRORS = (400, 401, 403, 404, 405, 409, 413, 429, 500, 503)
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-gallery'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'self'"
)
COUNCIL = {
    "name": "Merrowdale Borough Council",
    "short_name": "Merrowdale Council",
    "address": ["Civic Hall", "Market Street", "Merrowdale", "MW1 2AB"],
    "colour": "#10484a",
    "dpo": {"email": "dpo@merrowdale.example"},
    "regulator": {"name": "the Information Commissioner’s Office", "phone": "0303 123 1113"},
    "public_contact": {
        "phone": "01632 960 140",
        "email": "records@merrowdale.example",
        "hours": "Monday to Friday, 9am to 5pm",
    },
}


class WhoForm(FlaskForm):
    who = RadiosField(
        "Who are you asking for?",
        required="Choose who you are asking for",
        choices=[("self", "Myself"), ("other", "Somebody else")],
        hints={"other": "For example your child, or somebody who has asked you to act for them"},
    )


class SubjectForm(FlaskForm):
    relation = SelectField(
        "What are you to them?",
        required="Choose what you are to them",
        choices=[("", "Choose"), ("parent", "Parent or carer"), ("solicitor", "Solicitor"), ("advocate", "Advocate")],
    )
    proof = FileField("A letter or paper that says so", hint="A photograph is enough", accept=".pdf,.jpg,.png")


class NamesForm(FlaskForm):
    given = TextField("First name", required="Enter your first name", autocomplete="given-name", spellcheck=False)
    family = TextField("Last name", required="Enter your last name", autocomplete="family-name", spellcheck=False)
    former = NamesField("Other names you have used", row_label="Other name", add_label="Add another name")


class BirthForm(FlaskForm):
    born = DateField(
        "Date of birth",
        hint="For example, 31 3 2004",
        required="Enter a date of birth",
        latest=TODAY,
        too_late="Date of birth must be in the past",
        birthday=True,
    )


class AddressesForm(FlaskForm):
    now = AddressField("Where do you live now?", required="Enter where you live now", home=True)
    before = AddressesField("Where you lived before", row_label="Earlier address", add_label="Add another address")


class IdentifiersForm(FlaskForm):
    nhs = TextField("NHS number", inputmode="numeric", classes="govuk-input--width-10")
    upn = TextField("Unique pupil number", classes="govuk-input--width-20")


class WhatForm(FlaskForm):
    areas = CheckboxesField(
        "Which records would you like?",
        required="Choose at least one",
        choices=[("care", "Social care"), ("school", "Education"), ("home", "Housing and council tax")],
    )
    words = TextareaField("Is there anything in particular?", longest=2000)


class HowForm(FlaskForm):
    way = RadiosField(
        "How would you like to get your records?",
        required="Choose how you would like to get your records",
        choices=[("online", "Download them"), ("paper", "On paper"), ("visit", "Read them with somebody")],
        divider="or",
    )


class ContactForm(FlaskForm):
    email = EmailField("Email address", required="Enter an email address")
    phone = PhoneField("Telephone number")
    code = PasswordField("A word to know you by", autocomplete="off")


FORMS: dict[str, type[FlaskForm]] = {
    "who": WhoForm,
    "subject": SubjectForm,
    "names": NamesForm,
    "birth": BirthForm,
    "addresses": AddressesForm,
    "identifiers": IdentifiersForm,
    "what": WhatForm,
    "how": HowForm,
    "contact": ContactForm,
}
TITLES = {
    "who": "Who are you asking for?",
    "subject": "The person you are asking for",
    "names": "What is your name?",
    "birth": "Date of birth",
    "addresses": "Where have you lived?",
    "identifiers": "Do you have any of these numbers?",
    "what": "What would you like to see?",
    "how": "How would you like to get your records?",
    "contact": "How can we reach you?",
}
SECTIONS = [
    {
        "title": "About you",
        "rows": [
            {"key": "Name", "value": "Tamsin Okoro-Hale", "link": "#", "of": "your name"},
            {"key": "Other names", "value": ["Tamsin Hale", "Tam Okoro"], "link": "#"},
            {"key": "Date of birth", "value": "31 March 2004", "link": "#"},
            {"key": "Lives at", "value": ["8 Tanner’s Row", "Merrowdale", "MW3 4CD"], "link": "#"},
        ],
    },
    {
        "title": "What you would like",
        "rows": [{"key": "Records", "value": "Social care, education", "link": "#"}],
    },
]


def create_gallery(*, council: dict[str, Any] | None = None) -> Flask:
    """The app, framed for `council`; every address it has is listed by `addresses`."""
    app = Flask("gallery", static_folder=str(ROOT / "sar_service" / "static"), static_url_path="/static")
    app.config |= {"SECRET_KEY": "only for the gallery", "TESTING": True}
    filters.register(app, folder=ROOT / "templates")
    app.jinja_loader = ChoiceLoader([FileSystemLoader(HERE), filters.loader(ROOT / "templates")])
    app.jinja_env.globals["once"] = lambda: "a fresh key"
    Babel(app)
    CSRFProtect(app)
    app.context_processor(lambda: _context(council or COUNCIL))
    app.after_request(_headers)
    app.add_url_rule("/theme.css", "theme", _theme)
    app.add_url_rule("/", "public.start", _public("start"))
    for name in PUBLIC[1:]:
        app.add_url_rule(f"/{name}", f"public.{name}", _public(name))
    app.add_url_rule("/request/check", "request.check", _check)
    app.add_url_rule("/request/submitted", "request.submitted", _submitted)
    app.add_url_rule("/request/<step>", "request.step", _step, methods=["GET", "POST"])
    app.add_url_rule("/error/<int:code>", "error", _error)
    app.add_url_rule("/staff/<piece>", "staff", _staff)
    return app


def addresses() -> list[str]:
    """Every page there is to look at."""
    staff = sorted(path.stem for path in (HERE / "gallery").glob("*.html"))
    return [
        "/",
        *(f"/{name}" for name in PUBLIC[1:]),
        *(f"/request/{step}" for step in STEPS),
        "/request/check",
        "/request/submitted",
        *(f"/error/{code}" for code in ERRORS),
        *(f"/staff/{name}" for name in staff),
    ]


def _context(council: dict[str, Any]) -> dict[str, Any]:
    return {
        "council": council,
        "service_name": "Your records",
        "csp_nonce": "gallery",
        "today": TODAY,
    }


def _headers(response: Any) -> Any:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _theme() -> Any:
    return ":root{--council-brand:#10484a;--council-brand-text:#ffffff}\n", 200, {"Content-Type": "text/css"}


def _public(name: str) -> Callable[[], str]:
    def view() -> str:
        dates = {"prepared": TODAY, "reviewed": TODAY, "next_review": date(2027, 11, 20), "problems": []}
        kept = [{"what": "Your request and our answer", "how_long": "3 years after we answered"}]
        return render_template(f"public/{name}.html", statement=dates, kept=kept)

    return view


def _step(step: str) -> str:
    form = FORMS[step]()
    errors = []
    if request.method == "POST":
        form.validate()
        errors = errors_for(form)
    return render_template(
        "public/step.html",
        step=step,
        title=TITLES[step],
        form=form,
        errors=errors,
        action="",
        number=STEPS.index(step) + 1,
        count=len(STEPS) + 1,
        back="/",
        key="k1",
        exit_address="https://weather.example/" if step == "contact" else "",
    )


def _check() -> str:
    return render_template(
        "public/check.html", sections=SECTIONS, errors=[], action="", back="/", number=10, count=10, key="k2"
    )


def _submitted() -> str:
    return render_template(
        "public/submitted.html",
        reference="MWD-7K3Q-9XPT-4",
        due=date(2026, 12, 21),
        acknowledged="tamsin@post.example",
        copy=True,
    )


def _error(code: int) -> str:
    return render_template(f"errors/{code}.html")


def _staff(piece: str) -> str:
    return render_template(f"gallery/{piece}.html")
