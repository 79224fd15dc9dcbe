"""Once one letter has left, those that wait because nothing left go at once, and not each at a time of its own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.mail import ADDRESS_LATER, MailFailed
from sar_service.db import db
from sar_service.models import Letter
from sar_service.services import letter_send, sweep
from tests import factories

AWAY = MailFailed("the mail server does not answer")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rows(app: Flask, sent: Any, now: datetime) -> list[Letter]:
    """Three letters that no job has had in hand yet."""
    made = [factories.a_case(now=now).id for _ in range(3)]
    sent.jobs.clear()
    return [db.session.scalars(select(Letter).where(Letter.case_id == each)).one() for each in made]


def tried(row: Letter, error: MailFailed | None, *, now: datetime) -> None:
    """What a job does with a letter that can be had."""
    begun = letter_send.begin(row.id, now=now)
    assert begun is not None
    if error is None:
        letter_send.sent(row.id, begun[0], "<1@here>", now=now)
        letter_send.hasten(now=now)
    else:
        letter_send.failed(row.id, begun[0], error, now=now)
        letter_send.put_off(row.id, now=now)
    db.session.commit()


def test_what_waited_for_the_mail_server_goes_at_once_and_what_its_own_mailbox_puts_off_does_not(
    rows: list[Letter], now: datetime, sent: Any
) -> None:
    first, second, full = rows
    tried(full, MailFailed(ADDRESS_LATER), now=now)
    tried(first, AWAY, now=now)
    tried(second, AWAY, now=now)
    later = full.queued_at
    assert later is not None and first.queued_at == second.queued_at > now
    third = factories.a_case(now=now)
    tried(db.session.scalars(select(Letter).where(Letter.case_id == third.id)).one(), None, now=now + MINUTE / 10)
    assert (first.queued_at, second.queued_at, full.queued_at) == (None, None, later)
    sent.jobs.clear()
    sweep.send_again(now=now + MINUTE / 5)
    db.session.commit()
    assert {each for _, job in sent.jobs for each in job} >= {str(first.id), str(second.id)}
    assert str(full.id) not in {each for _, job in sent.jobs for each in job}
