"""The statutory clock: worked cases, each with the mistake it would catch."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sar_service.domain.clock import (
    Asking,
    Clarification,
    ClockState,
    Extension,
    Facts,
    Reckoning,
    legal_date,
    months_after,
    reckon,
)
from sar_service.domain.errors import InvalidInput
from sar_service.domain.rights import Right

from .calendars import CALENDAR, EW, NI, SCOTLAND


def day(text: str) -> date:
    return date.fromisoformat(text)


def asked(*waits: str) -> tuple[Clarification, ...]:
    """ "2026-06-03:2026-06-05" is asked and answered; without a second day it is still open."""
    found = []
    for wait in waits:
        first, _, second = wait.partition(":")
        found.append(Clarification(asked=day(first), answered=day(second) if second else None))
    return tuple(found)


def clock(received: str, nation: str = EW, right: Right = Right.ACCESS, **facts: object) -> Reckoning:
    return reckon(Facts(received=day(received), right=right, nation=nation, **facts), holidays=CALENDAR)  # type: ignore[arg-type]


def in_time(on: str) -> Extension:
    return Extension(notice_on=day(on), reasons="three other requests, and files in two archives")


PLAIN = [
    ("2026-09-09", EW, "2026-10-09", "the same-numbered day, not 30 days"),
    ("2026-03-31", EW, "2026-04-30", "no 31 April: the last day, not the first of May"),
    ("2026-01-30", EW, "2026-03-02", "28 February is a Saturday"),
    ("2027-12-31", EW, "2028-01-31", "31 again: nothing to clamp"),
    ("2028-01-31", EW, "2028-02-29", "a leap year"),
    ("2027-02-28", EW, "2027-03-30", "Sunday, then Easter Monday; the end of a month is not sticky"),
    ("2027-02-28", SCOTLAND, "2027-03-29", "Easter Monday is a working day in Scotland"),
    ("2026-11-28", EW, "2026-12-29", "a Monday that is a substitute for Boxing Day"),
    ("2026-12-02", SCOTLAND, "2027-01-05", "Saturday 2 January, its substitute on Monday"),
    ("2026-12-02", EW, "2027-01-04", "2 January is a holiday in Scotland only"),
    ("2026-05-15", SCOTLAND, "2026-06-16", "a one-off holiday that lists lack"),
    ("2026-05-15", EW, "2026-06-15", "somebody else's one-off holiday"),
    ("2026-02-17", NI, "2026-03-18", "St Patrick's Day"),
    ("2026-02-17", EW, "2026-03-17", "St Patrick's Day elsewhere"),
    ("2026-06-13", NI, "2026-07-14", "a substitute in July"),
    ("2026-05-03", EW, "2026-06-03", "received on a Sunday: that Sunday counts"),
]


@pytest.mark.parametrize(("received", "nation", "due", "why"), PLAIN, ids=[case[3] for case in PLAIN])
def test_a_plain_request_is_due_a_month_after_receipt(received: str, nation: str, due: str, why: str) -> None:
    found = clock(received, nation)
    assert (found.state, found.due) == (ClockState.RUNNING, day(due))
    assert found.notice_by == day(due)  # until anything else happens, the notice is due when the answer is


PAUSED = [
    ("2026-09-01", ["2026-09-09:2026-09-13"], "2026-10-06", 5, "both ends of a pause count"),
    ("2026-09-01", ["2026-09-07:2026-09-07"], "2026-10-02", 1, "asked and answered on one day"),
    ("2026-09-01", ["2026-09-01:2026-09-04"], "2026-10-05", 3, "the day of receipt was never in the period"),
    ("2026-09-01", ["2026-09-07:2026-09-10", "2026-09-09:2026-09-11"], "2026-10-06", 5, "overlapping days once"),
    ("2026-09-01", ["2026-09-07:2026-09-08", "2026-09-14:2026-09-14"], "2026-10-05", 3, "two pauses, then Sunday"),
    ("2027-01-31", ["2027-02-10:2027-02-11"], "2027-03-02", 2, "clamp, add, then roll: not roll, then add"),
    ("2026-09-01", ["2026-10-02:2026-10-06"], "2026-10-01", 0, "asked a day after the answer was due"),
    ("2026-08-26", ["2026-09-28:2026-09-29"], "2026-09-28", 2, "asked on the working day the answer rolled to"),
    (
        "2026-09-01",
        ["2026-09-28:2026-10-09", "2026-10-12:2026-10-12"],
        "2026-10-14",
        13,
        "the second within the first's gain",
    ),
]


@pytest.mark.parametrize(("received", "waits", "due", "days", "why"), PAUSED, ids=[case[4] for case in PAUSED])
def test_days_of_waiting_for_clarification_do_not_count(
    received: str, waits: list[str], due: str, days: int, why: str
) -> None:
    found = clock(received, clarifications=asked(*waits))
    assert (found.due, found.paused_days) == (day(due), days)


def test_an_open_clarification_stops_the_clock_and_leaves_no_date() -> None:
    found = clock("2026-10-12", clarifications=asked("2026-10-19"))
    assert (found.state, found.due, found.notice_by) == (ClockState.PAUSED, None, None)
    assert found.steps[-1].key == "paused"


def test_an_open_clarification_asked_too_late_stops_nothing() -> None:
    found = clock("2026-10-12", clarifications=asked("2026-11-13"))
    assert (found.state, found.due) == (ClockState.RUNNING, day("2026-11-12"))
    assert "pause_too_late" in {step.key for step in found.steps}


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.ACCESS])
def test_only_access_is_paused_by_clarification(right: Right) -> None:
    with_pause = clock("2026-09-01", right=right, clarifications=asked("2026-09-07:2026-09-20", "2026-09-21"))
    without = clock("2026-09-01", right=right)
    assert with_pause.due == without.due
    assert sum(step.key == "pause_not_allowed" for step in with_pause.steps) == 2


def test_the_time_begins_when_evidence_of_identity_came() -> None:
    found = clock("2026-03-02", id_requested=day("2026-03-03"), id_received=day("2026-03-16"))
    assert (found.start, found.due) == (day("2026-03-16"), day("2026-04-16"))


@pytest.mark.parametrize("wait", ["id_requested", "fee_requested"])
def test_the_time_does_not_begin_while_something_is_awaited(wait: str) -> None:
    found = clock("2026-10-05", **{wait: day("2026-10-06")}, clarifications=asked("2026-10-07"))
    assert (found.state, found.due, found.start, found.notice_by) == (ClockState.NOT_STARTED, None, None, None)


def test_the_latest_of_receipt_identity_and_fee_begins_the_time() -> None:
    found = clock(
        "2026-10-05",
        id_requested=day("2026-10-06"),
        id_received=day("2026-10-20"),
        fee_requested=day("2026-10-07"),
        fee_paid=day("2026-10-22"),
    )
    assert found.start == day("2026-10-22")


def test_waiting_for_identity_is_not_also_a_pause() -> None:
    found = clock(
        "2026-05-01",
        id_requested=day("2026-05-05"),
        id_received=day("2026-05-20"),
        clarifications=asked("2026-05-05:2026-05-25"),
    )
    assert (found.paused_days, found.due) == (5, day("2026-06-25"))


def test_evidence_asked_for_late_is_pointed_out() -> None:
    found = clock("2026-05-01", id_requested=day("2026-05-20"), id_received=day("2026-05-21"))
    late = [step for step in found.steps if step.key == "identity_asked_late"]
    assert late and late[0].values["count"] == 19


def test_an_extension_is_three_months_from_the_start_not_one_and_two() -> None:
    found = clock("2027-01-31", extension=in_time("2027-02-20"))
    assert (found.due, found.notice_by, found.extension_valid) == (day("2027-04-30"), day("2027-03-01"), True)


@pytest.mark.parametrize(("notice", "valid"), [("2026-10-09", True), ("2026-10-12", True), ("2026-10-13", False)])
def test_a_late_notice_leaves_the_month_as_it_was(notice: str, valid: bool) -> None:
    found = clock("2026-09-10", extension=in_time(notice))  # 10 October is a Saturday
    assert found.extension_valid is valid
    assert found.due == (day("2026-12-10") if valid else day("2026-10-12"))
    assert ("extension_late" in {step.key for step in found.steps}) is not valid


def test_a_notice_without_reasons_is_no_notice() -> None:
    found = clock("2026-09-10", extension=Extension(notice_on=day("2026-09-11"), reasons="  "))
    assert (found.extension_valid, found.due) == (False, day("2026-10-12"))


def test_a_pause_in_the_first_month_moves_the_notice_and_a_later_one_does_not() -> None:
    early = clock("2026-06-01", clarifications=asked("2026-06-08:2026-06-12"), extension=in_time("2026-07-06"))
    assert (early.due, early.notice_by) == (day("2026-09-07"), day("2026-07-06"))
    late = clock("2026-04-13", clarifications=asked("2026-06-01:2026-06-05"), extension=in_time("2026-05-13"))
    assert (late.due, late.notice_by) == (day("2026-07-20"), day("2026-05-13"))


def test_a_pause_that_begins_on_the_last_day_of_the_month_moves_the_notice() -> None:
    found = clock("2026-09-01", clarifications=asked("2026-10-01:2026-10-02"))
    assert (found.due, found.notice_by) == (day("2026-10-05"), day("2026-10-05"))  # 3 October is a Saturday


def test_a_pause_inside_an_extension_that_does_not_count_is_too_late() -> None:
    found = clock("2026-04-13", clarifications=asked("2026-06-01:2026-06-05"), extension=in_time("2026-06-01"))
    assert (found.due, found.paused_days) == (day("2026-05-13"), 0)


COMPLAINTS = [("2026-06-19", "2026-07-20"), ("2026-11-25", "2026-12-29"), ("2026-12-03", "2027-01-04")]


@pytest.mark.parametrize(("received", "due"), COMPLAINTS)
def test_a_complaint_is_acknowledged_in_thirty_days_whatever_else_happens(received: str, due: str) -> None:
    found = clock(
        received,
        right=Right.COMPLAINT,
        id_requested=day(received),
        fee_requested=day(received),
        extension=in_time(received),
    )
    assert (found.due, found.notice_by, found.extension_valid) == (day(due), None, False)


def test_a_withdrawal_of_consent_waits_for_nothing() -> None:
    found = clock("2026-09-01", right=Right.WITHDRAW_CONSENT, id_requested=day("2026-09-02"))
    assert found.due == day("2026-10-01")
    assert "at_once" in {step.key for step in found.steps}


WRONG = [
    ({"id_requested": day("2026-09-03"), "id_received": day("2026-09-02")}, "id_received"),
    ({"id_received": day("2026-09-02")}, "id_requested"),
    ({"id_requested": day("2026-08-31")}, "id_requested"),
    ({"fee_requested": day("2026-09-03"), "fee_paid": day("2026-09-02")}, "fee_paid"),
    ({"fee_paid": day("2026-09-02")}, "fee_requested"),
    ({"clarifications": asked("2026-09-03:2026-09-02")}, "clarifications"),
    ({"clarifications": asked("2026-08-03")}, "clarifications"),
    ({"clarifications": asked("2026-09-03:2062-09-03")}, "clarifications"),
    ({"extension": Extension(notice_on=date(2026, 8, 1), reasons="x")}, "extension"),
]


@pytest.mark.parametrize(("facts", "field"), WRONG)
def test_facts_that_cannot_all_be_true_are_refused_by_name(facts: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clock("2026-09-01", **facts)
    assert refused.value.field == field


def test_the_end_of_the_calendar_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(InvalidInput):
        clock("9999-12-15")


def test_a_date_beyond_the_published_holidays_says_so() -> None:
    assert "beyond_known_holidays" in {step.key for step in clock("2029-01-05").steps}
    assert "beyond_known_holidays" not in {step.key for step in clock("2028-11-05").steps}


def test_the_steps_tell_the_whole_way_in_words() -> None:
    told = [step.sentence for step in clock("2026-01-30").steps]
    assert told[0] == "Received on Friday 30 January 2026."
    assert told[1] == "One month later is Saturday 28 February 2026, the last day of that month."
    assert "Sunday 1 March 2026 is not a working day." in told
    assert "The next working day is Monday 2 March 2026." in told
    assert told[-1] == "The answer is due by the end of Monday 2 March 2026."


def test_one_day_is_told_in_the_singular() -> None:
    told = [step.sentence for step in clock("2026-09-01", clarifications=asked("2026-09-07:2026-09-07")).steps]
    assert any("1 day does not count" in sentence for sentence in told)


def test_the_day_of_receipt_is_the_day_in_london() -> None:
    assert legal_date(datetime(2026, 6, 29, 23, 30, tzinfo=UTC)) == date(2026, 6, 30)
    assert legal_date(datetime(2026, 1, 29, 23, 30, tzinfo=UTC)) == date(2026, 1, 29)
    with pytest.raises(ValueError, match="time zone"):
        legal_date(datetime(2026, 6, 29, 23, 30))  # noqa: DTZ001


def test_months_are_counted_from_the_day_and_clamped_once() -> None:
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 31), 1) == date(2027, 1, 31)


def test_evidence_asked_for_once_the_answer_was_late_is_pointed_out() -> None:
    keys = {
        asked: [step.key for step in clock("2026-09-01", id_requested=day(asked)).steps]
        for asked in ("2026-10-01", "2026-10-02")
    }
    assert "identity_asked_after_due" not in keys["2026-10-01"]
    assert "identity_asked_after_due" in keys["2026-10-02"]


def askings(*days: str) -> tuple[Asking, ...]:
    """ "2026-09-02:2026-09-05" for what was asked for and came, "2026-09-02" for what is awaited."""
    parts = [each.partition(":") for each in days]
    return tuple(Asking(asked=day(asked), came=day(came) if came else None) for asked, _, came in parts)


MISSED = [
    ({}, "2026-10-02", "2026-10-01", "a day late"),
    ({}, "2026-10-01", None, "on the last day it was in time"),
    ({"extension": in_time("2026-09-20")}, "2026-10-02", None, "an extension was told"),
    ({"extension": in_time("2026-10-05")}, "2026-10-06", "2026-10-01", "an extension told too late is none"),
    ({"clarifications": asked("2026-09-10:2026-09-12")}, "2026-10-02", None, "three days did not count"),
    ({"clarifications": asked("2026-09-10")}, "2026-10-30", None, "the clock stood"),
    ({"clarifications": asked("2026-10-05")}, "2026-10-06", "2026-10-01", "it had ended when that was asked"),
    ({"fee_requested": day("2026-09-03")}, "2026-10-30", None, "a fee was awaited"),
    ({"fee_requested": day("2026-10-05")}, "2026-10-02", "2026-10-01", "the fee came up later"),
    ({"right": Right.ERASURE}, "2026-10-02", "2026-10-01", "another right"),
    ({"right": Right.WITHDRAW_CONSENT}, "2026-10-02", None, "a right that waits for no identity"),
]


@pytest.mark.parametrize(("facts", "when", "missed", "why"), MISSED, ids=[each[-1] for each in MISSED])
def test_what_was_late_when_identity_was_asked_for_stays_late(
    facts: dict[str, Any], when: str, missed: str | None, why: str
) -> None:
    limit = day(missed) if missed else None
    assert clock("2026-09-01", id_requested=day(when), **facts).missed == limit
    came = clock("2026-09-01", id_requested=day(when), id_received=day("2026-11-02"), **facts)
    assert came.missed == limit  # that evidence came then makes nothing good


FEES = [
    ({}, "2026-10-02", "2026-10-01", "a day late"),
    ({}, "2026-10-01", None, "on the last day it was in time"),
    ({"extension": in_time("2026-09-20")}, "2026-10-02", None, "an extension was told"),
    ({"id_requested": day("2026-09-03")}, "2026-10-30", None, "evidence was awaited"),
    (
        {"id_requested": day("2026-09-03"), "id_received": day("2026-09-10")},
        "2026-10-13",
        "2026-10-12",
        "evidence had come",
    ),
    ({"id_requested": day("2026-10-05")}, "2026-10-30", "2026-10-01", "it was late when evidence was asked for"),
    ({"right": Right.WITHDRAW_CONSENT}, "2026-10-02", None, "a right that waits for no fee"),
]


@pytest.mark.parametrize(("facts", "when", "missed", "why"), FEES, ids=[each[-1] for each in FEES])
def test_what_was_late_when_a_fee_was_asked_for_stays_late(
    facts: dict[str, Any], when: str, missed: str | None, why: str
) -> None:
    limit = day(missed) if missed else None
    found = clock("2026-09-01", fee_requested=day(when), **facts)
    assert found.missed == limit
    late = {step.key for step in found.steps if step.key.endswith("_after_due")}
    earlier = why == "it was late when evidence was asked for"
    assert late == ({"identity_asked_after_due" if earlier else "fee_asked_after_due"} if limit else set())
    assert clock("2026-09-01", fee_requested=day(when), fee_paid=day("2026-11-02"), **facts).missed == limit


def test_asking_again_is_late_only_if_the_answer_was_late_with_what_had_come_before() -> None:
    def missed(*days: str) -> date | None:
        rounds = askings(*days)
        return clock("2026-09-01", id_requested=rounds[-1].asked, id_received=rounds[-1].came, id_askings=rounds).missed

    assert missed("2026-09-02:2026-09-20", "2026-10-15") is None  # due on 20 October
    assert missed("2026-09-02:2026-09-20", "2026-10-21") == day("2026-10-20")
    assert missed("2026-10-02:2026-10-05", "2026-10-07") == day("2026-10-01")  # it was late the first time
    assert missed("2026-09-02", "2026-10-21") is None  # a reminder: the clock waited from the first time on


def test_on_the_how_manyth_day_identity_was_asked_about_is_told_where_it_was_late() -> None:
    soon, late = (clock("2026-09-01", id_requested=day(asked)) for asked in ("2026-09-08", "2026-09-09"))
    assert (soon.asked_late, soon.asked_on) == (0, None)
    assert (late.asked_late, late.asked_on) == (8, day("2026-09-09"))
    rounds = askings("2026-09-02:2026-09-05", "2026-09-20")
    assert clock("2026-09-01", id_requested=day("2026-09-20"), id_askings=rounds).asked_late == 0
    assert clock("2026-09-01", right=Right.WITHDRAW_CONSENT, id_requested=day("2026-09-20")).asked_late == 0


def test_a_complaint_from_before_the_duty_says_so() -> None:
    keys = {
        came: [step.key for step in clock(came, right=Right.COMPLAINT).steps] for came in ("2026-06-18", "2026-06-19")
    }
    assert "before_complaints" in keys["2026-06-18"] and "before_complaints" not in keys["2026-06-19"]
