"""One invented family, held by every counterpart system in the tests, and the questions asked about it.

Key 1 is the subject. 2 is her twin brother, 3 a younger child of her name elsewhere, 4 herself under the surname she
was born with, 5 somebody of her name of whom nothing else is known, 6 a neighbour's child.
"""

from dataclasses import dataclass
from datetime import date

from sar_service.domain.people import Subject

BORN = date(2010, 3, 14)
UPN = "C823432107007"


@dataclass(frozen=True, kw_only=True)
class Child:
    key: int
    given: str
    family: str
    born: str
    upn: str
    street: str
    postcode: str


CHILDREN = (
    Child(
        key=1, given="Linnea", family="Osterby", born="2010-03-14", upn=UPN, street="4 Quarry Lane", postcode="ZE9 9QL"
    ),
    Child(
        key=2,
        given="Tobias",
        family="Osterby",
        born="2010-03-14",
        upn="R823432107008",
        street="4 Quarry Lane",
        postcode="ZE9 9QL",
    ),
    Child(
        key=3,
        given="Linnea",
        family="Osterby",
        born="2016-08-02",
        upn="R823432107009",
        street="18 Mill Row",
        postcode="ZE4 1AA",
    ),
    Child(key=4, given="Linnea", family="Varga", born="2010-03-14", upn=UPN, street="2 Weir Close", postcode="ZE1 3WC"),
    Child(key=5, given="Linnea", family="Osterby", born="", upn="", street="", postcode=""),
    Child(
        key=6,
        given="Piotr",
        family="Halloran",
        born="2009-11-30",
        upn="B823432107010",
        street="6 Quarry Lane",
        postcode="ZE9 9QL",
    ),
)

# (key of the child, day, what was written, by whom)
NOTES = (
    (1, "2023-05-04", "Home visit. Linnea was cheerful and showed me her drawings.", "Hana Petrossian"),
    (1, "2023-06-11", "Telephone call with school about attendance.", "Hana Petrossian"),
    (1, "2023-07-19", "Review meeting; plan continues.", "Idris Calloway"),
    (2, "2023-05-04", "Tobias did not want to talk today.", "Hana Petrossian"),
    (3, "2023-02-01", "Linnea Osterby settled well in reception class.", "Idris Calloway"),
    (4, "2014-01-09", "Early help opened for Linnea Varga and family.", "Rosa Timms"),
    (5, "2022-10-10", "Linnea Osterby seen at the youth club.", "Rosa Timms"),
    (6, "2023-09-30", "Piotr says he quarrelled with a girl at the bus stop.", "Rosa Timms"),
)

SUBJECT = Subject(
    given_name="Linnea",
    family_name="Osterby",
    other_names=("Linnea Varga",),
    date_of_birth=BORN,
    address=("4 Quarry Lane",),
    postcode="ZE9 9QL",
    identifiers={"upn": UPN},
)
STRANGER = Subject(
    given_name="Quillon",
    family_name="Abernethy-Nkemelu",
    date_of_birth=date(1971, 12, 25),
    postcode="ZE7 7ZZ",
    identifiers={"upn": "Z999999999999"},
)
HOSTILE = (
    "O'Brien\"; DROP TABLE child; --",
    "' OR '1'='1",
    "%",
    "_",
    "*",
    "\x00Osterby\x00",
    "../../etc/passwd",
    "Ö\u202eyb\ud800retsO",
    "{key}",
    "\r\nX-Injected: 1",
    '" OR body:*',
    "a" * 5000,
)
