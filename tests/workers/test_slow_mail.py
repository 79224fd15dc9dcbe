"""A mail server that takes its time gets each message once, however often the sweep looks meanwhile."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.mail import Mail, MemoryMailer
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.extensions import KEY
from sar_service.models import Letter, Member, StaffMail
from sar_service.services import staff_mail, sweep
from tests import factories
from workers import runtime


class Slow(MemoryMailer):
    """Takes a minute for a message, during which the sweep runs once the job has had time to say that it lives."""

    def __init__(self, app: Flask, model: Any, begins: datetime) -> None:
        super().__init__()
        self.app, self.model, self.moment = app, model, begins

    def send(self, mail: Mail) -> str:
        lived = self.moment + timedelta(seconds=41)  # what was claimed at first is anybody's from now on
        self.moment = lived
        for _ in range(6_000):  # however slow the machine; it is there at once on any other
            if self._lease() > lived:
                break
            time.sleep(0.01)
        with runtime.transaction():
            sweep.send_again(now=self.moment)
        return super().send(mail)

    def _lease(self) -> datetime:
        with self.app.app_context():
            until: datetime = db.session.scalars(select(self.model.lease_until)).one()
            return until


@pytest.mark.parametrize("model", [Letter, StaffMail])
def test_a_message_that_takes_long_to_leave_goes_once(
    app: Flask, sent: Any, staff: Callable[..., Actor], now: datetime, monkeypatch: pytest.MonkeyPatch, model: Any
) -> None:
    officer = staff("officer")
    if model is Letter:
        factories.a_case(now=now)
    else:
        staff_mail.write(db.session.get_one(Member, uuid.UUID(officer.id)), "Late", "Look.", now=now)
        db.session.commit()
    slow = Slow(app, model, now)
    monkeypatch.setitem(app.config, "NOW", lambda: slow.moment)
    monkeypatch.setitem(app.extensions, KEY, replace(app.extensions[KEY], mailer=slow))
    monkeypatch.setattr(runtime, "HEARTBEAT", timedelta(seconds=0.05))
    assert sent.work() == 1
    assert len(slow.outbox) == 1
    assert db.session.scalars(select(model.state)).all() == ["sent"]
