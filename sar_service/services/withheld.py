"""The words that must not be in a finished pack: what the release gate looks for.

A string counts as withheld if it is withheld somewhere and shown nowhere, and is no line of the council's own published
address, which stands in every letter. Words that only point at somebody ("Mum")
and scraps too short to mean anything are left out; whatever locates a protected person is always in.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sar_service.documents.identifier_dates import read_date
from sar_service.documents.lexicon import is_ordinary
from sar_service.documents.names import fold
from sar_service.documents.verify_match import Matcher
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Kind, Treatment
from sar_service.extensions import runtime
from sar_service.models import Case

from . import sealing
from .units import fate, items, marks_of, people_of, removals

SHORTEST = 3


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _bare(text: str) -> str:
    """Without a title before a name and without a possessive after it."""
    text = re.sub(r"^(mr|mrs|ms|miss|mx|dr|prof|rev)\.?\s+", "", text.strip(), flags=re.IGNORECASE)
    return re.sub(r"['’]s$", "", text)


def _telling(text: str) -> bool:
    return len(re.sub(r"[\W_]", "", text)) >= SHORTEST


def strings(case: Case) -> list[str]:
    """Every string that must not be recovered from the pack, longest first."""
    found, shown = _withheld_and_shown(case)
    return sorted({text for text, _ in found if _plain(text) not in shown}, key=lambda t: (-len(t), t))


def checked(case: Case, own: Iterable[str]) -> list[str]:
    """What the release gate looks for: the strings, but for everyday words that also stand in the pack as such.

    "Page" is somebody's name, and stands at the foot of every page; that somebody was born on a day proves nothing
    where a record is of that day. `own` are the texts that are the pack's own. Whole names are always looked for, and
    every capitalised place of such a word has been decided on before the case was signed off (`close_gaps`). Of
    somebody who must not be found, or told us in confidence, only words of the pack's own are excepted.
    """
    every = strings(case)
    doubtful = [text for text in every if everyday(text) or read_date(text) is not None]
    if not doubtful:
        return every
    matcher = Matcher(doubtful)
    standing = {needle.string for text in own for needle in matcher.found(text)}
    guarded = {_plain(each.text) for each in loose_strings(case) if each.guarded}
    words = [text for text in doubtful if text not in standing and everyday(text) and _plain(text) not in guarded]
    if words:
        matcher = Matcher(words)
        standing |= {needle.string for text in _kept(case) for needle in matcher.found(text)}
    return [text for text in every if text not in standing]


def everyday(text: str) -> bool:
    """Whether a string is one ordinary English word, which no search can tell from the name that it also is."""
    return text.isalpha() and is_ordinary(fold(text))


def _kept(case: Case) -> Iterator[str]:
    """The text of everything in the case without what goes from it."""
    people, marked = people_of(case), marks_of(case)
    for item in items(case):
        marks = marked.get(item.row.id, [])
        for unit in item.units:
            at, parts = 0, []
            for gone in sorted(removals(marks, people, unit.number), key=lambda each: each.start):
                parts.append(unit.text[at : max(at, gone.start)])
                at = max(at, gone.end)
            yield "\ufffc".join([*parts, unit.text[at:]])


@dataclass(frozen=True)
class Loose:
    """Words that are withheld somewhere, and whose they are.

    They are `guarded` if that is somebody who must not be found, or who told us something in confidence.
    """

    text: str
    person: uuid.UUID | None
    guarded: bool


def loose_strings(case: Case) -> list[Loose]:
    """The same strings with the person each belongs to, for a second look over the text; longest first."""
    found, shown = _withheld_and_shown(case)
    people = people_of(case)
    careful = {key for key, row in people.items() if row.standing in (Standing.PROTECTED, Standing.SOURCE)}
    chosen: dict[str, Loose] = {}
    for text, person in found:
        plain, guarded = _plain(text), person in careful
        if plain not in shown and (plain not in chosen or guarded):
            chosen[plain] = Loose(text, person, guarded)
    return sorted(chosen.values(), key=lambda each: -len(each.text))


def _withheld_and_shown(case: Case) -> tuple[list[tuple[str, uuid.UUID | None]], set[str]]:
    people = people_of(case)
    told = {row.id: sealing.unseal(row) for row in people.values()}
    found: list[tuple[str, uuid.UUID | None]] = []
    shown: set[str] = set()
    for marks in marks_of(case).values():
        for mark in marks:
            if mark.kind is Kind.ROLE:
                continue
            decided = fate(mark, people)
            text = _bare(sealing.unseal(mark)["text"])
            if decided.treatment == Treatment.SHOW:
                shown.add(_plain(text))
                shown.update(_plain(part) for part in text.split() if mark.kind is Kind.PERSON)
            elif decided.treatment == Treatment.WITHHOLD and _telling(text):
                found.append((" ".join(text.split()), mark.person_id))
    for row in people.values():
        names = told[row.id]["names"]
        if row.standing is Standing.SUBJECT or row.treatment != Treatment.WITHHOLD:
            if (
                row.standing is Standing.SUBJECT
                or row.treatment == Treatment.SHOW
                or row.standing is Standing.PROFESSIONAL
            ):
                shown.update(_shown_names(names))
            if row.standing is Standing.SUBJECT:
                shown.update(_plain(line) for lines in told[row.id]["addresses"] for line in lines)
            continue
        found += [(name, row.id) for name in names if " " in name and _telling(name)]
    given = {_plain(line) for lines in sealing.unseal(case)["subject"].get("addresses", []) for line in lines}
    shown |= {_plain(line) for line in published(case)}
    protected = [
        (text, row.id)
        for row in people.values()
        if row.standing is Standing.PROTECTED  # whether or not their name is shown
        for text in _whereabouts(told[row.id])
        if not all(_plain(part) in given for part in text.split(", "))  # what the subject told us is theirs
    ]
    return found + protected, shown - {_plain(text) for text, _ in protected}


def published(case: Case) -> Iterator[str]:
    """The lines in which the council, its officers and the regulator say how to reach them."""
    council = runtime().catalogue.controller(case.controller)
    places = [council, council.dpo, council.regulator, council.complaints, council.public_contact, council.signatory]
    for place in places:
        for key in ("name", "address", "email", "phone"):
            told = getattr(place, key, None)
            yield from [told] if isinstance(told, str) else told if isinstance(told, tuple) else ()


def _shown_names(names: Iterable[str]) -> set[str]:
    return {_plain(name) for name in names} | {_plain(part) for name in names for part in name.split()}


def _whereabouts(told: dict) -> list[str]:  # type: ignore[type-arg]
    """What would lead to somebody: whole addresses, their first lines and postcodes, phones and e-mails."""
    out = []
    for lines in told["addresses"]:
        lines = [line for line in lines if line.strip()]
        out.append(", ".join(lines))
        out += [line for line in lines if re.match(r"^\d+\w?\s+\w+", line)]
        out += [
            line for line in lines if re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", line.strip(), re.IGNORECASE)
        ]
    return [text for text in [*out, *told["phones"], *told["emails"]] if _telling(text)]
