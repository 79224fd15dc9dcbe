"""The public door: the pages anybody may read, and the form by which a request comes in (`request.py`)."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template

from ..access import allow_anyone

# When this statement was last looked at; tests/web/test_public.py fails once the next review is past.
STATEMENT = {
    "prepared": date(2026, 11, 22),
    "reviewed": date(2026, 11, 22),
    "next_review": date(2027, 11, 22),
    "problems": (),
}

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@allow_anyone
def start() -> Any:
    """What this service does, and the button that begins."""
    return render_template("public/start.html")


@blueprint.get("/about")
@allow_anyone
def about() -> Any:
    """How a request is answered, and where to find support."""
    return render_template("public/about.html")


@blueprint.get("/privacy")
@allow_anyone
def privacy() -> Any:
    """What this service itself does with what it is told."""
    return render_template("public/privacy.html")


@blueprint.get("/cookies")
@allow_anyone
def cookies() -> Any:
    """The one cookie there is."""
    return render_template("public/cookies.html")


@blueprint.get("/accessibility")
@allow_anyone
def accessibility() -> Any:
    """The accessibility statement."""
    return render_template("public/accessibility.html", statement=STATEMENT)


@blueprint.get("/contact")
@allow_anyone
def contact() -> Any:
    """Every way to reach the council."""
    return render_template("public/contact.html")
