"""The audit trail only grows, and whoever changes it is found out."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from sar_service.db import aside, db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.models import AuditEvent, AuditHead, Case
from sar_service.services import audit, clock
from tests import factories
from tests.browser import Visitor


@pytest.fixture
def case(app: Flask, now: datetime) -> Case:
    """A case with a few events behind it."""
    case = factories.a_case(now=now)
    for number in range(3):
        audit.record("tested", actor=SERVICE, now=now, case=case, number=number)
    db.session.commit()
    return case


def _unlock(database: str) -> None:
    """What somebody with the database's own password can do."""
    with aside() as connection:
        if database == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_event_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'staff:nobody' WHERE number = 2",
        "UPDATE audit_event SET number = number + 100",
        "DELETE FROM audit_event WHERE number = 2",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(case: Case, statement: str) -> None:
    count = len(db.session.scalars(select(AuditEvent)).all())
    db.session.rollback()
    with pytest.raises(DBAPIError, match="only grows"), aside() as connection:
        connection.execute(text(statement))
    assert len(db.session.scalars(select(AuditEvent)).all()) == count
    assert audit.verify() == (count, None)


def test_the_database_refuses_to_empty_the_trail(case: Case, database: str) -> None:
    statement = "TRUNCATE audit_event" if database == "postgresql" else "DELETE FROM audit_event WHERE 1"
    db.session.rollback()
    with pytest.raises(DBAPIError, match="only grows"), aside() as connection:
        connection.execute(text(statement))


CHANGES = [
    ("actor", "staff:somebody-else"),
    ("verb", "tester"),
    ("controller", "southmoor"),
    ("object", "case:x"),
    ("detail", '{"number": 7}'),
    ("at", "2026-11-23 10:30:01"),
    ("case_id", None),
    ("digest", "0" * 64),
]


@pytest.mark.parametrize(("column", "value"), CHANGES)
def test_one_changed_value_is_found_at_its_event(case: Case, database: str, column: str, value: str | None) -> None:
    target = db.session.scalars(select(AuditEvent.number).where(AuditEvent.verb == "tested")).all()[1]
    db.session.rollback()
    _unlock(database)
    with aside() as connection:
        connection.execute(text(f"UPDATE audit_event SET {column} = :v WHERE number = :n"), {"v": value, "n": target})
    _, broken = audit.verify()
    assert broken is not None and broken.number == target
    assert "changed" in broken.why


def test_a_missing_event_is_found(case: Case, database: str) -> None:
    target = db.session.scalars(select(AuditEvent.number).where(AuditEvent.verb == "tested")).all()[0]
    db.session.rollback()
    _unlock(database)
    with aside() as connection:
        connection.execute(text("DELETE FROM audit_event WHERE number = :n"), {"n": target})
    _, broken = audit.verify()
    assert broken is not None and broken.number == target and "missing" in broken.why


def test_events_cut_off_at_the_end_are_found(case: Case, database: str) -> None:
    last = max(db.session.scalars(select(AuditEvent.number)))
    db.session.rollback()
    _unlock(database)
    with aside() as connection:
        connection.execute(text("DELETE FROM audit_event WHERE number = :n"), {"n": last})
    _, broken = audit.verify()
    assert broken is not None and broken.number == last and "end of the trail" in broken.why


def test_an_event_put_in_by_somebody_without_the_key_is_found(case: Case, now: datetime) -> None:
    head = db.session.get_one(AuditHead, 1)
    number, digest = head.number + 1, head.digest
    db.session.rollback()
    with aside() as connection:
        connection.execute(
            insert(AuditEvent).values(
                number=number, at=now, actor="service", verb="tested", controller="", case_id=None,
                object="", detail={}, previous=digest, digest="ab" * 32,
            )
        )  # fmt: skip
        connection.execute(text("UPDATE audit_head SET number = :n, digest = :d"), {"n": number, "d": "ab" * 32})
    _, broken = audit.verify()
    assert broken is not None and broken.number == number and "changed" in broken.why


def test_what_is_undone_leaves_no_event_and_no_gap(case: Case, now: datetime) -> None:
    before, _ = audit.verify()
    audit.record("tested", actor=SERVICE, now=now, case=case)
    db.session.rollback()
    audit.record("tested", actor=SERVICE, now=now)
    db.session.commit()
    assert audit.verify() == (before + 1, None)


def test_the_trail_can_be_taken_away_as_lines(case: Case) -> None:
    lines = [json.loads(line) for line in audit.export()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert all(factories.MORWENNA["family_name"] not in json.dumps(line) for line in lines)


def test_if_the_record_of_a_view_cannot_be_written_nothing_is_shown(
    case: Case, visit: Callable[..., Visitor], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = visit("officer")
    path = f"/staff/cases/{case.reference}"
    assert "Tregale" in officer.get(path).text

    def fail(*_: Any) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "_append", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = officer.get(path)
    assert answer.status_code >= 500
    assert "Tregale" not in answer.text and "disk" not in answer.text


def test_if_an_event_cannot_be_written_what_it_records_does_not_happen(
    case: Case, staff: Callable[..., Actor], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = staff("officer")
    facts = len(case.facts)

    def fail(*_: Any) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "_append", fail)
    with pytest.raises(OSError, match="full"):
        clock.add_fact(case, "clarification_requested", clock.day_of(now), actor=actor, now=now)
    db.session.rollback()
    db.session.refresh(case)
    assert len(case.facts) == facts


def test_the_command_names_the_broken_event(case: Case, database: str, app: Flask, council: Path) -> None:
    settings = app.extensions["sar_service"].settings
    environ = {
        "PATH": "/usr/bin:/bin",
        "SAR_ENV": "test",
        "SAR_DATABASE_URL": settings.database_url.get_secret_value(),
        "SAR_DATA_DIR": str(settings.data_dir),
        "SAR_CONFIG_DIR": str(council / "config"),
        "SAR_MAIL_BACKEND": "memory",
    }
    command = [str(Path(sys.executable).parent / "sar"), "audit", "verify"]
    db.session.rollback()
    good = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert good.returncode == 0 and "whole" in good.stdout, good.stderr
    _unlock(database)
    with aside() as connection:
        connection.execute(text("UPDATE audit_event SET actor = 'x' WHERE number = 3"))
    bad = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert bad.returncode == 1 and "event 3" in bad.stderr
