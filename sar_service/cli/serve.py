"""`sar serve`: web, workers, timetable and a private Redis on one machine. Ctrl-C stops all of it."""

import os
import sys
from pathlib import Path
from typing import IO

import click

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
    from sar_service.adapters import redis_server

    supervisor = Supervisor(environ, output=output)
    if not environ.get("SAR_REDIS_URL"):
        environ["SAR_REDIS_URL"] = redis_server.url(folder / "redis")
        redis = supervisor.add("redis", redis_server.command(folder / "redis"))
        redis_server.wait(environ["SAR_REDIS_URL"], process=redis.process)
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


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Put a TLS proxy in front before opening this.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(port: int, host: str, workers: int) -> None:
    """Run everything on one machine: web, workers, timetable, private Redis."""
    from sar_service import ROOT, create_app
    from sar_service.services import schema

    if os.environ.get("SAR_ENV") == "demo" and not os.environ.get("DEMO_HOUSING_URL"):
        from .demo import serve_council

        serve_council(port=port, workers=workers)
        return
    app = create_app(web=False)
    settings = app.extensions["sar_service"].settings
    with app.app_context():
        schema.upgrade()
    os.chdir(ROOT)
    supervisor = start_all(dict(os.environ), port=port, host=host, workers=workers, folder=settings.data_dir)
    on_signals(supervisor.stopping.set)
    click.echo(f"Serving on http://{host}:{port}/  Ctrl-C stops it.")
    try:
        supervisor.run()
    finally:
        supervisor.stop()
