"""What a fact or a correction would do is shown before it is done, and showing it changes nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from sar_service.db import db
from sar_service.models import AuditEvent, Case, Letter
from tests import factories
from tests.browser import Visitor


def state(case_id: object) -> tuple[object, ...]:
    db.session.rollback()
    case = db.session.get_one(Case, case_id)
    written = db.session.scalar(select(func.count()).select_from(AuditEvent).where(~AuditEvent.verb.like("viewed %")))
    return (
        case.due_on,
        case.clock_state,
        case.version,
        len(case.facts),
        written,
        len(db.session.scalars(select(Letter)).all()),
    )


def test_a_fact_is_tried_out(visit: Callable[..., Visitor], now: datetime) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    identity, officer = made.id, visit("officer")
    before = state(identity)
    officer.get(f"/staff/cases/{made.reference}/facts")
    typed = {"kind": "extension_notice", "on": "2026-11-23", "reasons": "Very many files", "send": "yes", "try": "yes"}
    page = officer.send(typed, form="Record it")
    assert page.status_code == 200
    assert "Due on 2 February 2027, instead of 2 December 2026" in page.text
    assert "Nothing has been recorded yet" in page.text and "Very many files" in page.text
    assert state(identity) == before
    officer.send({name: value for name, value in typed.items() if name != "try"}, form="Record it")
    assert state(identity)[0] == before[0]  # the letter is written, and is the notice once it has gone
    officer.send({"do": "send"}, form="Send it")
    assert state(identity)[0] == date(2027, 2, 2)


def test_a_pause_is_tried_out_and_what_cannot_be_is_refused_as_it_would_be(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    identity, officer = made.id, visit("officer")
    before = state(identity)
    officer.get(f"/staff/cases/{made.reference}/facts")
    asked = {"kind": "clarification_requested", "on": "2026-11-05", "reasons": "Which school?", "try": "yes"}
    assert "There would be no due date" in officer.send(asked, form="Record it").text
    answered = {"kind": "clarification_received", "on": "2026-11-05", "try": "yes"}
    page = officer.send(answered, form="Record it")
    assert page.status_code == 400 and "no open question" in page.text
    assert state(identity) == before


def test_a_correction_is_tried_out(visit: Callable[..., Visitor], now: datetime) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 23))
    identity, entry, officer = made.id, str(made.facts[0].id), visit("officer")
    before = state(identity)
    officer.get(f"/staff/cases/{made.reference}/facts")
    typed = {"entry": entry, "on": "2026-11-20", "reason": "It lay in the post room", "try": "yes"}
    page = officer.send(typed, form="Correct it")
    assert "Due on 21 December 2026, instead of 23 December 2026" in page.text
    assert "It lay in the post room" in page.text
    assert state(identity) == before


def test_several_things_are_supposed_at_once_days_to_come_included(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    identity, entry, officer = made.id, str(made.facts[0].id), visit("officer")
    before = state(identity)
    path = f"/staff/cases/{made.reference}/what-if"
    assert officer.get(path).status_code == 200
    supposed = {
        f"on-{entry}": "2026-11-05",
        "kind-1": "clarification_received", "on-1": "2026-12-01",
        "kind-2": "clarification_requested", "on-2": "2026-11-24",
        "kind-3": "identity_requested", "on-3": "2026-11-06",
        "kind-4": "identity_received", "on-4": "2026-11-09",
    }  # fmt: skip
    page = officer.send(supposed, form="Work it out")
    assert page.status_code == 200
    assert "Due on 17 December 2026, instead of 2 December 2026." in page.text  # 9 December and 8 days
    assert "They were told 2 December 2026" in page.text
    assert "The time begins on Monday 9 November 2026" in page.text
    assert 'value="2026-12-01"' in page.text  # what was supposed stays in the form
    assert state(identity) == before
    officer.get(path)
    page = officer.send({"kind-1": "clarification_received", "on-1": "2026-11-24"}, form="Work it out")
    assert page.status_code == 400 and "no open question" in page.text
    assert officer.send({"kind-1": ""}, form="Work it out").status_code == 400
    assert state(identity) == before


def test_what_is_on_file_can_be_thought_away(visit: Callable[..., Visitor], now: datetime) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    identity, officer = made.id, visit("officer")
    officer.get(f"/staff/cases/{made.reference}/facts")
    officer.send({"kind": "clarification_requested", "on": "2026-11-05", "reasons": "Which school?"}, form="Record it")
    officer.get(f"/staff/cases/{made.reference}/facts")
    officer.send({"kind": "clarification_received", "on": "2026-11-09"}, form="Record it")
    before = state(identity)
    gone = {f"gone-{fact.id}": "yes" for fact in db.session.get_one(Case, identity).facts[1:]}
    officer.get(f"/staff/cases/{made.reference}/what-if")
    page = officer.send(gone, form="Work it out")
    assert "Due on 2 December 2026, instead of 7 December 2026." in page.text
    assert state(identity) == before


def test_what_is_supposed_of_one_day_happens_in_the_order_in_which_it_was_written(
    app: Flask, visit: Callable[..., Visitor], now: datetime
) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 2))
    officer, asked, came = visit("officer"), "clarification_requested", "clarification_received"
    supposed = [(asked, "2026-11-05"), (came, "2026-11-10"), (asked, "2026-11-10")]  # they answer, and are asked again
    officer.get(f"/staff/cases/{made.reference}/what-if")
    rows = [{f"kind-{at}": kind, f"on-{at}": on} for at, (kind, on) in enumerate(supposed, 1)]
    page = officer.send(rows[0] | rows[1] | rows[2], form="Work it out")
    assert "There would be no due date" in page.text
    for minute, (kind, on) in enumerate(supposed):
        app.config["NOW"] = lambda passed=timedelta(minutes=minute): now + passed
        officer.get(f"/staff/cases/{made.reference}/facts")
        officer.send({"kind": kind, "on": on, "reasons": "Which school?"}, form="Record it")
    assert state(made.id)[:2] == (None, "paused")
