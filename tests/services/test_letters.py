"""Every letter can be written, reads as plain text, and says nothing about anybody but how to get at the answer."""

from datetime import datetime
from typing import Any

import pytest

from sar_service.domain.actor import SERVICE
from sar_service.services import letter, sealing
from tests import factories

MORE: dict[str, dict[str, Any]] = {
    "identity-asked": {"reason": "The name on the request isn't the one in our records."},
    "access-code": {"code": "1234 5678", "minutes": 20},
    "extension": {"reason": "There's a great deal of it, & it is hard to read."},
    "clarification": {"question": "Which school's records do you want?"},
}


@pytest.mark.parametrize("kind", letter.KINDS)
def test_a_letter_is_plain_text_and_private(app: Any, now: datetime, kind: str) -> None:
    case = factories.a_case(now=now, requester={"name": "Morwenna O'Tregale", "email": "m@example.org"})
    row = letter.write(case, kind, actor=SERVICE, now=now, **MORE.get(kind, {}))
    assert row is not None
    told = sealing.unseal(row)
    for text in (told["subject"], told["text"]):
        assert text.strip()
        assert "&#39;" not in text and "&amp;" not in text and "{{" not in text
        assert "<" not in text
        assert "Quarry Lane" not in text and "2007" not in text
    assert "\n\n\n" not in told["text"]
    for value in MORE.get(kind, {}).values():
        assert str(value) in told["text"]
    assert "Northmoor Borough Council" in told["text"]


def test_a_letter_of_a_council_that_names_no_contacts_is_still_whole(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now, controller="southmoor")
    for kind in letter.KINDS:
        row = letter.write(case, kind, actor=SERVICE, now=now, **MORE.get(kind, {}))
        assert row is not None
        assert "remark" not in sealing.unseal(row)["text"]
