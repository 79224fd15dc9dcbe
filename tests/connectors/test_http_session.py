"""Speaking to one interface only: signing in, waiting, and refusing to be led or flooded."""

from typing import Any

import pytest

from sar_service import connectors
from sar_service.connectors.base import ConnectorError
from sar_service.connectors.http_session import refuse_address
from sar_service.domain.search import FoundDocument, FoundProblem
from tests.connectors.conftest import Build
from tests.connectors.counterparts import HTTP_SETTINGS, SECRET, JsonServer
from tests.connectors.family import SUBJECT
from tests.connectors.interface import answering, found_by, refs


def test_told_to_wait_it_waits_as_long_as_told(server: JsonServer, build: Build) -> None:
    told = iter([(429, "7"), (503, "Wed, 03 Jan 2024 10:00:09 GMT")])

    def answer(handler: Any, path: str) -> Any:
        status, after = next(told, (0, ""))
        handler.date_time_string = lambda timestamp=None: "Wed, 03 Jan 2024 10:00:00 GMT"
        return (status, {}, {"retry_after": after}) if status else None

    answering(server, answer)
    assert set(refs(found_by(build))) == {"1", "4", "5"}
    assert build.waits[:2] == [7.0, 9.0]


def test_told_to_wait_too_long_it_gives_up_for_now(server: JsonServer, build: Build) -> None:
    answering(server, lambda handler, path: (429, {}, {"retry_after": "86400"}))
    with pytest.raises(ConnectorError, match="left alone for longer") as caught:
        found_by(build)
    assert not caught.value.permanent
    assert build.waits == []


def test_an_error_of_the_system_is_tried_again_and_then_given_up_for_now(server: JsonServer, build: Build) -> None:
    answering(server, lambda handler, path: (500, {}, {}))
    limits = {"retries": 2, "first_wait": 3}
    with pytest.raises(ConnectorError, match=r"error \(500\)") as caught:
        found_by(build, limits=limits)
    assert not caught.value.permanent
    assert build.waits == [3, 6]


def test_a_token_that_has_run_out_is_renewed_once(server: JsonServer, build: Build) -> None:
    refused = []

    def answer(handler: Any, path: str) -> Any:
        if "/notes" in path and not refused:
            refused.append(path)
            return 401, {}, {}
        return None

    answering(server, answer)
    assert set(refs(found_by(build))) == {"1", "4", "5"}
    assert server.signed_in == 2


@pytest.mark.parametrize(("status", "words"), [(401, "refused the sign-in"), (403, "may not ask this")])
def test_a_refusal_is_permanent(server: JsonServer, build: Build, status: int, words: str) -> None:
    answering(server, lambda handler, path: (status, {}, {}))
    with pytest.raises(ConnectorError, match=words) as caught:
        found_by(build)
    assert caught.value.permanent


def test_a_wrong_password_is_said_without_saying_it(server: JsonServer, build: Build) -> None:
    settings = {"base_url": build.base, **HTTP_SETTINGS}
    connector = connectors.build("http", settings, secrets={"COUNTERPART_SECRET": "wrong-Marjoram-2"})
    with pytest.raises(ConnectorError, match="refused the sign-in") as caught:
        connector.check()
    assert "Marjoram" not in str(caught.value)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "bearer", "token": {"env": "COUNTERPART_SECRET"}}, "authorization", f"Bearer {SECRET}"),
        (
            {"kind": "basic", "user": "me", "password": {"env": "COUNTERPART_SECRET"}},
            "authorization",
            "Basic bWU6dGFycmFnb24tTGlnaHRob3VzZS01OA==",
        ),
        ({"kind": "header", "name": "X-Api-Key", "value": {"env": "COUNTERPART_SECRET"}}, "x-api-key", SECRET),
    ],
)
def test_each_way_to_sign_in_sends_what_it_should(
    server: JsonServer, build: Build, auth: Any, header: str, value: str
) -> None:
    sent: list[str | None] = []

    def answer(handler: Any, path: str) -> Any:
        sent.append(handler.headers.get(header))
        return 204, b"", {}

    answering(server, answer)
    assert found_by(build, auth=auth) == []
    assert set(sent) == {value}


def test_client_credentials_are_exchanged_for_a_token(server: JsonServer, build: Build) -> None:
    sent: list[str] = []

    def post(handler: Any) -> None:
        sent.append(handler.rfile.read(int(handler.headers["content-length"])).decode())
        server.signed_in += 1
        handler._answer(200, {"access_token": f"token-{server.signed_in}"})

    from tests.connectors.counterparts import _Handler

    server.RequestHandlerClass = type("Handler", (_Handler,), {"do_POST": post})
    secret = {"env": "COUNTERPART_SECRET"}
    auth = {
        "kind": "client_credentials",
        "path": "/token",
        "client_id": "sar",
        "client_secret": secret,
        "scope": "read",
    }
    assert set(refs(found_by(build, auth=auth))) == {"1", "4", "5"}
    assert sent == ["grant_type=client_credentials&scope=read"]


def test_a_redirect_is_not_followed_unless_allowed_and_never_elsewhere(server: JsonServer, build: Build) -> None:
    def to(place: str) -> None:
        answering(
            server,
            lambda handler, path: (302, {}, {"location": place}) if path.startswith("/api/children?sur") else None,
        )

    to("/api/children?upn=none")
    with pytest.raises(ConnectorError, match="not followed"):
        found_by(build)
    assert "1" in refs(found_by(build, redirects="same_origin"))
    to("http://169.254.169.254/latest/meta-data/")
    with pytest.raises(ConnectorError, match="another address, which is not followed"):
        found_by(build, redirects="same_origin")


def test_a_next_page_or_a_file_at_another_address_is_never_asked_for(server: JsonServer, build: Build) -> None:
    listed = [
        {"id": 1, "file": "a.pdf", "url": "http://169.254.169.254/secret"},
        {"id": 2, "file": "b.pdf", "url": "/../../admin"},
        {"id": 3, "file": "c.pdf"},
        {"id": 4, "file": "d.pdf", "url": f"{build.base}/letters/1/content"},
    ]
    answering(
        server,
        lambda handler, path: (200, {"data": {"items": listed}, "total": 4}, {}) if "/1/letters" in path else None,
    )
    spec = {**HTTP_SETTINGS["documents"][0], "link": "url"}
    del spec["content"]
    connector = build(documents=[spec])
    found = [each for each in connector.search(SUBJECT) if each.ref.startswith("document:")]
    assert [type(each) for each in found] == [FoundProblem, FoundProblem, FoundProblem, FoundDocument]
    assert connector.fetch(found[-1].ref).read().startswith(b"Dear family")
    with pytest.raises(ConnectorError, match="another address"):
        connector.fetch("document:letters:http://169.254.169.254/secret")


@pytest.mark.parametrize(
    ("address", "host", "private", "allowed"),
    [
        ("127.0.0.1", "localhost", False, True),
        ("127.0.0.1", "rebinding.example", True, True),
        ("127.0.0.1", "rebinding.example", False, False),
        ("::1", "rebinding.example", False, False),
        ("10.1.2.3", "housing.council.example", False, False),
        ("10.1.2.3", "housing.council.example", True, True),
        ("::ffff:10.1.2.3", "housing.council.example", False, False),
        ("169.254.169.254", "housing.council.example", True, False),
        ("fe80::1%eth0", "housing.council.example", True, False),
        ("0.0.0.0", "housing.council.example", True, False),
        ("93.184.215.14", "housing.council.example", False, True),
    ],
)
def test_only_addresses_that_the_settings_allow_are_connected_to(
    address: str, host: str, private: bool, allowed: bool
) -> None:
    if allowed:
        refuse_address(address, host=host, private=private)
    else:
        with pytest.raises(ConnectorError):
            refuse_address(address, host=host, private=private)


def test_the_address_is_looked_up_once_and_that_one_is_used(
    server: JsonServer, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    usual, asked = socket.getaddrinfo, []

    def resolve(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host == "council.example":
            asked.append(host)
            host = "127.0.0.1"
        return usual(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = server.server_address[1]
    connector = build(base_url=f"http://council.example:{port}/api", allow_http=True)
    with pytest.raises(ConnectorError, match="private network"):
        list(connector.search(SUBJECT))
    assert server.asked == []
    assert set(asked) == {"council.example"}


def test_an_answer_over_the_limit_is_refused_before_it_is_read_whole(server: JsonServer, build: Build) -> None:
    answering(server, lambda handler, path: (200, b"[" + b" " * 5_000_000 + b"]", {}))
    with pytest.raises(ConnectorError, match="larger than 1000 bytes"):
        found_by(build, limits={"response_bytes": 1000})


def test_a_packed_answer_counts_unpacked(server: JsonServer, build: Build) -> None:
    import gzip

    bomb = gzip.compress(b" " * 30_000_000)
    answering(server, lambda handler, path: (200, bomb, {"content_encoding": "gzip"}))
    with pytest.raises(ConnectorError, match="larger than 100000 bytes"):
        found_by(build, limits={"response_bytes": 100_000})
