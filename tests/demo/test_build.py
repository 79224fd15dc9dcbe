"""The demo council is big enough, the same for the same seed, and lays every trap that its README lists."""

import hashlib
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from sar_service.demo import build as building
from sar_service.demo import subject
from sar_service.demo.build import build
from sar_service.demo.notes import read_words
from sar_service.demo.world import World, load

from .conftest import DemoCouncil

README = Path(__file__).resolve().parents[2] / "config" / "demo" / "README.md"


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def ask(council: DemoCouncil, name: str, question: str) -> list[tuple]:
    with closing(sqlite3.connect(council.out / name)) as database:
        return database.execute(question).fetchall()


@pytest.fixture(scope="module")
def notes(council: DemoCouncil) -> list[str]:
    return [body for (body,) in ask(council, "socialcare.db", "SELECT body FROM case_note")]


def sentences(text: str) -> set[str]:
    """The sentences of five words or more, without capitals and stops."""
    said = (" ".join(re.findall(r"[a-z0-9']+", part.lower())) for part in re.split(r"[.!?\n]+", text))
    return {each for each in said if each.count(" ") >= 4}


def small(out: Path, seed: int) -> World:
    """A council of few families, quickly built."""
    return build(out, seed=seed, families=12, notes_per_family=6)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    small(tmp_path / "one", 7)
    small(tmp_path / "two", 7)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_another_seed_gives_another_council_with_the_same_subject(tmp_path: Path) -> None:
    one, other = small(tmp_path / "one", 7), small(tmp_path / "other", 8)
    assert digest(tmp_path / "one") != digest(tmp_path / "other")
    assert one.request == other.request
    assert one.kept == other.kept


def test_building_again_in_the_same_place_replaces_what_was_there(tmp_path: Path) -> None:
    small(tmp_path / "one", 7)
    (tmp_path / "one" / "mash" / "left over.txt").write_text("old")
    small(tmp_path / "one", 8)
    small(tmp_path / "fresh", 8)
    assert digest(tmp_path / "one") == digest(tmp_path / "fresh")


def test_the_ground_truth_is_read_back_as_it_was_written(council: DemoCouncil) -> None:
    again = load(council.out / "world.json")
    assert again == council.world
    assert again.withheld_strings() == council.world.withheld_strings()


def test_there_are_enough_families_and_notes(council: DemoCouncil, notes: list[str]) -> None:
    assert council.world.counts["families"] >= 300
    assert len(notes) >= 20_000 and len(notes) == council.world.counts["case_notes"]
    lengths = [len(note.split()) for note in notes]
    generated = sorted(lengths)
    assert generated[0] >= 50
    assert generated[-1] <= 1_500
    assert generated[-1] > 1_000


def test_notes_are_by_many_hands_and_rarely_share_a_sentence(council: DemoCouncil, notes: list[str]) -> None:
    hands = ask(council, "socialcare.db", "SELECT COUNT(DISTINCT worker_id) FROM case_note")
    assert hands[0][0] >= 100
    said = [sentences(note) for note in notes]
    counted = Counter(each for note in said for each in note)
    assert len(counted) / counted.total() > 0.75
    pairs = zip(said, said[1:] + said[:1], strict=True)
    neighbours_sharing = sum(1 for one, other in pairs if one & other)
    assert neighbours_sharing / len(said) < 0.1
    assert len({word for note in notes for word in re.findall(r"[a-z']+", note.lower())}) > 5_000


def test_notes_differ_in_layout_and_hand(notes: list[str]) -> None:
    def share(pattern: str) -> float:
        return sum(1 for note in notes if re.search(pattern, note, re.M)) / len(notes)

    assert share(r"^[-*•]") > 0.02
    assert share(r"^1\. ") > 0.02
    assert share(r"^From: .*<") > 0.02
    assert share(r"^O: ") > 0.02
    assert share(r"^\d\d[.:]\d\d  ") > 0.02
    assert share(r"\brecieved|untill|siad|thier|abuot\b") > 0.01
    assert sum(1 for note in notes if note == note.lower()) / len(notes) > 0.05


def test_every_situation_has_hundreds_of_sentences() -> None:
    words = read_words(building.WORDS)
    tails = sum(pattern.ways for pattern in words.lexicon["tail"])
    for situation in words.situations.values():
        plain = sum(pattern.ways for section in situation.sections.values() for pattern in section)
        assert plain > 100, situation.key
        assert plain * tails > 5_000, situation.key


def test_her_file_names_more_than_twenty_five_people(council: DemoCouncil) -> None:
    text = own_text(council)
    named = [person for person in council.world.people if any(name in text for name in person.names)]
    assert len(named) >= 25
    assert {person.standing for person in named} == {
        "subject", "professional", "third_party", "source", "protected",
    }  # fmt: skip


def own_text(council: DemoCouncil) -> str:
    rows = ask(
        council,
        "socialcare.db",
        "SELECT title || ' ' || body FROM case_note WHERE person_id IN (104172, 88310) UNION ALL "
        "SELECT contact_name || ' ' || summary FROM third_party_contact WHERE person_id IN (104172, 88310) UNION ALL "
        "SELECT referrer_name || ' ' || coalesce(referrer_phone, '') FROM referral WHERE person_id = 88310",
    )
    return "\n".join(text for (text,) in rows)


def test_withheld_first_names_belong_to_one_person_each(council: DemoCouncil) -> None:
    people = ask(council, "socialcare.db", "SELECT person_id, forename FROM person")
    reserved = subject.reserved_names() - {"Tamsin", "Larkspur"}
    bearers = Counter(forename for _, forename in people if forename in reserved)
    assert len(bearers) >= 15 and set(bearers.values()) == {1}


def test_no_withheld_string_is_part_of_a_kept_one(council: DemoCouncil) -> None:
    kept = " | ".join(council.world.kept).casefold()
    for text in council.world.withheld_strings():
        assert text.casefold() not in kept, text


def test_every_trap_in_the_readme_names_its_test() -> None:
    rows = re.findall(r"^\| .* \| `tests/journeys/test_demo_traps\.py::(test_\w+)` \|$", README.read_text(), re.M)
    assert len(rows) == len(set(rows)) >= 10


def test_the_council_is_invented_to_the_last_number(council: DemoCouncil) -> None:
    phones = ask(council, "socialcare.db", "SELECT phone FROM person WHERE phone IS NOT NULL")
    assert all(re.fullmatch(r"07700 900\d{3}|01632 960\d{3}", phone) for (phone,) in phones)
    postcodes = ask(council, "socialcare.db", "SELECT postcode FROM person WHERE postcode IS NOT NULL")
    assert all(re.match(r"LN2[1-6] ", postcode) for (postcode,) in postcodes)
    numbers = ask(council, "socialcare.db", "SELECT nhs_number FROM person WHERE nhs_number IS NOT NULL")
    assert all(number.startswith("999 ") for (number,) in numbers)
    assert len({number for (number,) in numbers}) > 300
