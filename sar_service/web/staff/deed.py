"""What can be done with a case now, and which of it is next: drawn from the table of moves, on the page of the case."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import Action, Choice, Status
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import identity, letter_draft, redaction_mark
from sar_service.services.contact import may_change

from .. import access

# Where each action is taken. Those without a page are buttons on the case page, with a reason.
PAGES: dict[Action, tuple[Any, str]] = {
    Action.ASK_IDENTITY: (_l("Ask for evidence of identity"), "staff.identity_page"),
    Action.SETTLE_IDENTITY: (_l("Settle identity"), "staff.identity_page"),
    Action.START_SEARCH: (_l("Search the systems"), "staff.search_page"),
    Action.SUBMIT: (_l("Send for sign-off"), "staff.sign_off_page"),
    Action.SIGN_OFF: (_l("Sign off"), "staff.sign_off_page"),
    Action.RETURN_TO_REVIEW: (_l("Return for another look"), "staff.sign_off_page"),
    Action.BUILD: (_l("Build the pack"), "staff.pack_page"),
    Action.ANSWER: (_l("Answer by letter"), "staff.new_letter"),
    Action.RELEASE: (_l("Release the pack"), "staff.pack_page"),
    Action.REDIRECT: (_l("Send it where it belongs, if it is not for us"), "staff.redirect_page"),
}
BUTTONS: dict[Action, Any] = {
    Action.BEGIN_REVIEW: _l("Begin deciding"),
    Action.STEP_BACK: _l("Take it a step back"),
    Action.CLOSE: _l("Close the case"),
    Action.WITHDRAW: _l("Record that it was withdrawn"),
    Action.REFUSE: _l("Refuse the request"),
    Action.REOPEN: _l("Reopen the case"),
}
# What takes a request on from where it stands: the first of these that can be chosen is next.
ONWARDS: dict[Status, tuple[Action, ...]] = {
    Status.RECEIVED: (Action.SETTLE_IDENTITY, Action.START_SEARCH),
    Status.IDENTITY: (Action.SETTLE_IDENTITY, Action.START_SEARCH),
    Status.SEARCHING: (Action.BEGIN_REVIEW,),
    Status.REVIEWING: (Action.SUBMIT,),
    Status.AWAITING_SIGNOFF: (Action.SIGN_OFF,),
    Status.SIGNED_OFF: (Action.BUILD,),
    Status.READY: (Action.RELEASE,),
    Status.RELEASED: (Action.CLOSE,),
}


def _deed(choice: Choice, case: Case) -> dict[str, Any]:
    if choice.action is Action.ANSWER and case.right is Right.ACCESS:
        # what is held is answered with the pack: a letter alone can only say that nothing is
        blocked = choice.blocked or letter_draft.found_against(case, access.actor())
        href = url_for("staff.new_letter", reference=case.reference)
        return {"text": _("Answer that nothing is held"), "href": href, "blocked": blocked, "action": "answer"}
    if choice.action in PAGES:
        words, endpoint = PAGES[choice.action]
        if choice.action is Action.ANSWER and case.right is Right.COMPLAINT:
            endpoint = "staff.complaint_page"
        href = url_for(endpoint, reference=case.reference)
        return {"text": words, "href": href, "blocked": choice.blocked, "action": choice.action.value}
    return {"text": BUTTONS[choice.action], "href": "", "blocked": choice.blocked, "action": choice.action.value}


def deeds(case: Case) -> list[dict[str, Any]]:
    """Everything that can be done with a case, each with its words, where it is done and why not yet. What was merged
    goes on under another reference: nothing is done with it here."""
    if case.merged_into is not None:
        return []
    settled = identity.settled(case)
    return [
        _deed(choice, case)
        for choice in cases.choices(case, actor=access.actor())
        if choice.action not in (Action.MERGE, Action.UNMERGE)  # from where the two are compared: `merge.py`
        if choice.action is not Action.SETTLE_IDENTITY or (may_change(case) and not settled)
        if choice.action is not Action.REFUSE or KINDS["refused"].suits(case.right)
    ]


def first(case: Case, offered: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Which of what is offered takes the request on; or reading, while there is something to decide for a copy.
    Whatever else was asked for is answered by letter, whether anything was searched for it or not."""
    copy = case.right is Right.ACCESS
    waiting = redaction_mark.undecided(case) if copy and case.status is Status.REVIEWING else 0
    if waiting:
        words = ngettext("Read and decide: %(num)d passage waits", "Read and decide: %(num)d passages wait", waiting)
        href = url_for("staff.reading_page", reference=case.reference)
        return {"text": words, "href": href, "blocked": "", "action": ""}
    wanted = ONWARDS.get(case.status, ())
    if not copy and case.status in (Status.RECEIVED, Status.IDENTITY, Status.REVIEWING):
        complains = case.right is Right.COMPLAINT  # nobody has to show who they are to be heard
        wanted = (Action.ANSWER,) if complains else (Action.SETTLE_IDENTITY, Action.ANSWER)
    found = {each["action"]: each for each in offered}
    return next((found[action.value] for action in wanted if action.value in found), None)
