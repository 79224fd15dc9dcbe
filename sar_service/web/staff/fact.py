"""Adding what happened, with the day it really happened: everything the clock is worked out from.

Facts are never changed: a correction is a new fact with its reason. Identity has a page of its own.
"""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput, StaleWrite
from sar_service.domain.permission import Permission
from sar_service.services import clock, letter

from .. import access
from ..access import allow
from . import blueprint, case, frame
from .asking import again, day, one_of, version, words

KINDS: dict[str, Any] = {
    "clarification_requested": _l("We asked what they mean"),
    "clarification_received": _l("They answered what they mean"),
    "fee_requested": _l("We asked for a fee"),
    "fee_paid": _l("They paid the fee"),
    "extension_notice": _l("We gave notice that we need two more months"),
    "received": _l("The day of receipt was wrong: correct it"),
}
NEED_REASONS = ("extension_notice", "received")
LETTERS = {"clarification_requested": "clarification", "extension_notice": "extension"}


@blueprint.get("/cases/<reference>/facts")
@allow(Permission.CORRECT_FACTS)
def facts_page(reference: str) -> str:
    """The facts that stand, the clock they make, and a form for another one."""
    found = frame.find(reference)
    return frame.page(
        "facts",
        found,
        tab="overview",
        viewed="the facts",
        kinds=list(KINDS.items()),
        facts=clock.standing_facts(found),
        corrected=len(found.facts) - len(clock.standing_facts(found)),
        texts=clock.FACTS,
        names=frame.staff_names(),
        steps=case.clock_steps(found),
        post=frame.post_only(found),
    )


@blueprint.post("/cases/<reference>/facts")
@allow(Permission.CORRECT_FACTS)
@again(facts_page)
def add_fact(reference: str) -> Response:
    """Add a fact; the clock is worked out again at once, and the letter that belongs to it is written if wanted."""
    found, actor, now = frame.find(reference), access.actor(), access.now()
    if found.version != version():
        raise StaleWrite(
            _("Somebody else changed this case while you had it open. Look at the facts as they stand now.")
        )
    kind = one_of("kind", KINDS, _("Choose what happened."))
    on, why = day("on"), words("reasons", longest=2000)
    if kind in NEED_REASONS and not why:
        raise InvalidInput(_("Give the reasons. The law asks for them."), field="reasons")
    if kind == "received":
        first = next(each for each in reversed(clock.standing_facts(found)) if each.kind == "received")
        clock.add_fact(found, kind, on, actor=actor, now=now, corrects=first, reason=why)
    else:
        told: dict[str, Any] = {"reasons": why} if why else {}
        clock.add_fact(found, kind, on, actor=actor, now=now, **told)
    if kind in LETTERS and words("send") == "yes":
        letter.write(found, LETTERS[kind], actor=actor, now=now, reasons=why, question=why, reason=why)
    flash(_("Recorded. The clock was worked out again."))
    return redirect(url_for("staff.case_page", reference=reference))
