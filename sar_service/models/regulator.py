"""Letters from and to the regulator, with their own days: of a case, or of none."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant

from .base import Identified, OfController, Sealed


class RegulatorLetter(Identified, OfController, Sealed, Base):
    """One letter. `direction` is "from" or "to" the regulator; `on` the day it came or went.

    `reply_by` is the day until which they want an answer, `settled_on` the day it went or was seen not to be needed.
    `sealed` holds {"their_reference", "subject", "text", "changes"}: under the case's key, or where there is no case
    under a key of the service.
    """

    __tablename__ = "regulator_letter"
    __table_args__ = (Index("ix_regulator_letter_open", "settled_on", "reply_by"),)

    case_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), index=True)
    direction: Mapped[str] = mapped_column(String(4))
    on: Mapped[date]
    reply_by: Mapped[date | None]
    settled_on: Mapped[date | None]
    answers_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("regulator_letter.id", ondelete="SET NULL"))
    recorded_by: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RegulatorFile(Identified, OfController, Sealed, Base):
    """A file that came or went with such a letter. `sealed` holds {"name"}, `content` its bytes under the same key."""

    __tablename__ = "regulator_file"

    letter_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("regulator_letter.id", ondelete="CASCADE"), index=True
    )
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
