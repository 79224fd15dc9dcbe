"""Due dates that moved by themselves, until somebody has seen them; `clock_renew.refresh_open` finds them.

A manager sees them on a page, whoever has the case in the next digest (`reminder.py`).
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.clock_steps import written
from sar_service.models import Case, MovedDate

from . import audit
from .case import visible

PAGE = 200  # shown, and said to be seen, at once


def _unseen(actor: Actor) -> Any:
    """Moved dates that nobody has seen yet with their cases, of those this actor may see."""
    there = visible(actor, by_id=True).join(MovedDate, MovedDate.case_id == Case.id)
    unseen = there.where(MovedDate.seen_at.is_(None), MovedDate.controller.in_(actor.controllers))
    return unseen.with_only_columns(MovedDate, Case)


def count_unseen(actor: Actor) -> int:
    """How many moved dates nobody has seen yet, of the cases this actor may see."""
    return db.session.scalar(_unseen(actor).with_only_columns(func.count())) or 0


def unseen(actor: Actor) -> list[tuple[MovedDate, Case]]:
    """A page of them with their cases: those that became earlier first, then by the new date."""
    rows = db.session.execute(
        _unseen(actor).order_by(MovedDate.after >= MovedDate.before, MovedDate.after, MovedDate.id).limit(PAGE)
    )
    return [(moved, case) for moved, case in rows]


def see(ids: Iterable[uuid.UUID], *, actor: Actor, now: datetime) -> int:
    """Note that somebody has seen these; returns how many had not been seen before."""
    rows = db.session.execute(_unseen(actor).where(MovedDate.id.in_(list(ids)))).all()
    if rows:
        audit.lock(*(case for _, case in rows))
    for moved, case in rows:
        moved.seen_at, moved.seen_by = now, actor.label
        audit.record("saw that the due date moved", actor=actor, now=now, case=case, of=moved)
    return len(rows)


def untold() -> Sequence[tuple[MovedDate, Case]]:
    """Those of which no digest has told anybody yet."""
    rows = db.session.execute(
        select(MovedDate, Case).join(Case, Case.id == MovedDate.case_id).where(MovedDate.told_at.is_(None))
    )
    return [(moved, case) for moved, case in rows]


def in_words(moved: MovedDate, case: Case) -> str:
    """One moved date as a line of an e-mail: it names the case by its reference only."""
    earlier = " It is earlier than before." if moved.after < moved.before else ""
    return (
        f"- {case.reference}: due {written(moved.after)}, no longer {written(moved.before)}, because the days off "
        f"have changed.{earlier}"
    )
