"""The managers' pages: figures that open their lists, the team, the systems, the audit trail."""

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import html5lib
import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.lifecycle import Status
from sar_service.models import Case, Member
from sar_service.web.managers.sheet import safe_cell
from tests import factories
from tests.browser import Visitor

PAGES = ["/managers/board", "/managers/systems/", "/managers/team", "/managers/audit"]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_sign_in(stranger: Visitor, path: str) -> None:
    assert stranger.get(path).request.path == "/staff/sign-in"


@pytest.mark.parametrize(
    ("role", "open_to"),
    [
        ("officer", {"/managers/systems/"}),
        ("manager", {"/managers/board", "/managers/systems/", "/managers/audit"}),
        ("administrator", {"/managers/systems/", "/managers/team"}),
        ("auditor", {"/managers/board", "/managers/audit"}),
    ],
)
def test_each_role_sees_its_pages_and_no_others(visit: Callable[..., Visitor], role: str, open_to: set[str]) -> None:
    visitor = visit(role)
    assert {path for path in PAGES if visitor.get(path).status_code == 200} == open_to


def _made(now: datetime, *, received_days: int, **changes: Any) -> Case:
    case = factories.a_case(now=now, received_on=(now - timedelta(days=received_days)).date())
    for name, value in changes.items():
        setattr(case, name, value)
    db.session.commit()
    return case


@pytest.mark.parametrize("state", ["paused", "not_started"])
def test_an_answer_given_while_the_clock_stands_still_is_in_time(
    visit: Callable[..., Visitor], now: datetime, state: str
) -> None:
    """Those days do not count towards the period, so that it cannot have ended in them."""
    case = _made(now, received_days=50, clock_state=state, due_on=None, status=Status.CLOSED, released_on=now.date())
    missed = _made(
        now, received_days=50, clock_state=state, due_on=None, missed_on=now.date(), status=Status.CLOSED,
        released_on=now.date(),
    )  # fmt: skip
    good, late = case.reference, missed.reference
    page = visit("manager").get("/staff/?answered=in_time&closed=yes").text
    assert good in page and late not in page


@pytest.mark.parametrize("kind", ["fee_requested", "clarification_requested", "extension_notice"])
def test_what_is_asked_after_the_answer_changes_no_figure_and_what_comes_to_light_does(
    visit: Callable[..., Visitor], now: datetime, kind: str
) -> None:
    day = date(2026, 11, 3)
    answered = {"status": Status.RELEASED, "released_on": day, "ended_on": day}
    case = _made(now, received_days=(now.date() - date(2026, 10, 5)).days, **answered)
    officer, manager, path = visit("officer"), visit("manager"), f"/staff/cases/{case.reference}/facts"
    entry, due = str(case.facts[0].id), case.due_on
    officer.get(path)
    page = officer.send({"kind": kind, "on": "2026-11-20", "reasons": "A second copy"}, form="Record it")
    assert page.status_code == 400 and "This ended on Tuesday 3 November 2026" in page.text
    page = officer.send({"entry": entry, "on": "2026-11-04", "reason": "Misread"}, form="Correct it")
    assert page.status_code == 400 and "This ended on Tuesday 3 November 2026" in page.text
    db.session.expire_all()
    assert (case.due_on, case.missed_on) == (due, None)
    assert "2026-10,1,1,1," in manager.get("/managers/board.csv").text
    assert officer.send({"entry": entry, "on": "2026-09-28", "reason": "Misread"}, form="Correct it").status_code == 200
    assert "2026-09,1,1,0," in manager.get("/managers/board.csv").text


def test_the_board_counts_honestly_and_figures_open_their_lists(visit: Callable[..., Visitor], now: datetime) -> None:
    late = _made(now, received_days=45)
    _made(now, received_days=2)
    _made(now, received_days=10, clock_state="paused", due_on=None)
    answered = _made(now, received_days=40)
    answered.status, answered.released_at, answered.released_on = Status.RELEASED, now, answered.due_on
    too_late = _made(now, received_days=60)
    too_late.status, too_late.released_on = Status.CLOSED, now.date()
    refused = _made(now, received_days=50)
    refused.status = Status.REFUSED
    db.session.commit()
    expected_late = (now.date() - late.due_on).days
    late_one, good_one, too_late_one = late.reference, answered.reference, too_late.reference
    visitor = visit("manager")
    page = visitor.get("/managers/board")
    assert f"the oldest by {expected_late} days" in page.text
    assert "50%" in page.text  # one of two answered in time; the refused one is not counted
    overdue = visitor.get("/staff/?due=overdue")
    assert late_one in overdue.text and good_one not in overdue.text
    in_time = visitor.get("/staff/?answered=in_time&closed=yes")
    assert good_one in in_time.text and too_late_one not in in_time.text


def test_the_months_as_a_file_hold_no_formula(visit: Callable[..., Visitor]) -> None:
    answer = visit("manager").get("/managers/board.csv")
    assert answer.mimetype == "text/csv" and answer.text.startswith("month,received")
    for cell in ("=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"):
        assert safe_cell(cell).startswith("'")
    assert safe_cell("2026-11") == "2026-11"


def test_an_administrator_adds_somebody_who_can_then_sign_in(visit: Callable[..., Visitor], stranger: Visitor) -> None:
    visitor = visit("administrator")
    visitor.get("/managers/team")
    page = visitor.send(
        {"name": "Bryony Hask", "email": "bryony@northmoor.example", "role": "officer", "controllers": ["northmoor"]},
        form="Add this person",
    )
    password = page.text.split("with this password: ")[1].split("<")[0].strip()
    stranger.get("/staff/sign-in")
    answer = stranger.send({"email": "bryony@northmoor.example", "password": password})
    assert answer.status_code == 200 and answer.request.path == "/staff/password"


def test_ending_access_ends_the_session_at_once(visit: Callable[..., Visitor], staff: Callable[..., Any]) -> None:
    officer = visit(staff("officer"))
    assert officer.get("/staff/").request.path == "/staff/"
    administrator = visit("administrator")
    administrator.get("/managers/team")
    member = db.session.scalar(select(Member).where(Member.role == "officer"))
    administrator.post(f"/managers/team/{member.id}/end")
    assert officer.get("/staff/").request.path == "/staff/sign-in"


def test_whose_access_was_ended_can_be_given_it_again(
    visit: Callable[..., Visitor], stranger: Visitor, staff: Callable[..., Any]
) -> None:
    leaver, administrator = staff("officer"), visit("administrator")
    administrator.get("/managers/team")
    page = administrator.post(f"/managers/team/{leaver.id}/end")
    assert "A manager hands their work over" in page.text
    page = administrator.send(form="Give access again")
    found = re.search(r"can sign in with this password: ([\w-]+)", page.text)
    assert found
    email = db.session.get_one(Member, uuid.UUID(leaver.id)).email
    stranger.get("/staff/sign-in")
    page = stranger.send({"email": email, "password": found[1]})
    assert page.request.path == "/staff/password"  # and chooses another first, as with a first password
    # another administrator, whose page is an older one, makes that password worth nothing by no mistake
    page = visit("administrator").post(f"/managers/team/{leaver.id}/return")
    assert page.status_code == 409 and "They can sign in already." in page.text
    assert "Somebody else changed this" not in page.text
    assert stranger.get("/staff/password", follow=False).status_code == 200
    assert visit("officer").post(f"/managers/team/{leaver.id}/return").status_code == 403


def test_a_system_is_checked_and_a_bad_one_says_why(visit: Callable[..., Visitor], council: Any) -> None:
    visitor = visit("officer")
    visitor.get("/managers/systems/")
    assert "answers" in visitor.send(form="Check now").text
    moved = council / "care.db.away"
    (council / "care.db").rename(moved)
    try:
        visitor.get("/managers/systems/")
        assert "Social care records:" in visitor.send(form="Check now").text
    finally:
        moved.rename(council / "care.db")


def test_the_trail_is_shown_checked_and_taken_away(visit: Callable[..., Visitor], now: datetime) -> None:
    case = factories.a_case(now=now)
    visitor = visit("auditor")
    page = visitor.get(f"/managers/audit?reference={case.reference}")
    assert "received a request" in page.text
    assert "is whole" in visitor.send(form="Check that it is whole").text
    copy = visitor.post("/managers/audit/export")
    assert '"verb": "received a request"' in copy.text
    assert "Tregale" not in copy.text


def _figures_and_lists(visitor: Visitor) -> dict[str, tuple[int, int]]:
    """Every figure of the board that is a link: its words, what it says, and how long the list is that it opens."""
    tree = html5lib.parse(visitor.get("/managers/board").text, namespaceHTMLElements=False)
    found = {}
    for link in list(tree.iter("a")):
        words = " ".join("".join(link.itertext()).split())
        number, _, name = words.partition(" ")
        if number.isdigit() and link.get("href", "").startswith("/staff/"):
            page = visitor.get(link.get("href"))
            listed = re.search(r"(\d+) requests?\b", page.text)
            assert listed, f"{words} leads to {link.get('href')}, which is no list"
            found[name] = (int(number), int(listed[1]))
    return found


def test_every_figure_opens_the_list_it_counts(visit: Callable[..., Visitor], now: datetime) -> None:
    today = now.date()
    _made(now, received_days=45)  # overdue
    _made(now, received_days=29)  # due this week
    _made(now, received_days=3)
    _made(now, received_days=12, clock_state="paused", due_on=None)
    _made(now, received_days=13, clock_state="not_started", due_on=None)
    in_time = _made(now, received_days=41, status=Status.RELEASED)
    in_time.released_on = in_time.due_on
    _made(now, received_days=70, status=Status.CLOSED, released_on=today, due_on=today)  # extended, and in time
    _made(
        now, received_days=71, status=Status.CLOSED, released_on=today, ended_on=today
    )  # extended without notice in time: late
    _made(now, received_days=46, status=Status.REFUSED)
    _made(now, received_days=47, status=Status.WITHDRAWN)
    _made(
        now, received_days=48, status=Status.REVIEWING, released_on=today - timedelta(days=9)
    )  # reopened: not answered
    _made(now, received_days=500, status=Status.CLOSED, released_on=today - timedelta(days=480))  # outside the months
    db.session.commit()
    found = _figures_and_lists(visit("manager"))
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}
    for name in ("Open", "Due this week", "Overdue", "Paused or not started"):
        assert found[name][0] > 0
    for words in ("received", "answered", "in time", "late", "within one month", "still open", "refused", "withdrawn"):
        assert any(name.startswith(f"{words} in ") and pair[0] for name, pair in found.items()), words
    page = visit("manager").get("/managers/board")
    assert "2 of 3 in twelve months" in page.text


def test_an_auditor_sees_the_figures_and_no_way_into_a_file(visit: Callable[..., Visitor], now: datetime) -> None:
    _made(now, received_days=45)
    page = visit("auditor").get("/managers/board")
    assert "the oldest by" in page.text
    assert 'href="/staff/' not in page.text.split("<main", 1)[1].split("</main", 1)[0]


def test_the_trail_names_who_looked_at_which_case(
    visit: Callable[..., Visitor], staff: Callable[..., Any], now: datetime
) -> None:
    case = factories.a_case(now=now)
    reference = case.reference
    looked, other = staff("officer", name="Petra Lund"), staff("officer", name="Ivo Marsh")
    visit(looked).get(f"/staff/cases/{reference}")
    visit(other).get("/staff/")
    auditor = visit("auditor")
    page = auditor.get("/managers/audit")
    assert "Petra Lund" in page.text and reference in page.text and "Ivo Marsh" in page.text
    assert f"staff:{looked.id}" not in page.text
    page = auditor.get(f"/managers/audit?who={looked.id}")
    rows = page.text.split("<tbody")[1].split("</tbody>")[0]
    assert "Petra Lund" in rows and "Ivo Marsh" not in rows
    for query in ("page=0", "page=99999999999999999999", "page=x", "who=x", "reference=%00", "verb=%00"):
        assert auditor.get(f"/managers/audit?{query}").status_code == 200
