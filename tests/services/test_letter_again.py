"""A letter that left and did not arrive goes again as it is: what it did counts from when it left first."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Action
from sar_service.models import Case, Letter
from sar_service.services import case as cases
from sar_service.services import clock, delivery, letter_draft, letter_send
from tests import factories, packs


def leaves(row: Letter, at: datetime) -> None:
    db.session.commit()
    begun = letter_send.begin(row.id, now=at)
    assert begun is not None
    letter_send.sent(row.id, begun[0], "<1@mail>", now=at)
    db.session.commit()


def bounced(case: Case, kind: str, officer: Actor, now: datetime) -> Letter:
    """A letter of this kind that left and came back a day later."""
    row = letter_draft.begin_and_send(case, kind, "Which years?", actor=officer, now=now)
    leaves(row, now)
    assert delivery.bounced(row.id, reason="no such mailbox", permanent=True, now=now + timedelta(days=1))
    db.session.commit()
    assert row.state == "failed"
    return row


def again(case: Case, row: Letter, officer: Actor, at: datetime) -> None:
    delivery.send_again(case, row, by_post=False, version=row.version, actor=officer, now=at)


def days(case: Case, kind: str) -> list[date]:
    return [fact.on for fact in clock.standing_facts(case) if fact.kind == kind]


def test_a_question_was_asked_on_the_day_it_first_left(app: Flask, staff: packs.Made, now: datetime) -> None:
    officer = staff("officer")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    row = bounced(case, "clarification", officer, now)
    again(case, row, officer, now + timedelta(days=3))
    leaves(row, now + timedelta(days=3))
    assert row.state == "sent" and days(case, "clarification_requested") == [clock.day_of(now)]


def test_a_notice_that_left_in_time_may_go_again_after_its_last_day(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    row = bounced(case, "extension", officer, now)
    assert case.notice_by is not None
    late = now + timedelta(days=(case.notice_by - clock.day_of(now)).days + 1)
    again(case, row, officer, late)
    leaves(row, late)
    assert row.state == "sent" and days(case, "extension_notice") == [clock.day_of(now)]


def test_a_question_in_a_request_that_has_ended_does_not_go_again(app: Flask, staff: packs.Made, now: datetime) -> None:
    officer, manager = staff("officer"), staff("manager")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    row = bounced(case, "clarification", officer, now)
    cases.move(case, Action.WITHDRAW, actor=manager, now=now + timedelta(days=2), reason="They rang")
    with pytest.raises(WrongState, match="has ended"):
        again(case, row, officer, now + timedelta(days=2))
    assert row.state == "failed"
    delivery.settle(case, row, reason="Not needed", version=row.version, actor=officer, now=now + timedelta(days=2))
    assert row.state == "ended"
