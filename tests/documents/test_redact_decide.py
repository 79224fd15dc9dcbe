"""What goes and what stays: the subject's own data never goes, a withheld person's always does, the rest by rule."""

import pytest

from sar_service.documents.people_file import Register
from sar_service.documents.redact_decide import Decider, Gone, sweep
from sar_service.domain.redaction import Kind, Person, Span, Treatment

SUBJECT = Person(
    id="subject",
    names=("Margaret Hollis",),
    date_of_birth="2014-03-02",
    phones=("07700 900123",),
    identifiers=("K420755304180",),
)
SIBLING = Person(id="p2", names=("Zofia Wrona",), treatment=Treatment.WITHHOLD, code="TP16")
WORKER = Person(id="p4", names=("Deborah Taylor",), treatment=Treatment.SHOW)


FATHER = Person(
    id="p3", names=("Rajesh Okafor",), treatment=Treatment.WITHHOLD, phones=("07700 900461", "07700 900123")
)


def decider(identifiers: Treatment = Treatment.WITHHOLD) -> Decider:
    return Decider(Register(people=(SUBJECT, SIBLING, WORKER), subject="subject", identifiers=identifiers))


def decided(said: str, kind: Kind, person: str | None, **options: Treatment) -> list[Gone]:
    text = f"before {said} after"
    return decider(**options).decide(text, [Span(start=7, end=7 + len(said), kind=kind, person=person)])


@pytest.mark.parametrize(
    ("said", "kind", "person"),
    [
        ("Margaret", Kind.PERSON, "subject"),
        ("07700 900999", Kind.PHONE, "subject"),
        ("02/03/2014", Kind.DATE_OF_BIRTH, None),
        ("2 March 2014", Kind.DATE_OF_BIRTH, None),
        ("+44 7700 900123", Kind.PHONE, None),
        ("K420755304180", Kind.UPN, None),
        ("Hollis", Kind.PERSON, None),
        ("Deborah Taylor", Kind.PERSON, "p4"),
        ("her sister", Kind.ROLE, None),
        ("the social worker", Kind.ROLE, "p4"),
        ("Exeter", Kind.LOCATION, None),
        ("Oak School", Kind.ORGANISATION, None),
        ("12 May 2024", Kind.DATE, None),
    ],
)
def test_stays(said: str, kind: Kind, person: str | None) -> None:
    assert decided(said, kind, person) == []


@pytest.mark.parametrize(
    ("said", "kind", "person", "label", "code"),
    [
        ("Zofia", Kind.PERSON, "p2", "Person A TP16", "TP16"),
        ("her sister", Kind.ROLE, "p2", "Person A TP16", "TP16"),
        ("Gareth Pugh", Kind.PERSON, "new-1", "Person B TP16", "TP16"),
        ("Mr Pugh", Kind.PERSON, None, "Person TP16", "TP16"),
        ("Mr Hollis", Kind.PERSON, None, "Person TP16", "TP16"),
        ("01392 555000", Kind.PHONE, None, "phone", "TP16"),
        ("d.taylor@example.org", Kind.EMAIL, "p4", "email", "TP16"),
        ("01/01/2011", Kind.DATE_OF_BIRTH, None, "date of birth", "TP16"),
        ("9 May 2011", Kind.DATE, "p2", "date", "TP16"),
        ("Exeter", Kind.LOCATION, "p2", "place", "TP16"),
    ],
)
def test_goes(said: str, kind: Kind, person: str | None, label: str, code: str) -> None:
    (gone,) = decided(said, kind, person)
    assert (gone.text, gone.label, gone.code, gone.person) == (said, label, code, person)


def test_a_title_outside_the_span_counts_too() -> None:
    text = "then Mrs Hollis said"
    at = text.index("Hollis")
    assert len(decider().decide(text, [Span(start=at, end=at + 6, kind=Kind.PERSON)])) == 1


def test_other_people_s_numbers_may_be_shown_but_not_those_of_a_withheld_person() -> None:
    assert decided("01392 555000", Kind.PHONE, None, identifiers=Treatment.SHOW) == []
    assert decided("01392 555000", Kind.PHONE, "p4", identifiers=Treatment.SHOW) == []
    assert len(decided("01392 555000", Kind.PHONE, "p2", identifiers=Treatment.SHOW)) == 1


def test_letters_go_on_after_z_and_a_person_met_in_two_files_keeps_theirs() -> None:
    one = decider()
    one.meet([Person(id="new-1", names=("Gareth Pugh",))])
    first = one.letter("new-1")
    one.meet([Person(id="new-1", names=("Ines Roy",)), Person(id="new-2", names=("Gareth Pugh",))])
    assert one.letter("new-2") == first
    assert one.letter("new-1") != first
    assert [one.letter(f"x{n}") for n in range(30)][-1] == "AG"


def gone(text: str, said: str, kind: Kind = Kind.PERSON) -> Gone:
    at = text.index(said)
    return Gone(start=at, end=at + len(said), text=said, label="L", kind=kind, person="p2", code="TP16")


def swept(texts: list[str], removals: list[list[Gone]], kept: list[str] | None = None) -> list[list[str]]:
    return [[one.text for one in page] for page in sweep(texts, removals, kept or [])]


def test_what_is_removed_on_one_page_is_removed_where_it_was_missed_on_another() -> None:
    texts = ["Zofia\nWrona came", "later zofia wrona left, ZOFIA WRONA too", "call 07700 900461"]
    assert swept(texts, [[gone(texts[0], "Zofia\nWrona")], [], []]) == [
        ["Zofia\nWrona"],
        ["zofia wrona", "ZOFIA WRONA"],
        [],
    ]


def test_a_single_word_takes_its_capitals_with_it_but_no_common_word() -> None:
    texts = ["Rose came", "a rose is a ROSE, Rosemary, and Rose"]
    assert swept(texts, [[gone(texts[0], "Rose")], []]) == [["Rose"], ["ROSE", "Rose"]]


def test_words_of_names_that_stay_are_not_swept_for() -> None:
    texts = ["Mr Hollis came", "Margaret Hollis came"]
    assert swept(texts, [[gone(texts[0], "Hollis")], []], ["Margaret Hollis"]) == [["Hollis"], []]


def test_role_words_are_not_swept_for() -> None:
    texts = ["Her Sister came", "another Sister"]
    assert swept(texts, [[gone(texts[0], "Sister", Kind.ROLE)], []]) == [["Sister"], []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see RajeshOkafor.docx and okafor_rajesh", ["RajeshOkafor", "okafor_rajesh"]),
        ("7700900461 or +447700 900461", ["7700900461", "+447700 900461"]),
        ("17700900461, 7700900123 and MargaretHollis", []),  # another number, and what is the subject's too
    ],
)
def test_names_without_a_space_and_numbers_without_their_nought_go_too(text: str, expected: list[str]) -> None:
    forms = Decider(Register(people=(SUBJECT, FATHER), subject="subject", identifiers=Treatment.SHOW)).run_together()
    (found,) = sweep([text], [[]], [], forms)
    assert [one.text for one in found] == expected
