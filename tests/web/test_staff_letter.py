"""Writing a letter in the browser, and reading it in the portal."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import identity, identity_change, letter, portal, sealing
from tests import factories
from tests.browser import Visitor

HOSTILE = '"><script>alert(1)</script>'


def fresh(case_id: Any) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def news(case: Case) -> Letter:
    return next(row for row in letter.letters(fresh(case.id)) if row.kind == "progress")


def test_a_letter_is_written_changed_looked_at_and_sent(
    visit: Callable[..., Visitor], case: Case, stranger: Visitor
) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/letters/new")
    answer = officer.send({"kind": "progress", "reason": f"We read. {HOSTILE}"}, form="Look at the letter")
    assert answer.status_code == 200 and "not sent yet" in answer.text and HOSTILE not in answer.text
    path = answer.request.path
    text = sealing.unseal(news(case))["text"]
    answer = officer.send({"text": text.replace("We read.", "We read the last box."), "do": "save"}, form="Keep it")
    assert answer.status_code == 200 and "We read the last box." in answer.text
    paper = officer.get(f"{path}/pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")
    officer.get(path)
    answer = officer.send({"do": "send"}, form="Send it")
    assert answer.status_code == 200 and "on its way" in answer.text.lower()
    row = news(case)
    assert row.state == "waiting"
    assert "We read the last box." in officer.get(path).text
    stranger.enter_portal(case.id)
    page = stranger.get("/portal/")
    assert "How far we are" in page.text
    page = stranger.get(f"/portal/letters/{row.id}")
    assert "We read the last box." in page.text and HOSTILE not in page.text
    assert stranger.get(f"/portal/letters/{row.id}/pdf").data.startswith(b"%PDF")


@pytest.mark.parametrize(("address", "known"), [("", False), ("3 Quay Row, Northmoor", True)])
def test_a_letter_for_the_post_says_before_it_is_sent_that_no_address_is_known(
    visit: Callable[..., Visitor], now: datetime, address: str, known: bool
) -> None:
    requester = {"name": "Ivo Penhale", "email": "", "phone": "01632 960001", "address": address}
    case = factories.a_case(now=now, requester=requester)
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/letters/new")
    page = officer.send({"kind": "progress", "reason": "We read."}, form="Look at the letter").text
    assert "it waits in the list of letters to post" in page
    assert ("No address is known" in page) is not known


def test_throwing_a_letter_away_does_nothing(visit: Callable[..., Visitor], case: Case) -> None:
    manager = visit("manager")
    manager.get(f"/staff/cases/{case.reference}")
    manager.send({"reason": "Asked twice"}, form="Refuse the request")
    answer = manager.send({"do": "drop"}, form="Throw it away")
    assert answer.status_code == 200 and "Nothing was sent" in answer.text
    assert fresh(case.id).status is Status.RECEIVED
    assert [row.kind for row in letter.letters(fresh(case.id))] == ["acknowledgement"]


def test_a_letter_without_words_is_refused_and_what_was_chosen_stays(visit: Callable[..., Visitor], case: Case) -> None:
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/letters/new")
    answer = officer.send({"kind": "progress", "reason": ""}, form="Look at the letter")
    assert answer.status_code == 400 and "Say what the letter has to say" in answer.text
    assert 'value="progress" aria-describedby="letter-does-progress" checked' in answer.text


def test_a_draft_that_somebody_else_changed_is_not_sent(visit: Callable[..., Visitor], case: Case) -> None:
    officer, other = visit("officer"), visit("officer")
    officer.get(f"/staff/cases/{case.reference}/letters/new")
    path = officer.send({"kind": "progress", "reason": "We read."}, form="Look at the letter").request.path
    other.get(path)
    whole = sealing.unseal(news(case))["text"]
    officer.send({"text": whole.replace("We read.", "We read the boxes."), "do": "save"}, form="Keep it")
    answer = other.send({"text": "Mine", "do": "send"}, form="Send it")
    assert answer.status_code == 409
    assert news(case).state == "draft"
    assert "We read the boxes." in sealing.unseal(news(case))["text"]


def test_nobody_reads_a_letter_of_another_case_a_draft_or_a_code(
    visit: Callable[..., Visitor], case: Case, now: datetime, stranger: Visitor
) -> None:
    other = factories.a_case(now=now)
    theirs = letter.letters(other)[0].id
    code = letter.write(case, "access-code", actor=SERVICE, now=now, code="1234 5678", minutes=20).id
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/letters/new")
    officer.send({"kind": "progress", "reason": "We read."}, form="Look at the letter")
    draft = next(row.id for row in letter.letters(fresh(case.id)) if row.state == "draft")
    assert officer.get(f"/staff/cases/{case.reference}/letters/{theirs}").status_code == 404
    assert "1234 5678" not in officer.get(f"/staff/cases/{case.reference}/letters/{code}").text
    assert officer.get(f"/staff/cases/{case.reference}/letters/{code}/pdf").status_code == 404
    stranger.enter_portal(case.id)
    for each in (theirs, draft, code):
        assert stranger.get(f"/portal/letters/{each}").status_code == 404
        assert stranger.get(f"/portal/letters/{each}/pdf").status_code == 404


def test_letters_of_somebody_whose_messages_are_read_are_not_in_the_portal(
    app: Flask, now: datetime, stranger: Visitor
) -> None:
    asked = {"name": "Morwenna Tregale", "email": "m@example.org", "safe": "careful"}
    made = factories.a_case(now=now, requester=asked, delivery={"how": "post"})
    row = letter.letters(made)[0].id
    stranger.enter_portal(made.id)
    assert f"/portal/letters/{row}" not in stranger.get("/portal/").text
    assert stranger.get(f"/portal/letters/{row}").status_code == 404


def test_whoever_has_a_new_contact_reads_no_older_letter_until_it_is_known_who_they_are(
    app: Flask, now: datetime, stranger: Visitor, staff: Callable[..., Any]
) -> None:
    officer = staff("officer")
    made = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    row = letter.letters(made)[0].id
    later = now + timedelta(hours=1)
    identity_change.change_contact(made, {"email": "new@example.org"}, actor=officer, now=later)
    db.session.commit()
    mark = portal.contact_mark(made)
    told = next(each.id for each in letter.letters(made) if each.kind == "contact-changed")
    case_id = made.id
    stranger.enter_portal(case_id, mark)
    for each in (row, told):
        assert stranger.get(f"/portal/letters/{each}").status_code == 404
    made = fresh(case_id)
    identity.settle(made, override="They rang", sure="rang_back", actor=officer, now=later + timedelta(minutes=5))
    db.session.commit()
    stranger.enter_portal(case_id, mark)
    assert stranger.get(f"/portal/letters/{row}").status_code == 200


def test_only_who_may_refuse_is_offered_the_letters_that_refuse(visit: Callable[..., Visitor], now: datetime) -> None:
    path = f"/staff/cases/{factories.a_case(now=now).reference}/letters/new"
    for role, may in (("officer", False), ("manager", True)):
        page = visit(role).get(path)
        for kind in ("refused", "unfounded"):
            assert (f'value="{kind}"' in page.text) is may, role
        assert ("A manager writes that letter" in page.text) is not may


@pytest.mark.parametrize(("right", "what"), [(Right.COMPLAINT, "the complaint"), (Right.ERASURE, "the request")])
def test_what_sending_an_answer_does_is_said_of_what_it_answers(
    visit: Callable[..., Visitor], staff: Any, now: datetime, right: Right, what: str
) -> None:
    case, officer = factories.a_case(now=now, right=right), staff("officer")
    if right is not Right.COMPLAINT:
        factories.with_identity(case, actor=officer, now=now)
    db.session.commit()
    page = visit(officer).get(f"/staff/cases/{case.reference}/letters/new").text
    assert set(re.findall(r"Sending it answers (the \w+)\.", page)) == {what}
