"""The database: one `db` object, portable column types and how transactions begin. No tables are here (`models/`).

The same code runs on SQLite and PostgreSQL. A request that may not change anything reads in a deferred transaction;
everything else takes the write lock of SQLite at once, so that reading before writing can never fail half-way.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, Select, TypeDecorator, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)

WROTE = "wrote"  # what a connection knows of its transaction: that something was written in it

# What the databases say where somebody else did something in the same moment: not one after the other, each waits for
# the other, taken; and that there is one already. What else a row has to be is our own mistake.
AT_ONCE = ("40001", "40P01", "55P03", "23505")
AT_ONCE_SQLITE = ("SQLITE_BUSY", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table; constraint names are predictable, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": True})


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive value is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words_of(kind: type[StrEnum], name: str) -> Enum:
    """A column type that stores a StrEnum as its text, with a CHECK constraint of that name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


class no_lead(FunctionElement[Any]):
    """A column by which SQLite is not to look rows up: it counts nothing, and would take the first index there is.

    PostgreSQL knows how common each value is, and is asked for the column as it is.
    """

    inherit_cache = True


@compiles(no_lead)
def _as_it_is(element: no_lead, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(no_lead, "sqlite")
def _as_a_term(element: no_lead, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


class is_one_of(FunctionElement[bool]):
    """Whether a column is among what a query finds, for a query that is answered first and from an index alone.

    PostgreSQL may take it for a join, and walk through all rows to ask of each; an array is worked out once.
    """

    inherit_cache = True

    def __init__(self, column: Any, query: Select[Any]) -> None:
        super().__init__(column, query.scalar_subquery())


@compiles(is_one_of)
def _in_a_list(element: is_one_of, compiler: SQLCompiler, **options: Any) -> str:
    column, query = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN {query}"


@compiles(is_one_of, "postgresql")
def _in_an_array(element: is_one_of, compiler: SQLCompiler, **options: Any) -> str:
    column, query = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY (ARRAY{query})"


def new_id() -> uuid.UUID:
    return uuid.uuid4()


class _Hinted(SQLiteCompiler):
    """Writes the hint of a query (`INDEXED BY …`) behind the table that it is for; SQLAlchemy leaves it out."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def prepare(engine: Engine) -> None:
    """Make the service's own engine open and begin as it must; other engines of the process are left alone."""
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _Hinted
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "begin", _nothing_written)
    event.listen(engine, "before_cursor_execute", _note_writing)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reading_only.get() else "BEGIN IMMEDIATE")


def _nothing_written(connection: Connection) -> None:
    connection.info.pop(WROTE, None)


def _note_writing(
    connection: Connection, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool
) -> None:
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        connection.info[WROTE] = True


def nothing_written() -> bool:
    """Was nothing changed yet in the transaction of the session?"""
    session = db.session()
    if session.new or session.deleted or any(session.is_modified(each) for each in session.dirty):
        return False
    return not session.in_transaction() or not session.connection().info.get(WROTE)


def let_go() -> None:
    """End the transaction of the session before something slow, so that nobody who writes waits for it meanwhile.

    What was read is read again afterwards, and may have changed: ask again whatever must be so. Raises RuntimeError if
    something was written already, for that would be lost.
    """
    if not nothing_written():
        raise RuntimeError("something was written before what is slow: do that first")
    if db.session().in_transaction():
        db.session().rollback()


def overtaken(error: BaseException) -> bool:
    """Did the database refuse this because of what somebody else did in the same moment? Then it may be sent again."""
    if isinstance(error, StaleDataError):
        return True
    told = getattr(error, "orig", None)
    return getattr(told, "sqlstate", None) in AT_ONCE or getattr(told, "sqlite_errorname", "").startswith(
        AT_ONCE_SQLITE
    )


@contextmanager
def reading() -> Iterator[None]:
    """Transactions that begin meanwhile only read: on SQLite they wait for nobody who writes."""
    token = reading_only.set(True)
    try:
        yield
    finally:
        reading_only.reset(token)


@contextmanager
def aside() -> Iterator[Any]:
    """A short transaction of its own, committed at the end: for what must be written whatever becomes of the rest.

    Used for sessions and for the record that somebody viewed personal data. Never open it while the current
    session holds uncommitted changes: on SQLite it would wait for itself.
    """
    token = reading_only.set(False)
    try:
        with db.engine.connect() as connection, connection.begin():
            yield connection
    finally:
        reading_only.reset(token)
