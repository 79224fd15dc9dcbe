"""The few cases that went elsewhere, or that another answers, each found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FEW = {
    "ix_case_elsewhere": (["controller", "redirected_as", "status"], "redirected_as IS NOT NULL"),
    "ix_case_merged": (["controller", "status"], "merged_into IS NOT NULL"),
}


def upgrade() -> None:
    for name, (columns, which) in FEW.items():
        where = sa.text(which)
        op.create_index(name, "case", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in FEW:
        op.drop_index(name, table_name="case")
