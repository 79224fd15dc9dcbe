"""A due date that changed after the person was told it: by a correction, or because the holidays changed."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.holidays import PublishedHolidays
from sar_service.db import db
from sar_service.domain.clock_steps import FOR_STAFF, SENTENCES
from sar_service.domain.holidays import ExtraHoliday
from sar_service.extensions import KEY
from sar_service.models import AuditEvent, Case, StaffMail
from sar_service.services import clock, clock_renew, identity, letter, reminder, sealing
from sar_service.web.staff.case import WARNINGS
from tests import factories
from tests.browser import Visitor


def test_who_was_told_another_date_is_told_the_new_one_with_the_reason(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    made = factories.a_case(now=now, received_on=date(2026, 11, 20))
    key, entry, officer = made.id, str(made.facts[0].id), visit("officer")
    facts = f"/staff/cases/{made.reference}/facts"
    assert "told another date" not in officer.get(facts).text
    officer.send(
        {"entry": entry, "on": "2026-11-18", "reason": "It lay with the school of Tristram"}, form="Correct it"
    )
    assert made.reference in officer.get("/staff/?due=told").text
    assert "Told another date</strong>" in officer.get("/staff/").text
    page = officer.get(f"/staff/cases/{made.reference}").text
    assert "they have our answer by 21 December 2026. It is due on 18 December 2026 now" in page
    assert "from 21 Dec 2026 to 18 Dec 2026" in page and "Tristram" in page  # old, new and why, in the history
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "due date changed")).all()
    assert "Received on Wednesday 18 November 2026." in events[-1].detail["steps"]
    assert "Tristram" not in json.dumps([event.detail for event in events])
    assert officer.get(f"/staff/cases/{made.reference}/letters/new?kind=new-date").status_code == 200
    officer.send({"kind": "new-date", "reason": "We counted from the wrong day"}, form="Look at the letter")
    officer.send({"do": "send"}, form="Send it")
    assert "told another date" not in officer.get(f"/staff/cases/{made.reference}").text
    assert "No request fits" in officer.get("/staff/?due=told").text
    assert "Told another date</strong>" not in officer.get("/staff/").text
    case = db.session.get_one(Case, key)
    text = next(sealing.unseal(row)["text"] for row in letter.letters(case) if row.kind == "new-date")
    assert "by Friday 18 December 2026 at the latest. Earlier we told you Monday 21 December 2026." in text
    assert "We counted from the wrong day" in text and "1. Received on Wednesday 18 November 2026." in text


def test_when_a_holiday_is_proclaimed_the_moved_dates_are_listed_until_they_were_seen(
    app: Flask, visit: Callable[..., Visitor], staff: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving, staying = (factories.a_case(now=now, received_on=date(2026, 11, day)) for day in (17, 18))
    references = moving.reference, staying.reference
    officer = staff("officer")
    moving.assigned_to = uuid.UUID(officer.id)
    db.session.commit()
    manager = visit("manager")
    assert "No date has moved" in manager.get("/managers/moved-dates").text
    runtime = app.extensions[KEY]
    extra = [ExtraHoliday(on=date(2026, 12, 17), nation="england-and-wales", name="Day of mourning")]
    monkeypatch.setitem(app.extensions, KEY, replace(runtime, holidays=PublishedHolidays(extra)))
    for _ in range(2):  # once is enough, and a second time lists nothing twice
        clock_renew.refresh_open(now=now)
        db.session.commit()
    page = manager.get("/managers/moved-dates").text
    assert page.count(references[0]) == 2 and references[1] not in page  # the address and the word
    assert "17 December 2026 is a holiday: Day of mourning." in page
    assert "Dates that moved (1)" in page
    assert "Day of mourning. Found on 23 November 2026." in page
    reminder.digest(now=now + timedelta(days=1))
    mails = db.session.scalars(select(StaffMail)).all()
    said = f"{references[0]}: due Friday 18 December 2026, no longer Thursday 17 December 2026"
    assert sorted(mail.member_id for mail in mails if said in mail.text) == sorted(
        uuid.UUID(actor.id) for actor in (officer, manager.actor)
    )
    db.session.commit()
    manager.get("/managers/moved-dates")
    manager.send({}, form="I have seen these")
    assert references[0] not in manager.get("/managers/moved-dates").text
    assert db.session.scalars(select(AuditEvent.verb).where(AuditEvent.verb == "saw that the due date moved")).all()
    monkeypatch.setitem(app.extensions, KEY, runtime)  # it was taken back
    clock_renew.refresh_open(now=now)
    db.session.commit()
    page = manager.get("/managers/moved-dates").text
    assert "the school days are counted differently. Found on 23 November 2026." in page


def test_what_only_staff_need_to_know_of_the_clock_is_in_no_letter(app: Flask, staff: Any, now: datetime) -> None:
    case, officer = factories.a_case(now=now, received_on=date(2026, 11, 2)), staff("officer")
    clock.add_fact(case, "identity_requested", date(2026, 11, 20), actor=officer, now=now)
    identity.see(
        case, kind="photo_document", about="requester", arrived_on=date(2026, 11, 21), seen_on=date(2026, 11, 21),
        seen="", actor=officer, now=now,
    )  # fmt: skip
    clock.add_fact(case, "identity_received", date(2026, 11, 21), actor=officer, now=now)
    steps = clock.reckon(case).steps
    assert any("as soon as possible" in step.sentence for step in steps)
    _, text = letter.compose(case, "new-date", now=now, reason="Because")
    assert "It came on Saturday 21 November 2026." in text
    assert "as soon as possible" not in text and "extension" not in text


def test_what_only_staff_are_told_of_the_clock_is_marked_on_their_pages() -> None:
    assert FOR_STAFF - {"notice_by"} <= set(WARNINGS)
    assert set(WARNINGS) <= set(SENTENCES)
