"""The cellar: tables and nothing else. Rules are in `domain/`, work is done in `services/`."""

from .audit import AuditEvent, AuditHead
from .base import Claimed, Identified, OfCase, OfController, Sealed
from .case import Case, CaseKey, Fact, Once, StoredObject
from .letter import Letter
from .pack import AccessCode, Pack, PackPart, PackState
from .redaction import Decision, MarkRow, PersonRow, SignOff, Suggesting
from .reminder import Pulse, Reminder, StaffMail
from .search import CandidateRow, Document, DocumentState, Record, SystemSearch
from .team import Attempt, Member, WebSession
from .work import FlagRow, LinkRow, Note, SearchWord, Task

__all__ = [
    "AccessCode", "Attempt", "AuditEvent", "AuditHead", "CandidateRow", "Case", "CaseKey", "Claimed", "Decision",
    "Document", "DocumentState", "Fact", "FlagRow", "Identified", "Letter", "LinkRow", "MarkRow", "Member", "Note",
    "OfCase", "OfController", "Once", "Pack", "PackPart", "PackState", "PersonRow", "Pulse", "Record", "Reminder",
    "Sealed", "SearchWord", "SignOff", "StaffMail", "StoredObject", "Suggesting", "SystemSearch", "Task",
    "WebSession",
]  # fmt: skip
