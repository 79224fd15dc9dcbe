"""The clock of a running case: what is recorded drives it, corrections keep both days, what cannot count is refused."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case, Fact
from sar_service.services import case as cases
from sar_service.services import clock, identity, identity_change
from tests import factories

RECEIVED = date(2026, 9, 1)
LATER = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def case(app: Any) -> Case:
    return factories.a_case(now=LATER, received_on=RECEIVED)


def record(case: Case, kind: str, on: date, actor: Actor, **told: Any) -> Fact:
    return clock.add_fact(case, kind, on, actor=actor, now=LATER, **told)


def correct(case: Case, fact: Fact, on: date | None, actor: Actor, reason: str = "Misread") -> Fact:
    return clock.correct(case, str(fact.id), on=on, reason=reason, actor=actor, now=LATER)


def test_half_past_midnight_in_summer_is_already_the_next_day() -> None:
    assert clock.day_of(datetime(2026, 6, 29, 23, 30, tzinfo=UTC)) == date(2026, 6, 30)
    assert clock.day_of(datetime(2026, 12, 29, 23, 30, tzinfo=UTC)) == date(2026, 12, 29)


def test_a_mistyped_day_is_put_right_and_both_stay_on_file(case: Case, officer: Actor) -> None:
    record(case, "clarification_requested", date(2026, 9, 8), officer)
    wrong = record(case, "clarification_received", date(2026, 9, 30), officer)
    assert case.due_on == date(2026, 10, 26)  # 1 October and 23 days is a Saturday
    correct(case, wrong, date(2026, 9, 10), officer)
    assert case.due_on == date(2026, 10, 5)  # and 3 days is a Sunday
    assert [fact.on for fact in case.facts if fact.kind == "clarification_received"] == [
        date(2026, 9, 30),
        date(2026, 9, 10),
    ]


def test_only_the_payment_that_completes_a_fee_begins_the_time(case: Case, officer: Actor) -> None:
    record(case, "fee_requested", date(2026, 9, 3), officer)
    paid = record(case, "fee_paid", date(2026, 9, 10), officer)
    assert case.due_on == date(2026, 10, 12)  # 10 October is a Saturday
    db.session.commit()
    with pytest.raises(InvalidInput, match=r"was paid on Thursday 10 September 2026\. If that was"):
        record(case, "fee_paid", date(2026, 9, 24), officer)
    db.session.rollback()
    assert case.due_on == date(2026, 10, 12)
    correct(case, paid, date(2026, 9, 24), officer)  # the first was a part
    assert case.due_on == date(2026, 10, 26)


def test_a_second_payment_that_is_on_file_from_before_moves_nothing(case: Case, officer: Actor) -> None:
    record(case, "fee_requested", date(2026, 9, 3), officer)
    record(case, "fee_paid", date(2026, 9, 10), officer)
    again = Fact(kind="fee_paid", on=date(2026, 9, 24), recorded_by="", recorded_at=LATER, number=9, detail={},
                 id=uuid.uuid4(), case_id=case.id, controller=case.controller)  # fmt: skip
    case.facts.append(again)
    assert clock.reckon(case).due == date(2026, 10, 12)
    correct(case, again, None, officer)
    assert clock.reckon(case).due == date(2026, 10, 12)


def test_a_fee_that_is_asked_for_again_is_complete_with_the_payment_after_that(case: Case, officer: Actor) -> None:
    for kind, day in (("fee_requested", 3), ("fee_paid", 10), ("fee_requested", 11), ("fee_paid", 17)):
        record(case, kind, date(2026, 9, day), officer)
    assert case.due_on == date(2026, 10, 19)  # 17 October is a Saturday


def test_an_entry_that_never_happened_is_taken_back(case: Case, officer: Actor) -> None:
    asked = record(case, "clarification_requested", date(2026, 9, 8), officer)
    assert case.clock_state == "paused"
    correct(case, asked, None, officer)
    assert case.due_on == date(2026, 10, 1)
    assert asked in case.facts and asked not in clock.standing_facts(case)


def test_what_cannot_be_corrected_is_refused_by_name(case: Case, officer: Actor) -> None:
    received = clock.standing_facts(case)[0]
    for on, reason, field in (
        (None, "x", "entry"),
        (RECEIVED, "x", "on"),
        (date(2026, 9, 2), " ", "reason"),
        (date(2031, 1, 1), "x", "on"),
    ):
        with pytest.raises(InvalidInput) as refused:
            correct(case, received, on, officer, reason)
        assert refused.value.field == field
    with pytest.raises(InvalidInput) as refused:
        clock.correct(case, "no such", on=RECEIVED, reason="x", actor=officer, now=LATER)
    assert refused.value.field == "entry"


def test_one_answer_answers_all_that_was_asked_before_it(case: Case, officer: Actor) -> None:
    record(case, "clarification_requested", date(2026, 9, 8), officer)
    record(case, "clarification_requested", date(2026, 9, 15), officer)  # a reminder
    record(case, "clarification_received", date(2026, 9, 18), officer)
    assert case.clock_state == "running"
    assert clock.reckon(case).paused_days == 11


def test_an_answer_to_no_question_is_refused(case: Case, officer: Actor) -> None:
    with pytest.raises(InvalidInput, match="no open question"):
        record(case, "clarification_received", date(2026, 9, 18), officer)


def test_asking_again_on_the_day_of_the_answer_pauses_again(case: Case, officer: Actor) -> None:
    record(case, "clarification_requested", date(2026, 9, 8), officer)
    record(case, "clarification_received", date(2026, 9, 18), officer)
    clock.add_fact(case, "clarification_requested", date(2026, 9, 18), actor=officer, now=LATER + timedelta(minutes=5))
    assert case.clock_state == "paused"


def test_a_notice_in_time_extends_and_a_late_one_is_refused(case: Case, officer: Actor) -> None:
    with pytest.raises(InvalidInput, match="had to be given by Thursday 1 October 2026") as refused:
        record(case, "extension_notice", date(2026, 10, 2), officer, reasons="Very many files")
    assert refused.value.field == "on"
    db.session.rollback()
    again = factories.a_case(now=LATER, received_on=RECEIVED)
    record(again, "extension_notice", date(2026, 10, 1), officer, reasons="Very many files")
    assert again.due_on == date(2026, 12, 1)


def test_a_right_that_cannot_be_extended_takes_no_notice(app: Any, officer: Actor) -> None:
    case = factories.a_case(now=LATER, received_on=RECEIVED, right=Right.COMPLAINT)
    with pytest.raises(InvalidInput, match="cannot be extended"):
        record(case, "extension_notice", date(2026, 9, 2), officer, reasons="Very many files")


def ask(case: Case, on: date, officer: Actor) -> None:
    cases.move(case, Action.ASK_IDENTITY, actor=officer, now=LATER)
    record(case, "identity_requested", on, officer)


def see(case: Case, kind: str, on: date, officer: Actor, now: datetime = LATER) -> None:
    identity.see(
        case, kind=kind, about="requester", arrived_on=on, seen_on=clock.day_of(now), seen="", actor=officer, now=now
    )


def test_the_wait_for_identity_ends_on_the_day_it_came(case: Case, officer: Actor) -> None:
    ask(case, date(2026, 9, 3), officer)
    assert (case.clock_state, case.due_on) == ("not_started", None)
    see(case, "photo_document", date(2026, 9, 14), officer)
    identity.settle(case, actor=officer, now=LATER)
    assert case.due_on == date(2026, 10, 14)


def test_checking_again_after_a_changed_contact_does_not_begin_the_time_again(case: Case, officer: Actor) -> None:
    ask(case, date(2026, 9, 3), officer)
    see(case, "photo_document", date(2026, 9, 14), officer)
    identity.settle(case, actor=officer, now=LATER)
    soon = LATER + timedelta(days=1)
    identity_change.change_contact(case, {"email": "new@example.org"}, actor=officer, now=soon)
    see(case, "vouched", clock.day_of(soon), officer, now=soon + timedelta(minutes=1))
    identity.settle(case, override="Ann saw her", sure="evidence", actor=officer, now=soon + timedelta(minutes=2))
    assert case.due_on == date(2026, 10, 14)


def test_asking_for_what_was_not_needed_gains_no_time(case: Case, officer: Actor) -> None:
    ask(case, date(2026, 9, 3), officer)
    identity.settle(case, override="The duty worker has known her for years", actor=officer, now=LATER)
    assert case.due_on == date(2026, 10, 5)  # a month from 3 September is a Saturday


def test_evidence_seen_before_the_contact_changed_on_the_same_day_is_not_enough(case: Case, officer: Actor) -> None:
    see(case, "photo_document", clock.day_of(LATER), officer)
    assert identity.assessment(case).sufficient
    identity_change.change_contact(case, {"email": "new@example.org"}, actor=officer, now=LATER + timedelta(hours=1))
    assert not identity.assessment(case).sufficient
    see(case, "vouched", clock.day_of(LATER), officer, now=LATER + timedelta(hours=2))
    assert identity.assessment(case).sufficient


def test_evidence_that_never_came_stops_the_time_and_unsettles_identity(case: Case, officer: Actor) -> None:
    ask(case, date(2026, 9, 3), officer)
    see(case, "photo_document", date(2026, 9, 14), officer)
    identity.settle(case, actor=officer, now=LATER)
    came = next(fact for fact in clock.standing_facts(case) if fact.kind == "identity_received")
    clock.correct(
        case,
        str(came.id),
        on=None,
        reason="It was of another person",
        actor=officer,
        now=LATER + timedelta(minutes=1),
    )
    assert (case.clock_state, case.due_on, identity.settled(case)) == ("not_started", None, False)


def test_a_question_is_not_taken_back_while_its_answer_stands(case: Case, officer: Actor) -> None:
    asked = record(case, "clarification_requested", date(2026, 9, 8), officer)
    record(case, "clarification_received", date(2026, 9, 10), officer)
    with pytest.raises(InvalidInput, match="answer of Thursday 10 September 2026 would answer no question"):
        correct(case, asked, None, officer)


def test_a_notice_put_right_to_a_day_that_was_too_late_stays_on_file_and_does_not_count(
    case: Case, officer: Actor
) -> None:
    notice = record(case, "extension_notice", date(2026, 9, 29), officer, reasons="Very many files")
    with pytest.raises(InvalidInput, match="extended already"), db.session.begin_nested():
        record(case, "extension_notice", date(2026, 9, 30), officer, reasons="Very many files")
    assert case.due_on == date(2026, 12, 1)
    correct(case, notice, date(2026, 10, 5), officer)
    found = clock.reckon(case)
    assert (found.due, found.extension_valid) == (date(2026, 10, 1), False)
    assert any("does not count" in step.sentence for step in found.steps)
