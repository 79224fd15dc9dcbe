"""An item that is no part of the answer is left out with a reason of its own kind, accounted for, and put back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.models import Case, LeftOut, Record
from sar_service.services import case as cases
from sar_service.services import left_out, pack_content, redaction_mark, redaction_signoff, sealing, units
from sar_service.services.pack_records import papers
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]
WHY = "It is about Ysolde Penhale, who shares the flat."


@pytest.fixture
def case(app: Flask, sent: Any, officer: Actor, now: datetime) -> Case:
    return factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)


def left(visitor: Visitor, reference: str, row: Any, **changes: str) -> Any:
    visitor.get(f"/staff/cases/{reference}/reading/{row.id}")
    return visitor.send({"code": "NPD", "reason": WHY, **changes}, form="Leave it out")


def test_an_item_that_is_left_out_is_in_no_pack_and_accounted_for(
    visit: Visit, officer: Actor, staff: packs.Made, case: Case
) -> None:
    reference, case_id = case.reference, case.id
    marked = units.counts_of(case)
    row = max(units.records(case), key=lambda each: marked.get(each.id, 0))  # one with marks to decide
    before, open_before = redaction_signoff.state_digest(case), redaction_mark.undecided(case)
    total = pack_content.counts(case, papers(case)).all_records
    visitor = visit(officer)
    page = left(visitor, reference, row)
    assert page.request.path == f"/staff/cases/{reference}/found" and WHY in page.text.replace("&#39;", "'")
    db.session.rollback()
    case = db.session.get_one(Case, case_id)
    assert row.id not in {each.id for each in units.records(case)}
    assert pack_content.counts(case, papers(case)).all_records == total - 1
    assert redaction_signoff.state_digest(case) != before
    assert redaction_mark.undecided(case) < open_before
    told = pack_content.closing(case, units.people_of(case), pack_content.Counts(), [])
    assert [(each["plain"], each["count"]) for each in told["left_out"]] == [("This is not information about you.", 1)]
    assert all(each["code"] != "NPD" for each in told["codes"])  # no exemption, and not counted as one
    kept = db.session.scalars(select(LeftOut)).one()
    assert b"Ysolde" not in kept.sealed and sealing.unseal(kept)["reason"] == WHY
    assert officer.id in cases.situation(case).decided_by  # somebody else has to sign
    assert visitor.get(f"/staff/cases/{reference}/reading/{row.id}").status_code == 404
    visitor.get(f"/staff/cases/{reference}/found")
    visitor.send({"reason": "It is hers after all."}, form="Put it back")
    db.session.rollback()
    case = db.session.get_one(Case, case_id)
    assert redaction_signoff.state_digest(case) == before and left_out.account(case) == []
    assert len(db.session.scalars(select(LeftOut)).all()) == 2  # both decisions stay on file


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"code": ""}, 400, "Choose why it is left out"),
        ({"code": "TP16"}, 400, "Choose why it is left out"),
        ({"reason": " "}, 400, "Say why"),
        ({"reason": "x" * 2001}, 400, "at most 2000"),
        ({"seen": "DUP"}, 409, "What stands now"),
    ],
)
def test_what_cannot_be_is_named_and_the_item_stays(
    visit: Visit, officer: Actor, case: Case, changes: dict[str, str], status: int, says: str
) -> None:
    row = units.records(case)[0]
    page = left(visit(officer), case.reference, row, **changes)
    assert page.status_code == status and says in page.text
    db.session.rollback()
    assert db.session.scalars(select(Record).where(Record.left_out != "")).all() == []
