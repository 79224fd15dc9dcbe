"""The request form as somebody fills it, and the portal as they come back."""

import html
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case, Pack
from sar_service.services import case as cases
from sar_service.services import intake, sealing
from sar_service.web.public.request_wanted import WANTED
from tests import factories
from tests.browser import Visitor

MINE: list[tuple[str, dict[str, Any]]] = [
    ("who", {"right": "access", "capacity": "self", "controller": "northmoor"}),
    (
        "names",
        {"given_name": "Morwenna", "middle_names": "", "family_name": "Tregale", "other_names-0": "Morwenna Pascoe"},
    ),
    ("birth", {"date_of_birth-day": "14", "date_of_birth-month": "3", "date_of_birth-year": "2007"}),
    (
        "addresses",
        {"current-line_1": "4 Quarry Lane", "current-town": "Northmoor", "current-postcode": "NM4 2QT"},
    ),
    ("identifiers", {}),
    ("what", {"what": "Everything from social care"}),
    ("how", {"how": "portal"}),
    ("contact", {"email": "morwenna@example.org", "safe": "safe"}),
]


def fill(visitor: Visitor, steps: list[tuple[str, dict[str, Any]]]) -> None:
    """Answer the questions one by one, up to the page that shows the answers."""
    visitor.get("/request/who")
    for name, answers in steps:
        assert visitor.last is not None and visitor.last.request.path == f"/request/{name}"
        assert visitor.last.status_code == 200
        visitor.send(answers)
    assert visitor.last is not None and visitor.last.request.path == "/request/check"


@pytest.mark.parametrize("path", ["/", "/about", "/privacy", "/cookies", "/accessibility", "/contact", "/portal/enter"])
def test_public_pages_are_open_to_anyone(stranger: Visitor, path: str) -> None:
    assert stranger.get(path).status_code == 200


def test_a_request_for_oneself_becomes_a_case_with_its_due_date(
    stranger: Visitor, sent: Any, outbox: list[Any]
) -> None:
    fill(stranger, MINE)
    assert "Morwenna Pascoe" in stranger.last.text
    page = stranger.send()
    assert page.request.path == "/request/submitted"
    case = db.session.scalar(select(Case))
    assert case.reference in page.text
    assert "23 December 2026" in page.text
    told = sealing.unseal(case)
    assert told["subject"]["date_of_birth"] == "2007-03-14"
    assert told["subject"]["other_names"] == ["Morwenna Pascoe"]
    assert told["subject"]["addresses"] == [["4 Quarry Lane", "Northmoor", "NM4 2QT"]]
    sent.work()
    assert [mail.to for mail in outbox] == ["morwenna@example.org"]
    assert case.reference in outbox[0].text
    assert "Quarry Lane" not in outbox[0].text and "2007" not in outbox[0].text


@pytest.mark.parametrize("right", [each for each in Right if each not in (Right.COMPLAINT, Right.PUPIL_RECORD)])
def test_every_right_can_be_used_with_the_form(stranger: Visitor, sent: Any, outbox: list[Any], right: Right) -> None:
    """The start page says so. A complaint has a form of its own, and a school's record is asked for at the school."""
    words = WANTED[right]
    fill(stranger, [("who", {**MINE[0][1], "right": right.value}), *MINE[1:]])
    assert str(words.label) in html.unescape(stranger.last.text)
    page = html.unescape(stranger.get("/request/what?change=1").text)
    assert all(str(each) in page for each in (words.title, words.before, words.label, words.hint))
    refused = stranger.send({"what": ""})
    assert refused.status_code == 400 and str(words.required) in html.unescape(refused.text)
    stranger.get("/request/check")
    page = stranger.send()
    assert page.request.path == "/request/submitted"
    assert ("We read and prepare the records" in page.text) is (right is Right.ACCESS)
    case = db.session.scalars(select(Case)).one()
    assert case.right is right and case.reference in page.text
    sent.work()
    assert [mail.to for mail in outbox] == ["morwenna@example.org"]


def test_only_the_services_of_the_chosen_council_are_offered(stranger: Visitor) -> None:
    fill(stranger, MINE)
    assert "Children&#39;s social care" in stranger.get("/request/what?change=1").text
    stranger.get("/request/who?change=1")
    stranger.send({**MINE[0][1], "controller": "southmoor"})
    assert "Children&#39;s social care" not in stranger.get("/request/what?change=1").text


def test_services_of_a_council_that_is_not_asked_any_more_are_asked_for_no_more(stranger: Visitor, sent: Any) -> None:
    fill(stranger, [*MINE[:5], ("what", {"what": "Everything", "services": ["care"]}), *MINE[6:]])
    assert "Children&#39;s social care" in stranger.last.text
    stranger.get("/request/who?change=1")
    page = stranger.send({**MINE[0][1], "controller": "southmoor"})
    assert page.request.path == "/request/check" and ">care<" not in re.sub(r"\s", "", page.text)
    stranger.send()
    assert sealing.unseal(db.session.scalars(select(Case)).one())["scope"]["services"] == []


def test_the_start_page_leads_to_the_form_for_complaints(stranger: Visitor) -> None:
    page = stranger.get("/").text
    assert 'href="/complaint/"' in page and "Take back a consent" in page


def test_sending_twice_makes_one_case(stranger: Visitor) -> None:
    fill(stranger, MINE)
    form = stranger.forms()[0]
    for _ in range(2):
        stranger.client.post("/request/check", data=form["fields"])
    assert len(db.session.scalars(select(Case)).all()) == 1


def test_somebody_who_acts_for_another_is_asked_about_themselves_too(stranger: Visitor) -> None:
    steps = [
        ("who", {"right": "access", "capacity": "solicitor", "controller": "northmoor"}),
        ("subject", {"name": "Perran Vyvyan", "organisation": "Vyvyan and Co", "relationship": "solicitor"}),
        *MINE[1:],
    ]
    fill(stranger, steps)
    stranger.send()
    told = sealing.unseal(db.session.scalar(select(Case)))
    assert told["requester"]["name"] == "Perran Vyvyan"
    assert told["subject"]["emails"] == []  # the solicitor's address is not the client's


def test_a_missing_answer_is_asked_for_and_nothing_typed_is_lost(stranger: Visitor) -> None:
    stranger.get("/request/who")
    stranger.send(MINE[0][1])
    page = stranger.send({"given_name": "Morwenna", "family_name": ""})
    assert page.status_code == 400
    assert "Enter a family name" in page.text
    assert 'value="Morwenna"' in page.text
    assert "<title>Error:" in page.text


def test_changing_an_answer_returns_to_the_check(stranger: Visitor) -> None:
    fill(stranger, MINE)
    stranger.get("/request/names?change=1")
    stranger.send({"given_name": "Morwen"})
    assert stranger.last.request.path == "/request/check"
    assert "Morwen" in stranger.last.text


def test_a_later_question_waits_for_the_earlier_ones(stranger: Visitor) -> None:
    assert stranger.get("/request/contact").request.path == "/request/who"
    assert stranger.get("/request/nonsense").status_code == 404


@pytest.mark.parametrize("step", ["who", "names", "birth", "addresses", "what", "how", "contact"])
@pytest.mark.parametrize(
    "odd", [{}, {"x": ["1", "2", "3"]}, {"date_of_birth-day": ["1", "2"]}, {"given_name": "\x00\u202e" * 500}]
)
def test_odd_input_never_breaks_a_page(stranger: Visitor, step: str, odd: dict[str, Any]) -> None:
    stranger.get("/request/who")
    for name, answers in MINE:
        if name == step:
            break
        stranger.send(answers)
    assert stranger.post(f"/request/{step}", odd).status_code < 500


def _enter(visitor: Visitor, sent: Any, outbox: list[Any], reference: str) -> Any:
    visitor.get("/portal/enter")
    visitor.send({"reference": reference.lower().replace("-", " ")})
    sent.work()
    found = re.search(r"\b(\d{4} ?\d{4})\b", outbox[-1].text)
    assert found
    return visitor.send({"code": found[1]})


def test_the_requester_comes_back_with_a_code_and_sees_the_stage(
    stranger: Visitor, sent: Any, outbox: list[Any]
) -> None:
    fill(stranger, MINE)
    stranger.send()
    case = db.session.scalar(select(Case))
    page = _enter(stranger, sent, outbox, case.reference)
    assert page.request.path == "/portal/"
    assert "23 December 2026" in page.text
    assert "Download" not in page.text


def test_whoever_asked_another_council_of_this_service_reads_how_to_reach_that_one(
    stranger: Visitor, sent: Any, outbox: list[Any], now: datetime
) -> None:
    reference = factories.a_case(now=now, controller="southmoor").reference
    assert "Northmoor" in stranger.get("/contact").text
    assert _enter(stranger, sent, outbox, reference).request.path == "/portal/"
    for path in ("/portal/", "/contact"):
        page = stranger.get(path).text
        assert "Southmoor District Council" in page and "Northmoor" not in page


def test_an_unknown_reference_is_answered_as_a_known_one(stranger: Visitor, outbox: list[Any], sent: Any) -> None:
    stranger.get("/portal/enter")
    page = stranger.send({"reference": "AAAAA-AAAAA-AAAAA"})
    assert page.request.path == "/portal/code" and page.status_code == 200
    sent.work()
    assert outbox == []
    assert stranger.send({"code": "12345678"}).status_code == 400


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (Action.WITHDRAW, "Your request was withdrawn"),
        (Action.CLOSE, "Your request was closed"),
        (Action.REFUSE, "We have told you that we will not do what you asked"),
    ],
)
def test_whoever_has_a_request_that_ended_gets_the_code_that_the_page_promises(
    stranger: Visitor, case: Case, outbox: list[Any], sent: Any, staff: Any, now: datetime, action: Action, told: str
) -> None:
    """However it ended: above all where it was ended by mistake."""
    reference = case.reference
    cases.move(case, action, actor=staff("manager"), now=now, reason="They rang")
    db.session.commit()
    page = _enter(stranger, sent, outbox, reference)
    assert page.request.path == "/portal/" and told in page.text


def test_a_code_may_be_tried_only_so_often(stranger: Visitor, sent: Any, outbox: list[Any]) -> None:
    fill(stranger, MINE)
    stranger.send()
    case = db.session.scalar(select(Case))
    stranger.get("/portal/enter")
    stranger.send({"reference": case.reference})
    answers = [stranger.send({"code": "00000000"}).status_code for _ in range(11)]
    assert answers[0] == 400 and answers[-1] == 429


def test_the_portal_is_closed_without_a_code_and_after_signing_out(
    stranger: Visitor, sent: Any, outbox: list[Any]
) -> None:
    assert stranger.get("/portal/").request.path == "/portal/enter"
    fill(stranger, MINE)
    stranger.send()
    case = db.session.scalar(select(Case))
    _enter(stranger, sent, outbox, case.reference)
    name = stranger.app.config["SESSION_COOKIE_NAME"]
    stolen = stranger.client.get_cookie(name).value
    stranger.post("/portal/leave")
    stranger.client.set_cookie(name, stolen)
    assert stranger.get("/portal/").request.path == "/portal/enter"


def test_there_is_nothing_to_fetch_before_release(stranger: Visitor, sent: Any, outbox: list[Any]) -> None:
    fill(stranger, MINE)
    stranger.send()
    case = db.session.scalar(select(Case))
    _enter(stranger, sent, outbox, case.reference)
    assert stranger.post("/portal/pack").status_code == 404
    assert db.session.scalars(select(Pack)).all() == []


def test_trying_codes_tells_nothing_of_whether_there_is_such_a_request(
    stranger: Visitor, sent: Any, outbox: list[Any]
) -> None:
    """The same answers in the same order, page for page, up to being stopped."""
    fill(stranger, MINE)
    stranger.send()
    known = db.session.scalar(select(Case)).reference
    answers = []
    for reference in (known, intake.new_reference()):
        stranger.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{len(answers) + 1}"
        stranger.get("/portal/enter")
        stranger.send({"reference": reference})
        pages = [stranger.post("/portal/code", {"code": "00000000"}) for _ in range(12)]
        volatile = r"nonce-?[^ ]*|value=\"[^\"]*\"|content=\"[^\"]*\""
        answers.append([(page.status_code, re.sub(volatile, "", page.text)) for page in pages])
    assert [status for status, _ in answers[0]] == [status for status, _ in answers[1]]
    assert answers[0] == answers[1]
    assert answers[0][-1][0] == 429
