"""Copies of documents that show who somebody is: held for as long as they are looked at, and destroyed."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant

from .base import Identified, OfCase, Sealed


class IdentityCopy(Identified, OfCase, Sealed, Base):
    """One copy. `sealed` holds {"name", "what"}, and is emptied when the copy is destroyed; the row stays, as the
    record that it was.

    `destroy_on`: the day by which it goes, earlier once it was checked; `kept_until`: a later one, for a reason that
    the trail names. `message`: why it could not be destroyed.
    """

    __tablename__ = "identity_copy"
    __table_args__ = (Index("ix_identity_copy_due", "destroyed_at", "destroy_on"),)

    object_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    pages: Mapped[int]
    sent_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_on: Mapped[date]  # the London day: it can start the clock
    checked_by: Mapped[str] = mapped_column(String(80), default="")
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    destroy_on: Mapped[date]
    kept_until: Mapped[date | None]
    destroyed_by: Mapped[str] = mapped_column(String(80), default="")
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)
    message: Mapped[str] = mapped_column(String(200), default="")
