"""What staff keep beside a case: notes, flags and tasks with a day. All of it goes on while the clock is paused."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.permission import Permission, Role, may_see_case, permissions_of
from sar_service.domain.rights import Right
from sar_service.domain.work import Flag
from sar_service.models import Case, Complaint, FlagRow, Member, Note, Task, Team

from . import audit, case_urgency, complaint, sealing
from . import team as teams
from .case import check_version, visible, with_merged
from .clock import day_of

LONGEST = 20_000
SENT_AGAIN = timedelta(minutes=15)  # for so long the same note is the same form, sent once more
FARTHEST = timedelta(days=3 * 366)
OUTCOMES = ("done", "dropped")
SHOWN = 20  # of the tasks of somebody, at once
MOST = 50  # of them are counted


def note(case: Case, text: str, *, actor: Actor, now: datetime) -> Note:
    """Add a note; the same words once more from the same person within minutes are the same note: a form that was sent
    again. Later they are another: nobody answers the telephone on two days. Raises InvalidInput."""
    text = text.strip()
    if not text:
        raise InvalidInput("Write the note first.", field="text")
    if len(text) > LONGEST:
        raise InvalidInput(f"A note may have at most {LONGEST} characters. Write it as two.", field="text")
    recent = select(Note).where(
        Note.case_id == case.id, Note.written_by == actor.label, Note.written_at > now - SENT_AGAIN
    )
    for each in db.session.scalars(recent):
        if sealing.unseal(each)["text"] == text:
            return each
    row = Note(id=new_id(), case_id=case.id, controller=case.controller, written_by=actor.label, written_at=now)
    sealing.seal(row, {"text": text})
    db.session.add(row)
    audit.record("wrote a note", actor=actor, now=now, case=case, of=row)
    return row


def notes(case: Case) -> list[tuple[Note, str]]:
    """The notes of a case with their text, newest first."""
    rows = db.session.scalars(select(Note).where(Note.case_id == case.id).order_by(Note.written_at.desc(), Note.id))
    return [(row, sealing.unseal(row)["text"]) for row in rows]


def set_flags(
    case: Case, wanted: Iterable[Flag], *, seen: Iterable[Flag] | None = None, actor: Actor, now: datetime
) -> None:
    """Have the case carry these flags and no others.

    Of two people who set them at once neither takes back what the other did: with `seen`, the flags that stood on the
    form, only what differs from those is changed.
    """
    wanted = set(wanted)
    audit.lock(case)
    rows = {row.flag: row for row in db.session.scalars(select(FlagRow).where(FlagRow.case_id == case.id))}
    if seen is not None:
        wanted = (set(rows) | (wanted - set(seen))) - (set(seen) - wanted)
    for flag in sorted(wanted - set(rows)):
        db.session.add(
            FlagRow(id=new_id(), case_id=case.id, controller=case.controller, flag=flag, set_by=actor.label, set_at=now)
        )
        audit.record("flagged the case", actor=actor, now=now, case=case, flag=flag.value)
    for flag in sorted(set(rows) - wanted):
        db.session.delete(rows[flag])
        audit.record("took a flag off the case", actor=actor, now=now, case=case, flag=flag.value)


def flags(cases: Sequence[Case]) -> dict[uuid.UUID, list[Flag]]:
    """The flags of several cases, in the order of `Flag`."""
    found: dict[uuid.UUID, list[Flag]] = {}
    for row in db.session.scalars(select(FlagRow).where(FlagRow.case_id.in_([case.id for case in cases]))):
        found.setdefault(row.case_id, []).append(row.flag)
    order = list(Flag)
    return {case_id: sorted(each, key=order.index) for case_id, each in found.items()}


def add_task(case: Case, what: str, *, due_on: date, member: Member | None, actor: Actor, now: datetime) -> Task:
    """Something to be done by a day, by somebody or by whoever has the case; one that is there and open already is
    that one. Raises InvalidInput."""
    what = what.strip()
    if not what:
        raise InvalidInput("Say what has to be done.", field="what")
    if len(what) > 500:
        raise InvalidInput("This may have at most 500 characters. Put the rest into a note.", field="what")
    if due_on < day_of(now):
        raise InvalidInput("This day has passed. Give today or a later one.", field="due_on")
    if due_on > day_of(now) + FARTHEST:
        raise InvalidInput("This is more than three years away. Check the year.", field="due_on")
    if member is not None and not teams.works_for(member, case.controller):
        raise InvalidInput("This member of staff does not work on this council’s cases.", field="member")
    if member is not None and not may_see_case(teams.actor_of(member), case):
        raise InvalidInput(
            "The case is restricted, and they may not see it. Choose whoever has the case, or a manager.",
            field="member",
        )
    whose = member.id if member is not None else case.assigned_to
    for each, said in tasks(case):
        if not each.outcome and (said, each.due_on, each.assigned_to) == (what, due_on, whose):
            return each
    row = Task(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        due_on=due_on,
        assigned_to=whose,
        made_by=actor.label,
        made_at=now,
    )
    sealing.seal(row, {"what": what})
    db.session.add(row)
    audit.record("added a task", actor=actor, now=now, case=case, of=row, on=due_on.isoformat())
    return row


def end_task(case: Case, task_id: uuid.UUID, *, outcome: str, version: int, actor: Actor, now: datetime) -> Task:
    """Say that a task is done, or need not be. Raises NotFound, WrongState and StaleWrite."""
    row = db.session.get(Task, task_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such task in this case.")
    if outcome not in OUTCOMES:
        raise InvalidInput("Choose whether it is done or need not be done.", field="outcome")
    if row.outcome:
        raise WrongState("Somebody has ended this task already.")
    check_version(row, version)
    row.outcome, row.ended_by, row.ended_at = outcome, actor.label, now
    audit.record(f"{outcome} a task", actor=actor, now=now, case=case, of=row)
    return row


def tasks(case: Case) -> list[tuple[Task, str]]:
    """The tasks of a case with what is to be done, open ones first and by their day."""
    rows = db.session.scalars(
        select(Task).where(Task.case_id == case.id).order_by(Task.outcome != "", Task.due_on, Task.made_at, Task.id)
    )
    return [(row, sealing.unseal(row)["what"]) for row in rows]


def open_tasks(actor: Actor, *, today: date) -> tuple[list[tuple[Task, str, str]], int]:
    """What this actor has to do in the cases they may see: the next `SHOWN` by day, each with its case's reference and
    what it is; and how many there are in all, `MOST` and one where there are more. What is given to nobody, or to
    somebody who has left or may not see the case any more, is for whoever has the case; where nobody has that either,
    it is everybody's once its day has passed.
    """
    me = uuid.UUID(actor.id)
    waits = visible(actor, by_id=True).join(Task, Task.case_id == Case.id).where(Task.outcome == "")
    # named and not looked up in the query: only then does PostgreSQL find these tasks by their index
    gone = db.session.scalars(select(Member.id).where(Member.active.is_(False))).all()
    nobodys, unheld = (or_(of.is_(None), of.in_(gone)) for of in (Task.assigned_to, Case.assigned_to))
    falls = or_(Case.assigned_to == me, and_(unheld, Task.due_on < today))
    above = [role for role in Role if Permission.SEE_RESTRICTED in permissions_of(role)]
    others = db.session.scalars(select(Member.id).where(Member.active, Member.role.not_in(above))).all()
    unseen = and_(
        Case.restricted,
        Task.assigned_to.in_(others),
        or_(Case.assigned_to.is_(None), Case.assigned_to != Task.assigned_to),
    )
    # Each by an index, all at once by none; of restricted cases there are few for anybody.
    parts = [Task.assigned_to == me, and_(nobodys, falls), and_(unseen, Case.assigned_to == me)]
    if Permission.SEE_RESTRICTED in actor.permissions:
        unheld_of = [Case.assigned_to.is_(None), *([Case.assigned_to.in_(gone)] if gone else [])]
        parts += [and_(unseen, each, Task.due_on < today) for each in unheld_of]
    rows: list[tuple[Task, str]] = []
    total = 0
    for which in parts:
        mine = waits.where(which)
        nearest = mine.with_only_columns(Task, Case.reference).order_by(Task.due_on, Task.made_at, Task.id).limit(SHOWN)
        some = [(row, reference) for row, reference in db.session.execute(nearest)]
        rows += some
        total += len(some) if len(some) < SHOWN else _counted(mine)
    rows = sorted(rows, key=lambda each: (each[0].due_on, each[0].made_at, each[0].id))[:SHOWN]
    sealing.fetch_keys(row.case_id for row, _ in rows)
    return [(row, reference, sealing.unseal(row)["what"]) for row, reference in rows], min(total, MOST + 1)


def _counted(tasks: Select[Any]) -> int:
    """How many tasks these are, counted no further than is said."""
    some = tasks.with_only_columns(Task.id).limit(MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def workload(actor: Actor, *, today: date) -> dict[uuid.UUID, tuple[int, int]]:
    """By member: how many open cases they have of those this actor may see, and how many of them are overdue."""
    late = func.count().filter(case_urgency.late(today))
    counted = db.session.execute(
        visible(actor)
        .where(Case.status.in_(OPEN), Case.assigned_to.is_not(None))
        .with_only_columns(Case.assigned_to, func.count(), late)
        .group_by(Case.assigned_to)
    )
    return {row[0]: (row[1], row[2]) for row in counted if row[0] is not None}


def barred(case: Case) -> frozenset[str]:
    """Who may not look into a complaint; nobody for what is none."""
    return complaint.decided(case) if case.right is Right.COMPLAINT else frozenset()


def _looked_into(cases: Iterable[Case], member: Member) -> list[str]:
    """The references of those of these cases about which, or about what was merged into them, somebody looks into a
    complaint that is open."""
    about = {each.id: case.reference for case in cases for each in with_merged(case)}
    complaints = select(Complaint.about_id).join(Case, Case.id == Complaint.case_id)
    found = db.session.scalars(
        complaints.where(Complaint.about_id.in_(about), Case.assigned_to == member.id, Case.status.in_(OPEN))
    )
    return sorted({about[each] for each in found if each is not None})


def hand_over(
    leaver: Member, to: Member | None, *, team: Team | None = None, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Give all open cases and tasks of somebody to another, to a team, or to nobody; returns how many of each.

    What goes to a team has no person until somebody in it takes it.

    Raises NotAllowed for those who may not hand out work, and InvalidInput where `to` cannot take all of it.
    """
    if not actor.may(Permission.ASSIGN):
        raise NotAllowed("A manager hands over somebody’s work.")
    if to is not None and to.id == leaver.id:
        raise InvalidInput("Choose somebody else.", field="to")
    cases = db.session.scalars(
        visible(actor).where(Case.assigned_to == leaver.id, Case.status.in_(OPEN)).order_by(Case.due_on)
    ).all()
    given = db.session.execute(
        visible(actor, by_id=True)
        .join(Task, Task.case_id == Case.id)
        .where(Task.outcome == "", Task.assigned_to == leaver.id)
        .with_only_columns(Task, Case)
    ).all()
    councils = {case.controller for case in (*cases, *(row[1] for row in given))}
    if to is not None and not all(teams.works_for(to, key) for key in councils or set(to.controllers)):
        raise InvalidInput("This member of staff does not work on all of these councils’ cases.", field="to")
    theirs = [case.reference for case in cases if to is not None and str(to.id) in barred(case)]
    if theirs:
        raise InvalidInput(
            f"They decided on what these complaints are about: {', '.join(theirs)}. Give those to somebody else first.",
            field="to",
        )
    looked_into = _looked_into(cases, to) if to is not None else []
    if looked_into:
        raise InvalidInput(
            f"They look into complaints about these: {', '.join(looked_into)}. Whatever they did there would keep them "
            "from that. Give those to somebody else first.",
            field="to",
        )
    if team is not None and (not team.active or any(case.controller != team.controller for case in cases)):
        raise InvalidInput("This team does not take all of these councils’ cases.", field="to")
    told = f"staff:{to.id}" if to is not None else f"team:{team.id}" if team is not None else ""
    together = {case.id: with_merged(case) for case in cases}
    audit.lock(*(each for several in together.values() for each in several), *(row[1] for row in given))
    for task, _ in given:
        db.session.refresh(task)
    # what somebody else has just given away, or ended, is not theirs to hand over any more
    cases = [case for case in cases if case.assigned_to == leaver.id and case.status in OPEN]
    given = [row for row in given if row[0].assigned_to == leaver.id and not row[0].outcome]
    for each in (each for case in cases for each in together[case.id]):
        each.assigned_to = to.id if to is not None else None
        each.team_id = team.id if team is not None else each.team_id
        audit.record("handed the case over", actor=actor, now=now, case=each, to=told)
    for task, case in given:
        task.assigned_to = to.id if to is not None else None
        audit.record(
            "handed a task over",
            actor=actor,
            now=now,
            case=case,
            of=task,
            to=told,
        )
    return len(cases), len(given)
