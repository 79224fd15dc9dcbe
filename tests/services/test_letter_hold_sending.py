"""What is held back while a job is sending it: it has left, or it is held, and it never goes to a contact of before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.adapters.mail import ADDRESS_LATER, MailFailed
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import case as cases
from sar_service.services import (
    delivery,
    identity,
    identity_change,
    lease,
    letter,
    letter_draft,
    letter_hold,
    letter_send,
    sealing,
)
from tests import factories

MINUTE = timedelta(minutes=1)
AWAY = MailFailed("the mail server does not answer")
BEFORE, AFTER = "morwenna@example.org", "safe@example.org"


class Sending:
    """A progress letter that a job has in hand, of a case whose identity is settled."""

    def __init__(self, now: datetime, officer: Actor, kind: str = "progress") -> None:
        self.now, self.officer = now, officer
        case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
        self.of, self.key = case.id, letter_draft.begin_and_send(case, kind, "We read.", actor=officer, now=now).id
        db.session.commit()
        self.claim()

    def claim(self) -> None:
        begun = letter_send.begin(self.key, now=self.now)
        assert begun is not None
        self.token, self.mail = begun
        db.session.commit()

    @property
    def case(self) -> Case:
        return db.session.get_one(Case, self.of)

    @property
    def row(self) -> Letter:
        return db.session.get_one(Letter, self.key)

    def later(self, length: timedelta = MINUTE) -> datetime:
        db.session.commit()
        self.now += length
        return self.now

    def moved(self, email: str = AFTER) -> None:
        identity_change.change_contact(self.case, {"email": email}, actor=self.officer, now=self.later())
        db.session.commit()

    def settled(self) -> None:
        identity.settle(self.case, override="She rang", sure="rang_back", actor=self.officer, now=self.later())
        db.session.commit()

    def fails(self, error: MailFailed = AWAY) -> None:
        letter_send.failed(self.key, self.token, error, now=self.later())
        db.session.commit()


def test_what_did_not_leave_while_the_contact_was_changed_is_held_and_goes_to_the_new_one(
    app: Any, now: datetime, officer: Actor
) -> None:
    sending = Sending(now, officer)
    sending.moved()
    sending.fails()
    assert sending.row.state == "held"
    sending.settled()
    assert sending.row.state == "waiting"
    key = sending.mail.key
    sending.claim()
    assert sending.mail.to == AFTER and sending.mail.key != key  # else a mailer that has the other takes it for done


def test_a_job_that_died_while_the_contact_was_changed_sends_nothing_to_the_old_one(
    app: Any, now: datetime, officer: Actor
) -> None:
    sending = Sending(now, officer)
    sending.moved()
    assert letter_send.begin(sending.key, now=sending.later(2 * lease.LEASE)) is None
    db.session.commit()
    assert sending.row.state == "held"


def test_what_is_settled_before_the_job_fails_goes_to_the_new_contact_by_itself(
    app: Any, now: datetime, officer: Actor
) -> None:
    sending = Sending(now, officer)
    sending.moved()
    sending.settled()
    sending.fails()
    assert sending.row.state == "waiting"
    sending.claim()
    assert sending.mail.to == AFTER
    sending.moved("other@example.org")
    sending.settled()
    sending.moved("third@example.org")
    sending.fails()
    assert sending.row.state == "held"  # the last word is that it is in doubt


def test_what_left_while_the_contact_was_changed_has_left(app: Any, now: datetime, officer: Actor) -> None:
    sending = Sending(now, officer)
    sending.moved()
    letter_send.sent(sending.key, sending.token, "m1", now=sending.later())
    sending.settled()
    assert sending.row.state == "sent" and "stop" not in sealing.unseal(sending.row)


def test_a_job_that_comes_back_late_has_no_say_over_what_was_sent_anew(app: Any, now: datetime, officer: Actor) -> None:
    sending = Sending(now, officer)
    old = sending.token
    sending.fails()
    sending.moved()
    sending.settled()
    letter_send.sent(sending.key, old, "m1", now=sending.later())
    db.session.commit()
    assert sending.row.state == "waiting"


def test_a_doubt_while_an_answer_is_being_sent_holds_it_where_it_does_not_leave(
    app: Any, now: datetime, officer: Actor, staff: Callable[..., Actor]
) -> None:
    case = factories.with_identity(factories.a_case(now=now, right=Right.ERASURE), actor=officer, now=now)
    row = letter_draft.begin(case, "outcome-erasure", "Gone.", result="all", actor=staff("officer"), now=now)
    letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=now)
    db.session.commit()
    key, of = row.id, case.id
    begun = letter_send.begin(key, now=now)
    assert begun is not None
    db.session.commit()
    identity.doubt(db.session.get_one(Case, of), reason="A call", actor=officer, now=now + MINUTE)
    db.session.commit()
    letter_send.failed(key, begun[0], MailFailed(ADDRESS_LATER), now=now + MINUTE)
    db.session.commit()
    assert db.session.get_one(Letter, key).state == "held"


def test_what_was_being_sent_and_held_as_its_request_was_withdrawn_goes_no_more(
    app: Any, now: datetime, officer: Actor, staff: Callable[..., Actor]
) -> None:
    sending = Sending(now, officer)
    sending.moved()
    cases.move(sending.case, Action.WITHDRAW, actor=officer, now=sending.later(), reason="Said so")
    letter_hold.let_lie(sending.case, actor=officer, now=sending.now)
    sending.fails()
    assert sending.row.state == "ended" and sealing.unseal(sending.row)["unsent"]
    cases.move(sending.case, Action.REOPEN, actor=staff("manager"), now=sending.later(), reason="It was not her")
    letter_hold.wait_again(sending.case, actor=officer, now=sending.now)
    assert sending.row.state == "held"


def test_whoever_had_the_contact_before_is_warned_though_it_is_changed_once_more(
    app: Any, now: datetime, officer: Actor, outbox: list[Any], sent: Any
) -> None:
    """The warning is for them: it is neither held back nor sent to whoever has the contact now."""
    case = factories.a_case(now=now)
    sent.work()
    of = case.id
    for minutes, email in ((1, AFTER), (2, "third@example.org")):
        case = db.session.get_one(Case, of)
        identity_change.change_contact(case, {"email": email}, actor=officer, now=now + minutes * MINUTE)
        db.session.commit()
    warnings = [row for row in letter.letters(db.session.get_one(Case, of)) if row.kind == "contact-changed"]
    assert [row.state for row in warnings] == ["waiting", "waiting"]
    outbox.clear()
    sent.work()
    assert sorted(mail.to for mail in outbox) == [BEFORE, AFTER]


@pytest.mark.parametrize("by_post", [False, True])
def test_a_warning_to_the_old_contact_that_did_not_arrive_goes_again_to_the_old_one(
    app: Any, now: datetime, officer: Actor, by_post: bool
) -> None:
    case = factories.a_case(
        now=now,
        requester={"name": "Morwenna Tregale", "email": BEFORE, "address": ["4 Quarry Lane", "Northmoor"]},
    )
    new = {"email": AFTER, "address": ["5 Quarry Lane", "Northmoor"]}
    identity_change.change_contact(case, new, actor=officer, now=now + MINUTE)
    row = next(each for each in letter.letters(case) if each.kind == "contact-changed")
    delivery.bounced(row.id, reason="full", permanent=True, now=now + 2 * MINUTE)
    delivery.send_again(case, row, by_post=by_post, version=row.version, actor=officer, now=now + 3 * MINUTE)
    told = sealing.unseal(row)
    assert told["paper"]["to"] == told["address"] == ["Morwenna Tregale", "4 Quarry Lane", "Northmoor"]
    assert told["to"] == ("" if by_post else BEFORE)


def test_what_is_being_sent_is_not_put_on_paper_as_well(app: Any, now: datetime, officer: Actor) -> None:
    sending = Sending(now, officer)
    with pytest.raises(WrongState, match="being sent at this moment"):
        delivery.send_again(
            sending.case, sending.row, by_post=True, version=sending.row.version, actor=officer, now=now + MINUTE
        )
