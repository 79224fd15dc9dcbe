"""What staff keep beside a case: flags, tasks with a day, notes, and the cases that belong with it."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Permission, may_see_case
from sar_service.domain.work import Flag, LinkKind
from sar_service.models import Case, Member
from sar_service.services import link as links
from sar_service.services import team, work

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, day, identity, line, one_of, reason, version, words
from .merge import alike, merged, name

ENDS: dict[str, Any] = {"done": _l("Done"), "dropped": _l("Need not be done")}


@blueprint.get("/cases/<reference>/work")
@allow(Permission.SEE_CASES)
def work_page(reference: str) -> str:
    """Flags, tasks, notes and linked cases, each with its form."""
    case, actor = frame.find(reference), access.actor()
    carried = work.flags([case]).get(case.id, [])
    linked = links.links(case, actor=actor)
    return frame.page(
        "work",
        case,
        tab="work",
        viewed="the notes and tasks",
        flags=[(flag.value, words_, flag in carried) for flag, words_ in frame.FLAGS.items()],
        tasks=[
            {"row": row, "what": what, "late": not row.outcome and row.due_on < frame.today()}
            for row, what in work.tasks(case)
        ],
        notes=work.notes(case),
        linked=[
            {"row": row, "kind": frame.LINKS[row.kind], "case": other, "name": name(other)} for row, other in linked
        ],
        alike=alike(case),
        apart=links.kept_apart(case, actor=actor),
        merged=merged(case),
        kinds=[(kind.value, words_) for kind, words_ in frame.LINKS.items()],
        members=[("", _("whoever has the case")), *_members(case)],
        names=frame.staff_names(),
        ends=ENDS,
        what=frame.what,
        stage=frame.stage,
    )


def _members(case: Case) -> list[tuple[str, str]]:
    able = (each for each in team.workers(case.controller) if may_see_case(team.actor_of(each), case))
    return [(str(each.id), each.name) for each in able]


def _back(reference: str, anchor: str) -> Response:
    return redirect(url_for("staff.work_page", reference=reference, _anchor=anchor))


@blueprint.post("/cases/<reference>/flags")
@allow(Permission.SEE_CASES)
@again(work_page)
def set_flags(reference: str) -> Response:
    """Put flags on a case and take them off."""
    case = frame.find(reference)
    ticked, stood = request.form.getlist("flag"), request.form.get("seen", "").split(",")
    wanted, seen = ({Flag(each) for each in given if each in set(Flag)} for given in (ticked, stood))
    work.set_flags(case, wanted, seen=seen, actor=access.actor(), now=access.now())
    flash(_("The flags were kept."))
    return _back(reference, "flags")


@blueprint.post("/cases/<reference>/notes")
@allow(Permission.SEE_CASES)
@again(work_page)
def add_note(reference: str) -> Response:
    """Write a note."""
    work.note(frame.find(reference), words("text", longest=work.LONGEST), actor=access.actor(), now=access.now())
    flash(_("The note was kept."))
    return _back(reference, "notes")


@blueprint.post("/cases/<reference>/tasks")
@allow(Permission.SEE_CASES)
@again(work_page)
def add_task(reference: str) -> Response:
    """Add a task for somebody, with its day."""
    case = frame.find(reference)
    work.add_task(
        case,
        line("what", longest=500),
        due_on=day("due_on"),
        member=_member(line("member")),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("The task was added."))
    return _back(reference, "tasks")


def _member(text: str) -> Member | None:
    if not text:
        return None
    member = team.get(str(identity(text, _("Choose who does it."))))
    if member is None:
        raise InvalidInput(_("Choose who does it."), field="member")
    return member


@blueprint.post("/cases/<reference>/tasks/<uuid:task>")
@allow(Permission.SEE_CASES)
@again(work_page, stands=conflict.task)
def end_task(reference: str, task: uuid.UUID) -> Response:
    """Say that a task is done, or need not be done."""
    outcome = one_of("outcome", ENDS, _("Choose whether it is done or need not be done."))
    case = frame.find(reference)
    work.end_task(case, task, outcome=outcome, version=version(), actor=access.actor(), now=access.now())
    flash(_("Recorded."))
    return _back(reference, "tasks")


def _other() -> Case:
    return frame.typed_in("other", empty=_("Enter the reference of the other case."))


@blueprint.post("/cases/<reference>/links")
@allow(Permission.SEE_CASES)
@again(work_page)
def add_link(reference: str) -> Response:
    """Link the case with another one."""
    case = frame.find(reference)
    kind = LinkKind(one_of("kind", set(LinkKind), _("Choose how the two belong together.")))
    other = _other()
    links.link(case, other, kind, actor=access.actor(), now=access.now())
    flash(_("The two cases are linked now."))
    return _back(reference, "links")


@blueprint.post("/cases/<reference>/links/<uuid:link>/removal")
@allow(Permission.SEE_CASES)
@again(work_page)
def remove_link(reference: str, link: uuid.UUID) -> Response:
    """Take a link away."""
    links.unlink(frame.find(reference), link, reason=reason(), actor=access.actor(), now=access.now())
    flash(_("The link was taken away."))
    return _back(reference, "links")


@blueprint.post("/cases/<reference>/alike")
@allow(Permission.SEE_CASES)
@again(work_page)
def keep_apart(reference: str) -> Response:
    """Say that another case, which looks alike, is another request."""
    case = frame.find(reference)
    links.keep_apart(case, _other(), actor=access.actor(), now=access.now())
    flash(_("Kept as two requests. It is not shown as alike any more."))
    return redirect(url_for("staff.work_page", reference=reference, _anchor="alike"))
