"""No page of the staff is a dead end: what is next stands first, and every page that led nowhere leads on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import link, merge
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]


def first_step(page: Any) -> str:
    """What the page says is next, with the address that it leads to."""
    return str(page.text.split('id="next-steps"')[1].split("<ul")[0])


def test_what_is_next_stands_first_on_the_page_of_a_case(
    visit: Visit, officer: Actor, staff: packs.Made, case: Case, now: datetime, sent: Any
) -> None:
    visitor, reference = visit(officer), case.reference
    path = f"/staff/cases/{reference}"
    step = first_step(visitor.get(path))
    assert "Settle identity" in step and f'href="{path}/identity"' in step
    factories.with_identity(db.session.get_one(Case, case.id), actor=officer, now=now)
    step = first_step(visitor.get(path))
    assert "Search the systems" in step and f'href="{path}/search"' in step
    again = packs.again(case)
    factories.searched(again, sent, actor=officer, now=now)
    step = first_step(visitor.get(path))
    assert "Read and decide" in step and f'href="{path}/reading"' in step and "Search the systems" not in step
    again = packs.again(case)
    packs.decide_all(again, actor=officer, now=now)
    db.session.commit()
    step = first_step(visitor.get(path))
    assert "Send for sign-off" in step and f'href="{path}/sign-off"' in step
    visitor.get(f"{path}/sign-off")
    visitor.send(form="Send it")
    assert "Somebody else" in first_step(visitor.get(path))  # whoever decided waits for another
    assert "Sign off" in first_step(visit(staff("officer")).get(path))


def test_what_is_no_copy_is_answered_by_letter_next_however_much_was_searched(
    visit: Visit, officer: Actor, now: datetime, sent: Any
) -> None:
    case = factories.a_case(now=now, right=Right.ERASURE)
    path, key = f"/staff/cases/{case.reference}", case.id
    visitor = visit(officer)
    factories.searched(case, sent, actor=officer, now=now)
    step = first_step(visitor.get(path))
    assert "Answer by letter" in step and f'href="{path}/letters/new"' in step
    assert db.session.get_one(Case, key).status is Status.REVIEWING


def test_a_complaint_that_was_reopened_is_answered_next(
    visit: Visit, officer: Actor, staff: packs.Made, now: datetime
) -> None:
    manager = staff("manager")
    case = factories.a_case(now=now, right=Right.COMPLAINT)
    cases.move(case, Action.CLOSE, actor=manager, now=now, reason="It was meant for another")
    cases.move(case, Action.REOPEN, actor=manager, now=now, reason="It was not")
    db.session.commit()
    path = f"/staff/cases/{case.reference}"
    step = first_step(visit(officer).get(path))
    assert "Answer by letter" in step and f'href="{path}/complaint"' in step and "sign-off" not in step


@pytest.mark.parametrize(("role", "home"), [("officer", "/staff/"), ("auditor", "/managers/")])
@pytest.mark.parametrize("path", ["/staff/nowhere", "/staff/cases/AAAAA-AAAAA-AAAAA/work", "/managers/team"])
def test_a_page_that_led_nowhere_leads_on(app: Flask, visit: Visit, role: str, home: str, path: str) -> None:
    page = visit(role).get(path)
    assert page.status_code in (403, 404)
    assert f'<a class="govuk-link" href="{home}">' in page.text


def test_the_address_of_a_form_opened_by_itself_leads_back_to_the_case(
    visit: Visit, officer: Actor, case: Case
) -> None:
    reference = case.reference
    page = visit(officer).get(f"/staff/cases/{reference}/facts/correction")
    assert page.status_code == 405 and "only takes what a form sends" in page.text
    assert f'<a class="govuk-link" href="/staff/cases/{reference}">' in page.text


def test_what_was_merged_leads_to_what_answers_it_and_to_nothing_else(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    other = factories.a_case(now=now)
    keep, away = other.reference, case.reference
    link.link(other, case, LinkKind.DUPLICATE, actor=officer, now=now)
    seen = {"version": other.version, "away_version": case.version}
    merge.merge(other, case, why="Sent twice", actor=officer, now=now, **seen)
    db.session.commit()
    page = visit(officer).get(f"/staff/cases/{away}")
    step = first_step(page)
    assert f'href="/staff/cases/{keep}"' in step and "Settle identity" not in page.text.split("The request")[0]
    assert "not running" in page.text.split('class="sar-identity"')[1].split("</section>")[0]


def test_a_link_without_a_reference_asks_for_one(visit: Visit, officer: Actor, case: Case) -> None:
    visitor = visit(officer)
    visitor.get(f"/staff/cases/{case.reference}/work")
    page = visitor.send({"other": " "}, form="Link them")
    assert page.status_code == 400 and '<a href="#link-other">Enter the reference of the other case' in page.text
