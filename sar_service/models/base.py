"""What rows have in common: ids, the controller they belong to, versions, and sealed personal data.

Personal data is kept sealed under its case's data key (`adapters/vault.py`); columns that are not sealed hold states,
dates and numbers only. Every case-level row names its controller, so that one installation can serve several.
"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from sar_service.db import Instant, new_id


class Identified:
    """A random id that never leaves the service."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)


class OfController:
    """A row that belongs to one legal controller (its key in config/controllers.yaml)."""

    controller: Mapped[str] = mapped_column(String(60), index=True)


class OfCase(OfController):
    """A row that belongs to one case."""

    @declared_attr
    def case_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), index=True)


class Sealed:
    """Personal data as one sealed JSON object. Read and written through `services/sealing.py` only."""

    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Claimed:
    """Work that a job claims: who has it until when. A lease that ran out is taken back by the sweep."""

    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[str | None] = mapped_column(String(36))
    queued_at: Mapped[datetime | None] = mapped_column(Instant)
