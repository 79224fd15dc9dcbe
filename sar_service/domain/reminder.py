"""When somebody is warned that a case's time runs out, and who: the officer first, then the team, then the managers."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """How far a case's time has run, in the order in which it is reached."""

    HALF = "half"
    THREE_QUARTERS = "three_quarters"
    NINETY = "ninety"
    NOTICE_DAY = "notice_day"  # the last day for notice of an extension has come
    OVERDUE = "overdue"
    TOLD_OTHERWISE = "told_otherwise"  # the person was told another due date
    ASKED_LATE = "asked_late"  # it was late before evidence of identity or a fee was asked for
    ASKED_SLOWLY = "asked_slowly"  # evidence of identity was asked for long after the request came


class Audience(StrEnum):
    HOLDER = "holder"  # who has the case
    TEAM = "team"
    MANAGERS = "managers"


BESIDE = (Level.TOLD_OTHERWISE, Level.ASKED_LATE, Level.ASKED_SLOWLY)  # told beside how far the time has run
_MANAGERS = (Level.NINETY, Level.NOTICE_DAY, Level.OVERDUE, Level.ASKED_LATE, Level.ASKED_SLOWLY)
_SHARES = ((Level.HALF, 0.5), (Level.THREE_QUARTERS, 0.75), (Level.NINETY, 0.9))


def reached(*, start: date, due: date, notice_by: date | None, extended: bool, today: date) -> tuple[Level, ...]:
    """Every level that a running case has reached on a day."""
    share = used(start=start, due=due, today=today)
    found = [level for level, limit in _SHARES if share >= limit]
    if notice_by is not None and today >= notice_by and not extended:
        found.append(Level.NOTICE_DAY)
    if today > due:
        found.append(Level.OVERDUE)
    return tuple(found)


def worth_saying(fresh: Collection[Level], found: Collection[Level]) -> list[Level]:
    """Which of the levels that nobody was warned of are told, where a case has reached those of `found`: of how far its
    time has run the highest alone, and whatever is told beside it."""
    if Level.OVERDUE in found:
        told: list[Level] = [Level.OVERDUE]
    else:
        shares: list[Level] = [level for level in found if level is not Level.NOTICE_DAY]
        told = [Level.NOTICE_DAY] if Level.NOTICE_DAY in fresh else shares[-1:]
    return [level for level in told if level in fresh] + [level for level in fresh if level in BESIDE]


def used(*, start: date, due: date, today: date) -> float:
    """The share of a running case's time that is used on a day: of the days from its start to its due date, from 0 on;
    more than 1 once it is late."""
    return max((today - start).days, 0) / max((due - start).days, 1)


def audience(level: Level, *, assigned: bool, team: bool = False) -> frozenset[Audience]:
    """Who is told. What only a `team` has is the team's from the first warning on; what nobody has is everybody's."""
    told = {Audience.HOLDER}
    if level not in (Level.HALF, Level.TOLD_OTHERWISE, Level.ASKED_SLOWLY) or not assigned:
        told.add(Audience.TEAM)
    if level in _MANAGERS or not (assigned or team):
        told.add(Audience.MANAGERS)
    return frozenset(told)
