"""Choosing a password of one's own: at any time, and before anything else where somebody else saw the one in use."""

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from sar_service.services import team

from .. import access
from ..access import allow
from . import blueprint
from .asking import again
from .sign_in import home

LONGEST = 1000


@blueprint.get("/password")
@allow()
def password() -> str:
    """The form."""
    return render_template("staff/password.html", forced=current_user.must_change)


@blueprint.post("/password")
@allow()
@again(password)
def change_password() -> Response:
    """Take the new password. Every session ends; a fresh one begins here.

    A form that came too late has no two versions to show: nobody but its holder changes a password here, the one before
    has to be entered with it, and a change, or an administrator's new password, ends the session that the form was
    opened in, so that it is answered by the page to sign in.
    """
    actor = access.actor()
    before, fresh, repeated = (request.form.get(name, "")[:LONGEST] for name in ("before", "fresh", "again"))
    team.change_password(before, fresh, repeated, actor=actor, now=access.now())
    access.sign_in(actor)
    flash(_("Your password was changed. Wherever else you were signed in, you are no longer."))
    return redirect(home())
