"""Fetching a released pack: by its requester, whole, and by nobody else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.lifecycle import Action
from sar_service.models import Case, PackState
from sar_service.services import audit, identity, identity_change, letter, portal, sealing
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
    packs.release(case, row, actor=officer, now=now)
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


@pytest.fixture
def keeper(staff: Callable[..., Actor]) -> Actor:
    return staff("officer")


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("how", ["contact", "doubt"])
def test_a_released_pack_is_kept_back_until_identity_is_settled_again(
    released: Case, stranger: Visitor, keeper: Actor, staff: Callable[..., Actor], now: datetime, how: str, closed: bool
) -> None:
    identity_of, contact = released.id, {"email": "somebody.else@example.org"}
    if closed:
        cases.move(released, Action.CLOSE, actor=keeper, now=now)
    before = released.closed_at
    later = factories.later(now, hours=1)
    if how == "contact":
        identity_change.change_contact(released, contact, actor=keeper, now=later)
    else:
        identity.doubt(released, reason="A call from somebody who is not them", actor=keeper, now=later)
    db.session.commit()
    stranger.enter_portal(identity_of, contact=portal.contact_mark(released))
    page = stranger.get("/portal/")
    assert "Download your records" not in page.text and "check again" in page.text
    assert stranger.post("/portal/pack").status_code == 404
    case = packs.again(db.session.get_one(Case, identity_of))
    second, at = staff("officer"), factories.later(now, hours=2)
    identity.settle(case, override="Seen in person again", sure="seen", actor=second, now=at)
    db.session.commit()
    assert case.closed_at == before
    assert "Download your records" in stranger.get("/portal/").text
    assert stranger.send(form="Download your records").data == FILE


def test_a_changed_contact_ends_the_sessions_and_the_codes_of_the_old_one(
    app: Any, stranger: Visitor, keeper: Actor, now: datetime, sent: Any, outbox: list[Any]
) -> None:
    case = factories.a_case(now=now)
    identity_of, reference = case.id, case.reference
    stranger.enter_portal(identity_of)
    assert stranger.get("/portal/", follow=False).status_code == 200
    portal.send_code(reference, address="192.0.2.7", now=now)
    db.session.commit()
    sent.work()
    code = outbox[-1].text.split("Your code is ")[1].splitlines()[0]
    case = packs.again(db.session.get_one(Case, identity_of))
    identity_change.change_contact(case, {"email": "safe@example.org"}, actor=keeper, now=now)
    db.session.commit()
    with pytest.raises(InvalidInput):
        portal.enter(reference, code, address="192.0.2.7", now=now)
    assert stranger.get("/portal/", follow=False).status_code == 302


@pytest.mark.parametrize("how", ["post", "collection"])
def test_a_code_does_not_open_what_was_to_go_on_paper_because_messages_are_not_safe(
    released: Case, stranger: Visitor, sent: Any, outbox: list[Any], how: str, now: datetime
) -> None:
    told = sealing.unseal(released)
    told["delivery"] = {"how": how}
    told["requester"] |= {"safe": "careful", "safety_note": "He reads my e-mail", "address": "9 Harbour Row"}
    sealing.seal(released, told)
    letter.write(released, "released", actor=SERVICE, now=now)
    db.session.commit()
    identity_of = released.id
    sent.work()
    assert "cannot be opened on this website" in outbox[-1].text and "We send you a code" not in outbox[-1].text
    stranger.enter_portal(identity_of)
    page = stranger.get("/portal/")
    assert "Download your records" not in page.text and "You asked us to be careful" in page.text
    assert stranger.post("/portal/pack").status_code == 404
