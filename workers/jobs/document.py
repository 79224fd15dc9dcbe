"""Read one file into pages of words, or set it aside for a person with the reason."""

import logging
import tempfile
import uuid
from pathlib import Path

from sar_service.db import db
from sar_service.documents.convert import convert
from sar_service.documents.text import read_pages
from sar_service.domain.actor import SERVICE
from sar_service.domain.errors import Refused
from sar_service.models import Case, Document
from sar_service.services import case as cases
from sar_service.services import document, lease, redaction, sealing
from workers.runtime import heartbeat, job, now, reading, transaction

log = logging.getLogger(__name__)


@job
def run(document_id: str) -> None:
    """Claim the file, convert and read it outside any transaction, and keep what was read."""
    with transaction():
        plan = document.begin(uuid.UUID(document_id), now=now())
    if plan is None:
        _after(document_id)
        return
    with tempfile.TemporaryDirectory(prefix="sar-") as folder:
        work = Path(folder)
        with reading():
            original = sealing.object_to(plan.original_id, work / "original")
        refusal = ""
        with heartbeat(lambda: lease.keep(Document, plan.document_id, plan.token, now=now())):
            try:
                converted = convert(original, name=plan.file_name, work=work)
                only_members = bool(converted.members) and not converted.pdf.exists()
                pages = [] if only_members else read_pages(converted.pdf)
            except Refused as error:
                refusal = str(error)
            except Exception:
                log.exception("a file could not be read, in a way nobody foresaw")
                refusal = "The machine could not read this file. The error has been logged."
        with transaction():
            if refusal:
                document.refuse(plan, refusal, now=now())
            else:
                document.save(plan, converted, pages, now=now())
    _after(document_id)


def _after(document_id: str) -> None:
    with transaction():
        row = db.session.get(Document, uuid.UUID(document_id))
        if row is not None:
            case = db.session.get_one(Case, row.case_id)
            redaction.ask_when_gathered(case, now=now())
            cases.finish_search_if_gathered(case, actor=SERVICE, now=now())
