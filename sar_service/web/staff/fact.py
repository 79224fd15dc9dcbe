"""Adding what happened, with the day it really happened: everything the clock is worked out from.

Facts are never changed: a correction is a new fact with its reason. Identity has a page of its own.
"""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput, StaleWrite
from sar_service.domain.lifecycle import UNKNOWN
from sar_service.domain.permission import Permission
from sar_service.domain.rights import Right, terms
from sar_service.models import Case
from sar_service.services import clock, complaint, letter_draft, link, told_date

from .. import access, filters
from ..access import allow
from . import blueprint, case, conflict, fact_words, frame
from .asking import again, day, in_welsh, keep_typed, line, one_of, version, words

KINDS: dict[str, Any] = {
    "clarification_requested": _l("We asked what they mean"),
    "clarification_received": _l("They answered what they mean"),
    "fee_requested": _l("We asked for a fee"),
    "fee_paid": _l("They paid the fee"),
    "extension_notice": _l("We gave notice that we need two more months"),
}
OF_COMPLAINTS: dict[str, Any] = {
    "complaint_acknowledged": _l("We told them that we have their complaint"),
    "complaint_news": _l("We told them how far we are"),
}
NEED_REASONS = ("extension_notice", "clarification_requested")
LETTERS = {
    "clarification_requested": "clarification",
    "extension_notice": "extension",
    "fee_requested": "fee-asked",
}


@blueprint.get("/cases/<reference>/facts")
@allow(Permission.CORRECT_FACTS)
def facts_page(reference: str) -> str:
    """The facts that stand, the clock they make, and a form for another one."""
    return _page(reference, None)


def _page(reference: str, trial: dict[str, Any] | None) -> str:
    found = frame.find(reference)
    return frame.page(
        "facts",
        found,
        tab="overview",
        viewed="the facts",
        logged=found.status not in UNKNOWN,
        stopped=frame.stopped(found),
        kinds=list(_kinds(found).items()),
        facts=entries(found),
        entries=[
            (str(each.id), f"{filters.short_date(each.on)}: {clock.FACTS[each.kind]}")
            for each in clock.standing_facts(found)
            if each.kind in clock.CORRECTABLE
        ],
        texts=clock.FACTS,
        names=frame.staff_names(),
        steps=case.clock_steps(found),
        post=frame.post_only(found),
        trial=trial,
        misled=told_date.wrong(found) if trial is None else None,
        other_day=link.otherwise_received(found, actor=access.actor()) if trial is None else [],
    )


def _kinds(found: Case) -> dict[str, Any]:
    """What can be recorded in this case."""
    every = KINDS | OF_COMPLAINTS if found.right is Right.COMPLAINT else KINDS
    lawful = {"extension_notice": terms(found.right).extends, "fee_requested": terms(found.right).waits_for_fee}
    return {key: words for key, words in every.items() if lawful.get(key, True)}


def _tried(reference: str) -> str:
    """The page with what the change would do: the clock has been worked out with it, and it is taken back."""
    found = frame.find(reference)
    after = clock.reckon(found)
    trial = {"due": after.due, "state": after.state.value, "notice_by": after.notice_by, "steps": case.steps_of(after)}
    keep_typed()
    trial["before"] = frame.find(reference).due_on
    return _page(reference, trial)


def entries(found: Case) -> list[dict[str, Any]]:
    """Every entry that was ever made, with whether it still counts."""
    standing = {fact.id for fact in clock.standing_facts(found)}
    return [
        {
            "on": fact.on,
            "kind": fact.kind,
            "by": fact.recorded_by,
            "at": fact.recorded_at,
            "reason": fact_words.about(fact),
            "counts": fact.id in standing,
        }
        for fact in found.facts
    ]


@blueprint.post("/cases/<reference>/facts")
@allow(Permission.CORRECT_FACTS)
@again(facts_page, stands=conflict.facts)
def add_fact(reference: str) -> Response | str:
    """Add a fact; the clock is worked out again at once, and the letter that belongs to it is written if wanted.

    With `try` it is only shown what the clock would then say.
    """
    found, actor, now = _current(reference), access.actor(), access.now()
    kind = one_of("kind", _kinds(found), _("Choose what happened."))
    on, why, cymraeg = day("on"), words("reasons", longest=2000), in_welsh("reason")
    wants_letter = kind in LETTERS and words("send") == "yes"
    if kind in NEED_REASONS and not why:
        raise InvalidInput(_("Give the reasons, or what was asked. The requester reads them."), field="reasons")
    if wants_letter and on != frame.today():
        raise InvalidInput(
            _("The letter goes today: give today, or record what happened on another day without a letter."), field="on"
        )
    if cymraeg["reason"] and not wants_letter:
        raise InvalidInput(
            _("This is for the letter. Tick that it is written now, or take it out."), field="reason_welsh"
        )
    if wants_letter and not line("try"):
        draft = letter_draft.begin(found, LETTERS[kind], why, welsh=cymraeg, actor=actor, now=now)
        flash(_("Nothing is recorded yet: look at the letter. It is recorded when you send it."))
        return redirect(url_for("staff.letter_page", reference=reference, letter_id=draft.id))
    told: dict[str, Any] = {"reasons": why} if why else {}
    clock.add_fact(found, kind, on, actor=actor, now=now, **told)
    if line("try"):
        return _tried(reference)
    flash(_("Recorded. The clock was worked out again."))
    return redirect(url_for("staff.case_page", reference=reference))


@blueprint.post("/cases/<reference>/facts/correction")
@allow(Permission.CORRECT_FACTS)
@again(facts_page, stands=conflict.facts)
def correct_fact(reference: str) -> Response | str:
    """Put the day of an entry right, or take it back; both stay on file. With `try` it is only shown what follows."""
    found = _current(reference)
    what = one_of("what", ("day", "never"), _("Choose what is wrong with the entry."))
    clock.correct(
        found,
        line("entry"),
        on=day("on") if what == "day" else None,
        reason=words("reason", longest=500),
        actor=access.actor(),
        now=access.now(),
    )
    if line("try"):
        return _tried(reference)
    flash(_("Corrected. The clock was worked out again, and the earlier entry stays on file."))
    return redirect(url_for("staff.facts_page", reference=reference))


def _current(reference: str) -> Case:
    """The case, unless somebody changed it since the form was opened, or whoever asks decided on what it is about."""
    found = frame.find(reference)
    if found.version != version():
        raise StaleWrite(
            _("Somebody else changed this case while you had it open. Look at the facts as they stand now."),
            of=f"case:{found.id}",
            case=found.id,
        )
    complaint.check_independent(found, access.actor())
    return found
