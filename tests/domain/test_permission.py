"""Who may do what, and who may see which case."""

from dataclasses import dataclass

import pytest

from sar_service.domain.lifecycle import MOVES
from sar_service.domain.permission import ROLE_PERMISSIONS, Permission, Role, may_see_case, permissions_of
from sar_service.domain.rights import TERMS, Right, terms


@dataclass(frozen=True)
class Member:
    id: str
    role: Role
    controllers: frozenset[str] = frozenset({"hartwell"})

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.role)


@dataclass(frozen=True)
class Case:
    controller: str = "hartwell"
    restricted: bool = False
    assigned_to: object = None


def test_every_role_stands_in_the_table_and_every_permission_is_held_by_somebody() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)


def test_every_move_of_a_case_can_be_made_by_an_officer_or_a_manager() -> None:
    needed = {move.needs for move in MOVES.values() if move.needs is not None}
    assert needed <= permissions_of(Role.MANAGER)
    assert needed - permissions_of(Role.OFFICER) == {Permission.REFUSE, Permission.REOPEN}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_runs_or_checks_the_service_reads_nobody_s_file(role: Role) -> None:
    assert not permissions_of(role) & {move.needs for move in MOVES.values()}
    assert not may_see_case(Member("a", role), Case())


@pytest.mark.parametrize(
    ("role", "case", "sees"),
    [
        (Role.OFFICER, Case(), True),
        (Role.OFFICER, Case(controller="another"), False),
        (Role.MANAGER, Case(controller="another"), False),
        (Role.OFFICER, Case(restricted=True), False),
        (Role.OFFICER, Case(restricted=True, assigned_to="somebody else"), False),
        (Role.OFFICER, Case(restricted=True, assigned_to="me"), True),
        (Role.MANAGER, Case(restricted=True), True),
    ],
)
def test_a_case_is_seen_by_its_own_controller_s_staff_and_a_restricted_one_by_few(
    role: Role, case: Case, sees: bool
) -> None:
    assert may_see_case(Member("me", role), case) is sees


def test_nobody_without_an_id_has_a_restricted_case() -> None:
    assert not may_see_case(Member("", Role.OFFICER), Case(restricted=True, assigned_to=""))


def test_every_right_has_its_terms_and_only_access_is_paused() -> None:
    assert set(TERMS) == set(Right)
    assert [right for right in Right if terms(right).pauses] == [Right.ACCESS]
    assert terms(Right.COMPLAINT).days == 30
