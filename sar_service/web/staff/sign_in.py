"""Signing in and out. Passwords and sessions are `services/team.py`."""

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from sar_service.domain.permission import Permission
from sar_service.services import team

from .. import access
from ..access import allow_anyone
from ..fields import clean_line
from . import blueprint
from .asking import again

OWN = ("/staff/", "/managers/")


def home() -> str:
    """Where this member begins: the worklist, or the managers' pages for who may not see cases."""
    return url_for("staff.worklist") if access.actor().may(Permission.SEE_CASES) else "/managers/"


def after(path: str) -> str:
    """Where to go after signing in: a path of our own, never anywhere else."""
    parts = urlsplit(path)
    plain = path.isprintable() and "\\" not in path and len(path) <= 500
    if plain and not parts.scheme and not parts.netloc and parts.path.startswith(OWN) and "//" not in parts.path:
        return path
    return ""


@blueprint.get("/sign-in")
@allow_anyone
def sign_in() -> Any:
    """The form, or the way home for who is signed in already."""
    if current_user.is_authenticated:
        return redirect(home())
    wanted = request.form.get("next") or request.args.get("next", "")
    return render_template("staff/sign_in.html", next=after(wanted))


@blueprint.post("/sign-in")
@allow_anyone
@again(sign_in)
def sign_in_now() -> Response:
    """Let somebody in, under a fresh session."""
    member = team.sign_in(
        clean_line(request.form.get("email", ""))[:320],
        request.form.get("password", "")[:1000],
        address=access.remote(),
        now=access.now(),
    )
    wanted = after(request.form.get("next", ""))
    actor = team.actor_of(member)
    access.sign_in(actor)
    worklist = url_for("staff.worklist")
    if not actor.may(Permission.SEE_CASES) and wanted.partition("?")[0] in ("", worklist):
        return redirect("/managers/")  # the address that everybody is given; who sees no cases begins elsewhere
    return redirect(wanted or worklist)


@blueprint.post("/sign-out")
@allow_anyone
def sign_out() -> Response:
    """End the session here and on the server."""
    access.sign_out()
    return redirect(url_for("staff.sign_in"))
