"""The reading pane: one record or one page of a file at a time, with its marks in the text and as a list of forms.

What a decision does is `services/redaction_mark.py`; decisions and new marks are received in `redaction_mark.py`.
"""

import uuid
from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from sar_service.domain.people import Standing
from sar_service.domain.permission import Permission
from sar_service.domain.redaction import Treatment, apply
from sar_service.models import Case, DocumentState, MarkRow, PersonRow
from sar_service.services import document, left_out, reading, sealing, units

from .. import filters
from ..access import allow
from . import blueprint, frame

KINDS = {"person": "name", "date": "date", "case_ref": "reference number"}


def state_of(mark: MarkRow, people: dict[uuid.UUID, PersonRow]) -> tuple[str, str]:
    """How a mark looks, and the code it is withheld under."""
    decided = units.fate(mark, people)
    if not decided.treatment:
        return "suggested", ""
    if decided.treatment == Treatment.WITHHOLD:
        return "withheld", decided.code
    person = people.get(mark.person_id) if mark.person_id else None
    return ("subject" if person is not None and person.standing is Standing.SUBJECT else "shown"), ""


def told_mark(mark: MarkRow, people: dict[uuid.UUID, PersonRow], names: dict[uuid.UUID, str]) -> dict[str, Any]:
    """A mark as the pane, the list and the overlay take it."""
    state, code = state_of(mark, people)
    person = people.get(mark.person_id) if mark.person_id else None
    states = {
        "suggested": _("not decided"),
        "withheld": _("withheld"),
        "shown": _("shown"),
        "subject": _("the subject"),
    }
    what = KINDS.get(mark.kind.value, mark.kind.value.replace("_", " "))
    facts = [states[state] + (f", {code}" if code else ""), what]
    if person is not None:
        facts.append(names[person.id])
        if person.standing not in units.THEIRS:
            facts.append(units.called(person))
    facts.append(_("marked by an officer") if mark.made_by else _("found by the machine"))
    return {
        "id": str(mark.id),
        "row": mark,
        "person": person,
        "start": mark.start,
        "end": mark.end,
        "unit": mark.unit,
        "state": state,
        "code": code or mark.code or (person.code if person is not None else ""),
        "words": sealing.unseal(mark)["text"],
        "says": ", ".join(facts),
        "facts": " · ".join(facts),
        "href": f"#mark-row-{mark.id}",
    }


def _unit(unit: units.Unit, marks: list[dict[str, Any]], people: Any, *, as_reader: bool) -> dict[str, Any]:
    mine = [mark for mark in marks if mark["unit"] == unit.number]
    if as_reader:
        cuts = units.removals([mark["row"] for mark in mine], people, unit.number)
        pieces = filters.segments(apply(unit.text, cuts), [])
    else:
        pieces = filters.segments(unit.text, mine)
    return {"id": unit.number, "label": unit.label, "prose": unit.prose, "segments": pieces}


def _viewer(case: Case, item: units.Item, page: int, marks: list[dict[str, Any]], address: Any) -> dict[str, Any]:
    shown = next(each for each in document.pages_of(item.row) if each.number == page)  # type: ignore[arg-type]
    boxes = []
    for mark in marks:
        if mark["unit"] != page:
            continue
        for word in shown.words:
            if word.start < mark["end"] and mark["start"] < word.end:
                boxes += [
                    {
                        "id": mark["id"],
                        "href": mark["href"],
                        "state": "shown" if mark["state"] == "subject" else mark["state"],
                        "label": f"{mark['words']} ({mark['says']})",
                        "left": box.left,
                        "top": box.top,
                        "right": box.right,
                        "bottom": box.bottom,
                    }
                    for box in word.boxes
                ]
    count = item.row.pages  # type: ignore[union-attr]
    return {
        "number": page,
        "count": count,
        "width": shown.width,
        "height": shown.height,
        "notes": shown.notes,
        "picture": url_for("staff.page_picture", reference=case.reference, file=item.row.id, number=page),
        "alt": _("Page %(page)s with %(count)s boxes; its text follows below", page=page, count=len(boxes)),
        "boxes": boxes,
        "previous": address(page=page - 1) if page > 1 else "",
        "next": address(page=page + 1) if page < count else "",
    }


def _around(places: list[reading.Place], home: uuid.UUID, *, only: bool) -> dict[str, Any]:
    """The items before and after this one, and where it stands among them."""
    at = next((n for n, place in enumerate(places) if place.row.id == home), 0)

    def look(order: list[reading.Place]) -> uuid.UUID | None:
        return next((place.row.id for place in order if place.undecided or not only), None)

    return {
        "number": at + 1,
        "count": len(places),
        "previous": look(list(reversed(places[:at]))),
        "next": look(places[at + 1 :]),
        "waiting": sum(bool(place.undecided) for place in places),
        "here": places[at] if places else None,
    }


@blueprint.get("/cases/<reference>/reading")
@allow(Permission.SEE_CASES)
def reading_page(reference: str) -> Any:
    """The first item with something to decide, or the first there is."""
    case = frame.find(reference)
    places = reading.places(case)
    readable = [place for place in places if not place.is_document or place.row.state is DocumentState.READY]  # type: ignore[union-attr]
    first = next((place for place in readable if place.undecided), next(iter(readable), None))
    if first is None:
        return frame.page("reading_none", case, tab="reading", viewed="what was found")
    wanted: dict[str, Any] = {"only": "undecided"} if first.undecided else {}
    if first.pages_undecided and first.is_document:
        wanted["page"] = first.pages_undecided[0]
    return redirect(url_for("staff.read_item", reference=case.reference, home=first.row.id, **wanted))


@blueprint.get("/cases/<reference>/reading/<uuid:home>")
@allow(Permission.SEE_CASES)
def read_item(reference: str, home: uuid.UUID) -> str:
    """One record, or one page of a file, to read and to decide on."""
    case = frame.find(reference)
    item = reading.open_item(case, home)
    people = units.people_of(case)
    names = frame.person_names(case)
    asked = request.values.get("page", "1")
    count = item.row.pages if item.is_document else 0  # type: ignore[union-attr]
    page = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1, 1), max(count, 1))
    only = request.values.get("only") == "undecided"
    as_reader = request.args.get("as") == "reader"
    marks = [told_mark(mark, people, names) for mark in units.marks_of(case, home=home).get(home, [])]
    shown = [unit for unit in item.units if not item.is_document or unit.number in (0, page)]
    here = {unit.number for unit in shown}
    listed = [mark for mark in marks if mark["unit"] in here]

    def address(**changes: Any) -> str:
        query = {"page": page if item.is_document else None, "only": "undecided" if only else None, **changes}
        kept = {key: value for key, value in query.items() if value}
        return url_for("staff.read_item", **{"reference": case.reference, "home": home, **kept})

    around = _around(reading.places(case, people=people), home, only=only)
    titles = frame.systems(case)
    parts = [titles.get(item.row.system, item.row.system), item.row.section, filters.long_date(item.row.on)]
    return frame.page(
        "reading",
        case,
        tab="reading",
        viewed="an item",
        of=item.row,
        item=item,
        title=item.told.get("title") or item.told.get("file_name") or _("No title"),
        source=" · ".join(part for part in parts if part),
        hidden=item.told.get("hidden") or [],
        units=[_unit(unit, listed, people, as_reader=as_reader) for unit in shown],
        viewer=_viewer(case, item, page, listed, address) if count and not as_reader else None,
        number=page,
        around=around,
        address=address,
        marks=listed,
        waiting=sum(mark["state"] == "suggested" for mark in listed),
        only=only,
        as_reader=as_reader,
        codes=[("", _("Choose a code")), *frame.codes(case)],
        register=[("", _("Nobody in particular"))] + [(str(key), names[key]) for key in people],
        dispositions=[("", _("Choose"))]
        + [(each.code, f"{each.code}: {each.plain}") for each in left_out.dispositions()],
        leavable=case.status in left_out.OPEN,
        offers=getattr(g, "offers", []),
    )
