"""Cases in every situation that there is, several at once, under any staffing: none is in no list, and none is silent.

What must be so is reckoned here from what was set up and from the dates of each case's clock, which is tested
elsewhere; it is not read off what makes the lists and the warnings.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.incoming import Message
from sar_service.domain.lifecycle import OPEN, Action, Status
from sar_service.domain.permission import may_see_case
from sar_service.domain.rights import Right
from sar_service.domain.work import Flag
from sar_service.models import Case, Letter, Member, Pulse, Reminder, StaffMail
from sar_service.services import case as cases
from sar_service.services import case_urgency, clock, incoming, merge, pulse, reminder, team, team_share, work
from tests import factories, packs

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = MONDAY.date()
WORKING = sorted(OPEN - {Status.DRAFT})
LONG = timedelta(days=120)


@dataclass(frozen=True)
class Situation:
    """One case. `age` and `touched` are days ago; `clock` is what happened to it since, `asked` so many days after."""

    status: Status
    right: Right
    age: int
    touched: int
    clock: str
    asked: int
    holder: str
    team: str
    restricted: bool
    before: str
    letter: str
    at_risk: bool


SITUATIONS = st.builds(
    Situation,
    status=st.sampled_from(WORKING),
    right=st.sampled_from([Right.ACCESS, Right.ACCESS, Right.ERASURE, Right.COMPLAINT, Right.PUPIL_RECORD]),
    age=st.one_of(st.sampled_from([0, 1, 25, 28, 31, 32, 33]), st.integers(0, 110)),
    touched=st.one_of(st.sampled_from([0, 9, 11, 13, 15]), st.integers(0, 60)),
    clock=st.sampled_from(["runs", "runs", "clarification", "identity", "answered", "fee", "extended"]),
    asked=st.integers(0, 60),
    holder=st.sampled_from(["", "first", "second", "left", "moved"]),
    team=st.sampled_from(["", "", "theirs", "deserted", "closed"]),
    restricted=st.booleans(),
    before=st.sampled_from(["", "", "by mail", "redirected", "withdrawn", "closed", "keeps another"]),
    letter=st.sampled_from(["sent", "to_post", "failed", "held"]),
    at_risk=st.booleans(),
)
STAFFING = st.sets(st.sampled_from(["first", "second", "manager"]))


class House:
    """A council with two officers, a manager and an administrator; one officer has left, one works elsewhere now."""

    def __init__(self, staff: packs.Made) -> None:
        self.actors: dict[str, Actor] = {
            "first": staff("officer"), "second": staff("officer"), "manager": staff("manager"),
            "left": staff("officer"), "moved": staff("officer"), "administrator": staff("administrator"),
        }  # fmt: skip
        manager = self.actors["manager"]
        self.teams: dict[str, uuid.UUID] = {}
        for name, one in (("theirs", "second"), ("deserted", "left"), ("closed", "first")):
            made = team_share.make(name, "northmoor", actor=manager, now=MONDAY)
            db.session.flush()
            team_share.change(
                made, name=name, members={self.id(one)}, active=name != "closed", version=made.version, actor=manager,
                now=MONDAY,
            )  # fmt: skip
            self.teams[name] = made.id
        team.deactivate(self.id("left"), actor=self.actors["administrator"], now=MONDAY)
        self.member("moved").controllers = ["southmoor"]
        db.session.commit()

    def id(self, name: str) -> uuid.UUID:
        return uuid.UUID(self.actors[name].id)

    def member(self, name: str) -> Member:
        return db.session.get_one(Member, self.id(name))

    def begin(self, here: set[str]) -> None:
        """Nothing is open, nobody was told anything, and these people are here."""
        db.session.rollback()
        for table in (Reminder, StaffMail, Pulse):
            db.session.execute(delete(table))
        db.session.execute(update(Case).values(status=Status.CLOSED))
        for name in ("first", "second", "manager"):
            db.session.execute(update(Member).where(Member.id == self.id(name)).values(active=name in here))
        db.session.commit()
        db.session.expire_all()

    def make(self, told: Situation) -> uuid.UUID:
        """A case in this situation, made by the services as far as they lead there."""
        came = TODAY - timedelta(days=told.age)
        case = self._new(told, came)
        on = came + timedelta(days=min(told.asked, told.age))
        actor = self.actors["first"]
        facts = {
            "clarification": ["clarification_requested"],
            "identity": ["identity_requested"],
            "answered": ["identity_requested", "identity_received"],
            "fee": ["fee_requested"],
        }.get(told.clock, [])
        for kind in facts:
            clock.add_fact(case, kind, on, actor=actor, now=MONDAY)
        found = clock.reckon(case)
        if told.clock == "extended" and found.notice_by is not None and on <= found.notice_by:
            clock.add_fact(case, "extension_notice", on, actor=actor, now=MONDAY, reasons="Six schools")
        if told.before in ("redirected", "withdrawn", "closed"):
            case.status = Status(told.before)
            cases.move(case, Action.REOPEN, actor=self.actors["manager"], now=MONDAY, reason="It was for us")
        elif told.before != "by mail":
            case.status = told.status
        case.assigned_to = self.id(told.holder) if told.holder else None
        case.team_id = self.teams[told.team] if told.team else None
        case.restricted = told.restricted
        if told.at_risk:
            work.set_flags(case, [Flag.SAFE_ADDRESS], actor=actor, now=MONDAY)
        db.session.flush()
        touched = min(told.touched, told.age)
        at = MONDAY - timedelta(days=touched)
        db.session.execute(update(Case).where(Case.id == case.id).values(touched_at=at, created_at=at))
        db.session.execute(update(Letter).where(Letter.case_id == case.id).values(state=told.letter))
        db.session.commit()
        return case.id

    def _new(self, told: Situation, came: date) -> Case:
        if told.before == "by mail":
            message = Message(sender="morwenna@example.org", name="M", subject="My file", text="All of it, please.")
            at = datetime(came.year, came.month, came.day, 9, tzinfo=UTC)
            return incoming.begin("northmoor", message, arrived_at=at, actor=SERVICE, now=MONDAY)
        case = factories.a_case(now=MONDAY, received_on=came, right=told.right)
        if told.before == "keeps another" and told.right is not Right.COMPLAINT:
            other, actor = factories.a_case(now=MONDAY, received_on=came, right=told.right), self.actors["manager"]
            merge.merge(
                case, other, why="The same", version=case.version, away_version=other.version, actor=actor, now=MONDAY
            )
            db.session.commit()
            case = db.session.get_one(Case, case.id)
        return case


def late(case: Case, on: date) -> bool:
    runs = case.clock_state == "running" and case.due_on is not None
    return case.missed_on is not None or (runs and case.due_on is not None and case.due_on < on)


def near(case: Case, on: date) -> bool:
    return case.clock_state == "running" and case.due_on is not None and case.due_on <= on + timedelta(days=5)


def half_used(case: Case) -> bool:
    """Is half of its time used, reckoned by hand?"""
    found = clock.reckon(case)
    start, due = found.heard or found.start, found.due
    return start is not None and due is not None and (TODAY - start).days * 2 >= (due - start).days


def readers(case: Case, members: list[Member]) -> set[uuid.UUID]:
    return {each.id for each in members if may_see_case(team.actor_of(each), case)}


def check_lists(made: list[Case], members: list[Member]) -> None:
    """Every open case is in the list of everybody who may see it; what is late stands before what is soon due, and that
    before the rest."""
    for member in members:
        actor = team.actor_of(member)
        rows, total = cases.worklist(cases.Filter(), actor=actor, today=TODAY)
        mine = [case.id for case in made if member.id in readers(case, members)]
        assert {row.id for row in rows} == set(mine) and total == len(mine)
        pressing = [0 if late(row, TODAY) else 1 if near(row, TODAY) else 2 for row in rows]
        assert pressing == sorted(pressing), [case_urgency.attention(row, TODAY) for row in rows]


def check_digest(made: list[Case], members: list[Member]) -> None:
    """Whoever can do something is told of what runs out, and of what stands still; nobody who is gone is."""
    pulse.beat(reminder.DIGEST, now=MONDAY - timedelta(days=3))
    reminder.digest(now=MONDAY)
    db.session.commit()
    mails = {mail.member_id: mail.text for mail in db.session.scalars(select(StaffMail))}
    active = {member.id for member in members}
    assert mails.keys() <= active, "somebody who is gone was told"
    for case in made:
        able = readers(case, members)
        told = {key for key, text in mails.items() if case.reference in text}
        keepers = {member.id for member in members if member.role == "administrator"}
        if late(case, TODAY) or half_used(case):
            assert told & (able or keepers), f"nobody who can do anything was told of {case.status}"
        assert told <= (able or keepers), "somebody was told of a case that they may not see"
        still = case.clock_state != "running" and case.touched_at is not None
        if still and case.touched_at < MONDAY - timedelta(days=15) and able:
            words = "clock stands still and in which nothing was done" if not late(case, TODAY) else " late request"
            assert any(words in mails.get(key, "").replace("clocks", "clock") for key in able), "it lies unseen"


def check_quiet_ones_come_back(made: list[Case], members: list[Member]) -> None:
    """What nobody touches presses by itself within three weeks, whatever its clock does."""
    after = TODAY + timedelta(days=21)
    fresh = factories.a_case(now=MONDAY + timedelta(days=21), received_on=after)
    fresh.assigned_to = next((member.id for member in members if member.role == "officer"), None)
    db.session.commit()
    quiet = db.session.get_one(Case, fresh.id)
    for case in made:
        assert case_urgency.attention(case, after), f"nothing says that {case.status} lies there"
    for member in members:
        rows, _ = cases.worklist(cases.Filter(), actor=team.actor_of(member), today=after)
        places = [row.id for row in rows]
        assert quiet.id not in places or places[-1] == quiet.id


def test_no_situation_leaves_a_case_in_no_list_or_with_nobody(
    app: Flask, staff: Callable[..., Actor], sent: Any, now: datetime
) -> None:
    house = House(staff)
    seen: set[str] = set()

    @settings(
        max_examples=80, deadline=None, derandomize=True, database=None,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(SITUATIONS, min_size=1, max_size=4), STAFFING)
    def holds(several: list[Situation], here: set[str]) -> None:
        house.begin(here)
        ids = []
        for each in several:
            note(str(each))
            ids.append(house.make(each))
        sent.jobs.clear()
        db.session.expire_all()
        made = [case for key in ids if (case := db.session.get_one(Case, key)).status in OPEN]
        members = [member for member in team.members() if member.active]
        check_lists(made, members)
        check_digest(made, members)
        seen.update("late" if late(case, TODAY) else str(case.clock_state) for case in made)
        check_quiet_ones_come_back(made, members)

    holds()
    assert seen == {"late", "running", "paused", "not_started"}, "the situations did not go far enough to say anything"
