"""What the lists filter, sort and count by, in indexes that hold all of it, so that they stay quick for years."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LISTED = ["due_on", "clock_state", "received_on", "assigned_to", "restricted", "right", "released_on", "touched_at"]
NEW = {
    "ix_case_worklist": ("case", ["controller", "status", *LISTED, "created_at", "id"]),
    "ix_case_received": ("case", ["controller", "received_on", "status", "released_on", "due_on"]),
    "ix_case_status": ("case", ["status"]),
    "ix_audit_event_case_id": ("audit_event", ["case_id", "number"]),
    "ix_audit_event_actor": ("audit_event", ["actor", "number"]),
    "ix_audit_event_verb": ("audit_event", ["verb", "number"]),
    "ix_letter_state": ("letter", ["state", "written_at"]),
    "ix_task_of": ("task", ["assigned_to", "outcome", "due_on"]),
    "ix_system_search_state": ("system_search", ["state"]),
    "ix_document_state": ("document", ["state"]),
    "ix_pack_state": ("pack", ["state"]),
    "ix_suggesting_state": ("suggesting", ["state"]),
    "ix_staff_mail_state": ("staff_mail", ["state"]),
}
OLD = {
    "ix_case_worklist": ("case", ["controller", "status", "due_on"]),
    "ix_audit_event_case_id": ("audit_event", ["case_id"]),
    "ix_audit_event_actor": ("audit_event", ["actor"]),
    "ix_task_assigned_to": ("task", ["assigned_to"]),
    "ix_task_open": ("task", ["outcome", "due_on"]),
}


def _instead(of: dict[str, tuple[str, list[str]]], by: dict[str, tuple[str, list[str]]]) -> None:
    for name, (table, _) in of.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns) in by.items():
        op.create_index(name, table, columns)


def upgrade() -> None:
    _instead(OLD, NEW)


def downgrade() -> None:
    _instead(NEW, OLD)
