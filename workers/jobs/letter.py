"""Send one letter."""

import logging
import uuid

from sar_service.adapters.mail import NOT_HANDED_OVER, MailFailed
from sar_service.models import Letter
from sar_service.services import lease, letter_send
from workers.runtime import heartbeat, job, now, transaction

log = logging.getLogger(__name__)


@job
def run(letter_id: str) -> None:
    """Claim the letter, hand it to the mailer, and note what came of it."""
    identity = uuid.UUID(letter_id)
    with transaction():
        begun = letter_send.begin(identity, now=now())
    if begun is None:
        return
    token, mail = begun
    try:
        with heartbeat(lambda: lease.keep(Letter, identity, token, now=now())):
            message_id = letter_send.hand_to_mailer(mail)
    except MailFailed as error:
        _failed(identity, token, error)
        return
    except Exception as error:
        log.error("a letter could not be handed over: %s", type(error).__name__)  # its words may repeat the address
        _failed(identity, token, MailFailed(NOT_HANDED_OVER))
        return
    with transaction():
        letter_send.sent(identity, token, message_id, now=now())
    with transaction():
        letter_send.hasten(now=now())


def _failed(identity: uuid.UUID, token: str, error: MailFailed) -> None:
    with transaction():
        letter_send.failed(identity, token, error, now=now())
    with transaction():
        letter_send.put_off(identity, now=now())
