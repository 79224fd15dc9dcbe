"""Fetching a released pack: by its requester, whole, and by nobody else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.lifecycle import Action
from sar_service.models import Case, PackState
from sar_service.services import audit, pack_release, sealing
from sar_service.services import case as cases
from sar_service.services.pack import ask
from tests import factories, packs
from tests.browser import Visitor

FILE = b"%PDF-1.7 " + bytes(range(256)) * 9000  # more than two chunks of the store


@pytest.fixture
def released(sent: Any, staff: Callable[..., Actor], now: datetime) -> Case:
    officer, second = staff("officer"), staff("officer")
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    row = ask(case, actor=officer, now=now)
    kept = sealing.put_object(case, FILE, media_type="application/pdf", now=now)
    row.object_id, row.sha256, row.pages, row.state = kept.id, kept.sha256, 1, PackState.READY
    db.session.flush()
    cases.move(case, Action.BUILT, actor=SERVICE, now=now)
    pack_release.release(case, row, recipient_checked=True, actor=officer, now=now)
    db.session.commit()
    return case


def test_the_requester_fetches_the_whole_pack_and_the_trail_says_so(released: Case, stranger: Visitor) -> None:
    identity = released.id
    stranger.enter_portal(identity)
    stranger.get("/portal/")
    answer = stranger.send(form="Download your records")
    assert answer.data == FILE
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "fetched the pack" in [event.verb for event in audit.timeline(identity)]


def test_looking_never_uses_the_pack_up_and_only_sending_fetches_it(released: Case, stranger: Visitor) -> None:
    identity = released.id
    stranger.enter_portal(identity)
    assert stranger.get("/portal/pack").status_code == 405
    assert "fetched the pack" not in [event.verb for event in audit.timeline(identity)]


def test_another_requester_gets_nothing(released: Case, stranger: Visitor, now: datetime) -> None:
    other = factories.a_case(now=now)
    stranger.enter_portal(other.id)
    assert stranger.post("/portal/pack").status_code == 404
