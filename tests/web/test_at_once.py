"""Two people send a form in one instant: one thing is done, nothing of it is lost, and whoever comes second is told.

Each test has the second come when the first has done all but commit: see `tests/overlap.py`.
"""

import contextvars
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text, update

from sar_service.db import db
from sar_service.domain.actor import PUBLIC, Actor
from sar_service.domain.complaint import About
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, AuditHead, Case, Fact, Letter, Note, Pack, Task
from sar_service.services import case as cases
from sar_service.services import (
    clock,
    complaint,
    intake,
    letter_draft,
    pack_release,
    redaction_signoff,
    sealing,
    units,
    work,
)
from tests import factories, packs
from tests.browser import Visitor
from tests.overlap import Known, at_once, codes, count, one, sends, waits

NAME = "Morwenna Tregale"
Visit = Callable[..., Visitor]
Staff = Callable[..., Actor]


@pytest.fixture
def ready(app: Flask, sent: Any, staff: Staff, visit: Visit, now: datetime) -> tuple[Known, dict[str, Any], Actor]:
    """A case whose pack could go, what the form that lets it go holds, and who signed it."""
    officer, second = staff("officer"), staff("officer")
    signed = packs.signed_off(sent, officer=officer, second=second, now=now)
    pack = packs.built(signed, sent, actor=officer, now=now).id
    known = Known(packs.again(signed))
    compared = pack_release.goes_to(packs.again(signed))
    return known, {"pack": str(pack), "recipient_checked": "yes", "recipient": NAME, "compared": compared}, second


@pytest.mark.parametrize("deed", ["doubts identity", "decides otherwise", "changes the contact"])
def test_nothing_is_released_that_stopped_being_right_in_the_same_instant(
    app: Flask, ready: tuple[Known, dict[str, Any], Actor], visit: Visit, deed: str
) -> None:
    case, form, second = ready
    person = next(each for each in units.people_of(case.now()).values() if each.standing.value in packs.THEIRS)
    path, data = {
        "doubts identity": ("identity/doubt", {"reason": "A call from somebody else"}),
        "decides otherwise": (
            "people/decisions",
            {"person": str(person.id), "seen": f"{person.id}:{person.version}", "treatment": "show", "reason": "Asked"},
        ),
        "changes the contact": (
            "identity/contact",
            {"name": NAME, "email": "new@example.org", "version": str(case.version)},
        ),
    }[deed]
    doubting, releasing = visit("officer"), visit(second)
    came = at_once(
        app, sends(doubting, f"{case.page}/{path}", **data), sends(releasing, f"{case.page}/pack/release", **form)
    )
    assert codes(came) == [302, 409]
    assert case.now().status is Status.READY
    assert db.session.get_one(Pack, uuid.UUID(form["pack"])).released_at is None


def test_what_is_decided_as_it_is_signed_is_not_signed(
    app: Flask, sent: Any, staff: Staff, visit: Visit, now: datetime
) -> None:
    officer, second = staff("officer"), staff("officer")
    found = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    packs.decide_all(found, actor=officer, now=now)
    sending = redaction_signoff.submit(found, actor=officer, now=now)
    if sending is None:
        packs.decide_all(found, actor=officer, now=now)
        sending = redaction_signoff.submit(found, actor=officer, now=now)
    assert sending is not None
    db.session.commit()
    case, digest = Known(found), sending.digest
    person = next(each for each in units.people_of(case.now()).values() if each.standing.value in packs.THEIRS)
    changed = {
        "person": str(person.id),
        "seen": f"{person.id}:{person.version}",
        "treatment": "show",
        "reason": "Asked",
    }
    came = at_once(
        app,
        sends(visit(officer), f"{case.page}/people/decisions", **changed),
        sends(visit(second), f"{case.page}/sign-off/sign", digest=digest, note=""),
    )
    assert codes(came) == [302, 409]
    assert case.now().status is Status.AWAITING_SIGNOFF
    assert cases.situation(case.now()).changed_since_signoff


def test_a_case_is_taken_by_one(app: Flask, visit: Visit, staff: Staff, now: datetime) -> None:
    case, first = one(now), staff("officer")
    form = {"member": "me", "version": str(case.version)}
    path = f"{case.page}/assignment"
    came = at_once(app, sends(visit(first), path, **form), sends(visit("officer"), path, **form))
    assert codes(came) == [302, 409]
    assert str(case.now().assigned_to) == first.id


def test_work_is_handed_over_but_for_what_was_given_away_in_that_instant(
    app: Flask, visit: Visit, staff: Staff, now: datetime
) -> None:
    manager, leaver, heir = staff("manager"), staff("officer"), staff("officer")
    theirs = [one(now) for _ in range(3)]
    for each in theirs:
        case = each.now()
        case.assigned_to = uuid.UUID(leaver.id)
        work.add_task(case, "Ring the school", due_on=date(2026, 12, 1), member=None, actor=leaver, now=now)
        db.session.commit()
    given = {"member": manager.id, "version": str(theirs[1].now().version)}
    came = at_once(
        app,
        sends(visit(manager), f"{theirs[1].page}/assignment", **given),
        sends(visit(staff("manager")), "/managers/workload/hand-over", leaver=leaver.id, to=heir.id),
    )
    assert codes(came) == [302, 302]
    assert [str(each.now().assigned_to) for each in theirs] == [heir.id, manager.id, heir.id]
    assert count(Task, Task.assigned_to == uuid.UUID(heir.id)) == 3


@pytest.mark.parametrize("kind", ["clarification_requested", "extension_notice"])
def test_a_fact_is_recorded_once_and_the_clock_agrees(app: Flask, visit: Visit, now: datetime, kind: str) -> None:
    case = one(now)
    form = {"kind": kind, "on": "2026-11-23", "reasons": "Many files", "version": str(case.version)}
    came = at_once(app, *(sends(visit("officer"), f"{case.page}/facts", **form) for _ in range(2)))
    assert codes(came) == [302, 409]
    found = case.now()
    assert [fact.kind for fact in found.facts] == ["received", kind]
    assert (found.due_on, found.clock_state) == (clock.reckon(found).due, clock.reckon(found).state)


def test_a_fact_is_corrected_once(app: Flask, visit: Visit, staff: Staff, now: datetime) -> None:
    officer = staff("officer")
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    for kind, on in (("identity_requested", date(2026, 11, 3)), ("identity_received", date(2026, 11, 20))):
        clock.add_fact(made, kind, on, actor=officer, now=now)
    wrong = str(next(fact.id for fact in made.facts if fact.kind == "identity_requested"))
    db.session.commit()
    case = Known(made)
    form = {"entry": wrong, "what": "day", "reason": "The wrong day", "version": str(case.version)}
    path = f"{case.page}/facts/correction"
    came = at_once(
        app, *(sends(visit("officer"), path, **form, on=on) for on in ("2026-11-04", "2026-11-05"))
    )  # fmt: skip
    assert codes(came)[0] == 302
    assert codes(came)[1] in (400, 409)
    assert [str(each.on) for each in clock.standing_facts(case.now()) if each.kind == "identity_requested"] == [
        "2026-11-04"
    ]
    assert count(Fact, Fact.corrects == uuid.UUID(wrong)) == 1


def test_a_letter_is_begun_once_and_sent_once(
    app: Flask, visit: Visit, staff: Staff, sent: Any, outbox: list[Any], now: datetime
) -> None:
    case = one(now)
    sent.work()
    before = len(outbox)
    first, second = visit("officer"), visit("officer")
    form = {"kind": "progress", "reason": "We are still looking"}
    came = at_once(app, *(sends(each, f"{case.page}/letters", **form) for each in (first, second)))
    assert codes(came) == [302, 409]
    assert count(Letter, Letter.kind == "progress") == 1
    row = db.session.scalars(select(Letter).where(Letter.kind == "progress")).one()
    told = sealing.unseal(row)
    form = {"do": "send", "subject": told["subject"], "text": told["text"], "version": str(row.version)}
    path = f"{case.page}/letters/{row.id}"
    came = at_once(app, *(sends(each, path, **form) for each in (first, second)))
    assert codes(came) == [302, 409]
    sent.work()
    assert len(outbox) == before + 1


def test_a_letter_is_posted_once(app: Flask, visit: Visit, now: datetime) -> None:
    one(now, requester={"name": NAME, "email": "", "address": "4 Quarry Lane, Northmoor"})
    row = db.session.scalars(select(Letter).where(Letter.state == "to_post")).one()
    form = {"do": "posted", "letter": str(row.id)}
    came = at_once(app, *(sends(visit("officer"), "/staff/post", **form) for _ in range(2)))
    assert codes(came) == [302, 409]
    assert "Somebody else has posted one of these letters" in came[1].text
    assert count(AuditEvent, AuditEvent.verb == "posted a letter") == 1


def test_a_letter_that_two_people_print_is_given_to_one_of_them(app: Flask, visit: Visit, now: datetime) -> None:
    one(now, requester={"name": NAME, "email": "", "address": "4 Quarry Lane, Northmoor"})
    row = db.session.scalars(select(Letter).where(Letter.state == "to_post")).one()
    form = {"do": "print", "letter": str(row.id)}
    came = at_once(app, *(sends(visit("officer"), "/staff/post", **form) for _ in range(2)))
    assert codes(came) == [200, 409]
    assert came[0].mimetype == "application/pdf" and "Somebody else has printed" in came[1].text
    assert count(AuditEvent, AuditEvent.verb == "printed a letter") == 1


def test_a_form_with_one_key_does_one_thing_and_is_answered_alike(
    app: Flask, visit: Visit, staff: Staff, now: datetime
) -> None:
    case, officer = one(now), staff("officer")
    form = {"text": "Rang them back.", "idempotency_key": "pressed-twice"}
    came = at_once(app, *(sends(visit(officer), f"{case.page}/notes", **form) for _ in range(2)))
    assert codes(came) == [302, 302]
    assert came[0].location == came[1].location
    assert count(Note) == 1


def test_a_complaint_comes_in_as_its_request_ends(app: Flask, visit: Visit, now: datetime) -> None:
    case, manager = one(now), visit("manager")

    def complains() -> str:
        with app.app_context():
            request = complaint.meant(case.reference, controller="northmoor")
            filed = complaint.Filed(about=About.REQUEST, request=request)
            made = intake.submit(
                factories.a_request(now=now, right=Right.COMPLAINT, filed=filed), actor=PUBLIC, now=now
            )
            db.session.commit()
            return str(made.id)

    end = sends(
        manager, f"{case.page}/move", action="withdraw", reason="Said so on the telephone", version=str(case.version)
    )
    ended, made = at_once(app, end, complains)
    assert codes([ended]) == [302]
    found = db.session.get_one(Case, uuid.UUID(made))
    assert complaint.about(found) == case.now()
    assert case.now().status is Status.WITHDRAWN


def test_a_letter_that_left_is_noted_whatever_is_done_with_its_case(
    app: Flask, visit: Visit, staff: Staff, outbox: list[Any], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would go again: the job's own note is refused, its lease runs out and the sweep sends it once more."""
    from workers.jobs import letter as job

    # that the acknowledgement left moves the day, where a council holds itself to news after it
    monkeypatch.setattr(clock, "complaint_aims", lambda _case: {"news_days": 14, "outcome_days": 60})
    case = one(now, right=Right.COMPLAINT)
    waiting = db.session.scalars(select(Letter).where(Letter.case_id == case.id)).one().id
    officer = staff("officer")
    taking = sends(visit(officer), f"{case.page}/assignment", member="me", version=str(case.version))
    came = at_once(app, taking, lambda: job.run(str(waiting)))
    assert codes(came) == [302, None]
    assert db.session.get_one(Letter, waiting).state == "sent"
    assert len(outbox) == 1
    found = case.now()
    assert str(found.assigned_to) == officer.id
    assert complaint.acknowledged_on(found) is not None


def test_a_draft_is_written_in_by_one_and_the_other_keeps_what_they_typed(
    app: Flask, visit: Visit, staff: Staff, now: datetime
) -> None:
    case, officer = one(now), staff("officer")
    row = letter_draft.begin(case.now(), "progress", "We are still looking", actor=officer, now=now)
    db.session.commit()
    told, path = sealing.unseal(row), f"{case.page}/letters/{row.id}"
    form = {"do": "save", "subject": told["subject"], "version": str(row.version)}
    came = at_once(
        app, *(sends(visit("officer"), path, **form, text=f"{told['text']}\n{words}") for words in ("Mine.", "Yours."))
    )
    assert codes(came) == [302, 409]
    assert "Yours." in came[1].text
    assert "Mine." in came[1].text


def test_what_the_database_itself_refuses_is_said_and_what_was_typed_is_shown(
    app: Flask, visit: Visit, now: datetime
) -> None:
    """On PostgreSQL two that wait for each other, of which it ends one; on SQLite somebody who writes for too long."""
    case = one(now)
    writes = sends(visit("officer"), f"{case.page}/notes", text="She would rather be rung in the evening.")
    db.session.remove()
    with db.engine.connect() as other, other.begin():
        other.execute(update(AuditHead).values(number=AuditHead.number))
        if db.engine.dialect.name == "postgresql":
            other.execute(text("SET LOCAL deadlock_timeout = '100s'"))
        with ThreadPoolExecutor(1) as beside, _impatient():
            answer = beside.submit(lambda: contextvars.Context().run(writes))
            if db.engine.dialect.name == "postgresql":
                while not waits():
                    pass
                other.execute(update(Case).where(Case.id == case.id).values(nation=Case.nation))
            came = answer.result()
    assert came.status_code == 409
    assert "She would rather be rung in the evening." in came.text
    assert "Send it again" in came.text
    assert count(Note) == 0


@contextmanager
def _impatient() -> Iterator[None]:
    """Nobody waits long for SQLite meanwhile."""

    def hurry(connection: Any, _record: Any, _proxy: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA busy_timeout=50")
        else:  # the one who sent the form is to be ended, however slow the machine
            connection.execute("SET LOCAL deadlock_timeout = '3s'")

    def wait(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA busy_timeout=30000")

    event.listen(db.engine, "checkout", hurry)
    event.listen(db.engine, "checkin", wait)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", hurry)
        event.remove(db.engine, "checkin", wait)
