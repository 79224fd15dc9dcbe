"""What is sent to us: text, without what no page and no database can hold; files, which pages take any, how much is
read, and that none is left open whatever happens.

What is kept of files, and on what conditions, is for the services. Errors about them are told in `errors.py`.
"""

import re
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Flask, current_app, request
from flask import Request as FlaskRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

PAGES = ("portal.evidence", "staff.add_copy", "staff.log_regulator")  # whatever else is sent is no larger than its text
# Controls, half characters and what is no character: PostgreSQL refuses the first of them, and HTML all.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
IN_MEMORY = 2 * 1024 * 1024  # bytes of one file; of what is larger there can be 16 in one request, not more


def _text(sent: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    """What was typed, a space for each character that is none."""
    return ImmutableMultiDict([(name, _NO_TEXT.sub(" ", value)) for name, value in sent.items(multi=True)])


class Request(FlaskRequest):
    """A request whose text can be kept and shown, and that closes whatever was sent along, however its form ended."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._opened: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        made = cast(IO[bytes], SpooledTemporaryFile(max_size=IN_MEMORY, mode="rb+"))  # noqa: SIM115 - `close` does
        self._opened.append(made)
        return made

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _text(self.__dict__["form"])
        for _, file in self.__dict__["files"].items(multi=True):
            file.filename = _NO_TEXT.sub(" ", file.filename or "")

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:  # type: ignore[override]
        return _text(super().args)

    def close(self) -> None:
        """Close every file of this request. Can be called again."""
        super().close()
        for each in self._opened:
            each.close()


def _limit() -> None:
    """Where no files are taken, nothing larger is read than the fields of a form."""
    if request.endpoint not in PAGES or request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]


def register(app: Flask) -> None:
    """Put the rules on the application."""
    app.request_class = Request
    app.before_request_funcs.setdefault(None, []).insert(0, _limit)  # before anything reads the form
    app.teardown_request(lambda _error: request.close())  # what was sent along is not kept open
