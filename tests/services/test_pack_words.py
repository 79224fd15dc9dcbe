"""What the letter and the lists of a pack say: whole, true, and no more than may be told."""

from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.documents.render import page
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.search import SearchState
from sar_service.models import Case, Document
from sar_service.services import document, pack_content, pack_records, redaction_signoff, sealing, search
from tests import factories, packs


@pytest.fixture
def second(staff: packs.Made) -> Actor:
    return staff("officer")


@pytest.fixture
def broken(sent: Any, officer: Actor, now: datetime) -> Document:
    """A file that could not be read, of a case in which everything else is found."""
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    return packs.with_file(case, sent, name="scan.pdf", content=b"%PDF-1.4 broken", actor=officer, now=now)


def words(case: Case, now: datetime, gaps: dict[str, int] | None = None) -> str:
    """The text of the letter and of what closes the pack, tags left in, on one line."""
    told = sealing.unseal(case)
    counted = pack_content.counts(case, pack_records.papers(case))
    counted.gaps.update(gaps or {})
    closing = pack_content.closing(case, {}, counted, [])
    opening = pack_content.opening(case, told=told, counted=counted, on=now.date(), secret=[])
    opening["by_hand"] = len(closing["by_hand"])
    opening["files_held_back"] = sum(each["held_back"] for each in closing["by_hand"])
    frame = pack_content.frame(case, told=told)
    both = page("pack/opening.html", frame=frame, **opening) + page(
        "pack/closing.html", frame=frame, services=[], **closing
    )
    return " ".join(both.split())


def the_case(row: Document) -> Case:
    return db.session.get_one(Case, row.case_id)


def test_a_file_held_back_is_said_in_the_letter_with_its_reason_in_plain_words(
    broken: Document, officer: Actor, now: datetime
) -> None:
    case = the_case(broken)
    assert "We have left nothing out" in words(case, now)
    document.handle(case, broken, how="withheld", note="A reference.", code="TP16", actor=officer, now=now)
    said = words(case, now)
    assert "We have left nothing out" not in said
    assert "1 file that we do not give you a copy of" in said
    assert "A reference. This part is about someone else. (TP16)" in said


def test_a_code_that_may_not_be_named_is_not_named_for_a_file_either(
    broken: Document, officer: Actor, now: datetime
) -> None:
    case = the_case(broken)
    document.handle(case, broken, how="withheld", note="Held.", code="CRIME", actor=officer, now=now)
    said = words(case, now)
    assert "CRIME" not in said and "crime" not in said.lower()
    assert "does not let us say more about it here" in said


def test_what_is_said_of_a_file_is_signed_too(
    broken: Document, sent: Any, officer: Actor, second: Actor, now: datetime
) -> None:
    case = the_case(broken)
    document.handle(case, broken, how="withheld", note="A blank page.", actor=officer, now=now)
    packs.decide_all(case, actor=officer, now=now)
    sending = redaction_signoff.submit(case, actor=officer, now=now)
    assert sending is not None
    document.handle(case, broken, how="withheld", note="Nothing of yours is in it.", actor=officer, now=now)
    with pytest.raises(WrongState, match="changed"):
        redaction_signoff.sign_off(case, digest=sending.digest, actor=second, now=now)


def test_a_system_that_did_not_answer_is_in_the_letter(broken: Document, now: datetime) -> None:
    case = the_case(broken)
    assert "could not be searched" not in words(case, now)
    search.latest_searches(case)[0].state = SearchState.FAILED
    db.session.flush()
    assert "1 system could not be searched, or gave no answer" in words(case, now)
    counted = pack_content.counts(case, pack_records.papers(case))
    frame = pack_content.frame(case, told=sealing.unseal(case))
    about = page("pack/about.html", frame=frame, **pack_content.searched(case, counted))
    assert "Tried on" in about and "Answered on" not in about


def test_nothing_found_where_not_everything_was_searched_is_not_a_plain_no(
    sent: Any, officer: Actor, now: datetime
) -> None:
    case = factories.a_case(now=now)
    assert "We looked, and did not find" in words(case, now)
    factories.with_identity(case, actor=officer, now=now)
    search.start(case, actor=officer, now=now)
    for row in search.latest_searches(case):
        row.state = SearchState.CANNOT
    db.session.flush()
    assert "We looked wherever we could, and did not find" in words(case, now)


def test_whoever_is_not_given_something_reads_why_and_the_ways_to_complain(broken: Document, now: datetime) -> None:
    said = words(the_case(broken), now, {"TP16": 3})
    for part in (
        "3 places",
        "someone else",
        "Complain to us",
        "section 164A",
        "section 165",
        "section 167",
        "section 168",
    ):
        assert part in said
    assert "Article 77" not in said
    assert said.count("Information Commissioner") == 2  # once in each list of ways, and not twice in a line
