"""A code by e-mail is for whoever asked a moment ago: what comes later opens nothing, and is not sent."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.models import Letter
from sar_service.services import letter_send, portal
from tests import factories


def test_a_code_that_nobody_tried_to_send_in_time_does_not_go(app: Flask, outbox: list[Any], now: datetime) -> None:
    """The queue was down: the first try comes when the code opens nothing any more."""
    case = factories.a_case(now=now)
    portal.send_code(case.reference, address="192.0.2.7", now=now)
    db.session.commit()
    row = db.session.scalars(select(Letter).where(Letter.case_id == case.id, Letter.kind == "access-code")).one()
    assert letter_send.begin(row.id, now=now + letter_send.CODE_LIVES) is None
    assert (row.state, row.message) == ("ended", letter_send.LAPSED) and outbox == []
