"""Complaints: their two clocks, who may look into them, and what their outcome does."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.adapters.mail import MailFailed
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.errors import InvalidInput, NotAllowed, WrongState
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, Fact, Letter, Member
from sar_service.services import case as cases
from sar_service.services import (
    clock,
    complaint,
    identity,
    intake,
    letter,
    letter_draft,
    letter_post,
    letter_send,
    link,
    merge,
    sealing,
    work,
)
from tests import factories

Staff = Callable[..., Actor]
WORDS = "We asked the team, and looked at the letters."


def a_complaint(now: datetime, *, about: Case | None = None, **changes: Any) -> Case:
    filed = complaint.Filed(about=About.REQUEST if about else About.NONE, request=about)
    return factories.a_case(now=now, right=Right.COMPLAINT, filed=filed, **changes)


def answered(officer: Actor, second: Actor, now: datetime) -> Case:
    """A request that one person answered and another sent."""
    case = factories.a_case(now=now, right=Right.OBJECTION)
    factories.with_identity(case, actor=officer, now=now)
    row = letter_draft.begin(case, "outcome-objection", WORDS, result="none", actor=officer, now=now)
    letter_draft.send(case, row, version=row.version, actor=second, now=now)
    db.session.commit()
    return case


def member(actor: Actor) -> Member:
    return db.session.get_one(Member, uuid.UUID(actor.id))


def goes(row: Letter, now: datetime, error: MailFailed | None = None) -> None:
    begun = letter_send.begin(row.id, now=now)
    assert begun is not None
    if error is not None:
        letter_send.failed(row.id, begun[0], error, now=now)
    else:
        letter_send.sent(row.id, begun[0], "m1", now=now)
    db.session.commit()


def of_kind(case: Case, kind: str) -> Letter:
    return next(row for row in letter.letters(case) if row.kind == kind)


def test_the_acknowledgement_stops_its_clock_on_the_day_it_leaves_and_the_outcome_is_not_forgotten(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer = staff("officer")
    case = a_complaint(now)  # received on 23 November 2026
    assert case.due_on == date(2026, 12, 23)
    goes(of_kind(case, "complaint-acknowledged"), now, MailFailed("no such mailbox", permanent=True))
    assert complaint.acknowledged_on(case) is None and case.due_on == date(2026, 12, 23)

    later = now + timedelta(days=4)
    goes(complaint.acknowledge(case, actor=officer, now=later), later)
    assert complaint.acknowledged_on(case) == date(2026, 11, 27)
    assert case.due_on == date(2026, 12, 29)  # thirty days after that letter is a Sunday, and Monday a holiday
    assert clock.reckon(case).steps[-1].key == "due_news"

    third = now + timedelta(days=34)
    row = letter_draft.begin_and_send(case, "progress", "We wait for one team.", actor=officer, now=third)
    goes(row, third)
    assert case.due_on == date(2027, 1, 26)
    fourth = now + timedelta(days=64)
    goes(letter_draft.begin_and_send(case, "progress", "Nearly.", actor=officer, now=fourth), fourth)
    assert case.due_on == date(2027, 2, 22)  # the council's own aim, ninety days after receipt, on a Sunday
    assert clock.reckon(case).steps[-1].key == "due_outcome"
    assert case.status is Status.RECEIVED and complaint.acknowledgement_due(case) == date(2026, 12, 23)


def test_on_paper_it_counts_on_the_day_it_is_posted(app: Flask, staff: Staff, now: datetime) -> None:
    case = a_complaint(now, requester={"name": "Morwenna Tregale", "email": "", "address": ["4 Quarry Lane"]})
    assert of_kind(case, "complaint-acknowledged").state == "to_post"
    assert complaint.acknowledged_on(case) is None
    late, officer = now + timedelta(days=40), staff("officer")
    letter_post.posted(letter_post.waiting(actor=officer), on=clock.day_of(late), actor=officer, now=late)
    assert complaint.acknowledged_on(case) == clock.day_of(late)
    assert "acknowledged_late" in {step.key for step in clock.reckon(case).steps}


def test_the_facts_of_a_complaint_are_put_right_like_others_and_are_no_facts_of_a_request(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, case = staff("officer"), a_complaint(now)
    fact = clock.add_fact(case, "complaint_acknowledged", clock.day_of(now), actor=officer, now=now)
    assert case.due_on == date(2026, 12, 23)
    clock.correct(case, str(fact.id), on=None, reason="It never left", actor=officer, now=now)
    assert complaint.acknowledged_on(case) is None and case.due_on == date(2026, 12, 23)
    with pytest.raises(InvalidInput, match="before the day the complaint came"):
        clock.add_fact(case, "complaint_news", date(2026, 11, 1), actor=officer, now=now)
    db.session.rollback()
    other = factories.a_case(now=now)
    with pytest.raises(InvalidInput, match="no complaint"):
        clock.add_fact(other, "complaint_acknowledged", clock.day_of(now), actor=officer, now=now)


def _decided(case: Case, who: Actor, how: str, now: datetime) -> None:
    """Have somebody decide something in a request, in one of the ways there are."""
    if how == "identity":
        identity.settle(case, override="known for years", actor=who, now=now)
    elif how == "letter":
        letter_draft.begin(case, "extension", "Six schools have to be asked", actor=who, now=now)
    elif how == "withdrawn":
        cases.move(case, Action.WITHDRAW, actor=who, now=now, reason="on the telephone")
    else:
        clock.add_fact(case, "clarification_requested", clock.day_of(now), actor=who, now=now, reasons="Which?")
    db.session.commit()


@pytest.mark.parametrize("how", ["identity", "letter", "withdrawn", "question"])
def test_whoever_decided_anything_has_nothing_to_do_with_the_complaint(
    app: Flask, staff: Staff, now: datetime, how: str
) -> None:
    decider, other, manager = staff("officer"), staff("officer"), staff("manager")
    request = factories.a_case(now=now)
    _decided(request, decider, how, now)
    case = a_complaint(now, about=request)
    assert complaint.decided(case) == {decider.id}
    for act in (
        lambda: letter_draft.begin(case, "outcome-complaint", WORDS, result="none", actor=decider, now=now),
        lambda: letter_draft.begin(case, "progress", WORDS, actor=decider, now=now),
        lambda: _settled(case, decider, now),
        lambda: cases.assign(case, member(decider), version=case.version, actor=manager, now=now),
        lambda: cases.move(case, Action.WITHDRAW, actor=decider, now=now),
    ):  # fmt: skip
        with pytest.raises((NotAllowed, WrongState), match="decided on what this complaint is about"):
            act()
        db.session.rollback()
    row = letter_draft.begin(case, "outcome-complaint", WORDS, result="none", actor=other, now=now)
    db.session.commit()
    with pytest.raises(NotAllowed):
        letter_draft.save(case, row, subject="x", text=WORDS, version=row.version, actor=decider, now=now)
    with pytest.raises(NotAllowed):
        letter_draft.send(case, row, version=row.version, actor=decider, now=now)


def test_a_request_that_was_merged_brings_along_who_decided_on_the_other(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second = staff("officer"), staff("officer")
    kept, gone = answered(officer, second, now), factories.a_case(now=now)
    case = a_complaint(now, about=gone)
    assert complaint.decided(case) == frozenset()
    gone.merged_into = kept.id
    db.session.commit()
    assert complaint.decided(case) == {officer.id, second.id}


def _settled(case: Case, actor: Actor, now: datetime, request: Case | None = None) -> None:
    complaint.settle(
        case,
        kind=ComplaintKind.REVIEW,
        matter=Matter.ANSWER,
        about=About.REQUEST if request is not None else About.NONE,
        request=request,
        version=complaint.of(case).version,
        actor=actor,
        now=now,
    )


def test_a_link_taken_away_frees_nobody_and_work_handed_over_passes_by_who_decided(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second, manager = staff("officer"), staff("officer"), staff("manager")
    request = answered(officer, second, now)
    case = a_complaint(now, about=request)
    [(row, _far)] = link.links(case, actor=manager)
    link.unlink(case, row.id, reason="mistaken", actor=officer, now=now)
    assert complaint.decided(case) == {officer.id, second.id}
    third = staff("officer")
    cases.assign(case, member(third), version=case.version, actor=manager, now=now)
    with pytest.raises(InvalidInput, match=case.reference):
        work.hand_over(member(third), member(second), actor=manager, now=now)


@pytest.mark.parametrize("merged", [False, True])
def test_whoever_looks_into_a_complaint_is_not_handed_what_it_is_about(
    app: Flask, staff: Staff, now: datetime, merged: bool
) -> None:
    leaver, heir, manager = staff("officer"), staff("officer"), staff("manager")
    case = about = factories.a_case(now=now)
    if merged:
        about = factories.a_case(now=now)
        same = {"why": "The same letter.", "version": case.version, "away_version": about.version}
        merge.merge(case, about, **same, actor=manager, now=now)
    complaint_case = a_complaint(now, about=about)
    case.assigned_to, complaint_case.assigned_to = member(leaver).id, member(heir).id
    db.session.commit()
    with pytest.raises(InvalidInput, match=f"look into complaints about these: {case.reference}"):
        work.hand_over(member(leaver), member(heir), actor=manager, now=now)
    assert case.assigned_to == member(leaver).id
    complaint_case.assigned_to = None
    db.session.commit()
    assert work.hand_over(member(leaver), member(heir), actor=manager, now=now) == (1, 0)


def test_nothing_comes_of_a_complaint_before_it_is_said_what_it_is_about_and_who_decided_loses_it(
    app: Flask, staff: Staff, now: datetime
) -> None:
    officer, second, third = staff("officer"), staff("officer"), staff("officer")
    request = answered(officer, second, now)
    case = factories.a_case(now=now, right=Right.COMPLAINT, filed=complaint.Filed())
    with pytest.raises(WrongState, match="Say first which request"):
        letter_draft.begin(case, "outcome-complaint", WORDS, result="all", actor=third, now=now)
    cases.assign(case, member(officer), version=case.version, actor=officer, now=now)
    _settled(case, third, now, request)
    assert case.assigned_to is None and complaint.of(case).kind is ComplaintKind.REVIEW
    assert [each.id for each, _row in complaint.about_this(request, actor=third)] == [case.id]
    with pytest.raises(InvalidInput, match="the complaint itself"):
        _settled(case, third, now, case)


def test_an_upheld_complaint_reopens_the_request_as_its_letter_goes(app: Flask, staff: Staff, now: datetime) -> None:
    officer, second, third, manager = staff("officer"), staff("officer"), staff("officer"), staff("manager")
    request = answered(officer, second, now)
    case = a_complaint(now, about=request)
    with pytest.raises(InvalidInput, match="where something was wrong"):
        letter_draft.begin(case, "outcome-complaint", WORDS, result="none", reopen=True, actor=third, now=now)
    row = letter_draft.begin(
        case, "outcome-complaint", WORDS, result="part", done="We ask again.", reopen=True, actor=third, now=now
    )
    db.session.commit()
    with pytest.raises(NotAllowed):  # an officer may not reopen: nothing at all has happened
        letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=now)
    db.session.rollback()
    assert (case.status, request.status) == (Status.RECEIVED, Status.CLOSED)
    letter_draft.send(case, row, version=row.version, actor=manager, now=now)
    assert (case.status, request.status) == (Status.CLOSED, Status.REVIEWING)
    assert [fact.detail["result"] for fact in complaint.outcomes(case)] == ["part"]
    assert complaint.acknowledged_on(case) == clock.day_of(now)  # the outcome in thirty days is acknowledgement enough
    assert "Somebody who did not prepare the new answer checks it" in sealing.unseal(row)["text"]
    again = letter_draft.begin(request, "outcome-objection", WORDS, result="part", actor=officer, now=now)
    with pytest.raises(NotAllowed):
        letter_draft.send(request, again, version=again.version, actor=officer, now=now)
    letter_draft.send(request, again, version=again.version, actor=second, now=now)  # who checked the first one may


def test_an_open_request_is_not_reopened(app: Flask, staff: Staff, now: datetime) -> None:
    request = factories.a_case(now=now)
    case = a_complaint(now, about=request)
    with pytest.raises(InvalidInput, match="Only a request that is over"):
        letter_draft.begin(case, "outcome-complaint", WORDS, result="all", reopen=True, actor=staff("officer"), now=now)


def test_a_reference_of_another_council_or_of_nobody_is_about_nothing(app: Flask, now: datetime) -> None:
    request = factories.a_case(now=now)
    assert complaint.meant(request.reference, controller="northmoor") is not None
    assert complaint.meant(request.reference, controller="southmoor") is None
    assert complaint.meant(intake.new_reference(), controller="northmoor") is None
    assert complaint.meant(None, controller="northmoor") is None


def test_complaints_stay_linked_like_other_cases(app: Flask, now: datetime) -> None:
    request = factories.a_case(now=now)
    case = a_complaint(now, about=request)
    rows = db.session.query(link.LinkRow).all()
    assert [(row.kind, row.made_by) for row in rows] == [(LinkKind.RELATED, "service")]
    assert db.session.query(Fact).filter_by(case_id=case.id, kind="received").count() == 1
