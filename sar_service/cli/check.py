"""`sar check`: is everything that is configured right, and does everything that is connected answer?

Each check is one function in `CHECKS`, which yields one `Result` for each thing it looked at. A check
never raises for a thing that is bad, and never prints a secret. What is checked about files is in
`catalogue`.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from sar_service.catalogue import Catalogue, CatalogueError, load
from sar_service.catalogue.reading import environment_names
from sar_service.catalogue.system import EXTERNAL, MANUAL, System
from sar_service.connectors.base import ConnectorError
from sar_service.documents.assets import TEMPLATES
from sar_service.services import letter_check
from sar_service.settings import Settings, SettingsError

from .check_mailbox import check_mailboxes
from .check_result import Context, Result, State
from .check_running import check_database, check_mail, check_queue, check_scanner, check_storage

TOLD = 12  # columns named in one line

Check = Callable[[Context], Iterable[Result]]


def check_environment(context: Context) -> Iterable[Result]:
    """The settings in the environment. A profile is looked at without them."""
    if context.profile is not None:
        return
    try:
        context.settings = Settings.load(context.environ)
    except SettingsError as error:
        for name, problem in error.mistakes.items():
            yield Result(name=name, state=State.WRONG, message=problem, remedy="Set it as .env.example shows.")
    else:
        yield Result(name="environment", state=State.OK, message=f"set up for {context.settings.env}")


def check_files(context: Context) -> Iterable[Result]:
    """Every file of the configuration: good, or each of its mistakes."""
    environ = None if context.profile else context.environ
    profile = context.profile
    if profile is None and context.settings is not None:
        profile = context.settings.profile or None
    try:
        context.catalogue = load(context.config_dir, environ=environ, profile=profile)
    except CatalogueError as error:
        bad = {mistake.file for mistake in error.mistakes}
        for file in error.files:
            if file not in bad:
                yield Result(name=file, state=State.OK, message="can be used")
        for mistake in error.mistakes:
            place = f"{mistake.file}:{mistake.line}" if mistake.line else mistake.file
            message = f"{mistake.path}: {mistake.message}" if mistake.path else mistake.message
            yield Result(name=place, state=State.WRONG, message=message, remedy="config/README.md explains every key.")
        return
    for file in context.catalogue.files:
        yield Result(name=file, state=State.OK, message="can be used")
    if not context.catalogue.controllers:
        yield Result(
            name=str(context.config_dir / "controllers.yaml"),
            state=State.WRONG,
            message="names no council yet",
            remedy="Add your council; the file itself holds an example to copy.",
        )


def check_gaps(context: Context) -> Iterable[Result]:
    """What notices and controllers leave out: the covering letter will say "not stated in the notice"."""
    for gap in context.catalogue.gaps() if context.catalogue else ():
        letter = f" {gap.letter}" if gap.letter else ""
        remark = f" ({gap.remark})" if gap.remark else ""
        article = f"Article 15(1){gap.letter}" if gap.letter.startswith("(") else f"Article {gap.letter}"
        yield Result(
            name=f"{gap.about}{letter}",
            state=State.GAP,
            message=f"{gap.heading}: not stated{remark}",
            remedy=f"Complete {gap.file}:{gap.line}" + (f" for {article}." if gap.letter else "."),
        )


def check_systems(context: Context) -> Iterable[Result]:
    """Each system: reached with its own connector, or not searched."""
    if context.catalogue is None:
        return
    for system in context.catalogue.systems.values():
        result = _reach(context, context.catalogue, system)
        yield result
        if result.state is State.OK and system.kind == "sql":
            yield from _unshown(context, context.catalogue, system)


def _unshown(context: Context, catalogue: Catalogue, system: System) -> Iterable[Result]:
    """What lies in a database's tables and would reach nobody, as one line."""
    try:
        found: list[str] = catalogue.connector(system, secrets=context.environ).gaps()  # type: ignore[attr-defined]
    except ConnectorError:
        return  # it answered a moment ago: the next check will say what became of it
    if found:
        more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
        yield Result(
            name=f"system {system.key} shows",
            state=State.GAP,
            message=f"in no record, so that nobody would be given it: {'; '.join(found[:TOLD])}{more}",
            remedy=f"Show it, or list it under `leave_out` in systems/{system.key}.yaml.",
        )


def _reach(context: Context, catalogue: Catalogue, system: System) -> Result:
    name = f"system {system.key}"
    if system.kind == EXTERNAL:
        return Result(name=name, state=State.OK, message="is not searched: the requester is told whom to ask")
    names = dict.fromkeys(name for _, name in environment_names(system.settings))
    unset = [each for each in names if not context.environ.get(each)]
    if unset:
        return Result(
            name=name,
            state=State.SKIPPED if context.profile else State.WRONG,
            message=f"not tried: {', '.join(unset)} not set in the environment",
            remedy=f"Set {', '.join(unset)} and try again.",
        )
    try:
        catalogue.connector(system, secrets=context.environ).check()
    except ConnectorError as error:
        bare = context.profile is not None and system.kind == MANUAL
        return Result(
            name=name,
            state=State.GAP if bare else State.FAILED,
            message=str(error),
            remedy=f"Correct systems/{system.key}.yaml." if error.permanent else "Try again later, or ask its owner.",
        )
    except Exception as error:  # the message could hold a secret or personal data, so only its kind is told
        return Result(
            name=name,
            state=State.FAILED,
            message=f"broke the check with {type(error).__name__}",
            remedy="Report it to whoever maintains this service.",
        )
    answered = "can be asked" if system.kind == MANUAL else "answers"
    return Result(name=name, state=State.OK, message=answered)


def check_letters(context: Context) -> Iterable[Result]:
    """Every letter of every kind, right, result and language: can it be written, and does it say what it has to?"""
    if context.catalogue is None or not context.catalogue.controllers:
        return
    folder = context.settings.templates_dir if context.settings else TEMPLATES
    found = list(letter_check.check(context.catalogue, folder.absolute()))
    for each in found:
        state = State.WRONG if each.broken else State.GAP
        remedy = "config/README.md says how letters are written."
        yield Result(name=each.file, state=state, message=each.problem, remedy=remedy)
    if not any(each.broken for each in found):
        yield Result(name="letters", state=State.OK, message="every one can be written and says what it has to")


CHECKS: list[Check] = [
    check_environment,
    check_files,
    check_letters,
    check_database,
    check_queue,
    check_storage,
    check_mail,
    check_mailboxes,
    check_scanner,
    check_systems,
    check_gaps,
]


def run(context: Context) -> list[Result]:
    """Run every check in order."""
    for each in CHECKS:
        context.results.extend(each(context))
    return context.results


def exit_code(results: Iterable[Result]) -> int:
    """0 when nothing is bad, 2 when the set-up is wrong, else 1 when something does not answer."""
    states = {result.state for result in results}
    return 2 if State.WRONG in states else 1 if State.FAILED in states else 0


@click.command()
@click.option("--profile", help="check one of the example profiles instead of the council's own files")
@click.option("--json", "as_json", is_flag=True, help="print JSON for a machine to read")
def check(profile: str | None, as_json: bool) -> None:
    """Check every file in config/, and reach everything that is connected."""
    environ = dict(os.environ)
    context = Context(environ=environ, config_dir=Path(environ.get("SAR_CONFIG_DIR") or "config"), profile=profile)
    results = run(context)
    code = exit_code(results)
    if as_json:
        rows = [{"name": r.name, "state": r.state, "message": r.message, "remedy": r.remedy} for r in results]
        click.echo(json.dumps({"ok": code == 0, "checks": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(as_table(results))
    sys.exit(code)


def as_table(results: Iterable[Result]) -> str:
    """One line for each thing, bad ones followed by what to do, and a count."""
    results = list(results)
    width = min(max((len(result.name) for result in results), default=0), 60)
    lines = []
    for result in results:
        lines.append(f"{result.state:<8} {result.name:<{width}}  {result.message}")
        if result.state in (State.FAILED, State.WRONG) and result.remedy:
            lines.append(f"{'':<8} {'':<{width}}  -> {result.remedy}")
    counts = [f"{sum(r.state is state for r in results)} {state}" for state in State]
    return "\n".join([*lines, "", ", ".join(counts)])
