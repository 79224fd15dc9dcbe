"""A message that cannot be read, kept or put away: what waits behind it in the mailbox is read all the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from sar_service.adapters.imap import Mailbox, MailboxFailed
from sar_service.db import db
from sar_service.models import Incoming, Pulse
from sar_service.services import incoming, sealing
from tests import factories, mails
from tests.dovecot import MailServer


def rows() -> list[Incoming]:
    return list(db.session.scalars(select(Incoming).order_by(Incoming.uid)))


def breaks_at(poison: bytes) -> Callable[..., Any]:
    """Keeping messages, with a fault of ours at those that hold this."""
    take = incoming.take

    def breaks(controller: str, message: Any, raw: bytes, **more: Any) -> Any:
        if poison in raw:
            raise ValueError("a fault of ours")
        return take(controller, message, raw, **more)

    return breaks


def test_one_message_that_breaks_us_keeps_no_other_from_being_read_and_is_told(
    come: Callable[..., None], mail_server: MailServer, user: str, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    incoming.ask_for_all(now=now)
    db.session.commit()
    monkeypatch.setattr(incoming, "take", breaks_at(b"poison"))
    come(mails.a_mail(text="poison"), mails.a_mail(text="good"))
    assert [sealing.unseal(row)["text"] for row in rows()] == ["good"]
    assert len(mail_server.held(user)) == 1  # it waits there, and is tried again
    row = db.session.get_one(Pulse, incoming.pulse_of("northmoor"))
    assert row.at == now
    monkeypatch.undo()


def test_as_many_messages_as_a_round_takes_that_all_break_us_keep_none_behind_them_waiting(
    come: Callable[..., None], mail_server: MailServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "A_ROUND", 3)
    monkeypatch.setattr(incoming, "take", breaks_at(b"poison"))
    come(*(mails.a_mail(text="poison") for _ in range(4)), mails.a_mail(text="good"))
    assert [sealing.unseal(row)["text"] for row in rows()] == ["good"]
    assert len(mail_server.held(user)) == 4


def test_a_message_that_the_server_cannot_give_keeps_no_other_from_being_read_and_is_told(
    come: Callable[..., None], mail_server: MailServer, user: str, now: datetime
) -> None:
    incoming.ask_for_all(now=now)
    db.session.commit()
    come(mails.a_mail(text="its disk is broken there"), read=False)
    (broken,) = (each for name in ("cur", "new") for each in (mail_server.home / "mail" / user / name).iterdir())
    broken.chmod(0)  # the server ends the connection where it is asked for it
    come(mails.a_mail(text="good"), mails.a_mail(text="better"))
    assert sorted(sealing.unseal(row)["text"] for row in rows()) == ["better", "good"]
    assert db.session.get_one(Pulse, incoming.pulse_of("northmoor")).at == now  # not all was read


def test_where_no_message_can_be_put_away_each_is_kept_all_the_same(
    come: Callable[..., None], mail_server: MailServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "A_ROUND", 2)
    come()
    (done,) = (each for each in (mail_server.home / "mail" / user).iterdir() if each.name.startswith(".Read"))
    for folder in ("cur", "new", "tmp"):
        (done / folder).chmod(0)
    come(*(mails.a_mail(text=text) for text in ("one", "two", "three")))
    come()
    assert sorted(sealing.unseal(row)["text"] for row in rows()) == ["one", "three", "two"]
    assert len(mail_server.held(user)) == 3


@pytest.mark.parametrize("asked", ["look", "content"])
def test_a_message_of_which_the_server_says_nothing_though_it_is_there_is_told_and_keeps_none_waiting(
    come: Callable[..., None], user: str, monkeypatch: pytest.MonkeyPatch, now: datetime, asked: str
) -> None:
    """It was taken for one that somebody else had moved: nothing was said of it, and fifty of them stopped all."""
    incoming.ask_for_all(now=now)
    db.session.commit()
    monkeypatch.setattr(incoming, "A_ROUND", 2)
    come(*(mails.a_mail(text="without a word") for _ in range(2)), read=False)
    as_it_is = getattr(Mailbox, asked)
    monkeypatch.setattr(Mailbox, asked, lambda self, uid, *more: as_it_is(self, uid, *more) if uid > 2 else None)
    come(mails.a_mail(text="good"))
    assert [sealing.unseal(row)["text"] for row in rows()] == ["good"]
    assert db.session.get_one(Pulse, incoming.pulse_of("northmoor")).at == now


@pytest.mark.parametrize(("given", "read"), [(b'""', b""), (rb'"a \"short\" word"', b'a "short" word'), (b"NIL", None)])
def test_what_is_short_may_come_as_a_string_in_quotes(given: bytes, read: bytes | None) -> None:
    class Server:
        def uid(self, *_: str) -> tuple[str, list[bytes]]:
            return "OK", [b"1 (UID 7 BODY[]<0> " + given + b")"]

    box = Mailbox.__new__(Mailbox)
    box.server = Server()  # type: ignore[assignment]
    assert box.content(7, 100) == read


def test_a_message_about_a_case_of_another_council_is_known_again_where_it_could_not_be_put_away(
    come: Callable[..., None], mail_server: MailServer, user: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.a_case(now=now, controller="southmoor")
    db.session.commit()

    def fails(self: Mailbox, uid: int) -> None:
        raise MailboxFailed("it cannot be moved")

    with monkeypatch.context() as broken:
        broken.setattr(Mailbox, "put_away", fails)
        message = mails.a_mail()
        message.replace_header("Subject", f"About {case.reference}")
        come(message)
    come()
    (row,) = rows()
    assert row.case_id == case.id and mail_server.held(user) == []
