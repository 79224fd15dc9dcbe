"""A request, or a part of one, that is not for this service: choosing where it belongs, and beginning the letter.

Nothing happens before that letter is sent, from its own page.
"""

from typing import Any

from flask import flash, url_for
from flask import redirect as go_to
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.letter import ROUTES, Result
from sar_service.domain.permission import Permission
from sar_service.domain.redirect import Route
from sar_service.services import letter, letter_draft, redirect

from .. import access, filters
from ..access import allow
from . import blueprint, frame
from .asking import again, in_welsh, one_of, words

# What to know before a route is chosen; what each is called is in `filters.py`.
HINTS: dict[Route, Any] = {
    Route.FOI: _l("Not about a person. Due in 20 working days from the day it came; a task reminds you to pass it on."),
    Route.POLICE: _l(
        "They ask for somebody else’s information for their work. The letter says what they have to send."
    ),
    Route.SCHOOL: _l("Name the school below, and how to reach it. What the council itself holds of a pupil is for us."),
    Route.DEAD: _l("The letter says which other ways there are. What is about the person who asks is for us."),
    Route.MEMBER: _l("They ask on behalf of somebody they represent. A task reminds you to pass it on."),
    Route.CONTROLLER: _l("Another controller decides about this information. Say below who, or choose them."),
}
EXTENTS = [
    (Result.ALL.value, _l("All of it: sending the letter ends the case here")),
    (Result.PART.value, _l("A part: the case goes on with the rest")),
]


def options(routes: list[Route]) -> list[tuple[str, str, str]]:
    """The routes as a page offers them: key, name, hint."""
    return [(route.value, str(filters.ROUTES[route]), str(HINTS[route])) for route in routes]


def known(others: list[str]) -> list[tuple[str, Any]]:
    """Other controllers as a page offers them; nothing where the council's configuration knows none."""
    return [("", _("None of these")), *((each, each) for each in others)] if others else []


@blueprint.get("/cases/<reference>/elsewhere")
@allow(Permission.WRITE_LETTERS)
def redirect_page(reference: str) -> str:
    """Choose where a request belongs."""
    case = frame.find(reference)
    return frame.page(
        "redirect",
        case,
        tab="overview",
        viewed="the case",
        routes=[] if frame.stopped(case) else options(letter_draft.routes(case)),
        stopped=frame.stopped(case),
        others=known(redirect.others(case)),
        extents=EXTENTS,
        welsh=letter.wants_welsh(case),
    )


@blueprint.post("/cases/<reference>/elsewhere")
@allow(Permission.WRITE_LETTERS)
@again(redirect_page)
def begin_redirect(reference: str) -> Response:
    """Begin the letter that says who answers. Nothing is sent yet."""
    case = frame.find(reference)
    chosen = one_of("route", {each.value for each in letter_draft.routes(case)}, _("Choose where it belongs."))
    route = Route(chosen)
    extent = one_of("result", {key for key, _words in EXTENTS}, _("Say whether all of it goes elsewhere, or a part."))
    row = letter_draft.begin(
        case,
        ROUTES[route].key,
        words("reason", longest=4000),
        welsh=in_welsh("reason"),
        named=named(route, redirect.others(case)),
        result=extent,
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Nothing has happened yet: look at the letter. The request goes elsewhere when you send it."))
    return go_to(url_for("staff.letter_page", reference=reference, letter_id=row.id))


def named(route: Route, others: list[str]) -> str:
    """Who can help, where one of those was chosen whom the council knows."""
    if route is not Route.CONTROLLER or not others:
        return ""
    return one_of("to", {"", *others}, _("Choose one from the list."))
