"""Finding people in a database: asked wide, judged narrow.

The database is asked for everybody who shares a number, a name, a date of birth or a postcode with the
subject, in the person table and in every table of further names and addresses; `domain/matching.py` then
scores each of them. Reading what belongs to a match is in `sql_read.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import ColumnElement, Connection, Date, DateTime, and_, exists, func, or_, select, true
from sqlalchemy.types import NullType

from sar_service.domain.people import Identity, Subject
from sar_service.domain.search import Candidate

from .base import ConnectorError
from .person_map import PersonMap, judge
from .sql_settings import AlsoSettings, Owned, PersonSettings
from .sql_tables import Tables, same, words_of
from .terms import birth_forms, births, clean, family_names, is_standard, numbers, plain, squash
from .wording import as_text

_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person of the database, judged. `candidate` is None where they are not the subject; `namesake` says
    that they bear the subject's full name all the same. `values` are their row's columns that other tables
    refer to."""

    ref: str
    candidate: Candidate | None
    namesake: bool
    values: dict[str, Any]


def ref_of(values: Iterable[Any]) -> str:
    """The reference of a row: its key, with the parts of a composite key parted by slashes."""
    return "/".join(quote(as_text(value), safe=" @+,._-") for value in values)


def key_is(columns: Sequence[ColumnElement[Any]], ref: str) -> ColumnElement[bool] | None:
    """The condition that a row has this reference; None where it cannot be one."""
    parts = [clean(unquote(part)) for part in ref.split("/")]
    if len(parts) != len(columns):
        return None
    return and_(true(), *(same(column, part) for column, part in zip(columns, parts, strict=True)))


def owned_by(tables: Tables, owned: Owned, person: dict[str, Any]) -> ColumnElement[bool]:
    """The condition that a row of `owned.table` belongs to this person, however many tables lie between."""
    pairs = tables.belongs_of(owned)
    row = tables.table(owned.table)
    assert row is not None
    if not owned.via:
        return and_(true(), *(same(row.c[ours], person[theirs]) for ours, theirs in pairs.items()))
    chain, condition = _chain(tables, owned)
    last = chain[-1]
    ends = (same(last.c[ours], person[theirs]) for ours, theirs in pairs.items())
    return exists().where(condition, *ends).correlate(row)


def _chain(tables: Tables, owned: Owned) -> tuple[list[Any], ColumnElement[bool]]:
    before: Any = tables.table(owned.table)
    name = owned.table
    chain, conditions = [], []
    for step in owned.via:
        found = tables.table(step.table)
        assert found is not None
        here = found.alias()
        conditions += [before.c[ours] == here.c[theirs] for ours, theirs in tables.join_of(name, step).items()]
        chain.append(here)
        before, name = here, step.table
    return chain, and_(true(), *conditions)


def person_columns(tables: Tables) -> tuple[str, ...]:
    """The columns of the person table that have to be read: its key, its details, and what others refer
    to."""
    settings = tables.settings
    wanted = [*tables.key_of(settings.person.table, settings.person.key), *settings.person.sources()]
    for owned in (*settings.person.also, *settings.records, *settings.documents):
        wanted += tables.belongs_of(owned).values()
    return tuple(dict.fromkeys(wanted))


def prove_people(tables: Tables) -> None:
    """Note every mistake in the part of the settings that says where people are."""
    person = tables.settings.person
    tables.key_of(person.table, person.key)
    several: tuple[PersonSettings | AlsoSettings, ...] = (person, *person.also)
    for each in several:
        for name in each.sources():
            tables.column(each.table, name)
    for also in person.also:
        prove_way(tables, also)


def prove_way(tables: Tables, owned: Owned) -> None:
    """Note every mistake on the way from a table to the person."""
    before = owned.table
    tables.table(before)
    for step in owned.via:
        tables.join_of(before, step)
        before = step.table
    tables.belongs_of(owned)


def find(connection: Connection, tables: Tables, subject: Subject) -> Iterator[Person]:
    """Everybody in the database who might be the subject, judged; those who share a number or were confirmed
    first.

    Raises ConnectorError at the end when more people share a name, date or postcode than may be judged.
    """
    limit = tables.settings.limits.candidates
    seen: set[str] = set()
    settled = [key for ref in sorted(subject.confirmed) if (key := _existing(connection, tables, ref)) is not None]
    strong = settled + _keys(connection, tables, subject, strong=True, limit=limit)
    weak = _keys(connection, tables, subject, strong=False, limit=limit)
    ordered = list({ref_of(key): key for key in (*strong, *weak)}.values())
    for start in range(0, min(len(ordered), limit), _BATCH):
        for person in _load(connection, tables, subject, ordered[start : start + _BATCH]):
            if person.ref not in seen:
                seen.add(person.ref)
                yield person
    if len(ordered) > limit:
        raise ConnectorError(
            f"More than {limit} people share this name, date of birth or postcode, too many to judge singly. "
            "Search again with a number that the system knows, such as a reference or a UPN.",
            permanent=True,
        )


def _existing(connection: Connection, tables: Tables, ref: str) -> tuple[Any, ...] | None:
    person = tables.settings.person
    table = tables.table(person.table)
    assert table is not None
    columns = [table.c[name] for name in tables.key_of(person.table, person.key)]
    condition = key_is(columns, ref)
    if condition is None:
        return None
    row = connection.execute(select(*columns).where(condition).limit(1)).first()
    return tuple(row) if row is not None else None


def _keys(
    connection: Connection, tables: Tables, subject: Subject, *, strong: bool, limit: int
) -> list[tuple[Any, ...]]:
    settings = tables.settings
    table = tables.table(settings.person.table)
    assert table is not None
    key = [table.c[name] for name in tables.key_of(settings.person.table, settings.person.key)]
    found: dict[tuple[Any, ...], None] = {}
    several: tuple[PersonSettings | AlsoSettings, ...] = (settings.person, *settings.person.also)
    for source in several:
        condition = _alike(tables, source, source.table, subject, strong=strong)
        if condition is None:
            continue
        if isinstance(source, AlsoSettings):
            condition = _person_of(tables, source, condition)
        for row in connection.execute(select(*key).where(condition).order_by(*key).limit(limit + 1)):
            found[tuple(row)] = None
    return list(found)


def _person_of(tables: Tables, source: AlsoSettings, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    person = tables.table(tables.settings.person.table)
    row = tables.table(source.table)
    assert person is not None and row is not None
    chain, joined = _chain(tables, source)
    last = chain[-1] if chain else row
    ends = [_equal(last.c[ours], person.c[theirs]) for ours, theirs in tables.belongs_of(source).items()]
    return exists().where(condition, joined, *ends).correlate(person)


def _equal(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    if isinstance(one.type, NullType) or one.type._type_affinity is other.type._type_affinity:
        return one == other
    return words_of(one) == words_of(other)


def _alike(
    tables: Tables, source: PersonMap, name: str, subject: Subject, *, strong: bool
) -> ColumnElement[bool] | None:
    table = tables.table(name)
    assert table is not None
    some = list(_strong(table, source, subject) if strong else _weak(table, source, subject))
    return or_(*some) if some else None


def _strong(table: Any, source: PersonMap, subject: Subject) -> Iterator[ColumnElement[bool]]:
    for scheme, column in source.identifiers.items():
        wanted = numbers(subject, scheme)
        if not wanted and not is_standard(scheme):
            wanted = numbers(subject, "reference")
        if wanted:
            yield _squashed(table.c[column]).in_(wanted)
    emails = [clean(each).lower() for each in subject.emails if each]
    for column in source.emails if emails else ():
        yield func.lower(func.trim(words_of(table.c[column]))).in_(emails)
    ends = [squash(each)[-9:] for each in subject.phones if len(squash(each)) >= 9]
    for column in source.phones if ends else ():
        yield or_(*(_squashed(table.c[column]).endswith(each, autoescape=True) for each in ends))


def _weak(table: Any, source: PersonMap, subject: Subject) -> Iterator[ColumnElement[bool]]:
    names = family_names(subject)
    cased = list(dict.fromkeys(form for name in names for form in (name, name.lower(), name.upper(), name.title())))
    for column in (source.family_name, source.given_name) if names else ():
        if column:  # the given name too: systems hold the two the wrong way round
            yield func.lower(func.trim(words_of(table.c[column]))).in_(cased)
            yield func.trim(words_of(table.c[column])).in_(cased)
    for column in (source.full_name, *source.other_names) if names else ():
        if column:
            words = func.lower(words_of(table.c[column]))
            yield or_(*(words.contains(form, autoescape=True) for form in dict.fromkeys(map(str.lower, names))))
    if source.date_of_birth:
        yield from _born(table.c[source.date_of_birth], subject)
    if source.postcode and subject.postcode:
        yield _squashed(table.c[source.postcode]) == squash(subject.postcode)


def _born(column: ColumnElement[Any], subject: Subject) -> Iterator[ColumnElement[bool]]:
    for born in births(subject):
        if isinstance(column.type, DateTime):
            yield and_(column >= born, column < born + timedelta(days=1))
        elif isinstance(column.type, Date):
            yield column == born
        else:
            yield words_of(column).in_(birth_forms(born))
            yield words_of(column).startswith(born.isoformat(), autoescape=True)


def _squashed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    words = words_of(column)
    for mark in (" ", "-", "/"):
        words = func.replace(words, mark, "")
    return func.upper(words)


def _load(connection: Connection, tables: Tables, subject: Subject, keys: list[tuple[Any, ...]]) -> Iterator[Person]:
    settings = tables.settings
    table = tables.table(settings.person.table)
    assert table is not None
    key = tables.key_of(settings.person.table, settings.person.key)
    columns = person_columns(tables)
    wanted = or_(*(and_(true(), *(same(table.c[n], v) for n, v in zip(key, each, strict=True))) for each in keys))
    rows = [dict(row._mapping) for row in connection.execute(select(*(table.c[n] for n in columns)).where(wanted))]
    further = _further(connection, tables, rows)
    order = {ref_of(each): place for place, each in enumerate(keys)}
    names = {plain(subject.full_name), *(plain(name) for name in subject.other_names)} - {""}
    for row in sorted(rows, key=lambda row: order.get(ref_of(row[name] for name in key), 0)):
        ref = ref_of(row[name] for name in key)
        first = _identity(settings.person, row)
        forms = _forms(first, further.get(ref, []))
        candidate = judge(subject, ref, forms)
        same_name = any(plain(form.full_name) in names for form in forms)
        yield Person(ref=ref, candidate=candidate, namesake=candidate is None and same_name, values=row)


def _further(connection: Connection, tables: Tables, people: list[dict[str, Any]]) -> dict[str, list[Identity]]:
    settings = tables.settings
    key = tables.key_of(settings.person.table, settings.person.key)
    found: dict[str, list[Identity]] = defaultdict(list)
    for also in settings.person.also:
        table = tables.table(also.table)
        assert table is not None
        columns = [table.c[name] for name in also.sources()]
        if not columns:
            continue
        if also.via:
            for row in people:
                for each in connection.execute(select(*columns).where(owned_by(tables, also, row)).limit(200)):
                    found[ref_of(row[n] for n in key)].append(_identity(also, dict(each._mapping)))
            continue
        pairs = tables.belongs_of(also)
        wanted = or_(*(owned_by(tables, also, row) for row in people))
        ends = [table.c[ours].label(f"_end_{place}") for place, ours in enumerate(pairs)]
        owners: dict[tuple[str, ...], str] = {
            tuple(as_text(row[theirs]) for theirs in pairs.values()): ref_of(row[n] for n in key) for row in people
        }
        for each in connection.execute(select(*columns, *ends).where(wanted).limit(200 * len(people))):
            values = dict(each._mapping)
            owner = owners.get(tuple(as_text(values[f"_end_{place}"]) for place in range(len(ends))))
            if owner is not None:
                found[owner].append(_identity(also, values))
    return found


def _identity(source_map: PersonMap, values: dict[str, Any]) -> Identity:
    return source_map.identity(lambda source: [values[source]])


def _forms(first: Identity, further: list[Identity]) -> tuple[Identity, ...]:
    """The person as they stand today, with every other name added; then once for each former address or
    number."""
    names = [*first.other_names]
    for each in further:
        names += [name for name in (each.full_name, *each.other_names) if name and name != first.full_name]
    identifiers = dict(first.identifiers)
    phones, emails = list(first.phones), list(first.emails)
    for each in further:
        phones += each.phones
        emails += each.emails
        for scheme, value in each.identifiers.items():
            identifiers.setdefault(scheme, value)
    whole = replace(
        first,
        other_names=tuple(dict.fromkeys(names)),
        phones=tuple(dict.fromkeys(phones)),
        emails=tuple(dict.fromkeys(emails)),
        identifiers=MappingProxyType(identifiers),
    )
    forms = [whole]
    for each in further:
        changed = replace(
            whole,
            address=each.address or whole.address,
            postcode=each.postcode or whole.postcode,
            date_of_birth=whole.date_of_birth or each.date_of_birth,
            identifiers=MappingProxyType({**identifiers, **each.identifiers}),
        )
        if changed not in forms and len(forms) < 40:
            forms.append(changed)
    return tuple(forms)
