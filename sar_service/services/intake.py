"""Requests coming in: a case is made, its clock started, its acknowledgement written. Every channel ends here."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from sar_service.db import db, new_id
from sar_service.domain import welsh
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.identity import Capacity
from sar_service.domain.letter import ROUTES
from sar_service.domain.lifecycle import OPEN, UNKNOWN, Action, Status
from sar_service.domain.rights import Right, terms
from sar_service.domain.work import LinkKind
from sar_service.extensions import runtime
from sar_service.models import Case, Letter, LinkRow

from . import audit, clock, complaint, finding, letter, link, sealing
from . import case as cases
from .letter_words import ENGLISH, WELSH, steps, written

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is taken for something else when read aloud
LENGTH = 14  # 14 letters of 32: 70 bits
ACKNOWLEDGEMENT, SEVERAL = "acknowledgement", "acknowledgement-several"
PARENTS_ALONE = (
    "To see a school’s pupil record is a right of parents, not of the pupil. A pupil who asks for themselves has the "
    "right to a copy of their information: log it as “Copy of information”, or send it to the school."
)
READ_LATER = "The e-mail was read, and says that it came on another day."
CHANNELS = ("online", "email", "letter", "phone", "in_person", "social_media", "other_team")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked, from whichever channel.

    `subject`: given_name, family_name, other_names, date_of_birth (ISO), addresses (lists of lines), postcode,
    phones, emails, identifiers. `requester`: name, email, phone, address, relationship, organisation.
    `scope`: what is wanted, services, from, to. `delivery`: how, format, language, needs. `filed`: of a complaint.
    """

    controller: str
    right: Right
    channel: str
    capacity: str
    received_on: date
    subject: dict[str, Any]
    requester: dict[str, Any]
    scope: dict[str, Any] = field(default_factory=dict)
    delivery: dict[str, Any] = field(default_factory=dict)
    filed: complaint.Filed = field(default_factory=complaint.Filed)


def check_character(body: str) -> str:
    """The check character: a weighted sum modulo 31, which catches any one wrong letter and any two swapped."""
    total = sum((place + 2) * ALPHABET.index(letter) for place, letter in enumerate(body))
    return ALPHABET[total % 31]


def new_reference() -> str:
    """An unguessable public reference with a check character: XXXXX-XXXXX-XXXXX."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    whole = body + check_character(body)
    return "-".join(whole[at : at + 5] for at in range(0, 15, 5))


def tidy_reference(text: str) -> str | None:
    """A reference as it is kept, from however it was typed; None if it cannot be one (its check fails)."""
    letters = "".join(ch for ch in text.upper() if ch in ALPHABET)
    if len(letters) != LENGTH + 1 or check_character(letters[:-1]) != letters[-1]:
        return None
    return "-".join(letters[at : at + 5] for at in range(0, 15, 5))


def submit(request: Request, *, acknowledge: bool = True, actor: Actor, now: datetime) -> Case:
    """Make a case of a request, start its clock and write the acknowledgement. Raises InvalidInput.

    Without `acknowledge` that letter is left out: for what goes elsewhere at once, or is acknowledged with others.
    """
    _check(request)
    controller = runtime().catalogue.controllers[request.controller]
    case = Case(
        id=new_id(),
        controller=controller.key,
        reference=unused_reference(),
        right=request.right,
        status=Status.RECEIVED,
        channel=request.channel,
        capacity=request.capacity,
        nation=controller.nation,
        received_on=request.received_on,
        clock_state="running",
        created_at=now,
    )
    sealing.new_case_key(case)
    sealing.seal(
        case,
        {
            "subject": request.subject,
            "requester": request.requester,
            "scope": request.scope,
            "delivery": request.delivery,
        },
    )
    db.session.add(case)
    db.session.flush()
    finding.index(case)
    clock.add_fact(case, "received", request.received_on, actor=actor, now=now, channel=request.channel)
    audit.record(
        "received a request",
        actor=actor,
        now=now,
        case=case,
        right=request.right.value,
        channel=request.channel,
    )
    _answered(case, request, acknowledge=acknowledge, actor=actor, now=now)
    return case


def _answered(case: Case, request: Request, *, acknowledge: bool, actor: Actor, now: datetime) -> None:
    """Tell the requester that it came. Complaints have a letter of their own.

    Whoever takes a complaint down may have decided on what it is about: that it came is no decision, and its days run.
    """
    if case.right is Right.COMPLAINT:
        complaint.begin(case, request.filed, now=now)
        letter.write(case, complaint.ACKNOWLEDGEMENT, actor=actor, now=now)
    elif acknowledge:
        letter.write(case, ACKNOWLEDGEMENT, actor=actor, now=now)


def unacknowledged(case: Case) -> bool:
    """Is this a request for us whose requester was not told that it came? Complaints have a letter of their own."""
    if case.right is Right.COMPLAINT:
        return False
    rows = letter.letters(case)
    goes = {kind.key for kind in ROUTES.values()}
    leaving = any(row.state == "draft" and row.kind in goes for row in rows)
    told = any(row.kind == ACKNOWLEDGEMENT for row in rows) or _with_others(case)
    return case.status in OPEN - UNKNOWN and not leaving and not told


def _with_others(case: Case) -> bool:
    """Was it acknowledged in one letter with others that were asked for in the same message?"""
    same = or_(LinkRow.one_id == case.id, LinkRow.other_id == case.id) & (LinkRow.kind == LinkKind.SAME_SUBMISSION)
    pairs = db.session.execute(select(LinkRow.one_id, LinkRow.other_id).where(same)).all()
    several = select(Letter.id).where(
        Letter.kind == SEVERAL, Letter.case_id.in_({case.id, *(each for pair in pairs for each in pair)})
    )
    return db.session.scalar(several.limit(1)) is not None


def acknowledge_late(case: Case, *, actor: Actor, now: datetime) -> None:
    """Write the acknowledgement that was left out. Raises WrongState if there is one, or none is due."""
    audit.lock(case)
    if not unacknowledged(case):
        raise WrongState("There is nothing to acknowledge: it was done, or the request goes elsewhere.")
    letter.write(case, ACKNOWLEDGEMENT, actor=actor, now=now)


def _check(request: Request) -> None:
    controller = runtime().catalogue.controllers.get(request.controller)
    if controller is None:
        raise InvalidInput("Choose which council you are asking.", field="controller")
    if request.right is Right.PUPIL_RECORD and controller.pupil_records is None:
        raise InvalidInput(
            "This council does not answer for schools’ pupil records. Send the request to the school, and tell the "
            "requester.",
            field="rights",
        )
    if request.right is Right.PUPIL_RECORD and request.capacity == Capacity.SELF:
        raise InvalidInput(PARENTS_ALONE, field="rights")
    if request.channel not in CHANNELS:
        raise InvalidInput("Choose how the request came in.", field="channel")
    if not request.subject.get("family_name") and not request.subject.get("given_name"):
        raise InvalidInput("Enter the name of the person the request is about.", field="family_name")


def log_draft(
    case: Case, request: Request, rights: Sequence[Right], *, acknowledge: bool = True, actor: Actor, now: datetime
) -> list[Case]:
    """Make a request of a draft, now that somebody has read it; each further right becomes a case of its own, linked.

    `acknowledge` is false for what goes elsewhere: the letter that says so tells them. The day of receipt is put right
    if another was given. Raises InvalidInput, and WrongState if it is no draft.
    """
    if not rights:
        raise InvalidInput("Choose at least one thing that is asked for.", field="rights")
    first, *others = dict.fromkeys(rights)
    for right in (first, *others):
        _check(replace(request, right=right))
    audit.lock(case)
    db.session.refresh(case)
    cases.move(case, Action.LOG, actor=actor, now=now)
    case.right, case.channel, case.capacity = first, request.channel, request.capacity
    sealing.seal(
        case,
        {
            "subject": request.subject,
            "requester": request.requester,
            "scope": request.scope,
            "delivery": request.delivery,
        },
    )
    finding.index(case)
    came = next(fact for fact in clock.standing_facts(case) if fact.kind == "received")
    if came.on != request.received_on:
        clock.correct(case, str(came.id), on=request.received_on, reason=READ_LATER, actor=actor, now=now)
    clock.refresh(case, actor=actor, now=now)
    audit.record("received a request", actor=actor, now=now, case=case, right=first.value, channel=request.channel)
    alone = _alone([first, *others])
    _answered(case, request, acknowledge=acknowledge and first in alone, actor=actor, now=now)
    made = [case]
    for right in others:
        made.append(submit(replace(request, right=right), acknowledge=right in alone, actor=actor, now=now))
    _together(made, alone, actor=actor, now=now)
    return made


def submit_all(request: Request, rights: Sequence[Right], *, actor: Actor, now: datetime) -> list[Case]:
    """One message that uses several rights: a case for each, linked, each with its own clock. Raises InvalidInput.

    One letter acknowledges them, with every reference and date; a complaint has a letter of its own.
    """
    if not rights:
        raise InvalidInput("Choose at least one thing that is asked for.", field="rights")
    rights = list(dict.fromkeys(rights))
    alone = _alone(rights)
    made = [submit(replace(request, right=right), acknowledge=right in alone, actor=actor, now=now) for right in rights]
    _together(made, alone, actor=actor, now=now)
    return made


def _alone(rights: Sequence[Right]) -> frozenset[Right]:
    """Which of the rights used in one message are acknowledged each by a letter of its own."""
    several = [right for right in rights if right is not Right.COMPLAINT]
    return frozenset(rights) if len(several) < 2 else frozenset(rights) - set(several)


def _together(made: Sequence[Case], alone: frozenset[Right], *, actor: Actor, now: datetime) -> None:
    """Acknowledge in one letter those that have none of their own, and link all of them."""
    several = [case for case in made if case.right not in alone]
    if several:
        _acknowledge(several, actor=actor, now=now)
    link.link_all(made, LinkKind.SAME_SUBMISSION, actor=actor, now=now)


def _acknowledge(cases: Sequence[Case], *, actor: Actor, now: datetime) -> None:
    """One letter for several requests. It is the first one's; the others say in their history where it is. It says how
    the date of the first was worked out, and of each that has another date how that was.
    """
    audit.lock(*cases)
    first, *others = cases
    together, cymraeg = (
        [_line(case, language, today=clock.day_of(now)) + _why(case, first, language) for case in cases]
        for language in (ENGLISH, WELSH)
    )
    row = letter.write(first, SEVERAL, actor=actor, now=now, together=together, welsh={"together": cymraeg})
    for case in others:
        audit.record("acknowledged with others", actor=actor, now=now, case=case, of=row, with_case=str(first.id))


def _why(case: Case, first: Case, language: str) -> str:
    """How another date than that of the first of several requests was worked out, as it follows on its line."""
    if case.due_on is None or case.due_on == first.due_on:
        return ""
    return ". " + " ".join(steps(clock.reckon(case), language == WELSH))


def _line(case: Case, language: str, *, today: date) -> str:
    """One of several requests in the letter that acknowledges them."""
    day = written(case.due_on, language) if case.due_on is not None else ""
    late = case.due_on is not None and case.due_on < today
    if language == WELSH:
        says = f"cewch ein hateb erbyn {day}" if day else "rhown wybod i chi beth yw’r dyddiad"
        says = f"dylech fod wedi cael ein hateb erbyn {day}; mae’n ddrwg gennym nad ydych" if late else says
        return f"{case.reference}: {welsh.RIGHTS[case.right]}; {says}"
    says = f"our answer is due by {day}" if day else "we will tell you the date"
    says = f"you should have had our answer by {day}; we are sorry that you have not" if late else says
    return f"{case.reference}: {terms(case.right).name}; {says}"


def unused_reference() -> str:
    while True:
        reference = new_reference()
        if db.session.scalar(select(Case.id).where(Case.reference == reference)) is None:
            return reference
