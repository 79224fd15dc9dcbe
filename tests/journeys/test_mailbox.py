"""A request by e-mail, at a real browser and a real mailbox: it is logged, and its acknowledgement answers it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from sar_service.demo.council import Council
from tests import mails
from tests.configuration import ROOT
from tests.dovecot import MailServer
from tests.journeys.chromium import PATIENCE, Person
from tests.journeys.conftest import MAILBOX

pytestmark = [pytest.mark.xdist_group("live-council"), pytest.mark.browser]

WHO = "ysella.rowe@mail.example"
POLL = 200  # milliseconds


def comes(live: Council, mail_server: MailServer, message: EmailMessage) -> None:
    """A message reaches the council's mailbox, which is read at once and not only in a minute."""
    raw = message.as_bytes(policy=policy.SMTP)
    mail_server.deliver(MAILBOX, raw, arrived=datetime.now(UTC))
    start = [sys.executable, "-c", "from sar_service.cli import main; main()", "sweep"]
    done = subprocess.run(start, cwd=ROOT, env=dict(live.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def until(person: Person, found: Callable[[], Any]) -> Any:
    """Wait for what another process does: a worker may have been quicker to begin with it than we."""
    for _ in range(PATIENCE // POLL):
        if value := found():
            return value
        person.page.wait_for_timeout(POLL)
    raise AssertionError("it did not come")


def test_an_e_mail_becomes_a_request_and_its_acknowledgement_an_answer_to_it(
    chromium: Any, live: Council, mail_server: MailServer
) -> None:
    asked = mails.a_mail(headers={"From": f"Ysella Rowe <{WHO}>", "Subject": "What you hold about me"})
    comes(live, mail_server, asked)
    officer = Person(chromium, live.address)
    officer.sign_in(live.team["officer"].email, live.team["officer"].password)

    def drafts() -> Any:
        officer.open("/staff/?status=draft")
        return officer.page.locator("tr", has_text="E-mail from Ysella Rowe").locator("a").all()

    officer.go(until(officer, drafts)[0])
    reference = officer.path.rsplit("/", 1)[-1]
    assert "Please send me everything that you hold about me." in officer.text
    officer.look()
    officer.go(officer.page.get_by_role("button", name="Log it as a request"))
    officer.look()
    assert officer.page.locator("[name=email]").input_value() == WHO
    for field, value in (("rights", "access"), ("capacity", "self")):
        officer.page.locator(f"[name={field}][value={value}]").check()
    for field, value in (("given_name", "Ysella"), ("family_name", "Rowe")):
        officer.page.locator(f"[name={field}]").fill(value)
    officer.press("Log it")
    assert "Logged: " in officer.text and "Ysella Rowe" in officer.text

    def acknowledgement() -> EmailMessage | None:
        found = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in live.mail.glob("*.eml"))
        return next((each for each in found if each["To"] == WHO), None)

    letter = until(officer, acknowledgement)
    assert letter["In-Reply-To"] == asked["Message-ID"] and reference in str(letter["Subject"])
    mail_server.deliver("ysella", letter.as_bytes(policy=policy.SMTP), arrived=datetime.now(UTC))
    received = message_from_bytes(mail_server.held("ysella")[0], policy=policy.default)
    answer = {"From": WHO, "Subject": "Thank you", "In-Reply-To": received["Message-ID"], "To": received["Reply-To"]}
    comes(live, mail_server, mails.a_mail(headers=answer, text="I forgot: the years from 2015 on.\n"))

    def answered() -> bool:
        officer.open(f"/staff/cases/{reference}")
        return "1 message came in that nobody has dealt with" in officer.text

    assert until(officer, answered)
    officer.tab("Messages")
    officer.look()
    assert "the years from 2015 on" in officer.text and "Another sender" not in officer.text
    assert mail_server.held(MAILBOX) == [] and len(mail_server.held(MAILBOX, "Read")) == 2
    assert officer.problems == [] and officer.found_faults() == {}
