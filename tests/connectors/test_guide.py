"""The guide to connecting a system is true: its examples are accepted, its limits are the real ones."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sar_service import connectors
from sar_service.connectors.folder_settings import FolderLimits
from sar_service.connectors.http_settings import HttpLimits
from sar_service.connectors.sql_settings import Limits

GUIDE = Path(__file__).parents[2] / "docs" / "connecting-a-system.md"
EXAMPLES = [
    yaml.safe_load(text)
    for text in re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    if text.startswith("kind:")
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["kind"])
def test_each_example_is_accepted_as_it_stands(example: dict[str, Any]) -> None:
    environ = {"EDUCATION_PASSWORD": "x", "HOUSING_PASSWORD": "x"}
    connectors.build(example["kind"], example["settings"], secrets=environ)


def test_every_kind_has_an_example() -> None:
    assert {example["kind"] for example in EXAMPLES} == set(connectors.KINDS)


@pytest.mark.parametrize("limits", [Limits(), HttpLimits(), FolderLimits()], ids=["sql", "http", "folder"])
def test_every_limit_is_told_with_its_usual_value(limits: Any) -> None:
    told = GUIDE.read_text(encoding="utf-8")
    for name, value in limits.model_dump().items():
        shown = int(value) if float(value).is_integer() else value
        assert f"`{name}` {shown}" in told or f"`limits.{name}` ({shown})" in told


@pytest.mark.parametrize("kind", sorted(connectors.KINDS))
def test_every_setting_is_told(kind: str) -> None:
    told = GUIDE.read_text(encoding="utf-8")
    for name, setting in connectors.settings_for(kind).model_fields.items():
        assert re.search(rf"\b{setting.alias or name}\b", told), name
