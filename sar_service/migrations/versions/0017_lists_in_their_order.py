"""Indexes in which long lists stand in the order in which they are shown, so that a page of them is met soon."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEPT = ["status", "right", "released_on", "due_on", "restricted", "assigned_to", "clock_state", "team_id"]
LISTED = ["due_on", "clock_state", "received_on", "assigned_to", "restricted", "right", "released_on", "touched_at"]
NEW = {
    "ix_case_worklist": ["controller", "status", *LISTED, "created_at", "id", "team_id"],
    "ix_case_received": ["controller", "received_on", "id", *KEPT, "merged_into", "redirected_as"],
    "ix_case_due": ["controller", "due_on", "id", "status", "restricted", "assigned_to"],
}
OLD = {
    "ix_case_worklist": ["controller", "status", *LISTED, "created_at", "id"],
    "ix_case_received": ["controller", "received_on", "status", "released_on", "due_on"],
    "ix_case_due_on": ["due_on"],
}


def _instead(of: dict[str, list[str]], by: dict[str, list[str]]) -> None:
    for name in of:
        op.drop_index(name, table_name="case")
    for name, columns in by.items():
        op.create_index(name, "case", columns)


def upgrade() -> None:
    _instead(OLD, NEW)


def downgrade() -> None:
    _instead(NEW, OLD)
