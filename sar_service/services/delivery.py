"""What became of a letter after it was handed over: it did not arrive, and what is done about that.

Whoever learns of it (a report that came back to the mailbox, an adapter that is called back) says so with `bounced`;
that an envelope came back, with `came_back`.
A letter that did not arrive stands on everybody's worklist until somebody has dealt with it.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import load_only

from sar_service.adapters.mail import Failure, Following
from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput, WrongState
from sar_service.domain.incoming import letters_named
from sar_service.domain.letter import KINDS
from sar_service.extensions import runtime
from sar_service.models import Case, Letter
from sar_service.queue import after_commit

from . import audit, lease, letter, letter_hold, listing, sealing, staff_mail, told_date
from . import case as cases
from . import reason as reasons
from .letter_left import TELLS, WAITS, overtaken, went

UNDER_WAY = ("waiting", "sending", "sent")
MOST = listing.MOST
CODE = "access-code"  # it has lapsed by the time that anybody looks at it
RETURNED = "it came back in the post"
NO_MORE = (
    "What this letter says was taken back or answered, or the request has ended or goes on again since. Say that it is "
    "dealt with, and write another one if they have to know."
)


def bounced(letter_id: uuid.UUID, *, reason: str, permanent: bool, now: datetime, sending: int | None = None) -> bool:
    """A mail system says that a letter did not arrive, or not yet; False where there is no such letter.

    `reason` is in words that name nobody. `sending` is the number of the sending it speaks of, where that is known:
    word of an earlier one changes nothing about the one that went after it. Being told twice is no harm.
    """
    row = db.session.get(Letter, letter_id)
    if row is None:
        return False
    case = db.session.get_one(Case, row.case_id)
    audit.lock(case)
    db.session.refresh(row)
    earlier = sending is not None and sending != sealing.unseal(row).get("sending", 0)
    if permanent and not earlier and row.state in UNDER_WAY:
        row.state, row.message = "failed", reason[:300]
        lease.give_back(row)
        told_date.renew(case)
        _note("learnt that a letter did not arrive", case, row, reason, now=now)
    elif permanent and earlier:
        _note("learnt that an earlier sending did not arrive", case, row, reason, now=now)
    elif not permanent:
        _note("learnt that a letter is delayed", case, row, reason, now=now)
    return True


def _note(verb: str, case: Case, row: Letter, reason: str, *, now: datetime) -> None:
    why = reasons.keep(case, reason, actor=SERVICE, now=now)
    audit.record(verb, actor=SERVICE, now=now, case=case, of=row, kind=row.kind, **why)


def follow() -> None:
    """Have the mailer asked what did not arrive, if it is one that knows."""
    if isinstance(runtime().mailer, Following):
        after_commit("undelivered")


def ask() -> list[Failure]:
    """What the mailer knows of messages that did not arrive. Raises MailFailed."""
    mailer = runtime().mailer
    return mailer.failures() if isinstance(mailer, Following) else []


def learn(failure: Failure, *, now: datetime) -> bool:
    """Take in that a message did not arrive; False if it is none of ours, or that is known, or it went again."""
    for letter_id, sending in letters_named((f"{failure.key}@",)):
        row = db.session.get(Letter, letter_id)
        if row is not None and row.state in UNDER_WAY and sealing.unseal(row).get("sending", 0) == sending:
            return bounced(letter_id, sending=sending, reason=failure.reason, permanent=True, now=now)
    return staff_mail.learn(failure.key, reason=failure.reason, now=now)


def undelivered(*, actor: Actor) -> list[tuple[Letter, Case]]:
    """The letters that did not arrive and that nobody has dealt with, in the cases this actor may see; oldest first."""
    rows = db.session.execute(
        cases.visible(actor, by_id=True)
        .join(Letter, Letter.case_id == Case.id)
        .where(Letter.state == "failed")
        .with_only_columns(Letter, Case)
        .options(*listing.NAMED, load_only(Letter.case_id, Letter.kind, Letter.written_at))
        .order_by(Letter.written_at, Letter.id)
        .limit(MOST + 1)
    )
    return [(row, case) for row, case in rows]


def clock_rests_on(row: Letter) -> str:
    """What of the clock rests on a letter's having arrived: "waits" for an answer, "longer" by its notice, or ""."""
    does = KINDS[row.kind].does
    return "waits" if does in WAITS else "longer" if does in TELLS else ""


def send_again(case: Case, row: Letter, *, by_post: bool, version: int, actor: Actor, now: datetime) -> None:
    """Send a letter that did not arrive once more as it is: to the address the requester has now, or on paper.

    One that waits because no e-mail leaves can be put on paper meanwhile; it has not left before. A warning to whoever
    had the contact before a change goes to nobody else.
    """
    waits = by_post and _waits(case, row)
    if not waits:
        _still_failed(row, version)
    if row.kind == CODE:
        raise WrongState("The code in this letter has lapsed. The requester asks for a new one at the portal.")
    if stopped := letter_hold.stops(case, row.kind):
        raise WrongState(stopped)
    if overtaken(case, row):
        raise WrongState(NO_MORE)
    told, asked = sealing.unseal(row), sealing.unseal(case)
    goes = "post" if by_post else letter.way(case, row.kind)
    if not waits:
        told["sending"], told["went"] = told.get("sending", 0) + 1, row.sent_at is not None or went(told)
    old = row.kind in letter_hold.TO_THE_OLD
    told["to"] = "" if goes == "post" else str(told["to"] if old else asked["requester"]["email"])
    told["address"] = told["address"] if old else letter.address_of(case)
    for lay in ("printed", "waits_since", "stop"):
        told.pop(lay, None)
    told["paper"] = {**told["paper"], "to": told["address"]}
    if goes != "post":
        told["mail"] = letter.mail_of(case, row.kind, told, now=row.written_at)
    sealing.seal(row, told)
    row.state = "to_post" if goes == "post" else "waiting"
    row.message, row.attempts, row.sent_at, row.queued_at = "", 0, None, None
    told_date.renew(case)
    how = "post" if goes == "post" else "email"
    audit.record("sent a letter again", actor=actor, now=now, case=case, of=row, kind=row.kind, how=how)
    if goes != "post":
        row.queued_at = now
        after_commit("letter", row.id)


def _waits(case: Case, row: Letter) -> bool:
    """Does it wait because no e-mail leaves? Raises WrongState if it is being sent at this moment."""
    audit.lock(case)
    db.session.refresh(row)
    if row.state == "sending":
        raise WrongState("This letter is being sent at this moment. Look at it again in a minute.")
    return row.state == "waiting"


def came_back(case: Case, row: Letter, *, version: int, actor: Actor, now: datetime) -> None:
    """A letter that was posted was returned: from now on it has not arrived, as an e-mail that bounced."""
    if row.state != "posted":
        raise WrongState("This letter is not in the post. Look at it again.")
    cases.check_version(row, version)
    row.state, row.message = "failed", RETURNED
    told_date.renew(case)
    audit.record("noted that a letter came back", actor=actor, now=now, case=case, of=row, kind=row.kind)


def settle(case: Case, row: Letter, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Say how it was dealt with otherwise that a letter did not arrive: it leaves everybody's list."""
    _still_failed(row, version)
    if not reason.strip():
        raise InvalidInput("Say how it was dealt with.", field="reason")
    row.state = "ended"
    told_date.renew(case)
    why = reasons.keep(case, reason, actor=actor, now=now)
    audit.record("dealt with a letter that did not arrive", actor=actor, now=now, case=case, of=row, **why)


def _still_failed(row: Letter, version: int) -> None:
    if row.state != "failed":
        raise WrongState("Somebody has dealt with this letter already. Look at it again.")
    cases.check_version(row, version)
