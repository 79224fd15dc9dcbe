"""The order of the worklist, which a database works out, is that of the rule in words, worked out here case by case."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from flask import Flask

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import OPEN, Action, Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.domain.work import AT_RISK, Flag
from sar_service.models import Case, FlagRow
from sar_service.services import case as cases
from sar_service.services import case_urgency, clock, intake
from tests import factories, packs
from tests.browser import Visitor

PRESSING = ("overdue", "near", "untaken", "unanswered", "stalled")
STATES = ("running", "running", "paused", "not_started")


def crowd(count: int, *, today: date, holders: list[uuid.UUID | None], seed: int) -> dict[uuid.UUID, bool]:
    """Cases on and beside every border of the rule; returns by id whether somebody in it is at risk."""
    chance, made = Random(seed), {}
    for _ in range(count):
        state = chance.choice(STATES)
        # a clock that stands keeps no date, but a date that is left on one must do no harm either
        due = today + timedelta(days=chance.choice((-40, -1, 0, 1, 4, 5, 6, 30))) if chance.random() < 0.8 else None
        touched = datetime.combine(
            today - timedelta(days=chance.choice((0, 9, 10, 11, 13, 14, 15))), time(), tzinfo=UTC
        )
        touched -= timedelta(seconds=chance.choice((0, 0, 1)))
        made_at = touched - timedelta(days=chance.choice((0, 3)))
        row = Case(
            id=new_id(),
            controller=chance.choice(("northmoor", "northmoor", "northmoor", "southmoor")),
            reference=intake.new_reference(),
            right=chance.choice(list(Right)),
            status=chance.choice([*OPEN, *OPEN, *Status]),
            channel="online",
            capacity="self",
            nation="england-and-wales",
            received_on=today - timedelta(days=chance.choice((0, 1, 2, 3, 60))),
            clock_state=state,
            due_on=due,
            missed_on=today - timedelta(days=chance.choice((2, 41))) if chance.random() < 0.15 else None,
            assigned_to=chance.choice(holders),
            restricted=chance.random() < 0.1,
            created_at=made_at,
            touched_at=touched if chance.random() < 0.8 else None,
            sealed=b"",
        )
        db.session.add(row)
        db.session.flush()
        flags = chance.sample(list(Flag), chance.choice((0, 0, 0, 1, 2)))
        for flag in flags:
            values = {"flag": flag, "set_by": "service", "set_at": made_at}
            db.session.add(FlagRow(id=new_id(), case_id=row.id, controller=row.controller, **values))
        made[row.id] = bool(set(flags) & set(AT_RISK))
    db.session.commit()
    return made


def place(case: Case, at_risk: bool, today: date) -> tuple[object, ...]:
    """Where a case belongs: what presses, who is at risk, then the earliest date, then the oldest. What has ended comes
    after everything that is open, the newest first."""
    if case.status not in OPEN:
        return 9, (today - case.received_on).days
    presses = case_urgency.attention(case, today)
    rank = PRESSING.index(presses) if presses else 5
    day = case.missed_on or case.due_on
    return rank, not at_risk, day is None, day or date.min, case.received_on


@pytest.mark.parametrize("chosen", [cases.Filter(closed=True), cases.Filter(), cases.Filter(assigned="nobody")])
def test_the_most_urgent_stand_on_top_on_every_page(
    app: Flask, staff: packs.Made, now: datetime, chosen: cases.Filter
) -> None:
    officer, today = staff("officer"), clock.day_of(now)
    mine = uuid.UUID(officer.id)
    other = uuid.UUID(staff("officer").id)
    at_risk = crowd(230, today=today, holders=[None, mine, other], seed=11)
    seen = [row for row in db.session.query(Case) if shown(row, officer, mine, chosen)]
    expected = sorted(place(row, at_risk[row.id], today) for row in seen)
    listed: list[Case] = []
    for page in range(1, 2 + (len(seen) - 1) // cases.PAGE):
        rows, total = cases.worklist(replace(chosen, page=page), actor=officer, today=today)
        assert total == len(seen)
        listed += rows
    assert {row.id for row in listed} == {row.id for row in seen} and len(listed) == len(seen)
    assert [place(row, at_risk[row.id], today) for row in listed] == expected
    assert len({each[0] for each in expected}) >= (3 if chosen.assigned else 6)  # every kind of urgency is there


def test_a_page_beyond_the_last_is_the_last_and_a_long_list_ends(
    app: Flask, staff: packs.Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    today, manager = clock.day_of(now), staff("manager")
    crowd(150, today=today, holders=[None], seed=5)
    everything = cases.Filter(closed=True, page=99)
    rows, total = cases.worklist(everything, actor=manager, today=today)
    assert 100 < total < 150 and len(rows) == total - 100
    last, _ = cases.worklist(replace(everything, page=3), actor=manager, today=today)
    assert rows == last
    monkeypatch.setattr(cases, "MOST_LISTED", 60)
    rows, found = cases.worklist(everything, actor=manager, today=today)
    second, _ = cases.worklist(replace(everything, page=2), actor=manager, today=today)
    assert found == 61 and rows == second and len(rows) == cases.PAGE


@pytest.mark.parametrize("due", ["", "told", "asked"])
@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("elsewhere", ["", "yes", "no", "foi"])
def test_what_is_rare_is_found_by_its_index_as_without_it(
    app: Flask, staff: packs.Made, now: datetime, due: str, merged: bool, elsewhere: str
) -> None:
    today, manager, chance = clock.day_of(now), staff("manager"), Random(3)
    made = list(crowd(120, today=today, holders=[None, uuid.UUID(manager.id)], seed=7))
    for at, row in enumerate(db.session.query(Case)):
        row.status = Status.REDIRECTED if at % 5 == 0 else row.status
        row.told_on = chance.choice((None, row.due_on, today))
        row.asked_on = chance.choice((None, today))
        row.merged_into = chance.choice((None, None, made[0]))
        row.redirected_as = chance.choice((Route.FOI, Route.SCHOOL)) if row.status is Status.REDIRECTED else None
    db.session.commit()
    for status in (None, Status.RECEIVED, Status.REDIRECTED):
        for sort in ("urgent", "due", "received", "status", "reference"):
            chosen = cases.Filter(
                due=due,
                merged=merged,
                elsewhere=elsewhere,
                sort=sort,
                statuses=(status,) if status else (),
                closed=True,
            )
            fit = cases.visible(manager).where(cases.condition(chosen, actor=manager, today=today))
            expected = set(db.session.scalars(fit.with_only_columns(Case.id)))
            found: list[uuid.UUID] = []
            for page in (1, 2, 3):
                rows, total = cases.worklist(replace(chosen, page=page), actor=manager, today=today)
                assert total == len(expected)
                found += [row.id for row in rows if row.id not in found]
            assert set(found) == expected
            if not due and not status:
                assert expected


def shown(case: Case, officer: Actor, mine: uuid.UUID, chosen: cases.Filter) -> bool:
    """What this officer may see of what the filter asks for."""
    if case.controller not in officer.controllers or (case.restricted and case.assigned_to != mine):
        return False
    return (chosen.closed or case.status in OPEN) and (not chosen.assigned or case.assigned_to is None)


def test_a_list_says_how_the_dates_of_open_requests_came_about_and_of_others_only_the_date(
    app: Flask, visit: Callable[..., Visitor], staff: Callable[..., Actor], now: datetime
) -> None:
    going, over = factories.a_case(now=now), factories.a_case(now=now)
    cases.move(over, Action.WITHDRAW, actor=staff("officer"), now=now, reason="They said so")
    db.session.commit()
    assert going.due_on == over.due_on
    due = f"{going.due_on.day} {going.due_on:%b %Y}"
    steps = [step.sentence for step in clock.reckon(going).steps]
    found = dict.fromkeys((going.reference, over.reference), "")
    page = visit("officer").get("/staff/?closed=yes").text
    for row in page.split("<tr")[1:]:
        found.update({key: row for key in found if f">{key}</a>" in row})
    rows = list(found.values())
    assert all(f'<span class="sar-number">{due}</span>' in row for row in rows)
    assert all(sentence in rows[0] and sentence not in rows[1] for sentence in steps)
