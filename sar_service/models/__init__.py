"""The cellar: tables and nothing else. Rules are in `domain/`, work is done in `services/`."""

from .audit import AuditEvent, AuditHead, AuditSealed
from .base import Claimed, Identified, OfCase, OfController, Sealed
from .case import Case, CaseKey, Fact, Once, StoredObject
from .complaint import Complaint
from .identity import ContactElsewhere, IdentityCopy
from .incoming import Incoming
from .lateness import LateReason
from .letter import Letter
from .moved_date import MovedDate
from .pack import AccessCode, Pack, PackPart, PackState
from .redaction import Decision, MarkRow, PersonRow, SignOff, Suggesting
from .regulator import RegulatorFile, RegulatorLetter
from .reminder import Pulse, Reminder, StaffMail
from .search import CandidateRow, Document, DocumentState, LeftOut, Record, SystemSearch
from .team import Attempt, Member, Team, TeamMember, WebSession
from .work import FlagRow, KeptApart, LinkRow, Merge, Note, Reason, SearchWord, Task

__all__ = [
    "AccessCode", "Attempt", "AuditEvent", "AuditHead", "AuditSealed", "CandidateRow", "Case", "CaseKey", "Claimed",
    "Complaint", "ContactElsewhere", "Decision", "Document", "DocumentState", "Fact", "FlagRow", "Identified",
    "IdentityCopy",
    "Incoming",
    "KeptApart", "LateReason", "LeftOut",
    "Letter", "LinkRow", "MarkRow", "Member", "Merge", "MovedDate", "Note", "OfCase", "OfController", "Once", "Pack",
    "PackPart", "PackState", "PersonRow", "Pulse", "Reason", "Record", "RegulatorFile",
    "RegulatorLetter", "Reminder", "Sealed", "SearchWord", "SignOff",
    "StaffMail", "StoredObject", "Suggesting", "SystemSearch", "Task", "Team", "TeamMember", "WebSession",
]  # fmt: skip
