"""Which codes an officer may withhold under, in this case, and what they have to write down with some of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.rights import Right
from sar_service.models import Case, DocumentState, PersonRow
from sar_service.services import document, redaction_mark, units
from tests import factories, packs

PARENTS_ONLY = {"ABUSE", "WISH-H", "WISH-W"}


@pytest.mark.parametrize(
    ("controller", "right", "capacity", "there", "missing"),
    [
        ("northmoor", Right.ACCESS, "self", {"TP16", "SHW"}, PARENTS_ONLY | {"TP17", "REPORTER"}),
        ("northmoor", Right.ACCESS, "parent", {"TP16"} | PARENTS_ONLY, {"TP17"}),
        ("southmoor", Right.ACCESS, "parent", {"TP16", "WISH-W", "REPORTER"}, {"ABUSE"}),
        ("northmoor", Right.ERASURE, "self", {"CRIME", "MUE"}, {"TP16", "TP16S", "SHW", "LPP", "SEARCH"}),
    ],
)
def test_the_codes_of_a_case_follow_its_right_nation_and_requester(
    app: Flask, now: datetime, controller: str, right: Right, capacity: str, there: set[str], missing: set[str]
) -> None:
    case = factories.a_case(now=now, controller=controller, right=right, capacity=capacity)
    offered = {code.code for code in redaction_mark.codes(case)}
    assert there <= offered
    assert not missing & offered


@pytest.fixture
def case(app: Flask, sent: Any, officer: Actor, now: datetime) -> Case:
    return factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)


@pytest.fixture
def withhold(case: Case, officer: Actor, now: datetime) -> Callable[..., PersonRow]:
    """Withhold somebody of the case under a code, for a reason."""

    def run(code: str, reason: str = "") -> PersonRow:
        person = next(each for each in units.people_of(case).values() if each.standing.value == "third_party")
        redaction_mark.decide_person(
            case,
            person,
            treatment="withhold",
            code=code,
            reason=reason,
            version=person.version,
            actor=officer,
            now=now,
        )
        return person

    return run


@pytest.mark.parametrize(
    ("code", "asks"),
    [("SHH", "whose it is and its date"), ("HOP", "whom you asked"), ("CRIME", "data protection officer"),
     ("LPP", "legal adviser")],
)  # fmt: skip
def test_a_code_that_rests_on_somebody_else_needs_to_say_who(
    withhold: Callable[..., PersonRow], code: str, asks: str
) -> None:
    with pytest.raises(InvalidInput, match=asks) as refused:
        withhold(code, "  ")
    assert refused.value.field == "reason"
    assert withhold(code, "Dr A. Venn, 12 November 2026").code == code


def test_most_codes_need_no_more_than_their_test(withhold: Callable[..., PersonRow]) -> None:
    assert withhold("TP16").code == "TP16"


def test_a_file_handled_by_hand_takes_only_a_code_of_its_case(
    case: Case, sent: Any, officer: Actor, now: datetime
) -> None:
    row = packs.with_file(case, sent, name="locked.pdf", content=b"%PDF-1.7 cut off", actor=officer, now=now)
    assert row.state is DocumentState.BY_HAND
    with pytest.raises(InvalidInput, match="ABUSE cannot be used here") as refused:
        document.handle(case, row, how="withheld", note="Looked at.", code="ABUSE", actor=officer, now=now)
    assert refused.value.field == "code"
    document.handle(case, row, how="withheld", note="Looked at.", code="TP16", actor=officer, now=now)
    assert row.handled_detail["code"] == "TP16"
