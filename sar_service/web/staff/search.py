"""Searching: one row per system with its live answer, people to decide on, and going on without a system.

A search is run by a job; this page starts it and says where it stands. The four answers stay four.
"""

import uuid
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.permission import Permission
from sar_service.domain.search import SearchState, Verdict
from sar_service.models import CandidateRow, Case
from sar_service.services import case as cases
from sar_service.services import redaction, sealing, search, sweep

from .. import access, filters
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, line, one_of, reason, version

STATES: dict[SearchState, Any] = {
    SearchState.WAITING: _l("Waiting"),
    SearchState.RUNNING: _l("Searching now"),
    SearchState.HELD: _l("Records found"),
    SearchState.NOTHING: _l("Nothing held"),
    SearchState.CANNOT: _l("Cannot be searched with what we know"),
    SearchState.FAILED: _l("Gave no answer"),
    SearchState.AWAITING: _l("A colleague was asked"),
    SearchState.UNCLEAR: _l("Needs you to decide"),
}
LOOKS = {SearchState.AWAITING: "waiting"}  # drawn as another state
BEFORE_SUBMISSION = (Status.RECEIVED, Status.SEARCHING, Status.REVIEWING)


def _says(outcome: Any) -> str:
    if outcome.state is SearchState.HELD:
        return _(
            "%(records)s records and %(documents)s files",
            records=filters.counted(outcome.records),
            documents=filters.counted(outcome.documents),
        )
    if outcome.state is SearchState.NOTHING:
        return _("It answered, and holds nothing about this person.")
    if outcome.state is SearchState.UNCLEAR:
        return _("Somebody in it may be this person. Say whether they are.")
    return str(outcome.message)


def rows(case: Case) -> list[dict[str, Any]]:
    """Every system's answer, for the `search_row` macro."""
    excepted = {row.system: row for row in search.latest_searches(case)}
    shown = []
    for outcome in search.outcomes(case):
        row = excepted[outcome.system]
        by = ", ".join(each.value.replace("_", " ") for each in outcome.searched_by)
        done = filters.moment(outcome.finished_at)
        detail = _("Searched by %(what)s, %(when)s", what=by, when=done) if by and done else ""
        if row.excepted_because:
            detail = _("We go on without it: %(why)s", why=row.excepted_because)
        shown.append(
            {
                "key": outcome.system,
                "title": outcome.title,
                "state": LOOKS.get(outcome.state, outcome.state.value),
                "state_text": str(STATES[outcome.state]),
                "says": row.message if row.excepted_because else _says(outcome),
                "detail": detail,
                "anchor": f"system-{outcome.system}",
                "unanswered": outcome.state in search.UNANSWERED and not row.excepted_because,
                "excepted": outcome.state in search.UNANSWERED and bool(row.excepted_because),
                "seen": search.standing(row),
                "again": outcome.state not in search.ON_THE_WAY,
                "unclear": outcome.state is SearchState.UNCLEAR,
            }
        )
    return shown


def running(case: Case) -> bool:
    """Does anything still gather: a search, a file being read, suggestions being made or about to be asked for?"""
    if any(row.state in search.ON_THE_WAY for row in search.latest_searches(case)) or not cases.gathered(case):
        return True
    return case.status is Status.SEARCHING and sweep.suggestions_owed(case)


def _known(case: Case) -> dict[str, str]:
    """What we know of the subject, field by field, to lay beside what a system says."""
    subject = search.subject_of(case)
    return {
        _("Name"): subject.full_name,
        _("Other names"): ", ".join(subject.other_names),
        _("Date of birth"): str(subject.date_of_birth or ""),
        _("Address"): "; ".join(", ".join(lines) for lines in subject.addresses),
        _("Postcode"): subject.postcode,
        _("Telephone"): ", ".join(subject.phones),
        _("E-mail"): ", ".join(subject.emails),
        _("Numbers"): ", ".join(f"{scheme}: {value}" for scheme, value in subject.identifiers.items()),
    }


def _candidate(row: CandidateRow, known: dict[str, str], titles: dict[str, str]) -> dict[str, Any]:
    told = sealing.unseal(row)
    identity = told["identity"]
    theirs = {
        _("Name"): frame.name_of(identity),
        _("Other names"): ", ".join(identity.get("other_names") or []),
        _("Date of birth"): str(identity.get("date_of_birth") or ""),
        _("Address"): ", ".join(identity.get("address") or []),
        _("Postcode"): identity.get("postcode") or "",
        _("Telephone"): ", ".join(identity.get("phones") or []),
        _("E-mail"): ", ".join(identity.get("emails") or []),
        _("Numbers"): ", ".join(f"{scheme}: {value}" for scheme, value in (identity.get("identifiers") or {}).items()),
    }
    return {
        "id": row.id,
        "row": row,
        "anchor": f"candidate-{row.id}",
        "name": frame.name_of(identity) or _("No name"),
        "system": titles.get(row.system, row.system),
        "reference": told["ref"],
        "sides": [(field, known[field], theirs[field]) for field in known if known[field] or theirs[field]],
        "other": sorted((identity.get("other") or {}).items()),
        "facts": [],
        "reasons": [
            {
                "field": each["field"].replace("_", " ").capitalize(),
                "outcome": each["outcome"],
                "note": each.get("note", ""),
            }
            for each in told["reasons"]
        ],
    }


@blueprint.get("/cases/<reference>/search")
@allow(Permission.SEARCH)
def search_page(reference: str) -> str:
    """Where every search stands, and whoever has to be decided on."""
    case = frame.find(reference)
    known, titles = _known(case), frame.systems(case)
    people = search.candidates(case)
    unclear = [row for row in people if row.verdict is Verdict.POSSIBLE and not row.decision]
    decided = [row for row in people if row.decision or row.verdict is Verdict.MATCH]
    choice = next(
        (each for each in cases.choices(case, actor=access.actor()) if each.action is Action.START_SEARCH), None
    )
    return frame.page(
        "search",
        case,
        tab="search",
        rows=rows(case),
        done=not running(case),
        choice=choice,
        unclear=[_candidate(row, known, titles) for row in unclear],
        decided=[_candidate(row, known, titles) for row in decided],
        suggesting=redaction.latest(case),
        old=search.out_of_date(case),
        searchable=search.searched_systems(case.controller),
    )


@blueprint.get("/cases/<reference>/search/rows")
@allow(Permission.SEARCH)
def search_rows(reference: str) -> str:
    """The list alone, for the page to keep itself up to date: states and counts, nobody's data."""
    case = frame.find(reference)
    return render_template(
        "staff/search_rows.html", case=case, rows=rows(case), done=not running(case), suggesting=redaction.latest(case)
    )


def _back(reference: str, anchor: str = "searches") -> Response:
    return redirect(url_for("staff.search_page", reference=reference, _anchor=anchor))


def _begin(case: Case, systems: list[str]) -> None:
    actor, now = access.actor(), access.now()
    cases.move(case, Action.START_SEARCH, actor=actor, now=now)
    search.start(case, actor=actor, now=now, systems=systems)


@blueprint.post("/cases/<reference>/search/start")
@allow(Permission.SEARCH)
@again(search_page)
def start_search(reference: str) -> Response:
    """Search all the systems, or one of them again."""
    system = line("system")
    _begin(frame.find(reference), [system] if system else [])
    flash(_("The search has begun. You may leave this page; it goes on by itself."))
    return _back(reference)


@blueprint.post("/cases/<reference>/search/without")
@allow(Permission.SEARCH)
@again(search_page, stands=conflict.without)
def go_on_without(reference: str) -> Response:
    """Go on although a system gave no answer, saying why."""
    case, system = frame.find(reference), line("system")
    search.go_on_without(case, system, reason=reason(), seen=line("seen"), actor=access.actor(), now=access.now())
    flash(_("Recorded. The letter and the pack will say so."))
    return _back(reference, f"system-{system}")


@blueprint.post("/cases/<reference>/search/candidates/<uuid:candidate>")
@allow(Permission.SEARCH)
@again(search_page, stands=conflict.candidate)
def decide_candidate(reference: str, candidate: uuid.UUID) -> Response:
    """Say whether somebody in a system is the subject."""
    case = frame.find(reference)
    decision = one_of("decision", ("confirmed", "rejected"), _("Choose whether this is the person or not."))
    search.decide_candidate(
        case, candidate, decision=decision, version=version(), actor=access.actor(), now=access.now()
    )
    if decision == "confirmed":
        flash(_("Recorded. What the system holds about them is gathered now."))
    else:
        flash(_("Recorded. Nothing of theirs is used."))
    return _back(reference)
