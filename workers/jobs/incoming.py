"""Read the mailbox of one council: keep each message that waits there, then move it away."""

import logging
import tempfile
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from sar_service.adapters.imap import Mailbox, MailboxFailed, Waiting, open_mailbox
from sar_service.documents import incoming as reader
from sar_service.domain.incoming import Message, fingerprint
from sar_service.services import incoming, pulse
from workers.runtime import job, now, transaction

log = logging.getLogger(__name__)
TOO_LARGE = "It is larger than what is fetched ({size} MB). Its beginning is kept; the whole of it is in the mailbox."


@job
def run(controller: str) -> None:
    """One round. That the mailbox was read is noted only if every message of the round was kept and moved."""
    address = incoming.address(controller)
    if address is None:
        return
    try:
        with open_mailbox(address) as mailbox:
            mailbox.make_done()
            good = [_one(controller, mailbox, each) for each in mailbox.waiting(incoming.A_ROUND)]
    except MailboxFailed as error:
        log.warning("a mailbox could not be read: %s", error)
        return
    if all(good):
        with transaction():
            pulse.beat(incoming.pulse_of(controller), now=now())


def _one(controller: str, mailbox: Mailbox, waiting: Waiting) -> bool:
    """Keep one message and put it away; False if that failed, and the others go on."""
    raw = mailbox.content(waiting.uid, incoming.LARGEST)
    if raw is None:
        return True  # somebody else has moved it
    try:
        _keep(controller, mailbox, waiting, raw)
    except Exception:  # one message that breaks us must not keep the others from being read
        log.exception("a message could not be kept; it stays in the mailbox and is tried again")
        return False
    mailbox.put_away(waiting.uid)
    return True


def _keep(controller: str, mailbox: Mailbox, waiting: Waiting, raw: bytes) -> None:
    key = incoming.digest(controller, fingerprint(raw))
    with transaction():
        if incoming.known(controller, key):
            return
    with tempfile.TemporaryDirectory(prefix="sar-mail-") as folder:
        message = _read(Path(folder), raw, waiting.size)
        place = incoming.Place(mailbox=incoming.place_of(controller), validity=mailbox.validity, uid=waiting.uid)
        try:
            with transaction():
                incoming.take(controller, message, raw, key=key, place=place, arrived_at=waiting.arrived_at, now=now())
        except IntegrityError:
            with transaction():
                if not incoming.known(controller, key):  # else another process was quicker
                    raise


def _read(folder: Path, raw: bytes, size: int) -> Message:
    path, files = folder / "message.eml", folder / "files"
    path.write_bytes(raw)
    files.mkdir()
    message = reader.read(path, files)
    if len(raw) >= incoming.LARGEST:
        return incoming.with_note(message, TOO_LARGE.format(size=size // 1024**2))
    return message
