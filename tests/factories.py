"""The smallest valid things: a request, a case, and a case that has been searched. Everything goes through services."""

from datetime import datetime, timedelta
from typing import Any

from sar_service.db import db
from sar_service.domain.actor import PUBLIC, Actor
from sar_service.domain.complaint import About
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import clock, complaint, identity, intake, search

MORWENNA = {
    "given_name": "Morwenna",
    "family_name": "Tregale",
    "other_names": [],
    "date_of_birth": "2007-03-14",
    "addresses": [["4 Quarry Lane", "Northmoor"]],
    "postcode": "NM4 2QT",
    "phones": [],
    "emails": ["morwenna@example.org"],
    "identifiers": {},
}


def a_request(**changes: Any) -> intake.Request:
    """A request by Morwenna Tregale, for herself."""
    now = changes.pop("now", None)
    values: dict[str, Any] = {
        "controller": "northmoor",
        "right": Right.ACCESS,
        "channel": "online",
        "capacity": "parent" if changes.get("right") is Right.PUPIL_RECORD else "self",
        "received_on": changes.pop("received_on", None) or clock.day_of(now),
        "subject": {**MORWENNA, **changes.pop("subject", {})},
        "requester": {"name": "Morwenna Tregale", "email": "morwenna@example.org"},
        "scope": {"what": "Everything from social care"},
        "delivery": {"how": "portal"},
        "filed": complaint.Filed(about=About.NONE),
    }
    return intake.Request(**{**values, **changes})


def a_case(*, now: datetime, **changes: Any) -> Case:
    """A case that has just come in, committed."""
    case = intake.submit(a_request(now=now, **changes), actor=PUBLIC, now=now)
    db.session.commit()
    return case


def with_identity(case: Case, *, actor: Actor, now: datetime) -> Case:
    """The case with its identity settled; a pupil's record is asked for by a parent."""
    today = clock.day_of(now)
    evidence = [("photo_document", "passport, in person", "")]
    if case.right is Right.PUPIL_RECORD:  # a parent's own right
        evidence += [("parental_responsibility", "birth certificate", "birth_mother"), ("orders_checked", "none", "")]
    for kind, seen, basis in evidence:
        identity.see(
            case,
            kind=kind,
            about="requester",
            arrived_on=today,
            seen_on=today,
            seen=seen,
            basis=basis,
            actor=actor,
            now=now,
        )
    identity.settle(case, actor=actor, now=now)
    db.session.commit()
    return case


def searched(case: Case, sent: Any, *, actor: Actor, now: datetime) -> Case:
    """The case with identity settled, every system searched and suggestions made."""
    with_identity(case, actor=actor, now=now)
    cases.move(case, Action.START_SEARCH, actor=actor, now=now)
    search.start(case, actor=actor, now=now)
    db.session.commit()
    identity_of = case.id
    sent.work()
    return db.session.get_one(Case, identity_of)


def later(now: datetime, **parts: float) -> datetime:
    return now + timedelta(**parts)
