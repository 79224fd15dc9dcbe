"""Since when it has to be settled again who asks: kept with the case, so that every worklist finds these at once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DOUBTED = sa.text("doubted_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("case", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_case_doubted", "case", ["doubted_at"], sqlite_where=DOUBTED, postgresql_where=DOUBTED)
    settled = "SELECT max(recorded_at) FROM fact WHERE fact.case_id = \"case\".id AND kind = 'identity_settled'"
    op.execute(
        'UPDATE "case" SET doubted_at = (SELECT min(recorded_at) FROM fact WHERE fact.case_id = "case".id AND '  # noqa: S608
        f"kind IN ('contact_changed', 'identity_doubted', 'capacity_changed') AND recorded_at >= ({settled}))"
    )


def downgrade() -> None:
    op.drop_index("ix_case_doubted", table_name="case")
    op.drop_column("case", "doubted_at")
