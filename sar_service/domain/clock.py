"""The statutory clock: from facts to a due date, with every step of the way.

Facts are what happened and on which day; nothing here is stored, and asking "what if" is asking again with
other facts. The rules are Article 12A UK GDPR, counted as Article 4A and Regulation 1182/71 article 3 say,
section 164A of the Data Protection Act 2018 for complaints, and 15 school days for a pupil's educational record
(regulation 5 of SI 2005/1437 in England and its like). The words of the steps are in
`clock_steps.py`, the facts in `clock_facts.py`.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from .clock_check import check
from .clock_facts import Asking as Asking
from .clock_facts import Clarification as Clarification
from .clock_facts import Extension as Extension
from .clock_facts import Facts as Facts
from .clock_steps import Step
from .complaint import DUTY_SINCE, next_due
from .errors import InvalidInput
from .holidays import Holidays
from .rights import Right, Terms
from .rights import terms as terms_of
from .school_days import SchoolTerms, count

_ONE = timedelta(days=1)
NO_TERMS = SchoolTerms()
_NEW_RULES = date(2026, 2, 5)  # section 76 of the Data (Use and Access) Act 2025 in force
_SOON = 7  # days after receipt by which evidence of identity should have been asked for
_LONDON = ZoneInfo("Europe/London")


class ClockState(StrEnum):
    RUNNING = "running"
    NOT_STARTED = "not_started"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """What the facts come to.

    `start` is the relevant time; `nominal` one or three months after it (or 30 days), before pauses and
    before a day off moves it. `due` is None unless the clock runs. `notice_by` is the last day for notice
    of an extension, None where none is possible or it cannot be told yet. `extension_valid` is None where
    no notice was given. `missed` is the day by which the answer had been due when identity was first asked about, if
    that day had passed: whatever date follows from asking, the request is late. `asked_late` are the days
    after receipt on which it was first asked about, where that was not as soon as it should be; 0 where it was.
    `asked_on` is the day itself, then.
    `heard` is when somebody whose complaint was acknowledged last heard from us: the time until they must hear again
    runs from then.
    """

    state: ClockState
    start: date | None
    nominal: date | None
    due: date | None
    notice_by: date | None
    paused_days: int
    extension_valid: bool | None
    steps: tuple[Step, ...]
    missed: date | None = None
    asked_late: int = 0
    asked_on: date | None = None
    heard: date | None = None

    @property
    def since(self) -> date | None:
        """The day from which it is counted how much of the time is used."""
        return self.heard or self.start

    @property
    def acknowledged_late(self) -> bool:
        """Was a complaint acknowledged, and only after its last day?"""
        return any(step.key == "acknowledged_late" for step in self.steps)


def legal_date(instant: datetime) -> date:
    """The calendar day in London of an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("a legal date needs an instant with its time zone")
    return instant.astimezone(_LONDON).date()


def months_after(start: date, months: int) -> date:
    """The same-numbered day so many months on, or the last day of that month if it has none."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    if year > date.max.year:
        raise OverflowError("beyond the calendar")
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def working_day_from(day: date, *, nation: str, holidays: Holidays) -> date:
    """This day, or the next that is no Saturday, Sunday or public holiday of the nation."""
    while day.weekday() >= 5 or holidays.name_of(nation, day):
        day += _ONE
    return day


def reckon(facts: Facts, *, holidays: Holidays, terms: SchoolTerms = NO_TERMS) -> Reckoning:
    """The due date that follows from the facts, or why there is none yet. Raises InvalidInput naming the
    field. `terms` are those of the council's schools: the time for a pupil's record runs in school days."""
    check(facts)
    try:
        found = _reckon(facts, holidays, terms)
        missed = _missed(facts, holidays, terms)
    except OverflowError:
        raise InvalidInput("The dates lead beyond the end of the calendar. Check the year.", field="received") from None
    if slow := _asked_late(facts):
        found = replace(found, asked_late=slow, asked_on=facts.received + slow * _ONE)
    if missed is None:
        return found
    late, limit = missed
    return replace(found, missed=limit, steps=(*found.steps[:-1], late, *found.steps[-1:]))


def _reckon(facts: Facts, holidays: Holidays, school: SchoolTerms) -> Reckoning:
    allows = terms_of(facts.right)
    steps = [Step(key="received", on=facts.received)]
    start, waiting = _start(facts, allows, steps)
    if start is None:
        steps.append(Step(key="not_started", on=waiting))
        return Reckoning(
            state=ClockState.NOT_STARTED,
            start=None,
            nominal=None,
            due=None,
            notice_by=None,
            paused_days=0,
            extension_valid=None,
            steps=tuple(steps),
        )
    if start != facts.received:
        steps.append(Step(key="started", on=start))
    if allows.at_once:
        steps.append(Step(key="at_once"))
    if facts.received < _NEW_RULES and allows.extends and (facts.extension or facts.clarifications):
        steps.append(Step(key="before_2026", on=_NEW_RULES))

    if facts.received < DUTY_SINCE and allows.days is not None:
        steps.append(Step(key="before_complaints", on=DUTY_SINCE))

    asked = tuple(sorted(facts.clarifications, key=lambda c: (c.asked, c.answered or date.max)))
    counted = asked if allows.pauses else ()
    if allows.school_days is not None:
        nominal, told = count(start, allows.school_days, nation=facts.nation, terms=school, holidays=holidays)
        steps += told
    else:
        nominal = _nominal(start, allows, steps)
    heard: date | None = None
    result = "due_acknowledgement" if facts.right is Right.COMPLAINT else "due"
    if facts.right is Right.COMPLAINT and facts.acknowledged is not None:
        limit = working_day_from(nominal, nation=facts.nation, holidays=holidays)
        heard = max(facts.acknowledged.heard_on, facts.acknowledged.on)
        nominal, result = next_due(facts.acknowledged, received=start, limit=limit, steps=steps)
    first_month = nominal
    notice_by = _notice_by(first_month, start, counted, facts.nation, holidays) if allows.extends else None
    valid = _extension(facts, allows, notice_by, steps)
    if valid:
        nominal = months_after(start, 3)
        steps.append(_landing("three_months", start, nominal))

    days: set[date] = set()
    open_since: date | None = None
    for clarification in asked:
        if not allows.pauses:
            steps.append(Step(key="pause_not_allowed", on=clarification.asked))
            continue
        running = nominal + len(days) * _ONE
        limit = working_day_from(running, nation=facts.nation, holidays=holidays)
        if clarification.asked > limit:
            steps.append(Step(key="pause_too_late", on=clarification.asked, values={"limit": limit}))
        elif clarification.answered is None:
            open_since = open_since or clarification.asked
            steps.append(Step(key="pause_open", on=clarification.asked))
        else:
            fresh = set(_days_after(start, clarification)) - days
            days |= fresh
            steps.append(
                Step(
                    key="pause",
                    on=clarification.answered,
                    values={"asked": clarification.asked, "count": len(fresh)},
                )
            )
    if open_since is not None:
        steps.append(Step(key="paused", on=open_since))
        return Reckoning(
            state=ClockState.PAUSED,
            start=start,
            nominal=nominal,
            due=None,
            notice_by=None,
            paused_days=len(days),
            extension_valid=valid,
            steps=tuple(steps),
        )
    unrolled = nominal + len(days) * _ONE
    if days:
        steps.append(Step(key="pauses_added", on=unrolled, values={"count": len(days)}))
    due = _roll(unrolled, facts.nation, holidays, steps)
    if notice_by is not None and not valid:
        steps.append(Step(key="notice_by", on=notice_by))
    if holidays.known_until is not None and due > holidays.known_until:
        steps.append(Step(key="beyond_known_holidays", on=holidays.known_until))
    steps.append(Step(key=result, on=due))
    return Reckoning(
        state=ClockState.RUNNING,
        start=start,
        nominal=nominal,
        due=due,
        notice_by=notice_by,
        paused_days=len(days),
        extension_valid=valid,
        steps=tuple(steps),
        heard=heard,
    )


def _start(facts: Facts, allows: Terms, steps: list[Step]) -> tuple[date | None, date]:
    """The relevant time (Article 12A(2)), or None and the day on which what is awaited was asked for."""
    start = facts.received
    waiting: date | None = None
    if facts.id_requested is not None:
        steps.append(Step(key="identity_asked", on=facts.id_requested))
        if late := _asked_late(facts):
            steps.append(Step(key="identity_asked_late", on=facts.id_requested, values={"count": late}))
        if facts.id_received is not None:
            steps.append(Step(key="identity_received", on=facts.id_received))
        if not allows.waits_for_identity:
            steps.append(Step(key="identity_does_not_wait", values={"article": allows.article}))
        else:
            if facts.right is Right.AUTOMATED_DECISION:
                steps.append(Step(key="identity_unsettled"))
            if facts.id_received is None:
                waiting = facts.id_requested
                steps.append(Step(key="waiting_for_identity", on=facts.id_requested))
            else:
                start = max(start, facts.id_received)
    if facts.fee_requested is not None:
        steps.append(Step(key="fee_asked", on=facts.fee_requested))
        if facts.fee_paid is not None:
            steps.append(Step(key="fee_paid", on=facts.fee_paid))
        if not allows.waits_for_fee:
            steps.append(Step(key="fee_does_not_wait", values={"article": allows.article}))
        elif facts.fee_paid is None:
            waiting = waiting or facts.fee_requested
            steps.append(Step(key="waiting_for_fee", on=facts.fee_requested))
        else:
            start = max(start, facts.fee_paid)
    return (None, waiting) if waiting is not None else (start, start)


def _askings(facts: Facts) -> tuple[Asking, ...]:
    """Each time that evidence of identity was asked for."""
    once = facts.id_requested
    return facts.id_askings or ((Asking(asked=once, came=facts.id_received),) if once is not None else ())


def _asked_late(facts: Facts) -> int:
    """On the how manyth day after receipt evidence was first asked for, if that was later than it should be; else 0."""
    if not terms_of(facts.right).waits_for_identity:
        return 0
    days = max(((each.asked - facts.received).days for each in _askings(facts)[:1]), default=0)
    return days if days > _SOON else 0


def _missed(facts: Facts, holidays: Holidays, school: SchoolTerms) -> tuple[Step, date] | None:
    """That evidence or a fee was asked for, and by when the answer had been due, where that day had passed by then.

    Article 12A(2) then names a later start, but it speaks of a request that is still in time: Article 12(6) lets a
    council wait where it doubts, not where it is late. What had come before, when it is asked for again, stands.
    """
    terms = terms_of(facts.right)
    askings = _askings(facts) if terms.waits_for_identity else ()
    for place, each in enumerate(askings):
        if due := _passed(facts, askings[:place], fee=True, by=each.asked, holidays=holidays, school=school):
            return Step(key="identity_asked_after_due", on=each.asked, values={"limit": due}), due
    asked = facts.fee_requested
    if asked is None or not terms.waits_for_fee:
        return None
    before = tuple(each for each in askings if each.asked <= asked)
    due = _passed(facts, before, fee=False, by=asked, holidays=holidays, school=school)
    return (Step(key="fee_asked_after_due", on=asked, values={"limit": due}), due) if due else None


def _passed(
    facts: Facts, askings: tuple[Asking, ...], *, fee: bool, by: date, holidays: Holidays, school: SchoolTerms
) -> date | None:
    """The due date, of what had been asked for until then, that had passed by a day; None if none had."""
    last = askings[-1] if askings else None
    charged = fee and facts.fee_requested is not None and facts.fee_requested <= by
    known = replace(
        facts,
        id_requested=last.asked if last is not None else None,
        id_received=last.came if last is not None else None,
        id_askings=(),
        fee_requested=facts.fee_requested if charged else None,
        fee_paid=facts.fee_paid if charged else None,
    )
    due = _reckon(known, holidays, school).due
    return due if due is not None and due < by else None


def _nominal(start: date, allows: Terms, steps: list[Step]) -> date:
    if allows.days is not None:
        nominal = start + allows.days * _ONE
        steps.append(Step(key="thirty_days", on=nominal))
        return nominal
    nominal = months_after(start, 1)
    steps.append(_landing("one_month", start, nominal))
    return nominal


def _landing(key: str, start: date, nominal: date) -> Step:
    return Step(key=key if nominal.day == start.day else f"{key}_short", on=nominal)


def _days_after(start: date, clarification: Clarification) -> Iterable[date]:
    """The days of a pause, both ends included (Article 12A(5)(b)), that lie after the start.

    The day of the start is not part of the period (Regulation 1182/71 article 3(1)), so it cannot be taken
    out.
    """
    if clarification.answered is None:
        return
    day = max(clarification.asked, start + _ONE)
    while day <= clarification.answered:
        yield day
        day += _ONE


def _notice_by(
    first_month: date, start: date, asked: tuple[Clarification, ...], nation: str, holidays: Holidays
) -> date | None:
    """The last day for notice of an extension: the first month, and the pauses that began in it.

    None while such a pause is still open: its end is not known.
    """
    days: set[date] = set()
    for clarification in asked:
        if clarification.asked <= first_month:
            if clarification.answered is None:
                return None
            days |= set(_days_after(start, clarification))
    return working_day_from(first_month + len(days) * _ONE, nation=nation, holidays=holidays)


def _extension(facts: Facts, allows: Terms, notice_by: date | None, steps: list[Step]) -> bool | None:
    """Whether the notice counts (Article 12A(3) and (4)); a late one leaves the date where it is."""
    notice = facts.extension
    if notice is None:
        return None
    if not allows.extends:
        steps.append(Step(key="extension_not_allowed", on=notice.notice_on, values={"article": allows.article}))
        return False
    if not notice.reasons.strip():
        steps.append(Step(key="extension_no_reasons", on=notice.notice_on))
        return False
    if notice_by is not None and notice.notice_on > notice_by:
        steps.append(Step(key="extension_late", on=notice.notice_on, values={"limit": notice_by}))
        return False
    steps.append(Step(key="extended", on=notice.notice_on))
    return True


def _roll(day: date, nation: str, holidays: Holidays, steps: list[Step]) -> date:
    """Move the last day, and only that, to a working day (Regulation 1182/71 article 3(4)), once and last."""
    off = False
    while True:
        name = holidays.name_of(nation, day)
        if day.weekday() >= 5:
            steps.append(Step(key="weekend", on=day))
        elif name:
            steps.append(Step(key="holiday", on=day, values={"name": name}))
        else:
            break
        off = True
        day += _ONE
    if off:
        steps.append(Step(key="next_working_day", on=day))
    return day
