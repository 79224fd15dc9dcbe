"""Warnings that time runs out, the e-mails to staff that carry them, and the pulse of what runs every so often."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.reminder import Level

from .base import Claimed, Identified, OfCase


class Reminder(Identified, OfCase, Base):
    """A level that a case has reached, for one due date: once that moves, the warnings begin again."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("case_id", "level", "due_on"),)

    level: Mapped[Level] = mapped_column(words_of(Level, "level"))
    due_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(Instant)


class StaffMail(Identified, Claimed, Base):
    """An e-mail to a member of staff. It names cases by their references, and nobody."""

    __tablename__ = "staff_mail"

    member_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("member.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)  # waiting, sending, sent, failed
    message: Mapped[str] = mapped_column(String(300), default="")
    written_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class Pulse(Base):
    """When something that runs every so often last ran."""

    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
