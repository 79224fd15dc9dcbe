"""What staff keep beside a case: notes, tasks, flags, what it is linked with, and the words it is found by."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from sar_service.db import Base, Instant, words_of
from sar_service.domain.work import Flag, LinkKind

from .base import Identified, OfCase, OfController, Sealed


class Note(Identified, OfCase, Sealed, Base):
    """Something that a member of staff wrote down. `sealed` holds {"text"}. Notes are added, never changed."""

    __tablename__ = "note"

    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(Instant)


class Task(Identified, OfCase, Sealed, Base):
    """Something that has to be done by a day. `sealed` holds {"what"}; `outcome` is "", "done" or "dropped"."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_of", "assigned_to", "outcome", "due_on"),)

    due_on: Mapped[date]
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("member.id"))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class FlagRow(Identified, OfCase, Base):
    """A flag that a case carries."""

    __tablename__ = "case_flag"
    __table_args__ = (UniqueConstraint("case_id", "flag"),)

    flag: Mapped[Flag] = mapped_column(words_of(Flag, "flag"))
    set_by: Mapped[str] = mapped_column(String(80))
    set_at: Mapped[datetime] = mapped_column(Instant)


class LinkRow(Identified, OfController, Base):
    """Two cases that belong together. `one` is the smaller id, so that a pair is linked in one way once."""

    __tablename__ = "case_link"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id", "kind"),
        CheckConstraint("one_id <> other_id", name="two_cases"),
    )

    one_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(words_of(LinkKind, "link_kind"))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(Instant)


class KeptApart(OfController, Base):
    """Two cases that look alike and that somebody said are two. `one_id` is the smaller id."""

    __tablename__ = "kept_apart"

    one_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("case.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    said_by: Mapped[str] = mapped_column(String(80))
    said_at: Mapped[datetime] = mapped_column(Instant)


class Merge(Identified, OfCase, Sealed, Base):
    """That one case was merged into another, its `case_id`. `sealed` holds {"reason", "before", "after"}: what the
    other said of the request before and after. `event` is the number of the trail's event; what follows it there bars
    the way back.
    """

    __tablename__ = "case_merge"

    away_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("case.id", ondelete="CASCADE"), index=True)
    event: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    undone_by: Mapped[str] = mapped_column(String(80), default="")
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class Reason(Identified, OfCase, Sealed, Base):
    """Why somebody did something. `sealed` holds {"text"}; the trail's event names this row and not the words."""

    __tablename__ = "reason"

    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(Instant)


class SearchWord(Base):
    """A keyed digest of one thing that a case can be found by: a word of a name, a date of birth, a postcode.

    Digests are 63 bits under a key of the service: they can be compared between cases and mean nothing without the key.
    The controller is digested with the word. There are many rows, so that each is no more than this; they go when the
    case goes. See `services/finding.py`.
    """

    __tablename__ = "search_word"

    digest: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, ForeignKey("case.id", ondelete="CASCADE"), primary_key=True, index=True
    )
