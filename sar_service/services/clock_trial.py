"""What the clock would say if more had happened, or other than is on file: worked out as if, and taken back.

Nothing is kept and nobody is told. What could not be recorded is refused here in the same words, so that what was shown
is what will be; only days to come may be supposed, as if they were here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.clock import Reckoning
from sar_service.domain.errors import InvalidInput
from sar_service.models import Case

from . import clock

AS_IF = "Supposed."


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """One thing that is supposed, and the name of the form's field that says so.

    Of `kind` (a new entry), or of `entry` (the id of one on file, on another day; `on` None: it never happened).
    """

    field: str
    on: date | None
    kind: str = ""
    entry: str = ""


def what_if(case: Case, supposed: Sequence[Supposed], *, actor: Actor, now: datetime) -> Reckoning:
    """The clock with all of it. Raises InvalidInput naming the field of what cannot be."""
    latest = max((each.on for each in supposed if each.on is not None), default=clock.day_of(now))
    then = max(now, datetime.combine(latest, time(12), tzinfo=UTC))
    trial = db.session.begin_nested()
    try:
        for each in _in_order(supposed):
            then += timedelta(microseconds=1)  # one after the other, as they would be recorded
            try:
                if each.entry:
                    clock.correct(case, each.entry, on=each.on, reason=AS_IF, actor=actor, now=then)
                elif each.on is not None:
                    clock.add_fact(case, each.kind, each.on, actor=actor, now=then, reasons=AS_IF)
            except InvalidInput as error:
                raise InvalidInput(str(error), field=each.field) from None
        return clock.reckon(case)
    finally:
        trial.rollback()


def _in_order(supposed: Sequence[Supposed]) -> list[Supposed]:
    """What is on file is put right first; new entries follow by their day, those of one day as they were written. Of
    what is taken back the later comes first: an answer before its question."""
    right = [each for each in supposed if each.entry and each.on is not None]
    back = [each for each in supposed if each.entry and each.on is None]
    new = [each for each in supposed if each.kind and each.on is not None]
    return [*reversed(back), *right, *sorted(new, key=lambda each: each.on or date.max)]
