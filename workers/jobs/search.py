"""Search one system for one case."""

import logging
import uuid

from sar_service.connectors.base import AwaitingAnswer, CannotSearch, ConnectorError
from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.search import SearchState
from sar_service.models import Case, SystemSearch
from sar_service.services import case as cases
from sar_service.services import lease, redaction, search, search_save
from workers.runtime import heartbeat, job, now, transaction

log = logging.getLogger(__name__)

BATCH = 50


@job
def run(search_id: str) -> None:
    """Claim the search, stream what is found into the case in batches, and settle the answer."""
    with transaction():
        plan = search.begin(uuid.UUID(search_id), now=now())
    if plan is None:
        _after(search_id)
        return
    message, permanent, lost = "", False, False
    settled: SearchState | None = None
    with heartbeat(lambda: lease.keep(SystemSearch, plan.search_id, plan.token, now=now())) as going:
        try:
            connector = search.connector_for(plan.system)
            batch = []
            for found in connector.search(plan.subject):
                batch.append(found)
                if len(batch) >= BATCH:
                    with transaction():
                        lost = not search_save.save(plan, batch, connector, now=now())
                    batch = []
                if lost or not going():
                    return
            with transaction():
                lost = not search_save.save(plan, batch, connector, now=now())
        except CannotSearch as error:
            message, settled = str(error), SearchState.CANNOT
        except AwaitingAnswer as error:
            message, settled = str(error), SearchState.AWAITING
        except ConnectorError as error:
            message, permanent = str(error), error.permanent
        except Exception:
            log.exception("a search broke in a way nobody foresaw")
            message = "The search stopped with an error that has been logged."
    if lost:
        return
    with transaction():
        if settled is not None:
            search.cannot(plan, settled, message, now=now())
        elif message:
            search.fail(plan, message, permanent=permanent, now=now())
        else:
            search.finish(plan, now=now())
    _after(search_id)


def _after(search_id: str) -> None:
    with transaction():
        row = db.session.get(SystemSearch, uuid.UUID(search_id))
        if row is not None:
            case = db.session.get_one(Case, row.case_id)
            redaction.ask_when_gathered(case, now=now())
            cases.finish_search_if_gathered(case, actor=SERVICE, now=now())
