"""A question that was left unsent as its request ended is asked after all once the request goes on."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action
from sar_service.models import Case, Letter
from sar_service.services import case as cases
from sar_service.services import letter_draft, letter_hold, letter_post, letter_send
from tests import factories, packs
from tests.services.test_complaint import a_complaint

MINUTE = timedelta(minutes=1)


def asked(case: Case, officer: Actor, now: datetime) -> Letter:
    row = letter_draft.begin_and_send(case, "clarification", "Which years?", actor=officer, now=now)
    db.session.commit()
    return row


def withdrawn(case: Case, officer: Actor, now: datetime) -> None:
    cases.move(case, Action.WITHDRAW, actor=officer, now=now, reason="They said so")
    letter_hold.let_lie(case, actor=officer, now=now)
    db.session.commit()


def reopened(case: Case, manager: Actor, now: datetime) -> None:
    cases.move(case, Action.REOPEN, actor=manager, now=now, reason="It was another's")
    letter_hold.wait_again(case, actor=manager, now=now)
    db.session.commit()


def test_one_that_an_email_could_not_take_before_the_request_ended(
    app: Flask, sent: Any, staff: packs.Made, now: datetime
) -> None:
    """Else the clock stands still on a question that nobody was asked."""
    officer, manager = staff("officer"), staff("manager")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    row = asked(case, officer, now)
    withdrawn(case, officer, now + MINUTE)
    assert letter_send.begin(row.id, now=now + 2 * MINUTE) is None and row.state == "ended"
    db.session.commit()
    reopened(case, manager, now + 3 * MINUTE)
    assert (case.clock_state, row.state) == ("paused", "waiting")
    begun = letter_send.begin(row.id, now=now + 4 * MINUTE)
    assert begun is not None


@pytest.mark.parametrize("settled", [True, False])
def test_one_that_was_taken_from_the_list_for_the_post(
    app: Flask, sent: Any, staff: packs.Made, now: datetime, settled: bool
) -> None:
    officer, manager = staff("officer"), staff("manager")
    case = factories.a_case(now=now, requester={"name": "Morwenna Tregale", "address": ["4 Quarry Lane"]})
    if settled:
        case = factories.with_identity(case, actor=officer, now=now)
    row = asked(case, officer, now)
    withdrawn(case, officer, now + MINUTE)
    letter_post.leave([(row, case)], actor=officer, now=now + 2 * MINUTE)
    db.session.commit()
    reopened(case, manager, now + 3 * MINUTE)
    assert (case.clock_state, row.state) == ("paused", "to_post")


def test_one_whose_request_is_reopened_by_an_upheld_complaint(
    app: Flask, sent: Any, staff: packs.Made, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    row = asked(case, officer, now)
    withdrawn(case, officer, now + MINUTE)
    assert letter_send.begin(row.id, now=now + 2 * MINUTE) is None and row.state == "ended"
    complaint = a_complaint(now, about=case)
    outcome = letter_draft.begin(
        complaint, "outcome-complaint", "You never withdrew it.", result="all", done="We go on.", reopen=True,
        actor=staff("officer"), now=now + 3 * MINUTE,
    )  # fmt: skip
    letter_draft.send(complaint, outcome, version=outcome.version, actor=staff("manager"), now=now + 4 * MINUTE)
    db.session.commit()
    assert (case.clock_state, row.state) == ("paused", "waiting")
