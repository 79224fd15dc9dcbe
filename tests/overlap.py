"""Two requests at one instant: the second comes when the first has done all it does and only its commit is left.

That is the worst moment: what the second reads is as it was before the first, unless it waits for it.
"""

import contextvars
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from sar_service.db import db
from sar_service.models import Case
from sar_service.services import audit
from tests import factories
from tests.browser import Visitor

PATIENCE = 120
WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")

Act = Callable[[], Any]


def at_once(app: Flask, first: Act, second: Act) -> list[Any]:
    """What both came to, an exception that got out of one in its place. Whatever it was, the trail holds after it."""
    came: list[Any] = [None, None]
    about_to, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def hold(_session: Session) -> None:
        if threading.current_thread() is threads[0] and not about_to.is_set():
            about_to.set()
            assert go_on.wait(PATIENCE)

    def run(number: int, act: Act) -> None:
        try:
            came[number] = contextvars.Context().run(act)
        except BaseException as error:
            came[number] = error
        finally:
            (about_to if number == 0 else ended).set()

    db.session.commit()
    db.session.remove()
    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate((first, second))]
    event.listen(Session, "before_commit", hold)
    try:
        threads[0].start()
        assert about_to.wait(PATIENCE)
        threads[1].start()
        while not ended.wait(0.02) and not waits():
            pass
        go_on.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "they wait for each other for ever"
    finally:
        go_on.set()
        event.remove(Session, "before_commit", hold)
    assert audit.verify()[1] is None
    db.session.rollback()
    return came


def waits() -> bool:
    """Does the second wait for the first? On SQLite whoever writes waits before anything is read."""
    if db.engine.dialect.name == "sqlite":
        return True
    with db.engine.connect() as connection:
        return bool(connection.execute(WAITS).scalar())


def sends(visitor: Visitor, path: str, **data: Any) -> Act:
    """Sending a form, with a good token; not followed where it leads."""
    db.session.rollback()  # the page that the token is read off is looked at in a transaction of its own
    given = {"csrf_token": visitor.csrf(), **data}

    def send() -> TestResponse:
        answer: TestResponse = visitor.client.post(path, data=given)
        answer.get_data()
        return answer

    return send


def codes(came: list[Any]) -> list[Any]:
    """How both were answered."""
    return [each.status_code if isinstance(each, TestResponse) else each for each in came]


class Known:
    """A case by what does not change of it."""

    def __init__(self, case: Case) -> None:
        self.id, self.reference, self.version = case.id, case.reference, case.version
        self.page = f"/staff/cases/{case.reference}"

    def now(self) -> Case:
        db.session.rollback()
        return db.session.get_one(Case, self.id)


def one(now: datetime, **changes: Any) -> Known:
    return Known(factories.a_case(now=now, **changes))


def count(model: Any, *conditions: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
