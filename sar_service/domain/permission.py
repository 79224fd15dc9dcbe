"""Who may do what: permissions, roles, and one table to be read aloud.

A role gives permissions; which cases they may be used on is decided by `may_see_case`. What a case's state
allows is in `domain/lifecycle.py`. Nobody holds a permission that this table does not give.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol


class Permission(StrEnum):
    """One thing that can be done. Every page and service call that matters names one."""

    SEE_CASES = "see_cases"  # worklist, case pages, records and documents
    SEE_RESTRICTED = "see_restricted"  # cases marked as restricted that are not one's own
    LOG_REQUEST = "log_request"
    ASSIGN = "assign"
    CORRECT_FACTS = "correct_facts"  # dates and facts of the clock, always with a reason
    SETTLE_IDENTITY = "settle_identity"
    SEARCH = "search"
    DECIDE = "decide"  # people, passages, submit for sign-off
    SIGN_OFF = "sign_off"
    BUILD_PACK = "build_pack"
    RELEASE = "release"
    REFUSE = "refuse"
    CLOSE = "close"  # close, withdraw
    REOPEN = "reopen"
    WRITE_LETTERS = "write_letters"
    SEE_FIGURES = "see_figures"
    REGULATOR = "regulator"  # the regulator's letters that belong to no case, and the list of all of them
    RESTRICT_CASE = "restrict_case"
    READ_AUDIT = "read_audit"
    MANAGE_TEAM = "manage_team"
    SEE_SYSTEMS = "see_systems"  # whether connected systems answer, without anybody's records


class Role(StrEnum):
    """What a member of staff is. One role each."""

    OFFICER = "officer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


_CASE_WORK = frozenset(
    {
        Permission.SEE_CASES,
        Permission.LOG_REQUEST,
        Permission.CORRECT_FACTS,
        Permission.SETTLE_IDENTITY,
        Permission.SEARCH,
        Permission.DECIDE,
        Permission.SIGN_OFF,  # of other people's work: `domain/lifecycle.py` refuses one's own
        Permission.BUILD_PACK,
        Permission.RELEASE,
        Permission.CLOSE,
        Permission.WRITE_LETTERS,
        Permission.SEE_SYSTEMS,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        # An officer answers requests from the first letter to the pack.
        Role.OFFICER: _CASE_WORK,
        # A manager may do all that, and refuse, reopen, hand out and restrict cases, and see the figures.
        Role.MANAGER: _CASE_WORK
        | {
            Permission.SEE_RESTRICTED,
            Permission.ASSIGN,
            Permission.REFUSE,
            Permission.REOPEN,
            Permission.SEE_FIGURES,
            Permission.REGULATOR,
            Permission.RESTRICT_CASE,
            Permission.READ_AUDIT,
        },
        # An administrator keeps the service running and reads nobody's file.
        Role.ADMINISTRATOR: frozenset({Permission.MANAGE_TEAM, Permission.SEE_SYSTEMS}),
        # An auditor sees who did what and how long it took, not what is in a file.
        Role.AUDITOR: frozenset({Permission.READ_AUDIT, Permission.SEE_FIGURES}),
    }
)


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role may do."""
    return ROLE_PERMISSIONS[role]


class Sees(Protocol):
    """Somebody who may want to see a case; `domain/actor.py` has the real one."""

    @property
    def id(self) -> str: ...
    @property
    def controllers(self) -> frozenset[str]: ...
    @property
    def permissions(self) -> frozenset[Permission]: ...


class Seen(Protocol):
    """What of a case decides who may see it."""

    @property
    def controller(self) -> str: ...
    @property
    def restricted(self) -> bool: ...
    @property
    def assigned_to(self) -> object: ...


def may_see_case(actor: Sees, case: Seen) -> bool:
    """Whether this member may see this case: of their own controllers, and restricted ones only if given
    to them.

    A requester in the portal is not asked here: they hold one case, which the portal itself opened for them.
    """
    if Permission.SEE_CASES not in actor.permissions or case.controller not in actor.controllers:
        return False
    if not case.restricted or Permission.SEE_RESTRICTED in actor.permissions:
        return True
    return bool(actor.id) and case.assigned_to is not None and str(case.assigned_to) == actor.id
