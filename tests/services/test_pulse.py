"""Where what runs by itself stands still, whoever works here is told: on every page, in words that say what to do."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.mail import ADDRESS_LATER, MESSAGE_LATER, MailFailed
from sar_service.db import db
from sar_service.extensions import KEY
from sar_service.models import Letter, Member, Pulse, StaffMail
from sar_service.services import pulse, reminder, staff_mail, sweep
from tests import factories, packs
from tests.browser import Visitor
from workers import timetable

STOPPED, FAILS, UNSENT = "The timetable has stopped", "work of the timetable fails", "E-mails do not leave"
MORNING = datetime(2026, 11, 23, 7, 45, tzinfo=UTC)
PAGES = {
    "officer": (
        "/staff/",
        "/staff/find",
        "/staff/log",
        "/staff/post",
        "/staff/cases/{}",
        "/staff/cases/{}/letters/new",
    ),
    "manager": ("/managers/board", "/managers/workload", "/managers/complaints", "/managers/regulator"),
    "administrator": ("/managers/team", "/managers/systems"),
    "auditor": ("/managers/audit", "/managers/board"),
}


@pytest.fixture
def at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Make it a moment, for pages and for the timetable."""

    def make(moment: datetime) -> None:
        db.session.rollback()
        monkeypatch.setitem(app.config, "NOW", lambda: moment)

    return make


def said(page: str) -> set[str]:
    return {each for each in (STOPPED, FAILS, UNSENT) if each in page}


def runs(now: datetime) -> None:
    """The timetable ran a moment ago."""
    for name in (pulse.TIMETABLE, pulse.EACH_MINUTE, pulse.EACH_HOUR):
        pulse.beat(name, now=now)
    db.session.commit()


@pytest.mark.parametrize("role", PAGES)
def test_every_page_for_staff_says_when_the_timetable_has_stopped(
    visit: Callable[..., Visitor], at: Callable[[datetime], None], sent: Any, now: datetime, role: str
) -> None:
    reference = factories.a_case(now=now).reference
    sent.work()  # what could be sent has gone
    visitor = visit(role)
    for path in PAGES[role]:
        address = path.format(reference)
        at(now)
        assert said(visitor.get(address).text) == set()
        at(now + timedelta(minutes=6))
        page = visitor.get(address)
        assert page.status_code == 200 and said(page.text) == {STOPPED}, address
        assert "It has not run yet." in page.text


def test_it_says_since_when_and_no_more_once_it_runs_again(
    visit: Callable[..., Visitor], at: Callable[[datetime], None], sent: Any, now: datetime
) -> None:
    factories.a_case(now=now)
    sent.work()
    officer = visit("officer")
    runs(now)
    at(now + timedelta(minutes=5))
    assert said(officer.get("/staff/").text) == set()
    at(now + timedelta(minutes=6))
    page = officer.get("/staff/").text
    assert said(page) == {STOPPED} and "It last ran on 23 November 2026 at 10:30am" in page
    runs(now + timedelta(minutes=6))
    assert said(officer.get("/staff/").text) == set()


def test_a_clock_that_was_wrong_once_silences_neither_the_alarm_nor_the_warnings(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 11, 2))
    case.assigned_to = uuid.UUID(staff("officer").id)
    runs(now + timedelta(days=30))
    pulse.beat(reminder.DIGEST, now=now + timedelta(days=30))
    db.session.commit()
    assert pulse.standstill(now=now).timetable is not None
    assert reminder.digest(now=now) == 1 and reminder.digest(now=now) == 0


def test_nothing_but_the_sign_in_page_is_shown_to_whoever_is_not_signed_in(
    stranger: Visitor, at: Callable[[datetime], None], now: datetime
) -> None:
    factories.a_case(now=now)
    at(now + timedelta(days=1))
    for path in ("/", "/staff/sign-in", "/request/start"):
        assert said(stranger.get(path).text) == set()


@pytest.mark.parametrize("of", ["a letter", "a warning"])
def test_without_a_worker_a_queue_or_a_mail_server_it_says_that_e_mails_do_not_leave(
    app: Flask, visit: Callable[..., Visitor], at: Callable[[datetime], None], sent: Any, of: str
) -> None:
    officer = visit("officer")
    at(MORNING)
    case = factories.a_case(now=MORNING, received_on=date(2026, 11, 2))
    key, case.assigned_to = case.id, uuid.UUID(officer.actor.id)
    db.session.commit()
    if of == "a warning":
        sent.work()
        reminder.digest(now=MORNING)
        db.session.commit()
    late = MORNING + timedelta(minutes=16)
    runs(late)
    at(late)
    page = officer.get("/staff/").text
    assert said(page) == {UNSENT} and "Some wait since 23 November 2026 at 7:45am" in page
    sent.work()
    assert said(officer.get("/staff/").text) == set()
    assert db.session.scalars(select(Letter.state).where(Letter.case_id == key)).all() == ["sent"]


@pytest.mark.parametrize("why", [ADDRESS_LATER, MESSAGE_LATER, "the mail server did not answer"])
def test_one_message_that_its_recipients_server_puts_off_is_no_standstill_where_others_leave(
    app: Flask, staff: packs.Made, now: datetime, why: str
) -> None:
    first, other = (db.session.get_one(Member, uuid.UUID(staff("officer").id)) for _ in range(2))
    put_off = staff_mail.write(first, "Today", "Good morning.", now=now)
    fails(put_off, why, now)
    late = now + timedelta(minutes=16)
    assert pulse.standstill(now=late).unsent == now  # nothing else says whether it is this one alone
    goes(staff_mail.write(other, "Today", "Good morning.", now=now), now + timedelta(seconds=2))
    of_one = why in (ADDRESS_LATER, MESSAGE_LATER)
    assert pulse.standstill(now=late).unsent == (None if of_one else now)
    fails(put_off, why, late)
    assert pulse.standstill(now=late + timedelta(hours=1)).unsent == (None if of_one else now)
    second = late + timedelta(minutes=1)
    fails(staff_mail.write(other, "Today", "Good morning.", now=second), why, second)
    assert pulse.standstill(now=second + timedelta(minutes=16)).unsent == (second if of_one else now)


def test_a_message_that_nobody_tries_to_send_is_a_standstill_whatever_else_leaves(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    first, other = (db.session.get_one(Member, uuid.UUID(staff("officer").id)) for _ in range(2))
    staff_mail.write(first, "Today", "Good morning.", now=now)
    late = now + timedelta(minutes=16)
    goes(staff_mail.write(other, "Today", "Good morning.", now=late), late)
    assert pulse.standstill(now=late).unsent == now


def fails(row: StaffMail, why: str, now: datetime) -> None:
    begun = staff_mail.begin(row.id, now=now)
    assert begun is not None
    staff_mail.ended(row.id, begun[0], MailFailed(why), now=now)
    db.session.commit()


def goes(row: StaffMail, now: datetime) -> None:
    begun = staff_mail.begin(row.id, now=now)
    assert begun is not None
    staff_mail.ended(row.id, begun[0], None, now=now)
    db.session.commit()


def test_a_page_of_the_first_minute_says_nothing_of_what_waited_while_all_was_down(
    app: Flask, visit: Callable[..., Visitor], at: Callable[[datetime], None], now: datetime, monkeypatch: Any
) -> None:
    factories.a_case(now=now)
    officer, later = visit("officer"), now + timedelta(minutes=20)
    monkeypatch.setitem(app.config, "STARTED", later)
    for seconds, expected in ((0, set()), (59, set()), (60, {STOPPED, UNSENT}), (300, {STOPPED, UNSENT})):
        at(later + timedelta(seconds=seconds))
        assert said(officer.get("/staff/").text) == expected, seconds


def test_monitoring_is_told_what_stands_still_though_nobody_opens_a_page(
    app: Flask, stranger: Visitor, at: Callable[[datetime], None], sent: Any, now: datetime
) -> None:
    def told(moment: datetime) -> dict[str, str]:
        at(moment)
        lines = [line for line in stranger.get("/metrics").text.splitlines() if line.startswith("sar_standstill{")]
        return {line.partition('"')[2].partition('"')[0]: line.rpartition(" ")[2] for line in lines}

    factories.a_case(now=now)
    runs(now)
    assert told(now + timedelta(minutes=5)) == {"timetable": "0", "timetable_work": "0", "emails": "0"}
    assert told(now + timedelta(minutes=16)) == {"timetable": "1", "timetable_work": "0", "emails": "1"}
    sent.work()
    pulse.beat(pulse.TIMETABLE, now=now + timedelta(hours=4))
    db.session.commit()
    assert told(now + timedelta(hours=4)) == {"timetable": "0", "timetable_work": "1", "emails": "0"}


def test_where_only_some_of_the_timetable_s_work_fails_that_is_said(
    app: Flask,
    visit: Callable[..., Visitor],
    at: Callable[[datetime], None],
    sent: Any,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    factories.a_case(now=now)
    sent.work()
    officer = visit("officer").actor

    def fails() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(timetable, "EACH_HOUR", (*timetable.EACH_HOUR, fails))
    for hours in (0, 1, 2, 3):
        at(now + timedelta(hours=hours))
        timetable.go_round(0)
        sent.work()
        assert said(visit(officer).get("/staff/").text) == set(), hours
    at(now + timedelta(hours=4))
    timetable.go_round(0)
    sent.work()
    assert said(visit(officer).get("/staff/").text) == {FAILS}
    monkeypatch.undo()
    at(now + timedelta(hours=4, minutes=1))
    timetable.go_round(0)
    assert said(visit(officer).get("/staff/").text) == set()
    assert db.session.get_one(Pulse, pulse.EACH_HOUR).at == now + timedelta(hours=4, minutes=1)


def test_a_mail_server_that_is_away_for_hours_loses_no_warning(
    app: Flask, staff: packs.Made, sent: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 11, 2))
    case.assigned_to = uuid.UUID(staff("officer").id)
    db.session.commit()
    sent.work()
    mailer, away = app.extensions[KEY].mailer, True
    send, tries = mailer.send, []

    def sometimes(mail: Any) -> str:
        tries.append(mail)
        if away:
            raise MailFailed("the mail server does not answer")
        return str(send(mail))

    monkeypatch.setattr(mailer, "send", sometimes)
    moment = MORNING
    monkeypatch.setitem(app.config, "NOW", lambda: moment)
    reminder.digest(now=moment)
    for _ in range(3 * 60):
        db.session.commit()
        sent.work()
        moment += timedelta(minutes=1)
        sweep.send_again(now=moment)
    row = db.session.scalars(select(StaffMail)).one()
    assert row.state == "waiting" and db.session.get_one(Member, row.member_id).unreached_at is None
    assert 10 < len(tries) < 25  # neither given up nor tried all the time
    away = False
    db.session.commit()
    sent.work()
    for _ in range(20):
        moment += timedelta(minutes=1)
        sweep.send_again(now=moment)
        db.session.commit()
        sent.work()
    assert db.session.scalars(select(StaffMail.state)).one() == "sent"


def test_a_letter_that_did_not_go_is_not_given_up_within_minutes(
    app: Flask, sent: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time it waits for longer: a mail server may be away for a while."""
    key, tries = factories.a_case(now=now).id, []

    def away(mail: Any) -> str:
        tries.append(mail)
        raise MailFailed("the mail server does not answer")

    monkeypatch.setattr(app.extensions[KEY].mailer, "send", away)
    for minutes in range(7):
        moment = now + timedelta(minutes=minutes)
        monkeypatch.setitem(app.config, "NOW", lambda moment=moment: moment)
        sweep.send_again(now=moment)
        db.session.commit()
        sent.work()
    assert 1 < len(tries) < 5
    assert db.session.scalars(select(Letter.state).where(Letter.case_id == key)).all() == ["waiting"]


def test_a_warning_that_did_not_go_all_day_is_given_up_and_said_of_its_reader(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 11, 2))
    case.assigned_to = uuid.UUID(staff("officer").id)
    reminder.digest(now=MORNING)
    db.session.commit()
    identity = db.session.scalars(select(StaffMail.id)).one()
    for moment in (MORNING, MORNING + staff_mail.GIVEN_UP):
        assert db.session.get_one(StaffMail, identity).state == "waiting"
        begun = staff_mail.begin(identity, now=moment)
        assert begun is not None
        staff_mail.ended(identity, begun[0], MailFailed("away"), now=moment)
        db.session.commit()
    row = db.session.get_one(StaffMail, identity)
    assert row.state == "failed" and db.session.get_one(Member, row.member_id).unreached == "away"
    assert staff_mail.begin(identity, now=MORNING) is None
