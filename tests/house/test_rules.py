"""The house rules hold in every file, and each rule notices when it is broken."""

from collections.abc import Callable

import pytest

from tests.house import rules

Rule = Callable[[str, str], list[str]]
CODE = ("sar_service", "workers")
PLANTED: list[tuple[Rule, tuple[str, ...], str, str]] = [
    (rules.too_long, (*CODE, "tests"), "sar_service/web/a.py", "x = 1\n" * 401),
    (rules.vague_name, (*CODE, "tests"), "sar_service/web/utils.py", ""),
    (rules.without_opening, (*CODE, "tests"), "sar_service/web/a.py", "import os\n"),
    (rules.reads_the_time, CODE, "sar_service/services/a.py", "x = datetime.datetime.now(UTC)\n"),
    (rules.reads_the_time, CODE, "sar_service/domain/a.py", "x = date.today()\n"),
    (rules.touches_session, CODE, "sar_service/web/staff/a.py", "rows = db.session.scalars(q)\n"),
    (rules.commits, CODE, "sar_service/services/a.py", "db.session.commit()\n"),
    (rules.pickles, CODE, "workers/a.py", "def f():\n    from pickle import loads\n"),
    (rules.typesets, CODE, "sar_service/services/a.py", "from weasyprint import HTML\n"),
    (rules.typesets, CODE, "workers/a.py", "import weasyprint\nweasyprint.HTML(string=x)\n"),
    (rules.skips, ("tests",), "tests/web/a.py", "@pytest.mark." + "skipif(True)\ndef test(): ...\n"),
    (
        rules.lost_words,
        (*CODE, "tests"),
        "sar_service/domain/a.py",
        'def f():\n    yield "Note who "\n    "judged it."\n',
    ),
    (rules.shells, CODE, "workers/a.py", "run('ls', shell=True)\n"),
]


@pytest.mark.parametrize(("rule", "folders", "name", "text"), PLANTED, ids=lambda part: getattr(part, "__name__", ""))
def test_every_file_keeps_the_rule_and_a_broken_one_is_noticed(
    rule: Rule, folders: tuple[str, ...], name: str, text: str
) -> None:
    assert rule(name, text), "the rule does not notice when it is broken"
    found = [fault for each, content in rules.python(*folders) for fault in rule(each, content)]
    assert found == []


def _texts(*starts: str) -> list[tuple[str, str]]:
    found = []
    for name in rules.tracked():
        if name.startswith(starts):
            try:
                found.append((name, (rules.ROOT / name).read_text()))
            except UnicodeDecodeError:
                continue
    return found


def test_nothing_pretends_to_be_the_government() -> None:
    assert rules.branded("templates/a.html", '<span class="govuk-crest">')
    assert [fault for each in _texts("sar_service/", "templates/") for fault in rules.branded(*each)] == []


def test_no_file_names_a_registry_or_somebodys_machine() -> None:
    for planted in (
        "see https://" + "pypi.org/simple",
        "--index-url " + "https://mirror.example/simple",
        "cd /" + "home/anna/sar",
    ):
        assert rules.addresses("a.md", planted), planted
    assert not rules.addresses("a.md", "the folder ~/home/anna or https://a.example/home/page")
    assert [fault for each in _texts("") for fault in rules.addresses(*each)] == []
