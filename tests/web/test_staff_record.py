"""The record of how a request was handled, as it is handed to a regulator."""

import html
import io
from collections.abc import Callable
from datetime import date, datetime

import pikepdf
import pypdfium2
import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import clock, identity, identity_child, work
from sar_service.web.staff import record
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]


def text_of(content: bytes) -> str:
    """The words of a PDF, with one space between them."""
    with pypdfium2.PdfDocument(io.BytesIO(content)) as pdf:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())


def the_record(visitor: Visitor, case: Case) -> tuple[bytes, str]:
    page = visitor.get(f"/staff/cases/{case.reference}").text
    address = f"/staff/cases/{case.reference}/record.pdf"
    assert address in page
    content = visitor.get(address).data
    return content, text_of(content)


def test_the_record_says_how_the_date_was_worked_out_what_was_corrected_and_by_whom(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    entry = clock.standing_facts(case)[0]
    clock.correct(case, str(entry.id), on=date(2026, 10, 28), reason="It lay at the depot.", actor=officer, now=now)
    work.note(case, "Rang the archive.", actor=officer, now=now)
    db.session.commit()
    content, text = the_record(visit(officer), case)
    for step in clock.reckon(case).steps:
        assert step.sentence in text
    assert "It lay at the depot." in text and "corrected later: does not count" in text
    assert "28 October 2026" in text and case.reference in text
    assert text.index("Received a request") < text.index("Wrote a note")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang) == "en-GB"


def test_the_record_says_what_was_seen_and_what_was_judged_of_a_child(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    case, on = factories.a_case(now=now, capacity="parent"), clock.day_of(now)
    identity_child.judge(
        case, understanding="understands", view="objects", interests="", by="Tess Rowe, social worker",
        how="Talked at school.", on=on, actor=officer, now=now,
    )  # fmt: skip
    identity_child.check_orders(case, against=False, where="The legal team.", on=on, actor=officer, now=now)
    identity.see(
        case, kind="parental_responsibility", basis="birth_mother", about="requester", arrived_on=on, seen_on=on,
        dated=on, seen="The paper itself.", how="post", actor=officer, now=now,
    )  # fmt: skip
    db.session.commit()
    visitor, said = visit(officer), "Tess Rowe, social worker: Talked at school."
    page = visitor.get(f"/staff/cases/{case.reference}/history").text
    for text in (the_record(visitor, case)[1], " ".join(html.unescape(page).split())):
        assert f"Judged: the child understands this right: {said}" in text
        assert f"The child does not want it: {said}" in text
        assert "looked for: none stands against it: The legal team." in text
        assert "adoption); Birth certificate: the mother: The paper itself." in text


def test_the_record_names_nobody_of_its_own_accord(visit: Visit, officer: Actor, case: Case) -> None:
    text = the_record(visit(officer), case)[1]
    assert "Tregale" not in text and "Morwenna" not in text


def test_a_record_that_grew_too_long_says_where_the_rest_is(
    visit: Visit, officer: Actor, case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "MOST", 10)
    for number in range(12):
        work.note(case, f"Note {number}", actor=officer, now=now)
    db.session.commit()
    text = the_record(visit(officer), case)[1]
    assert "Only the newest 10 stand here" in text and text.count("Wrote a note") == 10


def test_the_record_of_a_restricted_case_is_for_those_who_see_the_case(
    visit: Visit, officer: Actor, staff: Callable[..., Actor], case: Case, now: datetime
) -> None:
    manager = staff("manager")
    cases.restrict(case, True, reason="A member of staff.", version=case.version, actor=manager, now=now)
    db.session.commit()
    assert visit(officer).get(f"/staff/cases/{case.reference}/record.pdf").status_code == 404
    assert "Restricted the case" in the_record(visit(manager), case)[1]
