"""The page on which identity is settled again: it asks how one knows, shows it, and is refused where it is old."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.models import Case
from sar_service.services import identity, identity_change, portal
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]
SAID = {"sure": "rang_back", "override": "Rang the number from her file of 2019"}
SHOWN = "Reached them on a number or address known from before"
MINUTE = timedelta(minutes=1)


def doubted(now: datetime, officer: Actor) -> Case:
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    identity.doubt(case, reason="A neighbour rang", actor=officer, now=now + MINUTE)
    db.session.commit()
    return case


def fresh(case_id: Any) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def at(app: Any, monkeypatch: Any, moment: datetime) -> None:
    monkeypatch.setitem(app.config, "NOW", lambda: moment)


def test_one_press_does_not_settle_a_doubt_and_what_was_done_is_shown_wherever_it_is_told(
    app: Any, visit: Visit, officer: Actor, now: datetime, monkeypatch: Any
) -> None:
    case = doubted(now, officer)
    key, path, desk = case.id, f"/staff/cases/{case.reference}", visit(officer)
    at(app, monkeypatch, now + 2 * MINUTE)
    desk.get(f"{path}/identity")
    refused = desk.send(form="Identity is settled")
    assert refused.status_code == 400 and "what was done to be sure" in refused.text
    unsaid = desk.send({"sure": "rang_back"}, form="Identity is settled")
    assert unsaid.status_code == 400 and "how you know" in unsaid.text and not identity.settled(fresh(key))
    page = desk.send(SAID, form="Identity is settled").text
    assert identity.settled(fresh(key)) and f"{SHOWN}. {SAID['override']}" in page
    told = desk.get(f"{path}/history").text
    assert SHOWN in told and SAID["override"] in told


def test_what_came_up_while_the_page_was_open_is_not_settled_with_it(
    app: Any, visit: Visit, officer: Actor, now: datetime, monkeypatch: Any
) -> None:
    case = doubted(now, officer)
    key, desk = case.id, visit(officer)
    desk.get(f"/staff/cases/{case.reference}/identity")
    case = fresh(key)
    identity_change.change_contact(
        case, {"email": "thief@example.org"}, actor=portal.requester_of(case), now=now + 2 * MINUTE
    )
    db.session.commit()
    at(app, monkeypatch, now + 3 * MINUTE)
    old = desk.send(SAID, form="Identity is settled")
    assert old.status_code == 409 and "while you were looking at it" in old.text and "thief@example.org" in old.text
    assert SAID["override"] in old.text and not identity.settled(fresh(key))
    assert desk.send(SAID, form="Identity is settled").status_code == 200 and identity.settled(fresh(key))


def test_what_was_never_settled_is_not_settled_on_an_old_page_either(
    app: Any, visit: Visit, officer: Actor, now: datetime
) -> None:
    case = factories.a_case(now=now)
    key, desk = case.id, visit(officer)
    desk.get(f"/staff/cases/{case.reference}/identity")
    case = fresh(key)
    identity_change.change_contact(
        case, {"email": "thief@example.org"}, actor=portal.requester_of(case), now=now + MINUTE
    )
    db.session.commit()
    assert desk.send({"override": "Known for years"}, form="Identity is settled").status_code == 409
    assert not identity.settled(fresh(key))


def test_whoever_moved_the_contact_of_a_signed_answer_is_shown_that_somebody_else_settles_it(
    app: Any, visit: Visit, sent: Any, officer: Actor, staff: packs.Made, now: datetime, monkeypatch: Any
) -> None:
    second = staff("officer")
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    identity_change.change_contact(case, {"email": "new@example.org"}, actor=officer, now=now + MINUTE)
    db.session.commit()
    key, path = case.id, f"/staff/cases/{case.reference}/identity"
    at(app, monkeypatch, now + 2 * MINUTE)
    mine, theirs = visit(officer), visit(second)
    page = mine.get(path).text
    assert "Somebody else has to make sure" in page and "Identity is settled</button>" not in page
    theirs.get(path)
    assert theirs.send(SAID, form="Identity is settled").status_code == 200 and identity.settled(fresh(key))
