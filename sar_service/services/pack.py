"""Building the pack: asking for it, planning its parts, keeping them, checking the whole, and settling the outcome.

A part is found again by the digest of everything it is made from, so that a build that was killed goes on where it
stopped and a second build renders only what changed. The job is `workers/jobs/pack.py`; what the parts say is in
`pack_records.py` and `pack_content.py`, handing over in `pack_release.py`.
"""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sar_service.adapters.storage import ObjectMissing
from sar_service.adapters.vault import SealBroken
from sar_service.db import db, new_id
from sar_service.documents.pages import Finding, Page
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import NotFound, WrongState
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.redaction import Removal
from sar_service.extensions import runtime
from sar_service.models import Case, Document, Pack, PackPart, PackState
from sar_service.queue import after_commit

from . import audit, lease, pack_content, pack_records, sealing, units, withheld
from . import case as cases
from .clock import day_of

FORM = "1"  # raised when parts are made in another way, so that old ones are not taken for new
MOST_TOLD = 200  # findings that are kept
OPENING = ("The information you asked us for", "How to read this pack")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a building job needs, read in one short transaction. `asked_on` is the day the pack is dated."""

    pack_id: uuid.UUID
    case_id: uuid.UUID
    token: str
    chunks: tuple[pack_records.Chunk, ...]
    documents: tuple[uuid.UUID, ...]
    frame: Mapping[str, Any]
    asked_on: date
    author: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A part before it is rendered. `headings` are level and title, in order; `paper` is what a document needs."""

    template: str
    values: Mapping[str, Any]
    headings: tuple[tuple[int, str], ...]
    line: str
    digest: str
    gaps: Counter[str] = field(default_factory=Counter)
    paper: "Paper | None" = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document to rebuild: its stored pages, what was read on them, and what goes."""

    pdf_id: uuid.UUID
    pages: tuple[Page, ...]
    gone: Mapping[int, Sequence[Removal]]


def ask(case: Case, *, actor: Actor, now: datetime) -> Pack:
    """Begin to build the pack of a case that was signed off. Raises WrongState or NotAllowed with the reason."""
    before = cases.latest_pack(case)
    if case.status is Status.BUILDING and before is not None:
        return before  # a second press of the button
    cases.move(case, Action.BUILD, actor=actor, now=now)
    signing = cases.latest_sign_off(case)
    if signing is None:
        raise WrongState("Nothing has been signed off.")
    row = Pack(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        number=(before.number if before is not None else 0) + 1,
        sign_off_id=signing.id,
        state=PackState.WAITING,
        asked_by=actor.label,
        asked_at=now,
        queued_at=now,
    )
    sealing.seal(row, {"findings": [], "manifest": []})
    db.session.add(row)
    db.session.flush()
    after_commit("pack", row.id)
    return row


def begin(pack_id: uuid.UUID, *, now: datetime) -> Plan | None:
    """Claim a pack for a job; None if it is done, or somebody else builds it."""
    token = lease.claim(
        Pack, pack_id, now=now, open_states=(PackState.WAITING, PackState.CHECKING), taken=PackState.BUILDING
    )
    if token is None:
        return None
    row = db.session.get_one(Pack, pack_id)
    case = db.session.get_one(Case, row.case_id)
    told = sealing.unseal(case)
    papers = pack_records.papers(case)
    plan = Plan(
        pack_id=row.id,
        case_id=case.id,
        token=token,
        chunks=tuple(pack_records.chunks(case)),
        documents=tuple(each.id for each in papers.rows),
        frame=pack_content.frame(case, told=told),
        asked_on=day_of(row.asked_at),
        author=runtime().catalogue.controller(case.controller).name,
    )
    if row.attempts > lease.TRIES:
        fail(plan, "The machine stopped again and again while it was building this pack.", now=now)
        return None
    row.done, row.total = 0, len(plan.chunks) + len(plan.documents) + 4
    return plan


@lru_cache
def _templates(folder: Path) -> str:
    """A digest of the templates and of what typesets them: another one makes other parts."""
    found = hashlib.sha256(f"{FORM} {version('weasyprint')}".encode())
    for path in sorted(folder.glob("*")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def folder() -> Path:
    """Where the templates are. All of a pack's are below `pack/` in it."""
    return Path(runtime().settings.templates_dir).resolve()


def _draft(
    plan: Plan,
    template: str,
    values: Mapping[str, Any],
    headings: Iterable[tuple[int, str]],
    *,
    line: str,
    gaps: Counter[str] | None = None,
    paper: Paper | None = None,
    made_from: Sequence[Any] = (),
) -> Draft:
    told = [
        _templates(folder() / "pack"),
        template,
        plan.frame,
        values,
        list(made_from),
    ]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return Draft(
        template=template,
        values=values,
        headings=tuple(headings),
        line=line,
        digest=sealing.digest(plan.case_id, text),
        gaps=gaps or Counter(),
        paper=paper,
    )


def record_part(plan: Plan, chunk: pack_records.Chunk) -> Draft:
    """The records of a chunk, redacted, as a part."""
    case = db.session.get_one(Case, plan.case_id)
    shown = pack_records.show_records(case, chunk, units.people_of(case))
    return _draft(
        plan, "records", shown.values, shown.headings, line=pack_records.title_of(chunk.system), gaps=shown.gaps
    )


def document_part(plan: Plan, document_id: uuid.UUID) -> Draft:
    """A document with what is taken out of each of its pages, as a part."""
    case = db.session.get_one(Case, plan.case_id)
    row = db.session.get_one(Document, document_id)
    marks = units.marks_of(case, home=row.id).get(row.id, [])
    shown, pages, gone = pack_records.show_document(
        row, pack_records.papers(case), units.people_of(case), marks, withheld.strings(case)
    )
    paper = None
    made_from: list[Any] = []
    if row.pdf_id is not None and pages:
        paper = Paper(pdf_id=row.pdf_id, pages=tuple(pages), gone=gone)
        words = sealing.get_object(row.words_id).sha256
        told = {number: [[r.start, r.end, r.label] for r in each] for number, each in gone.items()}
        made_from = [sealing.get_object(row.pdf_id).sha256, words, told]
    return _draft(
        plan,
        "frame",
        shown.values,
        [(2, title) for _, title in shown.headings],
        line=pack_records.title_of(row.system),
        gaps=shown.gaps,
        paper=paper,
        made_from=made_from,
    )


def around(plan: Plan, gaps: Counter[str]) -> tuple[Draft, Draft, Draft]:
    """What stands before and after the records: the opening, where we looked, and the closing."""
    case = db.session.get_one(Case, plan.case_id)
    people, secret = units.people_of(case), withheld.strings(case)
    counted = pack_content.counts(case, pack_records.papers(case))
    counted.gaps = gaps
    closing = pack_content.closing(case, people, counted, secret)
    services = pack_content.services(case, counted)
    opening = pack_content.opening(case, told=sealing.unseal(case), counted=counted, on=plan.asked_on, secret=secret)
    opening["by_hand"] = len(closing["by_hand"])
    opening["files_held_back"] = sum(each["held_back"] for each in closing["by_hand"])
    opening["left_out"] = sum(each["count"] for each in closing["left_out"])
    after = ["What the marks mean"]
    after += ["Files that are not in the pack as pages"] if closing["by_hand"] else []
    after += ["What else is not in the pack"] if closing["left_out"] else []
    after += [f"How we use information: {each['service']}" for each in services]
    after += ["Your rights, and how to complain"]
    council = str(plan.frame["council"])
    return (
        _draft(plan, "opening", opening, [(1, title) for title in OPENING], line=""),
        _draft(plan, "about", pack_content.searched(case, counted), [(1, "Where we looked")], line=council),
        _draft(plan, "closing", {**closing, "services": services}, [(1, title) for title in after], line=council),
    )


def contents_part(plan: Plan, entries: Sequence[tuple[int, str, int]]) -> Draft:
    """The list of contents: level, title and page of each entry."""
    return _draft(
        plan,
        "contents",
        {"entries": [list(entry) for entry in entries]},
        [(1, "What is in this pack")],
        line=str(plan.frame["council"]),
    )


def stored(plan: Plan, digest: str, path: Path) -> int | None:
    """Fetch a part that was made before; returns its pages, or None if there is none that can be read."""
    row = db.session.scalar(select(PackPart).where(PackPart.case_id == plan.case_id, PackPart.digest == digest))
    if row is None:
        return None
    try:
        sealing.object_to(row.object_id, path)
    except (NotFound, ObjectMissing, SealBroken, OSError):
        db.session.delete(row)
        return None
    return row.pages


def keep(plan: Plan, digest: str, path: Path, pages: int, *, now: datetime) -> bool:
    """Keep a part that was made, unless somebody else builds the pack now; says whether to go on."""
    row = db.session.get(Pack, plan.pack_id)
    if not lease.held(row, plan.token):
        return False
    case = db.session.get_one(Case, plan.case_id)
    with path.open("rb") as source:
        kept = sealing.put_object(case, source, media_type="application/pdf", now=now)
    db.session.add(
        PackPart(
            id=new_id(),
            case_id=case.id,
            controller=case.controller,
            digest=digest,
            pages=pages,
            object_id=kept.id,
            created_at=now,
        )
    )
    return True


def progress(plan: Plan, done: int) -> bool:
    """Say how many parts are done; False if this job must stop."""
    row = db.session.get(Pack, plan.pack_id)
    if not lease.held(row, plan.token):
        return False
    assert row is not None
    row.done = min(done, row.total)
    return True


def check(plan: Plan) -> bool:
    """The pack is joined and is now read again; False if this job must stop."""
    row = db.session.get(Pack, plan.pack_id)
    if not lease.held(row, plan.token):
        return False
    assert row is not None
    row.state, row.done = PackState.CHECKING, row.total
    return True


def finish(
    plan: Plan, pdf: Path, pages: int, findings: Sequence[Finding], digests: Sequence[str], *, now: datetime
) -> None:
    """Keep the finished pack. It is ready only if nothing was found in it and nothing changed meanwhile."""
    row = db.session.get(Pack, plan.pack_id)
    if not lease.held(row, plan.token):
        return
    assert row is not None
    case = db.session.get_one(Case, plan.case_id)
    audit.lock(case)
    if cases.situation(case).changed_since_signoff:
        fail(plan, "Something was changed while the pack was being built. Send it for sign-off again.", now=now)
        return
    with pdf.open("rb") as source:
        kept = sealing.put_object(case, source, media_type="application/pdf", now=now)
    row.object_id, row.sha256, row.pages, row.finished_at = kept.id, kept.sha256, pages, now
    places = [
        {"where": each.where, "how": each.how, "page": each.page, "string": each.string}
        for each in findings[:MOST_TOLD]
    ]
    sealing.seal(row, {"findings": places, "manifest": list(digests)})
    lease.give_back(row)
    if findings:
        row.state = PackState.REFUSED
        row.message = (
            f"Something that was withheld can still be read in {len(findings)} "
            f"{'place' if len(findings) == 1 else 'places'}. The pack may not leave."
        )
        cases.move(case, Action.BUILD_FAILED, actor=SERVICE, now=now, pack=row.number, found=len(findings))
    else:
        row.state, row.message = PackState.READY, ""
        cases.move(case, Action.BUILT, actor=SERVICE, now=now, pack=row.number, sha256=row.sha256)
    _clear(plan, digests)


def _clear(plan: Plan, digests: Sequence[str]) -> None:
    """Take away parts that the newest pack is not made of."""
    used = set(digests)
    for part in db.session.scalars(select(PackPart).where(PackPart.case_id == plan.case_id)):
        if part.digest not in used:
            object_id = part.object_id
            db.session.delete(part)
            db.session.flush()
            sealing.delete_object(object_id)


def fail(plan: Plan, message: str, *, now: datetime) -> None:
    """The pack cannot be built; the case can be built again, or taken back."""
    row = db.session.get(Pack, plan.pack_id)
    if not lease.held(row, plan.token):
        return
    assert row is not None
    row.state, row.message, row.finished_at = PackState.FAILED, message, now
    lease.give_back(row)
    case = db.session.get_one(Case, plan.case_id)
    audit.lock(case)
    cases.move(case, Action.BUILD_FAILED, actor=SERVICE, now=now, pack=row.number)


def findings(pack: Pack) -> list[dict[str, Any]]:
    """Where something withheld was found in a pack that was refused: "where", "how", "page" and "string"."""
    found: list[dict[str, Any]] = sealing.unseal(pack)["findings"]
    return found
