"""Small parts that the catalogue's files are made of: text, keys, contacts, and "absent".

`absent` is a statement about a source: the notice does not say. It is kept apart from an empty list, which
says that there is none. A remark is the reader's note beside a fact (an Act since replaced, an address
hidden on the page).
"""

import re
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

T = TypeVar("T")

KEY = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


def _key(text: str) -> str:
    if not re.fullmatch(KEY, text):
        raise ValueError("must be lower-case words joined by hyphens, like childrens-social-care")
    return text


def _address(text: str) -> str:
    name, _, domain = text.partition("@")
    if not name or "." not in domain or re.search(r"[\s<>,;@]", name + domain) or domain.startswith("["):
        raise ValueError('must be one e-mail address; where the source hides it write {absent: "the page hides it"}')
    return text


def _link(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"']+", text):
        raise ValueError("must be a web address beginning https:// or http://")
    return text


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\r\n]*$")]
Key = Annotated[str, StringConstraints(max_length=60), AfterValidator(_key)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_address)]
Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_link)]


class Entry(BaseModel):
    """Base of everything the catalogue holds: unknown keys are mistakes, values never change after
    reading.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Absent(Entry):
    """The source does not say. Written `absent`, or `{absent: "why, or what was found instead"}`. It is
    falsy.
    """

    remark: str = ""

    @model_validator(mode="before")
    @classmethod
    def _written(cls, given: Any) -> Any:
        if given == "absent":
            return {}
        if isinstance(given, dict) and set(given) == {"absent"}:
            if not isinstance(given["absent"], str) or not given["absent"].strip():
                raise ValueError('write `absent`, or {absent: "a remark in words"}')
            return {"remark": given["absent"]}
        return given

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


def _which(given: Any) -> str:
    absent = isinstance(given, Absent) or given == "absent" or (isinstance(given, dict) and set(given) == {"absent"})
    return "not stated" if absent else "stated"


Stated = Annotated[
    Annotated[T, Tag("stated")] | Annotated[Absent, Tag("not stated")],
    Discriminator(_which),
]
"""A fact that its source gives, or `absent` where it does not."""


class Statement(Entry):
    """One thing a notice says. Written as plain text, or as keys where a remark is needed."""

    text: Words = Field(description="what the notice says, in short plain words")
    remark: str = Field(
        default="",
        description="your note beside it, printed in brackets: an Act since replaced, a body since closed",
    )

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, given: Any) -> Any:
        return {"text": given} if isinstance(given, str) else given


Statements = tuple[Statement, ...]


class Contact(Entry):
    """How to reach a person, a team or a body. Every key is optional; one left out is absent."""

    name: Stated[Line] = Field(default=ABSENT, description="the person, post, team or body")
    email: Stated[Email] = Field(default=ABSENT, description="one e-mail address")
    phone: Stated[Line] = Field(default=ABSENT, description="a telephone number, in quotes, as it is printed")
    address: Stated[tuple[Line, ...]] = Field(default=ABSENT, description="the postal address as a list of lines")
    url: Stated[Link] = Field(default=ABSENT, description="a web address")
    hours: Stated[Line] = Field(default=ABSENT, description="when it is open or answered")
    remark: str = Field(default="", description="your note")

    def ways(self) -> tuple[str, ...]:
        """Every way to reach them, each as one line of text."""
        found = [each for each in (self.email, self.phone, self.url) if not isinstance(each, Absent)]
        return (
            (*found, ", ".join(self.address)) if not isinstance(self.address, Absent) and self.address else tuple(found)
        )


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _partial_date(text: str) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    try:
        if not found:
            raise ValueError
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise ValueError('must be a date like 2019-11-29, or a month "2023-05", or a year "2023"') from None
    return text


PartialDate = Annotated[str, AfterValidator(_partial_date)]
"""A day, a month or a year, as precise as its source: "2019-11-29", "2023-05", "2023"."""


def partial_date_in_words(text: str) -> str:
    """ "2019-11-29" as "29 November 2019", "2023-05" as "May 2023"."""
    year, *rest = text.split("-")
    if not rest:
        return year
    month = f"{MONTHS[int(rest[0]) - 1]} {year}"
    return f"{int(rest[1])} {month}" if len(rest) == 2 else month
