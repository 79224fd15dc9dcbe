"""How fast and how well mentions are found, on the project's own invented notes. Run as a module; prints a table.

    python -m tests.bench.detect [--json FILE]

The seed is used by no test, but the sentences and names are those of the tests, and rules were written with them in
view: read recall and precision as an upper bound. Rates are million characters a second of processor
time, on one core; recall counts a name only when every letter of it is covered. The yardstick is the model that the
service ships, alone and untuned, on the same notes in the same run. With --json the figures are written as rows of
name, value, unit, yardstick and ratio.
"""
# ruff: noqa: E501 - sentences stay whole

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sar_service.documents import detect_model
from sar_service.documents.detect import Detector
from sar_service.documents.detect_words import Words
from sar_service.documents.identifiers import identifiers
from sar_service.domain.redaction import Kind
from tests.documents.case_notes import NAMES, Note, notes

_SEED = 90210
_PLAIN = (
    "The family were spoken to at length about the plan and about what needs to change over the next few weeks. There was "
    "food in the cupboards and the bedrooms were tidy, although the landlord has not been back about the window. It was "
    "agreed that the support worker will ring again before the review, and that the school will be told if the bus is late.\n\n"
)
_SOME = {"p1", "p2", "p3", "p4", "p7"}


def speeds(count: int = 40) -> dict[str, float]:
    """Million characters a second of each stage, on notes with as much plain prose between them."""
    held = [note for origin in NAMES for note in notes(max(1, count // len(NAMES)), seed=_SEED, origin=origin)]
    people = list(held[0].people)
    text = "\n\n".join(note.text + "\n\n" + _PLAIN * 4 for note in held) * 3

    def rate(work: object) -> float:
        start = time.process_time()
        work()  # type: ignore[operator]
        return len(text) / 1e6 / max(time.process_time() - start, 1e-9)

    bare = Detector(people, subject="p1", use_model=False)
    full = Detector(people, subject="p1")
    bare.spans(text[:5000])
    full.spans(text[:5000])
    return {
        "register": rate(lambda: bare._roster.mentions(Words(text))),
        "identifiers": rate(lambda: identifiers(text)),
        "rules": rate(lambda: bare.spans(text)),
        "model": rate(lambda: full.spans(text)),
        "model alone": rate(lambda: detect_model.load().propose([text])),
    }


def quality(registered: set[str] | None, *, model: bool, each: int = 20) -> dict[str, float]:
    """Recall of names overall, by form and by tradition, and precision; `registered` None is everybody."""
    total, seen, marked, right = Counter[str](), Counter[str](), 0, 0
    for origin in NAMES:
        for note in notes(each, seed=_SEED, origin=origin):
            cover, spans = _found(note, registered, model=model)
            inside = {at for mark in note.marks if mark.kind == "person" for at in range(mark.start, mark.end)}
            marked += len(spans)
            right += sum(bool(inside & set(range(start, end))) for start, end in spans)
            for mark in note.marks:
                if mark.kind == "person":
                    hit = all(at in cover for at in range(mark.start, mark.end))
                    for key in ("all", f"form {mark.form}", f"tradition {origin}"):
                        total[key] += 1
                        seen[key] += hit
    out = {f"recall {key}": seen[key] / total[key] for key in sorted(total)}
    return {"precision": right / max(marked, 1), **out}


def _found(note: Note, registered: set[str] | None, *, model: bool) -> tuple[set[int], list[tuple[int, int]]]:
    people = [person for person in note.people if registered is None or person.id in registered]
    detector = Detector(people, subject=note.subject if people else None, use_model=model)
    detector.learn([note.text])
    spans = [(span.start, span.end) for span in detector.spans(note.text) if span.kind is Kind.PERSON]
    return {at for start, end in spans for at in range(start, end)}, spans


def alone(each: int = 20) -> dict[str, float]:
    """Recall and precision of names by the shipped model alone, which knows no register."""
    total = seen = marked = right = 0
    model = detect_model.load()
    for origin in NAMES:
        for note in notes(each, seed=_SEED, origin=origin):
            spans = [
                (found.start, found.end) for found in next(iter(model.propose([note.text]))) if found.kind == "person"
            ]
            cover = {at for start, end in spans for at in range(start, end)}
            people = [mark for mark in note.marks if mark.kind == "person"]
            inside = {at for mark in people for at in range(mark.start, mark.end)}
            marked += len(spans)
            right += sum(bool(inside & set(range(start, end))) for start, end in spans)
            total += len(people)
            seen += sum(all(at in cover for at in range(mark.start, mark.end)) for mark in people)
    return {"precision": right / max(marked, 1), "recall all": seen / total}


def rows(table: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """The figures that are followed from release to release, each beside its yardstick."""
    yard = table["the model alone"]
    speed = table["speed, MB/s"]
    some, nobody = table["five of nine registered"], table["nobody registered"]
    told = (
        ("detect.recall", some["recall all"], "share", yard["recall all"]),
        ("detect.precision", some["precision"], "share", yard["precision"]),
        ("detect.recall.unregistered", nobody["recall all"], "share", yard["recall all"]),
        ("detect.speed", speed["model"], "MB/s", speed["model alone"]),
    )
    return [
        {"name": name, "value": value, "unit": unit, "yardstick": yardstick, "ratio": value / yardstick}
        for name, value, unit, yardstick in told
    ]


def main() -> None:
    """Print the table; with --json also write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the rows here")
    chosen = parser.parse_args()
    table: dict[str, dict[str, float]] = {"speed, MB/s": speeds()}
    for label, registered in (
        ("everybody registered", None),
        ("five of nine registered", _SOME),
        ("nobody registered", set()),
    ):
        table[label] = quality(registered, model=True)
    table["the model alone"] = alone()
    for label, figures in table.items():
        sys.stdout.write(f"{label}\n" + "".join(f"  {key:32} {value:8.4f}\n" for key, value in figures.items()))
    if chosen.json:
        chosen.json.write_text(json.dumps(rows(table), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
