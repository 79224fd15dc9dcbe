"""Searches of connected systems and what they found: candidates, records and documents, with where each came from."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.search import SearchState, Verdict

from .base import Claimed, Identified, OfCase, Sealed


class SystemSearch(Identified, OfCase, Claimed, Base):
    """The search of one system in one round of a case. The newest round of a system is its answer."""

    __tablename__ = "system_search"
    __table_args__ = (UniqueConstraint("case_id", "system", "round"),)

    system: Mapped[str] = mapped_column(String(60))
    round: Mapped[int]
    state: Mapped[SearchState] = mapped_column(words_of(SearchState, "state"), index=True)
    searched_by: Mapped[list[str]] = mapped_column(JSON, default=list)
    records: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    # A manager's or officer's reason for going on although this system gave no answer, and what the letter says.
    excepted_because: Mapped[str] = mapped_column(Text, default="")
    excepted_by: Mapped[str] = mapped_column(String(80), default="")
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class CandidateRow(Identified, OfCase, Sealed, Base):
    """Somebody in a system who is or may be the subject. `sealed` holds {"identity", "reasons", "ref"}."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("case_id", "system", "ref_digest"),)

    system: Mapped[str] = mapped_column(String(60))
    ref_digest: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[Verdict] = mapped_column(words_of(Verdict, "verdict"))
    score: Mapped[float]
    decision: Mapped[str] = mapped_column(String(12), default="")  # "", "confirmed", "rejected"
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    found_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Record(Identified, OfCase, Sealed, Base):
    """One row of a system with its labelled values. `sealed` holds {"ref", "about", "title", "fields", "people"}."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("case_id", "system", "ref_digest"),)

    system: Mapped[str] = mapped_column(String(60))
    ref_digest: Mapped[str] = mapped_column(String(64))
    about_digest: Mapped[str] = mapped_column(String(64))
    section: Mapped[str] = mapped_column(String(120))
    on: Mapped[date | None]
    content_digest: Mapped[str] = mapped_column(String(64))
    left_out: Mapped[str] = mapped_column(String(12), default="", server_default="")  # a disposition's code
    search_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("system_search.id"))
    found_at: Mapped[datetime] = mapped_column(Instant)


class DocumentState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    BY_HAND = "by_hand"  # the machine cannot read it: a person decides what happens with it


class Document(Identified, OfCase, Sealed, Claimed, Base):
    """One file. `sealed` holds {"ref", "about", "title", "file_name", "why", "hidden", "reason", "people"}.

    `original_id` is the file as received, `pdf_id` its pages, `words_id` the words and their places. A member of
    another file (an attachment) names it in `parent_id`. A file by hand carries what was done in `handled`.
    """

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("case_id", "system", "ref_digest"),)

    system: Mapped[str] = mapped_column(String(60))
    ref_digest: Mapped[str] = mapped_column(String(64))
    about_digest: Mapped[str] = mapped_column(String(64))
    section: Mapped[str] = mapped_column(String(120))
    on: Mapped[date | None]
    state: Mapped[DocumentState] = mapped_column(words_of(DocumentState, "state"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="")
    content_digest: Mapped[str] = mapped_column(String(64), default="")
    pages: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("document.id", ondelete="CASCADE"))
    original_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    pdf_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    words_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("stored_object.id"))
    handled: Mapped[str] = mapped_column(String(20), default="")  # "", "withheld", "not_theirs", "sent_apart"
    handled_detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    left_out: Mapped[str] = mapped_column(String(12), default="", server_default="")  # a disposition's code
    search_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("system_search.id"))
    found_at: Mapped[datetime] = mapped_column(Instant)


class LeftOut(Identified, OfCase, Sealed, Base):
    """That an item was left out although nothing of it is withheld, or put back (`code` ""). Rows are only added.

    `code` is a disposition of config/exemptions.yaml, never an exemption. `sealed` holds {"reason"}. The newest is
    kept beside the item itself.
    """

    __tablename__ = "left_out"

    record_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("record.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[uuid.UUID | None] = mapped_column(
        Uuid, ForeignKey("document.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(12))
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime] = mapped_column(Instant)
