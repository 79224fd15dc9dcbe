"""Letters to somebody who gave no e-mail address: no code reaches them, so nothing in them is for a screen."""

from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.letter import KINDS
from sar_service.models import AccessCode, Letter
from sar_service.services import letter, portal, sealing
from tests import factories
from tests.services.test_letters import MORE
from tests.services.test_letters_welsh import council

ASKS = {"name": "Ivo Penhale", "phone": "01632 960001", "address": ["3 Quay Row", "Northmoor"]}
WRITTEN = [key for key in KINDS if key != "access-code"]


@pytest.mark.parametrize("how", ["post", "collection"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_nobody_without_an_e_mail_address_is_sent_to_a_page(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, kind: str, how: str
) -> None:
    council(app, monkeypatch)
    for email in ("", "i@example.org"):
        delivery = {"how": how, "language": "cy"}
        case = factories.a_case(now=now, requester={**ASKS, "email": email}, delivery=delivery)
        told = sealing.unseal(letter.write(case, kind, actor=SERVICE, now=now, **MORE.get(kind, {})))
        for text in (told["text"], told["welsh"]["text"]):
            assert email or "/portal/" not in text
            assert "{" not in text
    asks = "released", "acknowledgement", "progress"
    assert kind not in asks or "/portal/" in told["text"], "whoever can have a code still is"


def test_where_no_page_can_be_opened_the_letter_says_how_to_ask(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now, requester={**ASKS, "email": ""}, delivery={"how": "post"})
    text = sealing.unseal(letter.letters(case)[0])["text"]
    assert "To ask how far we are, ring us or write to us, and give your reference" in text
    ready = sealing.unseal(letter.write(case, "released", actor=SERVICE, now=now))["text"]
    assert "It comes to you by post, on paper." in ready and "careful" not in ready and "download" not in ready
    asked = letter.compose(case, "identity-asked", now=now, reason="The name is another.")[1]
    assert "Ring us, write to us or come to us" in asked


def test_no_code_is_put_on_paper(app: Any, now: datetime) -> None:
    """It would have run out before it came, and would lie in the list of letters to post meanwhile."""
    case = factories.a_case(now=now, requester={**ASKS, "email": ""}, delivery={"how": "post"})
    portal.send_code(case.reference, address="192.0.2.7", now=now)
    assert db.session.query(AccessCode).count() == 0
    assert [row.kind for row in db.session.query(Letter)] == ["acknowledgement"]
