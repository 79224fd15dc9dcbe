"""The settings of a database: which table holds people, which rows belong to them, and how each value is
shown.

Names of tables and columns are only ever names that the database itself has: `sql_tables.py` proves them.
`docs/connecting-a-system.md` explains every setting by example.
"""

from collections.abc import Mapping

from pydantic import Field, field_validator, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from .base import ConnectorSettings, Count, Names, SecretRef, SettingsPart, Text
from .person_map import MentionMap, PersonMap
from .wording import FieldSettings

READ_ONLY_SESSIONS = (
    "sqlite",
    "postgresql",
)  # where sql_session.py can make the session itself refuse to write


class Lookup(SettingsPart):
    """A table of codes: `key` holds the code, `value` what it means."""

    table: str
    key: str
    value: str


class SqlField(FieldSettings):
    """A column and how it is shown; `lookup` decodes it with a table of codes."""

    lookup: Lookup | None = None


class Step(SettingsPart):
    """One join on the way from a table to another. `join` maps a column of the table before to one of this
    table; without it the one foreign key between the two is used."""

    table: str
    join: Mapping[str, str] | None = None


class Owned(SettingsPart):
    """Rows that belong to a person: directly, or through the tables in `via`, in order towards the person.

    `belongs` maps a column of the last of these tables to a column of the person table; without it the one
    foreign key is used. An empty `belongs: {}` says that rows belong to nobody in particular.
    """

    table: str
    via: tuple[Step, ...] = ()
    belongs: Mapping[str, str] | None = None


class AlsoSettings(Owned, PersonMap):
    """A table with further names, addresses or numbers of the same person."""


class PersonSettings(PersonMap):
    """The table that holds people. `key` is its own key: the primary key if it is not named."""

    table: str
    key: Names = ()
    also: tuple[AlsoSettings, ...] = ()


class SqlMention(MentionMap):
    """Somebody whom a row names: in its own columns, or in another table reached by `via` and `join`.

    With the person table and no columns named, the person's own columns are read. A column may be written
    "table.column" where two tables on the way have one of that name.
    """

    table: str | None = None
    join: Mapping[str, str] | None = None
    via: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _joined_to_something(self) -> "SqlMention":
        if self.table is None and (self.join or self.via):
            raise ValueError("`join` and `via` need the `table` that they lead to")
        return self


class RowSettings(Owned):
    """What every kind of row has. `title` may hold columns in braces; `order` lists columns, "-" for
    descending."""

    name: str = ""
    section: str = Field(min_length=1)
    title: str = Field(min_length=1)
    on: str | None = None
    key: Names = ()
    order: Names = ()
    people: tuple[SqlMention, ...] = ()

    @property
    def called(self) -> str:
        """The name that the references of these rows begin with."""
        return self.name or self.table


class RecordSettings(RowSettings):
    """Rows that become records. `mentions` lists free-text columns in which the subject is looked for in rows
    that are not theirs."""

    fields: Mapping[str, SqlField] = Field(min_length=1)
    mentions: Names = ()

    @model_validator(mode="after")
    def _rows_reach_somebody(self) -> "RecordSettings":
        if self.belongs == {} and not self.mentions:
            raise ValueError("rows that belong to nobody are found by `mentions` only: name a free-text column")
        return self


class DocumentSettings(RowSettings):
    """Rows that hold a file: `content` is the binary column, `file_name` the column with its name."""

    content: str
    file_name: str


class Limits(SettingsPart):
    """How much one search may take. `rows` is for one kind of record of one person."""

    candidates: Count = 20_000
    rows: Count = 50_000
    mentions: Count = 2_000
    batch: Count = 500
    seconds: Count = 60
    field_characters: Count = 2_000_000
    document_bytes: Count = 200_000_000


class SqlSettings(ConnectorSettings):
    """One database. The password stands apart from `url`, so that `url` can be shown."""

    url: Text
    password: SecretRef | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    person: PersonSettings
    records: tuple[RecordSettings, ...] = ()
    documents: tuple[DocumentSettings, ...] = ()
    leave_out: Names = ()  # "table.column": left out on purpose, so `gaps` does not name it
    limits: Limits = Limits()

    @field_validator("url")
    @classmethod
    def _url_can_be_shown(cls, url: str) -> str:
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):
            raise ValueError("this is not a database address such as postgresql://user@host/name") from None
        if parsed.password is not None or any("password" in key.lower() for key in parsed.query):
            raise ValueError("put the password under `password: {env: NAME}`, never in the address")
        if parsed.get_backend_name() not in READ_ONLY_SESSIONS:
            raise ValueError(
                f"read-only sessions are proven for {' and '.join(READ_ONLY_SESSIONS)}, not for "
                f"{parsed.get_backend_name()}"
            )
        return url

    @model_validator(mode="after")
    def _names_are_unique(self) -> "SqlSettings":
        called = [each.called for each in (*self.records, *self.documents)]
        for name in dict.fromkeys(called):
            if called.count(name) > 1:
                raise ValueError(f"two lists of rows are called {name!r}: give one of them another `name`")
            if ":" in name or "/" in name:
                raise ValueError(f"the name {name!r} may not hold a colon or a slash")
        if not self.records and not self.documents:
            raise ValueError("say what belongs to a person: add `records` or `documents`")
        return self

    @property
    def address(self) -> URL:
        """The address without its password, with the driver that this service has."""
        parsed = make_url(self.url)
        return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed
