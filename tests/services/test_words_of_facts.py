"""What somebody wrote about a fact is sealed: in new facts, and in those that were there before it was."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from sar_service.db import db
from sar_service.models import AuditEvent, Case, Fact
from sar_service.services import clock, identity, schema
from tests import factories

WORDS = "Her aunt Hepzibah opened the envelope"


def in_clear(case_id: Any) -> str:
    """All that the database says of a case without any key, in facts and in the trail."""
    facts = db.session.scalars(select(Fact.detail).where(Fact.case_id == case_id))
    events = db.session.scalars(select(AuditEvent.detail))
    return json.dumps([*facts, *events])


def a_case_with_words(now: datetime, staff: Any) -> Any:
    case, officer = factories.a_case(now=now, received_on=date(2026, 11, 2)), staff("officer")
    clock.add_fact(case, "clarification_requested", date(2026, 11, 5), actor=officer, now=now, reasons=WORDS)
    clock.correct(case, str(case.facts[0].id), on=date(2026, 11, 3), reason=WORDS, actor=officer, now=now)
    factories.with_identity(case, actor=officer, now=now)
    identity.doubt(case, reason=WORDS, actor=officer, now=now)
    db.session.commit()
    return case.id


def test_what_staff_write_about_a_fact_stands_nowhere_in_clear(app: Any, now: datetime, staff: Any) -> None:
    case_id = a_case_with_words(now, staff)
    assert "Hepzibah" not in in_clear(case_id) and "passport" not in in_clear(case_id)
    case = db.session.get_one(Case, case_id)
    assert [clock.words_about(fact) for fact in case.facts] == [
        "", WORDS, WORDS, "passport, in person", "", WORDS,
    ]  # fmt: skip


def test_what_was_written_before_is_sealed_by_the_migration(app: Any, now: datetime, staff: Any) -> None:
    case_id = a_case_with_words(now, staff)
    before = {fact.id: clock.told(fact) for fact in db.session.get_one(Case, case_id).facts}
    db.session.close()
    schema.downgrade("0008")
    with db.engine.connect() as connection:
        old = connection.exec_driver_sql("SELECT CAST(detail AS TEXT) FROM fact").scalars().all()
    assert sum("Hepzibah" in text for text in old) == 3
    schema.upgrade()
    assert "Hepzibah" not in in_clear(case_id)
    assert {fact.id: clock.told(fact) for fact in db.session.get_one(Case, case_id).facts} == before
