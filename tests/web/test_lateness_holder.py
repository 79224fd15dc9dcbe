"""Who had a case when its day passed: told beside why it was late, from what the trail says."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.models import Case, Member, Team
from sar_service.services import case as cases
from sar_service.services import merge, team, team_share, work
from tests.web.test_lateness import Staff, Visit, made

HOLDERS = ("Petra Lund", "Ivo Marsh")


def test_who_had_it_when_the_day_passed_is_told_from_the_trail(visit: Visit, staff: Staff, now: datetime) -> None:
    case, manager = made(now, 45), staff("manager")
    first, second = (staff("officer", name=name) for name in ("Petra Lund", "Ivo Marsh"))
    group = team_share.make("Care leavers", "northmoor", actor=manager, now=now)
    db.session.commit()
    reference, group_id = case.reference, group.id
    before, after = now - timedelta(days=20), now - timedelta(days=13)
    visitor = visit(manager)
    assert "It was with" not in visitor.get(f"/staff/cases/{reference}").text
    for actor, to, at in ((first, group_id, before), (second, None, after)):
        case = db.session.scalars(select(Case).where(Case.reference == reference)).one()
        member = team.get(actor.id)
        cases.assign(case, member, version=case.version, actor=manager, now=at)
        team_share.give(case, db.session.get(Team, to) if to else None, actor=manager, now=at)
        db.session.commit()
    page = visitor.get(f"/staff/cases/{reference}").text
    assert "It was with Petra Lund, team Care leavers that day." in page


@pytest.mark.parametrize(
    ("deeds", "told"),
    [
        (["take", "to team"], "Petra Lund, team Care leavers"),
        (["take", "to team", "to none"], "Petra Lund"),
        (["take", "leave to team"], "team Care leavers"),
        (["merge", "to team"], ""),  # whoever had the other may have had both: the trail does not say
    ],
)
def test_it_is_told_who_had_it_as_the_day_ended_in_london(
    visit: Visit, staff: Staff, now: datetime, deeds: list[str], told: str
) -> None:
    case, other, manager = made(now, 161), made(now, 161), staff("manager")  # due on 15 July
    first, second = (db.session.get_one(Member, uuid.UUID(staff("officer", name=name).id)) for name in HOLDERS)
    group = team_share.make("Care leavers", "northmoor", actor=manager, now=now)
    db.session.flush()
    evening = datetime(2026, 7, 15, 22, 30, tzinfo=UTC)  # half past eleven in London
    for deed in deeds:
        if deed == "take":
            cases.assign(case, first, version=case.version, actor=manager, now=evening)
        elif deed == "leave to team":
            work.hand_over(first, None, team=group, actor=manager, now=evening)
        elif deed == "merge":
            seen = {"version": case.version, "away_version": other.version}
            merge.merge(case, other, why="Sent twice", actor=manager, now=evening, **seen)
        else:
            team_share.give(case, group if deed == "to team" else None, actor=manager, now=evening)
        db.session.commit()
    cases.assign(case, second, version=case.version, actor=manager, now=evening + timedelta(hours=1))
    db.session.commit()
    page = visit(manager).get(f"/staff/cases/{case.reference}").text
    assert f"It was with {told} that day." in page if told else "It was with" not in page
