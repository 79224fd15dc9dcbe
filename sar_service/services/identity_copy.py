"""Copies of identity documents: taken in, shown to staff as pictures that we drew, and destroyed on their day.

They are no part of what is gathered and never of a pack. That a document was seen is a fact that stays
(`identity.py`); the copy goes as soon as it was checked, and at the latest on the day that the council's retention
says.
The destruction is recorded; one that fails is tried again, and shown to everybody until it is done.
"""

import tempfile
import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import and_, func, or_, select

from sar_service.catalogue.retention import Period
from sar_service.db import db, new_id
from sar_service.documents.evidence import LIMITS, as_pages
from sar_service.documents.text import picture
from sar_service.domain.actor import SERVICE, Actor, ActorKind
from sar_service.domain.clock import months_after
from sar_service.domain.clock_steps import written
from sar_service.domain.errors import InvalidInput, NotFound, Refused, WrongState
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.models import Case, IdentityCopy

from . import audit, clock, letter_hold, listing, scanner, sealing
from . import reason as reasons
from .case import visible

MOST = 10  # held at once in a case
NAME = 120
DPI = 130
CHECKED, UNCHECKED = "identity-evidence", "identity-evidence-unchecked"  # rules of config/retention.yaml
AT_MOST = {CHECKED: 0, UNCHECKED: 28}  # days, where the council has no such rule
KEPT_AT_MOST = timedelta(days=90)
NOT_GONE = "The store did not delete it. It is tried again and again; tell those who keep the service running."
ENDED = (Status.CLOSED, Status.REFUSED, Status.WITHDRAWN, Status.REDIRECTED)


def take(case: Case, source: IO[bytes], *, name: str, what: str, actor: Actor, now: datetime) -> IdentityCopy:
    """Take in a copy, sealed, from a requester or as a scan by staff. Raises InvalidInput for what cannot be taken, and
    WrongState where nothing more is needed: then it is not kept at all. Nothing may have been written before, and no
    transaction is open while the file is looked at (`scanner.refuse`).
    """
    _needed(case, actor)
    data = source.read(LIMITS.bytes + 1)
    if len(data) > LIMITS.bytes:
        raise InvalidInput(
            f"The file is larger than {LIMITS.bytes // 1024**2} MB. Take a smaller picture, or scan it more coarsely.",
            field="file",
        )
    scanner.refuse([("", data)], field="file", instead=", or show the document in another way")
    with tempfile.TemporaryDirectory(prefix="copy-") as folder:
        given = Path(folder) / "given"
        given.write_bytes(data)
        try:
            pdf, pages = as_pages(given, name=name, out=Path(folder) / "pages.pdf")
        except Refused as error:
            raise InvalidInput(
                f"This file cannot be used: {error}. Send a picture (JPEG or PNG) or a PDF of at most "
                f"{LIMITS.pages} pages, or show the document in another way.",
                field="file",
            ) from error
        audit.lock(case)
        _needed(case, actor)  # the case may have ended while the file was looked at
        with pdf.open("rb") as made:
            stored = sealing.put_object(case, made, media_type="application/pdf", now=now)
    today = clock.day_of(now)
    row = IdentityCopy(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        object_id=stored.id,
        pages=pages,
        sent_by=actor.label,
        sent_at=now,
        sent_on=today,
        destroy_on=_by(UNCHECKED, today),
    )
    sealing.seal(row, {"name": name.strip()[-NAME:], "what": what.strip()[:NAME]})
    db.session.add(row)
    audit.record("took in a copy of evidence", actor=actor, now=now, case=case, of=row, on=row.destroy_on.isoformat())
    return row


def needed(case: Case) -> bool:
    """Is there anything left to be shown, so that a requester may send a copy?"""
    from .contact import may_change
    from .identity import settled

    return case.right is not Right.COMPLAINT and may_change(case) and not settled(case)


def _needed(case: Case, actor: Actor) -> None:
    from .contact import may_change

    if not may_change(case):
        raise WrongState("This request is over: no evidence is needed for it.")
    if actor.kind is ActorKind.REQUESTER and not needed(case):
        raise WrongState("We need nothing more to know who you are. Nothing was kept of your file.")
    held = db.session.scalar(
        select(func.count()).where(IdentityCopy.case_id == case.id, IdentityCopy.destroyed_at.is_(None))
    )
    if (held or 0) >= MOST:
        raise InvalidInput(
            f"There are {MOST} copies already. Wait until we have looked at them, or ring us.", field="file"
        )


def _by(rule: str, start: date) -> date:
    """The day by which a copy goes, counted from a day: as the council's retention says, or our own limit."""
    found = runtime().catalogue.retention.get(rule)
    keep = found.keep if found is not None else Period(days=AT_MOST[rule])
    return months_after(start, keep.years * 12 + keep.months) + timedelta(days=keep.days)


def copies(case: Case) -> list[IdentityCopy]:
    """The copies of a case, those that were destroyed too, the newest first."""
    rows = select(IdentityCopy).where(IdentityCopy.case_id == case.id)
    return list(db.session.scalars(rows.order_by(IdentityCopy.sent_at.desc(), IdentityCopy.id)))


def sent_by_requester(case: Case) -> list[IdentityCopy]:
    """The copies that the requester sent, as they may see them: while it is not clear who has a new contact, or still
    has the old one, only those that came since it was changed."""
    changed = [fact.recorded_at for fact in clock.standing_facts(case) if fact.kind == "contact_changed"]
    since = max(changed) if letter_hold.unclear(case) else letter_hold.doubted_since(case)
    rows = [row for row in copies(case) if row.sent_by == f"requester:{case.id}"]
    return [row for row in rows if since is None or row.sent_at > since]


def waits(case: Case) -> IdentityCopy | None:
    """The newest copy that the requester sent and that nobody has looked at yet, if there is one."""
    unseen = (row for row in sent_by_requester(case) if row.checked_at is None and row.destroyed_at is None)
    return next(unseen, None)


def of(case: Case, copy_id: uuid.UUID) -> IdentityCopy:
    """A copy of this case that is still there. Raises NotFound."""
    row = db.session.get(IdentityCopy, copy_id)
    if row is None or row.case_id != case.id or row.destroyed_at is not None:
        raise NotFound("There is no such copy. It may have been destroyed.")
    return row


def page_picture(case: Case, row: IdentityCopy, page: int) -> bytes:
    """One page of a copy as a PNG, drawn in the sandbox when it is asked for and kept nowhere. Raises NotFound."""
    if row.case_id != case.id or row.object_id is None or not 1 <= page <= row.pages:
        raise NotFound("There is no such page.")
    with tempfile.TemporaryDirectory(prefix="copy-") as folder:
        pdf = sealing.object_to(row.object_id, Path(folder) / "copy.pdf")
        return picture(pdf, page, dpi=DPI, out=Path(folder) / "page.png", limits=LIMITS).read_bytes()


def check_day(case: Case, rows: Collection[IdentityCopy], *, arrived_on: date, another: bool) -> None:
    """Refuse a later day than that on which a copy came: the time runs from it, however late somebody looks. `another`:
    it was seen in none of the copies that are here. Raises InvalidInput."""
    if rows:
        came = max(row.sent_on for row in rows)
        if arrived_on > came:
            said = f"That copy came on {written(came)}. Give that day: the time to answer can run from it."
            raise InvalidInput(said, field="arrived_on")
        return
    waiting = [row.sent_on for row in copies(case) if row.destroyed_at is None and row.checked_at is None]
    if waiting and arrived_on > min(waiting) and not another:
        raise InvalidInput(
            f"A copy waits here that came on {written(min(waiting))}. Tick the one in which you saw this, or that it "
            "was none of them: the time to answer can run from the day it came.",
            field="copy",
        )


def checked(case: Case, rows: Iterable[IdentityCopy], *, actor: Actor, now: datetime) -> None:
    """Note that copies were looked at: from now on they are kept no longer than the council's rule for that says."""
    today = clock.day_of(now)
    for row in rows:
        if row.destroyed_at is None and row.checked_at is None:
            row.checked_by, row.checked_at = actor.label, now
            row.destroy_on = min(row.destroy_on, _by(CHECKED, today))
            audit.record("checked a copy of evidence", actor=actor, now=now, case=case, of=row)


def settled(case: Case, *, actor: Actor, now: datetime) -> None:
    """Identity is settled: whatever copies there are have served."""
    checked(case, copies(case), actor=actor, now=now)


def keep(case: Case, row: IdentityCopy, *, until: date, reason: str, actor: Actor, now: datetime) -> None:
    """Keep a copy for longer, for a reason that is recorded. Nothing else keeps one. Raises InvalidInput."""
    today = clock.day_of(now)
    if not reason.strip():
        raise InvalidInput("Give the reason why this copy is needed for longer.", field="reason")
    if not today < until <= today + KEPT_AT_MOST:
        raise InvalidInput(f"Give a day after today, at most {KEPT_AT_MOST.days} days from now.", field="until")
    row.kept_until = until
    why = reasons.keep(case, reason, actor=actor, now=now)
    audit.record("keeps a copy of evidence", actor=actor, now=now, case=case, of=row, on=until.isoformat(), **why)


def destroy(case: Case, row: IdentityCopy, *, actor: Actor, now: datetime) -> bool:
    """Destroy a copy: its bytes in the store, and what it was called. False, and noted, where the store refuses.

    The bytes go first: if what follows is lost, the next round finds the row and ends it.
    """
    if row.destroyed_at is not None:
        return True
    try:
        if row.object_id is not None:
            stored = sealing.get_object(row.object_id)
            runtime().storage.delete(stored.key)
            row.object_id = None
            db.session.flush()
            db.session.delete(stored)
    except OSError:
        if not row.message:
            audit.record("could not destroy a copy of evidence", actor=actor, now=now, case=case, of=row)
        row.message = NOT_GONE
        return False
    sealing.seal(row, {})
    row.destroyed_by, row.destroyed_at, row.message = actor.label, now, ""
    audit.record("destroyed a copy of evidence", actor=actor, now=now, case=case, of=row)
    return True


def _due(today: date) -> list[tuple[IdentityCopy, Case]]:
    ended = Case.status.in_(ENDED)
    until = func.coalesce(IdentityCopy.kept_until, IdentityCopy.destroy_on)
    rows = db.session.execute(
        select(IdentityCopy, Case)
        .join(Case, Case.id == IdentityCopy.case_id)
        .where(
            IdentityCopy.destroyed_at.is_(None),
            or_(until <= today, and_(ended, IdentityCopy.kept_until.is_(None))),
        )
        .order_by(IdentityCopy.destroy_on, IdentityCopy.id)
        .limit(200)
    )
    return [(row, case) for row, case in rows]


def destroy_due(*, now: datetime) -> int:
    """Destroy every copy whose day has come, or whose request is over; returns how many are gone."""
    due = _due(clock.day_of(now))
    if not due:
        return 0
    audit.lock(*(case for _, case in due))
    return sum(destroy(case, row, actor=SERVICE, now=now) for row, case in due)


def pressing(actor: Actor, *, today: date) -> tuple[list[Case], list[Case]]:
    """The cases this actor may see in which a copy waits to be looked at, and those in which one should be gone."""
    until = func.coalesce(IdentityCopy.kept_until, IdentityCopy.destroy_on)

    def having(condition: object) -> list[Case]:
        mine = select(IdentityCopy.case_id).where(IdentityCopy.destroyed_at.is_(None), condition)  # type: ignore[arg-type]
        seen = visible(actor, by_id=True).where(Case.id.in_(mine))
        return list(
            db.session.scalars(seen.options(*listing.NAMED).order_by(Case.due_on, Case.id).limit(listing.MOST + 1))
        )

    return having(IdentityCopy.checked_at.is_(None)), having(or_(until < today, IdentityCopy.message != ""))
