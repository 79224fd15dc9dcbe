"""The invented borough of Brackenmere: its towns, streets, schools, surgeries and rooms.

There is no such council in England, and the postcode districts do not exist.
"""

from dataclasses import dataclass
from random import Random

from . import numbers

COUNCIL = "Brackenmere Council"
TOWNS = (
    ("Brackenmere", "LN21"),
    ("Brackenmere", "LN22"),
    ("Hexley Cross", "LN23"),
    ("Sallowby", "LN24"),
    ("Thornlea", "LN25"),
    ("Lowmoor", "LN26"),
)
STREETS = tuple(
    f"{name} {kind}"
    for name in (
        "Alderman", "Bellhouse", "Blackthorn", "Chantry", "Cobbler's", "Cooper", "Damson", "Drover's", "Fallow",
        "Fuller", "Gasworks", "Hawthorn", "Ironbridge", "Jubilee", "Kiln", "Lapwing", "Linnet", "Malthouse", "Mason",
        "Nightingale", "Orchard", "Packhorse", "Quarry", "Ropewalk", "Saddler's", "Tannery", "Union", "Viaduct",
        "Weaver's", "Wharf",
    )
    for kind in ("Street", "Road", "Close", "Avenue")
)  # fmt: skip
PRIMARY_SCHOOLS = (
    "Hexley Cross Primary School", "St Oswin's Catholic Primary School", "Thornlea Primary School",
    "Bobbin Street Infant School", "Lowmoor Community Primary School", "Sallowby Junior School",
    "Wharfside Primary School", "Chantry Lane Church of England Primary School",
)  # fmt: skip
SECONDARY_SCHOOLS = (
    "Brackenmere High School", "Sallowby Academy", "The Viaduct Academy", "Thornlea Grammar School",
    "Tenter Lane Pupil Referral Unit", "Lowmoor Sports College",
)  # fmt: skip
SURGERIES = (
    "Weir Street Surgery", "Hexley Cross Health Centre", "the Orchard Practice", "Lowmoor Medical Centre",
    "Thornlea Surgery", "Sallowby Family Practice",
)  # fmt: skip
HOSPITALS = ("Brackenmere General Hospital", "the Royal Infirmary", "Lowmoor Cottage Hospital")
COURTS = ("Brackenmere Family Court", "the family court sitting at Sallowby")
CONTACT_CENTRES = ("the Lantern Centre", "Tenter Lane family centre", "the Acorn Rooms")


@dataclass(frozen=True)
class Address:
    """A postal address. `street` is the house number and street, with the flat where there is one."""

    street: str
    town: str
    postcode: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as lines, without the postcode."""
        return (self.street, self.town)

    @property
    def whole(self) -> str:
        """The address on one line."""
        return f"{self.street}, {self.town} {self.postcode}"


def address(rng: Random) -> Address:
    """A made-up address somewhere in the borough."""
    town, district = rng.choice(TOWNS)
    street = f"{rng.randrange(1, 190)} {rng.choice(STREETS)}"
    if rng.random() < 0.18:
        street = f"Flat {rng.randrange(1, 30)}, {street}"
    return Address(street, town, numbers.postcode(rng, district))
