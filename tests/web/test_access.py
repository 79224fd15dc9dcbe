"""Every door, tried as everybody: what is not somebody's to see is refused, and says nothing."""

import contextvars
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.incoming import Message
from sar_service.domain.lifecycle import Status
from sar_service.domain.permission import ROLE_PERMISSIONS, Role
from sar_service.models import CandidateRow, Case, Document, Letter, MarkRow, Member, Pack, PersonRow, Record
from sar_service.services import incoming
from sar_service.web.access import declaration
from tests import factories
from tests.browser import Visitor
from tests.web.access_table import ANYONE, OF_AN_EMAIL, REQUESTER, STAFF

SECRET = "Tregale"  # the subject's name: no refusal may hold it
ROWS: dict[str, Any] = {
    "letter_id": Letter,
    "file": Document,
    "home": Record,
    "person": PersonRow,
    "mark": MarkRow,
    "candidate": CandidateRow,
    "pack": Pack,
}


def _rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every door that the table knows; the first test below names those it does not."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in ANYONE | REQUESTER | STAFF.keys():
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method


def test_what_the_code_declares_is_what_the_table_says(app: Flask) -> None:
    declared: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        told = declaration(app, rule.endpoint)
        assert told is not None, f"{rule.rule} declares nothing"
        declared[rule.endpoint] = set(told[1]) if told[0] == "staff" else told[0]
    table = dict.fromkeys(ANYONE, "anyone") | dict.fromkeys(REQUESTER, "requester") | STAFF
    differing = {name for name in declared.keys() | table.keys() if declared.get(name) != table.get(name)}
    assert not differing, {name: (declared.get(name), table.get(name)) for name in sorted(differing)}


@dataclass
class Doors:
    """The addresses of the service for one case, and somebody who knocks."""

    app: Flask
    case: Case
    spare: Member

    def address(self, rule: Rule) -> str:
        values: dict[str, Any] = {}
        for name in rule.arguments:
            row = db.session.query(ROWS[name]).filter_by(case_id=self.case.id).first() if name in ROWS else None
            values[name] = {
                "reference": self.case.reference,
                "key": "care",
                "system": "care",
                "step": "who",
                "filename": "css/none.css",
                "member_id": str(self.spare.id),
            }.get(name, str(row.id) if row is not None else _number_or_id(rule, name))
        with self.app.test_request_context():
            built = rule.build(values)
        assert built is not None
        return str(built[1])

    def knock(self, visitor: Visitor, rule: Rule, method: str) -> TestResponse:
        path = self.address(rule)
        db.session.rollback()
        answer: TestResponse = contextvars.Context().run(lambda: visitor.client.open(path, method=method))
        return answer


def _number_or_id(rule: Rule, name: str) -> str:
    kind = type(rule._converters[name]).__name__
    return "1" if kind == "IntegerConverter" else str(uuid.uuid4())


@pytest.fixture
def doors(app: Flask, sent: Any, staff: Callable[..., Actor], now: datetime, monkeypatch: Any) -> Doors:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)  # its own test is below: here it would hide the doors
    case = factories.searched(factories.a_case(now=now), sent, actor=staff("officer"), now=now)
    spare = db.session.get_one(Member, uuid.UUID(staff("officer").id))
    return Doors(app, case, spare)


def _refused(answer: TestResponse, *statuses: int) -> bool:
    return answer.status_code in statuses and SECRET not in answer.text and "Jago" not in answer.text


def _sent_to(answer: TestResponse, path: str) -> bool:
    return answer.status_code == 302 and (answer.location or "").startswith(path)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_may_and_nothing_else(
    doors: Doors, visit: Callable[..., Visitor], staff: Callable[..., Actor], role: Role
) -> None:
    actor = staff(role.value)
    faults, opened = [], 0
    for rule, method in _rules(doors.app):
        answer = doors.knock(visit(actor), rule, method)
        what = f"{method} {rule.rule} answered {answer.status_code}"
        if rule.endpoint in REQUESTER:
            if not _sent_to(answer, "/portal/enter"):
                faults.append(what)
        elif rule.endpoint in ANYONE or STAFF[rule.endpoint] <= ROLE_PERMISSIONS[role]:
            opened += 1
            if answer.status_code in (401, 403) and rule.endpoint not in DECIDED_INSIDE:
                faults.append(what)
            if answer.status_code >= 500 and rule.endpoint != "health.ready":
                faults.append(what)
        elif not _refused(answer, 403):
            faults.append(what)
    assert faults == []
    assert opened > len(ANYONE)


# Doors behind which the service asks again for a permission that depends on what the form wants.
DECIDED_INSIDE = {"staff.assign", "staff.move"}


def test_a_stranger_is_sent_to_sign_in_and_told_nothing(doors: Doors, stranger: Visitor) -> None:
    faults = []
    for rule, method in _rules(doors.app):
        answer = doors.knock(stranger, rule, method)
        what = f"{method} {rule.rule} answered {answer.status_code}"
        if rule.endpoint in STAFF and rule.rule.startswith("/api/"):
            good = _refused(answer, 401)
        elif rule.endpoint in STAFF:
            good = _sent_to(answer, "/staff/sign-in")
        elif rule.endpoint in REQUESTER:
            good = _sent_to(answer, "/portal/enter")
        else:
            good = answer.status_code < 500 or rule.endpoint == "health.ready"
        if not good or SECRET in answer.text:
            faults.append(what)
    assert faults == []


def test_a_requester_gets_into_nothing_of_the_staff(doors: Doors) -> None:
    faults = []
    for rule, method in _rules(doors.app):
        visitor = Visitor(doors.app)
        visitor.enter_portal(doors.case.id)
        answer = doors.knock(visitor, rule, method)
        if rule.endpoint in STAFF:
            good = _refused(answer, 401) if rule.rule.startswith("/api/") else _sent_to(answer, "/staff/sign-in")
        else:
            good = not _sent_to(answer, "/portal/enter") or rule.endpoint in ANYONE
        if not good:
            faults.append(f"{method} {rule.rule} answered {answer.status_code}")
    assert faults == []


def _of_a_case(app: Flask) -> list[tuple[Rule, str]]:
    found = [(rule, method) for rule, method in _rules(app) if "reference" in rule.arguments]
    assert len(found) > 5
    return found


def test_a_case_of_another_council_is_not_there(doors: Doors, visit: Callable[..., Visitor]) -> None:
    manager = visit("manager", controllers=["southmoor"])
    answers = [(rule, method, doors.knock(manager, rule, method)) for rule, method in _of_a_case(doors.app)]
    assert [f"{m} {r.rule} {a.status_code}" for r, m, a in answers if not _refused(a, 404)] == []
    for path in ("/staff/", f"/staff/?text={doors.case.reference}"):
        page = manager.get(path)
        assert SECRET not in page.text and page.text.count(doors.case.reference) <= 1  # at most as it was typed


@pytest.mark.parametrize("aside", [False, True])
def test_of_an_e_mail_that_nobody_has_logged_nothing_answers_but_what_sorts_it(
    doors: Doors, visit: Callable[..., Visitor], now: datetime, aside: bool
) -> None:
    message = Message(sender="morwenna@example.org", name="Morwenna Tregale", subject="My file", text="Please.")
    doors.case = incoming.begin("northmoor", message, arrived_at=now, actor=SERVICE, now=now)
    doors.case.status = Status.SET_ASIDE if aside else Status.DRAFT
    db.session.commit()
    case_id, visitor = doors.case.id, visit("manager")
    heading = "This e-mail was set aside" if aside else "Log this e-mail first"
    faults, closed = [], 0
    before = _everything()
    for rule, method in _of_a_case(doors.app):
        answer = doors.knock(visitor, rule, method)
        told = answer.status_code == 409 and heading in answer.text
        if rule.endpoint not in OF_AN_EMAIL:
            closed += 1
            if not told or f"/staff/cases/{doors.case.reference}/draft" not in answer.text:
                faults.append(f"{method} {rule.rule} answered {answer.status_code}")
        elif told:
            faults.append(f"{method} {rule.rule} is closed")
    assert faults == [] and closed > 50
    assert _everything() == before and db.session.get_one(Case, case_id).status is doors.case.status


def test_a_restricted_case_is_there_for_its_officer_and_managers_alone(
    doors: Doors, visit: Callable[..., Visitor], staff: Callable[..., Actor]
) -> None:
    owner, other = staff("officer"), staff("officer")
    case = db.session.get_one(Case, doors.case.id)
    case.restricted, case.assigned_to = True, uuid.UUID(owner.id)
    db.session.commit()
    reading = [rule for rule, method in _of_a_case(doors.app) if method == "GET" and rule.arguments == {"reference"}]
    faults = []
    for who, there in ((owner, True), (staff("manager"), True), (other, False)):
        visitor = visit(who)
        for rule in reading:
            answer = doors.knock(visitor, rule, "GET")
            good = answer.status_code < 400 if there else _refused(answer, 404)
            if not good:
                faults.append(f"{who.role} {rule.rule} {answer.status_code}")
    assert faults == []


def test_nothing_is_changed_without_a_token_of_the_form(
    doors: Doors, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(doors.app.config, "WTF_CSRF_ENABLED", True)
    manager = visit("manager")
    unsafe = [rule for rule, method in _rules(doors.app) if method == "POST"]
    assert len(unsafe) > 5
    for rule in unsafe:
        path = doors.address(rule)
        for options in ({}, {"json": {"reason": "x"}}, {"data": {"csrf_token": "made-up"}}):
            db.session.rollback()
            ask = lambda path=path, options=options: manager.client.post(path, **options)  # noqa: E731
            assert contextvars.Context().run(ask).status_code == 400, path


def test_reading_changes_nothing(doors: Doors, visit: Callable[..., Visitor]) -> None:
    """GET and HEAD leave every table as it was, but for sessions and the record of who looked."""
    visitor = visit("manager")
    before = _everything()
    for rule, method in _rules(doors.app):
        if method == "GET":
            doors.knock(visitor, rule, "GET")
    assert _everything() == before


def _everything() -> dict[str, list[Any]]:
    db.session.rollback()
    spared = {"web_session", "audit_event", "audit_head"}
    found = {}
    for table in db.Model.metadata.sorted_tables:
        if table.name not in spared:
            rows = db.session.execute(table.select()).all()
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
    db.session.rollback()
    return found
