"""Letters: begun, changed, looked at as they will go, sent; and read again as they went. Posting is in `post.py`."""

import uuid
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import NotFound
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.permission import Permission
from sar_service.models import Case, Letter
from sar_service.services import (
    audit,
    clock,
    delivery,
    identity,
    intake,
    letter,
    letter_draft,
    letter_offer,
    letter_part,
    letter_wait,
    letter_welsh,
    sealing,
)

from .. import access, filters
from ..access import allow
from ..filters import weekday_date
from . import blueprint, conflict, frame
from .asking import again, day, in_welsh, line, one_of, version, words

CODE = "access-code"  # it opens the portal: nobody but the requester sees it
TITLES: dict[str, Any] = {
    "acknowledgement": _l("Acknowledgement"),
    "complaint-acknowledged": _l("Acknowledgement of the complaint"),
    "acknowledgement-several": _l("Acknowledgement of several requests"),
    "access-code": _l("Code for the portal"),
    "contact-changed": _l("Contact details changed"),
    "released": _l("Our answer is ready"),
    "withdrawn": _l("Request withdrawn"),
    "merged": _l("Two requests put together, or taken apart"),
    "identity-asked": _l("Asking who they are"),
    "authority-asked": _l("Asking for their authority only"),
    "partial-disclosure": _l("A part of the answer now, the rest later"),
    "clarification": _l("A question about what they want"),
    "extension": _l("Two more months"),
    "fee-asked": _l("A fee"),
    "progress": _l("How far we are, or that we are late"),
    "new-date": _l("The date has changed"),
    "not-held": _l("We do not hold it"),
    "other-controller": _l("Another organisation can answer it"),
    "redirect-foi": _l("It is answered as freedom of information"),
    "redirect-police": _l("How to ask us to disclose information"),
    "redirect-school": _l("The school answers for its record"),
    "redirect-dead": _l("About somebody who has died"),
    "redirect-member": _l("To an MP or a councillor"),
    "refused": _l("We will not do what they ask"),
    "unfounded": _l("Manifestly unfounded or excessive"),
    "closed": _l("We close the case"),
    "restriction-ends": _l("A limit on the use is about to end"),
    "outcome-rectification": _l("Our decision on the correction"),
    "outcome-erasure": _l("Our decision on the deletion"),
    "outcome-restriction": _l("Our decision on the limited use"),
    "outcome-portability": _l("Our decision on the data to take away"),
    "outcome-objection": _l("Our decision on the objection"),
    "outcome-automated-decision": _l("Our decision on the automated decision"),
    "outcome-withdraw-consent": _l("What follows from the withdrawn consent"),
    "outcome-complaint": _l("What came of the complaint"),
    "outcome-pupil-record": _l("Our answer about the pupil’s record"),
}
RESULTS: list[tuple[str, Any]] = [(result.value, words) for result, words in filters.RESULTS.items()]
DOES: dict[str, Any] = {
    "identity_requested": _l("Sending it records that they were asked today; the clock waits, if the law lets it."),
    "clarification_requested": _l(
        "Sending it records that they were asked today; for an access request the clock stops."
    ),
    "fee_requested": _l("Sending it records that a fee was asked for today."),
    "extension_notice": _l(
        "Sending it is the notice of the extension: three months in all, from the day on which the time began."
    ),
    "refuse": _l("Sending it refuses the request."),
    "close": _l("Sending it closes the case."),
    "redirect": _l("Sending it ends the case here, as one that another answers."),
    "redirect part": _l("Sending it leaves the case open: only a part is for somebody else."),
    "disclose_part": _l(
        "Sending it changes no date; the rest becomes a task. Somebody other than its writer has to send it."
    ),
    "answer": _l("Sending it answers the request. Somebody other than its writer has to send it."),
    "answer complaint": _l("Sending it answers the complaint. Somebody other than its writer has to send it."),
    "": _l("Sending it changes nothing else."),
}
OF_COMPLAINTS = {"outcome-complaint": "answer complaint"}  # what such a letter does, where it is said otherwise
STATES: dict[str, tuple[Any, str]] = {
    "draft": (_l("Not sent yet"), "amber"),
    "waiting": (_l("On its way"), "blue"),
    "sending": (_l("On its way"), "blue"),
    "in vain": (_l("Cannot leave, tried again"), "amber"),
    "sent": (_l("Sent"), "green"),
    "failed": (_l("Not delivered"), "red"),
    "ended": (_l("Not delivered, dealt with"), "grey"),
    "unsent": (_l("Left unsent as the request ended"), "grey"),
    "reopened": (_l("Left unsent as the request was reopened"), "grey"),
    "answered": (_l("Left unsent, as it was answered already"), "grey"),
    "taken_back": (_l("Left unsent, as it was taken back"), "grey"),
    "to_post": (_l("To be posted"), "amber"),
    "posted": (_l("Posted"), "green"),
    "held": (_l("Held back until it is settled who reads it"), "amber"),
}


def _state(row: Letter) -> dict[str, str]:
    """Where a letter stands, as a tag; for one that cannot leave `why`, with since when."""
    since = letter_wait.since(row)
    told = sealing.unseal(row)
    left = next((each for each in ("unsent", "reopened", "answered", "taken_back") if told.get(each)), "")
    key = left or (row.state if since is None else "in vain")
    words, colour = STATES[key]
    why = _("since %(when)s: %(why)s", when=filters.moment(since), why=row.message) if since is not None else ""
    return {"text": str(words), "colour": colour, "why": why}


def listed(case: Case) -> list[dict[str, Any]]:
    """The letters of a case as its pages list them."""
    return [
        {
            "id": row.id,
            "title": str(TITLES[row.kind]),
            "at": row.written_at,
            "left": row.sent_at,
            "state": _state(row),
        }
        for row in letter.letters(case)
    ]


@blueprint.get("/cases/<reference>/letters/new")
@allow(Permission.WRITE_LETTERS)
def new_letter(reference: str) -> str:
    """Choose which letter to write, and say what it has to say."""
    case = frame.find(reference)
    asked = request.args.get("kind", "")
    able, refuses = letter_draft.kinds(case), access.actor().may(Permission.REFUSE)
    offered = [key for key in able if refuses or KINDS[key].does != "refuse"]
    blocked = letter_offer.not_now(case, actor=access.actor(), today=clock.day_of(access.now()))
    kinds = [(key, str(TITLES[key]), _offered(case, key)) for key in offered if key not in blocked]
    results = RESULTS if any(KINDS[key].decides for key, *_rest in kinds) else []
    return frame.page(
        "letter_new",
        case,
        tab="overview",
        viewed="the letters",
        kinds=kinds,
        not_now=[(str(TITLES[key]), blocked[key]) for key in offered if key in blocked],
        asked_in_vain=asked in blocked,
        results=results,
        asked=asked,
        routed=bool(letter_draft.routes(case)),
        in_parts=KINDS[letter_draft.PART].suits(case.right),
        stopped=frame.stopped(case),
        managers_only=len(offered) < len(able),
        welsh=letter.wants_welsh(case),
    )


def _offered(case: Case, kind: str) -> str:
    """What sending a letter would do, and by when it has to go."""
    does = KINDS[kind].does
    if does == "extension_notice" and case.notice_by is not None:
        return f"{DOES[does]} {_('It has to go by %(day)s.', day=weekday_date(case.notice_by))}"
    if kind == "restriction-ends":
        return str(_("Say from which day it ends, and leave them time before it: the law has them told first."))
    return str(DOES[OF_COMPLAINTS.get(kind, does)])


@blueprint.post("/cases/<reference>/letters")
@allow(Permission.WRITE_LETTERS)
@again(new_letter)
def begin_letter(reference: str) -> Response:
    """Begin a letter. Nothing is sent yet."""
    case = frame.find(reference)
    kind = one_of("kind", letter_draft.kinds(case), _("Choose which letter to write."))
    row = letter_draft.begin(
        case,
        kind,
        words("reason", longest=4000),
        welsh=in_welsh("reason"),
        result=line("result", longest=10),
        actor=access.actor(),
        now=access.now(),
    )
    return redirect(url_for("staff.letter_page", reference=reference, letter_id=row.id))


@blueprint.get("/cases/<reference>/letters/part")
@allow(Permission.WRITE_LETTERS)
def new_part(reference: str) -> str:
    """Say what they have now, what is to come and by when, and what was left out."""
    case = frame.find(reference)
    open_now = bool(letter_draft.kinds(case)) and KINDS[letter_draft.PART].suits(case.right)
    return frame.page(
        "letter_part",
        case,
        tab="overview",
        viewed="the letters",
        open=open_now,
        settled=identity.settled(case),
        welsh=letter.wants_welsh(case),
    )


@blueprint.post("/cases/<reference>/letters/part")
@allow(Permission.WRITE_LETTERS)
@again(new_part)
def begin_part(reference: str) -> Response:
    """Begin the letter that goes with a part of the answer. Nothing is sent yet."""
    row = letter_part.begin(
        frame.find(reference),
        given=words("given", longest=4000),
        to_come=words("to_come", longest=4000),
        come_by=day("come_by"),
        withheld=words("withheld", longest=4000),
        welsh=in_welsh("reason", "to_come", "withheld"),
        actor=access.actor(),
        now=access.now(),
    )
    return redirect(url_for("staff.letter_page", reference=reference, letter_id=row.id))


@blueprint.post("/cases/<reference>/acknowledgement")
@allow(Permission.WRITE_LETTERS)
@again(new_letter)
def acknowledge(reference: str) -> Response:
    """Tell the requester that the request came, where that was left out."""
    intake.acknowledge_late(frame.find(reference), actor=access.actor(), now=access.now())
    flash(_("The acknowledgement is on its way."))
    return redirect(url_for("staff.case_page", reference=reference))


@blueprint.get("/cases/<reference>/letters/<uuid:letter_id>")
@allow(Permission.SEE_CASES)
def letter_page(reference: str, letter_id: uuid.UUID) -> str:
    """A letter: as it was sent, or a draft to change, look at and send."""
    case = frame.find(reference)
    row = letter.of(case, letter_id)
    written = sealing.unseal(row)
    return frame.page(
        "letter_draft" if row.state == "draft" else "letter",
        case,
        tab="overview",
        viewed="a letter",
        of=row,
        letter=row,
        written=written,
        title=str(TITLES[row.kind]),
        state=_state(row),
        does=_does(row.kind, written),
        way=letter.way(case, row.kind),
        addressed=len(letter.address_of(case)) > 1,  # a name alone is no address
        mail=letter.mail_of(case, row.kind, written, now=access.now()) if row.state == "draft" else None,
        hidden=row.kind == CODE,
        unsendable=_unsendable(case, row.kind, written),
        stopped=frame.stopped(case),
        rests=delivery.clock_rests_on(row),
        by=letter_wait.last_day(case, row),
        wants_welsh=letter.wants_welsh(case),
        lacks=letter_welsh.lacks(case, written) if row.state == "draft" else "",
    )


def _unsendable(case: Case, kind: str, written: dict[str, Any]) -> str:
    """Why whoever looks at this draft may not send it, in words; "" where they may. The services ask again."""
    actor = access.actor()
    if frame.stopped(case):
        return _("You decided on what this complaint is about. Somebody else reads this letter and sends it.")
    if KINDS[kind].second and actor.label in written.get("by", []):
        return _("You wrote in this letter. Ask a colleague to read it and to send it: they find it under “Letters”.")
    if written.get("reopen") and not actor.may(Permission.REOPEN):
        return _("It reopens the request that the complaint is about. A manager reads it and sends it.")
    return ""


def _does(kind: str, written: dict[str, Any]) -> str:
    """What sending a letter does, in words."""
    part = KINDS[kind].route is not None and written.get("result") == Result.PART
    does = OF_COMPLAINTS.get(kind, KINDS[kind].does)
    said = str(DOES[f"{does} part" if part else does])
    more = _("It also reopens the request that the complaint is about: a manager has to send it.")
    return f"{said} {more}" if written.get("reopen") else said


@blueprint.get("/cases/<reference>/letters/<uuid:letter_id>/pdf")
@allow(Permission.SEE_CASES)
def letter_pdf(reference: str, letter_id: uuid.UUID) -> FlaskResponse:
    """The letter on paper, as a PDF."""
    case = frame.find(reference)
    row = letter.of(case, letter_id)
    if row.kind == CODE:
        raise NotFound(_("There is no such letter in this case."))
    audit.viewed("a letter", actor=access.actor(), now=access.now(), case=case, of=row)
    return as_file(letter.pdf(case, row, now=access.now()), f"letter-{case.reference}.pdf", inline=True)


def as_file(content: bytes, name: str, *, inline: bool = False) -> FlaskResponse:
    """A PDF of our own as an answer."""
    response = FlaskResponse(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


@blueprint.post("/cases/<reference>/letters/<uuid:letter_id>")
@allow(Permission.WRITE_LETTERS)
@again(letter_page, stands=conflict.draft)
def change_letter(reference: str, letter_id: uuid.UUID) -> Response:
    """Keep what was changed in a draft; then send it, or throw it away, if that button was pressed."""
    case, actor, now = frame.find(reference), access.actor(), access.now()
    row = letter.of(case, letter_id)
    wanted = one_of("do", ("save", "send", "drop"), _("Choose what to do with the letter."))
    here = redirect(url_for("staff.letter_page", reference=reference, letter_id=letter_id))
    if wanted == "drop":
        letter_draft.drop(case, row, version=version(), actor=actor, now=now)
        flash(_("Thrown away. Nothing was sent, and nothing was done."))
        return redirect(url_for("staff.case_page", reference=reference))
    letter_draft.save(
        case,
        row,
        subject=line("subject", longest=letter_draft.SUBJECT),
        text=words("text", longest=letter_draft.LONGEST),
        welsh=(line("subject_welsh", longest=letter_draft.SUBJECT), words("text_welsh", longest=letter_draft.LONGEST)),
        stands=words("stands", longest=2000),
        version=version(),
        actor=actor,
        now=now,
    )
    if wanted == "save":
        flash(_("Kept. Nothing has been sent yet."))
        return here
    letter_draft.send(
        case,
        row,
        stands=words("stands", longest=2000),
        english_only=bool(line(letter_welsh.FIELD, longest=10)),
        version=row.version,
        actor=actor,
        now=now,
    )
    if row.state == "to_post":
        flash(
            _("The letter waits to be printed and posted. What it does counts from the day on which you note that.")
            if delivery.clock_rests_on(row)
            else _("The letter waits to be printed and posted.")
        )
    else:
        flash(_("The letter is on its way."))
    return redirect(url_for("staff.case_page", reference=reference))
