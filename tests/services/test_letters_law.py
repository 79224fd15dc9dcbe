"""What the law demands of a letter, or forbids it to say, in each right and for each person who asks."""

from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.identity import Capacity
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import TERMS, Right
from sar_service.models import Case
from sar_service.services import clock, identity, letter, letter_draft, sealing
from tests import factories

ANSWERED = [right for right in Right if right not in (Right.ACCESS, Right.COMPLAINT, Right.PUPIL_RECORD)]
WHY = "We looked at it."


def answer(case: Case, result: str, actor: Any, now: datetime) -> dict[str, Any]:
    identity.settle(case, override="Seen by the manager", actor=actor, now=now)
    row = letter_draft.begin(case, f"outcome-{case.right}", WHY, result=result, actor=actor, now=now)
    return sealing.unseal(row)


def drafted(case: Case, kind: str, actor: Any, now: datetime, words: str = WHY) -> str:
    return str(sealing.unseal(letter_draft.begin(case, kind, words, actor=actor, now=now))["text"])


@pytest.mark.parametrize("right", ANSWERED)
@pytest.mark.parametrize("capacity", list(Capacity))
def test_an_answer_to_somebody_who_asks_for_another_speaks_of_the_other(
    app: Any, staff: Any, now: datetime, right: Right, capacity: Capacity
) -> None:
    """Whoever asks for a child or a client is told nothing of "information about you": it is not about them."""
    case = factories.a_case(now=now, right=right, capacity=capacity.value)
    for result in Result:
        text = answer(case, result.value, staff("officer"), now)["text"]
        db.session.rollback()
        own = ("about you,", "about you.", "about you ", "gave us yourself", "than yours", "you had agreed")
        if capacity is Capacity.SELF:
            assert "your child" not in text and "the person you act for" not in text
        else:
            assert not [words for words in own if words in text], (result, text)
        if right is not Right.RECTIFICATION:
            whom = {Capacity.SELF: "about you", Capacity.PARENT: "about your child"}
            assert whom.get(capacity, "about the person you act for") in text


@pytest.mark.parametrize("right", [Right.COMPLAINT, Right.PUPIL_RECORD, Right.WITHDRAW_CONSENT])
def test_what_article_12_5_does_not_reach_is_neither_charged_for_nor_called_unfounded(
    app: Any, staff: Any, now: datetime, right: Right
) -> None:
    manager = staff("manager")
    case = factories.a_case(now=now, right=right)
    offered = letter_draft.kinds(case)
    assert not {"fee-asked", "unfounded"} & set(offered) and "closed" in offered
    for kind in ("fee-asked", "unfounded"):
        with pytest.raises(InvalidInput, match="which letter"):
            letter_draft.begin(case, kind, WHY, actor=manager, now=now)


ABOUT_A_REQUEST = [
    (kind, right)
    for kind in ("refused", "unfounded", "closed", "not-held", "fee-asked", "extension")
    for right in ANSWERED
    if KINDS[kind].suits(right)
]


@pytest.mark.parametrize(("kind", "right"), ABOUT_A_REQUEST)
def test_whoever_asked_for_several_things_reads_which_of_them_it_is_about_and_of_which_day(
    app: Any, staff: Any, now: datetime, kind: str, right: Right
) -> None:
    manager = staff("manager")
    case = factories.a_case(now=now, right=right, received_on=date(2026, 11, 20))
    identity.settle(case, override="Seen by the manager", actor=manager, now=now)
    text = drafted(case, kind, manager, now)
    assert f"which we received on Friday 20 November 2026: {TERMS[right].name}." in text


@pytest.mark.parametrize("right", [*ANSWERED, Right.PUPIL_RECORD, Right.COMPLAINT])
def test_an_answer_says_on_which_day_came_what_it_answers(app: Any, staff: Any, now: datetime, right: Right) -> None:
    case = factories.a_case(now=now, right=right, received_on=date(2026, 11, 20))
    text = answer(case, Result.ALL.value, staff("officer"), now)["text"]
    assert "We received this on Friday 20 November 2026." in text


def test_a_complaint_is_not_refused_and_no_letter_calls_it_a_request(app: Any, staff: Any, now: datetime) -> None:
    """Section 164A knows no refusal: a complaint is looked into, and told what came of it."""
    manager = staff("manager")
    case = factories.a_case(now=now, right=Right.COMPLAINT)
    assert not {"refused", "not-held", "new-date"} & set(letter_draft.kinds(case))
    closed = drafted(case, "closed", manager, now)
    assert "closed your complaint" in closed and "your request" not in closed
    assert "section 164A" not in closed and "section 165" in closed and "section 167" in closed
    day = "Wednesday 23 December 2026"
    assert "answer" not in drafted(case, "clarification", manager, now) and case.due_on == date(2026, 12, 23)
    assert day not in drafted(case, "identity-asked", manager, now)
    withdrawn = letter.write(case, "withdrawn", actor=SERVICE, now=now)
    assert "your complaint" in sealing.unseal(withdrawn)["text"]


@pytest.mark.parametrize("result", ["all", "part"])
def test_a_complaint_that_goes_elsewhere_is_promised_no_date_for_an_answer(
    app: Any, staff: Any, now: datetime, result: str
) -> None:
    """The law gives none: the only date there is is that of the acknowledgement, or of news."""
    case = factories.a_case(now=now, right=Right.COMPLAINT)
    row = letter_draft.begin(case, "other-controller", WHY, result=result, actor=staff("officer"), now=now)
    told = sealing.unseal(row)
    assert "request" not in told["text"] + told["subject"] and "23 December" not in told["text"]
    assert ("rest of your complaint" in told["text"]) is (result == "part")


@pytest.mark.parametrize(("received", "owed"), [(date(2026, 6, 18), False), (date(2026, 6, 19), True)])
def test_only_what_the_law_demands_is_said_to_be_demanded(app: Any, now: datetime, received: date, owed: bool) -> None:
    case = factories.a_case(now=now, right=Right.COMPLAINT, received_on=received)
    [row] = [row for row in letter.letters(case) if row.kind == "complaint-acknowledged"]
    text = sealing.unseal(row)["text"]
    assert ("section 164A of the Data Protection Act 2018 requires" in text) is owed
    assert "acknowledges it" in text


def test_the_right_to_object_is_not_said_to_be_wider_or_narrower_than_it_is(
    app: Any, staff: Any, now: datetime
) -> None:
    officer = staff("officer")
    refused = answer(factories.a_case(now=now, right=Right.OBJECTION), "none", officer, now)["text"]
    assert "public task" in refused and "direct marketing" in refused and "Article 21" in refused
    part = answer(factories.a_case(now=now, right=Right.WITHDRAW_CONSENT), "part", officer, now)["text"]
    assert "You can object to it" not in part and "may be able to object" in part


@pytest.mark.parametrize(
    ("right", "provisions"),
    [
        (Right.ERASURE, ("Article 17(1)", "Article 17(3)")),
        (Right.RESTRICTION, ("Article 18(1)",)),
        (Right.OBJECTION, ("Article 21",)),
        (Right.PORTABILITY, ("Article 20",)),
    ],
)
def test_an_answer_that_leaves_something_undone_names_the_law_that_sets_the_bounds(
    app: Any, staff: Any, now: datetime, right: Right, provisions: tuple[str, ...]
) -> None:
    case = factories.a_case(now=now, right=right)
    for result in Result:
        text = answer(case, result.value, staff("officer"), now)["text"]
        db.session.rollback()
        assert [each in text for each in provisions] == [result is not Result.ALL] * len(provisions)


def test_deletion_tells_of_what_was_made_public(app: Any, staff: Any, now: datetime) -> None:
    for result in Result:
        text = answer(factories.a_case(now=now, right=Right.ERASURE), result.value, staff("officer"), now)["text"]
        assert ("Article 17(2)" in text) is (result is not Result.NONE)


@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.OBJECTION])
def test_whoever_waits_for_a_correction_is_told_of_the_limit_meanwhile(app: Any, now: datetime, right: Right) -> None:
    case = factories.a_case(now=now, right=right)
    [row] = letter.letters(case)
    assert "Article 18" in sealing.unseal(row)["text"]
    [other] = letter.letters(factories.a_case(now=now, right=Right.PORTABILITY))
    assert "Article 18" not in sealing.unseal(other)["text"]


def test_a_limit_is_lifted_only_after_a_letter_that_can_be_written_once_the_case_is_over(
    app: Any, staff: Any, now: datetime
) -> None:
    """Article 18(3): the person is told before a restriction ends, months after the case was closed if need be."""
    officer, second = staff("officer"), staff("officer")
    case = factories.a_case(now=now, right=Right.RESTRICTION)
    identity.settle(case, override="Seen by the manager", actor=officer, now=now)
    row = letter_draft.begin(case, "outcome-restriction", WHY, result="all", actor=officer, now=now)
    letter_draft.send(case, row, version=row.version, actor=second, now=now)
    assert case.status is Status.CLOSED
    assert letter_draft.kinds(case) == ["restriction-ends"]
    later = factories.later(now, days=90)
    row = letter_draft.begin(case, "restriction-ends", "From 1 March: it was found right.", actor=officer, now=later)
    letter_draft.send(case, row, version=row.version, actor=officer, now=later)
    text = sealing.unseal(row)["text"]
    assert "Article 18(3)" in text and "From 1 March" in text and case.status is Status.CLOSED
    for words in ("section 164A", "section 165", "section 167"):
        assert words in text
    with pytest.raises(WrongState, match="over"):
        letter_draft.begin(case, "progress", WHY, actor=officer, now=later)
    assert not KINDS["restriction-ends"].suits(Right.ACCESS)


def test_whoever_was_late_already_does_not_say_that_the_time_only_begins(app: Any, staff: Any, now: datetime) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 10, 1))
    for kind in ("identity-asked", "fee-asked"):
        text = drafted(case, kind, staff("officer"), now)
        assert "Monday 2 November 2026" in text and "We are sorry" in text and "time that the law gives us" not in text
    clock.add_fact(case, "identity_requested", date(2026, 11, 20), actor=staff("officer"), now=now)
    assert "Monday 2 November 2026" in drafted(case, "progress", staff("officer"), now)


@pytest.mark.parametrize(
    ("country", "runs", "never"),
    [
        ("wales", "governing body", "board of governors"),
        ("scotland", "whoever runs the school", "governing body"),
        ("northern-ireland", "board of governors", "governing body"),
    ],
)
def test_a_letter_about_a_school_s_record_names_who_runs_schools_there(
    app: Any, now: datetime, country: str, runs: str, never: str
) -> None:
    case = factories.a_case(now=now, right=Right.PUPIL_RECORD, capacity="parent")
    _, text = letter.compose(case, "outcome-pupil-record", now=now, country=country, reason=WHY, result="part")
    assert runs in text and never not in text
    assert ("abuse" in text) is (country != "scotland")  # that exemption is not law there


@pytest.mark.parametrize("capacity", list(Capacity))
def test_a_firm_is_not_told_to_choose_a_quiet_time(app: Any, now: datetime, capacity: Capacity) -> None:
    row = letter.write(factories.a_case(now=now, capacity=capacity.value), "released", actor=SERVICE, now=now)
    assert ("quiet time" in sealing.unseal(row)["text"]) is (capacity is not Capacity.SOLICITOR)


def test_steps_that_a_requester_reads_give_no_orders(app: Any, now: datetime) -> None:
    [row] = letter.letters(factories.a_case(now=now, right=Right.WITHDRAW_CONSENT))
    text = sealing.unseal(row)["text"]
    assert "Act at once" not in text and "only the outer limit" in text


@pytest.mark.parametrize(
    ("right", "capacity", "stopped"),
    [
        (Right.ERASURE, "parent", True),
        (Right.ERASURE, "self", False),  # they ask themselves, as they did before
        (Right.ERASURE, "representative", False),  # whom the person appointed
        (Right.PUPIL_RECORD, "parent", False),  # a right of the parent's own
    ],
)
def test_no_answer_goes_to_a_parent_whose_child_has_grown_up_meanwhile(
    app: Any, staff: Any, now: datetime, right: Right, capacity: str, stopped: bool
) -> None:
    officer, born = staff("officer"), {"date_of_birth": "2008-11-25"}  # eighteen two days from now
    case = factories.a_case(now=now, right=right, capacity=capacity, subject=born)
    identity.settle(case, override="Seen by the manager", actor=officer, now=now)
    db.session.commit()
    later = factories.later(now, days=2)
    for at, refused in ((factories.later(now, days=1), False), (later, stopped)):
        with pytest.raises(WrongState, match="18 or older") if refused else nullcontext():
            letter_draft.begin(case, f"outcome-{right}", WHY, result="all", actor=officer, now=at)
        db.session.rollback()
    identity.settle(case, override="She asked us herself", actor=officer, now=later)
    assert letter_draft.begin(case, f"outcome-{right}", WHY, result="all", actor=officer, now=later)
