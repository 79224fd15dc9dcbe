"""What was written about a fact is sealed, also what is there already; due dates that moved by themselves are listed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sar_service.adapters.vault import DataKey
from sar_service.db import Instant
from sar_service.extensions import runtime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CLEAR = {"evidence", "about", "seen_on", "fields", "channel"}
FACT = sa.table(
    "fact",
    sa.column("id", sa.Uuid),
    sa.column("case_id", sa.Uuid),
    sa.column("detail", sa.JSON),
    sa.column("sealed", sa.LargeBinary),
)
KEY = sa.table("case_key", sa.column("case_id", sa.Uuid), sa.column("wrapped", sa.LargeBinary))


def upgrade() -> None:
    op.create_table(
        "moved_date",
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("after", sa.Date(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("told_at", Instant(timezone=True), nullable=True),
        sa.Column("seen_at", Instant(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("controller", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_moved_date_case_id_case", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_moved_date"),
    )
    with op.batch_alter_table("moved_date") as batch_op:
        batch_op.create_index("ix_moved_date_case_id", ["case_id"])
        batch_op.create_index("ix_moved_date_controller", ["controller"])
        batch_op.create_index("ix_moved_date_unseen", ["controller", "seen_at"])
    op.add_column("fact", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    for row, key in _rows():
        words = {name: value for name, value in row.detail.items() if name not in CLEAR and value}
        clear = {name: value for name, value in row.detail.items() if name in CLEAR}
        if words and key is not None:
            sealed = key.seal_json(words, about=f"fact:{row.id}")
            _change(row, {**clear, "sealed": sorted(words)}, sealed)
        elif words:  # of a case that was forgotten: nothing is kept of what was written in it
            _change(row, clear, None)


def downgrade() -> None:
    for row, key in _rows():
        if row.sealed is not None and key is not None:
            words = key.open_json(row.sealed, about=f"fact:{row.id}")
            clear = {name: value for name, value in row.detail.items() if name != "sealed"}
            _change(row, {**clear, **words}, None)
    op.drop_column("fact", "sealed")
    op.drop_table("moved_date")


def _rows() -> list[tuple[Any, DataKey | None]]:
    """Every fact with the key of its case, or None where that was destroyed."""
    connection, found = op.get_bind(), []
    keys: dict[Any, DataKey | None] = {}
    for row in connection.execute(sa.select(FACT)):
        if row.case_id not in keys:
            wrapped = connection.scalar(sa.select(KEY.c.wrapped).where(KEY.c.case_id == row.case_id))
            keys[row.case_id] = runtime().vault.unwrap(wrapped, about=f"case:{row.case_id}") if wrapped else None
        found.append((row, keys[row.case_id]))
    return found


def _change(row: Any, detail: dict[str, Any], sealed: bytes | None) -> None:
    op.get_bind().execute(sa.update(FACT).where(FACT.c.id == row.id).values(detail=detail, sealed=sealed))
