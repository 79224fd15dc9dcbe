"""Nobody looks into a complaint about what they decided, by whatever way it came to them, or they to it."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.errors import NotAllowed
from sar_service.domain.incoming import Message
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import AuditEvent, Case
from sar_service.services import case as cases
from sar_service.services import complaint, incoming, intake, letter_draft, link, merge, reminder, team_share
from tests import factories
from tests.browser import Visitor
from tests.services.test_complaint import a_complaint, answered, member
from workers import timetable

Staff = Callable[..., Actor]
TAKEN = "took the complaint from who decided"


def held(case: Case, by: Actor, now: datetime) -> Case:
    cases.assign(case, member(by), version=case.version, actor=by, now=now)
    db.session.commit()
    return case


def taken(case: Case) -> bool:
    events = db.session.scalars(select(AuditEvent.verb).where(AuditEvent.case_id == case.id)).all()
    return case.assigned_to is None and TAKEN in events


def test_a_complaint_about_how_another_was_dealt_with_is_not_for_who_decided_on_what_that_was_about(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second, third = staff("officer"), staff("officer"), staff("officer")
    first = a_complaint(now, about=answered(officer, second, now))
    again = a_complaint(now, about=first)
    letter_draft.begin(first, "outcome-complaint", "We looked.", result="none", actor=third, now=now)
    assert complaint.decided(again) == {officer.id, second.id, third.id}
    complaint.of(first).about_id = again.id  # each about the other
    db.session.commit()
    assert complaint.decided(first) == {officer.id, second.id} and third.id in complaint.decided(again)


def test_whoever_had_an_e_mail_before_it_was_logged_as_a_complaint_about_them_has_it_no_more(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second = staff("officer"), staff("officer")
    request = answered(officer, second, now)
    message = Message(sender="morwenna@example.org", name="M", subject="Complaint", text="Half of it is missing")
    draft = held(incoming.begin("northmoor", message, arrived_at=now, actor=officer, now=now), officer, now)
    filed = complaint.Filed(about=About.REQUEST, request=request)
    [case] = intake.log_draft(
        draft, factories.a_request(now=now, filed=filed), [Right.COMPLAINT], actor=officer, now=now
    )
    assert taken(case)


def test_whoever_had_a_request_as_its_day_passed_does_not_look_into_the_complaint_about_that(
    app: Flask, staff: Staff, now: datetime
) -> None:
    before, held_it, after, manager = staff("officer"), staff("officer"), staff("officer"), staff("manager")
    request = factories.a_case(now=now)
    last = request.due_on
    assert last is not None
    for days, to in ((0, before), (20, held_it), (60, after)):
        cases.assign(request, member(to), version=request.version, actor=manager, now=now + timedelta(days=days))
    db.session.commit()
    in_time, late = (
        a_complaint(now + timedelta(days=5), about=request),
        a_complaint(now + timedelta(days=70), about=request),
    )
    assert complaint.decided(in_time) == set() and complaint.decided(late) == {held_it.id}
    with pytest.raises(NotAllowed, match="as its day passed"):
        complaint.check_independent(late, held_it)
    request.ended_on = last  # it was answered on its last day after all
    assert complaint.decided(late) == set()


def test_linking_a_complaint_with_what_its_holder_decided_takes_it_from_them(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second, third = staff("officer"), staff("officer"), staff("officer")
    request = answered(officer, second, now)
    case = held(factories.a_case(now=now, right=Right.COMPLAINT, filed=complaint.Filed()), officer, now)
    link.link(request, case, LinkKind.RELATED, actor=third, now=now)
    assert taken(case)


def test_merging_two_complaints_gives_the_one_that_goes_on_to_nobody_who_decided(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second, manager = staff("officer"), staff("officer"), staff("manager")
    decided, other = answered(officer, second, now), factories.a_case(now=now)
    keep, away = a_complaint(now, about=other), held(a_complaint(now, about=other), officer, now)
    link.link(keep, decided, LinkKind.RELATED, actor=manager, now=now)
    merge.merge(keep, away, why="The same", version=keep.version, away_version=away.version, actor=manager, now=now)
    assert keep.assigned_to is None


def test_who_decides_only_after_they_took_the_complaint_has_it_no_more_within_the_hour(
    app: Flask, staff: Staff, sent: Any, now: datetime
) -> None:
    officer, other = staff("officer"), staff("officer")
    request = factories.a_case(now=now)
    theirs, another = (held(a_complaint(now, about=request), who, now) for who in (officer, other))
    keys = theirs.id, another.id
    letter_draft.begin(request, "extension", "Six schools", actor=officer, now=now)
    db.session.commit()
    timetable.go_round(0)
    theirs, another = (db.session.get_one(Case, key) for key in keys)
    assert taken(theirs) and another.assigned_to == uuid.UUID(other.id)


def test_who_decided_records_nothing_in_the_complaint_and_is_told_before_they_try(
    app: Flask, staff: Staff, visit: Callable[..., Visitor], now: datetime
) -> None:
    visitor, other = visit("officer"), visit("officer")
    assert visitor.actor is not None
    case = a_complaint(now, about=answered(visitor.actor, staff("officer"), now))
    key, page = case.id, f"/staff/cases/{case.reference}/facts"
    shown = visitor.get(page)
    assert complaint.OWN in shown.text and not visitor.forms()
    fields = {"kind": "complaint_acknowledged", "on": "2026-11-23"}
    other.get(page)
    fields |= {"version": other.forms()[0]["fields"]["version"]}
    assert visitor.post(page, fields).status_code == 403
    assert visitor.post(f"{page}/correction", {**fields, "what": "day"}).status_code == 403
    assert complaint.acknowledged_on(db.session.get_one(Case, key)) is None
    other.get(page)
    other.send(fields, form="Record it")
    assert complaint.acknowledged_on(db.session.get_one(Case, key)) == now.date()


def test_a_complaint_found_to_be_about_a_restricted_request_is_restricted_too(
    app: Flask, visit: Callable[..., Visitor], now: datetime
) -> None:
    visitor = visit("officer")
    assert visitor.actor is not None
    request = factories.a_case(now=now)
    request.restricted, request.assigned_to = True, uuid.UUID(visitor.actor.id)
    case = factories.a_case(now=now, right=Right.COMPLAINT, filed=complaint.Filed())
    key, reference, about = case.id, case.reference, request.reference
    db.session.commit()
    visitor.get(f"/staff/cases/{reference}/complaint")
    page = visitor.send({"about": "request", "request": about, "kind": "complaint", "matter": "delay"}, form="Keep")
    assert page.status_code == 200 and page.request.path == "/staff/" and "It is restricted" in page.text
    assert db.session.get_one(Case, key).restricted
    assert visitor.get(f"/staff/cases/{reference}/complaint").status_code == 404
    assert visit("manager").get(f"/staff/cases/{reference}/complaint").status_code == 200


def test_a_complaint_with_a_team_of_nobody_but_those_who_decided_is_told_to_all(
    app: Flask, staff: Staff, sent: Any, outbox: list[Any], now: datetime
) -> None:
    officer, second, manager = staff("officer"), staff("officer"), staff("manager")
    staff("officer")
    case = a_complaint(now, about=answered(officer, second, now))
    team = team_share.make("Care", "northmoor", actor=manager, now=now)
    db.session.flush()
    theirs = {uuid.UUID(officer.id), uuid.UUID(second.id)}
    team_share.change(team, name="Care", members=theirs, active=True, version=team.version, actor=manager, now=now)
    team_share.give(case, team, actor=officer, now=now)
    db.session.commit()
    reminder.digest(now=now + timedelta(days=15))
    db.session.commit()
    sent.work()
    told = {mail.to.partition("@")[0] for mail in outbox if "half of its time is used" in mail.text}
    assert told == {"officer1", "officer2", "manager3", "officer4"}


def test_where_too_few_may_look_into_it_its_page_says_what_to_do(
    app: Flask, staff: Staff, visit: Callable[..., Visitor], now: datetime
) -> None:
    """The outcome takes two: one who looks into it, and one who reads and sends the letter."""
    first, second = visit("officer"), visit("manager")
    assert first.actor is not None and second.actor is not None
    case = a_complaint(now, about=answered(first.actor, second.actor, now))
    page = f"/staff/cases/{case.reference}/complaint"
    staff("officer", controllers=["southmoor"]), staff("auditor")
    text = first.get(page).text
    assert "Nobody here may look into it" in text and "add two people from outside the team" in text
    third = staff("officer")
    text = second.get(page).text
    assert f"Only {third.name} may look into it" in text and "add one more person from outside the team" in text
    staff("officer")
    assert "from outside the team" not in second.get(page).text


def test_who_decided_is_shown_no_form_to_merge_complaints_about_it_or_to_take_them_apart(
    app: Flask, staff: Staff, visit: Callable[..., Visitor], now: datetime
) -> None:
    theirs, free = visit("manager"), visit("manager")
    assert theirs.actor is not None and free.actor is not None
    request = answered(theirs.actor, staff("officer"), now)
    keep, away = a_complaint(now, about=request), a_complaint(now, about=request)
    side, work = f"/staff/cases/{keep.reference}/merging/{away.reference}", f"/staff/cases/{keep.reference}/work"
    keys = keep.id, away.id
    assert "Under which reference" in free.get(side).text
    text = theirs.get(side).text
    assert "Under which reference" not in text and complaint.OWN in text
    db.session.rollback()
    keep, away = (db.session.get_one(Case, key) for key in keys)
    versions = {"version": keep.version, "away_version": away.version}
    merge.merge(keep, away, why="The same", actor=free.actor, now=now, **versions)
    db.session.commit()
    assert "Take them apart again" in free.get(work).text
    text = theirs.get(work).text
    assert "Take them apart again" not in text and complaint.OWN in text
