"""Fields made of several inputs: one address, and lists of names or addresses that grow by a row at a time.

Adding and removing rows works with plain buttons: `asked_for_rows` tells the view that such a button was pressed,
so that it shows the page again instead of going on. Fields with one answer are in `fields.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from .fields import AskedField, Form, clean_line

ADDRESS_PARTS = ("line_1", "line_2", "town", "county", "postcode")
LONGEST = 200
MOST_ROWS = 20

Address = dict[str, str]


def address_lines(address: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of an address as it would be written on an envelope, without the postcode."""
    return tuple(address[part] for part in ADDRESS_PARTS[:-1] if address.get(part))


def asked_for_rows(form: Form) -> bool:
    """Was the form sent with a button that adds or removes a row, and not to go on?"""
    return any(getattr(field, "changed_rows", False) for field in form)


def _address(value: Any) -> Address:
    given = value if isinstance(value, Mapping) else {}
    return {part: clean_line(str(given.get(part) or "")) for part in ADDRESS_PARTS}


def _posted_address(formdata: Any, prefix: str) -> Address:
    """What was posted for one address, by its own names; the first value where there are several."""
    return _address({part: next(iter(formdata.getlist(f"{prefix}-{part}")), "") for part in ADDRESS_PARTS})


def _address_inputs(prefix: str, address: Address, *, wrong: set[str], home: bool) -> list[dict[str, Any]]:
    labels = {
        "line_1": (_l("Address line 1"), "", "address-line1"),
        "line_2": (_l("Address line 2 (optional)"), "", "address-line2"),
        "town": (_l("Town or city"), "govuk-!-width-two-thirds", "address-level2"),
        "county": (_l("County (optional)"), "govuk-!-width-two-thirds", ""),
        "postcode": (_l("Postcode"), "govuk-input--width-10", "postal-code"),
    }
    return [
        {
            "id": f"{prefix}-{part}",
            "name": f"{prefix}-{part}",
            "label": {"text": str(label)},
            "classes": classes + (" govuk-input--error" if f"{prefix}-{part}" in wrong else ""),
            "autocomplete": complete if home and complete else None,
            "value": address[part],
            "spellcheck": False,
        }
        for part, (label, classes, complete) in labels.items()
    ]


class AddressField(AskedField):
    """One address in five inputs; data is a mapping of `ADDRESS_PARTS`, each a string.

    A line or a postcode is enough: people who moved often do not know every part, and an address abroad has
    other parts. `home` is true for the address of the person who fills the form, which the browser may know.
    """

    component = "address"
    data: Any

    def __init__(self, label: Any = None, validators: Any = None, *, home: bool = False, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.home = home
        self.placed_errors: list[tuple[str, str]] = []

    @property
    def anchor(self) -> str:
        return f"{self.id}-line_1"

    def given(self) -> bool:
        return any(self.data.values())

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.data = _address(self.data)
        if formdata is not None:
            self.data = _posted_address(formdata, self.name)

    def check(self) -> None:
        for part, value in self.data.items():
            if len(value) > LONGEST:
                message = str(_l("Each line of the address must be %(count)s characters or fewer", count=LONGEST))
                self.placed_errors = [(f"{self.id}-{part}", message)]
                raise StopValidation(message)

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = super().parameters(heading=heading)
        wrong = {target for target, _ in self.placed_errors}
        found |= {
            "inputs": _address_inputs(self.id, self.data, wrong=wrong, home=self.home),
            "fieldset": self.legend(heading),
        }
        return found


class RowsField(AskedField):
    """A list that grows: at least one row is shown, `most` are taken, empty ones are not in the data."""

    component = "rows"
    data: Any
    row = "name"

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        *,
        most: int = MOST_ROWS,
        row_label: Any = "",
        add_label: Any = "",
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.most = most
        self.row_label = row_label
        self.add_label = add_label
        self.changed_rows = False
        self.rows: list[Any] = []
        self.placed_errors: list[tuple[str, str]] = []

    def given(self) -> bool:
        return bool(self.data)

    def read_row(self, formdata: Any, number: int) -> Any:
        """What was posted for row `number`, or None if there was none."""
        raise NotImplementedError

    def is_empty(self, row: Any) -> bool:
        """Was nothing given in this row?"""
        return not row

    def empty_row(self) -> Any:
        """A new row."""
        raise NotImplementedError

    def known_row(self, value: Any) -> Any:
        """A row from data that was kept before."""
        return value

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        known = [self.known_row(value) for value in self.data or ()][: self.most]
        self.rows = known
        if formdata is not None:
            posted = (self.read_row(formdata, number) for number in range(self.most))
            self.rows = [row for row in posted if row is not None]
            self._press(formdata)
        self.data = [row for row in self.rows if not self.is_empty(row)]
        self.rows = self.rows or [self.empty_row()]

    def _press(self, formdata: Any) -> None:
        removed = formdata.get(f"{self.name}-remove", "")
        if removed.isdecimal() and removed.isascii() and len(removed) < 4 and int(removed) < len(self.rows):
            del self.rows[int(removed)]
            self.changed_rows = True
        elif formdata.get(f"{self.name}-add"):
            self.changed_rows = True
            if len(self.rows) < self.most:
                self.rows.append(self.empty_row())

    def parameters(self, *, heading: bool = False, reveal: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = super().parameters(heading=heading)
        found |= {
            "row": self.row,
            "rows": [self._row_parameters(number, row) for number, row in enumerate(self.rows)],
            "fieldset": self.legend(heading),
            "add": str(self.add_label or _l("Add another")) if len(self.rows) < self.most else "",
        }
        return found

    def _row_parameters(self, number: int, row: Any) -> dict[str, Any]:
        raise NotImplementedError


class NamesField(RowsField):
    """Several names, one a row; data is a list of strings."""

    @property
    def anchor(self) -> str:
        return f"{self.id}-0"

    def read_row(self, formdata: Any, number: int) -> str | None:
        values = formdata.getlist(f"{self.name}-{number}")
        return clean_line(str(values[0])) if values else None

    def empty_row(self) -> str:
        return ""

    def known_row(self, value: Any) -> str:
        return str(value)

    def check(self) -> None:
        message = str(_l("Each name must be %(count)s characters or fewer", count=LONGEST))
        long = [number for number, row in enumerate(self.rows) if len(row) > LONGEST]
        if long:
            self.placed_errors = [(f"{self.id}-{number}", message) for number in long]
            raise StopValidation(message)

    def _row_parameters(self, number: int, row: Any) -> dict[str, Any]:
        label = str(self.row_label or _l("Name"))
        bad = {target for target, _ in self.placed_errors}
        return {
            "legend": f"{label} {number + 1}",
            "input": {
                "id": f"{self.id}-{number}",
                "name": f"{self.name}-{number}",
                "label": {"text": f"{label} {number + 1}"},
                "value": row,
                "spellcheck": False,
                "classes": "govuk-input--error" if f"{self.id}-{number}" in bad else "",
            },
        }


class AddressesField(RowsField):
    """Several addresses, each with the years somebody lived there in words; data is a list of mappings."""

    row = "address"

    @property
    def anchor(self) -> str:
        return f"{self.id}-0-line_1"

    def read_row(self, formdata: Any, number: int) -> Address | None:
        names = [f"{self.name}-{number}-{part}" for part in (*ADDRESS_PARTS, "when")]
        if not any(name in formdata for name in names):
            return None
        when = next(iter(formdata.getlist(names[-1])), "")
        return _posted_address(formdata, f"{self.name}-{number}") | {"when": clean_line(str(when))}

    def is_empty(self, row: Any) -> bool:
        return not any(row.values())

    def empty_row(self) -> Address:
        return _address({}) | {"when": ""}

    def known_row(self, value: Any) -> Address:
        when = value.get("when", "") if isinstance(value, Mapping) else ""
        return _address(value) | {"when": clean_line(str(when or ""))}

    def check(self) -> None:
        message = str(_l("Each line of the address must be %(count)s characters or fewer", count=LONGEST))
        self.placed_errors = [
            (f"{self.id}-{number}-{part}", message)
            for number, row in enumerate(self.rows)
            for part, value in row.items()
            if len(value) > LONGEST
        ]
        if self.placed_errors:
            raise StopValidation(message)

    def _row_parameters(self, number: int, row: Any) -> dict[str, Any]:
        label = str(self.row_label or _l("Address"))
        prefix = f"{self.id}-{number}"
        wrong = {target for target, _ in self.placed_errors}
        when = {
            "id": f"{prefix}-when",
            "name": f"{prefix}-when",
            "label": {"text": str(_l("When you lived there (optional)"))},
            "hint": {"text": str(_l("For example, 2009 to 2014, or “when I was at primary school”"))},
            "value": row["when"],
        }
        return {
            "legend": f"{label} {number + 1}",
            "inputs": [*_address_inputs(prefix, row, wrong=wrong, home=False), when],
        }
