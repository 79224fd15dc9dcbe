"""People of the demo council: who somebody is, and the ways a writer may put their name on a page.

Families are put together in `families.py`; who writes, and how, is in `writers.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from .grammar import read_sections

ROLES = frozenset(
    [
        "child",
        "mum",
        "dad",
        "partner",
        "sib",
        "sib2",
        "gran",
        "aunt",
        "uncle",
        "friend",
        "carer",
        "neighbour",
        "sw",
        "tm",
        "support",
        "teacher",
        "head",
        "senco",
        "hv",
        "nurse",
        "gp",
        "pc",
        "iro",
        "camhs",
        "lawyer",
    ]
)
PROFESSIONAL_ROLES = frozenset(
    ["sw", "tm", "support", "teacher", "head", "senco", "hv", "nurse", "gp", "pc", "iro", "camhs", "lawyer"]
)

_WORDS_FOR = {
    "mum": ("Mum", "mum", "mother"),
    "dad": ("Dad", "dad", "father"),
    "gran": ("Nan", "grandma", "MGM"),
    "aunt": ("maternal aunt",),
    "uncle": ("uncle",),
    "carer": ("foster carer", "the carer"),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One invented person. `sex` is "f" or "m"; `nicknames` and `misspelt` are how else they are written."""

    key: str
    given: str
    family: str
    sex: str
    born: date | None = None
    middle: str = ""
    title: str = ""
    nicknames: tuple[str, ...] = ()
    misspelt: tuple[str, ...] = ()
    job: str = ""
    organisation: str = ""
    phone: str = ""
    email: str = ""
    origin: str = ""

    @property
    def full(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"

    @property
    def initials(self) -> str:
        """First letters of given and family name."""
        return self.given[0] + self.family[0]


# How a writer's habit turns a role into words: form names by habit, each as often as it is listed.
_HABITS: dict[str, dict[str, tuple[str, ...]]] = {
    "plain": {
        "family": ("role", "role", "role2", "given", "given", "full"),
        "child": ("given",) * 6 + ("nick", "full"),
        "other": ("given", "given", "full"),
        "professional": ("full", "given", "titled"),
    },
    "formal": {
        "family": ("titled", "titled", "role3", "full"),
        "child": ("given", "given", "full"),
        "other": ("full", "given"),
        "professional": ("full", "titled", "titled"),
    },
    "initials": {
        "family": ("role3", "role2", "initials", "given"),
        "child": ("initials", "given", "given", "nick"),
        "other": ("initials", "given", "full"),
        "professional": ("initials", "full", "given"),
    },
    "caps": {
        "family": ("caps", "role", "given", "caps"),
        "child": ("caps", "given", "given"),
        "other": ("caps", "given"),
        "professional": ("caps", "full", "titled"),
    },
    "careless": {
        "family": ("role2", "given", "misspelt", "given", "role2"),
        "child": ("given", "given", "given", "misspelt", "nick", "nick"),
        "other": ("given", "given", "misspelt", "nick"),
        "professional": ("given", "full"),
    },
}
HABITS = tuple(_HABITS)


def forms(person: Person, role: str, habit: str) -> tuple[tuple[str, str], ...]:
    """The ways a writer of this habit names the person, as (form, words), likelier ones repeated."""
    if role in ("child", "sib", "sib2"):
        group = "child"
    elif role in PROFESSIONAL_ROLES:
        group = "professional"
    elif role in _WORDS_FOR:
        group = "family"
    else:
        group = "other"
    return tuple((form, _write(person, role, form)) for form in _HABITS[habit][group])


def _write(person: Person, role: str, form: str) -> str:
    words = _WORDS_FOR.get(role, (person.given,))
    match form:
        case "role":
            return words[0]
        case "role2":
            return words[min(1, len(words) - 1)]
        case "role3":
            return words[-1]
        case "full":
            return person.full
        case "titled":
            title = person.title or ("Ms" if person.sex == "f" else "Mr")
            return f"{title} {person.family}"
        case "initials":
            return person.initials
        case "caps":
            return person.full.upper()
        case "nick":
            return person.nicknames[0] if person.nicknames else person.given
        case "misspelt":
            return person.misspelt[0] if person.misspelt else person.given
        case _:
            return person.given


class Names:
    """The pools of names, read from `names.txt`, by origin. `reserved` first names are given to nobody."""

    def __init__(self, words: Path, *, reserved: frozenset[str] = frozenset()) -> None:
        sections = read_sections(words / "names.txt")
        self.pools = {
            key: tuple(n for line in lines for n in line.split() if n not in reserved)
            for key, lines in sections.items()
            if key
        }
        self.origins = tuple(sorted({key.split(".")[0] for key in self.pools} - {"worker"}))

    def given(self, rng: Random, origin: str, sex: str, taken: Sequence[str] = ()) -> str:
        """A first name not among those taken, where the pool allows."""
        pool = self.pools[f"{origin}.{'female' if sex == 'f' else 'male'}"]
        free = [name for name in pool if name not in taken]
        return rng.choice(free or pool)

    def family(self, rng: Random, origin: str) -> str:
        """A family name."""
        return rng.choice(self.pools[f"{origin}.family"])

    def worker(self, rng: Random) -> tuple[str, str]:
        """First and family name of somebody who works for the council or a partner."""
        return rng.choice(self.pools["worker.first"]), rng.choice(self.pools["worker.family"])


def short_form(rng: Random, given: str) -> str:
    """A plain short form of a first name: "Kay" of "Kayleigh", "Wojo" of "Wojciech"."""
    head = given.split("-")[0]
    if len(head) <= 4:
        return head + rng.choice(("", "-boy", "ie")) if head[-1] not in "aeiouy" else head
    stem = head[: 3 if head[2] not in "aeiou" else 4]
    return stem + rng.choice(("", "s", "o", "z"))


def slip(rng: Random, given: str) -> str:
    """One small spelling mistake: a letter dropped, doubled or two changed round, never the first."""
    if len(given) < 4:
        return given + given[-1]
    at = rng.randrange(1, len(given) - 1)
    match rng.randrange(3):
        case 0:
            return given[:at] + given[at + 1 :]
        case 1:
            return given[:at] + given[at] + given[at:]
        case _:
            return given[:at] + given[at + 1] + given[at] + given[at + 2 :]
