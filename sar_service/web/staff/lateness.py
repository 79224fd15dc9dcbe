"""Beside the clock of a case that is late: by how much, who had it on that day, and why, as somebody said."""

from typing import Any

from flask_babel import gettext as _

from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import lateness, team_share, work

from .. import access, filters
from . import frame


def shown(case: Case) -> dict[str, Any] | None:
    """What the card on the case page says; None where a case is not late."""
    late = lateness.of(case, frame.today())
    if late is None:
        return None
    names, given = frame.staff_names(), lateness.given(case)
    entries = [
        {
            "reason": filters.LATENESS[each.row.reason],
            "text": each.text,
            "by": frame.who(each.row.given_by, names),
            "at": each.row.given_at,
        }
        for each in given
    ]
    actor = access.actor()
    return {
        "open": late.how == "open",
        "says": _says(late),
        "with": _with(case, late, names),
        "stands": entries[0] if entries else None,
        "before": entries[1:],
        "version": len(given),
        "chosen": given[0].row.reason.value if given else "",
        "text": given[0].text if given else "",
        "options": [(reason.value, words) for reason, words in filters.LATENESS.items()],
        "may": actor.may(Permission.CORRECT_FACTS) and actor.id not in work.barred(case),
    }


def _says(late: lateness.Late) -> str:
    if late.due is None:
        return _("It has no due date, so that it cannot count as answered in time.")
    days = {"due": filters.long_date(late.due), "done": filters.long_date(late.done)}
    if late.how == "acknowledged":
        return _("It was to be acknowledged by %(due)s and was on %(done)s.", **days)
    if late.how == "answered":
        return _("It was due on %(due)s and answered on %(done)s.", **days)
    if late.how == "ended":
        return _("It was due on %(due)s and ended without an answer on %(done)s.", **days)
    return _("It was due on %(due)s and is not answered.", **days)


def _with(case: Case, late: lateness.Late, names: dict[str, str]) -> str:
    """Who had it when the day passed; "" where the trail does not say."""
    found = lateness.holder(case, late.due) if late.due is not None else None
    if found is None:
        return ""
    team = team_share.names([case.controller]).get(found.team, "") if found.team is not None else ""
    return ", ".join(filter(None, (names.get(found.member or "", ""), _("team %(name)s", name=team) if team else "")))
