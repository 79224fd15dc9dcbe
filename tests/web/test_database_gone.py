"""The database goes away while a page is made: whoever asked for it is told so on a page, not in a bare line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from sar_service.db import db
from sar_service.services import audit, moved_date
from tests.browser import Visitor


@contextmanager
def gone_from(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[None]:
    """The database answers nothing more once this function of a service has been asked."""
    gone: list[str] = []
    before = getattr(module, name)

    def refuse(*_given: Any) -> None:
        if gone:
            raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    def goes(*given: Any, **named: Any) -> Any:
        gone.append(name)
        return before(*given, **named)

    monkeypatch.setattr(module, name, goes)
    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)


@pytest.mark.parametrize(
    ("path", "module", "name", "status"),
    [("/staff/", audit, "viewed", 503), ("/managers/moved-dates", moved_date, "unseen", 500)],
)
def test_a_page_says_that_the_fault_is_ours(
    app: Flask,
    visit: Callable[..., Visitor],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    module: Any,
    name: str,
    status: int,
) -> None:
    manager = visit("manager")
    assert manager.get(path).status_code == 200
    with gone_from(monkeypatch, module, name):
        page = manager.get(path)
    assert page.status_code == status
    assert "there is a problem with the service" in page.text or "could not be written down" in page.text
    assert manager.get("/staff/").status_code == 200
