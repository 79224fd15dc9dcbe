"""The people register: who is in the file, decided on by person, several at once; each with every place they stand.

Names, roles and two entries that are one person are put right here. What is decided of details that belong to nobody
is in `group.py`.
"""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput
from sar_service.domain.people import Standing
from sar_service.domain.permission import Permission
from sar_service.models import Case, PersonRow
from sar_service.services import case as cases
from sar_service.services import people, reading, redaction_mark, sealing, units

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, identities, identity, line, one_of, version, words

GROUPS: tuple[tuple[str, Any, tuple[Standing, ...]], ...] = (
    ("protected", _l("Protected people and sources"), (Standing.PROTECTED, Standing.SOURCE)),
    ("third", _l("Other people"), (Standing.THIRD_PARTY,)),
    ("professional", _l("People acting in their work"), (Standing.PROFESSIONAL,)),
    ("subject", _l("The subject"), (Standing.SUBJECT,)),
)
STANDINGS: dict[Standing, Any] = {
    Standing.THIRD_PARTY: _l("Another person"),
    Standing.PROFESSIONAL: _l("Acting in their work: stays named"),
    Standing.SOURCE: _l("Told us something in confidence"),
    Standing.PROTECTED: _l("Protected: what locates them never leaves"),
}
ORIGINS = {
    "request": _l("from the request"),
    "record": _l("named by a system"),
    "text": _l("suggested: found in the text"),
    "officer": _l("added by an officer"),
}
TREATMENTS = {"withhold": _l("Withhold"), "show": _l("Show")}
WHERE_SHOWN = 500


def card(row: PersonRow, count: int) -> dict[str, Any]:
    """A person of the register in words."""
    told = sealing.unseal(row)
    default = row.standing in units.THEIRS
    state = row.treatment or ("show" if default else "undecided")
    words_of_state = str(TREATMENTS[row.treatment]) if row.treatment else _("Stays") if default else _("Not decided")
    facts = [_("also %(names)s", names=", ".join(told["names"][1:6]))] if len(told["names"]) > 1 else []
    if told["date_of_birth"]:
        facts.append(_("born %(day)s", day=told["date_of_birth"]))
    return {
        "row": row,
        "name": next(iter(told["names"]), units.person_label(row)),
        "names": told["names"],
        "role": told["role"],
        "label": "" if row.standing in units.THEIRS else units.called(row),
        "count": count,
        "state": state,
        "state_text": f"{words_of_state}, {row.code}" if row.code else words_of_state,
        "origin": str(ORIGINS.get(row.origin, row.origin)),
        "standing": _standing_in_words(row),
        "protected": row.standing is Standing.PROTECTED,
        "facts": facts,
        "subject": row.standing is Standing.SUBJECT,
    }


def _standing_in_words(row: PersonRow) -> str:
    said = str(STANDINGS.get(row.standing, _("The subject")))
    both = row.confided and row.standing is not Standing.SOURCE
    return _("%(first)s; also: %(second)s", first=said, second=STANDINGS[Standing.SOURCE]) if both else said


def _cards(case: Case) -> list[dict[str, Any]]:
    counts = people.mention_counts(case)
    cards = [card(row, counts.get(row.id, 0)) for row in units.people_of(case).values()]
    return sorted(cards, key=lambda each: (each["state"] != "undecided", -each["count"], each["name"].casefold()))


@blueprint.get("/cases/<reference>/people")
@allow(Permission.SEE_CASES)
def people_page(reference: str) -> str:
    """The register by what people are to the request, the undecided first."""
    case = frame.find(reference)
    cards = _cards(case)
    groups = [
        {"key": key, "title": title, "cards": [each for each in cards if each["row"].standing in standings]}
        for key, title, standings in GROUPS
    ]
    return frame.page(
        "people",
        case,
        tab="people",
        viewed="the people register",
        groups=[group for group in groups if group["cards"]],
        codes=[("", _("Choose a code")), *frame.codes(case)],
        ticked=request.form.getlist("person"),
        treatments=list(TREATMENTS.items()),
        standings=[(key.value, text) for key, text in STANDINGS.items()],
        waiting=sum(each["state"] == "undecided" for each in cards),
    )


def _versions() -> dict[uuid.UUID, int]:
    """The versions of the people who stood on the page, by id."""
    found = {}
    for text in request.form.getlist("seen"):
        key, _colon, seen = text.partition(":")
        found[identity(key)] = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    return found


@blueprint.post("/cases/<reference>/people/decisions")
@allow(Permission.DECIDE)
@again(people_page, stands=conflict.decided_people)
def decide_people(reference: str) -> Response:
    """Withhold or show everybody who is ticked, under one code and one reason."""
    case, seen = frame.find(reference), _versions()
    chosen = identities("person", _("Tick at least one person."))
    treatment = one_of("treatment", TREATMENTS, _("Choose whether to withhold or show them."))
    code, why = line("code", longest=20), words("reason", longest=2000)
    for key in chosen:
        redaction_mark.decide_person(
            case,
            people.get(case, key),
            treatment=treatment,
            code=code,
            reason=why,
            version=seen.get(key, -1),
            actor=access.actor(),
            now=access.now(),
        )
    flash(_("Decided, everywhere they are named."))
    return redirect(url_for("staff.people_page", reference=reference))


@blueprint.post("/cases/<reference>/people")
@allow(Permission.DECIDE)
@again(people_page)
def add_person(reference: str) -> Response:
    """Add somebody the machine did not find."""
    people.add(
        frame.find(reference),
        names=_names(),
        role=line("role", longest=100),
        standing=_standing(),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Added. To find them in the text, search again or mark their name while reading."))
    return redirect(url_for("staff.people_page", reference=reference))


def _names() -> list[str]:
    names = [name.strip() for name in words("names", longest=2000).split("\n") if name.strip()]
    if len(names) > 50 or any(len(name) > 200 for name in names):
        raise InvalidInput(_("At most 50 names of at most 200 characters."), field="names")
    return names


def _standing() -> Standing:
    values = {standing.value for standing in STANDINGS}
    return Standing(one_of("standing", values, _("Choose what they are to the request.")))


@blueprint.get("/cases/<reference>/people/<uuid:person>")
@allow(Permission.SEE_CASES)
def person_page(reference: str, person: uuid.UUID) -> str:
    """One person: what is known, every place they stand, every decision, and putting the entry right."""
    case = frame.find(reference)
    row = people.get(case, person)
    where = reading.places_of(case, row.id)
    names = frame.staff_names()
    history = redaction_mark.history(case, person=row.id)
    others = [
        (str(each["row"].id), f"{each['name']} ({each['role'] or each['standing']})")
        for each in _cards(case)
        if each["row"].id != row.id and not each["subject"]
    ]
    return frame.page(
        "person",
        case,
        tab="people",
        viewed="a person",
        of=row,
        person=card(row, len(where)),
        known=sealing.unseal(row),
        where=[
            {
                "text": text,
                "mark": mark,
                "fate": units.fate(mark, {row.id: row}),
                "home": mark.record_id or mark.document_id,
            }
            for mark, text in where[:WHERE_SHOWN]
        ],
        total=len(where),
        history=[
            {"row": each, "by": frame.who(each.decided_by, names), "reason": sealing.unseal(each)["reason"]}
            for each in history
        ],
        others=others,
        standings=[(key.value, text) for key, text in STANDINGS.items()],
    )


@blueprint.post("/cases/<reference>/people/<uuid:person>")
@allow(Permission.DECIDE)
@again(person_page, stands=conflict.person)
def correct_person(reference: str, person: uuid.UUID) -> Response:
    """Correct what somebody is called, or what they are to the request."""
    case = frame.find(reference)
    row = people.get(case, person)
    people.rename(
        case,
        row,
        names=_names(),
        role=line("role", longest=100),
        standing=row.standing if row.standing is Standing.SUBJECT else _standing(),
        version=version(),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Saved."))
    return redirect(url_for("staff.person_page", reference=reference, person=person))


@blueprint.post("/cases/<reference>/people/<uuid:person>/merge")
@allow(Permission.DECIDE)
@again(person_page, stands=conflict.person)
def merge_people(reference: str, person: uuid.UUID) -> Response:
    """Two entries are one person: the other one joins this."""
    case = frame.find(reference)
    keep = people.get(case, person)
    cases.check_version(keep, version())
    away = people.get(case, identity(line("other"), _("Choose who is the same person.")))
    if away.treatment and keep.treatment and (away.treatment, away.code) != (keep.treatment, keep.code):
        raise InvalidInput(_("Different things were decided of these two. Decide both alike first, then join them."))
    people.merge(case, keep, away, actor=access.actor(), now=access.now())
    flash(_("They are one person now."))
    return redirect(url_for("staff.person_page", reference=reference, person=person))
