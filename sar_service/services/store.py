"""Making the store and the database agree: what no row names goes, and what a row names is never lost.

An object is written before its row is committed, so that no row names what is not there. Where the transaction fails,
or the process is killed, a sealed file stays behind. It is looked for only once it is a day old, longer than any job
may take, and then set aside, where it can still be read: if a row names it after all (a transaction that took longer,
or a database that was put back from an older copy and then from the right one), it is brought back. What is set aside
for a fortnight and still named by no row is deleted.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from sar_service.db import db
from sar_service.extensions import runtime
from sar_service.models import StoredObject

log = logging.getLogger(__name__)

GRACE = timedelta(days=1)
KEPT_ASIDE = timedelta(days=14)
BATCH = 500


@dataclass(frozen=True)
class Agreed:
    """How many objects were set aside, brought back, and deleted."""

    set_aside: int = 0
    brought_back: int = 0
    deleted: int = 0


def agree(*, now: datetime) -> Agreed:
    """One round; it only reads the database. Where that names no object at all, it is the wrong one: nothing done."""
    storage = runtime().storage
    deleted = storage.clear_unfinished(before=now - GRACE)
    if db.session.scalar(select(StoredObject.id).limit(1)) is None:
        if next(storage.written(), None) is not None:
            log.warning("the database names none of the objects in the store: nothing is cleared")
        return Agreed(deleted=deleted)
    brought = aside = 0
    for batch in _batches(storage.aside()):
        named = _named(key for key, _ in batch)
        for key, since in batch:
            if key in named:
                storage.bring_back(key)
                brought += 1
            elif since < now - KEPT_ASIDE:
                storage.delete(key)
                deleted += 1
    for batch in _batches((key, at) for key, at in storage.written() if at < now - GRACE):
        named = _named(key for key, _ in batch)
        for key, _ in batch:
            if key not in named:
                storage.set_aside(key, now=now)
                aside += 1
    if brought:
        log.warning("%d objects that rows name were brought back into the store", brought)
    if aside or deleted:
        log.info("%d objects that no row names were set aside, %d deleted", aside, deleted)
    return Agreed(aside, brought, deleted)


def _batches(found: Iterable[tuple[str, datetime]]) -> Iterator[list[tuple[str, datetime]]]:
    rest = iter(found)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _named(keys: Iterable[str]) -> set[str]:
    return set(db.session.scalars(select(StoredObject.key).where(StoredObject.key.in_(list(keys)))))
