"""A notice under the letters of Article 15: everything it says, nothing it does not, and what the law adds."""

from pathlib import Path

import pytest

from sar_service.catalogue import Catalogue, Item, Notice, Origin, load
from sar_service.catalogue.article_15 import LAW
from sar_service.catalogue.notice import LawfulBasis, SpecialCategoryBasis
from sar_service.catalogue.stated import Absent, Contact, partial_date_in_words

LETTERS = ["(a)", "(b)", "(c)", "(d)", "(e)", "(ea)", "(f)", "(g)", "(h)", "15(2)"]
FACTS = {
    "key": "n",
    "service": "S",
    "source_document": "N",
    "controllers": ["example"],
    "recipients": {"internal": "absent", "external": "absent", "processors": "absent"},
} | dict.fromkeys(
    (
        "version", "dated_on", "purposes", "lawful_bases", "special_category_bases", "laws", "categories",
        "special_categories", "sources", "retention", "transfers", "automated_decisions", "rights_offered",
        "statutory_or_contractual_need", "contacts", "complaint_routes", "systems_named", "partner_bodies",
    ),
    "absent",
)  # fmt: skip


@pytest.fixture
def council(begun: Path) -> Catalogue:
    return load(begun)


def items_of(catalogue: Catalogue, **facts: object) -> dict[str, Item]:
    from sar_service.catalogue import article_15_items

    notice = Notice.model_validate(FACTS | facts)
    return {item.letter: item for item in article_15_items(notice, controller=catalogue.controller("example"))}


def test_all_ten_items_are_there_whatever_the_notice_says(council: Catalogue) -> None:
    assert [item.letter for item in council.article_15("notice", controller="example")] == LETTERS
    assert list(items_of(council)) == LETTERS


def test_a_silent_notice_states_nothing_and_the_law_still_speaks(council: Catalogue) -> None:
    items = items_of(council)
    assert [letter for letter, item in items.items() if item.stated] == []
    spoken = {letter for letter, item in items.items() if item.statements}
    assert spoken == {"(e)", "(ea)", "(f)"}
    assert {line.origin for line in items["(e)"].statements} == {Origin.LAW}
    assert [line.key for line in items["(e)"].statements] == [
        "right.rectification",
        "right.erasure",
        "right.restriction",
        "right.objection",
    ]


def test_what_the_law_says_can_be_said_again_in_another_language(council: Catalogue) -> None:
    lines = [line for item in items_of(council).values() for line in item.statements if line.origin is Origin.LAW]
    assert [line.text for line in lines] == [LAW[line.key] % line.values for line in lines]
    assert {line.key for line in lines} == set(LAW)


def test_absent_and_none_are_told_apart(council: Catalogue) -> None:
    absent, none = items_of(council, transfers="absent")["15(2)"], items_of(council, transfers=[])["15(2)"]
    assert (absent.stated, absent.statements) == (False, ())
    assert none.stated
    assert [line.text for line in none.statements] == ["None."]


def test_the_reason_for_an_absence_is_kept(council: Catalogue) -> None:
    items = items_of(council, sources={"absent": "see the main notice"})
    assert [(part.field, part.remark) for part in items["(g)"].gaps] == [("sources", "see the main notice")]


def test_complaints_go_to_the_council_with_the_law_as_it_now_is(council: Catalogue) -> None:
    law, contact = items_of(council)["(ea)"].statements
    assert "Example Borough Council" in law.text
    assert "section 164A" in law.text
    assert "30 days" in law.text
    assert (law.origin, law.values["council"]) == (Origin.LAW, "Example Borough Council")
    assert contact.origin is Origin.CONTROLLER
    assert contact.text == "Information Governance Team: dataprotection@example.gov.uk"


def test_a_route_in_the_notice_comes_before_the_councils_own(council: Catalogue) -> None:
    route = {"to": "controller", "name": "The Officers", "phone": "01632 960009", "how": "Ring us."}
    item = items_of(council, complaint_routes=[route])["(ea)"]
    assert [line.text for line in item.statements][1:] == ["Ring us. The Officers: 01632 960009"]
    assert item.stated
    assert not items_of(council, complaint_routes=[route])["(f)"].stated


def test_the_regulator_is_named_from_the_configuration(council: Catalogue) -> None:
    law, contact = items_of(council)["(f)"].statements
    assert "Information Commissioner's Office" in law.text
    assert "section 165" in law.text
    assert "section 167" in law.text
    assert "0303 123 1113" in contact.text


def test_no_part_of_the_law_refers_to_article_77_which_no_longer_exists(council: Catalogue) -> None:
    assert "77" not in "".join(line.text for item in items_of(council).values() for line in item.statements)


def test_decisions_by_computer_ask_for_logic_and_consequences(council: Catalogue) -> None:
    made = {"made": True, "statements": ["A score decides."], "logic": "Points are added."}
    item = items_of(council, automated_decisions=made)["(h)"]
    assert [line.text for line in item.statements] == ["A score decides.", "Points are added."]
    assert [part.field for part in item.gaps] == ["automated_decisions.consequences"]
    human = items_of(council, automated_decisions={"made": False, "statements": ["People decide."]})["(h)"]
    assert human.gaps == ()


def test_one_list_of_recipients_leaves_no_gap_where_the_notice_does_not_part_it(council: Catalogue) -> None:
    together = {"together": ["Police"], "internal": "absent", "external": "absent", "processors": []}
    item = items_of(council, recipients=together)["(c)"]
    assert item.gaps == ()
    assert [line.text for line in item.statements] == ["Police", "None."]


def test_retention_says_how_long_and_on_what_authority(council: Catalogue) -> None:
    rules = [
        {"what": "Files", "how_long": "six years", "authority": "the schedule"},
        {"what": "Mail", "how_long": "absent", "authority": "absent"},
    ]
    item = items_of(council, retention=rules)["(d)"]
    assert [line.text for line in item.statements] == [
        "Files: six years. Authority: the schedule",
        "Mail: Not stated in the notice.",
    ]
    assert [part.field for part in item.gaps] == ["retention[1].authority"]


@pytest.mark.parametrize(
    ("basis", "words", "provision"),
    [
        (LawfulBasis(words="legal obligation"), "Legal obligation", "6(1)(c)"),
        (LawfulBasis(words="public task in the public interest"), "Public task in the public interest", "6(1)(e)"),
        (LawfulBasis(words="legal duty", statute="The Act"), "Legal duty: The Act", "6(1)(c)"),
        (LawfulBasis(article="6(1)(e)"), "Public task, under Article 6(1)(e)", "6(1)(e)"),
        (LawfulBasis(words="contract", note="trade"), "Contract (trade)", "6(1)(b)"),
        (LawfulBasis(words="because we may"), "Because we may", None),
        (SpecialCategoryBasis(words="substantial public interest"), "Substantial public interest", "9(2)(g)"),
        (SpecialCategoryBasis(words="vital interests"), "Vital interests", "9(2)(c)"),
    ],
)
def test_a_basis_in_words_and_the_provision_it_names(basis: LawfulBasis, words: str, provision: str | None) -> None:
    from sar_service.catalogue.article_15 import basis_in_words

    assert (basis_in_words(basis), basis.provision()) == (words, provision)


def test_dates_are_as_precise_as_their_source() -> None:
    written = ["2019-11-29", "2023-05", "2023"]
    assert [partial_date_in_words(each) for each in written] == ["29 November 2019", "May 2023", "2023"]


def test_a_contact_gives_every_way_and_leaves_out_what_is_absent() -> None:
    contact = Contact(name="A", phone="1", address=("x", "y"), email=Absent(remark="hidden"))
    assert contact.ways() == ("1", "x, y")
    assert Contact().ways() == ()


def test_the_catalogue_answers_who_holds_what(council: Catalogue) -> None:
    assert [system.key for system in council.systems_for("example")] == sorted(council.systems)
    assert council.notice_of("database").key == "notice"
    assert council.controllers_of("partner") == ("example",)
    assert council.exemption("TP16").reference.endswith("paragraph 16")
    assert council.disposition("DUP").short == "copy of another"
    assert not council.exemptions.keys() & council.dispositions.keys()


@pytest.mark.parametrize("ask", ["controller", "notice", "system", "exemption", "disposition", "systems_for"])
def test_asking_for_what_is_not_there_is_not_found(council: Catalogue, ask: str) -> None:
    from sar_service.domain.errors import NotFound

    with pytest.raises(NotFound, match="nowhere"):
        getattr(council, ask)("nowhere")


def test_a_partner_is_not_searched_and_a_system_is_built_with_its_secrets(council: Catalogue) -> None:
    from sar_service.connectors.base import ConnectorError

    with pytest.raises(ConnectorError, match="answers for its own data"):
        council.connector("partner", secrets={})
    assert council.connector("database", secrets={"EDUCATION_DB_PASSWORD": "x"}).kind == "sql"
    assert council.connector("colleague", secrets={}).kind == "manual"
    assert council.system("database").connected
    assert not council.system("partner").connected


def test_nothing_in_a_catalogue_can_be_changed(council: Catalogue) -> None:
    with pytest.raises(TypeError):
        council.systems["x"] = council.system("database")  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        council.notice("notice").service = "other"  # type: ignore[misc]
