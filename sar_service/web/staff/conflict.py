"""Two people with one form: what was entered, what stands now, who changed it and when, for whoever came second.

The form below keeps what was entered and carries the new version, so that sending it again is done knowingly. Each
function here says of one form what stands now; `asking.again` calls it where somebody else was quicker.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from sar_service.domain.errors import NotFound
from sar_service.models import Case
from sar_service.services import (
    audit,
    left_out,
    letter,
    people,
    redaction_mark,
    regulator,
    sealing,
    team_share,
    work,
)
from sar_service.services import complaint as complaints
from sar_service.services import lateness as late_reasons
from sar_service.services import subject as subjects

from .. import access, filters
from . import blueprint, frame


@dataclass(frozen=True)
class Stand:
    """One thing that was entered, and what stands there now."""

    what: str
    yours: str
    now: str

    @property
    def same(self) -> bool:
        return self.yours.split() == self.now.split()


@dataclass(frozen=True)
class Conflict:
    by: str
    at: datetime | None
    stands: tuple[Stand, ...]


@blueprint.app_template_global("conflict")
def conflict() -> Conflict | None:
    """What the form just sent came too late for, or None."""
    if "stale" not in g:
        return None
    if "conflict" not in g:
        error, stands, parts = g.stale
        event = audit.last_change(error.of, error.case)
        by = frame.who(event.actor, frame.staff_names()) if event is not None else ""
        if event is not None and event.actor == access.actor().label:
            by = _("you, in another window")
        found = tuple(stands(**parts)) if stands is not None else ()
        g.conflict = Conflict(by, event.at if event is not None else None, found)
    given: Conflict = g.conflict
    return given


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _typed_day(name: str) -> str:
    try:
        return filters.long_date(date.fromisoformat(_typed(name)))
    except ValueError:
        return _typed(name)


def _chosen(name: str, words: Mapping[Any, Any]) -> str:
    return str(words.get(_typed(name), _("nothing")))


def _of_member(key: str) -> str:
    return frame.staff_names().get(f"staff:{key}", _("nobody"))


def assignment(reference: str) -> Iterable[Stand]:
    """Who has a case."""
    case, wanted = frame.find(reference), _typed("member")
    if "team" in request.form:
        called = {str(key): name for key, name in team_share.names([case.controller]).items()}
        yield Stand(_("Team"), called.get(_typed("team"), _("none")), called.get(str(case.team_id), _("none")))
    if wanted:
        yours = access.actor().name if wanted == "me" else _of_member(wanted)
        yield Stand(_("Who has it"), yours, _of_member(str(case.assigned_to)))


def restriction(reference: str) -> Iterable[Stand]:
    """Who may see a case."""
    words = {"yes": _("restricted"), "no": _("open to the team")}
    yield Stand(
        _("Who sees it"), _chosen("restricted", words), words["yes" if frame.find(reference).restricted else "no"]
    )


def contact(reference: str) -> Iterable[Stand]:
    """Where the answer goes."""
    told = sealing.unseal(frame.find(reference))["requester"]
    for name, label in (("email", _("E-mail address")), ("phone", _("Telephone")), ("address", _("Postal address"))):
        stands = told.get(name) or ""
        yield Stand(label, _typed(name), stands if isinstance(stands, str) else ", ".join(stands))


def known(reference: str) -> Iterable[Stand]:
    """What is known of the person, kind by kind; only of what was entered."""
    case = frame.find(reference)
    subject = sealing.unseal(case)["subject"]
    for name, label in (
        ("other_names", _("Other names")),
        ("addresses", _("Addresses")),
        ("phones", _("Telephone")),
        ("emails", _("E-mail")),
    ):
        if _typed(name):
            values = [each if isinstance(each, str) else ", ".join(each) for each in subject.get(name) or []]
            yield Stand(label, _typed(name), "\n".join(values))
    if _typed("date_of_birth"):
        yield Stand(_("Date of birth"), _typed("date_of_birth"), subject.get("date_of_birth") or "")
    if _typed("number"):
        numbers = subject.get("identifiers") or {}
        yield Stand(_("Number"), _typed("number"), numbers.get(_typed("scheme"), ""))
    if _typed("entry"):
        entries = subjects.entries(case)
        yours = next((value for key, _kind, value in entries if key == _typed("entry")), _("gone already"))
        yield Stand(_("To be taken out"), yours, "\n".join(value for _key, _kind, value in entries))


def draft(reference: str, letter_id: uuid.UUID) -> Iterable[Stand]:
    """The words of a letter."""
    written = sealing.unseal(letter.of(frame.find(reference), letter_id))
    yield Stand(_("Subject"), _typed("subject"), written["subject"])
    yield Stand(_("Text"), _typed("text"), written["text"])
    part = written.get("welsh") or {}
    if part.get("subject"):
        yield Stand(_("Subject in Welsh"), _typed("subject_welsh"), part["subject"])
    if part:
        yield Stand(_("Text in Welsh"), _typed("text_welsh"), part["text"])


def delivery(reference: str, letter_id: uuid.UUID) -> Iterable[Stand]:
    """What is done about a letter that did not arrive."""
    from .letter import STATES

    words = {
        "again": _("sent again"),
        "post": _("posted instead"),
        "ended": _("dealt with otherwise"),
        "back": _("came back"),
    }
    row = letter.of(frame.find(reference), letter_id)
    yours = "\n".join(filter(None, (_chosen("way", words), _typed("reason"))))
    yield Stand(_("This letter"), yours, "\n".join(filter(None, (str(STATES[row.state][0]), row.message))))


def task(reference: str, task: uuid.UUID) -> Iterable[Stand]:
    """What became of a task."""
    from .work import ENDS

    for row, what in work.tasks(frame.find(reference)):
        if row.id == task:
            yield Stand(what, _chosen("outcome", ENDS), str(ENDS.get(row.outcome, _("to do"))))


def person(reference: str, person: uuid.UUID) -> Iterable[Stand]:
    """An entry of the register."""
    from .people import STANDINGS, card

    row = people.get(frame.find(reference), person)
    told = card(row, 0)
    if "names" in request.form:
        yield Stand(_("Names"), _typed("names"), "\n".join(told["names"]))
        yield Stand(_("Role"), _typed("role"), told["role"])
        yield Stand(_("What they are to the request"), _chosen("standing", STANDINGS), told["standing"])
    else:
        yield Stand(_("Decided"), "", told["state_text"])


def decided_people(reference: str) -> Iterable[Stand]:
    """What was decided of those who are ticked and were changed meanwhile."""
    from .people import TREATMENTS, card

    case = frame.find(reference)
    seen = dict(text.partition(":")[::2] for text in request.form.getlist("seen"))
    for key in dict.fromkeys(request.form.getlist("person")):
        try:
            row = people.get(case, uuid.UUID(key))
        except (NotFound, ValueError):
            continue
        if seen.get(key) != str(row.version):
            told = card(row, 0)
            yours = ", ".join(filter(None, (_chosen("treatment", TREATMENTS), _typed("code"))))
            yield Stand(told["name"], yours, told["state_text"])


def mark(reference: str, home: uuid.UUID, mark: uuid.UUID) -> Iterable[Stand]:
    """What was decided of a mark."""
    from .people import TREATMENTS

    row = redaction_mark.get_mark(frame.find(reference), mark)
    stands = ", ".join(filter(None, (str(TREATMENTS.get(row.treatment, _("Not decided"))), row.code)))
    yours = ", ".join(filter(None, (_chosen("do", {**TREATMENTS, "remove": _("Take it off")}), _typed("code"))))
    yield Stand(_("This mark"), yours, stands)


def candidate(reference: str, candidate: uuid.UUID) -> Iterable[Stand]:
    """Whether somebody in a system is the person."""
    from sar_service.services import search

    words = {"confirmed": _("the person"), "rejected": _("somebody else"), "": _("not said")}
    for row in search.candidates(frame.find(reference)):
        if row.id == candidate:
            yield Stand(_("They are"), _chosen("decision", words), words[row.decision])


def facts(reference: str) -> Iterable[Stand]:
    """The facts of the clock."""
    from sar_service.services import clock

    case = frame.find(reference)
    stands = [
        f"{filters.long_date(fact.on)}: {clock.FACTS.get(fact.kind, fact.kind)}" for fact in clock.standing_facts(case)
    ]
    wrong = next((fact.kind for fact in case.facts if str(fact.id) == _typed("entry")), "")
    what = clock.FACTS.get(_typed("kind") or wrong, "")
    if _typed("what") == "never":
        yours = _("%(what)s: taken back", what=what)
    else:
        yours = ": ".join(filter(None, (_typed_day("on"), what)))
    yield Stand(_("What happened"), yours, "\n".join(stands))


def handled(reference: str, file: uuid.UUID) -> Iterable[Stand]:
    """What was done with a file by hand."""
    from sar_service.services import document

    row = document.get(frame.find(reference), file)
    stands = [str(document.HANDLED.get(row.handled, _("nothing yet"))), sealing.unseal(row).get("note", "")]
    yield Stand(_("What was done"), "\n".join((_chosen("how", document.HANDLED), _typed("note"))), "\n".join(stands))


def left(reference: str, home: uuid.UUID) -> Iterable[Stand]:
    """Whether an item is left out."""
    row = left_out.get(frame.find(reference), home)
    words = {each.code: f"{each.code}: {each.plain}" for each in left_out.dispositions()}
    yours = words.get(_typed("code"), _("in the pack"))
    yield Stand(_("This item"), yours, words.get(row.left_out, _("in the pack")))


def merging(reference: str, other: str) -> Iterable[Stand]:
    """What became of the two cases that were to be merged."""
    pair = [frame.find(reference), frame.find(other)]
    yield Stand(_("It goes on under"), _typed("keep"), _kept(pair))
    yield Stand(_("Why are they the same?"), _typed("reason"), "")
    for case in pair:
        if _typed(f"version-{case.reference}") != str(case.version):
            had = _("received on %(day)s", day=filters.long_date(case.received_on))
            stage, of = str(frame.stage(case)), _of_member(str(case.assigned_to))
            yield Stand(case.reference, "", "\n".join((stage, had, _("with %(name)s", name=of))))


def _kept(pair: list[Case]) -> str:
    """The reference under which two cases go on, if they were merged meanwhile."""
    there = {case.id: case.reference for case in pair}
    return next((there[case.merged_into] for case in pair if case.merged_into in there), _("not merged"))


def without(reference: str) -> Iterable[Stand]:
    """What a system answered, or why somebody went on without it."""
    from .search import rows

    for row in rows(frame.find(reference)):
        if row["key"] == _typed("system"):
            now = "\n".join(filter(None, (row["state_text"], row["says"], row["detail"])))
            yield Stand(_("%(system)s: why we go on without it", system=row["title"]), _typed("reason"), now)


def complaint(reference: str) -> Iterable[Stand]:
    """What a complaint is, and what it is about."""
    from .complaint import ABOUT, KINDS, MATTERS, seen

    case = frame.find(reference)
    row, request = complaints.of(case), seen(complaints.about(case))
    known = request.reference if request is not None else ""
    stands = {"kind": row.kind, "matter": row.matter, "about": row.about}
    for name, label, words in (
        ("kind", _("What it is"), dict(KINDS)),
        ("matter", _("In general about"), dict(MATTERS)),
        ("about", _("It is about"), dict(ABOUT)),
    ):
        yield Stand(label, _chosen(name, words), str(words.get(stands[name].value, _("nothing"))))
    if known or _typed("request"):
        yield Stand(_("Reference of the request"), _typed("request"), known)


def reply(letter_id: uuid.UUID) -> Iterable[Stand]:
    """By when the regulator wants an answer, or that none is awaited any more."""
    row = regulator.get(letter_id, actor=access.actor()).row
    due = filters.long_date(row.reply_by) if row.reply_by else _("no day was given")
    now = _("settled on %(day)s", day=filters.long_date(row.settled_on)) if row.settled_on else due
    yours = _typed("reply_by") if _typed("do") == "day" else _("settled on %(day)s", day=_typed("on"))
    yield Stand(_("Our answer"), "\n".join(filter(None, (yours, _typed("reason")))), now)


def lateness(reference: str) -> Iterable[Stand]:
    """Why a case was late."""
    reasons = {reason.value: words for reason, words in filters.LATENESS.items()}
    for given in late_reasons.given(frame.find(reference))[:1]:
        yield Stand(_("Why it was late"), _chosen("why", reasons), str(filters.LATENESS[given.row.reason]))
        yield Stand(_("In a few words"), _typed("text"), given.text)
