"""Letters that go on paper: listed, printed as one file, and noted as posted."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pikepdf
import pytest
from flask import Flask

from sar_service.db import db
from sar_service.models import Case, Letter
from tests import factories
from tests.browser import Visitor

NO_EMAIL = {"name": "Ivo Penhale", "email": "", "phone": "01632 960001", "address": "3 Quay Row, Northmoor"}


@pytest.fixture
def made(app: Flask, now: datetime) -> list[Case]:
    return [factories.a_case(now=now, requester=NO_EMAIL) for _ in range(2)]


def states() -> list[str]:
    db.session.expire_all()
    return sorted(row.state for row in db.session.query(Letter))


def test_letters_are_printed_together_and_noted_once_they_are_posted(
    visit: Callable[..., Visitor], made: list[Case]
) -> None:
    assert states() == ["to_post", "to_post"]
    officer = visit("officer")
    page = officer.get("/staff/post")
    assert page.text.count("Ivo Penhale, 3 Quay Row, Northmoor") == 2
    ids = [str(row.id) for row in db.session.query(Letter)]
    paper = officer.send({"letter": ids, "do": "print"}, form="Print them")
    assert paper.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        assert len(pdf.pages) == 4 and len(pdf.pages) % 2 == 0
    assert states() == ["to_post", "to_post"]
    officer.get("/staff/post")
    answer = officer.send({"letter": ids[:1], "do": "posted"}, form="They are in the post")
    assert answer.status_code == 200 and "1 letter is in the post" in answer.text
    assert states() == ["posted", "to_post"]
    officer.get("/staff/post")
    answer = officer.send({"letter": ids, "do": "posted"}, form="They are in the post")
    assert answer.status_code == 409 and "Somebody else has posted" in answer.text


def test_nothing_chosen_is_said(visit: Callable[..., Visitor], made: list[Case]) -> None:
    officer = visit("officer")
    officer.get("/staff/post")
    answer = officer.send({"letter": [], "do": "posted"}, form="They are in the post")
    assert answer.status_code == 400 and "Choose at least one letter" in answer.text
    assert states() == ["to_post", "to_post"]


def test_letters_of_cases_that_one_may_not_see_are_not_listed(visit: Callable[..., Visitor], made: list[Case]) -> None:
    made[0].restricted = True
    db.session.commit()
    officer = visit("officer")
    assert officer.get("/staff/post").text.count("Ivo Penhale") == 1
    ids: list[Any] = [str(row.id) for row in db.session.query(Letter)]
    answer = officer.send({"letter": ids, "do": "print"}, form="Print them")
    assert answer.status_code == 409


def test_nobody_waits_for_the_post(visit: Callable[..., Visitor]) -> None:
    assert "No letter waits" in visit("officer").get("/staff/post").text
