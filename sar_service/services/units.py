"""The text of a case as units: each field of a record and each page of a document, with the marks that lie on it.

Unit 0 is the title; unit n is the nth field of a record or page n of a document. What is withheld is worked out here
and nowhere else, so that the screen, the pack and the release gate cannot differ.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import defer

from sar_service.db import db
from sar_service.documents.identifier_dates import BIRTH_HEADING
from sar_service.documents.text_cells import births, gaps
from sar_service.domain.people import Standing
from sar_service.domain.redaction import IDENTIFIER_KINDS, Kind, Removal, Treatment
from sar_service.models import Case, Document, MarkRow, PersonRow, Record

from . import document as documents
from . import sealing
from .search import included_refs

WORDS = {
    Kind.ADDRESS: "address",
    Kind.PHONE: "phone number",
    Kind.EMAIL: "e-mail address",
    Kind.NHS_NUMBER: "NHS number",
    Kind.UPN: "pupil number",
    Kind.NI_NUMBER: "National Insurance number",
    Kind.PASSPORT: "passport number",
    Kind.DRIVING_LICENCE: "driving licence",
    Kind.VEHICLE: "vehicle",
    Kind.BANK_ACCOUNT: "bank account",
    Kind.CASE_REF: "reference number",
    Kind.DATE_OF_BIRTH: "date of birth",
}
UNTOLD = "information withheld"
THEIRS = (Standing.SUBJECT, Standing.PROFESSIONAL)
# What leads to somebody: for a protected person it goes even where their name stays.
LOCATING = frozenset({Kind.ADDRESS, Kind.PHONE, Kind.EMAIL, Kind.VEHICLE})
LOCATING_CODE = "TP16"


@dataclass(frozen=True)
class Unit:
    """One text of a record or document, and what its layout says: see `documents/text_cells.py`.

    `gaps` are the wide gaps between names, `births` the stretches that a label or heading calls dates of birth.
    """

    home: uuid.UUID
    number: int
    text: str
    label: str = ""
    prose: bool = False
    gaps: tuple[int, ...] = ()
    births: tuple[tuple[int, int], ...] = ()


@dataclass
class Item:
    """A record or a document of the case, opened. `row` is its row, `told` what was sealed in it."""

    row: Record | Document
    told: dict[str, Any]
    units: list[Unit] = field(default_factory=list)

    @property
    def is_document(self) -> bool:
        return isinstance(self.row, Document)


def records(case: Case, *, to_open: bool = True) -> list[Record]:
    """The records that belong to the case, by system, section and date.

    Without `to_open` what is sealed in them stays in the database: a file may hold many thousands, and most pages of
    a case only list them.
    """
    query = select(Record).where(Record.case_id == case.id, Record.left_out == "")
    if not to_open:
        query = query.options(defer(Record.sealed))
    rows = db.session.scalars(query.order_by(Record.system, Record.section, Record.on, Record.ref_digest)).all()
    refs = {system: included_refs(case.id, system) for system in {row.system for row in rows}}
    return [row for row in rows if row.about_digest in refs[row.system]]


def belongs(row: Record | Document) -> bool:
    """Whether a record or a file is about the subject, as far as anybody has said, and was not left out."""
    if row.left_out or (isinstance(row, Document) and row.handled == "not_theirs"):
        return False
    return row.about_digest in included_refs(row.case_id, row.system)


def open_record(row: Record) -> Item:
    told = sealing.unseal(row)
    units = [Unit(row.id, 0, told["title"], "Title")]
    units += [_field(row, number, told_field) for number, told_field in enumerate(told["fields"], start=1)]
    return Item(row, told, units)


def _field(row: Record, number: int, told: Mapping[str, str]) -> Unit:
    value, label = told["value"], told["label"]
    births = ((0, len(value)),) if BIRTH_HEADING.fullmatch(label) else ()
    return Unit(row.id, number, value, label, told["form"] == "prose", births=births)


def open_document(row: Document, *, layout: bool = False) -> Item:
    """A document opened; with `layout` its units say where cells and columns of dates of birth are."""
    told = sealing.unseal(row)
    units = [Unit(row.id, 0, told.get("title", ""), "File name")]
    units += [
        Unit(
            row.id,
            page.number,
            page.text,
            f"Page {page.number}",
            gaps=gaps(page) if layout else (),
            births=births(page) if layout else (),
        )
        for page in documents.pages_of(row)
    ]
    return Item(row, told, units)


def items(case: Case, *, layout: bool = False) -> Iterator[Item]:
    """Everything that belongs to the case, one opened at a time."""
    for record in records(case):
        yield open_record(record)
    for row in documents.included(case):
        yield open_document(row, layout=layout)


def marks_of(
    case: Case, *, home: uuid.UUID | None = None, person: uuid.UUID | None = None
) -> dict[uuid.UUID, list[MarkRow]]:
    """Marks by the record or document they lie on, in order; of one of them only, or on one person only."""
    query = select(MarkRow).where(MarkRow.case_id == case.id)
    if person is not None:
        query = query.where(MarkRow.person_id == person)
    if home is not None:
        query = query.where((MarkRow.record_id == home) | (MarkRow.document_id == home))
    found: dict[uuid.UUID, list[MarkRow]] = defaultdict(list)
    for mark in db.session.scalars(query.order_by(MarkRow.unit, MarkRow.start, MarkRow.end)):
        found[mark.record_id or mark.document_id].append(mark)  # type: ignore[index]
    return found


def counts_of(case: Case) -> dict[uuid.UUID, int]:
    """How many marks lie on each record or document."""
    home = func.coalesce(MarkRow.record_id, MarkRow.document_id, type_=MarkRow.record_id.type)
    rows = db.session.execute(select(home, func.count()).where(MarkRow.case_id == case.id).group_by(home))
    return {row[0]: row[1] for row in rows}


class Marked(Protocol):
    """What the fate of a mark depends on: a row of the table, or only these columns of one."""

    @property
    def treatment(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def person_id(self) -> uuid.UUID | None: ...


class Decisive(NamedTuple):
    """All of a mark that its fate and its label depend on: the columns of these names."""

    kind: Kind
    person_id: uuid.UUID | None
    treatment: str
    code: str
    made_by: str

    @staticmethod
    def columns() -> list[Any]:
        return [getattr(MarkRow, name) for name in Decisive._fields]


class Labelled(Marked, Protocol):
    """What the label of a mark depends on besides: who made it."""

    @property
    def made_by(self) -> str: ...


def on_what_stays(case: Case) -> tuple[Any, ...]:
    """Marks that do not lie on an item that was left out, as conditions: nobody has to decide on the others."""
    return tuple(
        or_(column.is_(None), column.not_in(select(table.id).where(table.case_id == case.id, table.left_out != "")))
        for column, table in ((MarkRow.record_id, Record), (MarkRow.document_id, Document))
    )


def undecided_of(case: Case, people: Mapping[uuid.UUID, PersonRow]) -> list[tuple[uuid.UUID, int, int]]:
    """Where marks wait for somebody to decide: the record or document, the unit, and how many are there.

    Counted in the database, since a case may hold many thousands and every page of it says how many are open.
    """
    home = func.coalesce(MarkRow.record_id, MarkRow.document_id, type_=MarkRow.record_id.type)
    settled = [key for key, row in people.items() if row.treatment or row.standing in THEIRS]
    rows = db.session.execute(
        select(
            home.label("home"),
            MarkRow.unit,
            MarkRow.treatment,
            MarkRow.code,
            MarkRow.kind,
            MarkRow.person_id,
            func.count().label("count"),
        )
        .where(
            MarkRow.case_id == case.id,
            MarkRow.treatment == "",
            *on_what_stays(case),
            or_(MarkRow.person_id.is_(None), MarkRow.person_id.not_in(settled)),
        )
        .group_by(home, MarkRow.unit, MarkRow.treatment, MarkRow.code, MarkRow.kind, MarkRow.person_id)
    )
    return [(row.home, row.unit, row[-1]) for row in rows if fate(row, people) == Fate("")]  # type: ignore[arg-type]


def alike_of(case: Case) -> list[tuple[uuid.UUID, Decisive, int]]:
    """The marks of a case counted in the database: where they lie, what decides their fate, how many are alike."""
    home = func.coalesce(MarkRow.record_id, MarkRow.document_id, type_=MarkRow.record_id.type)
    columns = [home, *Decisive.columns()]
    rows = db.session.execute(select(*columns, func.count()).where(MarkRow.case_id == case.id).group_by(*columns))
    return [(place, Decisive(*decisive), count) for place, *decisive, count in rows]


def people_of(case: Case) -> dict[uuid.UUID, PersonRow]:
    rows = db.session.scalars(select(PersonRow).where(PersonRow.case_id == case.id).order_by(PersonRow.number))
    return {row.id: row for row in rows}


@dataclass(frozen=True)
class Fate:
    """What becomes of a mark: "withhold", "show" or "" (nobody has decided), and the code it is withheld under."""

    treatment: str
    code: str = ""


def fate(mark: Marked, people: Mapping[uuid.UUID, PersonRow]) -> Fate:
    """A decision on the mark itself comes first, then the one on its person, then the default of the house.

    What locates a protected person goes, whatever is decided of their name. By default the subject and acting
    professionals stay; a word that only points at somebody unknown stays; anything
    else waits for a person to decide.
    """
    if mark.treatment:
        return Fate(mark.treatment, mark.code)
    person = people.get(mark.person_id) if mark.person_id else None
    if person is not None:
        if person.standing is Standing.PROTECTED and mark.kind in LOCATING:
            return Fate(Treatment.WITHHOLD, person.code or LOCATING_CODE)
        if person.treatment:
            return Fate(person.treatment, person.code)
        if person.standing in THEIRS:
            return Fate(Treatment.SHOW)
        return Fate("")
    if mark.kind in (Kind.ROLE, Kind.ORGANISATION, Kind.LOCATION, Kind.DATE):
        return Fate(Treatment.SHOW)
    return Fate("")


def person_label(person: PersonRow) -> str:
    """ "Person A", "Person B", ... "Person AA": the same for one person through the whole pack."""
    number, letters = person.number, ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"Person {letters}" if letters else "Person"


def called(person: PersonRow) -> str:
    """What the pack calls somebody: of a source in confidence not even that a person stands there, or which one."""
    return UNTOLD if person.confided else person_label(person)


def label(mark: Labelled, people: Mapping[uuid.UUID, PersonRow], code: str) -> str:
    """What a reader sees in the place of what is withheld; it never shows how long that was."""
    person = people.get(mark.person_id) if mark.person_id else None
    if mark.kind in IDENTIFIER_KINDS:
        what = WORDS.get(mark.kind, "details")
    elif person is not None:
        what = called(person)
    else:
        what = UNTOLD if mark.made_by else "a person's name"  # an officer marks passages, the machine names
    return f"{what}, {code}" if code else what


def removals(
    marks: Sequence[MarkRow], people: Mapping[uuid.UUID, PersonRow], number: int, *, undecided: bool = False
) -> list[Removal]:
    """What goes from one unit. With `undecided`, what nobody has decided goes too (for a careful preview)."""
    found = []
    for mark in marks:
        if mark.unit != number:
            continue
        decided = fate(mark, people)
        if decided.treatment == Treatment.WITHHOLD or (undecided and not decided.treatment):
            found.append(Removal(start=mark.start, end=mark.end, label=label(mark, people, decided.code)))
    return found
