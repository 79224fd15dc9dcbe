"""Reading what a form of the staff pages sent, and showing a page again with what was wrong and what was typed.

The inputs are drawn by `templates/staff/pieces.html`. Nothing here knows a case.
"""

import inspect
import re
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from sar_service.db import db, reading_only
from sar_service.domain.errors import InvalidInput, StaleWrite, WrongState

from .. import labels
from ..fields import clean_line, clean_text
from . import blueprint

OF_ANY = re.compile(r"Give the reason\.|Enter a date|This (may|date|day) ")  # messages that do not say which input


@dataclass(frozen=True)
class Failing:
    """What was wrong with the form that was just sent: its id, the input to blame, and the sentence."""

    form: str
    field: str
    message: str

    @property
    def href(self) -> str:
        """Where the error summary leads: the input if it can take the focus, else its form."""
        seen = self.form and self.field and self.field in request.form and self.field not in ("start", "end", "version")
        if seen:
            return f"#{self.form}-{self.field}"
        return f"#{self.form}" if self.form else "#main-content"


def again(
    page: Callable[..., Any], *, stands: Callable[..., Any] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Show `page` again, as things stand now, if the form cannot be taken; nothing is changed and what was typed stays.

    Answers 400 for what cannot be used, and 409 where the case has moved on or somebody else was quicker. Then `stands`
    says what was entered and what stands now: see `conflict.py`.
    """
    wanted = set(inspect.signature(page).parameters)

    def around(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answered(**parts: Any) -> Any:
            try:
                return view(**parts)
            except (InvalidInput, WrongState, StaleWrite) as error:
                if isinstance(error, StaleWrite):
                    g.stale = (error, stands, parts)
                return _shown(page, {name: parts[name] for name in wanted & set(parts)}, error)

        return answered

    return around


def _shown(page: Callable[..., Any], parts: dict[str, Any], error: Exception) -> Any:
    db.session.rollback()
    reading_only.set(True)
    field = getattr(error, "field", None) or ""
    invalid = isinstance(error, InvalidInput)
    name = request.form.get("form", "")
    name = name if invalid and re.fullmatch(r"[A-Za-z][\w-]{0,80}", name) else ""
    g.failing = Failing(name, field if invalid else "", _about(name, field, str(error)))
    return _led_right(page(**parts)), 400 if invalid else 409


def _about(form: str, field: str, message: str) -> str:
    """A message that fits every day or every reason, with the question that it is about: a page asks several."""
    asked = labels.label(form, field) if form and OF_ANY.match(message) else ""
    if not asked or asked.casefold() in message.casefold():
        return message
    return f"{asked} {message}" if asked.endswith("?") else f"{asked}: {message}"


def _led_right(shown: Any) -> Any:
    """The page, its error summary leading to the form where the input to blame is one that nobody sees."""
    found = failing()
    if not isinstance(shown, str) or found is None or f'id="{found.href[1:]}"' in shown:
        return shown
    known = found.form and f'id="{found.form}"' in shown
    return shown.replace(f'href="{found.href}"', f'href="#{found.form if known else "main-content"}"')


@blueprint.app_template_global("failing")
def failing() -> Failing | None:
    """What was wrong with the form just sent, or None."""
    found: Failing | None = getattr(g, "failing", None)
    return found


@blueprint.app_template_global("problem")
def problem(form: str, field: str) -> str:
    """The message that belongs to an input, or nothing."""
    found = failing()
    return found.message if found is not None and (found.form, found.field) == (form, field) else ""


def keep_typed() -> None:
    """Show the page with what was typed although nothing was wrong: the form was only tried out. Nothing is changed."""
    db.session.rollback()
    reading_only.set(True)
    g.trying = True


@blueprint.app_template_global("typed")
def typed(form: str, field: str, before: Any = "") -> Any:
    """What was typed into an input of the form just sent in vain, or tried out; otherwise what stood there before."""
    if (failing() is not None or g.get("trying")) and request.form.get("form") == form and field in request.form:
        return request.form[field]
    return before


def words(name: str, *, longest: int = 4000) -> str:
    """Text of several lines. Raises InvalidInput if it is too long."""
    text = clean_text(request.form.get(name, ""))
    if len(text) > longest:
        raise InvalidInput(_("This may have at most %(count)s characters.", count=longest), field=name)
    return text


def in_welsh(*names: str) -> dict[str, str]:
    """What was said in Welsh as well, for a letter, by the names of what was said. Raises InvalidInput if too long."""
    return {name: words(f"{name}_welsh", longest=4000) for name in names}


def line(name: str, *, longest: int = 300) -> str:
    """One line of text. Raises InvalidInput if it is too long."""
    text = clean_line(request.form.get(name, ""))
    if len(text) > longest:
        raise InvalidInput(_("This may have at most %(count)s characters.", count=longest), field=name)
    return text


def reason(name: str = "reason") -> str:
    """A reason, which has to be given."""
    text = words(name, longest=2000)
    if not text:
        raise InvalidInput(_("Give the reason."), field=name)
    return text


def one_of(name: str, values: Collection[str], message: str) -> str:
    """One of the values offered. Raises InvalidInput with `message` for anything else."""
    value = request.form.get(name, "")
    if value not in values:
        raise InvalidInput(message, field=name)
    return value


def day(name: str) -> date:
    """A date as the browser's date input sends it, or as people type one. Raises InvalidInput."""
    text = clean_line(request.form.get(name, ""))
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        parts = re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", text)
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        pass
    raise InvalidInput(_("Enter a date, like 27/3/2026."), field=name)


def number(name: str) -> int:
    """A whole number that a form carries. Raises InvalidInput."""
    text = request.form.get(name, "")
    if not re.fullmatch(r"\d{1,9}", text):
        raise InvalidInput(_("This form is not complete. Load the page again and send it once more."), field=name)
    return int(text)


def version() -> int:
    """The version of what the form was drawn from."""
    return number("version")


def identity(text: str, message: str = "") -> uuid.UUID:
    """An id that a form or an address carries. Raises InvalidInput."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InvalidInput(message or _("Choose one from the list.")) from error


def identities(name: str, message: str) -> list[uuid.UUID]:
    """The ids of what was ticked; at least one."""
    found = [identity(text, message) for text in dict.fromkeys(request.form.getlist(name))]
    if not found:
        raise InvalidInput(message, field=name)
    return found
