"""Teams: who is in them, what they have, whose list it stands in, who is warned, and handing a leaver's work to one."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.permission import Role
from sar_service.domain.reminder import Audience, Level, audience
from sar_service.models import Case, Member, StaffMail, Team
from sar_service.services import reminder, team_share
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def manager(staff: packs.Made) -> Actor:
    return staff("manager")


@pytest.fixture
def inside(staff: packs.Made) -> Actor:
    return staff("officer", name="Jenna Inside")


@pytest.fixture
def team(app: Flask, manager: Actor, inside: Actor, now: datetime) -> uuid.UUID:
    row = team_share.make("Care files", "northmoor", actor=manager, now=now)
    db.session.flush()
    ids = {uuid.UUID(inside.id)}
    team_share.change(row, name="Care files", members=ids, active=True, version=row.version, actor=manager, now=now)
    db.session.commit()
    return row.id


def fresh(case_id: uuid.UUID) -> Case:
    db.session.rollback()
    return db.session.get_one(Case, case_id)


@pytest.mark.parametrize("name", ["100% of the North", "%(count)s", "Half (50%) <b>{{ 7 * 7 }}</b>"])
def test_a_team_is_called_what_it_is_called_on_every_page(visit: Visit, manager: Actor, name: str) -> None:
    visitor = visit(manager)
    visitor.get("/managers/teams")
    visitor.send({"name": name}, form="Make it")
    team = db.session.scalars(select(Team.id)).one()
    for path in ("/staff/", f"/staff/?team={team}", "/managers/teams", "/managers/workload", "/managers/board"):
        page = visitor.get(path)
        assert page.status_code == 200 and (str(escape(name)) in page.text or path == "/managers/board"), path


def test_a_manager_makes_a_team_and_what_cannot_be_is_named(
    visit: Visit, manager: Actor, inside: Actor, staff: packs.Made
) -> None:
    visitor, far = visit(manager), staff("officer", controllers=["southmoor"], name="Far Away")
    page = visitor.get("/managers/teams")
    assert "There is no team yet" in page.text
    page = visitor.send({"name": "  "}, form="Make it")
    assert page.status_code == 400 and "Give the team a name" in page.text
    page = visitor.send({"name": "Care files"}, form="Make it")
    assert "was made" in page.text and "Jenna Inside" in page.text and "Far Away" not in page.text
    page = visitor.send({"name": "care FILES"}, form="Make it")
    assert page.status_code == 400 and "of this name already" in page.text
    page = visitor.send({"member": [far.id]}, form="Keep Care files")
    assert page.status_code == 400 and "who work for this council" in page.text
    visitor.send({"member": [inside.id]}, form="Keep Care files")
    db.session.rollback()
    row = db.session.scalars(select(Team)).one()
    assert team_share.members_of([row])[row.id] == {uuid.UUID(inside.id)}


def test_two_who_change_a_team_see_both_versions(
    visit: Visit, manager: Actor, inside: Actor, staff: packs.Made, team: uuid.UUID
) -> None:
    other, third = staff("manager"), staff("officer", name="Branok Third")
    quick, second = visit(manager), visit(other)
    for visitor in (quick, second):
        visitor.get("/managers/teams")
    quick.send({"member": []}, form="Keep Care files")
    page = second.send({"member": [inside.id, third.id]}, form="Keep Care files")
    assert page.status_code == 409 and "Nothing was overwritten" in page.text
    assert team_share.members_of([db.session.get_one(Team, team)])[team] == set()
    second.send({"member": [inside.id, third.id]}, form="Keep Care files")
    db.session.rollback()
    assert len(team_share.members_of([db.session.get_one(Team, team)])[team]) == 2


def test_a_case_is_given_to_a_team_and_stands_in_its_list(
    visit: Visit, manager: Actor, inside: Actor, staff: packs.Made, team: uuid.UUID, case: Case
) -> None:
    reference, case_id, outside = case.reference, case.id, visit(staff("officer"))
    visitor = visit(manager)
    visitor.get(f"/staff/cases/{reference}")
    visitor.send({"member": "nobody", "team": str(team)}, form="Hand it on")
    assert (fresh(case_id).team_id, fresh(case_id).assigned_to) == (team, None)
    mine = visit(inside)
    page = mine.get("/staff/?team=mine")
    assert reference in page.text and "Care files" in page.text
    assert reference not in outside.get("/staff/?team=mine").text
    assert reference in outside.get(f"/staff/?team={team}").text
    mine.get(f"/staff/cases/{reference}")
    mine.send(form="Take it myself")
    assert (fresh(case_id).team_id, fresh(case_id).assigned_to) == (team, uuid.UUID(inside.id))
    outside.get(f"/staff/cases/{reference}")
    refused = outside.post(
        f"/staff/cases/{reference}/assignment", {"team": str(team), "version": str(fresh(case_id).version)}
    )
    assert refused.status_code == 403
    page = visitor.get("/managers/workload")
    assert "Taken by nobody" in page.text and f"team={team}" in page.text


def test_all_of_a_leaver_s_work_goes_to_a_team(
    visit: Visit, manager: Actor, inside: Actor, team: uuid.UUID, case: Case
) -> None:
    case_id = case.id
    case.assigned_to = uuid.UUID(inside.id)
    db.session.commit()
    visitor = visit(manager)
    visitor.get("/managers/workload")
    page = visitor.send({"leaver": inside.id, "to": f"team:{team}"}, form="Hand it over")
    assert "1 case and 0 tasks" in page.text
    assert (fresh(case_id).team_id, fresh(case_id).assigned_to) == (team, None)
    page = visitor.send({"leaver": inside.id, "to": f"team:{uuid.UUID(int=7)}"}, form="Hand it over")
    assert page.status_code == 400 and "Choose who takes it over" in page.text


@pytest.mark.parametrize(
    ("level", "assigned", "team", "told"),
    [
        (Level.HALF, True, True, {Audience.HOLDER}),
        (Level.HALF, False, True, {Audience.HOLDER, Audience.TEAM}),
        (Level.THREE_QUARTERS, True, True, {Audience.HOLDER, Audience.TEAM}),
        (Level.THREE_QUARTERS, False, True, {Audience.HOLDER, Audience.TEAM}),
        (Level.NINETY, True, True, set(Audience)),
        (Level.HALF, False, False, set(Audience)),
    ],
)
def test_warnings_go_from_the_officer_to_the_team_to_the_managers(
    level: Level, assigned: bool, team: bool, told: set[Audience]
) -> None:
    assert audience(level, assigned=assigned, team=team) == told


def _told(now: datetime) -> set[str]:
    reminder.digest(now=now)
    db.session.commit()
    emails = {row.id: row.email for row in db.session.scalars(select(Member))}
    found = {emails[key] for key in db.session.scalars(select(StaffMail.member_id))}
    for row in db.session.scalars(select(StaffMail)):
        db.session.delete(row)
    db.session.commit()
    return found


@pytest.mark.parametrize("restricted", [False, True])
def test_the_team_that_has_a_case_is_warned_and_others_are_not(
    app: Flask, manager: Actor, inside: Actor, staff: packs.Made, team: uuid.UUID, now: datetime, restricted: bool
) -> None:
    outside = staff("officer")
    case = factories.a_case(now=now, received_on=date(2026, 11, 2))  # due on 2 December
    case.team_id, case.restricted = team, restricted
    emails = {row.id: row.email for row in db.session.scalars(select(Member))}
    ours, theirs, boss = (emails[uuid.UUID(each.id)] for each in (inside, outside, manager))
    db.session.commit()
    half = datetime(2026, 11, 18, 8, 0, tzinfo=now.tzinfo)
    # nobody in the team may see a restricted case that no person has: then managers hear of it at once
    assert _told(half) == ({boss} if restricted else {ours})
    assert _told(half + timedelta(days=12)) == ({boss} if restricted else {ours, boss})
    assert theirs not in _told(half + timedelta(days=15))


def test_a_team_is_another_council_s_or_closed_and_takes_nothing(
    visit: Visit, manager: Actor, staff: packs.Made, team: uuid.UUID, case: Case, now: datetime
) -> None:
    far: Any = staff("manager", controllers=["southmoor"])
    stranger, reference = visit(far), case.reference
    assert stranger.post(f"/managers/teams/{team}", {"name": "Ours", "version": "1"}).status_code == 404
    visitor = visit(manager)
    visitor.get("/managers/teams")
    visitor.send({"closed": "yes"}, form="Keep Care files")
    page = visitor.get(f"/staff/cases/{reference}")
    assert "Care files" not in page.text
    assert far.role is Role.MANAGER
