"""Handing the pack over: every check that stands before it, and the moment at which it leaves.

What the case must be like is the lifecycle's; here are the checks of the file itself and of where it goes: the wrong
file, the wrong person, and an address that belongs to somebody who must not be found.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sar_service.adapters.storage import ObjectMissing
from sar_service.adapters.vault import SealBroken
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotFound, WrongState
from sar_service.domain.lifecycle import GUARDS, Action, Guard, Status, decide
from sar_service.domain.people import Standing
from sar_service.models import Case, Pack, PackState

from . import audit, clock, identity, letter, letter_hold, portal, sealing, units
from . import case as cases

POST = ("post", "collection")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check before release: what was looked at, and why it stands in the way (empty if it does not)."""

    key: str
    title: str
    blocked: str = ""


def delivery_of(case: Case) -> dict[str, str]:
    """Where the pack of a case goes: "how" ("portal", "post", "collection"), "to", "email" and "address"."""
    told = sealing.unseal(case)
    requester, delivery = told["requester"], told.get("delivery") or {}
    address = requester.get("address") or ""
    if not isinstance(address, str):
        address = ", ".join(str(line) for line in address if str(line).strip())
    return {
        "how": str(delivery.get("how") or "portal"),
        "to": str(requester.get("name") or ""),
        "email": str(requester.get("email") or ""),
        "phone": str(requester.get("phone") or ""),
        "address": address,
    }


def goes_to(case: Case) -> str:
    """Which name and contact it is that a pack goes to now: another one after every change of either."""
    return sealing.digest(case.id, f"goes to:{json.dumps(delivery_of(case), sort_keys=True)}")


def checks(case: Case, pack: Pack) -> list[Check]:
    """Every check of the file and of where it goes, for the page that asks whether to release."""
    to = delivery_of(case)
    return [
        Check(key="file", title="The file is the one that was checked", blocked=_file(pack)),
        Check(key="contact", title="There is somewhere to send it", blocked=_contact(to)),
        Check(
            key="since_identity",
            title="The contact is the one for which identity was settled",
            blocked=_since_identity(case),
        ),
        Check(
            key="elsewhere",
            title="No linked case of the requester says otherwise",
            blocked=_elsewhere(case),
        ),
        Check(
            key="protected",
            title="It does not go to somebody whose whereabouts are protected",
            blocked=_protected(case, to),
        ),
    ]


def _file(pack: Pack) -> str:
    """The stored file, read whole and compared with the one that was checked."""
    if pack.object_id is None or not pack.sha256:
        return "This pack has no finished file. Build it again."
    found = hashlib.sha256()
    try:
        for chunk in sealing.object_chunks(sealing.get_object(pack.object_id)):
            found.update(chunk)
    except (NotFound, ObjectMissing, SealBroken, OSError):
        return "The finished file cannot be read. Build the pack again."
    if found.hexdigest() != pack.sha256:
        return "The stored file is not the one that was checked. Build the pack again."
    return ""


def _contact(to: Mapping[str, str]) -> str:
    if not to["to"].strip():
        return "There is no name to address the pack to. Correct the request first."
    if to["how"] in POST:
        if to["how"] == "post" and not to["address"].strip():
            return "The pack is to go by post, and there is no postal address. Correct the request first."
        return ""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", to["email"].strip()):
        return "The pack is to be fetched from the portal, and there is no e-mail address to tell them."
    return ""


def _since_identity(case: Case) -> str:
    facts = clock.standing_facts(case)
    changed = any(fact.kind == "contact_changed" for fact in facts)
    if identity.settled(case):
        return ""
    if changed:
        return "The contact details were changed after identity was settled. Settle identity again first."
    return GUARDS[Guard.IDENTITY_SETTLED][1]


def _elsewhere(case: Case) -> str:
    if letter_hold.doubted_since(case) is None:
        return ""
    return (
        "The contact, or who asks, was changed in a linked case of the same requester. Say under Identity what is "
        "right here first."
    )


def _protected(case: Case, to: Mapping[str, str]) -> str:
    """Somebody in the file who must not be found may not be where the answer goes, by a slip or by a ruse."""
    email, phone = to["email"].strip().casefold(), _digits(to["phone"])
    place = _place(to["address"]) if to["how"] == "post" else ""
    if case.capacity == "self" and place in _own_places(case):
        place = ""  # they live there themselves, and may be told what they know
    for person in units.people_of(case).values():
        if person.standing is not Standing.PROTECTED:
            continue
        told: dict[str, Any] = sealing.unseal(person)
        who = units.person_label(person)
        if email and email in {str(each).strip().casefold() for each in told["emails"]}:
            return f"The e-mail address is that of {who}, whose whereabouts are protected. Do not send it there."
        if phone and phone in {_digits(str(each)) for each in told["phones"]}:
            return f"The telephone number is that of {who}, whose whereabouts are protected. Check the contact."
        if place and any(place == _place(", ".join(lines)) for lines in told["addresses"]):
            return f"The postal address is that of {who}, whose whereabouts are protected. Do not send it there."
    return ""


def _own_places(case: Case) -> frozenset[str]:
    """The addresses that the subject gave as their own."""
    given = sealing.unseal(case)["subject"].get("addresses", [])
    return frozenset(_place(", ".join(lines)) for lines in given)


def _digits(text: str) -> str:
    """The last nine digits of a telephone number, so that +44 and 0 are one."""
    return re.sub(r"\D", "", text)[-9:]


def _place(text: str) -> str:
    """What an address comes down to: its house and its postcode, or all of it where it has none."""
    postcode = re.search(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})\b", text.casefold())
    if postcode is None:
        return re.sub(r"[\W_]+", " ", text.casefold()).strip()
    house = re.search(r"\b(?:flat|unit|apartment)\s*\w+|\d+\w?", text.casefold()[: postcode.start()])
    return f"{house.group() if house else ''} {postcode[1]}{postcode[2]}"


def release(case: Case, pack: Pack, *, recipient_checked: bool, compared: str, actor: Actor, now: datetime) -> None:
    """Let the pack go to the requester: from now on they can fetch it, and a letter says so and until when.

    A pack whose days in the portal are over, or that reopening took back, is made available again, after the same
    checks, and if what was signed still stands; the answer was given when it was given.
    `recipient_checked`: the officer has compared the name and the contact with the request; `compared` says by
    `goes_to` which these were. Raises InvalidInput if not, WrongState or NotAllowed with
    the reason for everything else that stands in the way.
    """
    if pack.case_id != case.id:
        raise NotFound("There is no such pack in this case.")
    if case.merged_into is not None:  # it may have been released, and reopened, before that
        raise WrongState(GUARDS[Guard.NOT_MERGED][1])
    again = pack.released_at is not None and case.status in (Status.RELEASED, Status.CLOSED)
    lapsed = portal.over(case, today=clock.day_of(now)) or portal.taken_back(case)
    if again and not lapsed and identity.settled(case):
        return  # a second press of the button
    if not recipient_checked:
        raise InvalidInput("Confirm that you have checked who the pack goes to, and where.", field="recipient_checked")
    if compared != goes_to(case):
        raise WrongState(
            "The name or the contact was changed while you were looking at it. Compare what stands here now."
        )
    latest = cases.latest_pack(case)
    if latest is None or latest.id != pack.id:
        raise WrongState("A newer pack has been asked for. Look at that one.")
    if pack.state is PackState.REFUSED:
        raise WrongState("Something withheld can still be read in this pack. It may not leave.")
    stopped = next((check.blocked for check in checks(case, pack) if check.blocked), "")
    stopped = stopped or identity.outgrown(case, on=clock.day_of(now))
    if stopped:
        raise WrongState(stopped)
    if again:
        standing = cases.situation(case, actor)
        decide(Status.READY, Action.RELEASE, situation=standing, permissions=actor.permissions)  # as at first
        audit.record("made the pack available again", actor=actor, now=now, case=case, of=pack, sha256=pack.sha256)
    else:
        how = delivery_of(case)["how"]
        cases.move(case, Action.RELEASE, actor=actor, now=now, pack=pack.number, sha256=pack.sha256, how=how)
        case.released_at, case.released_on = now, clock.day_of(now)
    pack.released_at, pack.released_by, pack.fetched_at = now, actor.label, None
    letter.write(case, "released", actor=actor, now=now)
