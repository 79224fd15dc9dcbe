"""What waits without a due date that rises: told once a week to whoever can do something, and on screen until then."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.incoming import Message
from sar_service.domain.lifecycle import Action, Status
from sar_service.models import Case, Incoming, Letter, Member, Pack
from sar_service.services import case as cases
from sar_service.services import (
    case_urgency,
    clock,
    identity,
    identity_change,
    incoming,
    lying,
    portal,
    reminder,
    sealing,
    work,
)
from tests import factories, packs
from tests.browser import Visitor
from tests.overlap import at_once
from tests.services.test_pack_release import make_ready

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def mails(app: Flask, sent: Any, outbox: list[Any]) -> Callable[[datetime], dict[str, str]]:
    """Who was told what on a morning after others, by the place before the "@"."""

    def run(at: datetime) -> dict[str, str]:
        db.session.commit()
        sent.work()
        outbox.clear()
        reminder.digest(now=at)
        db.session.commit()
        sent.work()
        return {mail.to.partition("@")[0]: mail.text for mail in outbox if mail.to.endswith("@northmoor.example")}

    return run


def held(case: Case, member: Actor | None) -> Case:
    case.assigned_to = uuid.UUID(member.id) if member is not None else None
    db.session.commit()
    return case


def test_a_late_case_is_told_again_every_week_until_it_is_answered(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]]
) -> None:
    officer, _other, _manager = staff("officer"), staff("officer"), staff("manager")
    case = held(factories.a_case(now=MONDAY, received_on=date(2026, 10, 1)), officer)
    key = case.id
    assert len(mails(MONDAY - timedelta(days=4))) == 3  # on Thursday, that it is late: to all, once
    assert mails(MONDAY - timedelta(days=3)) == {}
    told = mails(MONDAY)
    assert set(told) == {"officer1", "manager3"} and all("- 1 late request\n" in text for text in told.values())
    for days in range(1, 7):
        assert mails(MONDAY + timedelta(days=days)) == {}
    assert set(mails(MONDAY + timedelta(days=7))) == {"officer1", "manager3"}
    db.session.execute(update(Case).where(Case.id == key).values(status=Status.CLOSED))
    assert mails(MONDAY + timedelta(days=14)) == {}


def test_a_week_whose_monday_nobody_saw_is_told_on_the_next_morning_there_is(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]]
) -> None:
    held(factories.a_case(now=MONDAY, received_on=date(2026, 10, 1)), staff("officer"))
    mails(MONDAY - timedelta(days=4))
    assert "late request" in mails(MONDAY + timedelta(days=2))["officer1"]  # the timetable had stopped meanwhile
    assert mails(MONDAY + timedelta(days=3)) == {}


def test_what_somebody_has_who_works_elsewhere_now_is_told_to_the_others(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]]
) -> None:
    moved, _other = staff("officer"), staff("officer")
    held(factories.a_case(now=MONDAY, received_on=date(2026, 10, 1)), moved)
    db.session.get_one(Member, uuid.UUID(moved.id)).controllers = ["southmoor"]
    mails(MONDAY - timedelta(days=4))
    told = mails(MONDAY)
    assert set(told) == {"officer2"} and "- 1 late request" in told["officer2"]


@pytest.mark.parametrize("fact", ["clarification_requested", "identity_requested"])
def test_what_has_waited_for_months_is_told_every_week_and_stands_before_what_does_not_press(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]], fact: str
) -> None:
    officer, other, _manager = staff("officer"), staff("officer"), staff("manager")
    year = MONDAY - timedelta(days=364)
    case = held(factories.a_case(now=year, received_on=year.date()), officer)
    clock.add_fact(case, fact, year.date(), actor=officer, now=year)
    key = case.id
    mails(year + timedelta(days=1))
    assert mails(year + timedelta(days=7)) == {}  # not two weeks yet
    for week in range(3, 53):
        told = mails(year + timedelta(days=7 * week))
        assert set(told) == {"officer1", "manager3"}, week
        assert "- 1 request whose clock stands still" in told["officer1"]
    fresh = held(factories.a_case(now=MONDAY, received_on=MONDAY.date()), other)
    rows, _ = cases.worklist(cases.Filter(), actor=other, today=MONDAY.date())
    assert [row.id for row in rows] == [key, fresh.id]
    assert case_urgency.attention(rows[0], MONDAY.date()) == "unanswered"


def test_a_message_that_nobody_dealt_with_is_told_whatever_the_clock_says(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]], tmp_path: Any
) -> None:
    officer, _other = staff("officer"), staff("officer")
    case = held(factories.a_case(now=MONDAY, received_on=MONDAY.date()), officer)
    clock.add_fact(case, "clarification_requested", MONDAY.date(), actor=officer, now=MONDAY)
    db.session.commit()
    mails(MONDAY)
    row = incoming.take(
        "northmoor",
        Message(sender="morwenna@example.org", name="", subject=f"Re: {case.reference}", text="Only the last year."),
        b"Subject: Re\r\n\r\nOnly the last year.",
        key="a" * 64,
        place=incoming.Place(mailbox="box", validity=1, uid=1),
        arrived_at=MONDAY + timedelta(hours=1),
        now=MONDAY + timedelta(hours=1),
    )
    assert row is not None and row.case_id == case.id
    key = row.id
    assert mails(MONDAY + timedelta(days=1)) == {}
    told = mails(MONDAY + timedelta(days=7))
    assert set(told) == {"officer1", "officer2"}
    assert all("- 1 message that nobody has dealt with" in text for text in told.values())
    db.session.get_one(Incoming, key).handled_at = MONDAY + timedelta(days=8)
    assert not any("message that nobody" in text for text in mails(MONDAY + timedelta(days=14)).values())


def test_letters_that_came_back_or_were_never_posted_are_told(
    staff: packs.Made, visit: Callable[..., Visitor], mails: Callable[[datetime], dict[str, str]], now: datetime
) -> None:
    officer = staff("officer")
    for state in ("failed", "to_post"):
        case = held(factories.a_case(now=MONDAY - timedelta(days=5), received_on=date(2026, 11, 18)), officer)
        mails(MONDAY - timedelta(days=5))
        db.session.execute(update(Letter).where(Letter.case_id == case.id).values(state=state))
        db.session.execute(update(Case).where(Case.id == case.id).values(status=Status.CLOSED))
        db.session.commit()
    assert lying.unposted(actor=officer, now=MONDAY - timedelta(days=3)) == 0  # it may still go
    page = visit(officer).get("/staff/").text
    assert "1 letter did not arrive" in page
    text = mails(MONDAY)["officer1"]
    assert "- 1 letter that did not arrive" in text and "- 1 letter that was not posted" in text
    assert text.count("http") == 3


def test_an_answer_that_nobody_fetches_is_told_until_they_do_or_the_case_is_closed(
    sent: Any,
    staff: packs.Made,
    visit: Callable[..., Visitor],
    mails: Callable[[datetime], dict[str, str]],
    now: datetime,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer, second, manager = staff("officer"), staff("officer"), staff("manager")
    ids = []
    for _ in range(3):
        case, row = make_ready(packs.signed_off(sent, officer=officer, second=second, now=now), officer, now)
        packs.release(case, row, actor=officer, now=now)
        db.session.commit()
        ids.append(case.id)
    fetched, closed, left = ids
    monday = MONDAY + timedelta(days=21)

    def lie(at: datetime) -> set[uuid.UUID]:
        db.session.rollback()
        return {case.id for case in lying.unfetched(actor=officer, now=at)}

    assert lie(now + timedelta(days=13)) == set()
    assert lie(now + timedelta(days=15)) == set(ids)
    assert b"".join(portal.fetch(db.session.get_one(Case, fetched), now=now + timedelta(days=15))[1])
    cases.move(db.session.get_one(Case, closed), Action.CLOSE, actor=manager, now=now, reason="They have it on paper")
    db.session.commit()
    assert lie(monday) == {left}
    reference = db.session.get_one(Case, left).reference
    mails(monday - timedelta(days=3))
    told = mails(monday)
    assert set(told) == {"officer1", "officer2", "manager3"}
    assert all("- 1 answer that was released and that nobody has fetched" in text for text in told.values())
    monkeypatch.setitem(app.config, "NOW", lambda: monday)
    page = visit(officer).get("/staff/").text
    assert "1 answer was released and nobody has fetched it" in page and reference in page
    case = db.session.get_one(Case, left)
    told_ = sealing.unseal(case)
    sealing.seal(case, {**told_, "delivery": {**(told_.get("delivery") or {}), "how": "post"}})
    db.session.commit()
    assert lie(monday) == set()  # it goes on paper


def test_an_answer_that_was_made_available_again_lies_there_anew_and_once(
    app: Flask, sent: Any, staff: packs.Made, now: datetime
) -> None:
    officer, second = staff("officer"), staff("officer")
    case, row = make_ready(packs.signed_off(sent, officer=officer, second=second, now=now), officer, now)
    packs.release(case, row, actor=officer, now=now)
    again = now + timedelta(days=40)  # its days in the portal are over
    assert b"".join(portal.fetch(case, now=now + timedelta(days=1))[1])
    packs.release(case, row, actor=officer, now=again)
    db.session.commit()
    key, values = case.id, {column.name: getattr(row, column.name) for column in Pack.__table__.c}

    def lie(at: datetime) -> list[uuid.UUID]:
        db.session.rollback()
        return [case.id for case in lying.unfetched(actor=officer, now=at)]

    assert lie(again - timedelta(days=1)) == []  # they had fetched it
    assert lie(again + timedelta(days=13)) == []
    assert lie(again + timedelta(days=15)) == [key]
    db.session.add(Pack(**{**values, "id": new_id(), "number": 2, "released_at": again + timedelta(days=1)}))
    db.session.commit()
    assert lie(again + timedelta(days=16)) == [key]
    assert lie(again + timedelta(days=200)) == [key]
    assert lie(again + timedelta(days=202)) == []  # it was let lie knowingly


def test_answers_on_paper_hide_none_that_is_to_be_fetched(
    app: Flask, sent: Any, staff: packs.Made, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lying, "MOST", 1)
    officer, second, keys = staff("officer"), staff("officer"), []
    for how in ("post", "post", "collection", "portal"):
        case, row = make_ready(packs.signed_off(sent, officer=officer, second=second, now=now), officer, now)
        packs.release(case, row, actor=officer, now=now)
        sealing.seal(case, {**sealing.unseal(case), "delivery": {"how": how}})
        case.released_on -= timedelta(days=4 - len(keys))
        db.session.commit()
        keys.append(case.id)
    assert [case.id for case in lying.unfetched(actor=officer, now=now + timedelta(days=15))] == keys[-1:]


def test_two_timetables_tell_nobody_twice(
    app: Flask, staff: packs.Made, mails: Callable[[datetime], dict[str, str]]
) -> None:
    held(factories.a_case(now=MONDAY, received_on=date(2026, 10, 1)), staff("officer"))
    mails(MONDAY - timedelta(days=4))

    def runs() -> int:
        with app.app_context():
            told = reminder.digest(now=MONDAY)
            db.session.commit()
            return told

    assert at_once(app, runs, runs) == [1, 0]


def test_a_task_whose_day_has_passed_is_told_to_whoever_it_falls_to(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]]
) -> None:
    officer, other, _manager = staff("officer"), staff("officer"), staff("manager")
    case = held(factories.a_case(now=MONDAY, received_on=MONDAY.date()), officer)
    helper = db.session.get_one(Member, uuid.UUID(other.id))
    for member in (None, helper):
        work.add_task(case, "Ring", due_on=MONDAY.date(), member=member, actor=officer, now=MONDAY)
    monday = MONDAY + timedelta(days=7)
    work.add_task(case, "Write", due_on=monday.date(), member=None, actor=officer, now=MONDAY)  # its day is not over
    done = work.add_task(case, "Scan", due_on=MONDAY.date(), member=None, actor=officer, now=MONDAY)
    done.outcome = "done"
    mails(MONDAY)
    told = mails(monday)
    assert {name: text.count("- 1 task") or 2 * text.count("- 2 tasks") for name, text in told.items()} == {
        "officer1": 1,
        "officer2": 1,
        "manager3": 2,
    }


def test_nothing_is_told_of_another_council_or_of_what_one_may_not_see(
    staff: packs.Made, mails: Callable[[datetime], dict[str, str]]
) -> None:
    officer = staff("officer")
    staff("officer"), staff("manager", controllers=["southmoor"]), staff("administrator"), staff("auditor")
    case = held(factories.a_case(now=MONDAY, received_on=date(2026, 10, 1)), officer)
    case.restricted = True
    mails(MONDAY - timedelta(days=4))
    assert set(mails(MONDAY)) == {"officer1"}
    assert lying.in_words(actor=officer, now=MONDAY)


def test_an_answer_kept_back_because_the_requester_changed_their_contact_is_on_everybodys_list_until_it_is_settled(
    staff: packs.Made, sent: Any, visit: Callable[..., Visitor], mails: Callable[[datetime], dict[str, str]]
) -> None:
    """They are told that we check again who they are: somebody has to."""
    officer, second = staff("officer"), staff("officer")
    signed = packs.signed_off(sent, officer=officer, second=second, now=MONDAY)
    case, row = make_ready(signed, officer, MONDAY)
    packs.release(case, row, actor=officer, now=MONDAY)
    cases.move(case, Action.CLOSE, actor=officer, now=MONDAY, reason="It is answered")
    fresh = factories.a_case(now=MONDAY)  # never settled: that is not done yet, and nothing is kept back
    for each in (case, fresh):
        identity_change.change_contact(each, {"phone": "07700 900111"}, actor=portal.requester_of(each), now=MONDAY)
    db.session.commit()
    key, reference, words = case.id, case.reference, "Identity has to be settled again"

    def shown() -> tuple[bool, list[bool]]:
        visitor = visit(second)
        page = visitor.get("/staff/").text
        pages = [
            words in visitor.get(f"/staff/cases/{reference}{tab}").text for tab in ("", "/pack", "/work", "/reading")
        ]
        return words in page and reference in page.split(words)[1][:900], pages

    assert portal.held(db.session.get_one(Case, key)) and shown() == (True, [True] * 4)
    assert [each.id for each in lying.unsettled(actor=officer, now=MONDAY)] == [key]
    mails(MONDAY + timedelta(days=4))
    assert "- 1 request in which identity has to be settled again" in mails(MONDAY + timedelta(days=7))["officer1"]
    assert lying.unsettled(actor=officer, now=MONDAY + timedelta(days=40)) == []  # it could not be fetched any more
    again = db.session.get_one(Case, key)
    identity.settle(again, override="She rang", sure="rang_back", actor=officer, now=MONDAY + timedelta(hours=1))
    db.session.commit()
    assert shown() == (False, [False] * 4)
