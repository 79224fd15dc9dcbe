"""Why a case was late, and what lists need to know of that: the day on which it ended, whether a complaint was
acknowledged late, and the reason that stands.
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLE = "late_reason"
LISTED = [
    "controller", "status", "due_on", "clock_state", "received_on", "assigned_to", "restricted", "right", "released_on",
    "touched_at", "created_at", "id", "team_id", "missed_on", "told_on",
]  # fmt: skip
COUNTED = [
    "controller", "received_on", "id", "status", "right", "released_on", "due_on", "restricted", "assigned_to",
    "clock_state", "team_id", "merged_into", "redirected_as", "missed_on",
]  # fmt: skip
BEFORE = {"ix_case_worklist": LISTED, "ix_case_received": COUNTED}
NEW = ["ended_on", "acknowledged_late", "late_reason"]
AFTER = {"ix_case_worklist": [*LISTED, *NEW[1:]], "ix_case_received": [*COUNTED, *NEW]}
LATE = [
    "controller", "late_reason", "status", "received_on", "id", *COUNTED[4:], "ended_on", "acknowledged_late",
    "touched_at", "created_at",
]  # fmt: skip
ENDED = [
    "controller", "ended_on", "received_on", "id", *COUNTED[3:], "acknowledged_late", "late_reason",
]  # fmt: skip
OPEN = (
    "draft", "received", "identity", "searching", "reviewing", "awaiting_signoff", "signed_off", "building", "ready",
)  # fmt: skip
EXPLAINED = sa.text("late_reason IS NOT NULL")
REASONS = (
    "came_late", "asked_late", "records_slow", "volume", "deciding", "opinion", "sign_off", "staffing", "system",
    "overlooked", "hard_to_reach", "other",
)  # fmt: skip
LISTED_REASONS = ", ".join(f"'{reason}'" for reason in REASONS)
LONDON = ZoneInfo("Europe/London")
CASE = sa.table(
    "case",
    sa.column("id", sa.Uuid()),
    sa.column("status", sa.String()),
    sa.column("released_on", sa.Date()),
    sa.column("closed_at", sar_service.db.Instant(timezone=True)),
    sa.column("ended_on", sa.Date()),
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", sar_service.db.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"reason IN ({LISTED_REASONS})", name=op.f("ck_late_reason_lateness")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_late_reason_case_id_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_reason")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_late_reason_case_id_number")),
    )
    for column in ("case_id", "controller"):
        op.create_index(op.f(f"ix_late_reason_{column}"), TABLE, [column], unique=False)
    op.add_column("case", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("case", sa.Column("acknowledged_late", sa.Boolean(), nullable=True))
    op.execute(
        'ALTER TABLE "case" ADD COLUMN late_reason VARCHAR(40) '
        f"CONSTRAINT ck_case_lateness CHECK (late_reason IN ({LISTED_REASONS}))"
    )
    _ended()
    _instead(AFTER)
    op.create_index("ix_case_ended", "case", ENDED)
    op.create_index("ix_case_late", "case", LATE, sqlite_where=EXPLAINED, postgresql_where=EXPLAINED)


def downgrade() -> None:
    op.drop_index("ix_case_late", table_name="case")
    op.drop_index("ix_case_ended", table_name="case")
    _instead(BEFORE)
    for column in NEW[::-1]:
        op.drop_column("case", column)
    op.drop_table(TABLE)


def _ended() -> None:
    """The London day of what has ended: late in the evening of a summer's day it is another than in UTC."""
    connection = op.get_bind()
    days = [
        {"key": row.id, "day": day}
        for row in connection.execute(sa.select(CASE).where(CASE.c.status.not_in(OPEN))).all()
        if (day := _day(row)) is not None
    ]
    if days:
        change = sa.update(CASE).where(CASE.c.id == sa.bindparam("key")).values(ended_on=sa.bindparam("day"))
        connection.execute(change, days)


def _day(row: sa.Row[Any]) -> date | None:
    if row.status in ("released", "closed") and row.released_on is not None:
        answered: date = row.released_on
        return answered
    return row.closed_at.astimezone(LONDON).date() if row.closed_at is not None else None


def _instead(by: dict[str, list[str]]) -> None:
    for name, columns in by.items():
        op.drop_index(name, table_name="case")
        op.create_index(name, "case", columns)
