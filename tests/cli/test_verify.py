"""`sar verify` as people script against it."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from sar_service.cli import main
from tests.documents.torture import KEEP, SECRET, write


def sar(*arguments: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["sar", "verify", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue(), err.getvalue()


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return write("simple", tmp_path)


def listing(folder: Path, text: str | bytes) -> Path:
    path = folder / "withheld.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_clean_file_exits_with_0(pdf: Path) -> None:
    code, out, err = sar(pdf, "--withheld", listing(pdf.parent, "Nobody Atall\n\n01632 960999\n"))
    assert (code, err) == (0, "")
    assert out == "Clean: none of 2 strings was found\n"


def test_what_can_be_recovered_is_listed_with_its_line_and_exits_with_1(pdf: Path) -> None:
    code, out, _err = sar(pdf, "--withheld", listing(pdf.parent, f"Nobody Atall\n\n{SECRET}\n"))
    assert code == 1
    assert f"line 3: {SECRET}: page 1, text layer (text)" in out.splitlines()
    assert out.splitlines()[-1] == "FOUND: 1 of 2 strings can be recovered"


def test_a_file_may_be_named_from_where_one_stands(pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pdf.parent)
    listing(pdf.parent, f"{SECRET}\n")
    for name in (pdf.name, f"./{pdf.name}", f"../{pdf.parent.name}/{pdf.name}"):
        code, out, err = sar(name, "--withheld", "withheld.txt", "--no-ocr")
        assert (code, "page 1, text layer" in out) == (1, True), err


def test_a_machine_can_read_the_answer(pdf: Path) -> None:
    code, out, err = sar(pdf, "--withheld", listing(pdf.parent, f"{KEEP}\r\n"), "--json", "--no-ocr")
    answer = json.loads(out)
    assert (code, answer["clean"], answer["searched"]) == (1, False, 1)
    assert {"line": 1, "string": KEEP, "where": "page 1, text layer", "how": "text", "page": 1} in answer["found"]
    assert "Pictures were not read" in err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no string to look for"),
        ("Ann Marrow\n-\n", "line 2 needs at least two letters"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
    ],
)
def test_a_list_that_cannot_be_used_exits_with_2(pdf: Path, text: str | bytes, sentence: str) -> None:
    code, out, err = sar(pdf, "--withheld", listing(pdf.parent, text))
    assert (code, out) == (2, "")
    assert sentence in err
    assert "withheld.txt" in err


def test_a_file_that_is_not_there_or_no_pdf_exits_with_2(tmp_path: Path) -> None:
    names = listing(tmp_path, "Ann Marrow")
    code, _out, err = sar(tmp_path / "none.pdf", "--withheld", names)
    assert code == 2
    assert "none.pdf: there is no such file" in err
    (tmp_path / "letter.pdf").write_text("Dear all")
    code, _out, err = sar(tmp_path / "letter.pdf", "--withheld", names)
    assert code == 2
    assert "letter.pdf: cannot be verified: it is broken" in err
    assert sar(names, "--withheld", tmp_path / "no.txt")[0] == 2
    assert sar(names)[0] == 2
