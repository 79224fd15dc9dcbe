"""Several rights in one message: who asks is shown once, and counts for all of them, as the acknowledgement says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import clock, identity, identity_change, identity_together, intake, merge
from tests import factories
from tests.browser import Visitor
from tests.overlap import at_once

Visit = Callable[..., Visitor]
THREE = [Right.ACCESS, Right.ERASURE, Right.OBJECTION]
BUTTON = "Settle it there too"


@pytest.fixture
def three(app: Flask, now: datetime) -> list[Any]:
    """The ids of three requests of one message."""
    made = intake.submit_all(factories.a_request(now=now), THREE, actor=SERVICE, now=now)
    db.session.commit()
    return [case.id for case in made]


def fresh(key: Any) -> Case:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Case, key)


def here(key: Any) -> str:
    return f"/staff/cases/{fresh(key).reference}/identity"


def settled(three: list[Any]) -> list[bool]:
    return [identity.settled(fresh(key)) for key in three]


def test_what_was_seen_for_one_settles_the_others_with_one_button(visit: Visit, three: list[Any]) -> None:
    officer, page = visit("officer"), here(three[0])
    references = [fresh(key).reference for key in three]
    assert BUTTON not in officer.get(page).text
    officer.send({"kind": "photo_document", "how": "in_person", "seen": "Passport, in person"}, form="Record it")
    assert BUTTON not in officer.get(page).text  # nobody has said yet that it is enough
    officer.send(form="Identity is settled")
    assert settled(three) == [True, False, False]
    assert f"It is settled already in {references[0]}" in officer.get(here(three[1])).text.replace("\n", " ")
    officer.get(page)
    answer = officer.send({"case": [str(key) for key in three[1:]]}, form=BUTTON)
    assert answer.status_code == 200 and all(reference in answer.text for reference in references[1:])
    assert settled(three) == [True, True, True] and BUTTON not in answer.text
    for key in three[1:]:
        _, seen = identity.seen_of(fresh(key))[0]
        assert seen.seen == f"Passport, in person ({references[0]})"  # where it was seen stands beside it


def test_only_those_that_are_ticked_are_settled(visit: Visit, three: list[Any], officer: Actor, now: datetime) -> None:
    factories.with_identity(fresh(three[0]), actor=officer, now=now)
    visitor = visit("officer")
    page = visitor.get(here(three[0])).text
    assert all(f'value="{key}" checked' in page for key in map(str, three[1:]))
    visitor.send({"case": [str(three[1])]}, form=BUTTON)
    assert settled(three) == [True, True, False]


def test_none_ticked_and_another_case_are_refused(
    visit: Visit, three: list[Any], officer: Actor, now: datetime
) -> None:
    stranger = factories.a_case(now=now).id
    factories.with_identity(fresh(three[0]), actor=officer, now=now)
    visitor = visit("officer")
    for chosen in ([], [str(stranger)], [str(three[1]), str(stranger)]):
        visitor.get(here(three[0]))
        answer = visitor.send({"case": chosen}, form=BUTTON)
        assert answer.status_code == 400 and "Choose among the requests that stand here." in answer.text
    assert settled([*three, stranger]) == [True, False, False, False]


def test_the_clock_of_one_that_waited_begins_on_the_day_on_which_it_was_seen(
    visit: Visit, three: list[Any], officer: Actor, now: datetime
) -> None:
    today = clock.day_of(now)
    clock.add_fact(fresh(three[1]), "identity_requested", today, actor=officer, now=now)
    db.session.commit()
    factories.with_identity(fresh(three[0]), actor=officer, now=now)
    visitor = visit("officer")
    visitor.get(here(three[0]))
    visitor.send({"case": [str(three[1])]}, form=BUTTON)
    assert clock.identity_awaited(fresh(three[1])) is None and fresh(three[1]).due_on is not None


@pytest.mark.parametrize("how", ["another contact", "in doubt", "another capacity", "settled against the rule"])
def test_what_may_be_somebody_elses_is_not_offered(
    visit: Visit, three: list[Any], officer: Actor, now: datetime, how: str
) -> None:
    first, second = fresh(three[0]), fresh(three[1])
    if how == "settled against the rule":
        identity.settle(first, override="I know her.", actor=officer, now=now)
        db.session.commit()
    else:
        factories.with_identity(first, actor=officer, now=now)
    if how == "another contact":
        identity_change.change_contact(second, {"email": "other@example.org"}, actor=officer, now=now)
    elif how == "in doubt":
        factories.with_identity(second, actor=officer, now=now)
        identity.doubt(second, reason="Somebody rang.", actor=officer, now=now + timedelta(minutes=1))
    elif how == "another capacity":
        second.capacity = "solicitor"
    db.session.commit()
    page = visit("officer").get(here(three[0])).text
    assert f'value="{three[1]}"' not in page and (BUTTON in page) is (how in ("in doubt", "another capacity"))
    assert "It is settled already in" not in visit("officer").get(here(three[1])).text


def test_a_contact_changed_at_that_moment_is_not_settled_along(
    app: Flask, three: list[Any], staff: Callable[..., Actor], now: datetime
) -> None:
    officer, second = staff("officer"), staff("officer")
    factories.with_identity(fresh(three[0]), actor=officer, now=now)

    def changes() -> None:
        with app.app_context():
            other = db.session.get_one(Case, three[1])
            identity_change.change_contact(other, {"email": "new@example.org"}, actor=second, now=now)
            db.session.commit()

    def settles() -> None:
        with app.app_context():
            case = db.session.get_one(Case, three[0])
            identity_together.settle(case, {three[1], three[2]}, actor=officer, now=now)
            db.session.commit()

    _, came = at_once(app, changes, settles)
    assert isinstance(came, InvalidInput | WrongState)
    assert settled(three) == [True, False, False]


def test_what_was_seen_in_a_request_counts_in_the_one_it_is_merged_into(
    visit: Visit, staff: Callable[..., Actor], officer: Actor, now: datetime
) -> None:
    keep = factories.a_case(now=now)
    away = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    versions = {"version": keep.version, "away_version": away.version}
    merge.merge(keep, away, why="Sent twice.", actor=staff("manager"), now=now, **versions)
    db.session.commit()
    keys, visitor = [keep.id, away.id], visit("officer")
    words = f"It is settled already in {away.reference}, which was merged into this"
    assert words in visitor.get(here(keys[0])).text.replace("\n", " ")
    visitor.get(here(keys[1]))
    visitor.send({"case": [str(keys[0])]}, form=BUTTON)
    assert settled(keys) == [True, True]


def test_what_was_seen_in_a_request_that_is_over_counts_in_the_others_still(
    visit: Visit, three: list[Any], officer: Actor, now: datetime
) -> None:
    cases.move(
        factories.with_identity(fresh(three[0]), actor=officer, now=now), Action.WITHDRAW, actor=officer, now=now
    )
    db.session.commit()
    visitor = visit("officer")
    assert "Look at it there" in visitor.get(here(three[1])).text
    visitor.get(here(three[0]))
    visitor.send({"case": [str(three[1])]}, form=BUTTON)
    assert settled(three) == [True, True, False]
