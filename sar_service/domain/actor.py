"""Who does something: a member of staff, a requester in the portal, somebody on the public pages, or the service."""

from dataclasses import dataclass
from enum import StrEnum

from .permission import Permission, Role, permissions_of


class ActorKind(StrEnum):
    STAFF = "staff"
    REQUESTER = "requester"
    PUBLIC = "public"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """`id` is the member's or the case's id; `controllers` are the ones whose cases a member may see."""

    kind: ActorKind
    id: str = ""
    name: str = ""
    role: Role | None = None
    controllers: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """How the audit trail names them; no personal data."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.role) if self.role else frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


SERVICE = Actor(kind=ActorKind.SERVICE, name="the service")
PUBLIC = Actor(kind=ActorKind.PUBLIC, name="a member of the public")
