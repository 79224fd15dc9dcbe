"""The steps that lead to a due date: each has a key, a day, values, and an English sentence.

A page in another language translates the sentence of the key and writes days and numbers in its own way.
What the steps are, and when they are taken, is in `clock.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

SENTENCES: Mapping[str, str | tuple[str, str]] = MappingProxyType(
    {
        "received": "Received on {on}.",
        "identity_asked": "Evidence of identity or authority was asked for on {on}.",
        "identity_received": "It came on {on}.",
        "identity_asked_late": (
            "It was asked for {count} day after the request came. Check that this was as soon as possible.",
            "It was asked for {count} days after the request came. Check that this was as soon as possible.",
        ),
        "identity_asked_after_due": (
            "When it was asked for, the answer had been due by {limit} already: it was late then, and asking does not "
            "undo that."
        ),
        "fee_asked_after_due": (
            "When the fee was asked for, the answer had been due by {limit} already: it was late then, and asking does "
            "not undo that."
        ),
        "identity_unsettled": (
            "The law leaves open whether waiting for identity delays a request about an automated decision: "
            "to be safe, answer within a month of receipt."
        ),
        "identity_does_not_wait": "Waiting for evidence of identity does not change this date ({article}).",
        "fee_asked": "A fee was asked for on {on}.",
        "fee_paid": "It was paid on {on}.",
        "fee_does_not_wait": "Waiting for a fee does not change this date ({article}).",
        "waiting_for_identity": "The time has not begun: evidence asked for on {on} has not come.",
        "waiting_for_fee": "The time has not begun: the fee asked for on {on} has not been paid.",
        "started": "The time begins on {on}, the last of these.",
        "at_once": "The law gives no month for this: it must be done at once. The month below is only the outer limit.",
        "one_month": "One month later is {on}.",
        "one_month_short": "One month later is {on}, the last day of that month.",
        "three_months": "With the extension, three months from the start is {on}.",
        "three_months_short": ("With the extension, three months from the start is {on}, the last day of that month."),
        "school_days": (
            "{count} school day later is {on}.",
            "{count} school days later is {on}.",
        ),
        "no_school": "There is no school from {begin} to {on}.",
        "no_school_on": "There is no school on {on}.",
        "terms_end": (
            "School terms are known only from {begin} to {on}. Outside, every day from Monday to Friday that is no "
            "public holiday was counted: the date may be too early. Put the next terms into the configuration."
        ),
        "terms_unknown": (
            "No school terms are known. Every day from Monday to Friday that is no public holiday was counted: the "
            "date may be too early. Put the terms into the configuration."
        ),
        "thirty_days": "Thirty days later is {on}.",
        "before_complaints": (
            "This was received before {on}, when the duty to acknowledge complaints within 30 days came into the law: "
            "the day is good practice, and no duty."
        ),
        "acknowledged": "The complaint was acknowledged in time, on {on}.",
        "acknowledged_late": "The complaint was acknowledged on {on}: it had to be by {limit}.",
        "no_day_for_outcome": "The law gives no day for the outcome: it must come without undue delay.",
        "outcome_aim": (
            "The council’s own aim for it, {count} day after receipt, is {on}.",
            "The council’s own aim for it, {count} days after receipt, is {on}.",
        ),
        "news_again": (
            "Until then they hear how far we are, at the latest {count} day after the last letter: by {on}.",
            "Until then they hear how far we are, at the latest {count} days after the last letter: by {on}.",
        ),
        "notice_by": "Notice of an extension has to be given by the end of {on}.",
        "extended": "Notice of an extension was given in time, on {on}.",
        "extension_late": ("The notice of an extension given on {on} does not count: it had to be given by {limit}."),
        "extension_no_reasons": (
            "The notice of an extension given on {on} does not count: it gave no reasons for the delay."
        ),
        "extension_not_allowed": "The time cannot be extended for this ({article}).",
        "pause": (
            "Clarification was asked for on {asked} and came on {on}: {count} day does not count.",
            "Clarification was asked for on {asked} and came on {on}: {count} days do not count.",
        ),
        "pause_open": "Clarification was asked for on {on} and has not come: the clock is stopped.",
        "pause_too_late": (
            "The clarification asked for on {on} changes nothing: the answer was already due by {limit}."
        ),
        "pause_not_allowed": (
            "The clarification asked for on {on} changes nothing: only a request for a copy of information "
            "is paused by it (Article 12A(5))."
        ),
        "pauses_added": (
            "Adding the {count} day that does not count makes it {on}.",
            "Adding the {count} days that do not count makes it {on}.",
        ),
        "weekend": "{on} is not a working day.",
        "holiday": "{on} is a public holiday ({name}).",
        "next_working_day": "The next working day is {on}.",
        "before_2026": (
            "This was received before {on}, when pauses and extensions came into the law as they are now: "
            "until then they rested on guidance and on the earlier text."
        ),
        "beyond_known_holidays": (
            "The published list of public holidays ends on {on}: this date may change when a new one comes."
        ),
        "paused": "There is no due date while the clarification asked for on {on} is awaited.",
        "not_started": "There is no due date until what was asked for on {on} has come.",
        "due": "The answer is due by the end of {on}.",
        "due_acknowledgement": "The acknowledgement is due by the end of {on}.",
        "due_news": "News of how far it is, or the outcome, is due by the end of {on}.",
        "due_outcome": "The outcome is due by the end of {on}.",
    }
)

# What the council has to look at, or knows of its own lists. The person who asked is not told these.
FOR_STAFF = frozenset(
    {
        "identity_asked_late", "identity_asked_after_due", "fee_asked_after_due", "identity_unsettled", "before_2026",
        "before_complaints", "beyond_known_holidays", "notice_by", "terms_end", "terms_unknown",
    }
)  # fmt: skip

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def written(day: date) -> str:
    """A day in English words, whatever the machine's language: "Friday 30 January 2026"."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a reckoning. `on` is the day it is about; `values` what else its sentence says."""

    key: str
    on: date | None = None
    values: Mapping[str, str | int | date] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def template(self) -> str:
        """The sentence with its gaps, in the singular or plural that `count` asks for: what is translated."""
        sentence = SENTENCES[self.key]
        if isinstance(sentence, str):
            return sentence
        return sentence[0] if self.values.get("count") == 1 else sentence[1]

    @property
    def for_staff(self) -> bool:
        """Is it nothing that a letter to the requester should say?"""
        return self.key in FOR_STAFF

    @property
    def sentence(self) -> str:
        """The step in English."""
        told = {name: written(value) if isinstance(value, date) else value for name, value in self.values.items()}
        return self.template.format(on=written(self.on) if self.on else "", **told)
