"""How long each kind of data and of case is kept, and on what authority: config/retention.yaml.

Rules only: working out which rule a thing falls under and when it ends is `domain/retention.py` and its
service.
"""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from .stated import Entry, Key, Line, Stated, Words


class Start(StrEnum):
    """The day from which a period is counted."""

    RECEIVED = "received"
    CLOSED = "closed"
    RELEASED = "released"
    CHECKED = "checked"
    CREATED = "created"
    BIRTH = "birth"
    ORDER = "order"
    LAST_CONTACT = "last-contact"


class Period(Entry):
    """A length of time; the parts are added up. All nought means at once."""

    years: int = Field(default=0, ge=0, le=200, description="calendar years")
    months: int = Field(default=0, ge=0, le=1200, description="calendar months")
    days: int = Field(default=0, ge=0, le=36500, description="days")

    def in_words(self) -> str:
        """ "3 years", "1 year and 6 months", "at once"."""
        parts = [
            f"{count} {unit if count != 1 else unit[:-1]}"
            for count, unit in ((self.years, "years"), (self.months, "months"), (self.days, "days"))
            if count
        ]
        return " and ".join(parts) or "at once"


class RetentionRule(Entry):
    """One rule. `covers` says whether it is about this service's own files or about the council's data."""

    key: Key = Field(description="a short name, used in notices and by the service")
    covers: Literal["case", "service", "data"] = Field(
        description="case: files of requests; service: traces of this service; data: records in systems"
    )
    what: Words = Field(description="which files or data")
    keep: Period = Field(description="for how long")
    starting: Start = Field(
        alias="from",
        description="received, closed, released, checked, created, birth, order or last-contact",
    )
    authority: Stated[Words] = Field(description="the law or policy it rests on; absent where there is none")
    then: Literal["destroy", "review", "keep"] = Field(
        description="what happens at the end: destroy by itself, or ask a person, or keep for good"
    )
    remark: Line | None = Field(default=None, description="your note")

    @model_validator(mode="after")
    def _case_rules_have_an_end(self) -> Self:
        if self.covers != "data" and self.then == "keep":
            raise ValueError("the files of requests and the service's own traces cannot be kept for good; set `then`")
        return self


class RetentionRules(Entry):
    """The file as a whole."""

    rules: tuple[RetentionRule, ...] = Field(description="one entry for each kind of data or case")
