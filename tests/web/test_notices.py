"""What a page warns of: what matters stands at the top, in true words, and once."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, Letter
from sar_service.services import (
    clock,
    complaint,
    identity,
    identity_change,
    letter,
    letter_draft,
    link,
    listing,
    lying,
    merge,
)
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
AGAIN = "Identity has to be settled again"


def settled_in(now: datetime, actor: Actor) -> Case:
    return factories.with_identity(factories.a_case(now=now), actor=actor, now=now)


def notice(page: str, title: str) -> str:
    """All that stands in the notice with this title; nothing where there is none."""
    _before, _title, rest = page.partition(f"</span>{title}</h2>")
    return " ".join(re.sub("<[^>]+>", " ", rest.partition("</div>")[0]).split())


def test_a_doubt_stands_at_the_top_of_the_page_that_settles_it(visit: Visit, officer: Actor, now: datetime) -> None:
    case = settled_in(now, officer)
    identity.doubt(case, reason="A neighbour says it is not her", actor=officer, now=now + timedelta(minutes=1))
    db.session.commit()
    key, path, desk = case.id, f"/staff/cases/{case.reference}/identity", visit(officer)
    page = desk.get(path).text
    said = notice(page, AGAIN)
    assert "A neighbour says it is not her" in said and "Nothing is released" in said
    assert "What was seen is enough" not in page
    assert "Do not ask for another document" not in page  # whoever doubts may ask
    again = db.session.get_one(Case, key)
    identity.settle(again, override="She came in", sure="seen", actor=officer, now=now + timedelta(minutes=2))
    db.session.commit()
    assert notice(desk.get(path).text, AGAIN) == ""


def test_a_changed_contact_is_said_once_on_the_page_that_settles_it(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    settled, new = settled_in(now, officer), factories.a_case(now=now)
    for case in (settled, new):
        identity_change.change_contact(
            case, {"email": "new@example.org"}, actor=officer, now=now + timedelta(minutes=1)
        )
    db.session.commit()
    desk, references = visit(officer), [case.reference for case in (settled, new)]
    page, other = (desk.get(f"/staff/cases/{reference}/identity").text for reference in references)
    assert "Only evidence may be asked for" in notice(page, AGAIN) and "Contact changed" in notice(page, AGAIN)
    first = "The contact was changed, and nobody has settled since who has it"
    assert first not in page
    assert notice(other, AGAIN) == "" and "Only evidence may be asked for" in notice(other, first)


def test_a_case_whose_letters_wait_stands_once_on_the_worklist_with_what_they_wait_for(
    visit: Visit, officer: Actor, app: Flask, now: datetime
) -> None:
    came = now - timedelta(days=3)
    here, there, new = settled_in(came, officer), settled_in(came, officer), factories.a_case(now=came)
    link.link(here, there, LinkKind.RELATED, actor=officer, now=came)
    for case in (here, new):
        identity_change.change_contact(
            case, {"email": "new@example.org"}, actor=officer, now=came + timedelta(minutes=1)
        )
    db.session.commit()
    changed, linked, fresh = (case.reference for case in (here, there, new))
    page = visit(officer).get("/staff/").text
    again, held = notice(page, AGAIN), notice(page, "Letters are held back")
    elsewhere = notice(page, "A contact was changed in one case, and in linked ones of the same requester it was not")
    assert f"{changed} Letters wait" in again and linked not in again
    assert linked in elsewhere and fresh in held
    assert changed not in held and linked not in held


def test_letters_that_wait_for_a_linked_case_are_not_said_to_wait_for_identity(
    visit: Visit, officer: Actor, app: Flask, now: datetime
) -> None:
    """It is settled, and settling it once more would send nothing."""
    here, there = settled_in(now, officer), settled_in(now, officer)
    link.link(here, there, LinkKind.RELATED, actor=officer, now=now)
    identity_change.change_contact(here, {"email": "new@example.org"}, actor=officer, now=now + timedelta(minutes=1))
    db.session.commit()
    page = visit(officer).get(f"/staff/cases/{there.reference}").text
    assert "Held back until it is settled who reads it" in page and "until identity is settled" not in page


def test_who_is_late_and_told_another_date_is_written_to_about_both_at_once(
    visit: Visit, officer: Actor, app: Flask
) -> None:
    came = datetime(2026, 10, 9, 10, tzinfo=UTC)
    case = factories.a_case(now=came, received_on=came.date())
    asked, answered = came + timedelta(days=1), came + timedelta(days=6)
    letter_draft.begin_and_send(case, "clarification", "Which years?", actor=officer, now=asked)
    clock.add_fact(case, "clarification_received", answered.date(), actor=officer, now=answered)
    db.session.commit()
    assert case.due_on == date(2026, 11, 16)
    told, late = "They were told another date", "They have not been told that it is late"
    path = f"/staff/cases/{case.reference}"
    app.config["NOW"] = lambda: datetime(2026, 11, 16, 9, tzinfo=UTC)
    page = visit(officer).get(path).text
    assert "they have our answer by 9 November 2026" in notice(page, told) and notice(page, late) == ""
    app.config["NOW"] = lambda: datetime(2026, 11, 23, 9, tzinfo=UTC)
    desk = visit(officer)
    page = desk.get(path).text
    assert notice(page, told) == "" and "they have our answer by 9 November 2026" in notice(page, late)
    desk.get(f"{path}/letters/new?kind=progress")
    desk.send({"kind": "progress", "reason": "We read nine boxes"}, form="Look at the letter")
    desk.send({"do": "send"}, form="Send it")
    page = desk.get(path).text
    assert notice(page, told) == notice(page, late) == ""


def test_a_complaint_that_was_merged_is_called_so_in_the_request_that_it_is_about(
    visit: Visit, officer: Actor, app: Flask, now: datetime
) -> None:
    request = factories.a_case(now=now)
    filed = complaint.Filed(about=About.REQUEST, request=request)
    keep, away = (factories.a_case(now=now, right=Right.COMPLAINT, filed=filed) for _ in range(2))
    versions = {"version": keep.version, "away_version": away.version}
    merge.merge(keep, away, why="Sent twice", actor=officer, now=now, **versions)
    db.session.commit()
    second, path = away.reference, f"/staff/cases/{request.reference}/complaint"
    page = visit(officer).get(path).text
    said = page.partition(f">{second}</a>")[2].partition("</li>")[0]
    assert "Merged" in said


def test_a_notice_that_names_only_the_first_says_that_there_are_more(
    visit: Visit, officer: Actor, app: Flask, now: datetime
) -> None:
    made = [factories.a_case(now=now + timedelta(minutes=at)) for at in range(listing.MOST + 2)]
    for at, case in enumerate(made):
        case.doubted_at = now + timedelta(minutes=at)
        row = letter.write(case, "acknowledgement", actor=officer, now=now)
        row.state, row.written_at = "failed", now + timedelta(minutes=at)
    db.session.commit()
    references, keys = [case.reference for case in made], [case.id for case in made]
    page = visit(officer).get("/staff/").text
    said = notice(page, AGAIN)
    assert [each for each in references if each in said] == references[:-2]
    assert said.endswith("and more, which are named here as these are dealt with")
    assert f"More than {listing.MOST} letters did not arrive" in page
    told = "\n".join(lying.in_words(actor=officer, now=now))
    assert f"- more than {listing.MOST} requests in which identity has to be settled again" in told
    assert f"- {listing.MOST + 2} letters that did not arrive" in told
    for key in keys[:2]:
        db.session.get_one(Case, key).doubted_at = None
    for row in db.session.scalars(select(Letter).where(Letter.case_id.in_(keys[:2]))):
        row.state = "sent"
    db.session.commit()
    page = visit(officer).get("/staff/").text
    said = notice(page, AGAIN)
    assert [each for each in references if each in said] == references[2:] and "and more" not in said
    assert f"{listing.MOST} letters did not arrive" in page and "More than" not in page


def test_a_page_of_staff_names_the_councils_whose_page_it_is(visit: Visit, app: Flask, now: datetime) -> None:
    path = f"/staff/cases/{factories.a_case(now=now, controller='southmoor').reference}"
    both, south = visit("officer", controllers=["northmoor", "southmoor"]), visit("officer", controllers=["southmoor"])

    def of(visitor: Visitor, path: str) -> tuple[str, str]:
        page = visitor.get(path).text
        head = re.sub("<[^>]+>", " ", page.partition('class="sar-header__council"')[2].partition("</a>")[0])
        return head.partition(">")[2].strip(), " ".join(page.partition('class="sar-footer"')[2].split())

    (lists, contacts), (cased, its) = of(both, "/staff/"), of(both, path)
    assert "Northmoor" in lists and "Southmoor" in lists and "Northmoor" not in cased and "Southmoor" in cased
    assert "access@northmoor.example" not in contacts + its
    assert [of(south, each)[0] for each in ("/staff/", path)] == [cased, cased]
    assert "access@northmoor.example" in of(visit("officer"), "/staff/")[1]
