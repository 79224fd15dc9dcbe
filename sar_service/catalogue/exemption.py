"""Exemption codes, and the other ways an item may be left out: config/exemptions.yaml.

The file is one flat list of each; which codes are offered for a case is worked out in `domain/exemption.py`.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sar_service.domain.identity import Capacity
from sar_service.domain.rights import Right

from .controller import Nation
from .stated import Entry, Line, Words

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=20)]


class Exemption(Entry):
    """One provision under which something may be withheld."""

    code: Code = Field(description="short code in capitals, stamped on the page")
    reference: Line = Field(description="the provision: Act, Schedule and paragraph")
    plain: Words = Field(description="the reason as the requester reads it")
    short: Line = Field(description="two to four words for the gap on the page")
    test: Words = Field(description="when it applies, for the person who decides")
    restricts: Line = Field(description="which rights' articles it restricts: A, AI or ALL, or in words")
    tell: Literal["yes", "general", "neither"] = Field(
        description="how much of the reason may be told: yes, general or neither (neither confirm nor deny)"
    )
    rights: tuple[Right, ...] = Field(description="the rights it is offered for; [] for none")
    nations: tuple[Nation, ...] = Field(min_length=1, description="the nations it is law in")
    capacities: tuple[Capacity, ...] = Field(min_length=1, description="who is asking, for it to be offered")
    needs_opinion: bool = Field(
        default=False, description="true if a professional's opinion must be on file; the reason must say whose"
    )
    approver: Line | None = Field(
        default=None, description="who must agree, beyond the usual second person; the reason must say who and when"
    )


class Disposition(Entry):
    """A reason for leaving an item out that is no exemption: it is not theirs, not held, a duplicate."""

    code: Code = Field(description="short code in capitals, stamped on the page")
    plain: Words = Field(description="the reason as the requester reads it")
    short: Line = Field(description="two to four words for the gap on the page")
    test: Words | None = Field(default=None, description="when it applies, for the person who decides")


class Exemptions(Entry):
    """The file as a whole."""

    exemptions: tuple[Exemption, ...] = Field(description="one entry for each exemption code")
    dispositions: tuple[Disposition, ...] = Field(description="one entry for each other way to leave out")
