"""A council's own letters that turn out to be broken: nobody outside loses what they sent, and staff read why."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.documents.letter_template import Own
from sar_service.extensions import KEY
from sar_service.models import Case
from tests import factories
from tests.web.test_request import MINE, fill


def own(app: Any, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    made = app.extensions[KEY]
    letters = {"": {f"letters/{name}": Own(text, f"config/letters/{name}")}}
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=replace(made.catalogue, letters=letters)))


@pytest.mark.parametrize(
    "text",
    ["Thank you.", "Your reference: {{ reference }}{{ code }}", "{{ reference }}{{ right_name | join }}" * 99],
)
def test_a_request_is_kept_and_acknowledged_in_the_shipped_words(
    app: Any,
    stranger: Any,
    sent: Any,
    outbox: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    text: str,
) -> None:
    own(app, monkeypatch, "acknowledgement/body.txt", text)
    fill(stranger, MINE)
    with caplog.at_level(logging.ERROR):
        page = stranger.send()
    assert page.status_code == 200 and page.request.path == "/request/submitted"
    case = db.session.scalar(select(Case))
    assert case is not None and case.reference in page.text
    sent.work()
    [mail] = outbox
    assert "You will have our answer by Wednesday 23 December 2026" in mail.text and case.reference in mail.text
    assert "config/letters/acknowledgement/body.txt" in caplog.text
    assert "Morwenna" not in caplog.text and case.reference not in caplog.text


def test_a_code_comes_although_its_letter_is_broken(
    app: Any, stranger: Any, sent: Any, outbox: list[Any], monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    case = factories.a_case(now=now)
    own(app, monkeypatch, "access-code/body.txt", "Here is your code.")
    db.session.commit()
    reference = case.reference
    stranger.get("/portal/enter")
    assert stranger.send({"reference": reference}).status_code == 200
    sent.work()
    assert "Your code is" in outbox[-1].text and "can be used once" in outbox[-1].text


def test_staff_read_which_file_has_to_be_mended(
    app: Any, visit: Any, monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    reference = factories.a_case(now=now).reference
    own(app, monkeypatch, "progress/body.txt", "{{ reason }}")
    visitor = visit("officer")
    visitor.get(f"/staff/cases/{reference}/letters/new")
    page = visitor.send({"kind": "progress", "reason": "We read the boxes."}, form="Look at the letter")
    assert page.status_code == 400 and "config/letters/progress/body.txt" in page.text
    assert "does not say the date" in page.text and "We read the boxes." in page.text
