"""The calendar of public holidays, published lists and the council's own file together."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from sar_service.adapters.holidays import PUBLISHED, PublishedHolidays, load, published_until
from sar_service.domain.clock import Facts, reckon
from sar_service.domain.errors import InvalidInput
from sar_service.domain.holidays import ExtraHoliday
from sar_service.domain.rights import Right

SHIPPED = Path(__file__).parents[2] / "config" / "holidays.yaml"
EVERY = ("england-and-wales", "scotland", "northern-ireland")
DAYS = [
    ("2026-04-06", "Easter Monday", {"england-and-wales", "northern-ireland"}),
    ("2026-03-17", "St Patrick's Day", {"northern-ireland"}),
    ("2026-07-13", "Battle of the Boyne (substitute day)", {"northern-ireland"}),
    ("2026-08-03", "Summer bank holiday", {"scotland"}),
    ("2026-08-31", "Summer bank holiday", {"england-and-wales", "northern-ireland"}),
    ("2026-11-30", "St Andrew's Day", {"scotland"}),
    ("2026-12-28", "Boxing Day (substitute day)", set(EVERY)),
    ("2027-01-04", "2 January (substitute day)", {"scotland"}),
    ("2027-12-27", "Christmas Day (substitute day)", set(EVERY)),
    ("2028-01-03", "New Year's Day (substitute day)", set(EVERY)),
    ("2026-05-04", "Early May bank holiday", set(EVERY)),
    ("2026-12-24", None, set()),
    ("2020-05-04", None, set()),
    ("2020-05-08", "Early May bank holiday", set(EVERY)),
    ("2022-09-19", "State Funeral of Queen Elizabeth II", set(EVERY)),
]


@pytest.mark.parametrize(("day", "name", "where"), DAYS)
def test_each_nation_has_its_own_holidays_and_substitutes(day: str, name: str | None, where: set[str]) -> None:
    calendar = PublishedHolidays()
    for nation in EVERY:
        found = calendar.name_of(nation, date.fromisoformat(day))
        assert found == (name if nation in where else None)


def test_a_day_that_the_lists_lack_is_added_for_its_nation_alone() -> None:
    extra = ExtraHoliday(on=date(2031, 6, 2), nation="scotland", name="a day of thanks")
    calendar = PublishedHolidays([extra])
    assert calendar.name_of("scotland", date(2031, 6, 2)) == "a day of thanks"
    assert calendar.name_of("england-and-wales", date(2031, 6, 2)) is None


def test_a_holiday_that_was_moved_is_a_working_day_again_for_its_nation_alone(tmp_path: Path) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(
        "holidays:\n"
        "  - {on: 2030-05-06, nation: scotland, name: moved to the Wednesday, working_day: true}\n"
        "  - {on: 2030-05-08, nation: scotland, name: Early May bank holiday, working_day: false}\n"
    )
    calendar = load(path)
    assert calendar.name_of("scotland", date(2030, 5, 6)) is None
    assert calendar.name_of("scotland", date(2030, 5, 8)) == "Early May bank holiday"
    assert calendar.name_of("england-and-wales", date(2030, 5, 6)) == "Early May bank holiday"
    told = Facts(received=date(2030, 4, 6), right=Right.ACCESS, nation="scotland")
    assert reckon(told, holidays=calendar).due == date(2030, 5, 6)  # a day later would be late


def test_the_shipped_file_has_the_one_off_day_of_2026() -> None:
    calendar = load(SHIPPED)
    assert calendar.name_of("scotland", date(2026, 6, 15)) == "World Cup bank holiday"
    assert calendar.name_of("england-and-wales", date(2026, 6, 15)) is None
    assert calendar.known_until == published_until() >= date(2028, 12, 31)


def test_the_days_up_to_the_end_of_the_published_list_are_those_of_the_list() -> None:
    shipped = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    assert set(shipped) == set(EVERY)
    calendar, missing = PublishedHolidays(), {("scotland", date(2026, 6, 15))}  # proclaimed after the list was saved
    for nation in EVERY:
        listed = {date.fromisoformat(event["date"]) for event in shipped[nation]["events"]}
        assert max(listed) <= published_until()
        day = date(2020, 1, 1)
        while day <= published_until():
            # a holiday that falls on a weekend is listed by its substitute day alone
            known = day.weekday() < 5 and calendar.name_of(nation, day) is not None and (nation, day) not in missing
            assert known == (day in listed), (nation, day)
            day += timedelta(days=1)


def test_the_list_that_ends_first_is_the_end_of_what_is_known(tmp_path: Path) -> None:
    def until(**ends: str) -> date:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(
            json.dumps({name: {"events": [{"date": "2027-01-01"}, {"date": day}]} for name, day in ends.items()})
        )
        return published_until(path)

    assert until(scotland="2029-12-26", england="2029-12-26") == date(2029, 12, 31)
    assert until(scotland="2029-12-26", england="2028-12-26") == date(2028, 12, 31)
    assert until(scotland="2029-12-26", england="2029-08-27") == date(2029, 8, 27)  # a year that is not whole


def test_a_council_that_knows_a_newer_list_moves_the_warning(tmp_path: Path) -> None:
    def due(text: str) -> tuple[str, bool]:
        path = tmp_path / "holidays.yaml"
        path.write_text(text, encoding="utf-8")
        told = Facts(received=date(2029, 2, 5), right=Right.ACCESS, nation="scotland")
        found = reckon(told, holidays=load(path))
        return str(found.due), "beyond_known_holidays" in {step.key for step in found.steps}

    extra = "holidays: [{on: 2029-03-05, nation: scotland, name: a day of thanks}]\n"
    assert due("holidays: []\n") == ("2029-03-05", True)
    assert due(extra) == ("2029-03-06", True)  # that one day is known says nothing about the others
    assert due(extra + "listed_until: 2029-12-31\n") == ("2029-03-06", False)
    assert due(extra + "listed_until: 2029-03-05\n") == ("2029-03-06", True)  # a day too short
    assert due(extra + "listed_until: 2020-12-31\n") == ("2029-03-06", True)  # older than what came with the service


def test_wales_keeps_the_holidays_of_england() -> None:
    calendar = PublishedHolidays()
    for day in (date(2026, 4, 6), date(2026, 3, 2), date(2026, 8, 31)):
        assert calendar.name_of("wales", day) == calendar.name_of("england", day)


def test_a_nation_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cornwall"):
        PublishedHolidays().name_of("cornwall", date(2026, 1, 1))


@pytest.mark.parametrize("year", [1, 1700, 2101, 9999])
def test_any_year_can_be_asked_about(year: int) -> None:
    PublishedHolidays().name_of("scotland", date(year, 6, 15))


BAD = [
    ("holidays: [{on: 2026-06-15, nation: scotland}]", "entry 1"),
    ("holidays: [{on: 2026-06-15, nation: scotland, name: a}, {on: 15 June, nation: scotland, name: b}]", "entry 2"),
    ("holidays: [{on: 2026-06-15, nation: Narnia, name: a}]", "Narnia"),
    ("holidays: soon", "list"),
    ("{holidays: [], listed_until: 2029}", "listed_until"),
    ("{holidays: [], listed_until: [2029-12-31]}", "listed_until"),
    ("- a", "list"),
    ("holiday: [{on: 2026-06-15, nation: scotland, name: a}]", "holidays"),  # mistyped: no day of it would count
    ("{holidays: [], listed_untill: 2029-12-31}", "listed_untill"),
    ("holidays: [{on: 2026-06-15, nation: scotland, name: a, working_day: perhaps}]", "entry 1"),
    ("holidays: [", "YAML"),
    ("\x00", "YAML"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_bad_file_is_refused_by_name_and_entry(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        load(path)
    assert str(path) in str(refused.value) and says in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.yaml"):
        load(tmp_path / "none.yaml")
