"""What is known of the data subject: what the request gave, and what staff learnt since.

Whatever is added after a search makes that search old: the case cannot be signed off until every system has been
searched again with it. See `search.out_of_date`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sar_service.domain.actor import Actor
from sar_service.domain.check_digits import nhs_valid, upn_valid
from sar_service.domain.clock_steps import written
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.lifecycle import BEFORE_SIGNOFF
from sar_service.models import Case

from . import audit, finding, sealing, search
from .case import check_version
from .clock import day_of

SCHEMES = ("nhs_number", "upn", "ni_number", "reference")
LISTS = ("other_names", "addresses", "phones", "emails")
MOST = 50  # of one kind: each is one more question to every system
OLDEST = 130  # years


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What is to be added. An address is lines, the postcode last; `identifiers` maps a scheme of `SCHEMES`."""

    other_names: tuple[str, ...] = ()
    addresses: tuple[tuple[str, ...], ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: dict[str, str] = field(default_factory=dict)
    date_of_birth: date | None = None


def learn(case: Case, learnt: Learnt, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Add to what is known of the subject. Raises InvalidInput, WrongState and StaleWrite."""
    told, subject = _open(case, reason, version)
    changed = []
    for name in LISTS:
        before = list(subject.get(name) or [])
        fresh = [each for each in _plain(getattr(learnt, name)) if each not in before]
        if len(before) + len(fresh) > MOST:
            raise InvalidInput(f"There are {MOST} of these already. Take one out first.", field=name)
        if fresh:
            subject[name] = before + fresh
            changed.append(name)
    for scheme, value in learnt.identifiers.items():
        _check_number(scheme, value)
        if (subject.get("identifiers") or {}).get(scheme) != value:
            subject["identifiers"] = {**(subject.get("identifiers") or {}), scheme: value}
            changed.append(scheme)
    if learnt.date_of_birth is not None and subject.get("date_of_birth") != learnt.date_of_birth.isoformat():
        check_birth(learnt.date_of_birth, today=day_of(now), received=case.received_on)
        subject["date_of_birth"] = learnt.date_of_birth.isoformat()
        changed.append("date_of_birth")
    if not changed:
        raise InvalidInput("Give something that is not on file yet.", field="other_names")
    _keep(case, told, "added to what is known", changed, reason=reason, actor=actor, now=now)


def forget(case: Case, entry: str, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Take one of `entries` out again, because it is somebody else's or wrong. Raises as `learn`."""
    told, subject = _open(case, reason, version)
    name, _, place = entry.partition(":")
    if name in LISTS and place.isdecimal() and len(place) < 4 and int(place) < len(subject.get(name) or []):
        subject[name] = [each for at, each in enumerate(subject[name]) if at != int(place)]
    elif name == "identifiers" and place in (subject.get("identifiers") or {}):
        subject["identifiers"] = {key: value for key, value in subject["identifiers"].items() if key != place}
    else:
        raise InvalidInput("Choose what is to be taken out from the list.", field="entry")
    _keep(
        case,
        told,
        "took out of what is known",
        [place if name == "identifiers" else name],
        reason=reason,
        actor=actor,
        now=now,
    )


def entries(case: Case) -> list[tuple[str, str, str]]:
    """What can be taken out: its key for `forget`, what it is, and its value in words."""
    subject = sealing.unseal(case)["subject"]
    found = [
        (f"{name}:{at}", name, value if isinstance(value, str) else ", ".join(value))
        for name in LISTS
        for at, value in enumerate(subject.get(name) or [])
    ]
    return found + [(f"identifiers:{key}", key, value) for key, value in (subject.get("identifiers") or {}).items()]


def _open(case: Case, reason: str, version: int) -> tuple[dict[str, Any], dict[str, Any]]:
    check_version(case, version)
    if case.status not in BEFORE_SIGNOFF:
        raise WrongState("This was sent for sign-off, or is done. Take it a step back, or reopen it, first.")
    if not reason.strip():
        raise InvalidInput("Say where this comes from. It is kept with your name.", field="reason")
    told = sealing.unseal(case)
    return told, told["subject"]


def _keep(
    case: Case, told: dict[str, Any], verb: str, what: list[str], *, reason: str, actor: Actor, now: datetime
) -> None:
    # The reason may hold anything, so it is sealed here and not written to the trail, which outlives the case.
    note = {
        "at": now.isoformat(),
        "by": actor.label,
        "did": verb,
        "what": what,
        "reason": reason.strip()[:2000],
        "rounds": search.rounds(case),
    }
    told["learnt"] = [*(told.get("learnt") or []), note]
    sealing.seal(case, told)
    finding.index(case)
    audit.record(verb, actor=actor, now=now, case=case, fields=what)


def _plain(given: tuple[Any, ...]) -> list[Any]:
    """Lists as they are kept as JSON, each once."""
    return (
        list(dict.fromkeys(given)) if all(isinstance(each, str) for each in given) else [list(each) for each in given]
    )


def _check_number(scheme: str, value: str) -> None:
    if scheme not in SCHEMES:
        raise InvalidInput("Choose what kind of number it is.", field="scheme")
    if scheme == "nhs_number" and not nhs_valid(value):
        raise InvalidInput("This is no NHS number: ten digits, and the last one checks the others.", field="number")
    if scheme == "upn" and not upn_valid(value):
        raise InvalidInput(
            "This is no unique pupil number: a letter, eleven digits and a digit or letter.", field="number"
        )


def check_birth(born: date, *, today: date, received: date) -> None:
    """Refuse a day on which nobody was born of whom somebody asked by then. Raises InvalidInput."""
    if born > today:
        raise InvalidInput("A date of birth cannot be in the future.", field="date_of_birth")
    if born > received:
        raise InvalidInput(
            f"This is after the day the request came, {written(received)}. Check the two.", field="date_of_birth"
        )
    if born.year < today.year - OLDEST:
        raise InvalidInput(f"This is more than {OLDEST} years ago. Check the year.", field="date_of_birth")
