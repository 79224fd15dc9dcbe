"""Sessions: a fresh token at every door, nothing left after leaving, an end after a while whatever happens."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.models import Member, WebSession
from sar_service.services import team
from tests import factories
from tests.browser import Visitor
from tests.conftest import PASSWORD, STRONG


@dataclass(frozen=True)
class Known:
    id: uuid.UUID
    email: str
    actor: Actor


@pytest.fixture
def member(staff: Callable[..., Actor]) -> Known:
    actor = staff("officer")
    row = db.session.get_one(Member, uuid.UUID(actor.id))
    return Known(row.id, row.email, actor)


def _token(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie(visitor.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return str(cookie.value)


def _set(visitor: Visitor, token: str) -> Visitor:
    visitor.client.set_cookie(visitor.app.config["SESSION_COOKIE_NAME"], token)
    return visitor


def _sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> Any:
    visitor.get("/staff/sign-in")
    return visitor.send({"email": email, "password": password})


def _is_in(visitor: Visitor) -> bool:
    return visitor.get("/staff/", follow=False).status_code == 200


def test_signing_in_gives_a_fresh_token_and_the_old_one_is_worth_nothing(
    app: Flask, stranger: Visitor, member: Known
) -> None:
    stranger.get("/staff/sign-in")
    before = _token(stranger)
    _sign_in(stranger, member.email)
    assert _is_in(stranger)
    assert _token(stranger) != before
    assert not _is_in(_set(Visitor(app), before))


def test_a_token_that_somebody_else_chose_is_never_taken_over(app: Flask, stranger: Visitor, member: Known) -> None:
    planted = "a" * 43
    _set(stranger, planted)
    _sign_in(stranger, member.email)
    assert _token(stranger) != planted
    assert not _is_in(_set(Visitor(app), planted))


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(app: Flask, stranger: Visitor, member: Known) -> None:
    _sign_in(stranger, member.email)
    copy = _token(stranger)
    assert _is_in(_set(Visitor(app), copy))
    stranger.get("/staff/")
    answer = stranger.post("/staff/sign-out", follow=False)
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert not _is_in(_set(Visitor(app), copy))
    row = next(row for row in db.session.scalars(select(WebSession)) if row.ended_at is not None)
    assert row.data == b"" or row.member_id is None


def test_a_session_ends_when_nothing_is_done_for_a_while(
    app: Flask, visit: Callable[..., Visitor], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = visit("officer")
    assert _is_in(officer)
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(minutes=29))
    assert _is_in(officer)
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(minutes=58))
    assert _is_in(officer)  # what was done at 29 minutes counts
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(minutes=89))
    assert not _is_in(officer)


def test_a_session_ends_after_half_a_day_however_busy(
    app: Flask, visit: Callable[..., Visitor], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = visit("officer")
    for minutes in range(0, 12 * 60 + 1, 20):
        monkeypatch.setitem(app.config, "NOW", lambda minutes=minutes: now + timedelta(minutes=minutes))
        assert _is_in(officer)
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(hours=12, minutes=1))
    assert not _is_in(officer)


def test_somebody_who_has_left_is_out_at_once(visit: Callable[..., Visitor], member: Known) -> None:
    officer = visit(member.actor)
    assert _is_in(officer)
    row = db.session.get_one(Member, member.id)
    row.active = False
    db.session.commit()
    assert not _is_in(officer)


def test_the_cookie_is_not_for_scripts_nor_for_other_sites(app: Flask, stranger: Visitor, member: Known) -> None:
    stranger.get("/staff/sign-in")
    answer = stranger.send({"email": member.email, "password": PASSWORD}, follow=False)
    told = next(v for v in answer.headers.getlist("Set-Cookie") if "session" in v)
    assert "HttpOnly" in told and "SameSite=Lax" in told and "Path=/" in told and "Domain" not in told
    assert "Expires" not in told and "Max-Age" not in told


def test_what_the_database_holds_opens_nothing(stranger: Visitor, member: Known, app: Flask) -> None:
    _sign_in(stranger, member.email)
    token = _token(stranger)
    for row in db.session.scalars(select(WebSession)):
        assert token not in row.digest
        assert b"_user_id" not in row.data and str(member.id).encode() not in row.data
        assert not _is_in(_set(Visitor(app), row.digest))


def test_a_wrong_password_and_an_unknown_address_get_one_answer(stranger: Visitor, member: Known) -> None:
    texts = []
    for email in (member.email, "nobody@northmoor.example"):
        page = _sign_in(stranger, email, "not the password at all")
        assert page.status_code == 400
        texts.append(re.sub(r"nonce-?[^ ]*|value=\"[^\"]*\"|content=\"[^\"]*\"", "", page.text.replace(email, "")))
    assert texts[0] == texts[1]


def test_guessing_is_stopped_and_the_right_password_waits_too(
    app: Flask, stranger: Visitor, member: Known, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assert _sign_in(stranger, member.email, "wrong wrong wrong").status_code == 400
    assert _sign_in(stranger, member.email).status_code == 429
    monkeypatch.setitem(app.config, "NOW", lambda: now + timedelta(minutes=16))
    _sign_in(stranger, member.email)
    assert _is_in(stranger)


def test_no_link_leads_elsewhere_after_signing_in(stranger: Visitor, member: Known) -> None:
    for wanted in ("https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:1"):
        stranger.get("/staff/sign-in", query_string={"next": wanted})
        answer = stranger.send({"email": member.email, "password": PASSWORD, "next": wanted}, follow=False)
        assert answer.status_code in (302, 303)
        assert re.match(r"/(staff|managers)/", answer.location or ""), answer.location
        stranger.get("/staff/")
        stranger.post("/staff/sign-out")


def test_who_sees_no_cases_begins_at_a_page_that_opens(app: Flask, stranger: Visitor, staff: Any) -> None:
    """Everybody is given the address of the worklist."""
    for role in ("administrator", "auditor"):
        visitor, actor = Visitor(app), staff(role)
        email = db.session.get_one(Member, uuid.UUID(actor.id)).email
        page = visitor.get("/staff/")
        assert page.request.path == "/staff/sign-in"
        page = visitor.send({"email": email, "password": PASSWORD})
        assert page.status_code == 200 and page.request.path.startswith("/managers/"), role


def test_staff_and_requester_are_never_in_at_once(app: Flask, stranger: Visitor, member: Known, now: datetime) -> None:
    case = factories.a_case(now=now)
    stranger.enter_portal(case.id)
    assert stranger.get("/portal/", follow=False).status_code == 200
    _sign_in(stranger, member.email)
    assert _is_in(stranger)
    assert stranger.get("/portal/", follow=False).status_code == 302


def test_in_production_the_cookie_is_bound_to_this_host_and_to_https(council: Any, tmp_path: Any) -> None:
    from sar_service import create_app

    app = create_app(
        environ={
            "SAR_SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "SAR_BASE_URL": "https://requests.council.example",
            "SAR_DATA_DIR": str(tmp_path / "data"),
            "SAR_CONFIG_DIR": str(council / "config"),
        }
    )
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert not app.debug and not app.testing


def test_a_password_takes_an_attacker_as_long_as_it_should_and_an_unknown_address_no_less() -> None:
    assert STRONG.memory_cost >= 19 * 1024 and STRONG.time_cost >= 2
    assert not STRONG.check_needs_rehash(team.NOBODY)  # the same work for who is not here as for who is
    with pytest.raises(VerifyMismatchError):
        STRONG.verify(team.NOBODY, "another password")


def test_what_was_typed_is_shown_again_to_who_was_signed_out_meanwhile_and_no_password_is(
    app: Flask, stranger: Visitor, member: Known
) -> None:
    _sign_in(stranger, member.email)
    stranger.get("/staff/log")
    form = next(each for each in stranger.forms() if "Log it" in each["buttons"])
    typed = {
        "what": "She was moved twice.\n\n<b>Why?</b>",
        "given_name": "Jenifer",
        **{"received_on-day": "3", "received_on-month": "11", "received_on-year": "2026"},
        "password": "hunter two",
        "code": "12345678",
    }
    stranger.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    answer = stranger.client.post("/staff/log", data={**form["fields"], **typed})
    assert answer.status_code == 400 and "You were signed out meanwhile" in answer.text
    assert (
        "She was moved twice." in answer.text and "&lt;b&gt;Why?&lt;/b&gt;" in answer.text and "Jenifer" in answer.text
    )
    assert "hunter two" not in answer.text and "12345678" not in answer.text
    assert form["fields"]["idempotency_key"] not in answer.text
    said = " ".join(re.sub("<[^>]*>", " ", answer.text).split())
    # by the words of the page, not by the names that inputs have inside
    assert "What do they want, in their words? She was moved twice." in said and "First name Jenifer" in said
    assert re.search(r"On which day did it reach the council\? \d+ \d+ \d{4} ", said)
    assert "What is this? A request about personal information" in said
    assert not re.search(r"given name|received on|who answers", said)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "What you had entered" not in stranger.client.get("/staff/nowhere").text
