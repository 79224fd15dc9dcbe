"""Letters from and to the regulator, with their files."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "regulator_letter",
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sar_service.db.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["answers_id"], ["regulator_letter.id"], name=op.f("fk_regulator_letter_answers_id_regulator_letter"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_regulator_letter_case_id_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regulator_letter")),
    )
    op.create_index(op.f("ix_regulator_letter_case_id"), "regulator_letter", ["case_id"], unique=False)
    op.create_index(op.f("ix_regulator_letter_controller"), "regulator_letter", ["controller"], unique=False)
    op.create_index(op.f("ix_regulator_letter_open"), "regulator_letter", ["settled_on", "reply_by"], unique=False)
    op.create_table(
        "regulator_file",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["regulator_letter.id"], name=op.f("fk_regulator_file_letter_id_regulator_letter"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regulator_file")),
    )
    op.create_index(op.f("ix_regulator_file_controller"), "regulator_file", ["controller"], unique=False)
    op.create_index(op.f("ix_regulator_file_letter_id"), "regulator_file", ["letter_id"], unique=False)


def downgrade() -> None:
    op.drop_table("regulator_file")
    op.drop_table("regulator_letter")
