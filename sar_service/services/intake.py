"""Requests coming in: a case is made, its clock started, its acknowledgement written. Every channel ends here."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.extensions import runtime
from sar_service.models import Case

from . import audit, clock, complaint, finding, letter, link, sealing

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is taken for something else when read aloud
LENGTH = 14  # 14 letters of 32: 70 bits
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


def submit(request: Request, *, actor: Actor, now: datetime) -> Case:
    """Make a case of a request, start its clock and write the acknowledgement. Raises InvalidInput."""
    controller = runtime().catalogue.controllers.get(request.controller)
    if controller is None:
        raise InvalidInput("Choose which council you are asking.", field="controller")
    if request.right is Right.PUPIL_RECORD and controller.pupil_records is None:
        raise InvalidInput(
            "This council does not answer for schools’ pupil records. Send the request to the school, and tell the "
            "requester.",
            field="rights",
        )
    if request.channel not in CHANNELS:
        raise InvalidInput("Choose how the request came in.", field="channel")
    if not request.subject.get("family_name") and not request.subject.get("given_name"):
        raise InvalidInput("Enter the name of the person the request is about.", field="family_name")
    case = Case(
        id=new_id(),
        controller=controller.key,
        reference=_unused_reference(),
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
    if case.right is Right.COMPLAINT:
        complaint.begin(case, request.filed, now=now)
        complaint.acknowledge(case, actor=actor, now=now)
    else:
        letter.write(case, "acknowledgement", actor=actor, now=now)
    return case


def submit_all(request: Request, rights: Sequence[Right], *, actor: Actor, now: datetime) -> list[Case]:
    """One message that uses several rights: a case for each, linked, each with its own clock. Raises InvalidInput."""
    if not rights:
        raise InvalidInput("Choose at least one thing that is asked for.", field="rights")
    cases = [submit(replace(request, right=right), actor=actor, now=now) for right in dict.fromkeys(rights)]
    link.link_all(cases, LinkKind.SAME_SUBMISSION, actor=actor, now=now)
    return cases


def _unused_reference() -> str:
    while True:
        reference = new_reference()
        if db.session.scalar(select(Case.id).where(Case.reference == reference)) is None:
            return reference
