"""Members of staff whom our e-mails do not reach."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("unreached_at", sar_service.db.Instant(timezone=True), nullable=True))
    op.add_column("member", sa.Column("unreached", sa.String(length=300), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("member", "unreached")
    op.drop_column("member", "unreached_at")
