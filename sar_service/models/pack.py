"""Disclosure packs, the parts they are made of, and getting into the portal to fetch one."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of

from .base import Claimed, Identified, OfCase, Sealed

UNFETCHED = text("released_at IS NOT NULL AND fetched_at IS NULL")


class PackState(StrEnum):
    WAITING = "waiting"
    BUILDING = "building"
    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"  # something withheld could be recovered: it may not leave
    FAILED = "failed"


class Pack(Identified, OfCase, Sealed, Claimed, Base):
    """One build of the pack from one signed-off state. `sealed` holds {"findings", "manifest"}.

    `fetched_at`: when its requester last fetched it since it was released; the trail holds every time.
    """

    __tablename__ = "pack"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        # The few that were released and that nobody has fetched.
        Index("ix_pack_unfetched", "released_at", "case_id", sqlite_where=UNFETCHED, postgresql_where=UNFETCHED),
    )

    number: Mapped[int]
    sign_off_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("sign_off.id"))
    state: Mapped[PackState] = mapped_column(words_of(PackState, "state"), index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    object_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    message: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by: Mapped[str] = mapped_column(String(80), default="")
    fetched_at: Mapped[datetime | None] = mapped_column(Instant)


class PackPart(Identified, OfCase, Base):
    """A rendered part, found again by the digest of everything it was made from."""

    __tablename__ = "pack_part"
    __table_args__ = (UniqueConstraint("case_id", "digest"),)

    digest: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    object_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class AccessCode(Identified, OfCase, Base):
    """A code sent to a requester to get into the portal: only its digest is kept, it ends soon and counts tries."""

    __tablename__ = "access_code"

    digest: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
