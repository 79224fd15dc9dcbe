"""What GOV.UK Notify knows of a letter that did not arrive comes back to its case once, and it can go again."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.adapters.mail_notify import NotifyMailer
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.extensions import KEY as RUNTIME
from sar_service.models import Case, Letter
from sar_service.services import audit, delivery, letter
from tests import factories
from tests.adapters import notify as stand_in
from tests.adapters.notify import Notify
from tests.conftest import Sent


@pytest.fixture
def notify(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notify]:
    """The service with GOV.UK Notify as its mailer."""
    with stand_in.running() as found:
        mailer = NotifyMailer(stand_in.KEY, template=stand_in.TEMPLATE, url=found.url)
        object.__setattr__(app.extensions[RUNTIME], "mailer", (before := app.extensions[RUNTIME].mailer) and mailer)
        yield found
        object.__setattr__(app.extensions[RUNTIME], "mailer", before)


def the_letter(case_id: uuid.UUID) -> Letter:
    db.session.rollback()
    db.session.expire_all()
    return letter.letters(db.session.get_one(Case, case_id))[0]


def asked(sent: Sent) -> None:
    """A minute of the timetable."""
    delivery.follow()
    sent.work()


def verbs(case_id: uuid.UUID) -> list[str]:
    return [event.verb for event in audit.timeline(case_id) if "did not arrive" in event.verb]


def test_a_letter_that_did_not_arrive_comes_back_once_and_can_go_again(
    notify: Notify, sent: Any, staff: Callable[..., Actor], now: datetime
) -> None:
    officer, case_id = staff("officer"), factories.a_case(now=now).id
    sent.work()
    (handed,) = notify.sent
    assert handed["email_address"] == "morwenna@example.org"
    asked(sent)
    assert the_letter(case_id).state == "sent" and verbs(case_id) == []

    handed["status"] = "permanent-failure"
    asked(sent)
    asked(sent)
    row = the_letter(case_id)
    assert row.state == "failed" and "address" in row.message
    assert len(verbs(case_id)) == 1, "it is told once, however often Notify is asked"
    assert [each.id for each, _case in delivery.undelivered(actor=officer)] == [row.id]

    case = db.session.get_one(Case, case_id)
    delivery.send_again(case, row, by_post=False, version=row.version, actor=officer, now=now)
    sent.work()
    asked(sent)
    assert len(notify.sent) == 2, "another sending is another message"
    assert the_letter(case_id).state == "sent", "word of the first sending says nothing of the second"
    assert delivery.undelivered(actor=officer) == []


def test_what_is_no_letter_of_ours_or_no_answer_changes_nothing(notify: Notify, sent: Any, now: datetime) -> None:
    case_id = factories.a_case(now=now).id
    sent.work()
    for key in ("newsletter-3", f"letter.{uuid.uuid4()}", f"letter.{the_letter(case_id).id}.7"):
        notify.sent.append({"id": str(uuid.uuid4()), "status": "permanent-failure", "reference": key})
    asked(sent)
    notify.refuse = (500, "Exception", "Internal server error")
    asked(sent)
    assert the_letter(case_id).state == "sent" and verbs(case_id) == []


def test_a_mailer_that_does_not_know_is_not_asked(app: Flask, sent: Any) -> None:
    delivery.follow()
    db.session.commit()
    assert [job for job, _arguments in sent.jobs if job == "undelivered"] == []
    assert delivery.ask() == []
