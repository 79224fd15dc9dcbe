"""Why a case was late, as it was said: rows are added, and the newest stands."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.lateness import Lateness

from .base import Identified, OfCase, Sealed


class LateReason(Identified, OfCase, Sealed, Base):
    """One reason that was given. `sealed` holds {"text"}, which may be empty; `number` counts a case's from 1."""

    __tablename__ = "late_reason"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    reason: Mapped[Lateness] = mapped_column(words_of(Lateness, "lateness"))
    number: Mapped[int]
    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def version(self) -> int:
        """What a form was drawn from: how many reasons there were."""
        return self.number
