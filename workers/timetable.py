"""What runs every so often. One of these processes is needed; two do no harm, for all it does may be repeated."""

import logging
import signal
import threading
from datetime import timedelta

from sar_service.adapters import workplace
from sar_service.services import (
    clock_renew,
    delivery,
    finding,
    identity_copy,
    incoming,
    incoming_scan,
    reminder,
    store,
    sweep,
)
from workers.runtime import app, now, reading, transaction

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)
MINUTE, HOURLY = 6, 360  # rounds


def main() -> None:
    """Run until told to stop. The sweep is run here itself, so that it works while Redis is away."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rounds = 0
    with app().app_context():
        while not stop.is_set():
            try:
                with transaction():
                    sweep.send_again(now=now())
                with transaction():
                    sweep.go_on(now=now())
                with transaction():
                    reminder.digest(now=now())
                with transaction():
                    identity_copy.destroy_due(now=now())
                with transaction():
                    reminder.beat(reminder.TIMETABLE, now=now())
                if rounds % MINUTE == 0:
                    with transaction():
                        incoming.ask_for_all(now=now())
                        incoming_scan.ask_again(now=now())
                        delivery.follow()
                if rounds % HOURLY == 0:
                    workplace.clear()
                    with transaction():
                        sweep.clear_old(now=now())
                    with reading():  # so that nobody waits with writing while all clocks are worked out
                        outdated = [case.id for case in clock_renew.outdated()]
                    if outdated:
                        with transaction():
                            clock_renew.refresh_open(now=now(), ids=outdated)
                    with transaction():
                        finding.index_missing()
                    with reading():
                        store.agree(
                            now=now()
                        )  # last: whatever is wrong with the store keeps nothing else from being done
            except Exception:
                log.exception("a round of the timetable failed; the next one comes in ten seconds")
            rounds += 1
            stop.wait(EVERY.total_seconds())
