"""Filling the education management database: pupils of every family, and the demo subject's own school years.

The tables are in `education_schema.py`.
"""

from datetime import date, timedelta
from random import Random

from . import notes, numbers, places, subject
from .families import Child, Family, values_for
from .notes import Scene, Words
from .people import Person
from .places import Address
from .subject import SUBJECT, who
from .tables import Rows
from .timeline import PHASES
from .writers import Writer

SUBJECT_PUPIL = 417_203
TWIN_PUPIL = 417_204
NAMESAKE_PUPIL = 217_904
OLD_ENTRY_PUPIL = 96_112  # the subject as another authority sent her: day and month changed round, no UPN
_YEARS = tuple(range(2012, 2026))
_TERMS = (("Autumn", 148), ("Spring", 118), ("Summer", 126))


class Education:
    """The database being filled."""

    def __init__(self, words: Words, rng: Random) -> None:
        self.words = words
        self.rng = rng
        self.rows = Rows()
        self.rows.start_at("pupil", 500_001)
        self.schools: dict[str, int] = {}
        for phase, names in (
            ("PRI", places.PRIMARY_SCHOOLS), ("SEC", places.SECONDARY_SCHOOLS), ("COL", ("Brackenmere College",)),
        ):  # fmt: skip
            for name in names:
                head = "Bernard Sowerby" if name.startswith("Hexley") else None
                self.schools[name] = self.rows.add(
                    "school", dfe_number=f"999/{2000 + len(self.schools)}", name=name, phase=phase, head_teacher=head,
                    phone=numbers.landline(rng),
                )  # fmt: skip
        self.cme_officer = self._officer("W9009", "Children Missing Education")
        self.send_officer = self._officer("W9010", "SEND")

    def _officer(self, key: str, team: str) -> int:
        person = who(key)
        return self.rows.add("officer", name=person.full, job_title=person.job, team=team, phone="01632 960210")

    def pupil(
        self, person: Person, address: Address | None, school: str, *, number: int | None = None, upn: str = "",
        nhs_number: str = "", former_surname: str = "", in_care: bool = False, born: date | None = None, sen: str = "N",
        remark: str = "",
    ) -> int:  # fmt: skip
        """One pupil's row; its number."""
        return self.rows.add(
            "pupil", key=number, upn=upn or None, forename=person.given, middle_names=person.middle or None,
            legal_surname=person.family, chosen_surname=person.family, former_surname=former_surname or None,
            birth_date=born or person.born, gender=person.sex.upper(),
            ethnicity=person.origin.replace("_", " ").capitalize() or None, first_language="English",
            in_care="Y" if in_care else "N", free_meals=self.rng.choice("YN"), sen_status=sen,
            nhs_number=nhs_number or None, address_1=address.street if address else None,
            town=address.town if address else None, postcode=address.postcode if address else None,
            phone=person.phone or None, email=person.email or None, school_id=self.schools[school],
            remark=remark or None,
        )  # fmt: skip

    def attendance(self, pupil: int, school: str, first_year: int, last_year: int, absences: int) -> None:
        """Termly summaries, and a row for each of some sessions that were missed or late."""
        rng = self.rng
        for year in range(first_year, last_year + 1):
            for term, possible in _TERMS:
                authorised, unauthorised = rng.randrange(0, 9), rng.randrange(0, 5)
                self.rows.add(
                    "attendance_summary", pupil_id=pupil, school_year=f"{year}/{(year + 1) % 100:02d}", term=term,
                    possible=possible, attended=possible - authorised - unauthorised, authorised=authorised,
                    unauthorised=unauthorised, late=rng.randrange(0, 6),
                )  # fmt: skip
        span = (date(last_year + 1, 7, 10) - date(first_year, 9, 6)).days
        comments = ("dentist", "rang in", "no call", "bus late", "with social worker", "poorly", "came at break", "")
        for day in sorted(rng.randrange(span) for _ in range(absences)):
            self.rows.add(
                "attendance", pupil_id=pupil, school_id=self.schools[school],
                session_date=date(first_year, 9, 6) + timedelta(days=day), session=rng.choice(("AM", "PM")),
                mark=rng.choice("IIIMOLLUCN"), comment=rng.choice(comments) or None,
            )  # fmt: skip

    def contact(
        self, pupil: int, person: Person, kind: str, priority: int, *, address: Address | None = None,
        responsible: bool = False, restricted: bool = False,
    ) -> None:  # fmt: skip
        """One of a pupil's contacts."""
        self.rows.add(
            "parent_contact", pupil_id=pupil, name=person.full, relationship=kind, phone=person.phone or None,
            address_1=address.street if address else None, postcode=address.postcode if address else None,
            priority=priority, parental_responsibility="Y" if responsible else "N",
            restricted="Y" if restricted else "N",
        )  # fmt: skip

    def remark(self, scene: Scene, situation: str, writer: Writer, on: date, count: int) -> str:
        """A few sentences for the boxes of the system."""
        scene.writer, scene.on = writer, on
        pool = self.words.patterns(situation, scene.missing)["body"]
        return " ".join(notes.sentence(p, scene) for p in self.rng.sample(pool, k=min(count, len(pool))))


def add_family(system: Education, family: Family, today: date) -> None:
    """Every child of the family who has reached school age, with what the system holds about them."""
    for child in family.children:
        assert child.person.born is not None
        first_year = max(_YEARS[0], child.person.born.year + 5)
        if first_year > _YEARS[-1]:
            continue
        number = system.pupil(
            child.person, family.address, child.school, upn=child.upn, nhs_number=child.nhs_number,
            in_care=child.status == "looked_after",
        )  # fmt: skip
        last_year = max(first_year, min(today.year - 1, child.person.born.year + 15))
        _school_years(system, family, child, number, first_year, last_year)


def _school_years(system: Education, family: Family, child: Child, number: int, first: int, last: int) -> None:
    rng, add = system.rng, system.rows.add
    school = system.schools[child.school]
    scene = Scene(system.words, family.roles(child), {**family.values, "school": child.school}, rng)
    on = date(first, 9, 6) + timedelta(days=rng.randrange(1 + 300 * (last - first + 1)))
    add("school_history", pupil_id=number, school_id=school, started=date(first, 9, 5))
    for former in family.former_addresses:
        add(
            "address_history", pupil_id=number, address_1=former.street, town=former.town, postcode=former.postcode,
            moved_out=family.known_from,
        )  # fmt: skip
    for priority, (role, kind) in enumerate((("mum", "MO"), ("dad", "FA"), ("gran", "GM")), 1):
        if role in family.adults:
            system.contact(
                number, family.adults[role], kind, priority, address=family.address, responsible=priority < 3
            )
    system.attendance(number, child.school, max(first, last - 3), last, rng.randrange(4, 14))
    if rng.random() < 0.15:
        add(
            "exclusion", pupil_id=number, school_id=school, started=on, ended=on + timedelta(days=2), sessions=4,
            category="FT", reason=rng.choice(("PP", "VA", "DB", "DM", "BU")),
            detail=system.remark(scene, "school_call", family.writers[0], on, 2),
        )  # fmt: skip
    if rng.random() < 0.12:
        add(
            "cme_referral", pupil_id=number, received=on, source=rng.choice(("SCH", "LA", "NHS", "PUB")),
            referrer_name=family.around["head"].full, reason=rng.choice(("MOVE", "OFFR", "NEVER", "UNTR")),
            last_seen=on - timedelta(days=12), outcome="FOUND", closed=on + timedelta(days=30),
            tracing_notes=system.remark(scene, "office_transport", family.writers[1], on, 4),
            officer_id=system.cme_officer,
        )  # fmt: skip
    if rng.random() < 0.15:
        _plan(system, number, scene, family.writers[0], on, rng.choice(("SEMH", "SLCN", "SPLD", "ASD")))


def _plan(system: Education, pupil: int, scene: Scene, writer: Writer, on: date, need: str) -> None:
    add, rng = system.rows.add, system.rng
    plan = add(
        "send_plan", pupil_id=pupil, kind=rng.choice(("SUP", "EHCP")), issued=on, primary_need=need,
        coordinator_id=system.send_officer, advice=system.remark(scene, "school_call", writer, on, 5),
    )  # fmt: skip
    for kind, hours, provider in (("TA", 5.0, "School"), ("SALT", 0.5, "Brackenmere Children's Health")):
        add(
            "send_provision", send_plan_id=plan, kind=kind, started=on, hours=hours, provider=provider,
            detail=system.remark(scene, "school_call", writer, on, 1),
        )  # fmt: skip
    for months in (6, 12):
        held = on + timedelta(days=30 * months)
        add(
            "send_review", send_plan_id=plan, held=held,
            attended_by=", ".join(scene.people[r].full for r in ("teacher", "senco", "mum") if r in scene.people),
            summary=system.remark(scene, "school_call", writer, held, 4),
        )  # fmt: skip


def add_subject(system: Education, writer: Writer) -> None:
    """The subject, her twin, a girl of the same name, and an older entry that may be the subject."""
    add = system.rows.add
    number = system.pupil(
        SUBJECT, subject.BOBBIN_STREET, "Brackenmere College", number=SUBJECT_PUPIL, upn=subject.UPN,
        nhs_number=subject.NHS_NUMBER, former_surname="Rudge", in_care=True, sen="K",
        remark="Known as Tamsin Rudge until June 2017. Kelvyn Rudge must not be told where she is.",
    )  # fmt: skip
    twin = system.pupil(
        who("S0002"), subject.CINDER_HILL, "Sallowby Academy", number=TWIN_PUPIL, upn=numbers.upn(417_204),
        nhs_number=numbers.nhs_number(417_255), former_surname="Rudge", in_care=True,
    )  # fmt: skip
    namesake = Person(key="N1", given="Tamsin", family="Holloway", sex="f", born=date(2011, 9, 30))
    other = system.pupil(
        namesake, Address("23 Weaver's Close", "Sallowby", "LN24 2HD"), "Sallowby Academy", number=NAMESAKE_PUPIL,
        upn=numbers.upn(217_904),
    )  # fmt: skip
    old = system.pupil(
        Person(key="N2", given="Tamsin", family="Rudge", sex="f"), None, "Hexley Cross Primary School",
        number=OLD_ENTRY_PUPIL, born=date(2008, 7, 3), remark="Entered from another authority's list.",
    )  # fmt: skip
    add(
        "cme_referral", pupil_id=old, received=date(2017, 11, 6), source="LA", reason="MOVE",
        last_seen=date(2017, 10, 11), outcome="FOUND", closed=date(2017, 11, 20), officer_id=system.cme_officer,
        tracing_notes="Sent by another authority after the move. Traced by Winston Claremont to Demelza Holloway's "
        "address; on roll throughout at Hexley Cross Primary School. Tamsin answered the door and spelled her name.",
    )  # fmt: skip
    for pupil, school in ((twin, "Sallowby Academy"), (other, "Sallowby Academy")):
        system.attendance(pupil, school, 2019, 2023, 20)
        add("school_history", pupil_id=pupil, school_id=system.schools[school], started=date(2019, 9, 4))
    add(
        "exclusion", pupil_id=twin, school_id=system.schools["Sallowby Academy"], started=date(2021, 3, 2),
        ended=date(2021, 3, 4), sessions=4, category="FT", reason="DM",
        detail="Denzil put a chair through the greenhouse and then swept it up.",
    )  # fmt: skip
    _subject_history(system, number, writer)


def _subject_history(system: Education, number: int, writer: Writer) -> None:
    add = system.rows.add
    for school, start, end, why in (
        ("Hexley Cross Primary School", date(2012, 9, 5), date(2018, 7, 20), "CARE"),
        ("Brackenmere High School", date(2018, 9, 4), date(2024, 6, 28), "AGE"),
        ("Brackenmere College", date(2024, 9, 2), None, None),
    ):
        add(
            "school_history", pupil_id=number, school_id=system.schools[school], started=start, ended=end,
            leaving_reason=why,
        )  # fmt: skip
    for place, start, end in (
        (subject.SEDGE_ROW, subject.BORN, date(2017, 10, 12)),
        (subject.CINDER_HILL, date(2017, 10, 12), date(2018, 8, 13)),
        (subject.MAGNOLIA_RISE, date(2018, 8, 13), date(2021, 5, 24)),
        (subject.ORMEROD_GATE, date(2021, 5, 24), date(2026, 3, 9)),
    ):
        add(
            "address_history", pupil_id=number, address_1=place.street, town=place.town, postcode=place.postcode,
            moved_in=start, moved_out=end, confidential="Y" if start > date(2017, 1, 1) else "N",
        )  # fmt: skip
    for priority, (key, kind, place, responsible, restricted) in enumerate(
        (
            ("S0003", "MO", subject.LARKSPUR_YARD, True, True), ("S0006", "GM", subject.CINDER_HILL, False, False),
            ("S0004", "FA", subject.DYEHOUSE_LANE, True, True), ("S0014", "FC", subject.MAGNOLIA_RISE, False, False),
        ), 1,
    ):  # fmt: skip
        system.contact(
            number, who(key), kind, priority, address=place, responsible=responsible, restricted=restricted
        )  # fmt: skip
    system.attendance(number, "Hexley Cross Primary School", 2012, 2017, 46)
    system.attendance(number, "Brackenmere High School", 2018, 2023, 58)
    add(
        "exclusion", pupil_id=number, school_id=system.schools["Brackenmere High School"], started=date(2019, 3, 29),
        ended=date(2019, 3, 29), sessions=2, category="FT", reason="PP",
        detail="Tamsin struck Courtland Vickery with a recorder after name-calling. Mrs Eleanor Fitchett asked for the "
        "provocation to be recorded too.",
    )  # fmt: skip
    add(
        "cme_referral", pupil_id=number, received=date(2017, 10, 16), source="SCH", referrer_name="Bernard Sowerby",
        reason="MOVE", last_seen=date(2017, 10, 12), outcome="FOUND", closed=date(2017, 10, 18),
        officer_id=system.cme_officer,
        tracing_notes="Family left 9 Sedge Row in the night. Checked with Daniel Achebe: Tamsin is safe with family "
        "and will stay on roll. Morwenna Holloway's whereabouts are not to be asked for or recorded here.",
    )  # fmt: skip
    for phase in PHASES[3:5]:
        scene = Scene(
            system.words,
            {**phase.roles, "child": phase.child},
            {**values_for(system.rng, "", phase.school)},
            system.rng,
        )
        _plan(system, number, scene, writer, phase.start + timedelta(days=100), "SEMH")
