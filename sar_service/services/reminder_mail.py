"""What the e-mail of a morning says to one member of staff: cases by their references only, and nobody's name."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime

from sar_service.db import db
from sar_service.domain.clock import Reckoning
from sar_service.domain.clock_steps import written
from sar_service.domain.reminder import Level
from sar_service.domain.rights import terms
from sar_service.extensions import runtime
from sar_service.models import Case, Letter, Member

from . import delivery, regulator, staff_mail
from .clock import day_of

WORDS = {
    Level.HALF: "half of its time is used",
    Level.THREE_QUARTERS: "three quarters of its time are used",
    Level.NINETY: "nine tenths of its time are used",
    Level.NOTICE_DAY: "today is the last day on which an extension can be told",
    Level.OVERDUE: "it is late",
    Level.TOLD_OTHERWISE: "our last letter named {told}: tell them the day that holds",
    Level.ASKED_LATE: "it was late before identity or a fee was asked for, and asking does not undo that",
    Level.ASKED_SLOWLY: "evidence of identity was asked for {days} days after it came: look whether that wait counts",
}
DUE = {"due_acknowledgement": "acknowledgement due", "due_news": "news due", "due_outcome": "outcome due"}
LIES = {
    "to_post": "was not put into the post",
    "held": "is held back",
    "failed": "did not arrive",
    "waiting": "cannot leave",
    "sending": "cannot leave",
}
RESTS = {"waits": "a question to them", "longer": "the notice of an extension"}


@dataclass
class Morning:
    """What one member of staff is told this morning, each as lines of an e-mail; `cases` are those whose time runs
    out."""

    cases: set[uuid.UUID] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    regulator: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def subject(self) -> str:
        """What the e-mail is about: whatever of it presses most."""
        count = len(self.cases)
        if self.regulator:
            return "The regulator waits for an answer"
        if count:
            return f"{count} {'request needs' if count == 1 else 'requests need'} you: time runs out"
        if self.letters:
            return "Letters have not gone, and dates rest on them"
        if self.unseen:
            return "Nobody on the staff can open some requests"
        if self.moved:
            return f"{len(self.moved)} due {'date has' if len(self.moved) == 1 else 'dates have'} moved"
        return "What still waits"


def send(member: Member, told: Morning, *, now: datetime) -> None:
    """Have the e-mail of this morning sent."""
    sections = (
        ("The regulator waits for an answer:", told.regulator),
        ("", told.lines),
        ("These letters have not gone, and dates rest on them. Each counts only once it has:", told.letters),
        ("These due dates moved by themselves; tell the requester where a letter named the old one:", told.moved),
        ("The time of these requests runs, and nobody on the staff may open them: give a manager access.", told.unseen),
        ("Once a week, what still waits:", told.waits),
    )
    text = [f"Good morning {member.name}.", ""]
    for heading, lines in sections:
        if lines:
            text += [*([heading, ""] if heading else []), *lines, ""]
    text += [f"All of them: {runtime().settings.base_url}/staff/", ""]
    staff_mail.write(member, told.subject(), "\n".join(text), now=now)


def says(case: Case, found: Reckoning, level: Level, *, today: date, unwarned: bool) -> str:
    """Why a case is told of, in words. `unwarned`: nobody was warned of the last day for notice of an
    extension, which has come."""
    told = written(case.told_on) if case.told_on is not None else ""
    words = WORDS[level].format(told=told, days=found.asked_late)
    day = found.notice_by
    if day is None or found.extension_valid or level not in (Level.NINETY, Level.NOTICE_DAY, Level.OVERDUE):
        return words
    gone = f"the last day on which an extension could be told, {written(day)}, has passed"
    if level is Level.NINETY and day >= today:
        return f"{words}; an extension can be told until {written(day)}"
    if level is Level.NOTICE_DAY:
        return words if day >= today else gone
    return f"{words}, and {gone}" if unwarned else words


def line(case: Case, found: Reckoning, level: Level, words: str, member: Member, *, today: date) -> str:
    """A case whose time runs out, for a reader."""
    due = case.missed_on if level is Level.ASKED_LATE else case.due_on
    what = DUE.get(found.steps[-1].key, "due") if level is not Level.ASKED_LATE else "due"
    when = f"{what} {written(due)}, {days(due, today)}" if due is not None else "its clock stands still"
    return (
        f"- {case.reference} ({terms(case.right).name}): {when}; "
        f"{words}; {_whose(case, member)}.\n  {runtime().settings.base_url}/staff/cases/{case.reference}"
    )


def of_regulator(letter: regulator.Read, today: date) -> str:
    """A letter that the regulator wants an answer to."""
    assert letter.row.reply_by is not None
    of = f"case {letter.case.reference}" if letter.case is not None else "no case"
    return (
        f"- A letter of the regulator ({of}): the answer is due {written(letter.row.reply_by)}, "
        f"{days(letter.row.reply_by, today)}.\n"
        f"  {runtime().settings.base_url}/staff/regulator/{letter.row.id}"
    )


def of_letter(row: Letter, case: Case, found: Reckoning) -> str:
    """A letter that lies, and on which a date rests."""
    rests = delivery.clock_rests_on(row)
    by = f"; it counts until {written(found.notice_by)} only" if rests == "longer" and found.notice_by else ""
    return (
        f"- {case.reference}: {RESTS.get(rests, 'an answer')}, of {written(day_of(row.written_at))}, "
        f"{LIES[row.state]}{by}.\n  {runtime().settings.base_url}/staff/cases/{case.reference}/letters/{row.id}"
    )


def _whose(case: Case, member: Member) -> str:
    if case.assigned_to == member.id:
        return "yours"
    holder = db.session.get(Member, case.assigned_to) if case.assigned_to is not None else None
    if holder is not None:
        return "a colleague’s" if holder.active else "whoever had it has left"
    return "nobody has it" if case.team_id is None else "a team’s, and nobody in it has taken it"


def days(due: date, today: date) -> str:
    """How far off a day is: "today", "in 3 days", "1 day ago"."""
    number = (due - today).days
    if number == 0:
        return "today"
    word = "day" if abs(number) == 1 else "days"
    return f"in {number} {word}" if number > 0 else f"{-number} {word} ago"
