"""One installation serves several councils: nobody sees, counts or changes anything of a council they do not work for.

Cases are tried door by door in `test_access.py`; here are the lists, figures, trail and team of the managers' door.
"""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.models import Member
from tests import factories
from tests.browser import Visitor


def test_the_trail_of_another_council_is_neither_shown_nor_taken_away(
    visit: Callable[..., Visitor], staff: Callable[..., Actor], now: datetime
) -> None:
    case = factories.a_case(now=now)
    identity = str(case.id)
    officer = staff("officer", name="Una Wren")
    visit(officer).get(f"/staff/cases/{case.reference}")
    auditor = visit("auditor", controllers=["southmoor"])
    for path in ("/managers/audit", f"/managers/audit?reference={case.reference}"):
        page = auditor.get(path)
        assert "received a request" not in page.text and "viewed the case" not in page.text
        assert "Una Wren" not in page.text
    events = [json.loads(line) for line in auditor.post("/managers/audit/export").text.splitlines()]
    assert not [event for event in events if event.get("case_id") == identity]
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))  # the chain itself is whole
    assert all(event["digest"] and event["previous"] for event in events)
    own = visit("auditor").post("/managers/audit/export").text
    assert identity in own and '"verb": "viewed the case"' in own


def test_an_administrator_reaches_nobody_of_another_council(
    visit: Callable[..., Visitor], staff: Callable[..., Actor]
) -> None:
    theirs = staff("manager", controllers=["southmoor"], name="Owen Sallis")
    both = staff("manager", controllers=["northmoor", "southmoor"], name="Bea Tolley")
    administrator = visit("administrator")
    page = administrator.get("/managers/team")
    assert "Owen Sallis" not in page.text
    assert "Bea Tolley" in page.text  # she works here too, but her password opens the other council's files
    for actor, status in ((theirs, 404), (both, 403)):
        for deed in ("password", "end"):
            answer = administrator.post(f"/managers/team/{actor.id}/{deed}")
            assert answer.status_code == status and "with this password" not in answer.text
        assert f"/managers/team/{actor.id}/" not in page.text
        assert db.session.get_one(Member, uuid.UUID(actor.id)).active


def test_an_administrator_gives_nobody_another_councils_files(visit: Callable[..., Visitor]) -> None:
    administrator = visit("administrator")
    page = administrator.get("/managers/team")
    assert "southmoor" not in page.text.casefold()
    told: dict[str, Any] = {"name": "Hugh Pike", "email": "hugh@post.example", "role": "manager"}
    answer = administrator.post("/managers/team", {**told, "controllers": ["southmoor"]})
    assert answer.status_code == 400 and "with this password" not in answer.text
    assert db.session.query(Member).filter_by(email="hugh@post.example").count() == 0


def test_the_board_counts_nothing_of_another_council(visit: Callable[..., Visitor], now: datetime) -> None:
    factories.a_case(now=now)
    southern = visit("auditor", controllers=["southmoor"]).get("/managers/board.csv")
    northern = visit("auditor").get("/managers/board.csv")
    month = f"{now:%Y-%m}"
    assert f"{month},0," in southern.text
    assert f"{month},1," in northern.text  # an auditor reads nobody's file, and counts all the same
