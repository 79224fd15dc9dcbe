"""Send lost work again and clear what is old."""

from sar_service.services import finding, identity_copy, incoming_scan, store, sweep
from workers.runtime import job, now, reading, transaction


@job
def run() -> None:
    """One round of the housekeeping."""
    with transaction():
        sweep.send_again(now=now())
    with transaction():
        sweep.go_on(now=now())
    with transaction():
        identity_copy.destroy_due(now=now())
    with transaction():
        incoming_scan.ask_again(now=now())
    with transaction():
        finding.index_missing()
    with transaction():
        sweep.clear_old(now=now())
    with reading():
        store.agree(now=now())
