"""The cellar: tables and nothing else. Rules are in `domain/`, work is done in `services/`."""

from .audit import AuditEvent, AuditHead
from .base import Claimed, Identified, OfCase, OfController, Sealed
from .case import Case, CaseKey, Fact, Once, StoredObject
from .letter import Letter
from .pack import AccessCode, Pack, PackPart, PackState
from .redaction import Decision, MarkRow, PersonRow, SignOff, Suggesting
from .search import CandidateRow, Document, DocumentState, Record, SystemSearch
from .team import Attempt, Member, WebSession

__all__ = [
    "AccessCode", "Attempt", "AuditEvent", "AuditHead", "CandidateRow", "Case", "CaseKey", "Claimed", "Decision",
    "Document", "DocumentState", "Fact", "Identified", "Letter", "MarkRow", "Member", "OfCase", "OfController",
    "Once", "Pack", "PackPart", "PackState", "PersonRow", "Record", "Sealed", "SignOff", "StoredObject",
    "Suggesting", "SystemSearch", "WebSession",
]  # fmt: skip
