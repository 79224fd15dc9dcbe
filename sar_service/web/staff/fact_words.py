"""What is said of an entry beside its name: what was seen or judged, where it is evidence, and what was written."""

from sar_service.domain.identity import EvidenceKind
from sar_service.domain.identity_basis import Basis
from sar_service.models import Fact
from sar_service.services import clock

from .identity import BASES, KINDS


def about(fact: Fact) -> str:
    """For a reader; "" if nothing is said of it."""
    return ": ".join(filter(None, (_evidence(fact), clock.words_about(fact))))


def _evidence(fact: Fact) -> str:
    detail = fact.detail or {}
    kind, basis = detail.get("evidence"), detail.get("basis")
    if kind not in set(EvidenceKind):
        return ""
    said = [str(KINDS[EvidenceKind(kind)])]
    return "; ".join([*said, str(BASES[Basis(basis)])] if basis in set(Basis) else said)
