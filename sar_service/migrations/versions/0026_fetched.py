"""When a released pack was fetched: kept with it, so that those nobody has fetched are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

UNFETCHED = sa.text("released_at IS NOT NULL AND fetched_at IS NULL")


def upgrade() -> None:
    op.add_column("pack", sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_pack_unfetched", "pack", ["released_at", "case_id"], sqlite_where=UNFETCHED, postgresql_where=UNFETCHED
    )
    op.execute(
        "UPDATE pack SET fetched_at = (SELECT max(at) FROM audit_event WHERE audit_event.case_id = pack.case_id "
        "AND verb = 'fetched the pack' AND at >= pack.released_at) WHERE released_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_pack_unfetched", table_name="pack")
    op.drop_column("pack", "fetched_at")
