"""A timetable that was down says afterwards what was missed meanwhile: at its highest, once, and the last days too."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.clock_steps import written
from sar_service.domain.complaint import About
from sar_service.domain.reminder import Level
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter, Member, Reminder
from sar_service.services import case as cases
from sar_service.services import case_urgency, clock, complaint, regulator, reminder
from tests import factories, packs
from tests.browser import Visitor

CAME = date(2026, 11, 2)  # due on 2 December, which is the last day for notice of an extension as well
Mornings = Callable[..., str]


@pytest.fixture
def morning(app: Flask, staff: packs.Made, sent: Any, outbox: list[Any], monkeypatch: pytest.MonkeyPatch) -> Mornings:
    """What an officer is told on a morning, "" if nothing."""
    staff("officer")

    def run(day: date, *, hour: int = 8) -> str:
        db.session.commit()
        sent.work()
        outbox.clear()
        at = datetime(day.year, day.month, day.day, hour, tzinfo=clock.LONDON)
        monkeypatch.setitem(app.config, "NOW", lambda: at)
        reminder.digest(now=at)
        db.session.commit()
        sent.work()
        return "\n".join(mail.text for mail in outbox if mail.to == "officer1@northmoor.example")

    return run


def holder() -> uuid.UUID:
    return db.session.scalars(select(Member.id).where(Member.email == "officer1@northmoor.example")).one()


def a_case(**changes: Any) -> Case:
    case = factories.a_case(now=datetime(2026, 11, 5, 9, tzinfo=UTC), **{"received_on": CAME, **changes})
    case.assigned_to = holder()
    db.session.commit()
    return case


def test_what_was_reached_meanwhile_is_told_at_its_highest_and_once(morning: Mornings) -> None:
    reference = a_case().reference
    assert morning(date(2026, 11, 3)) == ""
    told = morning(date(2026, 11, 29))  # the timetable was down from the first day on
    assert told.count(reference) == 2 and "nine tenths" in told  # once, with its address
    assert "half of" not in told and "three quarters" not in told
    assert "an extension can be told until Wednesday 2 December 2026" in told
    assert morning(date(2026, 11, 30)) == "" and morning(date(2026, 12, 1)) == ""
    assert "today is the last day on which an extension can be told" in morning(date(2026, 12, 2))


def test_a_last_day_for_an_extension_that_nobody_was_warned_of_is_told_afterwards(morning: Mornings) -> None:
    case = a_case()
    morning(date(2026, 12, 1))
    told = morning(date(2026, 12, 3))
    words = "it is late, and the last day on which an extension could be told, Wednesday 2 December 2026, has passed"
    assert case.reference in told and words in told and "today is" not in told
    assert case.reference not in morning(date(2026, 12, 4))
    other = a_case()
    morning(date(2026, 12, 2))
    assert "it is late" in morning(date(2026, 12, 3)) and other.id  # and was warned of yesterday


def test_a_last_day_for_an_extension_that_passed_while_the_clock_stood_still_is_told_afterwards(
    morning: Mornings, staff: packs.Made
) -> None:
    """The second question was asked too late to put the notice off, and puts the answer off."""
    case, officer = a_case(), staff("officer")
    asked = "clarification_requested", "clarification_received"
    for kind, day in zip(asked * 2, (1, 10, 13, 20), strict=True):
        on = date(2026, 12, day)
        at = datetime(2026, 12, day, 12, tzinfo=UTC)
        clock.add_fact(case, kind, on, actor=officer, now=at)
    db.session.commit()
    assert (case.notice_by, case.due_on) == (date(2026, 12, 14), date(2026, 12, 21))
    told = morning(date(2026, 12, 21))
    words = "the last day on which an extension could be told, Monday 14 December 2026, has passed"
    assert words in told and "today is the last day" not in told and "it is late" not in told


def test_a_regulator_s_day_two_weeks_off_is_told_by_the_next_morning_there_is(
    morning: Mornings, staff: packs.Made, now: datetime
) -> None:
    manager = staff("manager")
    case = a_case()
    given = regulator.Given(direction="from", on=date(2026, 11, 20), subject="IC-1", reply_by=date(2026, 12, 14))
    regulator.log(given, controller="northmoor", case=case, actor=manager, now=now)
    words = "the answer is due Monday 14 December 2026"
    assert words not in morning(date(2026, 11, 27))
    assert words in morning(date(2026, 12, 2))  # two weeks before was 30 November
    assert words not in morning(date(2026, 12, 3))
    assert all(words in morning(date(2026, 12, day)) for day in (7, 8, 14, 15, 31))


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_on_a_night_in_which_the_clocks_change_each_day_has_one_morning(
    app: Flask, staff: packs.Made, day: date
) -> None:
    """Rounds every ten minutes for three days, whatever hour is missing or doubled; and something to tell on each."""
    manager, start = staff("manager"), datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    reply_by = day + timedelta(days=3)
    given = regulator.Given(direction="from", on=day - timedelta(days=3), subject="IC-1", reply_by=reply_by)
    regulator.log(given, controller="northmoor", case=None, actor=manager, now=start)
    told = []
    for number in range(3 * 24 * 6):
        at = start + timedelta(minutes=10 * number)
        if reminder.digest(now=at):
            told.append(at.astimezone(clock.LONDON).replace(tzinfo=None))
        db.session.commit()
    assert told == [datetime.combine(day + timedelta(days=days), reminder.MORNING) for days in (-1, 0, 1)]


@pytest.mark.parametrize(
    ("at", "late"),
    [
        (datetime(2026, 6, 29, 22, 59, tzinfo=UTC), False),  # 23:59 in London, on the last day
        (datetime(2026, 6, 29, 23, 1, tzinfo=UTC), True),  # 00:01 in London
        (datetime(2026, 12, 2, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 3, 0, 1, tzinfo=UTC), True),
    ],
)
def test_a_day_ends_at_midnight_in_london(
    app: Flask, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch, at: datetime, late: bool
) -> None:
    officer = visit("officer")
    received = date(2026, 5, 29) if at.month < 8 else CAME
    row = factories.a_case(now=at - timedelta(days=30), received_on=received)
    assert row.due_on == (date(2026, 6, 29) if at.month < 8 else date(2026, 12, 2))
    monkeypatch.setitem(app.config, "NOW", lambda: at)
    assert ("No request fits" not in visit(officer.actor).get("/staff/?due=overdue").text) is late


@pytest.mark.parametrize(("state", "words"), [("to_post", "was not put into the post"), ("failed", "did not arrive")])
def test_a_notice_of_an_extension_that_lies_there_is_told_each_morning_with_its_last_day(
    morning: Mornings, staff: packs.Made, state: str, words: str
) -> None:
    """The clock shows three months from the moment it is written, and it counts only once it has gone."""
    officer: Actor = staff("officer")
    case = a_case()
    at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    clock.add_fact(case, "extension_notice", date(2026, 11, 30), actor=officer, now=at, reasons="Six schools")
    db.session.commit()
    letter = db.session.scalars(select(Letter.id).where(Letter.case_id == case.id)).one()
    db.session.execute(
        update(Letter).where(Letter.id == letter).values(kind="extension", state=state, written_at=at, written_by="x")
    )
    reference = case.reference
    assert words not in morning(date(2026, 11, 30), hour=9)  # it may still go today
    for day in (date(2026, 12, 1), date(2026, 12, 2)):
        told = morning(day)
        assert reference in told and words in told and "it counts until Wednesday 2 December 2026 only" in told
    db.session.execute(update(Letter).where(Letter.id == letter).values(state="posted"))
    assert words not in morning(date(2026, 12, 3))
    assert set(db.session.scalars(select(Reminder.level))) == {Level.TOLD_OTHERWISE}  # of three months not half is used


def test_each_day_of_a_complaint_is_warned_of_with_what_is_due_then(
    morning: Mornings, staff: packs.Made, app: Flask
) -> None:
    """Thirty days for the acknowledgement, then news again and again, each with its own time, then the outcome."""
    staff("manager")
    case = a_case(right=Right.COMPLAINT, filed=complaint.Filed(about=About.NONE))
    db.session.execute(update(Letter).values(state="failed"))  # the acknowledgement came back
    db.session.commit()
    reference = case.reference
    assert (
        f"{reference} (to complain about how information was used): acknowledgement due Wednesday 2 December 2026"
        in morning(date(2026, 11, 17))
    )
    assert "nine tenths of its time are used" in morning(date(2026, 11, 29))
    assert "it is late" in morning(date(2026, 12, 3))
    case, officer = db.session.get_one(Case, case.id), staff("officer")
    at = datetime(2026, 12, 3, 12, tzinfo=UTC)
    clock.add_fact(case, "complaint_acknowledged", date(2026, 12, 3), actor=officer, now=at)
    due = case.due_on
    assert due is not None and due > date(2026, 12, 20)
    assert reference not in morning(date(2026, 12, 4))  # they heard yesterday: nothing of that time is used
    half = date(2026, 12, 3) + (due - date(2026, 12, 3)) / 2
    assert f"news due {written(due)}" in morning(half + timedelta(days=1))
    case = db.session.get_one(Case, case.id)
    at = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)
    clock.add_fact(case, "complaint_news", due, actor=officer, now=at)
    end = case.due_on
    assert end is not None and end > due
    assert reference not in morning(due + timedelta(days=1))  # they heard yesterday: the time begins anew
    assert f"outcome due {written(end)}" in morning(end + timedelta(days=1))
    rows, _ = cases.worklist(cases.Filter(due="overdue"), actor=officer, today=end + timedelta(days=1))
    assert [row.reference for row in rows] == [reference]


@pytest.mark.parametrize(("minutes", "why"), [(-1, "unanswered"), (1, "")])
def test_what_lies_for_two_weeks_is_reckoned_by_days_in_london(
    app: Flask, staff: packs.Made, minutes: int, why: str
) -> None:
    """Touched a minute before or after midnight in summer, which is no midnight elsewhere."""
    officer, today = staff("officer"), date(2026, 7, 20)
    at = datetime(2026, 7, 6, tzinfo=clock.LONDON) + timedelta(minutes=minutes)
    case = factories.a_case(now=at, received_on=date(2026, 7, 1))
    clock.add_fact(case, "clarification_requested", date(2026, 7, 2), actor=officer, now=at)
    case.assigned_to = uuid.UUID(officer.id)
    db.session.flush()
    db.session.execute(update(Case).where(Case.id == case.id).values(touched_at=at.astimezone(UTC)))
    db.session.commit()
    case = db.session.get_one(Case, case.id)
    assert case_urgency.attention(case, today) == (why or "stalled")
    found = db.session.scalar(select(Case.id).where(case_urgency.unanswered(today)))
    assert (found == case.id) == bool(why)
