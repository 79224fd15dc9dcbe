"""In which language somebody wants to be written to: asked where Welsh is offered, and kept to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.extensions import KEY
from sar_service.models import Case
from sar_service.services import letter, sealing
from tests.browser import Visitor
from tests.web.test_request import MINE, fill
from tests.web.test_staff_log import TYPED

ASKED = "In which language"


@pytest.fixture
def offered(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Northmoor offers Welsh."""
    made = app.extensions[KEY]
    council = made.catalogue.controllers["northmoor"].model_copy(update={"languages": ("en", "cy")})
    catalogue = replace(made.catalogue, controllers={**made.catalogue.controllers, "northmoor": council})
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=catalogue))


def told(kind: str) -> Any:
    db.session.rollback()
    case = db.session.scalars(select(Case)).one()
    return sealing.unseal(next(row for row in letter.letters(case) if row.kind == kind))


def test_whoever_asks_on_the_form_is_written_to_as_they_chose(offered: None, stranger: Visitor) -> None:
    steps = [(name, {**answers, "language": "cy"} if name == "how" else answers) for name, answers in MINE]
    fill(stranger, steps)
    assert stranger.last is not None and "Welsh (Cymraeg)" in stranger.last.text
    stranger.send()
    assert "Annwyl Morwenna Tregale" in told("acknowledgement")["welsh"]["text"]


def test_nobody_is_asked_where_welsh_is_not_offered(stranger: Visitor, visit: Callable[..., Visitor]) -> None:
    fill(stranger, MINE)
    assert ASKED not in stranger.get("/request/how").text
    assert ASKED not in visit("officer").get("/staff/log").text


def test_a_logged_request_is_answered_in_welsh_and_its_draft_shows_both_and_the_e_mail(
    offered: None, visit: Callable[..., Visitor], stranger: Visitor
) -> None:
    officer = visit("officer")
    assert ASKED in officer.get("/staff/log").text
    officer.send({**TYPED, "language": "cy"}, form="Log it")
    case = db.session.scalars(select(Case)).one()
    reference, identity = case.reference, case.id
    officer.get(f"/staff/cases/{reference}/letters/new")
    page = officer.send({"kind": "progress", "reason": "We read.", "welsh": "Rydym yn darllen."}, form="Look at")
    assert "Rydym yn darllen." in page.text and "We read." in page.text
    assert "Rydym wedi ysgrifennu atoch" in page.text  # the e-mail that will go
    text = told("progress")["welsh"]["text"]
    changed = {"text_welsh": text.replace("darllen", "darllen popeth"), "do": "save"}
    page = officer.send(changed, form="Keep it")
    assert page.status_code == 200 and "Rydym yn darllen popeth." in told("progress")["welsh"]["text"]
    page = officer.send({"do": "send"}, form="Send it")
    assert page.status_code == 200 and "on its way" in page.text.lower()
    stranger.enter_portal(identity)
    row = next(each.id for each in letter.letters(db.session.get_one(Case, identity)) if each.kind == "progress")
    page = stranger.get(f"/portal/letters/{row}")
    assert '<div lang="cy">' in page.text and "Rydym yn darllen popeth." in page.text and "We read." in page.text
