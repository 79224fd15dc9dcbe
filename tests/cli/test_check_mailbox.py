"""`sar check` and a council's mailbox, against a real server: each way in which it cannot be read is told apart."""

import json
import secrets
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from sar_service.catalogue import CatalogueError, load
from sar_service.cli.check_mailbox import check_mailboxes
from sar_service.cli.check_result import Context, Result, State
from sar_service.demo.council import free_port
from tests import configuration, mails
from tests.dovecot import PASSWORD, MailServer

GOOD = {mails.VARIABLE: PASSWORD}


def config(folder: Path, *boxes: dict[str, Any]) -> Path:
    """A council's configuration, its first controllers with these mailboxes."""
    found = configuration.write(folder)
    written = yaml.safe_load(configuration.CONTROLLERS)
    for controller, box in zip(written["controllers"], boxes, strict=False):
        controller["mailbox"] = box
    (found / "controllers.yaml").write_text(json.dumps(written, indent=1, default=str))
    return found


def told(folder: Path, box: dict[str, Any], environ: dict[str, str]) -> Result:
    place = config(folder, box)
    context = Context(environ=environ, config_dir=place, catalogue=load(place, environ={**GOOD, **environ}))
    (result,) = check_mailboxes(context)
    return result


def test_a_mailbox_that_can_be_read_says_how_much_waits(tmp_path: Path, mail_server: MailServer) -> None:
    user = f"u{uuid.uuid4().hex}"
    mail_server.deliver(user, b"Subject: x\r\n\r\ny", arrived=datetime.now(UTC))
    box = mails.settings(mail_server, user)
    for number, more in enumerate(({}, {"security": "starttls", "port": mail_server.starttls})):
        result = told(tmp_path / str(number), {**box, **more}, GOOD)
        assert result.state is State.OK, result.message
        assert "1 to read" in result.message and "the first round makes Read" in result.message
    assert len(mail_server.held(user)) == 1


@pytest.mark.parametrize(
    ("changes", "environ", "says"),
    [
        ({}, {mails.VARIABLE: "wrong"}, "does not let us sign in"),
        ({"folder": "Nowhere"}, GOOD, "there is no folder Nowhere"),
        ({"ca_file": None}, GOOD, "its certificate cannot be trusted"),
        ({"ca_file": "/nowhere/authority.pem"}, GOOD, "/nowhere/authority.pem, named as ca_file, cannot be read"),
        (
            {"ca_file": "/etc/hostname"},
            GOOD,
            "/etc/hostname, named as ca_file, cannot be read, or holds no certificate",
        ),
        ({"security": "starttls"}, GOOD, "did not answer in time"),
        ({"port": 9}, GOOD, "nothing answers at that port"),
        ({"host": "nowhere.invalid"}, GOOD, "there is no server of that name"),
    ],
)
def test_a_mailbox_that_cannot_be_read_says_why(
    tmp_path: Path, mail_server: MailServer, changes: dict[str, Any], environ: dict[str, str], says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("sar_service.adapters.imap.SECONDS", 5)
    result = told(tmp_path, {**mails.settings(mail_server, f"u{uuid.uuid4().hex}"), **changes}, environ)
    assert result.state is State.FAILED and says in result.message and result.remedy
    assert PASSWORD not in result.message


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"password": "tarragon-secret"}, "never written in a file"),
        ({"host": "https://imap.example"}, "name of a server"),
        ({"done_folder": "inbox"}, "another folder"),
        ({"security": "none"}, "security"),
        ({"password": {"env": "NOT_SET_ANYWHERE"}}, "NOT_SET_ANYWHERE is not set"),
        ({"ca_file": "authority.pem"}, "whole path"),
    ],
)
def test_a_mistake_in_the_entry_is_told_with_its_line_and_no_secret(
    tmp_path: Path, mail_server: MailServer, changes: dict[str, Any], says: str
) -> None:
    place = config(tmp_path, {**mails.settings(mail_server, "u"), **changes})
    with pytest.raises(CatalogueError) as caught:
        load(place, environ=GOOD)
    said = "\n".join(str(each) for each in caught.value.mistakes)
    assert says in said and "mailbox" in said and "tarragon" not in said


def test_two_councils_do_not_read_one_folder(tmp_path: Path, mail_server: MailServer) -> None:
    box = mails.settings(mail_server, "shared")
    with pytest.raises(CatalogueError, match="cannot share a folder"):
        load(config(tmp_path, box, {**box, "user": "SHARED"}), environ=GOOD)


def test_that_a_mailbox_cannot_be_read_is_an_event_in_the_log_of_a_production(tmp_path: Path) -> None:
    box = {"address": "access@northmoor.example", "host": "127.0.0.1", "port": free_port(), "user": "access"}
    place = config(tmp_path, {**box, "password": {"env": mails.VARIABLE}})
    environ = {
        "PATH": "/usr/bin:/bin",
        "SAR_SECRET_KEY": secrets.token_hex(32),
        "SAR_BASE_URL": "https://requests.council.example",
        "SAR_DATA_DIR": str(tmp_path / "data"),
        "SAR_CONFIG_DIR": str(place),
        **GOOD,
    }
    for words in (["init", "--email", "ada@northmoor.example"], ["sweep"]):
        program = [str(Path(sys.executable).parent / "sar"), *words]
        done = subprocess.run(program, env=environ, cwd=configuration.ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (event,) = (json.loads(line) for line in done.stderr.splitlines())
    assert (event["level"], event["logger"]) == ("warning", "workers.jobs.incoming")
    assert "could not be read" in event["message"] and "nothing answers at that port" in event["message"]
