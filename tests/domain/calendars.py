"""A small calendar written out by hand, so that the clock's tests rest on no list but this one."""

from datetime import date

from sar_service.domain.holidays import HolidayTable

EW, SCOTLAND, NI = "england-and-wales", "scotland", "northern-ireland"


def _days(*days: tuple[int, int, int]) -> dict[date, str]:
    return {date(*day): "a bank holiday" for day in days}


_EVERYWHERE = _days(
    (2025, 12, 25), (2025, 12, 26), (2026, 1, 1), (2026, 4, 3), (2026, 5, 4), (2026, 5, 25), (2026, 12, 25),
    (2026, 12, 28), (2027, 1, 1), (2027, 3, 26), (2027, 5, 3), (2027, 5, 31), (2027, 12, 27), (2027, 12, 28),
    (2028, 1, 3), (2028, 4, 14), (2028, 5, 1), (2028, 5, 29), (2028, 12, 25), (2028, 12, 26),
)  # fmt: skip
_NOT_SCOTLAND = _days((2026, 4, 6), (2026, 8, 31), (2027, 3, 29), (2027, 8, 30), (2028, 4, 17), (2028, 8, 28))
_SCOTLAND = _days(
    (2026, 1, 2), (2026, 6, 15), (2026, 8, 3), (2026, 11, 30), (2027, 1, 4), (2027, 8, 2), (2027, 11, 30),
    (2028, 1, 4), (2028, 8, 7), (2028, 11, 30),
)  # fmt: skip
_NI = _days((2026, 3, 17), (2026, 7, 13), (2027, 3, 17), (2027, 7, 12), (2028, 3, 17), (2028, 7, 12))

CALENDAR = HolidayTable(
    days={EW: _EVERYWHERE | _NOT_SCOTLAND, SCOTLAND: _EVERYWHERE | _SCOTLAND, NI: _EVERYWHERE | _NOT_SCOTLAND | _NI},
    known_until=date(2028, 12, 31),
)
