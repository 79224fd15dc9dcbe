"""Receiving what is decided in the reading pane: a mark withheld, shown or taken off, here or everywhere; new marks."""

import re
import uuid
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Permission
from sar_service.domain.redaction import Treatment
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import people, reading, redaction_mark, units

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, identity, line, number, one_of, version, words
from .reading import read_item

DEEDS = (Treatment.WITHHOLD.value, Treatment.SHOW.value, "remove")
AROUND = 40  # letters shown on either side of a place that is offered
OFFERED = 50


def _back(case: Case, home: uuid.UUID, anchor: str) -> Response:
    page, only = request.form.get("page", ""), request.form.get("only", "")
    kept: dict[str, Any] = {"page": page} if re.fullmatch(r"\d{1,5}", page) else {}
    if only == "undecided":
        kept["only"] = only
    return redirect(url_for("staff.read_item", reference=case.reference, home=home, _anchor=anchor, **kept))


@blueprint.post("/cases/<reference>/reading/<uuid:home>/marks/<uuid:mark>")
@allow(Permission.DECIDE)
@again(read_item, stands=conflict.mark)
def decide_mark(reference: str, home: uuid.UUID, mark: uuid.UUID) -> Response:
    """Decide one mark; or everywhere: its person, or the same words where nobody is known."""
    case, actor, now = frame.find(reference), access.actor(), access.now()
    row = redaction_mark.get_mark(case, mark)
    cases.check_version(row, version())
    deed = one_of("do", DEEDS, _("Choose whether to withhold or show this."))
    code, why = line("code", longest=20), words("reason", longest=2000)
    if deed == "remove":
        redaction_mark.remove_mark(case, row, actor=actor, now=now)
        return _back(case, home, "main-content")
    if request.form.get("everywhere") != "yes":
        redaction_mark.decide_marks(case, [row], treatment=deed, code=code, reason=why, actor=actor, now=now)
    elif row.person_id is not None:
        person = people.get(case, row.person_id)
        redaction_mark.decide_person(
            case, person, treatment=deed, code=code, reason=why, version=number("person_version"), actor=actor, now=now
        )
    else:
        marks = redaction_mark.same_words(case, row.text_digest)
        redaction_mark.decide_marks(case, marks, treatment=deed, code=code, reason=why, actor=actor, now=now)
        flash(_("Decided in %(count)s places.", count=len(marks)))
    return _back(case, home, f"mark-row-{mark}")


@blueprint.post("/cases/<reference>/reading/<uuid:home>/marks")
@allow(Permission.DECIDE)
@again(read_item)
def add_mark(reference: str, home: uuid.UUID) -> Response:
    """Withhold a passage that was selected in the text, or whose exact words were typed."""
    case = frame.find(reference)
    item = reading.open_item(case, home)
    unit, start, end = _place(item)
    person = line("person")
    made = redaction_mark.add_mark(
        case,
        home,
        unit,
        start,
        end,
        person=people.get(case, identity(person, _("Choose whose data this is."))) if person else None,
        code=line("code", longest=20),
        reason=words("reason", longest=2000),
        everywhere=request.form.get("everywhere") == "yes",
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Withheld in %(count)s places.", count=len(made)))
    return _back(case, home, f"mark-row-{made[0].id}")


def _place(item: units.Item) -> tuple[int, int, int]:
    """Which words are meant: a selection, a place chosen from those offered, or the only place of what was typed."""
    typed = line("words", longest=2000)
    texts = {unit.number: unit.text for unit in item.units}
    chosen = request.form.get("place") or ":".join(request.form.get(name, "") for name in ("unit", "start", "end"))
    if re.fullmatch(r"\d{1,6}:\d{1,9}:\d{1,9}", chosen):
        unit, start, end = (int(part) for part in chosen.split(":"))
        if unit not in texts or (typed and " ".join(texts[unit][start:end].split()).casefold() != typed.casefold()):
            raise InvalidInput(
                _("The text has changed, or these words stand elsewhere. Select them again."), field="words"
            )
        return unit, start, end
    if not typed:
        raise InvalidInput(_("Select words in the text, or type them exactly."), field="words")
    found = list(redaction_mark.occurrences(item, typed))
    if not found:
        raise InvalidInput(
            _("These words do not stand in this item. Type them exactly as they are written."), field="words"
        )
    if len(found) == 1 or request.form.get("everywhere") == "yes":
        return found[0]
    g.offers = [(f"{unit}:{start}:{end}", _around(texts[unit], start, end)) for unit, start, end in found[:OFFERED]]
    raise InvalidInput(
        _("These words stand in %(count)s places here. Choose which, or tick everywhere.", count=len(found)),
        field="words",
    )


def _around(text: str, start: int, end: int) -> str:
    """Some words with a little of what stands on either side of them."""
    return f"…{text[max(0, start - AROUND) : start]}[{text[start:end]}]{text[end : end + AROUND]}…"
