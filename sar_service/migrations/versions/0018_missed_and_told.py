"""Which due date was missed before identity was asked about, which one the person was told, warnings of both; and facts
in an order that two databases share.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LISTED = ["due_on", "clock_state", "received_on", "assigned_to", "restricted", "right", "released_on", "touched_at"]
KEPT = ["status", "right", "released_on", "due_on", "restricted", "assigned_to", "clock_state", "team_id"]
BEFORE = {
    "ix_case_worklist": ["controller", "status", *LISTED, "created_at", "id", "team_id"],
    "ix_case_received": ["controller", "received_on", "id", *KEPT, "merged_into", "redirected_as"],
}
AFTER = {
    "ix_case_worklist": [*BEFORE["ix_case_worklist"], "missed_on", "told_on"],
    "ix_case_received": [*BEFORE["ix_case_received"], "missed_on"],
}
LEVELS = ("half", "three_quarters", "ninety", "notice_day", "overdue")
NEW_LEVELS = ("asked_late", "told_otherwise")
# The facts of one instant were kept in no order. They get the one in which they are told of, which is cautious: what
# was doubted counts after what was settled.
KINDS = (
    "received", "identity_requested", "identity_received", "fee_requested", "fee_paid", "clarification_requested",
    "clarification_received", "extension_notice", "evidence_seen", "identity_settled", "identity_doubted",
    "contact_changed", "capacity_changed", "complaint_acknowledged", "complaint_news", "complaint_outcome", "struck_out",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("case", sa.Column("missed_on", sa.Date(), nullable=True))
    op.add_column("case", sa.Column("told_on", sa.Date(), nullable=True))
    _instead(AFTER)
    op.add_column("fact", sa.Column("number", sa.Integer(), server_default="0", nullable=False))
    place = " ".join(f"WHEN '{kind}' THEN {at}" for at, kind in enumerate(KINDS))
    op.execute(
        "UPDATE fact SET number = ranked.place FROM (SELECT id, row_number() OVER (PARTITION BY case_id "  # noqa: S608
        f"ORDER BY recorded_at, CASE kind {place} ELSE {len(KINDS)} END, id) AS place FROM fact) AS ranked "
        "WHERE ranked.id = fact.id"
    )
    _levels((*LEVELS, *NEW_LEVELS))


def downgrade() -> None:
    op.execute("DELETE FROM reminder WHERE level IN ('asked_late', 'told_otherwise')")
    _levels(LEVELS)
    op.drop_column("fact", "number")
    _instead(BEFORE)
    op.drop_column("case", "told_on")
    op.drop_column("case", "missed_on")


def _instead(by: dict[str, list[str]]) -> None:
    for name, columns in by.items():
        op.drop_index(name, table_name="case")
        op.create_index(name, "case", columns)


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
