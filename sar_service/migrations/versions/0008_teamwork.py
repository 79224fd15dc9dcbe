"""Teams, merged cases, items left out, reasons that are sealed, and passwords that have to be changed."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sar_service.db.Instant(timezone=True)


def _of_case(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f(f"fk_{table}_case_id_case"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("controller", "name", name=op.f("uq_team_controller_name")),
    )
    _index("team", "controller")
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id_team")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_team_member_member_id_member")),
        sa.PrimaryKeyConstraint("team_id", "member_id", name=op.f("pk_team_member")),
    )
    _index("team_member", "member_id")
    op.create_table(
        "kept_apart",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["case.id"], name=op.f("fk_kept_apart_one_id_case"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["other_id"], ["case.id"], name=op.f("fk_kept_apart_other_id_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_kept_apart")),
    )
    _index("kept_apart", "controller", "other_id")
    op.create_table(
        "case_merge",
        sa.Column("away_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("undone_by", sa.String(length=80), nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["away_id"], ["case.id"], name=op.f("fk_case_merge_away_id_case"), ondelete="CASCADE"),
        *_of_case("case_merge"),
    )
    _index("case_merge", "away_id", "case_id", "controller")
    op.create_table(
        "reason",
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        *_of_case("reason"),
    )
    _index("reason", "case_id", "controller")
    op.create_table(
        "left_out",
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_left_out_record_id_record"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_left_out_document_id_document"), ondelete="CASCADE"
        ),
        *_of_case("left_out"),
    )
    _index("left_out", "case_id", "controller", "record_id", "document_id")
    op.create_table(
        "audit_sealed",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_sealed")),
    )
    # Columns are only added, and without foreign keys: SQLite makes a table anew for anything else, and dropping the old
    # one would take along whatever hangs on its rows.
    op.add_column("case", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("case", sa.Column("merged_into", sa.Uuid(), nullable=True))
    _index("case", "team_id", "merged_into")
    op.add_column("member", sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False))
    for table in ("record", "document"):
        op.add_column(table, sa.Column("left_out", sa.String(length=12), server_default="", nullable=False))


def downgrade() -> None:
    for table in ("document", "record"):
        op.drop_column(table, "left_out")
    op.drop_column("member", "must_change")
    for column in ("merged_into", "team_id"):
        op.drop_index(op.f(f"ix_case_{column}"), table_name="case")
        op.drop_column("case", column)
    for table in ("audit_sealed", "left_out", "reason", "case_merge", "kept_apart", "team_member", "team"):
        op.drop_table(table)
