"""Invented families and the records that careless systems keep of them, to judge matching on.

`population(seed)` gives subjects; `records_of(...)` writes each of them as several systems would, with slips.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sar_service.domain.people import Identity, Subject

GIVEN = [
    "Amelia",
    "Oliver",
    "Katarzyna",
    "Tomasz",
    "Mohammed",
    "Aisha",
    "Fatima",
    "Yusuf",
    "Oluwaseun",
    "Temitope",
    "Chidinma",
    "Kwame",
    "Gurpreet",
    "Harjit",
    "Priya",
    "Rajesh",
    "Ioana",
    "Andrei",
    "Siobhan",
    "Padraig",
    "Niamh",
    "Elizabeth",
    "William",
    "Robert",
    "Margaret",
    "Benjamin",
    "Charlotte",
    "Daniel",
    "Eleanor",
    "Samuel",
    "Rebecca",
    "Thomas",
    "Victoria",
    "Nicholas",
    "Alexander",
    "Katherine",
    "Zainab",
    "Ibrahim",
    "Wojciech",
    "Magdalena",
    "Oleksandr",
    "Svitlana",
    "Linh",
    "Thuy",
    "Xiu",
    "Jing",
    "Tadhg",
    "Caoimhe",
    "Rhiannon",
    "Gethin",
]
FAMILY = [
    "Barzani",
    "Okonkwo",
    "Adeyemi",
    "Nowak",
    "Kowalczyk",
    "Singh",
    "Patel",
    "Hussain",
    "Begum",
    "Khan",
    "O'Brien",
    "Connors",
    "McDonagh",
    "Smith",
    "Jones",
    "Taylor",
    "Williams",
    "Brown",
    "Ionescu",
    "Popescu",
    "Nguyen",
    "Tran",
    "Chen",
    "Mensah",
    "Boateng",
    "Hughes-Price",
    "Macleod",
    "Fitzgerald",
    "Shevchenko",
    "Ward",
    "Cassidy",
    "Ahmed",
    "Rahman",
    "Malik",
    "Robertson",
    "Thompson",
    "Whitfield",
    "Ashworth",
]
STREETS = [
    "Beech",
    "Hawthorn",
    "Mill",
    "Station",
    "Victoria",
    "Chapel",
    "Quarry",
    "Meadow",
    "Priory",
    "Foundry",
    "Tannery",
    "Orchard",
]
SHORT = {
    "Katarzyna": "Kasia", "Tomasz": "Tomek", "Mohammed": "Mo", "Oluwaseun": "Seun", "Temitope": "Temi",
    "Elizabeth": "Beth", "William": "Bill", "Robert": "Bob", "Margaret": "Peggy", "Benjamin": "Ben",
    "Charlotte": "Lottie", "Daniel": "Danny", "Eleanor": "Nell", "Samuel": "Sam", "Rebecca": "Becky",
    "Thomas": "Tommy", "Victoria": "Vicky", "Nicholas": "Nick", "Alexander": "Sandy", "Katherine": "Kate",
    "Wojciech": "Wojtek", "Magdalena": "Magda", "Oleksandr": "Sasha", "Padraig": "Paddy", "Oliver": "Ollie",
    "Aisha": "Ayesha", "Yusuf": "Yousef", "Ibrahim": "Ebrahim", "Fatima": "Fatimah",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Household:
    members: tuple[Subject, ...]


def population(seed: int, *, households: int) -> list[Household]:
    """Households of two to five children and adults; one in eight has twins."""
    chance = random.Random(seed)
    found = []
    for at in range(households):
        family = chance.choice(FAMILY)
        address = (f"{chance.randint(1, 180)} {chance.choice(STREETS)} {chance.choice(['Road', 'Street'])}",)
        postcode = f"HX{chance.randint(1, 7)} {chance.randint(1, 9)}{chance.choice('ABDEFGHJ')}{chance.choice('LNPQ')}"
        names = chance.sample(GIVEN, 5)
        born = [_birthday(chance) for _ in names]
        if at % 8 == 0:
            born[1] = born[0]
        members = tuple(
            Subject(
                given_name=names[one],
                family_name=family,
                date_of_birth=born[one],
                address=address,
                postcode=postcode,
                phones=(f"07700 9{at:05d}"[:12],),
                identifiers={"upn": f"K{at:07d}{one}{chance.randint(1000, 9999)}"},
            )
            for one in range(chance.randint(2, 5))
        )
        found.append(Household(members=members))
    return found


def _birthday(chance: random.Random) -> date:
    return date(2005, 1, 2) + timedelta(days=chance.randint(0, 6000))


def slip(chance: random.Random, word: str) -> str:
    """One slip of the pen, not in the first letter."""
    at = chance.randrange(1, len(word) - 1)
    kind = chance.choice(["swap", "drop", "double"])
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def record_of(subject: Subject, chance: random.Random) -> Identity:
    """The subject as one system keeps them: some fields missing, some written badly, one thing out of
    date."""
    record = Identity(
        given_name=subject.given_name,
        family_name=subject.family_name,
        date_of_birth=subject.date_of_birth,
        address=subject.address,
        postcode=subject.postcode,
        phones=subject.phones,
        identifiers=dict(subject.identifiers),
    )
    born = subject.date_of_birth
    assert isinstance(born, date)
    for _ in range(chance.choice([0, 1, 1, 2])):
        match chance.randrange(9):
            case 0:
                record = replace(record, given_name=SHORT.get(subject.given_name, subject.given_name))
            case 1 if len(subject.given_name) > 4:
                record = replace(record, given_name=slip(chance, subject.given_name))
            case 2:
                record = replace(record, family_name=slip(chance, subject.family_name).upper())
            case 3:
                record = replace(record, given_name=record.family_name, family_name=record.given_name)
            case 4 if born.day <= 12:
                record = replace(record, date_of_birth=date(born.year, born.day, born.month))
            case 5:
                record = replace(record, date_of_birth=born.strftime("%d/%m/%y"))
            case 6:
                record = replace(record, address=("4 Elsewhere Lane",), postcode="LS9 9ZZ", phones=())
            case 7:
                record = replace(record, identifiers={})
            case 8:
                record = replace(record, address=(), postcode="", phones=(), identifiers={})
            case _:
                pass
    return record
