"""Sending mail: over SMTP, to files, to the console, or to a list in memory for tests. One `send` behind all.

A message never carries personal data beyond its recipient: letters are read in the portal.
"""

import re
import secrets
import smtplib
import ssl
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import default
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol, runtime_checkable

from . import reaching

FOR_GOOD = 500  # answers from here on stay as they are; 4xx is for now (RFC 5321): greylisting, a full mailbox
# What a server says of one message, and not of all: others may leave meanwhile.
ADDRESS_LATER = "the mail server refused the recipient's address for now"
MESSAGE_LATER = "the mail server did not take this message for now"
NOT_PASSED_ON = "the mail server does not pass messages from us on to this address: its rules may have to be changed"
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type]  # else a long id would be taken for words, and encoded
POLICY = default.clone(header_factory=_HEADERS)


NO_SUCH_LETTERS = "the recipient's address has letters that the mail server cannot take"
MESSAGE_REFUSED = "the mail server refused this message: its rules may have to be changed"  # content, and not address
NOT_HANDED_OVER = "it could not be handed over: the log of the service says why"
OF_ONE = (ADDRESS_LATER, MESSAGE_LATER, NOT_PASSED_ON, MESSAGE_REFUSED, NOT_HANDED_OVER)
# Refusals that are about us and not about the address: it wants a sign-in, or passes nothing on (RFC 3463, RFC 4954).
OF_US = re.compile(rb"5\.7\.\d|relay", re.IGNORECASE)
SIGN_IN = (530, 534, 535)


class MailFailed(Exception):
    """The message was not accepted. `permanent` means that the same message will not be accepted later either."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, kw_only=True)
class Mail:
    to: str
    subject: str
    text: str
    sender: str
    html: str = ""
    reply_to: str = ""
    attachments: tuple[tuple[str, str, bytes], ...] = ()  # name, media type, content
    key: str = ""  # the same for the same message sent again: it makes its message id
    answers: str = ""  # the message id of what it answers, if anything


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A message that did not arrive: its `key`, and why, in words that name nobody."""

    key: str
    reason: str


class Mailer(Protocol):
    def send(self, mail: Mail) -> str:
        """Hand the message over; returns its message id. Raises MailFailed."""

    def check(self) -> None:
        """Reach the server. Raises MailFailed."""


@runtime_checkable
class Following(Protocol):
    """A mailer that knows what became of messages after it took them."""

    def failures(self) -> list[Failure]:
        """The newest messages that did not arrive. Raises MailFailed."""


def as_message(mail: Mail) -> EmailMessage:
    """The message as it travels. Header values with line breaks are refused by the e-mail package itself."""
    message = EmailMessage(policy=POLICY)
    try:
        message["To"], message["From"], message["Subject"] = mail.to, mail.sender, mail.subject
        if mail.reply_to:
            message["Reply-To"] = mail.reply_to
        if mail.answers:
            message["In-Reply-To"] = message["References"] = mail.answers
    except ValueError as error:
        raise MailFailed("an address or the subject holds a line break", permanent=True) from error
    message["Date"] = formatdate(localtime=False)
    domain = mail.sender.rpartition("@")[2].strip(">") or "localhost"
    message["Message-ID"] = f"<{mail.key}@{domain}>" if mail.key else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for name, media_type, content in mail.attachments:
        main, _, sub = media_type.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


def _leave(server: smtplib.SMTP) -> None:
    """Part with a server. What it says to that changes nothing about a message that it has taken."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def _refused(answers: list[tuple[int, bytes]]) -> MailFailed:
    """What it means that a server does not take the recipient's address."""
    if not all(code >= FOR_GOOD for code, _said in answers):
        return MailFailed(ADDRESS_LATER)
    if any(code in SIGN_IN or OF_US.search(said) for code, said in answers):
        return MailFailed(NOT_PASSED_ON)
    return MailFailed("the mail server refused the recipient's address", permanent=True)


@dataclass
class MemoryMailer:
    """Keeps messages in `outbox`: for tests."""

    outbox: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        self.outbox.append(mail)
        return str(as_message(mail)["Message-ID"])

    def check(self) -> None:
        return None


class ConsoleMailer:
    """Prints messages, for trying the service out on one machine."""

    def send(self, mail: Mail) -> str:
        message = as_message(mail)
        sys.stderr.write(f"--- mail to {mail.to}: {mail.subject}\n{mail.text}\n---\n")
        return str(message["Message-ID"])

    def check(self) -> None:
        return None


class FileMailer:
    """Writes each message as an .eml file into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: Mail) -> str:
        message = as_message(mail)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_hex(8)
        part = self.folder / f".{name}.part"
        part.write_bytes(message.as_bytes())
        part.rename(self.folder / f"{name}.eml")
        return str(message["Message-ID"])

    def check(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)


class SmtpMailer:
    """Hands messages to an SMTP server, with STARTTLS unless told otherwise; `at_once`: encrypted from the first byte.

    `authority` names a file with certificates that vouch for the server, beside those that the machine knows.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str = "",
        password: str = "",
        tls: bool = True,
        at_once: bool = False,
        authority: Path | None = None,
    ) -> None:
        self.host, self.port, self.user, self.password, self.tls = host, port, user, password, tls
        self.at_once, self.authority = at_once, authority

    def _trusted(self) -> ssl.SSLContext:
        trusted = ssl.create_default_context()
        if self.authority is not None:
            try:
                trusted.load_verify_locations(str(self.authority))
            except (OSError, ValueError) as error:
                raise MailFailed("the file in SAR_MAIL_CA_FILE cannot be read, or holds no certificate") from error
        return trusted

    def _connect(self) -> smtplib.SMTP:
        trusted = self._trusted()
        if self.at_once:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=30, context=trusted)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=30)
        try:
            if self.tls and not self.at_once:
                server.starttls(context=trusted)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _why(self, error: Exception) -> str:
        """What kept a message, or us, from the server, in words that repeat nothing that it said."""
        place = f"the mail server {self.host}:{self.port}"
        match error:
            case smtplib.SMTPAuthenticationError():
                return f"{place} does not let us sign in: check SAR_MAIL_USER and SAR_MAIL_PASSWORD"
            case smtplib.SMTPNotSupportedError():
                return f"{place} offers no STARTTLS, or no way to sign in: check SAR_MAIL_PORT and SAR_MAIL_TLS"
            case smtplib.SMTPException():
                return f"{place} did not accept the message, or broke off"
            case ssl.SSLCertVerificationError():
                return f"{place}: {reaching.why(error)}: where it has its own authority, name that in SAR_MAIL_CA_FILE"
            case _:
                return f"{place}: {reaching.why(error)}"

    def send(self, mail: Mail) -> str:
        message = as_message(mail)
        try:
            server = self._connect()
            try:
                server.send_message(message)
            except smtplib.SMTPNotSupportedError as error:
                raise MailFailed(NO_SUCH_LETTERS, permanent=True) from error
            finally:
                _leave(server)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(list(error.recipients.values())) from error
        except smtplib.SMTPDataError as error:
            raise MailFailed(MESSAGE_LATER if error.smtp_code < FOR_GOOD else MESSAGE_REFUSED) from error
        except OSError as error:
            raise MailFailed(self._why(error)) from error
        return str(message["Message-ID"])

    def check(self) -> None:
        try:
            with self._connect() as server:
                server.noop()
        except OSError as error:
            raise MailFailed(self._why(error)) from error
