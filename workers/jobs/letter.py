"""Send one letter."""

import uuid

from sar_service.adapters.mail import MailFailed
from sar_service.models import Letter
from sar_service.services import lease, letter
from workers.runtime import heartbeat, job, now, transaction


@job
def run(letter_id: str) -> None:
    """Claim the letter, hand it to the mailer, and note what came of it."""
    identity = uuid.UUID(letter_id)
    with transaction():
        begun = letter.begin(identity, now=now())
    if begun is None:
        return
    token, mail = begun
    try:
        with heartbeat(lambda: lease.keep(Letter, identity, token, now=now())):
            message_id = letter.send(mail)
    except MailFailed as error:
        with transaction():
            letter.failed(identity, token, error, now=now())
        return
    with transaction():
        letter.sent(identity, token, message_id, now=now())
