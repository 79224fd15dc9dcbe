"""The data of the demo council's housing and council tax system, as the JSON that `housing_server.py` serves."""

from datetime import date, timedelta
from random import Random
from typing import Any

from . import subject
from .families import Family
from .people import Person
from .places import Address
from .subject import SUBJECT, who

SUBJECT_REF = "H-70418"
FORMER_REF = "H-22087"  # the subject as a child of the old tenancy, under her former surname
TWIN_REF = "H-22088"
UNCLEAR_REF = "H-69903"  # an application of hers with day and month changed round
NAMESAKE_REF = "H-51220"

Data = dict[str, list[dict[str, Any]]]
_TRADES = ("Plumbing", "Electrical", "Joinery", "Damp and mould", "Heating", "Glazing", "Locks", "Drains")
_FAULTS = {
    "Plumbing": ("tap in the kitchen runs all night", "toilet will not fill", "bath waste leaking into flat below"),
    "Electrical": ("socket sparks when the kettle goes on", "no lights upstairs", "fuse box trips in the rain"),
    "Joinery": ("back door has dropped", "stair tread loose", "kitchen drawer front off"),
    "Damp and mould": ("black mould behind the wardrobe", "wet patch on the chimney breast", "window frames rotten"),
    "Heating": ("boiler loses pressure", "radiator in the box room cold", "no hot water since Friday"),
    "Glazing": ("pane cracked by a football", "landing window will not shut", "condensation between panes"),
    "Locks": ("front door lock changed after a break-in", "key snapped in lock", "door entry does not release"),
    "Drains": ("yard drain backs up", "smell in the bathroom", "gulley blocked with leaves"),
}


def empty() -> Data:
    """The collections that the server offers, with nothing in them."""
    return {"people": [], "tenancies": [], "council_tax": [], "repairs": []}


def _person(ref: str, person: Person, address: Address | None, *, born: date | None, **more: Any) -> dict[str, Any]:
    return {
        "id": ref,
        "forename": person.given,
        "surname": person.family,
        "former_names": [],
        "date_of_birth": born.isoformat() if born else None,
        "phone": person.phone or None,
        "email": person.email or None,
        "address": {"lines": list(address.lines), "postcode": address.postcode} if address else None,
        **more,
    }


def _tenancy(
    ref: str, person: str, address: Address, start: date, household: list[dict[str, str]], **more: Any
) -> dict[str, Any]:
    return {
        "id": ref, "person_id": person, "address": address.whole, "landlord": "Brackenmere Council",
        "started": start.isoformat(), "ended": None, "weekly_rent": "98.40", "arrears": "0.00",
        "household": household, "officer": "Trevor Whitbread", "note": "", **more,
    }  # fmt: skip


def _repair(rng: Random, number: int, person: str, on: date, reported_by: str) -> dict[str, Any]:
    trade = rng.choice(_TRADES)
    return {
        "id": f"R-{number:06d}", "person_id": person, "reported": on.isoformat(), "reported_by": reported_by,
        "trade": trade, "description": rng.choice(_FAULTS[trade]).capitalize() + ".",
        "completed": (on + timedelta(days=rng.randrange(1, 60))).isoformat(),
    }  # fmt: skip


def add_family(data: Data, family: Family, number: int, rng: Random) -> None:
    """The household of one family: a person for each, a tenancy, council tax, some repairs."""
    refs: dict[str, str] = {}
    for person, born in (
        (family.adults["mum"], date(1970 + rng.randrange(30), 1 + rng.randrange(12), 1 + rng.randrange(28))),
        *((child.person, child.person.born) for child in family.children),
    ):
        ref = f"H-{100_000 + number * 10 + len(refs)}"
        refs[person.key] = ref
        data["people"].append(_person(ref, person, family.address, born=born))
    mum = family.adults["mum"]
    household = [{"name": c.person.full, "relationship": "child"} for c in family.children]
    holder = refs[mum.key]
    data["tenancies"].append(
        _tenancy(f"T-{number:05d}", holder, family.address, family.known_from, household, officer=who("W9011").full)
    )
    data["council_tax"].append(
        {
            "id": f"CT-{number:06d}", "person_id": holder, "address": family.address.whole, "band": rng.choice("AABC"),
            "liable": [mum.full], "discount": rng.choice(("None", "Single person", "Council tax reduction")),
            "from": family.known_from.isoformat(), "to": None, "balance": f"{rng.randrange(0, 900)}.00", "note": "",
        }
    )  # fmt: skip
    for place in range(rng.randrange(0, 6)):
        on = family.known_from + timedelta(days=rng.randrange(900))
        data["repairs"].append(_repair(rng, number * 10 + place, holder, on, mum.full))


def add_subject(data: Data, rng: Random) -> None:
    """The subject's own tenancy, her childhood home, her mother's protected one, her twin and her namesake."""
    mother = who("S0003")
    data["people"] += [
        _person(SUBJECT_REF, SUBJECT, subject.BOBBIN_STREET, born=subject.BORN, former_names=["Tamsin Rudge"]),
        _person(FORMER_REF, Person(key="", given="Tamsin", family="Rudge", sex="f"), subject.SEDGE_ROW,
                born=subject.BORN),
        _person(TWIN_REF, Person(key="", given="Denzil", family="Holloway", sex="m"), subject.CINDER_HILL,
                born=subject.BORN, former_names=["Denzil Rudge"]),
        _person(UNCLEAR_REF, Person(key="", given="Tamsin", family="Holloway", sex="f"), None,
                born=date(2008, 7, 3)),
        _person(NAMESAKE_REF, Person(key="", given="Tamsin", family="Holloway", sex="f"),
                Address("23 Weaver's Close", "Sallowby", "LN24 2HD"), born=date(2011, 9, 30)),
        _person("H-22085", mother, subject.LARKSPUR_YARD, born=mother.born, former_names=["Morwenna Rudge"]),
        _person("H-22086", who("S0004"), subject.DYEHOUSE_LANE, born=who("S0004").born),
    ]  # fmt: skip
    old_household = [
        {"name": "Morwenna Rudge", "relationship": "tenant"}, {"name": "Kelvyn Rudge", "relationship": "tenant"},
        {"name": "Denzil Rudge", "relationship": "child"}, {"name": "Tamsin Rudge", "relationship": "child"},
    ]  # fmt: skip
    data["tenancies"] += [
        _tenancy(
            "T-40-6-2026", SUBJECT_REF, subject.BOBBIN_STREET, date(2026, 3, 9),
            [{"name": "Tamsin Holloway", "relationship": "tenant"}],
            note="First tenancy of a care leaver. Oven checked and working. Personal adviser Colette Barnwell. "
            "Next of kin Morwenna Holloway, 17 Larkspur Yard, 07700 900417: protected, do not write there.",
        ),
        _tenancy(
            "T-9-2008", FORMER_REF, subject.SEDGE_ROW, date(2008, 1, 14), old_household, ended="2017-10-30",
            note="Surrendered after the break-in. Back door boarded. Tamsin's drawing left on the kitchen wall was "
            "kept at the office for the family.",
        ),
        _tenancy(
            "T-7-2025", UNCLEAR_REF, subject.ORMEROD_GATE, date(2025, 11, 3), [],
            note="Application for a care leaver's flat. Lodging with Hortensia Blackett. Wants a proper oven.",
        ),
        _tenancy("T-17-2018", "H-22085", subject.LARKSPUR_YARD, date(2018, 2, 1), [
            {"name": "Xanthe Tredinnick", "relationship": "child"}], note="PROTECTED ADDRESS."),
        _tenancy("T-23-2015", NAMESAKE_REF, Address("23 Weaver's Close", "Sallowby", "LN24 2HD"), date(2015, 4, 6), [],
                 note="Pigeon loft in the yard without consent."),
    ]  # fmt: skip
    data["council_tax"] += [
        {
            "id": "CT-900418", "person_id": SUBJECT_REF, "address": subject.BOBBIN_STREET.whole, "band": "A",
            "liable": ["Tamsin Holloway"], "discount": "Care leaver exemption", "from": "2026-03-09", "to": None,
            "balance": "0.00", "note": "Billed in error in April 2026; withdrawn with an apology to Tamsin.",
        },
        {
            "id": "CT-100917", "person_id": FORMER_REF, "address": subject.SEDGE_ROW.whole, "band": "A",
            "liable": ["Morwenna Rudge", "Kelvyn Rudge"], "discount": "None", "from": "2008-01-14", "to": "2017-10-30",
            "balance": "412.00", "note": "Recovery against Kelvyn Rudge, 88 Dyehouse Lane, only.",
        },
    ]  # fmt: skip
    on = date(2026, 3, 20)
    for place in range(9):
        data["repairs"].append(_repair(rng, 900_000 + place, SUBJECT_REF, on, "Tamsin Holloway"))
        on += timedelta(days=rng.randrange(6, 30))
    for place in range(14):
        on = date(2009, 1, 1) + timedelta(days=rng.randrange(3_000))
        data["repairs"].append(_repair(rng, 910_000 + place, FORMER_REF, on, "Morwenna Rudge"))
