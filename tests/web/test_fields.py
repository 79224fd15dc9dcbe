"""Fields take whatever is posted, say plainly what is wrong, and every message leads to an input."""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from sar_service.web.fields import EmailField, PasswordField, PhoneField, TextareaField, TextField, errors_for
from sar_service.web.fields_choice import CheckboxesField, FileField, RadiosField, SelectField
from sar_service.web.fields_date import DateField
from sar_service.web.fields_rows import AddressesField, AddressField, NamesField, address_lines, asked_for_rows
from tests.web.gallery import create_gallery

WAYS = [("post", "By post"), ("screen", "On a screen")]


class Everything(FlaskForm):
    name = TextField("Your name", required="Enter your name", longest=20, hint="As on a letter")
    email = EmailField("Email address", required="Enter an email address")
    phone = PhoneField("Telephone number")
    secret = PasswordField("Password", required="Enter your password")
    story = TextareaField("What you remember", longest=50)
    born = DateField(
        "Date of birth",
        required="Enter a date of birth",
        earliest=date(1900, 1, 1),
        latest=lambda: date(2026, 11, 20),
        too_late="Date of birth must be in the past",
    )
    way = RadiosField("How", required="Choose how", choices=WAYS)
    area = SelectField("Area", required="Choose an area", choices=[("", "Choose"), ("north", "North")])
    kinds = CheckboxesField("Kinds", required="Choose at least one", choices=WAYS)
    paper = FileField("A paper", required="Choose a file")
    home = AddressField("Home", required="Enter an address", home=True)
    former = NamesField("Former names", required="Enter a name")
    moved = AddressesField("Earlier addresses", required="Enter an address")


GOOD: dict[str, Any] = {
    "name": "Ade",
    "email": "ade@example.org",
    "phone": "01632 960 001",
    "secret": "  two  words ",
    "story": "One.\r\nTwo.",
    "born-day": "3",
    "born-month": "March",
    "born-year": "2004",
    "way": "post",
    "area": "north",
    "kinds": ["post", "screen"],
    "home-line_1": "1 Mill Lane",
    "home-postcode": "MW1 2AB",
    "former-0": "Ade Stone",
    "moved-0-town": "Merrowdale",
}


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return create_gallery()


@pytest.fixture
def context(gallery: Flask) -> Iterator[None]:
    with gallery.test_request_context("/"):
        yield


def posted(**changes: Any) -> Everything:
    """The form after a good post with some of it changed; None leaves a field out, `born__day` is `born-day`."""
    changed = {name.replace("__", "-"): value for name, value in changes.items()}
    values: MultiDict[str, Any] = MultiDict()
    for name, value in {**GOOD, "paper": FileStorage(BytesIO(b"x"), "a.pdf"), **changed}.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                values.add(name, one)
    form = Everything(values, meta={"csrf": False})
    form.validate()
    return form


def messages(form: FlaskForm) -> dict[str, str]:
    return {row["href"]: row["text"] for row in errors_for(form)}


class Inputs(HTMLParser):
    """The ids of everything on a page that takes the focus and is typed or chosen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"input", "select", "textarea"} and named.get("type") != "hidden" and named.get("id"):
            self.found.add(str(named["id"]))


def drawn(form: FlaskForm) -> str:
    template = (
        "{% from 'macros/form.html' import field %}"
        "{% for one in form if one.type != 'CSRFTokenField' %}{{ field(one) }}{% endfor %}"
    )
    return render_template_string(template, form=form)


@pytest.mark.usefixtures("context")
def test_a_good_post_has_no_errors_and_tidy_data() -> None:
    form = posted()
    assert errors_for(form) == []
    assert form.name.data == "Ade"
    assert form.secret.data == "  two  words "
    assert form.story.data == "One.\nTwo."
    assert form.born.data == date(2004, 3, 3)
    assert form.kinds.data == ["post", "screen"]
    assert form.home.data["line_1"] == "1 Mill Lane"
    assert address_lines(form.home.data) == ("1 Mill Lane",)
    assert form.former.data == ["Ade Stone"]
    assert [row["town"] for row in form.moved.data] == ["Merrowdale"]


@pytest.mark.usefixtures("context")
def test_an_empty_post_asks_for_each_thing_once_and_in_order() -> None:
    form = Everything(MultiDict({"nothing": "1"}), meta={"csrf": False})
    assert not form.validate()
    assert [row["text"] for row in errors_for(form)] == [
        "Enter your name",
        "Enter an email address",
        "Enter your password",
        "Enter a date of birth",
        "Choose how",
        "Choose an area",
        "Choose at least one",
        "Choose a file",
        "Enter an address",
        "Enter a name",
        "Enter an address",
    ]


@pytest.mark.usefixtures("context")
def test_every_error_leads_to_an_input_that_takes_the_focus() -> None:
    long = "x" * 300
    forms = [
        Everything(MultiDict({"nothing": "1"}), meta={"csrf": False}),
        posted(born__day="40"),
        posted(born__month="13"),
        posted(born__year="04"),
        posted(born__year=None),
        posted(born__year="2090"),
        posted(home__town=long, former__0=long, moved__0__county=long, name=long, story=long),
        posted(way="walk", area="moon", kinds=["x"], email="no", phone="no"),
    ]
    for form in forms:
        form.validate()
        errors = errors_for(form)
        assert errors
        assert {row["href"][1:] for row in errors} <= Inputs(drawn(form)).found


@pytest.mark.usefixtures("context")
def test_an_error_of_a_form_that_expired_leads_to_its_first_input() -> None:
    form = Everything(MultiDict({"csrf_token": "old", **GOOD}))
    form.validate()
    assert form.csrf_token.errors
    assert errors_for(form)[0]["href"] in {"#name", "#paper"}
    assert all(row["href"][1:] in Inputs(drawn(form)).found for row in errors_for(form))


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("many", [0, 1, 2, 4])
@pytest.mark.parametrize("value", ["", "3", "x", "²", "３", "0", "-1", "9" * 40, "29.5", "\x00", "Mar ch"])
def test_a_date_never_raises_whatever_is_sent_however_often(many: int, value: str) -> None:
    for part in ("day", "month", "year"):
        form = posted(**{f"born__{part}": [value] * many or None})
        assert form.born.data is None or isinstance(form.born.data, date)
        drawn(form)


@pytest.mark.usefixtures("context")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=4), st.text(max_size=8), st.text(max_size=8))
def test_a_date_reads_or_refuses_any_text(days: list[str], month: str, year: str) -> None:
    form = posted(born__day=days, born__month=month, born__year=year)
    assert isinstance(form.born.data, date) or errors_for(form)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("day", "month", "year", "where", "message"),
    [
        ("", "3", "2004", "#born-day", "Date of birth must include a day"),
        ("3", "", "", "#born-month", "Date of birth must include a month and year"),
        ("31", "2", "2004", "#born-day", "Date of birth must be a real date"),
        ("1", "Smarch", "2004", "#born-month", "Date of birth must be a real date"),
        ("1", "2", "04", "#born-year", "Year must include 4 numbers"),
        ("21", "11", "2026", "#born-year", "Date of birth must be in the past"),
        ("1", "1", "1899", "#born-year", "Date of birth is too early"),
    ],
)
def test_a_date_says_what_is_wrong_and_where(day: str, month: str, year: str, where: str, message: str) -> None:
    assert messages(posted(born__day=day, born__month=month, born__year=year)) == {where: message}


@pytest.mark.usefixtures("context")
def test_what_was_typed_is_shown_again_and_a_password_is_not() -> None:
    form = posted(born__day="40", name="Ade <b>", secret="hunter2 hunter2")
    html = drawn(form)
    assert 'value="40"' in html
    assert "Ade &lt;b&gt;" in html
    assert "<b>" not in html
    assert "hunter2" not in html


@pytest.mark.usefixtures("context")
def test_an_input_tells_the_browser_what_it_is_for() -> None:
    html = drawn(Everything(meta={"csrf": False}))
    assert 'autocomplete="email"' in html
    assert 'type="tel"' in html
    assert 'autocomplete="current-password"' in html
    assert 'inputmode="numeric"' in html
    assert 'autocomplete="postal-code"' in html
    assert 'data-maxlength="50"' in html
    assert "What you remember (optional)" in html
    assert "Your name (optional)" not in html


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("good", ["a@b.uk", "o'neil+care@sub.example.co.uk", "zoë@exämple.org", " spaced@example.org "])
def test_an_email_address_of_the_right_shape_is_taken(good: str) -> None:
    assert messages(posted(email=good)) == {}


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("bad", ["a", "a@b", "@b.uk", "a@@b.uk", "a b@c.uk", "a@b..uk", "a@.uk", "a@b.uk,c@d.uk"])
def test_an_email_address_of_the_wrong_shape_is_refused(bad: str) -> None:
    assert "#email" in messages(posted(email=bad))


@pytest.mark.usefixtures("context")
def test_a_line_feed_cannot_be_smuggled_into_one_line() -> None:
    assert posted(name="Ade\r\nBcc: x\x00").name.data == "Ade Bcc: x"
    assert "#email" in messages(posted(email="a@b.uk\nBcc: c@d.uk"))


@pytest.mark.usefixtures("context")
def test_too_long_is_said_with_the_number_there_may_be() -> None:
    assert messages(posted(name="x" * 21)) == {"#name": "Your name must be 20 characters or fewer"}


@pytest.mark.usefixtures("context")
def test_an_answer_that_was_not_offered_is_refused() -> None:
    assert set(messages(posted(way="walk", area="moon", kinds=["post", "walk"]))) == {"#way", "#area", "#kinds"}


@pytest.mark.usefixtures("context")
def test_choices_are_shown_with_what_was_chosen() -> None:
    html = drawn(posted(way="screen", kinds=["screen"]))
    assert html.count("checked") == 2


@pytest.mark.usefixtures("context")
def test_rows_are_added_and_removed_with_plain_buttons_and_lose_nothing() -> None:
    form = posted(former__add="yes")
    assert form.former.rows == ["Ade Stone", ""]
    assert asked_for_rows(form)
    form = posted(former__1="Ade Hill", former__remove="0")
    assert form.former.data == ["Ade Hill"]
    assert not asked_for_rows(posted())


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("value", ["-1", "99", "x", "", "²", "9" * 30])
def test_a_remove_button_that_makes_no_sense_removes_nothing(value: str) -> None:
    assert posted(former__remove=value).former.data == ["Ade Stone"]


@pytest.mark.usefixtures("context")
def test_rows_stop_at_the_most_there_may_be() -> None:
    names = {f"former__{number}": f"Name {number}" for number in range(500)}
    form = posted(**names, former__add="yes")
    assert len(form.former.data) == 20
    assert "former-add" not in drawn(form)


@pytest.mark.usefixtures("context")
def test_pressing_enter_goes_on_and_does_not_remove_a_row() -> None:
    html = drawn(posted(former__1="Ade Hill"))
    rows = html[html.index('id="former"') - 600 :]
    assert rows.index('type="submit" tabindex="-1"') < rows.index("former-remove")


@pytest.mark.usefixtures("context")
def test_a_kept_draft_fills_the_form_again() -> None:
    kept = {
        "name": "Ade",
        "born": "2004-03-03",
        "kinds": ["post"],
        "home": {"line_1": "1 Mill Lane", "postcode": "MW1 2AB"},
        "former": ["Ade Stone", "Ade Hill"],
        "moved": [{"town": "Merrowdale", "when": "2009"}],
    }
    form = Everything(None, data=kept, meta={"csrf": False})
    html = drawn(form)
    for value in ("Ade", "2004", "1 Mill Lane", "Ade Hill", "Merrowdale", "2009"):
        assert f'value="{value}"' in html
    assert form.born.data == date(2004, 3, 3)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "spoiled", [{"born": "not a date"}, {"home": "x"}, {"moved": ["x", None]}, {"kinds": None}, {"former": [3]}]
)
def test_a_spoiled_draft_is_no_reason_to_fall_over(spoiled: dict[str, Any]) -> None:
    drawn(Everything(None, data=spoiled, meta={"csrf": False}))
