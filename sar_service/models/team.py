"""Members of staff and their teams, sessions on the server, and failed attempts to get in."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.permission import Role

from .base import Identified, OfController


class Member(Identified, Base):
    """A member of staff. `controllers` lists the controllers whose cases they may see."""

    __tablename__ = "member"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(words_of(Role, "role"))
    controllers: Mapped[list[str]] = mapped_column(JSON)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())  # a password somebody else saw
    created_at: Mapped[datetime] = mapped_column(Instant)
    unreached_at: Mapped[datetime | None] = mapped_column(Instant)  # since when no e-mail of ours arrives, if none does
    unreached: Mapped[str] = mapped_column(String(300), default="", server_default="")  # why
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Team(Identified, OfController, Base):
    """Some members of staff who share work. Teams are closed, never deleted: what they had keeps their name."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("controller", "name"),)

    name: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class TeamMember(Base):
    """Somebody belongs to a team; one person may belong to several."""

    __tablename__ = "team_member"

    team_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("team.id"), primary_key=True)
    member_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("member.id"), primary_key=True, index=True)


class WebSession(Base):
    """A session. The cookie holds a random token; here is only its digest, and the session's data, sealed."""

    __tablename__ = "web_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("member.id"), index=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Attempt(Base):
    """One failed attempt at something that may only be tried so often. `key` is a digest of what was tried."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_recent", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
