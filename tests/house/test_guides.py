"""The guides name tests as `file::test`; each of them exists."""

import ast
import re

import pytest

from tests.house.rules import ROOT, tracked

NAMED = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")


def lost_tests(text: str) -> list[str]:
    """Tests that a text names and that are not there."""
    lost = []
    for path, name in NAMED.findall(text):
        file = ROOT / path
        tree = ast.parse(file.read_text()) if file.is_file() else ast.Module(body=[], type_ignores=[])
        if name not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}:
            lost.append(f"{path}::{name}")
    return lost


@pytest.mark.parametrize("name", [name for name in tracked() if name.endswith(".md")])
def test_every_test_that_a_guide_names_exists(name: str) -> None:
    assert lost_tests((ROOT / name).read_text()) == []


def test_the_threat_model_names_a_test_or_a_task_for_every_threat() -> None:
    threats = (ROOT / "docs" / "threat-model.md").read_text().split("\n### T")[1:]
    assert [threat[:2] for threat in threats] == [f"{number:02}" for number in range(1, 28)]
    assert [t[:2] for t in threats if not NAMED.search(t) and "**The council**" not in t] == []


def test_a_lost_test_is_noticed() -> None:
    planted = "tests/house/" + "test_guides.py::test_" + "nowhere"
    assert lost_tests(f"see `{planted}`") == [planted]
    assert lost_tests("see `tests/house/test_guides.py::test_a_lost_test_is_noticed`") == []
