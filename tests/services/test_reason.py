"""Why somebody moved a case is sealed with the case; what earlier versions wrote into the trail is taken out of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from sar_service.db import aside, db
from sar_service.domain.actor import SERVICE
from sar_service.models import AuditEvent, AuditSealed, Case, CaseKey, Reason
from sar_service.services import audit, reason
from tests.browser import Visitor

WORDS = "Her aunt Ysolde Penhale rang: it was sent by mistake."


def trail() -> str:
    db.session.rollback()
    return "\n".join(str(event.detail) for event in db.session.scalars(select(AuditEvent)))


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("do-withdraw", {"reason": WORDS}),
        ("restrict", {"reason": WORDS}),
    ],
)
def test_a_reason_is_read_in_the_case_and_nowhere_in_the_trail(
    visit: Callable[..., Visitor], case: Case, form: str, given: dict[str, str]
) -> None:
    reference, case_id = case.reference, case.id
    visitor = visit("manager")
    visitor.get(f"/staff/cases/{reference}")
    place = next(each for each in visitor.forms() if each["fields"].get("form") == form)
    visitor.post(place["action"], {**place["fields"], **given})
    assert "Ysolde Penhale" in visitor.get(f"/staff/cases/{reference}").text
    assert "Ysolde" not in trail()
    row = db.session.scalars(select(Reason)).one()
    assert b"Ysolde" not in row.sealed and row.case_id == case_id
    assert "Ysolde" not in visitor.get("/managers/audit").text
    assert audit.verify()[1] is None


@pytest.fixture
def old(case: Case, now: datetime) -> int:
    """The number of an event as earlier versions wrote it, with others before and after."""
    audit.record("step back", actor=SERVICE, now=now, case=case, before="ready", after="reviewing", reason=WORDS)
    number = max(db.session.scalars(select(AuditEvent.number)))
    audit.record("tested", actor=SERVICE, now=now, case=case)
    db.session.commit()
    return number


def test_reasons_in_the_trail_are_sealed_and_the_chain_still_holds(
    visit: Callable[..., Visitor], case: Case, old: int, now: datetime
) -> None:
    reference, before = case.reference, {event.number: event.digest for event in db.session.scalars(select(AuditEvent))}
    assert reason.seal_old(now=now) == 1
    db.session.commit()
    assert "Ysolde" not in trail() and reason.seal_old(now=now) == 0
    after = {event.number: event.digest for event in db.session.scalars(select(AuditEvent))}
    assert before.items() <= after.items()  # an export from before still fits
    assert audit.verify()[1] is None
    event = db.session.get_one(AuditEvent, old)
    assert (event.detail["before"], event.detail["after"]) == ("ready", "reviewing")
    db.session.rollback()
    with pytest.raises(DBAPIError, match="only grows"), aside() as connection:
        connection.execute(text("UPDATE audit_event SET verb = 'x'"))
    assert "Ysolde Penhale" in visit("officer").get(f"/staff/cases/{reference}").text


@pytest.mark.parametrize("change", ["detail", "vouched"])
def test_a_sealed_event_that_is_changed_is_found(
    case: Case, old: int, now: datetime, database: str, change: str
) -> None:
    reason.seal_old(now=now)
    db.session.commit()
    if change == "vouched":
        db.session.get_one(AuditSealed, old).digest = "0" * 64
        db.session.commit()
    else:
        with aside() as connection:
            drop = "DROP TRIGGER audit_event_no_update"
            connection.execute(text(drop if database == "sqlite" else "ALTER TABLE audit_event DISABLE TRIGGER ALL"))
            change_it = """UPDATE audit_event SET detail = '{"before": "closed"}' WHERE number = :n"""
            connection.execute(text(change_it), {"n": old})
    broken = audit.verify()[1]
    assert broken is not None and broken.number == old


def test_the_words_of_a_destroyed_case_and_of_a_forged_event_are_dropped_and_left(
    case: Case, old: int, now: datetime
) -> None:
    key = db.session.get_one(CaseKey, case.id)
    key.wrapped, key.destroyed_at = None, now
    db.session.commit()
    assert reason.seal_old(now=now) == 1
    db.session.commit()
    assert "Ysolde" not in trail() and db.session.scalars(select(Reason)).all() == []
    assert audit.verify()[1] is None
