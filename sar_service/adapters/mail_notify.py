"""Sending mail through GOV.UK Notify: with its own client, a template of the council's, and a look at what came of it.

The council makes one e-mail template in Notify, whose subject is ((subject)) and whose text is ((text)); what is said
stays in this service. Notify tells only when it is asked what did not arrive; `failures` asks.
"""

import logging
import re
import uuid
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from .mail import Failure, Mail, MailFailed

logging.getLogger("notifications_python_client").setLevel(logging.ERROR)  # it logs refusals, which repeat addresses
SECONDS = 30
# What Notify calls the ways in which a message does not arrive, in words for staff. All of them are its last word.
REASONS = {
    "permanent-failure": "The address does not exist, or refuses our messages.",
    "temporary-failure": "The mailbox did not take the message for three days: it may be full or switched off.",
    "technical-failure": "GOV.UK Notify could not send the message. Nothing is known to be wrong with the address.",
}
MOST = 50_000  # characters of a message


class NotifyMailer:
    """Hands messages to GOV.UK Notify at `url`, as the service and with the secret that `key` names.

    `template` and `reply_to` are ids from Notify's pages; without `reply_to` answers go where Notify is set to send
    them.
    """

    def __init__(self, key: str, *, template: str, url: str, reply_to: str = "") -> None:
        self.key, self.template, self.url, self.reply_to = key, template, url, reply_to

    def _client(self) -> NotificationsAPIClient:
        return NotificationsAPIClient(self.key, base_url=self.url, timeout=SECONDS)

    def send(self, mail: Mail) -> str:
        """Hand the message over, unless Notify has it already; returns Notify's id of it. Raises MailFailed."""
        if mail.attachments:
            raise MailFailed("a message with a file cannot go through GOV.UK Notify", permanent=True)
        if len(mail.text) > MOST:
            raise MailFailed("the message is too long for GOV.UK Notify", permanent=True)
        client = self._client()
        try:
            before = self._handed_over(client, mail.key)
            if before:
                return before
            answer = client.send_email_notification(
                mail.to,
                self.template,
                personalisation={"subject": mail.subject, "text": mail.text},
                reference=mail.key or None,
                email_reply_to_id=self.reply_to or None,
            )
            return str(uuid.UUID(answer["id"]))
        except APIError as error:
            raise _failed(error) from None  # its own words repeat the address
        except (KeyError, TypeError, ValueError, AssertionError) as error:
            raise MailFailed("GOV.UK Notify answered in a way that was not understood") from error

    def _handed_over(self, client: NotificationsAPIClient, key: str) -> str:
        """Notify's id of the message with this key, if a job that was killed handed it over; Notify would send two."""
        if not key:
            return ""
        found = client.get_all_notifications(template_type="email", reference=key)["notifications"]
        return str(uuid.UUID(found[0]["id"])) if found else ""

    def failures(self) -> list[Failure]:
        """The newest messages that did not arrive, as Notify knows it. Raises MailFailed."""
        try:
            found = self._client().get_all_notifications(template_type="email", status="failed")["notifications"]
            return [
                Failure(key=str(each["reference"]), reason=REASONS[each["status"]])
                for each in found
                if each.get("reference") and each.get("status") in REASONS
            ]
        except APIError as error:
            raise _failed(error) from None
        except (KeyError, TypeError, ValueError, AssertionError) as error:
            raise MailFailed("GOV.UK Notify answered in a way that was not understood") from error

    def check(self) -> None:
        """Ask for the template, which shows that the key and the template are good. Raises MailFailed."""
        try:
            found: dict[str, Any] = self._client().get_template(self.template)
            words = f"{found.get('subject', '')} {found.get('body', '')}"
        except APIError as error:
            raise _failed(error) from None
        except (TypeError, ValueError, AssertionError, AttributeError) as error:
            raise MailFailed("GOV.UK Notify answered in a way that was not understood") from error
        if found.get("type") != "email" or not {"((subject))", "((text))"} <= set(re.findall(r"\(\(\w+\)\)", words)):
            raise MailFailed("the template in GOV.UK Notify must be an e-mail with ((subject)) and ((text))")


def _failed(error: APIError) -> MailFailed:
    """What Notify's refusal means: what is wrong with this message will be wrong again, everything else may pass."""
    match error.status_code:
        case 400:
            told = str(error.message)
            if "team-only" in told or "trial mode" in told:
                return MailFailed("GOV.UK Notify is in trial mode and sends only to its own team")
            if "emplate" in told:
                return MailFailed("the template in GOV.UK Notify is missing, or asks for more than subject and text")
            return MailFailed("GOV.UK Notify refused the recipient's address", permanent=True)
        case 401 | 403:
            return MailFailed("GOV.UK Notify refused the key in SAR_NOTIFY_KEY")
        case 404:
            return MailFailed("GOV.UK Notify does not know the template in SAR_NOTIFY_TEMPLATE")
        case 429:
            return MailFailed("GOV.UK Notify takes no more messages for now: a limit was reached")
        case _:
            return MailFailed("GOV.UK Notify cannot be reached, or did not accept the message")
