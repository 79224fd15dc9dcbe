"""Teams: who shares work with whom. A case is with a team, with a person, or with a person of a team.

A team says who is warned and in whose list a case stands; it opens no case to anybody (`domain/permission.py`).
"""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, NotFound
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.permission import Permission
from sar_service.models import Case, Member, Team, TeamMember

from . import audit, case_urgency
from .case import check_version, visible

LONGEST = 80


def teams(controllers: Iterable[str], *, closed: bool = False) -> list[Team]:
    """The teams of some councils by name; closed ones only if asked for."""
    query = select(Team).where(Team.controller.in_(list(controllers))).order_by(Team.name)
    return list(db.session.scalars(query if closed else query.where(Team.active.is_(True))))


def get(team_id: uuid.UUID, *, actor: Actor) -> Team:
    """A team of a council that this actor works for. Raises NotFound."""
    found = db.session.get(Team, team_id)
    if found is None or found.controller not in actor.controllers:
        raise NotFound("There is no such team.")
    return found


def make(name: str, controller: str, *, actor: Actor, now: datetime) -> Team:
    """Make a team. Raises InvalidInput naming the field."""
    _manages(actor)
    if controller not in actor.controllers:
        raise InvalidInput("Choose a council that you work for.", field="controller")
    team = Team(id=new_id(), controller=controller, name=_free(name, controller), created_at=now)
    db.session.add(team)
    audit.record("made a team", actor=actor, now=now, of=team)
    return team


def change(
    team: Team, *, name: str, members: Collection[uuid.UUID], active: bool, version: int, actor: Actor, now: datetime
) -> None:
    """Give a team these members and this name, or close it. Raises InvalidInput and StaleWrite.

    A closed team takes no more work; what it has stays with it until it is handed over.
    """
    _manages(actor)
    check_version(team, version)
    if name.strip() != team.name:
        team.name = _free(name, team.controller)
    rows = db.session.scalars(select(Member).where(Member.id.in_(members))).all()
    if len(rows) != len(set(members)) or any(team.controller not in row.controllers for row in rows):
        raise InvalidInput("Choose members of staff who work for this council.", field="member")
    before = members_of([team])[team.id]
    for gone in before - set(members):
        db.session.delete(db.session.get_one(TeamMember, (team.id, gone)))
    for fresh in set(members) - before:
        db.session.add(TeamMember(team_id=team.id, member_id=fresh))
    team.active = active
    flag_modified(team, "active")  # a change of its members alone is a change of the team, and makes an open form old
    audit.record(
        "changed a team",
        actor=actor,
        now=now,
        of=team,
        joined=sorted(map(str, set(members) - before)),
        left=sorted(map(str, before - set(members))),
        active=active,
    )


def _manages(actor: Actor) -> None:
    if not actor.may(Permission.ASSIGN):
        raise NotAllowed("A manager says who is in which team.")


def _free(name: str, controller: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("Give the team a name.", field="name")
    if len(name) > LONGEST:
        raise InvalidInput(f"The name may have at most {LONGEST} characters.", field="name")
    taken = db.session.scalars(select(Team.name).where(Team.controller == controller))
    if name.casefold() in {each.casefold() for each in taken}:
        raise InvalidInput("There is a team of this name already, or there was one.", field="name")
    return name


def members_of(several: Iterable[Team]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The ids of the members of each team."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {team.id: set() for team in several}
    for row in db.session.scalars(select(TeamMember).where(TeamMember.team_id.in_(found))):
        found[row.team_id].add(row.member_id)
    return found


def all_members() -> dict[uuid.UUID, set[uuid.UUID]]:
    """The ids of the members of every team that is not closed."""
    return members_of(db.session.scalars(select(Team).where(Team.active.is_(True))))


def of_member(member_id: str) -> frozenset[uuid.UUID]:
    """The ids of the teams that a member of staff belongs to."""
    if not member_id:
        return frozenset()
    return frozenset(db.session.scalars(select(TeamMember.team_id).where(TeamMember.member_id == uuid.UUID(member_id))))


def names(controllers: Iterable[str]) -> dict[uuid.UUID, str]:
    """What the teams of some councils are called, closed ones too."""
    return {team.id: team.name for team in teams(controllers, closed=True)}


def give(case: Case, team: Team | None, *, version: int | None = None, actor: Actor, now: datetime) -> None:
    """Give a case to a team, or to none. A manager may, and an officer to a team that is their own."""
    own = team is not None and team.id in of_member(actor.id)
    if not own and not actor.may(Permission.ASSIGN):
        raise NotAllowed("You may give a case to a team of yours; a manager can give it to another.")
    if team is not None and (not team.active or team.controller != case.controller):
        raise NotAllowed("This team does not take this council's cases.")
    if version is not None:
        check_version(case, version)
    if case.team_id == (team.id if team is not None else None):
        return
    case.team_id = team.id if team is not None else None
    told = f"team:{team.id}" if team is not None else ""
    audit.record("gave the case to a team", actor=actor, now=now, case=case, to=told)


def workload(actor: Actor, *, today: date) -> dict[uuid.UUID, tuple[int, int, int]]:
    """By team: open cases of those this actor may see, how many are overdue, and how many no person has taken."""
    late = case_urgency.late(today)
    counted = db.session.execute(
        visible(actor)
        .where(Case.status.in_(OPEN), Case.team_id.is_not(None))
        .with_only_columns(
            Case.team_id,
            func.count(),
            func.sum(when((late, 1), else_=0)),
            func.sum(when((case_urgency.nobodys(), 1), else_=0)),
        )
        .group_by(Case.team_id)
    )
    return {row[0]: (row[1], row[2] or 0, row[3] or 0) for row in counted if row[0] is not None}
