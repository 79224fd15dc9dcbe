"""What was late before identity was asked for stays late; and lists know what the person was told of the date."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from sar_service.adapters.mail import MailFailed
from sar_service.db import db
from sar_service.domain.lifecycle import Status
from sar_service.models import Case, Member, StaffMail
from sar_service.services import case as cases
from sar_service.services import (
    case_urgency,
    clock,
    clock_renew,
    delivery,
    letter,
    letter_hold,
    letter_send,
    reminder,
    report,
    team_share,
    told_date,
    work,
)
from tests import factories, packs
from tests.browser import Visitor

LATE, DUE = date(2026, 10, 12), date(2026, 11, 12)  # received, and due before the tests' today, 23 November


def asked_too_late(now: datetime, officer: Any, **changes: Any) -> Case:
    """A case that was late when evidence of identity was asked for."""
    case = factories.a_case(now=now, received_on=LATE, **changes)
    case.assigned_to = uuid.UUID(officer.id)
    clock.add_fact(case, "identity_requested", date(2026, 11, 20), actor=officer, now=now)
    db.session.commit()
    return case


def test_a_case_that_was_late_when_identity_was_asked_for_stays_among_the_late_ones(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    officer, manager, today = staff("officer"), staff("manager"), clock.day_of(now)
    late = asked_too_late(now, officer)
    assert (late.clock_state, late.due_on, late.missed_on) == ("not_started", None, DUE)
    waiting = factories.a_case(now=now, received_on=date(2026, 11, 18))
    clock.add_fact(waiting, "identity_requested", date(2026, 11, 20), actor=officer, now=now)
    overdue = factories.a_case(now=now, received_on=date(2026, 10, 19))
    db.session.commit()
    ids = late.id, overdue.id, waiting.id

    def listed(**chosen: Any) -> list[uuid.UUID]:
        return [row.id for row in cases.worklist(cases.Filter(**chosen), actor=officer, today=today)[0]]

    assert listed() == [*ids]  # by the day that was missed, before what became late after it
    assert (listed(due="overdue"), listed(due="paused")) == ([*ids[:2]], [ids[2]])
    assert case_urgency.attention(late, today) == "overdue"
    figures = report.figures(actor=manager, today=today)
    assert (figures.overdue, figures.asked_late, figures.paused) == (2, 1, 1)
    assert figures.oldest_overdue == (today - DUE).days
    assert work.workload(manager, today=today)[uuid.UUID(officer.id)] == (1, 1)
    made = team_share.make("Access team", "northmoor", actor=manager, now=now)
    late.team_id = made.id
    db.session.commit()
    assert team_share.workload(manager, today=today)[made.id][1] == 1


def test_evidence_that_comes_then_gives_a_new_date_and_no_pardon(app: Flask, staff: packs.Made, now: datetime) -> None:
    officer, manager, today = staff("officer"), staff("manager"), clock.day_of(now)
    case = asked_too_late(now, officer)
    clock.add_fact(case, "identity_received", date(2026, 11, 23), actor=officer, now=now)
    db.session.commit()
    assert (case.clock_state, case.due_on, case.missed_on) == ("running", date(2026, 12, 23), DUE)
    assert case_urgency.attention(case, today) == "overdue"
    figures = report.figures(actor=manager, today=today)
    assert (figures.overdue, figures.due_this_week, figures.paused) == (1, 0, 0)
    case.status, case.released_on = Status.CLOSED, today
    db.session.commit()
    month = report.months(actor=manager, today=today)[-2]
    assert (month.month, month.answered, month.in_time) == ("2026-10", 1, 0)


def test_a_correction_takes_a_case_off_the_late_ones_and_puts_it_back(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    officer = staff("officer")
    case = asked_too_late(now, officer)
    asked = clock.in_order(case, "identity_requested")[0]
    clock.correct(case, str(asked.id), on=date(2026, 10, 13), reason="Misread", actor=officer, now=now)
    assert case.missed_on is None
    asked = clock.in_order(case, "identity_requested")[0]
    clock.correct(case, str(asked.id), on=date(2026, 11, 20), reason="No", actor=officer, now=now)
    assert case.missed_on == DUE
    db.session.commit()
    db.session.execute(update(Case).values(missed_on=None))  # a case from before it was kept
    db.session.commit()
    assert [each.id for each in clock_renew.outdated()] == [case.id]
    clock_renew.refresh_open(now=now)
    db.session.commit()
    assert packs.again(case).missed_on == DUE and clock_renew.outdated() == []


def test_every_page_says_so_in_red_and_a_late_question_is_to_be_looked_at(
    visit: Callable[..., Visitor], staff: packs.Made, now: datetime
) -> None:
    other = staff("officer")
    late = asked_too_late(now, other).reference
    slow = factories.a_case(now=now, received_on=date(2026, 11, 2))
    clock.add_fact(slow, "identity_requested", date(2026, 11, 20), actor=other, now=now)
    db.session.commit()
    reference, manager = slow.reference, visit("manager")
    page = manager.get("/staff/").text
    assert 'sar-tag--red">Late: we asked too late' in page and "Identity asked for late" in page
    assert late in manager.get("/staff/?due=overdue").text
    assert "in 1 we asked too late" in manager.get("/managers/board").text
    page = manager.get(f"/staff/cases/{late}").text
    assert (
        "The answer had been due by 12 November 2026, and evidence of identity or a fee was asked for only after that."
        in page
    )
    page = manager.get(f"/staff/cases/{reference}").text
    assert "It was asked for 18 days after the request came." in page and "too late" not in page


def test_the_morning_s_digest_tells_once_of_identity_asked_for_too_late(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    officer, manager = staff("officer"), staff("manager")
    reference = asked_too_late(now, officer).reference
    words = "due Thursday 12 November 2026, 12 days ago; it was late before identity or a fee was asked for"
    for at in (now + timedelta(days=1), now + timedelta(days=2)):
        reminder.digest(now=at)
        db.session.commit()
    mails = db.session.scalars(select(StaffMail)).all()
    told = {mail.member_id for mail in mails if reference in mail.text and words in mail.text}
    assert told == {uuid.UUID(officer.id), uuid.UUID(manager.id)} and len(mails) == 2
    assert all(mail.subject == "1 request needs you: time runs out" for mail in mails)


def holds(case: Case) -> bool:
    """Is what lists know of the date that the person was told what their letters say?"""
    found = told_date.last(case)
    return case.told_on == (found.due if found else None)


def test_what_they_were_told_is_known_to_lists_whatever_becomes_of_the_letters(
    app: Flask, staff: packs.Made, sent: Any, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.a_case(now=now, received_on=date(2026, 11, 20))
    assert (case.told_on, case.due_on) == (date(2026, 12, 21), date(2026, 12, 21)) and holds(case)
    version, row = case.version, letter.letters(case)[0]
    delivery.bounced(row.id, reason="it is gone", permanent=True, now=now)
    assert case.told_on is None and holds(case)
    db.session.commit()
    assert packs.again(case).version == version  # no open form of the case became old
    case = packs.again(case)
    row = letter.letters(case)[0]
    delivery.send_again(case, row, by_post=False, version=row.version, actor=officer, now=now)
    assert case.told_on == date(2026, 12, 21) and holds(case)
    letter_hold.hold(case, actor=officer, now=now)
    assert case.told_on is None and holds(case)  # nobody has read it
    clock.correct(case, str(case.facts[0].id), on=date(2026, 11, 18), reason="Misread", actor=officer, now=now)
    letter_hold.go_on(case, actor=officer, now=now)
    assert (case.told_on, case.due_on) == (date(2026, 12, 21), date(2026, 12, 18)) and holds(case)
    db.session.commit()
    begun = letter_send.begin(row.id, now=now)
    assert begun is not None
    letter_send.failed(row.id, begun[0], MailFailed("refused", permanent=True), now=now)
    assert case.told_on is None and holds(case)
    delivery.settle(case, row, reason="Told by telephone", version=row.version, actor=officer, now=now)
    assert holds(case)


def test_the_morning_s_digest_tells_once_who_was_told_another_date(
    app: Flask, staff: packs.Made, now: datetime
) -> None:
    officer, _other, manager = staff("officer"), staff("officer"), staff("manager")
    today = clock.day_of(now)
    case, quiet = (factories.a_case(now=now, received_on=date(2026, 11, 20)) for _ in range(2))
    case.assigned_to = quiet.assigned_to = uuid.UUID(officer.id)
    db.session.commit()
    assert reminder.digest(now=datetime(2026, 11, 23, 9, tzinfo=UTC)) == 0
    clock.correct(case, str(case.facts[0].id), on=date(2026, 11, 18), reason="Misread", actor=officer, now=now)
    db.session.commit()
    reference, mine = case.reference, uuid.UUID(officer.id)
    assert [row.id for row in cases.worklist(cases.Filter(due="told"), actor=manager, today=today)[0]] == [case.id]
    for at in (now + timedelta(days=1), now + timedelta(days=2)):
        reminder.digest(now=at)
        db.session.commit()
    mails = db.session.scalars(select(StaffMail)).all()
    words = "due Friday 18 December 2026, in 24 days; our last letter named Monday 21 December 2026"
    assert [mail.member_id for mail in mails] == [mine] and reference in mails[0].text and words in mails[0].text
    assert db.session.get_one(Member, mine).active


def test_identity_that_was_asked_for_late_is_filtered_for_and_told_once(
    app: Flask, staff: packs.Made, visit: Callable[..., Visitor], now: datetime
) -> None:
    """Whether its clock waits for the evidence, or runs anew since it came; what was late by then is told otherwise."""
    officer, other, manager = staff("officer"), staff("officer"), staff("manager")
    waits, came, soon, over = (factories.a_case(now=now, received_on=date(2026, 11, 2)) for _ in range(4))
    missed = asked_too_late(now, officer)
    late = date(2026, 11, 20)
    for case, on in ((waits, late), (came, late), (soon, date(2026, 11, 4)), (over, late)):
        case.assigned_to = uuid.UUID(officer.id)
        clock.add_fact(case, "identity_requested", on, actor=officer, now=now)
    clock.add_fact(came, "identity_received", date(2026, 11, 22), actor=officer, now=now)
    over.status = Status.WITHDRAWN
    db.session.commit()
    key, rows = waits.id, {"waits": waits, "came": came, "soon": soon, "missed": missed, "over": over}
    names = {row.reference: name for name, row in rows.items()}
    asked = cases.Filter(due="asked")
    for each in (asked, replace(asked, closed=True)):
        found, _ = cases.worklist(each, actor=manager, today=clock.day_of(now))
        assert {names[row.reference] for row in found} == {"waits", "came", "missed"}
    page = visit(other).get("/staff/?due=asked").text
    assert {name for reference, name in names.items() if reference in page} == {"waits", "came", "missed"}
    assert page.count("Identity asked for late</strong>") == 2  # the third says that it was too late
    for at in (now + timedelta(days=1), now + timedelta(days=2)):
        reminder.digest(now=at)
        db.session.commit()
    words = "evidence of identity was asked for 18 days after it came: look whether that wait counts"
    told = {mail.member_id: mail.text for mail in db.session.scalars(select(StaffMail)) if words in mail.text}
    assert told.keys() == {uuid.UUID(officer.id), uuid.UUID(manager.id)}
    for text in told.values():
        assert text.count(words) == 2 and "its clock stands still" in text
    mails = db.session.scalars(select(StaffMail)).all()
    assert sum(mail.text.count(words) for mail in mails) == 4  # once each
    case = db.session.get_one(Case, key)
    fact = clock.in_order(case, "identity_requested")[0]
    clock.correct(case, str(fact.id), on=date(2026, 11, 3), reason="Misread", actor=officer, now=now)
    db.session.commit()
    found, _ = cases.worklist(asked, actor=manager, today=clock.day_of(now))
    assert {names[row.reference] for row in found} == {"came", "missed"}
