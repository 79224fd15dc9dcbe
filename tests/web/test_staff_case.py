"""Signing in, the worklist, the case page, facts and identity, as members of staff meet them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, Case
from sar_service.services import case as cases
from sar_service.services import clock, identity, intake, letter, sealing
from tests import factories
from tests.browser import Visitor
from tests.conftest import PASSWORD

HOSTILE = '"><script>alert(1)</script>'
PAGES = ("", "/facts", "/identity")


def fresh(case_id: Any) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def verbs() -> list[str]:
    return [event.verb for event in db.session.query(AuditEvent).order_by(AuditEvent.number)]


def test_signing_in_begins_a_session_and_goes_to_where_one_wanted_to_go(
    stranger: Visitor, staff: Callable[..., Actor], case: Case
) -> None:
    staff("officer")
    page = stranger.get(f"/staff/cases/{case.reference}")
    assert page.request.path == "/staff/sign-in"
    answer = stranger.send({"email": "officer1@northmoor.example", "password": PASSWORD}, form="Sign in")
    assert answer.status_code == 200
    assert answer.request.path == f"/staff/cases/{case.reference}"


def test_a_wrong_password_says_so_keeps_the_address_and_not_the_password(
    stranger: Visitor, staff: Callable[..., Actor]
) -> None:
    staff("officer")
    stranger.get("/staff/sign-in")
    answer = stranger.send({"email": "officer1@northmoor.example", "password": "not this one"}, form="Sign in")
    assert answer.status_code == 400
    assert "is wrong" in answer.text
    assert "officer1@northmoor.example" in answer.text and "not this one" not in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://example.org/", "//example.org", "/\\example.org", "/staff//example.org", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_site(stranger: Visitor, staff: Callable[..., Actor], elsewhere: str) -> None:
    staff("officer")
    stranger.get("/staff/sign-in", query_string={"next": elsewhere})
    fields = {"email": "officer1@northmoor.example", "password": PASSWORD, "next": elsewhere}
    assert stranger.send(fields, form="Sign in").request.path == "/staff/"


def test_signing_out_ends_the_session(visit: Callable[..., Visitor]) -> None:
    officer = visit("officer")
    officer.get("/staff/")
    officer.post("/staff/sign-out")
    assert officer.get("/staff/").request.path == "/staff/sign-in"


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(stranger: Visitor, case: Case, page: str) -> None:
    assert stranger.get(f"/staff/cases/{case.reference}{page}").request.path == "/staff/sign-in"


@pytest.mark.parametrize("page", PAGES)
def test_roles_without_casework_may_not_look(visit: Callable[..., Visitor], case: Case, page: str) -> None:
    assert visit("administrator").get(f"/staff/cases/{case.reference}{page}").status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_another_councils_officer_finds_nothing(visit: Callable[..., Visitor], case: Case, page: str) -> None:
    other = visit("officer", controllers=["southmoor"])
    answer = other.get(f"/staff/cases/{case.reference}{page}")
    assert answer.status_code == 404 and "Back to the case" not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_every_look_is_recorded_once(visit: Callable[..., Visitor], case: Case, page: str) -> None:
    officer = visit("officer")
    before = sum(verb.startswith("viewed ") for verb in verbs())
    assert officer.get(f"/staff/cases/{case.reference}{page}").status_code == 200
    assert sum(verb.startswith("viewed ") for verb in verbs()) == before + 1


def test_the_worklist_shows_who_when_and_why(visit: Callable[..., Visitor], case: Case) -> None:
    reference = case.reference
    text = visit("officer").get("/staff/").text
    assert reference in text and "Morwenna Tregale" in text
    assert "The answer is due by the end of Wednesday 23 December 2026" in text
    assert "Due in 30 days" in text


def test_the_worklist_is_filtered_and_sorted_by_its_address(
    visit: Callable[..., Visitor], case: Case, now: datetime
) -> None:
    older = factories.a_case(now=now, received_on=date(2026, 10, 1)).reference
    newer = case.reference
    officer = visit("officer")
    overdue = officer.get("/staff/", query_string={"due": "overdue"}).text
    assert older in overdue and newer not in overdue
    assert "Overdue by" in overdue
    both = officer.get("/staff/", query_string={"sort": "received", "dir": "desc"}).text
    assert both.index(newer) < both.index(older)
    assert 'aria-sort="descending"' in both


@pytest.mark.parametrize(
    "query", ["page=99999", "page=-1", "sort=%27", "status=nonsense", "month=2026-99", "right=x", "due=%00"]
)
def test_an_address_that_makes_no_sense_still_gets_a_list(
    visit: Callable[..., Visitor], case: Case, query: str
) -> None:
    assert visit("officer").get(f"/staff/?{query}").status_code == 200


def test_a_typed_reference_opens_its_case(visit: Callable[..., Visitor], case: Case) -> None:
    reference = case.reference
    typed = reference.lower().replace("-", " ")
    assert visit("officer").get("/staff/", query_string={"reference": typed}).request.path.endswith(reference)


def test_names_that_are_markup_stay_words(visit: Callable[..., Visitor], now: datetime) -> None:
    made = factories.a_case(now=now, subject={"given_name": HOSTILE, "other_names": [HOSTILE]})
    officer = visit("officer")
    for path in ("/staff/", *(f"/staff/cases/{made.reference}{page}" for page in PAGES)):
        text = officer.get(path).text
        assert HOSTILE not in text and "&lt;script&gt;" in text


def test_the_case_page_says_what_can_be_done_and_what_stands_against_it(
    visit: Callable[..., Visitor], case: Case
) -> None:
    text = visit("officer").get(f"/staff/cases/{case.reference}").text
    assert "Settle identity" in text
    assert "has not been settled" in text  # why it cannot be searched yet


def test_taking_a_case_twice_takes_it_once(visit: Callable[..., Visitor], case: Case) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}")
    chosen = next(form for form in officer.forms() if "Take it myself" in form["buttons"])
    for _ in range(2):
        assert officer.post(chosen["action"], chosen["fields"]).status_code == 200
    assert str(fresh(case.id).assigned_to) == officer.actor.id
    assert verbs().count("assigned the case") == 1


def test_an_officer_cannot_give_a_case_away_and_a_manager_can(
    visit: Callable[..., Visitor], staff: Callable[..., Actor], case: Case
) -> None:
    other = staff("officer")
    path = f"/staff/cases/{case.reference}/assignment"
    officer, manager = visit("officer"), visit("manager")
    fields = {"member": other.id, "version": case.version}
    assert officer.post(path, fields).status_code == 403
    assert manager.post(path, fields).status_code == 200
    assert str(fresh(case.id).assigned_to) == other.id


def test_an_older_page_overwrites_nothing_and_shows_what_stands(
    visit: Callable[..., Visitor], staff: Callable[..., Actor], case: Case
) -> None:
    first, second = staff("officer", name="Ada Quickly"), staff("officer")
    manager = visit("manager")
    manager.get(f"/staff/cases/{case.reference}")
    cases.assign(fresh(case.id), _member(first), version=case.version, actor=first, now=manager.app.config["NOW"]())
    db.session.commit()
    answer = manager.send({"member": second.id}, form="Hand it on")
    assert answer.status_code == 409
    assert "Nothing was overwritten" in answer.text and "Ada Quickly" in answer.text
    assert str(fresh(case.id).assigned_to) == first.id


def _member(actor: Actor) -> Any:
    from sar_service.services import team

    return team.get(actor.id)


def test_a_restricted_case_is_seen_by_managers_only(visit: Callable[..., Visitor], case: Case) -> None:
    manager, officer = visit("manager"), visit("officer")
    manager.get(f"/staff/cases/{case.reference}")
    manager.send({"reason": "A colleague's own file"}, form="Restrict it")
    assert fresh(case.id).restricted
    assert officer.get(f"/staff/cases/{case.reference}").status_code == 404
    assert case.reference not in officer.get("/staff/").text


def test_a_case_is_closed_only_with_a_reason(visit: Callable[..., Visitor], case: Case) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}")
    answer = officer.send({"reason": " "}, form="Close the case")
    assert answer.status_code == 400 and "Give the reason" in answer.text
    officer.send({"reason": "Asked twice; the other case answers it"}, form="Close the case")
    answer = officer.send({"do": "send"}, form="Send it")
    assert answer.status_code == 200 and fresh(case.id).status is Status.CLOSED
    assert "Asked twice" not in answer.text  # it is in the letter, sealed, and not in the history
    closing = next(row for row in letter.letters(fresh(case.id)) if row.kind == "closed")
    assert "Asked twice" in officer.get(f"/staff/cases/{case.reference}/letters/{closing.id}").text


@pytest.mark.parametrize(
    ("role", "button", "kind"),
    [
        ("officer", "Close the case", "closed"),
        ("manager", "Refuse the request", "refused"),
        ("officer", "Record that it was withdrawn", "withdrawn"),
    ],
)
def test_a_request_never_ends_in_silence(
    visit: Callable[..., Visitor], case: Case, stranger: Visitor, role: str, button: str, kind: str
) -> None:
    worker = visit(role)
    worker.get(f"/staff/cases/{case.reference}")
    answer = worker.send({"reason": "It was asked for twice"}, form=button)
    assert answer.status_code == 200
    if kind != "withdrawn":
        assert "Nothing has happened yet" in answer.text
        assert fresh(case.id).status is Status.RECEIVED
        assert worker.send({"do": "send"}, form="Send it").status_code == 200
    written = next(each for each in letter.letters(fresh(case.id)) if each.kind == kind)
    assert ("It was asked for twice" in sealing.unseal(written)["text"]) is (kind != "withdrawn")
    assert fresh(case.id).status.value == kind and written.state == "waiting"
    stranger.enter_portal(case.id)
    page = stranger.get("/portal/").text
    assert "You can download them" not in page and "We must answer by" not in page


def test_a_clarification_stops_the_clock_on_the_day_it_was_asked(visit: Callable[..., Visitor], now: datetime) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    officer = visit("officer")
    officer.get(f"/staff/cases/{made.reference}/facts")
    fields = {"kind": "clarification_requested", "on": "2026-11-05", "reasons": "Which school?"}
    answer = officer.send(fields, form="Record it")
    assert answer.status_code == 200 and "Paused" in answer.text
    assert fresh(made.id).clock_state == "paused" and fresh(made.id).due_on is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "fee_paid", "on": "2031-01-01"}, "in the future"),
        ({"kind": "fee_paid", "on": "31/2/2026"}, '<a href="#fact-on">On which day? Enter a date'),
        ({"kind": "extension_notice", "on": "2026-11-23", "reasons": ""}, "Give the reasons"),
        ({"kind": "pizza", "on": "2026-11-23"}, "Choose what happened"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_and_what_was_typed_stays(
    visit: Callable[..., Visitor], case: Case, changes: dict[str, str], message: str
) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/facts")
    answer = officer.send({"reasons": "my long words", **changes}, form="Record it")
    assert answer.status_code == 400 and message in answer.text
    assert changes.get("reasons", "my long words") in answer.text
    assert len(fresh(case.id).facts) == 1


def test_a_wrong_day_of_receipt_is_corrected_and_the_first_stays_on_file(
    visit: Callable[..., Visitor], case: Case
) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/facts")
    entry = str(fresh(case.id).facts[0].id)
    answer = officer.send({"entry": entry, "on": "2026-11-20", "reason": ""}, form="Correct it")
    assert answer.status_code == 400 and '<a href="#correction-reason">Why? Give the reason' in answer.text
    answer = officer.send({"entry": entry, "on": "2026-11-20", "reason": "It lay in the post room"}, form="Correct it")
    now_case = fresh(case.id)
    assert now_case.received_on == date(2026, 11, 20)
    assert clock.reckon(now_case).due == date(2026, 12, 21)
    assert len(now_case.facts) == 2
    assert "no longer counts" in answer.text and "It lay in the post room" in answer.text


def test_where_the_day_of_receipt_of_one_is_corrected_the_others_of_its_message_are_named(
    visit: Callable[..., Visitor], officer: Actor, now: datetime
) -> None:
    asked = factories.a_request(now=now, received_on=date(2026, 11, 23))
    rights = [Right.ACCESS, Right.ERASURE, Right.RECTIFICATION]
    one, two, gone = intake.submit_all(asked, rights, actor=SERVICE, now=now)
    cases.move(gone, Action.WITHDRAW, actor=officer, now=now, reason="They changed their mind")
    db.session.commit()
    keys, ended, visitor, warning = [one.id, two.id], gone.reference, visit(officer), "Another day of receipt"
    pages = [f"/staff/cases/{each.reference}" for each in (one, two)]
    assert not any(warning in visitor.get(page).text for page in pages)
    for at, said in ((0, True), (1, False)):
        visitor.get(f"{pages[at]}/facts")
        entry = str(fresh(keys[at]).facts[0].id)
        typed = {"entry": entry, "on": "2026-11-20", "reason": "It lay in the post room"}
        page = visitor.send(typed, form="Correct it").text
        told = page.split(warning)[1].split("sar-case-layout")[0] if said else ""
        assert (warning in page, f"{pages[1 - at]}/facts" in told, ended in told) == (said, said, False)
        assert all((warning in visitor.get(each).text) is said for each in pages)


def test_a_letter_is_never_written_about_another_day_than_today(visit: Callable[..., Visitor], now: datetime) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    officer = visit("officer")
    officer.get(f"/staff/cases/{made.reference}/facts")
    fields = {"kind": "extension_notice", "on": "2026-11-05", "reasons": "Very many files", "send": "yes"}
    answer = officer.send(fields, form="Record it")
    assert answer.status_code == 400 and "The letter goes today" in answer.text
    assert len(fresh(made.id).facts) == 1


def test_identity_is_settled_by_what_was_seen(visit: Callable[..., Visitor], case: Case) -> None:
    officer = visit("officer")
    assert "still missing" in officer.get(f"/staff/cases/{case.reference}/identity").text
    fields = {"kind": "photo_document", "how": "in_person", "seen": "passport, in person"}
    answer = officer.send(fields, form="Record it")
    assert "What was seen is enough" in answer.text
    officer.send(form="Identity is settled")
    assert identity.settled(fresh(case.id))


def test_identity_is_not_settled_by_nothing_unless_somebody_says_why(visit: Callable[..., Visitor], case: Case) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/identity")
    answer = officer.send(form="Identity is settled")
    assert answer.status_code == 400 and not identity.settled(fresh(case.id))
    officer.send({"override": "Known to the duty worker for years"}, form="Identity is settled")
    assert identity.settled(fresh(case.id))


def test_other_systems_are_told_where_a_case_stands_and_why(
    app: Flask, visit: Callable[..., Visitor], now: datetime
) -> None:
    case = factories.a_case(now=now)
    told = visit("officer").get(f"/api/v1/cases/{case.reference}").get_json()
    assert (told["status"], told["clock"], told["due_on"]) == ("received", "running", "2026-12-23")
    assert told["steps"][0] == "Received on Monday 23 November 2026." and "23 December 2026" in told["steps"][-1]
    assert "Morwenna" not in str(told)
