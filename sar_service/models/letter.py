"""Letters and messages that leave: kept as they were sent."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant

from .base import Claimed, Identified, OfCase, Sealed


class Letter(Identified, OfCase, Sealed, Claimed, Base):
    """One letter. `sealed` holds {"to", "subject", "text", "html"}; `kind` names its template under letters/."""

    __tablename__ = "letter"

    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="waiting")  # waiting, sent, failed
    message: Mapped[str] = mapped_column(String(300), default="")
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    message_id: Mapped[str] = mapped_column(String(200), default="")
