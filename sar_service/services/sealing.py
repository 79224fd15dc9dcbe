"""Reading and writing what is sealed: rows' personal data and stored objects, each under its case's own key."""

import hashlib
import io
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from sar_service.adapters.vault import DataKey
from sar_service.db import db, new_id
from sar_service.domain.errors import NotFound
from sar_service.extensions import runtime
from sar_service.models import Case, CaseKey, StoredObject

log = logging.getLogger(__name__)

KEYS, DELETED = "case_keys", "objects_deleted"


def new_case_key(case: Case) -> None:
    """Give a new case its data key. The case must have its id and controller."""
    key, wrapped = runtime().vault.new_key(about=f"case:{case.id}")
    db.session.add(CaseKey(case_id=case.id, controller=case.controller, wrapped=wrapped))
    db.session.info.setdefault(KEYS, {})[case.id] = key


def key_of(case_id: uuid.UUID) -> DataKey:
    """The data key of a case. Raises NotFound once it has been destroyed."""
    keys: dict[uuid.UUID, DataKey] = db.session.info.setdefault(KEYS, {})
    if case_id not in keys:
        row = db.session.get(CaseKey, case_id)
        if row is None or row.wrapped is None:
            raise NotFound("This case has been destroyed: nothing in it can be read any more.")
        keys[case_id] = runtime().vault.unwrap(row.wrapped, about=f"case:{case_id}")
    return keys[case_id]


def can_open(case_id: uuid.UUID) -> bool:
    """Can what is sealed in a case still be read, or was its key destroyed?"""
    try:
        key_of(case_id)
    except NotFound:
        return False
    return True


def fetch_keys(case_ids: Iterable[uuid.UUID]) -> None:
    """Have the data keys of several cases at hand with one question to the database, for a page that opens them all."""
    keys: dict[uuid.UUID, DataKey] = db.session.info.setdefault(KEYS, {})
    missing = set(case_ids) - keys.keys()
    wanted = select(CaseKey.case_id, CaseKey.wrapped).where(CaseKey.case_id.in_(missing))
    for case_id, wrapped in db.session.execute(wanted) if missing else ():
        if wrapped is not None:
            keys[case_id] = runtime().vault.unwrap(wrapped, about=f"case:{case_id}")


def _about(row: Any) -> str:
    return f"{row.__tablename__}:{row.id}"


def case_of(row: Any) -> uuid.UUID:
    return row.id if isinstance(row, Case) else row.case_id


def seal(row: Any, value: Any) -> None:
    """Seal `value` (JSON) into `row.sealed`; the row must have its id and case."""
    if row.id is None:
        row.id = new_id()
    row.sealed = key_of(case_of(row)).seal_json(value, about=_about(row))


def unseal(row: Any) -> Any:
    """What was sealed into `row`. Raises SealBroken."""
    return key_of(case_of(row)).open_json(row.sealed, about=_about(row))


def digest(case_id: uuid.UUID, value: str) -> str:
    """A digest of `value` that is the same within a case and meaningless outside it."""
    return key_of(case_id).digest(value)


class _Counted:
    """A stream that counts and hashes what is read from it."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.size, self.hash = source, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.size += len(data)
        self.hash.update(data)
        return data


def put_object(case: Case, source: BinaryIO | bytes, *, media_type: str, now: datetime) -> StoredObject:
    """Seal a stream or bytes into the store, as an object of the case."""
    counted = _Counted(io.BytesIO(source) if isinstance(source, bytes) else source)
    identity = new_id()
    chunks = key_of(case.id).seal_stream(counted, about=f"object:{identity}")  # type: ignore[arg-type]
    key = runtime().storage.put(chunks)
    row = StoredObject(
        id=identity,
        case_id=case.id,
        controller=case.controller,
        key=key,
        media_type=media_type,
        size=counted.size,
        sha256=counted.hash.hexdigest(),
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def object_chunks(row: StoredObject) -> Iterator[bytes]:
    """The unsealed chunks of an object. All that it needs is fetched now: it may be read when the request is over."""
    source, key, about = runtime().storage.open(row.key), key_of(row.case_id), f"object:{row.id}"

    def chunks() -> Iterator[bytes]:
        with source:
            yield from key.open_stream(source, about=about)

    return chunks()


def reader(row: StoredObject) -> Callable[[], bytes]:
    """What reads a whole object later, without the database. It may raise ObjectMissing, SealBroken and OSError."""
    place, key, about = row.key, key_of(row.case_id), f"object:{row.id}"

    def read() -> bytes:
        with runtime().storage.open(place) as source:
            return b"".join(key.open_stream(source, about=about))

    return read


def object_bytes(object_id: uuid.UUID | None) -> bytes:
    """A whole object. Raises NotFound."""
    return b"".join(object_chunks(get_object(object_id)))


def get_object(object_id: uuid.UUID | None) -> StoredObject:
    row = db.session.get(StoredObject, object_id) if object_id else None
    if row is None:
        raise NotFound("There is no such file.")
    return row


def object_to(object_id: uuid.UUID | None, path: Path) -> Path:
    """Write an object to a file for a tool to read; the caller deletes it."""
    write(object_chunks(get_object(object_id)), path)
    return path


def write(chunks: Iterable[bytes], path: Path) -> None:
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)


def delete_object(object_id: uuid.UUID | None) -> None:
    """Take an object out of the books, and once that is committed out of the store: a row never names what is gone."""
    row = db.session.get(StoredObject, object_id) if object_id else None
    if row is not None:
        if not db.session().in_nested_transaction():  # what may yet be taken back alone is left to `store.py`
            db.session.info.setdefault(DELETED, []).append((runtime().storage, row.key))
        db.session.delete(row)


@event.listens_for(Session, "after_commit")
def _take_out(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for storage, key in session.info.pop(DELETED, []):
        try:
            storage.delete(key)
        except OSError:
            log.warning("the store did not delete an object; it is cleared away later")


@event.listens_for(Session, "after_rollback")
def _leave(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(DELETED, None)
