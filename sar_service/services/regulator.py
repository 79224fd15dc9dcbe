"""Letters from and to the regulator: kept sealed, with the day until which an answer is wanted, so that none is missed.

A letter belongs to a case, and is seen by whoever may see that; or to none, and is a manager's.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy import case as either
from sqlalchemy import false as never
from sqlalchemy import true as always

from sar_service.adapters.vault import DataKey, SealBroken
from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from sar_service.domain.permission import Permission, may_see_case
from sar_service.extensions import runtime
from sar_service.models import Case, RegulatorFile, RegulatorLetter

from . import audit, clock, scanner, sealing
from . import case as cases

FROM, TO = "from", "to"
FARTHEST = timedelta(days=3 * 366)
MOST_FILES, LARGEST, TOGETHER = 10, 10 * 1024 * 1024, 30 * 1024 * 1024  # of one letter; bytes of one file, of all
MOST = 300  # letters that are listed at a time
NEAR = 7  # days before the day of a reply from which it is warned of each morning
FIRST = 14  # days before it at which it is warned of for the first time


@dataclass(frozen=True, kw_only=True)
class Given:
    """What is known of a letter as it is logged. `files` are names with their bytes."""

    direction: str
    on: date
    subject: str
    text: str = ""
    their_reference: str = ""
    reply_by: date | None = None
    files: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True)
class Read:
    """A letter as it is shown: the row, its case, and what was sealed."""

    row: RegulatorLetter
    case: Case | None
    told: dict[str, Any]


def _key(row: RegulatorLetter) -> DataKey:
    """What a letter is sealed under: its case's key, and the service's own where it has none, or that was destroyed."""
    if row.case_id is not None and sealing.can_open(row.case_id):
        return sealing.key_of(row.case_id)
    return runtime().service_key("regulator")


def _about(row: RegulatorLetter | RegulatorFile) -> str:
    return f"{row.__tablename__}:{row.id}"


def visible(actor: Actor) -> Select[Any]:
    """The letters that this actor may see."""
    seen = cases.visible(actor, by_id=True).where(Case.id == RegulatorLetter.case_id).correlate(RegulatorLetter)
    own = actor.may(Permission.REGULATOR)
    return select(RegulatorLetter).where(
        RegulatorLetter.controller.in_(actor.controllers),
        or_(
            seen.exists(),
            and_(RegulatorLetter.case_id.is_(None), always() if own else never()),
        ),
    )


def log(
    given: Given,
    *,
    controller: str,
    case: Case | None = None,
    answers: RegulatorLetter | None = None,
    actor: Actor,
    now: datetime,
) -> RegulatorLetter:
    """Keep a letter. One to the regulator may answer one from them, which is then settled. Raises InvalidInput.

    Its files are shown to the virus scanner first: if it finds something, or does not answer, nothing is kept.
    """
    _check(given, today=clock.day_of(now))
    _fits(given, controller=controller, case=case, answers=answers, actor=actor)
    if given.files:
        scanner.refuse(given.files, field="files", instead=", or log the letter without it")
        for read in (case, answers):
            if read is not None:
                db.session.refresh(read)
        # while they were looked at the case may have been closed to this actor, or the letter answered
        _fits(given, controller=controller, case=case, answers=answers, actor=actor)
    if case is not None:
        audit.lock(case)
    row = RegulatorLetter(
        id=new_id(),
        controller=controller,
        case_id=_id(case),
        direction=given.direction,
        on=given.on,
        reply_by=given.reply_by,
        answers_id=answers.id if answers is not None else None,
        recorded_by=actor.label,
        recorded_at=now,
    )
    told = {
        "their_reference": given.their_reference,
        "subject": given.subject,
        "text": given.text,
        "changes": [],
    }
    row.sealed = _key(row).seal_json(told, about=_about(row))
    db.session.add(row)
    db.session.flush()
    for name, content in given.files:
        _keep(row, name, content)
    if answers is not None:
        answers.settled_on = given.on
    days = {"on": given.on.isoformat(), **({"until": given.reply_by.isoformat()} if given.reply_by else {})}
    audit.record(f"logged a letter {given.direction} the regulator", actor=actor, now=now, case=case, of=row, **days)
    return row


def _fits(given: Given, *, controller: str, case: Case | None, answers: RegulatorLetter | None, actor: Actor) -> None:
    """Whether this letter may be logged here by this actor. Raises the error that says why not."""
    if controller not in actor.controllers:
        raise NotAllowed("You do not work for this council.")
    if case is None and not actor.may(Permission.REGULATOR):
        raise NotAllowed("A manager logs letters of the regulator that belong to no case.")
    if case is not None and case.controller != controller:
        raise InvalidInput("This case is another council’s. Choose that one, or check the reference.", field="case")
    if answers is not None and (answers.case_id, answers.controller) != (_id(case), controller):
        raise InvalidInput("A letter answers one of the same case and of the same council.", field="direction")
    if answers is not None and (given.direction != TO or answers.direction != FROM):
        raise InvalidInput("Only a letter to the regulator answers one from them.", field="direction")
    if answers is not None and answers.settled_on is not None:
        raise WrongState("This letter was answered already.")
    if answers is not None and given.on < answers.on:
        raise InvalidInput("The answer cannot have gone before the letter came. Check the two days.", field="on")
    if case is not None and not may_see_case(actor, case):
        raise NotFound("There is no case with this reference that you may see.")


def _id(case: Case | None) -> uuid.UUID | None:
    return case.id if case is not None else None


def _check(given: Given, *, today: date) -> None:
    if given.direction not in (FROM, TO):
        raise InvalidInput("Choose whether it came from the regulator or went to them.", field="direction")
    if given.on > today:
        raise InvalidInput("This day is in the future. Give the day it really came or went.", field="on")
    if given.on < clock.EARLIEST:
        raise InvalidInput("This day is before 2018. Check the year.", field="on")
    if not given.subject.strip():
        raise InvalidInput("Say what it is about.", field="subject")
    if given.reply_by is not None and given.direction == TO:
        raise InvalidInput(
            "Only a letter from the regulator has a day until which we have to answer.", field="reply_by"
        )
    if given.reply_by is not None:
        _check_day(given.reply_by, given.on)
    if len(given.files) > MOST_FILES:
        raise InvalidInput(f"At most {MOST_FILES} files go with one letter. Log the rest as another.", field="files")
    for name, content in given.files:
        if not content:
            raise InvalidInput(f"The file {name} is empty. Choose another.", field="files")
        if len(content) > LARGEST:
            raise InvalidInput(
                f"The file {name} is larger than {LARGEST // 1024**2} MB. Make it smaller.", field="files"
            )
    if sum(len(content) for _, content in given.files) > TOGETHER:
        raise InvalidInput(
            f"Together the files are larger than {TOGETHER // 1024**2} MB. Log some of them as another letter.",
            field="files",
        )


def _check_day(until: date, on: date) -> None:
    if until < on:
        raise InvalidInput("The day for the answer is before the letter came. Check the two days.", field="reply_by")
    if until > on + FARTHEST:
        raise InvalidInput("The day for the answer is more than three years away. Check the year.", field="reply_by")


def _keep(row: RegulatorLetter, name: str, content: bytes) -> None:
    file = RegulatorFile(id=new_id(), controller=row.controller, letter_id=row.id, size=len(content))
    file.sealed = _key(row).seal_json({"name": name[:200]}, about=_about(file))
    file.content = _key(row).seal(content, about=f"{_about(file)}:content")
    db.session.add(file)


def get(letter_id: uuid.UUID, *, actor: Actor) -> Read:
    """A letter, if this actor may see it. Raises NotFound."""
    row = db.session.scalar(visible(actor).where(RegulatorLetter.id == letter_id))
    if row is None:
        raise NotFound("There is no such letter that you may see.")
    return _read(row)


def _read(row: RegulatorLetter) -> Read:
    case = db.session.get(Case, row.case_id) if row.case_id is not None else None
    try:
        return Read(row, case, _key(row).open_json(row.sealed, about=_about(row)))
    except SealBroken:
        if case is None or sealing.can_open(case.id):
            raise
        # the case was destroyed, and what was sealed under its key with it
        return Read(row, case, {"their_reference": "", "subject": "", "text": "", "changes": []})


def files(letter: Read) -> list[tuple[RegulatorFile, str]]:
    """The files of a letter with their names; none once its case was destroyed."""
    if letter.row.case_id is not None and not sealing.can_open(letter.row.case_id):
        return []
    rows = db.session.scalars(
        select(RegulatorFile).where(RegulatorFile.letter_id == letter.row.id).order_by(RegulatorFile.id)
    )
    return [(each, _key(letter.row).open_json(each.sealed, about=_about(each))["name"]) for each in rows]


def content(letter: Read, file_id: uuid.UUID) -> tuple[str, bytes]:
    """The name and the bytes of a file. Raises NotFound."""
    for row, name in files(letter):
        if row.id == file_id:
            return name, _key(letter.row).open(row.content, about=f"{_about(row)}:content")
    raise NotFound("There is no such file with this letter.")


def change_day(letter: Read, until: date, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """The regulator gave another day: both stay on file, with the reason."""
    row = letter.row
    _still_open(row, version)
    if not reason.strip():
        raise InvalidInput("Say how the day came to be another one. It is kept with both days.", field="reason")
    _check_day(until, row.on)
    before, row.reply_by = row.reply_by, until
    _note(
        letter, {"before": before.isoformat() if before else "", "after": until.isoformat(), "reason": reason.strip()}
    )
    audit.record(
        "changed the day of a reply to the regulator",
        actor=actor,
        now=now,
        case=letter.case,
        of=row,
        before=before.isoformat() if before else "",
        after=until.isoformat(),
    )


def settle(letter: Read, *, on: date, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """It was answered in another way, or needs no answer: with the reason. A letter that answers it settles it too."""
    row = letter.row
    _still_open(row, version)
    if not reason.strip():
        raise InvalidInput("Say how it was answered, or why it needs no answer.", field="reason")
    if on > clock.day_of(now) or on < row.on:
        raise InvalidInput("Give a day between the one on which it came and today.", field="on")
    row.settled_on = on
    _note(letter, {"before": "", "after": "", "reason": reason.strip()})
    audit.record("settled a letter of the regulator", actor=actor, now=now, case=letter.case, of=row, on=on.isoformat())


def _still_open(row: RegulatorLetter, version: int) -> None:
    if row.direction != FROM or row.settled_on is not None:
        raise WrongState("No answer is awaited to this letter any more.")
    cases.check_version(row, version)


def _note(letter: Read, change: dict[str, str]) -> None:
    told = {**letter.told, "changes": [*letter.told["changes"], change]}
    letter.row.sealed = _key(letter.row).seal_json(told, about=_about(letter.row))


def awaited() -> Any:
    """Whether an answer to the regulator is awaited, as a condition on a letter's row."""
    return and_(
        RegulatorLetter.direction == FROM, RegulatorLetter.reply_by.is_not(None), RegulatorLetter.settled_on.is_(None)
    )


def listed(actor: Actor, *, case: Case | None = None, open_only: bool = False) -> list[Read]:
    """Letters that this actor may see: those that want an answer first, by its day; then the newest."""
    query = visible(actor)
    if case is not None:
        query = query.where(RegulatorLetter.case_id == case.id)
    if open_only:
        query = query.where(awaited())
    wanted_by = either((awaited(), RegulatorLetter.reply_by), else_=date.max)  # a day of the past orders nothing
    order = (wanted_by, RegulatorLetter.on.desc(), RegulatorLetter.id)
    return [_read(row) for row in db.session.scalars(query.order_by(*order).limit(MOST))]


def counts(actor: Actor, *, today: date) -> tuple[int, int]:
    """How many answers to the regulator are awaited in this actor's councils, and how many of them are late."""
    row = db.session.execute(
        select(func.count(), func.count().filter(RegulatorLetter.reply_by < today)).where(
            RegulatorLetter.controller.in_(actor.controllers), awaited()
        )
    ).one()
    return row[0], row[1]


def to_warn(*, today: date, since: date | None = None) -> list[Read]:
    """The letters whose answer is warned of this morning: in a week or less, or late; and once where it is in two weeks
    or less, also where that day came after the last morning (`since`) on which anybody was warned."""
    before = since if since is not None and since < today else today - timedelta(days=1)
    first = timedelta(days=FIRST)
    rows = db.session.scalars(
        select(RegulatorLetter)
        .where(
            awaited(),
            or_(
                RegulatorLetter.reply_by <= today + timedelta(days=NEAR),
                and_(RegulatorLetter.reply_by > before + first, RegulatorLetter.reply_by <= today + first),
            ),
        )
        .order_by(RegulatorLetter.reply_by, RegulatorLetter.id)
    )
    return [_read(row) for row in rows]
