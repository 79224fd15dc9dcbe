"""Items that are not in a pack although nothing of them is withheld: a copy, another person's, given already.

The codes are the dispositions of `config/exemptions.yaml`. They are no exemptions, are kept in a table of their own and
are counted with none: the pack accounts for them on a page of their own.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from sar_service.catalogue import Disposition
from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, NotFound, StaleWrite, WrongState
from sar_service.domain.lifecycle import Status
from sar_service.domain.permission import Permission
from sar_service.extensions import runtime
from sar_service.models import Case, Document, LeftOut, Record

from . import audit, sealing
from .search import included_refs

OPEN = (Status.SEARCHING, Status.REVIEWING)
LONGEST = 2000


def dispositions() -> Sequence[Disposition]:
    """The reasons there are, as the council has them."""
    return list(runtime().catalogue.dispositions.values())


def get(case: Case, home: uuid.UUID) -> Record | Document:
    """A record or a file of this case, left out or not. Raises NotFound."""
    row: Record | Document | None = db.session.get(Record, home) or db.session.get(Document, home)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such item in this case.")
    return row


def decide(
    case: Case, row: Record | Document, *, code: str, reason: str, seen: str, actor: Actor, now: datetime
) -> None:
    """Leave an item out for the reason that `code` names, or put it back ("").

    What a file holds goes and comes with it. `seen` is the code that stood on the form. Raises InvalidInput naming the
    field, WrongState once the case was sent for sign-off, and StaleWrite.
    """
    if not actor.may(Permission.DECIDE):
        raise NotAllowed("Deciding what is in the pack is not part of your role.")
    if case.status not in OPEN:
        raise WrongState("This was sent for sign-off, or is done. Take it a step back, or reopen it, first.")
    if code and code not in runtime().catalogue.dispositions:
        raise InvalidInput("Choose why it is left out.", field="code")
    if not reason.strip():
        raise InvalidInput("Say why, in a sentence. It is kept with your name.", field="reason")
    if row.left_out != seen:
        raise StaleWrite(
            "Somebody else has left this item out, or put it back.", of=f"{row.__tablename__}:{row.id}", case=case.id
        )
    if row.left_out == code:
        raise InvalidInput("This is so already.", field="code")
    for each in (row, *_inside(row)):
        if each is not row and each.left_out != seen:
            continue  # it was decided by itself
        each.left_out = code
        kept = LeftOut(id=new_id(), case_id=case.id, controller=case.controller, code=code)
        kept.record_id = each.id if isinstance(each, Record) else None
        kept.document_id = each.id if isinstance(each, Document) else None
        kept.decided_by, kept.decided_at = actor.label, now
        sealing.seal(kept, {"reason": reason.strip()[:LONGEST]})
        db.session.add(kept)
        verb = "left an item out" if code else "put an item back"
        audit.record(verb, actor=actor, now=now, case=case, of=each, code=code or seen)


def _inside(row: Record | Document) -> list[Document]:
    """The files that a file holds, and those that they hold."""
    if isinstance(row, Record):
        return []
    found: list[Document] = []
    holders = [row.id]
    while holders:
        inner = db.session.scalars(select(Document).where(Document.parent_id.in_(holders))).all()
        found += inner
        holders = [each.id for each in inner]
    return found


def _rows(case: Case) -> list[Record | Document]:
    """What was left out of what belongs to the case, by system and date."""
    rows: list[Record | Document] = [
        *db.session.scalars(select(Record).where(Record.case_id == case.id, Record.left_out != "")),
        *db.session.scalars(select(Document).where(Document.case_id == case.id, Document.left_out != "")),
    ]
    refs = {system: included_refs(case.id, system) for system in {row.system for row in rows}}
    mine = [row for row in rows if row.about_digest in refs[row.system]]
    return sorted(mine, key=lambda row: (row.system, str(row.on or ""), row.ref_digest))


def codes(case: Case) -> dict[uuid.UUID, str]:
    """The items that are left out, with the code of each."""
    return {row.id: row.left_out for row in _rows(case)}


def listed(case: Case) -> list[dict[str, Any]]:
    """The items that are left out, with why, who said so and when."""
    newest: dict[uuid.UUID | None, LeftOut] = {}
    for kept in db.session.scalars(
        select(LeftOut).where(LeftOut.case_id == case.id).order_by(LeftOut.decided_at, LeftOut.id)
    ):
        newest[kept.record_id or kept.document_id] = kept
    found = []
    for row in _rows(case):
        told, last = sealing.unseal(row), newest[row.id]
        title = str(told.get("title") or told.get("file_name") or "")
        found.append({"row": row, "title": title, "last": last, "reason": sealing.unseal(last)["reason"]})
    return found


def account(case: Case) -> list[dict[str, Any]]:
    """For the pack: how many items of each system were left out for each reason, in plain words."""
    known = runtime().catalogue
    counted = Counter((row.left_out, row.system) for row in _rows(case))
    return [
        {
            "plain": known.dispositions[code].plain,
            "system": known.systems[system].title if system in known.systems else system,
            "count": count,
        }
        for (code, system), count in sorted(counted.items())
        if code in known.dispositions
    ]
