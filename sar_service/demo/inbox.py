"""Requests that wait on the demo council's worklist when somebody clicks through it: new, due, late, paused, released.

They are about children of its invented families. `fill` logs them through the services, in the order in which they
came; `release_one` walks one of them through to the end over HTTP.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sar_service import create_app
from sar_service.domain.actor import PUBLIC, Actor
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right

from .council import CONTROLLER, Council
from .walk import Walk
from .walk_review import do_all

HOUR = 11  # of the day at which a request comes in


@dataclass(frozen=True)
class Waiting:
    """A request that came in some days ago, and how far it has come."""

    days_ago: int
    state: str


# In the order in which they came: every one after the one before it.
WAITING = (
    Waiting(48, "gathering"),
    Waiting(33, "asked"),
    Waiting(28, "gathering"),
    Waiting(12, "unclear"),
    Waiting(0, ""),
)


def children(council: Council, *, count: int) -> list[dict[str, Any]]:
    """Children of the council's families who are old enough to ask for themselves, as answers to the public form."""
    path = council.folder / "council" / "education.db"
    eldest = (date.fromisoformat(council.world.as_of) - timedelta(days=13 * 366)).isoformat()
    refs = council.world.hers["education"] + council.world.not_hers["education"]
    marks = ", ".join("?" for _ in refs)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as found:
        rows = found.execute(
            "SELECT forename, legal_surname, birth_date, upn, address_1, town, postcode FROM pupil"  # noqa: S608
            f" WHERE birth_date < ? AND upn IS NOT NULL AND postcode IS NOT NULL AND pupil_id NOT IN ({marks})"
            " ORDER BY pupil_id LIMIT ?",
            (eldest, *refs, count),
        ).fetchall()
    found.close()
    return [
        {
            "given_name": given, "middle_names": "", "family_name": family, "former_names": [], "date_of_birth": born,
            "address": [street, town], "postcode": postcode, "former_addresses": [], "identifiers": {"upn": upn},
            "email": f"{given}.{family}@mail.example".replace(" ", "").casefold(), "phone": "", "how": "portal",
            "what": "Everything about me.",
        }
        for given, family, born, upn, street, town, postcode in rows
    ]  # fmt: skip


def fill(council: Council, *, now: datetime) -> int:
    """Log the requests that wait, if the council has none yet; returns how many. The workers gather for them."""
    from sar_service.db import db
    from sar_service.services import case, clock, intake, search, team

    app = create_app(environ=council.environ, web=False)
    with app.app_context():
        officer = team.actor_of(team.find(council.team["officer"].email))
        if case.worklist(case.Filter(closed=True), actor=officer, today=clock.day_of(now))[1]:
            return 0
        asked = children(council, count=len(WAITING))
        for waiting, told in zip(WAITING, asked, strict=False):
            at = min((now - timedelta(days=waiting.days_ago)).replace(hour=HOUR, minute=5), now)
            found = intake.submit(_request(told, at.date()), actor=PUBLIC, now=at)
            then = min(at + timedelta(days=1), now)
            if waiting.state == "asked":
                ask(found, officer, then)
            elif waiting.state:
                _settle(found, officer, then)
                case.assign(
                    found, team.find(council.team["officer"].email), version=found.version, actor=officer, now=then
                )
            if waiting.state == "unclear":
                on = clock.day_of(then)
                clock.add_fact(found, "clarification_requested", on, actor=officer, now=then, reasons="Which years?")
            if waiting.state == "gathering":
                case.move(found, Action.START_SEARCH, actor=officer, now=then)
                search.start(found, actor=officer, now=now)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return min(len(asked), len(WAITING))


def ask(found: Any, officer: Actor, then: datetime) -> None:
    """Ask who somebody is in a letter that left that day: the clock counts from when it leaves, and not from now."""
    from sar_service.services import letter_draft, letter_send

    why = "The address is not one we know."
    row = letter_draft.begin_and_send(found, "identity-asked", why, actor=officer, now=then)
    begun = letter_send.begin(row.id, now=then)
    if begun is not None:
        letter_send.sent(row.id, begun[0], begun[1].key, now=then)


def _settle(found: Any, officer: Actor, now: datetime) -> None:
    from sar_service.services import clock, identity

    today = clock.day_of(now)
    identity.see(
        found, kind="photo_document", about="requester", arrived_on=today, seen_on=today, seen="Passport, in person",
        actor=officer, now=now,
    )  # fmt: skip
    identity.settle(found, actor=officer, now=now)


def _request(told: Mapping[str, Any], received: date) -> Any:
    from sar_service.services.intake import Request

    name = f"{told['given_name']} {told['family_name']}"
    return Request(
        controller=CONTROLLER,
        right=Right.ACCESS,
        channel="online",
        capacity="self",
        received_on=received,
        subject={
            "given_name": told["given_name"], "family_name": told["family_name"], "other_names": [],
            "date_of_birth": told["date_of_birth"], "addresses": [[*told["address"], told["postcode"]]],
            "postcode": told["postcode"], "phones": [], "emails": [told["email"]], "identifiers": told["identifiers"],
        },
        requester={"name": name, "email": told["email"], "safe": "safe"},
        scope={"what": told["what"]},
        delivery={"how": "portal"},
    )  # fmt: skip


def release_one(council: Council) -> str:
    """Walk one more child's request through to its release; the reference. Raises Unexpected."""
    told = children(council, count=len(WAITING) + 1)[-1]
    walk = Walk(council, request=told)
    walk.ask()
    do_all(walk)
    return walk.reference


def now() -> datetime:
    return datetime.now(UTC)
