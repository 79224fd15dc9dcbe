"""Pages of a long list of cases: the ids of one page first, from an index alone, and then the cases with these ids.

Which cases, and what makes one more urgent than another, is said in `case.py`. After some years nearly everything has
ended; nothing here may take longer for that than it has to.
"""

import uuid
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import lazyload, load_only
from sqlalchemy.orm.attributes import set_committed_value

from sar_service.db import db
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.models import Case, Fact

from . import sealing

# What a notice says of a case: the rest of its row, and its facts, are read only where somebody asks for them.
NAMED = (
    lazyload(Case.facts),
    load_only(Case.reference, Case.controller, Case.status, Case.doubted_at, Case.released_on),
)
MOST = 20  # of what lies somewhere, shown at once; a list that has one more says that there is more


class Chosen(Protocol):
    """What of a filter says how its cases are sorted, and whether any of them can be open."""

    @property
    def statuses(self) -> tuple[Status, ...]: ...
    @property
    def ended(self) -> bool: ...
    @property
    def sort(self) -> str: ...
    @property
    def descending(self) -> bool: ...
    @property
    def page(self) -> int: ...
    @property
    def due(self) -> str: ...
    @property
    def merged(self) -> bool: ...
    @property
    def elsewhere(self) -> str: ...


def by_the_few(wanted: Select[Any], chosen: Chosen) -> Select[Any]:
    """The same query, where what is chosen is rare looked up by the index that holds only that.

    SQLite counts nothing, and would read all that is open, or everything. PostgreSQL finds these indexes by itself.
    """
    few = {"told": "ix_case_told", "asked": "ix_case_asked"}.get(chosen.due, "")
    if chosen.merged:
        few = "ix_case_merged"
    elif chosen.elsewhere not in ("", "yes", "no"):
        few = "ix_case_elsewhere"
    return wanted.with_hint(Case, f"INDEXED BY {few}", "sqlite") if few else wanted


def page_of(
    wanted: Select[Any], chosen: Chosen, *, urgent: tuple[Any, ...], late: Any, total: int | None, size: int
) -> Sequence[uuid.UUID]:
    """The ids of a page of `wanted` (a query for ids), of `total` in all if that is known.

    `urgent` is the order of what is urgent; what is `late` comes before everything else in it.
    """
    first, order = (max(chosen.page, 1) - 1) * size, _by_column(chosen)
    if chosen.sort != "urgent":
        return db.session.scalars(wanted.order_by(*order).offset(first).limit(size)).all()
    ids: list[uuid.UUID] = []
    before = 0  # how many open ones there are, which come before everything that has ended
    if not chosen.ended and (not chosen.statuses or OPEN & set(chosen.statuses)):
        living = wanted.where(Case.status.in_(OPEN))
        # where enough is late, the others need not be sorted; where one page holds all, they are
        for some in (living.where(late), living) if total is None or total > size else (living,):
            ids = list(db.session.scalars(some.order_by(*urgent, *order).offset(first).limit(size)))
            if len(ids) == size:
                return ids
        if total is not None and first + len(ids) >= total:
            return ids
        before = first + len(ids)
        if not ids:
            before = db.session.scalar(select(func.count()).select_from(living.subquery())) or 0
    # nothing that has ended is urgent: what came last is looked for most
    ended = wanted.where(Case.status.not_in(OPEN)).order_by(Case.received_on.desc(), Case.id.desc())
    ids += db.session.scalars(ended.offset(max(first - before, 0)).limit(size - len(ids)))
    return ids


def _by_column(chosen: Chosen) -> tuple[Any, ...]:
    """The order by one column, which also parts cases that are equally urgent."""
    column: Any = {"received": Case.received_on, "status": Case.status, "reference": Case.reference}.get(
        chosen.sort, Case.due_on
    )
    if chosen.descending:
        return (column.desc().nulls_last() if chosen.sort == "due" else column.desc()), Case.id.desc()
    return (column.asc().nulls_last() if chosen.sort == "due" else column.asc()), Case.id


def in_this_order(ids: Sequence[uuid.UUID]) -> list[Case]:
    """The cases with these ids, in the order of the ids, ready to be opened."""
    query = select(Case).where(Case.id.in_(ids)).options(lazyload(Case.facts))
    rows = {row.id: row for row in (db.session.scalars(query) if ids else ())}
    sealing.fetch_keys(rows)
    return [rows[each] for each in ids if each in rows]


def fetch_facts(rows: Sequence[Case]) -> None:
    """Have the facts of several cases at hand with one question to the database, for a page that says their clocks."""
    found: dict[uuid.UUID, list[Fact]] = {row.id: [] for row in rows}
    query = select(Fact).where(Fact.case_id.in_(found)).order_by(Fact.recorded_at, Fact.number, Fact.id)
    for fact in db.session.scalars(query) if rows else ():
        found[fact.case_id].append(fact)
    for row in rows:
        set_committed_value(row, "facts", found[row.id])
