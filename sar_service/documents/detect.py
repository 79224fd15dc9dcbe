"""Finding people and identifiers in a text, and whose they are: the whole of `sar detect`.

First the register (`detect_roster`, `detect_known`), then numbers by shape (`identifiers`), then people nobody
registered (`detect_new`, a model), then role words and places. What is found is suggested; a person decides.
"""

import hashlib
import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sar_service.documents import detect_model
from sar_service.documents.detect_attribute import Attribution
from sar_service.documents.detect_index import Index
from sar_service.documents.detect_initials import initials
from sar_service.documents.detect_known import Known
from sar_service.documents.detect_learn import Gathering, judge, uncovered, widen
from sar_service.documents.detect_model import Model
from sar_service.documents.detect_new import find
from sar_service.documents.detect_places import bodies, locations, people_only
from sar_service.documents.detect_roles import roles
from sar_service.documents.detect_roster import Roster
from sar_service.documents.detect_words import Mention, Words, level
from sar_service.documents.identifiers import identifiers
from sar_service.documents.names import POLITE, fold, parse
from sar_service.domain.redaction import Kind, Person, Span

VERSION = "detect/1"

_REMEMBERED = 200_000  # texts whose finds by the model are kept between the first pass and the second
_GROUP, _GROUP_LENGTH = 512, 200_000  # texts, and characters from which on no more are added, read side by side
_BORN = re.compile(r"[ ,]{0,3}\(?[ ]{0,2}(?:d\.?o\.?b\.?|born|date of birth)[ :]{0,3}(?:on )?\Z", re.IGNORECASE)

_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|doctor|prof|professor|rev|revd|cllr|sir|lady|judge|mister|master)\.?\s{1,3}\Z",
    re.IGNORECASE,
)

# Who has the characters where two kinds claim them.
_ORDER = dict.fromkeys(Kind, 0) | {
    Kind.EMAIL: -1, Kind.ADDRESS: 1, Kind.DATE_OF_BIRTH: 2, Kind.DATE: 2, Kind.ORGANISATION: 3, Kind.PERSON: 4,
    Kind.LOCATION: 5, Kind.ROLE: 6,
}  # fmt: skip


class Detector:
    """Finds mentions for one case. `people` is its register, `subject` the register id of the data subject.

    With `use_model` false only rules and the register are used. `model` is another model than the one shipped.
    """

    def __init__(
        self,
        people: Sequence[Person],
        *,
        subject: str | None = None,
        use_model: bool = True,
        model: Model | None = None,
    ) -> None:
        self.registered = tuple(people)
        self.subject = subject
        self._use_model = use_model or model is not None
        self._model = model
        self._known = Known(self.registered, subject=subject)
        self._seen: dict[bytes, list[Mention]] = {}
        self._teach(())

    def _teach(self, learnt: Sequence[Person]) -> None:
        self.people = (*self.registered, *learnt)
        self._index = Index(self.people)
        self._roster = Roster(self._index, registered=len(self.registered))
        self._attribution = Attribution(self._index, subject=self.subject, registered=len(self.registered))
        self._named = frozenset(
            fold(part) for person in self.people for name in person.names for part in self._parts(name) if part
        )

    @staticmethod
    def _parts(name: str) -> tuple[str, ...]:
        parsed = parse(name)
        return (parsed.given, parsed.family)

    def learn(self, texts: Iterable[str]) -> list[Person]:
        """First pass over all texts of a case: the people they name whom the register does not hold.

        They get the ids "new-1", "new-2", ... in the order in which they are first named, and are known to `spans`
        from then on. A second call starts anew and forgets the first.
        """
        self._teach(())
        gathering = Gathering()
        for number, text in enumerate(self._read_ahead(map(level, texts))):
            words = Words(text)
            mentions = self._roster.mentions(words)
            named = list(find(words, {m.start: m.end for m in mentions}))
            mentions = widen(mentions, named, len(self.registered))
            strange = [mention for mention in mentions if not mention.candidates]
            held = [mention for mention in mentions if mention.candidates]
            finds = uncovered([*named, *self._proposed(text)], held)
            strange = people_only([*finds, *strange], text, self._known.towns)
            gathering.add(number, text, self._outside(text, strange))
        learnt = gathering.people(self.registered)
        self._teach(learnt)
        return learnt

    def _outside(self, text: str, mentions: Iterable[Mention]) -> list[Mention]:
        """Finds that lie in no address, e-mail or name of a body."""
        taken = [(s.start, s.end) for s in identifiers(text) if s.kind in (Kind.ADDRESS, Kind.EMAIL)]
        taken = sorted(taken + [(s.start, s.end) for s in bodies(text)])
        return uncovered(mentions, [Mention(start, end, (), "", 0.0) for start, end in taken])

    def _proposed(self, text: str) -> list[Mention]:
        """What the model takes for people in a text; kept, so that two passes ask it once."""
        if not self._use_model:
            return []
        key = _key(text)
        if key not in self._seen:
            self._ask([text])
        return self._seen[key]

    def _ask(self, texts: Sequence[str]) -> None:
        """Have the model read texts that it has not read, side by side."""
        if self._model is None:
            self._model = detect_model.load()
        if len(self._seen) + len(texts) > _REMEMBERED:
            self._seen.clear()
        for text, proposals in zip(texts, self._model.propose(texts), strict=True):
            self._seen[_key(text)] = judge(proposals, text, self._model.version)

    def _read_ahead(self, texts: Iterable[str]) -> Iterator[str]:
        """The texts as they come, read by the model in groups before the first of a group is given out."""
        group: list[str] = []
        for text in texts:
            group.append(text)
            if len(group) >= _GROUP or sum(map(len, group)) >= _GROUP_LENGTH:
                yield from self._read(group)
                group = []
        yield from self._read(group)

    def _read(self, group: list[str]) -> list[str]:
        fresh = list({_key(text): text for text in group if _key(text) not in self._seen}.values())
        if self._use_model and fresh:
            self._ask(fresh)
        return group

    def spans(self, text: str, *, births: Sequence[tuple[int, int]] = ()) -> list[Span]:
        """Every mention in a text: ordered, none overlapping, offsets in code points, end exclusive.

        `person` is a register id, a "new-…" id that `learn` gave, or None where nobody or no one person fits. `births`
        are stretches of the text that hold dates of birth, as a label beside them or a heading above them says.
        """
        written, text = text, level(text)
        words = Words(text)
        numbers = self._numbers(text, births)
        organisations = list(bodies(text))
        mentions = self._roster.mentions(words)
        named = list(find(words, {m.start: m.end for m in mentions}))
        mentions = widen(mentions, named, len(self.registered))
        finds = people_only(uncovered([*named, *self._proposed(text)], mentions), text, self._known.towns)
        mentions = sorted([*mentions, *finds], key=lambda m: m.start)
        mentions += initials(text, self._index, [(m.start, m.end) for m in mentions])
        mentions.sort(key=lambda m: (m.start, -m.end))
        people = self._people(text, mentions)
        chosen = _Chosen()
        chosen.add([*numbers, *organisations, *people])
        taken = [(span.start, span.end) for span in chosen.spans]
        chosen.add(locations(words, taken, self._named, self._known.towns))
        whose = [(s.start, s.end, s.person) for s in chosen.spans if s.kind is Kind.PERSON]
        chosen.add(roles(words, self.registered, whose, subject=self.subject))
        found = self._births(text, chosen.spans, births)
        return found if text == written else [replace(s, text=written[s.start : s.end]) for s in found]

    def _people(self, text: str, mentions: Sequence[Mention]) -> list[Span]:
        settled = self._attribution.settle(text, mentions)
        starts = [_with_title(text, m) for m in mentions]
        return [
            Span(
                start=start, end=m.end, kind=Kind.PERSON, person=who, text=text[start : m.end],
                confidence=round(m.sure - (0.1 if who is None and m.candidates else 0), 2), rule=f"{m.rule}:{m.form}",
            )
            for start, m, who in zip(starts, mentions, settled, strict=True)
        ]  # fmt: skip

    def _numbers(self, text: str, births: Sequence[tuple[int, int]]) -> list[Span]:
        shaped = [
            replace(span, kind=Kind.DATE_OF_BIRTH) if span.kind is Kind.DATE and _within(span, births) else span
            for span in identifiers(text)
        ]
        found = self._known.attribute(shaped)
        found = [self._owner(span) if span.kind is Kind.EMAIL and span.person is None else span for span in found]
        starts = [span.start for span in found]
        out = {(span.start, span.end): span for span in found}
        claimed: dict[Kind, list[tuple[int, int]]] = {}  # what the register's own addresses and numbers have taken
        for known in self._known.find(text):
            ranges = claimed.setdefault(known.kind, [])
            place = bisect_left(ranges, (known.start + 1, 0))
            if place and ranges[place - 1][1] >= known.end:
                continue
            alike = [s for s in _over(found, starts, known) if s.kind is known.kind or known.kind is not Kind.ADDRESS]
            for span in alike:
                out.pop((span.start, span.end), None)
            start = min([known.start, *(s.start for s in alike)])
            end = max([known.end, *(s.end for s in alike)])
            kind = alike[0].kind if alike and known.kind in (Kind.CASE_REF, alike[0].kind) else known.kind
            out[(start, end)] = replace(known, start=start, end=end, kind=kind, text=text[start:end])
            insort(ranges, (start, end))
        return list(out.values())

    def _owner(self, span: Span) -> Span:
        """An e-mail address that spells out the name of exactly one person of the register."""
        local = fold(re.sub(r"[._+\d]", "", span.text.partition("@")[0]))
        fitting = set()
        for person in self.people:
            for name in person.names:
                parsed = parse(name)
                given, family = fold(parsed.given), fold("".join(parsed.particles) + parsed.family)
                if given and family and local in (given + family, family + given):
                    fitting.add(person.id)
        return replace(span, person=fitting.pop()) if len(fitting) == 1 else span

    def _births(self, text: str, spans: Sequence[Span], columns: Sequence[tuple[int, int]]) -> list[Span]:
        """Give a date of birth to the person whose name it directly follows, or, in a column of such dates, to the one
        person whom its line names. In a column it is never given to the subject: a line may be of somebody unnamed."""
        people = [span for span in spans if span.kind is Kind.PERSON]
        out: list[Span] = []
        for span in spans:
            last = out[-1] if out else None
            if span.kind is Kind.DATE_OF_BIRTH and span.person is None:
                if (
                    last is not None and last.kind is Kind.PERSON and last.person is not None
                    and _BORN.fullmatch(text, last.end, span.start)
                ):  # fmt: skip
                    span = replace(span, person=last.person)
                elif _within(span, columns):
                    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
                    inside = {s.person for s in people if start <= s.start and (end < 0 or s.end <= end)}
                    if len(inside) == 1 and inside != {self.subject}:
                        span = replace(span, person=inside.pop())
            out.append(span)
        return out


def _within(span: Span, stretches: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in stretches)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _with_title(text: str, mention: Mention) -> int:
    """Where a mention begins with its "Mr" or "Dr": the title says something of the person too."""
    found = _TITLE.search(text, max(0, mention.start - 12), mention.start) if mention.title in POLITE else None
    return found.start() if found else mention.start


def _over(found: Sequence[Span], starts: Sequence[int], one: Span) -> list[Span]:
    """The spans, of many in order that do not overlap, that overlap one."""
    at = max(0, bisect_left(starts, one.start) - 1)
    out = []
    while at < len(found) and found[at].start < one.end:
        if found[at].end > one.start:
            out.append(found[at])
        at += 1
    return out


class _Chosen:
    """Spans in order, none overlapping: what comes first keeps its place, and among those added together the better."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._starts: list[int] = []

    def add(self, spans: Iterable[Span]) -> None:
        """Add what does not overlap: by kind, then addresses that are somebody's, the longer, the surer."""
        for span in sorted(spans, key=_rank):
            at = bisect_left(self._starts, span.start)
            if span.end <= span.start or (at < len(self.spans) and self.spans[at].start < span.end):
                continue
            if at and self.spans[at - 1].end > span.start:
                continue
            self._starts.insert(at, span.start)
            self.spans.insert(at, span)


def _rank(span: Span) -> tuple[int, bool, int, float, int]:
    whose = span.kind is Kind.ADDRESS and span.person is None
    return _ORDER[span.kind], whose, span.start - span.end, -span.confidence, span.start


def detect(text: str, people: Sequence[Person], *, subject: str | None = None) -> list[Span]:
    """Find everything in one text: `Detector.learn` and `Detector.spans` in one."""
    detector = Detector(people, subject=subject)
    detector.learn([text])
    return detector.spans(text)
