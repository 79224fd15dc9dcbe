"""Reading the files of a case: each becomes pages of words, or is handed to a person with the reason.

The job that reads is `workers/jobs/document.py`; the paper room (`documents/`) does the work. No input ends without
an outcome: a file is ready, or it is "by hand" until somebody says what was done with it.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.documents.pages import Box, Converted, Page, Word
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput, NotFound, WrongState
from sar_service.domain.exemption import require_offered
from sar_service.extensions import runtime
from sar_service.models import Case, Document, DocumentState
from sar_service.queue import after_commit

from . import audit, lease, sealing
from .identity_asks import asks_as
from .search import included_refs

HANDLED = {
    "withheld": "Held, but not given: see the reason",
    "not_theirs": "Not about this person",
    "sent_apart": "Sent separately",
}


@dataclass(frozen=True)
class Plan:
    """What a reading job needs, read in one short transaction."""

    document_id: uuid.UUID
    case_id: uuid.UUID
    token: str
    original_id: uuid.UUID
    file_name: str


def begin(document_id: uuid.UUID, *, now: datetime) -> Plan | None:
    """Claim a file for a job; None if it is done, or somebody else has it."""
    token = lease.claim(
        Document, document_id, now=now, open_states=(DocumentState.WAITING,), taken=DocumentState.READING
    )
    if token is None:
        return None
    row = db.session.get_one(Document, document_id)
    if row.original_id is None or row.attempts > lease.TRIES:
        by_hand(row, "The machine stopped again and again while reading this file.", now=now)
        return None
    return Plan(row.id, row.case_id, token, row.original_id, sealing.unseal(row)["file_name"])


def by_hand(row: Document, reason: str, *, now: datetime) -> None:
    """Hand a file to a person, with the reason the machine cannot read it."""
    row.state = DocumentState.BY_HAND
    lease.give_back(row)
    sealing.seal(row, {**sealing.unseal(row), "reason": reason})
    case = db.session.get_one(Case, row.case_id)
    audit.record("set a file aside to handle by hand", actor=SERVICE, now=now, case=case, of=row)


def refuse(plan: Plan, reason: str, *, now: datetime) -> None:
    """The file cannot be read by the machine."""
    row = db.session.get(Document, plan.document_id)
    if lease.held(row, plan.token):
        assert row is not None
        by_hand(row, reason, now=now)


def save(plan: Plan, converted: Converted, pages: Sequence[Page], *, now: datetime) -> None:
    """Keep what was read: the pages, the words, what was hidden, and the files inside the file."""
    row = db.session.get(Document, plan.document_id)
    if not lease.held(row, plan.token):
        return
    assert row is not None
    case = db.session.get_one(Case, row.case_id)
    told = sealing.unseal(row)
    if pages:
        with converted.pdf.open("rb") as source:
            row.pdf_id = sealing.put_object(case, source, media_type="application/pdf", now=now).id
        words = json.dumps(told_pages(pages), ensure_ascii=False, separators=(",", ":")).encode()
        row.words_id = sealing.put_object(case, words, media_type="application/json", now=now).id
    row.kind, row.pages, row.state = converted.kind, len(pages), DocumentState.READY
    told["hidden"] = [
        {"where": h.where, "what": h.what, "decision": h.decision, "text": h.text} for h in converted.hidden
    ]
    sealing.seal(row, told)
    for number, member in enumerate(converted.members, start=1):
        _member(case, row, told, number, member.name, member.path, now)
    lease.give_back(row)
    db.session.flush()


def _member(
    case: Case, parent: Document, told: dict[str, Any], number: int, name: str, path: Path, now: datetime
) -> None:
    ref = f"{told['ref']}!{number}"
    digest = sealing.digest(case.id, f"{parent.system}:{ref}")
    if db.session.scalar(select(Document.id).where(Document.case_id == case.id, Document.ref_digest == digest)):
        return
    with path.open("rb") as source:
        sha = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        stored = sealing.put_object(case, source, media_type="application/octet-stream", now=now)
    child = Document(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        system=parent.system,
        ref_digest=digest,
        about_digest=parent.about_digest,
        section=parent.section,
        on=parent.on,
        state=DocumentState.WAITING,
        parent_id=parent.id,
        original_id=stored.id,
        content_digest=sha,
        search_id=parent.search_id,
        queued_at=now,
        found_at=now,
    )
    sealing.seal(
        child,
        {
            "ref": ref,
            "about": told["about"],
            "title": name,
            "file_name": name,
            "why": f"Inside {told['file_name']}",
            "hidden": [],
            "reason": "",
            "people": [],
        },
    )
    db.session.add(child)
    db.session.flush()
    after_commit("document", child.id)


def told_pages(pages: Sequence[Page]) -> list[dict[str, Any]]:
    """Pages as JSON, compact: each word as [text, start, confidence, ocr, [[l, t, r, b], ...]]."""
    return [
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "text": page.text,
            "notes": list(page.notes),
            "words": [
                [
                    word.text,
                    word.start,
                    round(word.confidence, 3),
                    word.ocr,
                    [[round(b.left, 2), round(b.top, 2), round(b.right, 2), round(b.bottom, 2)] for b in word.boxes],
                ]
                for word in page.words
            ],
        }
        for page in pages
    ]


def pages_of(row: Document) -> list[Page]:
    """The pages of a file that was read; none for a file that holds only other files, or is by hand."""
    if row.words_id is None:
        return []
    return [
        Page(
            number=told["number"],
            width=told["width"],
            height=told["height"],
            text=told["text"],
            notes=tuple(told["notes"]),
            words=tuple(
                Word(
                    text=text,
                    start=start,
                    confidence=confidence,
                    ocr=ocr,
                    boxes=tuple(Box(*box) for box in boxes),
                )
                for text, start, confidence, ocr, boxes in told["words"]
            ),
        )
        for told in json.loads(sealing.object_bytes(row.words_id))
    ]


def included(case: Case) -> list[Document]:
    """The files that belong to the case, parents before what they contain, by system and date."""
    rows = db.session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.system, Document.on, Document.ref_digest)
    ).all()
    refs = {system: included_refs(case.id, system) for system in {row.system for row in rows}}
    mine = [
        row for row in rows if row.about_digest in refs[row.system] and row.handled != "not_theirs" and not row.left_out
    ]
    children: dict[uuid.UUID | None, list[Document]] = {}
    ids = {row.id for row in mine}
    for row in mine:
        children.setdefault(row.parent_id if row.parent_id in ids else None, []).append(row)
    ordered: list[Document] = []

    def walk(parent: uuid.UUID | None) -> None:
        for row in children.get(parent, []):
            ordered.append(row)
            walk(row.id)

    walk(None)
    return ordered


def get(case: Case, document_id: uuid.UUID) -> Document:
    """A file of this case. Raises NotFound."""
    row = db.session.get(Document, document_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such document in this case.")
    return row


def handle(case: Case, row: Document, *, how: str, note: str, code: str = "", actor: Actor, now: datetime) -> None:
    """Say what was done with a file that the machine could not read; the pack lists it with this."""
    if row.state is not DocumentState.BY_HAND:
        raise WrongState("Only a file that is set aside can be handled by hand.")
    if how not in HANDLED:
        raise InvalidInput("Choose what was done with the file.", field="how")
    if not note.strip():
        raise InvalidInput("Say in a sentence what was done. The requester will read it.", field="note")
    if code:
        known = runtime().catalogue.exemptions.values()
        require_offered(code, known, right=case.right, nation=case.nation, capacity=asks_as(case))
    row.handled = how
    row.handled_detail = {"code": code, "by": actor.label, "at": now.isoformat()}
    sealing.seal(row, {**sealing.unseal(row), "note": note.strip()[:2000]})
    audit.record("handled a file by hand", actor=actor, now=now, case=case, of=row, how=how)
