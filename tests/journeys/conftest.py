"""What the journeys share: one demo run, made once per test run; and a small council that runs, with a browser at it.

The demo run is a small council, the real processes, the whole job over HTTP.

Whichever test process comes first makes it; the others wait for it at a lock and read what it left.
"""

import fcntl
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import sync_playwright

from sar_service.demo import council as councils
from sar_service.demo.council import Council
from sar_service.demo.world import World, load
from tests import mails
from tests.configuration import ROOT
from tests.dovecot import PASSWORD, MailServer

SEED, FAMILIES, NOTES = 3, 6, 8
MAILBOX = "brackenmere"  # the user at the IMAP server whose mailbox the council reads
SECONDS = 2400  # after which a run is given up, on a slow machine; nothing is measured by it


@dataclass(frozen=True)
class DemoRun:
    """What one demo left behind: its words, its pack as text, and the truth."""

    folder: Path
    code: int
    said: str
    world: World
    text: str

    @property
    def pack(self) -> Path:
        return self.folder / "pack.pdf"

    def names(self, words: str) -> bool:
        """Do these words stand in the pack as words of their own?"""
        pattern = r"(?<!\w)" + r"\s+".join(re.escape(part) for part in words.split()) + r"(?!\w)"
        return re.search(pattern, self.text, re.IGNORECASE) is not None

    def stands(self, words: str) -> bool:
        """Do these words stand in the pack, spaces and capitals apart?"""
        return _bare(words) in _bare(self.text)

    def withheld(self, person: str) -> list[str]:
        """Everything that must not be in the pack because of this person."""
        return [each.text for each in self.world.withheld if each.person == person]


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def _run(folder: Path) -> None:
    start = "from sar_service.cli import main; main()"
    command = [sys.executable, "-c", start, "demo", "--out", str(folder), "--seed", str(SEED)]
    done = subprocess.run(
        [*command, "--families", str(FAMILIES), "--notes", str(NOTES)],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    told = {"code": done.returncode, "said": done.stdout, "problems": done.stderr[-4000:]}
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture(scope="session")
def demo_run(run_folder: Path) -> Iterator[DemoRun]:
    """The demo, run to its end. Fails with what the run said if it did not come to a good one."""
    folder = run_folder / "demo-run"
    folder.mkdir(exist_ok=True)
    with (run_folder / "demo-run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "run.json").exists():
            _run(folder)
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (folder / "pack.pdf").is_file(), told["said"] + told["problems"]
    text = subprocess.run(
        ["pdftotext", "-layout", str(folder / "pack.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    said = told["problems"] + told["said"]
    yield DemoRun(folder, told["code"], said, load(folder / "council" / "world.json"), text)


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory, mail_server: MailServer) -> Iterator[Council]:
    """A small demo council that runs: web, workers, timetable, Redis, housing server. For `live-council` tests.

    Unlike the demo that is shipped it has a mailbox that it reads: that of `MAILBOX` at the tests' IMAP server.
    """
    config = tmp_path_factory.mktemp("live-config") / "config"
    shutil.copytree(ROOT / "config", config)
    file = config / "demo" / "controllers.yaml"
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    told["controllers"][0]["mailbox"] = mails.settings(mail_server, MAILBOX)
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    more = {"SAR_CONFIG_DIR": str(config), mails.VARIABLE: PASSWORD}
    council = councils.prepare(tmp_path_factory.mktemp("live"), seed=3, families=2, notes_per_family=3, more=more)
    with councils.running(council, workers=2):
        yield council


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()
