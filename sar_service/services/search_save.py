"""Saving what a search found, as it comes: once, however often the search runs, and sealed before it rests.

`bring` copies a found file from its system, which may take long and is done before any transaction; `save` keeps what
was brought.
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy import delete, select

from sar_service.connectors.base import Connector, ConnectorError
from sar_service.connectors.wording import as_text
from sar_service.db import db
from sar_service.domain.people import Identity, Mentioned
from sar_service.domain.search import Candidate, Field, Found, FoundDocument, FoundProblem, FoundRecord, Verdict
from sar_service.models import (
    CandidateRow,
    Case,
    Document,
    DocumentState,
    MarkRow,
    Record,
    SystemSearch,
)
from sar_service.queue import after_commit

from . import lease, sealing
from .search import Plan

LARGEST = 1024**3  # bytes of a file that is brought; far above what is read, and far below what a disk holds


@dataclass(frozen=True)
class Brought:
    """A found file with a copy of its bytes, in a temporary file that has no name and is closed once it is kept."""

    found: FoundDocument
    copy: BinaryIO
    sha256: str


def bring(found: Found, connector: Connector) -> Found | Brought:
    """What was found, and for a file its bytes as well. A file that cannot be had is a problem of that file alone."""
    if not isinstance(found, FoundDocument):
        return found
    copy: Any = tempfile.TemporaryFile()  # noqa: SIM115 - `save` closes it
    try:
        with connector.fetch(found.ref) as source:
            while chunk := source.read(1024 * 1024):
                if copy.tell() + len(chunk) > LARGEST:
                    raise ConnectorError(
                        f"It is larger than {LARGEST // 1024**2} MB and was not copied: look at it in its own system."
                    )
                copy.write(chunk)
    except ConnectorError as error:
        copy.close()
        return FoundProblem(
            ref=found.ref, about=found.about, section=found.section, title=found.file_name, reason=str(error)
        )
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return Brought(found, copy, hashlib.file_digest(copy, "sha256").hexdigest())


class Alone:
    """The people of a search who are the subject and to whom nothing else belongs.

    A system that knows somebody does hold data about them, if only the entry by which it recognised them: it becomes a
    record, so that "nothing held" is never said of a system that holds a name and an address.
    """

    def __init__(self) -> None:
        self._found: dict[str, Candidate] = {}
        self._with_more: set[str] = set()

    def see(self, found: Found) -> None:
        if not isinstance(found, Candidate):
            self._with_more.add(found.about)
        elif found.match.verdict is Verdict.MATCH:
            self._found[found.ref] = found

    def entries(self) -> list[FoundRecord]:
        return [
            FoundRecord(
                ref=f"entry:{ref}",
                about=ref,
                section="Entry",
                title="What the system says of you",
                on=None,
                fields=fields,
            )
            for ref, each in self._found.items()
            if ref not in self._with_more and (fields := _entry(each.identity))
        ]


def _entry(identity: Identity) -> tuple[Field, ...]:
    born = identity.date_of_birth
    told = {
        "Name": identity.full_name,
        "Other names": ", ".join(identity.other_names),
        "Date of birth": as_text(born),
        "Address": ", ".join((*identity.address, *filter(None, [identity.postcode]))),
        "Telephone": ", ".join(identity.phones),
        "E-mail": ", ".join(identity.emails),
        **{scheme.replace("_", " ").capitalize(): value for scheme, value in identity.identifiers.items()},
        **identity.other,
    }
    return tuple(Field(label=label, value=value) for label, value in told.items() if value)


def save(plan: Plan, found: Sequence[Found | Brought], *, now: datetime) -> bool:
    """Save a batch; False if the search is no longer this job's and it must stop."""
    row = db.session.get(SystemSearch, plan.search_id)
    if not lease.held(row, plan.token) or not lease.keep(SystemSearch, plan.search_id, plan.token, now=now):
        return False
    case = db.session.get_one(Case, plan.case_id)
    for each in found:
        match each:
            case Candidate():
                _candidate(plan, case, each, now)
            case FoundRecord():
                _record(plan, case, each, now)
            case Brought():
                with each.copy:
                    _document(plan, case, each, now)
            case FoundProblem():
                _problem(plan, case, each, now)
    db.session.flush()
    return True


def _find(model: Any, plan: Plan, case: Case, ref: str) -> tuple[Any, str]:
    digest = sealing.digest(case.id, f"{plan.system.key}:{ref}")
    row = db.session.scalar(
        select(model).where(model.case_id == case.id, model.system == plan.system.key, model.ref_digest == digest)
    )
    return row, digest


def _about(plan: Plan, case: Case, ref: str) -> str:
    return sealing.digest(case.id, f"{plan.system.key}:{ref}")


def told_identity(identity: Identity) -> dict[str, Any]:
    """An identity as JSON."""
    born = identity.date_of_birth
    return {
        "given_name": identity.given_name,
        "family_name": identity.family_name,
        "other_names": list(identity.other_names),
        "date_of_birth": born.isoformat() if isinstance(born, date) else born,
        "address": list(identity.address),
        "postcode": identity.postcode,
        "phones": list(identity.phones),
        "emails": list(identity.emails),
        "identifiers": dict(identity.identifiers),
        "other": dict(identity.other),
    }


def told_mention(person: Mentioned) -> dict[str, Any]:
    """A mention as JSON."""
    born = person.date_of_birth
    return {
        "names": list(person.names),
        "role": person.role,
        "standing": person.standing.value,
        "date_of_birth": born.isoformat() if isinstance(born, date) else (born or ""),
        "addresses": [list(lines) for lines in person.addresses],
        "phones": list(person.phones),
        "emails": list(person.emails),
        "identifiers": dict(person.identifiers),
        "protected": person.protected,
        "ref": person.ref,
    }


def _candidate(plan: Plan, case: Case, found: Candidate, now: datetime) -> None:
    row, digest = _find(CandidateRow, plan, case, found.ref)
    if row is None:
        row = CandidateRow(
            case_id=case.id,
            controller=case.controller,
            system=plan.system.key,
            ref_digest=digest,
            found_at=now,
        )
        db.session.add(row)
    row.verdict, row.score = found.match.verdict, found.match.score
    reasons = [
        {"field": r.field, "outcome": r.outcome, "weight": r.weight, "note": r.note} for r in found.match.reasons
    ]
    sealing.seal(row, {"ref": found.ref, "identity": told_identity(found.identity), "reasons": reasons})
    db.session.flush()


def _content_digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _record(plan: Plan, case: Case, found: FoundRecord, now: datetime) -> None:
    row, digest = _find(Record, plan, case, found.ref)
    content = {
        "ref": found.ref,
        "about": found.about,
        "title": found.title,
        "fields": [{"label": f.label, "value": f.value, "form": f.form.value} for f in found.fields],
        "people": [told_mention(person) for person in found.people],
    }
    changed = sealing.digest(
        case.id, _content_digest([content, found.section, str(found.on)])
    )  # keyed, so that it tells nothing
    if row is None:
        row = Record(
            case_id=case.id,
            controller=case.controller,
            system=plan.system.key,
            ref_digest=digest,
            about_digest=_about(plan, case, found.about),
            found_at=now,
        )
        db.session.add(row)
    elif row.content_digest == changed:
        row.search_id = plan.search_id
        return
    else:  # the source changed since: what was marked on the old text no longer fits
        db.session.execute(delete(MarkRow).where(MarkRow.record_id == row.id))
        row.left_out = ""  # and what was left out is another thing now
    row.section, row.on, row.content_digest, row.search_id = found.section, found.on, changed, plan.search_id
    sealing.seal(row, content)


def _new_document(plan: Plan, case: Case, found: FoundDocument | FoundProblem, now: datetime) -> tuple[Document, bool]:
    row, digest = _find(Document, plan, case, found.ref)
    if row is not None:
        row.search_id = plan.search_id
        return row, False
    row = Document(
        case_id=case.id,
        controller=case.controller,
        system=plan.system.key,
        ref_digest=digest,
        about_digest=_about(plan, case, found.about),
        section=found.section,
        on=getattr(found, "on", None),
        state=DocumentState.WAITING,
        search_id=plan.search_id,
        found_at=now,
    )
    sealing.seal(row, {})  # the caller says what it is; a row never rests unsealed
    db.session.add(row)
    return row, True


def _document(plan: Plan, case: Case, brought: Brought, now: datetime) -> None:
    found = brought.found
    row, new = _new_document(plan, case, found, now)
    if not new and row.content_digest == brought.sha256:
        return
    if not new:  # the file changed in its source: read it afresh, and forget what was marked on the old one
        db.session.execute(delete(MarkRow).where(MarkRow.document_id == row.id))
        db.session.execute(delete(Document).where(Document.parent_id == row.id))
        row.handled = row.left_out = ""
    brought.copy.seek(0)
    stored = sealing.put_object(case, brought.copy, media_type="application/octet-stream", now=now)
    row.original_id, row.content_digest, row.state, row.queued_at = (
        stored.id,
        brought.sha256,
        DocumentState.WAITING,
        now,
    )
    row.pdf_id = row.words_id = None
    sealing.seal(
        row,
        {
            "ref": found.ref,
            "about": found.about,
            "title": found.title,
            "file_name": found.file_name,
            "why": found.why,
            "hidden": [],
            "reason": "",
            "people": [told_mention(person) for person in found.people],
        },
    )
    db.session.flush()
    after_commit("document", row.id)


def _problem(plan: Plan, case: Case, found: FoundProblem, now: datetime) -> None:
    row, new = _new_document(plan, case, found, now)
    if not new:
        return
    row.state = DocumentState.BY_HAND
    sealing.seal(
        row,
        {
            "ref": found.ref,
            "about": found.about,
            "title": found.title,
            "file_name": found.title,
            "why": "",
            "hidden": [],
            "reason": found.reason,
            "people": [],
        },
    )
