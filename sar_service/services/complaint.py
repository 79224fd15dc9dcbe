"""Complaints and reviews: what each is about, who may look into it, and what came of it.

A complaint is a case with the right `complaint`; its days are facts of the case. Nobody who decided anything in the
request that it is about may look into it, answer it, or have it end in another way.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from sar_service.db import db, new_id
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.errors import InvalidInput, NotAllowed, WrongState
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.lifecycle import MOVES, OPEN, Action
from sar_service.domain.rights import Right
from sar_service.models import (
    AuditEvent,
    CandidateRow,
    Case,
    Complaint,
    Document,
    LeftOut,
    Letter,
    LinkRow,
    MarkRow,
    Pack,
    PersonRow,
    SignOff,
    SystemSearch,
)

from . import audit, clock, redaction_mark, sealing

SETTLE_FIRST = "Say first which request this complaint is about, or that it is about none, on the page “Complaint”."
OWN = "You decided on what this complaint is about, or had it as its day passed. Somebody else must look into it."
ACKNOWLEDGEMENT, OUTCOME = "complaint-acknowledged", "outcome-complaint"
NEWS = ("progress", "clarification")  # letters from which somebody who complained hears how far it is
UNDER_WAY = ("waiting", "sending", "to_post")
ENDS = (
    "withdraw",
    "refuse",
    "close",
    "answer",
    "release",
    "redirect",
)  # verbs of the trail by which a request was ended
JUDGED = (
    "identity_settled",
    "identity_doubted",
    "evidence_seen",
    "identity_requested",
    "clarification_requested",
    "fee_requested",
    "extension_notice",
)  # facts whose recording was a decision


@dataclass(frozen=True, kw_only=True)
class Filed:
    """What was said of a complaint as it came in. `request` is the one that it is about, if that is known."""

    kind: ComplaintKind = ComplaintKind.COMPLAINT
    matter: Matter = Matter.OTHER
    about: About = About.UNKNOWN
    request: Case | None = None


def of(case: Case) -> Complaint:
    """What is kept of a complaint; where nothing is yet, a row that says so and is not in the database."""
    row = db.session.scalar(select(Complaint).where(Complaint.case_id == case.id))
    if row is None:
        row = Complaint(
            id=new_id(),
            case_id=case.id,
            controller=case.controller,
            kind=ComplaintKind.COMPLAINT,
            matter=Matter.OTHER,
            about=About.UNKNOWN,
            version=1,
        )
    return row


def meant(reference: str | None, *, controller: str) -> Case | None:
    """The council's request with this reference, taken in order; nothing where there is none. For what is typed from
    outside: whether there is one shows in nothing that is answered."""
    from . import link

    case = db.session.scalar(select(Case).where(Case.reference == reference, Case.controller == controller))
    if case is not None:
        audit.lock(*link.with_them(case))
    return case


def begin(case: Case, filed: Filed, *, now: datetime) -> Complaint:
    """Keep what was said of a complaint that has just come in, and link it with what it is about."""
    row = of(case)
    row.kind, row.matter, row.about = filed.kind, filed.matter, filed.about
    if filed.request is not None:
        _about(case, row, filed.request, actor=SERVICE, now=now)
    db.session.add(row)
    db.session.flush()
    let_go(case, actor=SERVICE, now=now)  # an e-mail may have somebody before it is known to be a complaint
    return row


def _about(case: Case, row: Complaint, request: Case, *, actor: Actor, now: datetime) -> None:
    from . import link

    link.follow(request, case, actor=actor, now=now)
    row.about, row.about_id = About.REQUEST, request.id


def settle(
    case: Case,
    *,
    kind: ComplaintKind,
    matter: Matter,
    about: About,
    request: Case | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a complaint is, and what it is about. Whoever has it and decided on that loses it.

    Raises NotAllowed for who decided on what it is about now: nobody rids themselves of that by changing it.
    """
    from . import link
    from .case import check_version, with_merged

    if case.right is not Right.COMPLAINT:
        raise WrongState("This case is no complaint.")
    if about is About.REQUEST and request is None:
        raise InvalidInput("Give the reference of the request that it is about.", field="request")
    if request is not None and request.id == case.id:
        raise InvalidInput("This is the complaint itself. Give the reference of the request.", field="request")
    audit.lock(*with_merged(case), *(link.with_them(request) if request is not None else ()))
    if actor.id in decided(case):
        raise NotAllowed(OWN)
    row = of(case)
    check_version(row, version)
    before = row.about_id
    row.kind, row.matter, row.about, row.about_id = kind, matter, about, None
    db.session.add(row)
    if about is About.REQUEST and request is not None:
        _about(case, row, request, actor=actor, now=now)
    audit.record(
        "said what the complaint is about",
        actor=actor,
        now=now,
        case=case,
        kind=kind.value,
        about=about.value,
        changed=before is not None and before != row.about_id,
    )
    db.session.flush()
    let_go(case, actor=actor, now=now)


def let_go(case: Case, *, actor: Actor, now: datetime) -> None:
    """Whoever has a complaint and decided on what it is about has it no more: it is everybody’s then, as a new one.

    The complaint, and what was merged into it, has to be taken first.
    """
    from .case import with_merged

    if case.right is not Right.COMPLAINT or case.assigned_to is None or str(case.assigned_to) not in decided(case):
        return
    for each in with_merged(case):
        each.assigned_to = None
        audit.record("took the complaint from who decided", actor=actor, now=now, case=each)


def let_go_all(*, now: datetime) -> None:
    """Whoever decided something only after they had the complaint about it has it no more either."""
    from .case import with_merged

    query = select(Case).where(Case.right == Right.COMPLAINT, Case.status.in_(OPEN), Case.assigned_to.is_not(None))
    theirs = [case for case in db.session.scalars(query).all() if str(case.assigned_to) in decided(case)]
    audit.lock(*(each for case in theirs for each in with_merged(case)))
    for case in theirs:
        let_go(case, actor=SERVICE, now=now)


def about(case: Case) -> Case | None:
    """The request that a complaint is about."""
    row = of(case)
    return db.session.get(Case, row.about_id) if row.about_id is not None else None


def about_this(case: Case, *, actor: Actor) -> list[tuple[Case, Complaint]]:
    """The complaints about a request, or about what was merged into it, that this actor may see, the oldest first."""
    from .case import visible, with_merged

    rows = db.session.execute(
        visible(actor, by_id=True)
        .join(Complaint, Complaint.case_id == Case.id)
        .where(Complaint.about_id.in_([each.id for each in with_merged(case)]))
        .with_only_columns(Case, Complaint)
        .order_by(Case.received_on, Case.id)
    )
    return [(row[0], row[1]) for row in rows]


def acknowledgement_due(case: Case) -> date | None:
    """The last day for the acknowledgement (s.164A(3)), whether it was given or not."""
    return clock.reckon_as(replace(clock.facts_of(case), acknowledged=None), case).due


def decided(case: Case) -> frozenset[str]:
    """The ids of the staff who decided anything in what a complaint is about, is linked with, or was merged with that;
    where it is about another complaint, also in what that one is about.

    People, passages, who was meant, a system or a file left out, identity, a notice or a question that moved its clock,
    letters, sign-offs, the release, and whatever else ended it. And who had it as its last day passed without an
    answer: that nothing was done is what such a complaint is about.
    """
    rows = db.session.execute(
        select(LinkRow.one_id, LinkRow.other_id).where(or_(LinkRow.one_id == case.id, LinkRow.other_id == case.id))
    )
    far = {other if one == case.id else one for one, other in rows}
    far |= _behind(case)
    # what was merged is answered by the case that it was merged into
    merged = db.session.scalars(select(Case.merged_into).where(Case.id.in_(far)))
    far |= {key for key in merged if key is not None}
    if not far:
        return frozenset()
    for one in db.session.scalars(select(Case).where(or_(Case.id.in_(far), Case.merged_into.in_(far)))).all():
        far |= {one.id} if one.merged_into is None else {one.id, one.merged_into}
    labels = redaction_mark.hands(far)
    for column in (
        CandidateRow.decided_by,
        PersonRow.decided_by,
        MarkRow.decided_by,
        Pack.released_by,
        SignOff.submitted_by,
        SignOff.signed_by,
        SignOff.returned_by,
        SystemSearch.excepted_by,
        LeftOut.decided_by,
    ):
        labels |= set(db.session.scalars(select(column).where(column.class_.case_id.in_(far)).distinct()))
    handled = select(Document.handled_detail).where(Document.case_id.in_(far), Document.handled != "")
    labels |= {str((detail or {}).get("by", "")) for detail in db.session.scalars(handled)}
    ended = select(AuditEvent.actor).where(AuditEvent.case_id.in_(far), AuditEvent.verb.in_(ENDS)).distinct()
    labels |= set(db.session.scalars(ended))
    labels |= _judged(far) | _had_it_late(far, case.received_on)
    return frozenset(label.partition(":")[2] for label in labels if label and label.startswith("staff:"))


def _behind(case: Case) -> set[uuid.UUID]:
    """What a complaint is about, and what that is about if it is a complaint itself, and so on."""
    found: set[uuid.UUID] = set()
    fresh = {case.id}
    while fresh:
        asked = select(Complaint.about_id).where(Complaint.case_id.in_(fresh))
        fresh = {key for key in db.session.scalars(asked) if key is not None} - found - {case.id}
        found |= fresh
    return found


def _judged(far: set[uuid.UUID]) -> set[str]:
    """Who wrote the letters of these cases that did something, and who recorded a fact that was a decision."""
    found: set[str] = set()
    acts = [key for key, kind in KINDS.items() if kind.does]
    for row in db.session.scalars(select(Letter).where(Letter.case_id.in_(far), Letter.kind.in_(acts))):
        found |= {row.written_by, *sealing.unseal(row).get("by", [])}
    for request in db.session.scalars(select(Case).where(Case.id.in_(far))):
        found |= {fact.recorded_by for fact in request.facts if fact.kind in JUDGED}
    return found


def _had_it_late(far: set[uuid.UUID], complained: date) -> set[str]:
    """Who had these cases at the end of the day by which they should have been answered, and were not."""
    from . import lateness

    found: set[str] = set()
    for row in db.session.scalars(select(Case).where(Case.id.in_(far))):
        day = row.missed_on or row.due_on
        if day is not None and day < (row.ended_on or complained):
            held = lateness.holder(row, day)
            found |= {held.member} if held is not None and held.member is not None else set()
    return found


def check_independent(case: Case, actor: Actor) -> None:
    """Raise NotAllowed if this is a complaint about what the actor decided."""
    if case.right is Right.COMPLAINT and actor.id in decided(case):
        raise NotAllowed(OWN)


def acknowledge(case: Case, *, actor: Actor, now: datetime) -> Letter:
    """Write the acknowledgement and have it sent. It counts on the day it leaves. Raises WrongState where it is under
    way, or not needed any more."""
    from . import letter

    check_independent(case, actor)
    under_way = [row for row in letter.letters(case) if row.kind == ACKNOWLEDGEMENT and row.state in UNDER_WAY]
    if case.right is not Right.COMPLAINT or case.status not in OPEN or under_way or acknowledged_on(case) is not None:
        raise WrongState("It is acknowledged already, or the acknowledgement is under way, or the case is over.")
    return letter.write(case, ACKNOWLEDGEMENT, actor=actor, now=now)


def heard(case: Case, row: Letter, *, on: date, actor: Actor, now: datetime) -> None:
    """Note on which day a letter of ours left for somebody who complained: the acknowledgement, or news."""
    if case.right is not Right.COMPLAINT or case.status not in OPEN:
        return
    if row.kind == ACKNOWLEDGEMENT:
        clock.add_fact(case, "complaint_acknowledged", on, actor=actor, now=now)
    elif row.kind in NEWS:
        clock.add_fact(case, "complaint_news", on, actor=actor, now=now)


def acknowledged_on(case: Case) -> date | None:
    """The day on which a complaint was acknowledged: by the message for that, or by its outcome itself."""
    days = [fact.on for fact in clock.standing_facts(case) if fact.kind == "complaint_acknowledged"]
    days += [fact.on for fact in outcomes(case)]
    return min(days, default=None)


def outcomes(case: Case) -> list[Any]:
    """The facts of what came of a complaint, in order; more than one if it was looked into again."""
    return clock.in_order(case, "complaint_outcome")


def may_answer(case: Case, actor: Actor) -> None:
    """Raise what stands against an outcome: nobody said what it is about, or the actor decided on that."""
    check_independent(case, actor)
    if of(case).about is About.UNKNOWN:
        raise WrongState(SETTLE_FIRST)


def answers(case: Case) -> Case | None:
    """The case that answers the request which a complaint is about: where that was merged into another, that one."""
    from .incoming import answering

    request = about(case)
    return answering(request) if request is not None else None


def can_reopen(case: Case) -> Case | None:
    """The request that an outcome can reopen, if it is over."""
    request = answers(case)
    return request if request is not None and (request.status, Action.REOPEN) in MOVES else None


def conclude(case: Case, result: str, *, reopen: bool, actor: Actor, now: datetime) -> None:
    """Note what came of a complaint, and reopen the request that it is about if that was said."""
    from . import case as cases
    from . import letter_hold

    clock.add_fact(case, "complaint_outcome", clock.day_of(now), actor=actor, now=now, result=Result(result).value)
    if not reopen:
        return
    request = can_reopen(case)
    if request is None:
        raise WrongState("The request is open already, or the complaint is about none. Write the letter again.")
    cases.move(request, Action.REOPEN, actor=actor, now=now, because="complaint upheld", complaint=case.reference)
    letter_hold.wait_again(request, actor=actor, now=now)


def is_review(case: Case) -> bool:
    """Is this a wish to have an answer looked at again?"""
    return case.right is Right.COMPLAINT and of(case).kind is ComplaintKind.REVIEW
