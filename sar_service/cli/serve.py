"""`sar serve`: web, workers, timetable and a private Redis on one machine. Ctrl-C stops all of it."""

import errno
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from sar_service.domain.errors import InvalidInput

from .supervise import Supervisor, on_signals


def start_all(
    environ: dict[str, str],
    *,
    port: int,
    host: str = "127.0.0.1",
    workers: int = 2,
    folder: Path,
    output: IO[bytes] | None = None,
) -> Supervisor:
    """Start every process of the service on this machine, with the environment given. Raises NoRedis."""
    supervisor = Supervisor(environ, output=output)
    if not environ.get("SAR_REDIS_URL"):
        environ["SAR_REDIS_URL"] = start_redis(supervisor, folder / "redis")
    for number in range(workers):
        supervisor.add(f"worker {number + 1}", [sys.executable, "-m", "workers"])
    supervisor.add("timetable", [sys.executable, "-m", "workers", "timetable"])
    supervisor.add(
        "web",
        [
            sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{host}:{port}", "--worker-class", "gthread",
            "--threads", "8", "--timeout", "120", "--log-level", "warning",
        ],
    )  # fmt: skip
    return supervisor


def start_redis(supervisor: Supervisor, home: Path) -> str:
    """Start the private Redis and wait until it answers; returns its address. Raises NoRedis.

    What it kept is put aside where it cannot be read: the database knows what waits, and the sweep sends it again.
    """
    from sar_service.adapters import redis_server

    address = redis_server.url(home)
    supervisor.lock = redis_server.alone(home)
    redis = supervisor.add(
        "redis",
        redis_server.command(home),
        keep_open=[supervisor.lock.fileno()],
        mend=lambda: redis_server.set_aside(home),
    )
    try:
        redis_server.wait(address, process=redis.process)
    except redis_server.NoRedis:
        if redis.process is None or redis.process.poll() is None:
            supervisor.stop()
            raise
        redis_server.set_aside(home)
        supervisor.start(redis)
        redis_server.wait(address, process=redis.process)
    return address


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Put a TLS proxy in front before opening this.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(port: int, host: str, workers: int) -> None:
    """Run everything on one machine: web, workers, timetable, private Redis."""
    from sar_service import ROOT, create_app
    from sar_service.db import db
    from sar_service.services import lateness, reason, schema

    if os.environ.get("SAR_ENV") == "demo" and not os.environ.get("DEMO_HOUSING_URL"):
        from .demo import serve_council

        serve_council(port=port, workers=workers)
        return
    _free(host, port)
    app = create_app(web=False)
    settings = app.extensions["sar_service"].settings
    with app.app_context():
        schema.upgrade()
        reason.seal_old(now=datetime.now(UTC))
        lateness.note_old()
        db.session.commit()
    os.chdir(ROOT)
    supervisor = start_all(dict(os.environ), port=port, host=host, workers=workers, folder=settings.data_dir)
    on_signals(supervisor.stopping.set)
    click.echo(f"Serving on http://{host}:{port}/  Ctrl-C stops it.")
    try:
        supervisor.run()
    finally:
        supervisor.stop()


def _free(host: str, port: int, *, seconds: float = 15) -> None:
    """Wait for the port, which a web process that was killed a moment ago may still hold.

    Raises InvalidInput if it does not come free: the web process would only fail, again and again.
    """
    until = time.monotonic() + seconds
    while True:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                    raise InvalidInput(
                        f"Port {port} of {host} cannot be used ({error.strerror}). Choose another with --port."
                    ) from None
        time.sleep(0.2)
