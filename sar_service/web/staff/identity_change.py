"""Changing where the answer goes, and who asks, here or after a linked case; and a case of its own for another person
of a family's file.
"""

import uuid

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput
from sar_service.domain.identity import Capacity
from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import identity_change, identity_linked
from sar_service.services import subject as subjects
from sar_service.services.contact import contact_of

from .. import access
from ..access import allow
from ..fields import EMAIL
from . import blueprint, conflict, frame
from .asking import again, day, line, number, one_of, reason, version, words
from .identity import back, identity_page


@blueprint.post("/cases/<reference>/identity/contact")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page, stands=conflict.contact)
def change_contact(reference: str) -> Response:
    """Change where the answer goes; the old contact is told, and identity is checked again."""
    case = frame.find(reference)
    cases.check_version(case, version())
    email, phone = line("email"), line("phone")
    if email and not EMAIL.fullmatch(email):
        raise InvalidInput(_("Enter an email address in the correct format, like name@example.com"), field="email")
    if phone and sum(letter.isdigit() for letter in phone) < 6:
        raise InvalidInput(_("Enter a telephone number, with at least six digits."), field="phone")
    address = [text.strip() for text in words("address", longest=600).splitlines() if text.strip()]
    contact = {"email": email, "phone": phone, "address": address}
    before = contact_of(case)["email"]
    if not identity_change.change_contact(case, contact, actor=access.actor(), now=access.now()):
        return back(reference, _("Nothing was changed."))
    if before and before.casefold() != email.casefold():
        _loose(case, before)
    return back(reference, _("The contact was changed and the old one told. Settle identity again."))


def _loose(case: Case, email: str) -> None:
    """Say which other requests go on with the address that was replaced, and are not linked."""
    found = identity_linked.unlinked(case, email, actor=access.actor())
    if found:
        where = ", ".join(each.reference for each in found)
        flash(_("Other requests have the old e-mail address, and say nothing of this: look at %(where)s.", where=where))


@blueprint.post("/cases/<reference>/identity/elsewhere/<uuid:change>/taken")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def take_contact_over(reference: str, change: uuid.UUID) -> Response:
    """Take over the contact that a linked case has now; the old one is told, and identity is checked again."""
    case = frame.find(reference)
    identity_change.take_over(
        case,
        identity_linked.get(case, change),
        version=version(),
        row_version=number("change_version"),
        other_version=number("other_version"),
        actor=access.actor(),
        now=access.now(),
    )
    return back(reference, _("The contact was taken over and the old one told. Settle identity again."))


@blueprint.post("/cases/<reference>/identity/elsewhere/<uuid:change>/kept")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def keep_contact(reference: str, change: uuid.UUID) -> Response:
    """Say that what stands here is right although it was changed in a linked case, and why."""
    case = frame.find(reference)
    identity_linked.keep(
        case,
        identity_linked.get(case, change),
        reason=reason(),
        version=version(),
        actor=access.actor(),
        now=access.now(),
    )
    return back(reference, _("Kept as it is here, and the reason with your name. What was held back goes on."))


@blueprint.post("/cases/<reference>/identity/capacity")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def change_capacity(reference: str) -> Response:
    """Correct who asks and in what capacity; what may be withheld follows."""
    case = frame.find(reference)
    asker = identity_change.Asker(
        capacity=one_of("capacity", set(Capacity), _("Choose in what capacity they ask.")),
        name=line("name", longest=120),
        relationship=line("relationship", longest=80),
        organisation=line("organisation", longest=120),
    )
    opened = identity_change.change_capacity(
        case, asker, reason=reason(), version=version(), actor=access.actor(), now=access.now()
    )
    flash(_("Corrected. Identity has to be settled again."))
    if opened:
        flash(
            ngettext(
                "1 decision rested on a code that cannot be used any more: decide it anew.",
                "%(num)s decisions rested on codes that cannot be used any more: decide them anew.",
                opened,
            )
        )
    return redirect(url_for("staff.identity_page", reference=reference))


@blueprint.post("/cases/<reference>/identity/another")
@allow(Permission.SETTLE_IDENTITY, Permission.LOG_REQUEST)
@again(identity_page)
def request_of_their_own(reference: str) -> Response:
    """Make a linked case about another person of a family's file."""
    case = frame.find(reference)
    whose = one_of("whose", {"themselves", "child"}, _("Choose whose information it is."))
    born = day("date_of_birth") if line("date_of_birth") else None
    if born:
        subjects.check_birth(born, today=frame.today(), received=case.received_on)
    made = identity_change.request_of_their_own(
        case,
        {
            "given_name": line("given_name", longest=80),
            "family_name": line("family_name", longest=80),
            "date_of_birth": born.isoformat() if born else None,
        },
        themselves=whose == "themselves",
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("A case of its own was made, received on the same day: %(reference)s.", reference=made.reference))
    return redirect(url_for("staff.identity_page", reference=reference))
