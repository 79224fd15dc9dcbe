"""Why it was late: asked for beside the clock of a late case, put right, found again in lists, and counted."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.lateness import Lateness
from sar_service.domain.letter import SAYS_LATE
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, Case, CaseKey, Fact, LateReason, Letter
from sar_service.services import case as cases
from sar_service.services import clock, complaint, lateness, letter_draft, sealing
from sar_service.web import filters
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
Staff = Callable[..., Actor]
CARD = 'id="lateness"'
TEMPLATES = Path(__file__).parents[2] / "templates"
SCHOOL = "The school of Tristram Bray sent its file after six weeks"


def made(now: datetime, days: int, **changes: Any) -> Case:
    """A case that came so many days ago; one with `status` RELEASED was answered today unless it says otherwise."""
    request = {name: changes.pop(name) for name in ("right", "filed", "requester") if name in changes}
    case = factories.a_case(now=now, received_on=(now - timedelta(days=days)).date(), **request)
    for name, value in changes.items():
        setattr(case, name, value)
    db.session.commit()
    return case


def late(now: datetime, days: int = 45, **changes: Any) -> Case:
    on = changes.pop("on", now.date())
    return made(now, days, status=Status.RELEASED, released_on=on, ended_on=on, **changes)


def say(visitor: Visitor, reference: str, why: Lateness, text: str = "") -> Any:
    visitor.get(f"/staff/cases/{reference}")
    return visitor.send({"why": why.value, "text": text}, form="Keep the reason")


def listed(visitor: Visitor, query: str) -> set[str]:
    rows = visitor.get(f"/staff/?{query}").text.partition("<tbody")[2].partition("</tbody>")[0]
    return set(re.findall(r'href="/staff/cases/([A-Z2-9-]+)"', rows))


def test_whoever_works_it_says_why_and_everybody_sees_who_said_so(visit: Visit, now: datetime) -> None:
    case = late(now, days=45)
    reference, key, version = case.reference, case.id, case.version
    officer = visit("officer", name="Petra Lund")
    page = officer.get(f"/staff/cases/{reference}").text
    assert "It was due on 9 November 2026 and answered on 23 November 2026." in page
    assert "Nobody has said yet why" in page
    page = say(officer, reference, Lateness.RECORDS_SLOW, SCHOOL).text
    card = page.partition(CARD)[2].partition("<details")[0]
    assert str(filters.LATENESS[Lateness.RECORDS_SLOW]) in card and SCHOOL in card and "Petra Lund" in card
    assert "Said why it was late" in page  # in the history
    row = db.session.scalars(select(LateReason)).one()
    assert b"Tristram" not in row.sealed and sealing.unseal(row) == {"text": SCHOOL}
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "said why it was late")).one()
    assert event.detail == {"lateness": "records_slow"} and event.object == f"late_reason:{row.id}"
    assert db.session.get_one(Case, key).version == version  # no open form of the case is old for it


def test_a_correction_is_added_and_the_newest_stands(visit: Visit, now: datetime) -> None:
    case = late(now)
    key, reference, officer = case.id, case.reference, visit("officer")
    say(officer, reference, Lateness.STAFFING, "Two of us were ill")
    page = say(officer, reference, Lateness.SIGN_OFF).text
    assert "What was said before" in page and "Two of us were ill" in page
    card = page.partition(CARD)[2].partition("<details")[0]
    assert "It waited to be signed off" in card and "Too few staff" not in card
    rows = db.session.scalars(select(LateReason).order_by(LateReason.number)).all()
    assert [(row.number, row.reason) for row in rows] == [(1, Lateness.STAFFING), (2, Lateness.SIGN_OFF)]
    assert db.session.get_one(Case, key).late_reason is Lateness.SIGN_OFF
    assert listed(officer, "why=sign_off") == {reference} and listed(officer, "why=staffing") == set()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"text": "What I typed"}, "Choose what kept it more than anything else."),
        ({"why": "bad luck", "text": "What I typed"}, "Choose what kept it more than anything else."),
        ({"why": "other", "text": " "}, "Say in a few words what it was."),
        ({"why": "system", "text": "What I typed" * 200}, "This may have at most 2000 characters."),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(
    visit: Visit, now: datetime, sent: dict[str, str], says: str
) -> None:
    reference, officer = late(now).reference, visit("officer")
    officer.get(f"/staff/cases/{reference}")
    page = officer.send(sent, form="Keep the reason")
    assert page.status_code == 400 and says in page.text and sent["text"].strip() in page.text
    assert db.session.scalars(select(LateReason)).all() == []


def test_pressed_twice_it_is_said_once(visit: Visit, now: datetime) -> None:
    reference, officer = late(now).reference, visit("officer")
    officer.get(f"/staff/cases/{reference}")
    form = next(each for each in officer.forms() if "Keep the reason" in each["buttons"])
    for _ in range(2):
        assert officer.post(form["action"], {**form["fields"], "why": "system"}).status_code == 200
    assert len(db.session.scalars(select(LateReason)).all()) == 1


def test_who_comes_second_sees_what_the_other_said(visit: Visit, staff: Staff, now: datetime) -> None:
    reference = late(now).reference
    quick, second = visit(staff("officer", name="Ysolde Quick")), visit(staff("officer", name="Branok Second"))
    say(quick, reference, Lateness.SYSTEM)
    for visitor in (quick, second):
        visitor.get(f"/staff/cases/{reference}")
    quick.send({"why": "volume", "text": "Nine thousand pages"}, form="Keep the reason")
    page = second.send({"why": "staffing", "text": "Nobody was here"}, form="Keep the reason")
    assert page.status_code == 409
    told = page.text[page.text.index("Somebody else changed this while") :].partition("</table>")[0]
    for words in ("Changed by Ysolde Quick", "Too few staff", "Nobody was here", "Nine thousand pages"):
        assert words in told
    second.send(form="Keep the reason")
    assert [row.reason.value for row in db.session.scalars(select(LateReason).order_by(LateReason.number))] == [
        "system",
        "volume",
        "staffing",
    ]


def test_one_that_is_in_time_is_not_asked_about(visit: Visit, now: datetime) -> None:
    case = made(now, 5)
    reference, officer = case.reference, visit("officer")
    page = officer.get(f"/staff/cases/{reference}").text
    assert CARD not in page
    answer = officer.post(f"/staff/cases/{reference}/lateness", {"why": "system", "version": "0"})
    assert answer.status_code == 409 and "This case is not late" in answer.text
    assert db.session.scalars(select(LateReason)).all() == []


def test_what_is_still_open_can_be_explained_and_a_date_put_right_takes_it_off_the_lists(
    visit: Visit, staff: Staff, now: datetime
) -> None:
    case = made(now, 45)
    key, reference, manager = case.id, case.reference, visit("manager")
    assert "It was due on 9 November 2026 and is not answered." in manager.get(f"/staff/cases/{reference}").text
    assert listed(manager, "why=open") == {reference} and listed(manager, "why=ended") == set()
    say(manager, reference, Lateness.OVERLOOKED)
    assert "Late: It was overlooked" in manager.get("/staff/").text
    assert listed(manager, "why=overlooked") == {reference} and listed(manager, "why=open") == set()
    case = db.session.get_one(Case, key)
    clock.correct(case, str(case.facts[0].id), on=now.date(), reason="A typing error", actor=staff("officer"), now=now)
    db.session.commit()
    assert listed(manager, "why=overlooked") == set() and "Late: It was" not in manager.get("/staff/").text
    assert CARD not in manager.get(f"/staff/cases/{reference}").text


def test_every_way_of_being_late_is_one_and_no_other(visit: Visit, staff: Staff, now: datetime) -> None:
    today, manager = now.date(), visit("manager")
    asked_late = made(now, 90, missed_on=today - timedelta(days=60), clock_state="not_started", due_on=None)
    after = {"ended_on": today}
    wanted = {
        made(now, 40).reference: "is not answered",
        asked_late.reference: "is not answered",
        late(now).reference: "and answered on 23 November 2026",
        late(now, due_on=None).reference: "It has no due date",
        made(now, 60, status=Status.REFUSED, **after).reference: "ended without an answer on 23 November 2026",
        made(now, 61, status=Status.WITHDRAWN, **after).reference: "ended without an answer",
        made(now, 62, status=Status.CLOSED, **after).reference: "ended without an answer",
    }
    in_time = {"ended_on": today - timedelta(days=30)}
    other = late(now, days=10)
    for status in (Status.REFUSED, Status.WITHDRAWN, Status.CLOSED):
        made(now, 40, status=status, **in_time)
    made(now, 60, status=Status.REDIRECTED, **after)
    told_elsewhere = {"right": Right.COMPLAINT, "filed": complaint.Filed(about=About.NONE), "acknowledged_late": True}
    made(now, 60, status=Status.REDIRECTED, **told_elsewhere, **after)
    made(now, 60, status=Status.SET_ASIDE, **after)
    made(now, 60, status=Status.DRAFT)
    made(now, 60, status=Status.CLOSED, merged_into=other.id, **after)
    made(now, 60, clock_state="paused", due_on=None)
    assert listed(manager, "why=open") | listed(manager, "why=ended") == set(wanted)
    assert listed(manager, "why=open") == {key for key, words in wanted.items() if words == "is not answered"}
    for reference, words in wanted.items():
        assert words in manager.get(f"/staff/cases/{reference}").text


def test_the_day_on_which_it_ended_is_the_one_in_london(visit: Visit, staff: Staff, now: datetime) -> None:
    case, manager = factories.a_case(now=now, received_on=date(2026, 6, 15)), staff("manager")
    key, visitor = case.id, visit(manager)
    evening = datetime(2026, 7, 15, 22, 30, tzinfo=UTC)  # half past eleven in London, on the last day
    for at, ended, found in (
        (evening, date(2026, 7, 15), False),
        (evening + timedelta(hours=1), date(2026, 7, 16), True),
    ):
        case = db.session.get_one(Case, key)
        cases.move(case, Action.WITHDRAW, actor=manager, now=at, reason="They rang")
        db.session.commit()
        assert case.ended_on == ended
        assert bool(listed(visitor, "why=ended")) is found
        case = db.session.get_one(Case, key)
        cases.move(case, Action.REOPEN, actor=manager, now=at, reason="They rang again")
        db.session.commit()
        assert case.ended_on is None


def test_a_refusal_on_paper_was_told_when_it_was_posted(app: Any, visit: Visit, staff: Staff, now: datetime) -> None:
    nobody = {"name": "Ivo Penhale", "email": "", "phone": "01632 960001", "address": "3 Quay Row, Northmoor"}
    case = made(now, 33, requester=nobody)
    key, manager = case.id, staff("manager")
    draft = letter_draft.begin(case, "refused", "It was answered last week", actor=manager, now=now)
    letter_draft.send(case, draft, version=draft.version, actor=manager, now=now)
    db.session.commit()
    refused = db.session.get_one(Case, key)
    assert (refused.status, refused.ended_on) == (Status.REFUSED, refused.due_on)
    reference = refused.reference
    app.config["NOW"] = lambda: now + timedelta(days=2)
    visitor = visit(manager)
    visitor.get("/staff/post")
    ids = [str(row.id) for row in db.session.scalars(select(Letter).where(Letter.state == "to_post"))]
    visitor.send({"letter": ids, "do": "posted"}, form="They are in the post")
    assert listed(visitor, "why=ended") == {reference}


def test_a_complaint_that_was_acknowledged_late_has_a_reason_too(visit: Visit, staff: Staff, now: datetime) -> None:
    case = made(now, 45, right=Right.COMPLAINT, filed=complaint.Filed(about=About.NONE))
    reference, key, officer = case.reference, case.id, staff("officer")
    clock.add_fact(case, "complaint_acknowledged", now.date(), actor=officer, now=now)
    db.session.commit()
    manager = visit("manager")
    page = manager.get(f"/staff/cases/{reference}").text
    assert "It was to be acknowledged by 9 November 2026 and was on 23 November 2026." in page
    assert listed(manager, "why=open&right=complaint") == {reference}
    say(manager, reference, Lateness.CAME_LATE)
    page = manager.get("/managers/complaints").text
    assert (
        "Why answers were late" in page
        and "It reached the team late" in page
        and "acknowledged or answered late" in page
    )
    assert "It reached the team late" not in manager.get("/managers/board").text
    db.session.get_one(Case, key).acknowledged_late = None  # as an earlier version left it
    db.session.commit()
    lateness.note_old()
    db.session.commit()
    assert listed(manager, "why=came_late") == {reference}


def test_who_decided_on_what_a_complaint_is_about_does_not_explain_it(
    visit: Visit, staff: Staff, now: datetime
) -> None:
    request, decider = made(now, 60), staff("officer")
    clock.add_fact(request, "clarification_requested", now.date() - timedelta(days=50), actor=decider, now=now)
    filed = complaint.Filed(about=About.REQUEST, request=request)
    reference = made(now, 45, right=Right.COMPLAINT, filed=filed).reference
    visitor = visit(decider)
    page = visitor.get(f"/staff/cases/{reference}").text
    assert CARD in page and "Keep the reason" not in page
    answer = visitor.post(f"/staff/cases/{reference}/lateness", {"why": "system", "version": "0"})
    assert answer.status_code == 403 and complaint.OWN in answer.text
    assert "Kept: why it was late" in say(visit("officer"), reference, Lateness.SYSTEM).text


def test_managers_see_how_many_nobody_has_explained(visit: Visit, now: datetime) -> None:
    one, two = late(now).reference, late(now, days=50).reference
    long_ago = late(now, days=500).reference  # received before the twelve months, and answered only now
    late(now, days=500, on=now.date() - timedelta(days=400))  # and one that ended before them
    made(now, 45)  # not ended
    manager, officer = visit("manager"), visit("officer")
    words = "3 requests ended late, and nobody has said why"
    assert words in manager.get("/staff/").text and "ended late, and nobody" not in officer.get("/staff/").text
    address = re.search(rf'href="([^"]+)">{words}', manager.get("/staff/").text)
    assert address
    assert listed(manager, address[1].partition("?")[2].replace("&amp;", "&")) == {one, two, long_ago}
    assert "requests ended late" not in visit("manager", controllers=["southmoor"]).get("/staff/").text
    say(officer, one, Lateness.VOLUME)
    assert "2 requests ended late, and nobody has said why" in manager.get("/staff/").text


def test_the_board_counts_the_reasons_and_an_auditor_reads_them(visit: Visit, now: datetime) -> None:
    manager = visit("manager")
    for days, why in ((45, Lateness.VOLUME), (46, Lateness.VOLUME), (47, Lateness.SYSTEM), (48, None)):
        reference = late(now, days=days).reference
        if why:
            say(manager, reference, why)
    made(now, 49)
    page = visit("auditor").get("/managers/board").text
    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th><td[^>]*>(\d+)</td><td[^>]*>(\d+%)', page.partition("why-late")[2]
    )
    assert rows == [
        ("More records than could be read in the time", "2", "40%"),
        ("A system failed", "1", "20%"),
        ("Ended, and nobody has said why", "1", "20%"),
        ("Still open, and no reason given yet", "1", "20%"),
    ]
    assert "/staff/?why" not in page
    links = re.findall(r'href="(/staff/\?why=[^"]+)">(\d+)<', manager.get("/managers/board").text)
    assert [int(count) for _address, count in links] == [2, 1, 1, 1]
    for address, count in links:
        assert len(listed(manager, address.partition("?")[2].replace("&amp;", "&"))) == int(count)


def test_the_reasons_as_a_file_are_by_month_and_of_ones_own_councils(visit: Visit, now: datetime) -> None:
    manager = visit("manager")
    say(manager, late(now, days=45).reference, Lateness.OPINION)
    late(now, days=80)
    made(now, 45, right=Right.COMPLAINT, filed=complaint.Filed(about=About.NONE))
    answer = visit("auditor").get("/managers/why-late.csv")
    assert answer.mimetype == "text/csv" and "why-late.csv" in answer.headers["Content-Disposition"]
    assert answer.text.isascii()  # a spreadsheet program garbles anything else in a file without a mark of its encoding
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 24 and [row["month"] for row in rows[:12]] == [row["month"] for row in rows[12:]]
    told = {(row["month"], row["about"]): row for row in rows if row["late"] != "0"}
    opinion = str(filters.LATENESS[Lateness.OPINION]).replace("’", "'")
    october = told["2026-10", "requests"]
    assert (october["late"], october[opinion], october["ended, no reason given"]) == ("1", "1", "0")
    assert told["2026-09", "requests"]["ended, no reason given"] == "1"
    assert told["2026-10", "complaints"]["open, no reason given"] == "1"
    theirs = visit("auditor", controllers=["southmoor"]).get("/managers/why-late.csv")
    assert {row["late"] for row in csv.DictReader(io.StringIO(theirs.text))} == {"0"}


def test_reasons_go_when_the_case_goes(visit: Visit, now: datetime) -> None:
    case = late(now)
    key = case.id
    say(visit("officer"), case.reference, Lateness.OTHER, SCHOOL)
    db.session.rollback()
    for table in (CaseKey, Fact):
        db.session.execute(delete(table))
    db.session.execute(delete(Case).where(Case.id == key))
    db.session.commit()
    assert db.session.scalars(select(LateReason)).all() == []


def test_nothing_waits_for_a_reason(visit: Visit, staff: Staff, now: datetime) -> None:
    case, manager = made(now, 45), staff("manager")
    before = {choice.action: choice.blocked for choice in cases.choices(case, actor=manager)}
    lateness.say(case, Lateness.STAFFING, "", version=0, actor=manager, now=now)
    db.session.commit()
    assert {choice.action: choice.blocked for choice in cases.choices(case, actor=manager)} == before


def test_whoever_waits_beyond_the_day_is_told_so_and_lists_say_who_was_not(
    visit: Callable[..., Visitor], now: datetime
) -> None:
    came = datetime(2026, 10, 19, 10, tzinfo=UTC)
    silent, told = (factories.a_case(now=came, received_on=came.date()) for _ in range(2))
    fresh = factories.a_case(now=now, received_on=now.date())
    references = [case.reference for case in (silent, told, fresh)]
    officer = visit("officer")
    officer.get(f"/staff/cases/{references[1]}/letters/new?kind=progress")
    page = officer.send({"kind": "progress", "reason": "Two systems are still being read"}, form="Look at the letter")
    draft = str(page.request.path)
    asked = "They have not been told that it is late"
    assert asked in officer.get(f"/staff/cases/{references[1]}").text  # a draft tells nobody
    officer.get(draft)
    officer.send({"do": "send"}, form="Send it")
    pages = [officer.get(f"/staff/cases/{reference}").text for reference in references]
    assert [asked in page for page in pages] == [True, False, False]
    assert "The day passed on 19 November 2026" in pages[0] and "/letters/new?kind=progress" in pages[0]
    assert officer.get("/staff/").text.count("Not told that it is late</strong>") == 1
    listed = officer.get("/staff/?due=untold").text
    assert [reference in listed for reference in references] == [True, False, False]


def whole(template: str) -> str:
    """A template of a letter with all that it includes."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return text + "".join(whole(each) for each in re.findall(r'include "(letters/[^"]+)"', text))


@pytest.mark.parametrize("kind", sorted(SAYS_LATE))
def test_every_letter_that_counts_as_news_of_lateness_can_say_it(kind: str) -> None:
    assert "You should have had our answer by" in whole(f"letters/{kind}/body.txt")
