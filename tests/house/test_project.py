"""The project's own papers: floors under dependencies, files that parse, paths that exist, licences that are ours."""

import json
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml

from tests.house.rules import ROOT, tracked

FLOORS = {
    "weasyprint": (70, 0),  # older ones follow redirects that a fetcher has refused
    "flask": (3, 1, 3),
    "jinja2": (3, 1, 6),
    "rq": (3, 0),
    "sqlalchemy": (2, 1),
    "pikepdf": (10,),
    "pillow": (12,),
    "lxml": (6,),
    "cryptography": (45,),
}
LOCKED = r"^([\w.-]+(?:\[[\w,]+\])?==\S+)((?:.*\\\n(?: {4}--hash=\S+(?: \\)?\n?)+)?)"
PATH = re.compile(r"`((?:sar_service|workers|templates|config|requirements|docs|assets|tests|\.ci)/[\w./-]*\w/?)`")


def floors(text: str) -> dict[str, tuple[int, ...]]:
    """The lowest version of each requirement."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"([A-Za-z0-9_-]+)(?:\[[^\]]*\])?(?:>=|==)([\d.]+)", line)
        if match:
            found[match[1].lower()] = tuple(int(part) for part in match[2].split("."))
    return found


def too_low(found: dict[str, tuple[int, ...]]) -> list[str]:
    return [name for name, floor in FLOORS.items() if found.get(name, (0,)) < floor]


def test_no_dependency_may_sink_below_the_version_that_is_safe() -> None:
    assert too_low(floors((ROOT / "requirements" / "run.in").read_text())) == []
    assert too_low(FLOORS | {"weasyprint": (69, 9)}) == ["weasyprint"]
    assert floors("weasyprint>=68.1,<71\npsycopg[binary]>=3.3") == {"weasyprint": (68, 1), "psycopg": (3, 3)}


def test_what_is_installed_is_locked_with_hashes() -> None:
    for name in ("run", "dev"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text()
        entries = re.findall(
            r"^([\w.-]+(?:\[[\w,]+\])?==\S+)((?:.*\\\n(?: {4}--hash=\S+(?: \\)?\n?)+)?)", lines, re.MULTILINE
        )
        assert entries
        assert [entry for entry, hashes in entries if "--hash=sha256:" not in hashes] == []


def test_no_dependency_forces_its_licence_on_us() -> None:
    strong = re.compile(r"(?<!L)(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
    locked = {
        line.split("==")[0].split("[")[0].lower()
        for line in (ROOT / "requirements" / "run.txt").read_text().splitlines()
        if re.match(r"[\w.-]+(\[[\w,]+\])?==", line)
    }
    assert len(locked) > 40
    found = []
    for each in distributions():
        if each.metadata["Name"].lower() not in locked:
            continue
        told = [
            each.metadata.get("License-Expression") or "",
            (each.metadata.get("License") or "").split("\n")[0],
            *(line for line in each.metadata.get_all("Classifier") or [] if line.startswith("License ::")),
        ]
        if strong.search(" ".join(told)) and not re.search(r"Lesser|LGPL|\bOR\b", " ".join(told)):
            found.append(each.metadata["Name"])
    assert found == []
    assert strong.search("AGPL-3.0") and strong.search("GPLv3") and not strong.search("LGPL-3.0")


def _parse(name: str, text: str) -> None:
    match Path(name).suffix:
        case ".yaml" | ".yml":
            list(yaml.safe_load_all(text))
        case ".json":
            json.loads(text)
        case ".toml":
            tomllib.loads(text)


def test_every_file_of_settings_can_be_read() -> None:
    names = [name for name in tracked() if name.endswith((".yaml", ".yml", ".json", ".toml"))]
    assert len(names) > 50
    for name in names:
        _parse(name, (ROOT / name).read_text())
    for name, spoilt in (("a.yaml", "a: [1"), ("a.json", "{"), ("a.toml", "a =")):
        with pytest.raises((yaml.YAMLError, ValueError)):
            _parse(name, spoilt)


def lost_paths(text: str) -> list[str]:
    """Paths of the project that a text names and that are not there. A pattern with a gap in it is not a path."""
    return [path for path in PATH.findall(text) if not (ROOT / path).exists()]


@pytest.mark.parametrize("name", [name for name in tracked() if name.endswith(".md")])
def test_every_path_that_a_guide_names_exists(name: str) -> None:
    text = (ROOT / name).read_text()
    assert lost_paths(text) == []
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_a_lost_path_is_noticed() -> None:
    assert lost_paths("see `docs/nowhere.md` and `sar_service/db.py`") == ["docs/nowhere.md"]


def test_the_licence_is_ours_to_give() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
