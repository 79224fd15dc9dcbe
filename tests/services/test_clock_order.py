"""Facts that were recorded in one instant keep their order, and what the clock makes of them rests on none."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sar_service.db import db
from sar_service.domain.rights import Right
from sar_service.models import Case, Fact
from sar_service.services import clock, identity_asks
from tests import factories

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
KINDS = (
    "identity_requested", "identity_received", "evidence_seen", "identity_settled", "identity_doubted",
    "contact_changed", "clarification_requested", "clarification_received", "fee_requested", "fee_paid",
    "extension_notice",
)  # fmt: skip


def test_facts_of_one_instant_are_read_in_the_order_in_which_they_came_on_file(
    app: Flask, staff: Callable[..., Any], now: datetime
) -> None:
    officer = staff("officer")
    case = factories.a_case(now=now, received_on=date(2026, 10, 12))
    kinds = ["identity_requested", "identity_received", "identity_doubted", "identity_settled", "contact_changed"] * 3
    for kind in kinds:
        clock.add_fact(case, kind, date(2026, 10, 14), actor=officer, now=now)
    db.session.commit()
    identity = case.id
    db.session.expire_all()
    db.session.execute(  # rewritten in another order, as a database may store them
        Fact.__table__.update().where(Fact.number % 2 == 1).values(recorded_by="staff:somebody")
    )
    db.session.commit()
    found = db.session.get_one(Case, identity).facts
    assert [fact.kind for fact in found] == ["received", *kinds]
    assert [fact.number for fact in found] == list(range(1, 17))


entries = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 4), st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=6
)


def a_history(told: list[tuple[str, int, int, int]]) -> list[Fact]:
    """Facts, some of one day, some of one instant, some of them corrected."""
    rows = [Fact(id=uuid.UUID(int=1), kind="received", on=date(2026, 9, 1), recorded_at=NOW, number=1, detail={})]
    for at, (kind, days, instant, corrects) in enumerate(told, 2):
        other = rows[corrects] if corrects < len(rows) and rows[corrects].kind == kind else None
        rows.append(
            Fact(
                id=uuid.UUID(int=at),
                kind=kind,
                on=date(2026, 9, 2) + timedelta(days=9 * days),
                recorded_at=NOW + timedelta(minutes=instant),
                number=at,
                detail={"sealed": ["reasons"]} if days % 2 else {},
                corrects=other.id if other is not None else None,
            )
        )
    return rows


@given(told=entries)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_clock_makes_of_facts_rests_on_no_order(app: Flask, told: list[tuple[str, int, int, int]]) -> None:
    rows = a_history(told)
    found = []
    for order in list(permutations(rows))[:: max(1, len(rows) * 7)]:
        case = Case(
            right=Right.ACCESS, nation="england-and-wales", received_on=date(2026, 9, 1), controller="northmoor"
        )
        case.facts = list(order)
        awaited = clock.identity_awaited(case)
        found.append(
            (
                clock.facts_of(case),
                awaited.id if awaited is not None else None,
                identity_asks.settled(case),
                [fact.id for fact in clock.standing_facts(case)],
            )
        )
    assert all(each == found[0] for each in found)


def test_a_doubt_of_the_very_instant_in_which_identity_was_settled_stands(
    app: Flask, staff: Callable[..., Any], now: datetime
) -> None:
    case, officer = factories.a_case(now=now), staff("officer")
    for kind in ("identity_doubted", "identity_settled"):
        clock.add_fact(case, kind, clock.day_of(now), actor=officer, now=now)
    assert not identity_asks.settled(case) and case.doubted_at == now
    clock.add_fact(case, "identity_settled", clock.day_of(now), actor=officer, now=now + timedelta(seconds=1))
    assert identity_asks.settled(case) and case.doubted_at is None
