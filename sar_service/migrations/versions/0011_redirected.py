"""Requests that were sent elsewhere: a status of its own, and where each went.

The list of statuses is a CHECK. SQLite changes one only by building the table anew, which would take with it what hangs
on a case; so its text is changed where it stands, as SQLite's manual shows for constraints.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROUTES = ("foi", "police", "school", "dead", "member", "controller")
CHECK = "ck_case_status"


def _statuses(change: str, *, there: bool) -> None:
    """Let the column hold one status more, or one less."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        text = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'case'")).scalar_one()
        old = re.search(rf"CONSTRAINT {CHECK} CHECK \(.*?\)\)", text)
        assert old is not None
        new = f"CONSTRAINT {CHECK} CHECK (status IN ({_words(old[0], change, there=there)}))"
        number = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.execute(
            sa.text("UPDATE sqlite_master SET sql = :sql WHERE name = 'case'"),
            {"sql": text.replace(old[0], new)},
        )
        connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
        connection.exec_driver_sql("PRAGMA writable_schema = OFF")
        return
    old_words = connection.execute(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": CHECK}
    ).scalar_one()
    op.drop_constraint(op.f(CHECK), "case", type_="check")
    op.create_check_constraint(op.f(CHECK), "case", f"status IN ({_words(old_words, change, there=there)})")


def _words(constraint: str, change: str, *, there: bool) -> str:
    found = [word for word in re.findall(r"'([a-z_]+)'", constraint) if word != change]
    return ", ".join(f"'{word}'" for word in (*found, *([change] if there else [])))


def upgrade() -> None:
    _statuses("redirected", there=True)
    listed = ", ".join(f"'{route}'" for route in ROUTES)
    op.execute(
        'ALTER TABLE "case" ADD COLUMN redirected_as VARCHAR(40) '
        f"CONSTRAINT ck_case_route CHECK (redirected_as IN ({listed}))"
    )


def downgrade() -> None:
    op.execute("UPDATE \"case\" SET status = 'closed' WHERE status = 'redirected'")
    op.drop_column("case", "redirected_as")
    _statuses("redirected", there=False)
