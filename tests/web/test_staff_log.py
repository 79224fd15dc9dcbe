"""Logging what came by telephone, letter or counter: quickly, with the true day of receipt, and losing nothing."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, Letter, LinkRow
from sar_service.services import audit, clock, complaint, link, sealing
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]
TYPED: dict[str, Any] = {
    "channel": "phone",
    "received_on-day": "14",
    "received_on-month": "2",
    "received_on-year": "2026",
    "rights": ["access"],
    "capacity": "self",
    "what": "My whole file, and why I was moved",
    "given_name": "Jenifer",
    "family_name": "Trewhella",
    "other_names": "Jenifer Pengelly, Jen",
    "date_of_birth-day": "3",
    "date_of_birth-month": "may",
    "date_of_birth-year": "1999",
    "address": "12 Fore Street\nNorthmoor\nNM1 4AA",
    "earlier": "3 Hill View\nNM2 2BB\n\nThe Old Mill\nNM3 3CC",
    "nhs_number": "943 476 5919",
    "email": "jen@example.org",
    "safe": "safe",
    "how": "portal",
}


def cases() -> list[Case]:
    db.session.rollback()
    return list(db.session.scalars(select(Case).order_by(Case.created_at, Case.reference)))


def test_what_was_said_on_the_telephone_becomes_a_case_from_the_day_it_was_said(visit: Visit, officer: Actor) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    page = visitor.send(TYPED, form="Log it")
    assert "Logged: " in page.text and "Jenifer Trewhella" in page.text
    case = cases()[0]
    assert (case.right, case.channel, case.capacity) == (Right.ACCESS, "phone", "self")
    assert case.received_on.isoformat() == "2026-02-14"  # a Saturday: the day counts all the same
    assert clock.reckon(case).due is not None
    told = sealing.unseal(case)
    assert told["subject"]["other_names"] == ["Jenifer Pengelly", "Jen"]
    assert told["subject"]["date_of_birth"] == "1999-05-03"
    assert told["subject"]["addresses"] == [
        ["12 Fore Street", "Northmoor", "NM1 4AA"], ["3 Hill View", "NM2 2BB"], ["The Old Mill", "NM3 3CC"],
    ]  # fmt: skip
    assert told["subject"]["postcode"] == "NM1 4AA"
    assert told["requester"]["name"] == "Jenifer Trewhella"
    assert [row.kind for row in db.session.scalars(select(Letter))] == ["acknowledgement"]
    assert any(event.verb == "received a request" and event.actor == officer.label for event in audit.timeline(case.id))


EMPTY = {f"received_on-{part}": "" for part in ("day", "month", "year")}


@pytest.mark.parametrize("channel", ["phone", "in_person"])
def test_what_is_said_now_came_today_where_no_day_is_given(
    visit: Visit, officer: Actor, now: datetime, channel: str
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    assert "Logged: " in visitor.send({**TYPED, **EMPTY, "channel": channel}, form="Log it").text
    assert [case.received_on for case in cases()] == [clock.day_of(now)]


@pytest.mark.parametrize("channel", ["letter", "email", "social_media", "other_team"])
def test_what_may_have_lain_for_days_is_not_taken_to_have_come_today(
    visit: Visit, officer: Actor, channel: str
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    begun = next(each["fields"] for each in visitor.forms() if "Log it" in each["buttons"])
    assert {begun[name] for name in EMPTY} == {""}
    page = visitor.send({**TYPED, **EMPTY, "channel": channel}, form="Log it")
    assert page.status_code == 400 and "Enter the day it reached the council" in page.text
    assert "Trewhella" in page.text and cases() == []


def test_several_rights_in_one_message_are_linked_cases_with_a_clock_each(visit: Visit, officer: Actor) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    page = visitor.send({**TYPED, "rights": ["access", "erasure", "withdraw-consent"]}, form="Log it")
    assert "Logged as 3 cases" in page.text
    made = cases()
    assert {case.right for case in made} == {Right.ACCESS, Right.ERASURE, Right.WITHDRAW_CONSENT}
    assert len({case.reference for case in made}) == 3
    assert len(db.session.scalars(select(LinkRow)).all()) == 3
    linked = link.links(made[0], actor=officer)
    assert {row.kind for row, _ in linked} == {LinkKind.SAME_SUBMISSION}
    assert {other.id for _, other in linked if other} == {case.id for case in made[1:]}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, (ComplaintKind.COMPLAINT, Matter.OTHER, About.NONE)),
        ({"review": ["review"]}, (ComplaintKind.REVIEW, Matter.ANSWER, About.UNKNOWN)),
        ({"review": ["review"], "about": "ask"}, (ComplaintKind.REVIEW, Matter.ANSWER, About.REQUEST)),
    ],
)
def test_a_complaint_is_logged_as_one_or_as_a_wish_to_have_an_answer_looked_at_again(
    visit: Visit, officer: Actor, now: datetime, changes: dict[str, Any], kept: Any
) -> None:
    request = factories.a_case(now=now)
    visitor, reference, request_id = visit(officer), request.reference, request.id
    visitor.get("/staff/log")
    about = {"about": reference} if "about" in changes else {}
    page = visitor.send({**TYPED, "rights": ["complaint"], **changes, **about}, form="Log it")
    assert page.status_code == 200 and "Logged: " in page.text
    case = next(each for each in cases() if each.right is Right.COMPLAINT)
    row = complaint.of(case)
    assert (row.kind, row.matter, row.about) == kept and row.about_id == (request_id if about else None)
    [letter] = db.session.scalars(select(Letter).where(Letter.case_id == case.id))
    text = sealing.unseal(letter)["text"]
    assert ("answer looked at again" in text) == bool(changes)


def test_who_decided_on_a_request_still_takes_down_a_complaint_about_it(
    visit: Visit, officer: Actor, staff: packs.Made, outbox: list[Any], sent: Any, now: datetime
) -> None:
    request = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    visitor, reference = visit(officer), request.reference
    visitor.get("/staff/log")
    page = visitor.send({**TYPED, "rights": ["complaint"], "about": reference}, form="Log it")
    assert page.status_code == 200 and "Logged: " in page.text
    case = next(each for each in cases() if each.right is Right.COMPLAINT)
    sent.work()
    assert complaint.acknowledged_on(case) == clock.day_of(now)
    # Looking into it stays with somebody else.
    assert officer.id in complaint.decided(case)
    path = f"/staff/cases/{case.reference}/letters"
    assert "Somebody else must look into it" in visitor.get(f"{path}/new").text
    answer = visitor.post(path, {"form": "letter", "kind": "progress", "reason": "We are looking"})
    assert answer.status_code == 403 and "Somebody else must look into it" in answer.text


def test_the_same_form_sent_twice_is_one_request(visit: Visit, officer: Actor) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    form = next(each for each in visitor.forms() if "Log it" in each["buttons"])
    for _ in range(2):
        visitor.post("/staff/log", {**form["fields"], **TYPED})
    assert len(cases()) == 1


def test_back_and_another_name_in_the_same_form_is_another_request(visit: Visit, officer: Actor) -> None:
    """A parent asks for two children: the form is gone back to, and only the name is changed in it."""
    visitor = visit(officer)
    visitor.get("/staff/log")
    form = next(each for each in visitor.forms() if "Log it" in each["buttons"])
    for name in ("Jenifer", "Lowenna", "Jenifer"):
        page = visitor.post("/staff/log", {**form["fields"], **TYPED, "given_name": name})
        assert f"{name} Trewhella" in page.text
    assert sorted(sealing.unseal(case)["subject"]["given_name"] for case in cases()) == ["Jenifer", "Lowenna"]


def test_of_a_solicitor_nobody_asks_what_they_are_to_the_person(visit: Visit, officer: Actor) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    told = {"capacity": "solicitor", "name": "Wren Calloway", "organisation": "Calloway & Finch LLP"}
    page = visitor.send({**TYPED, **told}, form="Log it")
    assert "Logged: " in page.text and cases()[0].capacity == "solicitor"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"channel": ""}, "Choose how it came"),
        ({"channel": "online"}, "Choose how it came"),
        ({"received_on-year": "2999"}, "cannot be in the future"),
        ({"received_on-year": "2017"}, "before 2018"),
        ({"received_on-month": "13"}, "“On which day did it reach the council?”: the answer must be a real date"),
        ({"received_on-day": ""}, "must include a day"),
        ({"rights": []}, "Choose what is asked for"),
        ({"capacity": "emperor"}, "Choose who asks"),
        ({"what": ""}, "Enter what they want"),
        ({"what": "x" * 10_000}, "in their words?”: the answer must be 4000 characters or fewer"),
        ({"given_name": "", "family_name": ""}, "Enter the name of the person"),
        ({"capacity": "solicitor"}, "Enter the name of the person who asks"),
        ({"capacity": "representative", "name": "Wren Calloway"}, "Enter what they are to the person"),
        ({"email": "nobody"}, "correct format"),
        ({"email": ""}, "choose another way"),
        ({"nhs_number": "943 476 5918"}, "Check the NHS number"),
        ({"upn": "A123"}, "Check the unique pupil number"),
        ({"safe": "careful"}, "how they can be reached safely"),
        ({"other_names": ",".join(f"Name {n}" for n in range(11))}, "at most 10"),
        ({"date_of_birth-year": "2999"}, "must be in the past"),
        (
            {
                "received_on-day": "2",
                "received_on-month": "11",
                "received_on-year": "2026",
                "date_of_birth-day": "3",
                "date_of_birth-month": "11",
                "date_of_birth-year": "2026",
            },
            "after the day the request came",
        ),
        ({"phone": "ring me"}, "Enter a phone number"),
        ({"review": ["review"]}, "Tick the complaint above as well"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_typed_is_lost(
    visit: Visit, officer: Actor, changes: dict[str, Any], says: str
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    page = visitor.send({**TYPED, **changes}, form="Log it")
    assert page.status_code == 400
    assert says in page.text
    assert "The Old Mill" in page.text
    assert cases() == []


def test_a_day_that_is_still_to_come_in_london_is_refused(visit: Visit, officer: Actor, now: datetime) -> None:
    tomorrow = clock.day_of(now) + timedelta(days=1)
    visitor = visit(officer)
    visitor.get("/staff/log")
    parts = {f"received_on-{name}": str(getattr(tomorrow, name)) for name in ("day", "month", "year")}
    assert visitor.send({**TYPED, **parts}, form="Log it").status_code == 400


def test_a_complaint_is_a_case_of_its_own_linked_with_what_it_is_about(visit: Visit, officer: Actor) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    visitor.send(TYPED, form="Log it")
    first = cases()[0].reference
    visitor.get("/staff/log")
    wrong = visitor.send({**TYPED, "rights": ["complaint"], "about": "AAAAA-AAAAA-AAAAA"}, form="Log it")
    assert wrong.status_code == 400 and "There is no request with this reference" in wrong.text
    assert "AAAAA-AAAAA-AAAAA" in wrong.text and len(cases()) == 1
    typed = first.lower().replace("-", " ")
    page = visitor.send({**TYPED, "rights": ["complaint"], "about": typed}, form="Log it")
    assert page.status_code == 200
    made = next(case for case in cases() if case.right is Right.COMPLAINT)
    assert clock.reckon(made).due == made.received_on + timedelta(days=30)
    (row, other) = link.links(made, actor=officer)[0]
    assert row.kind is LinkKind.RELATED and other is not None and other.reference == first


def test_several_requests_in_one_message_get_one_acknowledgement(
    visit: Visit, officer: Actor, outbox: list[Any], sent: Any
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    visitor.send({**TYPED, "rights": ["access", "erasure", "complaint"]}, form="Log it")
    sent.work()
    made = db.session.scalars(select(Case).where(Case.right != "complaint")).all()
    several = [mail for mail in outbox if "and others" in mail.subject]
    assert len(made) == 2 and len(outbox) == 2 and len(several) == 1  # the complaint has its own
    for case in made:
        assert case.due_on is not None
        assert case.reference in several[0].text and f"{case.due_on.day} {case.due_on:%B %Y}" in several[0].text


@pytest.mark.parametrize("rights", [["complaint"], ["access"]])
def test_what_follows_a_restricted_request_is_restricted_and_whoever_logs_it_is_told(
    visit: Visit, officer: Actor, staff: packs.Made, now: datetime, rights: list[str]
) -> None:
    request = factories.a_case(now=now)
    request.restricted, request.assigned_to = True, uuid.UUID(officer.id)
    db.session.commit()
    visitor, reference, key = visit(officer), request.reference, request.id
    visitor.get("/staff/log")
    page = visitor.send({**TYPED, "rights": rights, "about": reference}, form="Log it")
    assert page.status_code == 200 and page.request.path == "/staff/"
    assert "Logged: " in page.text and "It is restricted, as the request that it follows is" in page.text
    restricted, fresh = next((case.restricted, case.reference) for case in cases() if case.id != key)
    assert restricted
    assert fresh not in visit("officer").get("/staff/").text
    assert fresh in visit("manager").get("/staff/").text


def test_a_manager_who_restricts_a_case_restricts_what_was_asked_for_with_it_or_is_told_what_stays_open(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    visitor.send({**TYPED, "rights": ["access", "erasure", "rectification"]}, form="Log it")
    first, second, third = (case.reference for case in cases())
    loose = factories.a_case(now=now)
    key = str(loose.id)
    manager = visit("manager")
    page = manager.get(f"/staff/cases/{first}")
    assert f'href="/staff/cases/{second}"' in page.text and "Both were asked for in one message" in page.text
    ids = {case.reference: str(case.id) for case in cases()}
    form = next(each["fields"] for each in manager.forms() if each["fields"].get("form") == "restrict")
    assert sorted(form["along"]) == sorted([ids[second], ids[third]])  # ticked, for it is one message
    wrong = manager.send({"reason": "", "along": [ids[second]]}, form="Restrict it")
    assert wrong.status_code == 400
    form = next(each["fields"] for each in manager.forms() if each["fields"].get("form") == "restrict")
    assert form["along"] == [ids[second]]  # what was unticked stays so
    stranger = manager.send({"reason": "A councillor", "along": [key]}, form="Restrict it")
    assert stranger.status_code == 400 and not any(case.restricted for case in cases())
    page = manager.send({"reason": "A councillor", "along": [ids[second]]}, form="Restrict it")
    assert f"Restricted: {first}, {second}." in page.text
    assert f"open to the whole team: {third}." in page.text
    assert {case.reference for case in cases() if case.restricted} == {first, second}
    assert visitor.get(f"/staff/cases/{second}").status_code == 404
    manager.get(f"/staff/cases/{third}")
    assert "open to the whole team:" not in manager.send({"reason": "A councillor"}, form="Restrict it").text
    manager.get(f"/staff/cases/{first}")
    page = manager.send({"reason": "It was another"}, form="Lift the restriction")
    assert not any(case.restricted for case in cases())
    assert all(reference in page.text for reference in (first, second, third))


def test_a_manager_who_is_overtaken_in_restricting_linked_cases_is_told_that_and_blamed_for_nothing(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/log")
    visitor.send({**TYPED, "rights": ["access", "erasure"]}, form="Log it")
    first, second = (case.reference for case in cases())
    slow, quick = visit("manager"), visit("manager")
    slow.get(f"/staff/cases/{first}")
    quick.get(f"/staff/cases/{first}")
    quick.send({"reason": "A councillor"}, form="Restrict it")
    page = slow.send({"reason": "It is about a colleague"}, form="Restrict it")
    assert page.status_code == 409 and "Somebody else changed this" in page.text
    assert "It is about a colleague" in page.text
    slow.send({"reason": "Not after all"}, form="Lift the restriction")
    slow.get(f"/staff/cases/{first}")
    quick.get(f"/staff/cases/{second}")
    quick.send({"reason": "A councillor", "along": []}, form="Restrict it")
    page = slow.send({"reason": "A councillor"}, form="Restrict it")  # the other one is as they want it already
    assert page.status_code == 200 and f"Restricted: {first}, {second}." in page.text
    assert all(case.restricted for case in cases())


def test_a_complaint_is_begun_from_the_page_of_what_it_is_about(visit: Visit, officer: Actor, now: datetime) -> None:
    reference = factories.a_case(now=now).reference
    visitor = visit(officer)
    page = visitor.get(f"/staff/cases/{reference}/complaint")
    assert f'href="/staff/log?about={reference}"' in page.text
    page = visitor.get(f"/staff/log?about={reference}")
    form = next(each for each in visitor.forms() if "Log it" in each["buttons"])
    assert (form["fields"]["about"], form["fields"]["rights"]) == (reference, ["complaint"])
    assert 'value="access" checked' not in page.text
    # who complains is known: nobody is asked for it all again, and nobody mistypes it
    told = [form["fields"].get(name) for name in ("given_name", "family_name", "email", "capacity", "what")]
    assert told == ["Morwenna", "Tregale", "morwenna@example.org", ["self"], ""]
    assert form["fields"]["date_of_birth-year"] == "2007" and form["fields"]["how"] == ["portal"]
    page = visitor.send({"channel": "phone", "what": "You left out my school years"}, form="Log it")
    assert page.status_code == 200 and "Logged: " in page.text
    assert "AAAAB" not in visitor.get("/staff/log?about=AAAAA-AAAAA-AAAAB").text


def test_a_complaint_of_somebody_who_lives_with_the_person_has_their_address_and_council(
    visit: Visit, staff: packs.Made, now: datetime
) -> None:
    there = ["4 Quarry Lane", "Northmoor", "NM4 2QT"]
    parent = {"name": "Jory Tregale", "relationship": "father", "email": "", "address": there}
    subject, delivery = {"addresses": [there], "emails": []}, {"how": "post"}
    case = factories.a_case(now=now, capacity="parent", requester=parent, subject=subject, delivery=delivery)
    reference = case.reference
    visitor = visit(staff("officer", controllers=["southmoor", "northmoor"]))
    visitor.get(f"/staff/log?about={reference}")
    page = visitor.send({"channel": "phone", "what": "It took too long"}, form="Log it")
    assert page.status_code == 200 and "Logged: " in page.text
    made = next(case for case in cases() if case.right is Right.COMPLAINT)
    assert made.controller == "northmoor"
    assert sealing.unseal(made)["requester"]["address"] == there
