"""Why a case was late: said by whoever works it, shown beside its clock, and counted for the board.

That a case is late is worked out as everywhere else: what is open by `case_urgency.late`, what was answered by
`report.answered_in_time`, an acknowledgement by the clock. What ended otherwise is measured against the same due date,
because a refusal has to be told in the same time (Article 12(4)), and somebody who gave up waiting was kept waiting.
What was merged is answered, and counted, with the other case. A reason holds nothing up.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, update
from sqlalchemy.orm.attributes import set_committed_value

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, WrongState
from sar_service.domain.lateness import WORDED, Lateness
from sar_service.domain.lifecycle import OPEN, UNKNOWN, Status
from sar_service.domain.permission import Permission
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, Case, LateReason

from . import audit, case_urgency, clock, complaint, complaint_report, report, sealing
from . import case as cases

LONGEST = 2000
WAITING, ENDED = "open", "ended"  # late ones that have no reason: open ones, or such as have ended
HANDED = (
    "assigned the case", "handed the case over", "gave the case to a team", "took the complaint from who decided",
    "merged a request into this one",
)  # fmt: skip
MERGED = HANDED[-1]


def _ways(today: date) -> dict[str, ColumnElement[bool]]:
    """The ways in which a case is late, as conditions on its row. A case may be late in several."""
    passed = or_(Case.missed_on.is_not(None), Case.ended_on > Case.due_on)
    otherwise = or_(Case.status.in_((Status.REFUSED, Status.WITHDRAWN)), report.closed_unanswered())
    nowhere = Case.status.not_in((*UNKNOWN, Status.REDIRECTED))
    return {
        "open": and_(Case.status.in_(OPEN - UNKNOWN), case_urgency.late(today)),
        "answered": and_(report.answered(), ~report.answered_in_time()),
        "ended": and_(otherwise, passed),
        "acknowledged": and_(nowhere, Case.acknowledged_late == true()),
    }


def late(today: date) -> ColumnElement[bool]:
    """Whether a case is late, or was when it ended, as a condition on its row."""
    return or_(*_ways(today).values())


def wanted(why: str, *, today: date) -> ColumnElement[bool]:
    """What a list asks for, as a condition: late ones with this reason, `WAITING` or `ENDED`. Nothing for other words.

    Of what has ended only what did in the last twelve months still wants a reason.
    """
    ways = _ways(today)
    if why == WAITING:
        return and_(Case.status.in_(OPEN), Case.late_reason.is_(None), or_(ways["open"], ways["acknowledged"]))
    if why == ENDED:
        recent = Case.ended_on >= complaint_report.first_of(today)
        return and_(recent, Case.status.not_in(OPEN), Case.late_reason.is_(None), late(today))
    return and_(Case.late_reason == Lateness(why), late(today)) if why in set(Lateness) else false()


@dataclass(frozen=True)
class Late:
    """That a case is late: `how` is "open", "answered", "ended" otherwise, or "acknowledged" late (a complaint).

    `due` is the day that passed; None where there is none. `done` is the day on which
    what was due happened, None while it has not.
    """

    how: str
    due: date | None
    done: date | None


def of(case: Case, today: date) -> Late | None:
    """How a case is late; None where it is not."""
    ways = _ways(today)
    row = db.session.execute(select(*ways.values()).where(Case.id == case.id)).one()
    how = next((way for way, is_so in zip(ways, row, strict=True) if is_so), "")
    if not how:
        return None
    if how == "acknowledged":
        return Late(how, complaint.acknowledgement_due(case), complaint.acknowledged_on(case))
    done = {"answered": case.released_on, "ended": case.ended_on}.get(how)
    return Late(how, case.missed_on or case.due_on, done)


@dataclass(frozen=True)
class Given:
    """A reason that was given, with what was written beside it ("" if nothing)."""

    row: LateReason
    text: str


def given(case: Case) -> list[Given]:
    """The reasons that were given for a case, the newest, which stands, first."""
    rows = db.session.scalars(
        select(LateReason).where(LateReason.case_id == case.id).order_by(LateReason.number.desc())
    )
    return [Given(row, sealing.unseal(row)["text"]) for row in rows]


def say(case: Case, reason: Lateness, text: str, *, version: int, actor: Actor, now: datetime) -> LateReason:
    """Say why a case is or was late, or say it anew. Both stay on file; the newest stands.

    `version` is how many reasons there were when the form was drawn. Raises WrongState where the case is not late,
    StaleWrite where somebody else said something meanwhile, InvalidInput where words are missing.
    """
    if not actor.may(Permission.CORRECT_FACTS):
        raise NotAllowed("Whoever works on the case says why it was late.")
    complaint.check_independent(case, actor)
    audit.lock(case)
    if of(case, clock.day_of(now)) is None:
        raise WrongState("This case is not late, so that there is nothing to explain.")
    newest = db.session.scalar(
        select(LateReason).where(LateReason.case_id == case.id).order_by(LateReason.number.desc()).limit(1)
    )
    if newest is not None:
        cases.check_version(newest, version)
    text = text.strip()
    if len(text) > LONGEST:
        raise InvalidInput(f"This may have at most {LONGEST} characters.", field="text")
    if reason in WORDED and not text:
        raise InvalidInput("Say in a few words what it was.", field="text")
    row = LateReason(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        reason=reason,
        number=newest.number + 1 if newest is not None else 1,
        given_by=actor.label,
        given_at=now,
    )
    sealing.seal(row, {"text": text})
    db.session.add(row)
    audit.record("said why it was late", actor=actor, now=now, case=case, of=row, lateness=reason.value)
    # not through the object: it makes no open form of the case old
    change = update(Case).where(Case.id == case.id).values(late_reason=reason)
    db.session.execute(change, execution_options={"synchronize_session": False})
    set_committed_value(case, "late_reason", reason)
    return row


def reasons(rows: Sequence[Case], *, today: date) -> dict[uuid.UUID, Lateness]:
    """The reason that stands for each of these cases that is late and has one."""
    ids = [row.id for row in rows if row.late_reason is not None]
    found = set(db.session.scalars(select(Case.id).where(Case.id.in_(ids), late(today)))) if ids else set()
    return {row.id: row.late_reason for row in rows if row.late_reason is not None and row.id in found}


@dataclass(frozen=True)
class Holder:
    """Who had a case at the end of a day: a member's label ("staff:<id>") and a team's id, each None for nobody."""

    member: str | None
    team: uuid.UUID | None


def holder(case: Case, day: date) -> Holder | None:
    """Who had a case at the end of a London day, as the trail tells it; None where it does not."""
    after = datetime.combine(day + timedelta(days=1), time.min, tzinfo=clock.LONDON)
    events = db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.case_id == case.id, AuditEvent.verb.in_(HANDED), AuditEvent.at < after)
        .order_by(AuditEvent.number)
    )
    member: str | None = None
    team: uuid.UUID | None = None
    for event in events:
        kind, _, key = str((event.detail or {}).get("to", "")).partition(":")
        if event.verb == MERGED:
            if member is None and team is None:
                return None  # it may have taken over who had the other, and the trail does not say whom
        elif kind == "team":
            team = uuid.UUID(key)
            member = None if event.verb == HANDED[1] else member
        elif event.verb == HANDED[2]:
            team = None
        else:
            member = f"staff:{key}" if kind == "staff" else None
    return Holder(member, team) if member is not None or team is not None else None


@dataclass(frozen=True)
class Month:
    """The late cases received in one month by their reason; `ended` and `open` are those without one."""

    month: str  # "2026-11"
    given: dict[Lateness, int]
    ended: int
    open: int


def months(*, actor: Actor, today: date, complaints: bool = False) -> list[Month]:
    """The late requests of the last twelve months, or the complaints, oldest first, by month of receipt."""
    first = complaint_report.first_of(today)
    of_kind = Case.right == Right.COMPLAINT if complaints else report.requests()
    still = Case.status.in_(OPEN)
    rows = db.session.execute(
        report.counted(actor)
        .where(Case.received_on >= first, of_kind, late(today))
        .with_only_columns(Case.received_on, Case.late_reason, still, func.count())
        .group_by(Case.received_on, Case.late_reason, still)
    )
    found: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for day, reason, is_open, count in rows:
        key = reason if reason is not None else WAITING if is_open else ENDED
        found[f"{day:%Y-%m}"][key] += count
    return [
        Month(
            month=name,
            given={reason: found[name][reason] for reason in Lateness if reason in found[name]},
            ended=found[name][ENDED],
            open=found[name][WAITING],
        )
        for name in (f"{complaint_report.first_of(today, back):%Y-%m}" for back in range(12, 0, -1))
    ]


def unexplained(*, actor: Actor, today: date) -> int:
    """How many cases ended late in the last twelve months and have no reason, of those this actor may see."""
    query = cases.visible(actor).where(wanted(ENDED, today=today))
    return db.session.scalar(query.with_only_columns(func.count())) or 0


def note_old() -> None:
    """Note of complaints that came before this was kept whether they were acknowledged late. Once is enough."""
    rows = db.session.scalars(select(Case).where(Case.right == Right.COMPLAINT, Case.acknowledged_late.is_(None))).all()
    for case in rows:
        change = update(Case).where(Case.id == case.id).values(acknowledged_late=clock.reckon(case).acknowledged_late)
        db.session.execute(change, execution_options={"synchronize_session": False})
