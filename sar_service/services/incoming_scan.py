"""Showing what came by e-mail to the virus scanner, and barring what it finds.

A message is kept at once, for its clock runs; its files and its original are held until the scanner has looked at them.
A job asks it (`workers/jobs/incoming_scan.py`); while it is silent one message is tried now and then, and nothing is
let through. A file in which something was found is taken out of the store; its name, size and digest stay, and the
sealed original, which nobody can open any more.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from sar_service.adapters.scanner import ScannerSilent, ScannerTakesLess
from sar_service.adapters.storage import ObjectMissing
from sar_service.adapters.vault import SealBroken
from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import NotFound, Refused
from sar_service.domain.incoming import OPENED, Scan, overall
from sar_service.extensions import runtime
from sar_service.models import Case, Incoming, Pulse
from sar_service.queue import after_commit

from . import audit, listing, sealing
from . import case as cases

SECONDS, IN_ALL = 60, 600  # for one file, or for the original; for all of a message in one go
TAKES = timedelta(minutes=15)  # a job that was sent and has not come back after that is sent again
EVERY = timedelta(minutes=5)  # how often a scanner that is silent is tried
LATER = timedelta(hours=1)  # when something that it could not look at is shown to it again
MANY = 20
SILENT = "scanner silent"  # since when it does not answer
LARGE, GONE = "large", "gone"  # it takes no file of this size; the store does not give it back
HELD_LONG = timedelta(minutes=15)
HELD = "It is held until the virus scanner has looked at it. That is tried again by itself."
BARRED = "A virus scanner found something in it, so nobody can open it here."
MOST = listing.MOST


@dataclass(frozen=True)
class Part:
    """One thing to look at: the number of a file from 0 on, or None for the original; and what reads it, if any."""

    number: int | None
    read: Callable[[], bytes] | None


@dataclass(frozen=True)
class Plan:
    """What of a message waits to be looked at."""

    message_id: uuid.UUID
    parts: Sequence[Part]


@dataclass(frozen=True)
class Answer:
    """What came of looking at a part; `why` it still waits: "" while the scanner is silent, else `LARGE` or `GONE`."""

    number: int | None
    scan: Scan
    found: str = ""
    why: str = ""


def first(row: Incoming, *, now: datetime) -> Scan:
    """How a message begins that has just come, or was copied while it waits: it is looked at once all is committed."""
    if not runtime().scanner.there:
        row.scan, row.scan_next_at = Scan.UNSCANNED, None
    else:
        row.scan, row.scan_next_at = Scan.WAITING, now + TAKES
        after_commit("incoming_scan", row.id)
    return Scan(row.scan)


def ask_again(*, now: datetime) -> int:
    """Have everything looked at that still waits; of a scanner that is silent, one thing now and then."""
    silent = db.session.get(Pulse, SILENT)
    if silent is not None and silent.at > now - EVERY:
        return 0
    rows = db.session.scalars(
        select(Incoming)
        .where(Incoming.scan == Scan.WAITING, or_(Incoming.scan_next_at.is_(None), Incoming.scan_next_at <= now))
        .order_by(Incoming.scan_next_at, Incoming.id)
        .limit(MANY if silent is None else 1)
    ).all()
    for row in rows:
        row.scan_next_at = now + TAKES
        after_commit("incoming_scan", row.id)
    return len(rows)


def begin(message_id: uuid.UUID, *, now: datetime) -> Plan | None:
    """What of a message is to be looked at now; None if nothing is, or if the scanner was silent a moment ago."""
    row = db.session.get(Incoming, message_id)
    if row is None or row.scan != Scan.WAITING:
        return None
    silent = db.session.get(Pulse, SILENT)
    if silent is not None and silent.at > now - EVERY:
        row.scan_next_at = silent.at + EVERY
        return None
    row.scan_next_at = now + TAKES
    try:
        told = sealing.unseal(row)
    except NotFound:  # the case was destroyed, and all that came with it
        row.scan, row.scan_next_at = Scan.FOUND, None
        return None
    parts = [Part(None, _reader(row.raw_id))] if _waits(told.get("original", {})) else []
    for number, each in enumerate(told["files"]):
        if _waits(each):
            parts.append(Part(number, _reader(object_id(each))))
    return Plan(row.id, parts)


def _waits(part: dict[str, Any]) -> bool:
    return bool(part.get("scan", Scan.WAITING) == Scan.WAITING)


def _reader(identity: uuid.UUID | None) -> Callable[[], bytes] | None:
    try:
        return sealing.reader(sealing.get_object(identity))
    except NotFound:
        return None


def look(plan: Plan) -> list[Answer]:
    """Ask the scanner about each part, until it is silent or has taken too long. No transaction is open meanwhile."""
    answers: list[Answer] = []
    until = time.monotonic() + IN_ALL
    for part in plan.parts:
        answers.append(_look(part))
        if time.monotonic() > until or answers[-1] == Answer(part.number, Scan.WAITING):
            break
    return answers


def _look(part: Part) -> Answer:
    scanner = runtime().scanner
    if not scanner.there:
        return Answer(part.number, Scan.UNSCANNED)
    try:
        data = part.read() if part.read is not None else None
    except (ObjectMissing, SealBroken, OSError):
        data = None
    if data is None:
        return Answer(part.number, Scan.WAITING, why=GONE)
    try:
        found = scanner.look(data, seconds=SECONDS)
    except ScannerTakesLess:
        return Answer(part.number, Scan.WAITING, why=LARGE)
    except ScannerSilent:
        return Answer(part.number, Scan.WAITING)
    return Answer(part.number, Scan.FOUND if found else Scan.CLEAN, found)


def save(plan: Plan, answers: Sequence[Answer], *, now: datetime) -> None:
    """Keep what the scanner said. What it found something in is barred from now on."""
    row = db.session.get_one(Incoming, plan.message_id)
    case = db.session.get_one(Case, row.case_id)
    audit.lock(case)
    db.session.refresh(row)
    _pulse(answers, now=now)
    if row.scan != Scan.WAITING:
        return  # another job was quicker
    told = sealing.unseal(row)
    told.setdefault("original", {})
    for answer in answers:
        part = told["original"] if answer.number is None else told["files"][answer.number]
        part.update({"scan": answer.scan.value, "found": answer.found, "large": answer.why == LARGE})
        if answer.number is not None and answer.scan is Scan.FOUND and part["object"]:
            sealing.delete_object(object_id(part))
            part["object"] = ""
    sealing.seal(row, told)
    parts = [told["original"], *told["files"]]
    whole = overall(Scan(each.get("scan", Scan.WAITING)) for each in parts)
    row.scan = whole
    soon = len(answers) < len(plan.parts) or any(_silent(each) for each in answers)
    row.scan_next_at = None if whole is not Scan.WAITING else now + (EVERY if soon else LATER)
    found = sum(1 for each in answers if each.scan is Scan.FOUND)
    if found:
        audit.record("barred what a virus scanner found", actor=SERVICE, now=now, case=case, of=row, count=found)


def _silent(answer: Answer) -> bool:
    return answer.scan is Scan.WAITING and not answer.why


def _pulse(answers: Sequence[Answer], *, now: datetime) -> None:
    """Note that the scanner is silent, or that it is not any more."""
    row = db.session.get(Pulse, SILENT)
    if any(_silent(each) for each in answers):
        if row is None:
            db.session.add(Pulse(name=SILENT, at=now))
        else:
            row.at = now
    elif row is not None:
        db.session.delete(row)


def object_id(file: dict[str, Any]) -> uuid.UUID | None:
    """The object in which an attachment is kept; None for one that is barred."""
    return uuid.UUID(file["object"]) if file["object"] else None


def opened(part: dict[str, Any], row: Incoming) -> bool:
    """May staff open this file?"""
    return Scan(part.get("scan", row.scan)) in OPENED


def file(row: Incoming, number: int) -> tuple[str, bytes]:
    """The name and the bytes of a file of a message, counted from 1. There is no other way to them.

    Raises NotFound, and Refused for what is held or barred.
    """
    files = sealing.unseal(row)["files"]
    if not 1 <= number <= len(files):
        raise NotFound("There is no such file with this message.")
    chosen = files[number - 1]
    if not opened(chosen, row):
        raise Refused(_why_not(chosen.get("scan", row.scan)))
    return chosen["name"], sealing.object_bytes(object_id(chosen))


def original(row: Incoming) -> bytes:
    """The message as it came. Raises Refused while any of what is in it is held, or if something was found in it."""
    if row.scan not in OPENED:
        raise Refused(_why_not(row.scan))
    return sealing.object_bytes(row.raw_id)


def _why_not(scan: str) -> str:
    return BARRED if scan == Scan.FOUND else HELD


def provable(row: Incoming) -> dict[str, Any]:
    """What proves what the original was, whoever may open it: its size and the digest of its bytes (SHA-256)."""
    stored = sealing.get_object(row.raw_id)
    return {"size": stored.size, "sha256": stored.sha256}


def held(*, actor: Actor, now: datetime) -> list[Case]:
    """The cases that this actor may see with a message that has waited for the scanner for too long; oldest first."""
    rows = db.session.scalars(
        cases.visible(actor, by_id=True)
        .join(Incoming, Incoming.case_id == Case.id)
        .where(Incoming.scan == Scan.WAITING, Incoming.read_at < now - HELD_LONG)
        .options(*listing.NAMED)
        .order_by(Incoming.read_at, Incoming.id)
        .limit(MOST + 1)
    )
    return list(dict.fromkeys(rows))
