"""Each request with its dates, how they were worked out, and what came of it: what a manager hands to whoever audits.

Nothing here says who asked, or of what in words. Days and steps are worked out from the facts, as everywhere.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lateness import Lateness
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import OPEN, UNKNOWN, Action, Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, Case, Letter

from . import clock, letter_left, report

TOGETHER = 500  # cases read at a time
RELEASED, ANSWERED = Action.RELEASE.value, Action.ANSWER.value  # as the trail calls them
UNFOUNDED = "unfounded"
PAUSES = frozenset({"pause", "pause_open"})


class Outcome(StrEnum):
    """What came of a request."""

    OPEN = "open"
    PACK = "pack"  # the copy of their information
    ALL = "all"
    PART = "part"
    NONE = "none"
    NOT_HELD = "not held"
    REFUSED = "refused"
    UNFOUNDED = "unfounded or excessive"
    WITHDRAWN = "withdrawn"
    ELSEWHERE = "sent elsewhere"
    MERGED = "merged"
    CLOSED = "closed without an answer"


ENDS = {
    Status.REFUSED: Outcome.REFUSED,
    Status.WITHDRAWN: Outcome.WITHDRAWN,
    Status.REDIRECTED: Outcome.ELSEWHERE,
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request. Days are None where there is none; `extended` once the notice has left; `in_time` is None where it
    has not been answered. `steps` are the sentences of its clock, in their order."""

    reference: str
    controller: str
    right: Right
    channel: str
    received: date
    due: date | None
    extended: bool
    paused: bool
    answered: date | None
    ended: date | None
    in_time: bool | None
    outcome: Outcome
    elsewhere: Route | None
    late_reason: Lateness | None
    status: Status
    steps: Sequence[str]


def lines(*, actor: Actor, since: date) -> Iterator[Line]:
    """Each request received since a day in the councils whose figures this actor sees, the newest first.

    An e-mail that nobody has logged, or that was set aside, is none.
    """
    query = report.counted(actor).where(
        report.requests(), Case.received_on >= since, Case.status.not_in(tuple(UNKNOWN))
    )
    ids = db.session.scalars(query.with_only_columns(Case.id).order_by(Case.received_on.desc(), Case.id)).all()
    for first in range(0, len(ids), TOGETHER):
        yield from _lines(ids[first : first + TOGETHER])


def _lines(ids: Sequence[uuid.UUID]) -> Iterator[Line]:
    found = {case.id: case for case in db.session.scalars(select(Case).where(Case.id.in_(ids)))}
    in_time = set(
        db.session.scalars(select(Case.id).where(Case.id.in_(ids), report.answered(), report.answered_in_time()))
    )
    answers, unfounded = _answers(ids), _unfounded(ids)
    for case in (found[each] for each in ids if each in found):
        outcome = _outcome(case, answers.get(case.id), unfounded=case.id in unfounded)
        yield _line(case, outcome, in_time=case.id in in_time)


def _answers(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Outcome]:
    """How those were answered that were: what the newest answer said, for one that was reopened may have two."""
    rows = db.session.execute(
        select(AuditEvent.case_id, AuditEvent.verb, AuditEvent.detail)
        .where(AuditEvent.case_id.in_(ids), AuditEvent.verb.in_((RELEASED, ANSWERED)))
        .order_by(AuditEvent.number)
    )
    return {
        case: Outcome.PACK if verb == RELEASED else Outcome((detail or {}).get("result") or Outcome.NOT_HELD)
        for case, verb, detail in rows
    }


def _unfounded(ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those that were last refused because they are unfounded or excessive: as the letter said, wherever it is now."""
    kinds = [key for key, kind in KINDS.items() if kind.does == "refuse"]
    rows = db.session.execute(
        select(Letter.case_id, Letter.kind)
        .where(Letter.case_id.in_(ids), Letter.kind.in_(kinds), Letter.state != "draft")
        .order_by(Letter.written_at)
    )
    newest = {row.case_id: row.kind for row in rows}
    return {case for case, kind in newest.items() if kind == UNFOUNDED}


def _line(case: Case, outcome: Outcome, *, in_time: bool) -> Line:
    answered = case.released_on if case.status in report.ANSWERED else None
    found = clock.reckon(case)
    return Line(
        reference=case.reference,
        controller=case.controller,
        right=case.right,
        channel=case.channel,
        received=case.received_on,
        due=case.due_on if case.redirected_as is None and case.merged_into is None else None,
        extended=bool(found.extension_valid) and not letter_left.unnoticed(case)[0],
        paused=any(step.key in PAUSES for step in found.steps),
        answered=answered,
        ended=case.ended_on,
        in_time=in_time if answered is not None else None,
        outcome=outcome,
        elsewhere=case.redirected_as,
        late_reason=case.late_reason,
        status=case.status,
        steps=[step.sentence for step in found.steps],
    )


def _outcome(case: Case, answer: Outcome | None, *, unfounded: bool) -> Outcome:
    if case.merged_into is not None:
        return Outcome.MERGED
    if case.status in OPEN:
        return Outcome.OPEN
    if case.status is Status.REFUSED and unfounded:
        return Outcome.UNFOUNDED
    if case.status in ENDS:
        return ENDS[case.status]
    return Outcome.CLOSED if case.released_on is None else answer or Outcome.PACK
