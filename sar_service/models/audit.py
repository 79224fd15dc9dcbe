"""The audit trail: rows that are only added, each chained to the one before by a keyed digest.

Triggers in the database refuse to change or delete a row; `services/audit.py` is the only writer.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant


class AuditEvent(Base):
    """One thing that happened. `detail` holds no personal data; `actor` is "staff:<id>", "requester", "service"..."""

    __tablename__ = "audit_event"
    __table_args__ = tuple(Index(f"ix_audit_event_{name}", name, "number") for name in ("case_id", "actor", "verb"))

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(60))
    controller: Mapped[str] = mapped_column(String(60), default="")
    case_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    object: Mapped[str] = mapped_column(String(120), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditSealed(Base):
    """An event whose reason was taken out of the trail and sealed with its case.

    The chain goes on over the event's first digest; `digest` is the keyed digest of what stands there now.
    """

    __tablename__ = "audit_sealed"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of the chain: one row, locked while an event is added."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
