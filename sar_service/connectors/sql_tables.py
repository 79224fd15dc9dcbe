"""The tables that the settings name, as the database itself describes them.

Every table, column and join is looked up here before it is used; what the database does not have is a mistake
that names the nearest thing it does have. Only names found here ever reach a statement.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    MetaData,
    Table,
    Text,
    cast,
    false,
    inspect,
    or_,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import Boolean, Integer, NullType, Numeric, String, Uuid

from .base import ConnectorError
from .sql_settings import Owned, RowSettings, SqlSettings, Step
from .wording import as_text


class Tables:
    """The reflected tables of one search. `mistakes` collects what the database does not have."""

    def __init__(self, connection: Connection, settings: SqlSettings) -> None:
        self.settings = settings
        self.mistakes: list[str] = []
        self._inspector = inspect(connection)
        self._connection = connection
        self._metadata = MetaData()
        self._tables: dict[str, Table | None] = {}
        self._foreign: dict[str, list[Any]] = {}

    def table(self, name: str) -> Table | None:
        """The table or view of this name; None, and a mistake noted, where there is none."""
        if name not in self._tables:
            self._tables[name] = self._reflect(name)
        return self._tables[name]

    def _reflect(self, name: str) -> Table | None:
        schema, _, bare = name.rpartition(".")
        schema_name = schema or self.settings.schema_name
        held = [
            *self._inspector.get_table_names(schema=schema_name),
            *self._inspector.get_view_names(schema=schema_name),
        ]
        if bare not in held:
            self.mistakes.append(f"there is no table {name!r}{_nearest(bare, held)}")
            return None
        sqlite = self._connection.dialect.name == "sqlite"

        def keep_raw(_inspector: Any, _table: Any, column: dict[str, Any]) -> None:
            # SQLite holds what was put in, whatever the declared type: read it as it is, remember what was
            # meant.
            column["info"] = {"declared": column["type"]}
            if sqlite:
                column["type"] = NullType()

        return Table(
            bare,
            self._metadata,
            schema=schema_name,
            autoload_with=self._connection,
            resolve_fks=False,
            listeners=[("column_reflect", keep_raw)],
        )

    def column(self, table: str, name: str) -> Column[Any] | None:
        """The column of this name; None, and a mistake noted, where there is none."""
        found = self.table(table)
        if found is None:
            return None
        if name not in found.c:
            self.mistakes.append(f"table {table!r} has no column {name!r}{_nearest(name, list(found.c.keys()))}")
            return None
        return found.c[name]

    def key_of(self, table: str, named: tuple[str, ...]) -> tuple[str, ...]:
        """The named key, or the primary key."""
        found = self.table(table)
        if found is None:
            return named
        if named:
            return tuple(name for name in named if self.column(table, name) is not None)
        key = tuple(column.name for column in found.primary_key)
        if not key:
            self.mistakes.append(f"table {table!r} has no primary key: say which columns are its `key`")
        return key

    def join_of(self, before: str, step: Step) -> Mapping[str, str]:
        """The columns that join two tables: as given, or by the one foreign key between them, either way."""
        if step.join is not None:
            pairs = dict(step.join)
        else:
            outward = self._keys_between(before, step.table)
            inward = [{theirs: ours for ours, theirs in key.items()} for key in self._keys_between(step.table, before)]
            pairs = self._only_one([*outward, *inward], f"{before!r} and {step.table!r}", "join")
        for ours, theirs in pairs.items():
            self.column(before, ours)
            self.column(step.table, theirs)
        return pairs

    def belongs_of(self, owned: Owned) -> Mapping[str, str]:
        """The columns by which rows belong to a person: as given, or by the one foreign key."""
        last = owned.via[-1].table if owned.via else owned.table
        person = self.settings.person.table
        if owned.belongs is not None:
            pairs = dict(owned.belongs)
        elif last == person:
            key = self.key_of(person, self.settings.person.key)
            pairs = {name: name for name in key}
        else:
            pairs = self._only_one(self._keys_between(last, person), f"{last!r} and {person!r}", "belongs")
        for ours, theirs in pairs.items():
            self.column(last, ours)
            self.column(person, theirs)
        return pairs

    def _keys_between(self, table: str, target: str) -> list[dict[str, str]]:
        if self.table(table) is None or self.table(target) is None:
            return []
        if table not in self._foreign:
            schema, _, bare = table.rpartition(".")
            self._foreign[table] = list(
                self._inspector.get_foreign_keys(bare, schema=schema or self.settings.schema_name)
            )
        bare_target = target.rpartition(".")[2]
        return [
            dict(zip(key["constrained_columns"], key["referred_columns"], strict=False))
            for key in self._foreign[table]
            if key["referred_table"] == bare_target and key["referred_columns"]
        ]

    def _only_one(self, found: list[dict[str, str]], between: str, setting: str) -> dict[str, str]:
        if len(found) == 1:
            return found[0]
        many = "no foreign key" if not found else "more than one foreign key"
        self.mistakes.append(f"there is {many} between {between}: say which columns with `{setting}`")
        return {}

    def order_of(self, row: RowSettings) -> list[str]:
        """The declared order, else by date, then always by key."""
        order = list(row.order) or ([row.on] if row.on else [])
        for each in order:
            self.column(row.table, each.removeprefix("-"))
        return [*order, *(name for name in self.key_of(row.table, row.key) if name not in order)]

    def refuse_mistakes(self) -> None:
        """Raise ConnectorError with every mistake found so far, if there is one."""
        if self.mistakes:
            listed = "; ".join(dict.fromkeys(self.mistakes))
            raise ConnectorError(f"The settings do not fit the database: {listed}.", permanent=True)


def _nearest(name: str, held: list[str]) -> str:
    near = get_close_matches(name, held, n=1, cutoff=0.5)
    return f" (did you mean {near[0]!r}?)" if near else ""


def declared(column: ColumnElement[Any]) -> Any:
    """The type that the database declares for a column."""
    found = getattr(column, "info", {}).get("declared")
    return found if found is not None else column.type


def is_date(column: ColumnElement[Any]) -> bool:
    """Whether a column is declared to hold dates or moments."""
    return isinstance(declared(column), Date | DateTime)


def is_flag(column: ColumnElement[Any]) -> bool:
    """Whether a column is declared to hold yes or no."""
    return isinstance(declared(column), Boolean)


def in_table(table: FromClause, column: Column[Any]) -> ColumnElement[Any]:
    """The same column of an alias."""
    return table.c[column.name]


def words_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as text that functions on text can take."""
    return column if isinstance(column.type, String | NullType) else cast(column, Text)


def same(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    """The column holds this value, whatever types the two have. Never an error, whatever the value."""
    if value is None:
        return false()
    if isinstance(column.type, NullType):
        text = as_text(value) if not isinstance(value, str | int | float | bytes) else value
        if isinstance(text, str) and _whole(text) is not None:
            return or_(column == text, column == _whole(text))
        return or_(column == text, column == str(text)) if isinstance(text, int) else column == text
    if isinstance(column.type, Integer) or (isinstance(column.type, Numeric) and isinstance(value, str)):
        whole = _whole(as_text(value))
        return column == whole if whole is not None else false()
    if isinstance(column.type, String):
        return column == (value if isinstance(value, str) else as_text(value))
    if isinstance(value, str) or isinstance(column.type, Uuid):
        return cast(column, Text) == str(value)
    return column == value


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 19 and str(int(text)) == text:
        return int(text)
    return None
