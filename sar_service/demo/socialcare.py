"""Filling the children's social care database: families in general. The demo subject's rows are in `casework.py`.

The tables are in `socialcare_schema.py`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from . import notes
from .families import SITUATIONS_FOR, Child, Family
from .notes import Scene, Words
from .people import Person
from .places import Address
from .socialcare_schema import CODES
from .tables import Rows
from .writers import Writer

RELATION_OF_ROLE = {
    "mum": "MO", "dad": "FA", "partner": "PT", "gran": "GM", "aunt": "AU", "uncle": "UN", "sib": "SIB", "sib2": "SIB",
    "friend": "FR", "carer": "FC",
}  # fmt: skip


class SocialCare:
    """The database being filled: knows which person and worker has which number."""

    def __init__(self, words: Words, rng: Random) -> None:
        self.words = words
        self.rng = rng
        self.rows = Rows()
        self.rows.start_at("person", 300_001)
        self.rows.start_at("case_note", 5_000_001)
        self._people: dict[str, int] = {}
        self._workers: dict[str, int] = {}

    def worker(self, writer: Writer, organisation: str = "Brackenmere Council") -> int:
        """The number of a worker, whose row is made at first sight."""
        if writer.key not in self._workers:
            self._workers[writer.key] = self.rows.add(
                "worker", staff_number=writer.key, name=writer.name, job_title=writer.job, team=writer.team,
                organisation=organisation, phone=writer.phone, email=writer.email,
            )  # fmt: skip
        return self._workers[writer.key]

    def person(
        self, who: Person, *, child: Child | None = None, address: Address | None = None, number: int | None = None,
        protected: bool = False, case_number: str = "", ethnicity: str = "",
    ) -> int:  # fmt: skip
        """The number of a person, whose row is made at first sight."""
        known = who.key if number is None else f"{who.key}/{number}"
        if known not in self._people:
            self._people[known] = self.rows.add(
                "person", key=number, case_number=child.case_number if child else case_number or None,
                forename=who.given, middle_name=who.middle or None, surname=who.family,
                known_as=who.nicknames[0] if who.nicknames else None, birth_date=who.born, gender=who.sex.upper(),
                ethnicity=ethnicity or who.origin.replace("_", " ").capitalize() or None,
                nhs_number=(child.nhs_number or None) if child else None, upn=(child.upn or None) if child else None,
                address_1=address.street if address else None, town=address.town if address else None,
                postcode=address.postcode if address else None, phone=who.phone or None, email=who.email or None,
                address_protected="Y" if protected else "N", is_child="Y" if child else "N",
            )  # fmt: skip
        self._people.setdefault(who.key, self._people[known])
        return self._people[known]

    def add_note(self, person: int, writer: Writer, on: date, kind: str, title: str, body: str) -> int:
        """One case note; its number."""
        return self.rows.add(
            "case_note", person_id=person, worker_id=self.worker(writer), noted=on, kind=kind, title=title, body=body
        )

    def make_note(self, scene: Scene, person: int, situation: str, writer: Writer, on: date, target: float) -> None:
        """One case note out of the grammar."""
        title, body = notes.note(scene, situation, writer, on, target=int(target))
        self.add_note(person, writer, on, situation, title, body)

    def make_assessment(
        self, scene: Scene, person: int, kind: str, writer: Writer, on: date, *, per_section: int
    ) -> None:
        """One assessment with all its sections."""
        number = self.rows.add(
            "assessment", person_id=person, worker_id=self.worker(writer), kind=kind,
            title=f"{CODES['assessment'][kind]}, {notes.in_words(on)}", started=on - timedelta(days=44), completed=on,
        )  # fmt: skip
        for place, (heading, body) in enumerate(notes.assessment(scene, writer, on, per_section=per_section), 1):
            self.rows.add(
                "assessment_section", assessment_id=number, position=place, heading=heading, body=body, completed=on
            )

    def remark(self, scene: Scene, situation: str, writer: Writer, on: date, count: int = 2) -> str:
        """A few sentences on a matter, for the smaller boxes of the system."""
        scene.writer, scene.on = writer, on
        pool = self.words.patterns(situation, scene.missing)["body"]
        return " ".join(notes.sentence(p, scene) for p in self.rng.sample(pool, k=min(count, len(pool))))


def add_family(system: SocialCare, family: Family, note_count: int) -> None:
    """Everything the system holds about one family, its notes shared out between the children."""
    rng = system.rng
    numbers = {child: system.person(child.person, child=child, address=family.address) for child in family.children}
    scenes = {
        child: Scene(system.words, family.roles(child), {**family.values, "school": child.school}, rng)
        for child in family.children
    }
    for child, number in numbers.items():
        _surroundings(system, family, child, number, scenes[child], numbers)
    days = (family.known_to - family.known_from).days
    when = sorted(family.known_from + timedelta(days=rng.randrange(days + 1)) for _ in range(note_count))
    for on in when:
        child = family.children[0] if rng.random() < 0.6 else rng.choice(family.children)
        writer = family.writers[0] if rng.random() < 0.55 else rng.choice(family.writers)
        target = rng.lognormvariate(4.75, 0.62) * writer.length
        system.make_note(scenes[child], numbers[child], rng.choice(SITUATIONS_FOR[child.status]), writer, on, target)


def _surroundings(
    system: SocialCare, family: Family, child: Child, number: int, scene: Scene, numbers: Mapping[Child, int]
) -> None:
    rng, rows, lead = system.rng, system.rows, family.writers[0]
    begin, end = family.known_from, family.known_to
    for role, person in family.roles(child).items():
        if role in RELATION_OF_ROLE:
            related = next((n for c, n in numbers.items() if c.person is person), None) or system.person(person)
            rows.add(
                "relationship", person_id=number, related_person_id=related, related_name=person.full,
                kind=RELATION_OF_ROLE[role],
                parental_responsibility="Y" if role in ("mum", "dad") else "N", contact=rng.choice("OOSU"),
            )  # fmt: skip
    for former in family.former_addresses:
        rows.add(
            "person_address", person_id=number, kind="FORMER", address_1=former.street, town=former.town,
            postcode=former.postcode, moved_out=begin,
        )  # fmt: skip
    rows.add("involvement", person_id=number, worker_id=system.worker(lead), kind="KEY", started=begin, ended=end)
    on = begin
    for _ in range(rng.randrange(1, 4)):
        rows.add(
            "referral", person_id=number, received=on, source=rng.choice(("POL", "SCH", "HEA", "FAM", "PUB")),
            referrer_name=family.around["teacher"].full, reason=system.remark(scene, "domestic_abuse", lead, on),
            decision=rng.choice(("NFA", "ASS", "S47", "ADV")), decided_by=system.worker(family.writers[1]),
        )  # fmt: skip
        on = min(end, on + timedelta(days=rng.randrange(30, 400)))
    if child is family.children[0] or rng.random() < 0.3:
        kind = rng.choice(("CFA", "CFA", "S47", "PA"))
        system.make_assessment(scene, number, kind, lead, min(end, begin + timedelta(days=60)), per_section=3)
    for _ in range(rng.randrange(1, 4)):
        other = rng.choice(("teacher", "hv", "gp", "nurse"))
        professional = family.around[other]
        on = begin + timedelta(days=rng.randrange((end - begin).days + 1))
        rows.add(
            "third_party_contact", person_id=number, contacted=on, contact_name=professional.full,
            contact_role=professional.job, professional="Y", organisation=family.values["surgery"],
            summary=system.remark(scene, "school_call" if other == "teacher" else "health", lead, on, 1),
        )  # fmt: skip
    if rng.random() < 0.2:
        kind = rng.choice(("VISIT", "DOG", "NOCON"))
        rows.add("hazard", person_id=number, kind=kind, raised=begin, raised_by=system.worker(lead))
    if child.status == "looked_after":
        rows.add("legal_status", person_id=number, kind=rng.choice(("S20", "ICO", "CO")), started=begin)
        carer = family.around["carer"]
        rows.add(
            "placement", person_id=number, kind="U1", carer_person_id=system.person(carer), carer_name=carer.full,
            started=begin,
        )  # fmt: skip
