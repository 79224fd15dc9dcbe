"""Read the mailbox of one council: keep each message that waits there, then move it away."""

import logging
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from sar_service.adapters.imap import Mailbox, MailboxFailed, Waiting, open_mailbox
from sar_service.documents import incoming as reader
from sar_service.domain.incoming import Message, fingerprint
from sar_service.services import incoming, pulse
from workers.runtime import job, now, transaction

log = logging.getLogger(__name__)
CONNECTIONS = 10  # of one round
TOO_LARGE = "It is larger than what is fetched ({size} MB). Its beginning is kept; the whole of it is in the mailbox."


@job
def run(controller: str) -> None:
    """One round. That the mailbox was read is noted only if every message of the round was kept and moved.

    A server may end the connection over a message that it cannot give. The others have their turn in a new one then.
    """
    address = incoming.address(controller)
    if address is None:
        return
    round_ = _Round(controller)
    for _ in range(CONNECTIONS):
        tried = len(round_.tried)
        try:
            with open_mailbox(address) as mailbox:
                mailbox.make_done()
                round_.go(mailbox)
                break
        except MailboxFailed as error:
            round_.broken = True
            log.warning("a mailbox could not be read: %s", error)
            if len(round_.tried) == tried:
                return
    if not round_.broken:
        with transaction():
            pulse.beat(incoming.pulse_of(controller), now=now())


@dataclass
class _Round:
    """The messages of one round, over all its connections: which had their turn, and whether any of them failed."""

    controller: str
    tried: set[int] = field(default_factory=set)
    good: int = 0
    broken: bool = False

    def go(self, mailbox: Mailbox) -> None:
        """The oldest, and where some of them fail, as many others by lot: what fails stays in front, and nothing may
        wait behind it for ever. Once a connection was lost all have their turn by lot."""
        left = [uid for uid in mailbox.numbers() if uid not in self.tried]
        first = 0 if self.broken else incoming.A_ROUND
        others = left[first:]
        random.shuffle(others)
        for uid in [*left[:first], *others]:
            if self.good == incoming.A_ROUND or len(self.tried) == 2 * incoming.A_ROUND:
                return
            self.tried.add(uid)
            if _one(self.controller, mailbox, uid):
                self.good += 1
            else:
                self.broken = True


def _one(controller: str, mailbox: Mailbox, uid: int) -> bool:
    """Keep one message and put it away; False if that failed, and the others go on."""
    try:
        waiting = mailbox.look(uid)
        raw = mailbox.content(uid, incoming.LARGEST) if waiting is not None else None
        if waiting is None or raw is None:
            mailbox.check_gone(uid)
            return True  # somebody else has moved it
        if not _kept(controller, mailbox, waiting, raw):
            return False
        mailbox.put_away(uid)
    except MailboxFailed as error:
        log.warning("a message could not be read or put away; it stays in the mailbox and is tried again: %s", error)
        return False
    return True


def _kept(controller: str, mailbox: Mailbox, waiting: Waiting, raw: bytes) -> bool:
    try:
        _keep(controller, mailbox, waiting, raw)
    except Exception:  # one message that breaks us must not keep the others from being read
        log.exception("a message could not be kept; it stays in the mailbox and is tried again")
        return False
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
