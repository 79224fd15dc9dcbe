"""What was written as a request ended, and has not left, does not go once it is reopened: its fault may be in it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import case as cases
from sar_service.services import letter, letter_draft, letter_left, letter_post, letter_send, sealing
from tests import factories, packs
from tests.services.test_pack_release import make_ready


def newest(case: Case, kind: str) -> Letter:
    return [row for row in letter.letters(case) if row.kind == kind][-1]


@pytest.mark.parametrize("how", ["portal", "post"])
def test_the_letter_about_a_pack_that_was_taken_back(
    app: Flask, sent: Any, outbox: list[Any], staff: packs.Made, now: datetime, how: str
) -> None:
    officer, second, manager = staff("officer"), staff("officer"), staff("manager")
    case, row = make_ready(packs.signed_off(sent, officer=officer, second=second, now=now), officer, now)
    told = sealing.unseal(case)
    requester = {**told["requester"], "address": ["4 Quarry Lane"]} | ({"email": ""} if how == "post" else {})
    sealing.seal(case, {**told, "requester": requester, "delivery": {"how": how}})
    packs.release(case, row, actor=officer, now=now)
    db.session.commit()
    ready = newest(case, "released")
    assert ready.state == ("to_post" if how == "post" else "waiting") and not letter_left.overtaken(case, ready)
    cases.move(case, Action.REOPEN, actor=manager, now=now + timedelta(minutes=1), reason="An address was left in")
    db.session.commit()
    assert letter_left.overtaken(case, ready)
    outbox.clear()
    if how == "portal":
        assert letter_send.begin(ready.id, now=now + timedelta(minutes=2)) is None
    else:
        with pytest.raises(WrongState, match=f"not to be posted any more.*{case.reference}"):
            letter_post.note_printed([(ready, case)], known=(), actor=officer, now=now + timedelta(minutes=2))
        letter_post.leave([(ready, case)], actor=officer, now=now + timedelta(minutes=2))
    assert ready.state == "ended" and outbox == []


@pytest.mark.parametrize(("kind", "result"), [("refused", ""), ("outcome-erasure", "part"), ("closed", "")])
def test_the_answer_or_refusal_of_a_request_that_goes_on(
    app: Flask, staff: packs.Made, now: datetime, kind: str, result: str
) -> None:
    officer, manager = staff("officer"), staff("manager")
    case = factories.with_identity(factories.a_case(now=now, right=Right.ERASURE), actor=officer, now=now)
    row = letter_draft.begin(case, kind, "It is needed.", result=result, actor=manager, now=now)
    letter_draft.send(case, row, version=row.version, actor=staff("manager"), now=now)
    db.session.commit()
    assert row.state == "waiting" and not letter_left.overtaken(case, row)
    cases.move(case, Action.REOPEN, actor=manager, now=now + timedelta(minutes=1), reason="We were wrong")
    db.session.commit()
    assert letter_send.begin(row.id, now=now + timedelta(minutes=2)) is None
    assert (row.state, row.message) == ("ended", letter_send.TAKEN_BACK)
