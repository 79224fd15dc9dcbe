"""A private PostgreSQL for the test run: started once for all test processes, stopped when the last has gone.

As root it runs as an unprivileged user, which PostgreSQL insists on. Nothing of it survives the run.
"""

import fcntl
import getpass
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg


def binaries() -> Path:
    """The folder of PostgreSQL's server programs. Raises RuntimeError with what to install."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: float(p.parts[-3]))
    if not candidates:
        raise RuntimeError("PostgreSQL's server is missing; run: apt-get install postgresql")
    return candidates[-1].parent


def unprivileged() -> tuple[str, list[str]]:
    """The user the server runs as, and how a command is run as them."""
    if os.getuid() != 0:
        return getpass.getuser(), []
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name, ["runuser", "-u", name, "--"]
    raise RuntimeError("there is no unprivileged user to run PostgreSQL as")


class Server:
    """One server for every test process of a run. `shared` is a folder that they all know."""

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self.state = shared / "postgres.json"
        self.lock = shared / "postgres.lock"

    def acquire(self) -> str:
        """Start the server, or join it. Returns its address, for the user's own maintenance database."""
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            told = json.loads(self.state.read_text()) if self.state.exists() else {"users": 0}
            if not told["users"]:
                told |= self._start()
            told["users"] += 1
            self.state.write_text(json.dumps(told))
        return str(told["url"])

    def release(self) -> None:
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            told = json.loads(self.state.read_text())
            told["users"] -= 1
            self.state.write_text(json.dumps(told))
            if not told["users"]:
                self._stop(told)

    def _start(self) -> dict[str, object]:
        user, as_user = unprivileged()
        # A socket's path may have about a hundred characters, so not below pytest's own long folders.
        home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        if as_user:
            shutil.chown(home, user)
        home.chmod(0o755)
        data = home / "data"
        programs = binaries()
        run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/tmp"}
        subprocess.run(
            [
                *as_user,
                str(programs / "initdb"),
                "-D",
                str(data),
                "-U",
                "tests",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            **run,
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c synchronous_commit=off "
        options += "-c full_page_writes=off -c max_connections=200"
        subprocess.run(
            [
                *as_user,
                str(programs / "pg_ctl"),
                "-D",
                str(data),
                "-w",
                "-l",
                str(home / "log"),
                "-o",
                options,
                "start",
            ],
            **run,
        )
        url = f"postgresql://tests@/postgres?host={home}"
        for _ in range(100):
            try:
                psycopg.connect(url).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        return {"url": url, "home": str(home), "users": 0}

    def _stop(self, told: dict[str, object]) -> None:
        _, as_user = unprivileged()
        subprocess.run(
            [*as_user, str(binaries() / "pg_ctl"), "-D", f"{told['home']}/data", "-m", "immediate", "stop"],
            check=False,
            stdout=subprocess.DEVNULL,
            cwd="/tmp",
        )
        shutil.rmtree(str(told["home"]), ignore_errors=True)


def clone(maintenance: str, template: str, name: str) -> str:
    """Make the database `name` afresh from `template`; returns its address for SQLAlchemy."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return address(maintenance, name)


# What a test may have done to the tables themselves shows in the newest transaction that wrote down how they are made.
SHAPE = "SELECT " + ", ".join(
    f"(SELECT array[count(*), max(xmin::text::bigint)] FROM {catalogue})"
    for catalogue in ("pg_attribute", "pg_index", "pg_constraint", "pg_trigger", "pg_proc")
)


class Emptied:
    """A database that is made empty again by taking out what a test put in: far quicker than another copy of it."""

    def __init__(self, maintenance: str, name: str) -> None:
        self.url = maintenance.replace("/postgres?", f"/{name}?")
        with psycopg.connect(self.url, autocommit=True) as connection:
            self.shape = connection.execute(SHAPE).fetchone()
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            self.tables = [name for (name,) in found]
            self.kept = {each: connection.execute(f'SELECT * FROM "{each}"').fetchall() for each in self.tables}

    def again(self) -> bool:
        """Empty it; False where the tables are no longer those that they were."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if connection.execute(SHAPE).fetchone() != self.shape:
                return False
            connection.execute("SET session_replication_role = replica")  # in any order, and the trail's rows too
            connection.execute("; ".join(f'DELETE FROM "{each}"' for each in self.tables))
            for table, rows in self.kept.items():
                for row in rows:
                    connection.execute(f'INSERT INTO "{table}" VALUES ({", ".join(["%s"] * len(row))})', row)
            connection.execute(
                "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences "
                "WHERE last_value IS NOT NULL"
            )
        return True


def address(maintenance: str, name: str) -> str:
    return maintenance.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
