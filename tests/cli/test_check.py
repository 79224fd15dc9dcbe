"""`sar check`: one line for each thing, what to do about a bad one, and an exit code a script can rely on."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sar_service.catalogue import Catalogue
from sar_service.cli import check as check_module
from sar_service.cli.check import CHECKS, Context, State, check, exit_code, run

SHIPPED = Path(__file__).parents[2] / "config"
COUNCILS = """
controllers:
  - key: example
    name: Example Borough Council
    short_name: Example
    nation: england-and-wales
    address: [Town Hall, Exampleton]
    dpo: {name: Data Protection Officer, email: dpo@example.gov.uk}
    regulator: {name: The regulator, url: "https://regulator.example"}
    complaints: {email: complaints@example.gov.uk}
    public_contact: {email: access@example.gov.uk}
"""
DATABASE = """
key: database
title: Education database
kind: sql
notice: notice
why_searched: It holds pupils.
held_about: [pupils]
settings:
  url: {env: EDUCATION_URL}
  person: {table: pupil, key: id, given_name: forename, family_name: surname}
  records:
    - {table: note, section: Notes, title: Note, belongs: {pupil: id}, key: id, fields: {words: Words}}
"""


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small council with one database that answers, one colleague and one partner, and a good environment."""
    home = tmp_path / "config"
    (home / "notices").mkdir(parents=True)
    (home / "systems").mkdir()
    for name in ("exemptions.yaml", "retention.yaml", "holidays.yaml"):
        shutil.copy(SHIPPED / name, home / name)
    shutil.copy(SHIPPED / "notices" / "notice.yaml.example", home / "notices" / "notice.yaml")
    for name in ("colleague", "partner"):
        shutil.copy(SHIPPED / "systems" / f"{name}.yaml.example", home / "systems" / f"{name}.yaml")
    (home / "systems" / "database.yaml").write_text(DATABASE)
    (home / "controllers.yaml").write_text(COUNCILS)
    with sqlite3.connect(tmp_path / "education.db") as database:
        database.execute("create table pupil (id integer primary key, forename text, surname text)")
        database.execute("create table note (id integer primary key, pupil integer, words text)")
    database.close()
    (tmp_path / "templates").symlink_to(SHIPPED.parent / "templates")
    monkeypatch.chdir(tmp_path)
    for name in ("SAR_CONFIG_DIR", "SAR_ENV", "SAR_DATABASE_URL", "SAR_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAR_ENV", "test")
    monkeypatch.setenv("EDUCATION_URL", f"sqlite:///{tmp_path}/education.db")
    return home


def sar_check(*arguments: str) -> Result:
    return CliRunner().invoke(check, list(arguments), catch_exceptions=False)


def results_of(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = sar_check(*arguments, "--json")
    answer = json.loads(result.stdout)
    assert answer["ok"] is (result.exit_code == 0)
    return result.exit_code, {each["name"]: each for each in answer["checks"]}


def test_a_good_council_has_a_line_for_each_thing_and_exits_0(council: Path) -> None:
    code, found = results_of()
    assert code == 0
    for name in ("controllers.yaml", "retention.yaml", "notices/notice.yaml", "systems/database.yaml"):
        assert found[f"config/{name}"]["state"] == "ok"
    assert found["environment"]["message"] == "set up for test"
    assert found["system database"]["message"] == "answers"
    assert found["system colleague"]["message"] == "can be asked"
    assert "told whom to ask" in found["system partner"]["message"]


def test_what_a_database_holds_and_no_record_shows_is_told(council: Path) -> None:
    code, found = results_of()
    gap = found["system database shows"]
    assert (code, gap["state"]) == (0, "gap")
    assert "pupil" in gap["message"]
    assert "leave_out" in gap["remedy"]


def test_the_table_reads_line_by_line(council: Path) -> None:
    result = sar_check()
    assert result.exit_code == 0
    assert "ok       config/controllers.yaml" in result.stdout
    assert result.stdout.rstrip().endswith("0 failed, 0 wrong")


def test_a_system_that_does_not_answer_exits_1_and_says_what_to_do(council: Path) -> None:
    (council.parent / "education.db").unlink()
    code, found = results_of()
    assert code == 1
    assert found["system database"]["state"] == "failed"
    assert found["system database"]["remedy"]
    assert found["system colleague"]["state"] == "ok", "one failure hides no other answer"
    assert "-> " in sar_check().stdout


def test_a_mistake_in_a_file_exits_2_and_good_files_are_still_listed(council: Path) -> None:
    file = council / "systems" / "database.yaml"
    file.write_text(file.read_text().replace("kind: sql", "kind: slq"))
    code, found = results_of()
    assert code == 2
    assert "did you mean" in found["config/systems/database.yaml:4"]["message"]
    assert found["config/controllers.yaml"]["state"] == "ok"
    assert "system database" not in found


def test_a_variable_that_is_not_set_exits_2_and_names_it(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDUCATION_URL")
    code, found = results_of()
    assert code == 2
    assert "EDUCATION_URL is not set" in found["config/systems/database.yaml:9"]["message"]


def test_a_bad_environment_exits_2_and_files_are_still_checked(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAR_ENV", "production")
    code, found = results_of()
    assert code == 2
    assert {"SAR_SECRET_KEY", "SAR_BASE_URL"} <= found.keys()
    assert found["system database"]["state"] == "ok"


def test_a_council_that_is_not_there_yet_exits_2(council: Path) -> None:
    (council / "controllers.yaml").write_text("controllers: []\n")
    for folder in ("notices", "systems"):
        for file in (council / folder).iterdir():
            file.unlink()
    code, found = results_of()
    assert code == 2
    assert found["config/controllers.yaml"]["message"] == "names no council yet"


def test_gaps_are_listed_by_article_and_do_not_make_the_check_bad(council: Path) -> None:
    code, found = results_of()
    assert code == 0
    gap = found["notice notice (c)"]
    assert gap["state"] == "gap"
    assert "config/notices/notice.yaml:" in gap["remedy"]
    assert "Article 15(1)(c)" in gap["remedy"]


def test_a_profile_is_checked_without_any_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    monkeypatch.setenv("SAR_CONFIG_DIR", str(SHIPPED))
    monkeypatch.delenv("DEMO_EDUCATION_DB", raising=False)
    monkeypatch.delenv("DEMO_SOCIALCARE_DB", raising=False)
    result = sar_check("--profile", "essex")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert any(line.startswith("skipped") and "DEMO_EDUCATION_DB not set" in line for line in lines)
    gaps = [line.split(None, 1)[1] for line in lines if line.startswith("gap") and " notice " in line]
    letters = [letter for letter in ("(d)", "(h)", "15(2)") if any(f" {letter} " in gap for gap in gaps)]
    assert letters == ["(d)", "(h)", "15(2)"]
    assert not any(f" {letter} " in gap for gap in gaps for letter in ("(a)", "(b)", "(c)", "(e)", "(f)", "(g)"))


def test_a_profile_whose_system_is_down_exits_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAR_CONFIG_DIR", str(SHIPPED))
    monkeypatch.setenv("DEMO_EDUCATION_DB", f"sqlite:///{tmp_path}/none.db")
    code, found = results_of("--profile", "essex")
    assert code == 1
    assert found["system capita-one"]["state"] == "failed"


def test_a_profile_that_is_not_there_exits_2_with_a_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAR_CONFIG_DIR", str(SHIPPED))
    result = sar_check("--profile", "esex")
    assert result.exit_code == 2
    assert 'did you mean "essex"?' in result.stdout


def test_what_a_broken_connector_says_is_not_repeated(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Catalogue, system: object, **_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(Catalogue, "connector", broken)
    result = sar_check()
    assert result.exit_code == 1
    assert "hunter2" not in result.output
    assert "broke the check with RuntimeError" in result.stdout


def test_further_checks_take_their_place_in_the_list(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_moon(context: Context) -> list[check_module.Result]:
        assert context.settings is not None
        assert context.catalogue is not None
        return [check_module.Result(name="moon", state=State.FAILED, message="is down")]

    monkeypatch.setattr(check_module, "CHECKS", [*CHECKS, check_moon])
    results = run(Context(environ={"SAR_ENV": "test", "EDUCATION_URL": "sqlite:///x.db"}, config_dir=council))
    assert [result.name for result in results][-1] == "moon"
    assert exit_code(results) == 1
