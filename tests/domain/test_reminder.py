"""The levels of a case's time, and who hears of each."""

from datetime import date, timedelta

import pytest

from sar_service.domain.reminder import Audience, Level, audience, reached, used, worth_saying

START, DUE = date(2026, 11, 2), date(2026, 12, 2)  # thirty days


@pytest.mark.parametrize(
    ("today", "levels"),
    [
        (date(2026, 11, 2), []),
        (date(2026, 11, 16), []),
        (date(2026, 11, 17), ["half"]),
        (date(2026, 11, 24), ["half"]),
        (date(2026, 11, 25), ["half", "three_quarters"]),
        (date(2026, 11, 29), ["half", "three_quarters", "ninety"]),
        (date(2026, 12, 2), ["half", "three_quarters", "ninety", "notice_day"]),
        (date(2026, 12, 3), ["half", "three_quarters", "ninety", "notice_day", "overdue"]),
    ],
)
def test_a_month_has_its_levels(today: date, levels: list[str]) -> None:
    found = reached(start=START, due=DUE, notice_by=DUE, extended=False, today=today)
    assert [level.value for level in found] == levels


def test_an_extended_case_has_no_notice_day_and_its_shares_are_of_three_months() -> None:
    due = date(2027, 2, 2)
    assert reached(start=START, due=due, notice_by=date(2026, 12, 2), extended=True, today=date(2026, 12, 2)) == ()
    assert Level.HALF in reached(start=START, due=due, notice_by=None, extended=True, today=date(2026, 12, 18))


def test_the_notice_day_has_come_from_that_day_on_however_long_a_pause_puts_the_answer_off() -> None:
    day, due = date(2026, 12, 2), date(2026, 12, 18)
    found = [reached(start=START, due=due, notice_by=day, extended=False, today=day + timedelta(n)) for n in (-1, 0, 1)]
    assert [Level.NOTICE_DAY in each for each in found] == [False, True, True]


H, T, N, D, L, A = Level.HALF, Level.THREE_QUARTERS, Level.NINETY, Level.NOTICE_DAY, Level.OVERDUE, Level.ASKED_LATE


@pytest.mark.parametrize(
    ("fresh", "found", "told"),
    [
        ([H], [H], [H]),
        ([H, T, N], [H, T, N], [N]),  # nobody looked for weeks: the highest, once
        ([N], [H, T, N], [N]),
        ([D], [H, T, N, D], [D]),
        ([N, D], [H, T, N, D], [D]),
        ([T], [H, T, D], [T]),  # a pause put the answer off: the day for notice came first
        ([H, T, N, D, L], [H, T, N, D, L], [L]),
        ([D], [H, T, N, D, L], []),  # it was told already that it is late
        ([A], [H], [A]),
        ([H, A], [H], [H, A]),
    ],
)
def test_of_several_levels_the_highest_is_told(fresh: list[Level], found: list[Level], told: list[Level]) -> None:
    assert worth_saying(fresh, found) == told


def test_the_share_of_the_time_is_of_the_days_to_the_due_date() -> None:
    days = (START - timedelta(1), START, START + timedelta(15), DUE, DUE + timedelta(3))
    assert [round(used(start=START, due=DUE, today=day), 2) for day in days] == [0, 0, 0.5, 1, 1.1]


def test_the_officer_hears_first_then_the_team_then_the_managers() -> None:
    assert audience(Level.HALF, assigned=True) == {Audience.HOLDER}
    assert audience(Level.THREE_QUARTERS, assigned=True) == {Audience.HOLDER, Audience.TEAM}
    for level in (Level.NINETY, Level.NOTICE_DAY, Level.OVERDUE):
        assert audience(level, assigned=True) == set(Audience)


@pytest.mark.parametrize("level", list(Level))
def test_what_nobody_has_is_everybody_s_from_the_first_level_on(level: Level) -> None:
    assert audience(level, assigned=False) == set(Audience)
