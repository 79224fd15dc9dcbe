"""The clock against a second one that walks day by day, and promises that hold for any facts."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sar_service.domain.clock import Clarification, ClockState, Extension, Facts, reckon
from sar_service.domain.clock_steps import SENTENCES
from sar_service.domain.rights import Right
from sar_service.domain.school_days import SchoolTerms

from .calendars import CALENDAR, EW, NI, SCOTLAND
from .second_clock import is_working, second

ONE = timedelta(days=1)
days = st.dates(min_value=date(2026, 2, 5), max_value=date(2028, 6, 30))
nations = st.sampled_from([EW, SCOTLAND, NI])


@st.composite
def facts(draw: st.DrawFn, right: Right | None = None) -> Facts:
    received = draw(days)

    def later(day: date, most: int) -> date:
        return day + draw(st.integers(0, most)) * ONE

    id_requested = draw(st.none() | st.just(later(received, 10)))
    id_received = later(id_requested, 30) if id_requested and draw(st.booleans()) else None
    waits = []
    for _ in range(draw(st.integers(0, 3))):
        asked = later(received, 120)
        waits.append(Clarification(asked=asked, answered=draw(st.none() | st.just(later(asked, 25)))))
    notice = draw(st.none() | st.just(later(received, 90)))
    return Facts(
        received=received,
        right=right or draw(st.sampled_from(list(Right))),
        nation=draw(nations),
        id_requested=id_requested,
        id_received=id_received,
        clarifications=tuple(waits),
        extension=Extension(notice_on=notice, reasons="many requests at once") if notice else None,
    )


TERMS = SchoolTerms(
    terms=(
        (date(2026, 9, 2), date(2026, 10, 23)),
        (date(2026, 11, 2), date(2026, 12, 18)),
        (date(2027, 1, 4), date(2027, 2, 12)),
    ),
    inset=frozenset({date(2026, 9, 2), date(2026, 11, 27)}),
)


@settings(max_examples=500, deadline=None)
@given(facts() | facts(right=Right.ACCESS))
def test_the_clock_agrees_with_a_second_one_that_walks_day_by_day(told: Facts) -> None:
    found = reckon(told, holidays=CALENDAR, terms=TERMS)
    due, notice = second(told, terms=TERMS.terms, inset=tuple(TERMS.inset))
    assert (found.due or found.state.value.upper(), found.notice_by) == (due, notice)


@settings(max_examples=300, deadline=None)
@given(facts())
def test_a_due_date_is_a_working_day_after_receipt_and_the_last_step_is_on_it(told: Facts) -> None:
    found = reckon(told, holidays=CALENDAR)
    assert (found.due is None) is (found.state is not ClockState.RUNNING)
    if found.due is not None:
        assert is_working(found.due, told.nation)
        assert found.due > told.received
        assert found.steps[-1].on == found.due
    assert all(step.key in SENTENCES and "{" not in step.sentence for step in found.steps)


@settings(max_examples=200, deadline=None)
@given(days, st.integers(0, 40), nations)
def test_a_request_received_later_is_never_due_earlier(received: date, gap: int, nation: str) -> None:
    first, second = (
        reckon(Facts(received=day, right=Right.ACCESS, nation=nation), holidays=CALENDAR).due
        for day in (received, received + gap * ONE)
    )
    assert first is not None and second is not None and first <= second


@settings(max_examples=200, deadline=None)
@given(facts(right=Right.ACCESS), st.integers(1, 9))
def test_a_longer_wait_for_clarification_never_makes_the_answer_due_earlier(told: Facts, more: int) -> None:
    if len(told.clarifications) != 1 or told.clarifications[0].answered is None:
        return
    wait = told.clarifications[0]
    longer = Clarification(asked=wait.asked, answered=wait.answered + more * ONE)
    before = reckon(told, holidays=CALENDAR).due
    after = reckon(
        Facts(**{**{n: getattr(told, n) for n in told.__dataclass_fields__}, "clarifications": (longer,)}),
        holidays=CALENDAR,
    ).due
    assert before is None or (after is not None and after >= before)
