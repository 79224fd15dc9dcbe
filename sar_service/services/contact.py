"""Where the answer to a request goes: its e-mail address, telephone and postal address, as they stand now."""

import re
from typing import Any

from sar_service.domain.lifecycle import OPEN
from sar_service.models import Case

from . import sealing

PARTS = ("email", "phone", "address")


def contact_of(case: Case) -> dict[str, Any]:
    """Where the answer goes now: "email", "phone" and the lines of "address"."""
    requester = sealing.unseal(case)["requester"]
    address = requester.get("address") or []
    lines = address if isinstance(address, list) else [part.strip() for part in re.split(r"[\n,]", str(address))]
    return {
        "email": str(requester.get("email") or ""),
        "phone": str(requester.get("phone") or ""),
        "address": [str(each) for each in lines if str(each).strip()],
    }


def may_change(case: Case) -> bool:
    """Does anything still go to the contact of this case?"""
    return case.status in OPEN or case.released_at is not None
