"""Building, checking and releasing the pack, as an officer does it in the pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.lifecycle import Action, Status
from sar_service.models import Case, Pack, PackState
from sar_service.services import case as cases
from sar_service.services import identity, identity_change, sealing
from tests import packs
from tests.browser import Visitor

PDF = b"%PDF-1.7 stands for a finished pack"


@pytest.fixture
def case(app: Flask, sent: Any, staff: Callable[..., Actor], officer: Actor, now: datetime) -> Case:
    return packs.signed_off(sent, officer=officer, second=staff("officer"), now=now)


def fresh(case: Case) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case.id)


def job_ends(case: Case, state: PackState, now: datetime, *, findings: list[dict[str, Any]]) -> None:
    """What the building job writes when it is done."""
    case = fresh(case)
    row = db.session.scalars(select(Pack).where(Pack.case_id == case.id)).one()
    kept = sealing.put_object(case, PDF, media_type="application/pdf", now=now)
    row.object_id, row.sha256, row.pages, row.state = kept.id, kept.sha256, 12, state
    sealing.seal(row, {**sealing.unseal(row), "findings": findings})
    db.session.flush()
    good = state is PackState.READY
    cases.move(case, Action.BUILT if good else Action.BUILD_FAILED, actor=SERVICE, now=now)
    db.session.commit()


def built(visitor: Visitor, path: str, case: Case, now: datetime) -> None:
    """A pack that was built and checked, its page open."""
    visitor.get(path)
    visitor.send(form="Build it")
    job_ends(case, PackState.READY, now, findings=[])
    visitor.get(path)


def test_a_pack_is_built_once_checked_and_goes_only_to_a_name_that_was_typed(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    visitor = visit(officer)
    path = f"/staff/cases/{case.reference}/pack"
    visitor.get(path)
    build = next(form for form in visitor.forms() if "Build it" in form["buttons"])
    for _ in range(2):
        assert visitor.post(build["action"], build["fields"]).status_code == 200
    assert len(db.session.scalars(select(Pack).where(Pack.case_id == case.id)).all()) == 1
    assert "data-poll-url" in visitor.get(path).text
    job_ends(case, PackState.READY, now, findings=[])
    page = visitor.get(path)
    assert "nothing withheld can be found" in page.text
    row = db.session.scalars(select(Pack).where(Pack.case_id == case.id)).one()
    fetched = visitor.get(f"{path}/{row.id}")
    assert fetched.data == PDF and fetched.headers["Content-Disposition"].startswith("attachment")
    for fields in ({"recipient": "Somebody Else", "recipient_checked": "yes"}, {"recipient": "Morwenna Tregale"}):
        visitor.get(path)
        assert visitor.send(fields, form="Release the pack").status_code == 400
        assert fresh(case).status is Status.READY
    visitor.get(path)
    good = {"recipient": "morwenna  tregale", "recipient_checked": "yes"}
    assert "Released" in visitor.send(good, form="Release the pack").text
    assert fresh(case).status is Status.RELEASED


def test_a_pack_goes_only_to_the_contact_that_whoever_releases_it_was_shown(
    visit: Callable[..., Visitor], case: Case, officer: Actor, staff: packs.Made, now: datetime
) -> None:
    """The page was open while a colleague changed the contact and settled identity again."""
    visitor, path = visit(officer), f"/staff/cases/{case.reference}/pack"
    built(visitor, path, case, now)
    changed = fresh(case)
    identity_change.change_contact(changed, {"email": "m.tregale@example.org"}, actor=officer, now=now)
    identity.settle(changed, override="Seen again", sure="seen", actor=staff("officer"), now=now + timedelta(minutes=1))
    db.session.commit()
    good = {"recipient": "Morwenna Tregale", "recipient_checked": "yes"}
    page = visitor.send(good, form="Release the pack")
    assert page.status_code == 409 and "changed while you were looking" in page.text
    assert "m.tregale@example.org" in page.text and fresh(case).status is Status.READY
    assert "Released. The requester is told." in visitor.send(good, form="Release the pack").text


def test_a_doubt_about_who_asks_stands_in_the_way_on_the_page_before_and_after_the_release(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    visitor, path = visit(officer), f"/staff/cases/{case.reference}/pack"
    built(visitor, path, case, now)
    visitor.send({"recipient": "Morwenna Tregale", "recipient_checked": "yes"}, form="Release the pack")
    page = visitor.get(path).text
    assert "Stands in the way" not in page and "It can be downloaded until" in page
    identity.doubt(fresh(case), reason="A call", actor=officer, now=now + timedelta(minutes=1))
    db.session.commit()
    page = visitor.get(path).text
    assert "Stands in the way" in page and "It is kept back" in page and "It can be downloaded until" not in page


def test_a_pack_of_a_case_that_was_reopened_is_shown_as_taken_back(
    visit: Callable[..., Visitor], case: Case, officer: Actor, app: Flask, now: datetime
) -> None:
    manager, path = visit("manager"), f"/staff/cases/{case.reference}/pack"
    manager.get(path)
    manager.send(form="Build it")
    job_ends(case, PackState.READY, now, findings=[])
    good = {"recipient": "Morwenna Tregale", "recipient_checked": "yes"}
    manager.get(path)
    manager.send(good, form="Release the pack")
    app.config["NOW"] = lambda: now + timedelta(minutes=10)
    for reason, button, again in (("A mistake", "Reopen the case", False), ("None", "Close the case", True)):
        manager.get(f"/staff/cases/{case.reference}")
        manager.send({"reason": reason}, form=button)
        if again:  # by a letter
            manager.send({"do": "send"}, form="Send it")
        page = manager.get(path)
        assert "cannot be downloaded any more" in page.text and "It can be downloaded until" not in page.text
        assert ("Make it available again" in page.text) is again
        signature = manager.get(f"/staff/cases/{case.reference}/sign-off").text
        assert ("The signature no longer counts" in signature) is not again
        manager.get(path)
    assert "Released. The requester is told." in manager.send(good, form="Make it available again").text
    assert "It can be downloaded until" in manager.get(path).text


def test_a_pack_in_which_something_withheld_was_found_shows_where_and_cannot_leave(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    visitor = visit(officer)
    path = f"/staff/cases/{case.reference}/pack"
    visitor.get(path)
    visitor.send(form="Build it")
    words = "<b>Jago</b> Tregale"
    where = {"string": words, "where": "page 3, text layer", "how": "text", "page": 3}
    job_ends(case, PackState.REFUSED, now, findings=[where])
    page = visitor.get(path)
    assert "page 3, text layer" in page.text and words not in page.text and "&lt;b&gt;Jago" in page.text
    assert not any("Release" in form["buttons"] for form in visitor.forms())


def test_the_pack_is_for_casework_of_the_same_council_only(visit: Callable[..., Visitor], case: Case) -> None:
    path = f"/staff/cases/{case.reference}/pack"
    assert visit("auditor").get(path).status_code == 403
    assert visit("officer", controllers=["southmoor"]).get(path).status_code == 404
