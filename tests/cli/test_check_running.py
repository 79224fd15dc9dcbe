"""What `sar check` says about what the service runs on: one line each, what to do, and no password in any."""

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sar_service import create_app
from sar_service.adapters.storage import FolderStorage
from sar_service.cli.check import check
from sar_service.services import schema

SHIPPED = Path(__file__).parents[2]
PASSWORD = "tango-umbrella-9"
Rows = dict[str, dict[str, str]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, Rows]]:
    """`sar check --json` on the demo profile of a fresh installation, with settings on top."""
    monkeypatch.chdir(tmp_path)
    settings = {
        "SAR_ENV": "test",
        "SAR_PROFILE": "demo",
        "SAR_CONFIG_DIR": str(SHIPPED / "config"),
        "SAR_TEMPLATES_DIR": str(SHIPPED / "templates"),
        "SAR_DATA_DIR": str(tmp_path / "data"),
        "DEMO_EDUCATION_DB": f"sqlite:///{tmp_path}/none.db",
        "DEMO_SOCIALCARE_DB": f"sqlite:///{tmp_path}/none.db",
        "DEMO_HOUSING_URL": "http://127.0.0.1:9",
        "DEMO_HOUSING_PASSWORD": PASSWORD,
        "DEMO_MASH_ROOT": str(tmp_path),
        "DEMO_MASH_INDEX": str(tmp_path / "index"),
    }
    for name in ("SAR_DATABASE_URL", "SAR_REDIS_URL", "SAR_STORAGE_URL", "SAR_KEY_FILE", "SAR_SCANNER"):
        monkeypatch.delenv(name, raising=False)

    def run(**more: str) -> tuple[int, Rows]:
        for name, value in (settings | more).items():
            monkeypatch.setenv(name, value)
        # the demo council's systems are not running here, and are looked at elsewhere
        monkeypatch.setattr("sar_service.cli.check.check_systems", lambda _: ())
        from sar_service.cli import check as module

        monkeypatch.setattr(module, "CHECKS", [each for each in module.CHECKS if each.__name__ != "check_systems"])
        result = CliRunner().invoke(check, ["--json"], catch_exceptions=False)
        assert PASSWORD not in result.output
        return result.exit_code, {each["name"]: each for each in json.loads(result.stdout)["checks"]}

    return run


def begun(data: Path) -> None:
    """An installation after `sar init`."""
    environ = {
        "SAR_ENV": "test",
        "SAR_PROFILE": "demo",
        "SAR_CONFIG_DIR": str(SHIPPED / "config"),
        "SAR_TEMPLATES_DIR": str(SHIPPED / "templates"),
        "SAR_DATA_DIR": str(data),
        "DEMO_EDUCATION_DB": "sqlite:///none.db",
        "DEMO_SOCIALCARE_DB": "sqlite:///none.db",
        "DEMO_HOUSING_URL": "http://127.0.0.1:9",
        "DEMO_HOUSING_PASSWORD": "x",
        "DEMO_MASH_ROOT": str(data),
        "DEMO_MASH_INDEX": str(data / "index"),
    }
    app = create_app(environ=environ, web=False)
    with app.app_context():
        schema.upgrade()


def test_before_the_first_start_nothing_is_made_and_nothing_is_bad(
    look: Callable[..., tuple[int, Rows]], tmp_path: Path
) -> None:
    code, found = look()
    assert code == 0
    for name in ("database", "storage", "key", "mail", "scanner"):
        assert found[name]["state"] == "skipped", found[name]
        assert "first start" not in found[name]["message"], "a start makes neither the store nor the folder for mail"
    assert found["redis"]["state"] == "ok"
    assert list(tmp_path.iterdir()) == [], "looking leaves nothing behind"


def test_after_init_the_database_and_the_key_answer(look: Callable[..., tuple[int, Rows]], tmp_path: Path) -> None:
    begun(tmp_path / "data")
    FolderStorage(tmp_path / "data" / "objects").put([b"sealed"])
    code, found = look()
    assert code == 0
    assert {found[name]["state"] for name in ("database", "storage", "key")} == {"ok"}


def test_a_store_without_its_database_or_its_key_is_bad(look: Callable[..., tuple[int, Rows]], tmp_path: Path) -> None:
    begun(tmp_path / "data")
    FolderStorage(tmp_path / "data" / "objects").put([b"sealed"])
    (tmp_path / "data" / "sar.db").unlink()
    shutil.rmtree(tmp_path / "data" / "keys")
    code, found = look()
    assert code == 1
    assert found["database"]["state"] == found["key"]["state"] == "failed"
    assert "backup" in found["key"]["remedy"]


def test_an_older_and_a_newer_schema_are_told_apart(look: Callable[..., tuple[int, Rows]], tmp_path: Path) -> None:
    import sqlite3

    begun(tmp_path / "data")
    messages = []
    for revision in ("from-the-future", None):
        with sqlite3.connect(tmp_path / "data" / "sar.db") as database:
            database.execute("update alembic_version set version_num = ?", (revision,)) if revision else (
                database.execute("delete from alembic_version")
            )
        database.close()
        messages.append(look()[1]["database"]["message"])
    assert "newer version" in messages[0]
    assert "not made yet" in messages[1]


def test_everything_that_is_away_is_named_with_what_to_do(
    look: Callable[..., tuple[int, Rows]], tmp_path: Path
) -> None:
    (tmp_path / "plain").write_text("not a folder")
    code, found = look(
        SAR_DATABASE_URL=f"postgresql://sar:{PASSWORD}@127.0.0.1:9/sar",
        SAR_REDIS_URL=f"redis://:{PASSWORD}@127.0.0.1:9/0",
        SAR_STORAGE_URL=str(tmp_path / "plain"),
        SAR_MAIL_BACKEND="smtp",
        SAR_MAIL_HOST="127.0.0.1",
        SAR_MAIL_PORT="9",
        SAR_MAIL_FROM="sar@council.example",
        SAR_MAIL_USER="sar",
        SAR_MAIL_PASSWORD=PASSWORD,
        SAR_SCANNER="clamd://127.0.0.1:9",
    )
    assert code == 1
    for name, setting in (
        ("database", "SAR_DATABASE_URL"),
        ("redis", "SAR_REDIS_URL"),
        ("storage", "folder"),
        ("mail", "SAR_MAIL_"),
        ("scanner", "SAR_SCANNER"),
    ):
        assert found[name]["state"] == "failed", found[name]
        assert setting in found[name]["remedy"]


def test_a_redis_that_answers_is_ok(look: Callable[..., tuple[int, Rows]], valkey_url: str) -> None:
    assert look(SAR_REDIS_URL=valkey_url)[1]["redis"]["state"] == "ok"


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], int]]:
    """A server that gives one answer to whoever calls; its port."""
    servers: list[tuple[socket.socket, threading.Thread]] = []

    def serve(answer: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))

        def reply() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(64)
                caller.sendall(answer)

        thread = threading.Thread(target=reply, daemon=True)
        thread.start()
        servers.append((server, thread))
        return int(server.getsockname()[1])

    yield serve
    for server, thread in servers:
        thread.join(5)
        server.close()


@pytest.mark.parametrize(("answer", "state"), [(b"PONG\0", "ok"), (b"220 mail.example ESMTP\r\n", "failed")])
def test_only_a_scanner_is_taken_for_one(
    look: Callable[..., tuple[int, Rows]], answering: Callable[[bytes], int], answer: bytes, state: str
) -> None:
    found = look(SAR_SCANNER=f"clamd://127.0.0.1:{answering(answer)}")[1]["scanner"]
    assert found["state"] == state
    assert state != "ok" or "files that people send are shown to it" in found["message"]


def test_a_key_that_others_may_read_is_bad(look: Callable[..., tuple[int, Rows]], tmp_path: Path) -> None:
    begun(tmp_path / "data")
    (tmp_path / "data" / "keys" / "kek").write_text("short")
    code, found = look()
    assert (code, found["key"]["state"]) == (1, "failed")
    assert "64 hexadecimal digits" in found["key"]["message"]
