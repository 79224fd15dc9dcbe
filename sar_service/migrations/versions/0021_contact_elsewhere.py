"""What was changed of a requester's contact in one case, and has to be looked at in those linked with it."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "contact_elsewhere"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("from_case_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sar_service.db.Instant(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("settled_by", sa.String(length=80), nullable=False),
        sa.Column("settled_at", sar_service.db.Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_contact_elsewhere_case_id_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_case_id"], ["case.id"], name=op.f("fk_contact_elsewhere_from_case_id_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_elsewhere")),
    )
    for column in ("case_id", "controller", "from_case_id"):
        op.create_index(op.f(f"ix_contact_elsewhere_{column}"), TABLE, [column], unique=False)
    op.create_index("ix_contact_elsewhere_open", TABLE, ["settled_at", "controller"], unique=False)


def downgrade() -> None:
    op.drop_table(TABLE)
