"""A parent's own right to their child's school record is a right that a case may be of."""

import re

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = (
    "access", "rectification", "erasure", "restriction", "portability", "objection", "automated-decision",
    "withdraw-consent", "complaint",
)  # fmt: skip
CHECK = re.compile(r"CONSTRAINT ck_case_right CHECK \(\"right\" IN \([^)]*\)\)")


def upgrade() -> None:
    _rights((*BEFORE, "pupil-record"))


def downgrade() -> None:
    op.execute("UPDATE \"case\" SET \"right\" = 'access' WHERE \"right\" = 'pupil-record'")
    _rights(BEFORE)


def _rights(words: tuple[str, ...]) -> None:
    """Let a case be of these rights and of no others."""
    check = f'"right" IN ({", ".join(repr(word) for word in words)})'
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_case_right"), "case", type_="check")
        op.create_check_constraint(op.f("ck_case_right"), "case", check)
        return
    # SQLite changes no constraint, and making the table anew would take with it all that hangs on a case: the words of
    # its definition are changed instead.
    query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'case'"
    new, count = CHECK.subn(f"CONSTRAINT ck_case_right CHECK ({check})", connection.exec_driver_sql(query).scalar_one())
    if count != 1:
        raise RuntimeError("the rights of a case are not where this migration looks for them")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'case'", (new,))
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
