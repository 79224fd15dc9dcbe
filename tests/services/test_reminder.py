"""Warnings: once for each level, to those whom they concern, with nobody's name in them; and a timetable that tells."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar_service.adapters.mail import Failure
from sar_service.db import db
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.work import Flag
from sar_service.models import Case, Member, Pulse, Reminder, StaffMail
from sar_service.services import case as cases
from sar_service.services import case_urgency, clock, delivery, reminder, staff_mail, work
from sar_service.services.reminder_mail import Morning
from tests import factories, packs
from tests.browser import Visitor

MORNING = datetime(2026, 11, 23, 7, 45, tzinfo=UTC)


@pytest.fixture
def morning(app: Flask, sent: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], int]:
    """The timetable's round on a morning: digests are written, and sent."""

    def run(at: datetime) -> int:
        monkeypatch.setitem(app.config, "NOW", lambda: at)
        told = reminder.digest(now=at)
        db.session.commit()
        sent.work()
        return told

    return run


def mails(outbox: list[Any]) -> dict[str, str]:
    return {mail.to: mail.text for mail in outbox if "time runs out" in mail.subject}


def held(case: Case, member: Any) -> Case:
    case.assigned_to = uuid.UUID(member.id) if member else None
    db.session.commit()
    return case


def test_each_level_is_told_once_to_more_people_as_time_runs_out(
    staff: packs.Made, morning: Callable[[datetime], int], outbox: list[Any]
) -> None:
    officer, colleague, manager = staff("officer"), staff("officer"), staff("manager")
    staff("administrator"), staff("auditor")
    day = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    case = held(factories.a_case(now=day, received_on=date(2026, 11, 2)), officer)
    reference = case.reference
    emails = {who.id: db.session.get_one(Member, uuid.UUID(who.id)).email for who in (officer, colleague, manager)}
    told: list[set[str]] = []
    for number in (0, 14, 15, 22, 23, 26, 27, 29, 30, 31):
        outbox.clear()
        at = datetime(2026, 11, 2, 8, 0, tzinfo=UTC) + timedelta(days=number)
        morning(at)
        morning(at + timedelta(hours=3))  # a second round on one day tells nobody anything
        found = mails(outbox)
        assert all(reference in text and "Tregale" not in text and "Morwenna" not in text for text in found.values())
        if found:
            told.append(set(found))
    mine, team, all_ = {emails[officer.id]}, {emails[officer.id], emails[colleague.id]}, set(emails.values())
    assert told == [mine, team, all_, all_, all_]  # half, three quarters, nine tenths, the last day, late
    assert len(db.session.scalars(select(Reminder)).all()) == 5


def test_what_nobody_has_is_told_to_all_and_a_restricted_case_only_to_those_who_may_see_it(
    staff: packs.Made, morning: Callable[[datetime], int], outbox: list[Any], now: datetime
) -> None:
    staff("officer"), staff("manager")
    open_, secret = (factories.a_case(now=now, received_on=date(2026, 11, 2)) for _ in range(2))
    secret.restricted = True
    names = (open_.reference, secret.reference)
    db.session.commit()
    morning(MORNING)
    found = mails(outbox)
    assert len(found) == 2
    officers, managers = found["officer1@northmoor.example"], found["manager2@northmoor.example"]
    assert names[0] in officers and names[1] not in officers
    assert names[0] in managers and names[1] in managers


def test_nothing_is_told_before_the_morning_of_paused_closed_or_young_cases(
    staff: packs.Made, morning: Callable[[datetime], int], now: datetime
) -> None:
    officer = staff("officer")
    assert morning(MORNING.replace(hour=6)) == 0
    assert db.session.get(Pulse, reminder.DIGEST) is None
    paused, closed, _young = (
        factories.a_case(now=now, received_on=day) for day in (date(2026, 11, 2), date(2026, 11, 2), clock.day_of(now))
    )
    clock.add_fact(paused, "clarification_requested", date(2026, 11, 5), actor=officer, now=now)
    closed.status = Status.CLOSED
    db.session.commit()
    assert morning(MORNING) == 0


def test_a_new_due_date_begins_the_warnings_again(
    staff: packs.Made, morning: Callable[[datetime], int], now: datetime
) -> None:
    officer = staff("officer")
    case = held(factories.a_case(now=now, received_on=date(2026, 11, 9)), officer)
    assert morning(MORNING) == 0
    clock.correct(case, str(case.facts[0].id), on=date(2026, 11, 4), reason="post room", actor=officer, now=now)
    db.session.commit()
    assert morning(MORNING + timedelta(days=1)) == 1


def test_a_provider_s_word_that_a_warning_did_not_arrive_is_taken_in_once_and_can_be_dealt_with(
    app: Flask, staff: packs.Made, visit: Callable[..., Visitor], morning: Callable[[datetime], int], now: datetime
) -> None:
    visitor = visit("officer")
    held(factories.a_case(now=now, received_on=date(2026, 11, 2)), visitor.actor)
    morning(MORNING)
    identity = db.session.scalars(select(StaffMail.id)).one()
    gone = Failure(key=f"staff.{identity}", reason="the mailbox is full")
    assert [delivery.learn(gone, now=MORNING) for _ in range(2)] == [True, False]
    db.session.commit()
    page = visitor.get("/staff/").text
    assert "Our e-mails do not reach you" in page and "the mailbox is full" in page and "It is put right" not in page
    manager, own = staff("manager"), uuid.UUID(visitor.actor.id)
    assert [each.id for each in staff_mail.unreached(actor=manager)] == [own]
    assert staff_mail.unreached(actor=staff("officer")) == []
    staff_mail.mended(own, actor=manager, now=now)
    with pytest.raises(WrongState):
        staff_mail.mended(own, actor=manager, now=now)
    assert staff_mail.unreached(actor=manager) == []


def test_what_presses_is_on_top_of_everybody_s_list_and_says_why(app: Flask, staff: packs.Made, now: datetime) -> None:
    officer = staff("officer")
    today = clock.day_of(now)
    made: dict[str, Case] = {}

    def case(name: str, *, days: int, mine: bool = True, touched: int = 0, paused: bool = False) -> None:
        row = factories.a_case(now=now, received_on=today - timedelta(days=days))
        if paused:
            clock.add_fact(row, "clarification_requested", today - timedelta(days=touched), actor=officer, now=now)
        row.assigned_to = uuid.UUID(officer.id) if mine else None
        row.touched_at = now - timedelta(days=touched)
        made[name] = row
        db.session.commit()

    case("quiet", days=1)
    case("stalled", days=12, touched=12)
    case("unanswered", days=20, touched=16, paused=True)
    case("untaken", days=3, mine=False)
    case("at risk", days=3, mine=False)
    case("near", days=28)
    case("late", days=60)
    case("later", days=70)
    work.set_flags(made["at risk"], [Flag.SAFE_ADDRESS], actor=officer, now=now)
    db.session.commit()
    rows, total = cases.worklist(cases.Filter(), actor=officer, today=today)
    order = {row.id: name for name, row in made.items()}
    assert [order[row.id] for row in rows] == [
        "later", "late", "near", "at risk", "untaken", "unanswered", "stalled", "quiet",
    ]  # fmt: skip
    assert [case_urgency.attention(row, today) for row in rows] == [
        "overdue", "overdue", "near", "untaken", "untaken", "unanswered", "stalled", "",
    ]  # fmt: skip
    assert total == 8


def test_whoever_works_on_a_case_touches_it_and_makes_no_open_form_of_it_old(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    officer, case = staff("officer"), factories.a_case(now=now)
    version = case.version
    work.note(case, "Rang her.", actor=officer, now=now + timedelta(days=3))
    db.session.commit()
    case = packs.again(case)
    assert case.touched_at == now + timedelta(days=3)
    assert case.version == version


def test_how_much_of_its_time_a_request_has_used_stands_on_screen_for_everybody(
    app: Flask, staff: packs.Made, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    reference = factories.a_case(now=day, received_on=date(2026, 11, 2)).reference
    who = staff("officer"), staff("manager")
    shown = {
        14: ("", "47%"),
        15: ("Half of the time used", "50%"),
        23: ("Three quarters of the time used", "77%"),
        27: ("Nine tenths of the time used", "90%"),
        30: ("Last day to tell of an extension", "100%"),
        31: ("", "103%"),
    }
    everything = {words for words, _ in shown.values() if words}
    for number, (words, share) in shown.items():
        monkeypatch.setitem(app.config, "NOW", lambda number=number: day + timedelta(days=number))
        for visitor in map(visit, who):
            page = visitor.get("/staff/").text
            assert {each for each in everything if each in page} == ({words} if words else set())
            assert f"Time used</dt><dd>{share}" in visitor.get(f"/staff/cases/{reference}").text
    db.session.execute(update(Case).values(status=Status.CLOSED))
    db.session.commit()
    assert "Time used" not in visit(who[0]).get(f"/staff/cases/{reference}").text


def test_a_late_request_that_is_reopened_is_warned_of_anew(
    staff: packs.Made, morning: Callable[[datetime], int], now: datetime
) -> None:
    officer, manager = staff("officer"), staff("manager")
    case = held(factories.a_case(now=now, received_on=date(2026, 9, 1)), officer)
    key = case.id
    assert morning(MORNING + timedelta(days=1)) == 2 and morning(MORNING + timedelta(days=2)) == 0
    at = now + timedelta(days=2)
    case = db.session.get_one(Case, key)
    cases.move(case, Action.CLOSE, actor=manager, now=at, reason="They told us that they had it.")
    cases.move(case, Action.REOPEN, actor=manager, now=at, reason="They had not.")
    db.session.commit()
    assert morning(MORNING + timedelta(days=3)) == 2 and morning(MORNING + timedelta(days=4)) == 0


LINE = ["- something"]
ONE, OTHER = uuid.uuid4(), uuid.uuid4()


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        (Morning(regulator=LINE, cases={ONE}, lines=LINE), "The regulator waits for an answer"),
        (Morning(cases={ONE}, lines=LINE * 2, letters=LINE), "1 request needs you: time runs out"),
        (Morning(cases={ONE, OTHER}, lines=LINE * 2), "2 requests need you: time runs out"),
        (Morning(letters=LINE, unseen=LINE), "Letters have not gone, and dates rest on them"),
        (Morning(unseen=LINE, moved=LINE), "Nobody on the staff can open some requests"),
        (Morning(moved=LINE, waits=LINE), "1 due date has moved"),
        (Morning(moved=LINE * 2), "2 due dates have moved"),
        (Morning(waits=LINE), "What still waits"),
    ],
)
def test_the_e_mail_of_a_morning_is_called_after_what_presses_most(told: Morning, subject: str) -> None:
    assert told.subject() == subject
