"""What happened to one request, as the clock counts with it. The counting is in `clock.py`."""

from dataclasses import dataclass
from datetime import date

from .complaint import Acknowledged
from .rights import Right


@dataclass(frozen=True, kw_only=True)
class Clarification:
    """Asked and answered on these days; `answered` is None while it is awaited."""

    asked: date
    answered: date | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A notice that two more months are taken. It has to state reasons (Article 12A(4)(b))."""

    notice_on: date
    reasons: str


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Evidence of identity was asked for, and enough of it came, on these days; `came` is None while it is awaited."""

    asked: date
    came: date | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What happened to one request. All are calendar days in London; see `legal_date`.

    `nation` is the council's ("england-and-wales", "scotland", "northern-ireland"). `id_received` is the
    day on which enough had arrived, not the day on which somebody looked at it. `id_askings` are all the times that
    evidence was asked for, in order, where there were several; `id_requested` and `id_received` are of the last.
    """

    received: date
    right: Right
    nation: str
    id_requested: date | None = None
    id_received: date | None = None
    id_askings: tuple[Asking, ...] = ()
    fee_requested: date | None = None
    fee_paid: date | None = None
    clarifications: tuple[Clarification, ...] = ()
    extension: Extension | None = None
    acknowledged: Acknowledged | None = None  # of a complaint
