"""A mailbox on a real mail server, and messages that come in through it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from tests import mails
from tests.dovecot import MailServer
from workers.jobs import incoming as job


@pytest.fixture
def user(app: Flask, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> str:
    return mails.read_by(app, monkeypatch, mail_server)


@pytest.fixture
def come(mail_server: MailServer, user: str) -> Callable[..., None]:
    """Deliver a message, and have the mailbox read."""

    def deliver(*messages: Any, arrived: datetime = mails.CAME, read: bool = True) -> None:
        for each in messages:
            raw = each if isinstance(each, bytes) else each.as_bytes(policy=each.policy.clone(linesep="\r\n"))
            mail_server.deliver(user, raw, arrived=arrived)
        if read:
            db.session.commit()
            job.run("northmoor")
        db.session.rollback()

    return deliver
