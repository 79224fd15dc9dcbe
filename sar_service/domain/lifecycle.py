"""The life of a case as one table: what may be done in each status, who may do it, and what must be true
first.

Pages draw their buttons from `allowed`, services call `decide` before they act, and a test walks the whole
table. What is true of a case is handed in as a `Situation` (`lifecycle_guard.py`); nothing here reads a case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from .errors import NotAllowed, WrongState
from .lifecycle_guard import GUARDS as GUARDS
from .lifecycle_guard import Guard as Guard
from .lifecycle_guard import Situation as Situation
from .permission import Permission


class Status(StrEnum):
    DRAFT = "draft"  # an e-mail came in and nobody has said yet what it is; the clock runs all the same
    RECEIVED = "received"
    IDENTITY = "identity"  # evidence of identity or authority was asked for and is awaited
    SEARCHING = "searching"
    REVIEWING = "reviewing"  # people and passages are being decided
    AWAITING_SIGNOFF = "awaiting_signoff"
    SIGNED_OFF = "signed_off"
    BUILDING = "building"
    READY = "ready"  # the pack was built and passed the check
    RELEASED = "released"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"  # it was no request for us: the requester was told who answers
    SET_ASIDE = "set_aside"  # an e-mail that is no request of its own


OPEN = frozenset(Status) - {
    Status.RELEASED,
    Status.CLOSED,
    Status.REFUSED,
    Status.WITHDRAWN,
    Status.REDIRECTED,
    Status.SET_ASIDE,
}
# While what is known of the person, and what is asked for, can still be added to.
BEFORE_SIGNOFF = (Status.RECEIVED, Status.IDENTITY, Status.SEARCHING, Status.REVIEWING)
UNKNOWN = frozenset({Status.DRAFT, Status.SET_ASIDE})  # nobody has said that it is a request: it has no letters


class Action(StrEnum):
    LOG = "log"
    SET_ASIDE = "set_aside"
    ASK_IDENTITY = "ask_identity"
    SETTLE_IDENTITY = "settle_identity"
    START_SEARCH = "start_search"
    FINISH_SEARCH = "finish_search"
    BEGIN_REVIEW = "begin_review"
    SUBMIT = "submit"
    RETURN_TO_REVIEW = "return_to_review"
    SIGN_OFF = "sign_off"
    BUILD = "build"
    BUILT = "built"
    BUILD_FAILED = "build_failed"
    RELEASE = "release"
    ANSWER = "answer"  # by a letter: every right but access, and whatever is not held
    CLOSE = "close"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REDIRECT = "redirect"  # by a letter that says who answers
    REOPEN = "reopen"
    STEP_BACK = "step_back"
    MERGE = "merge"  # the same request again: another case answers it too
    UNMERGE = "unmerge"


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where an action leads. `needs` is None for what only the service itself does, when a job ends."""

    to: Status
    needs: Permission | None
    guards: tuple[Guard, ...] = ()


_BEFORE_SIGNOFF = (
    Guard.PACK_SUITS,
    Guard.SEARCHES_STARTED,
    Guard.SEARCHES_FINISHED,
    Guard.EVERY_SYSTEM_ANSWERED,
    Guard.SEARCHED_WITH_ALL,
    Guard.NOBODY_UNCLEAR,
    Guard.PROBLEMS_SETTLED,
    Guard.EVERYTHING_DECIDED,
)


def _table() -> dict[tuple[Status, Action], Move]:
    s, a, p, g = Status, Action, Permission, Guard
    search = Move(to=s.SEARCHING, needs=p.SEARCH, guards=(g.IDENTITY_SETTLED,))
    back = Move(to=s.REVIEWING, needs=p.DECIDE)
    build = Move(to=s.BUILDING, needs=p.BUILD_PACK, guards=(g.IDENTITY_SETTLED, g.TWO_PEOPLE, g.NOTHING_CHANGED))
    table = {
        # Nothing else can be done with a draft: until somebody has read it nobody knows who asks, and for what.
        (s.DRAFT, a.LOG): Move(to=s.RECEIVED, needs=p.LOG_REQUEST),
        (s.DRAFT, a.SET_ASIDE): Move(to=s.SET_ASIDE, needs=p.LOG_REQUEST),
        (s.SET_ASIDE, a.REOPEN): Move(to=s.DRAFT, needs=p.LOG_REQUEST),
        (s.RECEIVED, a.ASK_IDENTITY): Move(to=s.IDENTITY, needs=p.SETTLE_IDENTITY),
        (s.IDENTITY, a.ASK_IDENTITY): Move(to=s.IDENTITY, needs=p.SETTLE_IDENTITY),
        (s.IDENTITY, a.STEP_BACK): Move(to=s.RECEIVED, needs=p.SETTLE_IDENTITY),
        (s.RECEIVED, a.START_SEARCH): search,
        (s.SEARCHING, a.START_SEARCH): search,  # gathering may be repeated at any time before submission
        (s.REVIEWING, a.START_SEARCH): search,
        (s.SEARCHING, a.FINISH_SEARCH): Move(to=s.REVIEWING, needs=None, guards=(g.SEARCHES_FINISHED,)),
        (s.SEARCHING, a.BEGIN_REVIEW): Move(to=s.REVIEWING, needs=p.DECIDE, guards=(g.SEARCHES_FINISHED,)),
        (s.REVIEWING, a.SUBMIT): Move(to=s.AWAITING_SIGNOFF, needs=p.DECIDE, guards=_BEFORE_SIGNOFF),
        (s.AWAITING_SIGNOFF, a.SIGN_OFF): Move(
            to=s.SIGNED_OFF, needs=p.SIGN_OFF, guards=(*_BEFORE_SIGNOFF, g.DIFFERENT_PERSON)
        ),
        (s.AWAITING_SIGNOFF, a.RETURN_TO_REVIEW): Move(to=s.REVIEWING, needs=p.SIGN_OFF),
        (s.AWAITING_SIGNOFF, a.STEP_BACK): back,
        (s.SIGNED_OFF, a.STEP_BACK): back,
        (s.READY, a.STEP_BACK): back,
        (s.SIGNED_OFF, a.BUILD): build,
        (s.READY, a.BUILD): build,
        (s.BUILDING, a.BUILT): Move(to=s.READY, needs=None, guards=(g.PACK_CLEAN,)),
        (s.BUILDING, a.BUILD_FAILED): Move(to=s.SIGNED_OFF, needs=None),
        (s.READY, a.RELEASE): Move(
            to=s.RELEASED,
            needs=p.RELEASE,
            guards=(g.IDENTITY_SETTLED, g.TWO_PEOPLE, g.NOTHING_CHANGED, g.PACK_CURRENT, g.PACK_CLEAN),
        ),
        (s.RELEASED, a.CLOSE): Move(to=s.CLOSED, needs=p.CLOSE),
        (s.RELEASED, a.REOPEN): Move(to=s.REVIEWING, needs=p.REOPEN),
        (s.CLOSED, a.REOPEN): Move(to=s.REVIEWING, needs=p.REOPEN, guards=(g.NOT_MERGED,)),
        (s.CLOSED, a.UNMERGE): Move(to=s.RECEIVED, needs=p.CLOSE),  # `services/merge.py` asks what was merged
        (s.REFUSED, a.REOPEN): Move(to=s.RECEIVED, needs=p.REOPEN),
        (s.WITHDRAWN, a.REOPEN): Move(to=s.RECEIVED, needs=p.REOPEN),
        (s.REDIRECTED, a.REOPEN): Move(to=s.RECEIVED, needs=p.REOPEN),
    }
    for status in (s.RELEASED, s.CLOSED, s.REFUSED, s.WITHDRAWN, s.REDIRECTED):
        # A changed contact or a doubt keeps even a released pack back, and letters that have not left, until somebody
        # settles it again. What was released once may have ended in any of these ways after it was reopened.
        table[status, a.SETTLE_IDENTITY] = Move(to=status, needs=p.SETTLE_IDENTITY)
    for status in BEFORE_SIGNOFF:
        table[status, a.MERGE] = Move(to=s.CLOSED, needs=p.CLOSE)
    for status in OPEN - UNKNOWN:
        # Settling identity moves a case only when it waited for that: doubts can come, and go, at any stage.
        settled = s.RECEIVED if status is s.IDENTITY else status
        table[status, a.SETTLE_IDENTITY] = Move(to=settled, needs=p.SETTLE_IDENTITY)
        if status is s.BUILDING:
            continue  # a job holds the case; it ends in moments, one way or the other
        table[status, a.WITHDRAW] = Move(to=s.WITHDRAWN, needs=p.CLOSE, guards=(g.INDEPENDENT,))
        table[status, a.ANSWER] = Move(to=s.CLOSED, needs=p.WRITE_LETTERS, guards=(g.IDENTITY_ENOUGH, g.INDEPENDENT))
        table[status, a.REFUSE] = Move(to=s.REFUSED, needs=p.REFUSE, guards=(g.REASONS_GIVEN, g.INDEPENDENT))
        table[status, a.CLOSE] = Move(to=s.CLOSED, needs=p.CLOSE, guards=(g.REASONS_GIVEN, g.INDEPENDENT))
        table[status, a.REDIRECT] = Move(to=s.REDIRECTED, needs=p.CLOSE, guards=(g.INDEPENDENT,))
    return table


MOVES: Mapping[tuple[Status, Action], Move] = MappingProxyType(_table())


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An action somebody could take; `blocked` says in a sentence why not now, and is empty if they can."""

    action: Action
    to: Status
    blocked: str = ""


def unmet(move: Move, situation: Situation) -> tuple[Guard, ...]:
    """The guards of a move that do not hold, in order."""
    return tuple(guard for guard in move.guards if not GUARDS[guard][0](situation))


def allowed(status: Status, situation: Situation, permissions: Iterable[Permission]) -> tuple[Choice, ...]:
    """The actions that these permissions cover in this status, each with the reason if it is blocked."""
    held = frozenset(permissions)
    choices = []
    for action in Action:
        move = MOVES.get((status, action))
        if move is None or move.needs is None or move.needs not in held:
            continue
        failing = unmet(move, situation)
        choices.append(Choice(action=action, to=move.to, blocked=GUARDS[failing[0]][1] if failing else ""))
    return tuple(choices)


def decide(
    status: Status,
    action: Action,
    *,
    situation: Situation,
    permissions: Iterable[Permission] = (),
    service: bool = False,
) -> Move:
    """The move that an action makes, or the reason why it cannot be made.

    `service` is true where the service itself acts, which may make its own moves and no others. Raises
    NotAllowed without the permission, and WrongState where the status or a guard stands against it.
    """
    move = MOVES.get((status, action))
    if move is None:
        raise WrongState(
            f"A case that is {WORDS[status]} cannot {DEEDS[action]}. Look at it again: it may have moved on."
        )
    if service != (move.needs is None) or (move.needs is not None and move.needs not in frozenset(permissions)):
        raise NotAllowed(f"You may not do this: to {DEEDS[action]} is not part of your role.")
    failing = unmet(move, situation)
    if failing:
        raise WrongState(GUARDS[failing[0]][1])
    return move


WORDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.DRAFT: "an e-mail that nobody has logged",
        Status.RECEIVED: "received",
        Status.IDENTITY: "waiting for evidence of identity",
        Status.SEARCHING: "being searched for",
        Status.REVIEWING: "being decided on",
        Status.AWAITING_SIGNOFF: "waiting for sign-off",
        Status.SIGNED_OFF: "signed off",
        Status.BUILDING: "having its pack built",
        Status.READY: "ready to release",
        Status.RELEASED: "released",
        Status.CLOSED: "closed",
        Status.REFUSED: "refused",
        Status.WITHDRAWN: "withdrawn",
        Status.REDIRECTED: "sent elsewhere",
        Status.SET_ASIDE: "set aside as no request",
    }
)
DEEDS: Mapping[Action, str] = MappingProxyType(
    {
        Action.LOG: "be logged as a request",
        Action.SET_ASIDE: "be set aside",
        Action.ASK_IDENTITY: "have evidence of identity asked for",
        Action.SETTLE_IDENTITY: "have its identity settled",
        Action.START_SEARCH: "be searched for",
        Action.FINISH_SEARCH: "have its search finished",
        Action.BEGIN_REVIEW: "be decided on",
        Action.SUBMIT: "be sent for sign-off",
        Action.RETURN_TO_REVIEW: "be returned for another look",
        Action.SIGN_OFF: "be signed off",
        Action.BUILD: "have its pack built",
        Action.BUILT: "take a finished pack",
        Action.BUILD_FAILED: "have its build given up",
        Action.RELEASE: "be released",
        Action.ANSWER: "be answered by letter",
        Action.CLOSE: "be closed",
        Action.REFUSE: "be refused",
        Action.WITHDRAW: "be withdrawn",
        Action.REDIRECT: "be sent elsewhere",
        Action.REOPEN: "be reopened",
        Action.STEP_BACK: "take a step back",
        Action.MERGE: "be merged into another",
        Action.UNMERGE: "be taken apart again",
    }
)
