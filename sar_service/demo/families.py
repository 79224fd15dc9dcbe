"""Families of the demo council: who lives where, who is related to whom, and which people work with them.

The demo subject's family is not made here but written out in `subject.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from . import numbers, places
from .people import Names, Person, short_form, slip
from .places import Address
from .writers import Writer

SITUATIONS_FOR = {
    "in_need": (
        "home_visit", "home_visit", "home_visit", "school_call", "school_call", "phone_family", "phone_family",
        "health", "supervision", "housing_money", "office_transport", "praise", "domestic_abuse", "strategy",
    ),
    "protection": (
        "home_visit", "home_visit", "home_visit", "school_call", "phone_family", "health", "supervision", "conference",
        "conference", "strategy", "domestic_abuse", "domestic_abuse", "legal", "housing_money", "office_transport",
        "contact_session", "praise",
    ),
    "looked_after": (
        "placement", "placement", "placement", "lac_review", "contact_session", "contact_session", "school_call",
        "health", "missing", "missing", "supervision", "legal", "phone_family", "office_transport", "praise",
    ),
    "leaving_care": (
        "leaving_care", "leaving_care", "leaving_care", "housing_money", "phone_family", "health", "praise",
        "supervision", "office_transport", "missing",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Child:
    """A child of a family, with the numbers that systems know them by."""

    person: Person
    upn: str
    nhs_number: str
    case_number: str
    school: str
    status: str  # a key of SITUATIONS_FOR


@dataclass(frozen=True, kw_only=True)
class Family:
    """One family: `adults` by role, `people` the professionals and others around it by role."""

    key: str
    origin: str
    address: Address
    former_addresses: tuple[Address, ...]
    children: tuple[Child, ...]
    adults: Mapping[str, Person]
    around: Mapping[str, Person]
    values: Mapping[str, str]
    writers: tuple[Writer, ...] = field(default=())
    known_from: date = date(2012, 1, 1)
    known_to: date = date(2026, 10, 1)

    def roles(self, child: Child) -> dict[str, Person]:
        """Everybody by the role they have towards this child."""
        others = [c.person for c in self.children if c is not child]
        roles = {**self.adults, **self.around, "child": child.person}
        for role, person in zip(("sib", "sib2"), others, strict=False):
            roles[role] = person
        if child.status != "looked_after":
            roles.pop("carer", None)
        return roles


def _person(rng: Random, names: Names, key: str, origin: str, sex: str, family: str, taken: list[str]) -> Person:
    given = names.given(rng, origin, sex, taken)
    taken.append(given)
    return Person(
        key=key,
        given=given,
        family=family,
        sex=sex,
        nicknames=(short_form(rng, given),) if rng.random() < 0.5 else (),
        misspelt=(slip(rng, given),),
        phone=numbers.mobile(rng),
        email=f"{given}.{family}{rng.randrange(10, 99)}@mail.example".lower().replace("'", ""),
        origin=origin,
    )


def make_family(rng: Random, names: Names, number: int, writers: tuple[Writer, ...], today: date) -> Family:
    """One family with its children, relatives, friends and professionals, all different people."""
    key = f"F{number:04d}"
    origin = rng.choice(names.origins + ("white_british",) * 5 + ("south_asian", "east_european"))
    surname = names.family(rng, origin)
    taken: list[str] = []
    adults = {"mum": _person(rng, names, key + "M", origin, "f", surname, taken)}
    other = rng.choice(names.origins) if rng.random() < 0.25 else origin
    if rng.random() < 0.85:
        named = surname if rng.random() < 0.5 else names.family(rng, other)
        adults["dad"] = _person(rng, names, key + "D", other, "m", named, taken)
    if rng.random() < 0.35:
        adults["partner"] = _person(rng, names, key + "P", other, "m", names.family(rng, other), taken)
    for role, sex, chance in (("gran", "f", 0.8), ("aunt", "f", 0.5), ("uncle", "m", 0.4)):
        if rng.random() < chance:
            adults[role] = _person(rng, names, key + role[0].upper(), origin, sex, names.family(rng, origin), taken)
    status = rng.choice(("in_need",) * 5 + ("protection",) * 3 + ("looked_after",) * 3 + ("leaving_care",))
    children = tuple(
        _child(rng, names, key, origin, surname, taken, status, number, place, today)
        for place in range(rng.choice((1, 1, 2, 2, 2, 3, 3, 4)))
    )
    lead, deputy = rng.sample(writers, 2)
    around = {
        "sw": _worker_person(lead, "sw"),
        "tm": _worker_person(deputy, "tm"),
        **_professionals(rng, names, key),
    }
    friend_origin, carer_origin = rng.choice(names.origins), rng.choice(names.origins)
    around["friend"] = _person(
        rng, names, key + "R", friend_origin, rng.choice("fm"), names.family(rng, friend_origin), taken
    )
    around["carer"] = _person(rng, names, key + "C", carer_origin, "f", names.family(rng, carer_origin), taken)
    around["neighbour"] = _person(rng, names, key + "N", origin, "f", names.family(rng, "white_british"), taken)
    address = places.address(rng)
    known_from = date(2012, 1, 1) + timedelta(days=rng.randrange(4_600))
    return Family(
        key=key,
        origin=origin,
        address=address,
        former_addresses=tuple(places.address(rng) for _ in range(rng.randrange(3))),
        children=children,
        adults=adults,
        around=around,
        values=values_for(rng, address.street, children[0].school),
        writers=(lead, deputy, *rng.sample(writers, 4)),
        known_from=known_from,
        known_to=min(known_from + timedelta(days=rng.randrange(300, 2_500)), today - timedelta(days=1)),
    )


def _child(
    rng: Random, names: Names, key: str, origin: str, surname: str, taken: list[str], status: str, number: int,
    place: int, today: date,
) -> Child:  # fmt: skip
    person = _person(rng, names, f"{key}K{place}", origin, rng.choice("fm"), surname, taken)
    youngest, oldest = (17, 21) if status == "leaving_care" and not place else (4, 17)
    age_days = rng.randrange(youngest * 365, oldest * 365)
    born = today - timedelta(days=age_days)
    serial = 1_000 + number * 10 + place
    school = rng.choice(places.SECONDARY_SCHOOLS if age_days > 4_100 else places.PRIMARY_SCHOOLS)
    return Child(
        person=replace(person, born=born, middle=names.given(rng, origin, person.sex, taken)),
        upn=numbers.upn(serial),
        nhs_number=numbers.nhs_number(serial * 37),
        case_number=f"BC{200_000 + serial}",
        school=school,
        status=status if not place or status != "leaving_care" else "in_need",
    )


def _worker_person(writer: Writer, role: str) -> Person:
    given, family = writer.name.split(" ", 1)
    return Person(key=writer.key, given=given, family=family, sex="f", job=writer.job, title="Ms", origin=role)


def _professionals(rng: Random, names: Names, key: str) -> dict[str, Person]:
    jobs = {
        "support": ("Family Support Worker", ""), "teacher": ("Class teacher", "Mrs"), "head": ("Head teacher", "Mr"),
        "senco": ("SENCO", "Mrs"), "hv": ("Health Visitor", ""), "nurse": ("School Nurse", ""), "gp": ("GP", "Dr"),
        "pc": ("Police Constable", "PC"), "iro": ("Independent Reviewing Officer", ""),
        "camhs": ("CAMHS practitioner", "Dr"), "lawyer": ("Solicitor", "Ms"),
    }  # fmt: skip
    people, taken = {}, set()
    for role, (job, title) in jobs.items():
        given, family = names.worker(rng)
        while family in taken:
            given, family = names.worker(rng)
        taken.add(family)
        people[role] = Person(key=key + role, given=given, family=family, sex="f", job=job, title=title)
    return people


def values_for(rng: Random, street: str, school: str) -> dict[str, str]:
    """What the places of a family's story are called."""
    return {
        "address": street,
        "school": school,
        "town": rng.choice(("Sallowby", "Thornlea", "Lowmoor", "Hexley Cross")),
        "surgery": rng.choice(places.SURGERIES),
        "hospital": rng.choice(places.HOSPITALS),
        "contactcentre": rng.choice(places.CONTACT_CENTRES),
        "court": rng.choice(places.COURTS),
    }
