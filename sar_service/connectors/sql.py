"""Databases: people found by declared columns, and everything in the tables that are declared to be theirs.

The parts stand in files of their own: settings in `sql_settings.py`, sessions that only read in
`sql_session.py`, the database's own tables in `sql_tables.py`, people in `sql_find.py`, rows in
`sql_read.py`. Here they are the three verbs, and the search of free text for the subject in rows that are not
theirs.
"""

from collections.abc import Iterator
from io import BytesIO
from types import MappingProxyType
from typing import Any, BinaryIO, ClassVar

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_, select, true

from sar_service.domain.people import Identity, Subject
from sar_service.domain.search import Candidate, Found, Verdict

from .base import ConnectorError, ConnectorSettings
from .person_map import confirmed
from .sql_find import Person, find, key_is, owned_by, person_columns, prove_people, prove_way
from .sql_read import Reader, title_columns, way_of
from .sql_session import reading
from .sql_settings import DocumentSettings, RecordSettings, RowSettings, SqlSettings
from .sql_tables import Tables, words_of
from .terms import Sighting, Spotter
from .wording import as_text

_CHUNK = 1_000_000


class SqlConnector:
    """One database, read only."""

    kind: ClassVar[str] = "sql"
    Settings: ClassVar[type[ConnectorSettings]] = SqlSettings

    def __init__(self, settings: SqlSettings) -> None:
        self.settings = settings
        able = settings.person.searchable()
        for also in settings.person.also:
            able |= also.searchable()
        self.searches_by = able

    def __repr__(self) -> str:
        return f"<SqlConnector {self.settings.address.render_as_string(hide_password=True)}>"

    def check(self) -> None:
        """Reach the database; prove every table, column and join that the settings name. Raises
        ConnectorError."""
        with reading(self.settings) as connection:
            tables = self._proven(connection)
            table = tables.table(self.settings.person.table)
            assert table is not None
            connection.execute(select(*(table.c[name] for name in person_columns(tables))).limit(1)).first()
            for spec in (*self.settings.records, *self.settings.documents):
                for _ in Reader(connection, tables, spec).rows(false(), limit=1):
                    pass

    def gaps(self) -> tuple[str, ...]:
        """Columns of the named tables that are neither shown nor used nor left out on purpose, as
        "table.column": each may be personal data that nobody would receive. Raises ConnectorError."""
        with reading(self.settings) as connection:
            tables = self._proven(connection)
            return tuple(_unused(tables))

    def search(self, subject: Subject) -> Iterator[Found]:
        """As `Connector.search`. Rows of other people that name the subject come last, as candidates of their
        own."""
        with reading(self.settings) as connection:
            tables = self._proven(connection)
            taken: list[Person] = []
            given: set[str] = set()  # a row that belongs to two candidates is one record
            namesakes: list[Person] = []
            too_many: ConnectorError | None = None
            people = find(connection, tables, subject)
            while True:
                try:
                    person = next(people, None)
                except ConnectorError as error:
                    too_many = error
                    break
                if person is None:
                    break
                if person.candidate is None:
                    if person.namesake:
                        namesakes.append(person)
                    continue
                yield person.candidate
                if person.candidate.match.verdict is Verdict.MATCH:
                    taken.append(person)
                    for found in self._belongings(connection, tables, person):
                        if found.ref not in given:
                            given.add(found.ref)
                            yield found
                else:
                    namesakes.append(person)
            yield from self._mentions(connection, tables, subject, taken, namesakes)
            if too_many is not None:
                raise too_many

    def fetch(self, ref: str) -> BinaryIO:
        """The content of a document row. Raises ConnectorError when it is gone, empty or too large."""
        marker, _, rest = ref.partition(":")
        called, _, key = rest.partition(":")
        spec = next((each for each in self.settings.documents if each.called == called), None)
        if marker != "document" or spec is None:
            raise ConnectorError("This system has no document of that reference.", permanent=True)
        with reading(self.settings) as connection:
            tables = Tables(connection, self.settings)
            tables.column(spec.table, spec.content)
            tables.key_of(spec.table, spec.key)
            tables.refuse_mistakes()
            return _read_content(connection, tables, spec, key)

    def _proven(self, connection: Connection) -> Tables:
        tables = Tables(connection, self.settings)
        prove_people(tables)
        for spec in (*self.settings.records, *self.settings.documents):
            _prove_rows(tables, spec)
        tables.refuse_mistakes()
        return tables

    def _belongings(self, connection: Connection, tables: Tables, person: Person) -> Iterator[Found]:
        for spec in (*self.settings.records, *self.settings.documents):
            if spec.belongs != {}:
                condition = owned_by(tables, spec, person.values)
                yield from Reader(connection, tables, spec).gather(condition, person.ref)

    def _mentions(
        self,
        connection: Connection,
        tables: Tables,
        subject: Subject,
        taken: list[Person],
        namesakes: list[Person],
    ) -> Iterator[Found]:
        spotter = Spotter(subject)
        for spec in self.settings.records:
            if not spec.mentions or not spotter.needles:
                continue
            reader = Reader(connection, tables, spec)
            condition = _text_holds(tables, spec, spotter)
            if spec.belongs != {}:
                # A namesake's own file names the namesake: only the subject's numbers make it the subject's
                # business.
                for person in taken:
                    condition = and_(condition, not_(owned_by(tables, spec, person.values)))
            limit, read, seen = tables.settings.limits.mentions, 0, False
            for batch in reader.rows(condition, limit=limit):
                for row in batch[: max(0, limit - read)]:
                    found = self._mention(reader, spec, subject, spotter, row)
                    if found is None or (
                        not found[1].numbers and _belongs_to_one(tables, spec, namesakes, reader, row)
                    ):
                        continue
                    seen = True
                    candidate, _ = found
                    yield candidate
                    if candidate.match.verdict is Verdict.MATCH:
                        yield from reader.make([row], candidate.ref)
                read += len(batch)
            if read > limit and seen:
                yield reader.more("", limit)

    def _mention(
        self, reader: Reader, spec: RecordSettings, subject: Subject, spotter: Spotter, row: dict[str, Any]
    ) -> tuple[Candidate, Sighting] | None:
        ref = f"mention:{reader.ref(row)}"
        if ref in subject.rejected:
            return None
        sighting = spotter.spot("\n".join(as_text(row[name]) for name in spec.mentions))
        if sighting is None:
            return None
        found = confirmed(sighting.match()) if ref in subject.confirmed else sighting.match()
        identity = Identity(
            family_name=sighting.name.title(),
            date_of_birth=sighting.born or None,
            identifiers=MappingProxyType(dict(sighting.numbers)),
            other=MappingProxyType({"where": f"{spec.section}: {reader.title(row)}", "passage": sighting.passage}),
        )
        return Candidate(ref=ref, identity=identity, match=found), sighting


def _text_holds(tables: Tables, spec: RecordSettings, spotter: Spotter) -> ColumnElement[bool]:
    table = tables.table(spec.table)
    assert table is not None
    each_column = []
    for name in spec.mentions:
        text = func.lower(words_of(table.c[name]))
        for words in spotter.pieces:
            each_column.append(and_(true(), *(text.contains(word, autoescape=True) for word in words)))
    return or_(*each_column)


def _belongs_to_one(
    tables: Tables, spec: RecordSettings, people: list[Person], reader: Reader, row: dict[str, Any]
) -> bool:
    if spec.belongs == {} or not people:
        return False
    key = and_(true(), *(reader.table.c[name] == row[name] for name in reader.key))
    for start in range(0, len(people), 50):
        owned = or_(*(owned_by(tables, spec, person.values) for person in people[start : start + 50]))
        if reader.connection.execute(select(reader.table.c[reader.key[0]]).where(key, owned).limit(1)).first():
            return True
    return False


def _prove_rows(tables: Tables, spec: RowSettings) -> None:
    before = len(tables.mistakes)
    prove_way(tables, spec)
    tables.key_of(spec.table, spec.key)
    tables.order_of(spec)
    wanted = [*title_columns(spec), *([spec.on] if spec.on else [])]
    if isinstance(spec, RecordSettings):
        wanted += [*spec.fields, *spec.mentions]
        for shown in spec.fields.values():
            if shown.lookup is not None:
                tables.column(shown.lookup.table, shown.lookup.key)
                tables.column(shown.lookup.table, shown.lookup.value)
    if isinstance(spec, DocumentSettings):
        wanted += [spec.content, spec.file_name]
    for name in wanted:
        tables.column(spec.table, name)
    if len(tables.mistakes) > before:
        return
    for mention in spec.people:
        way = [(spec.table, tables.table(spec.table))]
        if mention.table is not None:
            way += [(name, table) for name, table, _ in way_of(tables, spec, mention)]
        for source in mention.sources():
            named, _, column = source.rpartition(".")
            if not any(table is not None and column in table.c and named in {"", name} for name, table in way):
                places = " or ".join(repr(name) for name, _ in reversed(way))
                tables.mistakes.append(f"{source!r}, read for a person named in {spec.table!r}, is not in {places}")


def _unused(tables: Tables) -> Iterator[str]:
    settings = tables.settings
    used: set[str] = set(settings.leave_out)
    person = settings.person
    named = {person.table, *(also.table for also in person.also)}
    if not any(spec.table == person.table for spec in settings.records):
        yield f"{person.table}: the person's own row is in no `records`, so it would not be disclosed"
    for spec in (*settings.records, *settings.documents):
        named.add(spec.table)
        used |= {f"{spec.table}.{name}" for name in tables.key_of(spec.table, spec.key)}
        used |= {f"{spec.table}.{name}" for name in title_columns(spec)}
        used |= {f"{spec.table}.{spec.on}"}
        if isinstance(spec, RecordSettings):
            used |= {f"{spec.table}.{name}" for name in spec.fields}
        if isinstance(spec, DocumentSettings):
            used |= {f"{spec.table}.{spec.content}", f"{spec.table}.{spec.file_name}"}
        before = spec.table
        for step in spec.via:
            pairs = tables.join_of(before, step)
            used |= {f"{before}.{ours}" for ours in pairs} | {f"{step.table}.{theirs}" for theirs in pairs.values()}
            before = step.table
        used |= {f"{before}.{name}" for name in tables.belongs_of(spec)}
        for mention in spec.people:
            if mention.table is not None:
                used |= {f"{spec.table}.{name}" for name in way_of(tables, spec, mention)[0][2]}
                used |= {f"{mention.table}.{name}" for name in mention.sources()}
            used |= {f"{spec.table}.{name}" for name in mention.sources()}
    for name in sorted(named):
        table = tables.table(name)
        assert table is not None
        yield from (place for column in table.columns if (place := f"{name}.{column.name}") not in used)


def _read_content(connection: Connection, tables: Tables, spec: DocumentSettings, key: str) -> BinaryIO:
    table = tables.table(spec.table)
    assert table is not None
    row_is = key_is([table.c[name] for name in tables.key_of(spec.table, spec.key)], key)
    content = table.c[spec.content]
    size = connection.scalar(select(func.length(content)).where(row_is)) if row_is is not None else None
    if not size:
        raise ConnectorError("The system no longer holds this document, or it is empty.", permanent=True)
    if size > tables.settings.limits.document_bytes:
        raise ConnectorError(
            f"The document is larger than {tables.settings.limits.document_bytes} bytes.", permanent=True
        )
    stream = BytesIO()
    assert row_is is not None
    for start in range(1, size + 1, _CHUNK):
        part = connection.scalar(select(func.substr(content, start, _CHUNK)).where(row_is))
        stream.write(part.encode() if isinstance(part, str) else bytes(part or b""))
    stream.seek(0)
    return stream
