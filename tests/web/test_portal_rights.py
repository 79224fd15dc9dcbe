"""What the requester's page says is true of the right that they use, and of a request that was late already."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import clock, letter
from sar_service.web.portal.letter import CODE, NAMES
from tests import factories
from tests.browser import Visitor

DECIDED = [right for right in Right if right not in (Right.ACCESS, Right.COMPLAINT)]


@pytest.mark.parametrize("right", DECIDED)
def test_nobody_is_promised_records_who_did_not_ask_for_them(
    app: Flask, stranger: Visitor, now: datetime, staff: Any, right: Right
) -> None:
    case = factories.a_case(now=now, right=right)
    key = case.id
    stranger.enter_portal(key)
    page = stranger.get("/portal/").text
    assert "We look at what you ask for, and decide" in page and "We tell you what we did, and why" in page
    for words in ("search for your records", "download them", "your records go to you"):
        assert words not in page
    factories.with_identity(db.session.get_one(Case, key), actor=staff("officer"), now=now)
    stranger.enter_portal(key)
    assert stranger.get("/portal/").text != page  # the next stage is the present one


def test_whoever_asked_for_a_copy_still_sees_how_the_copy_is_made(app: Flask, stranger: Visitor, now: datetime) -> None:
    stranger.enter_portal(factories.a_case(now=now).id)
    page = stranger.get("/portal/").text
    assert "We search for your records" in page and "and decide" not in page


@pytest.mark.parametrize(("kind", "words"), [("identity_requested", "who you are"), ("fee_requested", "a fee")])
def test_a_request_that_was_late_already_is_not_said_to_have_a_month_to_come(
    app: Flask, stranger: Visitor, now: datetime, staff: Any, kind: str, words: str
) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 10, 1))
    key = case.id
    clock.add_fact(case, kind, date(2026, 11, 20), actor=staff("officer"), now=now)
    stranger.enter_portal(key)
    page = stranger.get("/portal/").text
    assert words in page and "should have had our answer by Monday 2 November" in page and "month begins" not in page
    clock.add_fact(
        db.session.get_one(Case, key),
        kind.replace("requested", "received" if "id" in kind else "paid"),
        date(2026, 11, 21),
        actor=staff("officer"),
        now=now,
    )
    stranger.enter_portal(key)
    assert "should have had our answer by Monday 2 November" in stranger.get("/portal/").text


def test_whoever_asked_reads_that_it_was_taken_up_again_and_not_that_we_are_late(
    app: Flask, stranger: Visitor, now: datetime, staff: Any
) -> None:
    """The day of the first answer has passed by then, and that answer was in time."""
    case = factories.a_case(now=now, right=Right.ERASURE, received_on=date(2026, 10, 1))
    key = case.id
    case.status, case.released_at, case.ended_on = Status.CLOSED, now - timedelta(days=30), date(2026, 10, 24)
    case.released_on, case.closed_at = date(2026, 10, 24), now - timedelta(days=30)
    db.session.commit()
    stranger.enter_portal(key)
    assert "again on" not in stranger.get("/portal/").text
    cases.move(
        db.session.get_one(Case, key), Action.REOPEN, actor=staff("manager"), now=now, reason="Two files were missed"
    )
    db.session.commit()
    stranger.enter_portal(key)
    page = stranger.get("/portal/").text
    assert "We look at your request again" in page and "took it up again on Monday 23 November 2026" in page
    assert "We are late" not in page and "You should have had our answer" not in page and "Two files" not in page


def test_a_complaint_that_ended_is_not_called_a_request(
    app: Flask, stranger: Visitor, now: datetime, staff: Any
) -> None:
    case = factories.a_case(now=now, right=Right.COMPLAINT)
    cases.move(case, Action.WITHDRAW, actor=staff("manager"), now=now, reason="They rang")
    stranger.enter_portal(case.id)
    page = stranger.get("/portal/").text
    assert "Your complaint was withdrawn" in page and "Your request was withdrawn" not in page


def test_where_to_complain_is_told_whatever_the_council_left_out(app: Flask, stranger: Visitor, now: datetime) -> None:
    """A council that names no regulator has one all the same; a school's record has none."""
    stranger.enter_portal(factories.a_case(now=now, controller="southmoor").id)
    assert "complain to the Information Commissioner, or ask a court" in stranger.get("/portal/").text
    stranger.enter_portal(factories.a_case(now=now, right=Right.PUPIL_RECORD, capacity="parent").id)
    page = stranger.get("/portal/").text
    assert "complain to whoever runs the school" in page and "ask a court" not in page


def test_every_kind_of_letter_has_a_name_of_its_own_for_whoever_gets_it(app: Flask) -> None:
    """One that had none was called our answer."""
    assert set(NAMES) == set(KINDS) - {CODE}
    answers = {kind for kind, name in NAMES.items() if str(name) == "Our answer to your request"}
    assert answers == {kind for kind in KINDS if kind.startswith("outcome-")} - {"outcome-complaint"}


def test_an_acknowledgement_of_several_requests_is_not_called_our_answer(
    app: Flask, stranger: Visitor, now: datetime, staff: Any
) -> None:
    first = factories.a_case(now=now)
    key = first.id
    for row in letter.letters(first):
        db.session.delete(row)
    letter.write(first, "acknowledgement-several", together=["A request"], actor=staff("officer"), now=now)
    db.session.commit()
    stranger.enter_portal(key)
    page = stranger.get("/portal/").text
    assert "We have your requests</a>" in page and "Our answer to your request" not in page


def test_whoever_asks_for_somebody_else_is_not_told_that_the_records_are_theirs(
    app: Flask, stranger: Visitor, now: datetime
) -> None:
    stranger.enter_portal(factories.a_case(now=now, capacity="representative").id)
    page = stranger.get("/portal/").text
    assert "We search for the records" in page and "your records" not in page and "Your records" not in page
