"""Building a pack: what is in it, what is not, and that it is refused where something withheld could be read."""

import re
import subprocess
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.models import Case, DocumentState, PackState
from sar_service.services import document, pack, sealing, withheld
from tests import factories, packs


@pytest.fixture
def second(staff: packs.Made) -> Actor:
    return staff("officer")


def words(pdf: Path) -> str:
    """The text of a PDF as another program reads it, on one line."""
    run = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    return " ".join(run.stdout.split())


def pages(pdf: Path) -> list[str]:
    run = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return run.stdout.split("\f")[:-1]


def everything(pdf: Path) -> bytes:
    """Every object of a PDF with its streams unpacked."""
    run: list[str | Path] = ["qpdf", "--qdf", "--object-streams=disable", pdf, "-"]
    return subprocess.run(run, capture_output=True, check=True).stdout


def an_email() -> bytes:
    message = EmailMessage()
    message["From"] = "Fenwick Oduya <fenwick.oduya@example.org>"
    message["To"] = "Olive Marchbanks <olive@northmoor.example>"
    message["Subject"] = "Morwenna at school"
    message["Date"] = "Mon, 04 Mar 2024 09:00:00 +0000"
    message.set_content("Morwenna has settled in well. Jago Tregale was seen outside.\n\nRegards")
    message.add_attachment(b"Minutes of a meeting about Morwenna.", "text", "plain", filename="minutes.txt")
    return bytes(message)


def test_a_pack_holds_what_is_theirs_and_nothing_that_was_withheld(
    sent: Any, officer: Actor, second: Actor, now: datetime, tmp_path: Path
) -> None:
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    packs.with_file(case, sent, name="Note from Jago Tregale.eml", content=an_email(), actor=officer, now=now)
    broken = packs.with_file(case, sent, name="scan.pdf", content=b"%PDF-1.4 broken", actor=officer, now=now)
    assert broken.state is DocumentState.BY_HAND
    case = packs.again(case)
    document.handle(case, broken, how="withheld", note="A blank page came out of the scanner.", actor=officer, now=now)
    packs.decide_all(case, actor=officer, now=now)
    packs.sign(case, officer=officer, second=second, now=now)
    row = packs.built(case, sent, actor=officer, now=now)
    assert (row.state, row.message) == (PackState.READY, "")
    case = packs.again(case)
    assert case.status is Status.READY

    pdf = packs.saved(row, tmp_path)
    assert sealing.get_object(row.object_id).sha256 == row.sha256
    text = words(pdf)
    for said in (
        "Visited Morwenna at home",  # a record
        "Morwenna has settled in well",  # a document
        "Minutes of a meeting about Morwenna",  # what was attached to it
        "Document 1: e-mail, 4 March 2024",
        "Came with document 1",
        "A blank page came out of the scanner.",  # what was done with the file by hand
        "This part is about someone else.",  # the key
        "Not stated in the notice.",
        "section 164A",
        "section 165",
        "section 167",
        "section 168",
        "Information Commissioner's Office",
        "Searched by",
        "We found information: 2 records and 2 documents",
        case.reference,
    ):
        assert said.lower() in text.lower(), said
    for number in ("(a)", "(b)", "(c)", "(d)", "(e)", "(ea)", "(f)", "(g)", "(h)"):
        assert f"Article 15(1){number}" in text
    assert "Article 15(2)" in text
    assert "Article 77" not in text
    raw = everything(pdf).lower()
    strings = withheld.strings(case)
    assert any("Jago" in each for each in strings)
    for gone in [*strings, "jago", "07700"]:
        assert gone.lower() not in text.lower()
        assert gone.lower().encode() not in raw

    whole = pages(pdf)
    assert len(whole) == row.pages
    for at, page in enumerate(whole, start=1):
        assert f"Page {at} of {row.pages}" in " ".join(page.split())
        assert case.reference in page
    assert "Documents" in packs.titles(pdf)
    with pikepdf.open(pdf) as opened:
        assert str(opened.docinfo["/Title"]) == f"Disclosure pack {case.reference}"
        assert str(opened.Root.Lang) == "en-GB"
        assert "/StructTreeRoot" in opened.Root


def test_the_figures_in_the_key_are_the_marks_on_the_pages(
    sent: Any, officer: Actor, second: Actor, now: datetime, tmp_path: Path
) -> None:
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    row = packs.built(case, sent, actor=officer, now=now)
    whole = pages(packs.saved(row, tmp_path))
    key = next(page for page in whole if "What the marks mean" in page and "someone else" in page)
    told = int(re.search(r"TP16\s+.*?(\d+)\s*$", key, re.MULTILINE)[1])  # type: ignore[index]
    records = [page for page in whole if "Case note" in page and "Page 1 of" not in page and "TP16]" in page]
    drawn = sum(len(re.findall(r"TP16\]", " ".join(page.split()))) for page in records)
    assert told == drawn > 0


def test_a_pack_in_which_something_withheld_stands_is_refused_with_the_place(
    sent: Any, officer: Actor, second: Actor, now: datetime
) -> None:
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    broken = packs.with_file(case, sent, name="scan.pdf", content=b"%PDF-1.4 broken", actor=officer, now=now)
    case = packs.again(case)
    document.handle(case, broken, how="withheld", note="It is about Jago Tregale.", actor=officer, now=now)
    packs.decide_all(case, actor=officer, now=now)
    packs.sign(case, officer=officer, second=second, now=now)
    row = packs.built(case, sent, actor=officer, now=now)
    assert row.state is PackState.REFUSED
    assert packs.again(case).status is Status.SIGNED_OFF
    found = pack.findings(row)
    assert any("Jago" in each["string"] and each["page"] for each in found)
    assert "Jago" not in row.message


def test_what_the_requester_wrote_is_not_repeated_where_it_names_somebody_withheld(
    sent: Any, officer: Actor, second: Actor, now: datetime, tmp_path: Path
) -> None:
    case = packs.signed_off(
        sent, officer=officer, second=second, now=now, scope={"what": "Notes on my brother Jago Tregale"}
    )
    row = packs.built(case, sent, actor=officer, now=now)
    assert row.state is PackState.READY
    assert "You asked for" not in words(packs.saved(row, tmp_path))


def test_the_same_parts_make_the_same_bytes(sent: Any, officer: Actor, second: Actor, now: datetime) -> None:
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    first = packs.built(case, sent, actor=officer, now=now).sha256
    again = packs.built(packs.again(case), sent, actor=officer, now=now)
    assert (again.number, again.sha256) == (2, first)
    assert db.session.get(Case, case.id) is not None
