"""Reading what belongs to a person in a database: rows become records and documents, in words.

Rows are streamed in batches; for each batch the code tables and the people whom its rows name are read once,
so that memory stays flat however long a file is. Who the person is was decided in `sql_find.py`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from sar_service.domain.people import Mentioned, Standing
from sar_service.domain.search import Field, FoundDocument, FoundProblem, FoundRecord

from .person_map import MentionMap
from .sql_find import ref_of
from .sql_settings import DocumentSettings, RecordSettings, RowSettings, SqlField, SqlMention, Step
from .sql_tables import Tables, is_date, is_flag, same
from .wording import as_date, as_text

_BRACES = re.compile(r"\{([^{}]+)\}")
Made = FoundRecord | FoundDocument | FoundProblem
Values = dict[str, Any]


def title_columns(spec: RowSettings) -> list[str]:
    """The columns that the title of a row is made of."""
    return _BRACES.findall(spec.title)


class Reader:
    """Reads one kind of row. `about` is the reference of the candidate the rows belong to."""

    def __init__(self, connection: Connection, tables: Tables, spec: RowSettings) -> None:
        self.connection, self.tables, self.spec = connection, tables, spec
        table = tables.table(spec.table)
        assert table is not None
        self.table = table
        self.key = tables.key_of(spec.table, spec.key)
        self.fields: dict[str, SqlField] = dict(spec.fields) if isinstance(spec, RecordSettings) else {}
        self._joined = [_People(tables, spec, each) for each in spec.people if each.table is not None]
        self._codes: dict[tuple[str, str], str] = {}
        shown = {name: self.fields.get(name) for name in {*self.fields, *title_columns(spec)}}
        self._flags = {name for name in shown if is_flag(table.c[name])}
        self._dates = {name for name, each in shown.items() if is_date(table.c[name]) or (each and each.date)}

    def rows(self, condition: ColumnElement[bool], *, limit: int) -> Iterator[list[Values]]:
        """Batches of raw rows in order; at most one more than `limit` in all, so that the caller can tell."""
        batch = self.tables.settings.limits.batch
        statement = select(*self._columns()).where(condition).order_by(*self._order()).limit(limit + 1)
        result = self.connection.execute(statement, execution_options={"yield_per": batch})
        try:
            for part in result.partitions(batch):
                yield [dict(row._mapping) for row in part]
        finally:
            result.close()

    def _columns(self) -> list[ColumnElement[Any]]:
        spec = self.spec
        wanted = [*self.key, *self.fields, *title_columns(spec), *([spec.on] if spec.on else [])]
        if isinstance(spec, RecordSettings):
            wanted += spec.mentions
        if isinstance(spec, DocumentSettings):
            wanted.append(spec.file_name)
        for each in spec.people:
            if each.table is None:
                wanted += each.sources()
        for joined in self._joined:
            wanted += joined.row_columns
        columns: list[ColumnElement[Any]] = [self.table.c[name] for name in dict.fromkeys(wanted)]
        if isinstance(spec, DocumentSettings):
            columns.append(func.length(self.table.c[spec.content]).label("_size"))
        return columns

    def _order(self) -> list[ColumnElement[Any]]:
        named = self.tables.order_of(self.spec)
        return [self.table.c[n[1:]].desc() if n.startswith("-") else self.table.c[n].asc() for n in named]

    def gather(self, condition: ColumnElement[bool], about: str) -> Iterator[Made]:
        """Every row that meets the condition, made readable; then a problem if there are more than may be
        read."""
        limit, read = self.tables.settings.limits.rows, 0
        for batch in self.rows(condition, limit=limit):
            yield from self.make(batch[: max(0, limit - read)], about)
            read += len(batch)
        if read > limit:
            yield self.more(about, limit)

    def more(self, about: str, limit: int) -> FoundProblem:
        """Says that there is more than was read."""
        return FoundProblem(
            ref=f"{self.spec.called}:more:{about}",
            about=about,
            section=self.spec.section,
            title=f"More {self.spec.section.lower()} than could be read",
            reason=f"The first {limit} were read; more exist. Raise `limits` or ask the system's owner.",
        )

    def make(self, batch: list[Values], about: str) -> Iterator[Made]:
        """Raw rows as records or documents."""
        self._learn_codes(batch)
        joined = [each.read(self.connection, batch) for each in self._joined]
        for place, row in enumerate(batch):
            people = [*self._own_people(row), *(found for part in joined for found in part[place])]
            settled = tuple(_subject_in(person, about) for person in people)
            if isinstance(self.spec, DocumentSettings):
                yield self._document(self.spec, row, about, settled)
            else:
                yield from self._record(row, about, settled)

    def ref(self, row: Values) -> str:
        """The reference of a row: what these rows are called, and the key."""
        return f"{self.spec.called}:{ref_of(row[name] for name in self.key)}"

    def _record(self, row: Values, about: str, people: tuple[Mentioned, ...]) -> Iterator[Made]:
        longest = self.tables.settings.limits.field_characters
        fields, cut = [], []
        for name, shown in self.fields.items():
            text = self.worded(name, row[name])
            if len(text) > longest:
                cut.append(shown.label)
                text = text[:longest]
            if text:
                fields.append(Field(label=shown.label, value=text, form=shown.form))
        record = FoundRecord(
            ref=self.ref(row),
            about=about,
            section=self.spec.section,
            title=self.title(row),
            on=as_date(row[self.spec.on]) if self.spec.on else None,
            fields=tuple(fields),
            people=people,
        )
        yield record
        if cut:
            yield FoundProblem(
                ref=f"{record.ref}:cut",
                about=about,
                section=record.section,
                title=record.title,
                reason=f"{', '.join(cut)}: longer than {longest} characters; only the beginning was read.",
            )

    def _document(self, spec: DocumentSettings, row: Values, about: str, people: tuple[Mentioned, ...]) -> Made:
        ref, title = f"document:{self.ref(row)}", self.title(row)
        on = as_date(row[spec.on]) if spec.on else None
        if not row["_size"]:
            reason = "The system lists this document but holds no content for it."
            return FoundProblem(ref=ref, about=about, section=spec.section, title=title, reason=reason)
        return FoundDocument(
            ref=ref,
            about=about,
            section=spec.section,
            title=title,
            on=on,
            file_name=as_text(row[spec.file_name]) or "document",
            size=int(row["_size"]),
            people=people,
            why="kept with the person's own rows",
        )

    def title(self, row: Values) -> str:
        """The title with the columns in braces filled in, as a reader reads them."""
        filled = _BRACES.sub(lambda found: self.worded(found[1], row[found[1]]), self.spec.title)
        return " ".join(filled.split())[:300] or self.spec.section

    def worded(self, name: str, value: Any) -> str:
        """One column's value as a reader reads it."""
        if value is None:
            return ""
        shown = self.fields.get(name)
        if shown is not None and shown.lookup is not None and (found := self._codes.get((name, as_text(value)))):
            return found
        if shown is not None and shown.codes and (code := as_text(value)) in shown.codes:
            return shown.codes[code]
        if name in self._flags and not isinstance(value, str):
            return as_text(bool(value))
        return as_text(value, dated=name in self._dates)

    def _learn_codes(self, batch: list[Values]) -> None:
        for name, shown in self.fields.items():
            if shown.lookup is None:
                continue
            new = {as_text(row[name]): row[name] for row in batch if row[name] is not None}
            new = {text: value for text, value in new.items() if (name, text) not in self._codes}
            table = self.tables.table(shown.lookup.table)
            assert table is not None
            code, meaning = table.c[shown.lookup.key], table.c[shown.lookup.value]
            self._codes.update({(name, text): "" for text in new})
            if new:
                wanted = or_(*(same(code, value) for value in new.values()))
                for row in self.connection.execute(select(code, meaning).where(wanted)):
                    self._codes[(name, as_text(row[0]))] = as_text(row[1])

    def _own_people(self, row: Values) -> list[Mentioned]:
        found = []
        for each in self.spec.people:
            if each.table is None and (person := each.mentioned(lambda source: [row[source]])) is not None:
                # Keys of different tables may be the same number: a reference says whose key it is.
                named = f"{self.spec.table}.{each.ref}:{person.ref}" if person.ref else ""
                found.append(replace(person, ref=named))
        return found


def _subject_in(person: Mentioned, about: str) -> Mentioned:
    if person.ref != about or not about:
        return person
    return replace(person, role="the person this is about", standing=Standing.SUBJECT)


class _People:
    """People whom rows name through other tables, read once for a batch of rows."""

    def __init__(self, tables: Tables, spec: RowSettings, mention: SqlMention) -> None:
        settings = tables.settings
        assert mention.table is not None
        self.map: MentionMap = mention
        self.map_table = mention.table
        named = mention.sources()
        extra = [each for each in (mention.role_from, mention.protected, mention.ref) if isinstance(each, str)]
        self.is_person_table = mention.table == settings.person.table
        if self.is_person_table and set(named) <= set(extra):
            own = {field: getattr(settings.person, field) for field in type(settings.person).model_fields}
            own = {field: own[field] for field in MentionMap.model_fields if field in own}
            self.map = mention.model_copy(update=own)
        self._steps = way_of(tables, spec, mention)
        self._aliases = [(step, table.alias()) for step, table, _ in self._steps]
        self.row_columns = list(self._steps[0][2])
        self._row_table = spec.table
        self._columns: dict[str, ColumnElement[Any] | str] = {}
        for source in self.map.sources():
            self._columns[source] = self._place(source)
        self.row_columns += [place for place in self._columns.values() if isinstance(place, str)]
        key = tables.key_of(mention.table, settings.person.key if self.is_person_table else ())
        self._key = [self._aliases[-1][1].c[name] for name in key]

    def _place(self, source: str) -> ColumnElement[Any] | str:
        """The column of the nearest table that has it, from the far end back; a name alone is the row's
        own."""
        table_name, _, column = source.rpartition(".")
        for step, alias in reversed(self._aliases):
            if column in alias.c and table_name in {"", step}:
                return alias.c[column]
        return column

    def read(self, connection: Connection, batch: list[Values]) -> list[list[Mentioned]]:
        """For each row of the batch, the people it names."""
        pairs = self._steps[0][2]
        first = self._aliases[0][1]
        ends = [first.c[theirs].label(f"_end_{place}") for place, theirs in enumerate(pairs.values())]
        asked = {tuple(as_text(row[ours]) for ours in pairs): [row[ours] for ours in pairs] for row in batch}
        asked = {text: values for text, values in asked.items() if all(value is not None for value in values)}
        found: dict[tuple[str, ...], list[Values]] = defaultdict(list)
        if asked:
            labelled = {
                source: column.label(f"_of_{place}")
                for place, (source, column) in enumerate(self._columns.items())
                if not isinstance(column, str)
            }
            keys = [column.label(f"_key_{place}") for place, column in enumerate(self._key)]
            conditions = []
            for (_, before), (_, here), (_, _, join) in zip(
                self._aliases, self._aliases[1:], self._steps[1:], strict=False
            ):
                conditions += [before.c[ours] == here.c[theirs] for ours, theirs in join.items()]
            columns = [first.c[theirs] for theirs in pairs.values()]
            wanted = or_(
                *(and_(true(), *(same(c, v) for c, v in zip(columns, each, strict=True))) for each in asked.values())
            )
            for row in connection.execute(select(*ends, *labelled.values(), *keys).where(wanted, *conditions)):
                values = dict(row._mapping)
                end = tuple(as_text(values[f"_end_{place}"]) for place in range(len(ends)))
                read = {source: values[label.name] for source, label in labelled.items()}
                read["_key"] = ref_of(values[f"_key_{place}"] for place in range(len(keys)))
                found[end].append(read)
        alone = not any(isinstance(place, str) for place in self._columns.values())
        made = {end: self._people({}, linked) for end, linked in found.items()} if alone else {}
        people = []
        for own in batch:
            end = tuple(as_text(own[ours]) for ours in pairs)
            people.append(made.get(end, []) if alone else self._people(own, found.get(end, [])))
        return people

    def _people(self, row: Values, linked: list[Values]) -> list[Mentioned]:
        people = []
        for each in linked:
            person = self.map.mentioned(self._getter(row, each))
            if person is not None:
                ref = each["_key"] if self.is_person_table else f"{self.map_table}:{person.ref or each['_key']}"
                people.append(replace(person, ref=ref))
        return people

    def _getter(self, row: Values, linked: Values) -> Callable[[str], list[Any]]:
        def get(source: str) -> list[Any]:
            place = self._columns[source]
            return [row[place] if isinstance(place, str) else linked[source]]

        return get


def way_of(tables: Tables, spec: RowSettings, mention: SqlMention) -> list[tuple[str, Any, dict[str, str]]]:
    """The tables from a row to the people it names, each with the columns that join it to the one before."""
    assert mention.table is not None
    before, way = spec.table, []
    for step in (*mention.via, Step(table=mention.table, join=mention.join)):
        pairs = dict(tables.join_of(before, step))
        table = tables.table(step.table)
        if table is not None:
            way.append((step.table, table, pairs))
        before = step.table
    return way
