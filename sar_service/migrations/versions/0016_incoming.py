"""Messages that come in by e-mail, and the statuses of the drafts that they begin."""

import re

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BEFORE = (
    "received", "identity", "searching", "reviewing", "awaiting_signoff", "signed_off", "building", "ready",
    "released", "closed", "refused", "withdrawn", "redirected",
)  # fmt: skip
AFTER = ("draft", *BEFORE, "set_aside")


def upgrade() -> None:
    op.create_table(
        "incoming",
        sa.Column(
            "kind",
            sa.Enum(
                "request", "reply", "automatic", "report",
                name="message_kind", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("raw_id", sa.Uuid(), nullable=True),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("arrived_at", sar_service.db.Instant(timezone=True), nullable=False),
        sa.Column("read_at", sar_service.db.Instant(timezone=True), nullable=False),
        sa.Column("handled_by", sa.String(length=80), nullable=False),
        sa.Column("handled_at", sar_service.db.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_incoming_case_id_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["raw_id"], ["stored_object.id"], name=op.f("fk_incoming_raw_id_stored_object")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
        sa.UniqueConstraint("controller", "digest", name=op.f("uq_incoming_controller_digest")),
    )  # fmt: skip
    op.create_index(op.f("ix_incoming_case_id"), "incoming", ["case_id"], unique=False)
    op.create_index(op.f("ix_incoming_controller"), "incoming", ["controller"], unique=False)
    op.create_index("ix_incoming_unhandled", "incoming", ["handled_at", "controller"], unique=False)
    _statuses(AFTER)


def downgrade() -> None:
    op.execute("UPDATE \"case\" SET status = 'received' WHERE status = 'draft'")
    op.execute("UPDATE \"case\" SET status = 'closed' WHERE status = 'set_aside'")
    _statuses(BEFORE)
    op.drop_index("ix_incoming_unhandled", "incoming")
    op.drop_index(op.f("ix_incoming_controller"), "incoming")
    op.drop_index(op.f("ix_incoming_case_id"), "incoming")
    op.drop_table("incoming")


def _statuses(words: tuple[str, ...]) -> None:
    """Let a case have these statuses and no others."""
    check = f"status IN ({', '.join(repr(word) for word in words)})"
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_case_status"), "case", type_="check")
        op.create_check_constraint(op.f("ck_case_status"), "case", check)
        return
    # SQLite cannot change a constraint, and a table made anew would take with it, as it goes, all that hangs on a case:
    # the words of the definition are changed instead (https://www.sqlite.org/lang_altertable.html, section 7).
    old = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'case'").scalar_one()
    new, count = re.subn(r"CONSTRAINT ck_case_status CHECK \(status IN \([^)]*\)\)", f"CONSTRAINT ck_case_status CHECK ({check})", old)
    if count != 1:
        raise RuntimeError("the statuses of a case are not where this migration looks for them")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'case'", (new,))
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
