"""What a letter speaks of: plain values, by the names in `domain/letter_words.py`, from a case and its council.

`words` needs no case, so that `sar check` fills every letter with invented ones.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sar_service.catalogue import Absent, Contact, Controller
from sar_service.catalogue.article_15 import contact_in_words
from sar_service.domain.clock import Reckoning
from sar_service.domain.clock_steps import written
from sar_service.domain.rights import Right
from sar_service.domain.sentence import with_article
from sar_service.extensions import runtime
from sar_service.models import Case

from . import clock, complaint, sealing, told_date


def of_case(case: Case, *, now: datetime) -> dict[str, Any]:
    """What every letter of a case may speak of, as it is now."""
    before = told_date.last(case)
    return words(
        runtime().catalogue.controllers[case.controller],
        reference=case.reference,
        right=case.right,
        capacity=case.capacity,
        told=sealing.unseal(case),
        reckoning=clock.reckon(case),
        today=clock.day_of(now),
        received=case.received_on,
        review=complaint.is_review(case),
        base_url=runtime().settings.base_url,
        told_before=before.due if before else None,
    )


def words(
    controller: Controller,
    *,
    reference: str,
    right: Right,
    capacity: str,
    told: Mapping[str, Any],
    reckoning: Reckoning,
    today: date,
    received: date,
    base_url: str,
    told_before: date | None = None,
    review: bool = False,
) -> dict[str, Any]:
    """The values of every name but those that a letter is given besides (`reason`, `result`, `code`)."""
    regulator = controller.regulator
    named = regulator.name if isinstance(regulator, Contact) else None
    due = reckoning.due
    return {
        "reference": reference,
        "requester": {"name": str(told["requester"].get("name") or "")},
        "right": right.value,
        "capacity": capacity,
        "how": str((told.get("delivery") or {}).get("how") or ""),
        "paper_only": paper_only(told),
        "controller": {
            "name": controller.name,
            "short_name": controller.short_name,
            "public_contact": _parts(controller.public_contact),
        },
        "complaints_to": _ways(controller.complaints) or _ways(controller.public_contact) or _ways(controller.dpo),
        "regulator_name": with_article(named) if isinstance(named, str) else "the Information Commissioner",
        "regulator_to": ", ".join(regulator.ways()) if isinstance(regulator, Contact) else "",
        "due": written(due) if due else "",
        "late": bool(due and due < today),
        "reckoning": {"state": reckoning.state.value, "steps": _steps(reckoning)},
        "told_before": written(told_before) if told_before else "",
        "today": written(today),
        "received": written(received),
        "review": review,
        "news_days": controller.complaint_aims.news_days,
        "outcome_days": controller.complaint_aims.outcome_days,
        "until": written(today + timedelta(days=controller.delivery.portal_days)),
        "base_url": base_url,
        "done": "",
        "reopen": False,
    }


def _steps(reckoning: Reckoning) -> list[str]:
    """How the date was worked out, without what only the council has to look at."""
    return [step.sentence for step in reckoning.steps if not step.for_staff]


def paper_only(told: Mapping[str, Any]) -> bool:
    """Did they ask for paper, and say that somebody else may see their messages? Then no code opens the answer."""
    how = (told.get("delivery") or {}).get("how") or "portal"
    return bool(how != "portal" and told["requester"].get("safe") == "careful")


def _parts(given: Contact | Absent) -> dict[str, str]:
    """Every part of a contact that a letter may name, empty where it is not stated."""
    found = {name: getattr(given, name, "") for name in ("name", "email", "phone", "url", "hours")}
    return {name: value if isinstance(value, str) else "" for name, value in found.items()}


def _ways(given: Contact | Absent | None) -> str:
    return contact_in_words(given) if isinstance(given, Contact) else ""
