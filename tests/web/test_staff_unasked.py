"""A question that has not left: the case says that nobody was asked yet, and one answered meanwhile does not go."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import Action
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.models import Case, Fact, Letter
from sar_service.services import case as cases
from sar_service.services import clock, letter_draft, letter_left, letter_post, letter_send
from tests import factories
from tests.browser import Visitor
from tests.web.test_staff_post_overtaken import NO_EMAIL, chosen, written

Visit = Callable[..., Visitor]
SAYS = "a question that nobody has been asked yet"
NOT_GIVEN = "a notice that nobody has been given yet"


@pytest.mark.parametrize("kind", ["clarification", "identity-asked", "fee-asked"])
def test_a_case_says_that_its_question_is_not_in_the_post_and_when_it_is_due_meanwhile(
    visit: Visit, officer: Actor, now: datetime, kind: str
) -> None:
    due = factories.a_case(now=now).due_on
    case, letter = written(kind, actor=officer, now=now, requester=NO_EMAIL)
    reference = case.reference
    assert due is not None and case.clock_state != "running"
    page = visit("officer").get(f"/staff/cases/{reference}").text
    assert SAYS in page and f"/letters/{letter}" in page
    assert f"Until then the answer is due on {due:%A} {due.day} {due:%B %Y}" in page
    row = db.session.get_one(Letter, UUID(letter))
    letter_post.posted([(row, db.session.get_one(Case, row.case_id))], on=clock.day_of(now), actor=officer, now=now)
    db.session.commit()
    assert SAYS not in visit("officer").get(f"/staff/cases/{reference}").text


def test_a_case_says_that_its_notice_of_more_time_is_not_in_the_post_and_by_when_it_has_to_be(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    due = factories.a_case(now=now).due_on
    case, letter = written("extension", actor=officer, now=now, requester=NO_EMAIL)
    key, reference, by = case.id, case.reference, case.notice_by
    assert due is not None and by is not None and case.due_on != due
    page = visit("officer").get(f"/staff/cases/{reference}").text
    assert NOT_GIVEN in page and f"/letters/{letter}" in page
    assert f"It has to leave by {by:%A} {by.day} {by:%B %Y}" in page
    assert f"Without it the answer is due on {due:%A} {due.day} {due:%B %Y}" in page
    row = db.session.get_one(Letter, UUID(letter))
    letter_post.posted([(row, db.session.get_one(Case, key))], on=clock.day_of(now), actor=officer, now=now)
    db.session.commit()
    assert NOT_GIVEN not in visit("officer").get(f"/staff/cases/{reference}").text


def test_a_notice_that_lay_here_until_it_was_too_late_is_said_to_be_so(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    case, _letter = written("extension", actor=officer, now=now - timedelta(days=40), requester=NO_EMAIL)
    by = case.notice_by
    assert by is not None
    page = visit("officer").get(f"/staff/cases/{case.reference}").text
    assert f"It is too late for that now: it had to leave by {by:%A} {by.day} {by:%B %Y}" in page


def test_a_notice_that_was_given_in_another_way_or_taken_back_is_not_waited_for(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    then = now - timedelta(days=4)
    case, _letter = written("extension", actor=officer, now=then, requester=NO_EMAIL)
    (fact,) = clock.in_order(case, "extension_notice")
    clock.correct(case, str(fact.id), on=clock.day_of(now), reason="By hand.", actor=officer, now=now)
    assert letter_left.unnoticed(case) == ([], None)
    case, _letter = written("extension", actor=officer, now=then, requester=NO_EMAIL)
    (fact,) = clock.in_order(case, "extension_notice")
    clock.correct(case, str(fact.id), on=None, reason="Not needed.", actor=officer, now=now)
    assert letter_left.unnoticed(case) == ([], None)


def test_a_question_that_leaves_at_once_by_e_mail_is_no_news(visit: Visit, officer: Actor, now: datetime) -> None:
    case, _letter = written("clarification", actor=officer, now=now)
    assert SAYS not in visit("officer").get(f"/staff/cases/{case.reference}").text


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("clarification", "clarification_received"),
        ("identity-asked", "identity_received"),
        ("fee-asked", "fee_paid"),
    ],
)
def test_a_question_that_was_answered_before_it_was_posted_is_not_to_be_posted(
    visit: Visit, officer: Actor, now: datetime, kind: str, answer: str
) -> None:
    case, letter = written(kind, actor=officer, now=now, requester=NO_EMAIL)
    key, reference = case.id, case.reference
    visitor = visit("officer")
    assert chosen(visitor.get("/staff/post").text, letter)
    case = db.session.get_one(Case, key)
    clock.add_fact(case, answer, clock.day_of(now), actor=officer, now=now + timedelta(minutes=1))
    db.session.commit()
    page = visitor.get("/staff/post").text
    assert "Do not post it: it was answered already" in page and not chosen(page, letter)
    assert visitor.send({"letter": [letter], "do": "leave"}, form="They do not go any more").status_code == 200
    page = visitor.get(f"/staff/cases/{reference}").text
    assert "Left unsent, as it was answered already" in page and SAYS not in page


def test_days_during_which_a_question_lay_here_are_no_days_of_waiting_for_its_answer(
    officer: Actor, now: datetime
) -> None:
    case, _letter = written("clarification", actor=officer, now=now - timedelta(days=4), requester=NO_EMAIL)
    clock.add_fact(case, "clarification_received", clock.day_of(now), actor=officer, now=now)
    asked = clock.in_order(case, "clarification_requested")
    assert [fact.on for fact in asked] == [clock.day_of(now)]
    paused = [(each.asked, each.answered) for each in clock.facts_of(case).clarifications]
    assert paused == [(clock.day_of(now), clock.day_of(now))]


def test_a_question_that_was_posted_waits_from_that_day(officer: Actor, now: datetime) -> None:
    then = now - timedelta(days=4)
    case, letter = written("clarification", actor=officer, now=then, requester=NO_EMAIL)
    row = db.session.get_one(Letter, UUID(letter))
    letter_post.posted([(row, case)], on=clock.day_of(then), actor=officer, now=then)
    clock.add_fact(case, "clarification_received", clock.day_of(now), actor=officer, now=now)
    assert [fact.on for fact in clock.in_order(case, "clarification_requested")] == [clock.day_of(then)]


@pytest.mark.parametrize(("kind", "answer"), [("identity-asked", "identity_received"), ("fee-asked", "fee_paid")])
def test_what_came_before_its_letter_had_left_is_asked_about(
    visit: Visit, officer: Actor, now: datetime, kind: str, answer: str
) -> None:
    then = now - timedelta(days=4)
    due = factories.a_case(now=then).due_on
    case, letter = written(kind, actor=officer, now=then, requester=NO_EMAIL)
    key, reference = case.id, case.reference
    clock.add_fact(case, answer, clock.day_of(now), actor=officer, now=now)
    db.session.commit()
    visitor = visit("officer")
    page = visitor.get(f"/staff/cases/{reference}").text
    assert due is not None and f"The answer is then due on {due:%A} {due.day} {due:%B %Y}" in page
    visitor.get("/staff/post")
    visitor.send({"letter": [letter], "do": "leave"}, form="They do not go any more")
    assert "The answer is then due on" in visitor.get(f"/staff/cases/{reference}").text
    case = db.session.get_one(Case, key)
    for fact in clock.in_order(case, answer, KINDS[kind].does)[::-1]:
        clock.correct(case, str(fact.id), on=None, reason="Nobody had asked.", actor=officer, now=now)
    assert case.due_on == due
    db.session.commit()
    assert "The answer is then due on" not in visitor.get(f"/staff/cases/{reference}").text


def test_an_e_mail_that_was_answered_before_it_could_leave_does_not_go(officer: Actor, now: datetime) -> None:
    case, letter = written("clarification", actor=officer, now=now)
    row = db.session.get_one(Letter, UUID(letter))
    clock.add_fact(case, "clarification_received", clock.day_of(now), actor=officer, now=now + timedelta(minutes=1))
    assert letter_send.begin(row.id, now=now) is None
    assert (row.state, row.message) == ("ended", letter_send.ANSWERED)


def test_a_second_question_goes_though_the_first_was_answered(officer: Actor, now: datetime) -> None:
    case, _first = written("clarification", actor=officer, now=now)
    clock.add_fact(case, "clarification_received", clock.day_of(now), actor=officer, now=now + timedelta(minutes=1))
    later = now + timedelta(minutes=2)
    row = letter_draft.begin_and_send(case, "clarification", "And which years?", actor=officer, now=later)
    assert letter_send.begin(row.id, now=later) is not None


@pytest.mark.parametrize(("result", "goes"), [("all", False), ("part", True)])
def test_that_others_answer_is_not_said_once_the_request_was_reopened(
    officer: Actor, staff: Callable[..., Actor], now: datetime, result: str, goes: bool
) -> None:
    case = factories.a_case(now=now, right=Right.ACCESS)
    row = letter_draft.begin_and_send(case, "redirect-police", "", result=result, actor=officer, now=now)
    assert not letter_left.overtaken(case, row)
    if result == "all":
        assert case.redirected_as is Route.POLICE
        cases.move(case, Action.REOPEN, actor=staff("manager"), now=now + timedelta(minutes=1), reason="It is ours")
    db.session.commit()
    assert (letter_send.begin(row.id, now=now + timedelta(minutes=2)) is not None) is goes


def paused(case: Case) -> list[tuple[date, date | None]]:
    return [(each.asked, each.answered) for each in clock.facts_of(case).clarifications]


def answered(case: Case, on: datetime, *, actor: Actor) -> Fact:
    return clock.add_fact(case, "clarification_received", clock.day_of(on), actor=actor, now=on)


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_of_an_answer_is_put_right_and_its_question_never_asked_goes_with_it(
    officer: Actor, now: datetime, days: int
) -> None:
    case, _letter = written("clarification", actor=officer, now=now - timedelta(days=6), requester=NO_EMAIL)
    found = answered(case, now - timedelta(days=2), actor=officer)
    right = clock.day_of(now - timedelta(days=2 - days))
    clock.correct(case, str(found.id), on=right, reason="Stamped then.", actor=officer, now=now)
    assert paused(case) == [(right, right)]


def test_the_answer_to_a_later_question_leaves_the_first_where_it_was(officer: Actor, now: datetime) -> None:
    case, _letter = written("clarification", actor=officer, now=now - timedelta(days=8), requester=NO_EMAIL)
    answered(case, now - timedelta(days=6), actor=officer)
    asked = now - timedelta(days=4)
    clock.add_fact(case, "clarification_requested", clock.day_of(asked), actor=officer, now=asked)
    answered(case, now, actor=officer)
    first = clock.day_of(now - timedelta(days=6))
    assert paused(case) == [(first, first), (clock.day_of(asked), clock.day_of(now))]


def test_a_day_on_which_somebody_said_that_they_were_asked_stays(officer: Actor, now: datetime) -> None:
    then = now - timedelta(days=6)
    case, _letter = written("clarification", actor=officer, now=then, requester=NO_EMAIL)
    fact, on = clock.in_order(case, "clarification_requested")[0], clock.day_of(now - timedelta(days=5))
    clock.correct(case, str(fact.id), on=on, reason="Asked by telephone.", actor=officer, now=now)
    answered(case, now, actor=officer)
    assert paused(case) == [(on, clock.day_of(now))]


def test_an_answer_after_the_request_has_ended_is_recorded_and_moves_nothing(
    officer: Actor, staff: Callable[..., Actor], now: datetime
) -> None:
    then = now - timedelta(days=6)
    case, _letter = written("clarification", actor=officer, now=then, requester=NO_EMAIL)
    cases.move(case, Action.WITHDRAW, actor=staff("manager"), now=now - timedelta(days=2), reason="They said so.")
    answered(case, now, actor=officer)
    assert paused(case) == [(clock.day_of(then), clock.day_of(now))]


@pytest.mark.parametrize("left", [False, True])
def test_where_the_answer_is_taken_back_its_question_counts_from_when_it_leaves(
    visit: Visit, officer: Actor, now: datetime, left: bool
) -> None:
    case, letter = written("clarification", actor=officer, now=now - timedelta(days=6), requester=NO_EMAIL)
    found = answered(case, now - timedelta(days=3), actor=officer)
    row = db.session.get_one(Letter, UUID(letter))
    if left:
        letter_post.leave([(row, case)], actor=officer, now=now - timedelta(days=2))
    clock.correct(case, str(found.id), on=None, reason="Of another case.", actor=officer, now=now - timedelta(days=1))
    db.session.commit()
    reference = case.reference
    assert SAYS in visit("officer").get(f"/staff/cases/{reference}").text
    if not left:
        row = db.session.get_one(Letter, UUID(letter))
        case = db.session.get_one(Case, row.case_id)
        letter_post.posted([(row, case)], on=clock.day_of(now), actor=officer, now=now)
        assert paused(case) == [(clock.day_of(now), None)]


def test_the_time_for_a_pupils_record_rests_on_no_evidence_and_nobody_is_told_that_it_does(
    officer: Actor, now: datetime
) -> None:
    then = now - timedelta(days=45)  # the half-term holiday lies between
    case, _letter = written("identity-asked", actor=officer, now=then, requester=NO_EMAIL, right=Right.PUPIL_RECORD)
    clock.add_fact(case, "identity_received", clock.day_of(now), actor=officer, now=now)
    assert letter_left.answered_first(case) == ([], None)


def test_the_clock_rests_on_a_question_that_left_though_another_of_that_day_did_not(
    officer: Actor, now: datetime
) -> None:
    then = now - timedelta(days=3)
    case, letter = written("clarification", actor=officer, now=then, requester=NO_EMAIL)
    row = db.session.get_one(Letter, UUID(letter))
    letter_post.posted([(row, case)], on=clock.day_of(then), actor=officer, now=then)
    second = letter_draft.begin_and_send(
        case, "clarification", "And which years?", actor=officer, now=then + timedelta(minutes=5)
    )
    assert letter_left.unasked(case) == ([second], None)
