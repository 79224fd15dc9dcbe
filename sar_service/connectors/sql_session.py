"""Database sessions that can only read, and database errors in words.

Three guards stand one behind the other: a listener refuses any statement but a read, the session itself is
read-only, and the account should have no other right (the guide says how). What is asked is in `sql_find.py`
and `sql_read.py`.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from .base import ConnectorError
from .sql_settings import SqlSettings

_READS = re.compile(r"\s*(SELECT|SHOW|PRAGMA)\b", re.IGNORECASE)
_PRAGMAS = frozenset(
    [
        "table_info",
        "table_xinfo",
        "table_list",
        "foreign_key_list",
        "index_list",
        "index_info",
        "index_xinfo",
        "read_uncommitted",
    ]
)
_OWN = frozenset({"journal_mode", "synchronous", "foreign_keys", "busy_timeout"})
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_RECURSIVE})


def engine_for(settings: SqlSettings) -> Engine:
    """An engine whose every session is read-only. Nothing is opened yet. Raises ConnectorError for a bad
    address."""
    url, seconds = settings.address, settings.limits.seconds
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ConnectorError("The address of a SQLite database names its file.", permanent=True)
        path = Path(url.database)
        engine = create_engine(
            "sqlite://", creator=lambda: _open_sqlite(path, seconds), poolclass=NullPool, hide_parameters=True
        )
    else:
        if settings.password is not None:
            url = url.set(password=settings.password.reveal())
        engine = create_engine(
            url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "connect_timeout": min(seconds, 15),
                "options": "-c default_transaction_read_only=on "
                f"-c statement_timeout={seconds * 1000} -c lock_timeout=10000",
                "application_name": "sar-service",
            },
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        )
    event.listen(engine, "before_cursor_execute", _only_reads, retval=True)
    event.listen(engine, "begin", _one_state)
    return engine


@contextmanager
def reading(settings: SqlSettings) -> Iterator[Connection]:
    """A connection that reads one state of the database from beginning to end. Database errors become
    ConnectorError, without the driver's own words, which may hold values."""
    engine = engine_for(settings)
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise explain(error, settings) from None
    except (sqlite3.Error, UnicodeError) as error:
        raise ConnectorError(f"The database gave an answer that cannot be read ({type(error).__name__}).") from None
    finally:
        engine.dispose()


def _only_reads(connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> tuple[str, Any]:
    raw = connection.connection.dbapi_connection
    if isinstance(raw, _Timed):
        raw.spent = 0.0
        if statement.upper().startswith("BEGIN"):
            # Whoever in this process begins a transaction on every SQLite connection gets one that only reads.
            return ("SELECT 1" if raw.in_transaction else "BEGIN"), parameters
    if not _READS.match(statement):
        raise ConnectorError("Only reading is allowed in a connected database.", permanent=True)
    return statement, parameters


def _one_state(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")  # the driver would not: each statement would see a state of its own


def _open_sqlite(path: Path, seconds: int) -> sqlite3.Connection:
    # A missing file must be an error here, not a new empty database: hence mode=ro.
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro",
        uri=True,
        timeout=min(seconds, 15),
        check_same_thread=False,
        isolation_level=None,
        factory=_Timed,
    )
    connection.execute("PRAGMA query_only=ON")
    connection.text_factory = lambda given: given.decode("utf-8", "replace")
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(lambda: connection.too_long(seconds), 50_000)
    return connection


class _Timed(sqlite3.Connection):
    """Knows how long the present statement has been at work, without the time its reader takes between
    rows."""

    spent = 0.0
    last = 0.0

    def too_long(self, seconds: int) -> bool:
        now = time.monotonic()
        self.spent += min(now - self.last, 0.2)
        self.last = now
        return self.spent > seconds


def _authorize(action: int, first: str | None, second: str | None, *_rest: Any) -> int:
    if action in _ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second != "load_extension":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _PRAGMAS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _OWN:
        # What the service sets on connections to its own database must neither change this one nor stop the search.
        return sqlite3.SQLITE_IGNORE
    return sqlite3.SQLITE_DENY


def explain(error: SQLAlchemyError, settings: SqlSettings) -> ConnectorError:
    """A database error as a sentence, and whether trying again may help."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    said = str(cause).lower() if cause is not None else ""
    state = str(getattr(cause, "sqlstate", "") or "")
    if state == "57014" or "interrupted" in said:
        return ConnectorError(f"The database took longer than {settings.limits.seconds} seconds to answer.")
    if state.startswith("28") or "authentication failed" in said or "no password supplied" in said:
        return ConnectorError("The database refused the user name or the password.", permanent=True)
    if state == "42501" or "permission denied" in said:
        return ConnectorError("The account may not read a table that the settings name.", permanent=True)
    if state == "3D000" or ("database" in said and "does not exist" in said):
        return ConnectorError("The server has no database of that name.", permanent=True)
    if "not a database" in said or "malformed" in said:
        return ConnectorError("The file is not a database, or it is damaged.", permanent=True)
    if "unable to open database file" in said:
        return ConnectorError("The database file cannot be opened: it is not there, or it may not be read.")
    if isinstance(error, DBAPIError) and (error.connection_invalidated or type(error).__name__ in _LOST):
        return ConnectorError("The database cannot be reached, or the connection to it was lost.")
    return ConnectorError(f"The database could not answer ({type(error).__name__}).", permanent=True)


_LOST = frozenset({"OperationalError", "InterfaceError", "InternalError"})
