"""What no letter tells: words that are withheld from the file, and whatever leads to somebody who must not be found.

What an officer writes into a letter goes to the same person as the pack, and so is read by the same list, and by each
single name of whoever is withheld. An ordinary English word that is also somebody's name is let stand, and so is a day:
a search cannot tell them apart. That of somebody who must not be found is not let stand where it stands as a name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sar_service.catalogue import Contact
from sar_service.documents.identifier_dates import read_date
from sar_service.documents.letter_template import plain
from sar_service.documents.verify_match import Matcher, fold
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Treatment
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.models import Case, Letter

from . import audit, complaint, sealing
from . import reason as reasons
from .units import people_of, person_label
from .withheld import SHORTEST, Loose, everyday, loose_strings, published

TITLES = frozenset({"mrs", "miss", "prof", "rev"})


def fields(told: Mapping[str, Any]) -> dict[str, str]:
    """What stands in a letter, by the fields in which it is changed."""
    part = told.get("welsh") or {"subject": "", "text": ""}
    welsh = {"subject_welsh": part["subject"], "text_welsh": part["text"]}
    return {"subject": told["subject"], "text": told["text"], **welsh}


def check(
    case: Case,
    row: Letter,
    told: dict[str, Any],
    *,
    stands: str,
    actor: Actor,
    now: datetime,
) -> None:
    """May these texts go to the requester? Raises InvalidInput that names the field, the line and whose words they are.

    A letter of a complaint tells nothing either of what the request that it is about withholds. The words themselves
    are not in the message. What the requester told us of themselves is theirs to read, and a line that the letter had
    before anybody wrote in it is looked at by nobody. `stands` is why words stand that lead to nobody: it is kept in
    the history, and those words of this letter are let be from then on. What leads to somebody who must not be found
    stands for no reason.
    """
    about = complaint.about(case) if case.right is Right.COMPLAINT else None
    own, let = frozenset(told.get("own", ())), set(told.get("let_stand", ()))
    texts = {
        field: "\n".join("" if line in own else line for line in text.split("\n"))
        for field, text in fields(told).items()
    }
    fresh = set[str]()
    for each in filter(None, (case, about)):
        for found in _found(each, case, texts):
            if found.string in let:
                continue
            if found.guarded or not stands.strip():
                raise InvalidInput(found.says(), field=found.field)
            fresh.add(found.string)
    if fresh:
        told["let_stand"] = sorted(let | fresh)
        sealing.seal(row, told)
        why = reasons.keep(case, stands, actor=actor, now=now)
        audit.record(
            "let words stand in a letter that are withheld elsewhere", actor=actor, now=now, case=case, of=row, **why
        )


def own_lines(told: Mapping[str, Any], said: Iterable[str]) -> list[str]:
    """The lines of a letter as it was begun in which nothing stands that an officer said."""
    theirs = [line.strip() for text in said for line in plain(text, long=True).split("\n") if line.strip()]
    parts = [told, *filter(None, [told.get("welsh")])]
    lines = {line for part in parts for name in ("subject", "text") for line in part[name].split("\n") if line.strip()}
    return sorted(line for line in lines if not any(each in line for each in theirs))


@dataclass(frozen=True)
class _Found:
    string: str
    field: str
    line: int
    whose: str
    guarded: bool

    def says(self) -> str:
        """What stands where, without the words themselves."""
        again = "" if self.guarded else " If they lead to nobody here, say below why they stand."
        return (
            f"Line {self.line} holds words{self.whose} that are withheld from the file. "
            f"Take them out: a letter tells nothing that the pack may not.{again}"
        )


def _found(file: Case, case: Case, fields: Mapping[str, str]) -> Iterator[_Found]:
    """What stands in these texts of a case that is withheld from a file."""
    sought = [each for each in (*loose_strings(file), *_names(file)) if read_date(each.text) is None]
    if not sought:
        return
    matcher = Matcher([each.text for each in sought])
    theirs = {needle.string for text in _theirs(case) for needle in matcher.found(text)}
    for field, text in fields.items():
        for needle in matcher.found(text):
            each = sought[needle.number]
            at = _line(Matcher([needle.string]), text)
            word = everyday(each.text)
            if needle.string in theirs or (word and not (each.guarded and _as_a_name(each.text, text))):
                continue
            whose = f" of {person_label(people_of(file)[each.person])}" if each.person else ""
            yield _Found(needle.string, field, at, whose, each.guarded and not word)


def _names(file: Case) -> Iterator[Loose]:
    """The single names of people who are withheld, but for those that somebody has who is not: a family has one
    surname."""
    people = people_of(file)
    named = {key: sealing.unseal(row)["names"] for key, row in people.items()}
    hidden = {
        key
        for key, row in people.items()
        if row.treatment == Treatment.WITHHOLD and row.standing is not Standing.SUBJECT
    }
    shown = {fold(part) for key, names in named.items() if key not in hidden for name in names for part in _parts(name)}
    for key in hidden:
        for part in sorted({part for name in named[key] if " " in name for part in _parts(name)}):
            if len(fold(part)) >= SHORTEST and part[0].isupper() and fold(part) not in shown | TITLES:
                yield Loose(part, key, people[key].standing in (Standing.PROTECTED, Standing.SOURCE))


def _parts(name: str) -> set[str]:
    """The words of a name, and of those with a hyphen both halves."""
    words = set(re.findall(r"[^\W\d_][\w'’-]*", name))
    return words | {half for word in words for half in word.split("-") if half}


def _as_a_name(word: str, text: str) -> bool:
    """Does an everyday word stand there as a name: with a capital, and not because a sentence begins with it?"""
    name = re.escape(word[:1].upper() + word[1:])
    inside = rf"(?<=[\w,;)] )\b{name}\b(?!\s*\d)"
    return any(not re.search(r"\d $", text[: hit.start()]) for hit in re.finditer(inside, text))


def _line(sought: Matcher, text: str) -> int:
    """In which line of a text the words that stand in it end."""
    lines = text.split("\n")
    return next(number for number in range(1, len(lines) + 1) if sought.found("\n".join(lines[:number])))


def _theirs(case: Case) -> Iterator[str]:
    """What the requester gave of themselves and of whom they ask about, and whom the council names in its letters: its
    own name may be a surname as well."""
    told = sealing.unseal(case)
    yield from _texts(told["requester"])
    yield from _texts(told["subject"])
    yield from published(case)
    council = runtime().catalogue.controllers[case.controller]
    for each in (*vars(council.routes).values(), *council.others):
        if isinstance(each, Contact):
            yield from _texts(each.model_dump())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        lines = [each for each in value if isinstance(each, str)]
        yield ", ".join(lines)
        for each in value:
            yield from _texts(each)
