"""The worklist: cases by due date, filtered and sorted on the server, so that every view can be kept as an address."""

import re
import uuid
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sar_service.domain.clock import Reckoning
from sar_service.domain.lateness import Lateness
from sar_service.domain.lifecycle import OPEN, Status
from sar_service.domain.permission import Permission
from sar_service.domain.reminder import Level
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import (
    audit,
    case_urgency,
    clock,
    delivery,
    identity_copy,
    identity_linked,
    incoming,
    incoming_scan,
    intake,
    lateness,
    letter_post,
    letter_wait,
    listing,
    lying,
    regulator,
    reminder,
    sealing,
    staff_mail,
    team,
    team_share,
    work,
)
from sar_service.services import case as cases

from .. import access, filters
from ..access import allow
from ..fields import clean_line
from . import blueprint, frame, letter

SORTS = ("urgent", "due", "received", "status", "reference")
DUE = {
    "overdue": "Overdue",
    "untold": "Overdue, and not told so",
    "week": "Due this week",
    "paused": "Paused or not started",
    "told": "Told another date",
    "asked": "Identity asked for late",
}
ANSWERED = {
    "yes": "Answered",
    "in_time": "Answered in time",
    "late": "Answered late",
    "within_month": "Answered within one month",
    "no": "Closed without an answer",
}
# What a tag beside the due date says besides it.
ATTENTION = {
    "untaken": _l("Nobody has taken it"),
    "unanswered": _l("No answer for two weeks"),
    "stalled": _l("Nothing done for ten days"),
}
USED = {
    Level.HALF: _l("Half of the time used"),
    Level.THREE_QUARTERS: _l("Three quarters of the time used"),
    Level.NINETY: _l("Nine tenths of the time used"),
    Level.NOTICE_DAY: _l("Last day to tell of an extension"),
}
ELSEWHERE: dict[str, Any] = {
    "no": _l("Not sent elsewhere"),
    "yes": _l("Sent elsewhere"),
    **{route.value: words for route, words in filters.ROUTES.items()},
}
WHY: dict[str, Any] = {
    lateness.WAITING: _l("Late and open, no reason given yet"),
    lateness.ENDED: _l("Ended late, nobody has said why (twelve months)"),
    **{reason.value: words for reason, words in filters.LATENESS.items()},
}
ASSIGNED = {"me": "Mine", "nobody": "Nobody's"}


def chosen() -> cases.Filter:
    """The filter that the address asks for; what makes no sense is left out."""
    asked = request.args
    page = asked.get("page", "1")
    months = {name: asked.get(name, "") for name in ("month", "since")}
    month, since = (text if re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])", text) else "" for text in months.values())
    answers = set(ANSWERED) if month else set(ANSWERED) - {"within_month"}
    return cases.Filter(
        statuses=tuple(Status(each) for each in asked.getlist("status") if each in set(Status)),
        due=asked.get("due", "") if asked.get("due") in DUE else "",
        assigned=_assigned(asked.get("assigned", "")),
        right=asked.get("right", "") if asked.get("right") in {*Right, cases.REQUESTS} else "",
        month=month,
        since=since,
        answered=asked.get("answered", "") if asked.get("answered") in answers else "",
        elsewhere=asked.get("elsewhere", "") if asked.get("elsewhere") in ELSEWHERE else "",
        closed=asked.get("closed") == "yes",
        team=asked.get("team", "") if asked.get("team") == "mine" or _is_id(asked.get("team", "")) else "",
        merged=asked.get("merged") == "yes",
        why=asked.get("why", "") if asked.get("why") in WHY else "",
        sort=asked.get("sort", "urgent") if asked.get("sort") in SORTS else "urgent",
        descending=asked.get("dir") == "desc",
        page=int(page) if re.fullmatch(r"[1-9]\d{0,4}", page) else 1,
    )


def _assigned(text: str) -> str:
    """Whose cases: a word of `ASSIGNED`, or a member's id; anything else is left out."""
    return text if text in ASSIGNED or _is_id(text) else ""


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def _teams() -> dict[str, str]:
    """The teams that the list can be narrowed to: one's own together, and each of one's councils'."""
    actor = access.actor()
    named = {str(each.id): each.name for each in team_share.teams(actor.controllers)}
    own = {"mine": str(_("My team’s"))} if team_share.of_member(actor.id) else {}
    return own | named


def _chips(now: cases.Filter) -> list[dict[str, str]]:
    def chip(text: Any, **without: Any) -> dict[str, str]:
        return {"text": str(text), "remove": filters.address_with(page=None, **without)}

    chips = []
    for status in now.statuses:
        rest = [each.value for each in now.statuses if each is not status]
        chips.append(chip(frame.STATUS[status][0], status=rest))
    if now.due:
        chips.append(chip(_(DUE[now.due]), due=None))
    if now.assigned:
        whose = ASSIGNED.get(now.assigned)
        of = frame.staff_names().get(f"staff:{now.assigned}", "")
        chips.append(chip(_(whose) if whose else _("Of %(name)s", name=of), assigned=None))
    if now.right:
        chips.append(chip(frame.RIGHTS.get(now.right) or _("Requests, no complaints"), right=None))
    if now.month:
        chips.append(chip(_("Received in %(month)s", month=filters.month_name(now.month)), month=None))
    if now.since:
        chips.append(chip(_("Received since %(month)s", month=filters.month_name(now.since)), since=None))
    if now.answered:
        chips.append(chip(_(ANSWERED[now.answered]), answered=None))
    if now.elsewhere:
        chips.append(chip(ELSEWHERE[now.elsewhere], elsewhere=None))
    if now.why:
        chips.append(chip(_("Late: %(why)s", why=WHY[now.why]) if now.why in set(Lateness) else WHY[now.why], why=None))
    if now.team:
        named = team_share.names(access.actor().controllers)
        name = _("My team’s") if now.team == "mine" else named.get(uuid.UUID(now.team), _("a team’s"))
        chips.append(chip(name, team=None))
    if now.merged:
        chips.append(chip(_("Merged into another"), merged=None))
    if now.closed:
        chips.append(chip(_("Closed ones too"), closed=None))
    return chips


def _unexplained() -> int:
    """How many ended late and nobody has said why, for those who answer for the figures."""
    actor = access.actor()
    return lateness.unexplained(actor=actor, today=frame.today()) if actor.may(Permission.SEE_FIGURES) else 0


def _undelivered() -> list[dict[str, Any]]:
    return [
        {"row": row, "case": case, "title": letter.TITLES[row.kind]}
        for row, case in delivery.undelivered(actor=access.actor())
    ]


def _cannot_leave() -> list[dict[str, Any]]:
    """The letters that wait because no e-mail leaves; which of them somebody has to see to now comes first."""
    today = frame.today()
    return [
        {"row": each.row, "case": each.case, "title": letter.TITLES[each.row.kind], "since": each.since,
         "by": each.by, "presses": each.presses(today)}
        for each in letter_wait.waiting(actor=access.actor(), now=access.now())
    ]  # fmt: skip


def _looks(row: Case, found: Reckoning, working: frozenset[str], untold: frozenset[uuid.UUID]) -> list[Any]:
    """What somebody has to look at in an open case, whatever its date."""
    looks = [USED[level] for level in reminder.levels(found, today=frame.today())[-1:] if level in USED]
    if row.id in untold:
        looks.append(_l("Not told that it is late"))
    if case_urgency.told_wrong(row):
        looks.append(_l("Told another date"))
    if row.assigned_to is not None and str(row.assigned_to) not in working:
        looks.append(_l("Who has it can no longer work on it"))
    if found.asked_late and not found.missed:  # where it is, the clock's own tag says so
        looks.append(_l("Identity asked for late"))
    return looks


@blueprint.get("/")
@allow(Permission.SEE_CASES)
def worklist() -> Any:
    """A page of cases, or the one case whose whole reference was typed."""
    typed = intake.tidy_reference(request.args.get("reference", "")[:60])
    if typed:
        return redirect(url_for("staff.case_page", reference=typed))
    actor, today, now = access.actor(), frame.today(), chosen()
    rows, total = cases.worklist(now, actor=actor, today=today)
    listed = [str(row.id) for row in rows]
    running = [row for row in rows if row.status in OPEN]  # how the date of what is over came about, its page says
    listing.fetch_facts(running)
    clocks = {row.id: clock.reckon(row) for row in running}
    audit.viewed("the worklist", actor=actor, now=access.now(), cases=listed)
    names, flags, late = frame.staff_names(), work.flags(rows), lateness.reasons(rows, today=today)
    working = frozenset(str(each.id) for each in team.workers(*actor.controllers))
    groups, untold = team_share.names(actor.controllers), case_urgency.of_untold(rows, today)
    # a figure of the board, opened: it has only what it counts
    counted = now.month or now.since or now.answered or now.why
    tasks, all_tasks = work.open_tasks(actor, today=today) if now.page == 1 else ([], 0)
    more, total = total > cases.MOST_LISTED, min(total, cases.MOST_LISTED)
    pages = max(1, -(-total // cases.PAGE))
    now = replace(now, page=min(now.page, pages))
    first = (now.page - 1) * cases.PAGE + 1
    shown = [
        {
            "row": row,
            "name": frame.title_of(sealing.unseal(row)),
            "tag": frame.clock_tag(row),
            "status": frame.stage(row),
            "right": frame.what(row),
            "assigned": names.get(f"staff:{row.assigned_to}", ""),
            "team": groups.get(row.team_id, "") if row.team_id is not None else "",
            "tags": [
                *filter(None, [ATTENTION.get(case_urgency.attention(row, today))]),
                *(_looks(row, clocks[row.id], working, untold) if row.id in clocks else ()),
            ],
            "flags": [frame.FLAGS[flag] for flag in flags.get(row.id, [])],
            "late": filters.LATENESS[late[row.id]] if row.id in late else "",
            "day": row.due_on or row.missed_on,
            "why": [step.sentence for step in clocks[row.id].steps] if row.id in clocks else [],
        }
        for row in rows
    ]
    return render_template(
        "staff/worklist.html",
        shown=shown,
        total=total,
        more=more,
        most=listing.MOST,
        chosen=now,
        chips=_chips(now),
        pages=pages,
        first=first,
        waits=regulator.listed(actor, open_only=True),
        today=today,
        copies=dict(zip(("unseen", "overdue"), identity_copy.pressing(actor, today=today), strict=True)),
        unreached=staff_mail.unreached(actor=actor),
        mailboxes=incoming.silent(actor=actor, now=access.now()),
        unposted=letter_post.overdue(actor=actor, today=today),
        elsewhere_changed=identity_linked.pressing(actor),
        unscanned=incoming_scan.held(actor=actor, now=access.now()),
        messages=incoming.unhandled(actor=actor) if now.page == 1 else [],
        undelivered=_undelivered() if now.page == 1 else [],
        cannot_leave=_cannot_leave() if now.page == 1 else [],
        held=lying.held(actor=actor, now=access.now()) if now.page == 1 else [],
        unsettled=[] if now.page > 1 or counted else lying.unsettled(actor=actor, now=access.now()),
        unfetched=[] if now.page > 1 or counted else lying.unfetched(actor=actor, now=access.now()),
        unexplained=_unexplained() if now.page == 1 and not counted else 0,
        why=list(WHY.items()),
        missing=clean_line(request.args.get("reference", ""))[:60],
        statuses=[(key.value, words) for key, (words, _colour) in frame.STATUS.items()],
        rights=list(frame.RIGHTS.items()),
        due=[(key, _(words)) for key, words in DUE.items()],
        tasks=[
            {"what": what, "reference": reference, "row": task, "late": task.due_on < today}
            for task, reference, what in tasks
        ],
        all_tasks=all_tasks,
        most_tasks=work.MOST,
        assigned=[(key, _(words)) for key, words in ASSIGNED.items()],
        teams=list(_teams().items()),
    )
