"""When somebody is warned that a case's time runs out, and who: the officer first, then the team, then the managers."""

from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """How far a case's time has run, in the order in which it is reached."""

    HALF = "half"
    THREE_QUARTERS = "three_quarters"
    NINETY = "ninety"
    NOTICE_DAY = "notice_day"  # the last day for notice of an extension
    OVERDUE = "overdue"
    TOLD_OTHERWISE = "told_otherwise"  # the person was told another due date
    ASKED_LATE = "asked_late"  # it was late before evidence of identity or a fee was asked for


class Audience(StrEnum):
    HOLDER = "holder"  # who has the case
    TEAM = "team"
    MANAGERS = "managers"


_SHARES = ((Level.HALF, 0.5), (Level.THREE_QUARTERS, 0.75), (Level.NINETY, 0.9))


def reached(*, start: date, due: date, notice_by: date | None, extended: bool, today: date) -> tuple[Level, ...]:
    """Every level that a running case has reached on a day."""
    share = used(start=start, due=due, today=today)
    found = [level for level, limit in _SHARES if share >= limit]
    if notice_by == today and not extended:
        found.append(Level.NOTICE_DAY)
    if today > due:
        found.append(Level.OVERDUE)
    return tuple(found)


def used(*, start: date, due: date, today: date) -> float:
    """The share of a running case's time that is used on a day: of the days from its start to its due date, from 0 on;
    more than 1 once it is late."""
    return max((today - start).days, 0) / max((due - start).days, 1)


def audience(level: Level, *, assigned: bool, team: bool = False) -> frozenset[Audience]:
    """Who is told. What only a `team` has is the team's from the first warning on; what nobody has is everybody's."""
    told = {Audience.HOLDER}
    if level not in (Level.HALF, Level.TOLD_OTHERWISE) or not assigned:
        told.add(Audience.TEAM)
    if level in (Level.NINETY, Level.NOTICE_DAY, Level.OVERDUE, Level.ASKED_LATE) or not (assigned or team):
        told.add(Audience.MANAGERS)
    return frozenset(told)
