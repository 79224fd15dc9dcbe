"""Settling who asks and by what right: what was seen, what is missing, a child's own say, asking for more, doubts.

What is enough is `domain/identity.py`. Where the answer goes, and who asks, is changed in `identity_change.py`.
"""

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.identity import INDEPENDENT, STRONG, About, Capacity, EvidenceKind, How, age_on
from sar_service.domain.identity_again import Sure
from sar_service.domain.identity_basis import APPOINTMENTS, AUTHORITIES, RESPONSIBILITY, Basis
from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import (
    identity,
    identity_again,
    identity_change,
    identity_child,
    identity_copy,
    identity_linked,
    identity_together,
    letter_draft,
    letter_hold,
    sealing,
)
from sar_service.services.contact import contact_of, may_change
from sar_service.services.identity_asks import asks_as

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, day, in_welsh, line, number, one_of, reason, words
from .asking import identity as as_id

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
    EvidenceKind.SIGNED_AUTHORITY: _l("Signed authority"),
    EvidenceKind.AUTHORITY_CONFIRMED: _l("The person confirmed the authority, on a contact we had before"),
    EvidenceKind.FIRM_CHECKED: _l("Firm found in its regulator's register and reached as listed there"),
    EvidenceKind.APPOINTMENT: _l("Power of attorney, deputyship or guardianship"),
    EvidenceKind.CHILD_AGREES: _l("The child agrees"),
    EvidenceKind.CHILD_OBJECTS: _l("The child does not want it"),
    EvidenceKind.CHILD_UNDERSTANDS: _l("Judged: the child understands this right"),
    EvidenceKind.CHILD_CANNOT_DECIDE: _l("Judged: the child cannot decide this yet"),
    EvidenceKind.BEST_INTERESTS: _l("Why it is plainly in the child's interests"),
    EvidenceKind.ORDERS_CHECKED: _l("Court orders and arrangements looked for: none stands against it"),
    EvidenceKind.ORDER_AGAINST: _l("A court order or an arrangement stands against it"),
}
APART = frozenset(list(EvidenceKind)[list(EvidenceKind).index(EvidenceKind.CHILD_AGREES) :])  # forms of their own
OF_CAPACITY: dict[EvidenceKind, frozenset[Capacity]] = {
    EvidenceKind.PARENTAL_RESPONSIBILITY: frozenset({Capacity.PARENT, Capacity.REPRESENTATIVE, Capacity.SOLICITOR}),
    EvidenceKind.SIGNED_AUTHORITY: frozenset({Capacity.REPRESENTATIVE, Capacity.SOLICITOR}),
    EvidenceKind.AUTHORITY_CONFIRMED: frozenset({Capacity.REPRESENTATIVE, Capacity.SOLICITOR}),
    EvidenceKind.FIRM_CHECKED: frozenset({Capacity.SOLICITOR, Capacity.REPRESENTATIVE}),
    EvidenceKind.APPOINTMENT: frozenset({Capacity.DEPUTY}),
}
BASES: dict[Basis, Any] = {
    Basis.BIRTH_MOTHER: _l("Birth certificate: the mother"),
    Basis.BIRTH_FATHER: _l("Birth certificate: the father who is named on it"),
    Basis.MARRIED_FATHER: _l("Birth and marriage certificates: the father"),
    Basis.RESPONSIBILITY_AGREEMENT: _l("Parental responsibility agreement"),
    Basis.RESPONSIBILITY_ORDER: _l("Parental responsibility order"),
    Basis.LIVES_WITH_ORDER: _l("Child arrangements or residence order"),
    Basis.SPECIAL_GUARDIAN: _l("Special guardianship order"),
    Basis.ADOPTION: _l("Adoption order or certificate"),
    Basis.PARENTAL_ORDER: _l("Parental order (surrogacy)"),
    Basis.CARE_ORDER: _l("Parent of a child under a care order"),
    Basis.NAMED_GUARDIAN: _l("Guardian named in a will, or by a court"),
    Basis.PROPERTY_LPA: _l("Lasting power of attorney: property and affairs"),
    Basis.WELFARE_LPA: _l("Lasting power of attorney: health and welfare alone"),
    Basis.ENDURING_POWER: _l("Enduring power of attorney"),
    Basis.PROPERTY_DEPUTY: _l("Deputy for property and affairs"),
    Basis.WELFARE_DEPUTY: _l("Deputy for welfare alone"),
    Basis.CONTINUING_POWER: _l("Scotland: continuing power of attorney"),
    Basis.WELFARE_POWER: _l("Scotland: welfare power of attorney alone"),
    Basis.GUARDIAN: _l("Scotland: guardian"),
    Basis.INTERVENER: _l("Scotland: intervener"),
    Basis.CONTROLLER_NI: _l("Northern Ireland: controller"),
    Basis.UNREGISTERED_POWER: _l("Power of attorney that is not registered"),
    Basis.SPECIFIC_AUTHORITY: _l("It says that they may ask this council for this"),
    Basis.PARENTS_AUTHORITY: _l("The same, signed by somebody with parental responsibility"),
    Basis.GENERAL_AUTHORITY: _l("It is general: it does not say so"),
}
BASES_OF = {
    Capacity.PARENT: RESPONSIBILITY,
    Capacity.REPRESENTATIVE: (*AUTHORITIES, *RESPONSIBILITY),
    Capacity.SOLICITOR: (*AUTHORITIES, *RESPONSIBILITY),
    Capacity.DEPUTY: APPOINTMENTS,
}
HOWS: dict[How, Any] = {
    How.IN_PERSON: _l("In person"),
    How.VIDEO: _l("On a video call"),
    How.POST: _l("The document itself, by post"),
    How.CERTIFIED: _l("A certified copy"),
    How.COPY: _l("A copy or picture"),
    How.RECORD: _l("In our records, or a register"),
    How.CONVERSATION: _l("In a conversation"),
}
ABOUT: dict[About, Any] = {About.REQUESTER: _l("Who asks"), About.SUBJECT: _l("The person the information is about")}
UNDERSTANDING = [
    ("understands", _l("They understand this right")),
    ("cannot", _l("They cannot decide this yet")),
    ("", _l("Not judged")),
]
VIEWS = [("agrees", _l("They agree")), ("objects", _l("They do not want it")), ("", _l("Not asked"))]
ORDERS = [("none", _l("No")), ("against", _l("Yes"))]
STEPS: dict[str, Any] = {
    "identity_settled": _l("Settled"),
    "identity_doubted": _l("No longer settled"),
    "contact_changed": _l("Contact changed"),
    "capacity_changed": _l("Who asks was corrected"),
    "struck_out": _l("Something seen was taken back"),
}
PARTS: dict[str, Any] = {
    "email": _l("e-mail address"),
    "phone": _l("telephone"),
    "address": _l("postal address"),
}
SURE: dict[str, Any] = {
    Sure.RANG_BACK: _l("Reached them on a number or address known from before"),
    Sure.SEEN: _l("Saw them in person or on a video call"),
    Sure.WORKER: _l("A worker who knows them asked them"),
    Sure.EVIDENCE: _l("Looked at something new, recorded here"),
    Sure.EXPLAINED: _l("What raised it is explained, and was no cause for doubt"),
}
ADULT = 18
ANOTHER = "another"  # it was seen in a copy that is not here


@blueprint.get("/cases/<reference>/identity")
@allow(Permission.SETTLE_IDENTITY)
def identity_page(reference: str) -> str:
    """What was seen, whether it is enough, and what to do about it."""
    case, today = frame.find(reference), frame.today()
    capacity = Capacity(case.capacity)
    to_ask, too_much = identity.to_ask(case)
    contact, names = contact_of(case), frame.staff_names()
    kinds = [kind for kind in KINDS if kind not in APART and capacity in OF_CAPACITY.get(kind, {capacity})]
    return frame.page(
        "identity",
        case,
        tab="identity",
        evidence=identity.seen_of(case),
        strong=STRONG,
        independent=INDEPENDENT,
        judged=identity.assessment(case, today=today),
        settled=identity.settled(case),
        stood=identity_again.stood(case),
        sures=[("", _("Choose")), *SURE.items()],
        another=identity_again.ALONE if identity_again.needs_another(case, access.actor()) else "",
        to_ask=to_ask,
        too_much=too_much,
        kinds=[(kind.value, KINDS[kind]) for kind in kinds],
        bases=[("", _("It shows none of these")), *((each.value, BASES[each]) for each in BASES_OF.get(capacity, ()))],
        hows=[("", _("Choose")), *((key.value, words) for key, words in HOWS.items())],
        abouts=[(key.value, words) for key, words in ABOUT.items()],
        kind_words=KINDS,
        basis_words=BASES,
        how_words=HOWS,
        about_words=ABOUT,
        names=names,
        capacity=frame.CAPACITIES.get(case.capacity, case.capacity),
        capacities=list(frame.CAPACITIES.items()),
        parent=capacity is Capacity.PARENT,
        child=_may_be_child(case),
        check=asks_as(case) == Capacity.PARENT,
        understanding=UNDERSTANDING,
        views=VIEWS,
        orders=ORDERS,
        history=_told(identity.history(case), names),
        undone=_told(identity.undone(case), names),
        copies=[
            {"row": row, "what": sealing.unseal(row).get("what", ""), "by": frame.who(row.destroyed_by, names)}
            for row in identity_copy.copies(case)
        ],
        held=letter_hold.unclear(case),
        open=may_change(case),
        elsewhere=[
            {
                "row": row,
                "case": other,
                "settled": other is not None and identity.settled(other),
                "by": frame.who(row.changed_by, names),
                "parts": [PARTS[each] for each in row.fields],
            }
            for row, other in identity_linked.of(case, actor=access.actor())
        ],
        together=[
            (str(other.id), f"{other.reference}, {frame.RIGHTS[other.right.value]}")
            for other in identity_together.others(case, actor=access.actor(), now=access.now())
        ],
        settled_in=identity_together.settled_in(case, actor=access.actor(), now=access.now()),
        untold=identity_linked.untold(case, actor=access.actor()),
        before_signoff=case.status in identity_change.BEFORE_SIGNOFF,
        contact={**contact, "address": "\n".join(contact["address"])},
    )


def _told(steps: list[identity.Step], names: dict[str, str]) -> list[dict[str, Any]]:
    """Steps in the settling of identity, in words."""
    return [
        {
            "what": STEPS[step.kind],
            "at": step.at,
            "who": frame.who(step.by, names),
            "words": ". ".join(str(each) for each in (SURE.get(step.sure), step.words) if each),
        }
        for step in steps
    ]


def _may_be_child(case: Case) -> bool:
    """Is a child's own say to be recorded here? Where it is not known how old somebody is, it may be."""
    if case.capacity == Capacity.DEPUTY:
        return False
    born = sealing.unseal(case)["subject"].get("date_of_birth")
    return not born or age_on(date.fromisoformat(born), case.received_on) < ADULT


def back(reference: str, message: str) -> Response:
    """To the page, with what was done."""
    flash(message)
    return redirect(url_for("staff.identity_page", reference=reference))


@blueprint.post("/cases/<reference>/identity/evidence")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def see_evidence(reference: str) -> Response:
    """Record one thing that was seen; the copies it was seen in have served."""
    case, ticked = frame.find(reference), request.form.getlist("copy")
    looked_at = [identity_copy.of(case, as_id(each)) for each in ticked if each != ANOTHER]
    kind = one_of("kind", {kind.value for kind in EvidenceKind}, _("Choose what was seen."))
    about = one_of("about", {about.value for about in About}, _("Choose whose identity or authority it shows."))
    how = one_of("how", {how.value for how in How}, _("Choose how it was seen."))
    identity.see(
        case,
        kind=kind,
        about=about,
        arrived_on=day("arrived_on"),
        seen_on=day("seen_on"),
        seen=line("seen", longest=200),
        how=how,
        basis=one_of("basis", {"", *(each.value for each in Basis)}, _("Choose the document from the list.")),
        dated=day("dated") if line("dated") else None,
        copies=looked_at,
        another=ANOTHER in ticked,
        actor=access.actor(),
        now=access.now(),
    )
    return back(reference, _("Recorded."))


@blueprint.post("/cases/<reference>/identity/evidence/taken-back")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def take_back_evidence(reference: str) -> Response:
    """Take back what was recorded by mistake."""
    case = frame.find(reference)
    identity.take_back(case, line("entry"), reason=reason(), actor=access.actor(), now=access.now())
    return back(reference, _("Taken back. Both stay on file."))


@blueprint.post("/cases/<reference>/identity/child")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def judge_child(reference: str) -> Response:
    """Record what somebody judged of a child, and what the child thinks."""
    identity_child.judge(
        frame.find(reference),
        understanding=one_of("understanding", {"", *identity_child.UNDERSTANDING}, _("Choose what was judged.")),
        view=one_of("view", {"", *identity_child.VIEWS}, _("Choose what the child thinks.")),
        interests=words("interests", longest=1000),
        by=line("by", longest=200),
        how=words("how", longest=1500),
        on=day("on"),
        actor=access.actor(),
        now=access.now(),
    )
    return back(reference, _("The judgement is on file."))


@blueprint.post("/cases/<reference>/identity/orders")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def check_orders(reference: str) -> Response:
    """Record that court orders and arrangements were looked for, and whether one stands against the request."""
    identity_child.check_orders(
        frame.find(reference),
        against=one_of("found", {"none", "against"}, _("Choose whether something stands against it.")) == "against",
        where=words("where", longest=1500),
        on=day("on"),
        flag=line("flag") == "yes",
        actor=access.actor(),
        now=access.now(),
    )
    return back(reference, _("Recorded."))


@blueprint.post("/cases/<reference>/identity/settle")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def settle(reference: str) -> Response:
    """Say that identity and authority are settled, or are so again, of what was looked at."""
    case, override = frame.find(reference), words("override", longest=500)
    identity_again.check_seen(case, number("stood_version"))
    identity.settle(case, override=override, sure=line("sure"), actor=access.actor(), now=access.now())
    return back(reference, _("Identity is settled."))


@blueprint.post("/cases/<reference>/identity/ask")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def ask_identity(reference: str) -> Response:
    """Ask for evidence, saying what the doubt is: of who asks and by what right, or of their authority alone."""
    what = one_of("what", ("", "identity", "authority"), _("Choose what to ask for.")) or "identity"
    draft = letter_draft.begin(
        frame.find(reference),
        f"{what}-asked",
        reason(),
        welsh=in_welsh("reason"),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Nothing is recorded yet: look at the letter. They have been asked when you send it."))
    return redirect(url_for("staff.letter_page", reference=reference, letter_id=draft.id))


@blueprint.post("/cases/<reference>/identity/doubt")
@allow(Permission.SETTLE_IDENTITY)
@again(identity_page)
def doubt(reference: str) -> Response:
    """Unsettle identity: nothing can be released until it is settled again."""
    identity.doubt(frame.find(reference), reason=reason(), actor=access.actor(), now=access.now())
    return back(reference, _("Identity is no longer settled. Nothing can be released until it is."))
