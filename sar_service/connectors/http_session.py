"""Speaking HTTP to one interface and to nowhere else: addresses checked and pinned, answers bounded, waits
kept.

The host is resolved here and the connection made to the very address that was checked, so that a name that
changes its mind cannot lead elsewhere. What is asked, and what answers mean, is in `http.py`.
"""

import base64
import ipaddress
import json
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from .base import ConnectorError
from .http_settings import LOOPBACK, Basic, Bearer, ClientCredentials, Header, HttpSettings, TokenEndpoint

_LATER = frozenset({429, 503})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class _Pinned(httpcore.NetworkBackend):
    """Connects to an address only after looking at it, and to that address, not to the name again."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception = httpcore.ConnectError("no address")
        for entry in found:
            address = str(entry[4][0])
            refuse_address(address, host=host, private=self._private)
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("not allowed")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def refuse_address(address: str, *, host: str, private: bool) -> None:
    """Raise ConnectorError unless this address may be connected to for this host name."""
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback and host in LOOPBACK:
        return
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        raise ConnectorError("The address of this system leads to a place never connected to.", permanent=True)
    if not found.is_global and not private:
        raise ConnectorError(
            "The address of this system is on a private network: say `private_addresses: true` if so.",
            permanent=True,
        )


class _Transport(httpx.BaseTransport):
    def __init__(self, *, private: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            network_backend=_Pinned(private=private),
            max_connections=4,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Session:
    """One conversation with an interface: signs in when it must, waits when it is told to, gives up in the
    end."""

    def __init__(self, settings: HttpSettings, *, pause: Any = time.sleep) -> None:
        self._settings = settings
        self._pause = pause
        self._waited = 0.0
        self._token: str | None = None
        self._base = settings.base_url.rstrip("/")
        self._client = httpx.Client(
            transport=_Transport(private=settings.private_addresses),
            timeout=settings.limits.seconds,
            trust_env=False,
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "sar-service"}
            | dict(settings.headers),
        )

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def place(self, path: str) -> str:
        """The whole address of a path of this interface; another origin or a way upwards is refused."""
        url = path if "://" in path else self._base + path if path.startswith("/") else urljoin(self._base + "/", path)
        here, there = urlsplit(self._base), urlsplit(url)
        if (here.scheme, here.hostname, here.port) != (
            there.scheme,
            there.hostname,
            there.port,
        ) or there.username:
            raise ConnectorError("The system pointed to another address, which is not followed.", permanent=True)
        if any(part.lower().replace("%2e", ".") in {".", ".."} for part in there.path.split("/")):
            raise ConnectorError("The system gave a path that leads out of the interface.", permanent=True)
        return url

    def ask(
        self,
        path: str,
        *,
        shown: str,
        params: Mapping[str, str] | None = None,
        nothing: tuple[int, ...] = (),
    ) -> tuple[Any, httpx.Headers]:
        """The JSON of an answer and its headers; None for an answer that means "nothing held".

        `shown` is the path as the settings write it: messages name that one, because the real one names a
        person.
        """
        with self._answer("GET", self.place(path), params=params or None, nothing=nothing) as answer:
            if answer.status_code in nothing:
                return None, answer.headers
            return self._json(answer, shown), answer.headers

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """An answer whose body is read by the caller, in pieces."""
        with self._answer("GET", self.place(path), headers={"accept": "*/*"}) as answer:
            yield answer

    def _json(self, answer: httpx.Response, path: str) -> Any:
        body = self._body(answer, self._settings.limits.response_bytes)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise ConnectorError(f"The answer from {path} is not JSON that can be read.") from None

    def _body(self, answer: httpx.Response, limit: int) -> bytes:
        pieces, size = [], 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > limit:
                raise ConnectorError(f"An answer was larger than {limit} bytes.", permanent=True)
            pieces.append(piece)
        return b"".join(pieces)

    @contextmanager
    def _answer(
        self,
        method: str,
        url: str,
        *,
        nothing: tuple[int, ...] = (),
        auth: bool = True,
        **request: Any,
    ) -> Iterator[httpx.Response]:
        try:
            answer = self._send(method, url, nothing=nothing, auth=auth, **request)
            try:
                yield answer
            finally:
                answer.close()
        except (httpcore.TimeoutException, httpx.TimeoutException):
            raise ConnectorError(f"The system did not answer within {self._settings.limits.seconds} seconds.") from None
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ConnectionNotAvailable,
            httpx.HTTPError,
            httpx.StreamError,
            OSError,
        ):
            raise ConnectorError("The system cannot be reached, or broke off its answer.") from None

    def _send(self, method: str, url: str, *, nothing: tuple[int, ...], auth: bool, **request: Any) -> httpx.Response:
        headers = dict(request.pop("headers", {}))
        tries, signed_again, hops = 0, False, 0
        while True:
            signed = {**headers, **(self._signed() if auth else {})}
            try:
                answer = self._client.send(
                    self._client.build_request(method, url, headers=signed, **request), stream=True
                )
            except (httpcore.NetworkError, httpcore.RemoteProtocolError, httpcore.TimeoutException):
                if tries >= self._settings.limits.retries:
                    raise
                self._wait(self._settings.limits.first_wait * 2**tries)
                tries += 1
                continue
            status = answer.status_code
            if status in nothing or 200 <= status < 300:
                return answer
            answer.close()
            if status == 401 and auth and not signed_again and self._can_sign_in():
                self._token, signed_again = None, True
            elif status in _REDIRECTS and self._settings.redirects == "same_origin" and hops < 3:
                url, hops = self.place(urljoin(url, answer.headers.get("location", ""))), hops + 1
                request.pop("params", None)
            elif (status in _LATER or status >= 500) and tries < self._settings.limits.retries:
                self._wait(_told(answer, self._settings.limits.first_wait * 2**tries))
                tries += 1
            else:
                raise refusal(status)

    def _wait(self, seconds: float) -> None:
        if self._waited + seconds > self._settings.limits.wait_seconds:
            raise ConnectorError("The system asks to be left alone for longer than one search may wait.")
        self._waited += seconds
        self._pause(seconds)

    def _can_sign_in(self) -> bool:
        return isinstance(self._settings.auth, TokenEndpoint | ClientCredentials)

    def _signed(self) -> dict[str, str]:
        auth = self._settings.auth
        if auth is None:
            return {}
        if isinstance(auth, Header):
            return {auth.name: _one_line(auth.value.reveal())}
        if isinstance(auth, Basic):
            return {"authorization": _basic(auth.user, auth.password.reveal())}
        if isinstance(auth, Bearer):
            return {"authorization": f"Bearer {_one_line(auth.token.reveal())}"}
        if self._token is None:
            self._token = self._sign_in(auth)
        return {"authorization": f"Bearer {self._token}"}

    def _sign_in(self, auth: TokenEndpoint | ClientCredentials) -> str:
        headers: dict[str, str] = {}
        if isinstance(auth, TokenEndpoint):
            form = {auth.user_field: auth.user, auth.password_field: auth.password.reveal()}
            body: dict[str, Any] = {auth.encode if auth.encode == "json" else "data": form}
            name, url = auth.token, self.place(auth.path)
        else:
            form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
            if auth.in_body:
                form |= {"client_id": auth.client_id, "client_secret": auth.client_secret.reveal()}
            else:
                headers["authorization"] = _basic(auth.client_id, auth.client_secret.reveal())
            # The token may be issued elsewhere: the one other address, and the settings name it.
            elsewhere = auth.path.startswith("https://")
            name, body, url = (
                "access_token",
                {"data": form},
                auth.path if elsewhere else self.place(auth.path),
            )
        with self._answer("POST", url, auth=False, headers=headers, **body) as answer:
            given = self._json(answer, auth.path)
        token = given.get(name) if isinstance(given, Mapping) else None
        if not isinstance(token, str) or not token:
            raise ConnectorError(f"The system's sign-in gave no {name}.", permanent=True)
        return _one_line(token)


def refusal(status: int) -> ConnectorError:
    """What an answer that is not a good one means, in words."""
    if status == 401:
        return ConnectorError("The system refused the sign-in (401).", permanent=True)
    if status == 403:
        return ConnectorError("The account may not ask this of the system (403).", permanent=True)
    if status in {404, 410}:
        return ConnectorError(f"The system does not know what was asked for ({status}).", permanent=True)
    if status in _REDIRECTS:
        return ConnectorError(f"The system sent us elsewhere ({status}), which is not followed.", permanent=True)
    if status in _LATER:
        return ConnectorError(f"The system is too busy to answer ({status}).")
    return ConnectorError(f"The system answered with an error ({status}).", permanent=status < 500 and status != 408)


def _told(answer: httpx.Response, otherwise: float) -> float:
    """How long the answer says to wait, in seconds (RFC 9110 section 10.2.3); else `otherwise`."""
    after = answer.headers.get("retry-after", "").strip()
    if after.isdigit() and len(after) < 8:
        return float(after)
    try:
        then, now = parsedate_to_datetime(after), parsedate_to_datetime(answer.headers.get("date", ""))
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError):
        return otherwise


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _one_line(secret: str) -> str:
    if not secret.isascii() or not secret.isprintable():
        raise ConnectorError("The secret holds characters that cannot be sent in a header.", permanent=True)
    return secret
