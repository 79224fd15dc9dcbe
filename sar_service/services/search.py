"""Searching the connected systems for a case: starting, what each answers, and going on when one cannot answer.

One row per system and round; what is found is saved by `search_save.py`. The job that runs a search is
`workers/jobs/search.py`. "Nothing held", "cannot be searched", "failed" and "unclear" stay four different answers.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from sar_service.catalogue.system import EXTERNAL
from sar_service.connectors.base import Connector, ConnectorError
from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput, NotFound, StaleWrite, WrongState
from sar_service.domain.people import Identifier, Subject
from sar_service.domain.search import SearchOutcome, SearchState, Verdict
from sar_service.extensions import runtime
from sar_service.models import CandidateRow, Case, Document, Record, SystemSearch
from sar_service.queue import after_commit

from . import audit, lease, sealing
from .plain_text import plain_text

ON_THE_WAY = (SearchState.WAITING, SearchState.RUNNING)
UNANSWERED = (SearchState.FAILED, SearchState.CANNOT, SearchState.AWAITING)
TRIES = 3


def subject_of(case: Case, system: str = "") -> Subject:
    """The data subject of a case as connectors receive them, with what was decided of a system's candidates."""
    told = sealing.unseal(case)["subject"]
    born = told.get("date_of_birth")
    addresses = tuple(tuple(lines) for lines in told.get("addresses", []))
    subject = Subject(
        given_name=told.get("given_name", ""),
        family_name=told.get("family_name", ""),
        other_names=tuple(told.get("other_names", [])),
        date_of_birth=date.fromisoformat(born) if born else None,
        address=addresses[0] if addresses else (),
        addresses=addresses,
        postcode=told.get("postcode", ""),
        phones=tuple(told.get("phones", [])),
        emails=tuple(told.get("emails", [])),
        identifiers=dict(told.get("identifiers", {})),
    )
    if not system:
        return subject
    decided: dict[str, set[str]] = {"confirmed": set(), "rejected": set()}
    for row in candidates(case, system=system):
        if row.decision:
            decided[row.decision].add(sealing.unseal(row)["ref"])
    return replace(subject, confirmed=frozenset(decided["confirmed"]), rejected=frozenset(decided["rejected"]))


def connector_for(system: Any) -> Connector:
    """The connector of a system of the catalogue, with its secrets from the environment. Raises ConnectorError."""
    return runtime().catalogue.connector(system, secrets=runtime().environ, extract=plain_text)


def searched_systems(controller: str) -> list[Any]:
    """The systems that are searched for a controller: all but those another body answers for itself."""
    return [system for system in runtime().catalogue.systems_for(controller) if system.kind != EXTERNAL]


def start(case: Case, *, actor: Actor, now: datetime, systems: Sequence[str] = ()) -> list[SystemSearch]:
    """Begin a round of searches, of all the controller's systems or of the ones named. Raises WrongState."""
    known = {system.key: system for system in searched_systems(case.controller)}
    unknown = [key for key in systems if key not in known]
    if unknown:
        raise InvalidInput(f"There is no connected system named {unknown[0]}.", field="systems")
    subject = subject_of(case).known()
    latest = {row.system: row for row in latest_searches(case)}
    started = []
    for key, system in known.items():
        if systems and key not in systems:
            continue
        before = latest.get(key)
        if before is not None and before.state in ON_THE_WAY:
            continue  # a second press of the button starts nothing twice
        needs = _needs(system)
        row = SystemSearch(
            case_id=case.id,
            controller=case.controller,
            system=key,
            round=(before.round if before is not None else 0) + 1,
            state=SearchState.WAITING,
            searched_by=sorted(each.value for each in subject & needs),
            asked_by=actor.label,
            asked_at=now,
        )
        if needs and not subject & needs:
            row.state, row.finished_at = SearchState.CANNOT, now
            row.message = f"This system can only be searched by {_listed(needs)}, and we do not have that."
        db.session.add(row)
        db.session.flush()
        if row.state is SearchState.WAITING:
            row.queued_at = now
            after_commit("search", row.id)
        started.append(row)
    audit.record("started a search", actor=actor, now=now, case=case, systems=[row.system for row in started])
    return started


def _needs(system: Any) -> frozenset[Identifier]:
    """What the system can be searched by; empty if its settings are broken, which its search will then report."""
    try:
        return frozenset(connector_for(system).searches_by)
    except ConnectorError:
        return frozenset()


def _listed(needs: frozenset[Identifier]) -> str:
    return " or ".join(sorted(each.value.replace("_", " ") for each in needs))


def latest_searches(case: Case) -> list[SystemSearch]:
    """The newest round of each system, in the catalogue's order of systems."""
    newest = (
        select(SystemSearch.system, func.max(SystemSearch.round).label("round"))
        .where(SystemSearch.case_id == case.id)
        .group_by(SystemSearch.system)
        .subquery()
    )
    rows = db.session.scalars(
        select(SystemSearch)
        .join(newest, (SystemSearch.system == newest.c.system) & (SystemSearch.round == newest.c.round))
        .where(SystemSearch.case_id == case.id)
    )
    order = {system.key: at for at, system in enumerate(searched_systems(case.controller))}
    return sorted(rows, key=lambda row: (order.get(row.system, len(order)), row.system))


@dataclass(frozen=True)
class Plan:
    """What a search job needs, read in one short transaction."""

    search_id: uuid.UUID
    case_id: uuid.UUID
    token: str
    system: Any
    subject: Subject


def begin(search_id: uuid.UUID, *, now: datetime) -> Plan | None:
    """Claim a search for a job; None if it is done, or somebody else has it."""
    token = lease.claim(SystemSearch, search_id, now=now, open_states=(SearchState.WAITING,), taken=SearchState.RUNNING)
    if token is None:
        return None
    row = db.session.get(SystemSearch, search_id)
    if row is None:
        return None
    case = db.session.get_one(Case, row.case_id)
    row.started_at = now
    system = _system(case, row.system)
    if system is None:
        _settle(row, SearchState.FAILED, "This system is no longer in the configuration.", now)
        return None
    if row.attempts > lease.TRIES:
        _settle(row, SearchState.FAILED, "The search stopped again and again without an error.", now)
        return None
    return Plan(row.id, case.id, token, system, subject_of(case, row.system))


def _system(case: Case, key: str) -> Any:
    return next((each for each in searched_systems(case.controller) if each.key == key), None)


def _settle(row: SystemSearch, state: SearchState, message: str, now: datetime) -> None:
    row.state, row.message, row.finished_at = state, message, now
    lease.give_back(row)
    case = db.session.get_one(Case, row.case_id)
    audit.record(
        "searched a system",
        actor=SERVICE,
        now=now,
        case=case,
        of=row,
        system=row.system,
        answer=state.value,
        records=row.records,
        documents=row.documents,
    )


def finish(plan: Plan, *, now: datetime) -> None:
    """The search ran to its end: work out the answer from what was saved."""
    row = db.session.get(SystemSearch, plan.search_id)
    if lease.held(row, plan.token):
        assert row is not None
        _count(row)
        _settle(row, _answer(row), "", now)


def cannot(plan: Plan, state: SearchState, message: str, *, now: datetime) -> None:
    """The system cannot be searched with what is known, or a person has been asked: settle it as that."""
    row = db.session.get(SystemSearch, plan.search_id)
    if lease.held(row, plan.token):
        assert row is not None
        _settle(row, state, message, now)


def fail(plan: Plan, message: str, *, permanent: bool, now: datetime) -> None:
    """The system gave no answer. Tried again later unless that will not help; what was found before stays."""
    row = db.session.get(SystemSearch, plan.search_id)
    if not lease.held(row, plan.token):
        return
    assert row is not None
    _count(row)
    if permanent or row.attempts >= TRIES:
        _settle(row, SearchState.FAILED, message, now)
    else:
        row.state, row.message = SearchState.WAITING, f"{message} It will be tried again."
        lease.give_back(row)


def _count(row: SystemSearch) -> None:
    included = included_refs(row.case_id, row.system)
    row.records = sum(
        1
        for about in db.session.scalars(
            select(Record.about_digest).where(Record.case_id == row.case_id, Record.system == row.system)
        )
        if about in included
    )
    row.documents = sum(
        1
        for about in db.session.scalars(
            select(Document.about_digest).where(
                Document.case_id == row.case_id, Document.system == row.system, Document.parent_id.is_(None)
            )
        )
        if about in included
    )


def _answer(row: SystemSearch) -> SearchState:
    asked = db.session.scalar(
        select(func.count())
        .select_from(CandidateRow)
        .where(
            CandidateRow.case_id == row.case_id,
            CandidateRow.system == row.system,
            CandidateRow.verdict == Verdict.POSSIBLE,
            CandidateRow.decision == "",
        )
    )
    if asked:
        return SearchState.UNCLEAR
    return SearchState.HELD if row.records or row.documents else SearchState.NOTHING


def included_refs(case_id: uuid.UUID, system: str) -> frozenset[str]:
    """Digests of the candidates whose records belong to the case: matched, or confirmed; never a rejected one."""
    rows = db.session.scalars(
        select(CandidateRow).where(CandidateRow.case_id == case_id, CandidateRow.system == system)
    )
    return frozenset(row.ref_digest for row in rows if belongs(row))


def belongs(row: CandidateRow) -> bool:
    return row.decision == "confirmed" or (row.verdict is Verdict.MATCH and row.decision != "rejected")


def candidates(case: Case, *, system: str = "") -> list[CandidateRow]:
    """Everybody whom the systems offered as the subject, surest first."""
    query = select(CandidateRow).where(CandidateRow.case_id == case.id)
    if system:
        query = query.where(CandidateRow.system == system)
    return list(db.session.scalars(query.order_by(CandidateRow.score.desc(), CandidateRow.id)))


def decide_candidate(
    case: Case, candidate_id: uuid.UUID, *, decision: str, version: int, actor: Actor, now: datetime
) -> CandidateRow:
    """Say whether a candidate is the subject. Confirming searches the system again for what is theirs."""
    row = db.session.get(CandidateRow, candidate_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such person in this search.")
    if decision not in ("confirmed", "rejected"):
        raise InvalidInput("Choose whether this is the person or not.", field="decision")
    from .case import check_version  # case stands on search

    check_version(row, version)
    row.decision, row.decided_by, row.decided_at = decision, actor.label, now
    audit.record(f"{decision} a candidate", actor=actor, now=now, case=case, of=row, system=row.system)
    search = next((each for each in latest_searches(case) if each.system == row.system), None)
    if decision == "confirmed" and row.verdict is not Verdict.MATCH:
        start(case, actor=actor, now=now, systems=[row.system])
    elif search is not None and search.state not in (*ON_THE_WAY, *UNANSWERED):
        _count(search)
        search.state = _answer(search)
    return row


def standing(row: SystemSearch) -> str:
    """What an answer was when somebody looked at it: which round's, and whether somebody went on without it."""
    told = f"{row.round}:{row.state.value}:{row.excepted_by}:{row.excepted_because}"
    return sealing.digest(row.case_id, told)[:16]


def go_on_without(
    case: Case, system: str, *, reason: str, seen: str | None = None, actor: Actor, now: datetime
) -> None:
    """Record why the case goes on although this system gave no answer; the letter and the pack say so.

    `seen` is its `standing` on the form. Raises StaleWrite if it has answered since, or somebody went on without it.
    """
    if not reason.strip():
        raise InvalidInput("Say why we go on without this system. The requester will read it.", field="reason")
    audit.lock(case)
    row = next((each for each in latest_searches(case) if each.system == system), None)
    if row is not None and seen is not None and seen != standing(row):
        raise StaleWrite(
            "Since you opened this page the system has answered otherwise, or somebody has gone on without it.",
            of=f"{row.__tablename__}:{row.id}",
            case=case.id,
        )
    if row is None or row.state not in UNANSWERED:
        raise WrongState("Only a system that failed or cannot be searched may be left out.")
    row.excepted_because, row.excepted_by = reason.strip()[:2000], actor.label
    audit.record("went on without a system", actor=actor, now=now, case=case, of=row, system=system)


def outcomes(case: Case) -> list[SearchOutcome]:
    """Every system's answer, for the page, the letter and the pack."""
    titles = {system.key: system.title for system in searched_systems(case.controller)}
    return [
        SearchOutcome(
            system=row.system,
            title=titles.get(row.system, row.system),
            state=row.state,
            searched_by=tuple(Identifier(each) for each in row.searched_by),
            records=row.records,
            documents=row.documents,
            finished_at=row.finished_at,
            message=row.excepted_because or row.message,
        )
        for row in latest_searches(case)
    ]


def rounds(case: Case) -> dict[str, int]:
    """The newest round of each system's search."""
    return {row.system: row.round for row in latest_searches(case)}


def out_of_date(case: Case) -> list[str]:
    """The systems that were last searched before the last thing that staff learnt of the person was on file."""
    learnt = sealing.unseal(case).get("learnt")
    before = learnt[-1]["rounds"] if learnt else {}
    return [system for system, number in rounds(case).items() if number <= before.get(system, 0)]


def settled(case: Case) -> bool:
    """Has every system answered, or been left out with a reason?"""
    rows = latest_searches(case)
    return bool(rows) and all(
        row.state in (SearchState.HELD, SearchState.NOTHING) or (row.state in UNANSWERED and row.excepted_because)
        for row in rows
    )
