"""The ground truth of a demo council: who is in the subject's file, what must not be in her pack, and what must.

Written beside the systems as `world.json`. It is worked out from what was really written about her: a name that
nobody wrote down cannot leak.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import subject
from .files import OTHER_FAMILIES
from .subject import CAST, Cast


@dataclass(frozen=True, kw_only=True)
class PersonInFile:
    """One person of the subject's file and what should happen to them."""

    id: str
    names: tuple[str, ...]
    role: str
    standing: str
    treatment: str
    code: str
    strings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Words that must go although they name nobody: `text` stands so in the sources, capitals apart."""

    text: str
    code: str
    person: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A string that must not be in the pack. `form` is full, former, given, nickname, misspelt, family or other."""

    text: str
    person: str
    form: str


@dataclass(frozen=True, kw_only=True)
class Ambiguous:
    """A candidate that a person has to decide on, and the right answer."""

    system: str
    ref: str
    is_subject: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that the demo job and the tests need to know about a demo council."""

    council: str
    seed: int
    as_of: str
    request: Mapping[str, Any]
    people: tuple[PersonInFile, ...]
    passages: tuple[Passage, ...]
    withheld: tuple[Withheld, ...]
    kept: tuple[str, ...]
    ambiguous: tuple[Ambiguous, ...]
    hers: Mapping[str, tuple[str, ...]]
    not_hers: Mapping[str, tuple[str, ...]]
    refused_files: Mapping[str, str]
    counts: Mapping[str, int]

    def withheld_strings(self) -> tuple[str, ...]:
        """What must not be in the pack, each once."""
        return tuple(dict.fromkeys(each.text for each in self.withheld))

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def load(path: Path) -> World:
    """Read `world.json` back."""
    given = json.loads(path.read_text(encoding="utf-8"))
    return World(
        **{
            **given,
            "people": tuple(PersonInFile(**{**p, "names": tuple(p["names"]), "strings": tuple(p["strings"])})
                            for p in given["people"]),
            "passages": tuple(Passage(**p) for p in given["passages"]),
            "withheld": tuple(Withheld(**w) for w in given["withheld"]),
            "ambiguous": tuple(Ambiguous(**a) for a in given["ambiguous"]),
            "kept": tuple(given["kept"]),
            "hers": {key: tuple(refs) for key, refs in given["hers"].items()},
            "not_hers": {key: tuple(refs) for key, refs in given["not_hers"].items()},
        }
    )  # fmt: skip


REQUEST: Mapping[str, Any] = {
    "on_behalf_of": "self",
    "given_name": "Tamsin",
    "middle_names": "Grace",
    "family_name": "Holloway",
    "former_names": ["Tamsin Rudge"],
    "date_of_birth": subject.BORN.isoformat(),
    "address": [*subject.BOBBIN_STREET.lines],
    "postcode": subject.BOBBIN_STREET.postcode,
    "former_addresses": [
        [*place.lines, place.postcode]
        for place in (subject.SEDGE_ROW, subject.CINDER_HILL, subject.MAGNOLIA_RISE, subject.ORMEROD_GATE)
    ],
    "email": subject.SUBJECT.email,
    "phone": subject.SUBJECT.phone,
    "identifiers": {"upn": subject.UPN, "nhs_number": subject.NHS_NUMBER},
    "what": "Everything that you hold about me from when I was little until now: social care, school, housing, and "
    "the safeguarding hub. I want to know why we were moved.",
    "how": "portal",
}

# Said by or about the subject, and nobody else's: the pack is not complete without them.
KEPT_SENTENCES = (
    "You have to say the password, it's porridge.",
    "the moon was the good part",
    "counting makes it end",
    "It's like putting on a coat that was already mine.",
    "If I don't know it I can't say it in my sleep.",
    "He never asked me one thing about myself.",
    "Tamsin wants to train as a pastry chef",
    "Level 3 patisserie at Brackenmere College",
    "two years ahead in reading",
    "The dough is sighing better at Nan's.",
    "gone out of the window like in a film",
    "Found at Lowmoor tram stop",
    "Care leaver exemption",
    "Tamsin's drawing left on the kitchen wall",
)


def ground_truth(
    own_text: str, *, seed: int, as_of: str, ambiguous: Iterable[Ambiguous], hers: Mapping[str, tuple[str, ...]],
    not_hers: Mapping[str, tuple[str, ...]], refused_files: Mapping[str, str], counts: Mapping[str, int],
) -> World:  # fmt: skip
    """The world for what was written about the subject: `own_text` is all of it."""
    lowered = own_text.casefold()
    withheld = [w for member in CAST.values() for w in _withheld(member) if _stands(w.text, lowered)]
    withheld += [Withheld(text=name, person="other families", form="full") for name in OTHER_FAMILIES]
    withheld += [Withheld(text=name.split()[1], person="other families", form="family") for name in OTHER_FAMILIES]
    kept = ["Tamsin Holloway", "Tamsin Rudge", subject.UPN, subject.NHS_NUMBER, subject.SEDGE_ROW.street]
    kept += [member.person.full for member in CAST.values() if member.standing == "professional"]
    kept += [CAST["S0003"].person.full, CAST["S0006"].person.full, subject.BOBBIN_STREET.street, *KEPT_SENTENCES]
    return World(
        council="Brackenmere Council",
        seed=seed,
        as_of=as_of,
        request=REQUEST,
        people=tuple(
            PersonInFile(
                id=member.person.key, names=member.names(), role=member.role, standing=member.standing,
                treatment=member.treatment, code=member.code, strings=member.strings,
            )
            for member in CAST.values()
        ),
        passages=(
            *(
                Passage(text=phrase, code="TP16", person="S0005", why="a sibling's medical detail")
                for phrase in subject.MEDICAL_PHRASES
            ),
            *(
                Passage(text=phrase, code="TP16S", person="S0010", why="points at the person who told us")
                for phrase in subject.REFERRER_PHRASES
            ),
            Passage(text=subject.REFUGE, code="TP16", person="S0003", why="a refuge's name is its whereabouts"),
            Passage(text="Larkspur Yard", code="TP16", person="S0003", why="her mother's protected address"),
        ),
        withheld=tuple(withheld),
        kept=tuple(kept),
        ambiguous=tuple(ambiguous),
        hers=hers,
        not_hers=not_hers,
        refused_files=refused_files,
        counts=counts,
    )  # fmt: skip


def _withheld(member: Cast) -> list[Withheld]:
    person, out = member.person, []
    if member.treatment == "withhold":
        out.append((person.full, "full"))
        if member.former_family:
            out.append((f"{person.given} {member.former_family}", "former"))
        out.append((person.given, "given"))
        out += [(name, "nickname") for name in person.nicknames]
        out += [(name, "misspelt") for name in person.misspelt]
        if member.family_too:
            out.append((person.family, "family"))
    out += [(text, "other") for text in member.strings]
    return [Withheld(text=text, person=person.key, form=form) for text, form in out]


def _stands(text: str, lowered: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text.casefold())}(?!\w)", lowered) is not None
