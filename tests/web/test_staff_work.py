"""Notes, tasks, flags and links: kept beside a case, once each, by whoever may see it."""

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
from sar_service.domain.errors import InvalidInput, NotAllowed
from sar_service.domain.lifecycle import Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.domain.work import Flag, LinkKind
from sar_service.models import Case, LinkRow, Member, Note, Task
from sar_service.services import audit, clock, complaint, intake, link, work
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]


def opened(visit: Visit, officer: Actor, case: Case) -> tuple[Visitor, str]:
    visitor, path = visit(officer), f"/staff/cases/{case.reference}/work"
    visitor.get(path)
    return visitor, path


def member(actor: Actor) -> Member:
    return db.session.get_one(Member, uuid.UUID(actor.id))


def test_a_note_is_kept_sealed_and_shown_with_who_wrote_it(visit: Visit, officer: Actor, case: Case) -> None:
    visitor, _ = opened(visit, officer, case)
    page = visitor.send(
        {"text": "She rang from a <b>friend's</b> phone.\n\nRing back on Friday."}, form="Keep the note"
    )
    assert "She rang from a &lt;b&gt;friend" in page.text and "Ring back on Friday." in page.text
    db.session.rollback()
    row = db.session.scalars(select(Note)).one()
    assert b"Friday" not in row.sealed
    assert row.written_by == officer.label
    assert all("Friday" not in str(event.detail) for event in audit.timeline(case.id))


def test_what_is_sent_again_after_going_back_is_there_once(
    app: Flask, visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    visitor, path = opened(visit, officer, case)
    for minutes in range(3):
        app.config["NOW"] = lambda minutes=minutes: now + timedelta(minutes=minutes)
        visitor.get(path)  # a browser that goes back loads the page anew, with a key of its own
        visitor.send({"text": "She rang."}, form="Keep the note")
        visitor.get(path)
        visitor.send({"what": "Ring back", "due_on": "2026-12-04"}, form="Add the task")
    db.session.rollback()
    assert len(db.session.scalars(select(Note)).all()) == len(db.session.scalars(select(Task)).all()) == 1
    visitor.get(path)
    visitor.send({"what": "Ring back", "due_on": "2026-12-05"}, form="Add the task")
    db.session.rollback()
    assert len(db.session.scalars(select(Task)).all()) == 2


def test_the_same_words_on_another_day_are_another_note(
    app: Flask, visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    visitor, path = opened(visit, officer, case)
    for days in range(2):
        app.config["NOW"] = lambda days=days: now + timedelta(days=days)
        visitor.sign_in(officer)
        visitor.get(path)
        visitor.send({"text": "Rang, no answer."}, form="Keep the note")
    db.session.rollback()
    assert len(db.session.scalars(select(Note)).all()) == 2


def test_the_same_words_of_somebody_else_and_the_same_task_once_it_was_done_are_others(
    visit: Visit, officer: Actor, case: Case
) -> None:
    for each in (visit(officer), visit("officer")):
        each.get(f"/staff/cases/{case.reference}/work")
        each.send({"text": "Rang, no answer."}, form="Keep the note")
    visitor, path = opened(visit, officer, case)
    for _ in range(2):
        visitor.get(path)
        visitor.send({"what": "Ring back", "due_on": "2026-12-04"}, form="Add the task")
        for row in db.session.scalars(select(Task)):
            row.outcome = "done"
        db.session.commit()
    assert len(db.session.scalars(select(Note)).all()) == len(db.session.scalars(select(Task)).all()) == 2


@pytest.mark.parametrize(("written", "says"), [("", "Write the note first"), ("x" * 20_001, "at most 20000")])
def test_an_empty_or_endless_note_is_named(visit: Visit, officer: Actor, case: Case, written: str, says: str) -> None:
    visitor, _ = opened(visit, officer, case)
    page = visitor.send({"text": written}, form="Keep the note")
    assert page.status_code == 400 and says in page.text


def test_flags_are_on_every_page_of_the_case_and_come_off_again(visit: Visit, officer: Actor, case: Case) -> None:
    reference = case.reference
    visitor, path = opened(visit, officer, case)
    visitor.send({"flag": ["safe_address", "care_leaver", "no such flag"]}, form="Keep the flags")
    for page in ("", "/identity", "/work"):
        text = visitor.get(f"/staff/cases/{reference}{page}").text
        assert "Domestic abuse or a safe address" in text[text.index("sar-flags") :].partition("</p>")[0], page
    visitor.get(path)
    visitor.send({"flag": ["care_leaver"]}, form="Keep the flags")
    db.session.rollback()
    assert work.flags([packs.again(case)]) == {case.id: [Flag.CARE_LEAVER]}


def test_a_task_is_done_once_and_says_by_whom(visit: Visit, officer: Actor, case: Case, now: datetime) -> None:
    visitor, path = opened(visit, officer, case)
    day = clock.day_of(now) + timedelta(days=3)
    page = visitor.send(
        {"what": "Ring the school", "due_on": day.isoformat(), "member": officer.id}, form="Add the task"
    )
    assert "Ring the school" in page.text and "To do" in page.text
    form = next(each for each in visitor.forms() if each["fields"].get("form", "").startswith("end-"))
    visitor.post(form["action"], {**form["fields"], "outcome": "done"})
    assert "Done" in visitor.get(path).text
    again = visitor.post(form["action"], {**form["fields"], "idempotency_key": "another", "outcome": "dropped"})
    assert again.status_code == 409 and "ended this task already" in again.text
    db.session.rollback()
    row = db.session.scalars(select(Task)).one()
    assert (row.outcome, row.ended_by) == ("done", officer.label)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"what": ""}, "Say what has to be done"),
        ({"what": "x" * 501}, "at most 500"),
        ({"due_on": "31/02/2026"}, "Enter a date"),
        ({"due_on": "2001-01-01"}, "has passed"),
        ({"due_on": "2999-01-01"}, "three years away"),
        ({"member": str(uuid.UUID(int=7))}, "Choose who does it"),
        ({"member": "me"}, "Choose who does it"),
    ],
)
def test_a_task_that_cannot_be_is_named_and_what_was_typed_stays(
    visit: Visit, officer: Actor, case: Case, changes: dict[str, str], says: str, now: datetime
) -> None:
    visitor, _ = opened(visit, officer, case)
    typed = {"what": "Ring the school", "due_on": clock.day_of(now).isoformat(), "member": ""}
    page = visitor.send({**typed, **changes}, form="Add the task")
    assert page.status_code == 400 and says in page.text
    db.session.rollback()
    assert db.session.scalars(select(Task)).all() == []


def test_two_cases_are_linked_once_seen_from_both_and_unlinked_with_a_reason(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    other = factories.a_case(now=now, subject={"given_name": "Jago", "date_of_birth": "2010-01-01"})
    mine, theirs = case.reference, other.reference
    visitor, path = opened(visit, officer, case)
    for _ in range(2):
        visitor.get(path)
        visitor.send({"other": theirs.lower(), "kind": "related"}, form="Link them")
    db.session.rollback()
    assert len(db.session.scalars(select(LinkRow)).all()) == 1
    assert mine in visitor.get(f"/staff/cases/{theirs}/work").text
    form = next(each for each in visitor.forms() if each["fields"].get("form", "").startswith("unlink-"))
    assert visitor.post(form["action"], form["fields"]).status_code == 400  # a reason is needed
    visitor.post(form["action"], {**form["fields"], "idempotency_key": "again", "reason": "wrong case"})
    db.session.rollback()
    assert db.session.scalars(select(LinkRow)).all() == []


def test_a_linked_case_is_called_what_it_turned_out_to_be(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    other = factories.a_case(now=now)
    link.link(case, other, LinkKind.RELATED, actor=officer, now=now)
    other.status, other.redirected_as = Status.REDIRECTED, Route.FOI
    db.session.commit()
    _, path = opened(visit, officer, packs.again(case))
    for page in (path, path.removesuffix("/work")):
        text = visit(officer).get(page).text
        assert "Freedom of information, Sent elsewhere" in " ".join(text.split())


@pytest.mark.parametrize("typed", ["", "ABCDE", "itself", "nobody's"])
def test_a_link_with_what_is_no_other_case_is_named(visit: Visit, officer: Actor, case: Case, typed: str) -> None:
    given = {"itself": case.reference, "nobody's": "AAAAA-AAAAA-AAAAA"}.get(typed, typed)
    visitor, _ = opened(visit, officer, case)
    page = visitor.send({"other": given, "kind": "related"}, form="Link them")
    assert page.status_code == 400 and 'id="link-other-error"' in page.text and f'value="{given}"' in page.text


def test_somebody_else_s_restricted_case_is_linked_and_not_told(
    staff: packs.Made, visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    other = factories.a_case(now=now, subject={"given_name": "Jago", "family_name": "Secretname"})
    other.restricted = True
    link.link(case, other, LinkKind.RELATED, actor=staff("manager"), now=now)
    db.session.commit()
    hidden = packs.again(other).reference
    page = visit(officer).get(f"/staff/cases/{packs.again(case).reference}/work")
    assert "A case that you may not see" in page.text
    assert hidden not in page.text and "Secretname" not in page.text


def test_all_work_of_somebody_who_leaves_is_handed_over_at_once(
    staff: packs.Made, officer: Actor, now: datetime
) -> None:
    manager, heir = staff("manager"), staff("officer")
    rows = [factories.a_case(now=now) for _ in range(3)]
    for row in rows:
        row.assigned_to = uuid.UUID(officer.id)
    rows[2].status = Status.CLOSED
    work.add_task(rows[0], "Ring", due_on=clock.day_of(now), member=member(officer), actor=officer, now=now)
    db.session.commit()
    with pytest.raises(NotAllowed):
        work.hand_over(member(officer), member(heir), actor=officer, now=now)
    with pytest.raises(InvalidInput):
        work.hand_over(member(officer), member(officer), actor=manager, now=now)
    assert work.hand_over(member(officer), member(heir), actor=manager, now=now) == (2, 1)
    db.session.commit()
    assert [str(packs.again(row).assigned_to) for row in rows] == [heir.id, heir.id, officer.id]
    assert [what for _, _, what in work.open_tasks(heir, today=clock.day_of(now))[0]] == ["Ring"]
    assert work.open_tasks(officer, today=clock.day_of(now)) == ([], 0)
    counted: dict[Any, Any] = work.workload(manager, today=clock.day_of(now))
    assert counted == {uuid.UUID(heir.id): (2, 0)}


def test_long_lists_are_told_with_their_ends(
    visit: Visit, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [factories.a_case(now=now) for _ in range(3)]
    for what in ("Ring", "Write", "Ask"):
        work.add_task(rows[0], what, due_on=clock.day_of(now), member=member(officer), actor=officer, now=now)
    db.session.commit()
    visitor = visit(officer)
    page = visitor.get("/staff/")
    assert "3 requests" in page.text and "3 tasks are for you" in page.text and "These are the next" not in page.text
    monkeypatch.setattr("sar_service.services.case.MOST_LISTED", 2)
    monkeypatch.setattr("sar_service.services.work.SHOWN", 2)
    page = visitor.get("/staff/?page=7")
    assert "More than 2 requests" in page.text and "The first 2 are listed" in page.text
    page = visitor.get("/staff/")
    assert "3 tasks are for you" in page.text and "These are the next 2 by their day" in page.text
    assert page.text.count("#task-") == 2


def test_finding_a_case_shows_it_and_puts_no_name_into_an_address(visit: Visit, officer: Actor, case: Case) -> None:
    visitor, reference = visit(officer), case.reference
    visitor.get("/staff/find")
    page = visitor.send({"words": "tregail morwenna"}, form="Find")
    assert reference in page.text and "1 case found" in page.text
    assert page.request.query_string == b""
    assert visitor.send({"words": reference}, form="Find").request.path.endswith(reference)


def test_a_name_whose_letters_could_be_those_of_a_reference_is_found(
    visit: Visit, officer: Actor, staff: packs.Made, now: datetime
) -> None:
    name = "Samantha Tregale"
    assert intake.tidy_reference(name) == "SAMAN-THATR-EGALE"  # by chance, as of one in some thirty of such a length
    case = factories.a_case(now=now, subject={"given_name": "Samantha", "family_name": "Tregale"})
    visitor, reference = visit(officer), case.reference
    visitor.get("/staff/find")
    assert reference in visitor.send({"words": name}, form="Find").text
    other = visit(staff("officer", controllers=["southmoor"]))
    other.get("/staff/find")
    page = other.send({"words": reference}, form="Find")  # whole, and of a case that they may not see
    assert page.status_code == 200 and page.request.path == "/staff/find"


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "x" * 10_000])
def test_what_nothing_can_be_found_by_is_named(visit: Visit, officer: Actor, typed: str) -> None:
    visitor = visit(officer)
    visitor.get("/staff/find")
    assert visitor.send({"words": typed}, form="Find").status_code == 400


def test_work_goes_only_to_those_who_may_see_it(visit: Visit, staff: packs.Made, case: Case, now: datetime) -> None:
    """An administrator reads nobody's file: a case given to one would be seen by nobody who has to answer it."""
    manager, reference, key = staff("manager"), case.reference, case.id
    others = [staff("administrator", name="Ada Keeper"), staff("auditor", name="Odo Watcher")]
    visitor = visit(manager)
    for page in (f"/staff/cases/{reference}", f"/staff/cases/{reference}/work", "/managers/teams"):
        text = visitor.get(page).text
        assert "Ada Keeper" not in text and "Odo Watcher" not in text, page
    for other in others:
        visitor.get(f"/staff/cases/{reference}")
        answer = visitor.send({"member": other.id}, form="Hand it on")
        assert "does not work on this council" in answer.text
        held = db.session.get_one(Case, key)
        assert held.assigned_to is None
        with pytest.raises(InvalidInput):
            work.add_task(held, "Ring", due_on=clock.day_of(now), member=member(other), actor=manager, now=now)
        with pytest.raises(InvalidInput):
            work.hand_over(member(manager), member(other), actor=manager, now=now)


def test_work_of_somebody_who_can_no_longer_sign_in_is_pointed_out_and_handed_over(
    visit: Visit, staff: packs.Made, officer: Actor, case: Case
) -> None:
    manager, heir, key = staff("manager"), staff("officer"), case.id
    case.assigned_to = uuid.UUID(officer.id)
    member(officer).active = False
    db.session.commit()
    assert "Who has it can no longer work on it" in visit(heir).get("/staff/").text
    visitor = visit(manager)
    page = visitor.get("/managers/workload")
    assert "(can no longer sign in)" in page.text
    page = visitor.send({"leaver": officer.id, "to": heir.id}, form="Hand it over")
    assert "Handed over: 1 case and 0 tasks." in page.text
    assert str(db.session.get_one(Case, key).assigned_to) == heir.id
    assert "can no longer work on it" not in visit(heir).get("/staff/").text


def test_a_complaint_is_not_offered_to_who_decided_on_what_it_is_about(
    visit: Visit, staff: packs.Made, officer: Actor, case: Case, now: datetime
) -> None:
    factories.with_identity(case, actor=officer, now=now)
    filed = complaint.Filed(request=case, about=About.REQUEST)
    about = factories.a_case(now=now, right=Right.COMPLAINT, filed=filed)
    path = f"/staff/cases/{about.reference}"
    assert "Take it myself" in visit("officer").get(path).text
    page = visit(officer).get(path)
    assert "Take it myself" not in page.text and "somebody else takes it" in page.text
    page = visit("manager").get(path)
    assert f'value="{officer.id}"' not in page.text
