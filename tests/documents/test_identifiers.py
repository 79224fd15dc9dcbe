"""Numbers, dates and addresses by shape, check digit and the words before them."""

import pytest

from sar_service.documents.identifier_dates import read_date
from sar_service.documents.identifiers import identifiers
from sar_service.domain.check_digits import nhs_valid, upn_valid
from sar_service.domain.redaction import Kind


def found(text: str) -> list[tuple[str, str]]:
    return [(str(span.kind), span.text) for span in identifiers(text)]


def test_check_digits_are_those_of_the_schemes() -> None:
    assert nhs_valid("943 476 5919") and not nhs_valid("943 476 5918") and not nhs_valid("000 000 0000")
    assert upn_valid("H801200001001") == (upn_valid("H801200001001".lower()))
    good = [letter for letter in "ABCDEFGHJKLMNPQRTUVWXYZ" if upn_valid(letter + "801200001001")]
    assert len(good) == 1


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("NHS no: 943 476 5919.", "nhs_number", "943 476 5919"),
        ("NHS 9434765919", "nhs_number", "9434765919"),
        ("UPN A801200001001 was", "upn", "A801200001001"),
        ("her NI is QQ 12 34 56 C,", "ni_number", "QQ 12 34 56 C"),
        ("(AB123456C)", "ni_number", "AB123456C"),
        ("ring 07700 900 123 now", "phone", "07700 900 123"),
        ("ring +44 (0)7700 900123", "phone", "+44 (0)7700 900123"),
        ("ring (01632) 960 001.", "phone", "(01632) 960 001"),
        ("ring 0044 7700 900123", "phone", "0044 7700 900123"),
        ("mail jo.o'neil+x@mail.example.org.", "email", "jo.o'neil+x@mail.example.org"),
        ("sort code 12-34-56", "bank_account", "12-34-56"),
        ("a/c 12345678.", "bank_account", "12345678"),
        ("account number: 12345678", "bank_account", "12345678"),
        ("Passport no 123456789 held", "passport", "123456789"),
        ("licence MORGA657054SM9IJ seen", "driving_licence", "MORGA657054SM9IJ"),
        ("a blue Fiesta, AB12 CDE, left", "vehicle", "AB12 CDE"),
        ("reg P123 ABC", "vehicle", "P123 ABC"),
        ("Case 1871512.", "case_ref", "1871512"),
        ("LCS ID: 40277", "case_ref", "40277"),
        ("PC 1546 attended", "case_ref", "1546"),
        ("(hospital no. M145692)", "case_ref", "M145692"),
        ("PNC 90/283183G", "case_ref", "90/283183G"),
        ("Police log 24B/39870/26.", "case_ref", "24B/39870/26"),
        ("police log 2439 of 16/10/25 refers", "case_ref", "log 2439 of 16/10/25"),
        ("DOB: 3/4/2014", "date_of_birth", "3/4/2014"),
        ("born on 3rd April 2014", "date_of_birth", "3rd April 2014"),
        ("seen 03.04.14 at home", "date", "03.04.14"),
        ("on 2014-04-03.", "date", "2014-04-03"),
        ("at 12 High St, Leeds LS1 4DY.", "address", "12 High St, Leeds LS1 4DY"),
        (
            "at Flat 18, 210 Windsor Court\nBradford\nE13 5SR\nand",
            "address",
            "Flat 18, 210 Windsor Court\nBradford\nE13 5SR",
        ),
        ("lives at 232b Acacia Avenue. Caller", "address", "232b Acacia Avenue"),
        ("at Rose Cottage, Mill Lane, Otley, LS21 3AB", "address", "Rose Cottage, Mill Lane, Otley, LS21 3AB"),
        ("they moved to 23 mill lane last week", "address", "23 mill lane"),
        ("postcode LS1 4DY only", "address", "LS1 4DY"),
        ("at 9 Heol-y-Coed, Gwaelod, Cardiff CF15 9ZZ.", "address", "9 Heol-y-Coed, Gwaelod, Cardiff CF15 9ZZ"),
        ("to 8 Inverlochan, Glasgow G1 1AA", "address", "8 Inverlochan, Glasgow G1 1AA"),
        ("to 31 Ffordd y Bryn, Bangor, LL57 9ZZ", "address", "31 Ffordd y Bryn, Bangor, LL57 9ZZ"),
        (
            "post to The Old Bakery, Chapel Lane, Upper Dunning, HX9 1AB,",
            "address",
            "The Old Bakery, Chapel Lane, Upper Dunning, HX9 1AB",
        ),
        ("Address:\n12\nBeech Road\nHartwell\nHX1 4AB\n", "address", "12\nBeech Road\nHartwell\nHX1 4AB"),
        ("17 Elm Grove\nHartwell\nHX2\n7QQ", "address", "17 Elm Grove\nHartwell\nHX2\n7QQ"),
        ("she lives on Elm Grove now", "address", "Elm Grove"),
        ("the flat off St Mary's Road.", "address", "St Mary's Road"),
        ("found at ///lamp.river.spoon today", "address", "///lamp.river.spoon"),
        ("pin dropped at 53.79971, -1.54922.", "address", "53.79971, -1.54922"),
        ("write to jo.hart @ mail.example.org", "email", "jo.hart @ mail.example.org"),
        ("write to jo.hart@ mail.example.org", "email", "jo.hart@ mail.example.org"),
        ("write to jo.hart (at) example.org", "email", "jo.hart (at) example.org"),
        ("write to jo [at] example [dot] org now", "email", "jo [at] example [dot] org"),
        ("ni number ab123456c", "ni_number", "ab123456c"),
        ("ni qq 12 34 56 c.", "ni_number", "qq 12 34 56 c"),
        ("DOB:03042014", "date_of_birth", "03042014"),
        ("dob 030414", "date_of_birth", "030414"),
        ("Name\tDOB\tSchool\nJo\t3/4/2014\tElms\n", "date_of_birth", "3/4/2014"),
        ("name,date of birth\nJo,3/4/2014\nFlo,1/2/15\n", "date_of_birth", "1/2/15"),
    ],
)
def test_each_identifier_is_one_exact_span_of_its_kind(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "She is 14 years old and weighs 52 kg.",
        "Scored 7/10; paid £1,234,567.89 on 24 units.",
        "The meeting is at 14:30 in room B.",
        "Section 47 of the 1989 Act, page 12 of 300.",
        "In 2019 he had 3 visits in 2 weeks down the road.",
        "We met on the High Road to Recovery course.",
        "It is on the Way Forward list; on Park duty.",
        "He is @ home and mum is (at) work.",
        "They came in 3 Large Cars and 2 Vans.",
    ],
)
def test_plain_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_two_addresses_do_not_run_together() -> None:
    spans = found("Address: 12 High St, Leeds LS1 4DY. Flat 2, 9 Low Road\nBradford\nBD1 1AA")
    assert [value for _, value in spans] == ["12 High St, Leeds LS1 4DY", "Flat 2, 9 Low Road\nBradford\nBD1 1AA"]


def test_a_date_names_one_day_or_none() -> None:
    assert str(read_date("3rd Mar 2014")) == "2014-03-03"
    assert str(read_date("03.03.14")) == "2014-03-03"
    assert str(read_date("03/03/68")) == "1968-03-03"
    assert read_date("31/02/2014") is None
    assert read_date("March 2014") is None


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000,
        "0 " * 100_000,
        "A1" * 100_000,
        "12 Aaaa " * 20_000,
        "a@" * 50_000,
        "1/" * 100_000,
        "12 High Street,\n" + "Aaaa,\n" * 20_000,
        "sort code " * 20_000 + "12-34",
        "\u202e\u0000\ud800 07700 900123 \ufeff",
        "address: " + "a" * 100_000,
        "Flat " * 40_000 + "1",
        " " * 300_000 + "1",
    ],
)
def test_hostile_text_is_read_without_error_and_spans_stay_in_order(text: str) -> None:
    at = 0
    for span in identifiers(text):
        assert at <= span.start < span.end <= len(text)
        assert span.kind in Kind
        at = span.end
