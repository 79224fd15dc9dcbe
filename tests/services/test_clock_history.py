"""Random histories of a case, corrections included, are replayed: what is kept agrees with a clock worked out apart."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.errors import InvalidInput
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import clock, intake
from tests import factories
from tests.domain.second_clock import Entry, Impossible, read, second

NOW = datetime(2027, 12, 31, 12, tzinfo=UTC)
COUNCILS = {"northmoor": "england-and-wales", "southmoor": "scotland"}
TERMS = ((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)))  # as northmoor's
INSET = (date(2026, 11, 13),)
KINDS = (
    "clarification_requested", "clarification_requested", "clarification_received", "extension_notice",
    "identity_requested", "identity_received", "fee_requested", "fee_paid",
)  # fmt: skip

gaps = st.sampled_from((-1, 0, 2, 5, 5, 9, 9, 20, 29, 31, 33, 60))  # few, so that things often fall on one day
adding = st.tuples(st.sampled_from(KINDS), gaps)
correcting = st.tuples(st.integers(0, 9), st.none() | gaps)
histories = st.lists(adding | adding | correcting, min_size=1, max_size=9)


def replay(case: Case, deeds: list[tuple[Any, Any]], begun: date) -> list[Entry]:
    """Do it all, each thing or nothing. Returns what then stands, by an account of our own."""
    standing = [Entry("received", begun, 0)]
    keys = {0: str(case.facts[0].id)}  # by the place in which an entry first came on file
    for place, (what, gap) in enumerate(deeds, 1):
        now = NOW + timedelta(minutes=place)
        day = None if gap is None else begun + timedelta(days=gap)
        trial = db.session.begin_nested()
        old = standing[what % len(standing)] if isinstance(what, int) else None
        rest = [entry for entry in standing if entry is not old]
        new = None if day is None else Entry(old.kind, day, old.place) if old else Entry(what, day, place)
        after = [*rest, new] if new else rest
        possible = allowed(case, old, new, rest, after)
        try:
            if old is not None:
                made = clock.correct(case, keys[old.place], on=day, reason="Misread", actor=SERVICE, now=now)
            else:
                assert day is not None
                made = clock.add_fact(case, what, day, actor=SERVICE, now=now, reasons="Many files")
        except InvalidInput:
            trial.rollback()
            assert not possible, (old, new, standing)
            continue
        assert possible, (old, new, standing)
        trial.commit()
        standing = after
        if new:
            keys[new.place] = str(made.id)
    return standing


def allowed(case: Case, old: Entry | None, new: Entry | None, rest: list[Entry], after: list[Entry]) -> bool:
    """Whether this may be put on file, by the second account alone."""
    if old is not None and (old.kind == "received" if new is None else new.on == old.on):
        return False
    try:
        told = read(after, right=case.right, nation=case.nation)
    except Impossible:
        return False
    if old is None and new is not None and new.kind == "extension_notice":
        twice = any(entry.kind == new.kind for entry in rest)
        counts = second(told, terms=TERMS, inset=INSET) != second(
            read(rest, right=case.right, nation=case.nation), terms=TERMS, inset=INSET
        )
        return not twice and (counts or _stands_still(told))
    return True


def _stands_still(told: Any) -> bool:
    """Is no date known yet, so that no notice can be late? And may the time be extended at all?"""
    extends = told.right not in (Right.WITHDRAW_CONSENT, Right.COMPLAINT, Right.PUPIL_RECORD)
    return extends and second(told, terms=TERMS, inset=INSET)[0] in ("PAUSED", "NOT_STARTED")


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    council=st.sampled_from(sorted(COUNCILS)),
    right=st.sampled_from(list(Right)) | st.just(Right.ACCESS),
    begun=st.dates(date(2026, 2, 10), date(2027, 3, 31)),
    deeds=histories,
)
@example(  # the question is moved to the day of its answer, and still stands before it
    council="northmoor",
    right=Right.ACCESS,
    begun=date(2026, 3, 2),
    deeds=[("clarification_requested", 5), ("clarification_received", 9), (1, 9)],
)
def test_a_replayed_history_has_the_dates_of_a_second_calculation(
    app: Any, council: str, right: Right, begun: date, deeds: list[tuple[Any, Any]]
) -> None:
    if right is Right.PUPIL_RECORD:
        council = "northmoor"  # the other does not answer for schools
    whole = db.session.begin_nested()
    try:
        request = factories.a_request(now=NOW, controller=council, right=right, received_on=begun)
        case = intake.submit(request, actor=SERVICE, now=NOW)
        standing = replay(case, deeds, begun)
        due, notice = second(read(standing, right=right, nation=COUNCILS[council]), terms=TERMS, inset=INSET)
        assert (case.due_on or case.clock_state.upper(), case.notice_by) == (due, notice)
        assert case.received_on == next(entry.on for entry in standing if entry.kind == "received")
        assert case.due_on is None or clock.reckon(case).steps[-1].on == case.due_on
    finally:
        whole.rollback()
        db.session.expire_all()


def test_a_council_that_does_not_answer_for_schools_takes_no_request_for_their_records(app: Any) -> None:
    request = factories.a_request(now=NOW, controller="southmoor", right=Right.PUPIL_RECORD)
    try:
        intake.submit(request, actor=SERVICE, now=NOW)
    except InvalidInput as refused:
        assert refused.field == "rights" and "to the school" in str(refused)
    else:
        raise AssertionError("it was taken")
