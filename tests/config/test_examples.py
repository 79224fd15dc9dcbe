"""The five published notices as data, against what a person reading them wrote down: every item of Article 15, what
is stated, what is not, and each system and body that is named. Facts of single councils are in
`test_examples_facts.py`."""

import shutil
from pathlib import Path

import pytest
import yaml

from sar_service.catalogue import Catalogue, load, profiles
from sar_service.catalogue.system import EXTERNAL, MANUAL
from tests.notices import SILENT

SHIPPED = Path(__file__).parents[2] / "config"

ENTIRELY_SILENT = {
    "bi-borough": {"(h)", "15(2)"},
    "wigan": {"(e)", "(ea)", "(f)", "15(2)"},
    "essex": {"(h)", "15(2)"},
    "children-and-families": {"(b)", "(d)", "(e)", "(ea)", "(f)", "(g)"},
    "achieving-for-children": {"(h)", "15(2)"},
}
CONTROLLERS = {
    "bi-borough": ["westminster", "kensington-and-chelsea"],
    "wigan": ["wigan"],
    "essex": ["essex"],
    "children-and-families": ["council"],
    "achieving-for-children": ["kingston", "richmond", "windsor-and-maidenhead"],
}


@pytest.fixture(scope="module")
def examples() -> dict[str, Catalogue]:
    return {name: load(SHIPPED, profile=name) for name in SILENT}


def test_there_are_five_examples() -> None:
    assert set(profiles(SHIPPED)) - {"demo"} == set(SILENT)


@pytest.mark.parametrize("name", profiles(SHIPPED))
def test_every_profile_can_be_loaded(name: str) -> None:
    catalogue = load(SHIPPED, profile=name)
    assert catalogue.controllers
    for system in catalogue.systems:
        assert len(catalogue.article_15(catalogue.notice_of(system).key)) == 10


@pytest.mark.parametrize("name", SILENT)
def test_each_notice_speaks_for_its_councils(examples: dict[str, Catalogue], name: str) -> None:
    catalogue = examples[name]
    [notice] = catalogue.notices.values()
    assert list(catalogue.controllers) == CONTROLLERS[name] == list(notice.controllers)
    assert {each.nation for each in catalogue.controllers.values()} == {"england-and-wales"}


@pytest.mark.parametrize("name", SILENT)
def test_the_gaps_are_exactly_those_of_the_notice(examples: dict[str, Catalogue], name: str) -> None:
    found: dict[str, list[str]] = {}
    for gap in examples[name].gaps():
        if gap.about.startswith("notice"):
            found.setdefault(gap.letter, []).append(gap.field)
    assert found == SILENT[name]


@pytest.mark.parametrize("name", SILENT)
def test_an_item_is_stated_unless_the_notice_is_silent_on_all_of_it(examples: dict[str, Catalogue], name: str) -> None:
    [key] = examples[name].notices
    for controller in CONTROLLERS[name]:
        items = examples[name].article_15(key, controller=controller)
        assert {item.letter for item in items if not item.stated} == ENTIRELY_SILENT[name]


@pytest.mark.parametrize("name", SILENT)
def test_every_gap_points_at_the_line_where_it_is_written(examples: dict[str, Catalogue], name: str) -> None:
    for gap in examples[name].gaps():
        line = Path(gap.file).read_text().splitlines()[gap.line - 1]
        last = gap.field.rpartition(".")[2]
        word = last.partition("[")[0]
        assert word in line, (gap, line)


@pytest.mark.parametrize("name", SILENT)
def test_every_system_and_body_the_notice_names_has_its_file_and_no_other_is_made_up(
    examples: dict[str, Catalogue], name: str
) -> None:
    [notice] = examples[name].notices.values()
    named = {each.system for group in (notice.systems_named, notice.partner_bodies) for each in group or ()}
    assert named == set(examples[name].systems)


@pytest.mark.parametrize("name", SILENT)
def test_systems_are_connected_manual_and_external_and_belong_to_every_council(
    examples: dict[str, Catalogue], name: str
) -> None:
    catalogue = examples[name]
    kinds = {system.kind for system in catalogue.systems.values()}
    assert {MANUAL, EXTERNAL, "sql"} <= kinds
    for controller in CONTROLLERS[name]:
        assert {system.key for system in catalogue.systems_for(controller)} == set(catalogue.systems)


def test_connected_systems_of_an_example_are_those_of_the_demonstration(examples: dict[str, Catalogue]) -> None:
    for name, catalogue in examples.items():
        for system in catalogue.systems.values():
            assert system.connected is (system.settings_like is not None), (name, system.key)
            if system.settings_like is not None:
                folder, _, stem = system.settings_like.partition("/")
                written = yaml.safe_load((SHIPPED / folder / "systems" / f"{stem}.yaml").read_text())
                assert written["kind"] == system.kind
                assert set(system.settings or ()) == set(written["settings"])


def test_exemptions_retention_and_holidays_are_the_councils_own(examples: dict[str, Catalogue]) -> None:
    own = load(SHIPPED)
    assert own.profile is None
    for name, catalogue in examples.items():
        assert catalogue.profile == name
        assert catalogue.exemptions == own.exemptions
        assert catalogue.retention == own.retention
        assert catalogue.holidays_overrides == own.holidays_overrides


def test_the_shipped_configuration_is_good_and_waits_for_a_council() -> None:
    own = load(SHIPPED)
    assert (dict(own.controllers), dict(own.notices), dict(own.systems)) == ({}, {}, {})
    assert {"TP16", "TP17", "LPP"} <= own.exemptions.keys()
    assert {"NPD", "DUP", "NOTHELD", "OTHERCTRL", "ALREADY", "OUTSCOPE"} == own.dispositions.keys()
    assert own.retention["looked-after-child"].keep.in_words() == "75 years"
    assert own.retention["identity-evidence"].keep.in_words() == "at once"


def test_an_example_can_be_copied_as_a_beginning(tmp_path: Path) -> None:
    """What config/README.md proposes: an example's files in place of one's own."""
    home = tmp_path / "config"
    shutil.copytree(SHIPPED, home, ignore=shutil.ignore_patterns("controllers.yaml"))
    shutil.rmtree(home / "notices")
    shutil.rmtree(home / "systems")
    shutil.copytree(SHIPPED / "demo" / "systems", home / "demo" / "systems", dirs_exist_ok=True)
    shutil.copytree(SHIPPED / "examples" / "essex", home, dirs_exist_ok=True)
    assert load(home).systems.keys() == load(SHIPPED, profile="essex").systems.keys()
