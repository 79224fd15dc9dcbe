"""`sar check` fills every letter that could come to be written; the file that is broken or says too little is named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from sar_service.catalogue import load
from sar_service.cli.check import check as command
from sar_service.documents.assets import TEMPLATES
from sar_service.services.letter_check import check
from tests import configuration

SHIPPED = TEMPLATES / "letters"
REFUSED = (SHIPPED / "refused" / "body.txt").read_text()

Config = Callable[[dict[str, str]], Path]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The configuration of two councils, with letters of their own."""

    def made(files: dict[str, str]) -> Path:
        home = configuration.write(tmp_path)
        for name, text in files.items():
            path = home / "letters" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return home

    return made


def findings(home: Path) -> list[tuple[str, str, bool]]:
    found = check(load(home), TEMPLATES)
    return [(each.file.removeprefix(f"{home}/letters/"), each.problem, each.broken) for each in found]


def test_every_shipped_letter_can_be_written(config: Config) -> None:
    assert findings(config({})) == []


def in_welsh(home: Path) -> Path:
    """The first of the two councils offers Welsh."""
    path = home / "controllers.yaml"
    path.write_text(path.read_text().replace("    nation: eng", "    languages: [en, cy]\n    nation: eng", 1))
    return home


def test_every_shipped_letter_can_be_written_in_welsh(config: Config) -> None:
    assert findings(in_welsh(config({}))) == []


def test_a_letter_of_a_council_with_no_welsh_beside_it_is_a_gap_and_a_broken_one_is_named(config: Config) -> None:
    own = "No: {{ reason }}. {{ reference }}. section 164A section 165 section 167"
    home = in_welsh(config({"refused/body.txt": own, "closed/body.cy.txt": "{{ reason }} {{ reference }} adran 165"}))
    [broken, gap] = findings(home)
    assert broken[0] == "closed/body.cy.txt" and "in Welsh, that they can complain to us" in broken[1] and broken[2]
    assert gap[0] == "refused/body.txt" and "has no Welsh beside it" in gap[1] and not gap[2]


def test_a_letter_in_other_words_that_says_all_it_has_to_is_good(config: Config) -> None:
    own = "Hello {{ requester.name }}, no: {{ reason }}. {{ reference }}. section 164A section 165 section 167"
    assert findings(config({"refused/body.txt": own})) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "refused/body.txt",
            REFUSED.replace('{% include "letters/rights.txt" %}', ""),
            "complain to us (section 164A)",
        ),
        ("refused/body.txt", REFUSED.replace("{{ reason }}", ""), "what the officer wrote ({{ reason }})"),
        ("rights.txt", "section 164A, section 165", "that they can go to court (section 167)"),
        ("extension/body.txt", "{{ reason }} {{ reference }}", "the date by which the answer is due ({{ due }})"),
        ("access-code/body.txt", "Your code is on its way", "the code ({{ code }})"),
        ("closed/subject.txt", "{% if due %}Closed{% endif %}", "one line of up to 200 characters"),
        ("refused/body.txt", REFUSED + "{{ code }}", "that this letter does not have ('code' is undefined)"),
        ("closed/body.txt", '{% include "letters/feet.txt" %}', "there is no such template"),
        ("outcome-erasure/body.txt", "{{ reason }} {{ reference }}", "complain to us (section 164A)"),
    ],
)
def test_a_letter_that_is_broken_or_says_too_little_is_named(config: Config, name: str, text: str, words: str) -> None:
    found = findings(config({name: text}))
    assert found and all(broken for _, _, broken in found)
    files = {file for file, _, _ in found}
    assert all(words in problem for _, problem, _ in found), found
    assert files == {name} if name != "rights.txt" else all(str(SHIPPED) in file for file in files)


def test_a_fault_in_one_councils_letter_is_told_of_that_council(config: Config) -> None:
    assert findings(config({"southmoor/refused/body.txt": "{{ reason }}"}))[0][0] == "southmoor/refused/body.txt"


def test_the_command_says_so(config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = config({"refused/body.txt": "{{ reason }}"})
    for name, value in {"SAR_ENV": "test", "SAR_CONFIG_DIR": str(home), "SAR_DATA_DIR": str(tmp_path / "var")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SAR_TEMPLATES_DIR", str(TEMPLATES))
    result = CliRunner().invoke(command, ["--json"], catch_exceptions=False)
    told = {each["name"]: each for each in json.loads(result.stdout)["checks"]}
    found = told[str(home / "letters" / "refused" / "body.txt")]
    assert (found["state"], result.exit_code) == ("wrong", 2) and "section 164A" in found["message"]
