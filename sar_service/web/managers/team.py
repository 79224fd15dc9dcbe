"""The team: who works here, in which role and for which council; adding somebody, and taking their access away."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Permission, Role
from sar_service.extensions import runtime
from sar_service.services import staff_mail, team

from ..access import actor, allow, now
from ..fields import EmailField, TextField, errors_for
from ..fields_choice import CheckboxesField, RadiosField
from . import blueprint

ROLES = {
    Role.OFFICER: _l("Officer: answers requests, and checks other officers' work"),
    Role.MANAGER: _l("Manager: all that, and figures, handing out, refusing and reopening"),
    Role.ADMINISTRATOR: _l("Administrator: the team and the systems; reads nobody's file"),
    Role.AUDITOR: _l("Auditor: the audit trail and the figures"),
}


class NewMember(Form):
    name = TextField(_l("Name"), required=_l("Enter a name"), longest=120)
    email = EmailField(_l("E-mail address"), required=_l("Enter an e-mail address"))
    role = RadiosField(_l("Role"), required=_l("Choose a role"), choices=[(r.value, w) for r, w in ROLES.items()])
    controllers = CheckboxesField(_l("Works for"), required=_l("Choose at least one council"))


def _form() -> NewMember:
    form = NewMember(request.form if request.method == "POST" else None)
    form.controllers.choices = [
        (each.key, each.name) for each in runtime().catalogue.controllers.values() if each.key in actor().controllers
    ]
    return form


@blueprint.route("/team", methods=["GET", "POST"])
@allow(Permission.MANAGE_TEAM)
def members() -> Any:
    """The list, and the form that adds somebody. The first password is shown once, to be handed over in person."""
    form = _form()
    status = 200
    if request.method == "POST":
        if form.validate():
            try:
                member, password = team.invite(
                    email=form.email.data,
                    name=form.name.data,
                    role=Role(form.role.data),
                    controllers=form.controllers.data,
                    actor=actor(),
                    now=now(),
                )
            except InvalidInput as error:
                form[error.field or "email"].errors = [str(error)]
            else:
                flash(_("%(name)s can sign in with this password: %(password)s", name=member.name, password=password))
                return redirect(url_for("managers.members"))
        status = 400
    listed = team.members(controllers=actor().controllers)
    page = render_template(
        "managers/team.html",
        members=[(member, team.within(member.controllers, actor())) for member in listed],
        councils=dict(form.controllers.choices),
        form=form,
        errors=errors_for(form) if status == 400 else [],
        roles=ROLES,
    )
    return page, status


@blueprint.post("/team/<uuid:member_id>/end")
@allow(Permission.MANAGE_TEAM)
def end_access(member_id: uuid.UUID) -> Any:
    """Take somebody's access away; every session of theirs ends at once."""
    member = team.deactivate(member_id, actor=actor(), now=now())
    flash(
        _("%(name)s can no longer sign in. A manager hands their work over under “Who has how much”.", name=member.name)
    )
    return redirect(url_for("managers.members"))


@blueprint.post("/team/<uuid:member_id>/return")
@allow(Permission.MANAGE_TEAM)
def give_access(member_id: uuid.UUID) -> Any:
    """Let somebody in again whose access was ended, with a new password, shown once."""
    member, password = team.readmit(member_id, actor=actor(), now=now())
    flash(_("%(name)s can sign in with this password: %(password)s", name=member.name, password=password))
    return redirect(url_for("managers.members"))


@blueprint.post("/team/<uuid:member_id>/mended")
@allow(Permission.ASSIGN)
def mended(member_id: uuid.UUID) -> Any:
    """Say that our e-mails reach somebody again: the warning leaves the managers' worklists."""
    member = staff_mail.mended(member_id, actor=actor(), now=now())
    flash(_("If the next e-mail to %(name)s comes back, it is said here again.", name=member.name))
    return redirect(url_for("staff.worklist"))


@blueprint.post("/team/<uuid:member_id>/password")
@allow(Permission.MANAGE_TEAM)
def new_password(member_id: uuid.UUID) -> Any:
    """Give somebody a new password, shown once; every session of theirs ends at once."""
    member, password = team.reset_password(member_id, actor=actor(), now=now())
    flash(_("%(name)s can sign in with this password: %(password)s", name=member.name, password=password))
    return redirect(url_for("managers.members"))
