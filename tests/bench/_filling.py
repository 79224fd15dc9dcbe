"""Putting rows into a database by the million: indexes are made when everything is in, copies by the driver itself.

SQLite is filled from rows as they are made; PostgreSQL from that file, so that both hold the same.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import LargeBinary
from sqlalchemy.dialects import sqlite

from sar_service.db import Base

from ._crowd import RAW, columns

AT_ONCE = 20_000
LITE = sqlite.dialect()


def into_sqlite(path: Path, rows: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
    """Write rows into a database that has its tables."""
    connection = sqlite3.connect(path)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    waiting: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    indexes: dict[str, list[str]] = {}
    known: dict[str, tuple[str, list[Any]]] = {}

    def write(table: str) -> None:
        if table not in known:
            known[table] = _statement(table)
            indexes[table] = _drop_indexes(connection, table)
        statement, convert = known[table]
        given: Iterable[Any] = waiting.pop(table)
        if convert:
            given = (tuple(f(v) if f else v for f, v in zip(convert, each, strict=True)) for each in given)
        connection.executemany(statement, given)

    for table, values in rows:
        waiting[table].append(values)
        if len(waiting[table]) == AT_ONCE and table != "search_word":
            write(table)
    if "search_word" in waiting:
        waiting["search_word"].sort()  # its own order, so that the file is written from front to back
    for table in list(waiting):
        write(table)
    for statements in indexes.values():
        for statement in statements:
            connection.execute(statement)
    connection.commit()
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _statement(table: str) -> tuple[str, list[Any]]:
    """The INSERT of a table, and what each value goes through before it is handed to the driver."""
    own = columns(table)
    marks = ", ".join("?" * len(own))
    named = ", ".join(f'"{name}"' for name in own)
    kinds = Base.metadata.tables[table].c
    return (
        f'INSERT INTO "{table}" ({named}) VALUES ({marks})',
        [] if table in RAW else [_conversion(kinds[name].type) for name in own],
    )


def _conversion(kind: Any) -> Any:
    """How SQLAlchemy would write a value of a type; None where the driver takes it as it is."""
    if kind.__class__.__name__ in ("JSON", "Enum"):
        return None  # the rows hold the text
    return kind.dialect_impl(LITE).bind_processor(LITE)


def _drop_indexes(connection: sqlite3.Connection, table: str) -> list[str]:
    """Take a table's indexes off; returns the statements that make them again."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def into_postgresql(url: str, source: Path, tables: Iterable[str]) -> None:
    """Copy tables of an SQLite file into a database that has them, empty."""
    lite = sqlite3.connect(source)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; SET TimeZone = 'UTC'; SET maintenance_work_mem = '512MB'"
        )
        for table in tables:
            remake = _drop_pg_indexes(cursor, table)
            named = ", ".join(f'"{name}"' for name in columns(table))
            with cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:
                lines = lite.execute(f'SELECT {_line(table)} FROM "{table}"')
                while found := lines.fetchmany(AT_ONCE):
                    copy.write("".join(line for (line,) in found))
            for statement in remake:
                cursor.execute(statement)
    lite.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # as the server does by itself, in time


def _line(table: str) -> str:
    """A row as PostgreSQL's COPY takes it, put together by SQLite. No text here holds what would have to be escaped."""
    kinds = Base.metadata.tables[table].c
    cells = []
    for name in columns(table):
        told = f'"{name}"'
        if isinstance(kinds[name].type, LargeBinary):  # hex() makes a text of nothing, too
            told = f"CASE WHEN {told} IS NOT NULL THEN '\\\\x' || hex({told}) END"
        cells.append(f"coalesce({told}, '\\N')")
    return " || char(9) || ".join(cells) + " || char(10)"


def _drop_pg_indexes(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint WHERE conname = indexname)",
        (table,),
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]
