"""The second person had no part in the work, and nothing that happens after them goes unseen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.people import Standing
from sar_service.domain.search import SearchState, Verdict
from sar_service.models import CandidateRow, Case, Document, DocumentState, PersonRow
from sar_service.services import case as cases
from sar_service.services import (
    document,
    identity,
    identity_change,
    people,
    redaction_mark,
    redaction_signoff,
    sealing,
    search,
    units,
)
from tests import factories, packs


@pytest.fixture
def second(staff: packs.Made) -> Actor:
    return staff("officer")


def leaves_out_a_system(case: Case, second: Actor, now: datetime) -> None:
    row = search.latest_searches(case)[0]
    row.state = SearchState.FAILED
    db.session.flush()
    search.go_on_without(case, row.system, reason="It has been switched off for good.", actor=second, now=now)


def says_who_is_meant(case: Case, second: Actor, now: datetime) -> None:
    row = db.session.query(CandidateRow).filter_by(case_id=case.id).first()
    assert row is not None
    row.verdict = Verdict.POSSIBLE
    row.decision, row.decided_by, row.decided_at = "confirmed", second.label, now
    db.session.flush()


def sets_a_file_aside(case: Case, second: Actor, now: datetime) -> None:
    row = db.session.query(Document).filter_by(case_id=case.id).first()
    assert row is not None
    row.state = DocumentState.BY_HAND
    document.handle(case, row, how="withheld", note="It cannot be opened.", actor=second, now=now)


def other_people(case: Case) -> list[PersonRow]:
    return [row for row in units.people_of(case).values() if row.standing.value in packs.THEIRS]


def says_that_somebody_acts_in_their_work(case: Case, second: Actor, now: datetime) -> None:
    """And so they stay named, without a decision on them."""
    row = other_people(case)[0]
    names = sealing.unseal(row)["names"]
    changed = {"names": names, "role": "", "standing": Standing.PROFESSIONAL}
    people.rename(case, row, **changed, version=row.version, actor=second, now=now)


def says_that_two_are_one(case: Case, second: Actor, now: datetime) -> None:
    subject = next(row for row in units.people_of(case).values() if row.standing is Standing.SUBJECT)
    people.merge(case, subject, other_people(case)[0], actor=second, now=now)


def adds_somebody(case: Case, second: Actor, now: datetime) -> None:
    people.add(case, names=["Ada Keeper"], role="", standing=Standing.PROFESSIONAL, actor=second, now=now)


def takes_off_what_a_colleague_marked(case: Case, second: Actor, now: datetime) -> None:
    item = next(each for each in units.items(case) if each.is_document)
    mark = redaction_mark.new_mark(
        case, item, item.units[0].number, 0, 4, person=None, made_by="staff:x", rule="officer"
    )
    redaction_mark.remove_mark(case, mark, actor=second, now=now)


@pytest.mark.parametrize(
    "work",
    [
        leaves_out_a_system,
        says_who_is_meant,
        sets_a_file_aside,
        says_that_somebody_acts_in_their_work,
        says_that_two_are_one,
        adds_somebody,
        takes_off_what_a_colleague_marked,
    ],
)
def test_whoever_did_a_part_of_the_work_does_not_sign_it(
    sent: Any, officer: Actor, second: Actor, now: datetime, work: Callable[[Case, Actor, datetime], None]
) -> None:
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    packs.with_file(case, sent, name="note.txt", content=b"Morwenna was well.", actor=officer, now=now)
    case = packs.again(case)
    work(case, second, now)
    packs.decide_all(case, actor=officer, now=now)
    with pytest.raises(WrongState, match="Somebody else must check"):
        packs.sign(case, officer=officer, second=second, now=now)
    sending = cases.latest_sign_off(case)
    assert sending is not None and sending.signed_at is None


def doubted(case: Case, officer: Actor, now: datetime) -> None:
    identity.doubt(case, reason="A call", actor=officer, now=now)


def contact_changed(case: Case, officer: Actor, now: datetime) -> None:
    identity_change.change_contact(case, {"phone": "07700 900111"}, actor=officer, now=now)


@pytest.mark.parametrize("spoil", [doubted, contact_changed])
def test_identity_unsettled_after_the_signature_stops_the_building_until_it_is_settled(
    sent: Any, officer: Actor, second: Actor, now: datetime, spoil: Callable[[Case, Actor, datetime], None]
) -> None:
    from sar_service.services import pack

    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    spoil(case, officer, now + timedelta(hours=1))
    with pytest.raises(WrongState, match="identity"):
        pack.ask(case, actor=officer, now=now + timedelta(hours=1))
    identity.settle(case, override="Seen again", sure="seen", actor=second, now=now + timedelta(hours=2))
    assert pack.ask(case, actor=officer, now=now + timedelta(hours=2)).number == 1


def test_a_reopened_case_needs_a_new_signature(sent: Any, officer: Actor, second: Actor, now: datetime) -> None:
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    redaction_signoff.step_back(case, actor=officer, now=now)
    now_true = cases.situation(case, officer)
    assert now_true.signed_off_by == "" and now_true.changed_since_signoff
