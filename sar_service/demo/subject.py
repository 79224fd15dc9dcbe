"""The demo subject and everybody in her file: who they are, what they are to the request, what should happen to them.

Tamsin Holloway (Tamsin Rudge until she was nine) left care at eighteen and asks for her file. Her mother fled from
her father: the mother's present address is protected and must never leave. What happened when is in `timeline.py`,
the pages written by hand in `story.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from . import numbers
from .people import Person
from .places import Address

BORN = date(2008, 3, 7)
UPN = numbers.upn(417_203)
NHS_NUMBER = numbers.nhs_number(417_203)
CASE_NUMBER = "BC104172"
EARLY_CASE_NUMBER = "BC088310"  # the record under her former surname, never joined to the later one
MASH_REFERENCE = "MH-20417"

SEDGE_ROW = Address("9 Sedge Row", "Hexley Cross", "LN23 4PD")
CINDER_HILL = Address("31 Cinder Hill", "Thornlea", "LN25 1HB")
MAGNOLIA_RISE = Address("52 Magnolia Rise", "Sallowby", "LN24 9ZQ")
ORMEROD_GATE = Address("7 Ormerod Gate", "Brackenmere", "LN22 5WE")
BOBBIN_STREET = Address("Flat 6, 40 Bobbin Street", "Brackenmere", "LN21 7RT")

LARKSPUR_YARD = Address("17 Larkspur Yard", "Lowmoor", "LN26 8XG")  # where her mother is safe
REFUGE = "Juniper House"
DYEHOUSE_LANE = Address("88 Dyehouse Lane", "Lowmoor", "LN26 3MJ")  # her father
REFERRER_ADDRESS = Address("14 Sedge Row", "Hexley Cross", "LN23 4PF")

MEDICAL_PHRASES = ("juvenile myoclonic epilepsy", "levetiracetam")
REFERRER_PHRASES = ("breeds whippets", "the house with the green door", "neighbour at number 14")


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Somebody in the file. `treatment` is "show" or "withhold", with the exemption `code` where it is withheld.

    `strings` are further words that must not leave: addresses, telephones, an e-mail. `family_too` says that the
    family name alone points at nobody else and goes as well.
    """

    person: Person
    role: str
    standing: str
    treatment: str
    code: str = ""
    address: Address | None = None
    protected: bool = False
    former_family: str = ""
    family_too: bool = False
    strings: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """The names a people register would hold: full, former and short ones."""
        names = [self.person.full]
        if self.former_family:
            names.append(f"{self.person.given} {self.former_family}")
        return (*names, *self.person.nicknames)


def _person(key: str, given: str, family: str, sex: str, **more: object) -> Person:
    return Person(key=key, given=given, family=family, sex=sex, **more)  # type: ignore[arg-type]


def _withheld(key: str, given: str, family: str, sex: str, role: str, **more: object) -> Cast:
    further: Any = more.pop("strings", ())
    of_person = {name: more.pop(name) for name in ("born", "nicknames", "misspelt", "phone") if name in more}
    more = {"standing": "third_party", "code": "TP16", "family_too": True, **more}
    person = _person(key, given, family, sex, **of_person)
    strings: tuple[str, ...] = (person.phone,) if person.phone else ()
    strings += tuple(further)
    return Cast(person=person, role=role, treatment="withhold", strings=strings, **more)  # type: ignore[arg-type]


def _professional(key: str, given: str, family: str, sex: str, job: str, at: str, title: str = "") -> Cast:
    return Cast(
        person=_person(key, given, family, sex, job=job, organisation=at, title=title),
        role=job.lower(),
        standing="professional",
        treatment="show",
    )


SUBJECT = _person(
    "S0001", "Tamsin", "Holloway", "f", born=BORN, middle="Grace", nicknames=("Tam",), misspelt=("Tasmin",),
    phone="07700 900118", email="tamsin.holloway@mail.example",
)  # fmt: skip
SUBJECT_BEFORE = replace(SUBJECT, family="Rudge", phone="", email="")

_EVERYBODY = (
    Cast(person=SUBJECT, role="subject", standing="subject", treatment="show", former_family="Rudge"),
    Cast(
        person=_person("S0003", "Morwenna", "Holloway", "f", born=date(1985, 11, 19), phone="07700 900417"),
        role="mother", standing="protected", treatment="show", address=LARKSPUR_YARD, protected=True,
        former_family="Rudge",
        strings=("17 Larkspur Yard", "Larkspur Yard", "LN26 8XG", "07700 900417", REFUGE),
    ),
    Cast(
        person=_person("S0006", "Demelza", "Holloway", "f", born=date(1957, 5, 2)),
        role="grandmother", standing="third_party", treatment="show", address=CINDER_HILL,
    ),
    _withheld(
        "S0002", "Denzil", "Holloway", "m", "twin brother", born=BORN, nicknames=("Denzo",),
        misspelt=("Denzill",), former_family="Rudge", family_too=False,
    ),
    _withheld(
        "S0004", "Kelvyn", "Rudge", "m", "father", born=date(1981, 8, 30), nicknames=("Kelvo",), misspelt=("Kelvin",),
        phone="07700 900233", address=DYEHOUSE_LANE, family_too=False,
        strings=("88 Dyehouse Lane", "LN26 3MJ"),
    ),
    _withheld(
        "S0005", "Xanthe", "Tredinnick", "f", "half-sister", born=date(2015, 2, 11), misspelt=("Zanthe",),
        strings=MEDICAL_PHRASES,
    ),
    _withheld("S0007", "Vaughan", "Tredinnick", "m", "mother's former partner", misspelt=("Vaughn",)),
    _withheld("S0008", "Thurstan", "Rudge", "m", "paternal uncle", family_too=False),
    _withheld("S0009", "Merryn", "Tregear", "f", "maternal aunt", phone="07700 900355"),
    _withheld(
        "S0010", "Philippa", "Quennell", "f", "neighbour who reported a worry", standing="source", code="TP16S",
        address=REFERRER_ADDRESS, phone="01632 960188",
        strings=("14 Sedge Row", *REFERRER_PHRASES),
    ),
    _withheld("S0011", "Chidinma", "Okereke", "f", "friend", nicknames=("Chichi",), misspelt=("Chidima",)),
    _withheld("S0012", "Bronislawa", "Zielinska", "f", "friend", nicknames=("Bronka",), misspelt=("Bronislava",)),
    _withheld("S0013", "Ignatius", "Mottram", "m", "older boyfriend", nicknames=("Iggsy",), phone="07700 900290"),
    _withheld("S0014", "Perpetua", "Adeyinka", "f", "foster carer", address=MAGNOLIA_RISE, phone="07700 900361"),
    _withheld("S0015", "Folarin", "Adeyinka", "m", "foster carer's husband", address=MAGNOLIA_RISE),
    _withheld("S0016", "Temidayo", "Adeyinka", "m", "foster carers' son", address=MAGNOLIA_RISE),
    _withheld("S0017", "Hortensia", "Blackett", "f", "foster carer", address=ORMEROD_GATE, phone="07700 900372"),
    _withheld("S0018", "Zuleikha", "Farouk", "f", "young person in the same placement"),
    _withheld("S0019", "Courtland", "Vickery", "m", "pupil at the same school"),
    _withheld("S0020", "Honoria", "Vickery", "f", "another pupil's mother"),
    _professional("W9001", "Sarah", "Penrose", "f", "Social Worker", "Brackenmere Council"),
    _professional("W9002", "Daniel", "Achebe", "m", "Social Worker", "Brackenmere Council"),
    _professional("W9003", "Nadia", "Rahmani", "f", "Social Worker", "Brackenmere Council"),
    _professional("W9004", "Colette", "Barnwell", "f", "Personal Adviser", "Brackenmere Council"),
    _professional("W9005", "Gordon", "Ellery", "m", "Team Manager", "Brackenmere Council"),
    _professional("W9006", "Ruth", "Castellan", "f", "Independent Reviewing Officer", "Brackenmere Council"),
    _professional("W9007", "Joel", "Okonjo", "m", "Family Support Worker", "Brackenmere Council"),
    _professional("W9008", "Alistair", "Kempson", "m", "Solicitor", "Brackenmere Council", "Mr"),
    _professional("W9009", "Winston", "Claremont", "m", "Children Missing Education Officer", "Brackenmere Council"),
    _professional("W9010", "Leila", "Sadeghi", "f", "SEND Coordinator", "Brackenmere Council"),
    _professional("W9011", "Trevor", "Whitbread", "m", "Housing Officer", "Brackenmere Council"),
    _professional("P9001", "Anjali", "Deshpande", "f", "Health Visitor", "Hexley Cross Health Centre"),
    _professional("P9002", "Tobias", "Hartnell", "m", "GP", "Weir Street Surgery", "Dr"),
    _professional("P9003", "Oonagh", "Keating", "f", "School Nurse", "Brackenmere Children's Health"),
    _professional("P9004", "Farida", "Nazari", "f", "CAMHS psychologist", "Brackenmere CAMHS", "Dr"),
    _professional("P9005", "Eleanor", "Fitchett", "f", "Designated Teacher", "Brackenmere High School", "Mrs"),
    _professional("P9006", "Kwaku", "Ofori", "m", "Class Teacher", "Hexley Cross Primary School", "Mr"),
    _professional("P9007", "Bernard", "Sowerby", "m", "Head Teacher", "Hexley Cross Primary School", "Mr"),
    _professional("P9008", "Beatrix", "Lowndes", "f", "SENCO", "Brackenmere High School", "Mrs"),
    _professional("P9009", "Hamish", "Drummond", "m", "Police Constable", "Brackenmere Police", "PC"),
    _professional("P9010", "Moira", "Teasdale", "f", "Children's Guardian", "Cafcass"),
)  # fmt: skip

CAST: Mapping[str, Cast] = MappingProxyType({member.person.key: member for member in _EVERYBODY})


def who(key: str) -> Person:
    """The person with this key. Raises KeyError for one who is not in the file."""
    return CAST[key].person


def reserved_names() -> frozenset[str]:
    """First names, short names and misspellings of withheld people: nobody else in the council may bear them."""
    names: set[str] = {"Tamsin", "Larkspur"}
    for member in CAST.values():
        if member.treatment == "withhold":
            names.update((member.person.given, *member.person.nicknames, *member.person.misspelt))
    return frozenset(names)
