"""The demo subject's rows in the social care database, and those of the people who could be taken for her.

Her twin has a file of his own; a girl of the same name was born three years later; another a day later; the record
of her first years is under the surname she was born with.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from . import numbers, subject
from .families import Child, Family, values_for
from .grammar import read_sections
from .notes import Scene
from .people import Person
from .places import Address
from .socialcare import SocialCare, add_family
from .subject import CAST, SUBJECT, SUBJECT_BEFORE, who
from .timeline import PHASES, Phase, twin_phases
from .writers import Writer, make_writer

SUBJECT_NUMBER = 104_172
EARLY_NUMBER = 88_310
TWIN_NUMBER = 104_173
NAMESAKE_NUMBER = 221_904  # Tamsin Holloway, born 30 September 2011
NEAR_NAMESAKE_NUMBER = 187_455  # Tamsin Holloway, born 8 March 2008

_CHILD = Child(
    person=SUBJECT, upn=subject.UPN, nhs_number=subject.NHS_NUMBER, case_number=subject.CASE_NUMBER,
    school="Brackenmere High School", status="leaving_care",
)  # fmt: skip
_TWIN = Child(
    person=who("S0002"), upn=numbers.upn(417_204), nhs_number=numbers.nhs_number(417_255), case_number="BC104173",
    school="Brackenmere High School", status="looked_after",
)  # fmt: skip


_TEAMS = {
    "W9001": "Assessment Team", "W9002": "Court Team", "W9003": "Looked After Children Team",
    "W9004": "Leaving Care Team", "W9005": "Assessment Team", "W9007": "Early Help",
}  # fmt: skip


def cast_writers(rng: Random) -> dict[str, Writer]:
    """The workers of the subject's own file as writers, each with a settled hand."""
    manners = {
        "W9001": ("plain", "plain", ("prose", "headed"), 1.1),
        "W9002": ("formal", "wordy", ("headed", "numbered"), 1.3),
        "W9003": ("plain", "plain", ("prose", "bullets", "email"), 1.2), "W9004": ("plain", "plain", ("prose",), 0.9),
        "W9005": ("formal", "terse", ("one_block", "letters"), 0.7), "W9006": ("formal", "plain", ("headed",), 1.2),
        "W9007": ("careless", "careless", ("run_on", "chronology"), 0.9),
    }  # fmt: skip
    writers = {}
    for key, (habit, register, layouts, length) in manners.items():
        member = CAST[key]
        made = make_writer(rng, key=key, name=member.person.full, job=member.person.job)
        writers[key] = replace(
            made,
            team=_TEAMS.get(key, "Safeguarding and Review"),
            habit=habit,
            register=register,
            layouts=layouts,
            length=length,
            self_words=("I", "me", "my"),
        )
    lower = replace(writers["W9007"], key="W9012", register="lower", habit="plain", name="Emergency Duty Team")
    capitals = replace(writers["W9003"], key="W9013", habit="caps", layouts=("one_block",), name="Looked After Duty")
    return {**writers, "W9012": lower, "W9013": capitals}


def add_subject(system: SocialCare, words: Path) -> None:
    """Her present file and her early one, her twin's, her mother's and her father's."""
    writers = cast_writers(system.rng)
    later = system.person(SUBJECT, child=_CHILD, address=subject.BOBBIN_STREET, number=SUBJECT_NUMBER)
    early_child = replace(_CHILD, case_number=subject.EARLY_CASE_NUMBER, upn="", nhs_number=subject.NHS_NUMBER)
    early = system.person(SUBJECT_BEFORE, child=early_child, address=subject.SEDGE_ROW, number=EARLY_NUMBER)
    twin = system.person(who("S0002"), child=_TWIN, address=subject.CINDER_HILL, number=TWIN_NUMBER)
    people = {SUBJECT.key: later, "S0002": twin}
    for key, member in CAST.items():
        if key.startswith("S") and key not in people:
            people[key] = system.person(member.person, address=member.address, protected=member.protected)
    _relations(system, later, early, twin, people)
    _addresses(system, later, early, twin)
    _tell(system, words, writers, {"later": later, "early": early})
    for phase in PHASES:
        _live(system, phase, later if phase.case == "later" else early, writers)
    for phase in twin_phases():
        _live(system, phase, twin, writers, assessed=False)
    _boxes(system, later, early, people, writers)


def _relations(system: SocialCare, later: int, early: int, twin: int, people: dict[str, int]) -> None:
    add = system.rows.add
    kinds = {
        "S0003": ("MO", "Y", "O"), "S0004": ("FA", "Y", "N"), "S0002": ("TWIN", "N", "O"), "S0005": ("HALF", "N", "S"),
        "S0006": ("GM", "N", "O"), "S0007": ("PT", "N", "U"), "S0008": ("UN", "N", "N"), "S0009": ("AU", "N", "O"),
        "S0011": ("FR", "N", "O"), "S0012": ("FR", "N", "O"), "S0014": ("FC", "N", "O"), "S0015": ("FC", "N", "O"),
        "S0017": ("FC", "N", "O"),
    }  # fmt: skip
    for key, (kind, responsible, contact) in kinds.items():
        add(
            "relationship", person_id=later, related_person_id=people[key], related_name=who(key).full, kind=kind,
            parental_responsibility=responsible, contact=contact,
        )  # fmt: skip
    for key in ("S0003", "S0004", "S0006"):
        kind, responsible, contact = kinds[key]
        for number in (early, twin):
            add(
                "relationship", person_id=number, related_person_id=people[key], related_name=who(key).full, kind=kind,
                parental_responsibility=responsible, contact=contact,
            )  # fmt: skip
    add(
        "relationship", person_id=twin, related_person_id=later, related_name=SUBJECT.full, kind="TWIN",
        parental_responsibility="N", contact="O",
    )  # fmt: skip
    add(
        "person_alias",
        person_id=later,
        alias_type="FORMER",
        forename="Tamsin",
        surname="Rudge",
        valid_from=subject.BORN,
    )
    add(
        "person_alias", person_id=twin, alias_type="FORMER", forename="Denzil", surname="Rudge", valid_from=subject.BORN
    )


def _addresses(system: SocialCare, later: int, early: int, twin: int) -> None:
    lived = (
        (subject.SEDGE_ROW, "FORMER", subject.BORN, date(2017, 10, 12)),
        (subject.CINDER_HILL, "TEMP", date(2017, 10, 12), date(2018, 8, 13)),
        (subject.MAGNOLIA_RISE, "PLACE", date(2018, 8, 13), date(2021, 5, 24)),
        (subject.ORMEROD_GATE, "PLACE", date(2021, 5, 24), date(2026, 3, 9)),
        (subject.BOBBIN_STREET, "HOME", date(2026, 3, 9), None),
    )
    for place, kind, start, end in lived:
        for number in (later, twin) if kind != "PLACE" and start < date(2018, 1, 1) else (later,):
            system.rows.add(
                "person_address", person_id=number, kind=kind, address_1=place.street, town=place.town,
                postcode=place.postcode, moved_in=start, moved_out=end,
            )  # fmt: skip


def _tell(system: SocialCare, words: Path, writers: dict[str, Writer], files: dict[str, int]) -> None:
    for heading, lines in read_sections(words / "story.txt").items():
        if heading:
            on, author, which, kind, title = (part.strip() for part in heading.split("|"))
            system.add_note(
                files[which], writers[author], date.fromisoformat(on), kind, title, "\n\n".join(lines)
            )  # fmt: skip


def _live(system: SocialCare, phase: Phase, number: int, writers: dict[str, Writer], *, assessed: bool = True) -> None:
    rng = system.rng
    values = {**values_for(rng, phase.street, phase.school), "surgery": "Weir Street Surgery", "town": "Thornlea"}
    scene = Scene(system.words, {**phase.roles, "child": phase.child}, values, rng)
    days = (phase.end - phase.start).days
    lead = writers[phase.author]
    others = [writers[key] for key in ("W9005", "W9006", "W9007", "W9012", "W9013")]
    for on in sorted(phase.start + timedelta(days=rng.randrange(days)) for _ in range(phase.notes)):
        writer = lead if rng.random() < 0.7 else rng.choice(others)
        target = rng.lognormvariate(5.25, 0.45) * writer.length
        system.make_note(scene, number, rng.choice(phase.situations), writer, on, target)
    if assessed:
        kind = "NEEDS" if phase.status == "leaving_care" else rng.choice(("CFA", "CORE"))
        system.make_assessment(scene, number, kind, lead, phase.start + timedelta(days=75), per_section=10)
    for situation, kind, role in (("health", "RHA", "nurse"), ("health", "GP", "gp"), ("health", "CAMHS", "camhs")):
        on = phase.start + timedelta(days=rng.randrange(days))
        seen_by = phase.roles[role]
        system.rows.add(
            "health_note", person_id=number, seen=on, kind=kind, professional_name=seen_by.full,
            professional_role=seen_by.job, body=system.remark(scene, situation, lead, on, 4),
        )  # fmt: skip
    for role in ("teacher", "pc", "hv"):
        if role in phase.roles:
            other, on = phase.roles[role], phase.start + timedelta(days=rng.randrange(days))
            system.rows.add(
                "third_party_contact", person_id=number, contacted=on, contact_name=other.full, contact_role=other.job,
                professional="Y", organisation=other.organisation,
                summary=system.remark(scene, "school_call" if role == "teacher" else "health", lead, on, 3),
            )  # fmt: skip


def _boxes(system: SocialCare, later: int, early: int, people: dict[str, int], writers: dict[str, Writer]) -> None:
    add, worker = system.rows.add, {key: system.worker(writer) for key, writer in writers.items()}
    for author, start, end, number in (
        ("W9001", date(2012, 1, 9), date(2014, 5, 30), early), ("W9002", date(2014, 6, 2), date(2018, 8, 10), later),
        ("W9003", date(2018, 8, 13), date(2024, 3, 8), later), ("W9004", date(2024, 3, 11), None, later),
    ):  # fmt: skip
        kind = "PA" if author == "W9004" else "KEY"
        add("involvement", person_id=number, worker_id=worker[author], kind=kind, started=start, ended=end)
    add(
        "referral", person_id=early, received=date(2013, 2, 19), source="PUB", referrer_name="Philippa Quennell",
        referrer_address="14 Sedge Row", referrer_phone="01632 960188", wishes_anonymity="Y",
        reason="Caller from the house with the green door reports children in the yard at night without shoes.",
        decision="ASS", decided_by=worker["W9005"],
    )  # fmt: skip
    add(
        "referral", person_id=later, received=date(2017, 10, 12), source="POL", referrer_name="Hamish Drummond",
        reason="Kelvyn Rudge broke into the home in the night; mother hurt; Tamsin and Denzil ran to grandmother.",
        decision="S47", decided_by=worker["W9005"],
    )  # fmt: skip
    add(
        "hazard", person_id=later, kind="NOCON", raised=date(2014, 5, 20), raised_by=worker["W9002"],
        detail="Kelvyn Rudge, 88 Dyehouse Lane: no contact, no information, by order of the court.",
    )  # fmt: skip
    add(
        "hazard", person_id=later, kind="SAFE", raised=date(2018, 2, 1), raised_by=worker["W9002"],
        detail="Mother's address (17 Larkspur Yard) is protected. Do not copy it into letters.",
    )  # fmt: skip
    for kind, start, end, text in (
        ("CAO", date(2014, 5, 20), date(2026, 3, 7), "Kelvyn Rudge to have no contact with Tamsin until she is 18."),
        ("S20", date(2017, 10, 12), date(2018, 11, 2), "Accommodated at her mother's request."),
        ("CO", date(2018, 11, 2), date(2026, 3, 7), "Care order to Brackenmere Council."),
    ):  # fmt: skip
        add(
            "legal_status", person_id=later, kind=kind, court="Brackenmere Family Court", started=start, ended=end,
            order_text=text,
        )  # fmt: skip
    for kind, carer, place, start, end, reason in (
        ("K", "S0006", subject.CINDER_HILL, date(2017, 10, 12), date(2018, 8, 13), "Grandmother in hospital"),
        ("U4", "S0014", subject.MAGNOLIA_RISE, date(2018, 8, 13), date(2021, 5, 24), "Carers stopped fostering"),
        ("U4", "S0017", subject.ORMEROD_GATE, date(2021, 5, 24), date(2026, 3, 9), "Moved to her own tenancy"),
    ):  # fmt: skip
        add(
            "placement", person_id=later, kind=kind, carer_person_id=people[carer], carer_name=who(carer).full,
            address_1=place.street, postcode=place.postcode, started=start, ended=end, reason_ended=reason,
        )  # fmt: skip
    for name, role, phone, summary in (
        ("Merryn Tregear", "maternal aunt", "07700 900355", "Can carry messages from Tamsin to her mother."),
        ("Honoria Vickery", "another pupil's mother", None, "Denies telling Courtland about Tamsin's father."),
        ("Folarin Adeyinka", "foster carer's husband", None, "Would like Tamsin to keep the oven tools."),
    ):
        add(
            "third_party_contact", person_id=later, contacted=date(2019, 4, 2), contact_name=name, contact_role=role,
            professional="N", phone=phone, summary=summary,
        )  # fmt: skip


def add_namesakes(system: SocialCare, families: tuple[Family, ...]) -> None:
    """Two other girls called Tamsin Holloway, each with a family and a file of their own."""
    births = ((NAMESAKE_NUMBER, date(2011, 9, 30), 217_904), (NEAR_NAMESAKE_NUMBER, date(2008, 3, 8), 0))
    for family, (number, born, serial) in zip(families, births, strict=True):
        child = family.children[0]
        person = Person(
            key=child.person.key, given="Tamsin", family="Holloway", sex="f", born=born, origin="white_british"
        )
        renamed = replace(
            child, person=person, case_number=f"BC{number}", upn=numbers.upn(serial) if serial else "",
            nhs_number=numbers.nhs_number(serial) if serial else "",
        )  # fmt: skip
        home = Address("23 Weaver's Close", "Sallowby", "LN24 2HD")
        changed = replace(family, children=(renamed, *family.children[1:]), address=home)
        system.person(person, child=renamed, address=home, number=number)
        add_family(system, changed, 40)
