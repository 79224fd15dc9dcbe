"""Cases that are decided on, signed off and built, for tests of the pack."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pikepdf

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.models import Case, Document, DocumentState, Pack
from sar_service.queue import after_commit
from sar_service.services import pack, pack_release, redaction_mark, redaction_signoff, sealing, search, units
from tests import factories

THEIRS = ("third_party", "protected", "source")


def decide_all(case: Case, *, actor: Actor, now: datetime, code: str = "TP16") -> None:
    """Withhold everybody else, and whatever no one has decided on."""
    for person in units.people_of(case).values():
        if person.standing.value in THEIRS:
            redaction_mark.decide_person(
                case, person, treatment="withhold", code=code, version=person.version, actor=actor, now=now
            )
    for group in redaction_mark.groups(case):
        marks = redaction_mark.same_words(case, group.digest)
        redaction_mark.decide_marks(case, marks, treatment="withhold", code=code, actor=actor, now=now)
    db.session.commit()


def sign(case: Case, *, officer: Actor, second: Actor, now: datetime) -> Case:
    """Send the decisions off and have somebody else sign them."""
    sending = redaction_signoff.submit(case, actor=officer, now=now)
    if sending is None:  # a second look found places: decide on them as well
        db.session.commit()
        decide_all(case, actor=officer, now=now)
        sending = redaction_signoff.submit(case, actor=officer, now=now)
    assert sending is not None
    redaction_signoff.sign_off(case, digest=sending.digest, actor=second, now=now)
    db.session.commit()
    return case


def signed_off(sent: Any, *, officer: Actor, second: Actor, now: datetime, **request: Any) -> Case:
    """A case from its request to its sign-off, everything withheld that is not the subject's or a professional's."""
    case = factories.searched(factories.a_case(now=now, **request), sent, actor=officer, now=now)
    decide_all(case, actor=officer, now=now)
    return sign(case, officer=officer, second=second, now=now)


def built(case: Case, sent: Any, *, actor: Actor, now: datetime) -> Pack:
    """The pack of a case, built here and now."""
    row = pack.ask(case, actor=actor, now=now)
    db.session.commit()
    identity = row.id
    sent.work()
    return db.session.get_one(Pack, identity)


def release(case: Case, row: Pack, *, recipient_checked: bool = True, actor: Actor, now: datetime) -> None:
    """Let a pack go to who stands on the request now."""
    to = pack_release.goes_to(case)
    pack_release.release(case, row, recipient_checked=recipient_checked, compared=to, actor=actor, now=now)


def saved(row: Pack, folder: Path) -> Path:
    """The finished file."""
    return sealing.object_to(row.object_id, folder / "pack.pdf")


def with_file(case: Case, sent: Any, *, name: str, content: bytes, actor: Actor, now: datetime) -> Document:
    """The case with one more file of the subject's, read by the worker."""
    found = search.latest_searches(case)[0]
    about = next(row for row in search.candidates(case) if search.belongs(row))
    row = Document(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        system=found.system,
        ref_digest=sealing.digest(case.id, name),
        about_digest=about.ref_digest,
        section="Letters",
        on=date(2024, 3, 4),
        state=DocumentState.WAITING,
        original_id=sealing.put_object(case, content, media_type="application/octet-stream", now=now).id,
        content_digest=hashlib.sha256(content).hexdigest(),
        search_id=found.id,
        queued_at=now,
        found_at=now,
    )
    told = {"ref": name, "about": "1", "title": name, "file_name": name, "why": "", "hidden": [], "reason": ""}
    sealing.seal(row, {**told, "people": []})
    db.session.add(row)
    after_commit("document", row.id)
    identity = row.id
    db.session.commit()
    sent.work()
    return db.session.get_one(Document, identity)


def titles(pdf: Path) -> list[str]:
    """The bookmarks, in reading order."""
    with pikepdf.open(pdf) as opened, opened.open_outline() as outline:
        found: list[str] = []

        def walk(items: Any) -> None:
            for item in items:
                found.append(str(item.title))
                walk(item.children)

        walk(outline.root)
        return found


Made = Callable[..., Actor]


def again(case: Case) -> Case:
    """The case as it is in the database now."""
    return db.session.get_one(Case, case.id)
