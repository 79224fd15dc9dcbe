"""Send one e-mail to a member of staff."""

import uuid

from sar_service.adapters.mail import MailFailed
from sar_service.models import StaffMail
from sar_service.services import lease, letter_send, staff_mail
from workers.runtime import heartbeat, job, now, transaction


@job
def run(mail_id: str) -> None:
    """Claim the message, hand it to the mailer, and note what came of it."""
    identity = uuid.UUID(mail_id)
    with transaction():
        begun = staff_mail.begin(identity, now=now())
    if begun is None:
        return
    token, mail = begun
    failed = None
    try:
        with heartbeat(lambda: lease.keep(StaffMail, identity, token, now=now())):
            letter_send.hand_to_mailer(mail)
    except MailFailed as error:
        failed = error
    with transaction():
        staff_mail.ended(identity, token, failed, now=now())
