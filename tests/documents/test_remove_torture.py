"""A name planted in every place where it can hide is found by the verifier, and is gone after the rebuild."""

import re
import subprocess
from pathlib import Path

import pytest

from sar_service.documents import sandbox
from sar_service.documents.remove import paint_for, rebuild
from sar_service.documents.text import read_pages
from sar_service.documents.verify import verify
from sar_service.domain.redaction import Removal
from tests.documents.torture import CASES, KEEP, SECRET, directly, write

NO_TEXT = {"JPEG scan", "fax scan", "outlines", "drawn letters", "letters without meaning"}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)


@pytest.mark.parametrize("case", CASES)
def test_the_verifier_finds_the_name_and_the_rebuilt_file_is_clean_of_it(case: str, tmp_path: Path) -> None:
    path = write(case, tmp_path)
    assert SECRET in {finding.string for finding in verify(path, [SECRET, "Nobody Atall"])}, "the verifier is blind"

    pages = read_pages(path)
    paints = {page.number: paint_for(page, removals(page.text)) for page in pages}
    out = tmp_path / "out.pdf"
    rebuilt = rebuild(path, out, paints=paints, pages=pages)
    assert rebuilt.pages == len(pages) == 1

    left = verify(out, [SECRET, KEEP])
    assert [finding for finding in left if finding.string == SECRET] == []
    kept = {finding.how for finding in left if finding.string == KEEP}
    assert {"text", "ocr"} <= kept, "the other name must stay, to be read and to be seen"
    assert SECRET.lower() not in everything(out).lower()


@pytest.mark.parametrize("case", sorted(set(CASES) - NO_TEXT))
def test_what_is_seen_is_read_without_losing_a_word(case: str, tmp_path: Path) -> None:
    text = read_pages(write(case, tmp_path))[0].text
    assert text.startswith(f"The mother {KEEP}")


def removals(text: str) -> list[Removal]:
    return [
        Removal(start=m.start(), end=m.end(), label="Person C TP16") for m in re.finditer(SECRET, text, re.IGNORECASE)
    ]


def everything(path: Path) -> str:
    """The whole file unpacked by a program that the project does not use to make it."""
    plain = subprocess.run(
        ["qpdf", "--qdf", "--object-streams=disable", "--decode-level=all", str(path), "-"],
        capture_output=True,
        check=True,
    ).stdout
    return plain.decode("latin-1") + plain.replace(b"\x00", b"").decode("latin-1")
