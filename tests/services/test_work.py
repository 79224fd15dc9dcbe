"""Tasks and handed-over work are always in the list of somebody who may do them."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.models import Case, Member
from sar_service.services import case as cases
from sar_service.services import clock, link, merge, work
from tests import factories, packs
from tests.browser import Visitor


def member(actor: Actor) -> Member:
    return db.session.get_one(Member, uuid.UUID(actor.id))


def given(case: Case, holder: Actor | None, *, restricted: bool = False) -> Case:
    case.assigned_to, case.restricted = uuid.UUID(holder.id) if holder is not None else None, restricted
    db.session.commit()
    return case


def whats(actor: Actor, now: datetime) -> list[str]:
    found, total = work.open_tasks(actor, today=clock.day_of(now))
    assert total == len(found)
    return [what for _, _, what in found]


def test_a_task_of_somebody_who_may_not_see_the_case_any_more_is_of_whoever_has_it(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    manager, holder, helper = staff("manager"), staff("officer"), staff("officer")
    case = given(factories.a_case(now=now), holder)
    work.add_task(case, "Ring", due_on=clock.day_of(now), member=member(helper), actor=holder, now=now)
    db.session.commit()
    assert (whats(helper, now), whats(holder, now)) == (["Ring"], [])
    link.restrict(case, True, along=(), reason="Press", version=case.version, actor=manager, now=now)
    db.session.commit()
    assert (whats(helper, now), whats(holder, now), whats(manager, now)) == ([], ["Ring"], [])
    given(case, None, restricted=True)
    tomorrow = now + timedelta(days=1)
    assert (whats(helper, tomorrow), whats(holder, tomorrow), whats(manager, tomorrow)) == ([], [], ["Ring"])


def test_a_task_in_a_restricted_case_that_somebody_who_left_had_is_the_managers_once_its_day_has_passed(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    manager, leaver, helper = staff("manager"), staff("officer"), staff("officer")
    case = given(factories.a_case(now=now), leaver)
    work.add_task(case, "Ring", due_on=clock.day_of(now), member=member(helper), actor=leaver, now=now)
    given(case, leaver, restricted=True)
    member(leaver).active = False
    db.session.commit()
    tomorrow = now + timedelta(days=1)
    assert (whats(manager, now), whats(manager, tomorrow)) == ([], ["Ring"])
    assert whats(helper, tomorrow) == []


def test_a_task_of_a_manager_in_a_restricted_case_stays_the_manager_s(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    manager, holder = staff("manager"), staff("officer")
    case = given(factories.a_case(now=now), holder, restricted=True)
    work.add_task(case, "Agree it", due_on=clock.day_of(now), member=member(manager), actor=holder, now=now)
    work.add_task(case, "Mine", due_on=clock.day_of(now), member=member(holder), actor=holder, now=now)
    db.session.commit()
    assert (whats(manager, now), whats(holder, now)) == (["Agree it"], ["Mine"])


def test_nobody_is_given_a_task_in_a_case_that_they_may_not_see(app: Flask, staff: packs.Made, now: datetime) -> None:
    holder, helper = staff("officer"), staff("officer")
    case = given(factories.a_case(now=now), holder, restricted=True)
    with pytest.raises(InvalidInput, match="restricted"):
        work.add_task(case, "Ring", due_on=clock.day_of(now), member=member(helper), actor=holder, now=now)


def test_a_task_of_another_council_is_not_handed_to_who_does_not_work_there(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    both = {"controllers": ["northmoor", "southmoor"]}
    manager, leaver, heir = staff("manager", **both), staff("officer", **both), staff("officer")
    case = given(factories.a_case(now=now, controller="southmoor"), None)
    task = work.add_task(case, "Ring", due_on=clock.day_of(now), member=member(leaver), actor=leaver, now=now)
    db.session.commit()
    with pytest.raises(InvalidInput, match="all of these councils"):
        work.hand_over(member(leaver), member(heir), actor=manager, now=now)
    assert str(task.assigned_to) == leaver.id
    assert work.hand_over(member(leaver), None, actor=manager, now=now) == (0, 1)


def test_what_was_merged_goes_over_with_what_answers_it(app: Flask, staff: packs.Made, now: datetime) -> None:
    """Otherwise whoever takes a restricted case over may not open the half of it that was merged."""
    manager, leaver, heir = staff("manager"), staff("officer"), staff("officer")
    keep, away = (given(factories.a_case(now=now), leaver, restricted=True) for _ in range(2))
    merge.merge(keep, away, why="Twice", version=keep.version, away_version=away.version, actor=manager, now=now)
    db.session.commit()
    assert work.hand_over(member(leaver), member(heir), actor=manager, now=now) == (1, 0)
    db.session.commit()
    assert cases.get(away.reference, actor=heir).merged_into == keep.id


@pytest.mark.parametrize("number", [19, 20, 21, 50, 51, 60])
def test_more_tasks_than_anybody_counts_are_said_to_be_more(
    app: Flask, staff: packs.Made, visit: Callable[..., Visitor], now: datetime, number: int
) -> None:
    officer = staff("officer")
    case = given(factories.a_case(now=now), officer)
    for each in range(number):
        day = clock.day_of(now) + timedelta(days=each)
        work.add_task(case, f"Ring {each}", due_on=day, member=member(officer), actor=officer, now=now)
    db.session.commit()
    found, total = work.open_tasks(officer, today=clock.day_of(now))
    assert [what for _, _, what in found] == [f"Ring {each}" for each in range(min(number, work.SHOWN))]
    assert total == min(number, work.MOST + 1)
    page = visit(officer).get("/staff/").text
    says = f"{number} tasks are for you" if number <= work.MOST else f"More than {work.MOST} tasks are for you"
    assert f">{says}<" in page
    assert (f"These are the next {work.SHOWN} by their day" in page) is (number > work.SHOWN)
