"""Sending a request where it belongs: who answers it there, by when, and that it really reaches them.

The letter is the act (`letter_draft.py`); routes and their days are `domain/redirect.py`.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sar_service.catalogue import Contact
from sar_service.domain import redirect
from sar_service.domain.actor import Actor
from sar_service.domain.clock import working_day_from
from sar_service.domain.errors import InvalidInput
from sar_service.domain.holidays import Nation
from sar_service.domain.lifecycle import Action
from sar_service.domain.redirect import PASSED_ON, Route
from sar_service.extensions import runtime
from sar_service.models import Case

from . import case as cases
from . import clock, team, work
from .letter_words import ENGLISH, written


def contact(case: Case, route: Route) -> str:
    """Who answers on this route, as the council's configuration says: one line, empty where it names nobody."""
    controller = runtime().catalogue.controllers[case.controller]
    return _line(getattr(controller.routes, route.value, None))


def others(case: Case) -> list[str]:
    """Other controllers whom the council's configuration knows, each as one line with the ways to reach it."""
    return [_line(each) for each in runtime().catalogue.controllers[case.controller].others]


def _line(found: Any) -> str:
    """A name and the ways to reach it, with commas between; empty where nothing is stated."""
    return ", ".join((*([str(found.name)] if found.name else []), *found.ways())) if isinstance(found, Contact) else ""


def foi_due(case: Case) -> date:
    """The last day for an answer under the freedom of information law."""
    return redirect.freedom_of_information_due(case.received_on, nation=case.nation, holidays=runtime().holidays)


def says(case: Case, route: Route, *, now: datetime, language: str = ENGLISH) -> dict[str, Any]:
    """What a letter on this route may speak of besides what every letter may."""
    due = foi_due(case)
    return {
        "route_contact": contact(case, route),
        "nation": case.nation,
        "received": written(case.received_on, language),
        "answer_by": written(due, language) if route is Route.FOI else "",
        "answer_late": route is Route.FOI and due < clock.day_of(now),
    }


def check(case: Case, route: Route) -> None:
    """Refuse a route that cannot be right. Raises InvalidInput."""
    if route is Route.SCHOOL and case.nation == Nation.SCOTLAND and case.capacity == "self":
        raise InvalidInput(
            "In Scotland the council answers for the records of its own schools. What a pupil asks for about "
            "themselves is for us; for an independent school choose “Another organisation”.",
            field="route",
        )


def send_elsewhere(case: Case, route: Route, *, actor: Actor, now: datetime) -> None:
    """End the case as one that is not for us, and keep where it went."""
    cases.move(case, Action.REDIRECT, actor=actor, now=now, route=route.value)
    case.redirected_as = route


def pass_on(case: Case, route: Route, *, actor: Actor, now: datetime) -> None:
    """Where the same council answers: a task for whoever sent the letter, that the request itself gets there."""
    if route not in PASSED_ON:
        return
    day = clock.day_of(now)
    due = working_day_from(day + timedelta(days=1), nation=case.nation, holidays=runtime().holidays)
    answers = "freedom of information requests" if route is Route.FOI else "members of parliament and councillors"
    work.add_task(
        case,
        f"Pass the request on to {contact(case, route) or f'whoever answers {answers}'}"[:500],
        due_on=due,
        member=team.get(actor.id),
        actor=actor,
        now=now,
    )
