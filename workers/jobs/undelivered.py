"""Ask the mailer which letters did not arrive, where it is one that knows, and note it on their cases."""

import logging

from sar_service.adapters.mail import MailFailed
from sar_service.services import delivery
from workers.runtime import job, now, transaction

log = logging.getLogger(__name__)


@job
def run() -> None:
    """One round: the mailer is asked outside any transaction."""
    try:
        failures = delivery.ask()
    except MailFailed as error:
        log.warning("what did not arrive is not known: %s", error)
        return
    for failure in failures:
        with transaction():
            delivery.learn(failure, now=now())
