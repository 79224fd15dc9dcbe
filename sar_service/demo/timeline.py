"""The life in the file, phase by phase: which people, home, school and worker a note of that time is about.

The notes are made by the grammar of `notes.py` from these; the ones that matter most are written out in `story.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from .people import Person
from .subject import SUBJECT, SUBJECT_BEFORE, who

EARLY = (
    "home_visit", "home_visit", "phone_family", "health", "housing_money", "domestic_abuse", "domestic_abuse",
    "supervision", "school_call", "office_transport",
)  # fmt: skip
PLANNED = (
    "home_visit", "home_visit", "conference", "conference", "school_call", "school_call", "strategy", "supervision",
    "health", "phone_family", "legal", "domestic_abuse", "office_transport", "praise",
)  # fmt: skip
WITH_GRAN = (
    "home_visit", "phone_family", "school_call", "contact_session", "legal", "supervision", "health", "praise",
)  # fmt: skip
FOSTERED = (
    "placement", "placement", "placement", "lac_review", "contact_session", "contact_session", "school_call", "health",
    "missing", "supervision", "praise", "office_transport", "legal",
)  # fmt: skip
LEAVING = ("leaving_care", "leaving_care", "leaving_care", "housing_money", "health", "praise", "phone_family")


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of time in which the same people are around. `roles` maps slots to people of the cast."""

    start: date
    end: date
    child: Person
    roles: Mapping[str, Person]
    street: str
    school: str
    situations: tuple[str, ...]
    notes: int
    author: str  # the key of the worker who writes most of it
    status: str
    case: str = "later"  # "early" for the record under the former surname


def _roles(**keys: str) -> dict[str, Person]:
    return {slot: who(key) for slot, key in keys.items()}


_HEALTH = {"hv": "P9001", "gp": "P9002", "nurse": "P9003", "camhs": "P9004", "pc": "P9009", "tm": "W9005"}
_PRIMARY = {"teacher": "P9006", "head": "P9007", "iro": "W9006", "lawyer": "W9008", "support": "W9007"}
_HIGH = {"teacher": "P9005", "senco": "P9008", "iro": "W9006", "lawyer": "W9008", "support": "W9007"}
_MUM_BEFORE = replace(who("S0003"), family="Rudge")
_TWIN_BEFORE = replace(who("S0002"), family="Rudge")

PHASES = (
    Phase(
        start=date(2012, 1, 9), end=date(2014, 5, 30), child=SUBJECT_BEFORE,
        roles={
            **_roles(dad="S0004", gran="S0006", uncle="S0008", aunt="S0009", sw="W9001", **_HEALTH, **_PRIMARY),
            "mum": _MUM_BEFORE, "sib": _TWIN_BEFORE,
        },
        street="9 Sedge Row", school="Hexley Cross Primary School", situations=EARLY, notes=38, author="W9001",
        status="in_need", case="early",
    ),
    Phase(
        start=date(2014, 6, 2), end=date(2017, 6, 9), child=SUBJECT_BEFORE,
        roles={
            **_roles(
                partner="S0007", sib2="S0005", gran="S0006", aunt="S0009", sw="W9002", **_HEALTH, **_PRIMARY
            ),
            "mum": _MUM_BEFORE, "sib": _TWIN_BEFORE,
        },
        street="9 Sedge Row", school="Hexley Cross Primary School", situations=PLANNED, notes=44, author="W9002",
        status="protection",
    ),
    Phase(
        start=date(2017, 6, 12), end=date(2018, 8, 10), child=SUBJECT,
        roles=_roles(
            mum="S0003", sib="S0002", sib2="S0005", gran="S0006", aunt="S0009", sw="W9002", **_HEALTH,
            **_PRIMARY,
        ),
        street="31 Cinder Hill", school="Hexley Cross Primary School", situations=WITH_GRAN, notes=30, author="W9002",
        status="in_need",
    ),
    Phase(
        start=date(2018, 8, 13), end=date(2021, 5, 21), child=SUBJECT,
        roles=_roles(
            mum="S0003", sib="S0002", sib2="S0005", gran="S0006", carer="S0014", friend="S0011", sw="W9003", **_HEALTH,
            **_HIGH,
        ),
        street="52 Magnolia Rise", school="Brackenmere High School", situations=FOSTERED, notes=52, author="W9003",
        status="looked_after",
    ),
    Phase(
        start=date(2021, 5, 24), end=date(2024, 3, 8), child=SUBJECT,
        roles=_roles(
            mum="S0003", sib="S0002", gran="S0006", carer="S0017", friend="S0012", sw="W9003", **_HEALTH, **_HIGH,
        ),
        street="7 Ormerod Gate", school="Brackenmere High School", situations=FOSTERED, notes=46, author="W9003",
        status="looked_after",
    ),
    Phase(
        start=date(2024, 3, 11), end=date(2026, 10, 16), child=SUBJECT,
        roles=_roles(mum="S0003", gran="S0006", carer="S0017", friend="S0012", sw="W9004", sib="S0002", **_HEALTH),
        street="40 Bobbin Street", school="Brackenmere College", situations=LEAVING, notes=38, author="W9004",
        status="leaving_care",
    ),
)  # fmt: skip


def twin_phases() -> tuple[Phase, ...]:
    """The same years seen from the twin's own file: he is the child, the subject his sister."""
    out = []
    for phase in PHASES[1:5]:
        twin = phase.roles["sib"]
        roles = {**phase.roles, "sib": phase.child}
        roles.pop("friend", None)
        out.append(replace(phase, child=twin, roles=roles, notes=14))
    return tuple(out)
