"""`sar redact` at the command line: exit codes, what is printed, and what is left in the folder."""

import json
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
