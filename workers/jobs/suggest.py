"""Look for people and identifiers in everything that belongs to a case."""

import logging
import os
import uuid

from sar_service.db import db
from sar_service.documents.detect_hands import two_hands
from sar_service.domain.actor import SERVICE
from sar_service.models import Case, Suggesting
from sar_service.services import case as cases
from sar_service.services import lease, redaction
from workers.runtime import heartbeat, job, now, transaction

log = logging.getLogger(__name__)

TELL_EVERY = 25


@job
def run(suggesting_id: str) -> None:
    """Claim the run, look through the text outside any transaction, and keep the marks."""
    with transaction():
        plan = redaction.begin(uuid.UUID(suggesting_id), now=now())
    if plan is None:
        return
    with heartbeat(lambda: lease.keep(Suggesting, plan.suggesting_id, plan.token, now=now())) as going:

        def progress(done: int) -> bool:
            if done % TELL_EVERY == 0:
                with transaction():
                    return redaction.progress(plan, done, now=now())
            return going()

        try:
            characters = sum(len(unit.text) for item in plan.items for unit in item.units)
            with two_hands(characters, processors=len(os.sched_getaffinity(0))) as model:
                strangers, found = redaction.find(plan, progress=progress, model=model)
        except Exception:
            log.exception("looking for people broke in a way nobody foresaw")
            with transaction():
                redaction.fail(plan, "Looking for people stopped with an error that has been logged.", now=now())
            return
    with transaction():
        redaction.save(plan, strangers, found, now=now())
    with transaction():
        row = db.session.get_one(Suggesting, uuid.UUID(suggesting_id))
        cases.finish_search_if_gathered(db.session.get_one(Case, row.case_id), actor=SERVICE, now=now())
