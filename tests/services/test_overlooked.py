"""Nothing is overlooked because of who left, who is missing, or what is gone: somebody is always told, and it rises."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.domain.permission import Role
from sar_service.domain.rights import Right
from sar_service.extensions import KEY
from sar_service.models import Case, Letter, Member, MovedDate, Reminder
from sar_service.services import case as cases
from sar_service.services import clock, regulator, reminder, report, team, team_share, work
from tests import factories, packs
from tests.browser import Visitor

CAME = date(2026, 11, 2)
DAYS = {"half": 15, "three quarters": 23, "nine tenths": 27, "last day": 30, "late": 31}


@pytest.fixture
def mails(app: Flask, sent: Any, outbox: list[Any]) -> Callable[[int], dict[str, str]]:
    """Who was told what on the morning so many days after the requests came, by the place before the "@"."""

    def run(days: int) -> dict[str, str]:
        outbox.clear()
        at = datetime(2026, 11, 2, 8, 0, tzinfo=UTC) + timedelta(days=days)
        reminder.digest(now=at)
        db.session.commit()
        sent.work()
        return {mail.to.partition("@")[0]: mail.text for mail in outbox if mail.to.endswith("@northmoor.example")}

    return run


def a_case(holder: Actor | None, *, restricted: bool = False, **changes: Any) -> Case:
    case = factories.a_case(now=datetime(2026, 11, 2, 9, 0, tzinfo=UTC), received_on=CAME, **changes)
    case.assigned_to = uuid.UUID(holder.id) if holder is not None else None
    case.restricted = restricted
    db.session.commit()
    return case


def leave(member: Actor, staff: packs.Made, now: datetime) -> None:
    team.deactivate(uuid.UUID(member.id), actor=staff("administrator"), now=now)
    db.session.commit()


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("level", DAYS)
def test_of_a_case_whose_holder_has_left_somebody_is_told_at_every_level(
    staff: packs.Made, mails: Callable[[int], dict[str, str]], now: datetime, level: str, restricted: bool
) -> None:
    leaver = staff("officer")
    staff("officer"), staff("manager")
    reference = a_case(leaver, restricted=restricted).reference
    leave(leaver, staff, now)
    told = mails(DAYS[level])
    assert set(told) == ({"manager3"} if restricted else {"officer2", "manager3"})
    assert all(reference in text and "whoever had it has left" in text for text in told.values())


def test_whoever_may_not_see_a_case_any_more_does_not_have_it(
    staff: packs.Made, mails: Callable[[int], dict[str, str]]
) -> None:
    moved = staff("officer")
    staff("officer")
    a_case(moved)
    db.session.get_one(Member, uuid.UUID(moved.id)).controllers = ["southmoor"]
    db.session.commit()
    assert set(mails(15)) == {"officer2"}


def test_a_team_whose_people_have_all_left_leaves_its_cases_to_all_officers(
    staff: packs.Made, mails: Callable[[int], dict[str, str]], now: datetime
) -> None:
    manager, leaver = staff("manager"), staff("officer")
    staff("officer")
    group = team_share.make("Care", "northmoor", actor=manager, now=now)
    db.session.flush()
    team_share.change(
        group, name="Care", members={uuid.UUID(leaver.id)}, active=True, version=group.version, actor=manager, now=now
    )
    a_case(None).team_id = group.id
    db.session.commit()
    leave(leaver, staff, now)
    assert set(mails(15)) == {"manager1", "officer3"}


@pytest.mark.parametrize("roles", [["officer"], ["manager"], ["officer", "officer"]])
def test_where_there_is_no_manager_or_no_officer_whoever_is_there_is_told(
    staff: packs.Made, mails: Callable[[int], dict[str, str]], roles: list[str]
) -> None:
    there = [staff(role) for role in roles]
    for holder in (None, there[0]):
        a_case(holder)
    for level, days in DAYS.items():
        told = mails(days)
        assert told, level
        assert sum(text.count("/staff/cases/") for text in told.values()) >= 2, level


def test_what_nobody_on_the_staff_may_see_is_told_to_administrators_every_morning_until_somebody_may(
    staff: packs.Made, mails: Callable[[int], dict[str, str]], now: datetime
) -> None:
    leaver = staff("officer")
    staff("officer")
    reference = a_case(leaver, restricted=True).reference
    leave(leaver, staff, now)
    for days in (15, 16):
        told = mails(days)
        assert set(told) == {"administrator3"} and reference in told["administrator3"]
        assert "nobody on the staff may open them" in told["administrator3"]
    assert not db.session.scalars(select(Reminder)).all()  # nobody who could do anything was warned
    staff("manager")
    told = mails(17)
    assert set(told) == {"manager4"} and "half of its time is used" in told["manager4"]
    assert mails(18) == {}


def test_that_the_regulator_waits_is_told_to_whoever_is_left(
    staff: packs.Made, mails: Callable[[int], dict[str, str]]
) -> None:
    holder, other, manager = staff("officer"), staff("officer"), staff("manager")
    keeper, _elsewhere = staff("administrator"), staff("administrator", controllers=["southmoor"])
    case = a_case(holder)
    given = regulator.Given(direction="from", on=CAME, subject="IC-1", reply_by=CAME + timedelta(days=6))
    regulator.log(given, controller="northmoor", case=case, actor=manager, now=datetime(2026, 11, 2, 9, tzinfo=UTC))
    db.session.commit()

    def told(day: int) -> set[str]:
        mail = mails(day)
        assert all("the answer is due Sunday 8 November 2026" in text for text in mail.values())
        return set(mail)

    def changed(member: Actor, **values: Any) -> None:
        db.session.execute(update(Member).where(Member.id == uuid.UUID(member.id)).values(**values))
        db.session.commit()
        db.session.expire_all()

    assert told(1) == {"officer1", "manager3"}
    changed(manager, active=False)
    assert told(2) == {"officer1"}
    changed(holder, role=Role.AUDITOR)  # who has it on paper, and can open nobody's file any more
    assert told(3) == {"officer2"}
    changed(other, active=False)
    assert told(4) == {"administrator4"}
    changed(keeper, active=False)
    assert told(5) == {"administrator5"}


def test_a_letter_that_lies_is_told_to_whoever_has_the_case_and_to_all_where_they_have_left(
    staff: packs.Made, mails: Callable[[int], dict[str, str]], now: datetime
) -> None:
    leaver = staff("officer")
    staff("officer"), staff("manager"), a_case(leaver)
    lies = {"state": "held", "kind": "outcome-erasure", "written_at": datetime(2026, 11, 2, 9, tzinfo=UTC)}
    db.session.execute(update(Letter).values(lies))
    db.session.commit()
    assert set(mails(1)) == {"officer1"}
    leave(leaver, staff, now)
    told = mails(2)
    assert set(told) == {"officer2", "manager3"}
    assert all("is held back" in text for text in told.values())


def test_a_date_that_moved_is_told_to_all_where_nobody_has_the_case(
    staff: packs.Made, mails: Callable[[int], dict[str, str]], now: datetime
) -> None:
    case = a_case(None)
    row = MovedDate(id=new_id(), case_id=case.id, controller=case.controller, days=[], made_at=now)
    row.before, row.after = date(2026, 12, 2), date(2026, 12, 3)
    db.session.add(row)
    db.session.commit()
    assert mails(1) == {}  # nobody is there yet
    staff("officer")
    assert set(mails(2)) == {"officer1"}
    assert mails(3) == {}


def test_a_council_that_is_gone_from_the_configuration_stops_nobody_s_warnings_and_none_of_its_own(
    app: Flask, staff: packs.Made, mails: Callable[[int], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = staff("officer"), staff("officer", controllers=["southmoor"])
    kept = a_case(here).reference
    lost = a_case(there, controller="southmoor").reference
    complaint = a_case(there, controller="southmoor", right=Right.COMPLAINT).reference
    mails(0)  # and their acknowledgements have gone
    runtime = app.extensions[KEY]
    left = {key: each for key, each in runtime.catalogue.controllers.items() if key != "southmoor"}
    monkeypatch.setitem(app.extensions, KEY, replace(runtime, catalogue=replace(runtime.catalogue, controllers=left)))
    told = mails(31)
    assert kept in told["officer1"] and lost in told["officer2"]
    assert complaint in mails(40)["officer2"]  # they heard from us three weeks after it came


def test_what_somebody_had_who_left_rises_as_what_nobody_has(
    app: Flask, staff: packs.Made, visit: Callable[..., Visitor], now: datetime
) -> None:
    leaver, officer = staff("officer"), staff("officer")
    today = clock.day_of(now)
    rows = {}
    for name, holder in (("left", leaver), ("nobody's", None), ("held", officer)):
        row = factories.a_case(now=now, received_on=today - timedelta(days=3))
        row.assigned_to = uuid.UUID(holder.id) if holder is not None else None
        rows[name] = row.id
    db.session.commit()
    leave(leaver, staff, now)
    assert report.figures(actor=staff("manager"), today=today).unassigned == 2
    found, _ = cases.worklist(cases.Filter(assigned="nobody"), actor=officer, today=today)
    assert {row.id for row in found} == {rows["left"], rows["nobody's"]}
    found, _ = cases.worklist(cases.Filter(), actor=officer, today=today)
    assert found[-1].id == rows["held"]
    page = visit(officer).get("/staff/").text
    assert page.count("Who has it can no longer work on it") == 1 and page.count("Nobody has taken it") == 1


def test_a_task_of_nobody_is_of_whoever_has_the_case(app: Flask, staff: packs.Made, now: datetime) -> None:
    leaver, officer, other = staff("officer"), staff("officer"), staff("officer")
    case = a_case(None)
    today, gone = clock.day_of(now), db.session.get_one(Member, uuid.UUID(leaver.id))
    for what, member in (("Ring the school", None), ("Scan it", gone)):
        work.add_task(case, what, due_on=today, member=member, actor=leaver, now=now)
    leave(leaver, staff, now)
    case = db.session.get_one(Case, case.id)
    assert work.open_tasks(officer, today=today) == ([], 0)
    cases.assign(case, db.session.get_one(Member, uuid.UUID(officer.id)), version=case.version, actor=officer, now=now)
    db.session.commit()
    mine, total = work.open_tasks(officer, today=today)
    assert {what for _, _, what in mine} == {"Ring the school", "Scan it"} and total == 2
    assert work.open_tasks(other, today=today) == ([], 0)


def test_a_task_that_nobody_has_in_a_case_that_nobody_has_is_everybodys_once_its_day_has_passed(
    staff: packs.Made, visit: Callable[..., Visitor], app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one is left where a request was sent elsewhere and whoever sent it has left."""
    leaver, officer, other = staff("officer"), staff("officer"), staff("officer", controllers=["southmoor"])
    case = a_case(None)
    key, today = case.id, clock.day_of(now)
    gone = db.session.get_one(Member, uuid.UUID(leaver.id))
    work.add_task(case, "Pass it on to the school", due_on=today, member=gone, actor=leaver, now=now)
    db.session.execute(update(Case).where(Case.id == key).values(status=Status.REDIRECTED))
    leave(leaver, staff, now)
    tomorrow = today + timedelta(days=1)
    assert work.open_tasks(officer, today=today) == ([], 0)
    mine, total = work.open_tasks(officer, today=tomorrow)
    assert [what for _, _, what in mine] == ["Pass it on to the school"] and total == 1
    assert work.open_tasks(other, today=tomorrow) == ([], 0)
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(days=1))
    assert "Pass it on to the school" in visit(officer).get("/staff/").text


def test_a_letter_held_back_in_a_case_that_is_over_is_on_the_list_until_it_goes(
    staff: packs.Made,
    visit: Callable[..., Visitor],
    mails: Callable[[int], dict[str, str]],
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer = staff("officer")
    case = a_case(officer)
    key, reference, came = case.id, case.reference, datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    db.session.execute(update(Letter).values(state="held", kind="outcome-erasure", written_at=came))
    db.session.execute(update(Case).where(Case.id == key).values(status=Status.CLOSED))
    db.session.commit()
    words = "Letters are held back"

    def page(at: datetime) -> str:
        monkeypatch.setitem(app.config, "NOW", lambda: at)
        return str(visit(officer).get("/staff/").text)

    assert words not in page(came)
    found = page(came + timedelta(days=1))
    assert words in found and reference in found
    for days in (1, 2):  # every morning
        assert reference in mails(days)["officer1"] and "is held back" in mails(days + 10)["officer1"]
    assert "- 1 request in which a letter is held back" in mails(21)["officer1"]
    db.session.execute(update(Letter).values(state="sent"))
    db.session.commit()
    assert words not in page(came + timedelta(days=1)) and "held back" not in mails(28).get("officer1", "")
