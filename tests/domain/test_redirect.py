"""When an answer under the freedom of information law is due: twenty working days after the day of receipt."""

from datetime import date

import pytest

from sar_service.domain.letter import ROUTES
from sar_service.domain.redirect import Route, freedom_of_information_due
from tests.domain.calendars import CALENDAR


@pytest.mark.parametrize(
    ("received", "nation", "due"),
    [
        # St Andrew's Day is a bank holiday in Scotland, and so no working day anywhere for the Act of 2000.
        (date(2026, 11, 23), "england-and-wales", date(2026, 12, 22)),
        (date(2026, 11, 23), "northern-ireland", date(2026, 12, 22)),
        (date(2026, 11, 23), "scotland", date(2026, 12, 22)),
        # Received on a Saturday: the first day that counts is the Monday after it.
        (date(2026, 9, 5), "england-and-wales", date(2026, 10, 2)),
        # St Patrick's Day counts in Scotland, where only Scotland's own holidays are taken out.
        (date(2027, 2, 26), "england-and-wales", date(2027, 3, 31)),
        (date(2027, 2, 26), "scotland", date(2027, 3, 29)),
        # Christmas, New Year, and in the Act of 2000 Scotland's second of January, moved to the 4th.
        (date(2026, 12, 18), "england-and-wales", date(2027, 1, 21)),
    ],
)
def test_twenty_working_days(received: date, nation: str, due: date) -> None:
    assert freedom_of_information_due(received, nation=nation, holidays=CALENDAR) == due


def test_every_route_has_a_letter() -> None:
    assert set(ROUTES) == set(Route)
