"""What belongs to somebody else is not opened, even by whoever knows its address."""

from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.errors import NotFound
from sar_service.services import document, reading, search, units
from tests import factories, packs


def test_what_is_not_the_subjects_is_not_opened_by_its_address(staff: Any, sent: Any, now: datetime) -> None:
    officer = staff("officer")
    case = packs.again(factories.searched(factories.a_case(now=now), sent, actor=officer, now=now))
    packs.with_file(case, sent, name="note.txt", content=b"Dear Morwenna, the pass is here.", actor=officer, now=now)
    case = packs.again(case)
    record, file = units.records(case)[0].id, document.included(case)[0]
    for home in (record, file.id):
        assert reading.open_item(case, home).units
    file.handled = "not_theirs"
    db.session.flush()
    with pytest.raises(NotFound):
        reading.open_item(case, file.id)
    for row in search.candidates(case):
        search.decide_candidate(case, row.id, decision="rejected", version=row.version, actor=officer, now=now)
    with pytest.raises(NotFound):
        reading.open_item(case, record)
    with pytest.raises(NotFound):
        reading.open_item(factories.a_case(now=now), record)
