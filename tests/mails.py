"""E-mails as they come in, and a council that reads them from the tests' IMAP server."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from flask import Flask

from sar_service.catalogue.mailbox import Mailbox
from sar_service.extensions import KEY
from tests.dovecot import PASSWORD, MailServer

VARIABLE = "NORTHMOOR_MAILBOX"
CAME = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # a Friday night


def a_mail(**changes: Any) -> EmailMessage:
    """A request as people write them."""
    message = EmailMessage()
    headers = {
        "From": "Tamsin Penrose <tamsin@example.org>",
        "To": "access@northmoor.example",
        "Subject": "My records",
        "Date": "Fri, 20 Nov 2026 23:29:00 +0000",
        "Message-ID": f"<{uuid.uuid4()}@example.org>",
        **changes.pop("headers", {}),
    }
    for name, value in headers.items():
        message[name] = value
    message.set_content(changes.pop("text", "Please send me everything that you hold about me.\n\nTamsin Penrose\n"))
    for name, content in changes.pop("files", {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    assert not changes
    return message


def a_report(message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """What a mail system sends back (RFC 3464) about a message."""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\n"
        "To: requests@localhost\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{uuid.uuid4()}@mx.example.org>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="edge"\r\n'
        "MIME-Version: 1.0\r\n\r\n"
        "--edge\r\nContent-Type: text/plain\r\n\r\nI am sorry to have to tell you.\r\n"
        "--edge\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; somebody@example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 somebody@example.org is not known here\r\n\r\n"
        f"--edge\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--edge--\r\n"
    ).encode()


def settings(server: MailServer, user: str) -> dict[str, Any]:
    """The mailbox of a user, as controllers.yaml says it."""
    return {
        "address": "access@northmoor.example",
        "host": "localhost",
        "port": server.port,
        "user": user,
        "password": {"env": VARIABLE},
        "ca_file": str(server.authority),
    }


def read_by(app: Flask, monkeypatch: Any, server: MailServer) -> str:
    """Have Northmoor read a mailbox of its own for this test; returns its user."""
    user = f"u{uuid.uuid4().hex}"
    runtime = app.extensions[KEY]
    box = Mailbox.model_validate(settings(server, user))
    northmoor = runtime.catalogue.controllers["northmoor"].model_copy(update={"mailbox": box})
    catalogue = replace(runtime.catalogue, controllers={**runtime.catalogue.controllers, "northmoor": northmoor})
    environ = {**runtime.environ, VARIABLE: PASSWORD}
    monkeypatch.setitem(app.extensions, KEY, replace(runtime, catalogue=catalogue, environ=environ))
    return user
