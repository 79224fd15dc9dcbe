"""People who told us something in confidence are known as such also where they are protected."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("confided", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE person SET confided = :yes WHERE standing = 'source'").bindparams(yes=True))


def downgrade() -> None:
    op.drop_column("person", "confided")
