"""Complaints: what each is and what it is about."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("kind", sa.Enum("complaint", "review", name="complaint_kind", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("matter", sa.Enum("answer", "delay", "use", "other", name="matter", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("about", sa.Enum("unknown", "request", "none", name="about", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["about_id"], ["case.id"], name=op.f("fk_complaint_about_id_case"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_complaint_case_id_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("case_id", name=op.f("uq_complaint_case_id")),
    )
    op.create_index(op.f("ix_complaint_about_id"), "complaint", ["about_id"], unique=False)
    op.create_index(op.f("ix_complaint_case_id"), "complaint", ["case_id"], unique=False)
    op.create_index(op.f("ix_complaint_controller"), "complaint", ["controller"], unique=False)
    _those_there()


def _those_there() -> None:
    """Complaints that were logged before: what they are about is said by whoever works on them next."""
    case = sa.table(
        "case", sa.column("id", sa.Uuid()), sa.column("controller", sa.String()), sa.column("right", sa.String())
    )
    complaint = sa.table(
        "complaint",
        sa.column("id", sa.Uuid()),
        sa.column("case_id", sa.Uuid()),
        sa.column("controller", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("matter", sa.String()),
        sa.column("about", sa.String()),
        sa.column("version", sa.Integer()),
    )
    rows = op.get_bind().execute(sa.select(case.c.id, case.c.controller).where(case.c.right == "complaint")).all()
    same = {"kind": "complaint", "matter": "other", "about": "unknown", "version": 1}
    if rows:
        op.bulk_insert(
            complaint, [{"id": uuid.uuid4(), "case_id": row.id, "controller": row.controller, **same} for row in rows]
        )


def downgrade() -> None:
    op.drop_table("complaint")
