"""Facts of each published notice, item by item, as a person reading the notice wrote them down here by hand.

Every string must stand in what the covering letter would say under that letter, word for word.
"""

from pathlib import Path

import pytest

from sar_service.catalogue import Absent, Catalogue, Item, Notice, load
from sar_service.catalogue.article_15 import Origin

SHIPPED = Path(__file__).parents[2] / "config"

FACTS: dict[str, dict[str, list[str]]] = {
    "bi-borough": {
        "(a)": [
            "section 436A of the Education Act 1996",
            "track and monitor children missing education",
            "Bi-Borough",
            "Prevent Strategy",
            "check proof of address",
            "prevent and detect fraud",
            "risk of serious harm or threat to life",
            "Legal duty: Education Act 1996, section 436A",
        ],
        "(b)": [
            "personal email addresses",
            "date of birth and gender",
            "Special Educational Needs and Disability (SEND)",
            "The Bridge AP Academy (TBAP)",
            "Youth Justice Service",
            "receipt of benefits",
            "council tax",
            "Home Office",
            "Police and/or probation",
        ],
        "(c)": [
            "Admissions and Access to Education",
            "Elective Home Education (EHE)",
            "Child Licensing",
            "Data Team",
            "Early Help Service",
            "MASH Team and Safeguarding service",
            "Governance and Legal Services",
            "independent and boarding",
            "other councils and boroughs",
            "criminal investigation",
            "potential illegal immigration",
            "Department of Work and Pension",
        ],
        "(d)": ["only as long as necessary", "corporate records policy"],
        "(e)": ["withdraw consent", "deleted", "rectified", "another authority", "automated decision-making"],
        "(ea)": ["Children Missing Education Team", "complaints procedures of the council concerned"],
        "(f)": ["Information Commissioner's Office", "https://ico.org.uk/concerns/handling/"],
        "(g)": [
            "previously attended schools",
            "NHS",
            "other local authorities",
            "Metropolitan Police",
            "anonymous referrals by members of the public",
            "Council Tax records",
            "Parking Services",
            "Fraud Team",
        ],
        "(h)": [],
        "15(2)": [],
    },
    "wigan": {
        "(a)": [
            "administering the service",
            "decisions about the support",
            "reduced timetable",
            "timely and effective enquiries",
            "training and development of staff",
            "safeguarding and legal powers",
            "data analytics studies",
            "equal opportunities and monitoring",
            "Legal obligation",
            "Public task in the public interest",
            "Substantial public interest",
            "Education Act 1996",
            "Education Act 2002",
            "Children Act 1989",
            "Children and Families Act 2014",
            "DfE Departmental Guidance",
            "'Students Missing Out on Education', published by Ofsted in November 2013",
        ],
        "(b)": [
            "marital status or civil partnerships",
            "UK border agency",
            "race or ethnicity",
            "offences (including alleged offences), criminal proceedings, outcomes and sentences",
            "school nursing",
            "Startwell",
            "Youth Offending team",
            "not an exhaustive list",
        ],
        "(c)": ["school nursing", "social care", "UK border agency", "police", "GP", "Probation", "Startwell"],
        "(d)": ["only as long as necessary", "Corporate Records Management Policy"],
        "(e)": [],
        "(ea)": ["Wigan Borough Council"],
        "(f)": [],
        "(g)": ["housing and council tax", "schools", "members of the public", "other local authorities"],
        "(h)": ["all the decisions made about people involve human intervention"],
        "15(2)": [],
    },
    "essex": {
        "(a)": [
            "not attending school regularly",
            "suitable home education",
            "licence and permit applications",
            "employment, performance and entertainment",
            "planning and improving the service",
            "fraud or crime",
            "anonymised data",
            "Legal obligation: Education Act 1996",
            "Substantial public interest",
        ],
        "(b)": [
            "name and contact details",
            "date of birth",
            "NHS number",
            "child in care status",
            "family composition",
            "education information",
            "attendance data",
            "physical or mental health details",
        ],
        "(c)": [
            "Capita One (system)",
            "Education Providers",
            "Children's Social Care",
            "Family Solutions",
            "Youth Offending Service",
            "Statutory Assessment Service",
            "Other Local Authorities",
            "Health Agencies",
            "Education Psychology Service",
            "Essex Legal Services",
            "Other Education Teams",
            "integrated care record system",
            "community matrons",
        ],
        "(d)": ["35 years after the council stops using it", "right to an education"],
        "(e)": ["to be informed", "to access", "rectified", "to restrict"],
        "(ea)": [
            "Essex County Council",
            "Data Protection Officer, Information Governance Team",
            "0333 013 9824",
            "County Hall, Market Road, Chelmsford, Essex, CM11QH",
        ],
        "(f)": [
            "Information Commissioner's Office",
            "0303 123 1113",
            "Wycliffe House, Water Lane, Wilmslow, Cheshire, SK9 5AF",
        ],
        "(g)": [
            "concerned professionals and members of the public",
            "other local authorities",
            "companies commissioned by school to monitor attendance",
            "NHS",
        ],
        "(h)": [],
        "15(2)": [],
    },
    "children-and-families": {
        "(a)": [
            "Troubled Families Programme payment by results claim",
            "CP-IS programme",
            "research including consultations",
            "traded services",
            "Legal obligation",
            "Public task",
            "Contract (traded services)",
            "Apprenticeships, Skills, Children and Learning Act 2009",
            "(SI 2006/90)",
            "Mental Health Act 1983, 2007",
            "The Care Act 2014",
            "The Children Act 1989, 2004",
            "The Education Act 1944, 1996, 2002",
            "The Localism Act 2011",
            "The Mental Capacity Act 2005",
        ],
        "(b)": [],
        "(c)": [
            "Adults social care",
            "Children's social care",
            "elected members",
            "for example DWP",
            "for example courts",
            "safeguarding boards",
            "school transport operators",
            "substance misuse teams",
            "voluntary sector partners",
        ],
        "(d)": [],
        "(e)": [],
        "(ea)": [],
        "(f)": [],
        "(g)": [],
        "(h)": ["looked after children", "child protection plan", "NHS Digital"],
        "15(2)": ["courts or children's services abroad"],
    },
    "achieving-for-children": {
        "(a)": [
            "administer education and service provision",
            "electoral services",
            "Single Point of Access and Multi Agency Safeguarding Hub",
            "Consent, under Article 6(1)(a)",
            "Legal obligation, under Article 6(1)(c)",
            "Vital interests, under Article 6(1)(d)",
            "Public task, under Article 6(1)(e)",
            "Legitimate interests, under Article 6(1)(f)",
            "under Article 9(2)(h): The Children Act 1989",
            "Data Protection Act (1998)",
            "Human Rights Act 1998",
            "section 507B of the Education Act 1996",
            "Part 2A of the Audit Commission Act 1998",
        ],
        "(b)": [
            "unique pupil number",
            "free school meal eligibility",
            "court orders",
            "special educational needs",
            "absence reasons",
            "phonics results",
            "exclusions",
        ],
        "(c)": [
            "Department for Education (DfE)",
            "Qualifications and Curriculum Authority (QCA)",
            "Ofsted",
            "Department of Health (DH)",
            "MIAP (Managing Information Across Partners)",
            "Audit Commission",
            "Department for Work and Pensions",
            "HMRC",
            "Metropolitan Police",
            "Child and Adolescent Mental Health Services (CAMHS)",
            "Targeted Support services",
            "from the age of 13",
            "partner councils",
        ],
        "(d)": ["data retention schedule", "MASH", "formal record retention policies"],
        "(e)": ["damage or distress", "direct marketing", "automated means", "rectified, blocked, erased", "courts"],
        "(ea)": ["Achieving for Children", "first instance", "dpo@achievingforchildren.org.uk"],
        "(f)": ["https://ico.org.uk/concerns/"],
        "(g)": [
            "face to face interviews",
            "text messages",
            "websites",
            "parts 1 and 2 of the Education and Skills Act 2008",
        ],
        "(h)": [],
        "15(2)": [],
    },
}


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
    assert len(families.recipients.together) == 24
    assert (len(essex.categories or ()), len(essex.special_categories or ())) == (7, 1)
    assert len(essex.rights_offered or ()) == 4
    assert (len(wigan.purposes or ()), len(wigan.special_categories or ())) == (8, 4)
    assert (len(boroughs.categories or ()), len(boroughs.recipients.internal or ())) == (8, 5)
    assert (len(achieving.lawful_bases or ()), len(achieving.categories or ())) == (5, 7)


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
