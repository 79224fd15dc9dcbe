"""Nobody looks without leaving their name: each page of a case is one event, and without the event there is no page."""

import contextvars
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from sar_service.db import db
from sar_service.models import AuditEvent
from sar_service.services import audit
from tests.browser import Visitor
from tests.web.test_access import SECRET, Doors, _of_a_case, doors

__all__ = ["doors"]

# States and counts alone, for pages that keep themselves up to date and for other systems; a way to another page.
NOBODYS_DATA = {"api.show", "staff.pack_state", "staff.search_rows", "staff.reading_page"}


def _views() -> int:
    db.session.rollback()
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.verb.like("viewed %"))
    return db.session.scalar(query) or 0


def test_every_page_of_a_case_is_one_event_and_its_pieces_none(doors: Doors, visit: Callable[..., Visitor]) -> None:
    manager = visit("manager")
    faults, opened = [], 0
    for rule in [rule for rule, method in _of_a_case(doors.app) if method == "GET"]:
        before = _views()
        answer = doors.knock(manager, rule, "GET")
        if answer.status_code != 200:
            continue
        opened += 1
        wanted = 0 if rule.endpoint in NOBODYS_DATA else 1
        if _views() - before != wanted:
            faults.append(f"{rule.rule} wrote {_views() - before} events, and should {wanted}")
        if not wanted and ("Jago" in answer.text or SECRET in answer.text):
            faults.append(f"{rule.rule} shows somebody and writes nothing")
    assert faults == []
    assert opened > 12


def test_what_cannot_be_written_down_is_not_shown(
    doors: Doors, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = visit("manager")

    def broken(*_arguments: Any) -> int:
        raise OperationalError("INSERT INTO audit_event", {}, Exception("no space left"))

    monkeypatch.setattr(audit, "_append", broken)
    faults = []
    for rule, method in [*_of_a_case(doors.app)]:
        if method != "GET" or rule.endpoint in NOBODYS_DATA:
            continue
        answer = doors.knock(manager, rule, "GET")
        if answer.status_code not in (302, 404, 503) or SECRET in answer.text or "Jago" in answer.text:
            faults.append(f"{rule.rule} answered {answer.status_code}")
    page = contextvars.Context().run(lambda: manager.client.get("/staff/"))
    assert faults == []
    assert page.status_code == 503 and doors.case.reference not in page.text
    assert "could not be written down" in page.text
