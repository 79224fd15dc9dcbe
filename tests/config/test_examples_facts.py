"""Facts of each published notice, item by item: what the catalogue says against what a person reading the notice wrote
down (`tests/notices.py`).
"""

from pathlib import Path

import pytest

from sar_service.catalogue import Absent, Catalogue, Item, Notice, load
from sar_service.catalogue.article_15 import Origin
from tests.notices import FACTS

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def examples() -> dict[str, Catalogue]:
    return {name: load(SHIPPED, profile=name) for name in FACTS}


def items_of(catalogue: Catalogue, controller: str) -> dict[str, Item]:
    [key] = catalogue.notices
    return {item.letter: item for item in catalogue.article_15(key, controller=controller)}


def notice_of(catalogue: Catalogue) -> Notice:
    [notice] = catalogue.notices.values()
    return notice


@pytest.mark.parametrize("letter", FACTS["essex"])
@pytest.mark.parametrize("name", FACTS)
def test_the_item_says_what_the_notice_says(examples: dict[str, Catalogue], name: str, letter: str) -> None:
    for controller in examples[name].controllers:
        item = items_of(examples[name], controller)[letter]
        said = "\n".join(line.text for line in item.statements)
        missing = [fact for fact in FACTS[name][letter] if fact not in said]
        assert missing == []
        from_notice = [line for line in item.statements if line.origin is Origin.NOTICE]
        if not FACTS[name][letter]:
            assert from_notice == [], "the notice is silent here, and nothing may be put into its mouth"


def test_how_many_things_each_notice_lists(examples: dict[str, Catalogue]) -> None:
    """Counts taken from the published lists, so that nothing is dropped from a long one."""
    notices = {name: notice_of(catalogue) for name, catalogue in examples.items()}
    families, achieving = notices["children-and-families"], notices["achieving-for-children"]
    essex, wigan, boroughs = notices["essex"], notices["wigan"], notices["bi-borough"]
    assert (len(families.purposes or ()), len(families.laws or ())) == (21, 21)
    assert len(families.recipients.together) == 24 + 2, "and those whom alerts and liaison abroad reach"
    assert (len(essex.categories or ()), len(essex.special_categories or ())) == (7, 1)
    assert (len(essex.purposes or ()), len(essex.recipients.together)) == (8, 12)
    assert len(essex.rights_offered or ()) == 4
    assert (len(wigan.purposes or ()), len(wigan.special_categories or ())) == (9, 5)
    assert (len(boroughs.categories or ()), len(boroughs.recipients.internal or ())) == (8, 5 + 1)
    assert (len(achieving.lawful_bases or ()), len(achieving.categories or ())) == (5, 7 + 2)


def test_dates_and_versions_are_those_of_the_notices(examples: dict[str, Catalogue]) -> None:
    assert {name: notice_of(each).dated_in_words() for name, each in examples.items()} == {
        "bi-borough": "29 November 2019",
        "wigan": "May 2023",
        "essex": "18 May 2018",
        "children-and-families": "4 September 2019",
        "achieving-for-children": None,
    }
    assert notice_of(examples["wigan"]).version == "2.0"


def test_essex_names_its_processor_its_bases_and_its_system(examples: dict[str, Catalogue]) -> None:
    notice = notice_of(examples["essex"])
    assert not isinstance(notice.recipients.processors, Absent)
    assert [each.text for each in notice.recipients.processors] == ["Capita One (system)"]
    assert [each.provision() for each in notice.lawful_bases or ()] == ["6(1)(c)"]
    assert [each.provision() for each in notice.special_category_bases or ()] == ["9(2)(g)"]
    assert examples["essex"].system("capita-one").kind == "sql"
    assert examples["essex"].system("my-care-record").kind == "external"


def test_wigan_has_people_in_every_decision(examples: dict[str, Catalogue]) -> None:
    decisions = notice_of(examples["wigan"]).automated_decisions
    assert not isinstance(decisions, Absent)
    assert decisions.made is False
    assert [each.provision() for each in notice_of(examples["wigan"]).lawful_bases or ()] == ["6(1)(c)", "6(1)(e)"]


def test_the_alert_of_the_children_and_families_notice_is_a_decision_by_computer(
    examples: dict[str, Catalogue],
) -> None:
    decisions = notice_of(examples["children-and-families"]).automated_decisions
    assert not isinstance(decisions, Absent)
    assert decisions.made is True
    assert examples["children-and-families"].system("cp-is").kind == "external"


def test_outdated_law_and_closed_bodies_are_kept_with_a_remark(examples: dict[str, Catalogue]) -> None:
    def remarked(name: str) -> dict[str, str]:
        items = items_of(examples[name], next(iter(examples[name].controllers)))
        return {line.text: line.remark for item in items.values() for line in item.statements if line.remark}

    achieving = remarked("achieving-for-children")
    assert "Data Protection Act 2018" in achieving["Data Protection Act (1998)"]
    assert "closed in 2015" in achieving["the Audit Commission, which requires data matching against fraud"]
    assert "closed in 2013" in remarked("wigan")["UK border agency"]


def test_an_address_that_the_page_hides_is_absent_and_says_so(examples: dict[str, Catalogue]) -> None:
    notice = notice_of(examples["bi-borough"])
    assert not isinstance(notice.contacts, Absent)
    first = notice.contacts[0].email
    assert isinstance(first, Absent)
    assert "hides" in first.remark
    assert [each.phone for each in notice.contacts[1:]] == ["020 7745 6439", "0207 745 6448"]


def test_the_opt_out_of_the_nhs_number_in_essex_has_its_telephone(examples: dict[str, Catalogue]) -> None:
    notice = notice_of(examples["essex"])
    assert not isinstance(notice.contacts, Absent)
    assert [each.phone for each in notice.contacts] == ["0333 013 9824", "0345 603 7630"]


def test_the_three_councils_share_one_provider_and_its_officer(examples: dict[str, Catalogue]) -> None:
    assert notice_of(examples["achieving-for-children"]).provider == "Achieving for Children"
    for controller in examples["achieving-for-children"].controllers.values():
        assert not isinstance(controller.dpo, Absent)
        assert controller.dpo.email == "dpo@achievingforchildren.org.uk"
