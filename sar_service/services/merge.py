"""Merging the same request made twice: one case answers both, from the earlier day of receipt on, and it can be undone.

Nothing is moved from case to case: each keeps its letters, notes, tasks, records and its key, and the pages of the one
that goes on show those of the other. What does go over is what must not be missed: the earlier day of receipt, what is
asked, what is known of the person (so that the systems have to be searched again with it), flags and the wish to be
careful.
"""

import uuid
from copy import deepcopy
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.domain.actor import Actor
from sar_service.domain.complaint import About
from sar_service.domain.errors import InvalidInput, NotFound, WrongState
from sar_service.domain.lifecycle import BEFORE_SIGNOFF, Action
from sar_service.domain.matching import match
from sar_service.domain.rights import Right
from sar_service.domain.search import Verdict
from sar_service.domain.work import Flag, LinkKind
from sar_service.models import AuditEvent, AuditHead, Case, ContactElsewhere, LinkRow, Merge

from . import (
    audit,
    clock,
    complaint,
    finding,
    identity_copy,
    identity_linked,
    letter,
    letter_hold,
    link,
    reason,
    sealing,
    search,
    work,
)
from . import case as cases
from .identity_asks import lapsed, settled
from .letter_words import ENGLISH, WELSH, written
from .subject import LISTS

REASON = "The reason for merging them has to be given. It is kept with both."


def stands_against(keep: Case, away: Case) -> str:
    """Why the second case cannot be merged into the first, in a sentence; "" if it can."""
    if keep.id == away.id:
        return "This is the case itself. Give the reference of another one."
    if keep.controller != away.controller:
        return "That case is another council’s."
    if keep.merged_into or away.merged_into:
        return "One of them was merged into another already."
    if keep.right is not away.right:
        return "They ask for different things, so each has to be answered. Link them instead."
    if match(search.subject_of(keep), search.subject_of(away)).verdict is Verdict.NO:
        return "They are about different people."
    if keep.capacity != away.capacity or _asking(keep) != _asking(away) or _firms_differ(keep, away):
        return "Different people ask, and each has to have an answer of their own. Link them instead."
    if not {keep.status, away.status} <= set(BEFORE_SIGNOFF):
        return "Only requests that have not been sent for sign-off or ended are merged. Take it a step back first."
    if keep.right is Right.COMPLAINT and (unlike := _about_different(keep, away)):
        return unlike
    if _careful(away) and not _careful(keep):
        return "The other one says that somebody else may read what is sent there. Go on under that one."
    if unclear := _unclear(keep, away):
        return unclear
    if any(row.checked_at is None and row.destroyed_at is None for row in identity_copy.copies(away)):
        return (
            "A copy of evidence came in the one that would end, and nobody has looked at it: it would be destroyed "
            "unseen. Look at it there first, or go on under that one."
        )
    if keep.restricted != away.restricted:
        return "One of them is restricted and the other is not. Make them alike first."
    if any(row.state == "draft" for row in letter.letters(away)):
        return "A letter was begun in the one that would end. Send it, or throw it away, first."
    return ""


def _unclear(keep: Case, away: Case) -> str:
    """What is not clear of who asks, and where the answer goes, in the case that would end, and would be lost with it;
    "" if nothing is."""
    facts = {fact.kind for fact in clock.standing_facts(away)}
    doubted = not settled(away) and (lapsed(away) or "identity_doubted" in facts)
    if doubted or letter_hold.doubted_since(away) is not None:
        return "Who asks, or the contact, is in doubt in the one that would end. Settle it there first."
    if "contact_changed" in facts and identity_linked.differ(keep, away):
        return (
            "The contact was changed in the one that would end, and the one that goes on has another. Change it there "
            "first, or go on under the other."
        )
    return ""


def _about_different(keep: Case, away: Case) -> str:
    """Why two complaints are not one, in a sentence; "" if they are about the same, as far as it was said."""
    one, other = complaint.of(keep), complaint.of(away)
    if About.UNKNOWN in (one.about, other.about):
        return "Say first of both complaints which request they are about, or that they are about none."
    if (one.about, one.about_id) != (other.about, other.about_id):
        return "The complaints are about different requests, and each has to be answered. Link them instead."
    return ""


def _careful(case: Case) -> bool:
    """Did they say that somebody else may read what is sent to them?"""
    return bool(sealing.unseal(case)["requester"].get("safe") == "careful")


def _asking(case: Case) -> str:
    """Who asks, as far as two requests by the same person can be told by it; for oneself the subject says it."""
    name = "" if case.capacity == "self" else sealing.unseal(case)["requester"].get("name", "")
    return " ".join(sorted(name.casefold().split()))


def _firms_differ(keep: Case, away: Case) -> bool:
    """Do they ask for two firms or organisations?"""
    told = (sealing.unseal(each)["requester"].get("organisation") or "" for each in (keep, away))
    one, other = ("".join(ch for ch in text.casefold() if ch.isalnum()) for text in told)
    return bool(one and other and one != other and keep.capacity != "self")


def merge(keep: Case, away: Case, *, why: str, version: int, away_version: int, actor: Actor, now: datetime) -> Merge:
    """Let one case answer another as well. Raises InvalidInput, WrongState and StaleWrite, with nothing done."""
    audit.lock(*cases.with_merged(keep), *cases.with_merged(away))
    _check_independent(keep, away, actor)
    cases.check_version(keep, version)
    cases.check_version(away, away_version)
    against = stands_against(keep, away)
    if against:
        raise WrongState(against)
    if not why.strip():
        raise InvalidInput(REASON, field="reason")
    before, flags = sealing.unseal(keep), work.flags([keep]).get(keep.id, [])
    joined = _joined(keep, away, actor=actor, now=now)
    sealing.seal(keep, joined)
    finding.index(keep)
    added = [flag for flag in work.flags([away]).get(away.id, []) if flag not in flags]
    if added:
        work.set_flags(keep, [*flags, *added], actor=actor, now=now)
    received = keep.received_on
    if away.received_on < received:
        _receive(keep, away.received_on, f"It was asked for in {away.reference} on that day.", actor=actor, now=now)
    if keep.assigned_to is None and keep.team_id is None:
        keep.assigned_to, keep.team_id = away.assigned_to, away.team_id
        complaint.let_go(keep, actor=actor, now=now)  # who has the other may have decided on what this one is about
    linked = link.link(keep, away, LinkKind.DUPLICATE, actor=actor, now=now)
    cases.move(away, Action.MERGE, actor=actor, now=now, reason=why, with_case=str(keep.id))
    letter_hold.let_lie(away, actor=actor, now=now)
    away.merged_into = keep.id
    letter.write(keep, "merged", actor=actor, now=now, other=away.reference, undone=False, other_due="")
    row = Merge(id=new_id(), case_id=keep.id, controller=keep.controller, away_id=away.id, event=0)
    row.made_by, row.made_at = actor.label, now
    sealing.seal(
        row,
        {
            "reason": why.strip()[: reason.LONGEST],
            "before": before,
            "after": joined,
            "received": received.isoformat(),
            "flags": [flag.value for flag in added],
            "link": str(linked.id) if linked.made_at == now else "",
        },
    )
    db.session.add(row)
    told = {"with_case": str(away.id), **reason.keep(keep, why, actor=actor, now=now)}
    audit.record("merged a request into this one", actor=actor, now=now, case=keep, of=row, **told)
    row.event = db.session.scalars(select(AuditHead.number)).one()
    return row


def _check_independent(keep: Case, away: Case, actor: Actor) -> None:
    """Whoever decided on what complaints are about does not say whether they are one: neither way."""
    for each in (keep, away):
        complaint.check_independent(each, actor)


def _receive(case: Case, on: date, why: str, *, actor: Actor, now: datetime) -> None:
    fact = next(each for each in clock.standing_facts(case) if each.kind == "received")
    clock.correct(case, str(fact.id), on=on, reason=why, actor=actor, now=now)


def _joined(keep: Case, away: Case, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the case that goes on says of the request: its own, and whatever more the other has."""
    told, more = deepcopy(sealing.unseal(keep)), sealing.unseal(away)
    subject, theirs = told["subject"], more["subject"]
    changed = []
    for name in LISTS:
        fresh = [each for each in theirs.get(name) or [] if each not in (subject.get(name) or [])]
        if fresh:
            subject[name] = [*(subject.get(name) or []), *fresh]
            changed.append(name)
    full = " ".join(filter(None, (theirs.get("given_name"), theirs.get("family_name"))))
    mine = " ".join(filter(None, (subject.get("given_name"), subject.get("family_name"))))
    if full and full.casefold() != mine.casefold() and full not in (subject.get("other_names") or []):
        subject["other_names"] = [*(subject.get("other_names") or []), full]
        changed.append("other_names")
    numbers = {**(theirs.get("identifiers") or {}), **(subject.get("identifiers") or {})}
    if numbers != (subject.get("identifiers") or {}):
        subject["identifiers"] = numbers
        changed.append("identifiers")
    for name in ("date_of_birth", "postcode"):
        if theirs.get(name) and not subject.get(name):
            subject[name] = theirs[name]
            changed.append(name)
    if changed:
        note = {
            "at": now.isoformat(),
            "by": actor.label,
            "did": "added to what is known",
            "what": sorted(set(changed)),
            "reason": f"It stands in {away.reference}.",
            "rounds": search.rounds(keep),
        }
        told["learnt"] = [*(told.get("learnt") or []), note]
    told["delivery"] = _delivery(told.get("delivery") or {}, more.get("delivery") or {})
    told["scope"] = _scope(told.get("scope") or {}, more.get("scope") or {}, away.reference)
    if _careful(away):  # and so is the one that goes on
        notes = (told["requester"].get("safety_note"), more["requester"].get("safety_note"))
        told["requester"]["safety_note"] = " ".join(dict.fromkeys(each for each in notes if each))
    return told


def _delivery(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """How they want it: as the case that goes on says; whatever helps in either, and Welsh if they want it in one."""
    found = dict(mine)
    found["needs"] = list(dict.fromkeys([*(mine.get("needs") or []), *(theirs.get("needs") or [])]))
    found["note"] = " ".join(dict.fromkeys(each for each in (mine.get("note"), theirs.get("note")) if each))
    if theirs.get("language") == WELSH:
        found["language"] = WELSH
    return found


def _scope(mine: dict[str, Any], theirs: dict[str, Any], reference: str) -> dict[str, Any]:
    """All of what is asked in two requests. Where one sets no bounds to it, none are left; no words are lost."""
    found = dict(mine)
    for name in ("services", "period"):
        one, other = mine.get(name), theirs.get(name)
        if not one or not other:
            found[name] = [] if name == "services" else ""
        elif one != other:
            found[name] = list(dict.fromkeys([*one, *other])) if name == "services" else f"{one}; {other}"
    if (theirs.get("what") or "") != (mine.get("what") or ""):
        first = mine.get("what") or "Everything."
        found["what"] = f"{first}\n\nAsked besides in {reference}: {theirs.get('what') or 'everything.'}"
    return found


def undo(keep: Case, merge_id: uuid.UUID, *, why: str, actor: Actor, now: datetime) -> Case:
    """Take two cases apart again, if nobody has done anything with either since; returns the one that was merged."""
    row = db.session.get(Merge, merge_id)
    if row is None or row.case_id != keep.id:
        raise NotFound("There is no such merging in this case.")
    away = db.session.get_one(Case, row.away_id)
    audit.lock(keep, away)
    _check_independent(keep, away, actor)
    if row.undone_at is not None:
        raise WrongState("They were taken apart already.")
    if touched(row):
        raise WrongState(
            "Something was done with it since they were merged, so they cannot simply be taken apart. Log the other "
            "request again with its day of receipt, and link the two."
        )
    if not why.strip():
        raise InvalidInput("Give the reason. It is kept with both.", field="reason")
    kept = sealing.unseal(row)
    sealing.seal(keep, kept["before"])
    finding.index(keep)
    if kept["flags"]:
        standing = work.flags([keep]).get(keep.id, [])
        work.set_flags(keep, [f for f in standing if f not in set(map(Flag, kept["flags"]))], actor=actor, now=now)
    received = date.fromisoformat(kept["received"])
    if received != keep.received_on:
        _receive(keep, received, f"It was taken apart from {away.reference} again.", actor=actor, now=now)
    if kept["link"]:
        made = db.session.get(LinkRow, uuid.UUID(kept["link"]))
        if made is not None:
            db.session.delete(made)
    away.merged_into = None
    cases.move(away, Action.UNMERGE, actor=actor, now=now, reason=why, with_case=str(keep.id))
    letter_hold.wait_again(away, actor=actor, now=now)
    clock.refresh(away, actor=actor, now=now)
    due, cymraeg = (written(away.due_on, each) if away.due_on else "" for each in (ENGLISH, WELSH))
    more = {"other": away.reference, "undone": True, "other_due": due, "welsh": {"other_due": cymraeg}}
    letter.write(keep, "merged", actor=actor, now=now, **more)
    row.undone_by, row.undone_at = actor.label, now
    told = {"with_case": str(away.id), **reason.keep(keep, why, actor=actor, now=now)}
    audit.record("took a merged request apart again", actor=actor, now=now, case=keep, of=row, **told)
    return away


def touched(row: Merge) -> bool:
    """Has anybody of the staff done more than look, in either case, since the two were merged, or anybody changed what
    is known of the one that goes on, or the contact in a case that is linked with them? Taken apart, that would be
    lost: what was merged is not told of a new contact, and would write to the old one.
    """
    later = select(AuditEvent.number).where(
        AuditEvent.case_id.in_((row.case_id, row.away_id)),
        AuditEvent.number > row.event,
        AuditEvent.actor.like("staff:%"),
        AuditEvent.verb.not_like("viewed %"),
    )
    if db.session.scalar(later.limit(1)) is not None:
        return True
    pair = (row.case_id, row.away_id)
    told = select(ContactElsewhere.id).where(
        ContactElsewhere.case_id.in_(pair),
        ContactElsewhere.from_case_id.not_in(pair),
        ContactElsewhere.changed_at >= row.made_at,
    )
    if db.session.scalar(told.limit(1)) is not None:
        return True
    now = sealing.unseal(db.session.get_one(Case, row.case_id))
    return bool(now != sealing.unseal(row).get("after", now))


def into(case: Case) -> list[tuple[Merge, Case]]:
    """The cases that were merged into this one and still are, the first first."""
    rows = db.session.execute(
        select(Merge, Case)
        .join(Case, Case.id == Merge.away_id)
        .where(Merge.case_id == case.id, Merge.undone_at.is_(None))
        .order_by(Merge.made_at, Merge.id)
    )
    return [(row, other) for row, other in rows]


def answered_by(case: Case) -> tuple[Merge, Case] | None:
    """The case that answers this one, with the merging; None if it was not merged."""
    if case.merged_into is None:
        return None
    row = db.session.scalars(select(Merge).where(Merge.away_id == case.id, Merge.undone_at.is_(None))).one()
    return row, db.session.get_one(Case, case.merged_into)
