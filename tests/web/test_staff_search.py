"""The search page keeps itself up to date until the gathering has really ended."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.models import Case, Suggesting
from tests import factories
from tests.browser import Visitor

DONE = 'data-poll-done="true"'


def test_it_goes_on_between_the_last_file_read_and_the_asking_for_suggestions(
    visit: Callable[..., Visitor], staff: Callable[..., Actor], sent: Any, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    identity, path = case.id, f"/staff/cases/{case.reference}/search"
    visitor = visit(officer)
    assert DONE in visitor.get(path).text
    db.session.execute(delete(Suggesting))
    db.session.get_one(Case, identity).status = Status.SEARCHING
    db.session.commit()
    assert DONE not in visitor.get(path).text
    assert DONE not in visitor.client.get(f"{path}/rows").text
