"""Two people with one form open: the second sees both versions, loses nothing, and may send theirs again knowingly."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.people import Standing
from sar_service.domain.work import Flag
from sar_service.models import Case, Letter, PersonRow
from sar_service.services import letter_draft, people, sealing, work
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def two(visit: Visit, staff: packs.Made) -> tuple[Visitor, Visitor]:
    """Whoever is quicker, and whoever comes second."""
    return visit(staff("manager", name="Ysolde Quick")), visit(staff("manager", name="Branok Second"))


@pytest.fixture
def case(app: Flask, staff: packs.Made, now: datetime) -> Case:
    case, officer = factories.a_case(now=now), staff("officer")
    letter_draft.begin(case, "progress", "We have asked the schools.", actor=officer, now=now)
    people.add(case, names=["Jory Angwin"], role="uncle", standing=Standing.THIRD_PARTY, actor=officer, now=now)
    work.add_task(case, "Ring the school", due_on=now.date() + timedelta(days=2), member=None, actor=officer, now=now)
    db.session.commit()
    return case


def row_of(kind: type[Any]) -> Any:
    db.session.rollback()
    query = select(kind)
    return db.session.scalars(query.where(kind.kind == "progress") if kind is Letter else query).one()


def _form(visitor: Visitor, name: str) -> dict[str, Any]:
    return next(each for each in visitor.forms() if each["fields"].get("form", "").startswith(name))


FORMS: list[tuple[str, str, str, dict[str, str], dict[str, str], str]] = [
    ("letter", "/letters/{letter}", "draft", {"subject": "From Ysolde", "do": "save"}, {"do": "save"}, "From Branok"),
    ("person", "/people/{person}", "correct", {"role": "her uncle"}, {"standing": "third_party"}, "his great-uncle"),
    ("contact", "/identity", "contact", {"phone": "01632 960001"}, {}, "01632 960002"),
    ("known", "/person", "learn", {"other_names": "Morwenna Quick", "reason": "She said so"}, {}, "Morwenna Second"),
    ("restriction", "", "restrict", {"reason": "It is about a colleague"}, {}, "My own reason"),
]
FIELD = {"letter": "subject", "person": "role", "contact": "phone", "known": "other_names", "restriction": "reason"}


@pytest.mark.parametrize(("what", "path", "form", "first", "more", "mine"), FORMS, ids=[each[0] for each in FORMS])
def test_who_comes_second_sees_both_and_may_send_again(
    two: tuple[Visitor, Visitor],
    case: Case,
    what: str,
    path: str,
    form: str,
    first: dict[str, str],
    more: dict[str, str],
    mine: str,
) -> None:
    quick, second = two
    reference = case.reference
    ids = {"letter": row_of(Letter).id, "person": row_of(PersonRow).id}
    address = f"/staff/cases/{reference}{path.format(**ids)}"
    quick.get(address)
    second.get(address)
    place = _form(second, form)
    quick.post(place["action"], {**_form(quick, form)["fields"], **more, **first})
    second_try = {**place["fields"], **more, FIELD[what]: mine}
    if what == "known":
        second_try["reason"] = "It stands in a record"
    page = second.post(place["action"], second_try)
    assert page.status_code == 409
    told = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    assert "Changed by Ysolde Quick" in told and "What stands now" in told
    if what != "restriction":
        assert mine in told and first[FIELD[what]] in told
    again = _form(second, form)
    assert mine in page.text.partition("</table>")[2]  # what was entered is still in the form
    assert again["fields"]["version"] != place["fields"]["version"]
    answer = second.post(place["action"], {**second_try, **again["fields"], **more, FIELD[what]: mine})
    assert answer.status_code == 200 and "Somebody else changed this while" not in answer.text


def test_what_was_sent_again_knowingly_is_what_stands(two: tuple[Visitor, Visitor], case: Case) -> None:
    quick, second = two
    address = f"/staff/cases/{case.reference}/letters/{row_of(Letter).id}"
    for visitor in two:
        visitor.get(address)
    quick.send({"subject": "From Ysolde", "do": "save"}, form="Keep it and send it later")
    second.send({"subject": "From Branok", "do": "save"}, form="Keep it and send it later")
    assert sealing.unseal(row_of(Letter))["subject"] == "From Ysolde"
    second.send({"do": "save"}, form="Keep it and send it later")
    assert sealing.unseal(row_of(Letter))["subject"] == "From Branok"


def test_flags_that_a_colleague_set_meanwhile_stay(two: tuple[Visitor, Visitor], case: Case) -> None:
    quick, second = two
    case_id, address = case.id, f"/staff/cases/{case.reference}/work"
    for visitor in two:
        visitor.get(address)
    quick.send({"flag": ["safe_address"]}, form="Keep the flags")
    second.send({"flag": ["care_leaver"]}, form="Keep the flags")
    db.session.rollback()
    carried = work.flags([db.session.get_one(Case, case_id)])[case_id]
    assert carried == [Flag.SAFE_ADDRESS, Flag.CARE_LEAVER]
    second.get(address)
    second.send({"flag": ["care_leaver"]}, form="Keep the flags")  # this time both stood on the form
    db.session.rollback()
    assert work.flags([db.session.get_one(Case, case_id)])[case_id] == [Flag.CARE_LEAVER]


def test_an_assignment_that_came_too_late_says_who_has_it(
    two: tuple[Visitor, Visitor], case: Case, staff: packs.Made
) -> None:
    quick, second = two
    other: Actor = staff("officer", name="Jenna Third")
    for visitor in two:
        visitor.get(f"/staff/cases/{case.reference}")
    quick.send(form="Take it myself")
    page = second.send({"member": other.id}, form="Hand it on")
    told = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    assert page.status_code == 409 and "Jenna Third" in told and told.count("Ysolde Quick") == 2
    second.send({"member": other.id}, form="Hand it on")
    assert row_of(Case).assigned_to == uuid.UUID(other.id)
