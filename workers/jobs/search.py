"""Search one system for one case."""

import logging
import uuid
from collections.abc import Callable

from sar_service.connectors.base import AwaitingAnswer, CannotSearch, Connector, ConnectorError
from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.search import Found, SearchState
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
            lost = not _gather(plan, connector, going)
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


def _gather(plan: search.Plan, connector: Connector, going: Callable[[], bool]) -> bool:
    """Save what the system yields, in batches; False if the search is somebody else's now.

    What came before an error is kept, and the error goes on.
    """
    batch: list[Found | search_save.Brought] = []

    def keep() -> bool:
        with transaction():
            kept = search_save.save(plan, batch, now=now())
        batch.clear()
        return kept

    alone = search_save.Alone()
    try:
        for found in connector.search(plan.subject):
            alone.see(found)
            batch.append(search_save.bring(found, connector))
            if (len(batch) >= BATCH and not keep()) or not going():
                return False
    except ConnectorError:
        keep()
        raise
    batch.extend(alone.entries())
    return keep()


def _after(search_id: str) -> None:
    with transaction():
        row = db.session.get(SystemSearch, uuid.UUID(search_id))
        if row is not None:
            case = db.session.get_one(Case, row.case_id)
            redaction.ask_when_gathered(case, now=now())
            cases.finish_search_if_gathered(case, actor=SERVICE, now=now())
