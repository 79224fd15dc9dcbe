"""Errors that carry a sentence fit for the screen.

`web/errors.py` maps each to a status and a page; the command line prints the sentence and exits with 2.
"""


class DomainError(Exception):
    """Something the rules of the service do not allow; the message may be shown to a person."""


class NotAllowed(DomainError):
    """This person may not do this, whatever the state of the case."""


class NotFound(DomainError):
    """There is no such thing, or this person may not know that there is."""


class WrongState(DomainError):
    """The case is not in a state in which this can be done."""


class InvalidInput(DomainError):
    """What was given cannot be used; `field` names the input, where one is to blame."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class StaleWrite(DomainError):
    """Somebody else changed this since it was read; nothing was overwritten.

    `of` names what was changed as the audit trail does ("letter:<id>"), `case` the id of its case, where there is one.
    """

    def __init__(self, message: str, *, of: str = "", case: object = None) -> None:
        super().__init__(message)
        self.of, self.case = of, case


class Refused(DomainError):
    """A document cannot be handled by the machine; the message says why and what a person can do."""
