"""What no letter tells: words that are withheld from the file, and whatever leads to somebody who must not be found.

What an officer writes into a letter goes to the same person as the pack, and so is read by the same list. An ordinary
English word that is also somebody's name is let stand, and so is a day: a search cannot tell them apart.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sar_service.catalogue import Contact
from sar_service.documents.identifier_dates import read_date
from sar_service.documents.verify_match import Matcher
from sar_service.domain.errors import InvalidInput
from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.models import Case

from . import complaint, sealing
from .units import people_of, person_label
from .withheld import everyday, loose_strings, published


def check(case: Case, fields: Mapping[str, str]) -> None:
    """May these texts go to the requester? Raises InvalidInput that names the field, the line and whose words they are.

    A letter of a complaint tells nothing either of what the request that it is about withholds. The words themselves
    are not in the message. What the requester told us of themselves is theirs to read.
    """
    about = complaint.about(case) if case.right is Right.COMPLAINT else None
    for each in filter(None, (case, about)):
        _check(each, case, fields)


def _check(file: Case, case: Case, fields: Mapping[str, str]) -> None:
    sought = [each for each in loose_strings(file) if not everyday(each.text) and read_date(each.text) is None]
    if not sought:
        return
    matcher = Matcher([each.text for each in sought])
    theirs = {needle.number for text in _theirs(case) for needle in matcher.found(text)}
    for field, text in fields.items():
        found = next((each for each in matcher.found(text) if each.number not in theirs), None)
        if found is not None:
            person = sought[found.number].person
            whose = f" of {person_label(people_of(file)[person])}" if person else ""
            raise InvalidInput(
                f"Line {_line(Matcher([found.string]), text)} holds words{whose} that are withheld from the file. "
                "Take them out: a letter tells nothing that the pack may not.",
                field=field,
            )


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
