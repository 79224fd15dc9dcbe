"""`sar detect`: where people and identifiers are mentioned in texts, one JSON object a line in and out.

It reads line by line and keeps nothing but the ids, so that a batch may be of any length. A line that is wrong is told
at the end and keeps no other from its answer. What is found and how is `documents/detect.py`.
"""

from pathlib import Path
from typing import Any

import click

from sar_service.cli.json_lines import Ids, lines, parsed, told, written
from sar_service.domain.errors import InvalidInput
from sar_service.domain.redaction import Person, Span

_LONGEST_LINE = 64_000_000  # bytes; longer lines are passed over before they are read as JSON
_MOST_PEOPLE = 20_000


@click.command()
@click.option(
    "--batch", "batch", required=True, metavar="FILE.jsonl", help="One JSON object a line; - is standard input."
)
@click.option("--no-model", is_flag=True, help="Use rules and the given people only: faster, finds fewer strangers.")
def detect(batch: str, no_model: bool) -> None:
    """Find mentions of people and identifiers in texts."""
    from sar_service.documents.detect import Detector  # slow to import: only when it is used

    mistakes: list[str] = []
    ids = Ids()
    for number, raw in lines(Path(batch), _LONGEST_LINE):
        try:
            if raw is None:
                raise InvalidInput(f"is longer than {_LONGEST_LINE // 1_000_000} million bytes. Split the text.")
            item = parsed(raw)
            text, subject, people = _text(item), _subject(item), _people(item.get("people"))
            ids.add(item["id"], number)
        except InvalidInput as error:
            mistakes.append(f"line {number}: {error}")
            continue
        detector = Detector(people, subject=subject, use_model=not no_model)
        detector.learn([text])
        spans = [_shown(span) for span in detector.spans(text)]
        click.echo(written({"id": item["id"], "spans": spans}), nl=False)
    if mistakes:
        raise InvalidInput(f"{batch}: every other line was answered; not\n{told(mistakes)}")


def _text(item: dict[str, Any]) -> str:
    if not isinstance(item.get("text"), str):
        raise InvalidInput('"text" is missing or not text.', field="text")
    return str(item["text"])


def _subject(item: dict[str, Any]) -> str | None:
    if item.get("subject") is not None and not isinstance(item["subject"], str):
        raise InvalidInput('"subject" must be the id of one of the people, or null.', field="subject")
    return item.get("subject")


def _people(given: Any) -> list[Person]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > _MOST_PEOPLE:
        raise InvalidInput(f'"people" must be a list of at most {_MOST_PEOPLE} people.', field="people")
    people: list[Person] = []
    seen: set[str] = set()
    for position, entry in enumerate(given, 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
            raise InvalidInput(f'person {position} needs an "id" that is text.', field="people")
        if entry["id"] in seen:
            raise InvalidInput(f'two people have the id "{entry["id"]}".', field="people")
        seen.add(entry["id"])
        people.append(_person(entry, position))
    return people


def _person(entry: dict[str, Any], position: int) -> Person:
    names = entry.get("names", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f'person {position} needs "names": a list of texts.', field="people")
    for name in ("role", "date_of_birth"):
        if entry.get(name) is not None and not isinstance(entry[name], str):
            raise InvalidInput(f'person {position}: "{name}" must be text.', field="people")
    return Person(
        id=entry["id"],
        names=tuple(names),
        role=entry.get("role") or "",
        addresses=tuple(_address(one, position) for one in _list(entry, "addresses", position)),
        phones=tuple(_plain(one, "phones", position) for one in _list(entry, "phones", position)),
        emails=tuple(_plain(one, "emails", position) for one in _list(entry, "emails", position)),
        identifiers=_identifiers(entry, position),
        date_of_birth=entry.get("date_of_birth") or "",
    )


def _list(entry: dict[str, Any], name: str, position: int) -> list[Any]:
    """A list, or the one value that stands for it."""
    value = entry.get(name)
    if value is None:
        return []
    if isinstance(value, dict):
        raise InvalidInput(f'person {position}: "{name}" must be a list of texts.', field="people")
    return value if isinstance(value, list) else [value]


def _plain(value: Any, name: str, position: int) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)  # a number that lost its quotes is still that number
    raise InvalidInput(f'person {position}: "{name}" must be a list of texts.', field="people")


def _address(value: Any, position: int) -> tuple[str, ...]:
    return tuple(_plain(line, "addresses", position) for line in (value if isinstance(value, list) else [value]))


def _identifiers(entry: dict[str, Any], position: int) -> tuple[str, ...]:
    value = entry.get("identifiers")
    values = value.values() if isinstance(value, dict) else _list(entry, "identifiers", position)
    return tuple(_plain(one, "identifiers", position) for one in values if one is not None)


def _shown(span: Span) -> dict[str, Any]:
    return {
        "start": span.start, "end": span.end, "kind": str(span.kind), "person": span.person,
        "confidence": round(span.confidence, 2), "text": span.text,
    }  # fmt: skip
