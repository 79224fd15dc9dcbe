"""The settings of a JSON interface: how to sign in, what to ask, and where the answers stand in what comes
back.

Paths into an answer are simple: `name.first`, `contacts[*].phone`. Placeholders in braces are taken from the
subject (when finding people) or from a candidate and an item (when reading what is theirs), and nothing else.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from sar_service.domain.people import Identifier

from .base import ConnectorSettings, Count, SecretRef, SettingsPart, Text
from .person_map import MentionMap, PersonMap
from .terms import placeholders
from .wording import FieldSettings

_PATH = re.compile(r"(?:[^.\[\]{}\s][^.\[\]{}]*(?:\[\*\])?|\[\*\])(?:\.[^.\[\]{}]+(?:\[\*\])?)*\Z")
ASKED: Mapping[str, Identifier] = {
    "full_name": Identifier.NAME,
    "given_name": Identifier.NAME,
    "family_name": Identifier.NAME,
    "date_of_birth": Identifier.DATE_OF_BIRTH,
    "postcode": Identifier.POSTCODE,
    "phone": Identifier.PHONE,
    "email": Identifier.EMAIL,
    "upn": Identifier.UPN,
    "nhs_number": Identifier.NHS_NUMBER,
    "reference": Identifier.REFERENCE,
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _path(given: str) -> str:
    if given and not _PATH.match(given):
        raise ValueError(f"{given!r} is not a path such as name.first or contacts[*].phone")
    return given


class Bearer(SettingsPart):
    """A token that was issued once."""

    kind: Literal["bearer"]
    token: SecretRef


class Basic(SettingsPart):
    """A user name and a password with every request."""

    kind: Literal["basic"]
    user: Text
    password: SecretRef


class Header(SettingsPart):
    """A key in a header of its own, e.g. X-Api-Key."""

    kind: Literal["header"]
    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    value: SecretRef


class TokenEndpoint(SettingsPart):
    """Sign in with user and password; what comes back is the token for every other request."""

    kind: Literal["token_endpoint"]
    path: str = "/token"
    user: Text
    password: SecretRef
    user_field: str = "username"
    password_field: str = "password"  # noqa: S105
    encode: Literal["json", "form"] = "json"
    token: str = "access_token"  # noqa: S105


class ClientCredentials(SettingsPart):
    """OAuth 2.0 client credentials (RFC 6749 section 4.4). `path` may be a whole https address."""

    kind: Literal["client_credentials"]
    path: Text = "/oauth2/token"
    client_id: Text
    client_secret: SecretRef
    scope: str = ""
    in_body: bool = False


Auth = Annotated[Bearer | Basic | Header | TokenEndpoint | ClientCredentials, Field(discriminator="kind")]


class Paging(SettingsPart):
    """How a long answer is parted.

    `page`: `param` counts from `first`. `offset`: `param` counts items. `cursor`: the value at `cursor` is
    sent as `param`. `next`: the answer holds the address of the next part at `next`. `link`: it stands in the
    Link header. `size_param` and `size` ask for parts of a size. Pages and offsets go on until a part is
    empty, or until the number at `total` has been read.
    """

    kind: Literal["page", "offset", "cursor", "next", "link"]
    param: str = "page"
    first: int = 1
    size_param: str | None = None
    size: Count = 100
    cursor: str = "next_cursor"
    next: str = "next"
    total: str | None = None

    _paths = field_validator("cursor", "next")(_path)

    @field_validator("total")
    @classmethod
    def _total_is_a_path(cls, given: str | None) -> str | None:
        return _path(given) if given else given


class Request(SettingsPart):
    """One question. `items` is the path to the list in the answer ("" where the answer is the list, or one
    item).

    `nothing_status` lists the answers that mean "nothing held"; 404 is one only where the interface says so.
    """

    path: str = Field(pattern=r"^/")
    params: Mapping[str, str] = Field(default_factory=dict)
    items: str = ""
    paging: Paging | None = None
    nothing_status: tuple[int, ...] = (204,)

    _items = field_validator("items")(_path)

    @field_validator("params", mode="before")
    @classmethod
    def _params_are_text(cls, given: Any) -> Any:
        return {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else given

    def needs(self) -> set[str]:
        """The placeholders of this question."""
        return placeholders(self.path).union(*(placeholders(value) for value in self.params.values()))


class FindSettings(Request):
    """A question that finds people. `date_format` says how a date of birth is asked for."""

    date_format: str = "%Y-%m-%d"

    @model_validator(mode="after")
    def _asks_what_can_be_known(self) -> "FindSettings":
        if unknown := self.needs() - set(ASKED):
            raise ValueError(f"{', '.join(sorted(unknown))} is not known about a subject; use {', '.join(ASKED)}")
        if not self.needs():
            raise ValueError("this question names nobody: put {family_name} or another placeholder in it")
        return self


class HttpPerson(PersonMap):
    """Where a person's details stand in an item. `key` is the path of the system's own key."""

    key: str


class HttpMention(MentionMap):
    """Somebody whom an item names; `items` leads to a list of people inside the item."""

    items: str = ""


class OwnedRequest(Request):
    """A question about one candidate: {key} is the candidate's key. `key` is the path of the item's own
    key."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    section: str = Field(min_length=1)
    title: str = Field(min_length=1)
    on: str | None = None
    key: str
    people: tuple[HttpMention, ...] = ()

    @model_validator(mode="after")
    def _asks_about_one_candidate(self) -> "OwnedRequest":
        if self.needs() != {"key"}:
            raise ValueError("this question has exactly one placeholder, {key}: the candidate's own key")
        return self


class HttpRecords(OwnedRequest):
    """Items that become records."""

    fields: Mapping[str, FieldSettings] = Field(min_length=1)


class HttpDocuments(OwnedRequest):
    """Items that stand for files. `content` is the path to ask for, with {key} the item's key and {person}
    the candidate's; or `link` is the path in the item where the file's address stands."""

    content: str | None = Field(default=None, pattern=r"^/")
    link: str | None = None
    file_name: str
    size: str | None = None

    @model_validator(mode="after")
    def _says_where_files_are(self) -> "HttpDocuments":
        if (self.content is None) == (self.link is None):
            raise ValueError("say where a file is read: either `content` or `link`")
        if self.content is not None and not placeholders(self.content) <= {"key", "person"}:
            raise ValueError("`content` may hold {key} and {person} only")
        return self


class HttpLimits(SettingsPart):
    """How much one search may take; `wait_seconds` is the most that is waited in all when the system says
    "later"."""

    candidates: Count = 2_000
    pages: Count = 1_000
    items: Count = 50_000
    response_bytes: Count = 20_000_000
    document_bytes: Count = 200_000_000
    seconds: Count = 30
    retries: int = Field(default=3, ge=0, le=10)
    first_wait: float = Field(default=0.5, ge=0, le=30)
    wait_seconds: float = Field(default=60, ge=0, le=900)


class HttpSettings(ConnectorSettings):
    """One JSON interface. `private_addresses` allows a host on the council's own network; loopback needs no
    leave."""

    base_url: Text
    allow_http: bool = False
    private_addresses: bool = False
    redirects: Literal["none", "same_origin"] = "none"
    headers: Mapping[str, str] = Field(default_factory=dict)
    auth: Auth | None = None
    check_path: str | None = Field(default=None, pattern=r"^/")
    find: tuple[FindSettings, ...] = Field(min_length=1)
    person: HttpPerson
    records: tuple[HttpRecords, ...] = ()
    documents: tuple[HttpDocuments, ...] = ()
    limits: HttpLimits = HttpLimits()

    @field_validator("find", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @field_validator("headers")
    @classmethod
    def _no_secret_header(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in given.items():
            if re.search(r"auth|key|token|secret|cookie", name, re.IGNORECASE):
                raise ValueError(f"the header {name} may hold a secret: use `auth: {{kind: header, ...}}`")
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name) or re.search(r"[\r\n\0]", value):
                raise ValueError("a header is a name and a value on one line")
        return given

    @model_validator(mode="after")
    def _safe_place(self) -> "HttpSettings":
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("base_url: this is not an address such as https://host/api")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("base_url: an address holds no user, password, question mark or hash; use `auth`")
        if parts.scheme == "http" and not self.allow_http and parts.hostname not in LOOPBACK:
            raise ValueError("base_url: https is needed (or allow_http: true, for a network that nobody else is on)")
        called = [each.name for each in (*self.records, *self.documents)]
        if doubled := {name for name in called if called.count(name) > 1}:
            raise ValueError(f"two lists are called {', '.join(sorted(doubled))}: each needs its own name")
        if not called:
            raise ValueError("say what belongs to a person: add `records` or `documents`")
        return self
