"""A round of the timetable: what fails in it keeps nothing else from being done, and is not kept quiet."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters import workplace
from sar_service.db import db
from sar_service.models import Case, Pulse, StaffMail
from sar_service.services import clock_renew, identity_copy, incoming, pulse, reminder, sweep
from tests import factories, packs
from workers import timetable

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def broken(*_: Any, **__: Any) -> None:
    raise KeyError("a council that is gone")


@pytest.fixture
def round_(app: Flask, sent: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(app.config, "NOW", lambda: MORNING)

    def run(number: int = 1) -> bool:
        db.session.commit()
        timetable.go_round(number)
        db.session.rollback()
        return db.session.get(Pulse, pulse.TIMETABLE) is not None

    return run


@pytest.mark.parametrize("step", [(sweep, "send_again"), (sweep, "go_on"), (identity_copy, "destroy_due")])
def test_whatever_else_fails_people_are_warned_and_the_worklist_says_that_it_stopped(
    staff: packs.Made, round_: Any, step: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = staff("officer")
    case = factories.a_case(now=MORNING, received_on=date(2026, 11, 2))
    case.assigned_to = uuid.UUID(officer.id)
    with monkeypatch.context() as patch:
        patch.setattr(*step, broken)
        assert not round_()
    assert db.session.scalars(select(StaffMail)).all()
    assert round_()


def test_warnings_that_fail_keep_no_copy_from_being_destroyed(
    app: Flask, round_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(reminder, "digest", broken)
    monkeypatch.setattr(identity_copy, "destroy_due", lambda **_: done.append("destroyed"))
    assert not round_()
    assert done == ["destroyed"]


def test_what_fails_hourly_keeps_dates_from_nothing(
    app: Flask, round_: Any, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 11, 2))
    key, due = case.id, case.due_on
    case.due_on = date(2027, 1, 1)  # as if the days off had changed
    for module, name in ((workplace, "clear"), (incoming, "ask_for_all"), (sweep, "clear_old")):
        monkeypatch.setattr(module, name, broken)
    assert round_(1)  # none of it is due
    assert db.session.get_one(Case, key).due_on == date(2027, 1, 1)
    round_(0)
    assert db.session.get_one(Case, key).due_on == due
    monkeypatch.setattr(clock_renew, "outdated", broken)
    assert round_(0)
