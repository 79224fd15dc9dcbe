"""Review by a second person: sending the decisions off, signing them, or returning them.

What is signed is a digest of everything that decides what the pack will hold. If any of it changes, the signature is
of something else, and building or releasing is refused.
"""

import hashlib
import json
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.documents.phrase import Phrase, plainly
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Action
from sar_service.models import Case, Document, MarkRow, SignOff

from . import audit, left_out, sealing
from . import case as cases
from . import document as documents
from .redaction_mark import new_mark
from .search import latest_searches
from .units import Decisive, fate, items, label, marks_of, people_of, records
from .withheld import everyday, loose_strings


def state_digest(case: Case) -> str:
    """A digest of what the pack of this case would hold: records, files, searches and the fate of every mark."""
    people = people_of(case)

    @cache
    def said(*decisive: Any) -> tuple[str, str, str]:
        """What becomes of every mark that is alike in all that decides: there are few kinds among many marks."""
        mark = Decisive(*decisive)
        decided = fate(mark, people)
        return decided.treatment, decided.code, label(mark, people, decided.code)

    told: dict[str, list[Any]] = {
        "records": [(str(row.id), row.content_digest) for row in records(case, to_open=False)],
        "documents": [
            (str(row.id), row.content_digest, row.state.value, row.handled, *_said_by_hand(row))
            for row in documents.included(case)
        ],
        "searches": [(row.system, row.round, row.state.value, row.excepted_because) for row in latest_searches(case)],
        "marks": [
            (str(identity), unit, start, end, *said(*decisive))
            for identity, unit, start, end, *decisive in db.session.execute(
                select(
                    MarkRow.id,
                    MarkRow.unit,
                    MarkRow.start,
                    MarkRow.end,
                    *Decisive.columns(),
                ).where(MarkRow.case_id == case.id)
            )
        ],
    }
    told["marks"].sort()
    apart = left_out.codes(case)
    if apart:
        told["left_out"] = [[str(key), code] for key, code in sorted(apart.items())]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _said_by_hand(row: Document) -> tuple[str, ...]:
    """What the pack will say of a file that is not in it: the code and the words the requester reads."""
    if not row.handled:
        return ()
    return str(row.handled_detail.get("code", "")), str(sealing.unseal(row).get("note", ""))


def close_gaps(case: Case, *, now: datetime) -> int:
    """Mark every place where words that are withheld elsewhere still stand; returns how many there were.

    They wait for a decision like any other mark: the same words may be somebody else's name, or plain words. Of an
    everyday word ("Page", "Young") only places with a capital letter are marked, but every place if it belongs to
    somebody who must not be found or told us in confidence. None of those is given to the person: the detector has
    read them, and whether it is the name after all is for somebody to say.
    """
    sought = [(each, everyday(each.text), Phrase(each.text)) for each in loose_strings(case)]
    people = people_of(case)
    marked = marks_of(case)
    made = 0
    for item in items(case):
        plain = [(unit, plainly(unit.text)) for unit in item.units]
        covered = [(m.unit, m.start, m.end) for m in marked.get(item.row.id, [])]
        for loose, word, phrase in sought:
            places = ((unit, *place) for unit, level in plain for place in phrase.places(unit.text, level))
            for unit, start, end in places:
                if word and not loose.guarded and not unit.text[start].isupper():
                    continue
                if any(u == unit.number and s < end and start < e for u, s, e in covered):
                    continue
                new_mark(
                    case,
                    item,
                    unit.number,
                    start,
                    end,
                    person=people.get(loose.person) if loose.person and not word else None,
                    made_by="",
                    rule="second look: the same words are withheld elsewhere",
                )
                covered.append((unit.number, start, end))
                made += 1
    db.session.flush()
    return made


def submit(case: Case, *, note: str = "", actor: Actor, now: datetime) -> SignOff | None:
    """Send the decisions to a second person. None, and nothing sent, if a second look found places left open."""
    found = close_gaps(case, now=now)
    if found:
        audit.record("found places left open", actor=actor, now=now, case=case, count=found)
        if cases.situation(case, actor).undecided_marks:
            return None
    cases.move(case, Action.SUBMIT, actor=actor, now=now)
    row = SignOff(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        digest=state_digest(case),
        submitted_by=actor.label,
        submitted_at=now,
    )
    sealing.seal(row, {"note": note.strip()[:4000]})
    db.session.add(row)
    db.session.flush()
    return row


def sign_off(case: Case, *, digest: str, note: str = "", actor: Actor, now: datetime) -> SignOff:
    """Sign the decisions as they stand; refused for whoever made or sent them, or if they changed meanwhile."""
    row = cases.latest_sign_off(case)
    if row is None or row.returned_at is not None:
        raise WrongState("Nothing has been sent for sign-off.")
    if row.digest != state_digest(case) or digest != row.digest:
        raise WrongState("Something has changed since this was sent for sign-off. Return it for another look.")
    cases.move(case, Action.SIGN_OFF, actor=actor, now=now)
    row.signed_by, row.signed_at = actor.label, now
    sealing.seal(row, {**sealing.unseal(row), "signed_note": note.strip()[:4000]})
    return row


def return_to_review(case: Case, *, note: str, actor: Actor, now: datetime) -> None:
    """Send the decisions back, saying what to look at again."""
    row = cases.latest_sign_off(case)
    cases.move(case, Action.RETURN_TO_REVIEW, actor=actor, now=now)
    if row is not None:
        row.returned_by, row.returned_at = actor.label, now
        sealing.seal(row, {**sealing.unseal(row), "returned_note": note.strip()[:4000]})


def step_back(case: Case, *, reason: str = "", actor: Actor, now: datetime) -> None:
    """Take a case back to be decided on again; any signature ends with it."""
    cases.move(case, Action.STEP_BACK, actor=actor, now=now, reason=reason)
    for row in db.session.scalars(select(SignOff).where(SignOff.case_id == case.id, SignOff.returned_at.is_(None))):
        row.returned_by, row.returned_at = actor.label, now
