"""What an e-mail is known by, which of our letters and cases it names, and what a mail system's code means."""

from uuid import UUID

import pytest

from sar_service.domain import incoming

ONE = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
MAIL = b"Received: here\r\nMessage-ID:\r\n <a@example.org>\r\nFrom: T <t@example.org>\r\nDate: today\r\n\r\nPlease\r\n"


def test_the_way_that_a_message_took_is_no_part_of_it() -> None:
    known = incoming.fingerprint(MAIL)
    assert incoming.fingerprint(MAIL.replace(b"Received: here", b"Received: there\r\nX-Spam: no")) == known
    assert incoming.fingerprint(MAIL.replace(b"\r\n", b"\n")) == known
    assert incoming.fingerprint(MAIL.replace(b"\r\n <a@", b" <a@")) == known


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"Please", b"Pleas."), (b"<a@", b"<b@"), (b"<t@", b"<u@"), (b"today", b"then"), (b"Message-ID", b"X-Message")],
)
def test_another_id_sender_date_or_word_makes_another_message(before: bytes, after: bytes) -> None:
    assert incoming.fingerprint(MAIL.replace(before, after)) != incoming.fingerprint(MAIL)


def test_letters_are_named_by_their_ids_with_the_number_of_the_sending() -> None:
    ids = [f"<letter.{ONE}@council.example>", "<other@council.example>", f"<{incoming.message_id(ONE, 2)}@x.example>"]
    assert incoming.letters_named([*ids, ids[0]]) == [(ONE, 0), (ONE, 2)]
    assert incoming.letters_named([f"<xletter.{ONE}@council.example>", "<letter.not-one@council.example>"]) == []


@pytest.mark.parametrize("subject", ["About abcde-fghjk-lmnpq", "ABCDE FGHJK LMNPQ", "Re: (ABCDEFGHJKLMNPQ)"])
def test_a_reference_is_found_however_it_is_written_in_a_subject(subject: str) -> None:
    found = [each.upper().replace("-", "").replace(" ", "") for each in incoming.references_in(subject)]
    assert "ABCDEFGHJKLMNPQ" in found


def test_what_a_code_means_is_said_without_the_words_of_the_mail_system() -> None:
    assert incoming.why("5.1.1 jo@example.org unknown") == "there is no such mailbox (5.1.1)"
    assert incoming.why("5.99.99") == "the mail system says that it did not arrive (5.99.99)"
    assert incoming.why("jo@example.org") == "the mail system says that it did not arrive"
