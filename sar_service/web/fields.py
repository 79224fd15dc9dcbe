"""Form fields that render with the design system's markup and take any input without falling over.

Here are what all fields share, the fields that are typed into, and `errors_for` for the error summary.
Choices and files are in `fields_choice.py`, dates in `fields_date.py`, addresses and rows that can be repeated
in `fields_rows.py`. How a field is drawn is in `templates/macros/form.html`, which reads `component` and
`parameters()`. The forms themselves live beside their views.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import phonenumbers
from flask import current_app
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, Form
from wtforms.validators import StopValidation

EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,253}")


def clean_line(value: str) -> str:
    """One line as typed: composed letters, no control characters, single spaces, none at the ends."""
    return " ".join(_printable(value, keep="").split())


def clean_text(value: str) -> str:
    """Text of several lines: as `clean_line`, but line feeds and runs of spaces stay."""
    text = _printable(value.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
    return text.strip()


def _printable(value: str, *, keep: str) -> str:
    """Control, private and unassigned characters become a space; joiners of scripts that need them stay."""
    composed = unicodedata.normalize("NFC", value)
    return "".join(
        letter if letter in keep or unicodedata.category(letter) not in {"Cc", "Cs", "Co", "Cn"} else " "
        for letter in composed
    )


def errors_for(form: Form) -> list[dict[str, str]]:
    """The rows of an error summary, `{"text", "href"}`, in the order of the fields on the page.

    Each href is the id of an input that can take the focus. An error that belongs to no visible input (a form
    that expired, a rule about several fields) leads to the first one.
    """
    visible = [field for field in form if not _hidden(field)]
    first = _anchor(visible[0]) if visible else "main-content"
    rows: list[dict[str, str]] = [
        {"text": str(message), "href": f"#{first}"} for message in getattr(form, "form_errors", ())
    ]
    for field in form:
        where = first if _hidden(field) else _anchor(field)
        placed = getattr(field, "placed_errors", None)
        if placed:
            rows.extend({"text": str(message), "href": f"#{target}"} for target, message in placed)
        else:
            rows.extend({"text": str(message), "href": f"#{where}"} for message in field.errors)
    return rows


def _hidden(field: Field) -> bool:
    widget = getattr(field, "widget", None)
    return getattr(widget, "input_type", "") == "hidden" or field.type in {"HiddenField", "CSRFTokenField"}


def _anchor(field: Field) -> str:
    return str(getattr(field, "anchor", field.id))


class Drawn:
    """A WTForms widget that draws a field with `templates/macros/form.html`."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        macros: Any = current_app.jinja_env.get_template("macros/form.html").make_module({})
        return Markup(macros.field(field, **options))  # noqa: S704 - the macro escapes what it is given


class AskedField(Field):
    """What every question has: a label, a hint, whether it must be answered, and how it is asked for again.

    `required` is the message shown when nothing was given ("Enter your name"); without it the question may be
    left, and its label says "(optional)" unless `say_optional` is false. `classes` go on the input.
    """

    component = "input"
    widget = Drawn()

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        hint: Any = "",
        required: Any = "",
        say_optional: bool = True,
        classes: str = "",
        autocomplete: str = "",
        attributes: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.hint = hint
        self.required = required
        self.say_optional = say_optional
        self.classes = classes
        self.autocomplete = autocomplete
        self.attributes = dict(attributes or {})

    @property
    def anchor(self) -> str:
        """The id of the input that an error leads to."""
        return str(self.id)

    def given(self) -> bool:
        """Was anything answered?"""
        return bool(self.data)

    def pre_validate(self, form: Form) -> None:
        """Ask for what is missing; what was given goes to `check`, and then to the field's validators."""
        if self.process_errors:
            raise StopValidation
        if not self.given():
            if self.required:
                raise StopValidation(str(self.required))
            raise StopValidation
        self.check()

    def check(self) -> None:
        """Raise ValidationError if what was given cannot be used."""

    def answer_to(self) -> str:
        """What was answered, as the beginning of a message: the label, or the answer to it where it is a question."""
        text = str(self.label.text)
        return str(_l("“%(question)s”: the answer", question=text)) if text.endswith("?") else text

    def label_text(self) -> str:
        """The question, saying so where it need not be answered."""
        text = str(self.label.text)
        if self.required or not self.say_optional:
            return text
        return str(_l("%(question)s (optional)", question=text))

    def error(self) -> dict[str, str] | None:
        """The first message, as the design system's macros take it."""
        return {"text": str(self.errors[0])} if self.errors else None

    def legend(self, heading: bool) -> dict[str, Any]:
        """The question as the legend of a group of inputs."""
        return {
            "legend": {
                "text": self.label_text(),
                "classes": "govuk-fieldset__legend--l" if heading else "govuk-fieldset__legend--s",
                "isPageHeading": heading,
            }
        }

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the design system's macro for this component is called with."""
        return {
            "id": self.id,
            "name": self.name,
            "label": {
                "text": self.label_text(),
                "classes": "govuk-label--l" if heading else "govuk-label--s",
                "isPageHeading": heading,
            },
            "hint": {"text": str(self.hint)} if self.hint else None,
            "errorMessage": self.error(),
            "classes": self.classes,
            "autocomplete": self.autocomplete or None,
            "attributes": dict(self.attributes),
            "value": self._value(),
        }

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class TextField(AskedField):
    """One line of text, at most `longest` characters."""

    kind = "text"

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        longest: int = 200,
        inputmode: str = "",
        spellcheck: bool | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.longest = longest
        self.inputmode = inputmode
        self.spellcheck = spellcheck

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_line(str(valuelist[0])) if valuelist else ""

    def check(self) -> None:
        if len(self.data) > self.longest:
            message = _l("%(question)s must be %(count)s characters or fewer", **self._named(count=self.longest))
            raise StopValidation(str(message))

    def _named(self, **values: Any) -> dict[str, Any]:
        return {"question": self.answer_to(), **values}

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = super().parameters(heading=heading)
        found |= {"type": self.kind, "inputmode": self.inputmode or None, "spellcheck": self.spellcheck}
        return found


class EmailField(TextField):
    """An e-mail address: checked for its shape only, since only a message that arrives proves it."""

    kind = "email"

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options = {"longest": 320, "autocomplete": "email", "spellcheck": False, **options}
        super().__init__(label, validators, **options)

    def check(self) -> None:
        super().check()
        domain = self.data.rpartition("@")[2]
        good = EMAIL.fullmatch(self.data) and "." in domain and ".." not in self.data
        if not good or domain.startswith((".", "-")) or domain.endswith((".", "-")):
            raise StopValidation(str(_l("Enter an email address in the correct format, like name@example.com")))


class PhoneField(TextField):
    """A telephone number, kept as typed; a number without a country is a UK one."""

    kind = "tel"

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options = {"longest": 40, "autocomplete": "tel", "classes": "govuk-input--width-20", **options}
        super().__init__(label, validators, **options)

    def check(self) -> None:
        super().check()
        try:
            good = phonenumbers.is_possible_number(phonenumbers.parse(self.data, "GB"))
        except phonenumbers.NumberParseException:
            good = False
        if not good:
            raise StopValidation(str(_l("Enter a phone number, like 01632 960 001, 07700 900 982 or +44 808 157 0192")))


class PasswordField(TextField):
    """A password or a code: never sent back to the page, never shortened or tidied; pasting is allowed."""

    component = "password"

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options = {"longest": 1000, "autocomplete": "current-password", **options}
        super().__init__(label, validators, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0]) if valuelist else ""

    def _value(self) -> str:
        return ""


class TextareaField(TextField):
    """Text of several lines, with a count of what is left."""

    component = "textarea"

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        longest: int = 4000,
        rows: int = 6,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, longest=longest, **options)
        self.rows = rows

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_text(str(valuelist[0])) if valuelist else ""

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = super().parameters(heading=heading)
        limit = _l("You can enter up to %(count)s characters", count=self.longest)
        return found | {"rows": self.rows, "maxlength": self.longest, "textareaDescriptionText": str(limit)}
