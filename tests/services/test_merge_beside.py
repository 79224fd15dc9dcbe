"""What stands beside two cases that were merged: linked cases, complaints, and packs that had gone out before."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, Merge
from sar_service.services import case as cases
from sar_service.services import (
    complaint,
    identity_change,
    identity_linked,
    letter_draft,
    letter_hold,
    link,
    merge,
    portal,
)
from tests import factories, packs
from tests.services.test_complaint import a_complaint
from tests.services.test_pack_release import make_ready

NEW = {"email": "safe@example.org"}


@pytest.fixture
def manager(staff: packs.Made) -> Actor:
    return staff("manager")


def merged(keep: Case, away: Case, *, actor: Actor, now: datetime) -> Merge:
    versions = {"version": keep.version, "away_version": away.version}
    row = merge.merge(keep, away, why="Sent twice.", actor=actor, now=now, **versions)
    db.session.commit()
    return row


@pytest.fixture
def three(app: Any, manager: Actor, now: datetime) -> tuple[Case, Case, Case]:
    """The request that goes on, the one that was merged into it, and one that came in one message with that."""
    keep, away = factories.a_case(now=now), factories.a_case(now=now)
    beside = factories.a_case(now=now, right=Right.ERASURE)
    link.link(away, beside, LinkKind.SAME_SUBMISSION, actor=manager, now=now)
    db.session.commit()
    return keep, away, beside


def test_a_contact_changed_beside_what_was_merged_is_told_where_the_answer_goes_from(
    three: tuple[Case, Case, Case], manager: Actor, now: datetime
) -> None:
    keep, away, beside = three
    merged(keep, away, actor=manager, now=now)
    identity_change.change_contact(beside, NEW, actor=manager, now=now)
    assert letter_hold.doubted_since(keep) == now
    assert [other for _, other in identity_linked.of(keep, actor=manager)] == [beside]


def test_a_contact_changed_in_what_goes_on_is_told_beside_what_was_merged_into_it(
    three: tuple[Case, Case, Case], manager: Actor, now: datetime
) -> None:
    keep, away, beside = three
    last = factories.a_case(now=now)
    merged(keep, away, actor=manager, now=now)
    merged(last, keep, actor=manager, now=now)
    identity_change.change_contact(last, NEW, actor=manager, now=now)
    assert letter_hold.doubted_since(beside) == now


def test_two_are_not_taken_apart_once_a_contact_was_changed_beside_them(
    three: tuple[Case, Case, Case], manager: Actor, now: datetime
) -> None:
    """The one that was merged was not told, and would go on with the old one."""
    keep, away, beside = three
    row = merged(keep, away, actor=manager, now=now)
    identity_change.change_contact(beside, NEW, actor=portal.requester_of(beside), now=now + timedelta(hours=1))
    db.session.commit()
    with pytest.raises(WrongState, match="cannot simply be taken apart"):
        merge.undo(keep, row.id, why="They are two.", actor=manager, now=now + timedelta(hours=2))


def test_an_upheld_complaint_about_what_was_merged_reopens_what_answered_it(
    three: tuple[Case, Case, Case], manager: Actor, staff: packs.Made, now: datetime
) -> None:
    keep, away, _ = three
    case = a_complaint(now, about=away)
    merged(keep, away, actor=manager, now=now)
    begun = {"result": "part", "done": "We look again.", "reopen": True, "actor": staff("officer"), "now": now}
    keep.status = Status.REVIEWING
    with pytest.raises(InvalidInput, match="Only a request that is over"):
        letter_draft.begin(case, "outcome-complaint", "A part was missing.", **begun)
    keep.status = Status.CLOSED
    row = letter_draft.begin(case, "outcome-complaint", "A part was missing.", **begun)
    db.session.commit()
    letter_draft.send(case, row, version=row.version, actor=staff("manager"), now=now)
    assert (case.status, keep.status, away.status) == (Status.CLOSED, Status.REVIEWING, Status.CLOSED)


def test_a_complaint_about_what_was_merged_is_shown_with_what_answers_it(
    three: tuple[Case, Case, Case], manager: Actor, now: datetime
) -> None:
    keep, away, _ = three
    first, second = a_complaint(now, about=away), a_complaint(now, about=keep)
    merged(keep, away, actor=manager, now=now)
    assert {each.id for each, _row in complaint.about_this(keep, actor=manager)} == {first.id, second.id}
    assert [each.id for each, _row in complaint.about_this(away, actor=manager)] == [first.id]


def test_a_pack_of_what_was_merged_since_is_not_made_available_again(
    app: Any, sent: Any, officer: Actor, staff: packs.Made, manager: Actor, now: datetime
) -> None:
    away = packs.signed_off(sent, officer=officer, second=staff("officer"), now=now)
    away, pack = make_ready(away, officer, now)
    packs.release(away, pack, actor=officer, now=now)
    db.session.commit()
    later = now + timedelta(hours=1)
    cases.move(away, Action.REOPEN, actor=manager, now=later, reason="They asked again")
    db.session.commit()
    merged(factories.a_case(now=now), away, actor=manager, now=later)
    with pytest.raises(WrongState, match="merged into another"):
        packs.release(away, pack, actor=officer, now=later)
    assert portal.released_pack(away, today=now.date()) is None
