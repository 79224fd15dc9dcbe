"""Show what came with one message to the virus scanner, and bar what it finds."""

import uuid

from sar_service.services import incoming_scan
from workers.runtime import job, now, transaction


@job
def run(message_id: str) -> None:
    """Take what waits of it, ask outside any transaction, and keep the answers."""
    with transaction():
        plan = incoming_scan.begin(uuid.UUID(message_id), now=now())
    if plan is None:
        return
    answers = incoming_scan.look(plan)
    with transaction():
        incoming_scan.save(plan, answers, now=now())
