"""Settling who asks and by what right: what was seen, what is missing, asking for more, doubts, changed contacts.

What is enough is `domain/identity.py`; copies of documents are never kept.
"""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.identity import INDEPENDENT, STRONG, About, EvidenceKind
from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import identity, letter_draft, sealing

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, day, line, one_of, reason, words

KINDS: dict[EvidenceKind, Any] = {
    EvidenceKind.PHOTO_DOCUMENT: _l("Document with a photograph (passport, driving licence)"),
    EvidenceKind.VOUCHED: _l("A named worker who knows them, or an account with verified identity"),
    EvidenceKind.CONTACT_ON_FILE: _l("They answered a code sent to a contact we had before"),
    EvidenceKind.ADDRESS_DOCUMENT: _l("Document that shows their address"),
    EvidenceKind.OFFICIAL_LETTER: _l("Official letter addressed to them"),
    EvidenceKind.SIGNATURE_MATCHES: _l("Signature that matches one on file"),
    EvidenceKind.KNOWS_DETAILS: _l("They know details of the life in question (proves nothing alone)"),
    EvidenceKind.REQUEST_CONTACT: _l("Contact that came with the request (proves nothing alone)"),
    EvidenceKind.PARENTAL_RESPONSIBILITY: _l("Parental responsibility (birth certificate, court order, adoption)"),
    EvidenceKind.SIGNED_AUTHORITY: _l("Signed authority of the person"),
    EvidenceKind.AUTHORITY_CONFIRMED: _l("The person confirmed the authority, on a contact we had before"),
    EvidenceKind.FIRM_CHECKED: _l("Firm found in its regulator's register and reached as listed there"),
    EvidenceKind.APPOINTMENT: _l("Power of attorney, deputyship or guardianship"),
    EvidenceKind.CHILD_AGREES: _l("The child agrees"),
    EvidenceKind.CHILD_CANNOT_DECIDE: _l("Note that the child cannot decide this, and who judged that"),
    EvidenceKind.BEST_INTERESTS: _l("Note why it is plainly in the child's interests"),
}
ABOUT: dict[About, Any] = {About.REQUESTER: _l("Who asks"), About.SUBJECT: _l("The person the information is about")}
CONTACT = ("email", "phone", "address")


@blueprint.get("/cases/<reference>/identity")
@allow(Permission.SETTLE_IDENTITY)
def identity_page(reference: str) -> str:
    """What was seen, whether it is enough, and what to do about it."""
    case = frame.find(reference)
    evidence = identity.evidence_of(case)
    return frame.page(
        "identity",
        case,
        tab="identity",
        evidence=evidence,
        strong=STRONG,
        independent=INDEPENDENT,
        judged=identity.assessment(case),
        settled=identity.settled(case),
        kinds=[(key.value, words) for key, words in KINDS.items()],
        abouts=[(key.value, words) for key, words in ABOUT.items()],
        kind_words=KINDS,
        about_words=ABOUT,
        names=frame.staff_names(),
        capacity=frame.CAPACITIES.get(case.capacity, case.capacity),
        open=case.closed_at is None or case.released_at is not None,
        contact=_contact(case),
    )


def _contact(case: Case) -> dict[str, str]:
    """Where the answer goes now, each as one line."""
    requester = sealing.unseal(case)["requester"]
    told = {name: requester.get(name) or "" for name in CONTACT}
    return {name: value if isinstance(value, str) else ", ".join(value) for name, value in told.items()}


def _back(reference: str, message: str) -> Response:
    flash(message)
    return redirect(url_for("staff.identity_page", reference=reference))


@blueprint.post("/cases/<reference>/identity/evidence")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def see_evidence(reference: str) -> Response:
    """Record one thing that was seen."""
    identity.see(
        frame.find(reference),
        kind=one_of("kind", {kind.value for kind in EvidenceKind}, _("Choose what was seen.")),
        about=one_of("about", {about.value for about in About}, _("Choose whose identity or authority it shows.")),
        arrived_on=day("arrived_on"),
        seen_on=day("seen_on"),
        seen=line("seen", longest=200),
        actor=access.actor(),
        now=access.now(),
    )
    return _back(reference, _("Recorded."))


@blueprint.post("/cases/<reference>/identity/settle")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def settle(reference: str) -> Response:
    """Say that identity and authority are settled."""
    override = words("override", longest=500)
    identity.settle(frame.find(reference), override=override, actor=access.actor(), now=access.now())
    return _back(reference, _("Identity is settled."))


@blueprint.post("/cases/<reference>/identity/ask")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def ask_identity(reference: str) -> Response:
    """Ask for evidence, saying what the doubt is."""
    draft = letter_draft.begin(
        frame.find(reference), "identity-asked", reason(), actor=access.actor(), now=access.now()
    )
    flash(_("Nothing is recorded yet: look at the letter. They have been asked when you send it."))
    return redirect(url_for("staff.letter_page", reference=reference, letter_id=draft.id))


@blueprint.post("/cases/<reference>/identity/doubt")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def doubt(reference: str) -> Response:
    """Unsettle identity: nothing can be released until it is settled again."""
    identity.doubt(frame.find(reference), reason=reason(), actor=access.actor(), now=access.now())
    return _back(reference, _("Identity is no longer settled. Nothing can be released until it is."))


@blueprint.post("/cases/<reference>/identity/contact")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def change_contact(reference: str) -> Response:
    """Change where the answer goes; the old contact is told, and identity is checked again."""
    case = frame.find(reference)
    before = _contact(case)
    contact = {name: typed for name in CONTACT if (typed := line(name)) != before[name]}
    changed = identity.change_contact(case, contact, actor=access.actor(), now=access.now())
    if not changed:
        return _back(reference, _("Nothing was changed."))
    return _back(reference, _("The contact was changed and the old one told. Settle identity again."))
