"""Tests that share one costly thing are run by one process: the demo council is not built twice at a time."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("number", range(8))
def test_shared(number, worker_id):
    assert worker_id.startswith("gw")
"""


def test_a_group_of_tests_stays_together(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "--rootdir",
        ".",
        "-c",
        os.devnull,
    ]
    bare = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run([*command, "."], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    passed = [line for line in done.stdout.splitlines() if "PASSED" in line]
    assert len(passed) == 8, done.stdout
    assert len({line.split()[0] for line in passed}) == 1, passed
