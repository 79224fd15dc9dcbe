"""What staff learn of a person on the way is searched with, and nothing is sent for sign-off before that."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, StaleWrite, WrongState
from sar_service.domain.lifecycle import MOVES, Action, Guard, Status, unmet
from sar_service.services import case as cases
from sar_service.services import sealing, search
from sar_service.services import subject as subjects
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]


def fields(visitor: Visitor, name: str) -> tuple[str, dict[str, Any]]:
    form = next(each for each in visitor.forms() if each["fields"].get("form") == name)
    return form["action"], dict(form["fields"])


def blocked(case: Any) -> tuple[Guard, ...]:
    return unmet(MOVES[Status.REVIEWING, Action.SUBMIT], cases.situation(case))


def test_a_former_name_that_was_learnt_has_to_be_searched_with(
    visit: Visit, sent: Any, officer: Actor, now: datetime
) -> None:
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    identity, path = case.id, f"/staff/cases/{case.reference}/person"
    visitor = visit(officer)
    visitor.get(path)
    action, given = fields(visitor, "learn")
    given |= {
        "other_names": "Morwenna Cardew",
        "addresses": "9 Fleet Row\nNorthmoor\nNM4 9AA",
        "scheme": "nhs_number",
        "number": "943 476 5919",
        "reason": "She said so on the telephone",
    }
    page = visitor.post(action, given, follow=True)
    assert "Morwenna Cardew" in page.text and "9 Fleet Row" in page.text and "telephone" in page.text
    db.session.rollback()
    case = db.session.get_one(type(case), identity)
    subject = search.subject_of(case)
    assert subject.other_names == ("Morwenna Cardew",)
    assert ("9 Fleet Row", "Northmoor", "NM4 9AA") in subject.addresses
    assert dict(subject.identifiers) == {"nhs_number": "943 476 5919"}
    assert Guard.SEARCHED_WITH_ALL in blocked(case)
    assert "More was learnt" in visitor.get(f"/staff/cases/{case.reference}/search").text
    db.session.rollback()
    case = db.session.get_one(type(case), identity)
    cases.move(case, Action.START_SEARCH, actor=officer, now=now)
    search.start(case, actor=officer, now=now)
    db.session.commit()
    sent.work()
    case = db.session.get_one(type(case), identity)
    assert Guard.SEARCHED_WITH_ALL not in blocked(case)


def test_what_was_wrong_is_taken_out_and_that_makes_the_search_old_too(
    visit: Visit, sent: Any, officer: Actor, now: datetime
) -> None:
    case = factories.a_case(now=now, subject={"other_names": ["Morwenna Pascoe", "Wenna"]})
    case = factories.searched(case, sent, actor=officer, now=now)
    identity, visitor = case.id, visit(officer)
    page = visitor.get(f"/staff/cases/{case.reference}/person")
    assert "Another name: Wenna" in page.text
    action, given = fields(visitor, "forget")
    visitor.post(action, {**given, "entry": "other_names:1", "reason": "That is her sister"}, follow=True)
    db.session.rollback()
    case = db.session.get_one(type(case), identity)
    assert sealing.unseal(case)["subject"]["other_names"] == ["Morwenna Pascoe"]
    assert search.out_of_date(case)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "not on file yet"),
        ({"other_names": "Wenna", "reason": ""}, "Give the reason"),
        ({"scheme": "nhs_number", "number": "943 476 5918"}, "no NHS number"),
        ({"scheme": "upn", "number": "A123"}, "no unique pupil number"),
        ({"scheme": "shoe size", "number": "4"}, "what kind of number"),
        ({"number": "4"}, "what kind of number"),
        ({"emails": "nobody"}, "email address in the correct format"),
        ({"phones": "ring me"}, "at least six digits"),
        ({"date_of_birth": "31/02/2001"}, "Enter a date"),
        ({"date_of_birth": "2999-01-01"}, "in the future"),
        ({"date_of_birth": "1811-01-01"}, "Check the year"),
        ({"other_names": "x" * 10_000}, "at most"),
        ({"addresses": "x" * 10_000}, "at most"),
    ],
)
def test_what_cannot_be_used_is_named_and_what_was_typed_stays(
    visit: Visit, officer: Actor, now: datetime, given: dict[str, str], says: str
) -> None:
    case = factories.a_case(now=now)
    visitor = visit(officer)
    visitor.get(f"/staff/cases/{case.reference}/person")
    action, fields_before = fields(visitor, "learn")
    page = visitor.post(action, {**fields_before, "reason": "She said so", **given})
    assert page.status_code == 400
    assert says in page.text
    assert all(value[:200] in page.text for name, value in given.items() if name != "scheme")
    db.session.rollback()
    assert "learnt" not in sealing.unseal(packs.again(case))


def test_a_stale_form_and_a_case_that_was_sent_for_sign_off_change_nothing(officer: Actor, now: datetime) -> None:
    case = factories.a_case(now=now)
    more = subjects.Learnt(other_names=("Wenna",))
    with pytest.raises(StaleWrite):
        subjects.learn(case, more, reason="said so", version=case.version + 1, actor=officer, now=now)
    with pytest.raises(InvalidInput):
        subjects.forget(case, "other_names:0", reason="said so", version=case.version, actor=officer, now=now)
    case.status = Status.SIGNED_OFF
    with pytest.raises(WrongState):
        subjects.learn(case, more, reason="said so", version=case.version, actor=officer, now=now)


def test_nobody_was_born_after_they_were_asked_about(visit: Visit, officer: Actor, now: datetime) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 11, 2))
    visitor = visit(officer)
    visitor.get(f"/staff/cases/{case.reference}/person")
    page = visitor.send({"date_of_birth": "2026-11-03", "reason": "She said so"}, form="Add it")
    assert page.status_code == 400 and "after the day the request came, Monday 2 November 2026" in page.text
