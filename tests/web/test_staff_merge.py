"""The same request made twice: pointed out with reasons, merged by a person from the earlier day on, taken apart."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor, ActorKind
from sar_service.domain.complaint import About
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.domain.work import Flag
from sar_service.models import Case, Letter, Merge
from sar_service.services import audit, complaint, identity_change, merge, sealing, search, work
from tests import factories, packs
from tests.browser import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def pair(app: Flask, officer: Actor, now: datetime) -> tuple[str, str]:
    """The references of two requests for the same: the first came ten days before the other and knows less."""
    first = factories.a_case(
        now=now,
        received_on=now.date() - timedelta(days=10),
        channel="phone",
        subject={"other_names": ["Morwenna Penhale"], "phones": ["01632 960001"]},
        scope={"what": "School reports", "services": ["schools"], "period": "2012 to 2015"},
    )
    work.note(first, "She rang from her aunt's.", actor=officer, now=now)
    work.set_flags(first, [Flag.CARE_LEAVER], actor=officer, now=now)
    second = factories.a_case(now=now)
    db.session.commit()
    return first.reference, second.reference


def case_of(reference: str) -> Case:
    db.session.rollback()
    return db.session.scalars(select(Case).where(Case.reference == reference)).one()


def merged(visitor: Visitor, keep: str, away: str) -> Any:
    visitor.get(f"/staff/cases/{keep}/merging/{away}")
    return visitor.send({"keep": keep, "reason": "The same letter, sent twice."}, form="Merge them")


def undone(visitor: Visitor, keep: str) -> Any:
    visitor.get(f"/staff/cases/{keep}/work")
    return visitor.send({"reason": "It was her cousin after all."}, form="Take them apart")


def test_two_alike_are_pointed_out_with_reasons_and_one_answer_is_left(
    visit: Visit, officer: Actor, pair: tuple[str, str], now: datetime
) -> None:
    away, keep = pair
    visitor = visit(officer)
    page = visitor.get(f"/staff/cases/{keep}")
    assert away in page.text and "Alike: the name, the date of birth, the postcode" in page.text
    before = case_of(keep).due_on
    page = merged(visitor, keep, away)
    assert page.request.path == f"/staff/cases/{keep}" and away in page.text
    kept, other = case_of(keep), case_of(away)
    assert (kept.received_on, other.status, other.merged_into) == (other.received_on, Status.CLOSED, kept.id)
    assert before is not None and kept.due_on is not None and kept.due_on < before
    told = sealing.unseal(kept)
    assert told["subject"]["other_names"] == ["Morwenna Penhale"] and told["subject"]["phones"] == ["01632 960001"]
    assert "Everything from social care" in told["scope"]["what"] and "School reports" in told["scope"]["what"]
    assert told["scope"]["period"] == "" and told["scope"]["services"] == []  # the other set no bounds
    assert work.flags([kept])[kept.id] == [Flag.CARE_LEAVER]
    letter = db.session.scalars(select(Letter).where(Letter.kind == "merged")).one()
    assert away in sealing.unseal(letter)["text"] and letter.case_id == kept.id
    assert audit.verify()[1] is None
    text = visitor.get(f"/staff/cases/{keep}/work").text
    seen = [each.verb for each in audit.timeline(case_of(away).id)]
    assert "viewed the notes and tasks" in seen  # what stands in the other is shown there too
    assert "She rang from her aunt" in text and "The same letter, sent twice." in text
    there = visitor.get(f"/staff/cases/{away}")
    assert "was merged into another" in there.text and f"/staff/cases/{keep}" in there.text and "Merged" in there.text
    assert "Reopen the case" not in there.text
    visitor.get("/staff/find")
    found = visitor.send({"words": "Tregale"}, form="Find").text
    assert away in found and keep in found


def test_what_the_other_knew_makes_an_earlier_search_old(
    visit: Visit, officer: Actor, pair: tuple[str, str], sent: Any, now: datetime
) -> None:
    away, keep = pair
    factories.searched(case_of(keep), sent, actor=officer, now=now)
    assert search.out_of_date(case_of(keep)) == []
    merged(visit(officer), keep, away)
    assert search.out_of_date(case_of(keep)) != []


def test_it_is_undone_until_something_is_done(visit: Visit, officer: Actor, pair: tuple[str, str]) -> None:
    away, keep = pair
    visitor, received = visit(officer), case_of(keep).received_on
    before = sealing.unseal(case_of(keep))
    merged(visitor, keep, away)
    page = undone(visitor, keep)
    assert page.request.path == f"/staff/cases/{away}" and "two requests again" in page.text
    kept, other = case_of(keep), case_of(away)
    assert sealing.unseal(kept) == before and kept.received_on == received and work.flags([kept]) == {}
    assert (other.status, other.merged_into, merge.into(kept)) == (Status.RECEIVED, None, [])
    assert other.due_on is not None
    letters = db.session.scalars(select(Letter).where(Letter.kind == "merged").order_by(Letter.written_at)).all()
    assert len(letters) == 2 and any("That was our mistake" in sealing.unseal(row)["text"] for row in letters)
    merged(visitor, keep, away)
    visitor.get(f"/staff/cases/{keep}/work")
    visitor.send({"text": "Rang her."}, form="Keep the note")
    page = visitor.get(f"/staff/cases/{keep}/work")
    assert "Take them apart" not in page.text
    db.session.rollback()
    row = db.session.scalars(select(Merge).where(Merge.undone_at.is_(None))).one()
    answer = visitor.post(f"/staff/cases/{keep}/merged/{row.id}/undoing", {"reason": "x", "form": "x"})
    assert answer.status_code == 409 and "Something was done" in answer.text


def test_both_histories_say_why_and_with_which_and_the_letter_has_each_date_on_a_line(
    visit: Visit, officer: Actor, pair: tuple[str, str]
) -> None:
    away, keep = pair
    visitor = visit(officer)
    assert "under “Notes and tasks”" in merged(visitor, keep, away).text
    undone(visitor, keep)
    for mine, other in ((keep, away), (away, keep)):
        page = visitor.get(f"/staff/cases/{mine}/history").text
        assert "The same letter, sent twice." in page and "It was her cousin after all." in page, mine
        told = [part for part in page.split("<li") if "sent twice" in part or "her cousin" in part]
        assert len(told) == 2 and all(other in part for part in told), mine
    kept = select(Letter).where(Letter.case_id == case_of(keep).id, Letter.kind == "merged")
    last = db.session.scalars(kept.order_by(Letter.written_at, Letter.id)).all()
    texts = [sealing.unseal(row)["text"] for row in last]
    dates = next(text for text in texts if "together. That was our mistake" in text)
    lines = [line for line in dates.splitlines() if line.startswith("The date for our answer to")]
    assert len(lines) == 2


def test_a_request_that_was_kept_apart_is_not_shown_again_until_it_is_linked(
    visit: Visit, officer: Actor, pair: tuple[str, str]
) -> None:
    away, keep = pair
    visitor = visit(officer)
    visitor.get(f"/staff/cases/{keep}/work")
    visitor.send(form=f"Another request {away}")
    for one, other in ((keep, away), (away, keep)):
        page = visitor.get(f"/staff/cases/{one}").text
        assert "May be the same person" not in page and f"/staff/cases/{other}" not in page
        assert "Said to be other requests" in visitor.get(f"/staff/cases/{one}/work").text
    visitor.get(f"/staff/cases/{keep}/work")
    visitor.send({"other": away, "kind": "duplicate"}, form="Link them")
    assert "Said to be other requests" not in visitor.get(f"/staff/cases/{keep}/work").text
    assert "Compare and merge" in visitor.get(f"/staff/cases/{keep}/work").text


STRANGER = {"given_name": "Jory", "family_name": "Angwin", "date_of_birth": "1990-01-09", "postcode": "NM1 1AA"}
OTHERS: list[tuple[dict[str, Any], str]] = [
    ({"subject": STRANGER}, "about different people"),
    ({"subject": {"date_of_birth": "2001-01-09"}}, "about different people"),
    ({"right": Right.ERASURE}, "ask for different things"),
    (
        {
            "capacity": "parent",
            "requester": {"name": "Kerra Tregale", "email": "k@example.org", "relationship": "mother"},
        },
        "Different people ask",
    ),
]


@pytest.mark.parametrize(("changes", "says"), OTHERS)
def test_what_is_not_the_same_request_is_not_merged(
    visit: Visit, officer: Actor, pair: tuple[str, str], changes: dict[str, Any], says: str, now: datetime
) -> None:
    _, keep = pair
    other = factories.a_case(now=now, **changes).reference
    visitor = visit(officer)
    page = visitor.get(f"/staff/cases/{keep}/merging/{other}")
    assert says in page.text and "They cannot be merged" in page.text
    versions = {f"version-{each}": "1" for each in (keep, other)}
    answer = visitor.post(
        f"/staff/cases/{keep}/merging/{other}", {"keep": keep, "reason": "x", "form": "merge", **versions}
    )
    assert answer.status_code in (400, 409)
    assert case_of(other).merged_into is None and case_of(keep).received_on == date(2026, 11, 23)


def test_a_mother_s_and_a_father_s_request_are_never_one(visit: Visit, officer: Actor, now: datetime) -> None:
    asks = [
        factories.a_case(
            now=now, capacity="parent", requester={"name": name, "email": "same@example.org", "relationship": "parent"}
        ).reference
        for name in ("Kerra Tregale", "Denzil Tregale")
    ]
    page = visit(officer).get(f"/staff/cases/{asks[0]}/merging/{asks[1]}")
    assert "Different people ask" in page.text and "Merge them" not in page.text


def test_the_portal_leads_on_and_figures_count_it_apart(
    visit: Visit, officer: Actor, pair: tuple[str, str], stranger: Visitor
) -> None:
    away, keep = pair
    merged(visit(officer), keep, away)
    stranger.enter_portal(case_of(away).id)
    page = stranger.get("/portal/")
    assert "together with your other request" in page.text and keep in page.text
    manager = visit("manager")
    lines = manager.get("/managers/board.csv").text.splitlines()
    heads = lines[0].split(",")
    last = dict(zip(heads, lines[-1].split(","), strict=True))
    assert (last["received"], last["merged"], last["answered"]) == ("2", "1", "0")
    page = manager.get("/staff/?merged=yes")
    assert away in page.text and keep not in page.text


def test_an_old_form_merges_nothing_and_logging_points_out_what_is_alike(
    visit: Visit, officer: Actor, pair: tuple[str, str], now: datetime
) -> None:
    away, keep = pair
    visitor, second = visit(officer), visit("officer")
    visitor.get(f"/staff/cases/{keep}/merging/{away}")
    second.get(f"/staff/cases/{away}")
    second.send(form="Take it myself")
    page = visitor.send({"keep": keep, "reason": "Twice"}, form="Merge them")
    assert page.status_code == 409 and case_of(away).merged_into is None
    visitor.get("/staff/log")
    page = visitor.send(
        {
            "channel": "phone", "rights": ["access"], "capacity": "self", "what": "My school reports", "how": "post",
            "given_name": "Morwenna", "family_name": "Tregale", "date_of_birth-day": "14", "date_of_birth-month": "3",
            "date_of_birth-year": "2007",
        },
        form="Log it",
    )  # fmt: skip
    assert "or the same request again" in page.text and away in page.text and "the date of birth" in page.text


def test_nothing_is_taken_apart_once_the_requester_has_given_another_contact(
    visit: Visit, officer: Actor, pair: tuple[str, str], now: datetime
) -> None:
    """Their old one would come back, and what we write would go there."""
    away, keep = pair
    visitor = visit(officer)
    merged(visitor, keep, away)
    visitor.get(f"/staff/cases/{keep}/work")
    form = next(each for each in visitor.forms() if "Take them apart" in each["buttons"])
    case = case_of(keep)
    requester = Actor(kind=ActorKind.REQUESTER, id=str(case.id))
    identity_change.change_contact(case, {"email": "safe@example.org"}, actor=requester, now=now)
    db.session.commit()
    page = visitor.post(form["action"], {**form["fields"], "reason": "Her cousin's."})
    assert page.status_code == 409 and "Something was done" in page.text
    assert sealing.unseal(case_of(keep))["requester"]["email"] == "safe@example.org"
    assert "Take them apart" not in visitor.get(f"/staff/cases/{keep}/work").text


def test_what_was_merged_is_restricted_and_handed_over_with_the_case_that_goes_on(
    visit: Visit, officer: Actor, pair: tuple[str, str], staff: packs.Made
) -> None:
    away, keep = pair
    visitor, manager, other = visit(officer), visit("manager"), visit("officer")
    visitor.get(f"/staff/cases/{away}")
    visitor.send(form="Take it myself")
    merged(manager, keep, away)
    manager.get(f"/staff/cases/{keep}")
    manager.send({"reason": "A colleague's child."}, form="Restrict it")
    for reference in (keep, away):
        assert other.get(f"/staff/cases/{reference}").status_code == 404
        assert visitor.get(f"/staff/cases/{reference}").status_code == 200  # whose it is
    manager.get(f"/staff/cases/{keep}")
    manager.send({"member": staff("officer", name="Jenna Third").id}, form="Hand it on")
    for reference in (keep, away):
        assert visitor.get(f"/staff/cases/{reference}").status_code == 404
    page = manager.get(f"/staff/cases/{away}")
    fields = next(each["fields"] for each in manager.forms() if each["fields"].get("form") == "restrict")
    data = {**fields, "restricted": "no", "reason": "By itself."}
    assert manager.post(f"/staff/cases/{away}/restriction", data).status_code == 409
    assert case_of(away).restricted and case_of(keep).restricted
    page = manager.get(f"/staff/cases/{keep}")
    assert page.status_code == 200
    manager.send({"reason": "It was another's."}, form="Lift the restriction")
    assert other.get(f"/staff/cases/{away}").status_code == 200


def test_that_both_were_looked_at_stands_in_the_trail_of_both(
    visit: Visit, officer: Actor, pair: tuple[str, str]
) -> None:
    away, keep = pair
    visit(officer).get(f"/staff/cases/{keep}/merging/{away}")
    for reference in pair:
        seen = [each.verb for each in audit.timeline(case_of(reference).id)]
        assert seen.count("viewed two requests side by side") == 1, reference


def test_what_helps_and_welsh_go_over_and_being_careful_is_not_lost(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    careful = {
        "name": "Morwenna Tregale",
        "email": "m@example.org",
        "safe": "careful",
        "safety_note": "Only by post to my aunt.",
    }
    plain = factories.a_case(now=now, delivery={"how": "portal", "needs": ["large_print"], "language": "cy"}).reference
    other = factories.a_case(
        now=now, requester=careful, delivery={"how": "post", "needs": ["plain"], "note": "Two at a time"}
    ).reference
    visitor = visit(officer)
    page = visitor.get(f"/staff/cases/{plain}/merging/{other}")
    page = visitor.send({"keep": plain, "reason": "Twice"}, form="Merge them")
    assert page.status_code == 409 and "somebody else may read what is sent there" in page.text
    page = visitor.get(f"/staff/cases/{plain}/merging/{other}")
    form = next(each for each in visitor.forms() if "Merge them" in each["buttons"])
    assert form["fields"]["keep"] == [other]  # what is suggested is what can be done
    merged(visitor, other, plain)
    told = sealing.unseal(case_of(other))
    assert told["requester"]["safe"] == "careful" and told["requester"]["safety_note"] == "Only by post to my aunt."
    assert told["delivery"] == {
        "how": "post", "needs": ["plain", "large_print"], "note": "Two at a time", "language": "cy",
    }  # fmt: skip


def filed(now: datetime, about: Case | None, kind: About = About.REQUEST) -> str:
    return factories.a_case(now=now, right=Right.COMPLAINT, filed=complaint.Filed(about=kind, request=about)).reference


def test_complaints_about_different_requests_are_never_one(visit: Visit, officer: Actor, now: datetime) -> None:
    one, other = (factories.a_case(now=now, scope={"what": words}) for words in ("School", "Housing"))
    first, second, again = filed(now, one), filed(now, other), filed(now, one)
    unsaid = filed(now, None, About.UNKNOWN)
    visitor = visit(officer)
    assert "about different requests" in visitor.get(f"/staff/cases/{first}/merging/{second}").text
    assert "Say first of both complaints" in visitor.get(f"/staff/cases/{first}/merging/{unsaid}").text
    merged(visitor, first, again)
    assert case_of(again).merged_into == case_of(first).id


def test_who_decided_on_a_request_does_not_end_a_complaint_about_it_by_merging(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    request = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    first, again = filed(now, request), filed(now, request)
    seen = {f"version-{each}": str(case_of(each).version) for each in (first, again)}
    page = visit(officer).post(f"/staff/cases/{first}/merging/{again}", {"keep": first, "reason": "Twice", **seen})
    assert page.status_code == 403 and "Somebody else must look into it" in page.text
    assert case_of(again).merged_into is None


def test_who_decided_on_a_request_does_not_take_complaints_about_it_apart_either(
    visit: Visit, officer: Actor, now: datetime
) -> None:
    request = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    first, again = filed(now, request), filed(now, request)
    merged(visit("officer"), first, again)
    row = db.session.scalars(select(Merge.id)).one()
    page = visit(officer).post(f"/staff/cases/{first}/merged/{row}/undoing", {"reason": "Two"})
    assert page.status_code == 403 and "Somebody else must look into it" in page.text
    assert case_of(again).merged_into is not None
    undone(visit("officer"), first)
    assert case_of(again).merged_into is None


def test_two_firms_are_never_one(visit: Visit, officer: Actor, now: datetime) -> None:
    def asks(organisation: str) -> str:
        named = {"name": "Kerra Penrose", "email": "k@example.org", "relationship": "solicitor"}
        return factories.a_case(
            now=now, capacity="solicitor", requester={**named, "organisation": organisation}
        ).reference

    one, other, again = asks("Penrose & Hale"), asks("Harbour Law"), asks("Penrose  and Hale".replace("and", "&"))
    visitor = visit(officer)
    assert "Different people ask" in visitor.get(f"/staff/cases/{one}/merging/{other}").text
    assert "Merge them" in visitor.get(f"/staff/cases/{one}/merging/{again}").text


@pytest.mark.parametrize(
    ("action", "stage"), [("withdraw", "Withdrawn"), ("reopen", "Received"), ("close", "Closed"), ("", "Received")]
)
def test_whatever_ends_the_case_that_goes_on_is_said_to_end_the_other_too(
    visit: Visit, staff: packs.Made, pair: tuple[str, str], sent: Any, action: str, stage: str
) -> None:
    away, keep = pair
    manager = visit(staff("manager"))
    merged(manager, keep, away)
    page = manager.get(f"/staff/cases/{keep}").text
    assert "This request answers another as well" in page and "whatever ends this one ends that too" in page
    for each in ("withdraw", "reopen") if action == "reopen" else filter(None, (action,)):
        version = str(case_of(keep).version)
        given = {"action": each, "reason": "They said so on the telephone", "version": version}
        page = manager.post(f"/staff/cases/{keep}/move", given)
        if each == "close":  # with a letter that is looked at first
            page = manager.send({"do": "send"}, form="Send it")
    assert (case_of(keep).status is Status.RECEIVED) == (stage == "Received")
    assert f"That one stands at “{stage}”" in manager.get(f"/staff/cases/{away}").text
    assert ("This request answers another" in manager.get(f"/staff/cases/{keep}").text) == (stage == "Received")
