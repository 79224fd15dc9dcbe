"""A part of the answer now and the rest later: what is there, what is to come and by when, what was left out and why.

The letter hands nothing over by itself and changes no due date. It needs settled identity and a second person, as every
answer does; what it promises becomes a task for its day.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.models import Case, Letter

from . import clock, letter_draft, work


def begin(
    case: Case,
    *,
    given: str,
    to_come: str,
    come_by: date,
    withheld: str,
    welsh: Mapping[str, str] | None = None,
    actor: Actor,
    now: datetime,
) -> Letter:
    """Begin the letter; `welsh` is the same in Welsh, as `letter_draft.begin` takes it.

    Raises InvalidInput naming the field, and WrongState while identity is not settled.
    """
    today, due = clock.day_of(now), clock.reckon(case).due
    if not given.strip():
        raise InvalidInput("Say what they have now.", field="given")
    if not to_come.strip():
        raise InvalidInput("Say what is still to come. If it is nothing, this is the whole answer.", field="to_come")
    if come_by <= today:
        raise InvalidInput("Give a day still to come by which they have the rest.", field="come_by")
    if come_by > today + work.FARTHEST:
        raise InvalidInput("This is more than three years away. Check the year.", field="come_by")
    extra = {
        "to_come": to_come.strip(),
        "come_late": due is not None and come_by > due,
        "withheld": withheld.strip(),
    }
    return letter_draft.begin(
        case,
        letter_draft.PART,
        given.strip(),
        welsh=welsh,
        extra=extra,
        promised=come_by,
        actor=actor,
        now=now,
    )
