"""Every right but access, walked by its people: logged, asked who they are, extended, decided, answered by letter.

The clock is looked at after each step. The walk of an access request is in tests/journeys/.
"""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.lifecycle import Status
from sar_service.models import Case
from sar_service.services import clock, letter, letter_send, report
from tests.browser import Visitor
from tests.web.test_staff_log import TYPED

# right: due when it was logged, once who they are is known, and once it is extended (None: it cannot be)
DATES = {
    "rectification": (date(2026, 12, 2), date(2026, 12, 23), date(2027, 2, 23)),
    "erasure": (date(2026, 12, 2), date(2026, 12, 23), date(2027, 2, 23)),
    "restriction": (date(2026, 12, 2), date(2026, 12, 23), date(2027, 2, 23)),
    "portability": (date(2026, 12, 2), date(2026, 12, 23), date(2027, 2, 23)),
    "objection": (date(2026, 12, 2), date(2026, 12, 23), date(2027, 2, 23)),
    "automated-decision": (date(2026, 12, 2), date(2026, 12, 23), date(2027, 2, 23)),
    "withdraw-consent": (date(2026, 12, 2), date(2026, 12, 2), None),
    "complaint": (date(2026, 12, 2), date(2026, 12, 2), None),
    "pupil-record": (date(2026, 11, 24), date(2026, 11, 24), None),  # an INSET day lies in between
}
RECEIVED = {"received_on-day": "2", "received_on-month": "11", "received_on-year": "2026"}  # today is 23 November
MOTHER = {"capacity": "parent", "name": "Demelza Trewhella", "relationship": "mother"}
WHY = "We asked the school, and it agrees with you"


def only_case() -> Case:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Case)).one()


def write(worker: Visitor, reference: str, **answers: str) -> str:
    """Begin a letter; the path of the draft."""
    worker.get(f"/staff/cases/{reference}/letters/new")
    page = worker.send(answers, form="Look at the letter")
    assert page.status_code == 200, page.text
    return str(page.request.path)


def send(worker: Visitor, path: str) -> None:
    worker.get(path)
    assert worker.send({"do": "send"}, form="Send it").status_code == 200


@pytest.mark.parametrize("right", list(DATES))
def test_a_request_of_every_right_goes_from_the_log_to_its_answer(
    app: Flask, visit: Callable[..., Visitor], stranger: Visitor, now: datetime, right: str
) -> None:
    logged, known, extended = DATES[right]
    officer, second = visit("officer"), visit("officer")
    officer.get("/staff/log")
    officer.send({**TYPED, **RECEIVED, **(MOTHER if right == "pupil-record" else {}), "rights": [right]}, form="Log it")
    case = only_case()
    reference = case.reference
    assert (case.due_on, case.clock_state, case.status) == (logged, "running", Status.RECEIVED)

    send(officer, write(officer, reference, kind="identity-asked", reason="The address is not one we know"))
    case = only_case()
    waits = known != logged
    assert case.status is Status.IDENTITY
    assert (case.due_on, case.clock_state) == ((None, "not_started") if waits else (logged, "running"))

    officer.get(f"/staff/cases/{reference}/identity")
    officer.send({"kind": "photo_document", "how": "in_person", "seen": "passport, in person"}, form="Record it")
    if right == "pupil-record":
        shown = {"how": "in_person", "seen": "birth certificate", "basis": "birth_mother"}
        officer.send({"kind": "parental_responsibility", **shown}, form="Record it")
        officer.send({"kind": "orders_checked", "how": "record", "seen": "none on file"}, form="Record it")
    officer.send(form="Identity is settled")
    case = only_case()
    assert (case.due_on, case.clock_state, case.status) == (known, "running", Status.RECEIVED)

    send(officer, write(officer, reference, kind="clarification", reason="Which entry do you mean?"))
    case = only_case()
    assert (case.due_on, case.clock_state) == (known, "running")  # days of waiting count: this is no access request
    officer.get(f"/staff/cases/{reference}/facts")
    officer.send({"kind": "clarification_received", "on": "2026-11-23"}, form="Record it")
    assert only_case().due_on == known

    officer.get(f"/staff/cases/{reference}/letters/new")
    page = officer.send({"kind": "extension", "reason": "Six schools have to be asked"}, form="Look at the letter")
    if extended is None:
        assert page.status_code == 400 and "Choose which letter to write" in page.text
        assert 'value="extension"' not in page.text
    else:
        send(officer, page.request.path)
    assert only_case().due_on == (extended or known)

    path = write(officer, reference, kind=f"outcome-{right}", result="part", reason=WHY)
    page = officer.get(path)
    assert "Somebody else has to send it" in page.text and ">Send it<" not in page.text
    assert reference in second.get("/staff/post").text
    send(second, path)
    case = only_case()
    assert (case.status, case.released_on) == (Status.CLOSED, date(2026, 11, 23))
    assert db.session.scalar(select(Case.id).where(report.answered(), report.answered_in_time())) == case.id

    lines = list(csv.DictReader(io.StringIO(visit("auditor").get("/managers/requests.csv").text)))
    case = only_case()
    if right == "complaint":  # which are listed by themselves
        assert not lines
    else:
        row = lines[0]
        assert (row["reference"], row["right"], row["outcome"], row["in time"]) == (reference, right, "part", "yes")
        assert row["extended"] == ("yes" if extended else "no")
        assert row["how the date was worked out"] == " ".join(step.sentence for step in clock.reckon(case).steps)

    answer = next(row.id for row in letter.letters(case) if row.kind == f"outcome-{right}")
    stranger.enter_portal(case.id)
    said = "We have told you what came of your complaint" if right == "complaint" else "We have answered your request"
    assert said in stranger.get("/portal/").text
    assert WHY in stranger.get(f"/portal/letters/{answer}").text
    told = letter_send.begin(answer, now=now)
    assert told is not None and WHY not in told[1].text
