"""An index of the people of a register: which of them a single written word may stand for.

Every distinct word of a text is read once and the answer kept, so that the cost of spelling variants does not grow
with the text. How words combine to mentions is `detect_roster`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from sar_service.documents.lexicon import is_family, is_given, is_ordinary, word_set
from sar_service.documents.names import PARTICLES, Part, fold, halves, initials, parse, ways, without_possessive
from sar_service.domain.redaction import Person

_ENDINGS = word_set("s y ie i o z a e er za zy sy zie ster kins ny nie ty my by ly")
_REMEMBERED = 200_000  # distinct words kept; beyond that the memory is emptied and filled anew


@dataclass(frozen=True, slots=True)
class Hit:
    """What one written word may stand for: people by number, each with the part of the name it is.

    `kind` is "exact", "plural" (a possessive without its apostrophe), "fuzzy" (one letter amiss) or "short" (a pet
    form made by cutting). `skip` and `trim` are characters at its start and end that are not the name. `real` says
    that a fuzzy word is itself a known name, `base` is the folded word.
    """

    parts: dict[int, Part]
    kind: str
    ordinary: bool
    base: str
    skip: int = 0
    trim: int = 0
    real: bool = False
    tiny: bool = False


def _deletions(word: str) -> set[str]:
    return {word[:k] + word[k + 1 :] for k in range(len(word))}


def _without_doubles(word: str) -> str:
    return "".join(c for k, c in enumerate(word) if not k or c != word[k - 1])


class Index:
    """People by the words that may stand for them. Numbers are positions in `people`."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = list(people)
        self.words: dict[str, dict[int, Part]] = {}
        self.weak: dict[str, dict[int, Part]] = {}  # only beside another part of the same name
        self.initials: dict[str, list[int]] = {}
        self.given_letters: list[frozenset[str]] = []
        self.family_letters: list[frozenset[str]] = []
        self._near: dict[str, set[str]] = {}
        self._givens: dict[str, set[int]] = {}
        self._kept: dict[str, Hit | None] = {}
        self.particles: list[frozenset[str]] = []  # "ap", "al": what may stand before each person's family name
        self.literal: list[tuple[str, int]] = []  # names in scripts that put no space between words
        self.doubled: set[int] = set()  # people whose given and family name are one word, like Rhys ap Rhys
        for number, person in enumerate(self.people):
            self._add(number, person)

    def _add(self, number: int, person: Person) -> None:
        for way in ways(person):
            shelf = self.weak if way.part is Part.JOIN else self.words
            held = shelf.setdefault(way.word, {})
            if number not in held or way.part < held[number]:
                held[number] = way.part
            if way.part in (Part.GIVEN, Part.FAMILY, Part.MIDDLE, Part.HALF) and len(way.word) >= 3:
                for key in _deletions(way.word) | {way.word}:
                    self._near.setdefault(key, set()).add(way.word)
            if way.part is Part.GIVEN:
                self._givens.setdefault(way.word[:3], set()).add(number)
        self.literal += [
            (name, number) for name in person.names if len(name) > 1 and any("\u2e80" < c < "\ufb00" for c in name)
        ]
        for letters in initials(person):
            self.initials.setdefault(letters, []).append(number)
        parsed = [parse(name) for name in person.names]
        joined = (halves(p.family)[0] for p in parsed if len(halves(p.family)) > 1)  # the "Al" of "Al-Rashid"
        before = {fold(particle) for p in parsed for particle in p.particles} | ({fold(h) for h in joined} & PARTICLES)
        self.particles.append(frozenset(before))
        if any(p.given and fold(p.given) == fold(p.family) for p in parsed):
            self.doubled.add(number)
        self.given_letters.append(
            frozenset(fold(w)[:1] for p in parsed for w in (p.given, *p.middles, *p.nicks) if w),
        )
        self.family_letters.append(
            frozenset(fold(w)[:1] for p in parsed for w in (p.family, *p.particles[:1], *p.middles) if w),
        )

    def read(self, surface: str) -> Hit | None:
        """Whom a written word may stand for, or None."""
        try:
            return self._kept[surface]
        except KeyError:
            if len(self._kept) >= _REMEMBERED:
                self._kept.clear()
            found = self._kept[surface] = self._read(surface) if len(surface) <= 60 else None
            return found

    def _read(self, surface: str) -> Hit | None:
        bare = without_possessive(surface)
        trim = len(surface) - len(bare)
        word = fold(bare)
        if len(word) < 2:
            return None
        ordinary = is_ordinary(word)
        if word in self.words:
            return Hit(self.words[word], "exact", ordinary, word, trim=trim)
        if word.endswith("s") and word[:-1] in self.words and len(word) >= 4 and not trim:
            cut = 1 if surface.islower() else 0
            return Hit(self.words[word[:-1]], "plural", ordinary or is_ordinary(word[:-1]), word[:-1], trim=cut)
        if "-" in bare.strip("-") and not ordinary:
            whole = self._fuzzy(word, surface, ordinary, trim)
            if whole:
                return whole
        half = self._half(surface, bare, trim)
        if half:
            return half
        if word in self.weak:
            return Hit(self.weak[word], "exact", ordinary, word, trim=trim)
        return self._fuzzy(word, surface, ordinary, trim) or self._short(word, surface, ordinary, trim)

    def _half(self, surface: str, bare: str, trim: int) -> Hit | None:
        pieces = halves(bare)
        if len(pieces) < 2:
            return None
        at = 0
        for piece in pieces:
            at = bare.index(piece, at)
            word = fold(piece)
            held = self.words.get(word)
            if held and len(word) >= 3:
                rest = 0 if len(bare) - at - len(piece) == 0 else len(bare) - at - len(piece)
                return Hit(held, "exact", is_ordinary(word), word, skip=at, trim=rest + trim)
            at += len(piece)
        return None

    def _fuzzy(self, word: str, surface: str, ordinary: bool, trim: int) -> Hit | None:
        if len(word) < 3 or (ordinary and surface.islower()):
            return None
        close: set[str] = set()
        for key in {word} | _deletions(word):
            for other in self._near.get(key, ()):
                if max(len(other), len(word)) >= 4 and OSA.distance(word, other, score_cutoff=1) <= 1:
                    close.add(other)
        if ordinary:  # a letter added to a name: "Roses", "June"; anything else would take words for names
            least = 3 if is_given(word) else 4
            close = {o for o in close if (len(word) == len(o) + 1 and len(o) >= least) or len(o) >= 5}
        if not close:
            return None
        best = [o for o in close if _without_doubles(o) == _without_doubles(word)] or sorted(close)
        real = (is_given(word) or is_family(word)) and _without_doubles(best[0]) != _without_doubles(word)
        parts: dict[int, Part] = {}
        for other in best:
            for number, part in self.words[other].items():
                parts[number] = min(part, parts.get(number, part))
        tiny = all(len(other) == 3 for other in best) or len(word) == 3
        return Hit(parts, "fuzzy", ordinary, word, trim=trim, real=real, tiny=tiny)

    def _short(self, word: str, surface: str, ordinary: bool, trim: int) -> Hit | None:
        if ordinary or is_given(word) or is_family(word) or not surface[0].isalpha():
            return None
        parts: dict[int, Part] = {}
        if len(word) == 2:  # "Ty", "Mo": only where the words around speak for a name
            parts = {n: Part.NICK for key, ns in self._givens.items() if key[:2] == word for n in ns}
            return Hit(parts, "short", ordinary, word, trim=trim, tiny=True) if parts else None
        for number in self._givens.get(word[:3], ()):
            for name in self.people[number].names:
                given = fold(parse(name).given)
                shared = 0
                while shared < min(len(word), len(given)) and word[shared] == given[shared]:
                    shared += 1
                rest = word[shared:]
                if shared >= 3 and len(given) > shared and (not rest or rest in _ENDINGS):
                    parts[number] = Part.NICK
        return Hit(parts, "short", ordinary, word, trim=trim) if parts else None
