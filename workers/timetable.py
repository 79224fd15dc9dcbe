"""What runs every so often. One of these processes is needed; two do no harm, for all it does may be repeated."""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sar_service.adapters import workplace
from sar_service.services import (
    clock_renew,
    complaint,
    delivery,
    finding,
    identity_copy,
    incoming,
    incoming_scan,
    pulse,
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
            go_round(rounds)
            rounds += 1
            stop.wait(EVERY.total_seconds())


def go_round(number: int) -> None:
    """One round: whatever is due in it. A step that fails keeps no other from being done; but where one that belongs to
    every round fails, every page says after some minutes that the timetable has stopped, and where another does, that
    some of its work fails (`pulse.py`)."""
    done = [_done(step) for step in STEPS]
    if all(done):
        _done(lambda: _write(lambda: pulse.beat(pulse.TIMETABLE, now=now())))
    for every, name, steps in ((MINUTE, pulse.EACH_MINUTE, EACH_MINUTE), (HOURLY, pulse.EACH_HOUR, EACH_HOUR)):
        if number % every == 0:
            _group(name, steps)


def _group(name: str, steps: Sequence[Callable[[], Any]]) -> None:
    """Steps that are done every so often, and the note that all of them were."""
    _done(lambda: _write(lambda: pulse.begin(name, now=now())))
    done = [_done(step) for step in steps]
    if all(done):
        _done(lambda: _write(lambda: pulse.beat(name, now=now())))


def _done(step: Callable[[], Any]) -> bool:
    try:
        step()
    except Exception:
        log.exception("a step of the timetable failed; it is tried again in its next round")
        return False
    return True


def _write(work: Callable[[], Any]) -> None:
    with transaction():
        work()


def _renew_dates() -> None:
    with reading():  # so that nobody waits with writing while all clocks are worked out
        outdated = [case.id for case in clock_renew.outdated()]
    if outdated:
        _write(lambda: clock_renew.refresh_open(now=now(), ids=outdated))


def _look_at_the_store() -> None:
    with reading():
        store.agree(now=now())


STEPS: tuple[Callable[[], Any], ...] = (
    lambda: _write(lambda: sweep.send_again(now=now())),
    lambda: _write(lambda: sweep.go_on(now=now())),
    lambda: _write(lambda: reminder.digest(now=now())),
    lambda: _write(lambda: identity_copy.destroy_due(now=now())),
)
EACH_MINUTE: tuple[Callable[[], Any], ...] = (
    lambda: _write(lambda: incoming.ask_for_all(now=now())),
    lambda: _write(lambda: incoming_scan.ask_again(now=now())),
    lambda: _write(delivery.follow),
)
EACH_HOUR: tuple[Callable[[], Any], ...] = (
    lambda: workplace.clear(),
    lambda: _write(lambda: sweep.clear_old(now=now())),
    _renew_dates,
    lambda: _write(lambda: complaint.let_go_all(now=now())),
    lambda: _write(finding.index_missing),
    _look_at_the_store,
)
