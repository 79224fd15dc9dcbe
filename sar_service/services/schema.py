"""Bringing the database to the newest schema, and saying whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from sar_service.db import aside
from sar_service.models import AuditHead

from .audit import FIRST

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, on a connection that is already open."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    if connection is not None:
        found.attributes["connection"] = connection
    return found


def upgrade(to: str = "head") -> None:
    """Create the tables, or bring them up to date; safe to run again."""
    with aside() as connection:
        command.upgrade(config(connection), to)
        if to == "head" and connection.execute(select(AuditHead.id)).one_or_none() is None:
            connection.execute(insert(AuditHead).values(id=1, number=0, digest=FIRST))


def downgrade(to: str) -> None:
    """Take the schema back; for tests of the migrations."""
    with aside() as connection:
        command.downgrade(config(connection), to)


def is_current() -> bool:
    """Is the database at the newest schema?"""
    with aside() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == ScriptDirectory.from_config(config()).get_current_head()
