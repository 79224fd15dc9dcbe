"""A case as staff work it: finding it, what is true of it, moving it along, and handing it on.

Every query for cases goes through `visible`, which names the actor. The table of moves is `domain/lifecycle.py`.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, false, func, or_, select, true

from sar_service.db import db, no_lead
from sar_service.domain.actor import Actor, ActorKind
from sar_service.domain.errors import NotAllowed, NotFound, StaleWrite, WrongState
from sar_service.domain.lateness import Lateness
from sar_service.domain.lifecycle import OPEN, Action, Choice, Situation, Status, allowed, decide
from sar_service.domain.permission import Permission, may_see_case
from sar_service.domain.rights import Right
from sar_service.domain.search import Verdict
from sar_service.models import (
    CandidateRow,
    Case,
    Document,
    DocumentState,
    LeftOut,
    Member,
    Pack,
    PackState,
    Reminder,
    SignOff,
    Suggesting,
    SystemSearch,
    TeamMember,
)

from . import audit, case_urgency, listing, redaction_mark, search, team
from . import document as documents
from . import reason as reasons
from .clock import day_of

PAGE = 50
MOST_LISTED = 10_000  # cases of a list: nobody reads more, and counting all of them would take ever longer
REQUESTS = "requests"  # of any right: everything but complaints


def check_version(row: Any, version: int) -> None:
    """Refuse a write that was made on an older state of a row than the one that stands. Raises StaleWrite."""
    if row.version != version:
        raise StaleWrite(
            "Somebody else changed this while you were looking at it. Nothing was overwritten: "
            "look at what it says now and decide again.",
            of=f"{row.__tablename__}:{row.id}",
            case=row.id if isinstance(row, Case) else getattr(row, "case_id", None),
        )


def visible(actor: Actor, *, by_id: bool = False) -> Select[Any]:
    """The cases that this actor may see.

    `by_id`: for a query that names the cases it is about, by ids that another part of it finds. SQLite is then not led
    to walk through all cases of a council and ask of each whether it is among them.
    """
    query = select(Case)
    if Permission.SEE_CASES not in actor.permissions:
        return query.where(false())
    controller = no_lead(Case.controller) if by_id else Case.controller
    query = query.where(controller.in_(actor.controllers))
    if Permission.SEE_RESTRICTED in actor.permissions:
        return query
    return query.where(or_(Case.restricted.is_(False), Case.assigned_to == uuid.UUID(actor.id)))


def get(reference: str, *, actor: Actor) -> Case:
    """A case by its public reference. The same answer for "no such case" and "not yours". Raises NotFound.

    Whoever may change something has taken the case with this: what they read of it stays so until they are done.
    """
    case = _named(reference)
    if case is not None and may_see_case(actor, case):
        audit.lock_to_write(case)
    if case is None or not may_see_case(actor, case):
        raise NotFound("There is no case with this reference that you may see.")
    return case


def references(ids: Iterable[uuid.UUID], *, actor: Actor) -> dict[uuid.UUID, str]:
    """The references of those of these cases that an actor may see, by id."""
    rows = db.session.execute(
        visible(actor, by_id=True).where(Case.id.in_(ids)).with_only_columns(Case.id, Case.reference)
    )
    return {row.id: row.reference for row in rows}


def _named(reference: str) -> Case | None:
    reference = reference.strip().upper()
    return db.session.scalar(select(Case).where(Case.reference == reference)) if reference.isprintable() else None


def situation(case: Case, actor: Actor | None = None) -> Situation:
    """What is true of a case now, for the table of moves."""
    from . import complaint
    from .identity import settled as identity_settled

    rows = search.latest_searches(case)
    signing = latest_sign_off(case)
    standing = signing if signing is not None and signing.returned_at is None else None
    changed = True
    if standing is not None:
        from .redaction_signoff import state_digest

        changed = standing.digest != state_digest(case)
    pack = latest_pack(case)
    return Situation(
        actor=actor.id if actor is not None else "",
        identity_settled=identity_settled(case),
        identity_needed=case.right is not Right.COMPLAINT,
        independent=case.right is not Right.COMPLAINT
        or (actor is not None and actor.id not in complaint.decided(case)),
        searches_started=len(rows),
        searches_running=sum(row.state in search.ON_THE_WAY for row in rows) + (not gathered(case)),
        unanswered=sum(row.state in search.UNANSWERED and not row.excepted_because for row in rows),
        out_of_date=len(search.out_of_date(case)),
        unclear_candidates=db.session.scalar(
            select(func.count())
            .select_from(CandidateRow)
            .where(
                CandidateRow.case_id == case.id,
                CandidateRow.verdict == Verdict.POSSIBLE,
                CandidateRow.decision == "",
            )
        )
        or 0,
        unsettled_problems=sum(
            1 for row in documents.included(case) if row.state is DocumentState.BY_HAND and not row.handled
        ),
        undecided_marks=redaction_mark.undecided(case),
        submitted_by=_id(standing.submitted_by) if standing is not None else "",
        decided_by=_worked_on_it(case, rows),
        signed_off_by=_id(standing.signed_by) if standing is not None else "",
        changed_since_signoff=changed,
        pack_clean=pack is not None and pack.state is PackState.READY,
        pack_current=pack is not None and standing is not None and pack.sign_off_id == standing.id,
        reasons_given=True,
        merged=case.merged_into is not None,
        pack_suits=case.right is not Right.PUPIL_RECORD,
    )


def _worked_on_it(case: Case, rows: Iterable[SystemSearch]) -> frozenset[str]:
    """Whoever decided what the pack rests on: marks, people, who is meant, a system or a file left out."""
    labels = redaction_mark.hands([case.id])
    labels |= set(db.session.scalars(select(CandidateRow.decided_by).where(CandidateRow.case_id == case.id)))
    labels |= set(db.session.scalars(select(LeftOut.decided_by).where(LeftOut.case_id == case.id)))
    labels |= {row.excepted_by for row in rows if row.excepted_because}
    handled = db.session.scalars(
        select(Document.handled_detail).where(Document.case_id == case.id, Document.handled != "")
    )
    labels |= {str((detail or {}).get("by", "")) for detail in handled}
    return frozenset(_id(label) for label in labels if label)


def _id(label: str) -> str:
    return label.partition(":")[2]


def gathered(case: Case) -> bool:
    """Is every file read and every suggestion made?"""
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Suggesting)
        .where(Suggesting.case_id == case.id, Suggesting.state.in_(("waiting", "running")))
    )
    reading = any(row.state in (DocumentState.WAITING, DocumentState.READING) for row in documents.included(case))
    return not waiting and not reading


def latest_sign_off(case: Case) -> SignOff | None:
    return db.session.scalar(
        select(SignOff).where(SignOff.case_id == case.id).order_by(SignOff.submitted_at.desc()).limit(1)
    )


def latest_pack(case: Case) -> Pack | None:
    return db.session.scalar(select(Pack).where(Pack.case_id == case.id).order_by(Pack.number.desc()).limit(1))


def choices(case: Case, *, actor: Actor) -> tuple[Choice, ...]:
    """What this actor could do with the case now, each with the reason if it is blocked."""
    return allowed(case.status, situation(case, actor), actor.permissions)


def move(case: Case, action: Action, *, actor: Actor, now: datetime, reason: str = "", **detail: Any) -> Status:
    """Move a case along, if the table allows it; `reason` is sealed. Raises NotAllowed or WrongState."""
    service = actor.kind is ActorKind.SERVICE
    before = case.status
    made = decide(
        case.status,
        action,
        situation=situation(case, actor),
        permissions=actor.permissions,
        service=service,
    )
    case.status = made.to
    if made.to not in OPEN and before in OPEN:
        case.ended_on = day_of(now)
    if made.to not in OPEN and made.to is not Status.RELEASED:
        case.closed_at = case.closed_at if made.to is before else now
    elif made.to in OPEN:
        case.closed_at = case.ended_on = case.redirected_as = None
        if before not in OPEN:  # whoever was warned while it was open before is warned anew
            db.session.execute(delete(Reminder).where(Reminder.case_id == case.id))
    audit.record(
        action.value.replace("_", " "),
        actor=actor,
        now=now,
        case=case,
        before=before.value,
        after=made.to.value,
        **reasons.keep(case, reason, actor=actor, now=now),
        **detail,
    )
    return made.to


def finish_search_if_gathered(case: Case, *, actor: Actor, now: datetime) -> None:
    """When the last job of the gathering ends, the case goes on to be decided on."""
    audit.lock(case)
    if case.status is Status.SEARCHING and situation(case).searches_running == 0:
        move(case, Action.FINISH_SEARCH, actor=actor, now=now)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the worklist shows. Everything empty shows every open case."""

    statuses: tuple[Status, ...] = ()
    due: str = ""  # "overdue", "untold" of that, "week", "paused"; "told" another date, identity "asked" for late
    assigned: str = ""  # "me", "nobody", or a member's id
    right: str = ""
    month: str = ""  # "2026-11": received in that month
    since: str = ""  # "2025-12": received in that month or later
    answered: str = ""  # "yes", "in_time", "late", "no": closed otherwise; with a month also "within_month"
    elsewhere: str = ""  # "no", "yes", or a route: sent elsewhere
    closed: bool = False
    team: str = ""  # "mine", or a team's id
    merged: bool = False  # only those that another case answers
    why: str = ""  # a reason for being late; or late ones without: "open" or "ended", of the last twelve months
    sort: str = "urgent"  # or "due", "received", "status", "reference"
    descending: bool = False
    page: int = 1

    @property
    def ended(self) -> bool:
        """Whether nothing that is open can be among them."""
        return bool(self.answered) or self.why == "ended"


def worklist(chosen: Filter, *, actor: Actor, today: date) -> tuple[Sequence[Case], int]:
    """A page of cases and how many there are in all; one more than `MOST_LISTED` where there are more than that.

    Counting and sorting look at an index that holds all they need; only the cases of the page itself are read.
    """
    wanted = visible(actor).where(condition(chosen, actor=actor, today=today)).with_only_columns(Case.id)
    wanted = listing.by_the_few(wanted, chosen)
    total = db.session.scalar(select(func.count()).select_from(wanted.limit(MOST_LISTED + 1).subquery())) or 0
    if total == 0:
        return [], 0
    last = max(1, -(-min(total, MOST_LISTED) // PAGE))  # a page beyond the last is the last
    chosen = replace(chosen, page=min(chosen.page, last))
    known = total if total <= MOST_LISTED else None
    order = () if chosen.ended else case_urgency.urgency(today)  # of what has ended nothing is urgent
    ids = listing.page_of(wanted, chosen, urgent=order, late=case_urgency.late(today), total=known, size=PAGE)
    return listing.in_this_order(ids), total


def condition(chosen: Filter, *, actor: Actor, today: date) -> Any:
    """The filter as a condition on cases."""
    parts: list[Any] = []
    if chosen.statuses:
        parts.append(Case.status.in_(chosen.statuses))
    elif not (chosen.closed or chosen.answered or chosen.merged or chosen.why) and chosen.elsewhere in ("", "no"):
        parts.append(Case.status.in_(OPEN))
    elif chosen.month or chosen.since:  # what was received: e-mails that were no request are counted apart
        parts.append(Case.status != Status.SET_ASIDE)
    if chosen.due:
        parts.append(Case.status.in_(OPEN))
    if chosen.due == "overdue":
        parts.append(case_urgency.late(today))
    elif chosen.due == "week":
        end = today + timedelta(days=6 - today.weekday())
        parts += [Case.due_on >= today, Case.due_on <= end, case_urgency.in_time_still()]
    elif chosen.due == "paused":
        parts.append(case_urgency.waiting())
    elif chosen.due == "untold":
        parts.append(case_urgency.untold(today))
    elif chosen.due == "asked":
        parts.append(case_urgency.asked_slowly())
    elif chosen.due == "told":
        parts.append(case_urgency.told_otherwise())
    if chosen.assigned == "me" and actor.id:
        parts.append(Case.assigned_to == uuid.UUID(actor.id))
    elif chosen.assigned == "nobody":
        parts.append(case_urgency.nobodys())
    elif chosen.assigned:
        parts.append(Case.assigned_to == uuid.UUID(chosen.assigned))
    if chosen.team == "mine" and actor.id:
        mine = select(TeamMember.team_id).where(TeamMember.member_id == uuid.UUID(actor.id))
        parts.append(Case.team_id.in_(mine))
    elif chosen.team:
        parts.append(Case.team_id == uuid.UUID(chosen.team))
    if chosen.merged:
        parts.append(Case.merged_into.is_not(None))
    if chosen.right == REQUESTS:
        parts.append(Case.right != Right.COMPLAINT)
    elif chosen.right:
        parts.append(Case.right == chosen.right)
    if chosen.elsewhere == "no":
        parts.append(Case.status != Status.REDIRECTED)
    elif chosen.elsewhere:
        parts.append(Case.status == Status.REDIRECTED)
        parts.append(true() if chosen.elsewhere == "yes" else Case.redirected_as == chosen.elsewhere)
    if chosen.since:
        # of those with one reason there are few: looked up by that, and not by the day
        received = no_lead(Case.received_on) if chosen.why in set(Lateness) else Case.received_on
        parts.append(received >= _first(chosen.since))
    if chosen.month:
        first = _first(chosen.month)
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        parts += [Case.received_on >= first, Case.received_on < after]
    if chosen.answered:
        from . import report

        parts.append(report.closed_unanswered() if chosen.answered == "no" else report.answered())
        if chosen.answered in ("in_time", "late"):
            parts.append(report.answered_in_time() if chosen.answered == "in_time" else ~report.answered_in_time())
        elif chosen.answered == "within_month" and chosen.month:
            parts.append(report.within_one_month(first=first, after=after))
    if chosen.why:
        from . import lateness

        parts.append(lateness.wanted(chosen.why, today=today))
    return and_(true(), *parts)


def _first(month: str) -> date:
    """The first day of "2026-11"."""
    year, _, number = month.partition("-")
    return date(int(year), int(number), 1)


def assign(case: Case, member: Member | None, *, version: int, actor: Actor, now: datetime) -> None:
    """Give a case to a member of staff, or take it up oneself; a manager may give it to anybody."""
    together = with_merged(case)
    audit.lock(*together)
    mine = member is not None and str(member.id) == actor.id
    if not mine and not actor.may(Permission.ASSIGN):
        raise NotAllowed("You may take a case yourself; a manager can give it to somebody else.")
    if member is not None and not team.works_for(member, case.controller):
        raise NotAllowed("This member of staff does not work on this council's cases.")
    if member is not None and case.right is Right.COMPLAINT:
        from . import complaint

        if str(member.id) in complaint.decided(case):
            theirs = "They decided on what this complaint is about. Give it to somebody else."
            raise NotAllowed(complaint.OWN if mine else theirs)
    check_version(case, version)
    for each in together:
        each.assigned_to = member.id if member is not None else None
        audit.record("assigned the case", actor=actor, now=now, case=each, to=f"staff:{member.id}" if member else "")


def restrict(case: Case, restricted: bool, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Show a case only to whoever it is given to and to managers, or to the whole team again.

    What was merged into it goes with it, and not by itself: the pages of the one show what stands in the other.
    """
    if Permission.RESTRICT_CASE not in actor.permissions:
        raise NotAllowed("A manager decides whether a case is restricted.")
    together = with_merged(case)
    audit.lock(*together)
    check_version(case, version)
    if case.merged_into is not None:
        raise WrongState("This request was merged into another. Restrict that one: this one goes with it.")
    verb = "restricted the case" if restricted else "lifted the restriction of the case"
    for each in together:
        each.restricted, each.assigned_to = restricted, case.assigned_to
        why = reasons.keep(each, reason, actor=actor, now=now)
        audit.record(verb, actor=actor, now=now, case=each, **why)


def with_merged(case: Case) -> list[Case]:
    """A case, and whatever was merged into it, or into that."""
    found = [case]
    for each in found:
        found += db.session.scalars(select(Case).where(Case.merged_into == each.id)).all()
    return found
