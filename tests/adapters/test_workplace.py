"""Temporary files hold personal data while a job works: they are private, and go when their process is gone."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sar_service.adapters import workplace
from tests.configuration import ROOT

WORKS = """
import sys, tempfile, time
from sar_service.adapters import workplace
workplace.settle()
with tempfile.NamedTemporaryFile(delete=False) as file:
    file.write(b"a child's address")
print(file.name, flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path / f"sar-work-{os.getuid()}"


@pytest.fixture
def working() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process at work, and the file it is working on."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", WORKS], cwd=ROOT, **pipes) as process:  # type: ignore[call-overload]
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_what_a_killed_process_was_working_on_is_cleared_and_what_others_work_on_is_not(
    home: Path, working: tuple[subprocess.Popen[str], Path]
) -> None:
    process, file = working
    assert home in file.parents
    workplace.clear()
    assert file.exists()
    process.kill()
    process.wait(60)
    workplace.clear()
    assert not file.exists()
    assert list(home.iterdir()) == []


def test_nobody_else_may_look(home: Path, working: tuple[subprocess.Popen[str], Path]) -> None:
    _, file = working
    assert home.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_folder_that_somebody_else_put_there_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    home.symlink_to(tmp_path / "theirs")
    with pytest.raises(workplace.NoWorkplace, match="belongs to somebody else"):
        workplace.settle()


def test_clearing_where_nobody_ever_worked_does_nothing() -> None:
    workplace.clear()
