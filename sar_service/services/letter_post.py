"""Letters that wait: to be sent by somebody, or to be printed and put into the post."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import lazyload

from sar_service.db import db
from sar_service.documents.letter_text import sheets
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.models import Case, Letter

from . import audit, clock, complaint, letter, letter_hold, letter_left, sealing, told_date
from . import case as cases

MOST = 200  # letters that are listed, and printed, at a time
STOPPED = (
    "The letter in {which} was held back meanwhile, because the contact or who asks is in doubt. Do not post it; if it "
    "is on paper already, destroy that. Look at the list again."
)
GONE = "Somebody else has posted one of these letters. Look at the list again."
NO_MORE = "One of these letters waits for the post no more. Look at the list again."
TWICE = (
    "Somebody else has printed some of these letters since you opened this list. They are marked now. Choose them "
    "again only if the other copy does not go into the post."
)
STILL = "What these say still counts, so they have to go: {which}. Where it does not, take it back in the case first."
OVERTAKEN = (
    "These are not to be posted any more, since the request has ended, was reopened, or what they say was taken back "
    "or answered: {which}. Leave them out, and say of them that they do not go."
)
POSTED = "The letter was put into the post on this day."


def waiting(*, actor: Actor) -> list[tuple[Letter, Case]]:
    """Letters to be posted of the cases that this actor may see, those that have waited longest first."""
    return _in_state("to_post", actor)


def drafts(*, actor: Actor) -> list[tuple[Letter, Case]]:
    """Letters that were begun and wait to be sent, in the cases that this actor may see, the oldest first."""
    return _in_state("draft", actor)


def _in_state(state: str, actor: Actor) -> list[tuple[Letter, Case]]:
    return _those(Letter.state == state, actor=actor)


def _those(which: ColumnElement[bool], *, actor: Actor) -> list[tuple[Letter, Case]]:
    rows = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(Letter, Letter.case_id == Case.id)
        .where(which)
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
    if missing := set(ids) - there.keys():
        raise WrongState(_why_gone(_those(Letter.id.in_(missing), actor=actor)))
    return [there[key] for key in there if key in set(ids)]


def _why_gone(letters: Sequence[tuple[Letter, Case]]) -> str:
    """Why some of these letters do not wait for the post any more, in a sentence: what was held back comes first."""
    held = sorted({case.reference for row, case in letters if row.state == letter_hold.HELD})
    if held:
        return STOPPED.format(which=", ".join(held))
    return GONE if any(row.state == "posted" for row, _ in letters) else NO_MORE


def print_of(row: Letter) -> tuple[str, datetime] | None:
    """Who printed a letter that waits for the post, and when; None if nobody has."""
    told = sealing.unseal(row).get("printed")
    return (told["by"], datetime.fromisoformat(told["at"])) if told else None


def mark_of(row: Letter) -> str:
    """The newest printing of a letter, as a list that knows of it says so; "" if there was none."""
    told = print_of(row)
    return f"{row.id} {told[1].isoformat()}" if told else ""


def _known(letters: Sequence[tuple[Letter, Case]], known: Collection[str], *, actor: Actor) -> None:
    """Raises WrongState if somebody else has printed one of them, and whoever chose it was not shown that."""
    for row, _ in letters:
        told = print_of(row)
        if told and told[0] != actor.label and mark_of(row) not in known:
            raise WrongState(TWICE)


def note_printed(
    letters: Sequence[tuple[Letter, Case]], *, known: Collection[str], actor: Actor, now: datetime
) -> None:
    """Note who has these on paper, so that nobody else prints them as well unawares: they would be posted twice."""
    audit.lock(*(case for _, case in letters))
    for row, _ in letters:
        db.session.refresh(row)
    if any(row.state != "to_post" for row, _ in letters):
        raise WrongState(_why_gone(letters))
    if old := sorted({case.reference for row, case in letters if letter_left.overtaken(case, row)}):
        raise WrongState(OVERTAKEN.format(which=", ".join(old)))
    _known(letters, known, actor=actor)
    for row, case in letters:
        sealing.seal(row, {**sealing.unseal(row), "printed": {"by": actor.label, "at": now.isoformat()}})
        audit.record("printed a letter", actor=actor, now=now, case=case, of=row, kind=row.kind)


def printed(letters: Sequence[tuple[Letter, Case]], *, known: Collection[str], actor: Actor, now: datetime) -> bytes:
    """All of them as one PDF, each beginning on a sheet of its own when it is printed on both sides."""
    _known(letters, known, actor=actor)
    for row, case in letters:
        audit.viewed("a letter", actor=actor, now=now, case=case, of=row)
    return sheets([letter.pdf(case, row, now=now) for row, case in letters])


def posted(letters: Sequence[tuple[Letter, Case]], *, on: date, actor: Actor, now: datetime) -> list[Case]:
    """Note on which day they were put into the post; returns the cases in which what a letter did counts from it only.

    A question, a notice, an answer or a refusal that lay here was not given on the day somebody pressed a button.
    """
    today = clock.day_of(now)
    if on > today:
        raise InvalidInput("This day is still to come. Note it once they are in the post.", field="on")
    left = now if on == today else datetime.combine(on, time(12), tzinfo=clock.LONDON)
    audit.lock(*(case for _, case in letters))
    for row, _ in letters:
        db.session.refresh(row)
    if any(row.state != "to_post" for row, _ in letters):
        raise WrongState(_why_gone(letters))
    later = {case.reference for row, case in letters if clock.day_of(row.written_at) > on}
    if later:
        which = ", ".join(sorted(later))
        raise InvalidInput(f"Written after that day: {which}. Leave out what was not in the post then.", field="on")
    moved = []
    for row, case in letters:
        row.state, row.sent_at = "posted", left
        audit.record("posted a letter", actor=actor, now=now, case=case, of=row, kind=row.kind, on=on.isoformat())
        complaint.heard(case, row, on=on, actor=actor, now=now)
        if letter_left.counts_from(left, case, row, reason=POSTED, actor=actor, now=now):
            moved.append(case)
    return list(dict.fromkeys(moved))


def leave(letters: Sequence[tuple[Letter, Case]], *, actor: Actor, now: datetime) -> None:
    """Take letters that were overtaken from the list for the post: they never went. Raises InvalidInput for others."""
    audit.lock(*(case for _, case in letters))
    for row, _ in letters:
        db.session.refresh(row)
    if any(row.state != "to_post" for row, _ in letters):
        raise WrongState(_why_gone(letters))
    still = sorted({case.reference for row, case in letters if not letter_left.overtaken(case, row)})
    if still:
        raise InvalidInput(STILL.format(which=", ".join(still)), field="letter")
    for row, case in letters:
        left = letter_left.left_as(case, row)
        sealing.seal(row, {**sealing.unseal(row), "named": "", left: True})  # it has told nobody a date
        row.state = "ended"
        told_date.renew(case)
        audit.record("left a letter unsent", actor=actor, now=now, case=case, of=row, kind=row.kind)


def overdue(*, actor: Actor, today: date) -> tuple[int, date | None]:
    """How many letters have waited for the post since an earlier day, of the cases that this actor may see; and the
    day on which the first of them was written."""
    begins = datetime.combine(today, time.min, tzinfo=clock.LONDON)
    count, first = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(Letter, Letter.case_id == Case.id)
        .where(Letter.state == "to_post", Letter.written_at < begins)
        .with_only_columns(func.count(), func.min(Letter.written_at))
    ).one()
    return count, clock.day_of(first) if first is not None else None
