"""Several people and jobs at one case at the same moment: each gets through, and none waits for ever."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask

from sar_service.db import db, reading_only
from sar_service.domain.actor import SERVICE
from sar_service.domain.work import Flag, LinkKind
from sar_service.models import Case, Note
from sar_service.services import audit, link, work
from tests import factories, packs

TIMES = 8


def test_people_and_jobs_at_the_same_two_cases_all_get_through(app: Flask, staff: packs.Made, now: datetime) -> None:
    officer = staff("officer")
    ids = [factories.a_case(now=now).id for _ in range(2)]
    db.session.remove()
    faults: list[BaseException] = []

    def each(one: Case, other: Case, turn: int) -> list[Callable[[], Any]]:
        return [
            lambda: work.note(one, "Rang.", actor=officer, now=now),
            lambda: link.link(other, one, LinkKind.RELATED, actor=officer, now=now),
            lambda: work.set_flags(other, [list(Flag)[turn % 6]], actor=officer, now=now),
            lambda: setattr(one, "assigned_to", uuid.UUID(officer.id) if turn % 2 else None),
            lambda: audit.record("searched a system", actor=SERVICE, now=now, case=one),
        ]

    def run(number: int) -> None:
        with app.app_context():
            for turn in range(TIMES):
                reading_only.set(False)
                try:
                    cases = [db.session.get_one(Case, identity) for identity in ids]
                    one, other = cases if (number + turn) % 2 else reversed(cases)
                    each(one, other, turn)[(number + turn) % 5]()
                    if (number + turn) % 5 == 3:
                        audit.record("assigned the case", actor=officer, now=now, case=one)
                    db.session.commit()
                except BaseException as error:
                    db.session.rollback()
                    if (
                        "StaleDataError" not in type(error).__name__
                    ):  # somebody else was quicker: said, and nothing lost
                        faults.append(error)
                finally:
                    db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert faults == []
    assert db.session.query(Note).count() > 0
    counted, broken = audit.verify()
    assert broken is None and counted > 20
