"""Copies of documents that show who somebody is: held for as long as they are looked at, and destroyed. And what is
known in one case of a requester, and has to be looked at in another.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Uuid
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


class ContactElsewhere(Identified, OfCase, Base):
    """The contact, or who asks, was changed in a linked case of the same requester, and not in this one.

    `what`: "contact" or "asker"; `fields`: which parts of the contact here are not what the other case has now.
    `holds`: the answer here would go to what was replaced there, so letters and release wait. `outcome`, once somebody
    has dealt with it: "taken" over, "kept" as it is here, or "changed" in another way.
    """

    __tablename__ = "contact_elsewhere"
    __table_args__ = (Index("ix_contact_elsewhere_open", "settled_at", "controller"),)

    from_case_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    holds: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    settled_by: Mapped[str] = mapped_column(String(80), default="")
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
