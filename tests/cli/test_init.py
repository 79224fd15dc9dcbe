"""`sar init`: the database and the first administrator; nobody is made whose password nobody knows."""

import subprocess
import sys
from pathlib import Path

from tests import configuration


def _run(folder: Path, *command: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    if not (folder / "config").is_dir():
        configuration.write(folder)
    environ = {
        "PATH": "/usr/bin:/bin",
        "SAR_ENV": "test",
        "SAR_DATA_DIR": str(folder / "data"),
        "SAR_CONFIG_DIR": str(folder / "config"),
        **changes,
    }
    return subprocess.run(
        [*command], env=environ, cwd=configuration.ROOT, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip


INIT = (str(Path(sys.executable).parent / "sar"), "init", "--email", "first@northmoor.example")


def test_a_variable_that_is_not_set_makes_no_administrator_whose_password_nobody_knows(tmp_path: Path) -> None:
    found = _run(tmp_path, *INIT, "--password-env", "FIRST_PASSWORD")
    assert found.returncode == 2 and "FIRST_PASSWORD is not set" in found.stderr and "Created" not in found.stdout
    found = _run(tmp_path, *INIT, "--password-env", "FIRST_PASSWORD", FIRST_PASSWORD="twelve words or so")
    assert found.returncode == 0 and "Created the administrator first@northmoor.example" in found.stdout
    assert "twelve words" not in found.stdout + found.stderr


def test_whoever_wants_a_second_first_administrator_is_told_that_nobody_was_added(tmp_path: Path) -> None:
    assert "Password: " in _run(tmp_path, *INIT).stdout
    found = _run(tmp_path, *INIT[:2], "--email", "second@northmoor.example")
    assert found.returncode == 0 and "Nobody was added" in found.stdout and "Created" not in found.stdout
    assert "Nobody was added" not in _run(tmp_path, *INIT[:2]).stdout


def test_a_process_that_does_not_exist_is_not_taken_for_a_worker(tmp_path: Path) -> None:
    found = _run(tmp_path, sys.executable, "-m", "workers", "timetabel", SAR_REDIS_URL="unix:///nowhere/redis.sock")
    assert found.returncode == 2 and "python -m workers timetable" in found.stderr
