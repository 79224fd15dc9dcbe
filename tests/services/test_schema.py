"""The migrations make the tables that the models describe, and the newest migration can be taken back."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from sar_service.db import Base, aside
from sar_service.services import schema


def differences() -> list[object]:
    with aside() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_migrations_make_the_tables_of_the_models_there_and_back(app: Flask) -> None:
    assert schema.is_current() and differences() == []
    schema.downgrade("-1")
    assert not schema.is_current()
    schema.upgrade()
    assert schema.is_current() and differences() == []
