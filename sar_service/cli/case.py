"""`sar gather`, `sar pack` and `sar sweep`: what the workers do, done here and now, for one case or for all.

Jobs run in this process instead of being sent to the queue. Whoever may run this command may see every case; what it
does is in the audit trail as the command line's. `sar pack --demo` is in `pack_demo.py`.
"""

import importlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click


class Here:
    """A courier that keeps jobs instead of sending them; `work` runs them, and those that they ask for."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, tuple[str, ...]]] = []

    def send(self, job: str, *arguments: str) -> bool:
        self.jobs.append((job, arguments))
        return True

    def check(self) -> None:
        """There is nothing to reach."""

    def work(self) -> int:
        """Run every job that waits; returns how many there were."""
        from sar_service.db import db
        from sar_service.queue import JOBS

        done = 0
        db.session.commit()
        while self.jobs:
            job, arguments = self.jobs.pop(0)
            module, _, name = JOBS[job].rpartition(".")
            getattr(importlib.import_module(module), name)(*arguments)
            done += 1
        return done


def start(app: Any = None) -> tuple[Any, Here]:
    """The application of this command, and the courier that keeps its jobs here."""
    from sar_service import create_app
    from sar_service.queue import use

    app = create_app(web=False) if app is None else app
    importlib.import_module("workers.runtime").use_app(app)
    here = Here()
    use(here)
    return app, here


def operator() -> Any:
    """Who acts: somebody at the command line, who sees the cases of every council."""
    from sar_service.domain.actor import Actor, ActorKind
    from sar_service.domain.permission import Role
    from sar_service.extensions import runtime

    return Actor(
        kind=ActorKind.STAFF,
        id="command-line",
        name="the command line",
        role=Role.MANAGER,
        controllers=frozenset(runtime().catalogue.controllers),
    )


def moment(app: Any) -> datetime:
    """Now, or what a test says is now."""
    found: datetime = app.config.get("NOW", lambda: datetime.now(UTC))()
    return found


@click.command()
@click.argument("reference")
def gather(reference: str) -> int:
    """Run the searches of a case here and now. Exit 1 if a system gave no answer or somebody has to decide."""
    from sar_service.db import db
    from sar_service.domain.lifecycle import Action
    from sar_service.services import case as cases
    from sar_service.services import search, sweep

    app, here = start()
    with app.app_context():
        now = moment(app)
        case = cases.get(reference, actor=operator())
        cases.move(case, Action.START_SEARCH, actor=operator(), now=now)
        search.start(case, actor=operator(), now=now)
        sweep.send_again(now=now)
        here.work()
        db.session.rollback()
        case = cases.get(reference, actor=operator())
        for outcome in search.outcomes(case):
            found = f"{outcome.records} records, {outcome.documents} documents"
            click.echo(f"{outcome.title}: {outcome.state.value}, {found}")
            if outcome.message:
                click.echo(f"  {outcome.message}")
        return 0 if search.settled(case) else 1


@click.command()
@click.argument("reference", required=False)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the finished pack to this file."
)
@click.option("--demo", is_flag=True, help="Make the pack of the demo council instead.")
@click.option("--profile", default="demo", show_default=True, help="With --demo: under this example profile.")
@click.option("--seed", type=int, default=1, show_default=True, help="With --demo: the council to generate.")
def pack(reference: str | None, out: Path | None, demo: bool, profile: str, seed: int) -> int:
    """Build and check the pack of a case here and now. Exit 1, with the places, if it may not leave."""
    if demo == bool(reference):
        raise click.UsageError("Give the reference of a case, or --demo.")
    if demo:
        from .pack_demo import make

        return make(profile=profile, seed=seed, out=out)
    assert reference is not None
    from sar_service.db import db
    from sar_service.models import Pack, PackState
    from sar_service.services import case as cases
    from sar_service.services import pack as packs
    from sar_service.services import sealing, sweep

    app, here = start()
    with app.app_context():
        now = moment(app)
        case = cases.get(reference, actor=operator())
        identity = packs.ask(case, actor=operator(), now=now).id
        sweep.send_again(now=now)
        here.work()
        db.session.rollback()
        row = db.session.get_one(Pack, identity)
        if row.state is not PackState.READY:
            click.echo(row.message or "The pack is being built by somebody else.", err=True)
            for place in packs.findings(row):
                click.echo(f"  {place['where']} ({place['how']})", err=True)
            return 1
        click.echo(f"Pack {row.number}: {row.pages} pages, sha256 {row.sha256}")
        if out is not None:
            sealing.object_to(row.object_id, out)
            click.echo(str(out.resolve()))
    return 0


@click.command()
def sweep() -> int:
    """Run the housekeeping once: read the mailboxes, do lost work again, clear what is old, work out the clocks."""
    from sar_service.db import db
    from sar_service.services import clock_renew, finding, identity_copy, incoming, incoming_scan, store
    from sar_service.services import sweep as housekeeping

    app, here = start()
    with app.app_context():
        now = moment(app)
        incoming.ask_for_all(now=now)
        here.work()
        housekeeping.send_again(now=now)
        incoming_scan.ask_again(now=now)
        done = here.work()
        housekeeping.go_on(now=now)
        done += here.work()
        housekeeping.clear_old(now=now)
        while finding.index_missing():
            db.session.commit()
        gone = identity_copy.destroy_due(now=now)
        db.session.commit()
        moved = clock_renew.refresh_open(now=now)
        db.session.commit()
        store.agree(now=now)
        click.echo(f"{done} jobs done again, {len(moved)} due dates moved, {gone} copies of evidence destroyed")
    return 0
