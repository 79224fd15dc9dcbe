"""Letters from and to the regulator: logged with their own days, read, answered, and given another day."""

import re
import uuid
from datetime import date
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import Form

from sar_service.domain.errors import DomainError, InvalidInput, NotFound
from sar_service.domain.permission import Permission
from sar_service.extensions import runtime
from sar_service.models import Case
from sar_service.services import audit, clock, intake, regulator
from sar_service.services import case as cases

from .. import access
from ..access import allow
from ..fields import TextareaField, TextField, clean_line, errors_for
from ..fields_choice import FileField, RadiosField
from ..fields_date import DateField
from . import blueprint, conflict, frame
from .asking import again, day, one_of, reason, version

TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")  # an ending that is written from right to left looks like another

SCANNED = _l("At most 10, of 10 MB each and 30 MB together. A virus scanner sees them first, and they are kept sealed")


class Logged(Form):
    """What is written down of a letter."""

    controller = RadiosField(_l("Which council?"), required=_l("Choose a council"))
    direction = RadiosField(
        _l("Which way did it go?"),
        required=_l("Choose whether it came from the regulator or went to them"),
        choices=[(regulator.FROM, _l("It came from the regulator")), (regulator.TO, _l("It went to the regulator"))],
        default=regulator.FROM,
    )
    on = DateField(
        _l("On which day did it come, or go?"),
        required=_l("Enter the day it came or went"),
        earliest=clock.EARLIEST,
        latest=frame.today,
        too_late=_l("This day cannot be in the future"),
        too_early=_l("This day is before 2018: check the year"),
    )
    reply_by = DateField(
        _l("By which day do they want our answer?"), hint=_l("Everybody who may see it is warned of this day")
    )
    case = TextField(
        _l("Reference of the case that it is about"),
        hint=_l("A manager may leave it empty: the letter then belongs to no case"),
        longest=60,
        spellcheck=False,
        autocomplete="off",
    )
    their_reference = TextField(_l("The regulator’s own reference"), longest=60, autocomplete="off")
    subject = TextField(_l("What is it about?"), required=_l("Say what it is about"), longest=200, autocomplete="off")
    text = TextareaField(_l("What does it say?"), longest=20_000, rows=8)
    files = FileField(
        _l("Files that came or went with it"),
        hint=_l("At most 10, of 10 MB each and 30 MB together. They are kept sealed; nothing checks them for viruses"),
        attributes={"multiple": "multiple"},
    )

    def prepare(self) -> None:
        """Offer the councils this member of staff works for, and say whether a virus scanner looks at the files."""
        if runtime().scanner.there:
            self.files.hint = SCANNED
        mine = [each for key, each in runtime().catalogue.controllers.items() if key in access.actor().controllers]
        self.only = mine[0].key if len(mine) == 1 else ""
        if self.only:
            del self.controller
        else:
            self.controller.choices = [(each.key, each.name) for each in mine]


@blueprint.route("/regulator/new", methods=["GET", "POST"])
@allow(Permission.WRITE_LETTERS)
def log_regulator() -> Any:
    """Log a letter from or to the regulator, on a case or, for managers, on none."""
    sent = request.method == "POST"
    answers = _answered()
    of = clean_line(request.args.get("case", ""))[:40] or (answers.case.reference if answers and answers.case else "")
    before = {
        "case": of,
        "direction": regulator.TO if answers else regulator.FROM,
        "on": frame.today(),
        "their_reference": answers.told["their_reference"] if answers else "",
        "subject": answers.told["subject"] if answers else "",
        "controller": answers.row.controller if answers else _council_of(of),
    }
    form = Logged(request.form if sent else None, data=before)
    form.prepare()
    problems: list[dict[str, str]] = []
    if sent and form.validate():
        try:
            row = _log(form, answers)
        except DomainError as error:
            named = getattr(error, "field", None) or ""
            if named in form:
                form[named].errors = [str(error)]
                problems = errors_for(form)
            else:
                problems = [{"text": str(error), "href": "#main-content"}]
        else:
            flash(_("Kept."))
            return redirect(url_for("staff.regulator_letter", letter_id=row.id))
    elif sent:
        problems = errors_for(form)
    page = render_template(
        "staff/regulator_new.html",
        form=form,
        answers=answers,
        action=request.full_path.rstrip("?"),
        errors=problems,
        again=sent and bool(request.files.getlist("files")),
    )
    return page, 400 if problems else 200


def _council_of(reference: str) -> str | None:
    """Whose case it is, if whoever asks may see it."""
    try:
        return cases.get(intake.tidy_reference(reference) or reference, actor=access.actor()).controller
    except NotFound:
        return None


def _answered() -> regulator.Read | None:
    """The letter that this one answers, as the address says."""
    asked = request.args.get("answers", "")
    if not asked:
        return None
    try:
        return regulator.get(uuid.UUID(asked), actor=access.actor())
    except ValueError as error:
        raise NotFound(_("There is no such letter that you may see.")) from error


def _log(form: Logged, answers: regulator.Read | None) -> Any:
    case = _case(form)
    if case is None and not access.actor().may(Permission.REGULATOR):
        raise InvalidInput(_("Give the reference of the case. A manager logs what belongs to none."), field="case")
    return regulator.log(
        regulator.Given(
            direction=form.direction.data,
            on=form.on.data,
            reply_by=form.reply_by.data,
            their_reference=form.their_reference.data or "",
            subject=form.subject.data,
            text=form.text.data or "",
            files=_files(),
        ),
        controller=form.only or form.controller.data,
        case=case,
        answers=answers.row if answers is not None else None,
        actor=access.actor(),
        now=access.now(),
    )


def _files() -> list[tuple[str, bytes]]:
    """The files that were sent, none of them read beyond what one may be large."""
    found = [each for each in request.files.getlist("files") if each.filename]
    return [(_name(each.filename or ""), each.stream.read(regulator.LARGEST + 1)) for each in found]


def _name(given: str) -> str:
    """What a file is called, without the folders that it lay in and what turns letters around; never nothing."""
    plain = clean_line(TURNED.sub("", given.replace("\\", "/").rpartition("/")[2]))
    return plain[-120:] or _("File without a name")


def _case(form: Logged) -> Case | None:
    typed = form.case.data
    return frame.meant(typed, field="case") if typed else None


@blueprint.get("/regulator/<uuid:letter_id>")
@allow(Permission.SEE_CASES)
def regulator_letter(letter_id: uuid.UUID) -> str:
    """One letter: what it says, its files, and the day of the answer."""
    letter = regulator.get(letter_id, actor=access.actor())
    row, told = letter.row, letter.told
    audit.viewed("a letter of the regulator", actor=access.actor(), now=access.now(), case=letter.case, of=row)
    return render_template(
        "staff/regulator_letter.html",
        letter=letter,
        row=row,
        told=told,
        files=regulator.files(letter),
        changes=[
            {**each, **{key: date.fromisoformat(each[key]) for key in ("before", "after") if each[key]}}
            for each in told["changes"]
        ],
        open=row.direction == regulator.FROM and row.settled_on is None,
        today=frame.today(),
        by=frame.who(row.recorded_by, frame.staff_names()),
        errors=[],
    )


@blueprint.post("/regulator/<uuid:letter_id>")
@allow(Permission.WRITE_LETTERS)
@again(regulator_letter, stands=conflict.reply)
def change_regulator(letter_id: uuid.UUID) -> Response:
    """Give the answer another day, or say that it was given in another way or is not needed."""
    letter, actor, now = regulator.get(letter_id, actor=access.actor()), access.actor(), access.now()
    if one_of("do", ("day", "settle"), _("Choose what happened.")) == "day":
        regulator.change_day(letter, day("reply_by"), reason=reason(), version=version(), actor=actor, now=now)
        flash(_("The answer has another day now; the earlier one stays on file."))
    else:
        regulator.settle(letter, on=day("on"), reason=reason(), version=version(), actor=actor, now=now)
        flash(_("No answer is awaited any more."))
    return redirect(url_for("staff.regulator_letter", letter_id=letter_id))


@blueprint.get("/regulator/<uuid:letter_id>/files/<uuid:file_id>")
@allow(Permission.SEE_CASES)
def regulator_file(letter_id: uuid.UUID, file_id: uuid.UUID) -> FlaskResponse:
    """A file of a letter, to be saved: it is never shown inside a page."""
    letter = regulator.get(letter_id, actor=access.actor())
    name, content = regulator.content(letter, file_id)
    audit.viewed("a letter of the regulator", actor=access.actor(), now=access.now(), case=letter.case, of=letter.row)
    response = FlaskResponse(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
