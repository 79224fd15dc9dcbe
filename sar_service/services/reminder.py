"""Warnings that a case's time runs out: once for each level and due date, by a digest each morning, and on screen.

Digests name cases by their references only. If the timetable itself has stopped, every page says so: `pulse.py`.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time

from sqlalchemy import or_, select

from sar_service.db import db
from sar_service.domain.clock import Reckoning
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.permission import Permission, Role, may_see_case
from sar_service.domain.reminder import Audience, Level, audience, reached, worth_saying
from sar_service.models import Case, Member, Pulse, RegulatorLetter, Reminder

from . import (
    case_urgency,
    clock,
    letter_wait,
    lying,
    moved_date,
    pulse,
    regulator,
    reminder_mail,
    team,
    team_share,
    work,
)
from .reminder_mail import Morning

DIGEST = "digest"
MORNING = time(7, 30)  # in London


def digest(*, now: datetime) -> int:
    """Once each morning, write what is newly to be warned of to those whom it concerns, and on the first morning of a
    week what still waits; returns how many were told."""
    local = now.astimezone(clock.LONDON)
    if local.time() < MORNING:
        return 0
    last = db.session.get(Pulse, DIGEST, with_for_update=True)  # two timetables tell nobody twice
    before = clock.day_of(last.at) if last is not None else None
    today = local.date()
    if before == today:
        return 0
    pulse.beat(DIGEST, now=now)
    members = [member for member in team.members() if member.active]
    told: dict[uuid.UUID, Morning] = defaultdict(Morning)
    for row, case in moved_date.untold():
        for member in _concerned(case, members):
            row.told_at = now
            told[member.id].moved.append(moved_date.in_words(row, case))
    _warn(told, members, today=today, now=now)
    for letter in regulator.to_warn(today=today, since=before):
        for member in _answering(letter, members):
            told[member.id].regulator.append(reminder_mail.of_regulator(letter, today))
    for lies, case in (*lying.resting(now=now), *letter_wait.acts(now=now)):
        for member in _has(case, members):
            told[member.id].letters.append(reminder_mail.of_letter(lies, case, clock.reckon(case)))
    if before is not None and _week(before) != _week(today):
        for member in members:
            actor = team.actor_of(member)
            if actor.may(Permission.SEE_CASES) and (lines := lying.in_words(actor=actor, now=now)):
                told[member.id].waits += lines
    for member in members:
        if member.id in told:
            reminder_mail.send(member, told[member.id], now=now)
    return len(told)


def _warn(told: dict[uuid.UUID, Morning], members: list[Member], *, today: date, now: datetime) -> None:
    """Warn of every case that has reached a level of which nobody was warned."""
    teams = team_share.all_members()
    for case, found, fresh in _fresh(today=today):
        able = [member for member in members if _may_see(case, member)]
        if not able:  # and so it stays to be told, until somebody is there who may be told
            for member in _keepers(case, members):
                told[member.id].unseen.append(f"- {case.reference}")
            continue
        for level, day in fresh.items():
            db.session.add(Reminder(case_id=case.id, controller=case.controller, level=level, due_on=day, made_at=now))
        for level in worth_saying(fresh, levels(found, today=today)):
            words = reminder_mail.says(case, found, level, today=today, unwarned=Level.NOTICE_DAY in fresh)
            for member in _told(case, level, able, teams):
                told[member.id].cases.add(case.id)
                told[member.id].lines.append(reminder_mail.line(case, found, level, words, member, today=today))


def _week(day: date) -> tuple[int, int]:
    year, number, _ = day.isocalendar()
    return year, number


def _answering(letter: regulator.Read, members: Iterable[Member]) -> list[Member]:
    """Who is warned of an answer to the regulator: managers, and whoever has the case. Where there is neither, all who
    may see it; where nobody may, those who keep the service."""
    here = [member for member in members if letter.row.controller in team.actor_of(member).controllers]
    found = [
        member
        for member in here
        if team.actor_of(member).may(Permission.REGULATOR)
        or (letter.case is not None and member.id == letter.case.assigned_to and _may_see(letter.case, member))
    ]
    if not found and letter.case is not None:
        found = [member for member in here if _may_see(letter.case, member)]
    return found or _keepers(letter.row, members)


def _has(case: Case, members: Iterable[Member]) -> list[Member]:
    """Whoever has a case, or else all who may see it."""
    able = [member for member in members if _may_see(case, member)]
    return [member for member in able if member.id == case.assigned_to] or able


def _concerned(case: Case, members: Iterable[Member]) -> list[Member]:
    """To whom it is told that the date of a case moved: to whoever has it, and to managers; where there is neither, to
    all who may see it."""
    able = [member for member in members if _may_see(case, member)]
    return [member for member in able if member.id == case.assigned_to or member.role is Role.MANAGER] or able


def _keepers(row: Case | RegulatorLetter, members: Iterable[Member]) -> list[Member]:
    """Who can help where nobody on the staff may see a case: the administrators of its council, or else all of them."""
    keepers = [member for member in members if member.role is Role.ADMINISTRATOR]
    return [member for member in keepers if row.controller in member.controllers] or keepers


def levels(found: Reckoning, *, today: date) -> tuple[Level, ...]:
    """The levels that a clock has reached; none where it does not run."""
    if found.since is None or found.due is None:
        return ()
    return reached(
        start=found.since,
        due=found.due,
        notice_by=found.notice_by,
        extended=bool(found.extension_valid),
        today=today,
    )


def _fresh(*, today: date) -> Iterable[tuple[Case, Reckoning, dict[Level, date]]]:
    """Cases that have reached levels of which nobody has been warned, each level with the day it is about.

    That somebody was told another date, and that identity was asked for late, is warned of beside how far it ran.
    """
    counts = or_(Case.clock_state == "running", Case.missed_on.is_not(None), Case.asked_on.is_not(None))
    cases = db.session.scalars(
        select(Case).where(Case.status.in_(OPEN), counts).order_by(case_urgency.sorted_by(), Case.id)
    ).all()
    rows = db.session.scalars(select(Reminder).join(Case, Case.id == Reminder.case_id).where(Case.status.in_(OPEN)))
    known = {(row.case_id, row.level, row.due_on) for row in rows}
    for case in cases:
        found = clock.reckon(case)
        on: dict[Level, date] = {}
        if found.due is not None:
            on |= dict.fromkeys(levels(found, today=today), found.due)
            if case.told_on is not None and case.told_on != found.due:
                on[Level.TOLD_OTHERWISE] = found.due
        if found.missed is not None:
            on[Level.ASKED_LATE] = found.missed
        elif found.asked_on is not None:
            on[Level.ASKED_SLOWLY] = found.asked_on
        fresh = {level: day for level, day in on.items() if (case.id, level, day) not in known}
        if fresh:
            yield case, found, fresh


def _told(
    case: Case, level: Level, able: list[Member], teams: Mapping[uuid.UUID, Collection[uuid.UUID]]
) -> list[Member]:
    """The members of staff whom a warning goes to: of those `able` to see the case, who are some.

    The team is the one that has the case. Where none has it, or nobody in it may see the case, or look into a complaint
    that it is, it is every officer.
    Where whoever has it has left, or may not see it, nobody has it.
    """
    shared = teams.get(case.team_id, ()) if case.team_id is not None else ()
    barred = work.barred(case) if shared else ()
    together = {member.id for member in able if member.id in shared and str(member.id) not in barred}
    held = any(member.id == case.assigned_to for member in able)
    who = audience(level, assigned=held, team=bool(together))
    found = []
    for member in able:
        mine = member.id == case.assigned_to
        manages = member.role is Role.MANAGER
        belongs = member.id in together if together else not manages
        if mine or (manages and Audience.MANAGERS in who) or (belongs and Audience.TEAM in who):
            found.append(member)
    return found or able


def _may_see(case: Case, member: Member) -> bool:
    actor = team.actor_of(member)
    return Permission.SEE_CASES in actor.permissions and may_see_case(actor, case)
