"""`sar redact`: stand-alone redaction of documents. The work is in `documents/redact`; here are words and
exit codes.
"""

import os
import sys
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--people", required=True, type=click.Path(path_type=Path), help="YAML file: who is in the documents.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the PDFs and report.json.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def redact(files: tuple[str, ...], people: Path, out: Path, *, as_json: bool) -> int:
    """Turn each FILE into a PDF without other people's data, and write a report of what was removed.

    Exit code 0: all done; 1: at least one file was refused, with the reason in the report; 2: the people
    file or the set-up is wrong and nothing was done.
    """
    from sar_service.documents.people_file import read_people_file
    from sar_service.documents.redact import as_report, redact_files
    from sar_service.domain.errors import InvalidInput

    register = read_people_file(people)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{out}: cannot be made a folder ({error.strerror}); choose another for --out") from error
    if not os.access(out, os.W_OK | os.X_OK) or (out / "report.json").is_dir():
        raise InvalidInput(f"{out}: report.json cannot be written there; choose another folder for --out")

    def tell(number: int, step: str) -> None:
        if sys.stderr.isatty():
            click.echo(
                f"\r\033[K{number}/{len(files)} {_shown(Path(files[number - 1]).name)}: {step}", nl=False, err=True
            )

    report = redact_files(files, register=register, out=out, tell=tell)
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    if as_json:
        click.echo(as_report(report))
    else:
        for entry in report:
            click.echo(_line(entry))
    return 1 if any(entry["status"] == "refused" for entry in report) else 0


def _line(entry: dict[str, Any]) -> str:
    if entry["status"] == "refused":
        return f"{_shown(entry['file'])}: refused: {entry['reason']}"
    included = sum(hidden["decision"] == "included" for hidden in entry["hidden"])
    return (
        f"{_shown(entry['file'])}: {_shown(entry['output'])}, {_count(entry['pages'], 'page')}, "
        f"{_count(len(entry['removed']), 'removal')}, {_count(included, 'hidden thing')} shown, "
        f"{len(entry['hidden']) - included} left out"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _shown(name: str) -> str:
    """A file's name on one line of a terminal: bytes that are no text, and orders to the terminal, are replaced."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
