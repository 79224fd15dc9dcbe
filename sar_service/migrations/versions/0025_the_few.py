"""The few cases that are restricted, told of another date, or asked for evidence late, each found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


FEW = {"ix_case_told": ("told_on", "told_on != due_on"), "ix_case_asked": ("asked_on", "asked_on IS NOT NULL")}


def upgrade() -> None:
    for name, (column, which) in FEW.items():
        where = sa.text(which)
        op.create_index(name, "case", ["controller", "status", column], sqlite_where=where, postgresql_where=where)
    op.create_index(
        "ix_case_restricted",
        "case",
        ["assigned_to"],
        sqlite_where=sa.text("restricted = 1"),
        postgresql_where=sa.text("restricted"),
    )


def downgrade() -> None:
    for name in ("ix_case_restricted", *FEW):
        op.drop_index(name, table_name="case")
