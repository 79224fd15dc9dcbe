"""The connected systems as their keepers see them: what each is, how its searches went, whether it answers."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from sar_service.catalogue.system import EXTERNAL
from sar_service.connectors.base import AwaitingAnswer, ConnectorError
from sar_service.db import db, let_go
from sar_service.domain.actor import Actor
from sar_service.domain.errors import NotFound
from sar_service.extensions import runtime
from sar_service.models import SystemSearch

from . import audit
from .search import connector_for


@dataclass(frozen=True)
class Overview:
    """One system with the answers that its searches gave so far."""

    system: Any
    notice: str
    answers: dict[str, int]
    last_searched: datetime | None


def overview(*, actor: Actor) -> list[Overview]:
    """Every system that holds data of the actor's controllers."""
    catalogue = runtime().catalogue
    tally: dict[str, Counter[str]] = {}
    for key, state, count in db.session.execute(
        select(SystemSearch.system, SystemSearch.state, func.count()).group_by(SystemSearch.system, SystemSearch.state)
    ):
        tally.setdefault(key, Counter())[state.value] += count
    last = dict(
        db.session.execute(
            select(SystemSearch.system, func.max(SystemSearch.finished_at)).group_by(SystemSearch.system)
        ).all()  # type: ignore[arg-type]
    )
    return [
        Overview(system, catalogue.notice_of(system).service, dict(tally.get(system.key, {})), last.get(system.key))
        for system in catalogue.systems.values()
        if set(catalogue.controllers_of(system)) & actor.controllers
    ]


def check(key: str, *, actor: Actor, now: datetime) -> tuple[str, str]:
    """Reach a system now. Returns its title, and what is wrong in a sentence, or nothing."""
    system = runtime().catalogue.systems.get(key)
    if system is None or not set(runtime().catalogue.controllers_of(system)) & actor.controllers:
        raise NotFound("There is no such system.")
    problem = ""
    let_go()  # nobody waits for a system that hangs but whoever asks
    if system.kind != EXTERNAL:
        try:
            connector_for(system).check()
        except AwaitingAnswer:
            problem = ""
        except ConnectorError as error:
            problem = str(error)
    audit.record("checked a system", actor=actor, now=now, system=key, answers=not problem)
    return system.title, problem
