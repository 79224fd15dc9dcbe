"""When evidence of identity was first asked for, where that was late, and the warning of it. The timetable fills it in."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEX = "ix_case_worklist"
BEFORE = [
    "controller", "status", "due_on", "clock_state", "received_on", "assigned_to", "restricted", "right", "released_on",
    "touched_at", "created_at", "id", "team_id", "missed_on", "told_on", "acknowledged_late", "late_reason",
]  # fmt: skip
LEVELS = ("half", "three_quarters", "ninety", "notice_day", "overdue", "asked_late", "told_otherwise")


def upgrade() -> None:
    op.add_column("case", sa.Column("asked_on", sa.Date(), nullable=True))
    _index([*BEFORE, "asked_on"])
    _levels((*LEVELS, "asked_slowly"))


def downgrade() -> None:
    op.execute("DELETE FROM reminder WHERE level = 'asked_slowly'")
    _levels(LEVELS)
    _index(BEFORE)
    op.drop_column("case", "asked_on")


def _index(columns: list[str]) -> None:
    op.drop_index(INDEX, table_name="case")
    op.create_index(INDEX, "case", columns)


def _levels(words: tuple[str, ...]) -> None:
    """Let a warning be of these levels and of no others."""
    check = f"level IN ({', '.join(repr(word) for word in words)})"
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_reminder_level"), "reminder", type_="check")
        op.create_check_constraint(op.f("ck_reminder_level"), "reminder", check)
        return
    # SQLite changes no constraint: the words of the definition are changed instead.
    query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'reminder'"
    new, count = re.subn(
        r"CONSTRAINT ck_reminder_level CHECK \(level IN \([^)]*\)\)",
        f"CONSTRAINT ck_reminder_level CHECK ({check})",
        connection.exec_driver_sql(query).scalar_one(),
    )
    if count != 1:
        raise RuntimeError("the levels of a warning are not where this migration looks for them")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'reminder'", (new,))
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
