"""Who asks, as far as the facts of a case tell: whether that is settled, and in what capacity a request has to be
treated, since whoever acts on what a parent signed asks as a parent.

Which evidence that needs is `domain/identity.py`; which exemptions it opens, `domain/exemption.py`.
"""

from sar_service.domain.identity import Capacity, EvidenceKind
from sar_service.domain.identity_basis import by_parent_alone
from sar_service.models import Case

from . import clock

UNDOES = ("contact_changed", "identity_doubted", "capacity_changed")


def settled(case: Case) -> bool:
    """Has somebody, after the last change of contact, said that identity and authority are settled?"""
    facts = clock.standing_facts(case)
    said = [fact.recorded_at for fact in facts if fact.kind == "identity_settled"]
    undone = [fact.recorded_at for fact in facts if fact.kind in UNDOES]
    return bool(said) and (not undone or max(said) > max(undone))


def lapsed(case: Case) -> bool:
    """Was it settled once who asks, and is it not any more?"""
    return not settled(case) and any(fact.kind == "identity_settled" for fact in clock.standing_facts(case))


def asks_as(case: Case) -> str:
    """The capacity that decides what may be withheld (DPA 2018 Sch 3 paras 4, 10 and 21 count for agents as well)."""
    signed = {
        fact.detail.get("basis")
        for fact in clock.standing_facts(case)
        if fact.kind == "evidence_seen" and (fact.detail or {}).get("evidence") == EvidenceKind.SIGNED_AUTHORITY
    }
    agent = case.capacity in (Capacity.SOLICITOR, Capacity.REPRESENTATIVE)
    return Capacity.PARENT.value if agent and by_parent_alone(signed) else case.capacity
