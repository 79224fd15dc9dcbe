"""What is done about a letter that did not arrive: it is sent again, posted instead, or dealt with otherwise; and that
one came back in the post."""

import uuid

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.permission import Permission
from sar_service.services import delivery, letter

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, one_of, reason, version
from .letter import letter_page

WAYS = ("again", "post", "ended", "back")


@blueprint.post("/cases/<reference>/letters/<uuid:letter_id>/delivery")
@allow(Permission.WRITE_LETTERS)
@again(letter_page, stands=conflict.delivery)
def deliver_again(reference: str, letter_id: uuid.UUID) -> Response:
    """Do one of the three, or note that it came back."""
    case, actor, now = frame.find(reference), access.actor(), access.now()
    row = letter.of(case, letter_id)
    chosen = one_of("way", WAYS, _("Choose what is done about it."))
    if chosen == "back":
        delivery.came_back(case, row, version=version(), actor=actor, now=now)
        flash(_("Recorded. It stands on everybody’s list until somebody has dealt with it."))
    elif chosen == "ended":
        delivery.settle(case, row, reason=reason(), version=version(), actor=actor, now=now)
        flash(_("Recorded."))
    else:
        delivery.send_again(case, row, by_post=chosen == "post", version=version(), actor=actor, now=now)
        posted = row.state == "to_post"
        flash(_("The letter waits to be printed and posted.") if posted else _("The letter is on its way."))
    return redirect(url_for("staff.letter_page", reference=reference, letter_id=letter_id))
