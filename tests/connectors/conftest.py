"""Counterparts as fixtures, and a private PostgreSQL for those that need one."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sar_service import connectors
from sar_service.connectors.http import HttpConnector
from tests.connectors.counterparts import (
    COUNTERPARTS,
    HTTP_SETTINGS,
    SECRET,
    SQL_SETTINGS,
    Counterpart,
    JsonServer,
    _limited_sql,
    _mistaken_sql,
    fill,
    json_server,
)
from tests.connectors.school import SCHOOL, SETTINGS


def _programs() -> Path:
    found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip())


def _as_postgres(*command: str) -> None:
    # The server refuses to run as root; a private one belongs to the unprivileged user that comes with it.
    drop = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*drop, *command], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL where databases may be made: `SAR_TEST_POSTGRES_URL`, or a private one."""
    if given := os.environ.get("SAR_TEST_POSTGRES_URL"):
        yield given.replace("postgresql+psycopg://", "postgresql://")
        return
    folder = Path(tempfile.mkdtemp(prefix="sarpg"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    programs, data, port = _programs(), folder / "d", 20000 + os.getpid() % 20000
    _as_postgres(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c port={port} -c fsync=off"
    _as_postgres(str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}&port={port}"
    finally:
        _as_postgres(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The address of an empty database, dropped at the end."""
    name = f"connector_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    base, _, query = postgres_server.partition("?")
    yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql", "http", "folder"])
def counterpart(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counterpart]:
    """One running system that can be searched by machine, with the family in it."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
        with psycopg.connect(url) as connection:
            fill(lambda statement, values: connection.execute(statement, values or None), "%s", "BYTEA")

        def spoil() -> None:
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("DROP TABLE note, letter, child")

        yield Counterpart(
            kind="sql",
            settings={"url": url, **SQL_SETTINGS},
            spoil=spoil,
            limited=_limited_sql,
            mistaken=_mistaken_sql,
        )
        return
    with COUNTERPARTS[request.param](tmp_path) as running:
        yield running


@pytest.fixture
def school(tmp_path: Path) -> dict[str, Any]:
    """Settings of the school database of `school.py`, in a file of its own."""
    path = tmp_path / "school.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHOOL)
    connection.close()
    return {"url": f"sqlite:///{path}", **SETTINGS}


class Build:
    """Connects to a running JSON interface; `waits` holds how long it would have waited."""

    def __init__(self, server: JsonServer) -> None:
        self.base = f"http://127.0.0.1:{server.server_address[1]}/api"
        self.waits: list[float] = []

    def __call__(self, **changed: Any) -> HttpConnector:
        settings = {"base_url": self.base, **HTTP_SETTINGS, **changed}
        connector = connectors.build("http", settings, secrets={"COUNTERPART_SECRET": SECRET})
        assert isinstance(connector, HttpConnector)
        connector.pause = self.waits.append
        return connector


@pytest.fixture
def server() -> Iterator[JsonServer]:
    """A running JSON interface with the family in it."""
    with json_server() as running:
        yield running


@pytest.fixture
def build(server: JsonServer) -> Build:
    """How to connect to `server`."""
    return Build(server)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder for files."""
    path = tmp_path / "share"
    path.mkdir()
    return path
