"""Store and database agree: what a failed transaction left behind goes, and nothing that a row names ever does."""

import io
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from sar_service.adapters.storage import FolderStorage, ObjectMissing
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.extensions import runtime
from sar_service.models import IdentityCopy, StoredObject
from sar_service.services import audit, identity_copy, sealing, store
from sar_service.services.store import Agreed
from tests import factories, packs
from tests.browser import Visitor


def files() -> set[Path]:
    return {path for path in runtime().storage.root.rglob("*") if path.is_file()}  # type: ignore[attr-defined]


def aged(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def all_aged(moment: datetime) -> None:
    for path in files():
        aged(path, moment)


def a_picture() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (30, 20), (240, 250, 250)).save(made, "PNG")
    made.seek(0)
    return made


def agree(now: datetime) -> Agreed:
    db.session.rollback()
    return store.agree(now=now)


def test_a_copy_whose_transaction_failed_is_set_aside_after_a_day_and_gone_after_a_fortnight(
    app: Flask, visit: Callable[..., Visitor], staff: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, officer = factories.a_case(now=now), staff("officer")
    identity_copy.take(case, a_picture(), name="kept.png", what="Passport", actor=officer, now=now)
    db.session.commit()
    desk, record, before = visit(officer), audit.record, files()
    here = f"/staff/cases/{case.reference}/identity"

    def fails(verb: str, **more: Any) -> None:
        if verb == "took in a copy of evidence":
            raise audit.NotRecorded
        record(verb, **more)

    with monkeypatch.context() as broken:
        broken.setattr(identity_copy.audit, "record", fails)
        desk.get(here)
        assert desk.send({"what": "Licence", "file": (a_picture(), "p.png")}, form="Add it").status_code == 503
    db.session.rollback()
    assert db.session.query(IdentityCopy).count() == 1 and len(files() - before) == 1
    all_aged(now)
    assert agree(now + timedelta(hours=23)) == Agreed()
    assert agree(now + timedelta(hours=25)) == Agreed(set_aside=1)
    assert before <= files() and len(files()) == len(before) + 1
    assert agree(now + timedelta(days=14)) == Agreed()
    assert agree(now + timedelta(days=16)) == Agreed(deleted=1)
    assert files() == before


def test_a_row_that_is_committed_late_finds_its_file_whatever_happened_meanwhile(
    app: Flask, staff: Any, now: datetime
) -> None:
    case = factories.a_case(now=now)
    sealing.put_object(case, b"another", media_type="text/plain", now=now)
    db.session.commit()
    key, made = _uncommitted(case.id, now)
    all_aged(now - timedelta(days=2))
    assert agree(now) == Agreed(set_aside=1)  # far too old: its transaction has to be over
    db.session.add(made)
    db.session.commit()
    assert sealing.object_bytes(made.id) == b"late"  # it is read from where it lies
    assert agree(now) == Agreed(brought_back=1)
    assert sealing.object_bytes(made.id) == b"late" and runtime().storage.root / key[:2] / key in files()  # type: ignore[attr-defined]
    assert agree(now + timedelta(days=400)) == Agreed()


def _uncommitted(case_id: Any, now: datetime) -> tuple[str, StoredObject]:
    """An object in the store whose row is only to be committed."""
    from sar_service.models import Case

    row = sealing.put_object(db.session.get_one(Case, case_id), b"late", media_type="text/plain", now=now)
    values = {column.key: getattr(row, column.key) for column in StoredObject.__table__.columns}
    db.session.rollback()
    return values["key"], StoredObject(**values)


def test_nothing_that_a_whole_case_with_its_pack_rests_on_is_touched(
    app: Flask, sent: Any, staff: Callable[..., Actor], now: datetime, tmp_path: Path
) -> None:
    officer, second = staff("officer"), staff("officer")
    case = packs.signed_off(sent, officer=officer, second=second, now=now)
    row = packs.built(case, sent, actor=officer, now=now)
    db.session.commit()
    all_aged(now - timedelta(days=300))
    before = files()
    assert before and agree(now) == Agreed() and files() == before
    assert packs.saved(row, tmp_path).read_bytes().startswith(b"%PDF")


def test_a_database_that_names_no_object_at_all_is_taken_for_the_wrong_one(app: Flask, now: datetime) -> None:
    runtime().storage.put([b"of another database"])
    all_aged(now - timedelta(days=300))
    assert agree(now) == Agreed() and len(files()) == 1


def test_what_was_never_written_to_its_end_goes_and_what_is_no_object_stays(app: Flask, now: datetime) -> None:
    case = factories.a_case(now=now)
    sealing.put_object(case, b"one", media_type="text/plain", now=now)
    db.session.commit()
    root: Path = runtime().storage.root  # type: ignore[attr-defined]
    (root / "ab").mkdir(exist_ok=True)
    left, young = root / "ab" / f"ab{'0' * 30}.part", root / "ab" / f"ab{'1' * 30}.part"
    foreign = [root / "README", root / "ab" / "notes.part", root / "ab" / "ab.txt"]
    for path in (left, young, *foreign):
        path.write_bytes(b"x")
    (root / "set-aside").mkdir()
    (root / "set-aside" / "why.txt").write_bytes(b"x")
    all_aged(now - timedelta(days=300))
    aged(young, now)
    assert agree(now) == Agreed(deleted=1)
    assert not left.exists() and young.exists() and all(path.exists() for path in foreign)


def test_an_object_that_was_deleted_is_there_until_that_is_committed(app: Flask, now: datetime) -> None:
    case = factories.a_case(now=now)
    row = sealing.put_object(case, b"one", media_type="text/plain", now=now)
    db.session.commit()
    identity = row.id
    sealing.delete_object(identity)
    db.session.rollback()
    assert sealing.object_bytes(identity) == b"one"
    with db.session.begin_nested() as part:
        sealing.delete_object(identity)
        db.session.flush()
        part.rollback()
    db.session.commit()
    assert sealing.object_bytes(identity) == b"one"
    sealing.delete_object(identity)
    db.session.commit()
    assert not files() and db.session.get(StoredObject, identity) is None


def test_what_the_store_does_not_delete_is_cleared_away_later(
    app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.a_case(now=now)
    for content in (b"one", b"two"):
        row = sealing.put_object(case, content, media_type="text/plain", now=now)
    db.session.commit()

    def refuse(_key: str) -> None:
        raise OSError("read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(runtime().storage, "delete", refuse)
        sealing.delete_object(row.id)
        db.session.commit()
    all_aged(now - timedelta(days=2))
    assert len(files()) == 2 and agree(now) == Agreed(set_aside=1)


def test_an_object_that_is_nowhere_is_said_to_be_missing(tmp_path: Path) -> None:
    there = FolderStorage(tmp_path)
    for key in ("0" * 32, "../../etc/passwd", "set-aside"):
        with pytest.raises(ObjectMissing):
            there.open(key)
