"""Finding the people of a register in a text: words put together to mentions, with the people each may mean.

Which single words stand for whom is `detect_index`; whether an ordinary word is a name here is `detect_context`; who
is meant where several fit is `detect_attribute`. People nobody registered are `detect_new`.
"""

import re

from sar_service.documents.detect_context import score
from sar_service.documents.detect_index import Hit, Index
from sar_service.documents.detect_words import Mention, Words
from sar_service.documents.lexicon import DAYS, MONTHS, is_family, is_given, is_ordinary, places, word_set
from sar_service.documents.names import PARTICLES, POLITE, TITLES, Part, fold, without_possessive

_RANK = re.compile(r"\b(?:PC|DC|DS|DI|PS|WPC|PCSO|Sgt|Insp|Officer|Constable|Sergeant)\.?[ \t]{1,3}\d{2,6}[ \t]{1,3}\Z")
_RANKS = word_set("pc dc ds di ps wpc pcso sgt sergeant insp inspector det con constable")
_TITLE_GAP = re.compile(r"\.?(?:[ \t]{1,3}|[ \t]{0,3}\n[ \t]{0,8})\Z")
_INITIAL_GAP = re.compile(r"\.?[ \t]{0,2}(?:\r?\n[ \t]{0,8})?\Z")
_INITIAL_ENDS = re.compile(r"\.|[ \t]{0,3}(?:[;,:)\]|\n]|\Z)")
_COMMA = re.compile(r"[ \t]?,[ \t]{0,4}(?:\r?\n[ \t]{0,8})?\Z")
_NICK_GAP = re.compile(r"[ \t]{1,3}[(\"“'‘][ \t]?\Z|[)\"”'’][ \t]{1,3}\Z")
_GROUPS = word_set(
    """
    family families household siblings sibling children brothers sisters boys girls case file home
    """
)
# Words no sentence does without: names in some languages, but only where a capital stands mid-sentence.
_GRAMMAR = word_set(
    """
    an so do my be to in on at or as he me we us no go up if it is of by the and but are was has had her his him she
    you not all any did for how see who why yes one two out now too then them they than that this when with what over
    also from some our ha hi he man van let set day way old new say too per
    """
)
# What a following capital word makes of a name before it: a place, a street or a body, not a second name.
_NOT_FAMILY = word_set(
    """
    street road avenue lane close drive court house school primary academy college nursery hospital surgery centre
    team service services council police station park place square terrace gardens grove crescent way hill view
    """
)


class Roster:
    """Finds mentions of the people of an index. `registered` counts those at its front whom the register holds."""

    def __init__(self, index: Index, *, registered: int | None = None) -> None:
        self.index = index
        self.registered = len(index.people) if registered is None else registered

    def mentions(self, words: Words) -> list[Mention]:
        """Every mention in order, none overlapping."""
        hits = [self.index.read(surface) for surface in words.surface]
        found: list[Mention] = []
        at, ends = 0, 0
        for at, hit in enumerate(hits):
            if hit is None or words.start[at] < ends:
                continue
            mention = self._mention(words, hits, at, found[-1].end if found else -1)
            if mention:
                found.append(mention)
                ends = mention.end
        return [*found, *self._unspaced(words.text)] if self.index.literal else found

    def _unspaced(self, text: str) -> list[Mention]:
        """Names in scripts without spaces between words, wherever they stand."""
        found = []
        for name, number in self.index.literal:
            at = text.find(name)
            while at >= 0:
                found.append(Mention(at, at + len(name), (number,), "full", 0.9))
                at = text.find(name, at + len(name))
        return found

    def _mention(self, words: Words, hits: list[Hit | None], at: int, last: int) -> Mention | None:
        hit = hits[at]
        assert hit is not None
        people, used, end = self._extend(words, hits, at, hit)
        start = words.start[at] + hit.skip
        first = at
        title = self._title(words, at)
        form, candidates = "part", tuple(people)
        foreign = False
        parts = set(hit.parts.values())
        if end == at:
            before = self._initial_before(words, at, hit)
            if before is not None:
                first, candidates = self._more_initials(words, at - 1, before)
                start, form = words.start[first], "initial"
            elif not title and self._other_given(words, hits, at, parts, last):
                first, start, foreign = at - 1, words.start[at - 1], True
        if not foreign and form == "part" and used <= {Part.GIVEN, Part.NICK} and not title:
            more = self._other_family(words, hits, end)
            if more:
                end, foreign = more, True
        if (
            first == at
            and at
            and not foreign
            and words.folded(at - 1) in PARTICLES
            and words.joined(at - 1)
            and any(words.folded(at - 1) in self.index.particles[person] for person in people)
        ):
            first, start = at - 1, words.start[at - 1]
            title = title or self._title(words, first)
        many = end > at or form == "initial"
        closing = hits[end]
        trim = closing.trim if closing is not None else 0
        if closing is None:
            trim = len(words.surface[end]) - len(without_possessive(words.surface[end]))
        stop = words.end(end) - trim
        if foreign:
            return Mention(start, stop, (), "full", 0.85, title=title)
        if many:
            if form != "initial":
                form = "initial" if len(words.surface[end]) == 1 else "full"
            if not self._many_stand(words, hits, first, end):
                return None
            return Mention(start, stop, candidates, form, 0.97 if form == "full" else 0.9, title=title)
        single = self._single(words, hits, at, hit, title, last)
        if single is None:
            return None
        form, sure = single
        return Mention(start, stop, self._best(hit, title), form, sure, title=title)

    def _best(self, hit: Hit, title: str) -> tuple[int, ...]:
        """The people for whom the word is the strongest part of a name; pet forms and given names weigh alike."""
        if title in POLITE or title in _RANKS:
            family = tuple(number for number, part in hit.parts.items() if part in (Part.FAMILY, Part.HALF))
            if family:
                return family
        rank = {Part.GIVEN: 0, Part.NICK: 1, Part.FAMILY: 2, Part.MIDDLE: 3, Part.HALF: 3, Part.JOIN: 4}
        best = min(rank[part] for part in hit.parts.values())
        return tuple(number for number, part in hit.parts.items() if rank[part] == best)

    def _extend(
        self,
        words: Words,
        hits: list[Hit | None],
        at: int,
        hit: Hit,
    ) -> tuple[list[int], set[Part], int]:
        people = dict(hit.parts)
        used = set(hit.parts.values())
        end = at
        count = 1
        while end + 1 < len(hits) and count < 6:
            following = end + 1
            gap = words.gap(end)
            surface = words.surface[following]
            comma = count == 1 and bool(_COMMA.match(gap)) and Part.FAMILY in used
            nick = bool(_NICK_GAP.match(gap))
            if not (words.joined(end) or comma or nick or (len(words.surface[end]) == 1 and _INITIAL_GAP.match(gap))):
                break
            if hits[end] is not None and len(words.surface[end]) - hits[end].trim < len(words.surface[end]):  # type: ignore[union-attr]
                break  # a possessive ends a name
            if (
                len(surface) == 1
                and surface.isupper()
                and (not comma or _INITIAL_ENDS.match(words.text, words.end(following)))
            ):
                kept = [p for p in people if fold(surface) in self._letters(p, people[p])]
                if not kept or (
                    surface in "AI"
                    and words.gap(following)[:1] == " "
                    and not words.capital(following + 1)
                    and words.folded(following + 1) not in {"and", "discussed", "said", "to"}
                ):
                    break
                people = {p: people[p] for p in kept}
                end, count = following, count + 1
                continue
            step = following
            if words.folded(step) in PARTICLES and hits[step] is None and step + 1 < len(hits) and words.joined(step):
                step += 1
            other = hits[step]
            if other is None or other.skip:
                break
            shared = {
                p: other.parts[p]
                for p in people
                if p in other.parts and (other.parts[p] != people[p] or p in self.index.doubled)
            }
            if comma:
                shared = {p: part for p, part in shared.items() if part in (Part.GIVEN, Part.NICK)}
            if not shared or (other.ordinary and surface.islower() and words.capital(at)):
                break
            people = {p: min(people[p], part) for p, part in shared.items()}
            used |= set(shared.values())
            end, count = step, count + 1
        return list(people), used, end

    def _letters(self, person: int, part: Part) -> frozenset[str]:
        if part in (Part.FAMILY, Part.HALF):
            return self.index.given_letters[person]
        return self.index.family_letters[person]

    def _title(self, words: Words, at: int) -> str:
        previous = words.folded(at - 1) if at else ""
        if previous in TITLES and _TITLE_GAP.match(words.gap(at - 1)):
            return previous
        back = words.text[max(0, words.start[at] - 24) : words.start[at]]
        return "pc" if _RANK.search(back) else ""

    def _initial_before(self, words: Words, at: int, hit: Hit) -> tuple[int, ...] | None:
        """The people a single letter and this family name fit; an empty tuple is somebody else of that name."""
        family = [p for p, part in hit.parts.items() if part in (Part.FAMILY, Part.HALF)]
        if not family or at == 0 or len(words.surface[at - 1]) != 1 or not words.capital(at - 1):
            return None
        if not _INITIAL_GAP.match(words.gap(at - 1)) or words.text[max(0, words.start[at - 1] - 1)] in "'’":
            return None
        letter = fold(words.surface[at - 1])
        fitting = tuple(p for p in family if letter in self.index.given_letters[p])
        if not fitting and letter in "ai" and words.gap(at - 1)[:1] != ".":
            return None
        return fitting

    def _more_initials(self, words: Words, first: int, people: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        """Where "G. K. Dhillon" begins, whose last initial stands at `first`, and the people all letters fit."""
        while first and len(words.surface[first - 1]) == 1 and words.capital(first - 1):
            if not _INITIAL_GAP.match(words.gap(first - 1)) or "\n" in words.gap(first - 1):
                break
            first -= 1
            letter = fold(words.surface[first])
            people = tuple(person for person in people if letter in self.index.given_letters[person])
        return first, people

    def _other_given(self, words: Words, hits: list[Hit | None], at: int, parts: set[Part], last: int) -> bool:
        """Whether a given name that is not in the register stands before this family name."""
        if not parts <= {Part.FAMILY, Part.HALF} or at == 0 or not words.capital(at) or not words.capital(at - 1):
            return False
        word, surface = words.folded(at - 1), words.surface[at - 1]
        if (
            words.gap(at - 1) != " "
            or len(surface) < 2
            or words.start[at - 1] < last
            or without_possessive(surface) != surface
        ):
            return False
        if any(word in self.index.particles[person] for person in hits[at].parts):  # type: ignore[union-attr]
            return False
        if word in TITLES or word in MONTHS or word in DAYS or (hits[at - 1] is not None and not is_given(word)):
            return False
        return (is_given(word) and not (is_ordinary(word) and words.starts(at - 1))) or not is_ordinary(word)

    def _other_family(self, words: Words, hits: list[Hit | None], end: int) -> int:
        """Where a family name that is not this person's follows, its place; else 0."""
        following = end + 1
        if following >= len(hits) or words.gap(end) != " " or not words.capital(following):
            return 0
        if without_possessive(words.surface[end]) != words.surface[end] or not words.capital(end):
            return 0
        word, hit = words.folded(following), hits[following]
        if len(word) < 2 or words.folded(following + 1) in _NOT_FAMILY or word in MONTHS or word in DAYS:
            return 0
        if hit is not None:
            family = any(part in (Part.FAMILY, Part.HALF) for part in hit.parts.values())
            given = any(part in (Part.GIVEN, Part.NICK) for part in hit.parts.values())
            return following if family and not given and hit.kind == "exact" else 0
        if words.surface[following].isupper() and not words.surface[end].isupper():
            return 0
        known = is_family(word) and not is_given(word)
        strange = not is_ordinary(word) and word not in places() and not is_given(word)
        return following if known or strange else 0

    def _many_stand(self, words: Words, hits: list[Hit | None], first: int, end: int) -> bool:
        if any(words.capital(k) for k in range(first, end + 1)):
            return True
        if any(hit is not None and not hit.ordinary for hit in hits[first : end + 1]):
            return True
        base = words.folded(first)
        return score(base, words.before(first), words.after(end), starts=words.starts(first), capital=False) >= 1

    def _single(
        self,
        words: Words,
        hits: list[Hit | None],
        at: int,
        hit: Hit,
        title: str,
        last: int,
    ) -> tuple[str, float] | None:
        """How a word that stands alone is a name here, and how sure, or None."""
        parts = set(hit.parts.values())
        if parts == {Part.JOIN}:
            return None
        form = {Part.GIVEN: "given", Part.NICK: "nick", Part.FAMILY: "family"}.get(min(parts), "half")
        capital, shouted = words.capital(at), words.shouted(at)
        if title and (capital or not hit.ordinary) and hit.kind != "short":
            family = any(part in (Part.FAMILY, Part.HALF) for part in parts)
            return ("title" if family and (title in POLITE or title in _RANKS) else form), 0.93
        near = self._near(words, hits, at, last)
        points = score(
            hit.base,
            words.before(at),
            words.after(at),
            starts=words.starts(at),
            near=near,
            apart=words.apart(at),
            capital=capital,
        )
        if hit.kind == "fuzzy":
            return self._misspelt(hit, capital, points)
        if hit.kind == "short":
            if hit.tiny:
                return ("nick", 0.65) if capital and points >= 2 else None
            return ("nick", 0.7) if capital or (len(hit.base) >= 4 and points >= 1) else None
        if not hit.ordinary:
            if len(hit.base) == 2 and not (capital or points >= 2):
                return None
            return form, 0.95 if form == "given" else 0.85
        if form in ("family", "half") and words.folded(at + 1) in _GROUPS and capital:
            return form, 0.9
        if hit.kind == "plural" and not capital:
            return (form, 0.7) if points >= 2 or words.before(at)[1] == "at" else None
        if hit.base in _GRAMMAR and (not capital or words.starts(at)):
            return None
        if not capital:
            return (form, 0.7) if points >= 2 else None
        if shouted:
            return (form, 0.75) if points >= 2 else None
        return self._word_as_name(words, at, form, points)

    def _word_as_name(self, words: Words, at: int, form: str, points: int) -> tuple[str, float] | None:
        word, previous = words.folded(at), words.before(at)[1]
        if words.starts(at):
            enough = points >= 1 or (points >= 0 and form in ("given", "nick") and word not in {"will", "may", "can"})
            return (form, 0.8) if enough else None
        if points <= -3 and previous not in {
            "to",
            "of",
            "in",
            "that",
            "his",
            "her",
            "their",
            "my",
            "our",
            "which",
            "and",
        }:
            return None
        if previous in {"the", "a", "an"} and points < 1:
            return None
        if word in MONTHS and points < 1:
            return None
        return form, 0.85

    def _misspelt(self, hit: Hit, capital: bool, points: int) -> tuple[str, float] | None:
        if hit.ordinary:
            return ("misspelt", 0.55) if capital and points >= 2 else None
        if hit.tiny:
            return ("misspelt", 0.55) if capital and points >= 1 else None
        if not capital and len(hit.base) < 5 and points < 1:
            return None
        return "misspelt", 0.6 if hit.real else 0.75

    def _near(self, words: Words, hits: list[Hit | None], at: int, last: int) -> bool:
        previous = words.folded(at - 1) if at else ""
        gap = words.gap(at - 1) if at else ""
        if previous in {"and", "an", "n"} and at >= 2 and abs(words.end(at - 2) - last) <= 2:
            return True
        if gap.strip() in {",", "&", "+", "/"} and at and abs(words.end(at - 1) - last) <= 2:
            return True
        if at + 1 < len(hits) and words.gap(at).strip() in {"&", "+", "/"} and (beside := hits[at + 1]) is not None:
            return beside.kind == "exact" and not beside.ordinary
        if words.folded(at + 1) in {"and", "an", "n"} and at + 2 < len(hits):
            other = hits[at + 2]
            return other is not None and other.kind == "exact" and other.base not in {"will", "may", "can"}
        return False
