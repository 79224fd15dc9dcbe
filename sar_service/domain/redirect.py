"""Requests that are not for this service: where each belongs, and when a freedom of information answer is due.

Routing one is sending its letter (`domain/letter.py`); counting them apart is `services/report.py`.
"""

from datetime import date, timedelta
from enum import StrEnum

from .holidays import Holidays, Nation

FOI_DAYS = 20


class Route(StrEnum):
    """Where a request goes that is no request for one's own information, or is another's to answer."""

    FOI = "foi"  # information that is about nobody in particular
    POLICE = "police"  # police, a court or another council asks for somebody's information: disclosure, not access
    SCHOOL = "school"  # a school's own record
    DEAD = "dead"  # about somebody who has died
    MEMBER = "member"  # a member of parliament or a councillor writes for somebody they represent
    CONTROLLER = "controller"  # another body decides about this information


PASSED_ON = frozenset(
    {Route.FOI, Route.MEMBER}
)  # the same council answers: the request itself has to reach a colleague


def freedom_of_information_due(received: date, *, nation: str, holidays: Holidays) -> date:
    """The twentieth working day after the day of receipt.

    Freedom of Information Act 2000 section 10(1) and (6): a bank holiday anywhere in the United Kingdom is no working
    day. In Scotland only those of Scotland are (Freedom of Information (Scotland) Act 2002 sections 10(1) and 73).
    """
    nations = (Nation.SCOTLAND,) if nation == Nation.SCOTLAND else tuple(Nation)
    day, left = received, FOI_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and not any(holidays.name_of(each, day) for each in nations)
    return day
