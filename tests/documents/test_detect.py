"""Finding people and identifiers together: who is meant, where exactly, and that nothing untoward happens."""

from collections.abc import Sequence

import pytest

from sar_service.documents.detect import Detector, detect
from sar_service.documents.detect_model import Proposal, load
from sar_service.domain.redaction import Kind, Person, Span

CASE = (
    Person(id="p1", names=("Linh Barzani",), role="child", date_of_birth="2014-03-02", identifiers=("K420755304180",)),
    Person(id="p2", names=("Rajesh Barzani",), role="sibling"),
    Person(
        id="p4", names=("Hoa Tran",), role="mum", addresses=(("Flat 3", "27 Weaver Street", "Bolton", "BL3 6QT"),),
        phones=("07700 900123",), emails=("hoa@example.org",),
    ),
    Person(id="p5", names=("Karwan Barzani",), role="father"),
    Person(id="p6", names=("Rose Will",), role="maternal aunt"),
    Person(id="p9", names=("Ann Lee",), role="neighbour"),
    Person(id="p11", names=("Deborah Taylor",), role="social worker"),
)  # fmt: skip


def spans(text: str, people: tuple[Person, ...] = CASE) -> list[Span]:
    detector = Detector(people, subject="p1" if people else None, use_model=False)
    detector.learn([text])
    return detector.spans(text)


def named(text: str, people: tuple[Person, ...] = CASE) -> list[tuple[str, str | None]]:
    return [(span.text, span.person) for span in spans(text, people) if span.kind is Kind.PERSON]


@pytest.mark.parametrize(
    ("text", "written", "person"),
    [
        ("I saw Linh today.", "Linh", "p1"),
        ("I saw LINH BARZANI today.", "LINH BARZANI", "p1"),
        ("Name: BARZANI, Linh", "BARZANI, Linh", "p1"),
        ("Linh's coat was wet.", "Linh", "p1"),
        ("she saw linh and left", "linh", "p1"),
        ("I saw Lihn Barzani today.", "Lihn Barzani", "p1"),
        ("with Karwen at the door", "Karwen", "p5"),
        ("with Linh B at the door", "Linh B", "p1"),
        ("Subject: L.B. - review", "L.B.", "p1"),
        ("will ring back. DT\n", "DT", "p11"),
        ("I asked Debbie about it.", "Debbie", "p11"),
        ("Mr Barzani came.", "Mr Barzani", "p5"),
        ("I saw Bar-\nzani, Karwan", "Bar-\nzani, Karwan", "p5"),
        ("t/c to aunt rose who said", "rose", "p6"),
        ("Rose was at home.", "Rose", "p6"),
        ("ok Raje\u0301sh left", "Raje\u0301sh", "p2"),
        ("saw Linh\u00a0Barzani and", "Linh\u00a0Barzani", "p1"),
        ("saw Karwan\u2009Barzani and", "Karwan\u2009Barzani", "p5"),
    ],
)
def test_a_registered_person_is_found_however_written(text: str, written: str, person: str) -> None:
    assert (written, person) in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "He rose from his chair and will ring tomorrow.",
        "Will you come? We will see.",
        "The rose garden was open.",
        "A grant of money will be paid.",
        "It is a long way to go in May 2020.",
    ],
)
def test_ordinary_words_that_are_also_names_are_left_alone(text: str) -> None:
    assert named(text) == []


def test_somebody_else_of_the_same_given_or_family_name_is_not_the_registered_person() -> None:
    found = dict(named("Linh Smith and Jack Barzani came."))
    assert found["Linh Smith"] not in {person.id for person in CASE}
    assert found["Jack Barzani"] not in {person.id for person in CASE}


def test_a_name_that_fits_the_subject_and_another_is_left_open() -> None:
    twins = (Person(id="p1", names=("Jo Hart",), role="child"), Person(id="p2", names=("Joanne Hart",), role="sister"))
    assert dict(named("I met J Hart.", twins))["J Hart"] is None


def test_a_shared_family_name_alone_is_not_given_to_one_of_them() -> None:
    assert dict(named("The letter was for Barzani only."))["Barzani"] is None


def test_unregistered_people_get_new_ids_and_keep_them_through_a_case() -> None:
    texts = ["Mrs Adaeze Okonjo rang about Piotr Zielak.", "Piotr was late. Ms Okonjo waited."]
    detector = Detector((), use_model=False)
    learnt = detector.learn(texts)
    assert [person.id for person in learnt] == ["new-1", "new-2"]
    assert [span.person for text in texts for span in detector.spans(text) if span.kind is Kind.PERSON] == [
        "new-1", "new-2", "new-2", "new-1",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Folasade Adeyinka", "Bridie Maughan", "Mrs Przybylska", "Ewelina Nowacka-Wilk"])
@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "  ", "\n", "\r\n"])
def test_a_strangers_name_is_whole_over_odd_spaces_and_broken_lines(name: str, space: str) -> None:
    written = name.replace(" ", space)
    text = f"At the end of the visit the worker was told about {written} who had been there."
    found = {at for span in spans(text, ()) if span.kind is Kind.PERSON for at in range(span.start, span.end)}
    family = text.index(written) + written.index(space) + len(space)
    assert set(range(family, text.index(written) + len(written))) <= found


def test_names_that_end_and_begin_short_lines_stay_two() -> None:
    assert [name for name, _ in named("Seen:\nBridie Maughan\nFolasade Adeyinka\n", ())] == [
        "Bridie Maughan", "Folasade Adeyinka",
    ]  # fmt: skip


def test_an_address_is_whole_over_windows_line_ends_and_hard_spaces() -> None:
    written = "12\u00a0Beech Road,\r\nHartwell\r\nHX1\u00a04AB"
    assert (written, "address") in [(s.text, str(s.kind)) for s in spans(f"To {written}\r\nDear Ann", ())]


def test_half_a_surrogate_pair_is_no_obstacle() -> None:
    detector = Detector(CASE, subject="p1")
    text = "Linh \ud83d left with \ude00 Karwan."
    detector.learn([text])
    assert [(s.text, s.person) for s in detector.spans(text)] == [("Linh", "p1"), ("Karwan", "p5")]


@pytest.mark.parametrize(
    "layout",
    [
        "Flat 3, 27 Weaver Street, Bolton, BL3 6QT",
        "flat 3 27 weaver st bolton bl36qt",
        "Flat 3\n27 Weaver St.,\nBolton\nBL3 6QT",
        "27 Weaver Street",
        "27, Weaver Str, Bolton",
        "Weaver Street",
        "BL3  6QT",
        "bl36qt",
    ],
)
def test_a_known_address_is_found_in_any_layout_and_by_its_parts(layout: str) -> None:
    text = f"She has moved to {layout} since May."
    held = [span for span in spans(text) if span.kind is Kind.ADDRESS]
    assert [(span.text, span.person) for span in held] == [(layout, "p4")]


@pytest.mark.parametrize("street", ["Elm Avenue", "High Street", "Oak Gardens", "Mill Terrace"])
@pytest.mark.parametrize("short", [3, 4])
def test_a_known_street_with_a_short_name_is_found_by_its_abbreviation(street: str, short: int) -> None:
    name, kind = street.split()
    brief = {"Avenue": "av", "Street": "st", "Gardens": "gdns", "Terrace": "tce"}[kind] if short == 3 else kind
    people = (Person(id="p4", names=("Hoa Tran",), addresses=((f"12 {street}", "Hartwell"),)),)
    found = [(s.text, s.person) for s in spans(f"mum is at {name.lower()} {brief} now", people)]
    assert (f"{name.lower()} {brief}", "p4") in found


def test_known_numbers_are_attributed_in_any_spacing() -> None:
    found = {(span.text, str(span.kind), span.person) for span in spans(
        "UPN K4207 5530 4180. Born 2 March 2014. Mobile +44 7700 900123, HOA@example.org",
    )}  # fmt: skip
    assert ("K4207 5530 4180", "upn", "p1") in found
    assert ("2 March 2014", "date_of_birth", "p1") in found
    assert ("+44 7700 900123", "phone", "p4") in found
    assert ("HOA@example.org", "email", "p4") in found


def test_an_address_that_is_the_subjects_too_is_the_subjects() -> None:
    home = (("4 Elm Road", "Bolton"),)
    people = (Person(id="p2", names=("Ann Lee",), addresses=home), Person(id="p1", names=("Bo Lee",), addresses=home))
    assert [span.person for span in spans("Seen at 4 Elm Road.", people) if span.kind is Kind.ADDRESS] == ["p1"]


@pytest.mark.parametrize(
    ("text", "word", "person"),
    [
        ("Mum was cross.", "Mum", "p4"),
        ("He saw his dad.", "his dad", "p5"),
        ("The neighbour rang.", "The neighbour", "p9"),
        ("Linh's brother left.", "brother", "p2"),
        ("Amy's mum came.", "mum", None),
        ("MGM will collect.", "MGM", None),
        ("Step-dad was there.", "Step-dad", None),
        ("The younger boy cried.", "The younger boy", None),
        ("her sisters came", "her sisters", None),
    ],
)
def test_role_words_are_given_to_the_only_person_who_has_the_role(text: str, word: str, person: str | None) -> None:
    assert (word, person) in [(span.text, span.person) for span in spans(text) if span.kind is Kind.ROLE]


def test_jobs_of_professionals_are_not_marked() -> None:
    assert [span for span in spans("The social worker and the teacher met the doctor.") if span.kind is Kind.ROLE] == []


def test_schools_and_towns_are_bodies_and_places_not_people() -> None:
    found = {(span.text, str(span.kind)) for span in spans("Linh goes to St Mary's Primary School in Leeds.")}
    assert ("St Mary's Primary School", "organisation") in found
    assert ("Leeds", "location") in found


def test_offsets_count_code_points() -> None:
    text = "\U0001f600\U0001f1ec\U0001f1e7 Linh \u0644\u064a\u0646\u0627 e\u0301 \u674e Hoa"
    for span in spans(text):
        assert text[span.start : span.end] == span.text
    assert [name for name, _ in named(text)] == ["Linh", "Hoa"]


def test_names_in_scripts_without_spaces_are_found_inside_a_line() -> None:
    people = (
        Person(id="p1", names=("\u674e\u660e",)),
        Person(id="p2", names=("\u0644\u064a\u0646\u0627 \u062d\u062f\u0627\u062f",)),
    )
    assert dict(named("\u6211\u89c1\u4e86\u674e\u660e\u3002", people)) == {"\u674e\u660e": "p1"}
    assert ("\u0644\u064a\u0646\u0627", "p2") in named("met \u0644\u064a\u0646\u0627 today", people)


def test_finding_twice_gives_the_same() -> None:
    text = "Linh and Adaeze Okonjo met at 12 High Street, Leeds. Mum rang 07700 900123."
    assert spans(text) == spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n" * 50_000,
        "Linh " * 20_000,
        "Aa-" * 50_000,
        "A. " * 50_000,
        "Mr " * 30_000,
        "Linh-\n" * 20_000,
        "a\u0301" * 50_000,
        "\ud800\udfff\u0000\u202eLinh\u202c",
        "O'" * 50_000,
        "x" * 500_000,
        "The younger " * 20_000,
        "The Aa Bb of " * 10_000 + "School",
    ],
)
def test_hostile_text_gives_spans_in_order_that_never_overlap(text: str) -> None:
    at = 0
    for span in spans(text):
        assert at <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text
        at = span.end


def test_hostile_registers_are_harmless() -> None:
    people = tuple(
        Person(
            id=f"p{k}",
            names=names,
            addresses=(("",), ("(((", "[a-z]+ Road"), ("1",)),
            identifiers=("....", "(?:)"),
            phones=("+",),
        )
        for k, names in enumerate(
            [(), ("",), ("a",), ("...",), ("(", ")"), ("x" * 10_000,), ("Mr",), (" , ",), ("Ann " * 500,)]
        )
    )
    assert isinstance(spans("Ann went to [a-z]+ Road. (((", people), list)


class EveryCapital:
    """A model that takes every word with a capital for a person."""

    version = "capital/1"
    asked = 0

    def propose(self, texts: Sequence[str]) -> list[list[Proposal]]:
        self.asked += len(texts)
        return [self._capitals(text) for text in texts]

    def _capitals(self, text: str) -> list[Proposal]:
        out, at = [], 0
        for word in text.split(" "):
            if word[:1].isupper():
                out.append(Proposal(at, at + len(word), "person"))
            at += len(word) + 1
        return out


def test_another_model_can_be_put_in_and_is_asked_once_a_text() -> None:
    model = EveryCapital()
    detector = Detector((), model=model)
    text = "then Zzyxqa Vrombaut left"
    detector.learn([text, text])
    found = detector.spans(text)
    assert [span.text for span in found if span.kind is Kind.PERSON] == ["Zzyxqa Vrombaut"]
    assert model.asked == 1


def test_every_text_of_a_case_is_read_whatever_their_number_and_length() -> None:
    texts = [f"then Zzyxqa{'abcdefgh'[k % 8]}{'mnopqrst'[k // 8 % 8]} Vrombaut left." for k in range(150)]
    texts += [("word " * 5_000) + text for text in texts[:2]] + ["", "  "]
    model = EveryCapital()
    detector = Detector((), model=model)
    learnt = detector.learn(texts)
    assert len(learnt) == 64
    assert model.asked == 64 + 4
    assert all(detector.spans(text) for text in texts if text.strip()) and model.asked == 64 + 4


def test_what_the_shipped_model_says_of_a_text_does_not_hang_on_its_neighbours() -> None:
    texts = ["Volodymyr Zelkovych went home early.", "", "x " * 9000 + "Ann Lee rang Piotr Zielak.", "She left."]
    model = load()
    assert model.propose(texts) == [next(iter(model.propose([text]))) for text in texts]


def test_the_shipped_model_finds_a_stranger_whom_no_rule_finds() -> None:
    found = detect("Yesterday Volodymyr Zelkovych went home early because he was tired.", ())
    assert "Volodymyr Zelkovych" in [span.text for span in found if span.kind is Kind.PERSON]


LODGERS = (
    Person(id="p1", names=("Kelvyn Rudge",), addresses=(("88 Dyehouse Lane", "Lowmoor", "LN26 3MJ"),)),
    Person(id="p2", names=("Ida Chelsea",), addresses=(("4 Bobbin Street", "Chelsea", "SW3 1AB"),)),
)


@pytest.mark.parametrize(
    "text", ["Found at Lowmoor tram stop.", "We met at Lowmoor Wood, half six.", "Lowmoor is far for her."]
)
def test_a_town_of_the_register_is_no_stranger(text: str) -> None:
    detector = Detector(LODGERS)
    assert detector.learn([text]) == []
    assert [span for span in detector.spans(text) if span.kind is Kind.PERSON] == []


def test_a_person_named_as_a_town_of_the_register_is_still_found() -> None:
    assert named("Mr Lowmoor rang.", LODGERS) == [("Mr Lowmoor", "new-1")]
    assert [who for _, who in named("Chelsea Grundy rang.", LODGERS)] == ["new-1"]


@pytest.mark.parametrize("text", ["He is at 88 Dyehouse Lane, Lowmoor LN26 3MJ, now.", "He is at LN26 3MJ now."])
def test_a_postcode_with_a_slip_in_it_goes_with_the_address_of_the_register(text: str) -> None:
    (found,) = [span for span in spans(text, LODGERS) if span.kind is Kind.ADDRESS]
    assert found.person == "p1"
    assert found.text.endswith("LN26 3MJ")


def test_a_postcode_with_a_slip_in_it_goes_with_the_street_before_it() -> None:
    assert "9 Dell Road, Upton LN1 1KK" in [span.text for span in spans("Write to 9 Dell Road, Upton LN1 1KK please.")]


@pytest.mark.parametrize("word", ["Progress", "Memory", "Knowledge"])
def test_a_name_that_is_nearly_always_a_word_is_none_where_a_sentence_begins(word: str) -> None:
    assert named(f"Annual review. {word} is ahead in maths. {word} has improved.") == []
    assert named(f"I saw {word} Moyo at school. {word} was well.") == [(f"{word} Moyo", "new-1"), (word, "new-1")]


def test_a_line_that_begins_with_a_plain_word_is_no_part_of_a_name() -> None:
    text = (
        "The police officer who rang the school this morning was Hamish Drummond\nCame to the house at nine and left."
    )
    assert [words for words, _ in named(text)] == ["Hamish Drummond"]


@pytest.mark.parametrize(
    "text", ["Summer", "Attendance 2020/21, Summer term", "Autumn", "Joinery", "Had dhal. Roti too."]
)
def test_seasons_trades_and_dishes_are_nobody(text: str) -> None:
    assert named(text) == []


def test_an_ordinary_word_is_no_misspelt_short_name() -> None:
    people = (Person(id="p2", names=("Latoya Gayle", "Lat")),)
    assert named("Arrived Late, and Lat was Late with her.", people) == [("Lat", "p2")]


def test_the_first_word_of_the_next_line_is_no_family_name() -> None:
    text = "Remarks\nFound at Lowmoor tram stop by PC Drummond\nCame home with a dog\nWalked back"
    assert [name for name, _ in named(text, ()) if "Drummond" in name] == ["Drummond"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In English Tamsin Holloway was praised in front of the class.", [("Tamsin Holloway", "p1")]),
        ("At the chip shop on Tenter Lane Tamsin fed the ducks.", [("Tamsin", "p1")]),
        ("Met Tamsin Holloway English teacher in the room.", [("Tamsin Holloway", "p1")]),
        ("Met her at St Oswin's church hall, then at st oswin's again.", []),
        ("Oliver Tamsin Holloway came.", [("Oliver", "new-1"), ("Tamsin Holloway", "p1")]),
    ],
)
def test_a_registered_name_beside_other_words_stays_that_name(text: str, found: list[tuple[str, str]]) -> None:
    people = (Person(id="p1", names=("Tamsin Holloway",), role="child"),)
    detector = Detector(people, subject="p1", use_model=False)
    detector.learn([text])
    assert [(span.text, span.person) for span in detector.spans(text) if span.kind is Kind.PERSON] == found


@pytest.mark.parametrize("text", ["T/C Morwenna Penhale, she will ring back.", "H/V Morwenna Penhale seen."])
def test_the_second_letter_of_an_abbreviation_is_no_initial(text: str) -> None:
    assert [person.names for person in Detector((), use_model=False).learn([text])] == [("Morwenna Penhale",)]
