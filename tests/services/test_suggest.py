"""What the machine suggests for a file of a case: what the layout of a page says counts, not its words alone."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl

from sar_service.db import db
from sar_service.domain.redaction import Kind
from sar_service.models import Document
from sar_service.services import redaction, sealing, units
from tests import factories, packs

HOUSEHOLD = (
    ("Household member", "Date of birth", "Last seen"),
    ("Morwenna Tregale", "14/03/2007", "02/02/2024"),
    ("Jago Tregale", "21/08/1979", "03/02/2024"),
    ("", "30/11/2012", "04/02/2024"),
)


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in HOUSEHOLD:
        book.active.append(row)
    for column in "ABC":
        book.active.column_dimensions[column].width = 24
    book.save(out)
    return out.getvalue()


def test_dates_of_birth_in_a_table_are_found_and_given_to_the_person_of_their_line(
    staff: Callable[..., Any], sent: Any, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    row = packs.with_file(case, sent, name="household.xlsx", content=workbook(), actor=officer, now=now)
    identity, case = row.id, packs.again(case)
    redaction.ask(case, now=now)
    db.session.commit()
    sent.work()
    case, row = packs.again(case), db.session.get_one(Document, identity)
    names = {key: sealing.unseal(person)["names"][0] for key, person in units.people_of(case).items()}
    found = {
        sealing.unseal(mark)["text"]: names.get(mark.person_id, "")
        for mark in units.marks_of(case, home=row.id)[row.id]
        if mark.kind is Kind.DATE_OF_BIRTH
    }
    assert found == {"21/08/1979": "Jago Tregale", "30/11/2012": ""}
