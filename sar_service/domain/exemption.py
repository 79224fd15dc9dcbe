"""Exemption codes: what each says, and which of them may be offered for a case.

The codes themselves are `config/exemptions.yaml`, read by the catalogue. Dispositions, the reasons for
leaving out something that is not withheld (a copy, another person's file), are a type of their own and
never counted together.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from .errors import InvalidInput
from .holidays import Nation
from .identity import Capacity
from .rights import Right


class Tell(StrEnum):
    """How much of the reason the requester is told."""

    YES = "yes"
    GENERAL = "general"  # a general reason, where a particular one would defeat the purpose
    NEITHER = "neither"  # whether anything is withheld may itself have to stay unsaid


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """One provision under which something may be withheld; the fields are those of
    `config/exemptions.yaml`."""

    code: str
    reference: str
    plain: str
    short: str
    test: str
    restricts: str
    tell: Tell
    rights: tuple[Right, ...]
    nations: tuple[Nation, ...]
    capacities: tuple[Capacity, ...]
    needs_opinion: bool = False
    approver: str | None = None


@dataclass(frozen=True, kw_only=True)
class Disposition:
    """Why something is not in a pack although nothing is withheld."""

    code: str
    plain: str
    short: str
    test: str = ""


class Offerable(Protocol):
    """What of a code decides whether it is offered: an `Exemption`, or the catalogue's own."""

    @property
    def code(self) -> str: ...
    @property
    def rights(self) -> Collection[str]: ...
    @property
    def nations(self) -> Collection[str]: ...
    @property
    def capacities(self) -> Collection[str]: ...


Code = TypeVar("Code", bound=Offerable)


def offered(codes: Iterable[Code], *, right: Right, nation: str, capacity: Capacity | str) -> tuple[Code, ...]:
    """The codes that may be used for this right, in this nation, against somebody asking in this capacity.

    So a code that protects a child from a parent's request (DPA 2018 Sch 3 paras 4, 10 and 21) is never
    offered when the child asks, nor when a solicitor asks for the child.
    """
    return tuple(
        code
        for code in codes
        if right.value in _words(code.rights)
        and str(nation) in _words(code.nations)
        and str(capacity) in _words(code.capacities)
    )


def _words(values: Collection[str]) -> frozenset[str]:
    return frozenset(str(value) for value in values)


def require_offered(code: str, codes: Iterable[Code], *, right: Right, nation: str, capacity: Capacity | str) -> Code:
    """The code of this name if it may be used here. Raises InvalidInput, field "code", if not."""
    every = tuple(codes)
    for one in offered(every, right=right, nation=nation, capacity=capacity):
        if one.code == code:
            return one
    if any(one.code == code for one in every):
        raise InvalidInput(
            f"{code} cannot be used here: not for this right, in this nation, or with this requester.",
            field="code",
        )
    raise InvalidInput(f'There is no exemption code "{code[:20]}". Choose one from the list.', field="code")
