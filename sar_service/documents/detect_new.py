"""Finding people whom no register names: by title, label, signature, known names, and what the words around say.

A model may add to what these rules find (`detect_model`). Which finds are one person, and their ids, is
`detect_learn`; people of a register are `detect_roster`.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sar_service.documents.detect_context import acts, addressed, score, speaks
from sar_service.documents.detect_runs import beside_held, only_word, run, second_half
from sar_service.documents.detect_words import Mention, Words
from sar_service.documents.lexicon import (
    DAYS,
    MONTHS,
    THINGS,
    TITLES_OF_OFFICE,
    is_family,
    is_given,
    is_ordinary,
    is_seldom_name,
    places,
    word_set,
)
from sar_service.documents.names import PARTICLES, POLITE, TITLES, fold, halves, without_possessive

RULE = "names/1"
_RANKS = word_set("pc dc ds di ps wpc pcso sgt sergeant insp inspector constable")
_RANK_NUMBER = re.compile(
    r"\b(?:PC|DC|DS|DI|PS|WPC|PCSO|Sgt|Insp|Officer|Constable|Sergeant)\.?[ ]{1,3}\d{2,6}[ ]{1,3}\Z"
)
_LABEL = re.compile(
    r"(?:\A|\n|[ \t]{2}|\|)[ \t]*(?:full name|name|child|mother|father|mum|dad|parent|carer|guardian|siblings?|referrer|referred by|from|to|cc|bcc|"
    r"social worker|worker|team manager|manager|author|completed by|written by|recorded by|allocated to|allocated worker|visited by|seen by|"
    r"signed|approved by|attendees|attended by|present|apologies|chair|head ?teacher|teacher|gp|health visitor|school nurse|foster carers?|"
    r"partner|subject|contact|next of kin|emergency contact|neighbour|informant|witness|client|pupil|student|tenant|applicant|caller)"
    r"[ \t]*(?:\(s\))?[ \t]*[:\-–][ \t]*\Z",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:\A|\n)[ \t]*(?:thanks|thank you|many thanks|kind regards|best regards|regards|best wishes|yours sincerely|yours faithfully|"
    r"sincerely|cheers|love|love from|best|warm regards|signed|from)[ \t,!.]*(?:\r?\n[ \t]*){1,3}\Z",
    re.IGNORECASE,
)
_SURNAME_FIRST = re.compile(
    r"[A-Z](?<![\w'’\-].)[A-Z'’\-]{2,24},[ ]{1,3}[A-Z][a-z][\w'’\-]{0,24}(?:[ ][A-Z][a-z][\w'’\-]{1,24})?(?![\w])",
)
_GREETING = word_set("hi hello dear hiya hey morning afternoon")
_SMALL_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr"})
_NEUTRAL = word_set("re about by with for from as where when that and")  # before people and things alike
SAINTS = frozenset({"st", "saint"})
_LONGEST = 5


def find(words: Words, held: Mapping[int, int] = MappingProxyType({})) -> Iterator[Mention]:
    """Names in a text that need no register: in order, none overlapping, `candidates` empty.

    `held` are places of names already found (start to end): runs of words that one of them covers are passed over.
    """
    comma = dict(_surnames_first(words))
    worth = _worth(words)
    at, count = 0, len(words)
    while at < count:
        if not worth[at] or second_half(words, at):
            at += 1
            continue
        if words.start[at] in comma:
            end = comma[words.start[at]]
            yield Mention(words.start[at], end, (), "full", 0.85, RULE)
            while at < count and words.start[at] < end:
                at += 1
            continue
        if words.capital(at):
            stop = beside_held(words, at, run(words, at), held)
            if held.get(words.start[at], 0) >= words.end(stop - 1) - 2:
                at = stop
                continue
            yield from _names_in(words, at, stop)
            at = stop
        else:
            found = _lower(words, at)
            if found:
                mention, at = found
                yield mention
            else:
                at += 1


def _worth(words: Words) -> list[bool]:
    """For each word whether a name can begin there: not at ordinary words and places without a capital."""
    known: dict[str, bool] = {}
    for surface in set(words.surface):
        if surface[0].isupper():
            known[surface] = True
        else:
            word = fold(without_possessive(surface))
            known[surface] = word in _SMALL_TITLES or (len(surface) >= 3 and not is_ordinary(word))
    return [known[surface] for surface in words.surface]


def _surnames_first(words: Words) -> Iterator[tuple[int, int]]:
    """ "MAHMOOD, Zainab": a family name in capitals, a comma and a given name."""
    for found in _SURNAME_FIRST.finditer(words.text):
        family, _, given = found.group().partition(",")
        names = [fold(word) for word in given.split()]
        strange = [word for word in (fold(family), *names) if not is_ordinary(word)]
        known = is_family(fold(family)) or is_given(names[0])
        if strange and (
            known or len(strange) > len(names) or _LABEL.search(words.text[max(0, found.start() - 48) : found.start()])
        ):
            yield found.start(), found.end()


def _names_in(words: Words, at: int, stop: int) -> Iterator[Mention]:
    folded = [words.folded(k) for k in range(at, stop)]
    if (
        stop - at == 1
        and not _plausible(folded[0])
        and (folded[0] in TITLES_OF_OFFICE | DAYS or not _labelled(words, at))
    ):
        return
    if folded and folded[-1] in THINGS and len(folded) > 1 and folded[0] not in TITLES and not _ward(words, at, folded):
        return
    if " ".join(folded) in places():
        return
    k = 0
    while k < len(folded):
        title = ""
        if folded[k] in SAINTS and k + 1 < len(folded):
            k += 2  # "St Oswin's" is a church, or what is named after it
            continue
        if folded[k] in TITLES and k + 1 < len(folded):
            title = folded[k]
            k += 1
        size = _size(words, at, folded, k, title)
        if size:
            mention = _mention(words, at + k, size, title)
            if mention:
                yield mention
            k += size
        else:
            k += 1


def _ward(words: Words, at: int, folded: list[str]) -> bool:
    """Whether "Martin Ward" is a person: a given name, a family name that is also a thing, and nobody is "on" it."""
    placed = words.before(at)[1] in {"on", "in", "at", "to", "from", "of", "the", "near", "off", "and", "via"}
    return len(folded) == 2 and is_given(folded[0]) and is_family(folded[1]) and not placed


def _plausible(word: str) -> bool:
    return len(word) > 1 and not only_word(word)


def _shaped(surface: str) -> bool:
    """Whether a word is written as a name: Capital, Double-Barrelled, McName, O'Name; not an abbreviation."""
    for half in halves(surface):
        rest = half[1:]
        for lead in ("Mc", "Mac", "O'", "O’", "D'", "D’", "De", "Fitz", "Le", "La", "Van"):
            if half.startswith(lead) and half[len(lead) : len(lead) + 1].isupper():
                rest = half[len(lead) + 1 :]
        if rest != rest.lower():
            return False
    return True


def _size(words: Words, at: int, folded: list[str], k: int, title: str) -> int:
    """How many words from the k-th of a run make one name; 0 where none begins there."""
    word = folded[k]
    labelled = k == 0 and bool(_labelled(words, at))
    if word in DAYS or (word in TITLES and not title) or word in THINGS:
        return 0
    letter = len(word) == 1 and words.surface[at + k].isupper()
    if word in TITLES_OF_OFFICE and not title and not is_given(word):
        return 0
    if not letter and not _plausible(word) and not title and not labelled:
        # an ordinary word with a capital, amid a sentence, before a word that is none: "with Angel Penfold"
        beside = folded[k + 1] if k + 1 < len(folded) else ""
        odd = (
            beside
            and len(beside) > 2
            and not is_ordinary(beside)
            and beside not in places()
            and _shaped(words.surface[at + k + 1])
        )
        if not odd or words.starts(at + k) or not addressed(words.before(at + k)[1]):
            return 0
    if word in MONTHS and not (k + 1 < len(folded) and is_family(folded[k + 1])):
        return 0
    if k and folded[k - 1] in THINGS and not title:
        return 0
    size = 1
    while k + size < len(folded) and size < _LONGEST:
        following = folded[k + size]
        if following in PARTICLES and k + size + 1 < len(folded) and not is_family(following):
            size += 2
            continue
        if following in THINGS and not is_family(following):
            return 0 if not title else size
        if len(following) == 1:
            if (
                words.surface[at + k + size] in "AI"
                and k + size + 1 == len(folded)
                and words.gap(at + k + size)[:1] == " "
            ):
                break
            size += 1
            continue
        if (
            following in MONTHS | DAYS
            or following in TITLES
            or following in TITLES_OF_OFFICE - {"head", "young", "judge", "core", "case"}
        ):
            break
        if not (_plausible(following) or labelled or title) and (size > 1 or not _second(words, at, k, folded)):
            break
        if is_given(following) and not is_family(following) and size >= 2:
            break
        size += 1
    if letter and size == 1:
        return 0
    return size


def _second(words: Words, at: int, k: int, folded: list[str]) -> bool:
    """Whether an ordinary word with a capital is the family name of the strange or given name before it."""
    word, surface = folded[k], words.surface[at + k]
    first = is_given(word) or (not is_ordinary(word) and word not in places())
    mid = not words.starts(at + k) or is_given(word)
    return first and mid and len(folded[k + 1]) > 2 and _shaped(surface) and not surface.isupper()


def _labelled(words: Words, at: int) -> re.Match[str] | None:
    start = words.start[at]
    back = words.text[max(0, start - 48) : start]
    last = back.rstrip(" \t")[-1:]
    if last and last not in ":-–\n":
        return None
    return _LABEL.search(back) or _THANKS.search(back)


def _mention(words: Words, at: int, size: int, title: str) -> Mention | None:
    last = at + size - 1
    start = words.start[at]
    end = words.start[last] + len(without_possessive(words.surface[last]))
    folded = [words.folded(k) for k in range(at, at + size)]
    given, family = is_given(folded[0]), is_family(folded[-1])
    strange = [word for word in folded if len(word) > 1 and not is_ordinary(word)]
    points = score(folded[0], words.before(at), words.after(last), starts=words.starts(at), apart=words.apart(last))
    cue = bool(_labelled(words, at)) or points >= 2
    if title or _RANK_NUMBER.search(words.text[max(0, start - 24) : start]):
        kin = title and title not in POLITE and title not in _RANKS
        if kin and not strange and not given:
            return None
        return Mention(start, end, (), "title" if size == 1 else "full", 0.9, RULE, title or "pc")
    if size == 1:
        sure = _alone(words, at, folded[0], given, family, points)
        return Mention(start, end, (), "given" if given or not family else "family", sure, RULE) if sure else None
    if any(len(word) == 1 for word in folded):
        known = any(is_given(word) or is_family(word) for word in folded)
        sure = (
            0.8
            if known and strange
            else 0.65
            if (cue and (known or strange)) or (given and not words.starts(at))
            else 0.0
        )
        return Mention(start, end, (), "initial", sure, RULE) if sure else None
    if given and family:
        sure = 0.92 if strange or cue or not words.starts(at) else 0.7
    elif (given and not is_ordinary(folded[-1])) or (family and not is_ordinary(folded[0])):
        sure = 0.85
    elif not given and not family and words.before(at)[1] in {"at", "in", "near"}:
        sure = 0.0
    elif given and points >= 2 and not strange and not words.shouted(at):
        sure = 0.65
    elif len(strange) == size:
        sure = 0.7 if cue else 0.5
    else:
        sure = 0.6 if strange and (cue or given or not words.starts(at)) else 0.0
    if words.shouted(at) and (not strange or (not (given and family) and len(strange) < size)) and not cue:
        sure = 0.0
    if " ".join(folded) in places():
        sure = 0.0
    return Mention(start, end, (), "full", sure, RULE) if sure >= 0.5 else None


def _alone(words: Words, at: int, word: str, given: bool, family: bool, points: int) -> float:
    """How sure it is that a single capital word is a name; 0 is no."""
    surface = words.surface[at]
    label = _labelled(words, at)
    ordinary, place = is_ordinary(word), word in places()
    if len(word) < 3 and not (given and points >= 2):
        return 0.0
    if surface.isupper() and len(word) > 1 and not (given and not ordinary and len(word) > 3):
        return 0.0
    if given and not ordinary and not place:
        return 0.8
    if label and (given or not ordinary) and not place:
        return 0.7
    if given and ordinary and without_possessive(surface) != surface and not words.starts(at) and not place:
        return 0.6
    if words.starts(at) and is_seldom_name(word) and not acts(words.after(at)[0]):
        return 0.0  # "Progress is good" begins many a sentence; "Sandy rang" or, amid one, "with Progress" is a person
    if given and points >= (2 if ordinary else 1):
        return 0.65 if not (place and points < 2) else 0.0
    if words.folded(at - 1) in _GREETING and not words.starts(at) and not ordinary:
        return 0.7
    if place or ordinary:
        return 0.0
    before, following = words.before(at)[1], words.after(at)[0]
    if following in THINGS or not _shaped(surface):
        return 0.0
    if family and (points >= 1 or following in {"family", "children", "household", "sibling"}):
        return 0.6
    people = addressed(before) and before not in _NEUTRAL
    if (speaks(following) and following not in {"is", "was", "has", "had", "does", "did"}) or people:
        return 0.6
    if words.starts(at):
        return 0.5 if points >= 2 else 0.0
    return (
        0.5
        if before not in {"in", "at", "near", "the", "a", "an", "called"} and following not in TITLES_OF_OFFICE
        else 0.0
    )


def _lower(words: Words, at: int) -> tuple[Mention, int] | None:
    """A name without a capital: only a known given name that is no ordinary word, alone or before a family name."""
    surface = words.surface[at]
    if len(surface) < 3 or words.before(at)[1] in SAINTS:
        return None
    word = words.folded(at)
    title = word in _SMALL_TITLES and at + 1 < len(words) and words.gap(at) in (" ", ". ")
    if title:
        following = words.folded(at + 1)
        if len(following) > 2 and (not is_ordinary(following) or is_family(following)):
            end = words.start[at + 1] + len(without_possessive(words.surface[at + 1]))
            return Mention(words.start[at + 1], end, (), "title", 0.8, RULE, word), at + 2
        return None
    trim = 0
    if not is_given(word) and word.endswith("s") and is_given(word[:-1]) and not is_ordinary(word):
        word, trim = word[:-1], 1
    if is_ordinary(word) or word in places() or (not surface.isascii() and not is_given(word)):
        return None
    if not is_given(word):
        before, after = words.before(at), words.after(at)
        if (
            len(word) < 4
            or trim
            or score(word, before, after, starts=words.starts(at), capital=False) < 3
            or not words.surface[at].islower()
        ):
            return None
        end = words.start[at] + len(without_possessive(surface))
        return Mention(words.start[at], end, (), "given", 0.5, RULE), at + 1
    if at + 1 < len(words) and words.gap(at) == " " and not trim:
        following = words.folded(at + 1)
        if is_family(following) and not is_ordinary(following):
            end = words.start[at + 1] + len(without_possessive(words.surface[at + 1]))
            return Mention(words.start[at], end, (), "full", 0.8, RULE), at + 2
    if len(word) < 4:
        points = score(word, words.before(at), words.after(at), starts=words.starts(at), capital=False)
        if points < 2:
            return None
    end = words.start[at] + len(without_possessive(surface)) - trim
    return Mention(words.start[at], end, (), "given", 0.65, RULE), at + 1
