"""Letters that wait: to be sent by somebody, or to be printed and put into the post."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import lazyload

from sar_service.db import db
from sar_service.documents.letter_text import sheets
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.models import Case, Letter

from . import audit, complaint, letter, sealing
from . import case as cases

MOST = 200  # letters that are listed, and printed, at a time


def waiting(*, actor: Actor) -> list[tuple[Letter, Case]]:
    """Letters to be posted of the cases that this actor may see, those that have waited longest first."""
    return _in_state("to_post", actor)


def drafts(*, actor: Actor) -> list[tuple[Letter, Case]]:
    """Letters that were begun and wait to be sent, in the cases that this actor may see, the oldest first."""
    return _in_state("draft", actor)


def _in_state(state: str, actor: Actor) -> list[tuple[Letter, Case]]:
    rows = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(Letter, Letter.case_id == Case.id)
        .where(Letter.state == state)
        .with_only_columns(Letter, Case)
        .options(lazyload(Case.facts))
        .order_by(Letter.written_at, Letter.id)
        .limit(MOST)
    )
    found = [(row, case) for row, case in rows]
    sealing.fetch_keys(case.id for _, case in found)
    return found


def chosen(ids: Sequence[uuid.UUID], *, actor: Actor) -> list[tuple[Letter, Case]]:
    """Those of the waiting letters that were chosen. Raises InvalidInput for none, WrongState if one has gone."""
    if not ids:
        raise InvalidInput("Choose at least one letter.", field="letter")
    there = {row.id: (row, case) for row, case in waiting(actor=actor)}
    if not set(ids) <= there.keys():
        raise WrongState("Somebody else has posted one of these letters. Look at the list again.")
    return [there[key] for key in there if key in set(ids)]


def printed(letters: Sequence[tuple[Letter, Case]], *, actor: Actor, now: datetime) -> bytes:
    """All of them as one PDF, each beginning on a sheet of its own when it is printed on both sides."""
    for row, case in letters:
        audit.viewed("a letter", actor=actor, now=now, case=case, of=row)
    return sheets([letter.pdf(case, row) for row, case in letters])


def posted(letters: Sequence[tuple[Letter, Case]], *, actor: Actor, now: datetime) -> None:
    """Note that they were put into the post today."""
    audit.lock(*(case for _, case in letters))
    for row, case in letters:
        row.state, row.sent_at = "posted", now
        audit.record("posted a letter", actor=actor, now=now, case=case, of=row, kind=row.kind)
        complaint.heard(case, row, actor=actor, now=now)
