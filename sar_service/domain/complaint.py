"""Complaints and reviews: what they are about, and when somebody who complained must hear from the council again.

The thirty days for the acknowledgement are counted in `clock.py`. After it the law sets no day: the outcome must come
without undue delay (Data Protection Act 2018, s.164A(4)). So that it is not forgotten, news or the outcome is due so
many days after the last letter, and never later than the council's own aim for the outcome.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .clock_steps import Step

DUTY_SINCE = date(2026, 6, 19)  # section 164A of the Data Protection Act 2018 in force


class ComplaintKind(StrEnum):
    """Counted apart: a complaint about what was done, and a wish to have an answer looked at again."""

    COMPLAINT = "complaint"
    REVIEW = "review"


class Matter(StrEnum):
    """What it is about, in the words of those who complain."""

    ANSWER = "answer"  # something is missing, was left out or refused
    DELAY = "delay"
    USE = "use"  # how information was used, kept or shared
    OTHER = "other"


class About(StrEnum):
    """Whether it is about one of our requests. Only once that is said can be told who may look into it."""

    UNKNOWN = "unknown"
    REQUEST = "request"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A complaint that was acknowledged: on which day, when they last heard from us, and the council's own aims.

    `news_days` and `outcome_days` are calendar days; the one counts from the last letter, the other from receipt.
    """

    on: date
    heard_on: date
    news_days: int
    outcome_days: int


def next_due(found: Acknowledged, *, received: date, limit: date, steps: list[Step]) -> tuple[date, str]:
    """The day by which they must hear again, before it is moved off a day off, and the key of its last step.

    `limit` is the last day there was for the acknowledgement. The steps that lead there are added.
    """
    late = found.on > limit
    steps.append(Step(key="acknowledged_late" if late else "acknowledged", on=found.on, values={"limit": limit}))
    aim = received + timedelta(days=found.outcome_days)
    news = max(found.heard_on, found.on) + timedelta(days=found.news_days)
    steps.append(Step(key="no_day_for_outcome"))
    steps.append(Step(key="outcome_aim", on=aim, values={"count": found.outcome_days}))
    if news >= aim:
        return aim, "due_outcome"
    steps.append(Step(key="news_again", on=news, values={"count": found.news_days}))
    return news, "due_news"
