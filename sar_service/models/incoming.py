"""Messages that came in by e-mail: each is kept with the case that it began, or that it belongs to."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.incoming import MessageKind

from .base import Identified, OfCase, Sealed


class Incoming(Identified, OfCase, Sealed, Base):
    """One message of a case. `sealed` holds {"from", "name", "reply_to", "to", "subject", "sent", "text", "notes",
    "files", "original"}; each file {"name", "type", "size", "sha256", "object", "scan", "found", "large"}, and the
    original {"size", "sha256", "scan", "found", "large"}. A file in which the scanner found something has no object.

    `digest` is keyed and of what the message is, so that one which was moved or uploaded again is known; a copy in
    another case has none. `mailbox`, `uidvalidity` and `uid` say where it was read. `known` is whether its sender's
    address was the requester's when it came. Once somebody has dealt with it, `handled_at` says when.

    `scan`: what the virus scanner said of all that came (`domain/incoming.py` Scan); while it waits, `scan_next_at` is
    when it is asked again.
    """

    __tablename__ = "incoming"
    __table_args__ = (
        UniqueConstraint("controller", "digest"),
        Index("ix_incoming_unhandled", "handled_at", "controller"),
        Index("ix_incoming_scan", "scan", "scan_next_at"),
    )

    kind: Mapped[MessageKind] = mapped_column(words_of(MessageKind, "message_kind"))
    digest: Mapped[str | None] = mapped_column(String(64))
    mailbox: Mapped[str] = mapped_column(String(64))
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    raw_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    known: Mapped[bool] = mapped_column(default=False)
    arrived_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime] = mapped_column(Instant)
    handled_by: Mapped[str] = mapped_column(String(80), default="")
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    scan: Mapped[str] = mapped_column(String(10), default="waiting")
    scan_next_at: Mapped[datetime | None] = mapped_column(Instant)
