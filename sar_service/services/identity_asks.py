"""Who asks, as far as the facts of a case tell: whether that is settled, and in what capacity a request has to be
treated, since whoever acts on what a parent signed asks as a parent.

Which evidence that needs is `domain/identity.py`; which exemptions it opens, `domain/exemption.py`.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from sar_service.db import db
from sar_service.domain.identity import Capacity, EvidenceKind
from sar_service.domain.identity_basis import by_parent_alone
from sar_service.models import Case

from . import clock

UNDOES = ("contact_changed", "identity_doubted", "capacity_changed")


def lapsed_since(case: Case) -> datetime | None:
    """Since when it is not settled any more who asks, where it was once; else None."""
    facts = clock.standing_facts(case)
    said = max((fact.recorded_at for fact in facts if fact.kind == "identity_settled"), default=None)
    if said is None:
        return None
    return min((fact.recorded_at for fact in facts if fact.kind in UNDOES and fact.recorded_at >= said), default=None)


def lapsed(case: Case) -> bool:
    """Was it settled once who asks, and is it not any more?"""
    return lapsed_since(case) is not None


def settled(case: Case) -> bool:
    """Has somebody, after the last change of contact, said that identity and authority are settled?"""
    return not lapsed(case) and any(fact.kind == "identity_settled" for fact in clock.standing_facts(case))


def renew(case: Case) -> None:
    """Note on the case, for lists, since when it has to be settled again who asks. It makes no open form of it old."""
    since = lapsed_since(case)
    if case.doubted_at == since:
        return
    change = update(Case).where(Case.id == case.id).values(doubted_at=since)
    db.session.execute(change, execution_options={"synchronize_session": False})
    set_committed_value(case, "doubted_at", since)


def asks_as(case: Case) -> str:
    """The capacity that decides what may be withheld (DPA 2018 Sch 3 paras 4, 10 and 21 count for agents as well)."""
    signed = {
        fact.detail.get("basis")
        for fact in clock.standing_facts(case)
        if fact.kind == "evidence_seen" and (fact.detail or {}).get("evidence") == EvidenceKind.SIGNED_AUTHORITY
    }
    agent = case.capacity in (Capacity.SOLICITOR, Capacity.REPRESENTATIVE)
    return Capacity.PARENT.value if agent and by_parent_alone(signed) else case.capacity
