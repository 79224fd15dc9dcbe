"""The page on which a letter is chosen offers those that can be written, and says of the others why not."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.errors import DomainError, WrongState
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.rights import TERMS, Right
from sar_service.models import Case
from sar_service.services import clock, complaint, identity, letter_draft, letter_offer
from tests import factories
from tests.browser import Visitor

Visits = Callable[..., Visitor]
Made = Callable[..., Actor]


def chooser(visit: Visits, case: Case, who: Any = "officer", query: str = "") -> str:
    text: str = visit(who).get(f"/staff/cases/{case.reference}/letters/new{query}").text
    return text


def offers(page: str, kind: str) -> bool:
    return f'value="{kind}"' in page


def test_what_is_not_held_is_not_said_before_anybody_has_looked(visit: Visits, app: Flask, now: datetime) -> None:
    page = chooser(visit, factories.a_case(now=now))
    assert not offers(page, "not-held") and offers(page, "progress")
    assert "We do not hold it" in page and "has not been settled" in page


def test_more_time_is_offered_with_its_last_day_until_that_has_passed(visit: Visits, app: Flask, now: datetime) -> None:
    page = chooser(visit, factories.a_case(now=now))
    assert offers(page, "extension") and "It has to go by Wednesday 23 December 2026." in page
    page = chooser(visit, factories.a_case(now=now, received_on=date(2026, 9, 14)), query="?kind=extension")
    assert not offers(page, "extension") and "Notice had to be given by Wednesday 14 October 2026." in page
    assert 'id="not-now" open' in page, "whoever came for this letter sees why it cannot be written"


def test_more_time_is_offered_once_and_only_where_the_law_gives_it(
    visit: Visits, staff: Made, app: Flask, now: datetime
) -> None:
    case = factories.a_case(now=now)
    letter_draft.begin_and_send(case, "extension", "Nine boxes.", actor=staff("officer"), now=now)
    db.session.commit()
    page = chooser(visit, case)
    assert not offers(page, "extension") and "has been extended already" in page
    for right in Right:
        assert KINDS["extension"].suits(right) is TERMS[right].extends


def test_a_date_that_they_know_has_not_changed(visit: Visits, staff: Made, app: Flask, now: datetime) -> None:
    case, officer = factories.a_case(now=now), staff("officer")
    key, page = case.id, chooser(visit, case)
    assert not offers(page, "new-date")
    assert "gave this date already, Wednesday 23 December 2026" in page
    with pytest.raises(WrongState, match="gave this date already"):
        letter_draft.begin(db.session.get_one(Case, key), "new-date", "We read.", actor=officer, now=now)
    case = db.session.get_one(Case, key)
    clock.correct(case, str(case.facts[0].id), on=date(2026, 11, 16), reason="It came then", actor=officer, now=now)
    db.session.commit()
    assert offers(chooser(visit, case), "new-date")


def test_whoever_ends_a_limit_is_reminded_that_it_is_told_first(visit: Visits, app: Flask, now: datetime) -> None:
    page = chooser(visit, factories.a_case(now=now, right=Right.RESTRICTION))
    assert offers(page, "restriction-ends") and "the law has them told first" in page


def test_a_letter_that_was_begun_is_not_offered_again(visit: Visits, staff: Made, app: Flask, now: datetime) -> None:
    case = factories.a_case(now=now)
    letter_draft.begin(case, "progress", "We read.", actor=staff("officer"), now=now)
    db.session.commit()
    page = chooser(visit, case)
    assert not offers(page, "progress") and "begun already and waits under" in page


def test_an_answer_is_not_offered_to_a_parent_whose_child_has_grown_up_meanwhile(
    visit: Visits, officer: Actor, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    born = {"date_of_birth": "2008-11-25"}  # eighteen two days from now
    case = factories.a_case(now=now, right=Right.ERASURE, capacity="parent", subject=born)
    identity.settle(case, override="Seen by the manager", actor=officer, now=now)
    db.session.commit()
    assert offers(chooser(visit, case), "outcome-erasure")
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(days=2))
    page = chooser(visit, case)
    assert not offers(page, "outcome-erasure") and "The person is 18 or older" in page


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("days", [0, 100])
@pytest.mark.parametrize("settled", [False, True])
def test_offered_is_what_can_be_begun_and_nothing_else(
    app: Flask, staff: Made, now: datetime, right: Right, days: int, settled: bool
) -> None:
    manager = staff("manager")
    case = factories.a_case(now=now, right=right, received_on=clock.day_of(now) - timedelta(days=days))
    if settled:
        factories.with_identity(case, actor=manager, now=now)
    blocked = letter_offer.not_now(case, actor=manager, today=clock.day_of(now))
    key = case.id
    for kind in letter_draft.kinds(case):
        case = db.session.get_one(Case, key)
        try:
            letter_draft.begin(case, kind, "We read.", result=Result.ALL, actor=manager, now=now)
        except DomainError as error:
            assert kind in blocked, f"{kind}: {error}"
        else:
            assert kind not in blocked, f"{kind}: {blocked[kind]}"
        db.session.rollback()


def answered(case: Case, kind: str, *, by: Actor, sent_by: Actor, now: datetime) -> Case:
    """The case, whose identity was settled, answered with a letter that one wrote and another sent."""
    factories.with_identity(case, actor=by, now=now)
    row = letter_draft.begin(case, kind, "We looked at it.", result=Result.NONE, actor=by, now=now)
    letter_draft.send(case, row, version=row.version, actor=sent_by, now=now)
    db.session.commit()
    return case


def test_where_every_letter_was_begun_the_page_says_so_and_not_that_the_case_is_over(
    visit: Visits, staff: Made, app: Flask, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.a_case(now=now, right=Right.RESTRICTION)
    answered(case, "outcome-restriction", by=officer, sent_by=staff("officer"), now=now)
    letter_draft.begin(case, "restriction-ends", "From 1 March on.", actor=officer, now=now)
    db.session.commit()
    page = chooser(visit, case)
    assert "There is no letter to write now" in page and "The case is over" not in page
    assert 'id="not-now" open' in page and "begun already and waits under" in page


def test_whoever_decided_on_what_a_complaint_is_about_is_offered_nothing_to_write_in_it(
    visit: Visits, staff: Made, app: Flask, now: datetime
) -> None:
    decider, other = staff("officer"), staff("officer")
    about = answered(
        factories.a_case(now=now, right=Right.ERASURE), "outcome-erasure", by=decider, sent_by=other, now=now
    )
    filed = complaint.Filed(about=About.REQUEST, request=about)
    case = factories.a_case(now=now, right=Right.COMPLAINT, filed=filed, channel="letter")
    draft = letter_draft.begin(case, "progress", "We read.", actor=staff("officer"), now=now).id
    db.session.commit()
    path, blocked = f"/staff/cases/{case.reference}", letter_offer.not_now(case, actor=decider, today=clock.day_of(now))
    assert set(blocked) == set(letter_draft.kinds(case)) and set(blocked.values()) == {complaint.OWN}
    barred = visit(decider)
    for page in ("/letters/new", "/elsewhere"):
        text = barred.get(f"{path}{page}").text
        assert "Somebody else must look into it." in text and "Look at the letter" not in text
    text = barred.get(f"{path}/letters/{draft}").text
    assert "Somebody else reads this letter and sends it." in text and "We read." in text
    assert not [words for words in ("Send it", "Throw it away", "Keep it and send it later") if f">{words}<" in text]
    assert ">Send it<" in visit("officer").get(f"{path}/letters/{draft}").text
