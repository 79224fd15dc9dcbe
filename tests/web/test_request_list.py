"""Each request in a spreadsheet file: what came of it, in every way in which one can end."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import case as cases
from sar_service.services import clock, delivery, letter_draft, letter_post, merge
from sar_service.services import letter as letters
from tests import factories, packs
from tests.browser import Visitor
from tests.web.test_staff_post_overtaken import NO_EMAIL, written
from tests.web.test_staff_record import text_of

Visit = Callable[..., Visitor]
WHY = "We looked everywhere, and this is why."


def outcomes(visitor: Visitor) -> dict[str, str]:
    return {row["reference"]: row["outcome"] for row in _rows(visitor)}


def _rows(visitor: Visitor) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visitor.get("/managers/requests.csv").text)))


def _known(now: datetime, officer: Actor, right: Right = Right.ACCESS, **changes: Any) -> Case:
    case = factories.a_case(now=now, right=right, **changes)
    factories.with_identity(case, actor=officer, now=now)
    return case


def _sent(case: Case, kind: str, *, writer: Actor, sender: Actor, now: datetime, **said: Any) -> str:
    row = letter_draft.begin(case, kind, WHY, actor=writer, now=now, **said)
    letter_draft.send(case, row, version=row.version, actor=sender, now=now)
    db.session.commit()
    return case.reference


def test_every_way_in_which_a_request_ends_is_told_apart(
    visit: Visit, staff: Callable[..., Actor], officer: Actor, now: datetime, sent: Any
) -> None:
    first, second = staff("manager"), staff("manager")
    by = {"writer": first, "sender": second, "now": now}
    wanted = {
        _sent(_known(now, officer, Right.ERASURE), "not-held", **by): "not held",
        _sent(_known(now, officer), "refused", **by): "refused",
        _sent(_known(now, officer), "unfounded", **by): "unfounded or excessive",
        _sent(_known(now, officer, Right.ERASURE), "outcome-erasure", result="none", **by): "none",
        _sent(_known(now, officer, Right.ERASURE), "outcome-erasure", result="all", **by): "all",
        _sent(_known(now, officer), "redirect-foi", result="all", **by): "sent elsewhere",
        _sent(_known(now, officer), "closed", **by): "closed without an answer",
        factories.a_case(now=now).reference: "open",
    }
    gone = factories.a_case(now=now)
    cases.move(gone, Action.WITHDRAW, actor=first, now=now, reason="They said so.")
    wanted[gone.reference] = "withdrawn"
    db.session.commit()
    assert outcomes(visit("manager")) == wanted


def test_a_request_answered_anew_says_what_the_last_answer_was(
    visit: Visit, staff: Callable[..., Actor], officer: Actor, now: datetime, sent: Any
) -> None:
    first, second = staff("manager"), staff("manager")
    case = _known(now, officer, Right.ERASURE)
    _sent(case, "outcome-erasure", result="none", writer=first, sender=second, now=now)
    cases.move(case, Action.REOPEN, actor=first, now=now, reason="More was found.")
    db.session.commit()
    key, reference = case.id, case.reference
    assert outcomes(visit("manager")) == {reference: "open"}
    case = db.session.get_one(Case, key)
    later = factories.later(now, hours=1)
    _sent(case, "outcome-erasure", result="part", writer=first, sender=second, now=later)
    assert outcomes(visit("manager")) == {reference: "part"}


def test_why_it_was_refused_stands_though_the_letter_did_not_arrive(
    visit: Visit, staff: Callable[..., Actor], officer: Actor, now: datetime, sent: Any
) -> None:
    case = _known(now, officer)
    reference = _sent(case, "unfounded", writer=staff("manager"), sender=staff("manager"), now=now)
    row = next(each for each in letters.letters(case) if each.kind == "unfounded")
    delivery.bounced(row.id, reason="no such mailbox", permanent=True, now=now)
    version = row.version
    delivery.settle(case, row, reason="Read to them.", version=version, actor=officer, now=now)
    db.session.commit()
    assert outcomes(visit("manager")) == {reference: "unfounded or excessive"}


def test_a_released_pack_is_the_answer_and_a_merged_request_is_answered_with_the_other(
    visit: Visit, staff: Callable[..., Actor], officer: Actor, now: datetime, sent: Any
) -> None:
    case = packs.signed_off(sent, officer=officer, second=staff("officer"), now=now)
    packs.release(case, packs.built(case, sent, actor=officer, now=now), actor=officer, now=now)
    one, other = factories.a_case(now=now), factories.a_case(now=now)
    same = {"why": "The same letter twice.", "version": one.version, "away_version": other.version}
    merge.merge(one, other, **same, actor=officer, now=now)
    db.session.commit()
    reference = case.reference
    found = outcomes(visit("manager"))
    assert found.pop(reference) == "pack"
    assert sorted(found.values()) == ["merged", "open"]


def test_more_time_is_told_of_once_its_notice_has_left(visit: Visit, officer: Actor, now: datetime, sent: Any) -> None:
    case, letter = written("extension", actor=officer, now=now, requester=NO_EMAIL)
    key, reference = case.id, case.reference
    assert [row["extended"] for row in _rows(visit("manager"))] == ["no"]
    record = visit(officer).get(f"/staff/cases/{reference}/record.pdf").data
    assert "The notice of more time has been written and has not left yet" in text_of(record)
    case, row = db.session.get_one(Case, key), db.session.get_one(Letter, UUID(letter))
    letter_post.posted([(row, case)], on=clock.day_of(now), actor=officer, now=now)
    db.session.commit()
    assert [each["extended"] for each in _rows(visit("manager"))] == ["yes"]
    record = visit(officer).get(f"/staff/cases/{reference}/record.pdf").data
    assert "has not left yet" not in text_of(record)


def test_the_file_is_of_ones_own_councils_names_nobody_and_is_for_those_who_see_figures(
    visit: Visit, now: datetime
) -> None:
    reference = factories.a_case(now=now).reference
    text = visit("auditor").get("/managers/requests.csv").text
    assert reference in text and "Tregale" not in text and "Morwenna" not in text
    assert _rows(visit("auditor", controllers=["southmoor"])) == []
    assert visit("officer").get("/managers/requests.csv").status_code == 403
