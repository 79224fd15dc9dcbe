"""Finding a case by what somebody says on the telephone: a name however spelt, a date of birth, a postcode, a number.

What is typed goes by POST, so that names stand in no address, no history and no log.
"""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from sar_service.db import db, reading_only
from sar_service.domain.permission import Permission
from sar_service.services import audit, finding, finding_read, intake, sealing, work

from .. import access
from ..access import allow
from ..fields import clean_line
from . import blueprint, frame

MOST = 25  # names of others that are shown to somebody who looks for one person
LONGEST = 300


@blueprint.route("/find", methods=["GET", "POST"])
@allow(Permission.SEE_CASES)
def find() -> Any:
    """The form, and what was found; a whole reference of a case that they may see leads there at once."""
    db.session.rollback()
    reading_only.set(True)  # nothing is changed, though it comes by POST
    typed = clean_line(request.form.get("words", ""))
    if request.method == "GET":
        return render_template("staff/find.html", typed="", shown=None, errors=[])
    reference = intake.tidy_reference(typed[:60])
    # the letters of a name can be those of a reference by chance: then it is looked for as what it is
    if reference and finding.there(reference, actor=access.actor()):
        return redirect(url_for("staff.case_page", reference=reference))
    question = finding.read(typed[:LONGEST])
    if not question or len(typed) > LONGEST:
        message = (
            _("Type at most %(count)s characters.", count=LONGEST)
            if len(typed) > LONGEST
            else _("Type a name, a date of birth, a postcode, a number or a reference.")
        )
        errors = [{"text": message, "href": "#find-words"}]
        return render_template("staff/find.html", typed=typed[:LONGEST], shown=None, errors=errors), 400
    answer = finding.find(question, actor=access.actor(), most=MOST + 1)
    found = answer.cases[:MOST]
    audit.viewed("what a search found", actor=access.actor(), now=access.now(), cases=[str(row.id) for row in found])
    flags = work.flags(found)
    shown = [
        {
            "row": row,
            "name": frame.title_of(told),
            "born": frame.born(told["subject"]),
            "tag": frame.clock_tag(row),
            "status": frame.stage(row),
            "right": frame.what(row),
            "flags": [frame.FLAGS[flag] for flag in flags.get(row.id, [])],
        }
        for row, told in ((row, sealing.unseal(row)) for row in found)
    ]
    cut = finding_read.MOST if question.cut else 0
    more = len(answer.cases) > MOST
    return render_template("staff/find.html", typed=typed, shown=shown, more=more, part=answer.part, cut=cut, errors=[])
