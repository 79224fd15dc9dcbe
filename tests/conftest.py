"""What every test may ask for: an application on SQLite or PostgreSQL, somebody signed in, a case.

Each test that touches the database gets a fresh copy of an empty one. Tests of services, pages and workers run on both
databases (`--database` chooses). Nothing but this machine can be reached.
"""

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event

from sar_service import create_app
from sar_service.adapters.storage import FolderStorage
from sar_service.db import db, reading_only
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.permission import Role
from sar_service.extensions import KEY, Runtime
from sar_service.models import Case
from sar_service.queue import courier, use
from sar_service.services import schema, team
from tests import configuration, dovecot, factories, postgres
from tests.browser import Visitor

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)  # a Monday
BOTH = ("services", "web", "workers", "hostile")  # the folders whose tests run on every database
PASSWORD = "correct horse battery"
STRONG = team.HASHER  # as the service has it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql", "both"), default="both")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names of tests that are short, and the same in every process: content made on the spot holds the time of day."""
    if isinstance(val, bytes):
        return argname
    return f"{argname} of {len(val)} letters" if isinstance(val, str) and len(val) > 100 else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
    folder = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    if folder not in BOTH and chosen == "both":
        kinds = ["sqlite"]
    metafunc.parametrize("database", kinds, scope="session")


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to anywhere but this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_weak() -> Iterator[None]:
    """Hash passwords quickly: one that takes as long as it should is far longer than most tests. `STRONG` does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(team, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every process of this test run shares."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> Iterator[str]:
    """The private PostgreSQL of this run, for maintenance."""
    server = postgres.Server(run_folder)
    yield server.acquire()
    server.release()


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small council: its configuration below `config`, its systems beside it."""
    folder = tmp_path_factory.mktemp("council")
    configuration.write(folder)
    return folder


class Places:
    """Where one application's database is, and how it is made empty again."""

    def __init__(self, kind: str, folder: Path, maintenance: str) -> None:
        self.kind, self.folder, self.maintenance = kind, folder, maintenance
        self.name = f"t_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        self.emptied: postgres.Emptied | None = None

    @property
    def url(self) -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder}/sar.db"
        return postgres.address(self.maintenance, self.name)

    def keep_template(self) -> None:
        db.engine.dispose()
        if self.kind == "sqlite":
            shutil.copy(self.folder / "sar.db", self.folder / "template.db")
        else:
            postgres.clone(self.maintenance, self.name, f"{self.name}_template")
            self.emptied = postgres.Emptied(self.maintenance, self.name)

    def empty(self) -> None:
        db.engine.dispose()
        if self.kind == "sqlite":
            for suffix in ("-wal", "-shm"):
                (self.folder / f"sar.db{suffix}").unlink(missing_ok=True)
            shutil.copy(self.folder / "template.db", self.folder / "sar.db")
        elif self.emptied is None or not self.emptied.again():
            postgres.clone(self.maintenance, f"{self.name}_template", self.name)
            self.emptied = postgres.Emptied(self.maintenance, self.name)


@pytest.fixture(scope="session")
def made_apps() -> Iterator[dict[str, tuple[Flask, Places]]]:
    """The applications that this process has made, by their database: tests of both kinds come in turns."""
    made: dict[str, tuple[Flask, Places]] = {}
    yield made
    for app, _ in made.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def made_app(
    database: str,
    made_apps: dict[str, tuple[Flask, Places]],
    council: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> tuple[Flask, Places]:
    """One application per process and database; `app` hands it out emptied."""
    if database not in made_apps:
        maintenance = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
        made_apps[database] = _make(database, council, tmp_path_factory.mktemp(f"data-{database}"), maintenance)
    return made_apps[database]


def _make(database: str, council: Path, folder: Path, maintenance: str) -> tuple[Flask, Places]:
    places = Places(database, folder, maintenance)
    if maintenance:
        postgres.clone(maintenance, "template0", places.name)
    app = create_app(
        environ={
            "SAR_ENV": "test",
            "SAR_DATABASE_URL": places.url,
            "SAR_DATA_DIR": str(folder),
            "SAR_CONFIG_DIR": str(council / "config"),
            "SAR_TEMPLATES_DIR": str(configuration.ROOT / "templates"),
            "SAR_MAIL_BACKEND": "memory",
            "SAR_BASE_URL": "http://localhost",
        },
        TESTING=True,
        NOW=lambda: NOW,
    )
    with app.app_context():
        event.listen(db.engine, "connect", _unhurried)
        schema.upgrade()
        places.keep_template()
    return app, places


def _unhurried(connection: Any, _record: Any) -> None:
    """Nothing of a test has to outlast a loss of power: SQLite need not wait for the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


class Sent:
    """A courier that remembers jobs instead of sending them; `work()` runs them here, in order, until none is left."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, tuple[str, ...]]] = []

    def send(self, job: str, *arguments: str) -> bool:
        self.jobs.append((job, arguments))
        return True

    def check(self) -> None:
        return None

    def work(self) -> int:
        """Run every job that waits, and those they ask for. Returns how many ran."""
        import importlib

        from sar_service.queue import JOBS

        done = 0
        db.session.commit()  # jobs have sessions of their own, and must see what was done
        while self.jobs:
            job, arguments = self.jobs.pop(0)
            module, _, name = JOBS[job].rpartition(".")
            getattr(importlib.import_module(module), name)(*arguments)
            done += 1
        return done


@pytest.fixture
def app(made_app: tuple[Flask, Places], tmp_path: Path) -> Iterator[Flask]:
    """The application, empty, with its context pushed; jobs are remembered in `sent`."""
    from workers import runtime as worker_runtime

    made, places = made_app
    with made.app_context():
        places.empty()
        made.config["NOW"] = lambda: NOW  # whatever a test before this one made of it
        runtime: Runtime = made.extensions[KEY]
        assert isinstance(runtime.storage, FolderStorage)
        shutil.rmtree(runtime.storage.root, ignore_errors=True)
        runtime.mailer.outbox.clear()  # type: ignore[attr-defined]
        before = courier()
        use(Sent())
        worker_runtime.use_app(made)
        token = reading_only.set(False)
        yield made
        reading_only.reset(token)
        db.session.remove()
        use(before)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[dovecot.MailServer]:
    """A real IMAP server of this process. Each test takes a user of its own."""
    with dovecot.running() as server:
        yield server


@pytest.fixture
def sent(app: Flask) -> Sent:
    found: Sent = courier()
    return found


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def outbox(app: Flask) -> list[Any]:
    """The messages that were sent."""
    found: list[Any] = app.extensions[KEY].mailer.outbox
    return found


@pytest.fixture
def staff(app: Flask) -> Callable[..., Actor]:
    """Makes a member of staff: `staff("officer")`, `staff("manager", controllers=["southmoor"])`."""
    made = 0

    def make(role: str, *, controllers: list[str] | None = None, name: str = "") -> Actor:
        nonlocal made
        made += 1
        member = team.add(
            email=f"{role}{made}@northmoor.example",
            name=name or f"{role.title()} {made}",
            role=Role(role),
            controllers=["northmoor"] if controllers is None else controllers,
            password=PASSWORD,
            actor=SERVICE,
            now=NOW,
        )
        db.session.commit()
        return team.actor_of(member)

    return make


@pytest.fixture
def officer(staff: Callable[..., Actor]) -> Actor:
    """One of the council's officers."""
    return staff("officer")


@pytest.fixture
def case(app: Flask, now: datetime) -> Case:
    """A request that has just come in."""
    return factories.a_case(now=now)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who is not signed in. Every page they get is criticised."""
    return Visitor(app)


@pytest.fixture
def visit(app: Flask, staff: Callable[..., Actor]) -> Callable[..., Visitor]:
    """A member of staff at their browser: `visit("officer")`, or `visit(actor)` for one who exists."""

    def make(who: str | Actor, **options: Any) -> Visitor:
        actor = staff(who, **options) if isinstance(who, str) else who
        visitor = Visitor(app)
        visitor.sign_in(actor)
        return visitor

    return make
