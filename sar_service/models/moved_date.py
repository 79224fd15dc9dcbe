"""Due dates that moved although nothing happened in their cases: the days that do not count had changed."""

from datetime import date, datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant

from .base import Identified, OfCase


class MovedDate(Identified, OfCase, Base):
    """One due date that moved so. `days` are the days off that the new date steps over: [["2026-06-15", "its name"]].

    `told_at`: when the digest told whoever has the case. `seen_at`: when a manager said that they have seen it.
    """

    __tablename__ = "moved_date"
    __table_args__ = (Index("ix_moved_date_unseen", "controller", "seen_at"),)

    before: Mapped[date]
    after: Mapped[date]
    days: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    made_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_by: Mapped[str] = mapped_column(String(80), default="")
