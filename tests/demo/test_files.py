"""The papers in the folder are what they claim to be, with what they hide; the bad ones are bad in the way listed."""

import csv
import io
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from openpyxl import load_workbook

from sar_service.demo.files import LOCK, OTHER_FAMILIES

from .conftest import DemoCouncil


def one(council: DemoCouncil, pattern: str) -> Path:
    (path,) = (council.out / "mash").rglob(pattern)
    return path


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_every_line_of_the_manifest_is_a_file(council: DemoCouncil) -> None:
    with (council.out / "mash" / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    assert all((council.out / "mash" / line["file"]).is_file() for line in lines)
    assert len({line["reference"] for line in lines}) >= 40


def test_text_pdfs_have_their_text_and_metadata(council: DemoCouncil) -> None:
    path = one(council, "mash enquiry*.pdf")
    assert "talks about tadpoles" in text_of(path.read_bytes())
    with pikepdf.open(path) as document:
        assert "Philippa Quennell" in str(document.docinfo["/Author"])


def test_the_scan_is_a_picture_and_has_no_text(council: DemoCouncil) -> None:
    content = one(council, "scan0042.pdf").read_bytes()
    assert text_of(content).strip() == ""
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages[0].get_images()) == 1


def test_word_files_hide_what_word_hides(council: DemoCouncil) -> None:
    with zipfile.ZipFile(one(council, "school referral.docx")) as archive:
        body = archive.read("word/document.xml").decode()
        assert "<w:del " in body and "Juniper House" in body and "<w:vanish/>" in body
        assert "Philippa Quennell" in archive.read("word/comments.xml").decode()


def test_the_workbook_hides_other_families(council: DemoCouncil) -> None:
    book = load_workbook(one(council, "missing episodes tracker.xlsx"))
    assert [sheet.sheet_state for sheet in book] == ["visible", "hidden"]
    hidden_rows = [number for number, row in book["Episodes"].row_dimensions.items() if row.hidden]
    hidden = [str(book["Episodes"].cell(number, 1).value) for number in hidden_rows]
    hidden += [str(cell.value) for (cell,) in book["Panel list"].iter_rows(max_col=1)]
    assert set(OTHER_FAMILIES) <= set(hidden)


def test_a_message_stands_inside_a_message_with_a_pdf_in_it(council: DemoCouncil) -> None:
    message = message_from_bytes(one(council, "fwd fwd*.eml").read_bytes(), policy=policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds.index("message/rfc822") < kinds.index("application/pdf")
    (held,) = (part for part in message.walk() if part.get_content_type() == "application/pdf")
    assert "17 Larkspur Yard" in text_of(held.get_payload(decode=True))


def test_the_bad_files_are_bad_as_listed(council: DemoCouncil) -> None:
    reasons = {Path(name).name: reason for name, reason in council.world.refused_files.items()}
    assert sorted(reasons.values()) == ["broken", "empty", "password"]
    for name, reason in council.world.refused_files.items():
        content = (council.out / "mash" / name).read_bytes()
        if reason == "empty":
            assert content == b""
            continue
        assert content.startswith(b"%PDF-")
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(content)
        if reason == "password":
            with pikepdf.open(io.BytesIO(content), password=LOCK) as document:
                assert len(document.pages) == 1
