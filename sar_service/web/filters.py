"""What templates are given to say dates, counts and sizes in words, to mark text, and to name our own assets.

Everything here goes through Flask-Babel, so that another language is a catalogue and not a rewrite. Nothing
here reads the clock: `today` is always an argument. `register` puts all of it, and the design system's macros,
into an app.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as babel_date
from flask import Flask, request, url_for
from flask_babel import format_decimal, get_locale, gettext, lazy_gettext, ngettext
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup

from sar_service.domain.lateness import Lateness
from sar_service.domain.letter import Result
from sar_service.domain.redirect import Route
from sar_service.domain.sentence import with_article
from sar_service.services.letter import on_page

# The classes of the design system for the text of a letter.
LETTER = {
    "p": "govuk-body",
    "h2": "govuk-heading-m",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
}
# Where a request goes that is not for this service, in words.
ROUTES: dict[Route, Any] = {
    Route.FOI: lazy_gettext("Freedom of information"),
    Route.POLICE: lazy_gettext("Disclosure to police, a court or another body"),
    Route.SCHOOL: lazy_gettext("A school’s own record"),
    Route.DEAD: lazy_gettext("Somebody who has died"),
    Route.MEMBER: lazy_gettext("For somebody’s MP or councillor"),
    Route.CONTROLLER: lazy_gettext("Another organisation"),
}
# How much of what was asked is done, in words.
RESULTS: dict[Result, Any] = {
    Result.ALL: lazy_gettext("All of it is done, or they were right"),
    Result.PART: lazy_gettext("Part of it"),
    Result.NONE: lazy_gettext("Nothing of it"),
}
# Why an answer was late, in words.
LATENESS: dict[Lateness, Any] = {
    Lateness.CAME_LATE: lazy_gettext("It reached the team late"),
    Lateness.ASKED_LATE: lazy_gettext("Identity or authority was asked for late"),
    Lateness.RECORDS_SLOW: lazy_gettext("A service or a partner was slow to give its records"),
    Lateness.VOLUME: lazy_gettext("More records than could be read in the time"),
    Lateness.DECIDING: lazy_gettext("Deciding and redacting took long"),
    Lateness.OPINION: lazy_gettext("An opinion, or somebody’s consent, was waited for"),
    Lateness.SIGN_OFF: lazy_gettext("It waited to be signed off"),
    Lateness.STAFFING: lazy_gettext("Too few staff"),
    Lateness.SYSTEM: lazy_gettext("A system failed"),
    Lateness.OVERLOOKED: lazy_gettext("It was overlooked, or a wrong date was recorded"),
    Lateness.HARD_TO_REACH: lazy_gettext("The person was hard to reach, or post came back"),
    Lateness.OTHER: lazy_gettext("Something else"),
}
LONDON = ZoneInfo("Europe/London")
CELLS = {"td": "cell", "th": "rowheader"}
STATIC = Path(__file__).parent.parent / "static"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _day(value: date | datetime | None) -> date | None:
    """The London calendar date of a date or an instant."""
    if isinstance(value, datetime):
        return (value.astimezone(LONDON) if value.tzinfo else value).date()
    return value


@lru_cache(maxsize=8192)  # a list says the same few days over and over
def _worded(day: date, pattern: str, locale: Locale | None) -> str:
    return str(babel_date(day, pattern, locale=locale or "en_GB"))


def format_date(day: date, pattern: str) -> str:
    """A day in words of the language of the page, as CLDR's `pattern` has it."""
    return _worded(day, pattern, get_locale())


def long_date(value: date | datetime | None) -> str:
    """ "3 March 2026", or nothing for None."""
    day = _day(value)
    return format_date(day, "d MMMM y") if day else ""


def weekday_date(value: date | datetime | None) -> str:
    """ "Tuesday 3 March 2026", or nothing for None."""
    day = _day(value)
    return format_date(day, "EEEE d MMMM y") if day else ""


def short_date(value: date | datetime | None) -> str:
    """ "3 Mar 2026", for tables."""
    day = _day(value)
    return format_date(day, "d MMM y") if day else ""


def moment(value: datetime | None) -> str:
    """ "3 March 2026 at 2:05pm" in London time."""
    if value is None:
        return ""
    local = value.astimezone(LONDON) if value.tzinfo else value
    half = gettext("am") if local.hour < 12 else gettext("pm")
    clock = f"{local.hour % 12 or 12}:{local.minute:02d}{half}"
    return gettext("%(day)s at %(clock)s", day=long_date(local), clock=clock)


def month_name(month: str) -> str:
    """ "Nov 2026" from "2026-11"."""
    year, _, number = month.partition("-")
    return format_date(date(int(year), int(number), 1), "MMM y")


def until(value: date | datetime | None, today: date) -> str:
    """How far a day is from today: "in 6 days", "today", "overdue by 3 days"; nothing for None."""
    day = _day(value)
    if day is None:
        return ""
    days = (day - today).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days > 1:
        return ngettext("in %(num)d day", "in %(num)d days", days)
    return ngettext("overdue by %(num)d day", "overdue by %(num)d days", -days)


def ago(value: date | datetime | None, today: date) -> str:
    """How long a past day is gone: "today", "yesterday", "6 days ago"; nothing for None."""
    day = _day(value)
    if day is None:
        return ""
    days = (today - day).days
    if days <= 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    return ngettext("%(num)d day ago", "%(num)d days ago", days)


def due_colour(value: date | datetime | None, today: date, *, soon: int = 5) -> str:
    """The tag colour of a due date: red once passed, amber in its last `soon` days, green before, grey if none."""
    day = _day(value)
    if day is None:
        return "grey"
    days = (day - today).days
    return "red" if days < 0 else "amber" if days <= soon else "green"


def counted(number: int) -> str:
    """A whole number as a reader expects it: with thousands marked."""
    return format_decimal(number)


def in_words(number: int) -> str:
    """ "one" to "nine" in words, other numbers in figures."""
    words = [
        gettext("none"),
        gettext("one"),
        gettext("two"),
        gettext("three"),
        gettext("four"),
        gettext("five"),
        gettext("six"),
        gettext("seven"),
        gettext("eight"),
        gettext("nine"),
    ]
    return words[number] if 0 <= number < len(words) else counted(number)


def file_size(size: int | None) -> str:
    """ "4.2 MB" from a number of bytes; units of 1,000 as file managers show them."""
    if size is None:
        return ""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= scale:
            figure = size / scale
            return f"{format_decimal(figure, format='#,##0.#' if figure < 100 else '#,##0')} {unit}"
    return ngettext("%(num)d byte", "%(num)d bytes", size)


def share(part: int, whole: int) -> str:
    """ "87%" of `whole`, rounded down so that 100% means all of it; a dash where there is nothing to share."""
    return f"{part * 100 // whole}%" if whole else "–"


def readable(text: str) -> str:
    """The text with what a page cannot hold replaced, letter for letter, so that offsets stay the same."""
    text = text.replace("\r\n", " \n").replace("\r", "\n")
    return UNSEEN.sub("\ufffd", text)


def segments(text: str, marks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cut a text into pieces for the reading pane: `{"text", "mark"}`, mark None between marks.

    `marks` have at least `start` and `end` in code points, end exclusive; ones outside the text are cut to it.
    Where two overlap the one that starts first keeps its whole length and the other what is left, so no letter
    is shown twice and none is lost.
    """
    text = readable(text)
    pieces: list[dict[str, Any]] = []
    at = 0
    for mark in sorted(marks, key=lambda mark: (mark["start"], -mark["end"])):
        start, end = max(at, mark["start"]), min(len(text), mark["end"])
        if end <= start:
            continue
        if start > at:
            pieces.append({"text": text[at:start], "mark": None})
        pieces.append({"text": text[start:end], "mark": mark})
        at = end
    if at < len(text):
        pieces.append({"text": text[at:], "mark": None})
    return pieces


def address_with(**changes: Any) -> str:
    """The address of the page being shown with some of its query changed; None takes a part out."""
    query: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "", [])}
    return url_for(request.endpoint or "static", **{**kept, **(request.view_args or {})})


@lru_cache(maxsize=256)
def _version(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]


def asset(path: str) -> str:
    """The address of a file of ours under static/, which changes when the file does."""
    return url_for("static", filename=path, v=_version(path))


def loader(folder: Path) -> BaseLoader:
    """Where templates come from: our folder, and the design system's macros under their package's name."""
    package = PackageLoader("govuk_frontend_jinja")
    return ChoiceLoader([FileSystemLoader(folder), PrefixLoader({"govuk_frontend_jinja": package})])


def stacked(table: str) -> Markup:
    """A table whose rows stand below each other on a narrow window: each cell carries the words of its column, and
    one that holds nothing is left out there.

    Takes the markup of one `<table class="sar-table">` whose rows have as many cells as its head, none spanning two.
    The roles are said outright, because a browser forgets them where a table is not laid out as one.
    """
    head, body = re.split(r"(?=<tbody)", table, maxsplit=1)
    columns = [re.sub(r"<[^>]*>", " ", each) for each in re.findall(r"<th\b[^>]*>(.*?)</th>", head, re.DOTALL)]
    names = [" ".join(each.split()) for each in columns]
    rows = []
    for row in re.split(r"(?=<tr\b)", body):
        cells = re.split(r"<(td|th)\b", row)  # what is before the first, then the kind and the rest of each
        rows.append(cells[0])
        for kind, rest, name in zip(cells[1::2], cells[2::2], chain(names, repeat("")), strict=False):
            empty = " data-empty" if re.match(rf"[^>]*>\s*</{kind}>", rest) else ""
            rows.append(f'<{kind} role="{CELLS[kind]}" data-label="{name}"{empty}{rest}')
    whole = re.sub(r"<th\b", '<th role="columnheader"', head) + "".join(rows)
    whole = re.sub(r"<(thead|tbody)\b", r'<\1 role="rowgroup"', re.sub(r"<tr\b", '<tr role="row"', whole))
    opened = whole.replace('<table class="sar-table', '<table role="table" class="sar-table sar-table--stacked', 1)
    return Markup(opened)  # noqa: S704 - it is markup that a template made, with nothing added but our own words


FILTERS: Sequence[Any] = (
    long_date,
    weekday_date,
    short_date,
    moment,
    month_name,
    until,
    ago,
    due_colour,
    counted,
    in_words,
    file_size,
    readable,
    with_article,
    stacked,
)


def as_letter(text: str) -> Markup:
    """The text of a letter on a page."""
    return Markup(on_page(text, LETTER))  # noqa: S704 - it escapes all that it is given


def register(app: Flask, *, folder: Path) -> None:
    """Give an app's templates everything above, and take them from `folder`."""
    app.jinja_loader = loader(folder)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals |= {
        "asset": asset,
        "as_letter": as_letter,
        "address_with": address_with,
        "segments": segments,
        "share": share,
    }
