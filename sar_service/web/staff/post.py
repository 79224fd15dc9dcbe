"""The letters that wait: begun and not sent; and on paper, printed as one file and noted once they are posted."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sar_service.db import db, reading_only
from sar_service.domain.letter import KINDS
from sar_service.domain.permission import Permission
from sar_service.models import Case, Letter
from sar_service.services import audit, clock, delivery, letter_left, letter_post, sealing

from .. import access
from ..access import allow
from ..filters import weekday_date
from . import blueprint, frame
from .asking import again, day, identity, line, one_of
from .letter import TITLES, as_file

NAME = _l("Letters")


@blueprint.get("/post")
@allow(Permission.WRITE_LETTERS)
def post_list() -> str:
    """The letters that wait: to be sent by somebody, and to be printed and posted."""
    actor = access.actor()
    rows = letter_post.waiting(actor=actor)
    audit.viewed("the letters to post", actor=actor, now=access.now())
    begun = letter_post.drafts(actor=actor)
    names = frame.staff_names()
    return render_template(
        "staff/post.html",
        letters=[{**_told(row, case), **_printing(row, names)} for row, case in rows],
        drafts=[{**_told(row, case), "by": frame.who(row.written_by, names)} for row, case in begun],
        name=NAME,
        today=clock.day_of(access.now()),
        full=len(rows) == letter_post.MOST,
    )


def _printing(row: Letter, names: dict[str, str]) -> dict[str, Any]:
    """Who has printed a letter, and when; what somebody else has is not chosen for a second time."""
    told = letter_post.print_of(row)
    if told is None:
        return {"printed_by": "", "mark": "", "elsewhere": False}
    return {
        "printed_by": frame.who(told[0], names),
        "printed_at": told[1],
        "mark": letter_post.mark_of(row),
        "elsewhere": told[0] != access.actor().label,
    }


def _told(row: Letter, case: Case) -> dict[str, Any]:
    to = sealing.unseal(row).get("address") or []
    overtaken = row.state == "to_post" and letter_left.overtaken(case, row)
    by = case.notice_by if KINDS[row.kind].does == "extension_notice" and not overtaken else None
    return {
        "by": by,
        "too_late": by is not None and by < clock.day_of(access.now()),
        "id": row.id,
        "title": str(TITLES[row.kind]),
        "reference": case.reference,
        "at": row.written_at,
        "to": to if len(to) > 1 else [],  # a name alone is no address
        "overtaken": overtaken,
        "left": letter_left.left_as(case, row) if overtaken else "",
        "rests": "" if overtaken else delivery.clock_rests_on(row),
    }


@blueprint.post("/post")
@allow(Permission.WRITE_LETTERS)
@again(post_list)
def post_letters() -> Any:
    """Print the letters that were chosen, or note that they are in the post."""
    wanted = one_of("do", ("print", "posted", "leave"), _("Choose what to do with the letters."))
    ids = [identity(each, _("Choose at least one letter.")) for each in request.form.getlist("letter")]
    chosen = letter_post.chosen(ids, actor=access.actor())
    if wanted == "print":
        return _printed(ids)
    if wanted == "leave":
        letter_post.leave(chosen, actor=access.actor(), now=access.now())
        flash(ngettext("1 letter does not go any more.", "%(num)s letters do not go any more.", len(chosen)))
        return redirect(url_for("staff.post_list"))
    on = day("on") if line("on") else clock.day_of(access.now())
    moved = letter_post.posted(chosen, on=on, actor=access.actor(), now=access.now())
    flash(ngettext("Noted: 1 letter is in the post.", "Noted: %(num)s letters are in the post.", len(chosen)))
    if moved:
        which = ", ".join(case.reference for case in moved)
        since = _("today") if on == clock.day_of(access.now()) else weekday_date(on)
        flash(
            _(
                "They lay here, so what they do counts from %(day)s. Look at the due date of %(which)s.",
                day=since,
                which=which,
            )
        )
    return redirect(url_for("staff.post_list"))


def _printed(ids: list[uuid.UUID]) -> Any:
    """The letters as one file. It is made while nothing is taken, and noted afterwards whose it is."""
    actor, now = access.actor(), access.now()
    known = request.form.getlist("known")
    db.session.rollback()
    reading_only.set(True)
    paper = letter_post.printed(letter_post.chosen(ids, actor=actor), known=known, actor=actor, now=now)
    db.session.rollback()
    reading_only.set(False)
    letter_post.note_printed(letter_post.chosen(ids, actor=actor), known=known, actor=actor, now=now)
    return as_file(paper, "letters.pdf")
