"""The first pass over a case: people whom the texts name and the register does not, made into register entries.

Finds come from `detect_new` and a model; names that belong together ("Temi Ojo", "Ms Ojo", "Temi") become one person.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sar_service.documents.detect_model import Proposal
from sar_service.documents.detect_words import Mention, Words
from sar_service.documents.lexicon import DAYS, MONTHS, THINGS, is_family, is_given, is_ordinary, places
from sar_service.documents.names import TITLES, WORD, Parsed, fold, parse, without_possessive
from sar_service.domain.nicknames import forms
from sar_service.domain.redaction import Person

_LEARNT_FROM = 0.6  # a find less sure than this is marked where it stands and taught to nobody,
_TWICE = 0.6  # unless it is found twice
_RANKS = frozenset({"pc", "dc", "ds", "di", "ps", "wpc", "pcso"})
_MOST = 20_000  # new people; a text that names more is not a file about people


_PLACED = re.compile(r"\b(?:at|in|near)[ ]\Z", re.IGNORECASE)


def judge(proposals: Iterable[Proposal], text: str, rule: str) -> list[Mention]:
    """What a model proposed as people, cleaned and weighed; what is plainly not a name is dropped."""
    found = []
    for proposal in proposals:
        if proposal.kind != "person":
            continue
        mention = _clean(text, proposal.start, proposal.end, rule)
        if mention:
            found.append(mention)
    return found


def _clean(text: str, start: int, end: int, rule: str) -> Mention | None:
    words = Words(text[start:end])
    first, last = 0, len(words) - 1
    line = next((k for k in range(last) if "\n" in words.gap(k) or "," in words.gap(k) or "(" in words.gap(k)), last)
    last = min(last, line)

    def loose(k: int) -> bool:
        word = words.folded(k)
        named = is_given(word) or is_family(word)
        return (word in TITLES or word in DAYS or word in MONTHS or word in THINGS) or (
            is_ordinary(word) and (not named or not words.capital(k))
        )

    title = words.folded(first) if len(words) and words.folded(first) in TITLES else ""
    while first <= last and loose(first):
        first += 1
    while last >= first and loose(last):
        last -= 1
    if first > last or last - first > 4:
        return None
    folded = [words.folded(k) for k in range(first, last + 1)]
    if " ".join(folded) in places() or all(len(word) < 2 for word in folded):
        return None
    surfaces = [words.surface[k] for k in range(first, last + 1)]
    known = [word for word in folded if is_given(word) or is_family(word)]
    if all(s.isupper() for s in surfaces) and not known:  # an abbreviation or a heading
        return None
    if not known and (len(folded) == 1 or any(is_ordinary(word) for word in folded)):
        strange = [s for s, word in zip(surfaces, folded, strict=True) if not is_ordinary(word)]
        if not strange or not strange[0][0].isupper() or (len(folded) == 1 and len(folded[0]) < 4):
            return None
    if all(is_ordinary(word) for word in folded) and (
        len(folded) == 1 or not (is_given(folded[0]) and is_family(folded[-1]))
    ):
        return None
    if not known and _PLACED.search(text, max(0, start - 8), start):
        return None
    if any(c.isdigit() for c in words.text[words.start[first] : words.end(last)]):
        return None
    stop = words.start[last] + len(without_possessive(words.surface[last]))
    form = "full" if len(folded) > 1 else "given"
    sure = (0.8 if known else 0.6) if form == "full" else (0.7 if known else 0.5)
    return Mention(start + words.start[first], start + stop, (), form, sure, rule, title)


@dataclass(slots=True)
class _Group:
    at: tuple[int, int]
    given: str = ""
    family: str = ""
    title: str = ""
    names: list[str] = field(default_factory=list)


def _neat(name: str) -> str:
    """A name as a register would hold it: single spaces, capitals only where each word begins."""
    before, comma, after = name.partition(",")
    words = [without_possessive(found.group()) for found in WORD.finditer(f"{after} {before}" if comma else name)]
    if comma:
        words = [word.title() if word.isupper() and len(word) > 1 else word for word in words]
    if all(word.isupper() or word.islower() for word in words):
        words = [word.title() if len(word) > 1 else word.upper() for word in words]
    return " ".join(" ".join(words).split())


class Gathering:
    """Collects finds over texts and sorts them into people."""

    def __init__(self) -> None:
        self._finds: dict[tuple[str, str, str], tuple[tuple[int, int], str]] = {}
        self._sure: dict[tuple[str, str, str], float] = {}

    def add(self, number: int, text: str, mentions: Iterable[Mention]) -> None:
        """Remember the names found in the text of that number."""
        for mention in mentions:
            name = _neat(text[mention.start : mention.end])
            parsed = parse(f"Mr {name}" if mention.form in ("title", "family") and " " not in name else name)
            key = (fold(parsed.given), fold(parsed.family), mention.title if not parsed.given else "")
            place = (number, mention.start)
            held = self._sure.get(key, 0.0)
            self._sure[key] = max(held, mention.sure, _TWICE if held else 0.0)
            earlier = key not in self._finds or place < self._finds[key][0]
            if key[:2] != ("", "") and earlier and len(self._finds) < _MOST:
                self._finds[key] = (place, name)

    def people(self, registered: Sequence[Person]) -> list[Person]:
        """The new people in the order in which the texts first name them: "new-1", "new-2", ..."""
        held = [parse(name) for person in registered for name in person.names]
        groups: list[_Group] = []
        by_family: dict[str, list[_Group]] = {}
        by_given: dict[str, list[_Group]] = {}

        def found(group: _Group) -> None:
            groups.append(group)
            if group.family:
                by_family.setdefault(group.family, []).append(group)
            if group.given:
                by_given.setdefault(group.given, []).append(group)

        finds = sorted(
            (item for item in self._finds.items() if self._sure[item[0]] >= _LEARNT_FROM),
            key=lambda item: item[1][0],
        )
        full = [item for item in finds if len(item[0][0]) > 1 and item[0][1]]
        letters = [item for item in finds if len(item[0][0]) == 1 and item[0][1]]
        part = [item for item in finds if not (item[0][0] and item[0][1])]
        for (given, family, _), (place, name) in full:
            if len(family) == 1:
                letters.append(((given, family, ""), (place, name)))
                continue
            found(_Group(place, given, family, names=[name]))
        known_families = {fold(p.family) for p in held if p.family}
        known_givens = {fold(p.given) for p in held if p.given}
        for (given, family, _), (place, name) in letters:
            if len(family) == 1:
                alike = [g for g in by_given.get(given, []) if g.family.startswith(family)]
                if not alike and given not in known_givens:
                    found(_Group(place, given, "", names=[name]))
            else:
                alike = [g for g in by_family.get(family, []) if g.given.startswith(given)]
                if not alike:
                    found(_Group(place, given, family, names=[name]))
            for group in alike:
                group.at = min(group.at, place)
        for (given, family, title), (place, name) in part:
            if given:
                alike = [g for form in forms(given) | {given} for g in by_given.get(form, [])]
                if not alike and given not in known_givens:
                    found(_Group(place, given, "", names=[name]))
            else:
                alike = by_family.get(family, [])
                if not alike and family not in known_families:
                    rank = title.upper() if title in _RANKS else title.title()
                    found(_Group(place, "", family, title, [f"{rank} {name}".strip()]))
            for group in alike:
                group.at = min(group.at, place)
        groups.sort(key=lambda group: group.at)
        return [
            Person(id=f"new-{number}", names=tuple(dict.fromkeys(group.names)))
            for number, group in enumerate(groups, 1)
        ]


def widen(mentions: Sequence[Mention], finds: Iterable[Mention], registered: int) -> list[Mention]:
    """Mentions, each made as long as a find of several words by rule that holds it and nothing else.

    Where the register's person has another family name than the longer find says, it is somebody else: no candidate.
    """
    out = list(mentions)
    starts = [m.start for m in out]
    for find in finds:
        if find.form not in ("full", "initial"):
            continue
        first = bisect_left(starts, find.start)
        over = [
            k
            for k in range(max(0, first - 1), min(len(out), first + 4))
            if out[k].start < find.end and find.start < out[k].end
        ]
        inside = all(out[k].start >= find.start and out[k].end <= find.end and out[k].form != "full" for k in over)
        if not over or not inside or sum(out[k].end - out[k].start for k in over) >= find.end - find.start:
            continue
        held = out[over[0]]
        candidates = tuple(n for n in held.candidates if n >= registered and all(n in out[k].candidates for k in over))
        wider = Mention(
            find.start, find.end, candidates, "full", min(held.sure, find.sure), held.rule, find.title or held.title
        )
        out[over[0] : over[-1] + 1] = [wider]
        starts[over[0] : over[-1] + 1] = [wider.start]
    return out


def uncovered(finds: Iterable[Mention], mentions: Sequence[Mention]) -> list[Mention]:
    """Finds that overlap no mention of the register, earlier and surer finds first, none overlapping another."""
    taken = sorted((m.start, m.end) for m in mentions)
    out: list[Mention] = []
    at = 0
    for find in sorted(finds, key=lambda m: (m.start, -m.end)):
        while at < len(taken) and taken[at][1] <= find.start:
            at += 1
        if at < len(taken) and taken[at][0] < find.end:
            continue
        if out and find.start < out[-1].end:
            continue
        out.append(find)
    return out


__all__ = ["Gathering", "Parsed", "judge", "uncovered"]
