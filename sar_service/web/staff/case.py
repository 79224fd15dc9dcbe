"""The case page: what was asked, the clock with its steps, what can be done now, letters and what has happened.

Moves that need no page of their own are made here; the clock's facts are in `fact.py`.
"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.clock import Reckoning
from sar_service.domain.errors import InvalidInput
from sar_service.domain.lateness import Lateness
from sar_service.domain.lifecycle import OPEN, UNKNOWN, Action, Status
from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.domain.work import LinkKind
from sar_service.extensions import runtime
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import (
    case_urgency,
    clock,
    intake,
    lateness,
    letter,
    letter_draft,
    letter_hold,
    letter_left,
    link,
    redaction_signoff,
    sealing,
    team,
    team_share,
    told_date,
    work,
)
from sar_service.services import redirect as redirect_service

from .. import access, filters
from ..access import allow
from . import blueprint, conflict, deed, frame, history
from . import lateness as lateness_card
from . import letter as letter_pages
from . import merge as merge_pages
from .asking import again, failing, identity, in_welsh, line, one_of, reason, version, words

WARNINGS = (
    "identity_asked_late", "identity_asked_after_due", "fee_asked_after_due", "identity_unsettled", "extension_late",
    "extension_no_reasons", "before_2026", "before_complaints", "beyond_known_holidays", "terms_end", "terms_unknown",
    "at_once", "acknowledged_late",
)  # fmt: skip
IGNORED = (
    "identity_does_not_wait", "fee_does_not_wait", "pause_too_late", "pause_not_allowed", "extension_not_allowed",
)  # fmt: skip
RESULTS = ("due", "due_acknowledgement", "due_news", "due_outcome", "paused", "not_started")
ENDINGS = {Action.REFUSE: "refused", Action.CLOSE: "closed"}  # a request never ends in silence (Article 12(4))


def clock_steps(case: Case) -> list[dict[str, str]]:
    """The worked steps of a case's clock, for the `clock_steps` macro."""
    return steps_of(clock.reckon(case))


def steps_of(found: Reckoning) -> list[dict[str, str]]:
    """The worked steps of a reckoning, for the same macro."""
    kinds = {
        **dict.fromkeys(WARNINGS, "warning"),
        **dict.fromkeys(IGNORED, "ignored"),
        **dict.fromkeys(RESULTS, "result"),
    }
    return [
        {"text": step.sentence, "date": filters.short_date(step.on), "kind": kinds.get(step.key, "")}
        for step in found.steps
    ]


@blueprint.get("/cases/<reference>")
@allow(Permission.SEE_CASES)
def case_page(reference: str) -> Any:
    """Everything about a case at a glance."""
    case, actor = frame.find(reference), access.actor()
    if case.status in UNKNOWN:
        from .draft import draft_page  # which shows this page once the e-mail has been logged

        return draft_page(reference)
    reckoning, deeds = clock.reckon(case), deed.deeds(case)
    step = deed.first(case, deeds)
    others = [member for member in team.workers(case.controller) if str(member.id) not in work.barred(case)]
    return frame.page(
        "case",
        case,
        tab="overview",
        viewed="the case",
        step=step,
        deeds=[each for each in deeds if each is not step],
        steps=steps_of(reckoning),
        reckoning=reckoning if case.status in OPEN else None,
        facts=[_fact(fact) for fact in reversed(clock.standing_facts(case))],
        letters=letter_pages.listed(case),
        writable=bool(letter_draft.kinds(case)),
        unacknowledged=intake.unacknowledged(case),
        history=history.newest(case),
        members=[(str(member.id), member.name) for member in others],
        names=frame.staff_names(),
        teams=_teams(case),
        team=team_share.names([case.controller]).get(case.team_id) if case.team_id else "",
        alike=merge_pages.alike(case),
        merged=merge_pages.merged(case),
        linked=link.links(case, actor=actor),
        kinds=frame.LINKS,
        what=frame.what,
        stage=frame.stage,
        along=_along(case) if actor.may(Permission.RESTRICT_CASE) else [],
        mine=str(case.assigned_to) == actor.id,
        takes=actor.id not in work.barred(case),
        right=frame.what(case),
        elsewhere=_elsewhere(case),
        capacity=frame.CAPACITIES.get(case.capacity, case.capacity),
        channel=frame.CHANNELS.get(case.channel, case.channel),
        services=_services(case),
        misled=told_date.wrong(case),
        unasked=letter_left.unasked(case),
        unnoticed=letter_left.unnoticed(case),
        answered_first=letter_left.answered_first(case),
        other_day=link.otherwise_received(case, actor=actor),
        untold=bool(case_urgency.of_untold([case], frame.today())),
        lateness=lateness_card.shown(case),
    )


def _along(case: Case) -> list[dict[str, Any]]:
    """The linked cases that can be restricted with this one, or opened with it. What came in one message is ticked."""
    tried = failing()
    typed = request.form.getlist("along") if tried is not None and tried.form == "restrict" else None
    rows = link.beside(case, actor=access.actor(), restricted=case.restricted)
    return [
        {
            "id": other.id,
            "text": f"{other.reference}, {frame.what(other)}",
            "ticked": row.kind is LinkKind.SAME_SUBMISSION if typed is None else str(other.id) in typed,
        }
        for row, other in rows
    ]


def _elsewhere(case: Case) -> dict[str, Any] | None:
    """Where a case was sent, who answers there, and by when if that is known; None if it was sent nowhere."""
    route = case.redirected_as
    if route is None:
        return None
    due = redirect_service.foi_due(case) if route is Route.FOI else None
    return {"name": filters.ROUTES[route], "contact": redirect_service.contact(case, route), "due": due}


def _teams(case: Case) -> list[tuple[str, str]]:
    """The teams to which this member of staff may give the case."""
    mine = team_share.of_member(access.actor().id)
    every = access.actor().may(Permission.ASSIGN)
    found = team_share.teams([case.controller])
    return [(str(each.id), each.name) for each in found if every or each.id in mine or each.id == case.team_id]


def _services(case: Case) -> list[str]:
    """Where the requester thinks that it may be, as the notices call it."""
    notices = runtime().catalogue.notices
    asked = (sealing.unseal(case).get("scope") or {}).get("services") or []
    return [str(notices[key].service) if key in notices else str(key) for key in asked]


def _fact(fact: Any) -> dict[str, Any]:
    return {
        "text": clock.FACTS.get(fact.kind, fact.kind),
        "on": fact.on,
        "reason": clock.words_about(fact),
    }


@blueprint.post("/cases/<reference>/assignment")
@allow(Permission.SEE_CASES)
@again(case_page, stands=conflict.assignment)
def assign(reference: str) -> Response:
    """Take a case oneself, or give it to somebody, to a team, or to both."""
    case, actor = frame.find(reference), access.actor()
    chosen = line("member")
    if "team" in request.form:
        wanted = line("team")
        group = team_share.get(identity(wanted, _("Choose a team from the list.")), actor=actor) if wanted else None
        team_share.give(case, group, version=version(), actor=actor, now=access.now())
        if not chosen:
            flash(_("The case was handed on."))
            return redirect(url_for("staff.case_page", reference=reference))
    if chosen == "nobody":
        member = None
    else:
        key = identity(chosen if chosen != "me" else actor.id, _("Choose who the case goes to."))
        member = team.get(str(key))
        if member is None:
            raise InvalidInput(_("Choose who the case goes to."), field="member")
    seen = case.version if "team" in request.form else version()
    cases.assign(case, member, version=seen, actor=actor, now=access.now())
    flash(_("The case is yours now.") if chosen == "me" else _("The case was handed on."))
    return redirect(url_for("staff.worklist") if case.restricted else url_for("staff.case_page", reference=reference))


@blueprint.post("/cases/<reference>/move")
@allow(Permission.SEE_CASES)
@again(case_page)
def move(reference: str) -> Response:
    """Make one of the moves that need nothing but a reason. The table of moves says who may."""
    case, actor, now = frame.find(reference), access.actor(), access.now()
    offered = {action.value for action in deed.BUTTONS}
    action = Action(one_of("action", offered, _("Choose what to do with the case.")))
    why = "" if action is Action.BEGIN_REVIEW else reason()
    if action is Action.STEP_BACK and case.status is not Status.IDENTITY:
        redaction_signoff.step_back(case, reason=why, actor=actor, now=now)
    else:
        if (action, case.status) != (Action.CLOSE, Status.RELEASED) and action in ENDINGS:
            draft = letter_draft.begin(case, ENDINGS[action], why, welsh=in_welsh("reason"), actor=actor, now=now)
            flash(_("Nothing has happened yet: look at the letter. The request ends when you send it."))
            return redirect(url_for("staff.letter_page", reference=reference, letter_id=draft.id))
        cases.move(case, action, actor=actor, now=now, reason=why)
        if action is Action.REOPEN:
            letter_hold.wait_again(case, actor=actor, now=now)
        if action is Action.WITHDRAW:
            letter_hold.let_lie(case, actor=actor, now=now)
            letter.write(case, "withdrawn", actor=actor, now=now)
    flash(_("Done: the case is now %(words)s.", words=str(frame.STATUS[case.status][0]).lower()))
    if action is Action.STEP_BACK and clock.identity_awaited(case) is not None:
        flash(
            _(
                "The clock still waits for the evidence that was asked for. If it should not have been asked for, put "
                "that entry right under “Record something that happened”."
            )
        )
    return redirect(url_for("staff.case_page", reference=reference))


@blueprint.post("/cases/<reference>/restriction")
@allow(Permission.RESTRICT_CASE)
@again(case_page, stands=conflict.restriction)
def restrict(reference: str) -> Response:
    """Show a case, and linked ones that were ticked, only to whoever each is given to, or to all again."""
    case, actor = frame.find(reference), access.actor()
    wanted = one_of("restricted", ("yes", "no"), _("Choose whether the case is restricted.")) == "yes"
    along = [identity(each) for each in request.form.getlist("along")]
    done = link.restrict(case, wanted, along=along, reason=reason(), version=version(), actor=actor, now=access.now())
    which = ", ".join(each.reference for each in done)
    flash(_("Restricted: %(which)s.", which=which) if wanted else _("Open to the team again: %(which)s.", which=which))
    left = link.beside(case, actor=actor, restricted=not wanted)
    others = ", ".join(each.reference for _row, each in left)
    if others and wanted:
        flash(_("Linked with it, and open to the whole team: %(which)s. Restrict those too if need be.", which=others))
    elif others:
        flash(_("Linked with it, and still restricted: %(which)s.", which=others))
    return redirect(url_for("staff.case_page", reference=reference))


@blueprint.post("/cases/<reference>/lateness")
@allow(Permission.CORRECT_FACTS)
@again(case_page, stands=conflict.lateness)
def say_why_late(reference: str) -> Response:
    """Say why a case is or was late, or put right what was said."""
    case = frame.find(reference)
    why = Lateness(one_of("why", set(Lateness), _("Choose what kept it more than anything else.")))
    text = words("text", longest=lateness.LONGEST)
    lateness.say(case, why, text, version=version(), actor=access.actor(), now=access.now())
    flash(_("Kept: why it was late."))
    return redirect(url_for("staff.case_page", reference=reference))
