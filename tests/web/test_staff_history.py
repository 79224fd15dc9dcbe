"""What has happened to a case: all of it, in words, however often the case was looked at."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case
from sar_service.services import audit, clock, identity_copy, letter_draft, link, portal, team_share, work
from sar_service.services import case as cases
from sar_service.web import filters
from tests import factories, packs
from tests.browser import Visitor
from tests.web.test_identity_copies import a_picture

Visit = Callable[..., Visitor]


def titles(page: str) -> list[str]:
    return re.findall(r'moj-timeline__title">([^<]+)<', page)


def done(page: str) -> list[tuple[str, str]]:
    """What was done, and by whom, as the page says it."""
    return re.findall(r'timeline__title">([^<]+)</h\d>\s*<p class="moj-timeline__byline">([^<]+)<', page)


def said(page: str) -> str:
    return " ".join(re.findall(r'moj-timeline__description"><p>([^<]+)<', page))


def test_looking_at_a_case_hundreds_of_times_hides_nothing_that_was_done(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    for _ in range(520):
        audit.record("viewed the case", actor=officer, now=now, case=case)
    db.session.commit()
    page = visit(officer).get(f"/staff/cases/{case.reference}").text
    assert "Received a request" in titles(page) and "Letter set on its way" in titles(page)


def test_the_history_goes_back_to_the_first_thing_a_page_at_a_time(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    for number in range(130):
        work.note(case, f"Note {number}", actor=officer, now=now)
    db.session.commit()
    done = len([each for each in audit.timeline(case.id) if not each.verb.startswith("viewed ")])
    visitor = visit(officer)
    page = visitor.get(f"/staff/cases/{case.reference}").text
    assert titles(page) == ["Wrote a note"] * 20
    page = visitor.get(re.search(r'href="([^"]+/history)"', page)[1]).text  # type: ignore[index]
    found = titles(page)
    while older := re.search(r'href="([^"]+/history\?before=\d+)"', page):
        page = visitor.get(older[1]).text
        found += titles(page)
    assert len(found) == done and found[:130] == ["Wrote a note"] * 130
    assert "Received a request" in found[130:]


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40, "1; drop table"])
def test_a_place_in_the_history_that_is_none_shows_the_newest(
    visit: Visit, officer: Actor, case: Case, before: str
) -> None:
    page = visit(officer).get(f"/staff/cases/{case.reference}/history?before={before}")
    assert page.status_code == 200 and "Received a request" in titles(page.text)


def test_it_is_told_in_words_and_not_in_the_codes_it_is_kept_in(
    visit: Visit, staff: packs.Made, officer: Actor, case: Case, now: datetime
) -> None:
    manager, other = staff("manager"), factories.a_case(now=now, received_on=clock.day_of(now) - timedelta(days=2))
    link.link(case, other, LinkKind.SAME_SUBMISSION, actor=officer, now=now)
    group = team_share.make("Care records", "northmoor", actor=manager, now=now)
    team_share.give(case, group, actor=manager, now=now)
    received = clock.in_order(case, "received")[0]
    clock.correct(case, str(received.id), on=date(2026, 11, 1), reason="It lay in the post", actor=officer, now=now)
    db.session.commit()
    far = other.reference
    page = visit(officer).get(f"/staff/cases/{case.reference}").text
    assert f"Both were asked for in one message · with {far}" in said(page)
    assert "to Care records" in said(page) and "It lay in the post" in said(page)
    assert "Request received · 1 Nov 2026" in said(page) and "instead of: Request received, " in said(page)
    assert "Acknowledgement" in said(page) and "Copy of information" in said(page)
    assert not re.search(r"\d{4}-\d\d-\d\d|_|[0-9a-f]{8}-", said(page))


def test_a_letter_is_not_said_to_be_written_by_whoever_asked_for_it_or_passed_it_on(
    visit: Visit, case: Case, now: datetime
) -> None:
    """A code goes by itself to whoever asks for one; an answer is written by one officer and sent by another."""
    portal.send_code(case.reference, address="203.0.113.9", now=now)
    db.session.commit()
    events = done(visit("officer").get(f"/staff/cases/{case.reference}").text)
    assert ("Letter set on its way", "by the service") in events and ("Asked for a code", "by the requester") in events
    assert ("Due date worked out", "by the service") in events
    assert not [each for each in events if each[0].startswith("Wrote a letter")]


def test_the_day_of_a_copy_of_evidence_says_what_it_is(visit: Visit, officer: Actor, case: Case, now: datetime) -> None:
    row = identity_copy.take(case, a_picture(), name="scan.png", what="Passport", actor=officer, now=now)
    gone, until = row.destroy_on, clock.day_of(now) + timedelta(days=9)
    identity_copy.keep(case, row, until=until, reason="The court asks for it", actor=officer, now=now)
    db.session.commit()
    page = said(visit(officer).get(f"/staff/cases/{case.reference}").text)
    assert f"to be destroyed by {filters.short_date(gone)}" in page and f"until {filters.short_date(until)}" in page


def test_that_a_link_was_taken_away_stands_in_both_cases(
    visit: Visit, officer: Actor, case: Case, now: datetime
) -> None:
    other = factories.a_case(now=now)
    row = link.link(case, other, LinkKind.RELATED, actor=officer, now=now)
    link.unlink(case, row.id, reason="Another family", actor=officer, now=now)
    db.session.commit()
    here, there = case.reference, other.reference
    visitor = visit(officer)
    for one, far, reason in ((here, there, True), (there, here, False)):
        page = visitor.get(f"/staff/cases/{one}").text
        assert "Unlinked the case" in titles(page) and said(page).count(f"It belongs with it · with {far}") == 2
        assert ("Another family" in page) is reason


def test_a_linked_case_that_may_not_be_seen_is_not_named(
    visit: Visit, staff: packs.Made, officer: Actor, case: Case, now: datetime
) -> None:
    other = factories.a_case(now=now)
    link.link(case, other, LinkKind.RELATED, actor=officer, now=now)
    cases.restrict(other, True, reason="Somebody knows them", version=other.version, actor=staff("manager"), now=now)
    db.session.commit()
    far = other.reference
    page = visit(officer).get(f"/staff/cases/{case.reference}/history").text
    assert "It belongs with it" in said(page) and far not in page


@pytest.mark.parametrize(
    ("result", "words"),
    [("all", "All of it is done, or they were right"), ("part", "Part of it"), ("none", "Nothing of it")],
)
def test_how_much_was_done_stands_beside_the_answer(
    visit: Visit, staff: Callable[..., Actor], now: datetime, result: str, words: str
) -> None:
    actor = staff("officer")
    case = factories.with_identity(factories.a_case(now=now, right=Right.ERASURE), actor=actor, now=now)
    reference = case.reference
    row = letter_draft.begin(case, "outcome-erasure", "The law says so.", result=result, actor=actor, now=now)
    letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=now)
    db.session.commit()
    page = visit("officer").get(f"/staff/cases/{reference}").text
    assert "Answered by letter" in titles(page) and words in said(page)
