"""`sar detect --batch`: the promised shape, streaming, and plain errors that name the line."""
# ruff: noqa: E501 - sentences stay whole

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sar_service.cli.detect import detect
from sar_service.domain.errors import InvalidInput

ITEM = {
    "id": "a", "text": "Mum saw Linh at 12 High Street, Leeds LS1 4DY.", "subject": "p1",
    "people": [{"id": "p1", "names": ["Linh Barzani"], "role": "child"}, {"id": "p4", "names": ["Hoa Tran"], "role": "mum"}],
}  # fmt: skip


def run(text: str) -> Result:
    return CliRunner().invoke(detect, ["--batch", "-", "--no-model"], input=text)


def test_spans_come_out_one_object_a_line_in_order(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps(ITEM) + "\n\n" + json.dumps({"id": 7, "text": ""}) + "\n", encoding="utf-8")
    result = CliRunner().invoke(detect, ["--batch", str(file), "--no-model"])
    first, second = map(json.loads, result.output.splitlines())
    assert first["id"] == "a" and second == {"id": 7, "spans": []}
    assert [(s["kind"], s["person"], s["text"]) for s in first["spans"]] == [
        ("role", "p4", "Mum"), ("person", "p1", "Linh"), ("address", None, "12 High Street, Leeds LS1 4DY"),
    ]  # fmt: skip
    assert all(set(s) == {"start", "end", "kind", "person", "confidence", "text"} for s in first["spans"])
    assert all(ITEM["text"][s["start"] : s["end"]] == s["text"] for s in first["spans"])


def test_unregistered_people_get_new_ids() -> None:
    result = run(json.dumps({"id": 1, "text": "Mrs Adaeze Okonjo rang. Adaeze was kind.", "people": []}))
    assert [s["person"] for s in json.loads(result.output)["spans"]] == ["new-1", "new-1"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{bad", "is not a JSON object"),
        ("[1]", "is not a JSON object"),
        ('{"text": "x"}', "has no id"),
        ('{"id": null, "text": "x"}', "has no id"),
        ('{"id": {"a": 1}, "text": "x"}', "an id that is neither text nor a number"),
        ('{"id": 1e999, "text": "x"}', "an id that is neither text nor a number"),
        ('{"id": "ok", "text": "x"}', "has the id of line 1"),
        ('{"id": 1}', '"text" is missing'),
        ('{"id": 1, "text": 5}', '"text" is missing or not text'),
        ('{"id": 1, "text": "x", "people": {}}', '"people" must be a list'),
        ('{"id": 1, "text": "x", "people": [null]}', 'person 1 needs an "id"'),
        ('{"id": 1, "text": "x", "people": [{"names": []}]}', 'person 1 needs an "id"'),
        ('{"id": 1, "text": "x", "people": [{"id": "p1", "names": "Ann"}]}', 'person 1 needs "names"'),
        ('{"id": 1, "text": "x", "people": [{"id": "p1", "role": 5}]}', '"role" must be text'),
        ('{"id": 1, "text": "x", "people": [{"id": "p1", "date_of_birth": 5}]}', '"date_of_birth" must be text'),
        ('{"id": 1, "text": "x", "people": [{"id": "p1", "phones": {"a": "1"}}]}', '"phones" must be a list'),
        ('{"id": 1, "text": "x", "people": [{"id": "p1", "emails": [true]}]}', '"emails" must be a list'),
        ('{"id": 1, "text": "x", "people": [{"id": "p1"}, {"id": "p1"}]}', 'two people have the id "p1"'),
        ('{"id": 1, "text": "x", "subject": 3}', '"subject" must be'),
        ("[" * 100_000, "is not a JSON object"),
        ("\udcff", "UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_every_other_is_answered(line: str, says: str) -> None:
    given = f'{{"id": "ok", "text": "x"}}\n{line}\n{{"id": "last", "text": "y"}}\n'
    result = CliRunner().invoke(detect, ["--batch", "-", "--no-model"], input=given.encode("utf-8", "surrogateescape"))
    assert result.output.splitlines() == ['{"id": "ok", "spans": []}', '{"id": "last", "spans": []}']
    assert isinstance(result.exception, InvalidInput)  # which the command line turns into sentences and exit code 2
    assert "line 2" in str(result.exception) and says in str(result.exception)


def test_what_a_text_says_is_not_repeated_in_an_error() -> None:
    result = run('{"id": 1, "text": {"secret": "Barzani"}}\n{"Barzani": broken}\n')
    assert isinstance(result.exception, InvalidInput) and "Barzani" not in str(result.exception)


def test_a_byte_order_mark_and_windows_line_ends_are_borne() -> None:
    result = CliRunner().invoke(detect, ["--batch", "-", "--no-model"], input=b'\xef\xbb\xbf{"id": 1, "text": ""}\r\n')
    assert result.output == '{"id": 1, "spans": []}\n'


def test_half_a_surrogate_pair_comes_back_as_it_was_given() -> None:
    result = run('{"id": "\\ud800", "text": "Mrs Adaeze\\ud83d Okonjo", "people": []}')
    told = json.loads(result.output)
    assert told["id"] == "\ud800" and "Adaeze" in told["spans"][0]["text"]


def test_one_phone_that_stands_for_a_list_is_the_persons() -> None:
    one = {"id": "p1", "names": [], "phones": "07700 900123", "addresses": "12 High Street"}
    result = run(json.dumps({"id": 1, "text": "Ring 07700 900 123 or see 12 High St.", "people": [one]}))
    assert [s["person"] for s in json.loads(result.output)["spans"]] == ["p1", "p1"]


def test_a_file_that_is_not_there_is_named() -> None:
    result = CliRunner().invoke(detect, ["--batch", "nowhere.jsonl"])
    assert isinstance(result.exception, InvalidInput) and "nowhere.jsonl" in str(result.exception)


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b'{"id": 1, "text": "\xff\xfe"}\n')
    result = CliRunner().invoke(detect, ["--batch", str(file), "--no-model"])
    assert isinstance(result.exception, InvalidInput) and "UTF-8" in str(result.exception)
