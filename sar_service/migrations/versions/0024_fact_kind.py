"""Facts are found by their kind: in which cases it has to be settled again who asks, for every worklist."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_fact_kind", "fact", ["kind", "recorded_at", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_fact_kind", table_name="fact")
