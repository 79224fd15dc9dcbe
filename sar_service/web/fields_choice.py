"""Fields that are chosen rather than typed: radios, a select, checkboxes, a file.

What they share with every other field, and the error summary, is in `fields.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from .fields import AskedField

Choice = tuple[str, Any]  # value, label


class ChoiceField(AskedField):
    """One of `choices`, pairs of value and label; `hints` adds a line under some.

    Choices may be set on the form: `form.area.choices = [...]`.
    """

    component = "radios"
    data: Any

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        choices: Sequence[Choice] = (),
        hints: Mapping[str, Any] | None = None,
        divider: Any = "",
        inline: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.choices = list(choices)
        self.hints = dict(hints or {})
        self.divider = divider
        self.inline = inline

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0]) if valuelist else ""

    def chosen(self) -> frozenset[str]:
        """The values that are chosen now."""
        return frozenset({str(self.data)}) if self.data else frozenset()

    def check(self) -> None:
        if not self.chosen() <= {str(value) for value, _ in self.choices}:
            raise StopValidation(str(self.required or _l("Choose one of the answers listed")))

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = super().parameters(heading=heading)
        chosen = self.chosen()
        items: list[dict[str, Any]] = []
        for number, (value, label) in enumerate(self.choices):
            if self.divider and number and number == len(self.choices) - 1:
                items.append({"divider": str(self.divider)})
            item: dict[str, Any] = {
                "value": str(value),
                "text": str(label),
                "id": self.id if number == 0 else f"{self.id}-{number + 1}",
                "checked": str(value) in chosen,
            }
            if self.hints.get(value):
                item["hint"] = {"text": str(self.hints[value])}
            if reveal and value in reveal:
                item["conditional"] = {"html": reveal[value]}
            items.append(item)
        small = "govuk-radios--inline" if self.inline else ""
        found |= {"idPrefix": self.id, "items": items, "fieldset": self.legend(heading)}
        found["classes"] = " ".join(part for part in (self.classes, small) if part)
        found["attributes"] = dict(self.attributes)
        del found["value"]
        return found


class RadiosField(ChoiceField):
    """One answer out of a few, all of them in sight."""


class SelectField(ChoiceField):
    """One answer out of many; an empty first choice asks for one."""

    component = "select"

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = AskedField.parameters(self, heading=heading)
        chosen = self.chosen()
        found["items"] = [
            {"value": str(value), "text": str(label), "selected": str(value) in chosen} for value, label in self.choices
        ]
        del found["value"]
        return found


class CheckboxesField(ChoiceField):
    """Any number of the answers; data is a list of values."""

    component = "checkboxes"
    data: Any

    def process_data(self, value: Any) -> None:
        self.data = [str(item) for item in value or ()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = list(dict.fromkeys(str(value) for value in valuelist))

    def chosen(self) -> frozenset[str]:
        return frozenset(self.data or ())


class FileField(AskedField):
    """A file; data is what Werkzeug made of it (`.filename`, `.stream`), or None."""

    component = "file"

    def __init__(self, label: Any = None, validators: Any = None, *, accept: str = "", **options: Any) -> None:
        super().__init__(label, validators, **options)
        if accept:
            self.attributes["accept"] = accept

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = next((value for value in valuelist if getattr(value, "filename", "")), None)

    def _value(self) -> str:
        return ""
