"""`sar clock`: the due date of one request with its steps, or of a whole file of them.

The rules are in `domain/clock.py`; reading the file is in `clock_batch.py`. Every row is worked out before
the first is written, so that a bad row never leaves half an answer behind.
"""

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

import sar_service
from sar_service.adapters import holidays as calendar
from sar_service.catalogue.school_terms import read_terms
from sar_service.domain.clock import Clarification, Extension, Facts, Reckoning, reckon
from sar_service.domain.errors import InvalidInput
from sar_service.domain.holidays import Holidays, Nation
from sar_service.domain.rights import Right
from sar_service.domain.school_days import SchoolTerms

from .clock_batch import read_day, reckon_file

_OPTIONS = {  # the domain's field, and the option that gives it
    "received": "--received",
    "id_requested": "--id-requested",
    "id_received": "--id-received",
    "fee_requested": "--fee-requested",
    "fee_paid": "--fee-paid",
    "clarifications": "--clarification",
    "extension": "--extension-notice",
    "nation": "--nation",
    "terms": "--terms",
}


class Day(click.ParamType):
    """A day, written as 2026-01-30."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Wait(click.ParamType):
    """The day on which clarification was asked for and, after a colon, the day on which it came."""

    name = "date[:date]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Clarification:
        if isinstance(value, Clarification):
            return value
        asked, colon, answered = str(value).partition(":")
        try:
            return Clarification(
                asked=read_day(asked), answered=read_day(answered) if colon and answered.strip() else None
            )
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY, WAIT = Day(), Wait()


@click.command()
@click.option("--received", type=DAY, help="The day on which the request was received.")
@click.option("--right", type=click.Choice([r.value for r in Right]), default="access", show_default=True)
@click.option("--nation", type=click.Choice([n.value for n in Nation]), help="Where the council is.")
@click.option("--id-requested", type=DAY, help="Evidence of identity or authority was asked for.")
@click.option("--id-received", type=DAY, help="Enough evidence had arrived.")
@click.option("--fee-requested", type=DAY, help="A fee was asked for.")
@click.option("--fee-paid", type=DAY, help="The fee was paid.")
@click.option(
    "--clarification",
    "clarifications",
    type=WAIT,
    multiple=True,
    help="Clarification was asked for, and came: 2026-06-03:2026-06-09. May be given several times.",
)
@click.option("--extension-notice", type=DAY, help="Notice of an extension, with its reasons, was given.")
@click.option(
    "--terms",
    type=click.Path(dir_okay=False, path_type=Path),
    help="For pupil-record, which is counted in school days: a YAML file with terms and inset_days.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--batch", type=click.Path(path_type=Path), help="A CSV file of requests; - reads standard input.")
def clock(**given: Any) -> int:
    """Work out when an answer is due, step by step."""
    batch, as_json = given.pop("batch"), given.pop("as_json")
    if batch is not None:
        if as_json or any(value for name, value in given.items() if name != "right"):
            raise click.UsageError("--batch takes its facts from the file: give no other option with it.")
        sys.stdout.write(reckon_file(batch, holidays=_calendar()))
        return 0
    missing = [f"--{name}" for name in ("received", "nation") if given[name] is None]
    if missing:
        raise click.UsageError(f"Give {' and '.join(missing)}, or --batch with a file.")
    facts = _facts(given)
    try:
        answer = reckon(facts, holidays=_calendar(), terms=_terms(facts.right, given["terms"]))
    except InvalidInput as error:
        option = _OPTIONS.get(error.field or "")
        raise InvalidInput(f"{option}: {error}" if option else str(error), field=error.field) from None
    click.echo(json.dumps(_told(facts, answer), ensure_ascii=False, indent=2) if as_json else _read_out(answer))
    return 0


def _facts(given: dict[str, Any]) -> Facts:
    notice = given["extension_notice"]
    return Facts(
        received=given["received"],
        right=Right(given["right"]),
        nation=given["nation"],
        id_requested=given["id_requested"],
        id_received=given["id_received"],
        fee_requested=given["fee_requested"],
        fee_paid=given["fee_paid"],
        clarifications=given["clarifications"],
        extension=Extension(notice_on=notice, reasons="given in the notice") if notice else None,
    )


def _calendar() -> Holidays:
    """The council's holidays: of SAR_CONFIG_DIR, of ./config, or of the folder that the service came with."""
    named = os.environ.get("SAR_CONFIG_DIR")
    if named:
        return calendar.load(Path(named) / "holidays.yaml")
    shipped = Path(sar_service.__file__).resolve().parent.parent / "config" / "holidays.yaml"
    here = Path("config") / "holidays.yaml"
    if not (here.is_file() or shipped.is_file()):
        raise InvalidInput("There is no config/holidays.yaml here. Set SAR_CONFIG_DIR to the folder that has it.")
    return calendar.load(here if here.is_file() else shipped)


def _terms(right: Right, path: Path | None) -> SchoolTerms:
    """The school terms of the file that was named: needed for a pupil's record, and for nothing else."""
    if right is not Right.PUPIL_RECORD:
        if path is not None:
            raise InvalidInput("School terms count for pupil-record only. Leave it out.", field="terms")
        return SchoolTerms()
    if path is None:
        raise InvalidInput("A pupil's record is due in school days. Give a file with the school terms.", field="terms")
    return read_terms(path)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _told(facts: Facts, answer: Reckoning) -> dict[str, Any]:
    return {
        "right": facts.right.value,
        "nation": facts.nation,
        "state": answer.state.value,
        "start": _iso(answer.start),
        "nominal": _iso(answer.nominal),
        "due": _iso(answer.due),
        "notice_by": _iso(answer.notice_by),
        "paused_days": answer.paused_days,
        "extension_valid": answer.extension_valid,
        "steps": [
            {
                "key": step.key,
                "on": _iso(step.on),
                "values": {k: v.isoformat() if isinstance(v, date) else v for k, v in step.values.items()},
                "sentence": step.sentence,
            }
            for step in answer.steps
        ],
    }


def _read_out(answer: Reckoning) -> str:
    lines = [f"{at}. {step.sentence}" for at, step in enumerate(answer.steps, 1)]
    due = _iso(answer.due) or answer.state.value.upper()
    lines += ["", f"Due: {due}"]
    if answer.notice_by:
        lines.append(f"Last day for notice of an extension: {_iso(answer.notice_by)}")
    return "\n".join(lines)
