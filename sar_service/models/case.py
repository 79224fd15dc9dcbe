"""A case, the facts that happened to it, and its data key. What is derived from facts is only cached here."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sar_service.db import Base, Instant, words_of
from sar_service.domain.lateness import Lateness
from sar_service.domain.lifecycle import Status
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right

from .base import Identified, OfCase, OfController, Sealed

LISTED = (
    "due_on",
    "clock_state",
    "received_on",
    "assigned_to",
    "restricted",
    "right",
    "released_on",
    "touched_at",
    "created_at",
    "id",
    "team_id",
    "missed_on",
    "told_on",
    "acknowledged_late",
    "late_reason",
    "asked_on",
)
COUNTED = (
    "status",
    "right",
    "released_on",
    "due_on",
    "restricted",
    "assigned_to",
    "clock_state",
    "team_id",
    "merged_into",
    "redirected_as",
    "missed_on",
    "ended_on",
    "acknowledged_late",
    "late_reason",
)

LATE = (
    "controller",
    "late_reason",
    "status",
    "received_on",
    "id",
    *(name for name in COUNTED if name not in ("status", "late_reason")),
    "touched_at",
    "created_at",
)
OTHERS = tuple(name for name in COUNTED if name != "ended_on")
EXPLAINED = text("late_reason IS NOT NULL")
DOUBTED = text("doubted_at IS NOT NULL")
TOLD_OTHERWISE = text("told_on != due_on")
ASKED_LATE = text("asked_on IS NOT NULL")
ELSEWHERE = text("redirected_as IS NOT NULL")
MERGED = text("merged_into IS NOT NULL")


class Case(Identified, OfController, Sealed, Base):
    """One request for one right by or for one data subject.

    `sealed` holds {"subject", "requester", "scope", "delivery"}. `due_on`, `notice_by`, `clock_state` and `missed_on`
    are caches of what `domain/clock.py` derives from the facts, `told_on` of what the letters told of the due date,
    `doubted_at` of what they say of who asks,
    `late_reason` of the newest reason that was given for being late; `status` is where the lifecycle stands;
    `redirected_as` says where a case went that was sent elsewhere.
    """

    __tablename__ = "case"
    __table_args__ = (
        # All that the worklist and the board filter, sort and count by, so that neither reads the sealed rows for it.
        Index("ix_case_worklist", "controller", "status", *LISTED),
        # Those that have ended, the newest first; the first also holds what the board counts by month of receipt.
        Index("ix_case_received", "controller", "received_on", "id", *COUNTED),
        Index("ix_case_due", "controller", "due_on", "id", "status", "restricted", "assigned_to"),
        Index("ix_case_status", "status"),
        # What ended since a day; and the few of which somebody said why they were late.
        Index("ix_case_ended", "controller", "ended_on", "received_on", "id", *OTHERS),
        Index("ix_case_late", *LATE, sqlite_where=EXPLAINED, postgresql_where=EXPLAINED),
        # The few in which it has to be settled again who asks.
        Index("ix_case_doubted", "doubted_at", sqlite_where=DOUBTED, postgresql_where=DOUBTED),
        # The few in which somebody was told another date, or evidence was asked for late.
        Index(
            "ix_case_told",
            "controller",
            "status",
            "told_on",
            sqlite_where=TOLD_OTHERWISE,
            postgresql_where=TOLD_OTHERWISE,
        ),
        Index(
            "ix_case_asked", "controller", "status", "asked_on", sqlite_where=ASKED_LATE, postgresql_where=ASKED_LATE
        ),
        # The few that went elsewhere, or that another case answers.
        Index(
            "ix_case_elsewhere",
            "controller",
            "redirected_as",
            "status",
            sqlite_where=ELSEWHERE,
            postgresql_where=ELSEWHERE,
        ),
        Index("ix_case_merged", "controller", "status", sqlite_where=MERGED, postgresql_where=MERGED),
        # The few that only who has them may see.
        Index(
            "ix_case_restricted",
            "assigned_to",
            sqlite_where=text("restricted = 1"),
            postgresql_where=text("restricted"),
        ),
    )

    reference: Mapped[str] = mapped_column(String(40), unique=True)
    right: Mapped[Right] = mapped_column(words_of(Right, "right"))
    status: Mapped[Status] = mapped_column(words_of(Status, "status"))
    channel: Mapped[str] = mapped_column(String(20))
    capacity: Mapped[str] = mapped_column(String(40))
    nation: Mapped[str] = mapped_column(String(30))
    received_on: Mapped[date]
    clock_state: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date | None]
    notice_by: Mapped[date | None]
    missed_on: Mapped[date | None]  # the due date that had passed when identity was first asked about
    told_on: Mapped[date | None]  # the due date that the person was last told
    doubted_at: Mapped[datetime | None] = mapped_column(Instant)  # since when identity has to be settled again
    asked_on: Mapped[date | None]  # when evidence of identity was first asked for, if that was late
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_on: Mapped[date | None]  # the London day, for counting
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_on: Mapped[date | None]  # the London day on which it was answered or ended otherwise
    acknowledged_late: Mapped[bool | None]  # of a complaint, from its clock; None where it is none
    late_reason: Mapped[Lateness | None] = mapped_column(words_of(Lateness, "lateness"))
    redirected_as: Mapped[Route | None] = mapped_column(words_of(Route, "route"))
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("member.id"))
    # Without foreign keys: SQLite would have to make this table, and all that hangs on it, anew for them.
    team_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    merged_into: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)  # the case that answers this one as well
    restricted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    touched_at: Mapped[datetime | None] = mapped_column(Instant)  # when a person last did something with it
    version: Mapped[int] = mapped_column(default=1)

    facts: Mapped[list["Fact"]] = relationship(order_by="(Fact.recorded_at, Fact.number, Fact.id)", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}


class CaseKey(OfController, Base):
    """The wrapped data key of a case. Destroying it makes everything sealed under it unreadable, backups included."""

    __tablename__ = "case_key"

    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("case.id"), primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)


class Fact(Identified, OfCase, Base):
    """Something that happened to a case on a day. Facts are added, never changed; `corrects` replaces an earlier one.

    `kind` is one of `services/clock.py` FACTS. `detail` holds codes and days; what somebody wrote about it (reasons,
    what was seen) is in `sealed`, where there is any. Both are read with `clock.told`. `number` counts the facts of a
    case as they came on file: of those recorded in one instant it says which came first.
    """

    __tablename__ = "fact"
    kind: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    corrects: Mapped[uuid.UUID | None] = mapped_column(Uuid, ForeignKey("fact.id"))
    recorded_by: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    number: Mapped[int] = mapped_column(default=0, server_default="0")


class StoredObject(Identified, OfCase, Base):
    """A sealed object in the store. `sha256` is of the unsealed bytes."""

    __tablename__ = "stored_object"

    key: Mapped[str] = mapped_column(String(32), unique=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)


class Once(Base):
    """An idempotency key that was used: a repeated request is answered as the first was."""

    __tablename__ = "once"
    __table_args__ = (UniqueConstraint("key", "actor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    path: Mapped[str] = mapped_column(String(300))
    location: Mapped[str] = mapped_column(String(500))
    status: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)
