"""What the officers of the demo decide: a person's judgement, taken from the world's ground truth.

It answers three questions: is this name, this detail, this candidate to be withheld, and why. Nothing here walks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sar_service.documents.identifier_dates import read_date
from sar_service.documents.lexicon import is_ordinary

from .world import World

THIRD_PARTY = "TP16"
REASONS = {
    "withhold": "Somebody else's data, and it would not be reasonable to give it without their consent",
    "show": "Known to the requester, who has lived with or been told this",
}
TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sister", "pc", "dc", "sgt", "ds", "nurse", "judge"}
OFFICES = ("Market Street", "Town Hall")  # the council's own: they stand on every letter it writes
FILED = "The file cannot be opened. We hold it as it came and have asked the team that put it there for a good copy."


@dataclass(frozen=True)
class Decision:
    """What happens, and under which code; no code where it is shown."""

    treatment: str
    code: str = ""

    @property
    def reason(self) -> str:
        return REASONS[self.treatment]


SHOW = Decision("show")
WITHHOLD = Decision("withhold", THIRD_PARTY)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w@.+-]+", " ", text.casefold()).split())


def _name_words(text: str) -> frozenset[str]:
    words = re.sub(r"['’]s\b", "", text.casefold())
    return frozenset(w for w in re.findall(r"[^\W\d_]+", words) if len(w) > 1 and w not in TITLES)


class Judgement:
    """The truth of one world, ready to be asked."""

    def __init__(self, world: World) -> None:
        self.world = world
        codes = {person.id: person.code or THIRD_PARTY for person in world.people}
        self.known = {_plain(name): person for person in world.people for name in person.names}
        self.gone = {_plain(each.text): codes.get(each.person, THIRD_PARTY) for each in world.withheld}
        # Names of each shown person and, apart from them, all the words in them: "Ms Penrose" is Sarah Penrose.
        self.shown = [
            frozenset().union(*(_name_words(name) for name in person.names))
            for person in world.people
            if person.treatment == "show"
        ]
        request = world.request
        born = date.fromisoformat(request["date_of_birth"])
        self.births = {born, born.replace(day=born.month, month=born.day)}  # hers, and as two systems wrote it down
        self.own = {
            _plain(str(text))
            for text in (
                request["email"], request["phone"], request["postcode"], request["date_of_birth"],
                *request["address"], *request["identifiers"].values(),
                *(line for lines in request["former_addresses"] for line in lines), *world.kept,
            )
        }  # fmt: skip

    def person(self, names: Iterable[str]) -> Decision:
        """Somebody of the register, by everything they are called. Whoever nobody knows is a third party."""
        names = list(names)
        for name in names:
            found = self.known.get(_plain(name))
            if found is not None:
                return SHOW if found.treatment == "show" else Decision("withhold", found.code or THIRD_PARTY)
        for name in names:
            if _plain(name) in self.gone:
                return Decision("withhold", self.gone[_plain(name)])
        words = [_name_words(name) for name in names]
        if all(any(each and each <= shown for shown in self.shown) for each in words):
            return SHOW
        if all(each and all(is_ordinary(word) for word in each) for each in words):
            return SHOW  # no name at all, but "came" or "Autumn"
        return WITHHOLD

    def detail(self, text: str, kind: str) -> Decision:
        """Words that belong to nobody in the register: a number, an address, a name in passing."""
        plain = _plain(text)
        for gone, code in self.gone.items():
            if re.search(rf"(?<!\w){re.escape(gone)}(?!\w)", plain):
                return Decision("withhold", code)
        if any(re.search(rf"(?<!\w){re.escape(own)}(?!\w)", plain) for own in self.own if len(own) > 3):
            return SHOW
        if any(_plain(office) in plain for office in OFFICES):
            return SHOW
        if kind == "date_of_birth" and read_date(text) in self.births:
            return SHOW
        if kind == "person":
            return self.person([text])
        if kind == "phone" and not re.sub(r"\D", "", text).startswith(("07", "447")):
            return SHOW  # the line of an office
        if kind == "email" and any(_name_words(text.partition("@")[0]) & shown for shown in self.shown):
            return SHOW  # the address of somebody at work
        if kind in ("organisation", "location", "date"):
            return SHOW
        return WITHHOLD

    def candidate(self, system: str, ref: str) -> bool:
        """Is this candidate the subject?"""
        for each in self.world.ambiguous:
            if (each.system, each.ref) == (system, ref):
                return each.is_subject
        return ref in self.world.hers.get(system, ())
