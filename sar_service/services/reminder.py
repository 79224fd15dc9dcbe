"""Warnings that a case's time runs out: once for each level and due date, by a digest each morning, and on screen.

Digests name cases by their references only. If the timetable itself has stopped, every page says so: `pulse.py`.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time

from sqlalchemy import or_, select

from sar_service.db import db, new_id
from sar_service.domain.clock import Reckoning
from sar_service.domain.clock_steps import written
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.permission import Permission, Role, may_see_case
from sar_service.domain.reminder import Audience, Level, audience, reached
from sar_service.domain.rights import terms
from sar_service.extensions import runtime
from sar_service.models import Case, Member, Pulse, RegulatorLetter, Reminder, StaffMail
from sar_service.queue import after_commit

from . import case_urgency, clock, lying, moved_date, pulse, regulator, team, team_share

DIGEST = "digest"
MORNING = time(7, 30)  # in London
WORDS = {
    Level.HALF: "half of its time is used",
    Level.THREE_QUARTERS: "three quarters of its time are used",
    Level.NINETY: "nine tenths of its time are used",
    Level.NOTICE_DAY: "today is the last day on which an extension can be told",
    Level.OVERDUE: "it is late",
    Level.TOLD_OTHERWISE: "our last letter named {told}: tell them the day that holds",
    Level.ASKED_LATE: "it was late before identity or a fee was asked for, and asking does not undo that",
}
BESIDE = (Level.TOLD_OTHERWISE, Level.ASKED_LATE)  # told beside how far the time has run


def digest(*, now: datetime) -> int:
    """Once each morning, write what is newly to be warned of to those whom it concerns, and on the first morning of a
    week what still waits; returns how many were told."""
    local = now.astimezone(clock.LONDON)
    if local.time() < MORNING:
        return 0
    last = db.session.get(Pulse, DIGEST, with_for_update=True)  # two timetables tell nobody twice
    before = clock.day_of(last.at) if last is not None else None
    if before == local.date():
        return 0
    pulse.beat(DIGEST, now=now)
    members = [member for member in team.members() if member.active]
    lines: dict[uuid.UUID, list[tuple[Case, Level]]] = {}
    moved: dict[uuid.UUID, list[str]] = {}
    for row, case in moved_date.untold():
        for member in _concerned(case, members):
            row.told_at = now
            moved.setdefault(member.id, []).append(moved_date.in_words(row, case))
    teams = team_share.all_members()
    unseen: dict[uuid.UUID, list[str]] = {}
    for case, fresh in _fresh(today=local.date()):
        able = [member for member in members if _may_see(case, member)]
        if not able:  # and so it stays to be told, until somebody is there who may be told
            for member in _keepers(case, members):
                unseen.setdefault(member.id, []).append(case.reference)
            continue
        for level, day in fresh.items():
            db.session.add(Reminder(case_id=case.id, controller=case.controller, level=level, due_on=day, made_at=now))
        for level in _worth_saying(fresh):
            for member in _told(case, level, able, teams):
                lines.setdefault(member.id, []).append((case, level))
    wanted: dict[uuid.UUID, list[str]] = {}
    for letter in regulator.to_warn(today=local.date()):
        for member in _answering(letter, members):
            wanted.setdefault(member.id, []).append(_regulator(letter, local.date()))
    waits: dict[uuid.UUID, list[str]] = {}
    if before is not None and _week(before) != _week(local.date()):
        actors = [(member.id, team.actor_of(member)) for member in members]
        found = {key: lying.in_words(actor=actor, now=now) for key, actor in actors if actor.may(Permission.SEE_CASES)}
        waits = {key: each for key, each in found.items() if each}
    told = lines.keys() | moved.keys() | wanted.keys() | unseen.keys() | waits.keys()
    for member in members:
        if member.id in told:
            _write(
                member,
                lines.get(member.id, []),
                moved.get(member.id, []),
                wanted.get(member.id, []),
                unseen.get(member.id, []),
                waits.get(member.id, []),
                today=local.date(),
                now=now,
            )
    return len(told)


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


def _regulator(letter: regulator.Read, today: date) -> str:
    assert letter.row.reply_by is not None
    of = f"case {letter.case.reference}" if letter.case is not None else "no case"
    return (
        f"- A letter of the regulator ({of}): the answer is due {written(letter.row.reply_by)}, "
        f"{_days(letter.row.reply_by, today)}.\n"
        f"  {runtime().settings.base_url}/staff/regulator/{letter.row.id}"
    )


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
    if found.start is None or found.due is None:
        return ()
    return reached(
        start=found.start,
        due=found.due,
        notice_by=found.notice_by,
        extended=bool(found.extension_valid),
        today=today,
    )


def _fresh(*, today: date) -> Iterable[tuple[Case, dict[Level, date]]]:
    """Cases that have reached levels of which nobody has been warned, each level with the day it is about.

    That somebody was told another date, and that identity was asked for too late, is warned of beside how far it ran.
    """
    counts = or_(Case.clock_state == "running", Case.missed_on.is_not(None))
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
        fresh = {level: day for level, day in on.items() if (case.id, level, day) not in known}
        if fresh:
            yield case, fresh


def _worth_saying(fresh: Iterable[Level]) -> list[Level]:
    """The highest of several levels, and whatever is told beside it."""
    return [each for each in fresh if each not in BESIDE][-1:] + [each for each in fresh if each in BESIDE]


def _told(
    case: Case, level: Level, able: list[Member], teams: Mapping[uuid.UUID, Collection[uuid.UUID]]
) -> list[Member]:
    """The members of staff whom a warning goes to: of those `able` to see the case, who are some.

    The team is the one that has the case. Where none has it, or nobody in it may see the case, it is every officer.
    Where whoever has it has left, or may not see it, nobody has it.
    """
    shared = teams.get(case.team_id, ()) if case.team_id is not None else ()
    together = {member.id for member in able if member.id in shared}
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


def _write(
    member: Member,
    lines: list[tuple[Case, Level]],
    moved: list[str],
    wanted: list[str],
    unseen: list[str],
    waits: list[str],
    *,
    today: date,
    now: datetime,
) -> None:
    told = []
    for case, level in lines:
        due = case.missed_on if level is Level.ASKED_LATE else case.due_on
        assert due is not None
        words = WORDS[level].format(told=written(case.told_on) if case.told_on is not None else "")
        told.append(
            f"- {case.reference} ({terms(case.right).name}): due {written(due)}, {_days(due, today)}; "
            f"{words}; {_whose(case, member)}.\n  {runtime().settings.base_url}/staff/cases/{case.reference}"
        )
    count = len({case.id for case, _ in lines})
    row = StaffMail(
        id=new_id(),
        member_id=member.id,
        subject="The regulator waits for an answer"
        if wanted
        else f"{count} {'request needs' if count == 1 else 'requests need'} you: time runs out"
        if count
        else "Nobody on the staff can open some requests"
        if unseen
        else "What still waits"
        if not moved
        else f"{len(moved)} due {'date has' if len(moved) == 1 else 'dates have'} moved",
        text="\n".join(
            [
                f"Good morning {member.name}.",
                "",
                *(["The regulator waits for an answer:", "", *wanted, ""] if wanted else []),
                *told,
                *_moved(moved),
                *_nobodys(unseen),
                *(["", "Once a week, what still waits:", "", *waits] if waits else []),
                "",
                f"All of them: {runtime().settings.base_url}/staff/",
                "",
            ]
        ),
        written_at=now,
        queued_at=now,
    )
    db.session.add(row)
    db.session.flush()
    after_commit("staff_mail", row.id)


def _whose(case: Case, member: Member) -> str:
    if case.assigned_to == member.id:
        return "yours"
    holder = db.session.get(Member, case.assigned_to) if case.assigned_to is not None else None
    if holder is not None:
        return "a colleague’s" if holder.active else "whoever had it has left"
    return "nobody has it" if case.team_id is None else "a team’s, and nobody in it has taken it"


def _moved(lines: list[str]) -> list[str]:
    if not lines:
        return []
    return ["", "These due dates moved by themselves; tell the requester where a letter named the old one:", "", *lines]


def _nobodys(references: list[str]) -> list[str]:
    if not references:
        return []
    what = "The time of these requests runs, and nobody on the staff may open them: give a manager access."
    return ["", what, "", *(f"- {reference}" for reference in references)]


def _days(due: date, today: date) -> str:
    days = (due - today).days
    if days == 0:
        return "today"
    word = "day" if abs(days) == 1 else "days"
    return f"in {days} {word}" if days > 0 else f"{-days} {word} ago"
