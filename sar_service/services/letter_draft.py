"""Letters that somebody looks at before they go: begun from a template, changed, looked at as a PDF, and sent.

Sending such a letter is the act itself: the notice of an extension, the question that stops the clock, the refusal.
The deed and the letter are one transaction, so that there is never the one without the other. What the letter says of
dates is what will be so once it has gone: it is written as if it had gone already.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, WrongState
from sar_service.domain.letter import KINDS, LetterKind, Result
from sar_service.domain.letter_needs import ways
from sar_service.domain.lifecycle import GUARDS, OPEN, UNKNOWN, Action, Guard, Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter

from . import (
    audit,
    clock,
    complaint,
    identity,
    letter,
    letter_hold,
    letter_welsh,
    letter_withheld,
    redirect,
    sealing,
    told_date,
    units,
    work,
)
from . import case as cases
from . import document as documents
from .letter_fill import IN_ENGLISH
from .letter_words import ENGLISH, WELSH
from .letter_words import written as day_in_words

OWN = "You wrote in this letter yourself. Somebody else must read it and send it."
SEARCHED = (
    Guard.SEARCHES_STARTED,
    Guard.SEARCHES_FINISHED,
    Guard.EVERY_SYSTEM_ANSWERED,
    Guard.SEARCHED_WITH_ALL,
    Guard.NOBODY_UNCLEAR,
)
LONGEST = 20_000
SUBJECT = 200
REST = "Send the rest of the answer, as the letter about a part of it promised"
IN_LETTER = "The reasons are in the letter."  # said once, and sealed
BEGUN = "Such a letter has been begun already and waits under “Letters”. Send it, or throw it away."
STALE = "What this letter tells is no longer right. Throw it away and write it again: the new one has the new date."


Deed = Callable[[Case, Actor, datetime], None]


def _fact(kind: str) -> Deed:
    def deed(case: Case, actor: Actor, now: datetime) -> None:
        clock.add_fact(case, kind, clock.day_of(now), actor=actor, now=now, reasons=IN_LETTER)

    return deed


def _move(action: Action) -> Deed:
    def deed(case: Case, actor: Actor, now: datetime) -> None:
        cases.move(case, action, actor=actor, now=now)

    return deed


def _ask_identity(case: Case, actor: Actor, now: datetime) -> None:
    cases.move(case, Action.ASK_IDENTITY, actor=actor, now=now)
    clock.add_fact(case, "identity_requested", clock.day_of(now), actor=actor, now=now)


def found_against(case: Case, actor: Actor) -> str:
    """Why it cannot be said that nothing is held, in a sentence; "" if it can: once everything was searched."""
    found = cases.situation(case, actor)
    missing = next((words for guard in SEARCHED for holds, words in [GUARDS[guard]] if not holds(found)), "")
    if missing:
        return missing
    if units.records(case, to_open=False) or documents.included(case):
        return "Something of this person was found. What is held is answered with the pack."
    return ""


def nothing_new(case: Case) -> str:
    """Why it cannot be said that the date has changed, in a sentence; "" if it can."""
    told = told_date.last(case)
    if told is None or told.due != case.due_on:
        return ""
    return f"The last letter gave this date already, {day_in_words(told.due, ENGLISH)}. Write how far you are instead."


def _disclose_part(case: Case, actor: Actor, now: datetime) -> None:
    settled, words = GUARDS[Guard.IDENTITY_SETTLED]
    if not settled(cases.situation(case, actor)):
        raise WrongState(words)
    if stopped := identity.outgrown(case, on=clock.day_of(now)):
        raise WrongState(stopped)


def _answer(case: Case, actor: Actor, now: datetime, **result: str) -> None:
    if case.right is Right.ACCESS:
        against = found_against(case, actor)
        if against:
            raise WrongState(against)
    if case.right is Right.COMPLAINT:
        complaint.may_answer(case, actor)
    elif stopped := identity.outgrown(case, on=clock.day_of(now)):
        raise WrongState(stopped)
    cases.move(case, Action.ANSWER, actor=actor, now=now, **result)
    case.released_at, case.released_on = now, clock.day_of(now)


DEEDS: Mapping[str, Deed] = {
    "identity_requested": _ask_identity,
    "clarification_requested": _fact("clarification_requested"),
    "fee_requested": _fact("fee_requested"),
    "extension_notice": _fact("extension_notice"),
    "refuse": _move(Action.REFUSE),
    "close": _move(Action.CLOSE),
    "answer": _answer,
    "disclose_part": _disclose_part,
}
ANSWERED = frozenset({Status.RELEASED, Status.CLOSED})
NEW_DATE = "new-date"
PART = "partial-disclosure"  # which has a page of its own
ROUTED = (Result.ALL, Result.PART)  # how much of a request goes elsewhere


def begin(
    case: Case,
    kind: str,
    words: str,
    *,
    welsh: Mapping[str, str] | None = None,
    named: str = "",
    result: str = "",
    done: str = "",
    reopen: bool = False,
    extra: Mapping[str, Any] | None = None,
    promised: date | None = None,
    actor: Actor,
    now: datetime,
) -> Letter:
    """Begin a letter of a kind with what the officer has to say in it. Refused if what it does cannot be done now.

    `welsh` is what was said in Welsh too, by the names of what was said ("reason", "done", and those of `extra`), for
    whoever is written to in Welsh; where it is missing the Welsh part says that the words are in English. `named` is
    what stands before the words in either language: who else can help, as the configuration names them.
    `result` is a `Result`, for a letter that decides, or that sends all or a part of a request elsewhere. `done` and
    `reopen` are for the outcome of a complaint: what is done about it, and whether the request that it is about is
    reopened as the letter goes. `extra` are further names that the template of this kind knows; `promised` is a day
    that it promises, as `come_by`. There is one draft of each kind: whoever wants to begin anew throws the other away
    first, and so sees it.
    """
    complaint.check_independent(case, actor)
    chosen = KINDS.get(kind)
    if chosen is None or not chosen.drafted or not chosen.suits(case.right, capacity=case.capacity):
        raise InvalidInput("Choose which letter to write.", field="kind")
    if chosen.decides and result not in set(Result):
        raise InvalidInput("Say how much of what they asked is done.", field="result")
    if chosen.route is not None:
        if result not in set(ROUTED):
            raise InvalidInput("Say whether all of the request goes elsewhere, or a part.", field="result")
        redirect.check(case, chosen.route)
    _may_be_written_to(case, chosen)
    if chosen.worded and not (words.strip() or named):
        raise InvalidInput("Say what the letter has to say. The requester reads it.", field="reason")
    if any(row.state == "draft" and row.kind == kind for row in letter.letters(case)):
        raise WrongState(BEGUN)
    if kind == NEW_DATE and (same := nothing_new(case)):
        raise WrongState(same)
    if reopen and (result == Result.NONE or complaint.can_reopen(case) is None):
        raise InvalidInput(
            "Only a request that is over is reopened, where something was wrong with it.", field="reopen"
        )
    kept = result if chosen.decides or chosen.route is not None else ""
    said = {"reason": words.strip(), "result": kept, "done": done.strip(), "reopen": reopen, **(extra or {})}
    in_welsh = letter_welsh.said(said, welsh or {})
    for told in (said, in_welsh) if named else ():
        told["reason"] = f"{named}\n\n{told.get('reason', '')}".strip()
    told = _as_if_gone(case, kind, said, welsh=in_welsh, promised=promised, actor=actor, now=now)
    row = letter.begun(case, kind, told, actor=actor, now=now)
    audit.record("began a letter", actor=actor, now=now, case=case, of=row, kind=kind)
    return row


def _as_if_gone(
    case: Case,
    kind: str,
    said: dict[str, Any],
    *,
    welsh: Mapping[str, Any],
    promised: date | None,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """What the letter says once it has gone: its deed is done, the letter written, and the deed taken back."""
    route = KINDS[kind].route
    more = redirect.says(case, route, now=now) if route is not None else {}
    in_welsh = redirect.says(case, route, now=now, language=WELSH) if route is not None else {}
    in_welsh |= welsh
    if promised is not None:
        said = {**said, "come_by": day_in_words(promised, ENGLISH)}
        in_welsh["come_by"] = day_in_words(promised, WELSH)
    trial = db.session.begin_nested()
    try:
        _do(case, kind, said["result"], actor=actor, now=now)
        db.session.flush()
        written = letter.in_languages(case, kind, now=now, welsh=in_welsh, **said, **more)
        due = clock.reckon(case).due
    finally:
        trial.rollback()
    day = day_in_words(due, ENGLISH) if due else ""
    # News moves the date of a complaint.
    dated = due is not None and (case.right is not Right.COMPLAINT or day in written["text"])
    told = {
        **written,
        "words": said["reason"],
        "result": said["result"],
        "reopen": said["reopen"],
        "by": [actor.label],
        "due": due.isoformat() if due and dated else "",
        "late": due is not None and due < clock.day_of(now),
        "elsewhere": more,
        "promised": promised.isoformat() if promised else "",
        "must": _must(written["text"], due, {**said, **more}, ENGLISH),
    }
    if "welsh" in written:
        told["welsh"] = letter_welsh.part(written["welsh"], _must(written["welsh"]["text"], due, in_welsh, WELSH))
    given = [*welsh.values(), *(each for name, each in said.items() if name != "result")]
    told["own"] = letter_withheld.own_lines(
        told, [each for each in given if isinstance(each, str) and each != IN_ENGLISH]
    )
    return told


def _must(text: str, due: date | None, more: Mapping[str, Any], language: str) -> list[str]:
    """What a letter says now and no change may take out of it."""
    dates = (day_in_words(due, language) if due else "", more.get("answer_by", ""), more.get("come_by", ""))
    return [words for words in (*ways(language), *dates) if words and words in text]


def _do(case: Case, kind: str, result: str, *, actor: Actor, now: datetime) -> None:
    chosen = KINDS[kind]
    if chosen.route is not None:
        if result == Result.ALL:  # where only a part goes elsewhere, the case goes on
            redirect.send_elsewhere(case, chosen.route, actor=actor, now=now)
    elif chosen.does == "answer":
        _answer(case, actor, now, **({"result": result} if chosen.decides else {}))
    elif chosen.does:
        DEEDS[chosen.does](case, actor, now)


def save(
    case: Case,
    row: Letter,
    *,
    subject: str,
    text: str,
    welsh: tuple[str, str] | None = None,
    stands: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep a draft as it was changed; `welsh` are subject and text of its Welsh part, where it has one. `stands` is why
    words stand that are withheld elsewhere (`letter_withheld.py`)."""
    _still_draft(row, version)
    complaint.check_independent(case, actor)
    told = sealing.unseal(row)
    _check(subject, text, told["must"], ENGLISH)
    after = (subject.strip(), text.strip() + "\n")
    changed = after != (told["subject"], told["text"])
    told["subject"], told["text"] = after
    part = told.get("welsh")
    if part and welsh is not None:
        _check(*welsh, part["must"], WELSH, titled=bool(part["subject"]))
        after = (welsh[0].strip(), welsh[1].strip() + "\n")
        changed = changed or after != (part["subject"], part["text"])
        part["subject"], part["text"] = after
    if changed:
        letter_withheld.check(case, row, told, stands=stands, actor=actor, now=now)
        told["by"] = sorted({*told["by"], actor.label})
        sealing.seal(row, told)
        audit.record("changed a letter", actor=actor, now=now, case=case, of=row, kind=row.kind)


def _check(subject: str, text: str, must: Sequence[str], language: str, *, titled: bool = True) -> None:
    """Can a letter, or its Welsh part, go like this? Raises InvalidInput naming the field."""
    ending = "_welsh" if language == WELSH else ""
    if titled and not subject.strip():
        raise InvalidInput("Give the letter a subject.", field=f"subject{ending}")
    if len(subject) > SUBJECT or "\n" in subject:
        raise InvalidInput(f"The subject may have at most {SUBJECT} characters, on one line.", field=f"subject{ending}")
    if not text.strip():
        raise InvalidInput("The letter is empty.", field=f"text{ending}")
    if len(text) > LONGEST:
        raise InvalidInput(f"A letter may have at most {LONGEST:,} characters.", field=f"text{ending}")
    gone = next((words for words in must if words not in text), "")
    if gone:
        told = ways(language).get(gone, f"the date, {gone}")
        raise InvalidInput(f"The letter has to say {told}.", field=f"text{ending}")


def send(
    case: Case,
    row: Letter,
    *,
    stands: str = "",
    english_only: bool = False,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Do what the letter does, and have it sent. Refused, with nothing done, if that cannot be or its date is old.

    `stands` is why words stand in it that are withheld elsewhere; with `english_only` it goes though it lacks Welsh.
    """
    if row.kind == complaint.OUTCOME:  # it may reopen what the complaint is about
        audit.lock(case, *filter(None, [complaint.answers(case)]))
    _still_draft(row, version)
    _may_be_written_to(case, KINDS[row.kind])
    if stopped := letter_hold.stops(case, row.kind):
        raise WrongState(stopped)
    told = sealing.unseal(row)
    if KINDS[row.kind].second and actor.label in told["by"]:
        raise NotAllowed(OWN)
    letter_withheld.check(case, row, told, stands=stands, actor=actor, now=now)
    letter_welsh.check(case, row, told, insists=english_only, actor=actor, now=now)
    complaint.check_independent(case, actor)
    _do(case, row.kind, told["result"], actor=actor, now=now)
    if row.kind == complaint.OUTCOME:
        complaint.conclude(case, told["result"], reopen=bool(told.get("reopen")), actor=actor, now=now)
    due = clock.reckon(case).due
    day = due.isoformat() if due and (told["due"] or case.right is not Right.COMPLAINT) else ""
    route = KINDS[row.kind].route
    more = redirect.says(case, route, now=now) if route is not None else {}
    passed = due is not None and due < clock.day_of(now) and day_in_words(due, ENGLISH) in told["text"]
    if (day, more) != (told["due"], told.get("elsewhere", {})) or (passed and not told.get("late")):
        raise WrongState(STALE)
    promised = date.fromisoformat(told["promised"]) if told.get("promised") else None
    if promised is not None and promised < clock.day_of(now):
        raise WrongState(STALE)
    letter.hand_over(case, row, actor=actor, now=now)
    if promised is not None:
        work.add_task(case, REST, due_on=promised, member=None, actor=actor, now=now)
    if route is not None:
        redirect.pass_on(case, route, actor=actor, now=now)


def begin_and_send(case: Case, kind: str, words: str, *, result: str = "", actor: Actor, now: datetime) -> Letter:
    """Both at once, for whoever needs to see nothing in between."""
    row = begin(case, kind, words, result=result, actor=actor, now=now)
    send(case, row, version=row.version, actor=actor, now=now)
    return row


def drop(case: Case, row: Letter, *, version: int, actor: Actor, now: datetime) -> None:
    """Throw a draft away: nothing is sent and nothing is done."""
    _still_draft(row, version)
    complaint.check_independent(case, actor)
    audit.record("threw a letter away", actor=actor, now=now, case=case, of=row, kind=row.kind)
    db.session.delete(row)


def _may_be_written_to(case: Case, chosen: LetterKind) -> None:
    if case.status in UNKNOWN:
        raise WrongState("Nobody has logged this e-mail as a request. Log it first: then it has letters.")
    if case.status not in OPEN and not (chosen.afterwards and case.status in ANSWERED):
        raise WrongState("The case is over. Reopen it before you write or send such a letter.")


def _still_draft(row: Letter, version: int) -> None:
    if row.state != "draft":
        raise WrongState("This letter has gone. It is kept as it was sent.")
    cases.check_version(row, version)


def kinds(case: Case) -> list[str]:
    """The letters that could be begun now; those that send a request elsewhere are `routes`."""
    if case.status not in OPEN | ANSWERED or case.status in (*UNKNOWN, Status.BUILDING):
        return []
    suit = (kind for kind in KINDS.values() if kind.drafted and kind.suits(case.right, capacity=case.capacity))
    over = case.status not in OPEN
    return [kind.key for kind in suit if kind.route is None and kind.key != PART and (kind.afterwards or not over)]


def routes(case: Case) -> list[Route]:
    """Where the request could be sent now, if it is not for us."""
    return list(Route) if case.status in OPEN - UNKNOWN - {Status.BUILDING} else []
