"""The people register of a case: built from the request and from what the records name, kept up by officers.

People whom only the text names are added by `redaction.py`, which runs the detector. Decisions on people are in
`redaction_mark.py`.
"""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.people import Standing, is_profession
from sar_service.domain.redaction import Person, Treatment
from sar_service.models import CandidateRow, Case, MarkRow, PersonRow

from . import audit, sealing
from .search import belongs
from .units import Item, people_of

LISTS = ("names", "addresses", "phones", "emails", "identifiers", "refs", "roles")
RANK = {
    Standing.THIRD_PARTY: 0,
    Standing.PROFESSIONAL: 1,
    Standing.SOURCE: 2,
    Standing.PROTECTED: 3,
    Standing.SUBJECT: 4,
}


def _plain(name: str) -> str:
    return re.sub(r"[^\w]+", " ", re.sub(r"^(mr|mrs|ms|miss|mx|dr|prof|rev)\.?\s+", "", name.lower())).strip()


def _parts(name: str) -> tuple[str, str]:
    """The first and last word of a full name, plain; empty for a single word."""
    words = _plain(name).split()
    return (words[0], words[-1]) if len(words) > 1 else ("", "")


def empty() -> dict[str, Any]:
    return {**{name: [] for name in LISTS}, "role": "", "date_of_birth": "", "reason": ""}


def subject_names(told: dict[str, Any]) -> list[str]:
    """Every name of the subject as the request gives them, the present one first."""
    given, family = told.get("given_name", ""), told.get("family_name", "")
    names = [" ".join(part for part in (given, family) if part)]
    for other in told.get("other_names", []):
        names.append(other)
        if given and " " not in other.strip():
            names.append(f"{given} {other}")  # a former surname alone: the name it made
    return [name for name in dict.fromkeys(names) if name]


class Register:
    """The register while it is built: finds the entry a mention belongs to, or makes a new one."""

    def __init__(self, case: Case, *, now: datetime) -> None:
        self.case, self.now = case, now
        self.rows = list(people_of(case).values())
        self.told = {row.id: sealing.unseal(row) for row in self.rows}
        self.number = max((row.number for row in self.rows), default=0)

    @property
    def subject(self) -> PersonRow:
        return next(row for row in self.rows if row.standing is Standing.SUBJECT)

    def _add(self, standing: Standing, origin: str) -> PersonRow:
        if standing is not Standing.SUBJECT:
            self.number += 1
        row = PersonRow(
            id=new_id(),
            case_id=self.case.id,
            controller=self.case.controller,
            number=0 if standing is Standing.SUBJECT else self.number,
            standing=standing,
            origin=origin,
        )
        self.rows.append(row)
        self.told[row.id] = empty()
        sealing.seal(row, self.told[row.id])
        db.session.add(row)
        return row

    def find(self, names: Iterable[str], ref: str = "", born: str = "") -> PersonRow | None:
        """The entry that a mention belongs to: by the source's own key, by a full name, or by what it shares.

        One given name with one date of birth is one person whatever the family name; so is one given name where both
        family names are among the subject's own, as in a family that changed its name.
        """
        names = list(names)
        wanted = {_plain(name) for name in names if _plain(name)}
        for row in self.rows:
            told = self.told[row.id]
            if ref and ref in told["refs"]:
                return row
        for row in self.rows:
            told = self.told[row.id]
            mine = {_plain(name) for name in told["names"]}
            full = {name for name in wanted & mine if " " in name}
            if full or (wanted and wanted == mine):
                return row
        family = {_parts(name)[1] for name in self.told[self.subject.id]["names"]} - {""}
        for row in self.rows:
            told = self.told[row.id]
            if row.standing is Standing.SUBJECT or (born and told["date_of_birth"] not in ("", born)):
                continue
            theirs = {_parts(name) for name in told["names"]} - {("", "")}
            for given, surname in {_parts(name) for name in names}:
                same = {other for first, other in theirs if first == given and given}
                if same and surname and ((born and born == told["date_of_birth"]) or family >= {surname, *same}):
                    return row
        return None

    def mention(self, person: dict[str, Any], *, system: str, origin: str = "record") -> PersonRow | None:
        """Put a mention where it belongs. A mention of the subject adds to what is known of the subject."""
        names = [name.strip() for name in person["names"] if name.strip()]
        if not names:
            return None
        ref = f"{system}:{person['ref']}" if person.get("ref") else ""
        born = person.get("date_of_birth") or ""
        row = self.find(names, ref, born)
        if row is not None and born and self.told[row.id]["date_of_birth"] not in ("", born):
            # the same name with another date of birth is another person: father and son, two cousins
            row = next(
                (
                    r
                    for r in self.rows
                    if self.told[r.id]["date_of_birth"] == born
                    and {_plain(n) for n in names} & {_plain(n) for n in self.told[r.id]["names"]}
                ),
                None,
            )
        standing = Standing(person.get("standing") or Standing.THIRD_PARTY)
        if is_profession(person.get("role", "")) and standing is Standing.THIRD_PARTY:
            standing = Standing.PROFESSIONAL
        if row is None:
            row = self._add(Standing.THIRD_PARTY, origin)
        self._learn(row, person, names, ref, standing)
        return row

    def _learn(self, row: PersonRow, person: dict[str, Any], names: list[str], ref: str, standing: Standing) -> None:
        """Add what a mention says. Somebody at work stays so where they are the one who referred, unless protected."""
        told = self.told[row.id]
        _extend(told["names"], names)
        _extend(told["addresses"], [list(lines) for lines in person.get("addresses", [])])
        _extend(told["phones"], person.get("phones", []))
        _extend(told["emails"], person.get("emails", []))
        identifiers = person.get("identifiers", {})
        _extend(told["identifiers"], identifiers.values() if isinstance(identifiers, dict) else identifiers)
        _extend(told["refs"], [ref] if ref else [])
        _extend(told["roles"], [person["role"]] if person.get("role") else [])
        told["role"] = told["role"] or person.get("role", "")
        told["date_of_birth"] = told["date_of_birth"] or person.get("date_of_birth") or ""
        if row.standing is not Standing.SUBJECT and not row.decided_by:
            _rise(row, standing)
            if person.get("protected"):
                _rise(row, Standing.PROTECTED)
            elif row.standing is Standing.SOURCE and any(is_profession(role) for role in told["roles"]):
                row.standing, row.confided = Standing.PROFESSIONAL, False
        sealing.seal(row, told)


def _rise(row: PersonRow, standing: Standing) -> None:
    """Let a person be what asks for more care of what they are and what they were said to be."""
    row.confided = row.confided or standing is Standing.SOURCE
    if RANK[standing] > RANK[row.standing]:
        row.standing = standing


def _extend(known: list[Any], more: Iterable[Any]) -> None:
    for each in more:
        if each and each not in known:
            known.append(each)


def build(case: Case, items: Iterable[Item], *, now: datetime) -> Register:
    """Build the register, or bring it up to date: the request, the matched candidates, then every mention."""
    register = Register(case, now=now)
    told = sealing.unseal(case)
    asked = told["subject"]
    if not any(row.standing is Standing.SUBJECT for row in register.rows):
        register._add(Standing.SUBJECT, "request")
    subject = register.subject
    register._learn(
        subject,
        {
            "addresses": asked.get("addresses", []),
            "phones": asked.get("phones", []),
            "emails": asked.get("emails", []),
            "identifiers": asked.get("identifiers", {}),
            "date_of_birth": asked.get("date_of_birth", ""),
            "role": "",
        },
        subject_names(asked),
        "",
        Standing.SUBJECT,
    )
    for row in db.session.scalars(select(CandidateRow).where(CandidateRow.case_id == case.id)):
        if belongs(row):
            opened = sealing.unseal(row)
            identity = opened["identity"]
            register._learn(
                subject,
                {
                    "addresses": [identity["address"] + ([identity["postcode"]] if identity["postcode"] else [])]
                    if identity["address"]
                    else [],
                    "phones": identity["phones"],
                    "emails": identity["emails"],
                    "identifiers": identity["identifiers"],
                    "date_of_birth": identity["date_of_birth"] or "",
                    "role": "",
                },
                subject_names(identity),
                f"{row.system}:{opened['ref']}",
                Standing.SUBJECT,
            )
    if told.get("requester") and case.capacity != "self":
        person = told["requester"]
        register.mention(
            {"names": [person["name"]], "role": person.get("relationship", "requester"), "ref": ""},
            system="request",
            origin="request",
        )
    for item in items:
        for person in item.told.get("people", []):
            register.mention(person, system=item.row.system)
    db.session.flush()
    return register


def as_person(row: PersonRow, told: dict[str, Any]) -> Person:
    """An entry of the register as the detector takes it."""
    return Person(
        id=str(row.id),
        names=tuple(told["names"]),
        role=told["role"],
        treatment=Treatment(row.treatment) if row.treatment else Treatment.SHOW,
        code=row.code,
        addresses=tuple(tuple(lines) for lines in told["addresses"]),
        phones=tuple(told["phones"]),
        emails=tuple(told["emails"]),
        identifiers=tuple(told["identifiers"]),
        date_of_birth=told["date_of_birth"],
    )


def get(case: Case, person_id: uuid.UUID) -> PersonRow:
    """A person of this case. Raises NotFound."""
    row = db.session.get(PersonRow, person_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such person in this case.")
    return row


def rename(
    case: Case,
    row: PersonRow,
    *,
    names: list[str],
    role: str,
    standing: Standing,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct what a person is called, or what they are to the request."""
    from .case import check_version

    names = [name.strip() for name in names if name.strip()]
    if not names:
        raise InvalidInput("Give at least one name.", field="names")
    check_version(row, version)
    told = sealing.unseal(row)
    told["names"], told["role"] = names, role.strip()
    if row.standing is not Standing.SUBJECT:
        row.confided = standing is Standing.SOURCE or (row.confided and standing is Standing.PROTECTED)
        row.standing = standing
    row.decided_by = row.decided_by or actor.label
    sealing.seal(row, told)
    audit.record(
        "corrected a person in the register",
        actor=actor,
        now=now,
        case=case,
        of=row,
        standing=row.standing.value,
    )


def add(case: Case, *, names: list[str], role: str, standing: Standing, actor: Actor, now: datetime) -> PersonRow:
    """Add somebody the machine did not find."""
    names = [name.strip() for name in names if name.strip()]
    if not names:
        raise InvalidInput("Give at least one name.", field="names")
    register = Register(case, now=now)
    row = register._add(standing, "officer")
    register._learn(row, {"role": role.strip()}, names, "", standing)
    row.standing, row.confided, row.decided_by = standing, standing is Standing.SOURCE, actor.label
    audit.record("added a person to the register", actor=actor, now=now, case=case, of=row)
    return row


def merge(case: Case, keep: PersonRow, away: PersonRow, *, actor: Actor, now: datetime) -> None:
    """Two entries are one person: everything of `away` goes to `keep`, its protection and its marks included."""
    if keep.id == away.id or away.standing is Standing.SUBJECT:
        raise InvalidInput("Choose two different people; the subject stays.", field="person")
    mine, theirs = sealing.unseal(keep), sealing.unseal(away)
    for name in LISTS:
        _extend(mine[name], theirs[name])
    mine["role"] = mine["role"] or theirs["role"]
    mine["date_of_birth"] = mine["date_of_birth"] or theirs["date_of_birth"]
    sealing.seal(keep, mine)
    if keep.standing is not Standing.SUBJECT:
        keep.confided = keep.confided or away.confided
        _rise(keep, away.standing)
    db.session.execute(
        update(MarkRow)
        .where(MarkRow.case_id == case.id, MarkRow.person_id == away.id)
        .values(person_id=keep.id)
        .execution_options(synchronize_session=False)
    )
    audit.record("merged two people in the register", actor=actor, now=now, case=case, of=keep, away=str(away.id))
    db.session.delete(away)


def mention_counts(case: Case) -> dict[uuid.UUID, int]:
    """How often each person is marked."""
    rows = db.session.execute(
        select(MarkRow.person_id, func.count())
        .where(MarkRow.case_id == case.id, MarkRow.person_id.is_not(None))
        .group_by(MarkRow.person_id)
    )
    return {person: count for person, count in rows if person is not None}
