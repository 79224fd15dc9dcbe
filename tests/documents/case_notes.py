"""Invented children's-services texts with every mention marked, generated from one seed.

Families of eight naming traditions; names are written in full, by parts, in capitals, in lower case, by initials,
by pet names, with a letter amiss. Nothing here is taken from a real file.
"""
# ruff: noqa: E501 - sentences stay whole

import random
from collections.abc import Callable
from dataclasses import dataclass

from sar_service.domain.redaction import Person

NAMES: dict[str, tuple[list[str], list[str]]] = {
    "british": (
        ["Joanne", "Darren", "Poppy", "Callum", "Maureen", "Isobel", "Reuben", "Tamsin", "Barnaby", "Winifred", "Elspeth", "Rupert"],
        ["Thistlewood", "Hebblethwaite", "Cartwright", "Ormerod", "Pickersgill", "Fairclough", "Sugden", "Wolstenholme"],
    ),
    "celtic": (
        ["Siobhan", "Eilidh", "Gwenllian", "Fionnuala", "Iestyn", "Cormac", "Deiniol", "Lorcan", "Caoilfhionn", "Tesni", "Ruadhan", "Mhairi"],
        ["O'Gallagher", "MacAskill", "ab Owain", "McGonagle", "Prydderch", "Ó Briain", "Trevithick", "MacGillivray"],
    ),
    "south_asian": (
        ["Parveen", "Jaskirat", "Tahmina", "Gurbaksh", "Nazmeen", "Aarush", "Shafaqat", "Ruksana", "Devansh", "Manpreet", "Zoraiz", "Hiral"],
        ["Choudhury", "Bhambra", "Mirpuri", "Sivakumar", "Rathod", "Gulzari", "Nambiar", "Tharani"],
    ),
    "african": (
        ["Oluwadamilola", "Chukwuma", "Abosede", "Ifunanya", "Tendekai", "Kwabena", "Saharla", "Yohana", "Nyasha", "Bukunmi", "Fikre", "Efemena"],
        ["Adegboyega", "Nwachukwu-Ibe", "Mutasa", "Ampadu", "Warfa", "Tewelde", "Ogunmola", "Chiwenga"],
    ),
    "caribbean": (
        ["Shanelle", "Delroy", "Kemarley", "Rushaine", "Tyreece", "Monifa", "Jahziah", "Marlene", "Keturah", "Dijon", "Sharnay", "Leroy"],
        ["Brathwaite-Lyn", "Goulbourne", "Fearon", "Cumberbatch", "Pusey", "Dacres", "Whervin", "Gooden"],
    ),
    "east_european": (
        ["Małgorzata", "Zbigniew", "Cătălina", "Ondřej", "Rasmunė", "Bożena", "Dragoș", "Veselina", "Kazimiera", "Tsvetan", "Ioana", "Jaromir"],
        ["Wójcikowska", "Țurcanu", "Kazlauskienė", "Dvořáčková", "Petkanov", "Grzybowski", "Bălan", "Skrzypek"],
    ),
    "east_asian": (
        ["Xiaoling", "Thuy-Linh", "Wing-Yan", "Junpei", "Minh-Khoa", "Siew-Ling", "Haruka", "Boon-Keng", "Ngoc-Anh", "Seojun", "Meihua", "Kaito"],
        ["Nguyen-Vo", "Ouyang", "Tanaka", "Sukhbaatar", "Phanthavong", "Lertsin", "Kwok", "Zhuang"],
    ),
    "middle_eastern": (
        ["Rojhat", "Shilan", "Ghazaleh", "Abdulhadi", "Nesrin", "Farrokh", "Zozan", "Mehtap", "Khalaf", "Pouran", "Baran", "Yasemin"],
        ["Al-Tamimi", "Sharifzadeh", "Karaaslan", "Barwari", "Hosseinpour", "Özdemiroğlu", "Al-Zubaidi", "Qaradaghi"],
    ),
}  # fmt: skip
FORMS = ("full", "first", "possessive", "caps", "lower", "typo", "last_comma", "initials", "title", "first_initial")
_STREETS = ("Larkfield Road", "Old Mill Lane", "St Aidan's Close", "Weaver Street", "Cobden Terrace", "The Spinney")
_TOWNS = ("Bolton", "Harrogate", "Ipswich", "Wakefield")
ROLES = (
    "child",
    "sibling",
    "mother",
    "father",
    "maternal grandmother",
    "neighbour",
    "social worker",
    "teacher",
    "foster carer",
)


@dataclass(frozen=True)
class Mark:
    """What stands at a place: a kind as `sar detect` names them, whose it is, and how it is written."""

    start: int
    end: int
    kind: str
    person: str | None = None
    form: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Note:
    """One text with its register and every mention in it."""

    text: str
    people: tuple[Person, ...]
    subject: str
    marks: tuple[Mark, ...]


class Writer:
    """Writes one note, keeping where each mention lands."""

    def __init__(self, chance: random.Random, origin: str) -> None:
        self.chance, self.origin = chance, origin
        self.text, self.marks = "", list[Mark]()
        given, family = NAMES[origin]
        first, second = chance.sample(given, len(ROLES)), chance.sample(family, 5)
        houses = (0, 0, 0, 1, 0, 2, 3, 4, 2)  # the family share a name, the others have their own
        self.names = [(first[k], second[houses[k]]) for k in range(len(ROLES))]
        self.people = tuple(
            Person(id=f"p{k + 1}", names=(" ".join(name),), role=role)
            for k, (name, role) in enumerate(zip(self.names, ROLES, strict=True))
        )

    def say(self, text: str) -> "Writer":
        self.text += text
        return self

    def mark(self, text: str, kind: str, person: int | None = None, form: str = "") -> "Writer":
        who = None if person is None else f"p{person + 1}"
        self.marks.append(
            Mark(len(self.text), len(self.text) + len(text), kind, who, form, self.origin if form else "")
        )
        return self.say(text)

    def name(self, person: int, form: str) -> "Writer":
        given, family = self.names[person]
        written: dict[str, Callable[[], str]] = {
            "full": lambda: f"{given} {family}",
            "first": lambda: given,
            "possessive": lambda: given,
            "caps": lambda: f"{given} {family}".upper(),
            "lower": lambda: given.lower(),
            "typo": lambda: self.amiss(given),
            "last_comma": lambda: f"{family.upper()}, {given}",
            "initials": lambda: f"{given[0]}.{family.split()[-1][0]}.",
            "title": lambda: f"{self.chance.choice(('Mrs', 'Mr', 'Ms'))} {family}",
            "first_initial": lambda: f"{given} {family.split()[-1][0]}",
        }
        return self.mark(written[form](), "person", person, form)

    def amiss(self, name: str) -> str:
        """The name with one letter doubled, dropped or swapped with the next, not at its start."""
        at = self.chance.randrange(1, len(name) - 2)
        way = self.chance.randrange(3)
        if way == 0:
            return name[:at] + name[at] + name[at:]
        if way == 1 and len(name) > 5:
            return name[:at] + name[at + 1 :]
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]

    def day(self) -> str:
        day, month, year = self.chance.randrange(1, 29), self.chance.randrange(1, 13), self.chance.randrange(2005, 2025)
        return self.chance.choice(
            (f"{day:02}/{month:02}/{year}", f"{day}.{month:02}.{year}", f"{day} March {year}", f"{day}th Jun {year}")
        )

    def phone(self) -> str:
        digits = "".join(str(self.chance.randrange(10)) for _ in range(9))
        return self.chance.choice(
            (f"07{digits}", f"07{digits[:3]} {digits[3:]}", f"+44 7{digits[:3]} {digits[3:6]} {digits[6:]}")
        )

    def address(self) -> str:
        code = f"BL{self.chance.randrange(1, 9)} {self.chance.randrange(1, 9)}QT"
        town = self.chance.choice(_TOWNS)
        return f"{self.chance.randrange(1, 200)} {self.chance.choice(_STREETS)}{self.chance.choice((', ', chr(10)))}{town}{self.chance.choice((' ', ', ', chr(10)))}{code}"

    def note(self) -> Note:
        self._referral()._visit()._message()._supervision()
        return Note(self.text, self.people, "p1", tuple(self.marks))

    def _referral(self) -> "Writer":
        self.say("REFERRAL\nChild: ").name(0, "last_comma").say("   DOB: ").mark(self.day(), "date_of_birth")
        self.say("\nMother: ").name(2, "full").say(", mobile ").mark(self.phone(), "phone").say("\nHome address: ")
        self.mark(self.address(), "address").say("\nFather: ").name(3, "full").say(" (not at the home)\n")
        self.say("The class teacher, ").name(7, "title").say(", rang to report that ").name(0, "first").say(" and ")
        self.name(1, "typo").say(" came to school without coats on ").mark(self.day(), "date").say(". ")
        self.say("She had already spoken with ").name(5, "full").say(", who lives next door.\n")
        return self

    def _visit(self) -> "Writer":
        self.say("\nHome visit ").mark(self.day(), "date").say(". ").name(2, "first").say(" opened the door. ")
        self.say("I asked about ").name(3, "possessive").say("'s new flat at ").mark(
            f"{self.chance.randrange(1, 99)} Weaver Street", "address"
        )
        self.say(". ").name(1, "first").say(" was playing with ").name(0, "typo").say(" upstairs. ").name(4, "first")
        self.say(
            " is worried about money and has agreed to help with the shopping. We talked through the plan and what has to change.\n"
        )
        self.say("Police were called by ").name(5, "caps").say(" at ten past nine; ").name(3, "caps").say(
            " had left.\n"
        )
        return self

    def _message(self) -> "Writer":
        self.say("\nText received: ").name(0, "lower").say(" is with me and ").name(1, "lower").say(" is at ").name(
            4, "lower"
        )
        self.say(" house, pls dont tell ").name(3, "lower").say(" he will go mad\n")
        return self

    def _supervision(self) -> "Writer":
        self.say("\nSupervision: discussed ").name(8, "first_initial").say(" and whether the placement can go on. ")
        self.say("Contact for ").name(0, "first").say(" to be supervised. Next visit by ").name(6, "first").say(
            ". "
        ).name(6, "initials").say("\n")
        return self


def notes(count: int, *, seed: int, origin: str) -> list[Note]:
    """So many notes of one naming tradition; the same seed gives the same notes."""
    chance = random.Random(f"{seed}-{origin}")
    return [Writer(chance, origin).note() for _ in range(count)]
