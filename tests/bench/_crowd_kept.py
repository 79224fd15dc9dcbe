"""What lies beside the cases of a crowd and is over: answers released, copies of evidence destroyed, e-mails answered.

Of each a few are not over: they are what the worklist has to find among all the others.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from sar_service.db import new_id
from sar_service.domain.lifecycle import OPEN, Status

TABLES = ("sign_off", "pack", "identity_copy", "incoming")
Row = tuple[str, dict[str, Any]]


class Story(Protocol):
    """What of a case says what lies beside it."""

    @property
    def status(self) -> Status: ...
    @property
    def released_at(self) -> datetime | None: ...
    @property
    def fetched(self) -> bool: ...


def beside(story: Story, key: Any, made: datetime, chance: Random) -> Iterator[Row]:
    """The rows of one case, each (table, values) without the case's own id and council."""
    yield from _answer(story, key, made)
    if story.status not in (Status.RECEIVED, Status.REFUSED) and chance.random() < 0.5:
        yield _copy(story, key, made, chance)
    if chance.random() < 0.3:
        yield _message(story, key, made, chance)


def _answer(story: Story, key: Any, made: datetime) -> Iterator[Row]:
    released = story.released_at
    if released is None and story.status is not Status.READY:
        return
    signed, pack = new_id(), new_id()
    note = key.seal_json({"note": ""}, about=f"sign_off:{signed}")
    when = released or made
    people = {"submitted_by": "service", "submitted_at": when, "signed_by": "service", "signed_at": when}
    yield "sign_off", {"id": signed, "digest": signed.hex * 2, "sealed": note, **people}
    found = key.seal_json({"findings": [], "manifest": {}}, about=f"pack:{pack}")
    yield (
        "pack",
        {
            "id": pack,
            "number": 1,
            "sign_off_id": signed,
            "state": "ready",
            "pages": 40,
            "sealed": found,
            "asked_by": "service",
            "asked_at": when,
            "finished_at": when,
            "released_at": released,
            "released_by": "service" if released else "",
            "fetched_at": released + timedelta(hours=1) if released and story.fetched else None,
        },
    )


def _copy(story: Story, key: Any, made: datetime, chance: Random) -> Row:
    waits = story.status is Status.IDENTITY and chance.random() < 0.2
    one, over = new_id(), None if waits else made + timedelta(days=1)
    return (
        "identity_copy",
        {
            "id": one,
            "pages": 1,
            "sent_by": "requester",
            "sent_at": made,
            "sent_on": made.date(),
            "checked_by": "" if waits else "service",
            "checked_at": over,
            "destroy_on": (made + timedelta(days=28)).date() if over else made.date() + timedelta(days=4000),
            "destroyed_by": "" if waits else "service",
            "destroyed_at": over,
            "sealed": key.seal_json({"name": "passport.jpg", "what": "passport"}, about=f"identity_copy:{one}"),
        },
    )


def _message(story: Story, key: Any, made: datetime, chance: Random) -> Row:
    waits = story.status in OPEN and chance.random() < 0.02
    one = new_id()
    told = {
        "from": "m@example.org", "name": "M", "reply_to": [], "to": [], "subject": "My request", "sent": "",
        "text": "When?", "notes": [], "files": [],
        "original": {"size": 100, "sha256": "0" * 64, "scan": "clean", "found": "", "large": False},
    }  # fmt: skip
    return (
        "incoming",
        {
            "id": one,
            "kind": "reply",
            "digest": one.hex * 2,
            "mailbox": "box",
            "uidvalidity": 1,
            "uid": one.int % 10**9,
            "known": True,
            "arrived_at": made,
            "read_at": made,
            "handled_by": "" if waits else "service",
            "handled_at": None if waits else made,
            "scan": "clean",
            "sealed": key.seal_json(told, about=f"incoming:{one}"),
        },
    )
