"""A production that is not safe does not start, and says why without telling a secret."""

import subprocess
import sys
from pathlib import Path

import pytest

from sar_service.settings import DEMO_SECRET_KEY

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"


def _serve(folder: Path, changes: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    environ = {
        "PATH": "/usr/bin:/bin",
        "SAR_SECRET_KEY": GOOD_KEY,
        "SAR_BASE_URL": "https://requests.council.example",
        "SAR_DATA_DIR": str(folder / "data"),
        **changes,
    }
    program = str(Path(sys.executable).parent / "sar")
    return subprocess.run(
        [program, "serve", "--port", "1"],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SAR_DEBUG": "1"}, "SAR_DEBUG"),
        ({"FLASK_DEBUG": "1"}, "SAR_DEBUG"),
        ({"SAR_SECRET_KEY": DEMO_SECRET_KEY}, "SAR_SECRET_KEY"),
        ({"SAR_SECRET_KEY": ""}, "SAR_SECRET_KEY"),
        ({"SAR_BASE_URL": "http://requests.council.example"}, "SAR_BASE_URL"),
        ({"SAR_MAIL_BACKEND": "console"}, "SAR_MAIL_BACKEND"),
    ],
)
def test_an_unsafe_production_does_not_start(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    found = _serve(tmp_path, changes)
    assert found.returncode not in (0, None)
    assert named in found.stderr and "Traceback" not in found.stderr
    assert GOOD_KEY not in found.stderr + found.stdout and DEMO_SECRET_KEY not in found.stderr + found.stdout
    assert not (tmp_path / "data").exists()


def test_a_key_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    key = tmp_path / "kek"
    key.write_text("ab" * 32)
    key.chmod(0o644)
    found = _serve(tmp_path, {"SAR_KEY_FILE": str(key)})
    assert found.returncode not in (0, None)
    assert "SAR_KEY_FILE" in found.stderr and "chmod 600" in found.stderr and "abab" not in found.stderr
