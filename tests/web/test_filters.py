"""Dates, counts and sizes are said as people say them, and a text is cut at its marks without losing a letter."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from sar_service.web import filters
from tests.web.gallery import create_gallery

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return create_gallery()


@pytest.fixture(autouse=True)
def _context(gallery: Flask) -> Iterator[None]:
    with gallery.test_request_context("/request/who?sort=due&page=2"):
        yield


def test_dates_are_said_in_full_and_in_short() -> None:
    assert filters.long_date(date(2026, 3, 3)) == "3 March 2026"
    assert filters.weekday_date(date(2026, 3, 3)) == "Tuesday 3 March 2026"
    assert filters.short_date(date(2026, 3, 3)) == "3 Mar 2026"
    assert filters.long_date(None) == filters.moment(None) == filters.until(None, TODAY) == ""


def test_an_instant_is_said_in_london_time() -> None:
    summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert filters.moment(summer) == "1 July 2026 at 12:30am"
    assert filters.long_date(summer) == "1 July 2026"
    assert filters.moment(datetime(2026, 1, 5, 14, 5, tzinfo=UTC)) == "5 January 2026 at 2:05pm"


@pytest.mark.parametrize(
    ("day", "words", "colour"),
    [
        (date(2026, 11, 17), "overdue by 3 days", "red"),
        (date(2026, 11, 19), "overdue by 1 day", "red"),
        (date(2026, 11, 20), "today", "amber"),
        (date(2026, 11, 21), "tomorrow", "amber"),
        (date(2026, 11, 25), "in 5 days", "amber"),
        (date(2026, 11, 26), "in 6 days", "green"),
    ],
)
def test_a_due_date_says_how_far_it_is(day: date, words: str, colour: str) -> None:
    assert filters.until(day, TODAY) == words
    assert filters.due_colour(day, TODAY) == colour


def test_the_past_is_said_too() -> None:
    assert [filters.ago(date(2026, 11, day), TODAY) for day in (20, 19, 14)] == ["today", "yesterday", "6 days ago"]


def test_another_language_says_its_own_months() -> None:
    with force_locale("cy"):
        assert filters.long_date(date(2026, 3, 3)) == "3 Mawrth 2026"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 KB"), (4_218_000, "4.2 MB"), (250 * 10**6, "250 MB")],
)
def test_sizes_are_said_as_file_managers_do(size: int, words: str) -> None:
    assert filters.file_size(size) == words


def test_numbers_and_shares() -> None:
    assert filters.counted(1893) == "1,893"
    assert [filters.in_words(number) for number in (0, 2, 9, 10)] == ["none", "two", "nine", "10"]
    assert filters.share(0, 0) == "–"
    assert filters.share(199, 200) == "99%"
    assert filters.share(200, 200) == "100%"


def test_the_address_of_this_page_keeps_what_is_not_changed() -> None:
    assert filters.address_with(page=None, dir="desc") == "/request/who?sort=due&dir=desc"


@given(
    st.text(alphabet=st.characters(), max_size=60),
    st.lists(st.tuples(st.integers(-3, 65), st.integers(-3, 65)), max_size=6),
)
def test_cutting_a_text_at_its_marks_keeps_every_letter_in_its_place(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [{"start": start, "end": end} for start, end in spans]
    pieces = filters.segments(text, marks)
    whole = "".join(piece["text"] for piece in pieces)
    assert whole == filters.readable(text)
    assert len(whole) == len(text)
    at = 0
    for piece in pieces:
        assert piece["text"]
        if piece["mark"]:
            assert piece["mark"]["start"] <= at
            assert at + len(piece["text"]) <= piece["mark"]["end"]
        at += len(piece["text"])


def test_what_a_page_cannot_hold_is_shown_as_a_sign_and_moves_nothing() -> None:
    assert filters.readable("a\x00b\r\nc\rd\ud800") == "a\ufffdb \nc\nd\ufffd"


def test_an_asset_has_a_new_address_when_it_changes() -> None:
    assert filters.asset("css/service.css").startswith("/static/css/service.css?v=")
    assert filters.asset("css/service.css") != filters.asset("js/service.js")


def test_a_table_that_is_stacked_says_in_each_cell_what_column_it_is_of_and_loses_none() -> None:
    table = (
        '<table class="sar-table"><thead><tr><th scope="col"><a href="?s=1">Due &amp; why</a></th><th scope="col">With'
        '</th></tr></thead><tbody><tr><th scope="row">1 &lt;td</th><td class="x"> </td><td>more</td></tr></tbody>'
        "</table>"
    )
    assert filters.stacked(table) == (
        '<table role="table" class="sar-table sar-table--stacked"><thead role="rowgroup"><tr role="row">'
        '<th role="columnheader" scope="col"><a href="?s=1">Due &amp; why</a></th>'
        '<th role="columnheader" scope="col">With</th></tr></thead><tbody role="rowgroup"><tr role="row">'
        '<th role="rowheader" data-label="Due &amp; why" scope="row">1 &lt;td</th>'
        '<td role="cell" data-label="With" data-empty class="x"> </td><td role="cell" data-label="">more</td></tr>'
        "</tbody></table>"
    )
