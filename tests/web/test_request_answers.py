"""What requesters say of themselves, of others and of their safety: asked for, kept, and shown to whoever answers."""

import html
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.models import Case
from sar_service.services import pack_release, sealing
from tests.browser import Visitor
from tests.web.test_request import MINE, fill

CAREFUL = {"email": "m@example.org", "safe": "careful", "safety_note": "Only e-mail, never the house telephone."}
THEIRS = [
    ("who", {"right": "access", "capacity": "parent", "controller": "northmoor"}),
    ("subject", {"name": "Jory Tregale", "relationship": "father", "authority": "His birth certificate names me"}),
    *MINE[1:],
]


def _with(steps: list[Any], **changed: dict[str, Any]) -> list[Any]:
    return [(name, changed.get(name, answers)) for name, answers in steps]


def _answer(visitor: Visitor, steps: list[Any]) -> Any:
    """Answer some of the questions; the page of the one that follows."""
    visitor.get("/request/who")
    for _name, answers in steps:
        visitor.send(answers)
    return visitor.last


def _sent_case(visitor: Visitor, steps: list[Any]) -> Case:
    fill(visitor, steps)
    page = visitor.send()
    assert page.request.path == "/request/submitted", page.text[:600]
    return db.session.scalars(select(Case)).one()


def test_what_was_said_about_safety_stands_on_every_page_of_the_case(
    stranger: Visitor, visit: Callable[..., Visitor]
) -> None:
    case = _sent_case(stranger, _with(MINE, contact=CAREFUL))
    officer, reference = visit("officer"), case.reference
    for tab in ("", "/identity", "/search", "/people", "/pack", "/facts"):
        page = officer.get(f"/staff/cases/{reference}{tab}")
        assert "Only e-mail, never the house telephone." in page.text, tab


def test_who_says_it_is_not_safe_is_asked_what_is(stranger: Visitor) -> None:
    _answer(stranger, MINE[:-1])
    page = stranger.send({**CAREFUL, "safety_note": ""})
    assert page.status_code == 400 and "Tell us how we can reach you safely" in page.text


def test_everything_the_form_asks_reaches_the_officer(stranger: Visitor, visit: Callable[..., Visitor]) -> None:
    how = {"how": "collection", "needs": ["large_print", "language"], "tell_us": "Polish, please; not on a Friday"}
    what = {"what": "The years at Elm Road", "services": ["care"], "period": "2009 to 2016"}
    case = _sent_case(stranger, _with(THEIRS, how=how, what=what))
    officer, reference = visit("officer"), case.reference
    text = html.unescape(officer.get(f"/staff/cases/{reference}").text)
    for said in ("Jory Tregale", "father", "For their child", "large print", "British Sign Language", "Polish, please",
                 "The years at Elm Road", "2009 to 2016", "Collected in person"):  # fmt: skip
        assert said in text, said
    assert "His birth certificate names me" in officer.get(f"/staff/cases/{reference}/identity").text


def test_the_pack_of_who_asks_for_themselves_can_be_posted_to_where_they_live(stranger: Visitor) -> None:
    case = _sent_case(stranger, _with(MINE, how={"how": "post"}))
    assert pack_release.delivery_of(case)["address"] == "4 Quarry Lane, Northmoor, NM4 2QT"


def test_the_pack_is_posted_to_who_asks_and_not_to_whom_they_ask_about(stranger: Visitor) -> None:
    _answer(stranger, _with(THEIRS[:-1], how={"how": "post"}))
    page = stranger.send({"email": "jory@example.org", "safe": "safe"})
    assert page.status_code == 400 and "Enter the address to post it to" in page.text
    stranger.send(
        {"email": "jory@example.org", "safe": "safe", "postal-line_1": "9 Harbour Row", "postal-postcode": "NM1 9ZZ"}
    )
    stranger.send()
    case = db.session.scalars(select(Case)).one()
    assert pack_release.delivery_of(case)["address"] == "9 Harbour Row, NM1 9ZZ"


@pytest.mark.parametrize(
    ("given", "family", "only", "status"),
    [
        ("Sukarno", "", [], 400),
        ("Sukarno", "", ["yes"], 200),
        ("", "Tregale", ["yes"], 400),
        ("Нино", "ჯაფარიძე", [], 200),
    ],
)
def test_one_name_is_enough_for_who_has_one(
    stranger: Visitor, given: str, family: str, only: list[str], status: int
) -> None:
    stranger.get("/request/who")
    stranger.send(MINE[0][1])
    page = stranger.send({"given_name": given, "family_name": family, "only": only})
    assert page.status_code == status


def test_somebody_with_one_name_can_send_their_request(stranger: Visitor) -> None:
    case = _sent_case(stranger, _with(MINE, names={"given_name": "Sukarno", "only": ["yes"]}))
    told = sealing.unseal(case)
    assert (told["subject"]["given_name"], told["subject"]["family_name"]) == ("Sukarno", "")
    assert told["requester"]["name"] == "Sukarno"


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("29", "2", "2015", "must be a real date"),
        ("29", "2", "2016", ""),
        ("31", "4", "2010", "must be a real date"),
        ("1", "1", "2090", "must be in the past"),
        ("1", "1", "1850", "Check the year"),
        ("1", "1", "99999999999999999999", "year"),
    ],
)
def test_a_date_of_birth_is_a_day_that_has_been(
    stranger: Visitor, day: str, month: str, year: str, message: str
) -> None:
    _answer(stranger, MINE[:2])
    page = stranger.send({"date_of_birth-day": day, "date_of_birth-month": month, "date_of_birth-year": year})
    assert (page.status_code == 400 and message in page.text) if message else page.status_code == 200


def test_the_question_says_whose_birth_is_meant(stranger: Visitor) -> None:
    assert "Their date of birth" in _answer(stranger, THEIRS[:3]).text
    assert "Your date of birth" in _answer(stranger, MINE[:2]).text


def test_what_is_sent_is_what_was_shown_whatever_another_window_did(stranger: Visitor) -> None:
    fill(stranger, MINE)
    shown = stranger.forms()[0]["fields"]
    stranger.get("/request/names?change=1")
    stranger.send({"given_name": "Somebody", "family_name": "Else"})
    answer = stranger.post("/request/check", {**shown, "csrf_token": stranger.csrf()})
    assert answer.status_code == 409
    assert "changed in another window" in answer.text and "Somebody" in answer.text
    assert db.session.scalars(select(Case)).all() == []
    assert stranger.send().request.path == "/request/submitted"


def test_answers_wait_for_who_is_called_away(
    app: Flask, stranger: Visitor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(stranger, MINE[:3])
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(hours=19))
    assert 'value="Morwenna"' in stranger.get("/request/names").text
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(hours=60))
    assert stranger.get("/request/names").request.path == "/request/who"


def test_what_was_sent_is_shown_on_a_shared_screen_for_no_longer_than_any_session(
    app: Flask, stranger: Visitor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sent_case(stranger, MINE)
    assert "morwenna@example.org" in stranger.get("/request/submitted").text
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(minutes=31))
    assert stranger.get("/request/submitted").request.path == "/"
