"""Letters through GOV.UK Notify: its own client against a stand-in of its API that checks keys as it does."""

import socket
from collections.abc import Iterator

import pytest

from sar_service.adapters.mail import Failure, Following, Mail, MailFailed
from sar_service.adapters.mail_notify import NotifyMailer
from tests.adapters.notify import KEY, SECRET, SERVICE, TEMPLATE, Notify, running

LETTER = Mail(
    to="morwenna@example.org", subject="There is a letter", text="Dear Morwenna\n\nRead it.", sender="a@b.example",
    key="letter.5b9ad3e0",
)  # fmt: skip


@pytest.fixture
def notify() -> Iterator[Notify]:
    with running() as found:
        yield found


def mailer(notify: Notify, **changes: str) -> NotifyMailer:
    given = {"key": KEY, "template": TEMPLATE, "url": notify.url, **changes}
    return NotifyMailer(given.pop("key"), **given)


def test_a_message_is_handed_over_once_however_often_it_is_sent(notify: Notify) -> None:
    sending = mailer(notify, reply_to="8e222534-7f05-4972-86e3-17c5d9f894e2")
    first = sending.send(LETTER)
    assert sending.send(LETTER) == first == notify.sent[0]["id"]
    (row,) = notify.sent
    assert row["email_address"] == "morwenna@example.org"
    assert row["personalisation"] == {"subject": LETTER.subject, "text": LETTER.text}
    assert (row["reference"], row["email_reply_to_id"]) == (LETTER.key, "8e222534-7f05-4972-86e3-17c5d9f894e2")


def test_a_message_without_a_key_is_a_new_one_each_time(notify: Notify) -> None:
    plain = Mail(to="a@example.org", subject="s", text="t", sender="a@b.example")
    mailer(notify).send(plain)
    mailer(notify).send(plain)
    assert len(notify.sent) == 2


@pytest.mark.parametrize(
    ("refuse", "words", "permanent"),
    [
        ((400, "ValidationError", "email_address Not a valid email address"), "recipient's address", True),
        ((400, "BadRequestError", "Can’t send to this recipient using a team-only API key"), "trial mode", False),
        ((400, "BadRequestError", "Missing personalisation: name. Template version 2"), "template", False),
        ((403, "AuthError", "Invalid token: service is archived"), "SAR_NOTIFY_KEY", False),
        ((429, "TooManyRequestsError", "Exceeded send limits (50) for today"), "limit", False),
        ((500, "Exception", "Internal server error"), "cannot be reached", False),
        ((503, "Exception", "Service unavailable"), "cannot be reached", False),
    ],
)  # fmt: skip
def test_a_refusal_is_told_apart_and_repeats_no_address(
    notify: Notify, refuse: tuple[int, str, str], words: str, permanent: bool
) -> None:
    notify.refuse = refuse
    with pytest.raises(MailFailed, match=words) as caught:
        mailer(notify).send(LETTER)
    assert caught.value.permanent is permanent
    assert "morwenna" not in str(caught.value) and caught.value.__cause__ is None


def test_a_wrong_address_is_the_recipients_and_stands_in_no_log(
    notify: Notify, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = Mail(to="nobody", subject="s", text="t", sender="a@b.example", key="letter.1")
    with pytest.raises(MailFailed, match="recipient") as caught:
        mailer(notify).send(wrong)
    assert caught.value.permanent and "nobody" not in str(caught.value) and notify.sent == []
    assert "nobody" not in caplog.text


@pytest.mark.parametrize("key", [f"x-{SERVICE}-{SERVICE}", f"x-{SECRET}-{SECRET}"])
def test_a_key_of_somebody_else_is_named_as_the_mistake(notify: Notify, key: str) -> None:
    for deed in (mailer(notify, key=key).check, lambda: mailer(notify, key=key).send(LETTER)):
        with pytest.raises(MailFailed, match="SAR_NOTIFY_KEY") as caught:
            deed()
        assert not caught.value.permanent


def test_what_is_no_answer_or_no_server_can_be_tried_again(notify: Notify) -> None:
    notify.garbled = True
    for deed in (lambda: mailer(notify).send(LETTER), mailer(notify).failures, mailer(notify).check):
        with pytest.raises(MailFailed, match=r"not understood|cannot be reached") as caught:
            deed()
        assert not caught.value.permanent
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(MailFailed, match="cannot be reached") as caught:
            mailer(notify, url=url).send(LETTER)
    assert not caught.value.permanent


def test_what_cannot_go_this_way_is_refused_before_it_leaves(notify: Notify) -> None:
    filed = Mail(to="a@b.example", subject="s", text="t", sender="a@b.example", attachments=(("a", "text/plain", b""),))
    for each in (filed, Mail(to="a@b.example", subject="s", text="x" * 50_001, sender="a@b.example")):
        with pytest.raises(MailFailed) as caught:
            mailer(notify).send(each)
        assert caught.value.permanent
    assert notify.sent == []


def test_what_did_not_arrive_is_told_with_its_reason(notify: Notify) -> None:
    sending = mailer(notify)
    assert isinstance(sending, Following)
    for number in range(4):
        sending.send(Mail(to="a@example.org", subject="s", text="t", sender="a@b.example", key=f"letter.{number}"))
    assert sending.failures() == []
    for row, status in zip(
        notify.sent, ("permanent-failure", "delivered", "temporary-failure", "technical-failure"), strict=True
    ):
        row["status"] = status
    found = sending.failures()
    assert {each.key for each in found} == {"letter.0", "letter.2", "letter.3"}
    assert all(isinstance(each, Failure) and each.reason.endswith(".") for each in found)
    assert len({each.reason for each in found}) == 3


@pytest.mark.parametrize(
    "changes", [{"type": "sms"}, {"body": "Dear ((name))"}, {"subject": "A letter from us"}, {"body": "text"}]
)
def test_the_check_says_when_the_template_is_not_what_it_must_be(notify: Notify, changes: dict[str, str]) -> None:
    mailer(notify).check()
    notify.template |= changes
    with pytest.raises(MailFailed, match="must be an e-mail with"):
        mailer(notify).check()
    with pytest.raises(MailFailed, match="SAR_NOTIFY_TEMPLATE"):
        mailer(notify, template="00000000-0000-0000-0000-000000000000").check()
