"""`sar clock` as people script against it."""

import csv
import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from sar_service.cli import main

HEAD = "id,received,id_requested,id_received,clarification_requested,clarification_received,extended,nation"
CONFIG = Path(__file__).parents[2] / "config"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def sar(*arguments: str, stdin: bytes = b"") -> Done:
    """Run the whole command, in this process, as the shell would."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["sar", "clock", *arguments]),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")),
        patch.dict(os.environ, SAR_CONFIG_DIR=str(CONFIG)),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, out.getvalue(), err.getvalue())


def batch(tmp_path: Path, *rows: str, head: str = HEAD) -> Done:
    path = tmp_path / "requests.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return sar("--batch", str(path))


ROWS = [
    ("plain,2026-09-09,,,,,n,england-and-wales", "2026-10-09", "2026-10-09"),
    ("holiday,2026-06-01,,,,,n,scotland", "2026-07-01", "2026-07-01"),
    ("one-off,2026-05-15,,,,,n,scotland", "2026-06-16", "2026-06-16"),
    ("clamped,2027-08-31,,,,,n,england-and-wales", "2027-09-30", "2027-09-30"),
    ("waiting,2026-10-05,2026-10-06,,,,n,england-and-wales", "NOT_STARTED", ""),
    ("waiting twice,2026-10-05,2026-10-06,,2026-10-07,,n,england-and-wales", "NOT_STARTED", ""),
    ("identity,2026-06-10,2026-06-10,2026-06-28,,,n,england-and-wales", "2026-07-28", "2026-07-28"),
    ("stopped,2026-10-12,,,2026-10-19,,n,england-and-wales", "PAUSED", ""),
    ("paused,2026-09-01,,,2026-09-09,2026-09-13,n,england-and-wales", "2026-10-06", "2026-10-06"),
    ("too late,2026-09-01,,,2026-10-02,,n,england-and-wales", "2026-10-01", "2026-10-01"),
    ("extended,2027-01-31,,,,,y,england-and-wales", "2027-04-30", "2027-03-01"),
    ("both,2026-06-01,,,2026-06-08,2026-06-12,y,england-and-wales", "2026-09-07", "2026-07-06"),
    ("past,1999-11-25,,,,,n,england-and-wales", "1999-12-29", "1999-12-29"),
    ("future,2450-03-01,,,,,,northern-ireland", "2450-04-01", "2450-04-01"),
]


def test_a_file_of_requests_is_answered_row_by_row(tmp_path: Path) -> None:
    done = batch(tmp_path, *(f"{row},ignored" for row, _, _ in ROWS), head=HEAD + ",expected_due")
    assert done.returncode == 0 and done.stderr.count("\n") == 1  # what lies beyond the published holidays
    found = list(csv.reader(io.StringIO(done.stdout)))
    assert found[0] == ["id", "due", "notice_by"]
    assert found[1:] == [[row.split(",")[0], due, notice] for row, due, notice in ROWS]


def test_a_date_beyond_the_published_holidays_is_warned_of_and_the_answer_stays_as_it_is(tmp_path: Path) -> None:
    done = batch(tmp_path, "late,2030-05-15,,,,,n,scotland", "soon,2026-05-15,,,,,n,scotland")
    assert (done.returncode, done.stdout) == (
        0,
        "id,due,notice_by\nlate,2030-06-17,2030-06-17\nsoon,2026-06-16,2026-06-16\n",
    )
    assert done.stderr.startswith("sar: 1 of these dates") and "2028-12-31" in done.stderr


def test_standard_input_and_a_byte_order_mark_are_read() -> None:
    done = sar("--batch", "-", stdin=("\ufeff" + HEAD + "\r\n" + ROWS[0][0] + "\r\n\r\n").encode())
    assert done.stdout.splitlines()[1:] == ["plain,2026-10-09,2026-10-09"]


BAD = [
    ("x,2026-02-30,,,,,n,scotland", "received"),
    ("x,30/01/2026,,,,,n,scotland", "received"),
    ("x,20260130,,,,,n,scotland", "received"),
    ("x,,,,,,n,scotland", "received"),
    (",2026-01-30,,,,,n,scotland", "id"),
    ("x,2026-01-30,,,,,n,narnia", "nation"),
    ("x,2026-01-30,,,,,n,", "nation"),
    ("x,2026-01-30,,,,,maybe,scotland", "extended"),
    ("x,2026-01-30,,,2026-02-05,2026-02-04,n,scotland", "clarification_received"),
    ("x,2026-01-30,,,,2026-02-04,n,scotland", "clarification_requested"),
    ("x,2026-01-30,2026-02-05,2026-02-04,,,n,scotland", "id_received"),
    ("x,2026-01-30,,2026-02-04,,,n,scotland", "id_requested"),
    ("x,9999-12-30,,,,,n,scotland", "received"),
    ("x,2026-01-30,,,n,scotland", "columns"),
    ('x,"2026-01-30,,,,,n,scotland', "CSV"),
]


@pytest.mark.parametrize(("row", "says"), BAD)
def test_a_bad_row_is_named_by_its_line_and_nothing_is_answered(tmp_path: Path, row: str, says: str) -> None:
    done = batch(tmp_path, ROWS[0][0], row)
    assert (done.returncode, done.stdout) == (2, "")
    assert "line 3" in done.stderr and says in done.stderr and "Traceback" not in done.stderr


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    done = batch(tmp_path, BAD[0][0], ROWS[0][0], BAD[5][0])
    assert "line 2" in done.stderr and "line 4" in done.stderr


@pytest.mark.parametrize("head", ["id,received", HEAD + ",id", ""])
def test_a_head_that_lacks_or_doubles_a_column_is_refused(tmp_path: Path, head: str) -> None:
    done = batch(tmp_path, head=head)
    assert (done.returncode, done.stdout) == (2, "") and "column" in done.stderr


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", HEAD.encode() + b"\nx\xff,2026-01-30,,,,,n,scotland\n"])
def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(raw)
    done = sar("--batch", str(path))
    assert (done.returncode, done.stdout) == (2, "") and "UTF-8" in done.stderr


def test_a_file_that_is_not_there_is_refused() -> None:
    done = sar("--batch", "/nonexistent/requests.csv")
    assert done.returncode == 2 and "/nonexistent/requests.csv" in done.stderr


def test_one_request_is_told_with_its_steps() -> None:
    done = sar("--received", "2026-01-30", "--right", "access", "--nation", "england-and-wales")
    assert done.returncode == 0
    assert "1. Received on Friday 30 January 2026." in done.stdout
    assert "Due: 2026-03-02" in done.stdout.splitlines()


def test_one_request_as_json_has_every_fact_of_the_answer() -> None:
    done = sar(
        *("--received", "2026-06-01", "--right", "access", "--nation", "england-and-wales", "--json"),
        *("--clarification", "2026-06-08:2026-06-10", "--clarification", "2026-06-10:2026-06-12"),
        *("--extension-notice", "2026-07-06"),
    )
    told = json.loads(done.stdout)
    assert (told["state"], told["due"], told["notice_by"]) == ("running", "2026-09-07", "2026-07-06")
    assert (told["start"], told["paused_days"], told["extension_valid"]) == ("2026-06-01", 5, True)
    assert told["steps"][-1]["on"] == told["due"]
    assert set(told["steps"][0]) == {"key", "on", "values", "sentence"}


def test_a_clarification_without_a_second_day_is_open() -> None:
    done = sar("--received", "2026-06-01", "--nation", "scotland", "--clarification", "2026-06-08")
    assert "Due: PAUSED" in done.stdout


@pytest.mark.parametrize(
    "right",
    [
        "access",
        "rectification",
        "erasure",
        "restriction",
        "portability",
        "objection",
        "automated-decision",
        "withdraw-consent",
        "complaint",
    ],
)
def test_every_right_has_a_clock(right: str) -> None:
    done = sar("--received", "2026-06-19", "--right", right, "--nation", "england-and-wales")
    assert f"Due: {'2026-07-20'}" in done.stdout  # 19 July is a Sunday, by the month as by thirty days


WRONG = [
    (["--received", "2026-02-30", "--nation", "scotland"], "--received"),
    (["--received", "2026-02-01"], "--nation"),
    (["--nation", "scotland"], "--received"),
    (["--received", "2026-02-01", "--nation", "narnia"], "--nation"),
    (["--received", "2026-02-01", "--nation", "scotland", "--right", "reply"], "--right"),
    (
        ["--received", "2026-02-01", "--nation", "scotland", "--clarification", "2026-02-05:2026-02-04"],
        "--clarification",
    ),
    (["--received", "2026-02-01", "--nation", "scotland", "--clarification", "soon"], "--clarification"),
    (["--received", "2026-02-01", "--nation", "scotland", "--fee-paid", "2026-02-04"], "--fee-requested"),
    (["--received", "2026-02-01", "--nation", "scotland", "--batch", "x.csv"], "--batch"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG)
def test_a_wrong_option_is_named_and_ends_with_2(arguments: list[str], says: str) -> None:
    done = sar(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr and "Traceback" not in done.stderr


TERMS = """terms:
  - {first: 2026-09-02, last: 2026-10-23}
  - {first: 2026-11-02, last: 2026-12-18}
inset_days: [2026-11-06]
"""
PUPIL = ("--right", "pupil-record", "--nation", "england-and-wales", "--received", "2026-10-16")


def test_a_pupils_record_is_due_in_school_days_of_the_terms_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "terms.yaml"
    file.write_text(TERMS)
    told = json.loads(sar(*PUPIL, "--terms", str(file), "--json").stdout)
    assert (told["due"], told["notice_by"]) == ("2026-11-16", None)
    assert "There is no school from Saturday 24 October 2026 to Sunday 1 November 2026." in [
        step["sentence"] for step in told["steps"]
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("2026-11-02", "2026-10-20", 1, "begins before the one before it has ended"),
        ("last: 2026-10-23", "last: 2026-08-23", 2, "last lies before first"),
        ("[2026-11-06]", "[2026-12-24]", 4, "lies in none of the terms"),
        ("last: 2026-12-18", "last: 2027-12-18", 3, "is longer than 150 days"),
        ("inset_days", "inset_day", 4, 'did you mean "inset_days"?'),
        ("2026-11-06", "6 November", 4, "must be a date"),
    ],
)
def test_a_mistake_in_the_terms_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    file = tmp_path / "terms.yaml"
    file.write_text(TERMS.replace(old, new))
    done = sar(*PUPIL, "--terms", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:{line}: " in done.stderr and says in done.stderr


def test_school_terms_are_asked_for_where_they_count_and_refused_where_they_do_not(tmp_path: Path) -> None:
    assert "--terms: " in sar(*PUPIL).stderr
    file = tmp_path / "terms.yaml"
    file.write_text(TERMS)
    done = sar("--received", "2026-06-19", "--nation", "scotland", "--terms", str(file))
    assert done.returncode == 2 and "--terms: " in done.stderr
