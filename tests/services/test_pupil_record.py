"""A parent's own right to a school's record: no child's leave, no pack, a letter that ends it from wherever it stands,
and the law of the country whose schools they are.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.catalogue.controller import Controller
from sar_service.db import db
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.letter import Result
from sar_service.domain.lifecycle import OPEN, Action, Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.extensions import KEY, runtime
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import clock, identity, identity_change, intake, letter_draft, report, sealing
from tests import factories
from tests.browser import Visitor
from tests.web.test_staff_log import TYPED

ENGLISH = "Education (Pupil Information) (England) Regulations 2005"
WALES = "Pupil Information (Wales) Regulations 2011"
CYMRU = "Gwybodaeth am Ddisgyblion (Cymru) 2011"
SCOTLAND = "Pupils' Educational Records (Scotland) Regulations 2003"


def a_record(now: datetime, **changes: Any) -> Case:
    """A mother asks to see the record of her child of fifteen."""
    return factories.a_case(
        now=now,
        right=Right.PUPIL_RECORD,
        capacity="parent",
        subject={"date_of_birth": "2011-03-14"},
        requester={"name": "Demelza Tregale", "email": "demelza@example.org"},
        **changes,
    )


def settled(case: Case, *, actor: Any, now: datetime) -> Case:
    today = clock.day_of(now)
    for kind, basis in (("photo_document", ""), ("parental_responsibility", "birth_mother"), ("orders_checked", "")):
        identity.see(
            case, kind=kind, about="requester", arrived_on=today, seen_on=today, seen="seen", basis=basis, actor=actor,
            now=now,
        )  # fmt: skip
    identity.settle(case, actor=actor, now=now)
    db.session.commit()
    return case


def test_the_right_is_the_parent_s_own_and_nobody_asks_the_child(app: Flask, staff: Any, now: datetime) -> None:
    officer = staff("officer")
    case = a_record(now)
    missing = identity.assessment(case).missing
    assert any("Parental responsibility" in each for each in missing) and any("orders" in each for each in missing)
    assert not any("child thinks" in each or "theirs to decide" in each for each in missing)
    settled(case, actor=officer, now=now)
    assert identity.assessment(case).sufficient and not any("twelve" in e for e in identity.assessment(case).warnings)
    other = factories.a_case(now=now, capacity="parent", requester={"name": "Demelza", "email": "d@example.org"})
    assert any("child thinks" in each for each in identity.assessment(other).missing)


@pytest.mark.parametrize("status", sorted(OPEN - {Status.DRAFT, Status.BUILDING}))
@pytest.mark.parametrize("result", list(Result))
def test_from_every_stage_its_outcome_is_a_letter_that_somebody_else_sends(
    app: Flask, staff: Any, now: datetime, status: Status, result: Result
) -> None:
    officer, second, today = staff("officer"), staff("officer"), clock.day_of(now)
    case = settled(a_record(now), actor=officer, now=now)
    case.status = status
    db.session.commit()
    row = letter_draft.begin(
        case, "outcome-pupil-record", "At the school, on Friday.", result=result, actor=officer, now=now
    )
    letter_draft.send(case, row, version=row.version, actor=second, now=now)
    db.session.commit()
    assert (case.status, case.released_on, row.state) == (Status.CLOSED, today, "waiting")
    assert db.session.query(Case.id).filter(report.answered(), report.answered_in_time()).count() == 1
    text = sealing.unseal(row)["text"]
    assert "section 165" not in text and ENGLISH in text and WALES not in text


def test_a_pack_that_no_exemption_fits_is_not_begun(app: Flask, staff: Any, now: datetime, sent: Any) -> None:
    officer, manager = staff("officer"), staff("manager")
    case = settled(a_record(now), actor=officer, now=now)
    cases.move(case, Action.START_SEARCH, actor=officer, now=now)
    case.status = Status.REVIEWING
    choices = {each.action: each for each in cases.choices(case, actor=manager)}
    assert "answered by letter" in choices[Action.SUBMIT].blocked
    with pytest.raises(WrongState, match="answered by letter"):
        cases.move(case, Action.SUBMIT, actor=manager, now=now)
    for action in (Action.ANSWER, Action.REDIRECT, Action.REFUSE, Action.WITHDRAW, Action.CLOSE):
        assert choices[action].blocked == "", action
    for kind in ("refused", "closed", "not-held"):
        row = letter_draft.begin(case, kind, "The school has answered.", actor=manager, now=now)
        text = sealing.unseal(row)["text"]
        assert "complain to whoever runs the school" in text and "section 16" not in text
    assert intake.unacknowledged(case) is False


def test_a_pupil_s_own_request_is_no_parent_s_right(
    app: Flask, staff: Any, visit: Callable[..., Visitor], now: datetime
) -> None:
    """They have the right of access, with its month; the fifteen school days are a parent's."""
    with pytest.raises(InvalidInput, match="a right of parents") as refused:
        factories.a_case(now=now, right=Right.PUPIL_RECORD, capacity="self")
    assert refused.value.field == "rights"
    case = a_record(now)
    with pytest.raises(InvalidInput, match="log it as “Copy of information”") as refused:
        identity_change.change_capacity(
            case, identity_change.Asker(capacity="self"), reason="She is grown up", version=case.version,
            actor=staff("officer"), now=now,
        )  # fmt: skip
    assert refused.value.field == "capacity" and case.capacity == "parent"
    with pytest.raises(InvalidInput, match="a right of parents"):
        identity_change.request_of_their_own(
            case, {"given_name": "Demelza"}, themselves=True, actor=staff("officer"), now=now
        )
    key, officer = case.id, visit("officer")
    officer.get("/staff/log")
    page = officer.send({**TYPED, "rights": ["access", "pupil-record"]}, form="Log it")
    assert page.status_code == 400 and "a right of parents, not of the pupil" in page.text
    assert db.session.scalars(select(Case.id)).all() == [key]


COUNTRIES = [
    ({"country": "england"}, (ENGLISH,), (WALES, "in Wales")),
    ({"country": "wales"}, (WALES,), ("England", "Academies")),
    ({}, (ENGLISH,), (WALES,)),
    ({"languages": ("en", "cy")}, (WALES, CYMRU), ("England", "academïau")),
    ({"languages": ("en", "cy"), "country": "england"}, (ENGLISH,), ("Wales", CYMRU)),
    ({"nation": "scotland"}, (SCOTLAND,), ("England", "Wales")),
]


@pytest.mark.parametrize(("changes", "names", "not_named"), COUNTRIES)
def test_letters_name_the_law_of_the_council_s_own_country_and_no_other(
    app: Flask, staff: Any, now: datetime, monkeypatch: Any, changes: Any, names: Any, not_named: Any
) -> None:
    known = runtime().catalogue
    council = Controller.model_validate(known.controllers["northmoor"].model_dump(exclude_unset=True) | changes)
    catalogue = replace(known, controllers={**known.controllers, "northmoor": council})
    monkeypatch.setitem(app.extensions, KEY, replace(runtime(), catalogue=catalogue))
    officer = staff("officer")
    language = "cy" if "languages" in changes else "en"
    case = settled(a_record(now, delivery={"how": "portal", "language": language}), actor=officer, now=now)
    school = letter_draft.begin(
        case, f"redirect-{Route.SCHOOL}", "Quayside School", result="all", actor=officer, now=now
    )
    outcome = letter_draft.begin(case, "outcome-pupil-record", "On Friday.", result="all", actor=officer, now=now)
    for row in (school, outcome):
        told = sealing.unseal(row)
        text = told["text"] + told.get("welsh", {}).get("text", "")
        assert all(each in text for each in names), text
        assert not any(each in text for each in not_named), text
