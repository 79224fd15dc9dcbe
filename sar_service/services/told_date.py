"""The due date that the person was last told by letter, and whether it is still the date.

Every letter that gives a date promises to say when it changes; a correction, an answer to a question or a new holiday
may change it later, without a letter.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from sar_service.db import db
from sar_service.domain.clock_steps import written
from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case, Letter

from . import sealing

NOT_GONE = ("draft", "failed", "held")


@dataclass(frozen=True)
class Told:
    """The last letter that named a due date: which day, and when it was written."""

    due: date
    at: datetime


def named(case: Case, text: str) -> str:
    """The due date of a case as it is kept with a letter that gives it, or "" if the text does not."""
    return case.due_on.isoformat() if case.due_on is not None and written(case.due_on) in text else ""


def last(case: Case, *, due: date | None = None) -> Told | None:
    """What the person was last told of the due date, if anything. Of two letters of one moment the right one counts:
    that which names `due`, or else the present date.
    """
    holds = due or case.due_on
    rows = db.session.scalars(
        select(Letter)
        .where(Letter.case_id == case.id, Letter.state.not_in(NOT_GONE))
        .order_by(Letter.written_at.desc(), Letter.id)
    )
    found: Told | None = None
    for row in rows:
        if found is not None and row.written_at < found.at:
            break
        day = sealing.unseal(row).get("named")
        if day and (found is None or date.fromisoformat(day) == holds):
            found = Told(date.fromisoformat(day), row.written_at)
    return found


def renew(case: Case, *, due: date | None = None) -> None:
    """Note on the case what the person was last told, for lists: after a letter went or did not, or the date (to `due`)
    changed. It makes no open form of the case old.
    """
    found = last(case, due=due)
    day = found.due if found is not None else None
    if case.told_on == day:
        return
    change = update(Case).where(Case.id == case.id).values(told_on=day)
    db.session.execute(change, execution_options={"synchronize_session": False})
    set_committed_value(case, "told_on", day)


def wrong(case: Case) -> Told | None:
    """What the person was told, if the case is open and due on another day now: they have to be told."""
    if case.status not in OPEN or case.due_on is None:
        return None
    found = last(case)
    return found if found is not None and found.due != case.due_on else None
