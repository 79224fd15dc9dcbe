"""A date asked for in three inputs, which is what people manage best, and read without ever falling over.

What it shares with every other field, and the error summary, is in `fields.py`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.utils import unset_value
from wtforms.validators import StopValidation, ValidationError

from .fields import AskedField, clean_line

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DateField(AskedField):
    """A date in three inputs, `name-day`, `name-month` and `name-year`; data is a date or None.

    Takes a month as a number or a word. Whatever is posted, nothing is raised, and what was typed is shown
    again.
    `earliest` and `latest` are dates, or functions that give one when the form is checked.
    """

    component = "date"

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., None]] | None = None,
        *,
        earliest: date | Callable[[], date] | None = None,
        latest: date | Callable[[], date] | None = None,
        too_late: Any = "",
        too_early: Any = "",
        birthday: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.earliest = earliest
        self.latest = latest
        self.too_late = too_late
        self.too_early = too_early
        self.birthday = birthday
        self.wrong = "day"  # the input an error leads to

    @property
    def anchor(self) -> str:
        return f"{self.id}-{self.wrong}"

    def given(self) -> bool:
        return any(self.parts.values())

    def process_data(self, value: Any) -> None:
        """Takes a date, or its ISO text as a kept draft holds it."""
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = None
        self.data = value

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.parts = {"day": "", "month": "", "year": ""}
        if isinstance(self.data, date):
            self.parts = {part: str(getattr(self.data, part)) for part in self.parts}
        if formdata is None:
            return
        for part in self.parts:
            values = formdata.getlist(f"{self.name}-{part}")
            self.parts[part] = clean_line(str(values[0]))[:20] if values else ""
        self.data = None
        if self.given():
            try:
                self.data = self._read()
            except ValidationError as problem:
                self.process_errors.append(str(problem))

    def _read(self) -> date:
        question = self.answer_to()
        names = {"day": _l("day"), "month": _l("month"), "year": _l("year")}
        missing = [part for part, value in self.parts.items() if not value]
        if missing:
            self.wrong = missing[0]
            what = str(_l(" and ")).join(str(names[part]) for part in missing)
            raise ValidationError(str(_l("%(question)s must include a %(what)s", question=question, what=what)))
        day, month, year = (self._number(part) for part in ("day", "month", "year"))
        if year is not None and not re.fullmatch(r"\d{4}", self.parts["year"]):
            self.wrong = "year"
            raise ValidationError(str(_l("Year must include 4 numbers")))
        for part, value, most in (("day", day, 31), ("month", month, 12), ("year", year, 9999)):
            if value is None or not 1 <= value <= most:
                self.wrong = part
                raise ValidationError(str(_l("%(question)s must be a real date", question=question)))
        try:
            return date(year or 0, month or 0, day or 0)
        except ValueError:
            self.wrong = "day"
            raise ValidationError(str(_l("%(question)s must be a real date", question=question))) from None

    def _number(self, part: str) -> int | None:
        value = self.parts[part]
        if part == "month" and value[:3].casefold() in MONTHS and value.isalpha():
            return MONTHS.index(value[:3].casefold()) + 1
        return int(value) if re.fullmatch(r"[0-9]{1,4}", value) else None

    def check(self) -> None:
        question = self.answer_to()
        for limit, late in ((self.latest, True), (self.earliest, False)):
            bound = limit() if callable(limit) else limit
            if bound is None or not isinstance(self.data, date):
                continue
            if late and self.data > bound:
                self.wrong = "year"
                raise StopValidation(str(self.too_late or _l("%(question)s is too late", question=question)))
            if not late and self.data < bound:
                self.wrong = "year"
                raise StopValidation(str(self.too_early or _l("%(question)s is too early", question=question)))

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = super().parameters(heading=heading)
        labels = {"day": _l("Day"), "month": _l("Month"), "year": _l("Year")}
        items = []
        for part, value in self.parts.items():
            wide = "govuk-input--width-4" if part == "year" else "govuk-input--width-2"
            bad = " govuk-input--error" if self.errors else ""
            items.append(
                {
                    "name": part,
                    "label": str(labels[part]),
                    "id": f"{self.id}-{part}",
                    "classes": wide + bad,
                    "value": value,
                    "autocomplete": f"bday-{part}" if self.birthday else None,
                }
            )
        found |= {"namePrefix": self.name, "items": items, "fieldset": self.legend(heading), "attributes": {}}
        return found
