"""A SQLite file built from a schema and rows held in memory, the same bytes for the same rows.

The two databases of the demo council are described in `socialcare.py` and `education.py`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

Value = str | int | float | None | date


class Rows:
    """Rows waiting to be written, by table, each with a number of its own under the table's key column."""

    def __init__(self) -> None:
        self.by_table: dict[str, list[dict[str, Value]]] = defaultdict(list)
        self._next: dict[str, int] = defaultdict(lambda: 1)

    def add(self, table: str, *, key: int | None = None, **values: Value) -> int:
        """Keep a row for `<table>_id`, the next number unless one is given; returns its number."""
        number = self._next[table] if key is None else key
        if key is None:
            self._next[table] += 1
        self.by_table[table].append({f"{table}_id": number, **values})
        return number

    def start_at(self, table: str, number: int) -> None:
        """Number the coming rows of a table from here."""
        self._next[table] = number


def write(path: Path, schema: str, rows: Rows, codes: Mapping[str, Mapping[str, str]]) -> None:
    """Write the database, each code list in a table `code_<its name>`. An older file goes."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=8192;" + schema)
        database.execute("BEGIN")
        for name, meanings in codes.items():
            # Names of tables come from the code that calls this, never from data.
            database.execute(f"CREATE TABLE code_{name} (code TEXT PRIMARY KEY, meaning TEXT NOT NULL)")
            database.executemany(f"INSERT INTO code_{name} VALUES (?, ?)", meanings.items())  # noqa: S608
        for table, waiting in rows.by_table.items():
            alike: dict[tuple[str, ...], list[dict[str, Value]]] = defaultdict(list)
            for row in waiting:
                alike[tuple(row)].append(row)  # a column that is not given takes its default
            for columns, same in alike.items():
                marks = ", ".join("?" for _ in columns)
                # The names come from the code that adds the rows, never from data.
                database.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                    [tuple(_plain(value) for value in row.values()) for row in same],
                )
        for table in rows.by_table:
            for link in database.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,)).fetchall():
                column = link[3]
                database.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")
        database.execute("COMMIT")


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value
