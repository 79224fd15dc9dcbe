"""What stands against merging two cases, one protection at a time, and that nothing is done where one stands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import DomainError, InvalidInput, NotFound, StaleWrite, WrongState
from sar_service.domain.lifecycle import Status
from sar_service.domain.work import LinkKind
from sar_service.models import Case, IdentityCopy, Merge
from sar_service.services import case as cases
from sar_service.services import identity, identity_change, letter_draft, link, merge, sealing, team
from tests import factories, packs

Change = Callable[[Case, Case, Actor, datetime], Any]


@pytest.fixture
def officer(staff: packs.Made) -> Actor:
    return staff("manager", controllers=["northmoor", "southmoor"])


@pytest.fixture
def pair(app: Any, now: datetime) -> tuple[Case, Case]:
    """Two requests for the same by the same person: the one that goes on, and the later one."""
    keep = factories.a_case(now=now, received_on=now.date() - timedelta(days=5))
    return keep, factories.a_case(now=now)


def merged(keep: Case, away: Case, *, actor: Actor, now: datetime, why: str = "Sent twice.") -> Merge:
    """Merged as from a page that was opened just now."""
    versions = {"version": keep.version, "away_version": away.version}
    row = merge.merge(keep, away, why=why, actor=actor, now=now, **versions)
    db.session.commit()
    return row


def is_anothers(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    away.controller = "southmoor"


def is_merged(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    merged(factories.a_case(now=now), away, actor=actor, now=now)


def goes_on_elsewhere(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    merged(factories.a_case(now=now), keep, actor=actor, now=now)


def one_is_signed(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    keep.status = Status.SIGNED_OFF


def the_other_is_over(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    away.status = Status.WITHDRAWN


def one_is_restricted(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    keep.restricted = True


def the_other_is_restricted(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    away.restricted = True


def has_a_draft(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    letter_draft.begin(away, "progress", "We read.", actor=actor, now=now)


def doubted(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    factories.with_identity(keep, actor=actor, now=now)
    identity.doubt(away, reason="A call: they did not ask", actor=actor, now=now)


def had_its_contact_changed(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    """Whoever moves away from somebody says so once; what goes on must not go to the old address."""
    identity_change.change_contact(away, {"email": "safe@example.org"}, actor=actor, now=now)


def was_told_of_a_change_elsewhere(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    third = factories.a_case(now=now)
    link.link(third, away, LinkKind.RELATED, actor=actor, now=now)
    identity_change.change_contact(third, {"email": "safe@example.org"}, actor=actor, now=now)


def has_a_copy_that_nobody_looked_at(keep: Case, away: Case, actor: Actor, now: datetime) -> None:
    """With the case that ends it would be destroyed, and they would be asked for it again."""
    row = IdentityCopy(
        id=new_id(), case_id=away.id, controller=away.controller, pages=1, sent_by="requester", sent_at=now,
        sent_on=now.date(), destroy_on=now.date() + timedelta(days=28),
    )  # fmt: skip
    sealing.seal(row, {"name": "passport.jpg", "what": "My passport"})
    db.session.add(row)


AGAINST: list[tuple[Change, str]] = [
    (is_anothers, "another council"),
    (doubted, "is in doubt in the one that would end"),
    (had_its_contact_changed, "contact was changed in the one that would end"),
    (was_told_of_a_change_elsewhere, "is in doubt in the one that would end"),
    (is_merged, "merged into another already"),
    (goes_on_elsewhere, "merged into another already"),
    (one_is_signed, "have not been sent for sign-off or ended"),
    (the_other_is_over, "have not been sent for sign-off or ended"),
    (one_is_restricted, "restricted and the other is not"),
    (the_other_is_restricted, "restricted and the other is not"),
    (has_a_copy_that_nobody_looked_at, "nobody has looked at it"),
    (has_a_draft, "A letter was begun in the one that would end"),
]


@pytest.mark.parametrize(("change", "says"), AGAINST, ids=[each.__name__ for each, _says in AGAINST])
def test_each_thing_that_stands_against_it_stops_it_with_nothing_done(
    pair: tuple[Case, Case], officer: Actor, now: datetime, change: Change, says: str
) -> None:
    keep, away = pair
    change(keep, away, officer, now)
    db.session.commit()
    before = [(each.status, each.merged_into, each.received_on, sealing.unseal(each)) for each in pair]
    count = db.session.query(Merge).count()
    with pytest.raises(WrongState, match=says):
        merged(keep, away, actor=officer, now=now)
    db.session.rollback()
    assert [(each.status, each.merged_into, each.received_on, sealing.unseal(each)) for each in pair] == before
    assert db.session.query(Merge).count() == count and (count or not link.links(keep, actor=officer))


def test_a_case_is_not_merged_into_itself(pair: tuple[Case, Case], officer: Actor, now: datetime) -> None:
    keep, _ = pair
    with pytest.raises(WrongState, match="This is the case itself"):
        merged(keep, keep, actor=officer, now=now)


def test_why_they_are_the_same_has_to_be_said(pair: tuple[Case, Case], officer: Actor, now: datetime) -> None:
    keep, away = pair
    with pytest.raises(InvalidInput) as refused:
        merged(keep, away, actor=officer, now=now, why=" \n ")
    assert refused.value.field == "reason"
    db.session.rollback()
    assert away.merged_into is None and away.status is Status.RECEIVED


@pytest.mark.parametrize("old", ["version", "away_version"])
def test_neither_is_merged_as_it_was_before(pair: tuple[Case, Case], officer: Actor, now: datetime, old: str) -> None:
    keep, away = pair
    versions = {"version": keep.version, "away_version": away.version, old: 0}
    with pytest.raises(StaleWrite):
        merge.merge(keep, away, why="Twice.", actor=officer, now=now, **versions)


def test_a_merging_is_undone_from_its_own_case_and_once(pair: tuple[Case, Case], officer: Actor, now: datetime) -> None:
    keep, away = pair
    other = factories.a_case(now=now, subject={"given_name": "Una", "date_of_birth": "1990-01-01"})
    row = merged(keep, away, actor=officer, now=now)
    with pytest.raises(NotFound):
        merge.undo(other, row.id, why="Not hers.", actor=officer, now=now)
    with pytest.raises(InvalidInput):
        merge.undo(keep, row.id, why=" ", actor=officer, now=now)
    merge.undo(keep, row.id, why="Her cousin's.", actor=officer, now=now)
    db.session.commit()
    with pytest.raises(WrongState):
        merge.undo(keep, row.id, why="Again.", actor=officer, now=now)
    assert away.merged_into is None and away.status is Status.RECEIVED


def test_who_has_the_case_that_goes_on_keeps_it(
    pair: tuple[Case, Case], officer: Actor, staff: packs.Made, now: datetime
) -> None:
    keep, away = pair
    other = staff("officer")
    cases.assign(keep, team.get(officer.id), version=keep.version, actor=officer, now=now)
    cases.assign(away, team.get(other.id), version=away.version, actor=officer, now=now)
    merged(keep, away, actor=officer, now=now)
    assert str(keep.assigned_to) == officer.id


def test_a_draft_of_the_one_that_goes_on_is_not_sent_with_its_old_date(
    pair: tuple[Case, Case], officer: Actor, now: datetime
) -> None:
    away, keep = pair  # the later one goes on, and gets the earlier day
    row = letter_draft.begin(keep, "progress", "We read.", actor=officer, now=now)
    merged(keep, away, actor=officer, now=now)
    with pytest.raises(WrongState, match="no longer right"):
        letter_draft.send(keep, row, version=row.version, actor=officer, now=now)


def test_what_was_merged_before_goes_with_what_it_was_merged_into(
    pair: tuple[Case, Case], officer: Actor, now: datetime
) -> None:
    keep, away = pair
    last = factories.a_case(now=now)
    merged(keep, away, actor=officer, now=now)
    merged(last, keep, actor=officer, now=now)
    cases.restrict(last, True, reason="A colleague's.", version=last.version, actor=officer, now=now)
    assert [each.restricted for each in (last, keep, away)] == [True] * 3
    for inner in (keep, away):
        with pytest.raises(DomainError, match="Restrict that one"):
            cases.restrict(inner, False, reason="By itself.", version=inner.version, actor=officer, now=now)


def test_two_are_merged_once_the_one_that_goes_on_has_the_contact_that_was_changed(
    pair: tuple[Case, Case], officer: Actor, now: datetime
) -> None:
    keep, away = pair
    for each in (away, keep):
        identity_change.change_contact(each, {"email": "safe@example.org"}, actor=officer, now=now)
    db.session.commit()
    assert merged(keep, away, actor=officer, now=now).case_id == keep.id
