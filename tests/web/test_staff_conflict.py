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
from sar_service.domain.rights import Right
from sar_service.domain.search import SearchState
from sar_service.domain.work import Flag
from sar_service.models import Case, Complaint, Letter, PersonRow, RegulatorLetter, SystemSearch
from sar_service.services import complaint, letter_draft, people, regulator, sealing, search, work
from tests import factories, packs
from tests.browser import Visitor
from tests.conftest import PASSWORD

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
    sent: Any,
) -> None:
    quick, second = two
    reference = case.reference
    ids = {"letter": row_of(Letter).id, "person": row_of(PersonRow).id}
    address = f"/staff/cases/{reference}{path.format(**ids)}"
    quick.get(address)
    second.get(address)
    place = _form(second, form)
    quick.post(place["action"], {**_form(quick, form)["fields"], **more, **first})
    sent.work()  # the service sends what follows: that changes nothing, and it was not the service that was quicker
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


def told(page: Any) -> str:
    """The table of both versions, of a page that answers somebody who came second."""
    assert page.status_code == 409, page.text
    text: str = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    assert "What stands now" in text and "Changed by Ysolde Quick" in text
    return text


@pytest.mark.parametrize("changed", ["keep", "away"])
def test_a_merging_that_came_too_late_says_what_became_of_both(
    two: tuple[Visitor, Visitor], case: Case, now: datetime, changed: str
) -> None:
    quick, second = two
    keep, away = factories.a_case(now=now, received_on=now.date() - timedelta(days=3)).reference, case.reference
    address = f"/staff/cases/{keep}/merging/{away}"
    db.session.delete(row_of(Letter))
    db.session.commit()
    second.get(address)
    quick.get(f"/staff/cases/{keep if changed == 'keep' else away}")
    quick.send(form="Take it myself")
    page = second.send({"keep": keep, "reason": "Sent twice."}, form="Merge them")
    table = told(page)
    assert "Sent twice." in table and "not merged" in table and "with Ysolde Quick" in table and keep in table
    assert "Sent twice." in page.text.partition("</table>")[2]
    assert second.send(form="Merge them").request.path == f"/staff/cases/{keep}"  # knowingly, with what was typed


def test_of_two_mergings_the_second_is_told_of_the_first(
    two: tuple[Visitor, Visitor], case: Case, now: datetime
) -> None:
    quick, second = two
    keep, away = factories.a_case(now=now, received_on=now.date() - timedelta(days=3)).reference, case.reference
    db.session.delete(row_of(Letter))
    db.session.commit()
    for visitor in two:
        visitor.get(f"/staff/cases/{keep}/merging/{away}")
    quick.send({"keep": keep, "reason": "Twice."}, form="Merge them")
    page = second.send({"keep": away, "reason": "The newer is better."}, form="Merge them")
    first, _, rest = told(page).partition("The newer is better.")
    assert f"<td>{away}</td><td>{keep}</td>" in first.replace("\n", "") and "Merged" in rest


@pytest.fixture
def silent(case: Case, sent: Any, staff: packs.Made, now: datetime) -> str:
    """The address of the search page of a case in which one system gave no answer."""
    searched = factories.searched(case, sent, actor=staff("officer"), now=now)
    search.latest_searches(searched)[0].state = SearchState.FAILED
    db.session.commit()
    return f"/staff/cases/{searched.reference}/search"


def reasons() -> str:
    db.session.rollback()
    return db.session.scalars(select(SystemSearch)).one().excepted_because


def test_who_goes_on_without_a_system_second_does_not_overwrite_the_first_unseen(
    two: tuple[Visitor, Visitor], silent: str
) -> None:
    quick, second = two
    for visitor in two:
        visitor.get(silent)
    quick.send({"reason": "It was switched off in May."}, form="Go on without it")
    page = second.send({"reason": "It is always down."}, form="Go on without it")
    table = told(page)
    assert "It was switched off in May." in table and "It is always down." in table
    assert reasons() == "It was switched off in May."
    second.send(form="Go on without it")
    assert reasons() == "It is always down."


def test_nobody_goes_on_without_a_system_that_has_answered_since(two: tuple[Visitor, Visitor], silent: str) -> None:
    _, second = two
    second.get(silent)
    row = db.session.scalars(select(SystemSearch)).one()
    row.state = SearchState.NOTHING
    db.session.commit()
    page = second.send({"reason": "It is always down."}, form="Go on without it")
    text = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    assert page.status_code == 409 and "Nothing held" in text and "It is always down." in text
    assert reasons() == "" and "Go on without it" not in page.text.partition("</table>")[2]


def test_what_a_complaint_is_about_is_not_overwritten_unseen(two: tuple[Visitor, Visitor], now: datetime) -> None:
    quick, second = two
    reference = factories.a_case(now=now, right=Right.COMPLAINT, filed=complaint.Filed()).reference
    for visitor in two:
        visitor.get(f"/staff/cases/{reference}/complaint")
    quick.send({"about": "none", "matter": "delay"}, form="Keep it")
    page = second.send({"about": "none", "matter": "use", "kind": "review"}, form="Keep it")
    table = told(page)
    assert "How long it takes" in table and "How information was used" in table
    assert second.send(form="Keep it").status_code == 200
    db.session.rollback()
    assert db.session.scalars(select(Complaint)).one().matter == "use"


def test_the_day_of_an_answer_to_the_regulator_is_not_overwritten_unseen(
    two: tuple[Visitor, Visitor], now: datetime
) -> None:
    quick, second = two
    given = regulator.Given(direction="from", on=now.date(), subject="Delay", reply_by=now.date())
    row = regulator.log(given, controller="northmoor", actor=quick.actor, now=now)
    db.session.commit()
    address = f"/staff/regulator/{row.id}"
    for visitor in two:
        visitor.get(address)
    quick.send({"reply_by": "2026-12-15", "reason": "They rang"}, form="Keep the day")
    page = second.send({"reply_by": "2026-12-20", "reason": "They wrote"}, form="Keep the day")
    table = told(page)
    assert "15 December 2026" in table and "2026-12-20" in table and "They wrote" in table
    assert second.send(form="Keep the day").status_code == 200
    db.session.rollback()
    assert db.session.scalars(select(RegulatorLetter)).one().reply_by.isoformat() == "2026-12-20"


def test_a_letter_that_did_not_arrive_is_not_dealt_with_twice(
    two: tuple[Visitor, Visitor], case: Case, now: datetime
) -> None:
    _, second = two
    row = row_of(Letter)
    row.state, row.message = "failed", "No such mailbox"
    db.session.commit()
    address = f"/staff/cases/{case.reference}/letters/{row.id}"
    second.get(address)
    row = row_of(Letter)
    row.message = "The mailbox is full"  # it was sent again meanwhile, and came back again
    db.session.commit()
    page = second.send({"reason": "I rang her"}, form="It is dealt with")
    table = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    assert page.status_code == 409 and "What stands now" in table
    assert "dealt with otherwise" in table and "The mailbox is full" in table


def test_a_password_changed_in_another_window_leaves_no_form_open(visit: Visit, staff: packs.Made) -> None:
    """So that form needs no two versions: the session that it was opened in is over."""
    member = staff("officer")
    here, there = visit(member), visit(member)
    for visitor in (here, there):
        visitor.get("/staff/password")
    fields = {"before": PASSWORD, "fresh": "otter lantern quarry", "again": "otter lantern quarry"}
    here.send(fields, form="Change it")
    page = there.send({**fields, "fresh": "badger candle ferry", "again": "badger candle ferry"}, form="Change it")
    assert "badger" not in page.text and (page.status_code == 400 or page.request.path == "/staff/sign-in")
    assert here.get("/staff/").request.path == "/staff/"
