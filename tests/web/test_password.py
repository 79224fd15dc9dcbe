"""A password that an administrator saw opens nothing but the page on which its holder chooses another."""

import uuid
from collections.abc import Callable

from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.models import Case, Member
from sar_service.services import work
from tests.browser import Visitor
from tests.conftest import PASSWORD

OWN = "otter lantern quarry"


def handed_out(administrator: Visitor, member: Actor) -> str:
    """The one-time password that an administrator sees for somebody."""
    administrator.get("/managers/team")
    page = administrator.post(f"/managers/team/{member.id}/password")
    return page.text.split("with this password: ")[1].split("<")[0].strip()


def signed_in(app: Flask, email: str, password: str) -> Visitor:
    visitor = Visitor(app)
    visitor.get("/staff/sign-in")
    visitor.send({"email": email, "password": password})
    return visitor


def email_of(actor: Actor) -> str:
    db.session.rollback()
    return db.session.get_one(Member, uuid.UUID(actor.id)).email


def test_nothing_opens_before_another_password_was_chosen(
    app: Flask, visit: Callable[..., Visitor], officer: Actor
) -> None:
    email, once = email_of(officer), handed_out(visit("administrator"), officer)
    visitor = signed_in(app, email, once)
    for path in ("/staff/", "/staff/log", "/managers/", "/managers/systems/"):
        page = visitor.get(path)
        assert page.request.path == "/staff/password" and "Worklist" not in page.text, path
    assert visitor.post("/staff/log", {"what": "x"}).request.path == "/staff/password"
    assert visitor.get("/api/v1/cases/ABCDE-FGHJK-LMNPQ").status_code == 403
    visitor.get("/staff/")
    page = visitor.send({"before": once, "fresh": OWN, "again": OWN}, form="Change it")
    assert page.request.path == "/staff/" and "was changed" in page.text
    assert visitor.get("/staff/log").request.path == "/staff/log"
    for wrong in (once, PASSWORD):
        assert signed_in(app, email, wrong).get("/staff/").request.path == "/staff/sign-in"
    assert signed_in(app, email, OWN).get("/staff/").request.path == "/staff/"


def test_a_form_that_led_to_another_password_is_done_when_it_is_sent_again(
    app: Flask, visit: Callable[..., Visitor], officer: Actor, case: Case
) -> None:
    page, key = f"/staff/cases/{case.reference}", case.id
    visitor, email = visit(officer), email_of(officer)
    visitor.get(f"{page}/work")
    note = next(each["fields"] for each in visitor.forms() if "Keep the note" in each["buttons"])
    once = handed_out(visit("administrator"), officer)
    again = signed_in(app, email, once)
    note = {name: value for name, value in note.items() if name != "csrf_token"} | {"text": "She rang."}
    assert again.post(f"{page}/notes", note).request.path == "/staff/password"
    again.send({"before": once, "fresh": OWN, "again": OWN}, form="Change it")
    assert again.post(f"{page}/notes", note).request.path == f"{page}/work"
    db.session.rollback()
    assert len(work.notes(db.session.get_one(Case, key))) == 1
    again.post(f"{page}/notes", note)  # and once it was done, not a second time
    db.session.rollback()
    assert len(work.notes(db.session.get_one(Case, key))) == 1


def test_no_other_session_outlives_a_change(app: Flask, visit: Callable[..., Visitor], officer: Actor) -> None:
    here, there = visit(officer), visit(officer)
    colleague = visit("officer")
    assert there.get("/staff/").request.path == "/staff/"
    here.get("/staff/password")
    before = here.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    here.send({"before": PASSWORD, "fresh": OWN, "again": OWN}, form="Change it")
    assert here.get("/staff/").request.path == "/staff/"
    assert there.get("/staff/").request.path == "/staff/sign-in"
    assert colleague.get("/staff/").request.path == "/staff/"
    stolen = Visitor(app)
    assert before is not None
    stolen.client.set_cookie(app.config["SESSION_COOKIE_NAME"], before.value)
    assert stolen.get("/staff/").request.path == "/staff/sign-in"


def test_what_cannot_be_a_password_is_named_and_nothing_changes(visit: Callable[..., Visitor], officer: Actor) -> None:
    visitor, email = visit(officer), email_of(officer)
    visitor.get("/staff/password")
    for before, fresh, repeated, says in (
        ("not mine at all", OWN, OWN, "not the password that you have now"),
        (PASSWORD, "short", "short", "at least 12"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "too easy"),
        (PASSWORD, email, email, "too easy"),
        (PASSWORD, PASSWORD, PASSWORD, "Choose another"),
        (PASSWORD, OWN, OWN + "!", "not the same"),
    ):
        page = visitor.send({"before": before, "fresh": fresh, "again": repeated}, form="Change it")
        assert page.status_code == 400 and says in page.text
        assert OWN not in page.text
    assert visitor.get("/staff/").request.path == "/staff/"
