"""Cases are found by what people say of them, and nothing of it can be read from the database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.rights import Right
from sar_service.domain.work import LinkKind
from sar_service.models import Case, SearchWord
from sar_service.services import clock, finding, finding_index, identity_change, intake, link, subject
from tests import factories, packs
from tests.browser import Visitor


@pytest.fixture
def case(app: Flask, now: datetime) -> Case:
    return factories.a_case(
        now=now,
        subject={
            "given_name": "Zoë",
            "family_name": "Trewhella-O'Brien",
            "other_names": ["Zoe Pengelly"],
            "date_of_birth": "1999-05-03",
            "addresses": [["12 Fore Street", "Northmoor", "NM1 4AA"], ["3 Hill View", "NM2 2BB"]],
            "postcode": "NM1 4AA",
            "identifiers": {"nhs_number": "943 476 5919"},
            "phones": ["01632 960 001"],
        },
    )


def found(typed: str, officer: Actor) -> list[str]:
    return [row.reference for row in finding.find(finding.read(typed), actor=officer, most=10).cases]


@pytest.mark.parametrize(
    "typed",
    [
        "Zoë Trewhella-O'Brien",
        "zoe trewhella",
        "OBRIEN",
        "Trewhela",  # a letter left out
        "Trewhellla",  # one too many
        "Trewhalla",  # one wrong
        "Trewehlla",  # two changed round
        "Pengelly",  # a former name
        "03/05/1999",
        "3.5.1999 zoe",
        "1999-05-03",
        "nm1 4aa",
        "NM22BB",  # where she lived before
        "Fore Street",
        "9434765919",
        "943-476-5919",
        "01632 960001",
        "(01632) 960 001",
        "01632-960-001 Trewhella",
        "+44 (0)1632 960001",
        "MORWENNA@example.org",  # the address that the request came from
        "Zoe Trewhella O Brien",  # in two words what is kept as one
        "3 May 1999",
        "3rd of May 1999",
        "3 May, 1999 Trewhella",
        "May 3 1999",
        "Trewhella May 3rd, 1999",
        "3 Mai 1999",  # in Welsh
        "3-May-1999",  # as spreadsheets write it
        "3/May/99",
        "3.May.1999",
        "3 May 99",
        "3/5/99",  # 1999 or 2099
        "+44 1632 960001",
        "Zoey Pengelly",  # another spelling of the given name
        "4 Fore Street Northmoor Trewhella",
    ],
)
def test_a_case_is_found_by(typed: str, case: Case, officer: Actor) -> None:
    assert found(typed, officer) == [case.reference]


@pytest.mark.parametrize(
    "typed", ["Smith", "04/05/1999", "4 May 1999", "May 4 1999", "3/5/98", "NM1 4AB", "31/02/1999", "", "!!!", "Trwela"]
)
def test_a_case_is_not_found_by(typed: str, case: Case, officer: Actor) -> None:
    assert case.reference not in (found(typed, officer) if finding.read(typed) else [])


def test_the_number_of_a_flat_is_no_date_of_birth(now: datetime, officer: Actor) -> None:
    case = factories.a_case(now=now, subject={"addresses": [["Flat 2/1 14 Mill Street", "Northmoor", "NM1 4AA"]]})
    answer = finding.find(finding.read("Flat 2/1 14 Mill Street"), actor=officer, most=10)
    assert ([each.id for each in answer.cases], answer.part) == ([case.id], False)


def test_of_a_long_question_the_first_parts_are_looked_for(case: Case, officer: Actor) -> None:
    known = "zoe trewhella 03/05/1999 nm1 4aa nm2 2bb 9434765919, 01632 960001 morwenna@example.org"  # eight
    assert found(known, officer) == [case.reference]
    assert found(f"{known} 04/05/1999 Smith", officer) == [case.reference]  # more is not read
    assert found(f"04/05/1999 Smith {known}", officer) == []


def test_that_a_part_of_a_question_was_not_looked_for_is_said(
    case: Case, officer: Actor, visit: Callable[..., Visitor]
) -> None:
    known = "zoe trewhella 03/05/1999 nm1 4aa nm2 2bb 9434765919, 01632 960001"
    visitor = visit(officer)
    visitor.get("/staff/find")
    said = "Only the first 8 parts"
    assert said not in visitor.send({"words": f"{known} morwenna@example.org"}).text
    for more in ("04/05/1999 morwenna@example.org", "Fore Street", "a b c d e f g h i j k l m n o p"):
        assert said in visitor.send({"words": f"{known} {more}"}).text, more


@pytest.mark.parametrize(
    ("label", "value"),
    [
        *(
            (each, "03/05/1999")
            for each in ("DOB", "dob:", "DoB.", "d.o.b.", "D.O.B:", "date of birth", "born", "DOB-")
        ),
        *((each, "3 May 1999") for each in ("born on", "dyddiad geni", "Dob")),
        *((each, "May 3, 1999") for each in ("born on", "dob")),
        *((each, "943 476 5919") for each in ("NHS", "NHS no.", "nhs number:")),
        *((each, "01632 960 001") for each in ("tel", "Tel.:", "telephone number")),
    ],
)
def test_what_says_that_a_date_or_a_number_follows_is_no_part_of_the_question(
    case: Case, officer: Actor, label: str, value: str
) -> None:
    for typed in (
        f"{label} {value}",
        f"{label}{value}" if label[-1] in ":-" else f"{label} {value}",
        f"zoe {label} {value}",
    ):
        answer = finding.find(finding.read(typed), actor=officer, most=10)
        assert [row.reference for row in answer.cases] == [case.reference] and not answer.part, typed


def test_a_label_written_onto_a_date_is_none_and_what_is_only_like_one_is_a_name(case: Case, officer: Actor) -> None:
    assert found("DOB03/05/1999", officer) == [case.reference]
    assert finding.read("Born").words == ("born",) and finding.read("Max Born 03/05/1999").words == ("max",)
    assert finding.read("Telfer 12").words == ("telfer", "12")


def test_a_case_is_found_by_a_part_of_its_reference(
    case: Case, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "new_reference", lambda: "HHEQM-5P9W3-G37QR")  # a word, and what may be a postcode
    other = factories.a_case(now=now)
    for typed in ("HHEQM", "5p9w3", "G37QR", "g37qr hheqm"):
        assert found(typed, officer) == [other.reference], typed
    one, two, three = case.reference.split("-")
    for typed in (one, two.lower(), three, f"{one}-{two}", f"trewhella {three}"):
        assert found(typed, officer) == [case.reference], typed


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Mohammed Hussain", "Muhammad Hussain"),
        ("Elizabeth Angwin", "Liz Angwin"),
        ("Liz Angwin", "Elizabeth Angwyn"),
        ("Mary Ann Pascoe", "Maryann Pascoe"),
        ("Maryann Pascoe", "Mary Ann Pascoe"),
        ("Iain Mc Donald", "Iain McDonald"),
        ("Iain McDonald", "Iain Mac Donald"),
        ("Linh Nguyễn", "linh nguyen"),
        ("Ali Łukasz", "aly lukasz"),
    ],
)
def test_a_name_is_found_in_its_other_forms(kept: str, typed: str, now: datetime, officer: Actor) -> None:
    given, _, family = kept.rpartition(" ") if "Mc " not in kept else kept.partition(" ")
    named = {"given_name": given, "family_name": family, "emails": []}
    case = factories.a_case(now=now, subject=named, requester={"name": kept, "email": "a@example.org"})
    factories.a_case(now=now)
    assert found(typed, officer) == [case.reference]


def test_where_nothing_fits_all_of_it_what_fits_all_but_one_part_is_shown_as_that(
    case: Case, now: datetime, officer: Actor
) -> None:
    factories.a_case(now=now)
    answer = finding.find(finding.read("Chloe Trewhella 3/5/1999"), actor=officer, most=10)
    assert answer.part and [each.reference for each in answer.cases] == [case.reference]
    answer = finding.find(finding.read("Zoe Trewhella 3/5/1999"), actor=officer, most=10)
    assert not answer.part and [each.reference for each in answer.cases] == [case.reference]
    assert finding.find(finding.read("Chloe Smith 3/5/1999"), actor=officer, most=10).cases == []


def test_what_fits_all_but_one_part_is_shown_to_those_alone_who_may_see_it(
    case: Case, staff: Callable[..., Actor], officer: Actor
) -> None:
    case.restricted = True
    db.session.commit()
    typed = "Chloe Trewhella 3/5/1999"
    assert found(typed, officer) == []
    assert found(typed, staff("manager")) == [case.reference]
    assert found(typed, staff("manager", controllers=["southmoor"])) == []


def test_of_what_fits_all_but_one_part_what_is_spelt_as_typed_comes_first(now: datetime, officer: Actor) -> None:
    def named(family: str, days: int) -> str:
        came = now - timedelta(days=days)
        who = {"name": f"Morwenna {family}", "email": "m@example.org"}
        made = factories.a_case(
            now=came, received_on=clock.day_of(came), subject={"family_name": family}, requester=who
        )
        return made.reference

    older, newer = named("Tregale", 20), named("Tregele", 1)
    answer = finding.find(finding.read("Morwenna Tregale 1/2/1801"), actor=officer, most=10)
    assert answer.part and [each.reference for each in answer.cases] == [older, newer]


def test_what_an_earlier_version_wrote_down_is_written_anew(
    case: Case, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding.index_missing() == 0
    monkeypatch.setattr(finding_index, "FORM", "another")
    assert finding.index_missing() == 1 and finding.index_missing() == 0


def test_who_is_spelt_as_typed_comes_before_who_is_nearly(app: Flask, now: datetime, officer: Actor) -> None:
    def named(family: str, **more: int) -> str:
        who = {"name": f"Morwenna {family}", "email": "m@example.org"}
        when = factories.later(now, **more)
        return factories.a_case(now=when, subject={"family_name": family}, requester=who).reference

    near, exact, newest = named("Tregalle"), named("Tregale"), named("Tregalle", days=1)
    assert found("tregale", officer) == [exact, newest, near]


def test_a_restricted_case_is_found_only_by_who_may_see_it(case: Case, officer: Actor, staff: packs.Made) -> None:
    case.restricted = True
    db.session.commit()
    assert found("Trewhella", officer) == []
    assert found("Trewhella", staff("manager")) == [packs.again(case).reference]


def test_what_changes_is_found_anew_and_what_went_is_not(case: Case, officer: Actor, now: datetime) -> None:
    more = subject.Learnt(other_names=("Zoe Carlyon",))
    subject.learn(case, more, reason="said so", version=case.version, actor=officer, now=now)
    identity_change.change_contact(case, {"email": "zoe@example.org"}, actor=officer, now=now)
    db.session.commit()
    assert found("carlyon", officer) == found("zoe@example.org", officer) == [case.reference]
    subject.forget(case, "other_names:0", reason="wrong", version=packs.again(case).version, actor=officer, now=now)
    db.session.commit()
    assert found("pengelly", officer) == []


def test_nothing_can_be_read_from_the_index_and_it_goes_with_the_case(case: Case) -> None:
    rows = db.session.execute(text("SELECT * FROM search_word")).all()
    assert len(rows) > 20
    assert all("rewh" not in str(row) for row in rows)
    identity_of = case.id
    db.session.delete(case)
    with pytest.raises(Exception, match=r"."):  # other rows still hold it: a case goes with all that is its
        db.session.flush()
    db.session.rollback()
    db.session.execute(text("DELETE FROM search_word"))
    db.session.commit()
    assert finding.index_missing() == 1
    assert db.session.scalars(select(SearchWord.case_id).distinct()).all() == [identity_of]
    assert finding.index_missing() == 0


def test_who_may_be_the_same_person_is_shown_with_the_reasons_until_somebody_says(
    now: datetime, officer: Actor, staff: Callable[..., Any]
) -> None:
    first = factories.a_case(now=now)
    again = factories.a_case(now=now, subject={"given_name": "Morwena"})  # misspelt, all else the same
    other_right = factories.a_case(now=now, right=Right.ERASURE)
    factories.a_case(now=now, subject={"date_of_birth": "2011-09-02"})  # a namesake
    nothing = {"date_of_birth": None, "postcode": "", "emails": []}
    other_mail = {"name": "Morwenna Tregale", "email": "another@example.org"}
    factories.a_case(now=now, subject=nothing, requester=other_mail)  # only the name
    alike = {each.case.reference: each.reasons for each in finding.alike(first, actor=officer)}
    assert set(alike) == {again.reference, other_right.reference}
    assert "what is asked for" in alike[again.reference]
    assert "what is asked for" not in alike[other_right.reference]
    link.link(first, again, LinkKind.DUPLICATE, actor=officer, now=now)
    db.session.commit()
    assert [each.case.reference for each in finding.alike(first, actor=officer)] == [other_right.reference]


@pytest.mark.parametrize(
    ("called", "reason"),
    [
        (("Kirstie", "Ash-Bel"), "a like name"),  # heard on the telephone
        (("Kirsty", "Ashbell"), "the name"),
        (("Kirsty", "Moore"), "the first name"),  # married
        (("Alfie", "Ash-Bell"), ""),  # a twin
        (("Alfie", "Moore"), ""),
    ],
)
def test_who_was_born_on_the_day_and_writes_from_the_address_is_shown_though_the_name_was_written_otherwise(
    now: datetime, officer: Actor, called: tuple[str, str], reason: str
) -> None:
    def one(given: str, family: str) -> Case:
        who = {"given_name": given, "family_name": family, "date_of_birth": "2001-07-04", "postcode": ""}
        return factories.a_case(now=now, subject=who, requester={"name": f"{given} {family}", "email": "k@example.org"})

    first, other = one("Kirsty", "Ash-Bell"), one(*called)
    alike = {each.case.reference: each.reasons for each in finding.alike(first, actor=officer)}
    assert (reason in alike.get(other.reference, ())) is bool(reason)
    assert bool(alike) is bool(reason)
    back = finding.alike(other, actor=officer)
    assert bool(back) is bool(reason)


@pytest.mark.parametrize(("email", "shown"), [("k@example.org", True), ("other@example.org", False)])
def test_who_has_another_family_name_is_shown_only_where_two_other_things_are_the_same(
    now: datetime, officer: Actor, email: str, shown: bool
) -> None:
    def one(family: str, email: str) -> Case:
        who = {"given_name": "Kirsty", "family_name": family, "date_of_birth": "2001-07-04"}
        there = {"postcode": "", "emails": [], "addresses": []}
        return factories.a_case(now=now, subject={**who, **there}, requester={"name": "Kirsty", "email": email})

    first, _other = one("Ash-Bell", "k@example.org"), one("Moore", email)
    assert bool(finding.alike(first, actor=officer)) is shown


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [
        ({"emails": ["m.t@example.org"]}, {"emails": ["M.T@example.org "]}, "the e-mail address"),
        ({"phones": ["01632 960 444"]}, {"phones": ["+44 1632 960444"]}, "the telephone number"),
        ({"identifiers": {"nhs_number": "943 476 5919"}}, {"identifiers": {"nhs_number": "9434765919"}}, "a number"),
        ({"emails": ["m.t@example.org"]}, {"emails": ["b.c@example.org"]}, ""),
    ],
)
def test_who_has_the_same_contact_or_number_may_be_the_same_person(
    now: datetime, officer: Actor, mine: dict[str, Any], theirs: dict[str, Any], why: str
) -> None:
    """On the telephone often no more is said than a name and how to ring back."""
    little = {"date_of_birth": None, "postcode": "", "emails": [], "addresses": []}
    asks = {"name": "Morwenna Tregale", "email": ""}
    first, _ = (factories.a_case(now=now, subject={**little, **each}, requester=asks) for each in (mine, theirs))
    found = [each.reasons for each in finding.alike(first, actor=officer)]
    assert found == ([("the name", why, "what is asked for", "the month")] if why else [])


@pytest.mark.parametrize(
    ("called", "born", "shown"),
    [
        ("Morwenna", "2007-03-15", True),  # misheard
        ("Morwenna", "2007-04-13", False),
        ("Morwenna", "1977-03-14", False),  # her mother, of the same name
        ("Loveday", "2007-03-15", False),
    ],
)
def test_whose_date_of_birth_was_written_a_little_otherwise_is_shown(
    now: datetime, officer: Actor, called: str, born: str, shown: bool
) -> None:
    first = factories.a_case(now=now)
    other = factories.a_case(now=now, subject={"given_name": called, "date_of_birth": born, "postcode": ""})
    for one, another in ((first, other), (other, first)):
        found = {each.case.reference: each.reasons[:3] for each in finding.alike(one, actor=officer)}
        why = ("the name", "a like date of birth", "the e-mail address")
        assert found == ({another.reference: why} if shown else {})


def test_a_namesake_of_many_is_shown_though_the_others_are_newer(now: datetime, officer: Actor) -> None:
    """The name alone says little: somebody is looked for among those with whom something else is the same."""
    first = factories.a_case(now=now, received_on=clock.day_of(now) - timedelta(days=30))
    other = {"name": "Morwenna Tregale", "email": "x@example.org"}
    for number in range(65):
        factories.a_case(
            now=now,
            requester={**other, "email": f"x{number}@example.org"},
            subject={"date_of_birth": f"19{number + 20}-01-01", "postcode": "", "emails": [], "addresses": []},
        )
    again = factories.a_case(now=now, subject={"given_name": "Morwena"})
    assert [each.case.reference for each in finding.alike(again, actor=officer)] == [first.reference]


def test_words_that_very_many_share_find_the_newest_and_with_a_rarer_one_the_right_case(
    now: datetime, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "COMMON", 6)
    monkeypatch.setattr(finding, "NEWEST", 4)
    made = []
    for days in range(8):
        when = factories.later(now, days=-days)
        named = {"family_name": "Pengelly" if days == 6 else "Tregale"}
        made.append(factories.a_case(now=when, received_on=clock.day_of(when), subject=named).reference)

    def first(typed: str, most: int) -> list[str]:
        return [row.reference for row in finding.find(finding.read(typed), actor=officer, most=most).cases]

    assert first("quarry lane", 3) == made[:3]  # the newest alone
    assert first("quarry lane", 20) == made  # more than the newest are wanted
    assert first("quarry lane pengelly", 3) == [made[6]]
    assert first("quarry lane pengely northmoor", 3) == [made[6]]
