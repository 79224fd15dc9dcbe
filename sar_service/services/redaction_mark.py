"""Deciding: by person, by passage, by all the places where the same words stand; adding marks and taking them off.

Every decision is a row that is added, with who, when, the code and the reason; the newest one counts. Withholding
needs a code that the right, the nation and the requester's capacity allow.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from sar_service.catalogue import Exemption
from sar_service.db import db, new_id
from sar_service.documents.phrase import Phrase
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.exemption import offered
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Kind, Treatment
from sar_service.extensions import runtime
from sar_service.models import AuditEvent, Case, Decision, MarkRow, PersonRow, Record

from . import audit, sealing
from . import document as documents
from .identity_asks import asks_as
from .redaction import item_text, text_digest
from .units import LOCATING, Item, fate, items, on_what_stays, open_document, open_record, people_of, undecided_of

JUDGES = (
    "added a person to the register",
    "corrected a person in the register",
    "merged two people in the register",
    "took off a mark",
)  # verbs of the trail: what decides without being a decision of its own


def codes(case: Case) -> tuple[Exemption, ...]:
    """The codes that may be used in this case: right, nation and capacity allow them."""
    return offered(
        runtime().catalogue.exemptions.values(), right=case.right, nation=case.nation, capacity=asks_as(case)
    )


def check_decision(case: Case, treatment: str, code: str, *, reason: str = "") -> tuple[str, str]:
    """A treatment and its code, or a plain error naming the input.

    A code that rests on an opinion (DPA 2018 Sch 3 paras 5 and 6) or on somebody's agreement needs a reason that says
    whose and when.
    """
    if treatment not in (Treatment.WITHHOLD, Treatment.SHOW):
        raise InvalidInput("Choose whether to withhold or show this.", field="treatment")
    if treatment == Treatment.SHOW:
        return treatment, ""
    if not code:
        raise InvalidInput("Choose the exemption code this is withheld under.", field="code")
    known = {each.code: each for each in codes(case)}
    if code not in known:
        raise InvalidInput(f"The code {code} cannot be used for this request.", field="code")
    if not reason.strip() and known[code].needs_opinion:
        raise InvalidInput(
            f"{code} rests on somebody's opinion. Write in the reason whose it is and its date; while it is awaited, "
            "whom you asked and when.",
            field="reason",
        )
    if not reason.strip() and known[code].approver:
        raise InvalidInput(
            f"{code} needs the agreement of the {known[code].approver}. Write in the reason who agreed, and when.",
            field="reason",
        )
    return treatment, code


def _decided(
    case: Case,
    row: PersonRow | MarkRow,
    treatment: str,
    code: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    row.treatment, row.code, row.decided_by, row.decided_at = treatment, code, actor.label, now
    decision = Decision(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        person_id=row.id if isinstance(row, PersonRow) else None,
        mark_id=row.id if isinstance(row, MarkRow) else None,
        treatment=treatment,
        code=code,
        decided_by=actor.label,
        decided_at=now,
    )
    sealing.seal(decision, {"reason": reason.strip()[:2000]})
    db.session.add(decision)


def hands(cases: Collection[uuid.UUID]) -> set[str]:
    """The labels of whoever decided on passages or people of these cases; of the people also who they are: somebody who
    acts in their work stays named without a decision, and what is the subject's own is shown."""
    decided = select(Decision.decided_by).where(Decision.case_id.in_(cases))
    judged = select(AuditEvent.actor).where(AuditEvent.case_id.in_(cases), AuditEvent.verb.in_(JUDGES))
    return {*db.session.scalars(decided.distinct()), *db.session.scalars(judged.distinct())}


def decide_person(
    case: Case,
    person: PersonRow,
    *,
    treatment: str,
    code: str = "",
    reason: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Withhold or show somebody everywhere, except where a passage was decided by itself.

    Showing somebody who told us something in confidence needs a reason. A protected person may be named; what locates
    them goes all the same.
    """
    from .case import check_version

    if person.standing is Standing.SUBJECT:
        raise InvalidInput("The subject's own data stays; decide single passages instead.", field="treatment")
    treatment, code = check_decision(case, treatment, code, reason=reason)
    if treatment == Treatment.SHOW and person.confided and not reason.strip():
        raise InvalidInput(
            "This person told us something in confidence. Say why they may be shown all the same.", field="reason"
        )
    if treatment == Treatment.WITHHOLD and person.standing is Standing.PROFESSIONAL and not reason.strip():
        raise InvalidInput(
            "People acting in their work stay named unless there is a reason. Give the reason.",
            field="reason",
        )
    check_version(person, version)
    _decided(case, person, treatment, code, reason, actor, now)
    audit.record("decided on a person", actor=actor, now=now, case=case, of=person, treatment=treatment, code=code)


def get_mark(case: Case, mark_id: uuid.UUID) -> MarkRow:
    row = db.session.get(MarkRow, mark_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such mark in this case.")
    return row


def decide_marks(
    case: Case,
    marks: Sequence[MarkRow],
    *,
    treatment: str,
    code: str = "",
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """Decide one or more passages, whatever was decided on the people in them."""
    treatment, code = check_decision(case, treatment, code, reason=reason)
    if treatment == Treatment.SHOW:
        people = people_of(case)
        for mark in marks:
            person = people.get(mark.person_id) if mark.person_id else None
            if person is not None and person.standing is Standing.PROTECTED and mark.kind in LOCATING:
                raise InvalidInput(
                    "This would show where a protected person is. It cannot be shown; if it is not theirs, "
                    "correct the person in the register first.",
                    field="treatment",
                )
    for mark in marks:
        _decided(case, mark, treatment, code, reason, actor, now)
    if marks:
        audit.record(
            "decided on passages",
            actor=actor,
            now=now,
            case=case,
            of=marks[0],
            count=len(marks),
            treatment=treatment,
            code=code,
        )


def same_words(case: Case, digest: str) -> list[MarkRow]:
    """All marks of the case on the same words that no person is known for."""
    return list(
        db.session.scalars(
            select(MarkRow).where(
                MarkRow.case_id == case.id, MarkRow.text_digest == digest, MarkRow.person_id.is_(None)
            )
        )
    )


def open_home(case: Case, home: uuid.UUID) -> Item:
    """A record or document of the case, opened by its id. Raises NotFound."""
    record = db.session.get(Record, home)
    if record is not None and record.case_id == case.id:
        return open_record(record)
    return open_document(documents.get(case, home))


def add_mark(
    case: Case,
    home: uuid.UUID,
    number: int,
    start: int,
    end: int,
    *,
    person: PersonRow | None,
    code: str,
    reason: str,
    everywhere: bool,
    actor: Actor,
    now: datetime,
) -> list[MarkRow]:
    """Withhold a passage that the machine did not mark; with `everywhere`, the same words wherever they stand."""
    _, code = check_decision(case, Treatment.WITHHOLD, code, reason=reason)
    item = open_home(case, home)
    text = item_text(item, number)
    if not 0 <= start < end <= len(text) or not text[start:end].strip():
        raise InvalidInput("Choose some words in the text.", field="start")
    words = text[start:end]
    places = [(item, number, start, end)]
    if everywhere:
        places += [
            (other, *place)
            for other in items(case)
            for place in occurrences(other, words)
            if (other.row.id, *place) != (item.row.id, number, start, end)
        ]
    made = []
    for each, unit, first, last in places:
        mark = new_mark(case, each, unit, first, last, person=person, made_by=actor.label, rule="officer")
        _decided(case, mark, Treatment.WITHHOLD, code, reason, actor, now)
        made.append(mark)
    audit.record("marked a passage", actor=actor, now=now, case=case, of=made[0], count=len(made), code=code)
    return made


def new_mark(
    case: Case,
    item: Item,
    number: int,
    start: int,
    end: int,
    *,
    person: PersonRow | None,
    made_by: str,
    rule: str,
    kind: Kind = Kind.PERSON,
) -> MarkRow:
    """A mark, not yet decided."""
    text = item_text(item, number)[start:end]
    mark = MarkRow(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        record_id=None if item.is_document else item.row.id,
        document_id=item.row.id if item.is_document else None,
        unit=number,
        start=start,
        end=end,
        kind=kind,
        person_id=person.id if person is not None else None,
        confidence=1.0,
        rule=rule,
        text_digest=text_digest(case, text),
        made_by=made_by,
    )
    sealing.seal(mark, {"text": text})
    db.session.add(mark)
    return mark


def remove_mark(case: Case, mark: MarkRow, *, actor: Actor, now: datetime) -> None:
    """Take off a mark that an officer made; a machine's mark is shown instead, so that the decision is kept."""
    if not mark.made_by:
        decide_marks(case, [mark], treatment=Treatment.SHOW, actor=actor, now=now)
        return
    audit.record("took off a mark", actor=actor, now=now, case=case, of=mark)
    db.session.delete(mark)


def occurrences(item: Item, words: str) -> Iterator[tuple[int, int, int]]:
    """Where the same words stand in an item: unit, start and end, in the order of the text."""
    phrase = Phrase(words)
    return ((unit.number, *place) for unit in item.units for place in phrase.places(unit.text))


@dataclass
class Group:
    """Marks that no person is known for, on the same words: decided together."""

    digest: str
    kind: Kind
    text: str
    count: int = 0
    undecided: int = 0
    treatments: set[str] = field(default_factory=set)
    first_home: uuid.UUID | None = None


def groups(case: Case) -> list[Group]:
    """Everything marked that belongs to nobody in the register, the undecided first, most frequent first."""
    people = people_of(case)
    found: dict[str, Group] = {}
    rows = db.session.scalars(
        select(MarkRow)
        .where(MarkRow.case_id == case.id, MarkRow.person_id.is_(None), *on_what_stays(case))
        .order_by(MarkRow.id)
    )
    for mark in rows:
        if mark.text_digest not in found:
            text = sealing.unseal(mark)["text"]
            found[mark.text_digest] = Group(
                mark.text_digest, mark.kind, text, first_home=mark.record_id or mark.document_id
            )
        group = found[mark.text_digest]
        decided = fate(mark, people)
        group.count += 1
        group.undecided += not decided.treatment
        group.treatments.add(decided.treatment)
    return sorted(found.values(), key=lambda g: (-min(g.undecided, 1), g.kind, -g.count, g.text.casefold()))


def undecided(case: Case) -> int:
    """How many marks still wait for somebody to decide."""
    return sum(count for _, _, count in undecided_of(case, people_of(case)))


def history(case: Case, *, person: uuid.UUID | None = None, mark: uuid.UUID | None = None) -> list[Decision]:
    """Every decision taken on a person or a mark, newest first."""
    query = select(Decision).where(Decision.case_id == case.id).order_by(Decision.decided_at.desc())
    if person is not None:
        query = query.where(Decision.person_id == person)
    if mark is not None:
        query = query.where(Decision.mark_id == mark)
    return list(db.session.scalars(query))
