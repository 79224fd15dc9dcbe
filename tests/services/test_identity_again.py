"""Settling again who asks: what was done to be sure is said, and not by whoever moved the contact alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.lifecycle import Action
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import identity, identity_again, identity_change, portal, redaction_signoff
from tests import factories, packs

MINUTE = timedelta(minutes=1)
NEW = {"email": "new@example.org"}
SAID = {"override": "Rang the number from her file of 2019", "sure": "rang_back"}


@pytest.fixture
def second(staff: packs.Made) -> Actor:
    return staff("officer")


def settled(now: datetime, officer: Actor) -> Case:
    return factories.with_identity(factories.a_case(now=now), actor=officer, now=now)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "sure"),
        ({"override": "Rang her"}, "sure"),
        ({"sure": "a feeling", "override": "Rang her"}, "sure"),
        ({"sure": "rang_back"}, "override"),
        ({"sure": "rang_back", "override": "  \n"}, "override"),
    ],
)
def test_a_doubt_is_not_over_where_nothing_is_said(
    app: Any, officer: Actor, now: datetime, said: dict[str, str], field: str
) -> None:
    case = settled(now, officer)
    identity.doubt(case, reason="A neighbour rang", actor=officer, now=now + MINUTE)
    assert identity.assessment(case).sufficient  # the passport was seen all the same
    with pytest.raises(InvalidInput) as refused:
        identity.settle(case, **said, actor=officer, now=now + 2 * MINUTE)
    assert refused.value.field == field and not identity.settled(case)
    identity.settle(case, **SAID, actor=officer, now=now + 3 * MINUTE)
    newest = identity.history(case)[0]
    assert (newest.kind, newest.sure, newest.words) == ("identity_settled", "rang_back", SAID["override"])
    assert newest.by == officer.label and newest.at == now + 3 * MINUTE and case.doubted_at is None


def test_new_evidence_is_said_to_have_been_seen_only_where_it_was_recorded(
    app: Any, officer: Actor, now: datetime
) -> None:
    case = settled(now, officer)
    today = now.date()
    identity_change.change_contact(case, NEW, actor=portal.requester_of(case), now=now + MINUTE)

    def sees(kind: str, minutes: int) -> None:
        at = now + minutes * MINUTE
        identity.see(
            case, kind=kind, about="requester", arrived_on=today, seen_on=today, seen="", actor=officer, now=at
        )

    sees("knows_details", 2)
    for _again in range(2):
        with pytest.raises(InvalidInput, match="Record first what you saw"):
            identity.settle(case, override="I saw it", sure="evidence", actor=officer, now=now + 3 * MINUTE)
    sees("vouched", 4)
    identity.settle(case, override="Ann knows her and saw her", sure="evidence", actor=officer, now=now + 5 * MINUTE)
    assert identity.settled(case)


def test_what_was_seen_before_the_contact_changed_shows_nothing_of_who_has_the_new_one(
    app: Any, officer: Actor, now: datetime
) -> None:
    """An earlier doubt, and evidence that answered it, say nothing of a change that came after both."""
    case, today = settled(now, officer), now.date()
    identity.doubt(case, reason="A neighbour rang", actor=officer, now=now + MINUTE)
    identity.see(
        case, kind="vouched", about="requester", arrived_on=today, seen_on=today, seen="", actor=officer,
        now=now + 2 * MINUTE,
    )  # fmt: skip
    identity_change.change_contact(case, NEW, actor=portal.requester_of(case), now=now + 3 * MINUTE)
    with pytest.raises(InvalidInput, match="Record first what you saw"):
        identity.settle(case, override="I saw it", sure="evidence", actor=officer, now=now + 4 * MINUTE)
    assert not identity.settled(case)


def test_the_first_time_it_is_settled_needs_no_more_than_the_evidence(app: Any, officer: Actor, now: datetime) -> None:
    assert [step.sure for step in identity.history(settled(now, officer))] == [""]


def test_whoever_changed_the_contact_of_what_was_signed_off_does_not_settle_it_alone(
    sent: Any, officer: Actor, second: Actor, now: datetime
) -> None:
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    identity_change.change_contact(case, NEW, actor=officer, now=now + MINUTE)
    assert identity_again.needs_another(case, officer) and not identity_again.needs_another(case, second)
    with pytest.raises(WrongState, match="Somebody else has to make sure"):
        identity.settle(case, **SAID, actor=officer, now=now + 2 * MINUTE)
    redaction_signoff.step_back(case, reason="Once more", actor=officer, now=now + 3 * MINUTE)
    with pytest.raises(WrongState, match="Somebody else has to make sure"):  # nor by way of a step back
        identity.settle(case, **SAID, actor=officer, now=now + 4 * MINUTE)
    identity.doubt(case, reason="Who is this?", actor=second, now=now + 5 * MINUTE)
    with pytest.raises(WrongState, match="Somebody else has to make sure"):  # nor after another doubt
        identity.settle(case, **SAID, actor=officer, now=now + 6 * MINUTE)
    identity.settle(case, **SAID, actor=second, now=now + 7 * MINUTE)
    assert identity.settled(case) and not identity_again.needs_another(case, officer)


def test_before_anything_was_signed_off_one_person_may_do_both(app: Any, officer: Actor, now: datetime) -> None:
    case = settled(now, officer)
    identity_change.change_contact(case, NEW, actor=officer, now=now + MINUTE)
    identity.settle(case, **SAID, actor=officer, now=now + 2 * MINUTE)
    assert identity.settled(case)


def test_what_the_requester_changed_may_be_settled_by_whoever_has_the_case(
    sent: Any, officer: Actor, second: Actor, now: datetime
) -> None:
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    identity_change.change_contact(case, NEW, actor=portal.requester_of(case), now=now + MINUTE)
    identity.settle(case, **SAID, actor=officer, now=now + 2 * MINUTE)
    assert identity.settled(case)


def test_the_trail_says_what_was_done_and_where_the_words_are_and_holds_none(
    app: Any, officer: Actor, now: datetime
) -> None:
    from sar_service.models import AuditEvent
    from sar_service.services import reason

    case = settled(now, officer)
    identity.doubt(case, reason="A neighbour rang", actor=officer, now=now + MINUTE)
    identity.settle(case, **SAID, actor=officer, now=now + 2 * MINUTE)
    done = Action.SETTLE_IDENTITY.value.replace("_", " ")
    events = db.session.query(AuditEvent).filter_by(case_id=case.id, verb=done).order_by(AuditEvent.number).all()
    first, again = events
    assert "sure" not in first.detail and again.detail["sure"] == "rang_back"
    assert SAID["override"] not in str(again.detail) and reason.words_of(events)[again.number] == SAID["override"]
    assert cases.situation(case).identity_settled


def test_nobody_is_told_that_asking_is_late_once_it_is_settled_on_whatever_evidence(
    app: Any, officer: Actor, now: datetime
) -> None:
    case, later = factories.a_case(now=now), now + timedelta(days=20)

    def told() -> bool:
        warnings = identity.assessment(case, today=later.date()).warnings
        return any("Asking for evidence now is late" in each for each in warnings)

    assert told()
    identity.settle(case, override="Known to the duty worker for years", actor=officer, now=later)
    assert not identity.assessment(case, today=later.date()).sufficient and not told()
    identity.doubt(case, reason="A neighbour rang", actor=officer, now=later + MINUTE)
    assert told()
