"""A mail system that is away for hours loses no letter, sends none twice, and keeps nobody from posting one."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.mail import ADDRESS_LATER, Mail, MailFailed, SmtpMailer
from sar_service.adapters.mail_notify import NotifyMailer
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.extensions import KEY
from sar_service.models import Case, Letter
from sar_service.services import case as cases
from sar_service.services import (
    clock,
    delivery,
    letter_draft,
    letter_post,
    letter_send,
    letter_wait,
    reminder,
    sweep,
)
from tests import factories
from tests.adapters import notify as stand_in
from tests.browser import Visitor
from tests.conftest import Sent
from tests.switched import Switched

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Clock:
    """The moment that jobs and pages have; `pass_by` runs the timetable and the workers meanwhile."""

    def __init__(self, app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.sent = MONDAY, sent
        monkeypatch.setitem(app.config, "NOW", lambda: self.now)

    def pass_by(self, length: timedelta, step: timedelta = timedelta(minutes=5), order: Random | None = None) -> None:
        db.session.commit()
        end = self.now + length
        while self.now < end:
            self.now = min(self.now + step, end)
            sweep.send_again(now=self.now)
            db.session.commit()
            if order is not None:
                order.shuffle(self.sent.jobs)
            self.sent.work()
        db.session.rollback()
        db.session.expire_all()


@pytest.fixture
def time(app: Flask, sent: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(app, sent, monkeypatch)


@pytest.fixture
def mailing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Have the service send with a mailer."""

    def use(mailer: Any) -> None:
        before = app.extensions[KEY].mailer
        object.__setattr__(app.extensions[KEY], "mailer", mailer)
        undo.append(before)

    undo: list[Any] = []
    yield use
    for before in reversed(undo):
        object.__setattr__(app.extensions[KEY], "mailer", before)


@pytest.fixture
def server(mailing: Callable[[Any], None]) -> Iterator[Switched]:
    """The mail server of the council; it is off."""
    made = Switched()
    mailing(SmtpMailer("127.0.0.1", made.port, tls=False))
    yield made
    made.off()


class Away:
    """A mailer that fails with what it is told to, and counts how often it was asked."""

    def __init__(self, error: MailFailed) -> None:
        self.error: MailFailed | None = error
        self.taken: list[Mail] = []
        self.tried: list[Mail] = []

    def send(self, mail: Mail) -> str:
        self.tried.append(mail)
        if self.error is not None:
            raise self.error
        self.taken.append(mail)
        return f"<{mail.key}@here>"

    def check(self) -> None:
        return None


def states(*cases: uuid.UUID) -> list[str]:
    return list(db.session.scalars(select(Letter.state).where(Letter.case_id.in_(cases)).order_by(Letter.written_at)))


def begun_and_sent(case: Case, kind: str, actor: Actor, now: datetime) -> Letter:
    row = letter_draft.begin_and_send(case, kind, "There is a lot of it.", actor=actor, now=now)
    db.session.commit()
    return row


def test_a_weekend_without_a_mail_server_loses_no_letter_and_sends_none_twice(
    time: Clock, server: Switched, sent: Any
) -> None:
    made = [factories.a_case(now=time.now).id for _ in range(6)]
    time.pass_by(20 * HOUR)
    assert states(*made) == ["waiting"] * 6
    sent.jobs.clear()  # the queue lost everything
    time.pass_by(10 * HOUR)
    assert states(*made) == ["waiting"] * 6
    server.on()
    time.pass_by(timedelta(minutes=20))
    assert states(*made) == ["sent"] * 6
    time.pass_by(2 * HOUR)
    assert len(server.taken) == 6 == len({message.partition(b"Message-ID:")[2][:60] for message in server.taken})


def test_while_nothing_leaves_one_letter_is_tried_for_all(
    time: Clock, mailing: Callable[[Any], None], sent: Any
) -> None:
    """A server that does not answer keeps a worker for half a minute with every try, whichever letter is next."""
    order, away = Random(7), Away(MailFailed("the mail server does not answer"))
    mailing(away)
    made = [factories.a_case(now=time.now).id for _ in range(12)]
    time.pass_by(2 * HOUR, timedelta(minutes=1), order)
    first = len(away.tried)
    time.pass_by(10 * HOUR, timedelta(minutes=1), order)
    assert len(away.tried) - first <= 41
    away.error = None
    time.pass_by(timedelta(minutes=16), timedelta(minutes=1))
    assert states(*made) == ["sent"] * 12


def test_one_mailbox_that_puts_us_off_is_tried_seldom_and_holds_up_nobody(
    time: Clock, mailing: Callable[[Any], None], sent: Any
) -> None:
    away = Away(MailFailed(ADDRESS_LATER))
    mailing(away)
    one = factories.a_case(now=time.now).id
    time.pass_by(12 * HOUR)
    assert states(one) == ["waiting"] and len(away.tried) <= 20
    away.error = None
    other = factories.a_case(now=time.now).id
    time.pass_by(timedelta(minutes=5))
    assert states(other) == ["sent"] and states(one) == ["waiting"]
    time.pass_by(HOUR)
    assert states(one) == ["sent"]


def test_what_cannot_go_for_a_day_and_a_half_is_given_up_and_stands_on_the_list(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    case = factories.a_case(now=time.now)
    time.pass_by(letter_send.GIVEN_UP - HOUR, HOUR / 2)
    assert states(case.id) == ["waiting"]
    time.pass_by(2 * HOUR)
    assert states(case.id) == ["failed"]
    (row, _case) = delivery.undelivered(actor=officer)[0]
    server.on()
    delivery.send_again(case, row, by_post=False, version=row.version, actor=officer, now=time.now)
    server.off()
    time.pass_by(HOUR)
    assert states(case.id) == ["waiting"]  # it has a day and a half again


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b"550 5.1.1 nobody here", "failed"),
        (b"450 4.2.2 full", "waiting"),
        (b"550 5.7.1 relaying denied", "waiting"),
    ],
)
def test_an_address_that_is_refused_fails_at_once_and_a_server_that_refuses_us_does_not(
    time: Clock, server: Switched, sent: Any, answer: bytes, state: str
) -> None:
    server.on()
    server.answers["RCPT"] = answer
    case = factories.a_case(now=time.now).id
    time.pass_by(HOUR)
    assert states(case) == [state] and (server.tried == 1 or state == "waiting")


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        ((500, "Exception", "Internal server error"), "waiting"),
        ((503, "Exception", "Service unavailable"), "waiting"),
        ((429, "RateLimitError", "Exceeded rate limit"), "waiting"),
        ((403, "AuthError", "Invalid token: API key not found"), "waiting"),
        ((400, "ValidationError", "email_address Not a valid email address"), "failed"),
    ],
)
def test_what_notify_refuses_for_now_waits_and_goes_once(
    time: Clock,
    mailing: Callable[[Any], None],
    sent: Any,
    refusal: tuple[int, str, str],
    state: str,
) -> None:
    with stand_in.running() as notify:
        mailing(NotifyMailer(stand_in.KEY, template=stand_in.TEMPLATE, url=notify.url))
        notify.refuse = refusal
        case = factories.a_case(now=time.now).id
        time.pass_by(3 * HOUR, HOUR / 2)
        assert states(case) == [state]
        notify.refuse = None
        time.pass_by(HOUR)
        assert (states(case), len(notify.sent)) == ((["sent"], 1) if state == "waiting" else (["failed"], 0))


def test_a_letter_that_breaks_the_mailer_itself_waits_and_is_not_tried_for_ever(
    time: Clock, mailing: Callable[[Any], None], sent: Any
) -> None:
    away = Away(MailFailed(""))
    away.error = ValueError("a header of morwenna@example.org")  # type: ignore[assignment]
    mailing(away)
    case = factories.a_case(now=time.now)
    time.pass_by(letter_send.GIVEN_UP + 2 * HOUR, HOUR / 2)
    row = db.session.scalars(select(Letter).where(Letter.case_id == case.id)).one()
    assert row.state == "failed" and "log of the service" in row.message and len(away.tried) < 60


def test_a_code_that_lapsed_meanwhile_does_not_go_and_is_nobodys_work(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    from sar_service.services import portal

    case = factories.a_case(now=time.now)
    portal.send_code(case.reference, address="192.0.2.7", now=time.now)
    time.pass_by(HOUR)
    codes = select(Letter.state).where(Letter.case_id == case.id, Letter.kind == "access-code")
    assert list(db.session.scalars(codes)) == ["ended"]
    server.on()
    time.pass_by(HOUR)
    assert len(server.taken) == 1 and delivery.undelivered(actor=officer) == []


def test_a_question_counts_from_the_day_on_which_it_left(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    case = factories.a_case(now=time.now)
    begun_and_sent(case, "clarification", officer, time.now)
    pressed = clock.day_of(time.now)
    assert [fact.on for fact in clock.standing_facts(case) if fact.kind == "clarification_requested"] == [pressed]
    time.pass_by(24 * HOUR)
    server.on()
    time.pass_by(HOUR)
    case = db.session.get_one(Case, case.id)
    asked = [fact.on for fact in clock.standing_facts(case) if fact.kind == "clarification_requested"]
    assert asked == [pressed + timedelta(days=1)]


def test_a_question_in_a_request_that_ended_meanwhile_does_not_go(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    case = factories.a_case(now=time.now)
    of, key = case.id, begun_and_sent(case, "clarification", officer, time.now).id
    time.pass_by(5 * HOUR, HOUR)
    cases.move(db.session.get_one(Case, of), Action.WITHDRAW, actor=officer, now=time.now, reason="Said so")
    db.session.commit()
    server.on()
    time.pass_by(HOUR)
    row = db.session.get_one(Letter, key)
    assert (row.state, row.message) == ("ended", letter_send.OVERTAKEN)
    assert len(server.taken) == 1 and delivery.undelivered(actor=officer) == []  # the acknowledgement


def test_an_answer_counts_from_the_day_on_which_it_left(time: Clock, server: Switched, staff: Any, sent: Any) -> None:
    case = factories.with_identity(
        factories.a_case(now=time.now, right=Right.ERASURE), actor=staff("officer"), now=time.now
    )
    row = letter_draft.begin(case, "outcome-erasure", "Gone.", result="all", actor=staff("officer"), now=time.now)
    letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=time.now)
    time.pass_by(24 * HOUR)
    server.on()
    time.pass_by(HOUR)
    case = db.session.get_one(Case, case.id)
    assert case.released_on == case.ended_on == clock.day_of(MONDAY) + timedelta(days=1)


def test_a_notice_that_could_not_leave_by_its_last_day_does_not_go_and_takes_no_more_time(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    case = factories.a_case(now=time.now, received_on=date(2026, 10, 23))
    due = case.due_on
    assert case.notice_by == clock.day_of(time.now)
    row = begun_and_sent(case, "extension", officer, time.now)
    assert case.due_on > due
    (waits,) = [each for each in _waiting(time, officer) if each.row.kind == "extension"]
    assert waits.presses(clock.day_of(time.now)) and waits.by == case.notice_by
    time.pass_by(20 * HOUR)
    server.on()
    time.pass_by(HOUR)
    case, row = db.session.get_one(Case, case.id), db.session.get_one(Letter, row.id)
    assert (row.state, row.message) == ("failed", letter_send.TOO_LATE)
    assert case.due_on == due and not any(b"more time" in each for each in server.taken)


def _waiting(time: Clock, officer: Actor) -> list[letter_wait.Waiting]:
    time.pass_by(timedelta(minutes=1))
    return letter_wait.waiting(actor=officer, now=time.now)


def test_a_notice_is_posted_instead_while_mail_is_away_and_goes_once(
    time: Clock, server: Switched, visit: Callable[..., Visitor], officer: Actor, sent: Any
) -> None:
    case = factories.a_case(
        now=time.now,
        requester={"name": "Morwenna Tregale", "email": "morwenna@example.org", "address": ["4 Quarry Lane"]},
        received_on=date(2026, 10, 23),
    )
    row = begun_and_sent(case, "extension", officer, time.now)
    key, due, reference, of = row.id, case.due_on, case.reference, case.id
    time.pass_by(HOUR)
    worker = visit(officer)
    listed = worker.get("/staff/").text
    assert (
        "2 letters cannot leave" in listed and "By 23 Nov 2026" in listed and "nothing answers at that port" in listed
    )
    assert "Cannot leave, tried again" in worker.get(f"/staff/cases/{reference}").text
    page = worker.get(f"/staff/cases/{reference}/letters/{key}").text
    assert "It has to have gone by Monday 23 November 2026" in page
    assert worker.send({"way": "post"}, form="Post it instead").status_code == 200
    assert "Cannot leave" not in worker.get(f"/staff/cases/{reference}/letters/{key}").text
    db.session.expire_all()
    row = db.session.get_one(Letter, key)
    assert row.state == "to_post"
    case = db.session.get_one(Case, of)
    letter_post.posted([(row, case)], on=clock.day_of(time.now), actor=officer, now=time.now)
    server.on()
    time.pass_by(30 * HOUR, HOUR)
    assert len(server.taken) == 1  # the acknowledgement
    assert db.session.get_one(Letter, key).state == "posted" and db.session.get_one(Case, of).due_on == due


def test_what_is_put_on_paper_instead_counts_from_the_day_on_which_it_is_posted(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    case = factories.a_case(now=time.now)
    key = begun_and_sent(case, "clarification", officer, time.now).id
    time.pass_by(HOUR)
    case, row = db.session.get_one(Case, case.id), db.session.get_one(Letter, key)
    delivery.send_again(case, row, by_post=True, version=row.version, actor=officer, now=time.now)
    time.pass_by(24 * HOUR, HOUR)
    case, row = db.session.get_one(Case, case.id), db.session.get_one(Letter, key)
    assert letter_post.posted([(row, case)], on=clock.day_of(time.now), actor=officer, now=time.now) == [case]


def test_what_never_left_counts_from_the_day_on_which_it_did_at_last(
    time: Clock, server: Switched, officer: Actor, sent: Any
) -> None:
    server.on()
    server.answers["RCPT"] = b"550 5.1.1 nobody here"
    case = factories.a_case(now=time.now)
    key = begun_and_sent(case, "clarification", officer, time.now).id
    time.pass_by(50 * HOUR, HOUR)
    server.answers["RCPT"] = b"250 ok"
    case, row = db.session.get_one(Case, case.id), db.session.get_one(Letter, key)
    assert row.state == "failed"
    delivery.send_again(case, row, by_post=False, version=row.version, actor=officer, now=time.now)
    time.pass_by(HOUR)
    case = db.session.get_one(Case, case.id)
    asked = [fact.on for fact in clock.standing_facts(case) if fact.kind == "clarification_requested"]
    assert asked == [clock.day_of(time.now)] and asked != [clock.day_of(MONDAY)]


def test_who_has_the_case_is_told_each_morning_what_cannot_leave(
    time: Clock, mailing: Callable[[Any], None], officer: Actor, sent: Any
) -> None:
    away = Away(MailFailed(ADDRESS_LATER))
    mailing(away)
    case = factories.a_case(now=time.now)
    begun_and_sent(case, "clarification", officer, time.now)
    time.pass_by(22 * HOUR, HOUR)
    away.error = None
    reminder.digest(now=time.now)
    time.pass_by(timedelta(minutes=1))
    (told,) = [each.text for each in away.taken if each.to.startswith("officer")]
    assert f"{case.reference}: a question to them, of Monday 23 November 2026, cannot leave" in told
