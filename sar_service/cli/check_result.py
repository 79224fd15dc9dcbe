"""What a check of `sar check` looks at, and the one line it answers with; the checks themselves are in `check.py` and
`check_running.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sar_service.catalogue import Catalogue
from sar_service.settings import Settings


class State(StrEnum):
    """How a thing is. Only the last two are bad: `failed` makes the exit code 1, `wrong` makes it 2."""

    OK = "ok"
    GAP = "gap"  # something is not stated: the service runs, and says so to the requester
    SKIPPED = "skipped"
    FAILED = "failed"  # does not answer
    WRONG = "wrong"  # the set-up is wrong


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of the table. `remedy` says what to do about a bad one."""

    name: str
    state: State
    message: str
    remedy: str = ""


@dataclass(kw_only=True)
class Context:
    """What checks look at. The first checks fill in `settings` and `catalogue`; where they cannot, those
    stay None and later checks that need them yield nothing.
    """

    environ: Mapping[str, str]
    config_dir: Path
    profile: str | None = None
    settings: Settings | None = None
    catalogue: Catalogue | None = None
    results: list[Result] = field(default_factory=list)
