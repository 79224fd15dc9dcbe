"""Copies of identity documents: the row stays as the record that there was one, the copy goes."""

import sqlalchemy as sa
from alembic import op

from sar_service.db import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_copy",
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", Instant(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=False),
        sa.Column("checked_at", Instant(timezone=True), nullable=True),
        sa.Column("destroy_on", sa.Date(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("destroyed_by", sa.String(length=80), nullable=False),
        sa.Column("destroyed_at", Instant(timezone=True), nullable=True),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_identity_copy_case_id_case", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["object_id"], ["stored_object.id"], name="fk_identity_copy_object_id_stored_object"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_copy"),
    )
    with op.batch_alter_table("identity_copy") as batch_op:
        batch_op.create_index("ix_identity_copy_case_id", ["case_id"])
        batch_op.create_index("ix_identity_copy_controller", ["controller"])
        batch_op.create_index("ix_identity_copy_due", ["destroyed_at", "destroy_on"])


def downgrade() -> None:
    op.drop_table("identity_copy")
