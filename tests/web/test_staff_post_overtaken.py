"""Letters on the list for the post that must not go any more: they were taken back, or the request has ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action
from sar_service.models import AuditEvent, Case, Letter
from sar_service.services import case as cases
from sar_service.services import clock, letter, letter_draft, letter_send, told_date
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
NO_EMAIL = {"name": "Ivo Penhale", "email": "", "phone": "01632 960001", "address": "3 Quay Row, Northmoor"}


def written(kind: str, *, actor: Actor, now: datetime, **of: Any) -> tuple[Case, str]:
    """A request with a letter of this kind that has not left; the letter's id."""
    case = factories.a_case(now=now, **of)
    row = letter_draft.begin_and_send(case, kind, "Four archives hold it.", actor=actor, now=now)
    db.session.commit()
    return case, str(row.id)


def struck_out(case: Case, kind: str, *, actor: Actor, now: datetime) -> None:
    fact = clock.in_order(case, kind)[-1]
    clock.correct(case, str(fact.id), on=None, reason="Not needed after all.", actor=actor, now=now)
    db.session.commit()


def chosen(page: str, letter: str) -> bool:
    return "checked" in page.split(f'value="{letter}"')[1].split(">")[0]


@pytest.mark.parametrize(
    ("kind", "does"), [("extension", "extension_notice"), ("clarification", "clarification_requested")]
)
def test_a_letter_that_was_taken_back_before_it_was_posted_is_not_to_be_posted(
    visit: Visit, officer: Actor, now: datetime, kind: str, does: str
) -> None:
    case, letter = written(kind, actor=officer, now=now, requester=NO_EMAIL)
    key, reference = case.id, case.reference
    visitor = visit("officer")
    page = visitor.get("/staff/post").text
    assert chosen(page, letter) and "Do not post it" not in page and "They do not go any more" not in page
    struck_out(db.session.get_one(Case, key), does, actor=officer, now=now)
    page = visitor.get("/staff/post").text
    assert "Do not post it: it was taken back" in page and not chosen(page, letter)
    assert "The clock rests on it" not in page and "In the post by" not in page
    answer = visitor.send({"letter": [letter], "do": "leave"}, form="They do not go any more")
    assert "1 letter does not go any more." in answer.text and letter not in answer.text
    assert "Left unsent, as it was taken back" in visitor.get(f"/staff/cases/{reference}").text
    case = db.session.get_one(Case, key)
    assert told_date.wrong(case) is None  # nobody was told the other date
    assert db.session.query(AuditEvent).filter_by(verb="left a letter unsent").count() == 1


def test_a_question_of_a_request_that_ended_before_it_was_posted_is_not_to_be_posted(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    case, letter = written("clarification", actor=officer, now=now, requester=NO_EMAIL)
    reference = case.reference
    cases.move(case, Action.WITHDRAW, actor=officer, now=now, reason="Said so")
    db.session.commit()
    visitor = visit("officer")
    page = visitor.get("/staff/post").text
    assert "Do not post it: the request has ended" in page and not chosen(page, letter)
    assert visitor.send({"letter": [letter], "do": "leave"}, form="They do not go any more").status_code == 200
    assert "Left unsent as the request ended" in visitor.get(f"/staff/cases/{reference}").text


def test_a_letter_that_still_counts_stays_on_the_list(visit: Visit, officer: Actor, now: datetime) -> None:
    case, letter = written("clarification", actor=officer, now=now, requester=NO_EMAIL)
    reference = case.reference
    visitor = visit("officer")
    visitor.get("/staff/post")
    answer = visitor.post("/staff/post", {"letter": [letter], "do": "leave", "idempotency_key": "a" * 36})
    assert answer.status_code in (400, 422) and f"they have to go: {reference}" in answer.text
    db.session.expire_all()
    assert db.session.get_one(Letter, UUID(letter)).state == "to_post"


def test_an_e_mail_that_was_taken_back_before_it_could_leave_does_not_go(officer: Actor, now: datetime) -> None:
    case, letter = written("extension", actor=officer, now=now)
    row = db.session.query(Letter).filter_by(kind="extension").one()
    struck_out(case, "extension_notice", actor=officer, now=now)
    assert str(row.id) == letter and letter_send.begin(row.id, now=now) is None
    assert (row.state, row.message) == ("ended", letter_send.TAKEN_BACK)


@pytest.mark.parametrize("kind", ["withdrawn", "closed"])
def test_that_a_request_ended_is_not_posted_once_it_was_reopened(
    visit: Visit, staff: Callable[..., Actor], now: datetime, kind: str
) -> None:
    case, manager = factories.a_case(now=now, requester=NO_EMAIL), staff("manager")
    key, reference = case.id, case.reference
    if kind == "withdrawn":
        cases.move(case, Action.WITHDRAW, actor=manager, now=now, reason="Said so")
        row = letter.write(case, "withdrawn", actor=manager, now=now)
    else:
        row = letter_draft.begin_and_send(case, "closed", "No more word came.", actor=manager, now=now)
    ended = str(row.id)
    db.session.commit()
    visitor = visit("officer")
    page = visitor.get("/staff/post").text
    assert chosen(page, ended) and "Do not post it" not in page
    cases.move(
        db.session.get_one(Case, key), Action.REOPEN, actor=manager, now=now, reason="It was her sister who rang"
    )
    db.session.commit()
    page = visitor.get("/staff/post").text
    assert "Do not post it: the request was reopened" in page and not chosen(page, ended)
    assert visitor.send({"letter": [ended], "do": "leave"}, form="They do not go any more").status_code == 200
    assert "Left unsent as the request was reopened" in visitor.get(f"/staff/cases/{reference}").text
