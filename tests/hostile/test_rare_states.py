"""Forms that pages hold only now and then, filled in wrongly: complaints, e-mails, letters of the regulator, requests
made twice, a contact changed elsewhere, what came back, what was released, and the requester's own pages.
"""

import io
import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.incoming import File, Message
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, Letter
from sar_service.services import (
    complaint,
    delivery,
    identity_change,
    identity_copy,
    incoming,
    letter_draft,
    link,
    merge,
    regulator,
    work,
)
from tests import factories, packs
from tests.browser import Visitor
from tests.hostile.test_wrong_input import try_everything
from tests.web.test_access import Doors, _of_a_case, _rules, doors

__all__ = ["doors"]

Staff = Callable[..., Actor]
ALWAYS = ("/managers/teams", "/managers/complaints", "/staff/regulator", "/staff/regulator/new", "/managers/audit")
PICTURE = io.BytesIO()
with pikepdf.new() as made:
    made.add_blank_page()
    made.save(PICTURE)


@pytest.fixture
def come(tmp_path: Path, now: datetime) -> Callable[..., Case]:
    """Have an e-mail with a file come in; returns the case it is with."""
    numbers = itertools.count(1)

    def take(**changes: Any) -> Case:
        number = next(numbers)
        path = tmp_path / "file"
        path.write_bytes(b"<script>f()</script>")
        file = File(name='we"ird <i>.html', type="text/html", size=20, path=str(path))
        values = {"sender": "tamsin@example.org", "name": "Tamsin", "subject": "My records", "text": "All", **changes}
        place = incoming.Place(mailbox="box", validity=1, uid=number)
        row = incoming.take(
            "northmoor", Message(**values, files=(file,)), b"Subject: x\r\n\r\nx",
            key=f"{number:064}", place=place, arrived_at=now, now=now,
        )  # fmt: skip
        assert row is not None
        db.session.commit()
        return db.session.get_one(Case, row.case_id)

    return take


def complained(now: datetime) -> Case:
    """A complaint about a request, with a draft of its outcome."""
    request = factories.a_case(now=now)
    filed = complaint.Filed(about=About.REQUEST, request=request)
    return factories.a_case(now=now, right=Right.COMPLAINT, filed=filed)


def changed_elsewhere(officer: Actor, now: datetime) -> Case:
    """A case that has a task, a link and a copy of evidence, and in whose linked case the contact was changed."""
    pair = [factories.with_identity(factories.a_case(now=now), actor=officer, now=now) for _ in range(2)]
    link.link_all(pair, LinkKind.SAME_SUBMISSION, actor=officer, now=now)
    work.add_task(pair[0], "Ring the school", due_on=date(2026, 12, 1), member=None, actor=officer, now=now)
    db.session.commit()
    keys = [each.id for each in pair]
    PICTURE.seek(0)
    waiting = factories.a_case(now=now)
    identity_copy.take(waiting, PICTURE, name="pass.pdf", what="passport", actor=officer, now=now)
    db.session.commit()
    mine, other = (db.session.get_one(Case, key) for key in keys)
    identity_change.change_contact(other, {"email": "new@example.org"}, actor=officer, now=now)
    db.session.commit()
    return mine


def merged(officer: Actor, now: datetime) -> tuple[Case, Case]:
    """A case into which another was merged, and a third that is like it."""
    keep, away, third = (factories.a_case(now=now) for _ in range(3))
    merge.merge(keep, away, why="Twice", version=keep.version, away_version=away.version, actor=officer, now=now)
    db.session.commit()
    return keep, third


def come_back(case: Case, sent: Any, now: datetime) -> None:
    """The newest letter of a case did not arrive."""
    row = db.session.query(Letter).filter_by(case_id=case.id).first()
    assert row is not None
    delivery.bounced(row.id, sending=0, reason="there is no such mailbox (5.1.1)", permanent=True, now=now)
    db.session.commit()


def asked_by_the_regulator(case: Case, officer: Actor, now: datetime) -> str:
    given = regulator.Given(direction="from", on=date(2026, 11, 20), subject="Late", reply_by=date(2026, 12, 1))
    row = regulator.log(given, controller="northmoor", case=case, actor=officer, now=now)
    db.session.commit()
    return f"/staff/regulator/{row.id}"


def states(
    app: Flask, come: Callable[..., Case], sent: Any, officer: Actor, second: Actor, now: datetime
) -> Iterator[tuple[str, Case, list[str]]]:
    """A name for it, a case, and addresses besides those of the case."""
    yield "an e-mail", come(), []
    case = complained(now)
    yield "a complaint", case, [asked_by_the_regulator(case, officer, now)]
    yield "changed elsewhere", changed_elsewhere(officer, now), []
    keep, third = merged(officer, now)
    yield "merged", keep, [f"/staff/cases/{keep.reference}/merging/{third.reference}"]
    erasure = factories.with_identity(factories.a_case(now=now, right=Right.ERASURE), actor=officer, now=now)
    draft = letter_draft.begin(erasure, "outcome-erasure", "All of it", result="all", actor=officer, now=now)
    db.session.commit()
    sent.work()
    yield "to be decided", erasure, [f"/staff/cases/{erasure.reference}/letters/{draft.id}"]
    late = factories.a_case(now=now)
    sent.work()
    come_back(late, sent, now)
    yield "came back", late, []
    released = packs.signed_off(sent, officer=officer, second=second, now=now)
    packs.built(released, sent, actor=officer, now=now)
    yield "ready", packs.again(released), []


def test_a_form_that_is_seldom_there_says_what_to_mend(
    doors: Doors,
    come: Callable[..., Case],
    sent: Any,
    visit: Callable[..., Visitor],
    staff: Staff,
    now: datetime,
) -> None:
    officer, second, visitor = staff("officer"), staff("officer"), visit("manager")
    foreign = [str(factories.a_case(now=now).id)]
    faults, tried, known = [], 0, set[Any]()
    for name, case, besides in states(doors.app, come, sent, officer, second, now):
        key = case.id
        doors.case = db.session.get_one(Case, key)
        paths = [doors.address(rule) for rule, method in _of_a_case(doors.app) if method == "GET"]
        found, count = try_everything(visitor, [*besides, *paths, *ALWAYS], foreign, known=known)
        faults += [f"{name}: {each}" for each in found]
        tried += count
        assert count, f"{name} has no form"
    assert not faults, "\n".join(sorted(set(faults)))
    assert tried > 500


def test_a_form_of_the_requester_filled_in_wrongly_says_what_to_mend(
    doors: Doors, staff: Staff, sent: Any, now: datetime
) -> None:
    case = factories.a_case(now=now)
    visitor = Visitor(doors.app)
    visitor.enter_portal(case.id)
    paths = [rule.rule for rule, method in _rules(doors.app) if rule.rule.startswith("/portal") and method == "GET"]
    faults, tried = try_everything(visitor, [path for path in paths if "<" not in path], [str(doors.case.id)])
    assert not faults, "\n".join(faults)
    assert tried > 10
