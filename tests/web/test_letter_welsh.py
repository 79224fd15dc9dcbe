"""In which language somebody wants to be written to: asked where Welsh is offered, and kept to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.rights import Right
from sar_service.extensions import KEY
from sar_service.models import Case
from sar_service.services import letter, letter_draft, sealing
from tests import factories
from tests.browser import Visitor
from tests.web.test_complaint import TOLD
from tests.web.test_request import MINE, fill
from tests.web.test_staff_log import TYPED

ASKED = "In which language"


@pytest.fixture
def offered(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Northmoor offers Welsh."""
    made = app.extensions[KEY]
    council = made.catalogue.controllers["northmoor"].model_copy(update={"languages": ("en", "cy")})
    catalogue = replace(made.catalogue, controllers={**made.catalogue.controllers, "northmoor": council})
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=catalogue))


def told(kind: str) -> Any:
    db.session.rollback()
    case = db.session.scalars(select(Case)).one()
    return sealing.unseal(next(row for row in letter.letters(case) if row.kind == kind))


def test_whoever_asks_on_the_form_is_written_to_as_they_chose(offered: None, stranger: Visitor) -> None:
    steps = [(name, {**answers, "language": "cy"} if name == "how" else answers) for name, answers in MINE]
    fill(stranger, steps)
    assert stranger.last is not None and "Welsh (Cymraeg)" in stranger.last.text
    stranger.send()
    assert "Annwyl Morwenna Tregale" in told("acknowledgement")["welsh"]["text"]


def test_whoever_complains_is_written_to_as_they_chose(offered: None, stranger: Visitor) -> None:
    page = stranger.get("/complaint/")
    assert ASKED in page.text and "Welsh (Cymraeg)" in page.text
    stranger.send({**TOLD, "language": "cy"}, form="Send the complaint")
    written = told("complaint-acknowledged")
    assert "Annwyl Morwenna Tregale" in written["welsh"]["text"] and "Dear Morwenna Tregale" in written["text"]


def test_a_complaint_that_staff_log_about_a_request_keeps_its_language(
    offered: None, visit: Callable[..., Visitor], now: datetime
) -> None:
    case = factories.a_case(now=now, delivery={"how": "portal", "language": "cy"})
    visitor = visit("officer")
    visitor.get(f"/staff/log?about={case.reference}")
    visitor.send({"channel": "phone", "what": "Half of it is missing"}, form="Log it")
    db.session.rollback()
    made = db.session.scalars(select(Case).where(Case.right == Right.COMPLAINT)).one()
    assert letter.wants_welsh(made)


def test_whoever_complains_in_english_gets_english_and_a_language_that_is_none_is_refused(
    offered: None, stranger: Visitor
) -> None:
    stranger.get("/complaint/")
    page = stranger.send({**TOLD, "language": "kw"}, form="Send the complaint")
    assert page.status_code == 400 and "Choose the language" in page.text and "Half of the letters" in page.text
    page = stranger.send({**TOLD, "language": "cy", "controller": "southmoor"}, form="Send the complaint")
    assert page.status_code == 400 and "writes in English only" in page.text
    stranger.send({**TOLD, "language": "en"}, form="Send the complaint")
    assert "welsh" not in told("complaint-acknowledged")


def test_who_complains_from_their_own_page_need_not_choose_again(
    offered: None, stranger: Visitor, now: datetime
) -> None:
    for language in ("cy", "en"):
        case = factories.a_case(now=now, delivery={"how": "portal", "language": language})
        stranger.enter_portal(case.id)
        stranger.get("/complaint/")
        form = next(each for each in stranger.forms() if "Send the complaint" in each["buttons"])
        assert form["fields"]["language"] == [language]


def test_a_logged_complaint_is_answered_in_welsh(offered: None, visit: Callable[..., Visitor]) -> None:
    officer = visit("officer")
    officer.get("/staff/log")
    officer.send({**TYPED, "rights": ["complaint"], "review": ["review"], "language": "cy"}, form="Log it")
    assert "eich cais i ni edrych eto ar ein hateb" in told("complaint-acknowledged")["welsh"]["text"]


def test_nobody_logs_welsh_for_a_council_that_does_not_offer_it(offered: None, visit: Callable[..., Visitor]) -> None:
    officer = visit("officer", controllers=["northmoor", "southmoor"])
    officer.get("/staff/log")
    page = officer.send({**TYPED, "controller": "southmoor", "language": "cy"}, form="Log it")
    assert page.status_code == 400 and "writes in English only" in page.text and "My whole file" in page.text


def test_nobody_is_asked_where_welsh_is_not_offered(stranger: Visitor, visit: Callable[..., Visitor]) -> None:
    fill(stranger, MINE)
    assert ASKED not in stranger.get("/request/how").text
    assert ASKED not in stranger.get("/complaint/").text
    assert ASKED not in visit("officer").get("/staff/log").text


def test_a_logged_request_is_answered_in_welsh_and_its_draft_shows_both_and_the_e_mail(
    offered: None, visit: Callable[..., Visitor], stranger: Visitor
) -> None:
    officer = visit("officer")
    assert ASKED in officer.get("/staff/log").text
    officer.send({**TYPED, "language": "cy"}, form="Log it")
    case = db.session.scalars(select(Case)).one()
    reference, identity = case.reference, case.id
    officer.get(f"/staff/cases/{reference}/letters/new")
    page = officer.send({"kind": "progress", "reason": "We read.", "reason_welsh": "Rydym yn darllen."}, form="Look at")
    assert "Rydym yn darllen." in page.text and "We read." in page.text
    assert "Rydym wedi ysgrifennu atoch" in page.text  # the e-mail that will go
    text = told("progress")["welsh"]["text"]
    changed = {"text_welsh": text.replace("darllen", "darllen popeth"), "do": "save"}
    page = officer.send(changed, form="Keep it")
    assert page.status_code == 200 and "Rydym yn darllen popeth." in told("progress")["welsh"]["text"]
    page = officer.send({"do": "send"}, form="Send it")
    assert page.status_code == 200 and "on its way" in page.text.lower()
    stranger.enter_portal(identity)
    row = next(each.id for each in letter.letters(db.session.get_one(Case, identity)) if each.kind == "progress")
    page = stranger.get(f"/portal/letters/{row}")
    assert '<div lang="cy">' in page.text and "Rydym yn darllen popeth." in page.text and "We read." in page.text


WELSH = {"how": "portal", "language": "cy"}
ALONE = "in Welsh alone"
ENGLISH_ONLY = "Yn Saesneg yn unig y rhoddwyd y geiriau hyn"
Typed = tuple[str, str, dict[str, str]]  # the page after the case, the kind of the letter, what is filled in
FORMS: dict[str, tuple[Typed, dict[str, tuple[str, str]]]] = {
    "part": (
        ("letters/part", "partial-disclosure", {"come_by": "2026-12-18"}),
        {
            "given": ("The social care file.", "reason"),
            "to_come": ("The paper file of 2009.", "to_come"),
            "withheld": ("What is about her aunt.", "withheld"),
        },
    ),
    "redirect": (
        ("elsewhere", "redirect-school", {"route": "school", "result": "all"}),
        {"reason": ("Quayside School, 01632 960111", "reason")},
    ),
    "other-controller": (
        (
            "elsewhere",
            "other-controller",
            {
                "route": "controller",
                "result": "all",
                "to": "Northmoor Hospitals, records@hospitals.northmoor.example",
            },
        ),
        {"reason": ("Ask for the ward of 2009.", "reason")},
    ),
    "outcome": (
        ("complaint", "outcome-complaint", {"result": "part"}),
        {"found": ("We forgot the attic.", "reason"), "done": ("We look there now.", "done")},
    ),
}


def opened(officer: Visitor, staff: Callable[..., Any], now: datetime, name: str) -> str:
    """The page of the form, open, for a case of somebody who wants Welsh."""
    right = Right.COMPLAINT if name == "outcome" else Right.ACCESS
    case = factories.a_case(now=now, delivery=dict(WELSH), right=right)
    if name == "part":
        factories.with_identity(case, actor=staff("officer"), now=now)
    path = f"/staff/cases/{case.reference}/{FORMS[name][0][0]}"
    officer.get(path)
    return path


@pytest.mark.parametrize("name", FORMS)
def test_what_staff_say_in_a_form_of_its_own_goes_into_each_language(
    offered: None, visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime, name: str
) -> None:
    (_path, kind, more), fields = FORMS[name]
    officer = visit("officer")
    opened(officer, staff, now, name)
    english = {field: words for field, (words, _key) in fields.items()}
    welsh = {f"{key}_welsh": f"Cymraeg: {key}" for _words, key in fields.values()}
    page = officer.send({**more, **english, **welsh}, form="Look at the letter")
    assert page.status_code == 200, page.text
    written = told(kind)
    for words, key in fields.values():
        assert words in written["text"] and words not in written["welsh"]["text"]
        assert f"Cymraeg: {key}" in written["welsh"]["text"] and "Cymraeg" not in written["text"]
    assert ENGLISH_ONLY not in written["welsh"]["text"]
    if "to" in more:
        assert more["to"] in written["text"] and more["to"] in written["welsh"]["text"]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_not_said_in_welsh_is_said_to_be_in_english_and_what_is_in_welsh_alone_is_refused(
    offered: None, visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime, name: str
) -> None:
    (_path, kind, more), fields = FORMS[name]
    officer = visit("officer")
    path = opened(officer, staff, now, name)
    english = {field: words for field, (words, _key) in fields.items()}
    last, key = list(fields)[-1], list(fields.values())[-1][1]
    if name != "redirect":  # where it has to be said in English anyway
        rest = {"result": "none"} if name == "outcome" else {}
        missing = {**more, **english, **rest, last: "", f"{key}_welsh": "Dim ond yn Gymraeg"}
        page = officer.send(missing, form="Look at the letter")
        assert page.status_code == 400 and ALONE in page.text and "Dim ond yn Gymraeg" in page.text
        officer.get(path)
    page = officer.send({**more, **english}, form="Look at the letter")
    assert page.status_code == 200
    assert told(kind)["welsh"]["text"].count(ENGLISH_ONLY) == len(fields)
    for words, _key in fields.values():
        assert words not in told(kind)["welsh"]["text"]


@pytest.mark.parametrize("name", FORMS)
def test_nobody_is_asked_for_welsh_words_for_a_letter_in_english(
    visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime, name: str
) -> None:
    officer = visit("officer")
    opened(officer, staff, now, name)
    assert officer.last is not None and officer.last.status_code == 200 and "_welsh" not in officer.last.text


PLACES = [
    ("", {}, "Refuse the request", "refused", "reason"),
    (
        "/facts",
        {"kind": "clarification_requested", "on": "2026-11-23", "send": "yes"},
        "Record it",
        "clarification",
        "reasons",
    ),
    ("/identity", {"what": "identity"}, "Write the letter", "identity-asked", "reason"),
]


@pytest.mark.parametrize(("path", "more", "button", "kind", "field"), PLACES, ids=[each[3] for each in PLACES])
def test_a_letter_that_begins_on_another_page_has_its_words_in_both_too(
    offered: None,
    visit: Callable[..., Visitor],
    now: datetime,
    path: str,
    more: dict[str, str],
    button: str,
    kind: str,
    field: str,
) -> None:
    officer, case = visit("manager"), factories.a_case(now=now, delivery=dict(WELSH))
    officer.get(f"/staff/cases/{case.reference}{path}")
    assert "They want to be written to in Welsh" in officer.last.text
    officer.send({**more, field: "Two people ask.", "reason_welsh": "Mae dau yn gofyn."}, form=button)
    written = told(kind)
    assert "Two people ask." in written["text"] and "Mae dau yn gofyn." in written["welsh"]["text"]
    assert ENGLISH_ONLY not in written["welsh"]["text"]


def test_welsh_for_a_letter_that_is_not_written_is_not_lost(
    offered: None, visit: Callable[..., Visitor], now: datetime
) -> None:
    officer, case = visit("manager"), factories.a_case(now=now, delivery=dict(WELSH))
    officer.get(f"/staff/cases/{case.reference}/facts")
    fields = {"kind": "clarification_requested", "on": "2026-11-23", "reasons": "Who?", "reason_welsh": "Pwy?"}
    page = officer.send(fields, form="Record it")
    assert page.status_code == 400 and "Tick that it is written now" in page.text and "Pwy?" in page.text


def test_a_name_from_the_configuration_is_no_words_to_be_translated(
    offered: None, visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime
) -> None:
    officer = visit("officer")
    opened(officer, staff, now, "other-controller")
    officer.send(FORMS["other-controller"][0][2], form="Look at the letter")
    written = told("other-controller")["welsh"]["text"]
    assert "records@hospitals.northmoor.example" in written and ENGLISH_ONLY not in written


def test_who_changes_the_welsh_second_sees_the_welsh_of_the_first(
    offered: None, visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime
) -> None:
    case = factories.a_case(now=now, delivery=dict(WELSH))
    row = letter_draft.begin(case, "progress", "We read.", actor=staff("officer"), now=now)
    db.session.commit()
    address, text = f"/staff/cases/{case.reference}/letters/{row.id}", told("progress")["welsh"]["text"]
    quick, second = visit("officer"), visit("officer")
    for visitor in (quick, second):
        visitor.get(address)
    quick.send({"text_welsh": f"{text}\nYn gyntaf.", "do": "save"}, form="Keep it")
    page = second.send({"text_welsh": f"{text}\nYn ail.", "do": "save"}, form="Keep it")
    table = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    assert page.status_code == 409 and "Yn gyntaf." in table and "Yn ail." in table
