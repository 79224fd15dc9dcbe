"""`sar match --batch` as people script against it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sar_service.cli import COMMANDS
from sar_service.cli.match import match
from sar_service.domain.errors import InvalidInput

LINH = {
    "given_name": "Linh",
    "family_name": "Barzani",
    "other_names": ["Linh Okafor"],
    "date_of_birth": "2014-03-02",
    "address": ["12 Beech Road", "Hartwell"],
    "postcode": "HX1 4AB",
    "phones": ["07700 900123"],
    "emails": [],
    "identifiers": {"upn": "K420755304180"},
}


def run(tmp_path: Path, *lines: object) -> Result:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines) + "\n", encoding="utf-8")
    return CliRunner().invoke(match, ["--batch", str(path)], standalone_mode=False)


def pair(key: object, candidate: dict[str, Any], subject: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": key, "subject": LINH if subject is None else subject, "candidate": candidate}


def test_each_line_is_answered_in_order_with_verdict_score_and_reasons(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        pair("same", LINH),
        pair("former", {"given_name": "Linh", "family_name": "Okafor", "date_of_birth": "02/03/2014"}),
        "",
        pair("twin", {**LINH, "given_name": "Lan", "other_names": [], "identifiers": {}}),
        pair(4, {"given_name": "Rajesh", "family_name": "Barzani", "date_of_birth": "2016-01-09"}),
        pair("é", {}),
    )
    told = [json.loads(line) for line in done.output.splitlines()]
    assert [(one["id"], one["verdict"]) for one in told] == [
        ("same", "match"),
        ("former", "match"),
        ("twin", "possible"),
        (4, "no"),
        ("é", "no"),
    ]
    assert all(set(one) == {"id", "verdict", "score", "reasons"} for one in told)
    assert all(set(why) == {"field", "outcome", "weight", "note"} for one in told for why in one["reasons"])
    twin = {why["field"]: why["outcome"] for why in told[2]["reasons"]}
    assert (twin["given_name"], twin["family_name"], twin["date_of_birth"]) == ("disagrees", "agrees", "agrees")


def test_unknown_fields_and_nulls_are_borne(tmp_path: Path) -> None:
    odd = {**LINH, "gender": "F", "school": {"name": "Hartwell Primary"}, "emails": None, "postcode": None}
    assert json.loads(run(tmp_path, pair(1, odd)).output)["verdict"] == "match"


BAD = [
    "not json",
    "[]",
    '{"subject": {}, "candidate": {}}',
    '{"id": 1, "subject": {}, "candidate": {}}',
    '{"id": 1e999, "subject": {}, "candidate": {}}',
    '{"id": true, "subject": {}, "candidate": {}}',
    '{"id": 2, "candidate": {}}',
    '{"id": 2, "subject": {}, "candidate": []}',
    '{"id": 2, "subject": {"given_name": ["a"]}, "candidate": {}}',
    '{"id": 2, "subject": {"identifiers": "K1"}, "candidate": {}}',
    '{"id": 2, "subject": {"phones": {"home": "1"}}, "candidate": {}}',
    "[" * 100_000,
]


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_named_and_nothing_is_answered(tmp_path: Path, line: str) -> None:
    done = run(tmp_path, pair(1, LINH), line)
    assert isinstance(done.exception, InvalidInput)  # which the command line turns into a sentence and exit code 2
    assert "line 2" in str(done.exception)
    assert done.output == ""


def test_what_a_record_says_is_not_repeated_in_an_error(tmp_path: Path) -> None:
    done = run(tmp_path, pair(1, {"given_name": {"secret": "Barzani"}}))
    assert "Barzani" not in str(done.exception)


def test_half_a_surrogate_pair_is_borne(tmp_path: Path) -> None:
    done = run(tmp_path, '{"id": "\\ud800", "subject": {"given_name": "\\ud800"}, "candidate": {}}')
    assert json.loads(done.output)["id"] == "\ud800"


def test_the_command_is_known_to_sar() -> None:
    assert COMMANDS["match"] == "sar_service.cli.match:match"
