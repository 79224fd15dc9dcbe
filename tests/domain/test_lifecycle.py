"""The life of a case: the walk that ends with a pack, every refusal, and what no path may ever reach."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar_service.domain.errors import NotAllowed, WrongState
from sar_service.domain.lifecycle import (
    DEEDS,
    GUARDS,
    MOVES,
    OPEN,
    WORDS,
    Action,
    Guard,
    Situation,
    Status,
    allowed,
    decide,
    unmet,
)
from sar_service.domain.permission import Permission, Role, permissions_of

OFFICER = permissions_of(Role.OFFICER)
EVERYTHING = frozenset(Permission)
GOOD = Situation(
    actor="second",
    identity_settled=True,
    independent=True,
    searches_started=1,
    submitted_by="first",
    decided_by=frozenset({"first"}),
    signed_off_by="second",
    changed_since_signoff=False,
    pack_clean=True,
    pack_current=True,
    reasons_given=True,
    pack_suits=True,
)
WALK = [
    (Action.ASK_IDENTITY, False, Status.IDENTITY),
    (Action.SETTLE_IDENTITY, False, Status.RECEIVED),
    (Action.START_SEARCH, False, Status.SEARCHING),
    (Action.FINISH_SEARCH, True, Status.REVIEWING),
    (Action.START_SEARCH, False, Status.SEARCHING),
    (Action.BEGIN_REVIEW, False, Status.REVIEWING),
    (Action.SUBMIT, False, Status.AWAITING_SIGNOFF),
    (Action.RETURN_TO_REVIEW, False, Status.REVIEWING),
    (Action.SUBMIT, False, Status.AWAITING_SIGNOFF),
    (Action.SIGN_OFF, False, Status.SIGNED_OFF),
    (Action.BUILD, False, Status.BUILDING),
    (Action.BUILD_FAILED, True, Status.SIGNED_OFF),
    (Action.BUILD, False, Status.BUILDING),
    (Action.BUILT, True, Status.READY),
    (Action.RELEASE, False, Status.RELEASED),
    (Action.CLOSE, False, Status.CLOSED),
]
SPOILS = {
    Guard.IDENTITY_SETTLED: replace(GOOD, identity_settled=False),
    Guard.IDENTITY_ENOUGH: replace(GOOD, identity_settled=False),
    Guard.INDEPENDENT: replace(GOOD, independent=False),
    Guard.SEARCHES_STARTED: replace(GOOD, searches_started=0),
    Guard.SEARCHES_FINISHED: replace(GOOD, searches_running=1),
    Guard.EVERY_SYSTEM_ANSWERED: replace(GOOD, unanswered=1),
    Guard.SEARCHED_WITH_ALL: replace(GOOD, out_of_date=1),
    Guard.NOBODY_UNCLEAR: replace(GOOD, unclear_candidates=1),
    Guard.PROBLEMS_SETTLED: replace(GOOD, unsettled_problems=1),
    Guard.EVERYTHING_DECIDED: replace(GOOD, undecided_marks=1),
    Guard.DIFFERENT_PERSON: replace(GOOD, actor="first"),
    Guard.TWO_PEOPLE: replace(GOOD, signed_off_by="first"),
    Guard.NOTHING_CHANGED: replace(GOOD, changed_since_signoff=True),
    Guard.PACK_CLEAN: replace(GOOD, pack_clean=False),
    Guard.PACK_CURRENT: replace(GOOD, pack_current=False),
    Guard.PACK_SUITS: replace(GOOD, pack_suits=False),
    Guard.REASONS_GIVEN: replace(GOOD, reasons_given=False),
    Guard.NOT_MERGED: replace(GOOD, merged=True),
}


def test_an_officer_walks_a_case_from_receipt_to_release() -> None:
    status = Status.RECEIVED
    for action, service, leads_to in WALK:
        permissions = () if service else OFFICER
        status = decide(status, action, situation=GOOD, permissions=permissions, service=service).to
        assert status is leads_to


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", list(Action))
def test_every_action_in_every_status_moves_or_is_refused_in_a_sentence(status: Status, action: Action) -> None:
    move = MOVES.get((status, action))
    service = move is not None and move.needs is None
    if move is not None:
        assert decide(status, action, situation=GOOD, permissions=EVERYTHING, service=service) is move
        with pytest.raises(NotAllowed):
            decide(status, action, situation=GOOD, permissions=EVERYTHING if service else (), service=False)
    else:
        with pytest.raises(WrongState, match=r"^A case that is .+ cannot .+\.$"):
            decide(status, action, situation=GOOD, permissions=EVERYTHING)


@pytest.mark.parametrize("guard", list(Guard))
def test_each_guard_stands_against_its_moves_alone(guard: Guard) -> None:
    guarded = [(key, move) for key, move in MOVES.items() if guard in move.guards]
    assert guarded, "a guard that guards nothing"
    for (status, action), move in guarded:
        assert unmet(move, SPOILS[guard]) == (guard,)
        with pytest.raises(WrongState) as refused:
            decide(status, action, situation=SPOILS[guard], permissions=EVERYTHING, service=move.needs is None)
        assert str(refused.value) == GUARDS[guard][1]


def test_who_decided_a_passage_cannot_sign_off_even_if_somebody_else_submitted() -> None:
    situation = replace(GOOD, actor="third", decided_by=frozenset({"first", "third"}))
    with pytest.raises(WrongState, match="Somebody else"):
        decide(Status.AWAITING_SIGNOFF, Action.SIGN_OFF, situation=situation, permissions=EVERYTHING)


def test_what_is_not_known_to_be_so_is_not_so() -> None:
    assert {name for name in SPOILS if not GUARDS[name][0](Situation())} >= {
        Guard.IDENTITY_SETTLED,
        Guard.DIFFERENT_PERSON,
        Guard.TWO_PEOPLE,
        Guard.NOTHING_CHANGED,
        Guard.PACK_CLEAN,
        Guard.PACK_CURRENT,
    }


def test_the_buttons_of_a_page_are_what_the_role_may_do_with_the_reason_where_blocked() -> None:
    choices = {c.action: c for c in allowed(Status.READY, SPOILS[Guard.PACK_CLEAN], OFFICER)}
    assert choices[Action.RELEASE].blocked == GUARDS[Guard.PACK_CLEAN][1]
    assert choices[Action.STEP_BACK].blocked == ""
    assert Action.REFUSE not in choices  # a manager's
    assert allowed(Status.READY, GOOD, permissions_of(Role.AUDITOR)) == ()
    assert [c.action for c in allowed(Status.BUILDING, GOOD, EVERYTHING)] == [Action.SETTLE_IDENTITY]


def test_of_a_draft_nothing_is_searched_sent_or_released() -> None:
    """Nobody has said yet who asks, and for what: it is logged or set aside, and nothing leads past that."""
    moves = {action: move.to for (status, action), move in MOVES.items() if status is Status.DRAFT}
    assert moves == {Action.LOG: Status.RECEIVED, Action.SET_ASIDE: Status.SET_ASIDE}
    after = {action: move.to for (status, action), move in MOVES.items() if status is Status.SET_ASIDE}
    assert after == {Action.REOPEN: Status.DRAFT}
    assert Status.DRAFT in OPEN and Status.SET_ASIDE not in OPEN  # its clock runs from the day it came


def test_every_status_can_be_left_and_reached() -> None:
    reached, frontier = {Status.DRAFT}, [Status.DRAFT]
    while frontier:
        at = frontier.pop()
        for (status, _), move in MOVES.items():
            if status is at and move.to not in reached:
                reached.add(move.to)
                frontier.append(move.to)
    assert reached == set(Status)
    assert {status for status, _ in MOVES} == set(Status)
    assert Status.RELEASED not in OPEN and Status.READY in OPEN
    assert set(WORDS) == set(Status) and set(DEEDS) == set(Action) and set(GUARDS) == set(Guard)


_PEOPLE = st.sampled_from(["", "first", "second"])
situations = st.builds(
    Situation,
    actor=_PEOPLE,
    submitted_by=_PEOPLE,
    signed_off_by=_PEOPLE,
    identity_settled=st.booleans(),
    identity_needed=st.booleans(),
    changed_since_signoff=st.booleans(),
    pack_clean=st.booleans(),
    pack_current=st.booleans(),
    reasons_given=st.booleans(),
    merged=st.booleans(),
    searches_started=st.integers(0, 1),
    undecided_marks=st.integers(0, 1),
    unanswered=st.integers(0, 1),
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(OPEN)),
    st.lists(st.tuples(st.sampled_from(list(Action)), situations, st.booleans()), max_size=60),
)
def test_no_path_reaches_release_without_identity_two_people_and_a_clean_pack(
    status: Status, steps: list[tuple[Action, Situation, bool]]
) -> None:
    for action, situation, service in steps:
        try:
            move = decide(status, action, situation=situation, permissions=EVERYTHING, service=service)
        except (WrongState, NotAllowed):
            continue
        if move.to is Status.RELEASED is not status:
            assert situation.identity_settled
            assert situation.pack_clean and situation.pack_current
            assert situation.submitted_by and situation.signed_off_by
            assert situation.submitted_by != situation.signed_off_by
        status = move.to


def test_nothing_but_a_complaint_is_answered_before_it_is_known_who_asks() -> None:
    unknown = replace(GOOD, identity_settled=False)
    for status in OPEN - {Status.BUILDING, Status.DRAFT}:
        with pytest.raises(WrongState, match="identity"):
            decide(status, Action.ANSWER, situation=unknown, permissions=OFFICER)
        complaint = replace(unknown, identity_needed=False)
        assert decide(status, Action.ANSWER, situation=complaint, permissions=OFFICER).to is Status.CLOSED


@pytest.mark.parametrize("action", ["withdraw", "answer", "refuse", "close", "redirect"])
def test_no_way_of_ending_a_complaint_is_open_to_who_decided_on_its_matter(action: str) -> None:
    decided = replace(GOOD, independent=False)
    for status in OPEN - {Status.BUILDING, Status.DRAFT}:
        with pytest.raises(WrongState, match="Somebody else must look into it"):
            decide(status, Action(action), situation=decided, permissions=permissions_of(Role.MANAGER))


def test_release_has_one_door_and_it_is_guarded() -> None:
    doors = [(status, action) for (status, action), move in MOVES.items() if move.to is Status.RELEASED is not status]
    assert doors == [(Status.READY, Action.RELEASE)]
    assert set(MOVES[doors[0]].guards) == {
        Guard.IDENTITY_SETTLED,
        Guard.TWO_PEOPLE,
        Guard.NOTHING_CHANGED,
        Guard.PACK_CURRENT,
        Guard.PACK_CLEAN,
    }
