"""The dates of all open cases, worked out afresh when what they follow from has changed: days off, school terms, the
way of counting.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain.actor import SERVICE
from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case, MovedDate

from . import audit, clock

DAYS_CHANGED = "the public holidays, the school terms or the way of counting changed"


def outdated(ids: Collection[uuid.UUID] | None = None) -> list[Case]:
    """The open cases (of these, if given) whose dates no longer follow from their facts: days off may have changed.

    Only reads: to be asked in a transaction that does, for with many open cases it takes some seconds.
    """
    query = select(Case).where(Case.status.in_(OPEN))
    changed = []
    for case in db.session.scalars(query if ids is None else query.where(Case.id.in_(ids))):
        found = clock.reckon(case)
        after = (found.due, found.notice_by, found.state.value, found.missed, found.asked_on)
        if after != (case.due_on, case.notice_by, case.clock_state, case.missed_on, case.asked_on):
            changed.append(case)
    return changed


def refresh_open(*, now: datetime, ids: Collection[uuid.UUID] | None = None) -> list[Case]:
    """Renew the dates of all `outdated` cases (of these, if given); returns those whose due date moved; lists them."""
    changed = outdated(ids)
    if changed:
        audit.lock(*changed)
    moved = []
    for case in changed:
        before = case.due_on
        found = clock.refresh(case, actor=SERVICE, now=now, because=DAYS_CHANGED)
        if found.due == before:
            continue
        moved.append(case)
        if before is not None and found.due is not None:
            off = [[str(step.on), str(step.values["name"])] for step in found.steps if step.key == "holiday"]
            db.session.add(
                MovedDate(
                    id=new_id(),
                    case_id=case.id,
                    controller=case.controller,
                    before=before,
                    after=found.due,
                    days=off,
                    made_at=now,
                )
            )
    return moved
