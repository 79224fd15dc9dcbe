"""What stands between a finished pack and its requester."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db, new_id
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.clock_steps import written
from sar_service.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.people import Standing
from sar_service.extensions import runtime
from sar_service.models import Case, Pack, PackState
from sar_service.services import case as cases
from sar_service.services import identity, identity_change, pack_release, people, portal, redaction_mark, sealing, units
from sar_service.services.pack import ask
from tests import packs

PDF = b"%PDF-1.7 stands for a finished pack"


@pytest.fixture
def second(staff: packs.Made) -> Actor:
    return staff("officer")


@pytest.fixture
def ready(app: Any, sent: Any, officer: Actor, second: Actor, now: datetime) -> tuple[Case, Pack]:
    """A case whose pack was built and checked (by what the job would have written)."""
    return make_ready(packs.signed_off(sent, officer=officer, second=second, now=now), officer, now)


def make_ready(case: Case, officer: Actor, now: datetime, state: PackState = PackState.READY) -> tuple[Case, Pack]:
    row = ask(case, actor=officer, now=now)
    kept = sealing.put_object(case, PDF, media_type="application/pdf", now=now)
    row.object_id, row.sha256, row.pages, row.state = kept.id, kept.sha256, 1, state
    db.session.flush()
    if state is PackState.READY:
        cases.move(case, Action.BUILT, actor=SERVICE, now=now)
    else:
        cases.move(case, Action.BUILD_FAILED, actor=SERVICE, now=now)
    db.session.commit()
    return case, row


def release(case: Case, row: Pack, actor: Actor, now: datetime, **more: Any) -> None:
    packs.release(case, row, actor=actor, now=now, **more)


def test_a_checked_pack_is_released_told_and_can_be_fetched(
    ready: tuple[Case, Pack], officer: Actor, now: datetime, outbox: list[Any], sent: Any
) -> None:
    case, row = ready
    assert [check.blocked for check in pack_release.checks(case, row)] == ["", "", "", "", ""]
    release(case, row, officer, now)
    db.session.commit()
    assert case.status is Status.RELEASED
    assert (case.released_at, row.released_at, row.released_by) == (now, now, officer.label)
    sent.work()
    message = outbox[-1]
    assert "ready" in message.subject and case.reference in message.text
    assert "&#39;" not in message.text and "Jago" not in message.text and "Quarry Lane" not in message.text
    _, chunks = portal.fetch(packs.again(case), now=now)
    assert b"".join(chunks) == PDF
    release(packs.again(case), db.session.get_one(Pack, row.id), officer, now)  # pressed twice: nothing more


def test_a_pack_can_be_fetched_for_as_many_days_as_the_council_says_and_made_available_again(
    ready: tuple[Case, Pack], officer: Actor, now: datetime, outbox: list[Any], sent: Any
) -> None:
    case, row = ready
    release(case, row, officer, now)
    db.session.commit()
    sent.work()
    last, after = now + timedelta(days=30), now + timedelta(days=31)
    assert f"until {written(last.date())}" in " ".join(outbox[-1].text.split())
    assert b"".join(portal.fetch(case, now=last)[1]) == PDF
    with pytest.raises(NotFound):
        portal.fetch(case, now=after)
    given = case.released_on
    with pytest.raises(InvalidInput, match="checked who"):
        release(case, row, officer, after, recipient_checked=False)
    release(case, row, officer, after)
    assert b"".join(portal.fetch(case, now=after)[1]) == PDF
    assert (case.status, case.released_on) == (Status.RELEASED, given)  # the answer was given when it was given


def test_nobody_is_released_to_without_looking_who_it_is(
    ready: tuple[Case, Pack], officer: Actor, now: datetime
) -> None:
    with pytest.raises(InvalidInput, match="checked who"):
        release(*ready, officer, now, recipient_checked=False)


def test_who_may_not_release_is_refused(ready: tuple[Case, Pack], staff: Callable[..., Actor], now: datetime) -> None:
    with pytest.raises(NotAllowed):
        release(*ready, staff("auditor"), now)


def test_a_file_other_than_the_one_that_was_checked_is_not_released(
    ready: tuple[Case, Pack], officer: Actor, now: datetime
) -> None:
    case, row = ready
    row.object_id = sealing.put_object(case, PDF + b"!", media_type="application/pdf", now=now).id
    with pytest.raises(WrongState, match="not the one that was checked"):
        release(case, row, officer, now)


def test_a_file_that_was_damaged_in_the_store_is_not_released(
    ready: tuple[Case, Pack], officer: Actor, now: datetime
) -> None:
    case, row = ready
    runtime().storage.delete(sealing.get_object(row.object_id).key)
    with pytest.raises(WrongState, match="cannot be read"):
        release(case, row, officer, now)


def test_a_pack_in_which_something_was_found_is_not_released(
    sent: Any, officer: Actor, second: Actor, now: datetime
) -> None:
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    case, row = make_ready(case, officer, now, PackState.REFUSED)
    with pytest.raises(WrongState, match="may not leave"):
        release(case, row, officer, now)


def test_a_decision_changed_after_sign_off_stops_the_release(
    ready: tuple[Case, Pack], officer: Actor, now: datetime
) -> None:
    case, row = ready
    person = next(each for each in units.people_of(case).values() if each.treatment == "withhold")
    redaction_mark.decide_person(case, person, treatment="show", version=person.version, actor=officer, now=now)
    with pytest.raises(WrongState, match="changed after the sign-off"):
        release(case, row, officer, now)


def test_a_case_taken_back_cannot_be_released(ready: tuple[Case, Pack], officer: Actor, now: datetime) -> None:
    case, row = ready
    cases.move(case, Action.STEP_BACK, actor=officer, now=now)
    with pytest.raises(WrongState):
        release(case, row, officer, now)


def test_an_older_pack_is_not_released(ready: tuple[Case, Pack], officer: Actor, now: datetime) -> None:
    case, row = ready
    ask(case, actor=officer, now=now)
    with pytest.raises(WrongState, match="newer pack"):
        release(case, row, officer, now)


def test_a_contact_changed_since_identity_was_settled_stops_the_release(
    ready: tuple[Case, Pack], officer: Actor, now: datetime
) -> None:
    case, row = ready
    identity_change.change_contact(case, {"email": "somebody.else@example.org"}, actor=officer, now=now)
    with pytest.raises(WrongState, match="changed after identity was settled"):
        release(case, row, officer, now)


@pytest.mark.parametrize(
    ("how", "theirs", "word"),
    [
        ("portal", {"emails": ["Morwenna@Example.org "]}, "e-mail address"),
        ("portal", {"phones": ["+44 7700 900 555"]}, "telephone number"),
        ("post", {"addresses": [["9 Harbour View", "Northmoor", "NM7 1ZZ"]]}, "postal address"),
    ],
)
def test_nothing_goes_to_somebody_who_must_not_be_found(
    ready: tuple[Case, Pack], officer: Actor, now: datetime, how: str, theirs: dict[str, Any], word: str
) -> None:
    case, row = ready
    told = sealing.unseal(case)
    told["delivery"]["how"] = how
    told["requester"].update(phone="07700 900555", address=["9, Harbour View", "Northmoor NM7 1ZZ"])
    sealing.seal(case, told)
    protect(case, theirs, now)
    assert [check.key for check in pack_release.checks(case, row) if check.blocked] == ["protected"]
    with pytest.raises(WrongState, match=word):
        release(case, row, officer, now)


def protect(case: Case, theirs: dict[str, Any], now: datetime) -> None:
    from sar_service.models import PersonRow

    person = PersonRow(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        number=90,
        standing=Standing.PROTECTED,
        origin="record",
        treatment="withhold",
        code="TP16",
    )
    sealing.seal(person, {**people.empty(), "names": ["Somebody Safe"], **theirs})
    db.session.add(person)
    db.session.commit()


@pytest.mark.parametrize(
    ("how", "requester", "said"),
    [
        ("portal", {"email": ""}, "no e-mail address"),
        ("post", {"address": []}, "no postal address"),
        ("portal", {"name": " "}, "no name"),
    ],
)
def test_a_pack_needs_somewhere_to_go(
    ready: tuple[Case, Pack], officer: Actor, now: datetime, how: str, requester: dict[str, Any], said: str
) -> None:
    case, row = ready
    told = sealing.unseal(case)
    told["delivery"]["how"] = how
    told["requester"].update(requester)
    sealing.seal(case, told)
    db.session.commit()
    with pytest.raises(WrongState, match=said):
        release(case, row, officer, now)


def test_nothing_goes_to_a_parent_whose_child_has_grown_up_since_identity_was_settled(
    ready: tuple[Case, Pack], officer: Actor, now: datetime
) -> None:
    case, row = ready
    told = sealing.unseal(case)
    told["subject"]["date_of_birth"] = "2008-11-25"  # eighteen two days from now
    sealing.seal(case, told)
    case.capacity = "parent"
    db.session.commit()
    after = now + timedelta(days=3)
    with pytest.raises(WrongState, match="18 or older"):
        release(case, row, officer, after)
    assert case.status is Status.READY
    identity.settle(case, override="She asked us herself to send it to her mother", actor=officer, now=after)
    release(case, row, officer, after + timedelta(minutes=1))
    assert case.status is Status.RELEASED


def given_and_reopened(case: Case, row: Pack, officer: Actor, manager: Actor, now: datetime) -> datetime:
    """The pack is released and the case reopened an hour later; returns that moment."""
    release(case, row, officer, now)
    db.session.commit()
    at = now + timedelta(hours=1)
    cases.move(case, Action.REOPEN, actor=manager, now=at, reason="An address was left in")
    return at


def test_what_was_released_before_a_case_was_reopened_is_not_to_be_had_again_by_closing_it(
    ready: tuple[Case, Pack], officer: Actor, staff: packs.Made, now: datetime
) -> None:
    case, row = ready
    at = given_and_reopened(case, row, officer, staff("manager"), now)
    person = next(each for each in units.people_of(case).values() if each.treatment == "withhold")
    redaction_mark.decide_person(case, person, treatment="show", version=person.version, actor=officer, now=at)
    cases.move(case, Action.CLOSE, actor=officer, now=at, reason="They were asked to delete it")
    db.session.commit()
    assert portal.released_pack(case, today=at.date()) is None and portal.ended(case) == "closed"
    with pytest.raises(NotFound):
        portal.fetch(case, now=at)
    for after in (at, now + timedelta(days=40)):
        with pytest.raises(WrongState, match="changed after the sign-off"):
            release(case, row, officer, after)


def test_a_case_reopened_and_closed_unchanged_has_its_pack_made_available_by_somebody_who_looks(
    ready: tuple[Case, Pack], officer: Actor, staff: packs.Made, now: datetime
) -> None:
    case, row = ready
    at = given_and_reopened(case, row, officer, staff("manager"), now)
    with pytest.raises(WrongState, match="cannot be released"):  # and does not say that it was
        release(case, row, officer, at)
    cases.move(case, Action.CLOSE, actor=officer, now=at, reason="Nothing was wrong")
    assert portal.released_pack(case, today=at.date()) is None
    release(case, row, officer, at + timedelta(hours=1))
    assert portal.released_pack(case, today=at.date()) is row and portal.ended(case) == ""


def test_a_pack_is_not_made_available_again_while_who_asks_is_in_doubt(
    ready: tuple[Case, Pack], officer: Actor, now: datetime, outbox: list[Any], sent: Any
) -> None:
    case, row = ready
    release(case, row, officer, now)
    db.session.commit()
    sent.work()
    told = len(outbox)
    identity.doubt(case, reason="A call", actor=officer, now=now + timedelta(hours=1))
    for after in (now + timedelta(hours=2), now + timedelta(days=31)):
        with pytest.raises(WrongState, match="identity of the person"):
            release(case, row, officer, after)
    sent.work()
    assert len(outbox) == told and row.released_at == now


def test_who_may_not_release_makes_nothing_available_again(
    ready: tuple[Case, Pack], officer: Actor, staff: packs.Made, now: datetime
) -> None:
    case, row = ready
    release(case, row, officer, now)
    with pytest.raises(NotAllowed):
        release(case, row, staff("auditor"), now + timedelta(days=31))
