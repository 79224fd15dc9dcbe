"""The list of letters that go on paper: printed as one file, and noted once they are in the post."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sar_service.db import db, reading_only
from sar_service.domain.permission import Permission
from sar_service.services import audit, letter_post, sealing

from .. import access
from ..access import allow
from . import blueprint
from .asking import again, identity, one_of
from .letter import TITLES, as_file

NAME = _l("Letters to post")


@blueprint.get("/post")
@allow(Permission.WRITE_LETTERS)
def post_list() -> str:
    """The letters that wait to be printed and posted."""
    actor = access.actor()
    rows = letter_post.waiting(actor=actor)
    audit.viewed("the letters to post", actor=actor, now=access.now())
    told = [
        {
            "id": row.id,
            "title": str(TITLES[row.kind]),
            "reference": case.reference,
            "at": row.written_at,
            "to": sealing.unseal(row).get("address") or [],
        }
        for row, case in rows
    ]
    return render_template("staff/post.html", letters=told, name=NAME, full=len(rows) == letter_post.MOST)


@blueprint.post("/post")
@allow(Permission.WRITE_LETTERS)
@again(post_list)
def post_letters() -> Any:
    """Print the letters that were chosen, or note that they are in the post."""
    wanted = one_of("do", ("print", "posted"), _("Choose what to do with the letters."))
    ids = [identity(each, _("Choose at least one letter.")) for each in request.form.getlist("letter")]
    chosen = letter_post.chosen(ids, actor=access.actor())
    if wanted == "print":
        db.session.rollback()
        reading_only.set(True)
        return as_file(letter_post.printed(chosen, actor=access.actor(), now=access.now()), "letters.pdf")
    letter_post.posted(chosen, actor=access.actor(), now=access.now())
    flash(ngettext("Noted: 1 letter is in the post.", "Noted: %(num)s letters are in the post.", len(chosen)))
    return redirect(url_for("staff.post_list"))
