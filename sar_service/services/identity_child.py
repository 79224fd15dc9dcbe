"""What is recorded of a child: whether they understand this right, as somebody judged it, what they think, and whether
anything stands against what a parent asks.

A judgement is by a named person, on a day, in a way that is written down. No age decides it (`domain/identity.py`).
"""

from datetime import date, datetime

from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.identity import EvidenceKind, How
from sar_service.domain.work import Flag
from sar_service.models import Case

from . import identity, work

UNDERSTANDING = {"understands": EvidenceKind.CHILD_UNDERSTANDS, "cannot": EvidenceKind.CHILD_CANNOT_DECIDE}
VIEWS = {"agrees": EvidenceKind.CHILD_AGREES, "objects": EvidenceKind.CHILD_OBJECTS}


def judge(
    case: Case,
    *,
    understanding: str,
    view: str,
    interests: str,
    by: str,
    how: str,
    on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a judgement of a child. Raises InvalidInput naming the field.

    `understanding`: a key of UNDERSTANDING, `view`: one of VIEWS, or nothing. `interests`: why it is plainly in the
    child's interests to go on without their word. `by`: who judged it, by name and post. `how`: how they came to it.
    """
    if not (understanding or view or interests.strip()):
        raise InvalidInput(
            "Say what was judged: what the child understands, what they think, or why they were not asked.",
            field="understanding",
        )
    if not by.strip():
        raise InvalidInput("Say who judged this, by name and post.", field="by")
    if not how.strip():
        raise InvalidInput("Say how they came to it: what was asked, how, and what the child said.", field="how")
    note = f"{by.strip()}: {how.strip()}"
    kinds: list[tuple[EvidenceKind, str]] = []
    if understanding:
        kinds.append((UNDERSTANDING[understanding], note))
    if view:
        kinds.append((VIEWS[view], note))
    if interests.strip():
        kinds.append((EvidenceKind.BEST_INTERESTS, f"{by.strip()}: {interests.strip()}"))
    for kind, words in kinds:
        _see(case, kind, words, How.CONVERSATION, on=on, actor=actor, now=now)


def check_orders(
    case: Case, *, against: bool, where: str, on: date, flag: bool = False, actor: Actor, now: datetime
) -> None:
    """Record that court orders, arrangements and safe addresses were looked for, where, and whether one stands against
    the request; with `flag` the case is marked so that everybody sees it. Raises InvalidInput naming the field.
    """
    if not where.strip():
        raise InvalidInput("Say where you looked, and what you found.", field="where")
    kind = EvidenceKind.ORDER_AGAINST if against else EvidenceKind.ORDERS_CHECKED
    _see(case, kind, where.strip(), How.RECORD, on=on, actor=actor, now=now)
    carried = work.flags([case]).get(case.id, [])
    if flag and Flag.SAFE_ADDRESS not in carried:
        work.set_flags(case, [*carried, Flag.SAFE_ADDRESS], actor=actor, now=now)


def _see(case: Case, kind: EvidenceKind, words: str, how: How, *, on: date, actor: Actor, now: datetime) -> None:
    identity.see(
        case,
        kind=kind.value,
        about="subject",
        arrived_on=on,
        seen_on=on,
        seen=words,
        how=how.value,
        actor=actor,
        now=now,
    )
