"""The council's own colours, as a small style sheet over the service's, and what every page is framed with."""

from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import gettext as _

from sar_service.catalogue import Absent
from sar_service.domain.actor import ActorKind
from sar_service.extensions import runtime
from sar_service.settings import Environment

from . import access
from . import session as sessions
from .access import allow_anyone

STAFF = ("staff", "managers")
NAMED = 3  # councils at the most; of more than these their number is said


@allow_anyone
def stylesheet() -> Response:
    """Custom properties from the first controller's colours (config/controllers.yaml)."""
    colours = _council().colours
    rules = f":root{{--council-brand:{colours.brand};--council-brand-text:{colours.text}}}\n"
    response = Response(rules, mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _council() -> Any:
    return next(iter(runtime().catalogue.controllers.values()))


def _of_reader() -> list[Any]:
    """The councils whose page this is: the one whose case it shows; else those that a member of staff works for; that
    of a requester who has entered their code, since its details are what they need; else the first."""
    councils = runtime().catalogue.controllers
    if has_request_context() and not access.failed():
        if g.get("council") in councils:
            return [councils[g.council]]
        if request.blueprint in STAFF and (actor := access.actor()).kind is ActorKind.STAFF:
            return [each for key, each in councils.items() if key in actor.controllers] or [_council()]
        if (key := sessions.get("portal_council", "")) in councils:
            return [councils[key]]
    return [_council()]


def _told(councils: list[Any]) -> dict[str, Any]:
    """What a page says of the councils that it is of: of several their names alone."""
    told = told_council(councils[0])
    if len(councils) == 1:
        return told
    names = [each.name for each in councils]
    short = [each.short_name or each.name for each in councils]
    if len(councils) > NAMED:
        names = short = [_("%(count)s councils", count=len(councils))]
    empty = {"logo": None, "address": None, "public_contact": _parts(None)}
    return {**told, **empty, "name": ", ".join(names), "short_name": ", ".join(short)}


def told_council(controller: Any) -> dict[str, Any]:
    """A controller as pages speak of it: what its entry leaves out is simply not there."""
    public = _parts(controller.public_contact)
    return {
        "name": controller.name,
        "short_name": controller.short_name,
        "logo": _said(getattr(controller, "logo", None)),
        "phone": public["phone"],
        "email": public["email"],
        "opening_hours": public["hours"],
        "address": _said(controller.address) or public["address"],
        "website": public["url"],
        "public_contact": public,
        "dpo": _parts(controller.dpo),
        "regulator": _parts(controller.regulator),
        "colour": controller.colours.brand,
    }


def _parts(contact: Any) -> dict[str, Any]:
    names = ("name", "email", "phone", "address", "url", "hours")
    return {name: _said(getattr(_said(contact), name, None)) for name in names}


def _said(value: Any) -> Any:
    return None if isinstance(value, Absent) else value


def frame() -> dict[str, Any]:
    """What templates/base.html needs on every page."""
    return {
        "service_name": "Your information rights",
        "council": _told(_of_reader()),
        "demo": "This is a demonstration with invented people. Do not enter anything real."
        if current_app.extensions["sar_service"].settings.env is Environment.DEMO
        else "",
    }


def register(app: Flask) -> None:
    app.add_url_rule("/theme.css", "theme", stylesheet)
    app.context_processor(frame)
