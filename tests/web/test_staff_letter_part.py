"""The letter that asks for authority alone, and the one that goes with a part of the answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import clock, delivery, identity, letter_draft, portal, work
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
PART = {
    "given": "The record of the social care teams, sent on 20 November.",
    "to_come": "The paper file of 2009, which is in a store.",
    "withheld": "We left out what is about other people (TP16).",
}


def case_of(reference: str) -> Case:
    return db.session.query(Case).filter_by(reference=reference).one()


@pytest.mark.parametrize(
    ("capacity", "words"),
    [
        ("parent", "parental responsibility"),
        ("representative", "authority that they have signed"),
        ("solicitor", "authority that your client has signed"),
        ("deputy", "power of attorney"),
    ],
)
def test_authority_alone_is_asked_for_and_the_clock_waits_as_for_identity(
    visit: Visit, now: datetime, capacity: str, words: str
) -> None:
    reference = factories.a_case(now=now, capacity=capacity).reference
    officer = visit("officer")
    officer.get(f"/staff/cases/{reference}/identity")
    page = officer.send(
        {"reason": "We have nothing from them.", "what": "authority"}, form="Ask for their authority only"
    )
    assert words in page.text and "do not ask you here to show who you are" in page.text
    assert "photograph" not in page.text.split("<textarea", 1)[1]
    officer.send({"do": "send"}, form="Send it")
    case = case_of(reference)
    assert (case.status, case.clock_state, case.due_on) == (Status.IDENTITY, "not_started", None)
    assert clock.identity_awaited(case) is not None


def test_nobody_is_asked_for_authority_over_themselves(visit: Visit, now: datetime) -> None:
    reference = factories.a_case(now=now).reference
    officer = visit("officer")
    assert "authority only" not in officer.get(f"/staff/cases/{reference}/identity").text
    page = officer.send({"reason": "Why not?", "what": "authority"}, form="Write the letter")
    assert page.status_code == 400 and "Choose which letter" in page.text
    assert "authority only" not in officer.get(f"/staff/cases/{reference}/letters/new").text


def begun(visitor: Visitor, reference: str, **data: str) -> Any:
    visitor.get(f"/staff/cases/{reference}/letters/part")
    return visitor.send({**PART, **data}, form="Look at the letter")


@pytest.fixture
def settled(staff: Callable[..., Any], now: datetime) -> str:
    case = factories.with_identity(factories.a_case(now=now), actor=staff("officer"), now=now)
    db.session.commit()
    reference: str = case.reference
    return reference


def test_a_part_now_and_the_rest_by_a_day_that_becomes_a_task(visit: Visit, settled: str, now: datetime) -> None:
    due = case_of(settled).due_on
    db.session.rollback()
    writer, second = visit("officer"), visit("officer")
    page = begun(writer, settled, come_by="2026-12-18")
    for words in (*PART.values(), "by Friday 18 December 2026", "section 164A", "section 165", "section 167"):
        assert words in page.text
    assert "sorry" not in page.text.split("<textarea", 1)[1] and "Somebody else has to send it" in page.text
    letter = db.session.query(Letter).filter_by(kind="partial-disclosure").one()
    path, version = f"/staff/cases/{settled}/letters/{letter.id}", letter.version
    db.session.rollback()
    cut = writer.send({"do": "save", "text": "You get some of it."}, form="Keep it and send it later")
    assert cut.status_code == 400 and "has to say" in cut.text
    second.get(path)
    second.send({"do": "send", "version": str(version)}, form="Send it")
    case = case_of(settled)
    assert (case.status, case.due_on) == (Status.RECEIVED, due)
    assert [task.due_on.isoformat() for task, _what in work.tasks(case)] == ["2026-12-18"]


def test_a_day_after_the_due_date_is_said_to_be_late(visit: Visit, settled: str) -> None:
    page = begun(visit("officer"), settled, come_by="2027-02-01", withheld="")
    assert "That is later than Wednesday 23 December 2026" in page.text and "We are sorry" in page.text
    assert "We have left nothing out of what you have now" in page.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"given": ""}, "Say what they have now"),
        ({"to_come": " "}, "Say what is still to come"),
        ({"come_by": "soon"}, "Enter a date"),
        ({"come_by": "2026-11-23"}, "Give a day still to come"),
        ({"come_by": "2099-01-01"}, "more than three years away"),
        ({"withheld": "x" * 10_000}, "at most 4000"),
    ],
)
def test_what_is_missing_is_named_and_what_was_typed_stays(
    visit: Visit, settled: str, data: dict[str, str], says: str
) -> None:
    page = begun(visit("officer"), settled, **{"come_by": "2026-12-18", **data})
    assert page.status_code == 400 and says in page.text
    assert "given" in data or PART["given"] in page.text
    assert db.session.query(Letter).filter_by(kind="partial-disclosure").count() == 0


def test_nothing_is_given_before_it_is_settled_who_asks(visit: Visit, settled: str, now: datetime) -> None:
    unsettled = factories.a_case(now=now).reference
    erasure = factories.a_case(now=now, right=Right.ERASURE).reference
    officer = visit("officer")
    assert "Settle identity first" in officer.get(f"/staff/cases/{unsettled}/letters/part").text
    officer.get(f"/staff/cases/{settled}/letters/part")
    tried = officer.post(f"/staff/cases/{unsettled}/letters/part", data={**PART, "come_by": "2026-12-18"})
    assert tried.status_code == 409 and "has not been settled" in tried.text
    assert "no such letter to write" in officer.get(f"/staff/cases/{erasure}/letters/part").text
    tried = officer.post(f"/staff/cases/{erasure}/letters/part", data={**PART, "come_by": "2026-12-18"})
    assert tried.status_code == 400
    assert db.session.query(Letter).filter_by(kind="partial-disclosure").count() == 0


def test_no_part_goes_to_a_parent_whose_child_has_grown_up_meanwhile(
    app: Flask, visit: Visit, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    born = {"date_of_birth": "2008-11-25"}  # eighteen two days from now
    case = factories.a_case(now=now, capacity="parent", subject=born)
    identity.settle(case, override="Seen by the manager", actor=officer, now=now)
    db.session.commit()
    reference = case.reference
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(days=2))
    page = begun(visit(officer), reference, come_by="2026-12-18")
    assert page.status_code == 409 and "The person is 18 or older" in page.text
    assert db.session.query(Letter).filter_by(kind="partial-disclosure").count() == 0


@pytest.mark.parametrize(("how", "came"), [("portal", "sent"), ("post", "to_post")])
def test_a_part_is_kept_back_while_who_asks_is_in_doubt_and_goes_once_that_is_settled(
    visit: Visit, staff: Callable[..., Any], sent: Any, outbox: list[Any], now: datetime, how: str, came: str
) -> None:
    requester = {"name": "Morwenna Tregale", "email": "morwenna@example.org"} if how == "portal" else {}
    requester = requester or {"name": "Morwenna Tregale", "address": ["4 Quarry Lane", "Northmoor"]}
    case = factories.a_case(now=now, requester=requester, delivery={"how": how})
    reference = factories.with_identity(case, actor=staff("officer"), now=now).reference
    writer, second = visit("officer"), visit("officer")
    begun(writer, reference, come_by="2026-12-18")
    key = db.session.query(Letter).filter_by(kind="partial-disclosure").one().id
    db.session.rollback()
    second.get(f"/staff/cases/{reference}/letters/{key}")
    second.send({"do": "send"}, form="Send it")
    if how == "portal":
        sent.work()

    def now_is() -> tuple[str, bool]:
        db.session.expire_all()
        case = case_of(reference)
        return db.session.get_one(Letter, key).state, key in portal.readable(case)

    assert now_is() == (came, True)
    case, actor = case_of(reference), staff("officer")
    identity.doubt(case, reason="A call", actor=actor, now=now + timedelta(hours=1))
    db.session.commit()
    assert now_is() == ("held" if how == "post" else came, False)
    assert "A part of the answer" not in second.get("/staff/post").text
    identity.settle(case_of(reference), override="She came in", sure="seen", actor=actor, now=now + timedelta(hours=2))
    db.session.commit()
    assert now_is() == (came, True)


def test_a_part_that_came_back_is_not_sent_again_while_who_asks_is_in_doubt(
    visit: Visit, staff: Callable[..., Any], settled: str, now: datetime
) -> None:
    actor = staff("officer")
    begun(visit("officer"), settled, come_by="2026-12-18")
    row = db.session.query(Letter).filter_by(kind="partial-disclosure").one()
    letter_draft.send(case_of(settled), row, version=row.version, actor=actor, now=now)
    db.session.commit()
    delivery.bounced(row.id, reason="No such mailbox", permanent=True, now=now)
    identity.doubt(case_of(settled), reason="A call", actor=actor, now=now + timedelta(hours=1))
    db.session.commit()
    with pytest.raises(WrongState, match="Who asks is not settled"):
        delivery.send_again(case_of(settled), row, by_post=True, version=row.version, actor=actor, now=now)


def test_a_promise_that_has_run_out_is_not_sent(
    app: Any, visit: Visit, settled: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(visit("officer"), settled, come_by="2026-11-25")
    letter = db.session.query(Letter).filter_by(kind="partial-disclosure").one()
    path = f"/staff/cases/{settled}/letters/{letter.id}"
    db.session.rollback()
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(days=5))
    second = visit("officer")
    second.get(path)
    page = second.send({"do": "send"}, form="Send it")
    assert page.status_code == 409 and "no longer right" in page.text
