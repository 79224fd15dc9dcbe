"""The Welsh part of a letter to whoever wants Welsh: it does not go missing without somebody's word.

A draft is changed by hand, and its Welsh part may be emptied but for what it must say, or be written over in English;
or the draft was begun before anybody knew that they want Welsh.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.models import Case, Letter

from . import audit, letter
from .letter_fill import IN_ENGLISH

WORDED = ("reason", "done", "to_come", "withheld")  # what staff say in a letter in words of their own
LEAST = 0.6  # of the words that the Welsh part had as it was begun
FIELD = "english_only"
NONE = "They want to be written to in Welsh, and this letter was begun without. Throw it away and write it again"
CUT = "Much of the Welsh part has been taken out, and they want to be written to in Welsh. Put it back"
NOT_WELSH = "The Welsh part is not in Welsh. Write it in Welsh"
INSIST = ", or say below that it goes like this."
# Small words that a text of some length in one of the two languages has, and the other does not.
WELSH = frozenset([
    "y", "yr", "yn", "ac", "ar", "ei", "eich", "chi", "ni", "ein", "mae", "wedi", "gan", "hyn", "neu", "os", "bod",
    "hwn", "nid", "na", "eu", "at", "gyda", "ydych", "gallwch",
])  # fmt: skip
ENGLISH = frozenset([
    "the", "of", "to", "and", "you", "we", "for", "it", "that", "this", "your", "our", "in", "be", "have", "with",
    "not", "or", "by", "as", "are", "will",
])  # fmt: skip


def said(told: Mapping[str, Any], welsh: Mapping[str, str]) -> dict[str, Any]:
    """What stands in Welsh for what was said. Raises InvalidInput for words that are in Welsh alone: the rest of the
    letter goes by the English, and so does the second person."""
    alone = next((name for name, words in welsh.items() if words.strip() and not told.get(name)), "")
    if alone:
        raise InvalidInput("This is in Welsh alone. Say it in English too.", field=f"{alone}_welsh")
    return {name: welsh.get(name, "").strip() or IN_ENGLISH for name in WORDED if told.get(name)}


def part(written: Mapping[str, str], must: Sequence[str]) -> dict[str, Any]:
    """The Welsh part as a draft keeps it: what must stay in it, and how long it was."""
    return {**written, "must": list(must), "words": len(_words(written["text"]))}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def lacks(case: Case, told: Mapping[str, Any]) -> str:
    """What is amiss with the Welsh of this draft, in a sentence; "" if nothing is, or they do not want Welsh."""
    if not letter.wants_welsh(case):
        return ""
    there = told.get("welsh")
    if not there:
        return NONE
    words = _words(there["text"])
    if len(words) < LEAST * there.get("words", 0):
        return CUT
    if sum(word in ENGLISH for word in words) > sum(word in WELSH for word in words):
        return NOT_WELSH
    return ""


def check(case: Case, row: Letter, told: Mapping[str, Any], *, insists: bool, actor: Actor, now: datetime) -> None:
    """May it go with this Welsh? Raises InvalidInput, unless somebody insists: that is kept in the history."""
    why = lacks(case, told)
    if why and not insists:
        raise InvalidInput(why + INSIST, field=FIELD)
    if why:
        audit.record("sent a letter without its whole Welsh", actor=actor, now=now, case=case, of=row, kind=row.kind)
