"""What is kept of a complaint beside its case: what it is, and what it is about."""

import uuid

from sqlalchemy import ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, words_of
from sar_service.domain.complaint import About, ComplaintKind, Matter

from .base import Identified, OfCase


class Complaint(Identified, OfCase, Base):
    """One for each case that is a complaint. When it was acknowledged and what came of it are facts of the case."""

    __tablename__ = "complaint"
    __table_args__ = (UniqueConstraint("case_id"),)

    kind: Mapped[ComplaintKind] = mapped_column(words_of(ComplaintKind, "complaint_kind"))
    matter: Mapped[Matter] = mapped_column(words_of(Matter, "matter"))
    about: Mapped[About] = mapped_column(words_of(About, "about"))
    about_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("case.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
