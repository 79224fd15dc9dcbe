"""`python -m workers [timetable]`: one worker process, or the timetable."""

import gc
import importlib
import sys

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from sar_service.adapters import workplace
from sar_service.domain.errors import DomainError
from sar_service.queue import JOBS, QUEUE
from workers.runtime import ListedWorker, PlainJob, app


def main() -> int:
    """Run a worker until it is told to stop; 2 if the set-up or the command is wrong."""
    if sys.argv[1:] not in ([], ["timetable"]):
        print("sar: there is python -m workers, and python -m workers timetable, and no other", file=sys.stderr)
        return 2
    try:
        workplace.settle()
        application = app()
    except DomainError as error:
        print(f"sar: {error}", file=sys.stderr)
        return 2
    if sys.argv[1:] == ["timetable"]:
        from workers import timetable

        timetable.main()
        return 0
    settings = application.extensions["sar_service"].settings
    if settings.redis_url is None:
        print("sar: SAR_REDIS_URL is not set; a worker needs it", file=sys.stderr)
        return 2
    _prepare()

    connection = Redis.from_url(settings.redis_url.get_secret_value())
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=PlainJob)
    worker = ListedWorker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        job_class=PlainJob,
        worker_ttl=30,
        maintenance_interval=15,
        job_monitoring_interval=5,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")
    return 0


def _prepare() -> None:
    """Load what jobs need before any process is forked for one, so that no job pays for it."""
    from sar_service.documents import detect_model, render  # noqa: F401

    for name in JOBS.values():
        importlib.import_module(name.rpartition(".")[0])
    configure_mappers()
    detect_model.load()
    gc.collect()
    gc.freeze()  # what is loaded now is not looked through, and so not copied, in every process


if __name__ == "__main__":
    sys.exit(main())
