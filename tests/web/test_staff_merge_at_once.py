"""Two people merge, link or part requests in one instant: one of them does, and no case is answered by none."""

import contextvars
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import AuditEvent, Case, LinkRow
from sar_service.services import complaint, link, merge
from tests.browser import Visitor
from tests.overlap import PATIENCE, Known, at_once, codes, count, one, sends, waits

Visit = Callable[..., Visitor]
Staff = Callable[..., Actor]


def _merging(into: Known, *pair: Known) -> dict[str, str]:
    seen = {f"version-{each.reference}": str(each.version) for each in pair}
    return {"keep": into.reference, "reason": "The same request, sent twice", **seen}


def test_two_are_merged_in_one_direction(app: Flask, visit: Visit, now: datetime) -> None:
    a, b = one(now), one(now)
    came = at_once(
        app,
        sends(visit("manager"), f"{a.page}/merging/{b.reference}", **_merging(a, a, b)),
        sends(visit("manager"), f"{b.page}/merging/{a.reference}", **_merging(b, a, b)),
    )
    assert codes(came) == [302, 409]
    assert (a.now().merged_into, b.now().merged_into) == (None, a.id)
    assert "The same request, sent twice" in came[1].text, "what they typed is shown again"


def test_what_is_merged_takes_nothing_in_at_that_instant(app: Flask, visit: Visit, now: datetime) -> None:
    a, b, c = one(now), one(now), one(now)
    came = at_once(
        app,
        sends(visit("manager"), f"{b.page}/merging/{c.reference}", **_merging(c, b, c)),
        sends(visit("manager"), f"{a.page}/merging/{b.reference}", **_merging(b, a, b)),
    )
    assert codes(came) == [302, 409]
    assert (a.now().merged_into, b.now().merged_into) == (None, c.id)


@pytest.mark.parametrize("deed", ["withdraws it", "begins a letter"])
def test_what_is_ended_or_written_to_is_not_merged_in_that_instant(
    app: Flask, visit: Visit, now: datetime, deed: str
) -> None:
    a, b = one(now), one(now)
    path, data = {
        "withdraws it": ("move", {"action": "withdraw", "reason": "Said so on the telephone", "version": "1"}),
        "begins a letter": ("letters", {"kind": "progress", "reason": "We are still looking"}),
    }[deed]
    came = at_once(
        app,
        sends(visit("manager"), f"{a.page}/{path}", **data | {"version": str(a.version)}),
        sends(visit("manager"), f"{a.page}/merging/{b.reference}", **_merging(b, a, b)),
    )
    assert codes(came) == [302, 409]
    assert a.now().merged_into is None


@pytest.mark.parametrize("deed", ["takes them apart", "asks a question"])
def test_two_are_taken_apart_once_and_not_while_somebody_works_on_them(
    app: Flask, visit: Visit, staff: Staff, now: datetime, deed: str
) -> None:
    a, b, manager = one(now), one(now), staff("manager")
    row = merge.merge(
        b.now(), db.session.get_one(Case, a.id), why="Alike", version=b.version, away_version=a.version,
        actor=manager, now=now,
    )  # fmt: skip
    db.session.commit()
    apart = f"{b.page}/merged/{row.id}/undoing"
    asked = {"kind": "clarification_requested", "on": "2026-11-23", "reasons": "Which years?"}
    asked["version"] = str(b.now().version)
    path, data = (apart, {"reason": "Two"}) if deed == "takes them apart" else (f"{b.page}/facts", asked)
    came = at_once(app, sends(visit(manager), path, **data), sends(visit("manager"), apart, reason="They are two"))
    assert codes(came) == [302, 409]
    assert (a.now().merged_into is None) == (deed == "takes them apart")
    assert count(AuditEvent, AuditEvent.verb == "took a merged request apart again") == (deed == "takes them apart")


def test_a_link_is_taken_away_once(app: Flask, visit: Visit, staff: Staff, now: datetime) -> None:
    a, b, officer = one(now), one(now), staff("officer")
    row = link.link(a.now(), db.session.get_one(Case, b.id), LinkKind.RELATED, actor=officer, now=now)
    db.session.commit()
    came = at_once(
        app,
        *(
            sends(visit("officer"), f"{each.page}/links/{row.id}/removal", reason="They have nothing in common")
            for each in (a, b)
        ),
    )
    assert codes(came) == [302, 404]
    assert count(LinkRow) == 0


def test_what_hangs_on_a_complaint_is_taken_with_it_and_nobody_waits_for_ever(
    app: Flask, visit: Visit, staff: Staff, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is about to link it has the one that was merged into it already, and waits for the other."""
    merged, kept = sorted((one(now, right=Right.COMPLAINT) for _ in range(2)), key=lambda each: each.id)
    new = one(now, right=Right.COMPLAINT)
    merge.merge(
        kept.now(), db.session.get_one(Case, merged.id), why="Alike", version=kept.version,
        away_version=merged.version, actor=staff("manager"), now=now,
    )  # fmt: skip
    db.session.commit()
    said = {"kind": "complaint", "matter": "other", "about": "request", "request": kept.reference, "version": "1"}
    settles = sends(visit("officer"), f"{new.page}/complaint", **said)
    links = sends(visit("officer"), f"{merged.page}/links", other=kept.reference, kind="related")
    came: list[Any] = [None, None]

    def run(number: int, act: Callable[[], Any]) -> None:
        came[number] = contextvars.Context().run(act)

    second, decided = threading.Thread(target=run, args=(1, links)), complaint.decided

    def meanwhile(case: Case) -> frozenset[str]:
        if case.id == new.id and second.ident is None:  # it has taken what it takes, and has written nothing yet
            second.start()
            while second.is_alive() and not waits():
                second.join(0.02)
        return decided(case)

    monkeypatch.setattr(complaint, "decided", meanwhile)
    db.session.remove()
    run(0, settles)
    second.join(PATIENCE)
    assert codes(came) == [302, 302]
    assert count(LinkRow) == 3
