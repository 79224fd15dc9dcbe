"""What the database refuses: only what somebody else did in the same moment is said to be that."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db, new_id
from sar_service.models import Case, Note
from sar_service.services import work
from tests import factories
from tests.browser import Visitor


def twice(case: Case, **values: Any) -> None:
    same = new_id()
    for _ in range(2):
        db.session.add(Note(id=same, case_id=case.id, written_by="staff:1", **values))
        db.session.flush()
        db.session.expunge_all()


def nobodys(case: Case, **values: Any) -> None:
    db.session.add(Note(id=new_id(), case_id=case.id, written_by=None, **values))
    db.session.flush()


def of_no_case(case: Case, **values: Any) -> None:
    db.session.add(Note(id=new_id(), case_id=new_id(), written_by="staff:1", **values))
    db.session.flush()


@pytest.mark.parametrize(("act", "status"), [(twice, 409), (nobodys, 500), (of_no_case, 500)])
def test_only_what_is_there_already_is_said_to_be_somebody_elses_doing(
    app: Flask,
    visit: Callable[..., Visitor],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[..., None],
    status: int,
) -> None:
    case = factories.a_case(now=now)
    visitor = visit("officer")
    visitor.get(f"/staff/cases/{case.reference}/work")
    monkeypatch.setattr(
        work,
        "note",
        lambda case, _text, **_: act(case, controller=case.controller, written_at=now, sealed=b"x"),
    )
    page = visitor.send({"text": "She rang."}, form="Keep the note")
    assert page.status_code == status
    assert ("in the same moment" in page.text) is (status == 409)
    assert ("Somebody else changed this" in page.text) is (status == 409)
