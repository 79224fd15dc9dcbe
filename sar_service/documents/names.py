"""Names as records write them: folding, the parts of a name, and the ways one person may be written.

Finding those ways in a text is `detect_roster`; who among several people is meant is `detect_attribute`.
"""
# ruff: noqa: E501 - patterns stay whole

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from sar_service.documents.lexicon import word_set
from sar_service.domain.nicknames import forms
from sar_service.domain.redaction import Person

# Marks that belong to the letter before them, and characters that are not seen at all.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2060\ufeff"
_LETTER = r"[^\W\d_]"
# A word: letters and marks, with apostrophes and hyphens inside, and hyphenated over a line end.
WORD = re.compile(
    rf"{_LETTER}(?:[^\W\d_]|[{_MARKS}]|['’ʼ‘`´\-‐‑]{{1,2}}(?={_LETTER})|[-\u00ad][ \t]{{0,20}}\r?\n[ \t]{{0,20}}(?={_LETTER}))*",
)
_POSSESSIVE = re.compile(r"['’ʼ‘`´][sS]$")
_SPLIT = re.compile(r"[-‐‑\u00ad][ \t]*\r?\n?[ \t]*")
_UNSEEN = re.compile(rf"[{_MARKS}\s'’ʼ‘`´\-‐‑.]+")
_LONE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})

TITLES = word_set(
    """
    mr mrs ms miss mx dr doctor prof professor sir lady dame lord rev revd reverend fr father cllr councillor judge
    hhj dj pc wpc dc ds di dci ps sgt sergeant insp inspector pcso det con constable detective nurse sister master
    imam rabbi pastor aunt auntie aunty uncle nan nana nanny gran granny grandma grandad grandpa cousin
    """
)
POLITE = word_set("mr mrs ms miss mx dr doctor prof professor sir lady rev revd cllr judge mister master")
PARTICLES = word_set(
    """
    ap ab al el bin bint ibn abu de da dos du van der den von la le st san mac mc o ferch di ni nic ui wa ter del della
    """
)
SUFFIXES = word_set("jr snr jnr sr ii iii senior junior")


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """A word for comparing: lower case, no accents, hyphens, apostrophes, line ends or unseen characters."""
    if word.isascii() and word.isalpha():
        return word.lower()
    flat = unicodedata.normalize("NFKD", word.casefold()).translate(_LONE)
    return _UNSEEN.sub("", "".join(c for c in flat if not unicodedata.combining(c)))


def without_possessive(word: str) -> str:
    """The word without a final 's (of any apostrophe)."""
    found = _POSSESSIVE.search(word)
    return word[: found.start()] if found else word


def halves(word: str) -> list[str]:
    """The parts of a hyphenated word as written, or the word alone."""
    return [part for part in _SPLIT.split(word) if part]


class Part(IntEnum):
    """What a word is to a person's name, best first."""

    GIVEN = 0
    NICK = 1  # a short or pet form, or the first half of a double given name
    FAMILY = 2
    MIDDLE = 3
    HALF = 4  # one half of a double-barrelled family name
    JOIN = 5  # only means anything beside another part: the second half of a double given name


@dataclass(frozen=True, slots=True)
class Parsed:
    """One name taken apart. Words are as written; `title` is folded; each may be empty."""

    given: str = ""
    middles: tuple[str, ...] = ()
    family: str = ""
    particles: tuple[str, ...] = ()
    nicks: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A folded word by which a person may be meant, what part of the name it is, and how sure it is alone."""

    word: str
    part: Part
    weight: float


def parse(name: str) -> Parsed:
    """Take a name apart: "Linh Barzani", "BARZANI, Linh", "Mr R. Barzani", 'Linh "Lin" Barzani', "Linh (Lin) Khan".

    A single word is a given name, unless a title stands before it. Never raises: what has no letters gives an
    empty `Parsed`.
    """
    nicks = [m.group(1) for m in re.finditer(r"[(\"“'‘]([^()\"“”'’]{2,30})[)\"”'’](?=\s|$)", name)]
    plain = re.sub(r"(?:(?<=\s)|^)[(\"“'‘][^()\"“”'’]{2,30}[)\"”'’](?=\s|$)", " ", name)
    before, comma, after = plain.partition(",")
    if comma and after.strip() and fold(after) not in SUFFIXES:
        plain = f"{after} {before}"
    words = [without_possessive(m.group()) for m in WORD.finditer(plain)]
    title = ""
    while words and fold(words[0]) in TITLES and len(words) > 1:
        title = title or fold(words[0])
        words = words[1:]
    while len(words) > 1 and fold(words[-1]) in SUFFIXES:
        words = words[:-1]
    nick_words = tuple(w.group() for nick in nicks for w in [WORD.search(nick)] if w)
    if not words:
        return Parsed(nicks=nick_words, title=title)
    if len(words) == 1:
        if title in POLITE or title in {"pc", "dc", "ds", "di", "ps", "pcso", "wpc", "sgt"}:
            return Parsed(family=words[0], nicks=nick_words, title=title)
        return Parsed(given=words[0], nicks=nick_words, title=title)
    given, middle, family = words[0], words[1:-1], words[-1]
    particles: list[str] = []
    while middle and fold(middle[-1]) in PARTICLES:
        particles.insert(0, middle.pop())
    return Parsed(given, tuple(middle), family, tuple(particles), nick_words, title)


def _family_ways(parsed: Parsed) -> list[Way]:
    if not parsed.family:
        return []
    found = [Way(fold(parsed.family), Part.FAMILY, 0.75)]
    if parsed.particles:
        found.append(Way(fold("".join(parsed.particles) + parsed.family), Part.FAMILY, 0.75))
    pieces = halves(parsed.family)
    if len(pieces) > 1:
        found += [Way(fold(piece), Part.HALF, 0.5) for piece in pieces if fold(piece) not in PARTICLES]
    return found


def _given_ways(parsed: Parsed) -> list[Way]:
    found: list[Way] = []
    word = fold(parsed.given)
    if len(word) > 1:
        found.append(Way(word, Part.GIVEN, 0.9))
        short = set(forms(parsed.given.lower())) | set(forms(word))
        found += [Way(fold(form), Part.NICK, 0.8) for form in short if len(form) > 1 and fold(form) != word]
    pieces = halves(parsed.given)
    if len(pieces) > 1:
        found.append(Way(fold(pieces[0]), Part.NICK, 0.75))
        found += [Way(fold(piece), Part.JOIN, 0.3) for piece in pieces[1:]]
    return found


def ways(person: Person) -> list[Way]:
    """Every folded word that may stand for a person, from all their names, best first; initials are separate.

    Weights are how sure the word alone makes it: a given name 0.9, a pet form 0.8, a family name 0.75, a middle
    name 0.6. Words of one letter are left out.
    """
    found: dict[tuple[str, Part], Way] = {}
    for name in person.names:
        parsed = parse(name)
        some = _given_ways(parsed) + _family_ways(parsed)
        some += [Way(fold(nick), Part.NICK, 0.85) for nick in parsed.nicks]
        some += [Way(fold(middle), Part.MIDDLE, 0.6) for middle in parsed.middles]
        for way in some:
            if len(way.word) > 1:
                found.setdefault((way.word, way.part), way)
    return sorted(found.values(), key=lambda way: (way.part, -way.weight, way.word))


def initials(person: Person) -> frozenset[str]:
    """The initials a person may sign with, upper case: two letters, with the middle names, with both barrels."""
    found = set()
    for name in person.names:
        parsed = parse(name)
        if not (parsed.given and parsed.family):
            continue
        first, last = fold(parsed.given)[:1], fold(parsed.family)[:1]
        middles = "".join(fold(middle)[:1] for middle in parsed.middles)
        barrels = "".join(fold(piece)[:1] for piece in halves(parsed.family))
        firsts = "".join(fold(piece)[:1] for piece in halves(parsed.given))
        found |= {first + last, first + middles + last, first + barrels, firsts + last}
        if parsed.particles:
            found |= {first + fold(parsed.particles[0])[:1], first + fold(parsed.particles[0])[:1] + last}
    return frozenset(letters.upper() for letters in found if 2 <= len(letters) <= 4)
