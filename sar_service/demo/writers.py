"""Who writes the notes, and how: first person or third, long or short, tidy or not, and how a page is laid out.

What they have to say comes from `notes.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from .people import HABITS, Names

TEAMS = (
    "Assessment Team", "Children in Need Team", "Court Team", "Looked After Children Team", "Early Help",
    "Leaving Care Team", "Emergency Duty Team",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Writer:
    """One worker as a writer. `length` scales how much they write; `mood` is how often they say how they feel."""

    key: str
    name: str
    job: str
    team: str
    phone: str
    email: str
    habit: str
    layouts: tuple[str, ...]
    register: str  # "plain", "terse", "lower", "short_words", "careless", "wordy"
    self_words: tuple[str, str, str]
    length: float
    mood: float


def make_writers(rng: Random, names: Names, count: int) -> tuple[Writer, ...]:
    """As many workers as asked for, no two with the same name, each with manners of their own."""
    writers: list[Writer] = []
    taken: set[str] = set()
    while len(writers) < count:
        given, family = names.worker(rng)
        name = f"{given} {family}"
        if name in taken:
            continue
        taken.add(name)
        number = len(writers) + 1
        writers.append(make_writer(rng, key=f"W{number:04d}", name=name))
    return tuple(writers)


def make_writer(rng: Random, *, key: str, name: str, job: str = "", team: str = "") -> Writer:
    """One worker with manners drawn from the dice."""
    person = rng.choice((("I", "me", "my"),) * 6 + (("SW", "SW", "SW's"), ("this worker", "me", "the")))
    return Writer(
        key=key,
        name=name,
        job=job or rng.choice(("Social Worker", "Senior Social Worker", "Family Support Worker", "Social Worker")),
        team=team or rng.choice(TEAMS),
        phone=f"01632 960{rng.randrange(300, 400):03d}",
        email=name.lower().replace(" ", ".").replace("'", "") + "@brackenmere.example",
        habit=rng.choice(HABITS),
        layouts=tuple(rng.sample(sorted(LAYOUTS), k=rng.randrange(1, 4))),
        register=rng.choice(("plain", "plain", "plain", "terse", "lower", "short_words", "careless", "wordy")),
        self_words=person,
        length=rng.choice((0.5, 0.7, 0.9, 1.0, 1.0, 1.2, 1.6, 2.2)),
        mood=rng.choice((0.0, 0.1, 0.2, 0.4)),
    )


@dataclass(frozen=True)
class Said:
    """What a note has to say, in the parts that a layout arranges. `when` is e.g. "14 March 2019"."""

    title: str
    when: str
    opening: tuple[str, ...]
    body: tuple[str, ...]
    voice: tuple[str, ...]
    thinking: tuple[str, ...]
    next_steps: tuple[str, ...]

    @property
    def everything(self) -> tuple[str, ...]:
        """All sentences in telling order."""
        return (*self.opening, *self.body, *self.voice, *self.thinking, *self.next_steps)


def _paragraphs(sentences: Sequence[str], rng: Random) -> list[str]:
    out, at = [], 0
    while at < len(sentences):
        size = rng.randrange(2, 7)
        out.append(" ".join(sentences[at : at + size]))
        at += size
    return out


def _prose(said: Said, rng: Random, writer: Writer) -> str:
    return "\n\n".join(_paragraphs(said.everything, rng))


def _one_block(said: Said, rng: Random, writer: Writer) -> str:
    return " ".join(said.everything)


def _headed(said: Said, rng: Random, writer: Writer) -> str:
    parts = (
        ("Purpose", said.opening),
        (rng.choice(("Observations", "What happened", "Discussion")), said.body),
        (rng.choice(("Child's voice", "Wishes and feelings", "Voice of the child")), said.voice),
        (rng.choice(("Analysis", "Worker's view", "So what?")), said.thinking),
        (rng.choice(("Actions", "Plan", "Next steps")), said.next_steps),
    )
    return "\n\n".join(
        f"{heading}\n" + "\n".join(_paragraphs(sentences, rng)) for heading, sentences in parts if sentences
    )


def _letters(said: Said, rng: Random, writer: Writer) -> str:
    parts = (
        ("S", said.voice), ("O", said.opening + said.body), ("A", said.thinking), ("P", said.next_steps),
    )  # fmt: skip
    return "\n".join(f"{letter}: " + " ".join(sentences) for letter, sentences in parts if sentences)


def _bullets(said: Said, rng: Random, writer: Writer) -> str:
    sign = rng.choice(("- ", "* ", "• ", "-"))
    return "\n".join(sign + sentence for sentence in said.everything)


def _numbered(said: Said, rng: Random, writer: Writer) -> str:
    return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(said.everything, 1))


def _chronology(said: Said, rng: Random, writer: Writer) -> str:
    minutes = rng.randrange(8 * 60, 15 * 60)
    lines = []
    for sentence in said.everything:
        lines.append(f"{minutes // 60:02d}{rng.choice(':.')}{minutes % 60:02d}  {sentence}")
        minutes = min(minutes + rng.randrange(1, 16), 23 * 60 + 59)
    return "\n".join(lines)


def _email(said: Said, rng: Random, writer: Writer) -> str:
    greeting = rng.choice(("Hi all,", "Dear colleagues,", "Hello,", "Morning,", "Hi both"))
    parting = rng.choice(("Thanks", "Kind regards", "Best wishes", "Many thanks", "Ta"))
    body = "\n\n".join(_paragraphs(said.everything, rng))
    return (
        f"From: {writer.name} <{writer.email}>\nSent: {said.when}\nSubject: {said.title}\n\n"
        f"{greeting}\n\n{body}\n\n{parting}\n{writer.name}\n{writer.job}, {writer.team}\nTel {writer.phone}"
    )


def _run_on(said: Said, rng: Random, writer: Writer) -> str:
    out = ""
    for sentence in said.everything:
        if out.endswith(".") and rng.random() < 0.6:
            out = out[:-1] + rng.choice((" - ", ", and ", "... ", "; ", ", ")) + sentence
        else:
            out += (" " if out else "") + sentence
    return out


LAYOUTS: dict[str, Callable[[Said, Random, Writer], str]] = {
    "prose": _prose,
    "one_block": _one_block,
    "headed": _headed,
    "letters": _letters,
    "bullets": _bullets,
    "numbered": _numbered,
    "chronology": _chronology,
    "email": _email,
    "run_on": _run_on,
}

_SHORT = {
    "telephone": "tel", "appointment": "appt", "because": "bc", "with": "w/", "and": "&", "meeting": "mtg",
    "information": "info", "before": "b4", "children": "chn", "tomorrow": "tmrw", "about": "abt", "weeks": "wks",
    "minutes": "mins", "between": "btwn", "message": "msg", "address": "addr", "without": "w/o", "attendance": "att",
}  # fmt: skip
_SLIPS = {
    "received": "recieved", "definitely": "definately", "separate": "seperate", "because": "becuase", "their": "thier",
    "accommodation": "accomodation", "believe": "beleive", "until": "untill", "weird": "wierd", "happened": "happend",
    "tomorrow": "tommorow", "relieved": "releived", "friend": "freind", "with": "wiht", "which": "wich", "said": "siad",
    "teacher": "techer", "and": "adn", "about": "abuot", "again": "agian",
}  # fmt: skip
_WORDY = ("It should be recorded that ", "It is right to note that ", "In my professional opinion, ", "To be clear, ")
_SHORT_RE = re.compile(r"\b(" + "|".join(_SHORT) + r")\b")
_SLIP_RE = re.compile(r"\b(" + "|".join(_SLIPS) + r")\b")
_ARTICLES_RE = re.compile(r"(?:(?<=\s)|^)(?:the|a|an|I|was|were) (?=[a-z])")


def finish(text: str, rng: Random, writer: Writer) -> str:
    """The writer's own hand over the finished text: short words, slips of the pen, no capitals."""
    match writer.register:
        case "terse":
            return _ARTICLES_RE.sub(lambda m: "" if rng.random() < 0.7 else m.group(0), text)
        case "lower":
            return text.lower()
        case "short_words":
            return _SHORT_RE.sub(lambda m: _SHORT[m.group(1)], text)
        case "careless":
            return _SLIP_RE.sub(lambda m: _SLIPS[m.group(1)] if rng.random() < 0.35 else m.group(0), text)
        case _:
            return text


def begin(sentence: str, rng: Random, writer: Writer) -> str:
    """A wordy writer's run-up to a sentence; everybody else just says it."""
    if writer.register == "wordy" and rng.random() < 0.12 and sentence[:1].isupper() and sentence[1:2].islower():
        first, _, rest = sentence.partition(" ")
        if first in ("The", "There", "It", "This", "A", "We", "Next", "Visit", "Risk", "Sleep"):
            return rng.choice(_WORDY) + first.lower() + " " + rest
    return sentence
