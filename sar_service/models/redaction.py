"""The people register of a case, the marks on its text, and the decisions on both.

A mark is a span in a unit: one field of a record or one page of a document. What is decided is kept as rows that are
added; `treatment`, `code` on a person and `treatment`, `code` on a mark are the newest decision, for quick reading.
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Kind

from .base import Claimed, Identified, OfCase, Sealed


class PersonRow(Identified, OfCase, Sealed, Base):
    """One entry of the people register.

    `number` is theirs in this case (labels are made from it); `sealed` holds {"names", "role", "addresses", "phones",
    "emails", "identifiers", "date_of_birth", "refs", "reason"}. `treatment` is "", "withhold" or "show". `confided`
    says that they told us something in confidence, also where they are protected besides.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    number: Mapped[int]
    standing: Mapped[Standing] = mapped_column(words_of(Standing, "standing"))
    confided: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(String(20))  # "request", "record", "text", "officer"
    treatment: Mapped[str] = mapped_column(String(10), default="")
    code: Mapped[str] = mapped_column(String(12), default="")
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MarkRow(Identified, OfCase, Sealed, Base):
    """A span that was found or drawn. `sealed` holds {"text"}. `rule` says what found it, with its version."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("(record_id IS NULL) <> (document_id IS NULL)", name="one_home"),
        Index("ix_mark_home", "case_id", "record_id", "document_id", "unit"),
    )

    record_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("record.id", ondelete="CASCADE"))
    document_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("document.id", ondelete="CASCADE"))
    unit: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    kind: Mapped[Kind] = mapped_column(words_of(Kind, "kind"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("person.id", ondelete="SET NULL"))
    confidence: Mapped[float] = mapped_column(Float)
    rule: Mapped[str] = mapped_column(String(80))
    text_digest: Mapped[str] = mapped_column(String(64), index=True)
    treatment: Mapped[str] = mapped_column(String(10), default="")
    code: Mapped[str] = mapped_column(String(12), default="")
    made_by: Mapped[str] = mapped_column(String(80), default="")  # "" where the detector made it
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Decision(Identified, OfCase, Sealed, Base):
    """Who decided what of which person or mark, when and why. Added, never changed. `sealed` holds {"reason"}."""

    __tablename__ = "decision"

    person_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    mark_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    treatment: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(12), default="")
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime] = mapped_column(Instant)


class Suggesting(Identified, OfCase, Claimed, Base):
    """One run of the detector over everything gathered in a case."""

    __tablename__ = "suggesting"

    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)  # waiting, running, done, failed
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class SignOff(Identified, OfCase, Sealed, Base):
    """A reviewed state of the decisions, by its digest: signed by somebody else, or returned. `sealed`: {"note"}."""

    __tablename__ = "sign_off"

    digest: Mapped[str] = mapped_column(String(64))
    submitted_by: Mapped[str] = mapped_column(String(80))
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    signed_by: Mapped[str] = mapped_column(String(80), default="")
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_by: Mapped[str] = mapped_column(String(80), default="")
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
