"""What has happened to a case, in words: the newest of it on the case page, all of it on a page of its own.

Who looked at what is in the trail for those who read that (`managers/trail.py`); here it would bury what was done.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sar_service.domain.actor import SERVICE, ActorKind
from sar_service.domain.lateness import Lateness
from sar_service.domain.letter import Result
from sar_service.domain.lifecycle import Status
from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.domain.work import LinkKind
from sar_service.models import AuditEvent, Case, Fact
from sar_service.services import audit, clock, reason, team_share
from sar_service.services import case as cases

from .. import access, filters
from ..access import allow
from . import blueprint, fact_words, frame
from .identity import SURE
from .letter import TITLES

FIRST_SHOWN, PAGE = 20, 100
# What moves are called in the history, where the table of moves has them as commands.
VERBS: dict[str, Any] = {
    "settle identity": _l("Identity settled"),
    "log": _l("Logged as a request"),
    "set aside": _l("Set aside: no request of its own"),
    "ask identity": _l("Evidence of identity asked for"),
    "start search": _l("Search started"),
    "finish search": _l("Search finished"),
    "begin review": _l("Deciding begun"),
    "submit": _l("Sent for sign-off"),
    "sign off": _l("Signed off"),
    "return to review": _l("Returned for another look"),
    "step back": _l("Taken a step back"),
    "build": _l("Pack asked for"),
    "built": _l("Pack built and checked"),
    "build failed": _l("The pack could not be built"),
    "release": _l("Pack released"),
    "answer": _l("Answered by letter"),
    "close": _l("Closed"),
    "refuse": _l("Refused"),
    "withdraw": _l("Withdrawn"),
    "redirect": _l("Sent elsewhere"),
    "reopen": _l("Reopened"),
    "merge": _l("Merged into another request"),
    "unmerge": _l("Taken apart from the other request"),
    "recorded a fact": _l("Something that happened was recorded"),
    "wrote a letter": _l("Letter set on its way"),  # whoever wrote it began it, and another may have sent it
    "sent a letter": _l("Letter sent"),
}
OF_ITSELF = ("wrote a letter", "due date worked out", "due date changed")  # what follows by itself, whoever asks
COPIES: dict[str, Any] = {  # what the day of such an event is
    "took in a copy of evidence": _l("to be destroyed by %(day)s"),
    "keeps a copy of evidence": _l("until %(day)s"),
}
STATES: dict[str, Any] = {"not_started": _l("not started"), "paused": _l("paused"), "running": _l("running")}


def newest(case: Case) -> dict[str, Any]:
    """What the case page shows: `events` for the `timeline` macro, and whether there are `more`."""
    rows = audit.timeline(case.id, views=False, most=FIRST_SHOWN + 1)
    return {"events": in_words(case, rows[:FIRST_SHOWN]), "more": len(rows) > FIRST_SHOWN}


@blueprint.get("/cases/<reference>/history")
@allow(Permission.SEE_CASES)
def history_page(reference: str) -> str:
    """Everything that was done in a case, the newest first, a page at a time."""
    case = frame.find(reference)
    asked = request.args.get("before", "")
    before = int(asked) if re.fullmatch(r"[1-9]\d{0,17}", asked) else None
    rows = audit.timeline(case.id, views=False, before=before, most=PAGE + 1)
    return frame.page(
        "history",
        case,
        tab="overview",
        viewed="the history",
        events=in_words(case, rows[:PAGE]),
        older=rows[PAGE - 1].number if len(rows) > PAGE else None,
        newest=before is None,
    )


def in_words(case: Case, events: Iterable[AuditEvent]) -> list[dict[str, str]]:
    """Events of a case for the `timeline` macro, in the order given."""
    events = list(events)
    names, reasons = frame.staff_names(), reason.words_of(events)
    facts = {f"fact:{fact.id}": fact for fact in case.facts}
    say = _Words(case, events, names)
    shown = []
    for event in events:
        said = [reasons[event.number]] if event.number in reasons else []
        said += say.of(event)
        if event.object in facts and event.verb == "recorded a fact":
            said += _of_fact(case, facts[event.object])
        shown.append(
            {
                "title": str(VERBS.get(event.verb, event.verb[:1].upper() + event.verb[1:])),
                "by": frame.who(_doer(event), names),
                "at": filters.moment(event.at),
                "text": " · ".join(said),
            }
        )
    return shown


def _doer(event: AuditEvent) -> str:
    """Whose doing it is: what follows by itself from what somebody outside did is the service's."""
    follows = event.verb in OF_ITSELF and not event.actor.startswith(f"{ActorKind.STAFF}:")
    return SERVICE.label if follows else event.actor


def _of_fact(case: Case, fact: Fact) -> list[str]:
    """What was written about a fact, and the entry that it puts right."""
    said = [fact_words.about(fact)]
    wrong = next((each for each in case.facts if each.id == fact.corrects), None) if fact.corrects else None
    if wrong is not None:
        entry = clock.FACTS.get(wrong.kind, wrong.kind)
        said.append(_("instead of: %(entry)s, %(day)s", entry=entry, day=filters.short_date(wrong.on)))
    return [each for each in said if each]


class _Words:
    """The details of the events of one case as a reader takes them; what they name is looked up once for all."""

    def __init__(self, case: Case, events: Iterable[AuditEvent], names: Mapping[str, str]) -> None:
        self.names = names
        self.teams = {f"team:{key}": name for key, name in team_share.names([case.controller]).items()}
        self.systems = frame.systems(case)
        far = [key for event in events if (key := _id((event.detail or {}).get("with_case")))]
        self.references = cases.references(far, actor=access.actor())
        self.told: Mapping[str, Callable[[Any], str]] = {
            "on": lambda value: _day(str(value)),
            "because": str,
            "to": self._given,
            "with_case": self._reference,
            "system": lambda value: self.systems.get(str(value), str(value)),
            "systems": lambda value: ", ".join(self.systems.get(str(key), str(key)) for key in value),
            "answer": lambda value: str(value).replace("_", " "),
            "records": lambda value: ngettext("%(num)d record", "%(num)d records", int(value)),
            "documents": lambda value: ngettext("%(num)d file", "%(num)d files", int(value)),
            "treatment": lambda value: str(value).replace("_", " "),
            "code": str,
            "count": lambda value: ngettext("%(num)d place", "%(num)d places", int(value)),
            "files": lambda value: ngettext("%(num)d file", "%(num)d files", int(value)),
            "flag": lambda value: str(frame.FLAGS.get(value, value)),
            "how": lambda value: str(frame.HOW.get(str(value), value)),
            "right": lambda value: str(frame.RIGHTS.get(str(value), value)),
            "channel": lambda value: str(frame.CHANNELS.get(str(value), value)),
            "lateness": lambda value: str(filters.LATENESS[Lateness(value)]),
            "sure": lambda value: str(SURE.get(str(value), value)),
            "result": lambda value: str(filters.RESULTS[Result(value)]),
            "route": lambda value: str(filters.ROUTES[Route(value)]),
        }

    def of(self, event: AuditEvent) -> list[str]:
        """What is told of one event besides its title."""
        detail = dict(event.detail or {})
        if event.verb in COPIES and detail.get("on"):
            detail["on"] = COPIES[event.verb] % {"day": _day(str(detail["on"]))}
        said = [_kind(event)] if detail.get("kind") else []
        said += [say(detail[key]) for key, say in self.told.items() if detail.get(key)]
        before, after = detail.get("before"), detail.get("after")
        if before and after and before != after:
            said.append(_("from %(before)s to %(after)s", before=_stage(before), after=_stage(after)))
        elif after and not before:
            said.append(_stage(after))
        return [each for each in said if each]

    def _given(self, label: Any) -> str:
        name = self.names.get(str(label)) or self.teams.get(str(label))
        return _("to %(name)s", name=name or _("somebody"))

    def _reference(self, value: Any) -> str:
        found = self.references.get(_id(value) or uuid.UUID(int=0))
        return _("with %(reference)s", reference=found) if found else ""


def _kind(event: AuditEvent) -> str:
    kind = str(event.detail["kind"])
    if event.object.startswith("letter:"):
        return str(TITLES.get(kind, kind))
    if event.object.startswith("fact:"):
        return clock.FACTS.get(kind, kind)
    if kind in set(LinkKind):
        return str(frame.LINKS[LinkKind(kind)])
    return kind.replace("_", " ")


def _id(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None


def _day(text: str) -> str:
    try:
        return filters.short_date(date.fromisoformat(text))
    except ValueError:
        return text


def _stage(text: str) -> str:
    """A stage as pages call it; a date, or what else a change was of, in words."""
    if text in set(Status):
        return str(frame.STATUS[Status(text)][0]).lower()
    return str(STATES[text]) if text in STATES else str(frame.CAPACITIES.get(text, _day(text)))
