"""`sar detect`: where people and identifiers are mentioned in texts, one JSON object a line in and out.

It reads line by line and keeps nothing but the line it is at, so that a batch may be of any length. What is found and
how is `documents/detect.py`.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

import click

from sar_service.domain.errors import InvalidInput
from sar_service.domain.redaction import Person, Span

_LONGEST_LINE = 64 * 1024 * 1024  # characters; longer lines are refused before they are read as JSON
_MOST_PEOPLE = 20_000


@click.command()
@click.option(
    "--batch", "batch", required=True, metavar="FILE.jsonl", help="One JSON object a line; - is standard input."
)
@click.option("--no-model", is_flag=True, help="Use rules and the given people only: faster, finds fewer strangers.")
def detect(batch: str, no_model: bool) -> None:
    """Find mentions of people and identifiers in texts."""
    from sar_service.documents.detect import Detector  # slow to import: only when it is used

    with _opened(batch) as lines:
        for number, line in _lines(lines, batch):
            item = _item(line, number, batch)
            people = _people(item.get("people", []), number, batch)
            detector = Detector(people, subject=item.get("subject"), use_model=not no_model)
            detector.learn([item["text"]])
            spans = [_shown(span) for span in detector.spans(item["text"])]
            click.echo(json.dumps({"id": item["id"], "spans": spans}, ensure_ascii=False))


def _opened(batch: str) -> Any:
    if batch == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]
        return nullcontext(sys.stdin)
    try:
        return Path(batch).open(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"Cannot read {batch}: {error.strerror}. Check the name of the file.", field="batch"
        ) from error


def _lines(lines: TextIO, batch: str) -> Iterator[tuple[int, str]]:
    number = 0
    while True:
        number += 1
        try:
            line = lines.readline(_LONGEST_LINE + 1)
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{batch}, line {number}: not UTF-8 text. Save the file as UTF-8.") from error
        if not line:
            return
        if len(line) > _LONGEST_LINE:
            raise InvalidInput(f"{batch}, line {number}: longer than 64 million characters. Split the text.")
        if line.strip():
            yield number, line


def _item(line: str, number: int, batch: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise InvalidInput(f"{batch}, line {number}: not a JSON object ({why}).") from error
    if not isinstance(item, dict):
        raise InvalidInput(f'{batch}, line {number}: not a JSON object; give {{"id", "text", "people", "subject"}}.')
    if "id" not in item:
        raise InvalidInput(f'{batch}, line {number}: "id" is missing.')
    if not isinstance(item.get("text"), str):
        raise InvalidInput(f'{batch}, line {number}: "text" is missing or not text.')
    if item.get("subject") is not None and not isinstance(item["subject"], str):
        raise InvalidInput(f'{batch}, line {number}: "subject" must be the id of one of the people, or null.')
    return item


def _people(given: Any, number: int, batch: str) -> list[Person]:
    where = f"{batch}, line {number}"
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > _MOST_PEOPLE:
        raise InvalidInput(f'{where}: "people" must be a list of at most {_MOST_PEOPLE} people.')
    people: list[Person] = []
    seen: set[str] = set()
    for position, entry in enumerate(given, 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise InvalidInput(f'{where}: person {position} needs an "id" that is text.')
        names = entry.get("names", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidInput(f'{where}: person {position} needs "names": a list of texts.')
        if entry["id"] in seen:
            raise InvalidInput(f'{where}: two people have the id "{entry["id"]}".')
        seen.add(entry["id"])
        people.append(
            Person(
                id=entry["id"],
                names=tuple(names),
                role=entry["role"] if isinstance(entry.get("role"), str) else "",
                addresses=tuple(_address(one) for one in _texts(entry, "addresses")),
                phones=tuple(str(one) for one in _texts(entry, "phones")),
                emails=tuple(str(one) for one in _texts(entry, "emails")),
                identifiers=_identifiers(entry),
                date_of_birth=entry["date_of_birth"] if isinstance(entry.get("date_of_birth"), str) else "",
            ),
        )
    return people


def _texts(entry: dict[str, Any], name: str) -> list[Any]:
    value = entry.get(name, [])
    return value if isinstance(value, list) else []


def _address(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _identifiers(entry: dict[str, Any]) -> tuple[str, ...]:
    value = entry.get("identifiers", [])
    return tuple(map(str, value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()))


def _shown(span: Span) -> dict[str, Any]:
    return {
        "start": span.start, "end": span.end, "kind": str(span.kind), "person": span.person,
        "confidence": round(span.confidence, 2), "text": span.text,
    }  # fmt: skip
