"""What is held back goes when nothing holds it any more, and never before; and nothing is held for ever."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, ContactElsewhere, Letter
from sar_service.services import case as cases
from sar_service.services import (
    clock,
    identity,
    identity_change,
    identity_linked,
    letter,
    letter_draft,
    letter_hold,
    link,
    lying,
    merge,
)
from tests import factories, packs
from tests.browser import Visitor
from tests.services.test_pack_release import make_ready

Staff = Callable[..., Actor]
ON_PAPER = {"name": "Morwenna Tregale", "email": "", "address": ["4 Quarry Lane", "Northmoor"]}
MINUTE = timedelta(minutes=1)


def answered(case: Case, staff: Staff, now: datetime) -> Letter:
    """The letter that answers the case, written by one and sent by another; it has not left yet."""
    row = letter_draft.begin(case, "outcome-erasure", "It is gone.", result="all", actor=staff("officer"), now=now)
    letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=now)
    db.session.commit()
    return row


def on_the_way(case: Case, actor: Actor, now: datetime) -> Letter:
    """A letter on paper that was held back because the contact was changed."""
    row = letter_draft.begin_and_send(case, "progress", "We are reading.", actor=actor, now=now)
    assert row.state == "to_post"
    identity_change.change_contact(case, {"address": ["5 Quarry Lane", "Northmoor"]}, actor=actor, now=now + MINUTE)
    db.session.commit()
    assert row.state == "held" and lying.held(actor=actor, now=now + timedelta(days=2)) == [case]
    return row


def test_an_answer_is_held_back_where_the_evidence_turns_out_never_to_have_come(
    app: Any, staff: Staff, officer: Actor, now: datetime
) -> None:
    case = factories.a_case(now=now, right=Right.ERASURE, requester=ON_PAPER)
    clock.add_fact(case, "identity_requested", clock.day_of(now), actor=officer, now=now)
    row = answered(factories.with_identity(case, actor=officer, now=now + MINUTE), staff, now + 2 * MINUTE)
    assert row.state == "to_post"
    came = next(fact for fact in clock.standing_facts(case) if fact.kind == "identity_received")
    clock.correct(case, str(came.id), on=None, reason="It was another’s.", actor=officer, now=now + 3 * MINUTE)
    assert not identity.settled(case) and row.state == "held"


def test_what_one_thing_holds_back_does_not_go_when_another_is_settled(
    app: Any, staff: Staff, officer: Actor, now: datetime
) -> None:
    made = [factories.a_case(now=now, right=Right.ERASURE) for _ in range(2)]
    here, there = [factories.with_identity(each, actor=officer, now=now) for each in made]
    link.link_all([here, there], LinkKind.SAME_SUBMISSION, actor=officer, now=now)
    row = answered(there, staff, now + MINUTE)
    identity_change.change_contact(here, {"email": "safe@example.org"}, actor=officer, now=now + 2 * MINUTE)
    identity.doubt(there, reason="A call", actor=officer, now=now + 3 * MINUTE)
    told = db.session.query(ContactElsewhere).filter_by(case_id=there.id).one()
    identity_linked.keep(there, told, reason="She rang", version=told.version, actor=officer, now=now + 4 * MINUTE)
    assert row.state == "held"
    identity.settle(there, override="She rang", sure="rang_back", actor=officer, now=now + 5 * MINUTE)
    assert row.state == "waiting"


def test_what_is_held_back_in_a_request_that_is_withdrawn_goes_no_more(
    visit: Callable[..., Visitor], officer: Actor, now: datetime
) -> None:
    case = factories.a_case(now=now, requester=ON_PAPER)
    row, key, page = on_the_way(case, officer, now).id, case.id, f"/staff/cases/{case.reference}"
    worker = visit(officer)
    worker.get(page)
    assert worker.send({"reason": "Said so"}, form="Record that it was withdrawn").status_code == 200
    db.session.expire_all()
    assert db.session.get_one(Letter, row).state == "ended"
    assert db.session.get_one(Case, key).status is Status.WITHDRAWN
    assert lying.held(actor=officer, now=now + timedelta(days=2)) == []
    text = worker.get(page).text
    assert "Settle identity" not in text  # nothing goes to this contact any more
    assert "Left unsent as the request ended" in text and "Not delivered" not in text
    manager = visit("manager")
    manager.get(page)
    assert manager.send({"reason": "It was not her"}, form="Reopen the case").status_code == 200
    db.session.expire_all()
    assert db.session.get_one(Letter, row).state == "held"  # a question would never be asked otherwise


def test_what_is_held_back_in_a_request_that_another_answers_goes_no_more(
    app: Any, officer: Actor, now: datetime
) -> None:
    keep, away = [factories.a_case(now=now, requester=ON_PAPER) for _ in range(2)]
    row = on_the_way(away, officer, now)
    identity_change.change_contact(keep, {"address": ["5 Quarry Lane", "Northmoor"]}, actor=officer, now=now + MINUTE)
    made = merge.merge(
        keep, away, why="Twice", version=keep.version, away_version=away.version, actor=officer, now=now + 2 * MINUTE
    )
    assert row.state == "ended" and away not in lying.held(actor=officer, now=now + timedelta(days=2))
    merge.undo(keep, made.id, why="They are two", actor=officer, now=now + 3 * MINUTE)
    assert row.state == "held"


def test_identity_is_settled_in_what_was_released_once_and_refused_later(
    app: Any, staff: Staff, officer: Actor, now: datetime
) -> None:
    manager = staff("manager")
    case = factories.a_case(now=now, right=Right.ERASURE, requester=ON_PAPER)
    answered(factories.with_identity(case, actor=officer, now=now), staff, now + MINUTE)
    cases.move(case, Action.REOPEN, actor=manager, now=now + 2 * MINUTE, reason="It was wrong")
    row = letter_draft.begin_and_send(case, "refused", "It is the law.", actor=manager, now=now + 3 * MINUTE)
    assert (case.status, row.state) == (Status.REFUSED, "to_post")
    changed = {"address": ["5 Quarry Lane", "Northmoor"]}
    identity_change.change_contact(case, changed, actor=officer, now=now + 4 * MINUTE)
    assert row.state == "held"
    identity.settle(case, override="She rang", sure="rang_back", actor=officer, now=now + 5 * MINUTE)
    assert (case.status, row.state) == (Status.REFUSED, "to_post")


def test_a_case_that_waits_for_its_first_evidence_hides_none_in_which_it_has_to_be_settled_again(
    app: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lying, "MOST", 1)
    made: list[uuid.UUID] = []
    for settled in (False, False, False, False, False, True):
        case = factories.a_case(now=now)
        if settled:
            factories.with_identity(case, actor=officer, now=now)
            made.append(case.id)
        identity_change.change_contact(
            case, {"email": "safe@example.org"}, actor=officer, now=now + (1 + settled) * MINUTE
        )
    db.session.commit()
    assert [case.id for case in lying.unsettled(actor=officer, now=now + 3 * MINUTE)] == made


@pytest.mark.parametrize("how", ["portal", "post"])
def test_that_the_records_are_ready_is_not_told_while_who_asks_is_in_doubt(
    sent: Any, outbox: list[Any], staff: Staff, officer: Actor, now: datetime, how: str
) -> None:
    """On paper the records lie in the same envelope."""
    delivery = {"how": how}
    address = ON_PAPER if how == "post" else {"name": "Morwenna Tregale", "email": "morwenna@example.org"}
    signed = packs.signed_off(
        sent, officer=officer, second=staff("officer"), now=now, delivery=delivery, requester=address
    )
    case, row = make_ready(signed, officer, now)
    sent.work()
    packs.release(case, row, actor=officer, now=now + MINUTE)
    db.session.commit()
    told = next(each for each in letter.letters(case) if each.kind == "released")
    before = told.state
    identity.doubt(case, reason="The authority was withdrawn", actor=officer, now=now + 2 * MINUTE)
    db.session.commit()
    outbox.clear()
    sent.work()
    case = packs.again(case)
    told = next(each for each in letter.letters(case) if each.kind == "released")
    assert told.state == "held" and outbox == []
    assert letter_hold.stops(case, "released") == letter_hold.DOUBT
    identity.settle(case, override="She rang", sure="rang_back", actor=officer, now=now + 3 * MINUTE)
    assert told.state == before
