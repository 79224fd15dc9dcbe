"""The storeys of the house: every import contract holds, and every one breaks when something is planted."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.rules import ROOT

# One forbidden import for each contract, by words of its name.
PLANTED = {
    "Storeys": ("sar_service/domain/clock.py", "from sar_service import services"),
    "rules of the law": ("sar_service/domain/rights.py", "import httpx"),
    "Services know nothing": ("sar_service/services/clock.py", "import flask"),
    "Pages go through": ("sar_service/web/filters.py", "from sar_service.connectors import sql"),
    "without knowing the tables": ("sar_service/documents/ink.py", "from sar_service import models"),
    "doors do not know": ("sar_service/web/staff/__init__.py", "from sar_service.web import public"),
    "Connector kinds": ("sar_service/connectors/sql.py", "from sar_service.connectors import folder"),
    "does not know its workers": ("sar_service/services/lease.py", "import workers.runtime"),
    "demo council": ("sar_service/services/report.py", "from sar_service.demo import build"),
}


def _check(folder: Path) -> dict[str, bool]:
    """Whether each contract holds in the tree at `folder`."""
    program = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run(
        [str(program), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "400", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    told = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", found.stdout, re.MULTILINE))
    assert told, found.stdout + found.stderr
    return {name: word == "KEPT" for name, word in told.items()}


def test_every_contract_holds() -> None:
    told = _check(ROOT)
    assert all(told.values()), [name for name, kept in told.items() if not kept]
    assert len(told) == len(PLANTED)


def test_every_contract_breaks_when_its_rule_is_broken(tmp_path: Path) -> None:
    for package in ("sar_service", "workers"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in PLANTED.values():
        file = tmp_path / name
        file.write_text(f"{file.read_text()}\n{line}\n")
    told = _check(tmp_path)
    assert [name for name, kept in told.items() if kept] == []


def test_a_new_room_must_be_given_a_storey(tmp_path: Path) -> None:
    for package in ("sar_service", "workers"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "sar_service" / "attic").mkdir()
    (tmp_path / "sar_service" / "attic" / "__init__.py").write_text("")
    broken = [name for name, kept in _check(tmp_path).items() if not kept]
    assert len(broken) == 1 and broken[0].startswith("Storeys")
