"""People as the service knows them: who a request is about, and who else a file names.

Matching rules (is this record that person?) are in `domain/matching.py`; the many ways a record may write a
name are in `documents/names.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Identifier(StrEnum):
    """What a system can be searched by. A connector declares the ones it needs or can use."""

    NAME = "name"
    DATE_OF_BIRTH = "date_of_birth"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PHONE = "phone"
    EMAIL = "email"
    UPN = "upn"
    NHS_NUMBER = "nhs_number"
    REFERENCE = "reference"  # a number that the system itself gave, e.g. a case number


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What is known of one person, from a form or from a system. Everything is optional.

    `date_of_birth` is a date, or the text as found where it is not one. `address` is one address as lines;
    `addresses` on `Subject` holds several. `identifiers` maps a scheme ("upn", "nhs_number", ...) to its value.
    `other` keeps whatever else the source said, as evidence.
    """

    given_name: str = ""
    family_name: str = ""
    other_names: tuple[str, ...] = ()  # former, preferred and middle names, each a full name or a part
    date_of_birth: date | str | None = None
    address: tuple[str, ...] = ()
    postcode: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    other: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def full_name(self) -> str:
        """Given and family name in reading order, or an empty string."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)


@dataclass(frozen=True, kw_only=True)
class Subject(Identity):
    """The data subject of a case, as connectors receive them.

    `confirmed` and `rejected` hold candidate references of the system being searched that a person has already
    said are, or are not, this subject: a connector gathers the first without asking again and leaves the second.
    """

    addresses: tuple[tuple[str, ...], ...] = ()  # every address known, each as lines; `address` is the current one
    confirmed: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()

    def known(self) -> frozenset[Identifier]:
        """The identifiers this subject can be searched by."""
        found = set()
        if self.family_name or self.given_name:
            found.add(Identifier.NAME)
        if self.date_of_birth:
            found.add(Identifier.DATE_OF_BIRTH)
        if self.address or self.addresses:
            found.add(Identifier.ADDRESS)
        if self.postcode:
            found.add(Identifier.POSTCODE)
        if self.phones:
            found.add(Identifier.PHONE)
        if self.emails:
            found.add(Identifier.EMAIL)
        for scheme in self.identifiers:
            found.add(Identifier(scheme) if scheme in frozenset(Identifier) else Identifier.REFERENCE)
        return frozenset(found)


class Standing(StrEnum):
    """What a person in a file is to the request: this decides what happens to their name by default."""

    SUBJECT = "subject"
    PROFESSIONAL = "professional"  # acting in their work: stays named (DPA 2018 Sch 2 para 17)
    THIRD_PARTY = "third_party"
    SOURCE = "source"  # told us something in confidence: even the fact that they did is theirs
    PROTECTED = "protected"  # whatever locates them must never leave


PROFESSIONS = frozenset(
    {
        "advocate",
        "assistant",
        "constable",
        "consultant",
        "coordinator",
        "counsellor",
        "dentist",
        "detective",
        "director",
        "doctor",
        "gp",
        "guardian",
        "headteacher",
        "inspector",
        "judge",
        "magistrate",
        "manager",
        "midwife",
        "mentor",
        "nurse",
        "officer",
        "paediatrician",
        "pc",
        "physiotherapist",
        "practitioner",
        "principal",
        "psychiatrist",
        "psychologist",
        "registrar",
        "reviewer",
        "senco",
        "sergeant",
        "solicitor",
        "surgeon",
        "tutor",
        "teacher",
        "therapist",
        "visitor",
    }
)


def is_profession(role: str) -> bool:
    """Does this role say that somebody acts in their work? "health visitor", "class teacher", "police constable".

    A foster carer is not taken for a professional here: whether paid carers are is for a person to decide. Nor is a
    relative of a professional ("teacher's husband").
    """
    words = re.findall(r"[a-z]+(?:'s)?", role.casefold().replace("’", "'"))
    if not words or any(word.endswith("'s") for word in words):
        return False
    return words[-1] in PROFESSIONS or ("social" in words and words[-1] == "worker") or words[-2:] == ["key", "worker"]


@dataclass(frozen=True, kw_only=True)
class Mentioned:
    """A person whom a structured record names: a relation, a contact, a worker.

    `role` is the plain word a reader would use: "mother", "sibling", "social worker", "neighbour".
    `protected` is true where the source marks the address or contact details as not to be disclosed.
    `ref` is the source's own key for the person, so that two mentions can be known to be one person.
    """

    names: tuple[str, ...]
    role: str
    standing: Standing = Standing.THIRD_PARTY
    date_of_birth: date | str | None = None
    addresses: tuple[tuple[str, ...], ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    protected: bool = False
    ref: str = ""
