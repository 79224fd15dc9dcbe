"""`sar verify`: re-read a finished PDF and try to recover what was withheld from it."""

import json
import sys
from pathlib import Path

import click

from sar_service.domain.errors import InvalidInput, Refused


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--withheld",
    "listing",
    required=True,
    type=click.Path(path_type=Path),
    help="A text file (UTF-8) with one withheld string a line; empty lines are passed over.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--no-ocr", is_flag=True, help="Do not read pictures: quick, but what is only in pixels is missed.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="How many pages to search at a time.")
def verify(file: Path, listing: Path, as_json: bool, no_ocr: bool, workers: int) -> int:
    """Try to recover each line of a list from FILE.

    Looks in the text layer, the pictures of the pages by OCR, annotations, form fields, bookmarks, metadata,
    attachments, earlier revisions and every other object. Exit 0: nothing was found; 1: every place where something
    was found is listed, with the line of the list; 2: the input cannot be used.
    """
    from sar_service.documents.verify import verify as search

    lines = withheld_lines(listing)
    if not file.is_file():
        raise InvalidInput(f"{file}: there is no such file")
    strings = [string for _line, string in lines]
    try:
        findings = search(file, strings, ocr=not no_ocr, workers=workers)
    except Refused as error:
        raise InvalidInput(f"{file}: cannot be verified: {error}") from error
    numbers: dict[str, int] = {}
    for line, string in lines:
        numbers.setdefault(string, line)
    if as_json:
        rows = [
            {"line": numbers[f.string], "string": f.string, "where": f.where, "how": f.how, "page": f.page}
            for f in findings
        ]
        click.echo(json.dumps({"clean": not findings, "searched": len(strings), "found": rows}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"line {numbers[finding.string]}: {finding.string}: {finding.where} ({finding.how})")
        what = "1 string" if len(strings) == 1 else f"{len(strings)} strings"
        hits = len({finding.string for finding in findings})
        click.echo(f"FOUND: {hits} of {what} can be recovered" if findings else f"Clean: none of {what} was found")
    if no_ocr:
        click.echo("Pictures were not read: what stands only in their pixels was not looked for.", err=True)
    sys.stdout.flush()
    return 1 if findings else 0


def withheld_lines(path: Path) -> list[tuple[int, str]]:
    """The strings of a list with their line numbers. Raises InvalidInput naming the file and line at fault."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(f"{path}: there is no such file") from None
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: is not UTF-8 text (byte {error.start})") from None
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise InvalidInput(f"{path}: holds no string to look for: put one on each line")
    for number, line in lines:
        if sum(character.isalnum() for character in line) < 2:
            raise InvalidInput(f"{path}: line {number} needs at least two letters or digits to be looked for")
    return lines
