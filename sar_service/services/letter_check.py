"""Every letter of every kind, right, result and language, filled with invented values, before anybody needs it.

`sar check` prints what is found. A template's faults of language are told when the configuration is read; here it is
seen whether each letter can be written, and says what it has to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sar_service.catalogue import Catalogue, Controller
from sar_service.catalogue.letters import LANGUAGES, NOTICE, PARTS, kinds
from sar_service.documents.letter_template import LetterFault
from sar_service.domain.clock import ClockState, Reckoning
from sar_service.domain.clock_steps import Step
from sar_service.domain.identity import Capacity
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.rights import Right

from . import letter_fill, letter_words

PARTIAL = "partial-disclosure"
TODAY, DUE, LATE = date(2026, 11, 23), date(2026, 12, 23), date(2026, 11, 20)


def _reckoning(state: ClockState, due: date | None) -> Reckoning:
    steps = (Step(key="received", on=TODAY), *((Step(key="due", on=due),) if due else ()))
    return Reckoning(
        state=state,
        start=TODAY,
        nominal=due,
        due=due,
        notice_by=due,
        paused_days=0,
        extension_valid=None,
        steps=steps,
    )


RECKONINGS = (
    _reckoning(ClockState.RUNNING, DUE),
    _reckoning(ClockState.RUNNING, LATE),
    _reckoning(ClockState.PAUSED, None),
    _reckoning(ClockState.NOT_STARTED, None),
)
TOLD: tuple[dict[str, Any], ...] = (
    {"requester": {"name": "Morwenna Tregale", "email": "m@council.example"}, "delivery": {"how": "portal"}},
    {"requester": {"name": "", "email": "n@council.example", "safe": "careful"}, "delivery": {"how": "post"}},
    {"requester": {"name": "Bill & Co"}, "delivery": {"how": "collection"}},
)
GIVEN = {
    "other": "SAR-9999-8888-WXYZ",
    "other_due": "",
    "undone": False,
    "together": ["SAR-2345-6789-ABCD: a copy of your information"],
    "reason": "A reason, & a name.",
    "code": "1234 5678",
    "minutes": 20,
    "written_on": "Monday 23 November 2026",
}


ONLY = {
    "access-code": ("code", "minutes"),
    NOTICE: ("written_on",),
    "merged": ("other", "other_due", "undone"),
    "acknowledgement-several": ("together",),
}


@dataclass(frozen=True)
class Finding:
    """One thing about a council's letters. `broken`: one cannot be written; otherwise it goes, in English alone."""

    file: str
    problem: str
    broken: bool = True


def check(catalogue: Catalogue, folder: Path) -> Iterator[Finding]:
    """What is wrong with the letters of each council, each thing once. Nothing if every letter can be written."""
    seen = set()
    for controller in catalogue.controllers.values():
        for finding in (*_broken(catalogue, folder, controller), *_english_alone(catalogue, folder, controller)):
            if finding not in seen:
                seen.add(finding)
                yield finding


def _broken(catalogue: Catalogue, folder: Path, controller: Controller) -> Iterator[Finding]:
    languages = ("en", "cy") if letter_words.offers_welsh(controller) else ("en",)
    for language in languages:
        for kind in kinds():
            if language == "cy" and not letter_fill.has_welsh(catalogue, folder, controller.key, kind):
                continue
            for values in samples(controller, kind, language):
                try:
                    letter_fill.text(catalogue, folder, controller.key, kind, values, language=language)
                except LetterFault as error:
                    where = f"{error.file}:{error.line}" if error.line else error.file
                    yield Finding(where, error.problem)
                    break  # of one letter, one thing at a time


def samples(controller: Controller, kind: str, language: str) -> Iterable[dict[str, Any]]:
    """The values of every letter of a kind that could come to be written, with invented people."""
    drafted = kind in KINDS and KINDS[kind].drafted
    for right in Right:
        if kind in KINDS and not KINDS[kind].suits(right):
            continue
        for number, reckoning in enumerate(RECKONINGS):
            values = letter_words.words(
                controller,
                reference="SAR-2345-6789-ABCD",
                right=right,
                capacity=list(Capacity)[number % len(Capacity)].value,
                told=TOLD[number % len(TOLD)],
                reckoning=reckoning,
                today=TODAY,
                received=TODAY,
                base_url="https://requests.example",
                language=language,
            )
            for result in _results(kind):
                yield {**values, **_given(kind, drafted, result), **_elsewhere(kind, controller, language)}


def _results(kind: str) -> list[str]:
    chosen = KINDS.get(kind)
    if chosen is not None and chosen.route is not None:
        return [Result.ALL.value, Result.PART.value]
    return [each.value for each in Result] if chosen is not None and chosen.decides else [""]


def _elsewhere(kind: str, controller: Controller, language: str) -> dict[str, Any]:
    """What a letter that sends a request elsewhere is given besides."""
    if kind not in KINDS or KINDS[kind].route is None:
        return {}
    return {
        "nation": controller.nation.value,
        "received": letter_words.written(TODAY, language),
        "route_contact": "The other team, team@council.example",
        "answer_by": letter_words.written(DUE, language),
        "answer_late": False,
    }


def _given(kind: str, drafted: bool, result: str) -> dict[str, Any]:
    """What only some letters are given besides: none gets a name that it will not have when it is written."""
    if drafted:
        of_part = {"to_come": "The rest.", "come_by": "Friday 18 December 2026", "come_late": True, "withheld": ""}
        return {"reason": GIVEN["reason"], "result": result, **(of_part if kind == PARTIAL else {})}
    names: tuple[str, ...] = ONLY.get(kind, ())
    return {name: GIVEN[name] for name in names}


def _english_alone(catalogue: Catalogue, folder: Path, controller: Controller) -> Iterator[Finding]:
    """English templates of the council's own that have no Welsh beside them, where Welsh is offered."""
    if not letter_words.offers_welsh(controller):
        return
    own = catalogue.letters_of(controller.key)
    for kind in kinds():
        english = own.get(f"letters/{kind}/body.txt") or own.get(f"letters/{kind}/subject.txt")
        if not letter_fill.has_welsh(catalogue, folder, controller.key, kind):
            file = english.file if english else str(folder / "letters" / kind)
            yield Finding(file, "has no Welsh beside it (.cy.txt): whoever wants Welsh gets the English", broken=False)
    for part in PARTS:
        english, welsh = (own.get(f"letters/{part}{ending}.txt") for ending in LANGUAGES)
        if english and not welsh:
            yield Finding(english.file, "has no Welsh beside it: letters in Welsh take the shipped part", broken=False)
