"""`sar match --batch`: is this record that person? One JSON object a line in, one verdict a line out.

The rules are in `domain/matching.py`. Every line is read and judged before the first verdict is written.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from sar_service.cli.json_lines import Ids, lines, parsed, told, written
from sar_service.domain.errors import InvalidInput
from sar_service.domain.matching import match as judge
from sar_service.domain.people import Subject
from sar_service.domain.search import Match

_MAX_LINE = 1_000_000  # bytes
_MAX_LINES = 1_000_000
_TEXTS = ("given_name", "family_name", "postcode")
_LISTS = ("other_names", "address", "phones", "emails")


@click.command()
@click.option(
    "--batch",
    type=click.Path(path_type=Path),
    required=True,
    help="A JSON Lines file; - reads standard input.",
)
def match(batch: Path) -> int:
    """Say whether each record is about that person, and why."""
    click.echo(b"".join(_judged(batch)), nl=False)
    return 0


def _judged(path: Path) -> list[bytes]:
    answers: list[bytes] = []
    mistakes: list[str] = []
    ids = Ids()
    for line, raw in lines(path, _MAX_LINE):
        if line > _MAX_LINES:
            raise InvalidInput(f"{path}: has more than {_MAX_LINES} lines. Split it.")
        try:
            if raw is None:
                raise InvalidInput(f"is longer than {_MAX_LINE // 1_000_000} MB.")
            pair = parsed(raw)
            ids.add(pair["id"], line)
            answers.append(_answer(pair))
        except InvalidInput as error:
            mistakes.append(f"line {line}: {error}")
    if mistakes:
        raise InvalidInput(f"{path}: nothing was judged, because of\n{told(mistakes)}")
    return answers


def _answer(pair: Mapping[str, Any]) -> bytes:
    return written(_told(pair["id"], judge(_person(pair, "subject"), _person(pair, "candidate"))))


def _told(key: object, result: Match) -> dict[str, Any]:
    return {
        "id": key,
        "verdict": result.verdict.value,
        "score": result.score,
        "reasons": [
            {"field": r.field, "outcome": r.outcome, "weight": r.weight, "note": r.note} for r in result.reasons
        ],
    }


def _person(pair: Mapping[str, Any], who: str) -> Subject:
    given = pair.get(who)
    if not isinstance(given, dict):
        raise InvalidInput(f"has no {who}: give an object, which may be empty.", field=who)
    texts = {name: _text(given.get(name), f"{who}.{name}") for name in (*_TEXTS, "date_of_birth")}
    lists = {name: _list(given.get(name), f"{who}.{name}") for name in _LISTS}
    identifiers = given.get("identifiers") or {}
    if not isinstance(identifiers, dict):
        raise InvalidInput(f"{who}.identifiers is not an object of schemes and values.", field=who)
    known = {*_TEXTS, *_LISTS, "date_of_birth", "identifiers"}
    return Subject(
        given_name=texts["given_name"],
        family_name=texts["family_name"],
        other_names=lists["other_names"],
        date_of_birth=texts["date_of_birth"] or None,
        address=lists["address"],
        postcode=texts["postcode"],
        phones=lists["phones"],
        emails=lists["emails"],
        identifiers={
            scheme: _text(value, f"{who}.identifiers.{scheme}")
            for scheme, value in identifiers.items()
            if value is not None
        },
        other={
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in given.items()
            if name not in known and value is not None
        },
    )


def _text(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # a number that lost its quotes is still that number
    raise InvalidInput(f"{place} is not text.", field=place)


def _list(value: object, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(line.strip() for line in value.splitlines() if line.strip())
    if isinstance(value, list):
        return tuple(_text(one, place) for one in value if one is not None)
    raise InvalidInput(f"{place} is not a list of texts.", field=place)
