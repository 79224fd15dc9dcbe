"""The e-mail that a letter answers, so that the requester finds the two together in their mailbox."""

import re
import uuid

from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.incoming import MessageKind
from sar_service.models import Incoming

from . import sealing

FROM_PEOPLE = (MessageKind.REQUEST, MessageKind.REPLY)
LATEST = 10
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,300}>")


def answered(case_id: uuid.UUID, to: str) -> str:
    """The message id of the last e-mail that came to a case from the address to which a letter goes; "" if none did."""
    rows = db.session.scalars(
        select(Incoming)
        .where(Incoming.case_id == case_id, Incoming.kind.in_(FROM_PEOPLE))
        .order_by(Incoming.arrived_at.desc(), Incoming.id)
        .limit(LATEST)
    )
    for row in rows:
        told = sealing.unseal(row)
        found = str(told.get("id") or "")
        if to and told["from"].casefold() == to.casefold() and _ID.fullmatch(found):
            return found
    return ""
