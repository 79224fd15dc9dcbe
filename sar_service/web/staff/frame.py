"""What every page of a case has around it: who and which case, when it is due, the tabs with their counts.

Also how states, people and clocks are said in words. Pages of a case are rendered with `page`, which records who
looked before anything is shown.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sar_service.domain.errors import InvalidInput, NotFound, WrongState
from sar_service.domain.lifecycle import OPEN, UNKNOWN, Status
from sar_service.domain.permission import may_see_case
from sar_service.domain.reminder import used
from sar_service.domain.rights import Right
from sar_service.domain.work import Flag, LinkKind
from sar_service.extensions import runtime
from sar_service.models import Case
from sar_service.services import (
    audit,
    clock,
    complaint,
    identity_linked,
    incoming,
    intake,
    letter,
    lying,
    merge,
    redaction_mark,
    regulator,
    sealing,
    team,
    units,
    work,
)
from sar_service.services import case as cases

from .. import access, filters
from . import asking

STATUS: dict[Status, tuple[Any, str]] = {
    Status.DRAFT: (_l("E-mail to log"), "amber"),
    Status.RECEIVED: (_l("Received"), "blue"),
    Status.IDENTITY: (_l("Waiting for identity"), "purple"),
    Status.SEARCHING: (_l("Searching"), "blue"),
    Status.REVIEWING: (_l("Being decided"), "blue"),
    Status.AWAITING_SIGNOFF: (_l("Waiting for sign-off"), "amber"),
    Status.SIGNED_OFF: (_l("Signed off"), "green"),
    Status.BUILDING: (_l("Pack being built"), "blue"),
    Status.READY: (_l("Pack ready"), "green"),
    Status.RELEASED: (_l("Released"), "green"),
    Status.CLOSED: (_l("Closed"), "grey"),
    Status.REFUSED: (_l("Refused"), "grey"),
    Status.WITHDRAWN: (_l("Withdrawn"), "grey"),
    Status.REDIRECTED: (_l("Sent elsewhere"), "grey"),
    Status.SET_ASIDE: (_l("E-mail, no request"), "grey"),
}
RIGHTS: dict[str, Any] = {
    "access": _l("Copy of information"),
    "rectification": _l("Correction"),
    "erasure": _l("Deletion"),
    "restriction": _l("Limited use"),
    "portability": _l("Data to take away"),
    "objection": _l("Objection"),
    "automated-decision": _l("Automated decision"),
    "withdraw-consent": _l("Consent withdrawn"),
    "complaint": _l("Complaint"),
    "pupil-record": _l("Pupil’s school record"),
}
CAPACITIES: dict[str, Any] = {
    "self": _l("For themselves"),
    "parent": _l("For their child"),
    "representative": _l("As a representative"),
    "solicitor": _l("As a solicitor"),
    "deputy": _l("As attorney, deputy or guardian"),
}
CHANNELS: dict[str, Any] = {
    "online": _l("Form on the website"),
    "email": _l("E-mail"),
    "letter": _l("Letter"),
    "phone": _l("Telephone"),
    "in_person": _l("In person"),
    "social_media": _l("Social media"),
    "other_team": _l("Another team"),
}


FLAGS: dict[Flag, Any] = {
    Flag.SAFE_ADDRESS: _l("Domestic abuse or a safe address"),
    Flag.CHILD_AT_RISK: _l("A child may be at risk"),
    Flag.CARE_LEAVER: _l("Care leaver"),
    Flag.STAFF_MEMBER: _l("A member of staff’s own request"),
    Flag.LITIGATION: _l("Litigation"),
    Flag.HIGH_PROFILE: _l("High profile"),
}
LINKS: dict[LinkKind, Any] = {
    LinkKind.RELATED: _l("It belongs with it"),
    LinkKind.DUPLICATE: _l("It is the same request again"),
    LinkKind.SAME_SUBMISSION: _l("Both were asked for in one message"),
}
HOW: dict[str, Any] = {
    "portal": _l("Online, with a code"),
    "post": _l("By post"),
    "collection": _l("Collected in person"),
}
NEEDS: dict[str, Any] = {
    "large_print": _l("large print"),
    "plain": _l("plainer words, or somebody to explain it"),
    "in_parts": _l("to receive it in parts"),
    "support": _l("somebody to support them while they read"),
    "language": _l("another language, or British Sign Language"),
}
NUMBERS: dict[str, Any] = {
    "nhs_number": _l("NHS number"),
    "upn": _l("Unique pupil number"),
    "reference": _l("Our reference"),
    "ni_number": _l("National Insurance number"),
}


def wishes(case: Case, told: dict[str, Any]) -> dict[str, Any]:
    """What the requester said about how to be answered and reached: words for the pages of a case."""
    requester, delivery = told["requester"], told.get("delivery") or {}
    return {
        "unsafe": requester.get("safe") == "careful",
        "safety_note": requester.get("safety_note") or "",
        "how": str(HOW.get(delivery.get("how", ""), delivery.get("how") or _("not said"))),
        "needs": [str(NEEDS.get(each, each)) for each in delivery.get("needs") or []],
        "note": delivery.get("note") or "",
        "welsh": letter.wants_welsh(case),
        "numbers": [
            f"{NUMBERS.get(scheme, scheme)}: {value}"
            for scheme, value in sorted((told["subject"].get("identifiers") or {}).items())
        ],
    }


def find(reference: str) -> Case:
    """The case of an address, if this member may see it. Raises NotFound, and NotLogged where there is nothing at
    the address as long as nobody has said what is asked for."""
    case = cases.get(reference, actor=access.actor())
    g.council = case.controller  # whose page it is
    if case.status in UNKNOWN and request.endpoint not in OPEN_UNLOGGED:
        raise NotLogged(case)
    return case


def typed_in(field: str, *, empty: str = "") -> Case:
    """The case whose reference was typed into an input; `empty` is said where none was. Raises InvalidInput there."""
    return meant(asking.line(field, longest=60), field=field, empty=empty)


def meant(typed: str, *, field: str, empty: str = "") -> Case:
    """The case that a typed reference means, for whoever asks. Raises InvalidInput for the input it was typed into."""
    reference = intake.tidy_reference(typed)
    if reference is None:
        whole = _("This is not a whole reference. Check its letters.")
        raise InvalidInput(whole if typed or not empty else empty, field=field)
    try:
        return cases.get(reference, actor=access.actor())
    except NotFound as error:
        none = _("There is no case with this reference that you may see. Check it.")
        raise InvalidInput(none, field=field) from error


class NotLogged(WrongState):
    """An e-mail that nobody has logged, or that was set aside, at an address that is for requests."""

    def __init__(self, case: Case) -> None:
        super().__init__(_("This is an e-mail that nobody has logged as a request. Log it first."))
        self.reference, self.aside = case.reference, case.status is Status.SET_ASIDE


def stopped(case: Case) -> str:
    """Why whoever looks may write nothing in this case, in words; "" where they may."""
    return complaint.OWN if access.actor().id in work.barred(case) else ""


def today() -> date:
    return clock.day_of(access.now())


def name_of(subject: dict[str, Any]) -> str:
    """A person's name as it stands on a request."""
    return " ".join(part for part in (subject.get("given_name"), subject.get("family_name")) if part)


def what(case: Case) -> Any:
    """What was asked for, in words: the right that is used, or where the request was sent. Of an e-mail that nobody
    has logged, nobody has said it."""
    if case.status in UNKNOWN:
        return _("Not said yet") if case.status is Status.DRAFT else _("No request")
    if case.redirected_as is None:
        return RIGHTS[case.right.value]
    route = filters.ROUTES[case.redirected_as]
    return _("Complaint: %(route)s", route=route) if case.right is Right.COMPLAINT else route


def title_of(told: dict[str, Any]) -> str:
    """Whom a case is about; of an e-mail that nobody has logged, who wrote it."""
    requester = told["requester"]
    return name_of(told["subject"]) or _(
        "E-mail from %(who)s", who=requester.get("name") or requester.get("email") or _("somebody")
    )


def born(subject: dict[str, Any]) -> str:
    """A date of birth in words; what is no date stands as it was given."""
    text = subject.get("date_of_birth") or ""
    try:
        return filters.short_date(date.fromisoformat(text))
    except ValueError:
        return str(text)


def status_of(case: Case) -> tuple[Any, str]:
    """Where a case stands, in words and a colour. One that was merged was not closed like the others."""
    return (_l("Merged"), "grey") if case.merged_into is not None else STATUS[case.status]


def stage(case: Case) -> Any:
    """Where a case stands, in words."""
    return status_of(case)[0]


def clock_tag(case: Case) -> dict[str, str]:
    """The state of a clock in words and a colour."""
    if case.status not in OPEN:
        words, colour = status_of(case)
        return {"text": str(words), "colour": colour}
    if case.missed_on is not None:
        return {"text": _("Late: we asked too late"), "colour": "red"}
    if case.clock_state == "paused":
        return {"text": _("Paused: waiting for an answer"), "colour": "purple"}
    if case.clock_state == "not_started":
        return {"text": _("Not started"), "colour": "grey"}
    if case.due_on is None:
        return {"text": _("No date"), "colour": "grey"}
    far = filters.until(case.due_on, today())
    overdue = case.due_on < today()
    text = far[:1].upper() + far[1:] if overdue else _("Due %(when)s", when=far)
    return {"text": text, "colour": filters.due_colour(case.due_on, today())}


def time_used(case: Case) -> str:
    """The share of its time that an open case has used, "77 %"; "" where its clock does not run."""
    found = clock.reckon(case)
    if case.status not in OPEN or found.since is None or found.due is None:
        return ""
    return f"{used(start=found.since, due=found.due, today=today()):.0%}"


def staff_names() -> dict[str, str]:
    """Who is behind the label of an audit event or a decision."""
    known = {f"staff:{member.id}": member.name for member in team.members()}
    return known | {"service": _("the service"), "public": _("a member of the public")}


def who(label: str, names: dict[str, str]) -> str:
    """The person behind a label."""
    return names.get(label) or (_("the requester") if label.startswith("requester:") else _("somebody"))


def systems(case: Case) -> dict[str, str]:
    """Titles of systems by key."""
    return {system.key: system.title for system in runtime().catalogue.systems_for(case.controller)}


def person_names(case: Case) -> dict[Any, str]:
    """The first name of everybody in the register, by id."""
    return {
        key: next(iter(sealing.unseal(row)["names"]), units.person_label(row))
        for key, row in units.people_of(case).items()
    }


def codes(case: Case) -> list[tuple[str, str]]:
    """The exemption codes that may be used here, as options."""
    return [(code.code, f"{code.code}: {code.short}") for code in redaction_mark.codes(case)]


TABS: tuple[tuple[str, Any, str], ...] = (
    ("overview", _l("Overview"), "staff.case_page"),
    ("identity", _l("Identity"), "staff.identity_page"),
    ("work", _l("Notes and tasks"), "staff.work_page"),
    ("complaint", _l("Complaints, regulator"), "staff.complaint_page"),
    ("messages", _l("Messages"), "staff.messages_page"),
    ("search", _l("Search"), "staff.search_page"),
    ("found", _l("Found"), "staff.found_page"),
    ("people", _l("People"), "staff.people_page"),
    ("groups", _l("Other details"), "staff.groups_page"),
    ("reading", _l("Read and decide"), "staff.reading_page"),
    ("by-hand", _l("By hand"), "staff.by_hand_page"),
    ("sign-off", _l("Sign-off"), "staff.sign_off_page"),
    ("pack", _l("Pack"), "staff.pack_page"),
)


OF_A_DRAFT = ("overview", "work")  # of an e-mail that nobody has logged there is no more than this
# And this is all that answers for one: reading it, sorting it, who has it, notes and tasks, and the day it came.
OPEN_UNLOGGED = frozenset(
    f"staff.{name}"
    for name in (
        *("case_page", "draft_page", "log_draft", "attach_draft", "set_draft_aside", "take_up_draft"),
        "history_page",
        *("messages_page", "message_handled", "message_request", "message_original", "message_file"),
        *("assign", "restrict", "facts_page", "correct_fact"),
        *("work_page", "set_flags", "add_note", "add_task", "end_task", "add_link", "remove_link", "keep_apart"),
    )
)


def _tabs(case: Case, here: str, counts: dict[str, int]) -> Iterable[dict[str, Any]]:
    for key, text, endpoint in TABS:
        if endpoint not in current_app.view_functions:
            continue
        if case.status in UNKNOWN and key not in OF_A_DRAFT:
            continue
        if key == "messages" and not counts[key]:
            continue
        count = counts.get(key) or None
        yield {
            "text": text,
            "href": url_for(endpoint, reference=case.reference),
            "current": key == here,
            "count": count,
        }


def page(template: str, case: Case, *, tab: str, of: Any = None, viewed: str = "", **context: Any) -> str:
    """A page of a case. That it is looked at is recorded first."""
    audit.viewed(viewed or tab, actor=access.actor(), now=access.now(), case=case, of=of)
    told = sealing.unseal(case)
    undecided = redaction_mark.undecided(case)
    messages, unread = incoming.counts(case)
    counts = {"people": len(units.people_of(case)), "reading": undecided, "messages": messages}
    words, colour = status_of(case)
    merged = merge.answered_by(case)
    return render_template(
        f"staff/{template}.html",
        case=case,
        told=told,
        wishes=wishes(case, told),
        carried=[FLAGS[flag] for flag in work.flags([case]).get(case.id, [])],
        waits=regulator.listed(access.actor(), case=case, open_only=True),
        subject=title_of(told),
        unread=unread,
        elsewhere_changed=identity_linked.of(case, actor=access.actor()),
        unsettled=tab != "identity" and lying.to_settle(case, today=today()),
        tag=clock_tag(case),
        used=time_used(case),
        status={"text": words, "colour": colour},
        due=case.due_on if case.redirected_as is None and merged is None else None,
        answered_by=merged[1] if merged is not None and may_see_case(access.actor(), merged[1]) else None,
        answered_how=status_of(merged[1])[0] if merged is not None else "",
        ends_too=[other for _, other in merge.into(case)] if case.status in OPEN else [],
        born=born(told["subject"]),
        undecided=undecided,
        tabs=list(_tabs(case, tab, counts)),
        today=today(),
        path=request.path,
        **context,
    )


def post_only(case: Case) -> bool:
    """Whether letters have to go by post, because no e-mail address is known."""
    return not sealing.unseal(case)["requester"].get("email")
