"""The council's own colours, as a small style sheet over the service's, and what every page is framed with."""

from typing import Any

from flask import Flask, Response, current_app, has_request_context

from sar_service.catalogue import Absent
from sar_service.extensions import runtime
from sar_service.settings import Environment

from . import session as sessions
from .access import allow_anyone


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


def _of_requester() -> Any:
    """The council whose requester reads this, once they have entered their code: its details are what they need."""
    councils = runtime().catalogue.controllers
    key = sessions.get("portal_council", "") if has_request_context() else ""
    return councils.get(key) or _council()


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
        "council": told_council(_of_requester()),
        "demo": "This is a demonstration with invented people. Do not enter anything real."
        if current_app.extensions["sar_service"].settings.env is Environment.DEMO
        else "",
    }


def register(app: Flask) -> None:
    app.add_url_rule("/theme.css", "theme", stylesheet)
    app.context_processor(frame)
