"""`sar demo`: builds the demo council, runs the whole service on it, and walks one request from form to pack.

It speaks HTTP itself and needs no browser. Whatever happens, every process it started is stopped at the end.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from sar_service.domain.errors import InvalidInput

if TYPE_CHECKING:
    from sar_service.demo.council import Council


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-out"), show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another council.")
@click.option("--families", type=click.IntRange(1, 5000), hidden=True, help="A smaller council, for trying out.")
@click.option("--notes", type=click.IntRange(1, 500), hidden=True, help="Notes of each of these families.")
def demo(out: Path, seed: int, families: int | None, notes: int | None) -> int:
    """Do the main job on an invented council: from the public form to the downloaded pack.

    DIR gets pack.pdf, withheld.txt and kept.txt (a string a line: what must not and what must be in the pack) and
    audit.jsonl. The last line of output is the path of the pack. Exit 1: the pack is not as it must be, or a step
    failed; 2: the demo could not be set up.
    """
    from sar_service.demo import council as councils
    from sar_service.demo.browse import Unexpected
    from sar_service.demo.build import FAMILIES, NOTES_PER_FAMILY
    from sar_service.demo.walk import Step, Walk
    from sar_service.demo.walk_review import do_all

    out = out.resolve()
    if any(ch.isspace() for ch in str(out)):
        raise InvalidInput(f"the folder {out} has a space in its path; choose another with --out")
    signal.signal(signal.SIGTERM, _stop)
    began = time.monotonic()
    say = click.echo
    say(f"Building the demo council of seed {seed} (kept for the next time) and starting the service.")
    council = councils.prepare(
        out, seed=seed, families=families or FAMILIES, notes_per_family=notes or NOTES_PER_FAMILY
    )
    for name in ("pack.pdf", "withheld.txt", "kept.txt", "audit.jsonl"):
        (out / name).unlink(missing_ok=True)

    def tell(step: Step) -> None:
        say(f"{step.seconds:7.1f} s  {step.words}")

    with councils.running(council):
        counts = council.world.counts
        say(
            f"{time.monotonic() - began:7.1f} s  Ready: {council.world.council}, {counts['families']} families,"
            f" {counts['case_notes']:,} case notes, at {council.address}."
        )
        started = time.monotonic()
        walk = Walk(council, say=tell)
        try:
            walk.ask()
            walk.acknowledged()
            do_all(walk)
            walk.fetch(out / "pack.pdf")
        except Unexpected as error:
            click.echo(f"The demo stopped. {error}", err=True)
            click.echo(f"What the processes said is in {council.log}", err=True)
            return 1
        say(f"The whole job took {time.monotonic() - started:.0f} seconds after set-up.")
    _write_lists(out, council)
    good = _verify(out, council)
    say("")
    say("To try next:")
    say(f"  sar verify {out}/pack.pdf --withheld {out}/withheld.txt")
    say("  make run        the same council to click through, with sign-ins")
    say(str(out / "pack.pdf"))
    sys.stdout.flush()
    return 0 if good else 1


def serve_council(*, port: int, workers: int) -> None:
    """Run the demo council to click through, with requests on its worklist, until it is told to stop."""
    import os
    import threading

    from sar_service.demo import council as councils
    from sar_service.demo import inbox

    folder = Path(os.environ.get("SAR_DATA_DIR") or "var").resolve() / "demo"
    click.echo("Building the demo council (kept for the next time) and starting the service.")
    council = councils.prepare(folder, port=port, fresh=False)
    signal.signal(signal.SIGTERM, _stop)
    try:
        with councils.running(council, workers=workers) as supervisor:
            new = inbox.fill(council, now=inbox.now())
            click.echo(f"\n{council.world.council} is at {council.address}/  Ctrl-C stops it.\n")
            click.echo(f"  Make a request    {council.address}/request/who")
            click.echo(f"  Look at one       {council.address}/portal/enter   (letters are in {council.mail})")
            click.echo(f"  Staff             {council.address}/staff/\n")
            for one in council.team.values():
                click.echo(f"  {one.post.replace('_', ' '):<15} {one.email:<36} {one.password}")
            if new:
                click.echo(f"\n{new} requests wait on the worklist; one more is being answered and released meanwhile.")
                threading.Thread(target=_release_one, args=(council,), daemon=True).start()
            while not supervisor.stopping.wait(0.5):
                pass
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _release_one(council: "Council") -> None:
    """Answer one request over HTTP in the background, as the officers would."""
    from sar_service.demo import inbox

    try:
        click.echo(f"The request {inbox.release_one(council)} was released.")
    except Exception as error:
        click.echo(f"One request could not be walked through: {error}", err=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _write_lists(out: Path, council: "Council") -> None:
    """What must not and what must be in the pack, from the ground truth."""
    listed = {"withheld.txt": council.world.withheld_strings(), "kept.txt": dict.fromkeys(council.world.kept)}
    for name, strings in listed.items():
        (out / name).write_text("".join(f"{each}\n" for each in strings), encoding="utf-8")


def _verify(out: Path, council: "Council") -> bool:
    """Read the downloaded file and the audit trail again, as `sar verify` and `sar audit verify` do."""
    from sar_service import create_app
    from sar_service.documents.verify import verify
    from sar_service.services import audit

    began = time.monotonic()
    findings = verify(out / "pack.pdf", list(council.world.withheld_strings()), ocr=True, workers=2)
    took = time.monotonic() - began
    for finding in findings[:50]:
        click.echo(f"  recovered: {finding.string}: {finding.where}, page {finding.page} ({finding.how})", err=True)
    hits = len({finding.string for finding in findings})
    strings = len(council.world.withheld_strings())
    said = f"{hits} of {strings} withheld strings can be recovered" if hits else f"none of {strings} can be recovered"
    click.echo(f"{took:7.1f} s  The downloaded file is searched for what must not be in it: {said}.")
    missing = _missing(out / "pack.pdf", council)
    for string in missing:
        click.echo(f"  missing: {string}", err=True)
    found = f"{len(missing)} are missing" if missing else "all are there"
    click.echo(f"           Of {len(council.world.kept)} strings that must be in it {found}.")
    with create_app(environ=council.environ, web=False).app_context():
        count, broken = audit.verify()
        (out / "audit.jsonl").write_text("".join(f"{line}\n" for line in audit.export()), encoding="utf-8")
    click.echo(f"           The audit trail {'is broken' if broken else 'is whole'}: {count} events.")
    return not findings and not missing and broken is None


def _missing(pack: Path, council: "Council") -> list[str]:
    """The strings that must be in the pack and are not in its text as poppler reads it, spaces and capitals apart."""
    read = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", str(pack), "-"], capture_output=True, timeout=600, check=True
    ).stdout.decode("utf-8", "replace")
    text = "".join(read.split()).casefold()
    return [each for each in council.world.kept if "".join(each.split()).casefold() not in text]
