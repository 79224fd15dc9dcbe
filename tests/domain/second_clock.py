"""The clock worked out a second time, by walking from day to day, to hold the first against.

It shares no rule with `sar_service/domain/clock.py`: only the shape of the facts, and a calendar written out by hand.
`read` makes facts of a history of entries, as `sar_service/services/clock.py` does from the database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sar_service.domain.clock import Clarification, Extension, Facts
from sar_service.domain.rights import Right

from .calendars import CALENDAR

ONE = timedelta(days=1)
WAITS_FOR_NOTHING = (Right.WITHDRAW_CONSENT, Right.COMPLAINT, Right.PUPIL_RECORD)
Terms = Sequence[tuple[date, date]]


def is_working(day: date, nation: str) -> bool:
    return day.isoweekday() < 6 and CALENDAR.name_of(nation, day) is None


def rolled(day: date, nation: str) -> date:
    return day if is_working(day, nation) else rolled(day + ONE, nation)


def month_end(start: date, months: int) -> date:
    """Walk on until the month has changed often enough and the number fits, or the month is about to end."""
    at, changes = start, 0
    while True:
        following = at + ONE
        if changes == months and (at.day == start.day or following.month != at.month):
            return at
        changes += following.month != at.month
        at = following


def school_days(day: date, nation: str, terms: Terms, inset: Sequence[date]) -> Iterator[date]:
    """The school days after a day; outside the known terms every working day is one."""
    while True:
        day += ONE
        known = any(first <= day for first, _ in terms) and any(day <= last for _, last in terms)
        holiday = known and not any(first <= day <= last for first, last in terms)
        if is_working(day, nation) and not holiday and day not in inset:
            yield day


def second(told: Facts, *, terms: Terms = (), inset: Sequence[date] = ()) -> tuple[date | str, date | None]:
    """The due date (or why there is none) and the last day for notice of an extension."""
    if told.right is Right.PUPIL_RECORD:
        days = school_days(told.received, told.nation, terms, inset)
        return [next(days) for _ in range(15)][-1], None
    if told.right is Right.COMPLAINT:
        return rolled(told.received + 30 * ONE, told.nation), None
    start = told.received
    if told.right not in WAITS_FOR_NOTHING:
        for asked, came in ((told.id_requested, told.id_received), (told.fee_requested, told.fee_paid)):
            if asked and not came:
                return "NOT_STARTED", None
            start = max(start, came or start)
    month = month_end(start, 1)
    if told.right in WAITS_FOR_NOTHING:
        return rolled(month, told.nation), None
    waits = sorted(told.clarifications, key=lambda c: (c.asked, c.answered or date.max))
    waits = waits if told.right is Right.ACCESS else []
    early = [w for w in waits if w.asked <= month]

    def excluded(some: list[Clarification]) -> int:
        found, at = 0, start + ONE
        while at < start + 800 * ONE:
            found += any(w.answered and w.asked <= at <= w.answered for w in some)
            at += ONE
        return found

    notice = None
    if not any(w.answered is None for w in early):
        notice = rolled(month + excluded(early) * ONE, told.nation)
    valid = told.extension is not None and (notice is None or told.extension.notice_on <= notice)
    nominal = month_end(start, 3) if valid else month
    counted: list[Clarification] = []
    for wait in waits:
        if wait.asked <= rolled(nominal + excluded(counted) * ONE, told.nation):
            counted.append(wait)
    if any(wait.answered is None for wait in counted):
        return "PAUSED", None
    return rolled(nominal + excluded(counted) * ONE, told.nation), notice


@dataclass(frozen=True)
class Entry:
    """One thing on file: what, on which day, and as the how manyth it first came on file."""

    kind: str
    on: date
    place: int


class Impossible(Exception):
    """These entries cannot all be true."""


def read(entries: Sequence[Entry], *, right: Right, nation: str) -> Facts:
    """The facts that entries come to. Raises Impossible."""
    days: dict[str, list[date]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.on, entry.place)):
        days.setdefault(entry.kind, []).append(entry.on)
    received = days["received"][0]
    if any(
        day < received for kind in days if kind.endswith(("_requested", "_notice")) for day in _that_count(days, kind)
    ):
        raise Impossible
    waits: list[Clarification] = []
    asked: list[date] = []
    awaited = False
    for entry in sorted(entries, key=lambda entry: (entry.on, entry.place)):
        if entry.kind == "clarification_requested":
            asked.append(entry.on)
        elif entry.kind == "clarification_received":
            if not asked:
                raise Impossible
            waits += [Clarification(asked=day, answered=entry.on) for day in asked]
            asked = []
        elif entry.kind == "identity_requested":
            awaited = True
        elif entry.kind == "identity_received":
            awaited = False
    waits += [Clarification(asked=day) for day in asked]
    for came, wanted in (("identity_received", "identity_requested"), ("fee_paid", "fee_requested")):
        if came in days and wanted not in days:
            raise Impossible
    if "fee_paid" in days and days["fee_paid"][-1] < days["fee_requested"][0]:
        raise Impossible
    notices = days.get("extension_notice")
    return Facts(
        received=received,
        right=right,
        nation=nation,
        id_requested=days["identity_requested"][-1] if "identity_requested" in days else None,
        id_received=days["identity_received"][-1] if "identity_received" in days and not awaited else None,
        fee_requested=days["fee_requested"][0] if "fee_requested" in days else None,
        fee_paid=days["fee_paid"][-1] if "fee_paid" in days else None,
        clarifications=tuple(waits),
        extension=Extension(notice_on=notices[0], reasons="many") if notices else None,
    )


def _that_count(days: dict[str, list[date]], kind: str) -> list[date]:
    """Of several of a kind the one that the law looks at: the last question about identity, the first of the others."""
    if kind == "clarification_requested":
        return days[kind]
    return days[kind][-1:] if kind == "identity_requested" else days[kind][:1]
