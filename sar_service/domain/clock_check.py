"""Whether facts can all be true, before the clock counts with them. The counting is in `clock.py`."""

from datetime import date

from .clock_facts import Facts
from .errors import InvalidInput

_LONGEST_WAIT = 3_660  # days; a longer wait is a mistyped year


def check(facts: Facts) -> None:
    """Refuse facts that cannot all be true. Raises InvalidInput naming the field."""

    def order(first: date | None, second: date | None, field: str, message: str) -> None:
        if first is not None and second is not None and second < first:
            raise InvalidInput(f"{message} Check the two dates.", field=field)

    for asked, came, name, what in (
        (facts.id_requested, facts.id_received, "id", "Evidence of identity"),
        (facts.fee_requested, facts.fee_paid, "fee", "A fee"),
    ):
        ended = "id_received" if name == "id" else "fee_paid"
        began = f"{name}_requested"
        if came is not None and asked is None:
            raise InvalidInput(f"{what} came that was never asked for. Give {began} too.", field=began)
        order(facts.received, asked, began, f"{what} cannot be asked for before the request was received.")
        order(asked, came, ended, f"{what} cannot come before it was asked for.")
        _plausible(asked, came, ended)
    for clarification in facts.clarifications:
        order(
            facts.received,
            clarification.asked,
            "clarifications",
            "Clarification cannot be asked for before the request was received.",
        )
        order(
            clarification.asked,
            clarification.answered,
            "clarifications",
            "Clarification cannot be answered before it was asked for.",
        )
        _plausible(clarification.asked, clarification.answered, "clarifications")
    if facts.extension is not None:
        order(
            facts.received,
            facts.extension.notice_on,
            "extension",
            "Notice of an extension cannot be given before the request was received.",
        )


def _plausible(asked: date | None, came: date | None, field: str) -> None:
    if asked is not None and came is not None and (came - asked).days > _LONGEST_WAIT:
        raise InvalidInput("More than ten years lie between asking and receiving. Check the year.", field=field)
