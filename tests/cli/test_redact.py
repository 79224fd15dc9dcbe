"""`sar redact` at the command line: exit codes, what is printed, and what is left in the folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PEOPLE = """\
subject: {names: [Margaret Hollis]}
people:
  - {id: p2, names: [Zofia Wrona], role: sibling, treatment: withhold, code: TP16}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    (tmp_path / "note.txt").write_text("Margaret Hollis met Zofia Wrona.")
    (tmp_path / "empty.txt").touch()
    return tmp_path


def sar(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from sar_service.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, "redact", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_files_are_redacted_the_rest_goes_on_and_a_refusal_is_exit_code_1(folder: Path) -> None:
    done = sar(folder, "./note.txt", "empty.txt", "--people", "people.yaml", "--out", "out/deep", "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report == json.loads((folder / "out/deep/report.json").read_text())
    assert [(entry["file"], entry["output"], entry["status"]) for entry in report] == [
        ("./note.txt", "note.txt.pdf", "ok"),
        ("empty.txt", None, "refused"),
    ]
    assert report[1]["reason"] == "It is empty: it has no bytes at all."
    assert report[0]["removed"] == [{"page": 1, "person": "p2", "kind": "person", "code": "TP16"}]
    assert (folder / "out/deep/note.txt.pdf").read_bytes().startswith(b"%PDF-")
    assert done.stderr == ""


def test_all_done_is_exit_code_0_with_a_line_for_each_file(folder: Path) -> None:
    done = sar(folder, "note.txt", "--people", "people.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "note.txt: note.txt.pdf, 1 page, 1 removal, 0 hidden things shown, 0 left out\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["note.txt", "--people", "none.yaml", "--out", "out"], "none.yaml"),
        (["note.txt", "--people", "note.txt", "--out", "out"], "note.txt:1"),
        (["note.txt", "--people", "people.yaml", "--out", "note.txt"], "--out"),
        (["note.txt", "--out", "out"], "--people"),
        (["--people", "people.yaml", "--out", "out"], "FILE"),
    ],
)
def test_wrong_input_is_exit_code_2_with_a_sentence(folder: Path, words: list[str], said: str) -> None:
    done = sar(folder, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "out").exists()


def test_names_that_are_no_text_and_names_with_line_ends_are_reported_as_given(folder: Path) -> None:
    odd = [b"\xff.txt", b"two\nlines.txt"]
    for name in odd:
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_text("Margaret Hollis met Zofia Wrona.")
    done = sar(folder, *map(os.fsdecode, odd), "--people", "people.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "out/report.json").read_text(encoding="utf-8"))
    assert [os.fsencode(entry["file"]) for entry in report] == odd
    assert all((folder / "out" / entry["output"]).is_file() for entry in report)
    assert [line.partition(".txt:")[0] for line in done.stdout.splitlines()] == ["\ufffd", "two\ufffdlines"]


def test_a_result_never_takes_the_place_of_a_file_that_was_given(folder: Path) -> None:
    (folder / "note.txt.pdf").write_text("Zofia Wrona, in a text with an odd name.")
    done = sar(folder, "note.txt", "note.txt.pdf", "--people", "people.yaml", "--out", ".", "--json")
    assert done.returncode == 0, done.stderr
    assert [entry["output"] for entry in json.loads(done.stdout)] == ["note.txt-2.pdf", "note.txt.pdf.pdf"]
    assert (folder / "note.txt.pdf").read_text() == "Zofia Wrona, in a text with an odd name."
    (folder / "report.json").write_text("Zofia Wrona in a file of her own.")
    done = sar(folder, "report.json", "--people", "people.yaml", "--out", ".")
    assert done.returncode == 2
    assert "report.json" in done.stderr and "--out" in done.stderr
    assert (folder / "report.json").read_text() == "Zofia Wrona in a file of her own."


def test_an_earlier_result_does_not_outlive_a_refusal(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out/empty.txt.pdf").write_text("What an earlier run made of another file of that name.")
    done = sar(folder, "empty.txt", "--people", "people.yaml", "--out", "out")
    assert done.returncode == 1
    assert [path.name for path in (folder / "out").iterdir()] == ["report.json"]


def test_a_folder_in_which_no_report_can_be_written_is_named_before_any_work(folder: Path) -> None:
    (folder / "out/report.json").mkdir(parents=True)
    done = sar(folder, "note.txt", "--people", "people.yaml", "--out", "out")
    assert done.returncode == 2
    assert "report.json" in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in (folder / "out").iterdir()] == ["report.json"]
