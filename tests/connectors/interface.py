"""How tests ask a JSON interface, and how they make it answer in ways of its own."""

from collections.abc import Callable
from typing import Any

from sar_service.domain.search import Candidate
from tests.connectors.conftest import Build
from tests.connectors.counterparts import JsonServer
from tests.connectors.family import SUBJECT

ONE = {"id": 1, "name": {"first": "Linnea", "last": "Osterby"}, "born": "2010-03-14", "upn": SUBJECT.identifiers["upn"]}


def answering(server: JsonServer, answer: Callable[[Any, str], Any]) -> None:
    """Let `answer` give (status, content, headers) for a path, or None for the usual answer."""

    def odd(handler: Any) -> bool:
        given = answer(handler, handler.path)
        if given is None:
            return False
        status, content, headers = given
        if isinstance(content, bytes):
            handler._bytes(status, content, **headers)
        else:
            handler._answer(status, content, **headers)
        return True

    server.odd = odd


def found_by(build: Build, **changed: Any) -> list[Any]:
    return list(build(**changed).search(SUBJECT))


def refs(found: list[Any]) -> list[str]:
    return [each.ref for each in found if isinstance(each, Candidate)]


def one_person(path: str) -> bool:
    return path.startswith("/api/children?")
