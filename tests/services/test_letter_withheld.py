"""A letter tells nothing that the pack may not: no withheld name, and no address of somebody who must not be found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.errors import InvalidInput
from sar_service.domain.people import Standing
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter, PersonRow
from sar_service.services import complaint, letter_draft, people, redaction_mark, sealing, units
from tests import factories
from tests.browser import Visitor

SAFE = {
    "names": ["Somebody Safe"],
    "addresses": [["9 Harbour View", "Northmoor", "NM7 1ZZ"]],
    "phones": ["07700 900555"],
}


def register(
    case: Case, told: dict[str, Any], *, standing: Standing, treatment: str = "withhold", number: int = 3
) -> None:
    row = PersonRow(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        number=number,
        standing=standing,
        origin="record",
        treatment=treatment,
        code="TP16" if treatment == "withhold" else "",
    )
    sealing.seal(row, {**people.empty(), **told})
    db.session.add(row)
    db.session.commit()


def begun(case: Case, words: str, actor: Actor, now: datetime, **more: Any) -> Letter:
    row = letter_draft.begin(case, "progress", words, actor=actor, now=now, **more)
    db.session.commit()
    return row


def goes(case: Case, row: Letter, actor: Actor, now: datetime) -> None:
    letter_draft.send(case, row, version=row.version, actor=actor, now=now)


@pytest.mark.parametrize(
    "words",
    [
        "We wait for papers from 9 Harbour View.",
        "We wait for papers from 9, Harbour\nView.",
        "We wait for papers from nm71zz.",
        "Ring 07700 900 555 about them.",
        "We ask SOMEBODY  SAFE first.",
        "Ring \u202d07700 900555\u202c about them.",  # as it is copied out of a list of contacts
        "We wait for papers.\u2028They are at 9 Harbour View.",
        "Ask them.\x0bThey are at 9 Harbour View.",
    ],
)
def test_nothing_that_leads_to_somebody_who_must_not_be_found_goes_in_a_letter(
    case: Case, officer: Actor, now: datetime, words: str
) -> None:
    register(case, SAFE, standing=Standing.PROTECTED)
    row = begun(case, words, officer, now)
    with pytest.raises(InvalidInput, match="words of Person C that are withheld") as refused:
        goes(case, row, officer, now)
    assert refused.value.field == "text" and row.state == "draft"
    assert not any(part in str(refused.value) for part in ("Harbour", "900", "Safe", "NM7"))


@pytest.mark.parametrize("field", ["subject", "text", "subject_welsh", "text_welsh"])
def test_it_is_looked_for_wherever_it_can_be_written(
    app: Any, officer: Actor, now: datetime, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.services.test_letters_welsh import council

    council(app, monkeypatch)
    case = factories.a_case(now=now, delivery={"how": "portal", "language": "cy"})
    register(case, SAFE, standing=Standing.PROTECTED)
    row = begun(case, "We read.", officer, now)
    told = sealing.unseal(row)
    parts = {name: told[name] for name in ("subject", "text")}
    parts |= {f"{name}_welsh": told["welsh"][name] for name in ("subject", "text")}
    parts[field] = f"{parts[field].strip()} 9 Harbour View"
    with pytest.raises(InvalidInput, match="withheld") as refused:
        letter_draft.save(
            case,
            row,
            subject=parts["subject"],
            text=parts["text"],
            welsh=(parts["subject_welsh"], parts["text_welsh"]),
            version=row.version,
            actor=officer,
            now=now,
        )
    assert refused.value.field == field


def test_a_name_that_is_withheld_is_not_told_and_one_that_is_shown_is(
    case: Case, officer: Actor, now: datetime
) -> None:
    register(case, {"names": ["Petronella Ashgrove"]}, standing=Standing.THIRD_PARTY)
    register(case, {"names": ["Jory Penrose"]}, standing=Standing.THIRD_PARTY, treatment="show", number=4)
    told = begun(case, "Petronella Ashgrove wrote this.", officer, now)
    with pytest.raises(InvalidInput, match="withheld"):
        goes(case, told, officer, now)
    letter_draft.drop(case, told, version=told.version, actor=officer, now=now)
    row = begun(case, "Jory Penrose wrote this.", officer, now)
    goes(case, row, officer, now)
    assert row.state == "waiting"


def test_what_came_of_a_complaint_tells_nothing_that_the_request_withholds(
    case: Case, staff: Callable[..., Actor], now: datetime
) -> None:
    register(case, SAFE, standing=Standing.PROTECTED)
    writer, sender = staff("officer"), staff("officer")
    filed = complaint.Filed(about=About.REQUEST, request=case)
    other = factories.a_case(now=now, right=Right.COMPLAINT, filed=filed)
    assert complaint.about(other) == case
    row = letter_draft.begin(
        other, complaint.OUTCOME, "We left out 9 Harbour View.", result="none", actor=writer, now=now
    )
    with pytest.raises(InvalidInput, match="withheld"):
        goes(other, row, sender, now)


def test_who_asks_is_greeted_although_the_file_of_their_child_withholds_them(
    app: Any, officer: Actor, now: datetime
) -> None:
    mother = {"name": "Kerensa Tregale", "email": "kerensa@example.org", "address": ["9 Harbour View", "NM7 1ZZ"]}
    case = factories.a_case(now=now, capacity="parent", requester=mother)
    register(case, {**SAFE, "names": ["Kerensa Tregale"]}, standing=Standing.PROTECTED)
    row = begun(case, "We have your letter from 9 Harbour View.", officer, now)
    goes(case, row, officer, now)
    assert row.state == "waiting"


def test_a_day_stops_no_letter(case: Case, officer: Actor, now: datetime) -> None:
    register(case, {"names": ["1 December 2026"]}, standing=Standing.THIRD_PARTY)
    row = begun(case, "We write again until 1 December 2026.", officer, now)
    goes(case, row, officer, now)
    assert row.state == "waiting"


def test_a_withheld_passage_is_not_told_and_an_ordinary_word_stops_no_letter(
    app: Any, sent: Any, officer: Actor, now: datetime
) -> None:
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    item, unit = next((item, unit) for item in units.items(case) for unit in item.units if "was ill" in unit.text)
    at = unit.text.index("ill with")
    mark(case, item, unit.number, at, at + 3, officer, now)
    row = begun(case, "We are sorry that you were ill.", officer, now)
    goes(case, row, officer, now)
    db.session.commit()
    mark(case, item, unit.number, at, at + 20, officer, now)
    row = begun(case, f"Somebody was {unit.text[at : at + 20]}.", officer, now)
    with pytest.raises(InvalidInput, match="holds words that are withheld"):
        goes(case, row, officer, now)


def mark(case: Case, item: Any, number: int, start: int, end: int, officer: Actor, now: datetime) -> None:
    row = redaction_mark.new_mark(case, item, number, start, end, person=None, made_by=officer.label, rule="by hand")
    redaction_mark.decide_marks(case, [row], treatment="withhold", code="TP16", actor=officer, now=now)
    db.session.commit()


def test_who_sends_it_reads_in_which_line_it_stands_and_keeps_what_they_typed(
    visit: Callable[..., Visitor], case: Case, now: datetime
) -> None:
    reference = case.reference
    register(case, SAFE, standing=Standing.PROTECTED)
    visitor = visit("officer")
    visitor.get(f"/staff/cases/{reference}/letters/new")
    visitor.send({"kind": "progress", "reason": "We read\nnine boxes at 9 Harbour View."}, form="Look at the letter")
    page = visitor.send({"do": "send"}, form="Send it")
    assert page.status_code == 400
    assert "Line 6 holds words of Person C that are withheld" in page.text and "boxes at 9 Harbour View" in page.text


def test_a_surname_that_the_council_has_too_stops_no_letter(
    app: Any, sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sar_service.extensions import KEY

    made = app.extensions[KEY]
    named = made.catalogue.controllers["northmoor"].model_copy(update={"name": "Jago Bay Council"})
    catalogue = replace(made.catalogue, controllers={**made.catalogue.controllers, "northmoor": named})
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=catalogue))
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    item, unit = next((item, unit) for item in units.items(case) for unit in item.units if "Jago" in unit.text)
    mark(case, item, unit.number, unit.text.index("Jago"), unit.text.index("Jago") + 4, officer, now)
    row = begun(case, "We read.", officer, now)
    assert "Jago Bay Council" in sealing.unseal(row)["text"]
    goes(case, row, officer, now)
    assert row.state == "waiting"


def test_a_line_left_blank_in_a_form_stops_no_letter(case: Case, officer: Actor, now: datetime) -> None:
    register(case, {"names": ["____ ____"]}, standing=Standing.THIRD_PARTY)
    row = begun(case, "We read.", officer, now)
    goes(case, row, officer, now)
    assert row.state == "waiting"
