"""`sar gather`, `sar pack` and `sar sweep` do a case's work here and now, on the same case that the pages show."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from sar_service.cli import case as command
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.queue import courier, use
from sar_service.services import audit
from tests import factories, packs
from workers.jobs import pack as job


@pytest.fixture(autouse=True)
def _same_application(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The commands work on the application of the test, and leave its courier as it was."""
    before, real = courier(), command.start
    monkeypatch.setattr(command, "start", lambda: real(app))
    monkeypatch.setattr(job, "verify", lambda *_, **__: [])
    yield
    use(before)


def test_gather_searches_every_system_and_says_what_each_answered(officer: Actor, now: datetime) -> None:
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    reference = case.reference
    db.session.rollback()  # the command has a session of its own
    run = CliRunner().invoke(command.gather, [reference], standalone_mode=False)
    assert run.exception is None
    assert run.return_value == 0
    assert "Social care records: held, 2 records, 0 documents" in run.output
    assert packs.again(case).status is Status.REVIEWING


def test_pack_builds_here_and_writes_the_file(
    sent: Any, officer: Actor, staff: packs.Made, now: datetime, tmp_path: Path
) -> None:
    case = packs.signed_off(sent, officer=officer, second=staff("officer"), now=now)
    out, reference = tmp_path / "here.pdf", case.reference
    db.session.rollback()
    run = CliRunner().invoke(command.pack, [reference, "--out", str(out)], standalone_mode=False)
    assert run.exception is None
    assert run.return_value == 0
    assert run.output.splitlines()[-1] == str(out)
    assert out.read_bytes().startswith(b"%PDF")
    assert packs.again(case).status is Status.READY
    assert any("staff:command-line" in line for line in audit.export())


def test_sweep_does_lost_work_again(sent: Any, officer: Actor, now: datetime) -> None:
    factories.a_case(now=now)
    sent.jobs.clear()  # the letter's job is lost
    db.session.rollback()
    run = CliRunner().invoke(command.sweep, [], standalone_mode=False)
    assert run.exception is None
    assert run.return_value == 0
    assert "jobs done again" in run.output
