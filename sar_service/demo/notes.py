"""Notes and assessments out of the grammar: a situation, a family's own people, a writer, a day.

The words are in `config/demo/words/situations/` and `assessment.txt`; layout and hand are in `writers.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from . import writers
from .grammar import Pattern, Slot, compile_pattern, compile_sections, prune, read_sections
from .people import ROLES, Person, forms
from .writers import Said, Writer

_PRONOUNS = {
    "f": {"they": "she", "them": "her", "their": "her", "theirs": "hers", "themself": "herself", "They": "She"},
    "m": {"they": "he", "them": "him", "their": "his", "theirs": "his", "themself": "himself", "They": "He"},
}
_SECTIONS = ("open", "body", "voice", "think", "next")

# What else a writer strays into when the note is a long one.
NEAR: Mapping[str, tuple[str, ...]] = {
    "common": (),
    "conference": ("home_visit", "health", "supervision", "school_call"),
    "contact_session": ("placement", "praise", "phone_family"),
    "domestic_abuse": ("phone_family", "legal", "strategy", "housing_money"),
    "health": ("home_visit", "school_call", "praise"),
    "home_visit": ("housing_money", "health", "phone_family", "praise"),
    "housing_money": ("home_visit", "phone_family", "office_transport"),
    "lac_review": ("placement", "contact_session", "health", "school_call", "praise"),
    "leaving_care": ("housing_money", "health", "praise"),
    "legal": ("conference", "supervision", "office_transport"),
    "missing": ("placement", "school_call", "phone_family", "strategy"),
    "office_transport": ("phone_family", "housing_money"),
    "phone_family": ("home_visit", "housing_money", "health"),
    "placement": ("praise", "health", "school_call", "contact_session"),
    "praise": ("school_call", "home_visit"),
    "school_call": ("praise", "health", "phone_family"),
    "strategy": ("domestic_abuse", "missing", "health", "conference"),
    "supervision": ("conference", "strategy", "legal", "phone_family"),
}


@dataclass(frozen=True)
class Situation:
    """What notes of one kind can say: patterns by section, and titles."""

    key: str
    titles: tuple[Pattern, ...]
    sections: Mapping[str, tuple[Pattern, ...]]


@dataclass(frozen=True)
class Words:
    """Everything read from the word files, compiled."""

    lexicon: Mapping[str, tuple[Pattern, ...]]
    situations: Mapping[str, Situation]
    assessment: Mapping[str, tuple[Pattern, ...]]
    _pruned: dict[tuple[str, frozenset[str]], dict[str, list[Pattern]]] = field(default_factory=dict)

    def patterns(self, situation: str, missing: frozenset[str]) -> dict[str, list[Pattern]]:
        """What can be said in this situation by a family that lacks these roles, everyday remarks included."""
        known = self._pruned.get((situation, missing))
        if known is None:
            own, common = self.situations[situation], self.situations["common"]
            known = {"title": [p for pattern in own.titles if (p := prune(pattern, missing))]}
            for section in _SECTIONS:
                sources = own.sections[section]
                if section != "open" and len(sources) < 12:
                    sources = sources + common.sections[section]
                known[section] = [p for pattern in sources if (p := prune(pattern, missing))]
            near = [pattern for key in NEAR[situation] for pattern in self.situations[key].sections["body"]]
            known["aside"] = [p for pattern in (*common.sections["body"], *near) if (p := prune(pattern, missing))]
            self._pruned[situation, missing] = known
        return known

    def tail(self, scene: "Scene") -> str:
        """An afterthought to hang on a sentence, with the stop or comma it begins with."""
        known = self._pruned.get(("tail", scene.missing))
        if known is None:
            pool = [p for pattern in self.lexicon["tail"] if (p := prune(pattern, scene.missing))]
            known = self._pruned["tail", scene.missing] = {"tail": pool}
        pool = known["tail"]
        text = pool[scene.roll(len(pool))].say(scene)
        return text if text[0] in ",;" else " " + text.strip()


def read_words(folder: Path) -> Words:
    """Read and compile every word file. Raises ValueError for a pattern with unmatched brackets."""
    situations = {}
    for path in sorted((folder / "situations").glob("*.txt")):
        heading = read_sections(path)[""][0].removeprefix("title: ")
        situations[path.stem] = Situation(path.stem, (compile_pattern(heading),), compile_sections(path))
    return Words(
        lexicon=compile_sections(folder / "lexicon.txt"),
        situations=situations,
        assessment=compile_sections(folder / "assessment.txt"),
    )


@dataclass
class Scene:
    """Who is in the story at one time, and what the places are called: fills the slots of every pattern.

    `noticed` is told every (role, person, form, words) that is written, for whoever keeps the ground truth.
    """

    words: Words
    people: Mapping[str, Person]
    values: Mapping[str, str]
    rng: Random
    noticed: Callable[[str, Person, str, str], None] | None = None
    writer: Writer | None = None
    on: date | None = None
    _forms: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.missing = ROLES - set(self.people)
        self._pronouns = _PRONOUNS[self.people["child"].sex]

    def roll(self, sides: int) -> int:
        """A number from 0 to one less than `sides`."""
        return int(self.rng.random() * sides)

    def fill(self, slot: Slot) -> str:
        """The words for a slot. Raises KeyError for one that nobody knows."""
        name = slot.name
        person = self.people.get(name)
        if person is not None:
            said = self._name(name, person)
            return said + "'s" if slot.possessive else said
        known = self._pronouns.get(name) or self.values.get(name)
        if known is None and name in ("I", "me", "my"):
            assert self.writer is not None
            known = self.writer.self_words[("I", "me", "my").index(name)]
        if known is None and name == "date":
            assert self.on is not None
            known = in_words(self.on)
        if known is None:
            entries = self.words.lexicon[name]
            known = entries[int(self.rng.random() * len(entries))].say(self)
        return known + "'s" if slot.possessive else known

    def _name(self, role: str, person: Person) -> str:
        assert self.writer is not None
        key = (role, self.writer.habit)
        ways = self._forms.get(key)
        if ways is None:
            ways = self._forms[key] = forms(person, role, self.writer.habit)
        form, words = ways[int(self.rng.random() * len(ways))]
        if self.noticed:
            self.noticed(role, person, form, words)
        return words


def in_words(day: date) -> str:
    """A date as a note would head itself: 7 March 2019."""
    return f"{day.day} {day:%B} {day.year}"


def sentence(pattern: Pattern, scene: Scene, *, tail: float = 0.0) -> str:
    """One sentence, begun with a capital and ended with a stop; `tail` is the chance of an afterthought."""
    text = pattern.say(scene).strip()
    if tail and text[-1:] not in '?!"' and scene.rng.random() < tail:
        text = text.removesuffix(".") + scene.words.tail(scene)
    first = 1 if text[:1] in "\"'(" else 0
    text = text[:first] + text[first : first + 1].upper() + text[first + 1 :]
    if text[-1:] not in '.?!"':
        text += "."
    return text


def note(scene: Scene, situation: str, writer: Writer, on: date, *, target: int) -> tuple[str, str]:
    """A title and the text of one note of about `target` words, never fewer than 50 nor more than 1,500."""
    scene.writer, scene.on = writer, on
    rng = scene.rng
    patterns = scene.words.patterns(situation, scene.missing)
    target = max(60, min(1_280, int(target)))
    title = rng.choice(patterns["title"]).say(scene)

    def say(section: str, count: int) -> tuple[str, ...]:
        pool = patterns[section]
        chosen = rng.sample(pool, k=min(count, len(pool)))
        return tuple(writers.begin(sentence(pattern, scene), rng, writer) for pattern in chosen)

    long = target > 400
    opening = say("open", 1 if target < 120 else 2)
    voice = say("voice", 1 + (target > 140) + 2 * long)
    thinking = say("think", (target > 90) + 2 * long)
    steps = say("next", 1 + (target > 160) + long)
    so_far = sum(s.count(" ") + 1 for part in (opening, voice, thinking, steps) for s in part)
    body: list[str] = []
    while so_far < target:
        own = rng.sample(patterns["body"], k=len(patterns["body"]))
        aside = rng.sample(patterns["aside"], k=len(patterns["aside"]))
        for pattern in (*own[:6], *aside[:1], *own[6:12], *aside[1:4], *own[12:], *aside[4:]):
            body.append(writers.begin(sentence(pattern, scene, tail=0.4), rng, writer))
            so_far += body[-1].count(" ") + 1
            if so_far >= target:
                break
    if rng.random() < writer.mood:
        body.append(sentence(scene.words.lexicon["mood"][scene.roll(len(scene.words.lexicon["mood"]))], scene))
    said = Said(title, in_words(on), opening, tuple(body), voice, thinking, steps)
    text = writers.finish(writers.LAYOUTS[rng.choice(writer.layouts)](said, rng, writer), rng, writer)
    if len(text.split()) < 50:
        text += "\n" + " ".join(
            writers.begin(sentence(p, scene), rng, writer) for p in rng.sample(patterns["aside"], 4)
        )
    return title, text


def assessment(scene: Scene, writer: Writer, on: date, *, per_section: int) -> list[tuple[str, str]]:
    """The sections of one assessment as (heading, text), about `per_section` sentences each."""
    scene.writer, scene.on = writer, on
    rng = scene.rng
    out = []
    for heading, patterns in scene.words.assessment.items():
        pool = [p for pattern in patterns if (p := prune(pattern, scene.missing))]
        said: list[str] = []
        while len(said) < per_section and len(said) < 3 * len(pool):
            said.extend(sentence(p, scene) for p in rng.sample(pool, k=min(len(pool), per_section - len(said))))
        paragraphs = [" ".join(said[at : at + 4]) for at in range(0, len(said), 4)]
        out.append((heading, "\n\n".join(paragraphs)))
    return out
