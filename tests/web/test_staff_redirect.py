"""Requests that are not for the service: sent where they belong by a letter, reopened, and counted apart."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import clock, letter_draft, redirect, report, sealing, work
from tests import factories
from tests.browser import Visitor


def elsewhere(visitor: Visitor, reference: str, **data: str) -> Any:
    """Fill in the page that begins the letter."""
    visitor.get(f"/staff/cases/{reference}/elsewhere")
    return visitor.send({"result": "all", **data}, form="Look at the letter")


def case_of(reference: str) -> Case:
    return db.session.query(Case).filter_by(reference=reference).one()


@pytest.mark.parametrize(
    ("route", "more", "says"),
    [
        (Route.FOI, {}, ["Freedom of Information Act 2000", "Tuesday 22 December 2026", "foi@northmoor.example"]),
        (Route.POLICE, {}, ["Schedule 2, paragraph 2", "01632 960108", "disclosed nothing"]),
        (Route.SCHOOL, {"reason": "Quayside School, 01632 960111"}, ["15 school days", "Quayside School", "Academies"]),
        (Route.DEAD, {}, ["Access to Health Records Act 1990", "section 41", "We are sorry"]),
        (Route.MEMBER, {}, ["Schedule 1, paragraphs 23 and 24"]),
        (
            Route.CONTROLLER,
            {"to": "Northmoor Hospitals, records@hospitals.northmoor.example"},
            ["Northmoor Hospitals, records@hospitals.northmoor.example", "section 165"],
        ),
    ],
)
def test_each_route_has_its_letter_which_ends_the_case_and_can_be_taken_back(
    visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime, route: Route, more: Any, says: list[str]
) -> None:
    reference = factories.a_case(now=now).reference
    officer = visit("officer")
    page = elsewhere(officer, reference, route=route.value, **more)
    for words in says:
        assert words in page.text
    assert case_of(reference).status is Status.RECEIVED, "a draft does nothing"
    officer.send({"do": "send"}, form="Send it")
    case = case_of(reference)
    assert (case.status, case.redirected_as) == (Status.REDIRECTED, route)
    assert case.closed_at is not None
    assert (
        db.session.query(Letter).filter_by(case_id=case.id).order_by(Letter.written_at.desc()).first().state != "draft"
    )
    tasks = [what for _task, what in work.tasks(case)]
    assert [what[:15] for what in tasks] == (["Pass the reques"] if route in (Route.FOI, Route.MEMBER) else [])
    assert "Sent elsewhere" in officer.get(f"/staff/cases/{reference}").text
    manager = visit("manager")
    manager.get(f"/staff/cases/{reference}")
    manager.send({"reason": "It was for us after all."}, form="Reopen the case")
    case = case_of(reference)
    assert (case.status, case.redirected_as, case.closed_at) == (Status.RECEIVED, None, None)


def test_a_part_goes_elsewhere_and_the_case_goes_on(visit: Callable[..., Visitor], now: datetime) -> None:
    case = factories.a_case(now=now)
    reference, due = case.reference, case.due_on
    officer = visit("officer")
    page = elsewhere(officer, reference, route="foi", result="part")
    assert "We go on with the rest of your request" in page.text and "leaves the case open" in page.text
    officer.send({"do": "send"}, form="Send it")
    case = case_of(reference)
    assert (case.status, case.redirected_as, case.due_on) == (Status.RECEIVED, None, due)
    assert [what for _task, what in work.tasks(case)] == [
        "Pass the request on to Freedom of Information Team, foi@northmoor.example"
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"route": "", "result": "all"}, "Choose where it belongs"),
        ({"route": "moon", "result": "all"}, "Choose where it belongs"),
        ({"route": "foi", "result": ""}, "Say whether all of it goes elsewhere"),
        ({"route": "school", "result": "all", "reason": ""}, "Say what the letter has to say"),
        ({"route": "controller", "result": "all", "reason": ""}, "Say what the letter has to say"),
        ({"route": "controller", "result": "all", "to": "Somebody else"}, "Choose one from the list"),
        ({"route": "foi", "result": "all", "reason": "x" * 10_000}, "at most 4000"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_begun(
    visit: Callable[..., Visitor], now: datetime, data: dict[str, str], says: str
) -> None:
    reference = factories.a_case(now=now).reference
    officer = visit("officer")
    officer.get(f"/staff/cases/{reference}/elsewhere")
    page = officer.send(data, form="Look at the letter")
    assert page.status_code == 400 and says in page.text
    assert db.session.query(Letter).filter_by(kind="redirect-foi").count() == 0


def test_a_pupil_in_scotland_is_not_sent_away_by_the_council_that_runs_the_school(
    visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime
) -> None:
    reference = factories.a_case(now=now, controller="southmoor").reference
    officer = visit(staff("officer", controllers=["southmoor"]))
    page = elsewhere(officer, reference, route="school", reason="Quayside Academy")
    assert page.status_code == 400 and "answers for the records of its own schools" in page.text


def test_a_letter_whose_day_was_worked_out_from_a_wrong_receipt_is_not_sent(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    case = factories.a_case(now=now)
    reference = case.reference
    officer = visit("officer")
    elsewhere(officer, reference, route="foi")
    case = case_of(reference)
    received = next(fact for fact in clock.standing_facts(case) if fact.kind == "received")
    clock.correct(case, str(received.id), on=now.date() - timedelta(days=4), reason="Stamped", actor=SERVICE, now=now)
    db.session.commit()
    page = officer.send({"do": "send"}, form="Send it")
    assert "no longer right" in page.text
    assert case_of(reference).status is Status.RECEIVED


def test_a_letter_that_tells_a_day_which_has_passed_meanwhile_is_not_sent(
    staff: Callable[..., Any], now: datetime
) -> None:
    """The request itself is due later than its answer under the freedom of information law would be."""
    officer, received = staff("officer"), now - timedelta(days=10)
    case = factories.a_case(now=now, received_on=clock.day_of(received))
    last = redirect.foi_due(case)
    before = datetime.combine(last, now.time(), tzinfo=now.tzinfo)
    row = letter_draft.begin(case, "redirect-foi", "", result="all", actor=officer, now=before)
    with pytest.raises(WrongState, match="no longer right"):
        letter_draft.send(case, row, version=row.version, actor=officer, now=before + timedelta(days=1))
    db.session.rollback()


def test_the_requester_reads_in_the_portal_who_answers(app: Any, visit: Callable[..., Visitor], now: datetime) -> None:
    reference = factories.a_case(now=now, requester={"name": "Petra Lund", "email": "p@example.org"}).reference
    officer = visit("officer")
    elsewhere(officer, reference, route="foi")
    officer.send({"do": "send"}, form="Send it")
    letter = db.session.query(Letter).filter_by(kind="redirect-foi").one()
    mail = sealing.unseal(letter)["mail"]
    assert "information" not in mail["subject"].lower() and "2000" not in mail["text"]


def _made(now: datetime, status: Status, *, days: int, **changes: Any) -> Case:
    case = factories.a_case(now=now, received_on=now.date() - timedelta(days=days))
    case.status = status
    for name, value in changes.items():
        setattr(case, name, value)
    db.session.commit()
    return case


def test_what_went_elsewhere_is_in_its_own_column_and_in_no_other_figure(
    visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime
) -> None:
    good = _made(now, Status.RELEASED, days=20, released_on=now.date())
    late = _made(now, Status.CLOSED, days=20)
    late.released_on = (late.due_on or date.max) + timedelta(days=1)
    _made(now, Status.RECEIVED, days=20)
    sent = _made(now, Status.REDIRECTED, days=20, redirected_as=Route.FOI, released_on=now.date())
    overdue = _made(now, Status.REDIRECTED, days=80, redirected_as=Route.SCHOOL)
    db.session.commit()
    foi_one, references = sent.reference, {sent.reference, overdue.reference}
    month, good_one = f"{good.received_on:%Y-%m}", good.reference
    manager = staff("manager")
    months = {each.month: each for each in report.months(actor=manager, today=now.date())}
    assert (months[month].received, months[month].answered, months[month].in_time) == (3, 2, 1)
    assert months[month].elsewhere == {Route.FOI: 1}
    figures = report.figures(actor=manager, today=now.date())
    assert (figures.open, figures.overdue) == (1, 0)
    visitor = visit("manager")
    page = visitor.get("/managers/board")
    assert "1 of 2 in twelve months" in page.text and "Sent elsewhere in twelve months" in page.text
    assert "1 Freedom of information" in page.text
    rows = {row["month"]: row for row in csv.DictReader(io.StringIO(visitor.get("/managers/board.csv").text))}
    assert (rows[month]["received"], rows[month]["sent elsewhere"]) == ("3", "1")
    assert (rows[month]["sent elsewhere: foi"], rows[month]["sent elsewhere: school"]) == ("1", "0")

    def listed(query: str) -> set[str]:
        text = visitor.get(f"/staff/?{query}").text
        return {one for one in (*references, good_one) if one in text}

    assert listed("") == set()
    assert listed("closed=yes") == {*references, good_one}
    assert listed("closed=yes&elsewhere=no") == {good_one}
    assert listed("elsewhere=yes") == references
    assert listed("elsewhere=foi") == {foi_one}
    assert listed("due=overdue") == set()


def test_a_complaint_that_went_elsewhere_is_counted_among_complaints_and_apart(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    sent = _made(now, Status.REDIRECTED, days=20, redirected_as=Route.FOI, right=Right.COMPLAINT).reference
    other = _made(now, Status.RECEIVED, days=20, right=Right.COMPLAINT).reference
    request = _made(now, Status.REDIRECTED, days=20, redirected_as=Route.FOI).reference
    name = f"{now.date() - timedelta(days=20):%Y-%m}"
    visitor = visit("manager")
    board = {row["month"]: row for row in csv.DictReader(io.StringIO(visitor.get("/managers/board.csv").text))}[name]
    assert (board["sent elsewhere"], board["sent elsewhere: foi"], board["received"]) == ("1", "1", "0")
    page = visitor.get("/managers/board")
    address = re.search(r'href="([^"]*elsewhere=foi[^"]*)"', page.text)
    assert address is not None
    page = visitor.get(address[1].replace("&amp;", "&"))
    assert [each in page.text for each in (request, sent, other)] == [True, False, False]

    rows = list(csv.DictReader(io.StringIO(visitor.get("/managers/complaints-by-month.csv").text)))
    assert [(row["received"], row["sent elsewhere"], row["ended otherwise"], row["open"]) for row in rows] == [
        ("1", "1", "0", "1")
    ]
    page = visitor.get("/managers/complaints")
    address = re.search(r'href="([^"]*elsewhere=yes[^"]*)"', page.text)
    assert address is not None and "1 was sent elsewhere" in page.text
    page = visitor.get(address[1].replace("&amp;", "&"))
    assert [each in page.text for each in (sent, request, other)] == [True, False, False]
    assert "Complaint: " in page.text


def test_what_was_closed_without_an_answer_is_counted_there_and_its_figure_opens_its_list(
    visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime
) -> None:
    answered = _made(now, Status.CLOSED, days=20, released_on=now.date()).reference
    closed = _made(now, Status.CLOSED, days=20).reference
    refused = _made(now, Status.REFUSED, days=20).reference
    name = f"{now.date() - timedelta(days=20):%Y-%m}"
    month = next(each for each in report.months(actor=staff("manager"), today=now.date()) if each.month == name)
    assert (month.received, month.answered, month.closed, month.refused) == (3, 1, 1, 1)
    visitor = visit("manager")
    rows = {row["month"]: row for row in csv.DictReader(io.StringIO(visitor.get("/managers/board.csv").text))}
    assert rows[name]["closed without an answer"] == "1"
    assert re.search(rf"month={name}&amp;[a-z=&;]*answered=no", visitor.get("/managers/board").text)
    page = visitor.get(f"/staff/?month={name}&answered=no").text
    assert [each in page for each in (answered, closed, refused)] == [False, True, False]


BARE = {
    "channel": "email",
    "received_on-day": "20",
    "received_on-month": "11",
    "received_on-year": "2026",
    "what": "How much do you spend on agency workers?",
    "name": "Ivo Marsh",
    "email": "ivo@example.org",
}


def logged(visitor: Visitor, **data: Any) -> Any:
    visitor.get("/staff/log")
    return visitor.send({**BARE, **data}, form="Log it")


def test_what_is_not_for_us_is_logged_and_sent_on_in_a_minute(visit: Callable[..., Visitor]) -> None:
    officer = visit("officer")
    page = logged(officer, kind="foi")
    assert "By that law you must have an answer by Monday 21 December 2026" in page.text
    case = db.session.query(Case).one()
    assert (case.status, case.capacity, case.channel) == (Status.RECEIVED, "self", "email")
    assert sealing.unseal(case)["requester"]["name"] == "Ivo Marsh"
    assert [row.kind for row in db.session.query(Letter)] == ["redirect-foi"], (
        "no acknowledgement of what goes elsewhere"
    )
    db.session.rollback()
    officer.send({"do": "send"}, form="Send it")
    assert db.session.query(Case).one().redirected_as is Route.FOI


def test_a_request_that_was_for_us_after_all_is_acknowledged_late_and_once(visit: Callable[..., Visitor]) -> None:
    officer = visit("officer")
    logged(officer, kind="police")
    page = officer.send({"do": "drop"}, form="Throw it away")
    assert "They have not been told yet that their request came" in page.text
    officer.send(form="Send the acknowledgement")
    assert [row.kind for row in db.session.query(Letter)] == ["acknowledgement"]
    reference = db.session.query(Case).one().reference
    db.session.rollback()
    assert "Send the acknowledgement" not in officer.get(f"/staff/cases/{reference}").text
    again = officer.post(f"/staff/cases/{reference}/acknowledgement")
    assert again.status_code == 409 and db.session.query(Letter).count() == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"kind": "foi", "rights": ["access"]}, "Untick these"),
        ({"kind": "school"}, "Enter which school or organisation it is"),
        ({"kind": "controller"}, "Enter which school or organisation it is"),
        ({"kind": "moon"}, "Choose what this is"),
        ({"kind": "foi", "name": ""}, "Enter the name of the person"),
        ({"kind": "rights"}, "Choose what is asked for"),
    ],
)
def test_logging_names_what_is_missing_for_what_it_is(
    visit: Callable[..., Visitor], data: dict[str, Any], says: str
) -> None:
    page = logged(visit("officer"), **data)
    assert page.status_code == 400 and says in page.text and "agency workers" in page.text
    assert db.session.query(Case).count() == 0


def test_without_an_email_address_the_letter_waits_to_be_posted(visit: Callable[..., Visitor]) -> None:
    officer = visit("officer")
    logged(
        officer,
        kind="school",
        who_answers="Quayside School, 01632 960111",
        email="",
        given_name="Ada",
        family_name="Marsh",
    )
    officer.send({"do": "send"}, form="Send it")
    row = db.session.query(Letter).one()
    assert row.state == "to_post" and "Quayside School, 01632 960111" in sealing.unseal(row)["text"]
    case = db.session.query(Case).one()
    assert case.capacity == "representative" and sealing.unseal(case)["subject"]["family_name"] == "Marsh"
