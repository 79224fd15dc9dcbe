"""Members of staff: making them, letting them in, keeping their sessions on the server, and ending those."""

import json
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, insert, select, update

from sar_service.db import aside, db, new_id, reading
from sar_service.domain.actor import Actor, ActorKind
from sar_service.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from sar_service.domain.permission import Permission, Role, permissions_of
from sar_service.extensions import runtime
from sar_service.models import Member, WebSession

from . import attempt, audit

HASHER = PasswordHasher()
# Checked against when no such member exists, so that the answer takes as long either way. Written out, because every
# process would otherwise work on it as it starts.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$qxHiaWwazlvspIpJynQjKQ$o3qfT58nWKtd+2kKbp5PiPmwZx7owwCDP+N0DIMo7X0"
SHORTEST_PASSWORD = 12
FEWEST_LETTERS = 5  # different ones
SESSIONS = WebSession.__table__
# Somebody who fills in the form may be called away: a session that opens no file keeps its answers for
# as long as a day with a night in it. On a screen that others may use, what was sent is shown for no longer than usual.
DRAFT = timedelta(hours=20)
OPENS_NOTHING = frozenset({"request_draft", "portal_reference", "csrf_token", "_seen", "_flashes"})


def actor_of(member: Member) -> Actor:
    """A member as the rest of the service knows who acts."""
    return Actor(
        kind=ActorKind.STAFF,
        id=str(member.id),
        name=member.name,
        role=member.role,
        controllers=frozenset(member.controllers),
    )


def add(
    *, email: str, name: str, role: Role, controllers: list[str], password: str, actor: Actor, now: datetime
) -> Member:
    """Make a member of staff. Raises InvalidInput naming the field."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 254:
        raise InvalidInput("Enter an e-mail address, like name@council.gov.uk.", field="email")
    if db.session.scalar(select(Member.id).where(Member.email == email)):
        raise InvalidInput("Somebody with this e-mail address is already a member.", field="email")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"A password needs at least {SHORTEST_PASSWORD} characters.", field="password")
    unknown = [key for key in controllers if key not in runtime().catalogue.controllers]
    if unknown:
        raise InvalidInput(f"There is no controller named {unknown[0]}.", field="controllers")
    if not within(controllers, actor):
        raise InvalidInput("Choose only councils that you work for yourself.", field="controllers")
    if not name.strip():
        raise InvalidInput("Enter a name.", field="name")
    member = Member(
        id=new_id(),
        email=email,
        name=name.strip(),
        role=role,
        controllers=sorted(set(controllers)),
        password_hash=HASHER.hash(password),
        created_at=now,
    )
    db.session.add(member)
    audit.record("added a member of staff", actor=actor, now=now, of=member, role=role.value)
    return member


def invite(
    *, email: str, name: str, role: Role, controllers: list[str], actor: Actor, now: datetime
) -> tuple[Member, str]:
    """Make a member of staff with a fresh password, which is returned to be shown once. It opens only the page on which
    its holder chooses another."""
    password = secrets.token_urlsafe(12)
    member = add(email=email, name=name, role=role, controllers=controllers, password=password, actor=actor, now=now)
    member.must_change = True
    return member, password


def within(controllers: Iterable[str], actor: Actor) -> bool:
    """Does this actor work for all of these councils? The command line and the service itself stand above them."""
    return actor.kind is not ActorKind.STAFF or set(controllers) <= actor.controllers


def _member(member_id: uuid.UUID, actor: Actor) -> Member:
    """A member whose access the actor may change: a password opens the files of every council they work for."""
    member = db.session.get(Member, member_id)
    if member is None or (actor.kind is ActorKind.STAFF and not actor.controllers & set(member.controllers)):
        raise NotFound("There is no such member of staff.")
    if not within(member.controllers, actor):
        raise NotAllowed("This person also works for a council that you do not work for. Ask an administrator there.")
    return member


def _end_sessions(member: Member, now: datetime) -> None:
    db.session.execute(
        update(WebSession)
        .where(WebSession.member_id == member.id, WebSession.ended_at.is_(None))
        .values(ended_at=now, data=b"")
        .execution_options(synchronize_session=False)
    )


def deactivate(member_id: uuid.UUID, *, actor: Actor, now: datetime) -> Member:
    """Take a member's access away at once. Nobody can do that to themselves."""
    member = _member(member_id, actor)
    if str(member.id) == actor.id:
        raise InvalidInput("You cannot take your own access away; ask another administrator.")
    member.active = False
    _end_sessions(member, now)
    audit.record("took away a member's access", actor=actor, now=now, of=member)
    return member


def reset_password(member_id: uuid.UUID, *, actor: Actor, now: datetime) -> tuple[Member, str]:
    """Give a member a fresh password, which is returned to be shown once; their sessions end. As with the first one,
    they choose another when they have signed in."""
    member, password = _member(member_id, actor), secrets.token_urlsafe(12)
    member.password_hash, member.must_change = HASHER.hash(password), True
    _end_sessions(member, now)
    audit.record("gave a member a new password", actor=actor, now=now, of=member)
    return member, password


def readmit(member_id: uuid.UUID, *, actor: Actor, now: datetime) -> tuple[Member, str]:
    """Give a member whose access was taken away theirs again, with a fresh password, which is returned to be shown
    once: people come back, and the wrong button is pressed. Raises WrongState where they can sign in already: the
    password that somebody else has just passed on to them stays."""
    if _member(member_id, actor).active:
        raise WrongState("They can sign in already. If they do not know their password, give them a new one.")
    member, password = reset_password(member_id, actor=actor, now=now)
    member.active = True
    audit.record("gave a member access again", actor=actor, now=now, of=member)
    return member, password


def change_password(before: str, fresh: str, again: str, *, actor: Actor, now: datetime) -> None:
    """Give oneself another password; every session of this member ends, the one in use included.

    Raises InvalidInput naming the field, or TooMany.
    """
    member = db.session.get_one(Member, uuid.UUID(actor.id))
    attempt.check("change password", actor.id, limit=5, now=now)
    if not _fits(member, before):
        attempt.note("change password", actor.id, now=now)
        raise InvalidInput("This is not the password that you have now.", field="before")
    if len(fresh) < SHORTEST_PASSWORD:
        raise InvalidInput(f"A password needs at least {SHORTEST_PASSWORD} characters.", field="fresh")
    if len(set(fresh)) < FEWEST_LETTERS or fresh.casefold() in (member.email, member.name.casefold()):
        raise InvalidInput(
            "This is too easy to guess. Take three words that have nothing to do together.", field="fresh"
        )
    if _fits(member, fresh):
        raise InvalidInput("This is the password that you have. Choose another.", field="fresh")
    if fresh != again:
        raise InvalidInput("The two are not the same. Enter the new password twice.", field="again")
    member.password_hash, member.must_change = HASHER.hash(fresh), False
    _end_sessions(member, now)
    audit.record("changed their password", actor=actor, now=now, of=member)


def _fits(member: Member | None, password: str) -> bool:
    """Is this the member's password? Takes as long where there is no such member."""
    try:
        HASHER.verify(member.password_hash if member is not None else NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return member is not None


def sign_in(email: str, password: str, *, address: str, now: datetime) -> Member:
    """The member whose e-mail and password these are. Raises InvalidInput, or TooMany."""
    email = email.strip().lower()
    attempt.check("sign in", email, limit=5, now=now)
    attempt.check("sign in from", address, limit=30, now=now)
    member = db.session.scalar(select(Member).where(Member.email == email, Member.active.is_(True)))
    if not _fits(member, password) or member is None:
        attempt.note("sign in", email, now=now)
        attempt.note("sign in from", address, now=now)
        raise InvalidInput("The e-mail address or the password is wrong.", field="password")
    audit.record("signed in", actor=actor_of(member), now=now)
    return member


def get(member_id: str) -> Member | None:
    """An active member by id."""
    try:
        member = db.session.get(Member, uuid.UUID(member_id))
    except ValueError:
        return None
    return member if member is not None and member.active else None


def members(*, controllers: frozenset[str] | None = None) -> list[Member]:
    """Members of staff by name; of some controllers, if given."""
    rows = db.session.scalars(select(Member).order_by(Member.name)).all()
    return [row for row in rows if controllers is None or controllers & set(row.controllers)]


def works_for(member: Member, controller: str) -> bool:
    """May this member have a case of this council, or a task in one? Who sees no cases would have it unseen."""
    sees = Permission.SEE_CASES in permissions_of(member.role)
    return member.active and sees and controller in member.controllers


def workers(*controllers: str) -> list[Member]:
    """Those who may have a case of one of these councils, by name."""
    listed = members(controllers=frozenset(controllers))
    return [member for member in listed if any(works_for(member, key) for key in controllers)]


def known(member_id: str) -> Member | None:
    """A member by id, whether they can still sign in or not."""
    try:
        return db.session.get(Member, uuid.UUID(member_id))
    except ValueError:
        return None


def find(email: str) -> Member:
    member = db.session.scalar(select(Member).where(Member.email == email.strip().lower()))
    if member is None:
        raise NotFound("There is no member of staff with this e-mail address.")
    return member


# Sessions. The cookie holds a token; the row holds its digest and the data, sealed. Each has a transaction of its own,
# because a session is kept whatever becomes of the request.


def _digest(token: str) -> str:
    return runtime().service_key("session").digest(token)


def open_session(token: str, *, now: datetime) -> dict[str, Any] | None:
    """The data of a session that is still good, or None."""
    settings = runtime().settings
    idle = timedelta(minutes=settings.session_idle_minutes)
    absolute = timedelta(hours=settings.session_absolute_hours)
    with reading(), db.engine.connect() as connection:
        row = connection.execute(select(SESSIONS).where(SESSIONS.c.digest == _digest(token))).one_or_none()
    if row is None or row.ended_at is not None:
        return None
    if now - row.seen_at > max(idle, DRAFT) or now - row.created_at > max(absolute, DRAFT):
        return None
    data: dict[str, Any] = json.loads(runtime().service_key("session").open(row.data, about=f"session:{row.digest}"))
    if (row.member_id or not data.keys() <= OPENS_NOTHING) and (
        now - row.seen_at > idle or now - row.created_at > absolute
    ):
        return None
    return data


def keep_session(token: str | None, data: dict[str, Any], *, member_id: str, now: datetime) -> str:
    """Write a session back; makes one, with a fresh token, if there is none. Returns the token."""
    fresh = token is None
    token = token or secrets.token_urlsafe(32)
    digest = _digest(token)
    sealed = runtime().service_key("session").seal(json.dumps(data).encode(), about=f"session:{digest}")
    values = {"data": sealed, "seen_at": now, "member_id": uuid.UUID(member_id) if member_id else None}
    with aside() as connection:
        if fresh:
            connection.execute(insert(WebSession).values(digest=digest, created_at=now, **values))
        else:
            connection.execute(
                update(WebSession).where(SESSIONS.c.digest == digest, SESSIONS.c.ended_at.is_(None)).values(**values)
            )
    return token


def end_session(token: str, *, now: datetime) -> None:
    """End a session: a copy of its cookie is worth nothing from now on."""
    with aside() as connection:
        connection.execute(update(WebSession).where(SESSIONS.c.digest == _digest(token)).values(ended_at=now, data=b""))


def forget_old_sessions(*, now: datetime) -> None:
    """Delete sessions that can no longer be used."""
    oldest = now - max(DRAFT, timedelta(hours=runtime().settings.session_absolute_hours))
    db.session.execute(delete(WebSession).where(WebSession.created_at < oldest))
