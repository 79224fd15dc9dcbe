"""Going back over a change of the tables and forth again loses nothing of a case, and ends at what the code says."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from sar_service.db import Base, aside, db
from sar_service.domain.lifecycle import Status
from sar_service.domain.redirect import Route
from sar_service.models import Case, Fact, Pack
from sar_service.services import clock, portal, schema
from tests import factories, packs
from tests.services.test_pack_release import make_ready


def test_a_case_sent_elsewhere_survives_the_way_back_as_closed(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now)
    case.status, case.redirected_as = Status.REDIRECTED, Route.FOI
    db.session.commit()
    facts = db.session.scalar(select(func.count()).select_from(Fact))
    assert facts
    db.session.remove()
    schema.downgrade("0010")
    schema.upgrade()
    found = db.session.scalars(select(Case)).one()
    assert (found.status, found.redirected_as) == (Status.CLOSED, None)
    assert db.session.scalar(select(func.count()).select_from(Fact)) == facts
    found.status, found.redirected_as = Status.REDIRECTED, Route.SCHOOL
    db.session.commit()
    for change in ("status = 'nonsense'", "redirected_as = 'nonsense'"):
        with pytest.raises(IntegrityError):
            db.session.execute(text(f'UPDATE "case" SET {change}'))
        db.session.rollback()


def test_facts_of_one_instant_get_an_order_that_trusts_nobody_by_mistake(app: Any, staff: Any, now: datetime) -> None:
    case, officer = factories.a_case(now=now), staff("officer")
    for kind in ("identity_doubted", "identity_settled", "identity_requested"):
        clock.add_fact(case, kind, clock.day_of(now), actor=officer, now=now)
    db.session.commit()
    db.session.remove()
    schema.downgrade("0017")
    schema.upgrade()
    facts = db.session.scalars(select(Case)).one().facts
    assert [fact.number for fact in facts] == [1, 2, 3, 4]
    assert [fact.kind for fact in facts] == ["received", "identity_requested", "identity_settled", "identity_doubted"]


def test_the_day_on_which_a_case_ended_is_found_in_london(app: Any, now: datetime) -> None:
    refused, answered, again = (factories.a_case(now=now) for _ in range(3))
    keys = [case.id for case in (refused, answered, again)]
    refused.status, refused.closed_at = Status.REFUSED, datetime(2026, 7, 15, 23, 30, tzinfo=UTC)
    answered.status, answered.released_on, answered.closed_at = Status.CLOSED, date(2026, 7, 1), now
    again.released_on = date(2026, 7, 2)  # and reopened since
    db.session.commit()
    db.session.remove()
    schema.downgrade("0021")
    schema.upgrade()
    assert [db.session.get_one(Case, key).ended_on for key in keys] == [date(2026, 7, 16), date(2026, 7, 1), None]
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE \"case\" SET late_reason = 'nonsense'"))
    db.session.rollback()


def test_since_when_who_asks_is_in_doubt_is_found_as_it_was_kept(app: Any, staff: Any, now: datetime) -> None:
    doubted, again, never = (factories.a_case(now=now) for _ in range(3))
    officer, keys = staff("officer"), [case.id for case in (doubted, again, never)]
    told = (
        (doubted, "identity_settled", "contact_changed", "identity_doubted"),
        (again, "identity_settled", "contact_changed", "identity_settled"),
        (never, "contact_changed"),
    )
    for case, *kinds in told:
        for minute, kind in enumerate(kinds):
            at = now + timedelta(minutes=minute)
            clock.add_fact(case, kind, clock.day_of(now), actor=officer, now=at)
        db.session.commit()
    since = [now + timedelta(minutes=1), None, None]
    assert [db.session.get_one(Case, key).doubted_at for key in keys] == since
    db.session.remove()
    schema.downgrade("0023")
    schema.upgrade()
    assert [db.session.get_one(Case, key).doubted_at for key in keys] == since


def test_when_a_pack_was_fetched_is_found_in_the_trail_and_only_since_it_was_released(
    app: Any, sent: Any, staff: Any, now: datetime
) -> None:
    officer, second, keys = staff("officer"), staff("officer"), []
    days = [now, now + timedelta(days=1), now + timedelta(days=40)]  # on the last its days in the portal are over
    for fetched, again in ((days[1], None), (None, None), (days[1], days[2])):
        case, row = make_ready(packs.signed_off(sent, officer=officer, second=second, now=now), officer, now)
        packs.release(case, row, actor=officer, now=now)
        if fetched is not None:
            assert b"".join(portal.fetch(case, now=fetched)[1])
        if again is not None:
            packs.release(case, row, actor=officer, now=again)
        db.session.commit()
        keys.append(row.id)
    when = [days[1], None, None]
    assert [db.session.get_one(Pack, key).fetched_at for key in keys] == when
    db.session.remove()
    schema.downgrade("0025")
    schema.upgrade()
    assert [db.session.get_one(Pack, key).fetched_at for key in keys] == when


def test_the_tables_are_what_the_code_says(app: Any) -> None:
    with aside() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
