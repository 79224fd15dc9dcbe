"""Letters that go on paper: listed, printed as one file, and noted as posted."""

import io
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pikepdf
import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, Case, Letter
from sar_service.services import clock, identity_change, letter_draft
from tests import factories
from tests.browser import Visitor

Made = Callable[..., Actor]
NO_EMAIL = {"name": "Ivo Penhale", "email": "", "phone": "01632 960001", "address": "3 Quay Row, Northmoor"}


@pytest.fixture
def made(app: Flask, now: datetime) -> list[Case]:
    return [factories.a_case(now=now, requester=NO_EMAIL) for _ in range(2)]


def states() -> list[str]:
    db.session.expire_all()
    return sorted(row.state for row in db.session.query(Letter))


def test_letters_are_printed_together_and_noted_once_they_are_posted(
    visit: Callable[..., Visitor], made: list[Case]
) -> None:
    assert states() == ["to_post", "to_post"]
    officer = visit("officer")
    page = officer.get("/staff/post")
    assert page.text.count("Ivo Penhale, 3 Quay Row, Northmoor") == 2
    ids = [str(row.id) for row in db.session.query(Letter)]
    paper = officer.send({"letter": ids, "do": "print"}, form="Print them")
    assert paper.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        assert len(pdf.pages) == 4 and len(pdf.pages) % 2 == 0
    assert states() == ["to_post", "to_post"]
    officer.get("/staff/post")
    answer = officer.send({"letter": ids[:1], "do": "posted"}, form="They are in the post")
    assert answer.status_code == 200 and "1 letter is in the post" in answer.text
    assert states() == ["posted", "to_post"]
    officer.get("/staff/post")
    answer = officer.send({"letter": ids, "do": "posted"}, form="They are in the post")
    assert answer.status_code == 409 and "Somebody else has posted" in answer.text


def test_what_somebody_else_has_printed_is_marked_and_not_printed_a_second_time_unawares(
    visit: Callable[..., Visitor], made: list[Case]
) -> None:
    first, second = visit("officer", name="Olive Rook"), visit("officer")
    ids = [str(row.id) for row in db.session.query(Letter)]
    for officer in (first, second):
        assert officer.get("/staff/post").text.count(" checked") == 2
    assert first.send({"letter": ids[:1], "do": "print"}, form="Print them").mimetype == "application/pdf"
    answer = second.send({"letter": ids, "do": "print"}, form="Print them")
    assert answer.status_code == 409 and "Somebody else has printed" in answer.text
    assert answer.text.count("Printed by Olive Rook") == 1 and answer.text.count(" checked") == 1
    assert printed() == 1  # of the other letter nobody has a copy now, and it is not said that somebody has
    first.get("/staff/post")
    assert first.send({"letter": ids[:1], "do": "print"}, form="Print them").mimetype == "application/pdf"
    assert first.get("/staff/post").text.count(" checked") == 2  # those of one's own are to be noted next
    second.get("/staff/post")
    assert second.send({"letter": ids, "do": "print"}, form="Print them").mimetype == "application/pdf"  # knowing it
    assert printed() == 4
    second.get("/staff/post")
    answer = second.send({"letter": ids, "do": "posted"}, form="They are in the post")
    assert "2 letters are in the post" in answer.text and states() == ["posted", "posted"]


def printed() -> int:
    db.session.expire_all()
    return db.session.query(AuditEvent).filter_by(verb="printed a letter").count()


@pytest.mark.parametrize(("do", "button"), [("print", "Print them"), ("posted", "They are in the post")])
def test_why_a_letter_waits_for_the_post_no_more_is_said_as_it_is(
    visit: Callable[..., Visitor], made: list[Case], officer: Actor, now: datetime, do: str, button: str
) -> None:
    key, visitor, other = made[0].id, visit("officer"), visit("officer")
    ids: list[Any] = [str(row.id) for row in db.session.query(Letter)]
    visitor.get("/staff/post")
    mine = again(key)
    identity_change.change_contact(mine, {"phone": "01632 960777"}, actor=officer, now=now)
    reference = mine.reference
    db.session.commit()
    answer = visitor.send({"letter": ids, "do": do}, form=button)
    assert answer.status_code == 409 and "Somebody else has posted" not in answer.text
    assert f"The letter in {reference} was held back" in answer.text and states().count("to_post") == 1 + 1
    waits = [str(row.id) for row in db.session.query(Letter).filter_by(state="to_post")]
    visitor.get("/staff/post")
    other.get("/staff/post")
    other.send({"letter": waits, "do": "posted"}, form="They are in the post")
    answer = visitor.send({"letter": waits, "do": do}, form=button)
    assert answer.status_code == 409 and "Somebody else has posted" in answer.text
    visitor.get("/staff/post")
    answer = visitor.post("/staff/post", {"letter": [str(uuid.uuid4())], "do": do})
    assert answer.status_code == 409 and "waits for the post no more" in answer.text


def test_nothing_chosen_is_said(visit: Callable[..., Visitor], made: list[Case]) -> None:
    officer = visit("officer")
    officer.get("/staff/post")
    answer = officer.send({"letter": [], "do": "posted"}, form="They are in the post")
    assert answer.status_code == 400 and "Choose at least one letter" in answer.text
    assert states() == ["to_post", "to_post"]


def test_letters_of_cases_that_one_may_not_see_are_not_listed(visit: Callable[..., Visitor], made: list[Case]) -> None:
    made[0].restricted = True
    db.session.commit()
    officer = visit("officer")
    assert officer.get("/staff/post").text.count("Ivo Penhale") == 1
    ids: list[Any] = [str(row.id) for row in db.session.query(Letter)]
    answer = officer.send({"letter": ids, "do": "print"}, form="Print them")
    assert answer.status_code == 409


def test_nobody_waits_for_the_post(visit: Callable[..., Visitor]) -> None:
    assert "No letter waits" in visit("officer").get("/staff/post").text


@pytest.fixture
def on_day(app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets days go by."""
    return lambda days: monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(days=days))


def again(key: uuid.UUID) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, key)


def asked(case: Case, kind: str, *, actor: Actor, now: datetime) -> str:
    """A letter of this kind that waits to be posted: its id."""
    row = letter_draft.begin_and_send(case, kind, "Which years do you mean?", actor=actor, now=now)
    db.session.commit()
    assert row.state == "to_post"
    return str(row.id)


def post(visitor: Visitor, letter: str) -> Any:
    visitor.get("/staff/post")
    return visitor.send({"letter": [letter], "do": "posted"}, form="They are in the post")


def questions(key: uuid.UUID) -> list[date]:
    return [fact.on for fact in clock.in_order(again(key), "clarification_requested")]


def test_a_question_that_lay_here_stops_the_clock_from_the_day_it_is_posted(
    visit: Callable[..., Visitor], staff: Made, made: list[Case], now: datetime, on_day: Callable[[int], None]
) -> None:
    key, reference = made[0].id, made[0].reference
    letter = asked(made[0], "clarification", actor=staff("officer"), now=now)
    written_on = clock.day_of(now)
    assert questions(key) == [written_on]
    assert "not been put into the post" not in visit("officer").get("/staff/").text
    on_day(3)
    visitor = visit("officer")
    assert "3 letters have not been put into the post" in visitor.get("/staff/").text  # with two acknowledgements
    page = post(visitor, letter)
    assert "counts from today" in page.text and reference in page.text
    assert questions(key) == [written_on + timedelta(days=3)]
    assert "The letter was put into the post on this day." in visitor.get(f"/staff/cases/{reference}/facts").text


def test_a_notice_that_is_posted_too_late_gives_no_more_time(
    visit: Callable[..., Visitor], staff: Made, made: list[Case], now: datetime, on_day: Callable[[int], None]
) -> None:
    key, before = made[0].id, made[0].due_on
    letter = asked(made[0], "extension", actor=staff("officer"), now=now)
    assert before is not None and again(key).due_on != before
    on_day((before - clock.day_of(now)).days + 1)
    assert "counts from today" in post(visit("officer"), letter).text
    assert again(key).due_on == before


def test_until_when_a_notice_has_to_be_in_the_post_is_said_beside_it(
    visit: Callable[..., Visitor], staff: Made, made: list[Case], now: datetime, on_day: Callable[[int], None]
) -> None:
    asked(made[0], "extension", actor=staff("officer"), now=now)
    page = visit("officer").get("/staff/post").text
    assert page.count("In the post by Wednesday 23 December 2026") == 1 and "Too late" not in page
    on_day(31)
    page = visit("officer").get("/staff/post").text
    assert page.count("Too late: it gives no more time") == 1 and "In the post by" not in page


@pytest.mark.parametrize("known", ["answered", "put right", "posted at once"])
def test_what_is_known_better_is_left_as_it_is(
    visit: Callable[..., Visitor], staff: Made, now: datetime, on_day: Callable[[int], None], known: str
) -> None:
    officer, today = staff("officer"), clock.day_of(now)
    case = factories.a_case(now=now, requester=NO_EMAIL, received_on=today - timedelta(days=5))
    key, asked_on = case.id, today
    letter = asked(case, "clarification", actor=officer, now=now)
    if known == "answered":
        clock.add_fact(case, "clarification_received", today, actor=officer, now=now)
    elif known == "put right":
        asked_on = today - timedelta(days=1)
        fact = clock.in_order(case, "clarification_requested")[0]
        clock.correct(case, str(fact.id), on=asked_on, reason="They were rung", actor=officer, now=now)
    db.session.commit()
    on_day(0 if known == "posted at once" else 2)
    page = post(visit("officer"), letter)
    assert "1 letter is in the post" in page.text and "counts from today" not in page.text
    assert questions(key) == [asked_on]


def test_an_answer_on_paper_is_given_on_the_day_it_is_posted(
    visit: Callable[..., Visitor], staff: Made, now: datetime, on_day: Callable[[int], None]
) -> None:
    case = factories.a_case(now=now, requester=NO_EMAIL, right=Right.OBJECTION)
    factories.with_identity(case, actor=staff("officer"), now=now)
    row = letter_draft.begin(case, "outcome-objection", "We stop", result="all", actor=staff("officer"), now=now)
    letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=now)
    db.session.commit()
    key, letter = case.id, str(row.id)
    assert again(key).released_on == clock.day_of(now)
    on_day(4)
    post(visit("officer"), letter)
    assert again(key).released_on == clock.day_of(now) + timedelta(days=4)


def test_a_letter_without_an_address_is_pointed_out_and_not_chosen(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    factories.a_case(now=now, requester={**NO_EMAIL, "address": ""})
    page = visit("officer").get("/staff/post")
    assert "No address is known" in page.text
    box = page.text[page.text.index('name="letter"') :]
    assert "checked" not in box[: box.index(">")]


@pytest.mark.parametrize("counts", [1, 0])
def test_a_letter_counts_from_the_day_on_which_it_was_posted_not_from_that_on_which_it_is_noted(
    visit: Callable[..., Visitor],
    staff: Made,
    made: list[Case],
    now: datetime,
    on_day: Callable[[int], None],
    counts: int,
) -> None:
    key, letter = made[0].id, asked(made[0], "clarification", actor=staff("officer"), now=now)
    left = clock.day_of(now) + timedelta(days=counts)
    on_day(3)
    visitor = visit("officer")
    visitor.get("/staff/post")
    page = visitor.send({"letter": [letter], "do": "posted", "on": left.isoformat()}, form="They are in the post")
    assert "1 letter is in the post" in page.text
    assert ("counts from" in page.text) is bool(counts) and "counts from today" not in page.text
    assert questions(key) == [left]
    row = db.session.get_one(Letter, uuid.UUID(letter))
    assert row.sent_at is not None and clock.day_of(row.sent_at) == left


def test_a_day_that_cannot_be_is_not_taken(
    visit: Callable[..., Visitor], staff: Made, made: list[Case], now: datetime
) -> None:
    reference, letter = made[0].reference, asked(made[0], "clarification", actor=staff("officer"), now=now)
    visitor = visit("officer")
    for days, says in ((1, "still to come"), (-1, f"Written after that day: {reference}.")):
        visitor.get("/staff/post")
        on = (clock.day_of(now) + timedelta(days=days)).isoformat()
        answer = visitor.send({"letter": [letter], "do": "posted", "on": on}, form="They are in the post")
        assert answer.status_code == 400 and says in answer.text
    assert "posted" not in states()


def test_a_letter_that_came_back_in_the_post_is_on_everybodys_list_until_it_is_posted_again(
    visit: Callable[..., Visitor], staff: Made, made: list[Case], now: datetime
) -> None:
    reference, letter = made[0].reference, asked(made[0], "clarification", actor=staff("officer"), now=now)
    officer, page = visit("officer"), f"/staff/cases/{reference}/letters/{letter}"
    assert "It came back" not in officer.get(page).text
    post(officer, letter)
    officer.get(page)
    answer = officer.send({"way": "back"}, form="It came back")
    assert "This letter did not arrive" in answer.text and "it came back in the post" in answer.text
    assert "A question that did not reach them stops no clock" in answer.text
    assert "1 letter did not arrive" in visit("officer").get("/staff/").text
    officer.get(page)
    assert "waits to be printed and posted" in officer.send({"way": "again"}, form="Post it again").text
    assert "1 letter did not arrive" not in officer.get("/staff/").text
    assert states().count("to_post") == 3
