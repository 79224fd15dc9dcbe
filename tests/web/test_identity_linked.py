"""A contact, or who asks, that was changed in one case: the linked cases of the same requester are told, and wait."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import NotFound, StaleWrite, WrongState
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.work import LinkKind
from sar_service.models import AccessCode, AuditEvent, Case, ContactElsewhere, Letter, Pack, PackState, StaffMail
from sar_service.services import case as cases
from sar_service.services import (
    identity,
    identity_change,
    identity_linked,
    letter,
    letter_draft,
    letter_hold,
    link,
    pack_release,
    portal,
    sealing,
)
from sar_service.services.contact import contact_of
from sar_service.services.pack import ask
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]
Staff = Callable[..., Actor]
OLD, NEW = "morwenna@example.org", "safe@example.org"


def fresh(key: Any) -> Case:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Case, key)


def there_now(key: Any) -> Case:
    """The case in the transaction that goes on."""
    return db.session.get_one(Case, key)


def rows(**those: Any) -> list[ContactElsewhere]:
    db.session.rollback()
    return list(db.session.scalars(select(ContactElsewhere).filter_by(**those).order_by(ContactElsewhere.changed_at)))


@pytest.fixture
def pair(app: Flask, officer: Actor, now: datetime) -> tuple[Any, Any]:
    """Two linked cases of one requester, identity settled in both; their ids."""
    made = [factories.with_identity(factories.a_case(now=now), actor=officer, now=now) for _ in range(2)]
    link.link_all(made, LinkKind.SAME_SUBMISSION, actor=officer, now=now)
    db.session.commit()
    return made[0].id, made[1].id


def change(key: Any, actor: Actor, now: datetime, **contact: Any) -> None:
    identity_change.change_contact(fresh(key), contact or {"email": NEW}, actor=actor, now=now)
    db.session.commit()


def held_back(case: Case) -> str:
    """Why a progress letter may not go now."""
    return letter_hold.stops(case, "progress")


def test_a_linked_case_says_so_and_its_letters_wait_until_an_officer_takes_the_contact_over(
    pair: tuple[Any, Any], visit: Visit, officer: Actor, sent: Any, outbox: list[Any], now: datetime,
    app: Flask, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    here, there = pair
    sent.work()
    news = letter_draft.begin(fresh(there), "progress", "We are reading.", actor=officer, now=now)
    letter_draft.send(there_now(there), news, version=news.version, actor=officer, now=now)  # it waits for its job
    db.session.commit()
    portal.send_code(there_now(there).reference, address="127.0.0.1", now=now)
    db.session.commit()
    first, second = fresh(here).reference, fresh(there).reference
    desk = visit(officer)
    moment = now + timedelta(minutes=10)
    monkeypatch.setitem(app.config, "NOW", lambda: moment)
    desk.get(f"/staff/cases/{first}/identity")
    page = desk.send({"email": NEW}, form="Change the contact").text
    assert "not changed in linked cases" in page and second in page

    outbox.clear()
    sent.work()
    assert {mail.to for mail in outbox if "progress" in mail.subject.lower()} == set()
    states = {row.kind: row.state for row in letter.letters(fresh(there))}
    assert states["progress"] == "held"
    code = db.session.scalars(select(AccessCode).where(AccessCode.case_id == there)).one()
    assert code.expires_at <= moment
    case = fresh(there)
    assert contact_of(case)["email"] == OLD and identity.settled(case)  # nothing was copied, nothing re-opened
    assert "was changed in a linked case" in held_back(case) and not letter_hold.stops(case, "extension")

    for path in ("", "/work", "/search"):
        page = desk.get(f"/staff/cases/{second}{path}").text
        assert "changed in a linked case, and not here" in page and "somebody else may read it" in page
        assert NEW not in page
    listed = desk.get("/staff/").text
    assert "in linked ones of the same requester it was not" in listed
    page = desk.get(f"/staff/cases/{second}/identity").text
    assert "Not the same here: e-mail address" in page and first in page
    assert "Identity has not been settled there since" in page and NEW not in page

    page = desk.send(form="Take the new contact over").text
    assert "taken over and the old one told" in page
    case = fresh(there)
    assert contact_of(case)["email"] == NEW and not identity.settled(case)
    assert [row.outcome for row in rows(case_id=there)] == ["taken"] and not rows(case_id=here)
    assert "changed in a linked case, and not here" not in desk.get(f"/staff/cases/{second}").text
    outbox.clear()
    sent.work()
    assert {mail.to for mail in outbox} == {OLD}  # only that the contact was changed
    later = now + timedelta(minutes=20)
    identity.settle(fresh(there), override="Rang", sure="rang_back", actor=officer, now=later)
    db.session.commit()
    outbox.clear()
    sent.work()
    assert {mail.to for mail in outbox} == {NEW}
    row = db.session.scalars(select(Letter).where(Letter.case_id == there, Letter.kind == "progress")).one()
    assert row.state == "sent"


def test_what_stays_as_it_is_needs_a_reason_and_goes_on(
    pair: tuple[Any, Any], visit: Visit, officer: Actor, sent: Any, outbox: list[Any], now: datetime
) -> None:
    here, there = pair
    sent.work()
    news = letter_draft.begin(fresh(there), "progress", "We are reading.", actor=officer, now=now)
    letter_draft.send(there_now(there), news, version=news.version, actor=officer, now=now)
    db.session.commit()
    change(here, officer, now + timedelta(minutes=5))
    desk, reference = visit(officer), fresh(there).reference
    desk.get(f"/staff/cases/{reference}/identity")
    bare = desk.send({"reason": " "}, form="It stays as it is here")
    assert bare.status_code == 400 and "Give the reason" in bare.text and held_back(fresh(there))
    desk.get(f"/staff/cases/{reference}/identity")
    page = desk.send({"reason": "She rang from the number on file"}, form="It stays as it is here").text
    assert "Kept as it is here" in page
    assert not held_back(fresh(there)) and [row.outcome for row in rows(case_id=there)] == ["kept"]
    assert identity.settled(fresh(there))
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.case_id == there)).all()
    kept = next(event for event in events if event.verb == "kept the contact as it is here")
    assert "rang" not in str(kept.detail) and kept.detail["why"]
    outbox.clear()
    sent.work()
    assert OLD in {mail.to for mail in outbox}
    assert "She rang from the number on file" in desk.get(f"/staff/cases/{reference}").text


def test_who_reads_the_old_address_gets_nothing_of_a_linked_case_any_more(
    sent: Any, staff: Staff, officer: Actor, stranger: Visitor, now: datetime
) -> None:
    case = packs.signed_off(sent, officer=officer, second=staff("officer"), now=now)
    pack = ask(case, actor=officer, now=now)
    stored = sealing.put_object(case, b"%PDF-1.7 the file", media_type="application/pdf", now=now)
    pack.object_id, pack.sha256, pack.pages, pack.state = stored.id, stored.sha256, 1, PackState.READY
    cases.move(case, Action.BUILT, actor=SERVICE, now=now)
    packs.release(case, pack, actor=officer, now=now)
    other = factories.a_case(now=now)
    link.link(case, other, LinkKind.RELATED, actor=officer, now=now)
    db.session.commit()
    here, there, key = other.id, case.id, pack.id
    stranger.enter_portal(there)
    assert "Download" in stranger.get("/portal/").text
    assert portal.readable(fresh(there)) and portal.released_pack(fresh(there), today=now.date())
    change(here, officer, now)
    assert portal.released_pack(fresh(there), today=now.date()) is None and not portal.readable(fresh(there))
    with pytest.raises(NotFound):
        portal.fetch(fresh(there), now=now)
    page = stranger.get("/portal/").text
    assert "We have to check again who you are" in page and "Download" not in page and NEW not in page
    blocked = [check for check in pack_release.checks(fresh(there), db.session.get_one(Pack, key)) if check.blocked]
    assert [check.key for check in blocked] == ["elsewhere"]


def test_a_requester_who_changes_the_linked_case_from_the_old_address_clears_nothing(
    pair: tuple[Any, Any], officer: Actor, now: datetime
) -> None:
    here, there = pair
    change(here, officer, now)
    change(there, portal.requester_of(fresh(there)), now + timedelta(minutes=1), email="ex@example.org")
    assert [row.outcome for row in rows(case_id=there)] == [""] and held_back(fresh(there))
    (told,) = rows(case_id=here)  # and this one hears of it, though nothing here goes to what was replaced there
    assert not told.holds and not held_back(fresh(here)).startswith("The contact, or who asks")
    identity.settle(
        fresh(there), override="It looked right", sure="explained", actor=officer, now=now + timedelta(minutes=2)
    )
    db.session.commit()
    assert letter_hold.doubted_since(fresh(there)) and held_back(fresh(there))


def test_only_what_would_go_to_what_was_replaced_waits(officer: Actor, now: datetime) -> None:
    where = ["4 Quarry Lane", "NM4 2QT"]
    base: dict[str, Any] = {"name": "Morwenna Tregale", "email": OLD, "phone": "07700 900123", "address": where}
    main = factories.a_case(now=now, requester=base)
    posted = factories.a_case(now=now, requester={**base, "email": ""}, delivery={"how": "post"})
    other_mail = factories.a_case(now=now, requester={**base, "email": "work@example.org"})
    brother = factories.a_case(now=now, requester={"name": "Jory Tregale", "email": "jory@example.org"})
    shared = factories.a_case(now=now, requester={"name": "Jory Tregale", "email": OLD.upper()})
    same = factories.a_case(now=now, requester={**base, "email": NEW})
    loose = factories.a_case(now=now, requester=base)
    for other in (posted, other_mail, brother, shared, same):
        link.link(main, other, LinkKind.RELATED, actor=officer, now=now)
    db.session.commit()
    key = main.id
    names = {posted.id: "posted", other_mail.id: "other", shared.id: "shared", loose.id: "loose", brother.id: "brother",
             same.id: "same"}  # fmt: skip
    change(key, officer, now, email=NEW)
    assert {names[row.case_id]: row.holds for row in rows()} == {"posted": False, "other": False, "shared": True}
    change(key, officer, now + timedelta(minutes=1), address=["1 New Street", "NM1 1AA"])
    found = {names[row.case_id]: (row.holds, row.fields) for row in rows()}
    assert found["posted"] == (True, ["email", "address"]) and found["other"] == (False, ["email", "address"])
    assert found["shared"] == (True, ["email"]) and found["same"] == (False, ["address"])
    assert len(rows()) == 4  # one for each pair, however often it is changed


def test_the_officer_who_has_the_linked_case_is_written_to_and_told_nothing_that_names_anybody(
    pair: tuple[Any, Any], staff: Staff, officer: Actor, now: datetime
) -> None:
    here, there = pair
    theirs = staff("officer")
    case = fresh(there)
    case.assigned_to = uuid.UUID(theirs.id)
    db.session.commit()
    change(here, officer, now)
    (mail,) = db.session.scalars(select(StaffMail)).all()
    assert str(mail.member_id) == theirs.id and fresh(there).reference in mail.subject
    assert not re.search("Morwenna|Tregale|example.org", mail.text) and "/identity" in mail.text
    assert "wait until you say" in mail.text


def test_who_may_not_see_the_other_case_learns_nothing_of_it_and_takes_nothing_over(
    pair: tuple[Any, Any], visit: Visit, staff: Staff, officer: Actor, now: datetime
) -> None:
    here, there = pair
    change(here, officer, now)
    fresh(here).restricted = True
    db.session.commit()
    other = staff("officer")
    first, second = fresh(here).reference, fresh(there).reference
    page = visit(other).get(f"/staff/cases/{second}/identity").text
    assert "In a case that you may not see" in page and first not in page and "Take the new contact over" not in page
    (row,) = rows(case_id=there)
    with pytest.raises(WrongState, match="may not see"):
        identity_change.take_over(
            there_now(there), row, version=there_now(there).version, row_version=row.version,
            other_version=there_now(here).version, actor=other, now=now,
        )  # fmt: skip
    elsewhere = visit("officer", controllers=["southmoor"])
    answer = elsewhere.post(f"/staff/cases/{second}/identity/elsewhere/{row.id}/kept", {"reason": "x", "version": "1"})
    assert answer.status_code == 404 and held_back(fresh(there))
    assert "in linked ones of the same requester" not in elsewhere.get("/staff/").text


def test_an_older_page_takes_over_nothing_that_nobody_looked_at(
    pair: tuple[Any, Any], officer: Actor, visit: Visit, now: datetime
) -> None:
    here, there = pair
    change(here, officer, now)
    desk, reference = visit(officer), fresh(there).reference
    desk.get(f"/staff/cases/{reference}/identity")
    change(here, officer, now + timedelta(minutes=1), email="newer@example.org")
    answer = desk.send(form="Take the new contact over")
    assert answer.status_code == 409 and contact_of(fresh(there))["email"] == OLD
    (row,) = rows(case_id=there)
    with pytest.raises(StaleWrite):
        identity_linked.keep(there_now(there), row, reason="x", version=row.version - 1, actor=officer, now=now)
    desk.get(f"/staff/cases/{reference}/identity")
    assert desk.send(form="Take the new contact over").status_code == 200
    assert contact_of(fresh(there))["email"] == "newer@example.org"
    (row,) = rows(case_id=there)
    with pytest.raises(WrongState):
        identity_linked.keep(there_now(there), row, reason="x", version=row.version, actor=officer, now=now)


def test_taking_it_over_tells_the_others_that_nobody_has_told(
    pair: tuple[Any, Any], officer: Actor, now: datetime
) -> None:
    here, there = pair
    both, far = factories.a_case(now=now), factories.a_case(now=now)
    for one, other in ((here, both), (there, both), (there, far)):
        link.link(
            fresh(one) if False else db.session.get_one(Case, one), other, LinkKind.RELATED, actor=officer, now=now
        )
    db.session.commit()
    both_id, far_id = both.id, far.id
    change(here, officer, now)
    assert {row.case_id for row in rows()} == {there, both_id}
    (row,) = rows(case_id=there)
    identity_change.take_over(
        there_now(there), row, version=there_now(there).version,
        row_version=row.version, other_version=there_now(here).version, actor=officer, now=now,
    )  # fmt: skip
    db.session.commit()
    assert {(row.case_id, row.from_case_id) for row in rows()} == {(there, here), (both_id, here), (far_id, there)}


def test_a_corrected_asker_holds_what_the_same_person_asked_for_in_a_linked_case(
    officer: Actor, visit: Visit, now: datetime
) -> None:
    mother = {"name": "Lowenna Tregale", "email": "lowenna@example.org", "relationship": "mother"}
    made = [factories.a_case(now=now, capacity="parent", requester=mother) for _ in range(2)]
    link.link_all(made, LinkKind.SAME_SUBMISSION, actor=officer, now=now)
    db.session.commit()
    here, there = (each.id for each in made)
    asker = identity_change.Asker(capacity="self")
    case = fresh(here)
    identity_change.change_capacity(case, asker, reason="He is 16", version=case.version, actor=officer, now=now)
    db.session.commit()
    (row,) = rows()
    assert (row.case_id, row.what, row.holds) == (there, "asker", True)
    desk, reference = visit(officer), fresh(there).reference
    page = desk.get(f"/staff/cases/{reference}/identity").text
    assert "Who asks was corrected in a linked case" in page and "Take the new contact over" not in page
    (row,) = rows()
    with pytest.raises(WrongState):
        identity_change.take_over(
            there_now(there), row, version=there_now(there).version, row_version=row.version,
            other_version=there_now(here).version, actor=officer, now=now,
        )  # fmt: skip
    assert held_back(fresh(there))
    case = fresh(there)
    identity_change.change_capacity(
        case, asker, reason="He is 16", version=case.version, actor=officer, now=now + timedelta(minutes=1)
    )
    db.session.commit()
    assert [each.outcome for each in rows(case_id=there)] == ["changed"] and not rows(case_id=here)


def test_a_case_that_is_over_and_an_e_mail_that_nobody_logged_are_told_nothing(
    pair: tuple[Any, Any], officer: Actor, now: datetime
) -> None:
    here, there = pair
    fresh(there).status = Status.WITHDRAWN
    db.session.commit()
    change(here, officer, now)
    assert rows() == []


def test_requests_with_the_old_address_that_nobody_linked_are_named_to_whoever_changes_it(
    pair: tuple[Any, Any], visit: Visit, officer: Actor, now: datetime
) -> None:
    here, there = pair
    loose, over = factories.a_case(now=now), factories.a_case(now=now)
    elsewhere = factories.a_case(now=now, controller="southmoor")
    theirs = factories.a_case(now=now, requester={"name": "Jory Tregale", "email": "jory@example.org"})
    over.status = Status.WITHDRAWN
    db.session.commit()
    named, key = loose.reference, loose.id
    others = [each.reference for each in (over, elsewhere, theirs)] + [fresh(there).reference]
    desk = visit(officer)
    desk.get(f"/staff/cases/{fresh(here).reference}/identity")
    page = desk.send({"email": NEW}, form="Change the contact").text
    said = re.search(r"Other requests have the old e-mail address[^<]*", page)
    assert said and named in said.group() and not any(each in said.group() for each in others)
    assert contact_of(fresh(key))["email"] == OLD
