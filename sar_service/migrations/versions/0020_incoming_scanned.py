"""What the virus scanner said of messages that came by e-mail. Those that are there are shown to it again."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incoming", sa.Column("scan", sa.String(length=10), nullable=False, server_default="waiting"))
    op.add_column("incoming", sa.Column("scan_next_at", sar_service.db.Instant(timezone=True), nullable=True))
    op.execute("UPDATE incoming SET scan_next_at = read_at")
    op.create_index("ix_incoming_scan", "incoming", ["scan", "scan_next_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_incoming_scan", "incoming")
    op.drop_column("incoming", "scan_next_at")
    op.drop_column("incoming", "scan")
