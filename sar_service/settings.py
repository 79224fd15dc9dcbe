"""Where the service runs: typed settings from the environment, read once at start-up. What the council is
stands in config/ and is read by `catalogue`.

A setting that is wrong stops the start, and all that are wrong are named together. Values are never
repeated in a message, because many of them are secrets.
"""

import re
import ssl
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from sar_service.domain.errors import DomainError

PREFIX = "SAR_"
TESTS = "SAR_TEST_"  # read by the test suite alone
DEMO_SECRET_KEY = "a-well-known-key-for-demonstrations-only"  # noqa: S105 - refused in production
EXAMPLE_SECRET_KEY = "replace-me-with-the-output-of-openssl-rand-hex-32"  # noqa: S105 - refused in production
SHORTEST_SECRET_KEY = 32
IMPLICIT_PORT = 465  # RFC 8314


class SettingsError(DomainError):
    """The environment cannot be used. `mistakes` maps each variable to what is wrong with it and what to
    do.
    """

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        self.mistakes = dict(sorted(mistakes.items()))
        count = len(self.mistakes)
        lines = [f"the environment has {count} mistake{'' if count == 1 else 's'}:"]
        super().__init__("\n".join(lines + [f"{name} {problem}" for name, problem in self.mistakes.items()]))


class Environment(StrEnum):
    """What this installation is for. Only production holds real people's data, and only it is strict."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class MailTls(StrEnum):
    """How the connection to the mail server is encrypted: with STARTTLS, not at all, or from the first byte."""

    YES = "yes"
    NO = "no"
    IMPLICIT = "implicit"


class MailBackend(StrEnum):
    """Where letters by e-mail go."""

    CONSOLE = "console"
    FILE = "file"
    SMTP = "smtp"
    NOTIFY = "notify"
    MEMORY = "memory"


def _words(given: Any) -> Any:
    """A list written as one variable, with commas or spaces between."""
    return tuple(each for each in re.split(r"[,\s]+", given.strip()) if each) if isinstance(given, str) else given


def _flag(given: Any) -> Any:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if isinstance(given, str):
        if given.lower() not in words:
            raise ValueError("must be yes or no")
        return words[given.lower()]
    return given


def _tls(given: Any) -> Any:
    if not isinstance(given, str) or given.lower() == MailTls.IMPLICIT:
        return given.lower() if isinstance(given, str) else given
    try:
        return MailTls.YES if _flag(given) else MailTls.NO
    except ValueError:
        raise ValueError("must be yes or no, or implicit where it is encrypted from the first byte") from None


def _holds_certificates(file: Path) -> bool:
    try:
        return bool(ssl.create_default_context(cafile=str(file)))
    except (OSError, ValueError):
        return False


Flag = Annotated[bool, BeforeValidator(_flag)]


class Settings(BaseModel):
    """Every setting, checked. Secrets are `SecretStr` and do not show in a repr; ask with
    `.get_secret_value()`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: Environment = Environment.PRODUCTION
    debug: Flag = False
    data_dir: Path = Path("var")
    config_dir: Path = Path("config")
    profile: str = ""
    templates_dir: Path = Path("templates")
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr | None = None
    storage_url: str = ""
    secret_key: SecretStr = SecretStr("")
    key_file: Path = Path()
    base_url: str = "http://localhost:8000"
    trusted_hosts: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    proxy_hops: int = Field(default=0, ge=0, le=5)
    mail_backend: MailBackend = MailBackend.FILE
    mail_host: str = ""
    mail_port: int = Field(default=587, ge=1, le=65535)
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_from: str = ""
    mail_tls: Annotated[MailTls, BeforeValidator(_tls)] = MailTls.YES
    mail_ca_file: Path | None = None
    notify_key: SecretStr = SecretStr("")
    notify_template: str = ""
    notify_reply_to: str = ""
    notify_url: str = "https://api.notifications.service.gov.uk"
    scanner: str = "none"
    session_idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_absolute_hours: int = Field(default=12, ge=1, le=7 * 24)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Settings from an environment. Raises SettingsError naming every variable that is wrong."""
        given = {
            name: value
            for name, value in environ.items()
            if name.startswith(PREFIX) and not name.startswith(TESTS) and value.strip()
        }
        known = {PREFIX + name.upper(): name for name in cls.model_fields}
        mistakes = {name: _unknown(name, known) for name in given if name not in known}
        values = {known[name]: value.strip() for name, value in given.items() if name in known}
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                mistakes[PREFIX + str(each["loc"][0]).upper()] = _sentence(each)
            if not mistakes.keys() & known.keys():
                raise
            checked = {name: value for name, value in values.items() if PREFIX + name.upper() not in mistakes}
            settings = cls.model_validate(checked)
        settings = settings._filled_in()
        for name, problem in settings._problems(environ):
            mistakes.setdefault(PREFIX + name.upper(), problem)
        if mistakes:
            raise SettingsError(mistakes)
        return settings

    @property
    def production(self) -> bool:
        """Whether this installation holds real people's data."""
        return self.env is Environment.PRODUCTION

    @property
    def storage_dir(self) -> Path:
        """The folder in which sealed objects are kept."""
        parts = _parts(self.storage_url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else Path(self.storage_url)

    @property
    def mail_dir(self) -> Path:
        """The folder for the `file` mail back-end."""
        return self.data_dir / "mail"

    @property
    def scanner_address(self) -> tuple[str, int] | None:
        """Host and port of the virus scanner, or None where there is none."""
        if self.scanner == "none":
            return None
        parts = _parts(self.scanner)
        return parts.hostname or "", parts.port or 3310

    def _filled_in(self) -> Self:
        """The defaults that follow from other settings."""
        changes: dict[str, Any] = {}
        if not self.database_url.get_secret_value():
            changes["database_url"] = SecretStr(f"sqlite:///{(self.data_dir / 'sar.db').absolute()}")
        elif self.database_url.get_secret_value().startswith(("postgres://", "postgresql://")):
            _, _, rest = self.database_url.get_secret_value().partition("://")
            changes["database_url"] = SecretStr(f"postgresql+psycopg://{rest}")
        if not self.storage_url:
            changes["storage_url"] = str(self.data_dir / "objects")
        if self.key_file == Path():
            changes["key_file"] = self.data_dir / "keys" / "kek"
        if not self.secret_key.get_secret_value() and not self.production:
            changes["secret_key"] = SecretStr(DEMO_SECRET_KEY)
        if not self.trusted_hosts and (host := _host(self.base_url)):
            changes["trusted_hosts"] = (host,)
        if not self.mail_from and (host := _host(self.base_url)) and self.mail_backend is not MailBackend.SMTP:
            changes["mail_from"] = f"requests@{host}"
        return self.model_copy(update=changes)

    def _problems(self, environ: Mapping[str, str]) -> list[tuple[str, str]]:
        found = [*self._database_problems(), *self._place_problems(), *self._mail_problems()]
        return found + (self._production_problems(environ) if self.production else [])

    def _database_problems(self) -> list[tuple[str, str]]:
        found = []
        try:
            backend = make_url(self.database_url.get_secret_value()).get_backend_name()
        except (ArgumentError, ValueError):
            found.append(("database_url", "is not a database address; write postgresql://user:password@host/name"))
        else:
            if backend not in ("sqlite", "postgresql"):
                found.append(("database_url", "must be a PostgreSQL or SQLite address"))
        if self.redis_url and _parts(self.redis_url.get_secret_value()).scheme not in (
            "redis",
            "rediss",
            "unix",
        ):
            found.append(("redis_url", "must begin redis://, rediss:// or unix://"))
        return found

    def _place_problems(self) -> list[tuple[str, str]]:
        found = []
        scheme = _parts(self.storage_url).scheme
        if scheme == "s3":
            found.append(("storage_url", "names an S3 bucket, which is not supported yet; use a folder"))
        elif (
            scheme not in ("", "file")
            or (not scheme and "://" in self.storage_url)
            or (scheme == "file" and _parts(self.storage_url).netloc)
        ):
            found.append(("storage_url", "must be a folder, as a path or file:///path"))
        base = _parts(self.base_url)
        if base.scheme not in ("http", "https") or not _host(self.base_url) or base.query or base.fragment:
            found.append(("base_url", "must be the address people use, like https://requests.council.example"))
        elif base.path not in ("", "/"):
            found.append(("base_url", "must have no path; the service answers at the top of its host"))
        if any(not re.fullmatch(r"\.?[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:]+\]", host) for host in self.trusted_hosts):
            found.append(("trusted_hosts", "must be host names with commas between, without https://"))
        if not self.config_dir.is_dir():
            found.append(("config_dir", "is not a folder; it must hold controllers.yaml and the rest"))
        if not self.templates_dir.is_dir():
            found.append(("templates_dir", "is not a folder"))
        if self.data_dir.exists() and not self.data_dir.is_dir():
            found.append(("data_dir", "is not a folder"))
        if self.key_file.exists() and self.key_file.stat().st_mode & 0o077:
            found.append(("key_file", "names a file that others may read; run chmod 600 on it"))
        if self.scanner != "none" and not _clamd(self.scanner):
            found.append(("scanner", "must be none, or clamd://host:port"))
        if self.session_idle_minutes > self.session_absolute_hours * 60:
            found.append(("session_idle_minutes", "is longer than SAR_SESSION_ABSOLUTE_HOURS; make it shorter"))
        return found

    def _mail_problems(self) -> list[tuple[str, str]]:
        found = []
        if self.mail_backend is MailBackend.SMTP:
            if not self.mail_host:
                found.append(("mail_host", "is not set; SAR_MAIL_BACKEND=smtp needs a server"))
            if not self.mail_from:
                found.append(("mail_from", "is not set; SAR_MAIL_BACKEND=smtp needs the address letters come from"))
            if self.mail_password.get_secret_value() and self.mail_tls is MailTls.NO:
                found.append(
                    (
                        "mail_tls",
                        "must be yes where SAR_MAIL_PASSWORD is set, or the password is sent in clear",
                    )
                )
            if self.mail_port == IMPLICIT_PORT and self.mail_tls is MailTls.YES:
                found.append(("mail_tls", "must be implicit on port 465, which is encrypted from the first byte"))
            if self.mail_ca_file is not None and self.mail_tls is MailTls.NO:
                found.append(("mail_ca_file", "is of no use where SAR_MAIL_TLS=no; leave one of the two out"))
            elif self.mail_ca_file is not None and not _holds_certificates(self.mail_ca_file):
                found.append(("mail_ca_file", "names a file that cannot be read, or holds no certificate (PEM)"))
        if self.mail_backend is MailBackend.NOTIFY:
            found += self._notify_problems()
        if self.mail_from and not re.fullmatch(r"(?:[^<>@\r\n]*<)?[^<>@\s]+@[^<>@\s]+>?", self.mail_from):
            found.append(("mail_from", "must be one e-mail address, or Name <address>"))
        return found

    def _notify_problems(self) -> list[tuple[str, str]]:
        identity = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        found = []
        if not re.fullmatch(rf"[\w-]*-{identity}-{identity}", self.notify_key.get_secret_value()):
            found.append(
                ("notify_key", "must be an API key of GOV.UK Notify: its name and two ids, with dashes between")
            )
        if not re.fullmatch(identity, self.notify_template):
            found.append(("notify_template", "must be the id of an e-mail template in GOV.UK Notify"))
        if self.notify_reply_to and not re.fullmatch(identity, self.notify_reply_to):
            found.append(("notify_reply_to", "must be the id of a reply-to address in GOV.UK Notify"))
        if not self.notify_url.startswith("https://") and _host(self.notify_url) not in ("localhost", "127.0.0.1"):
            found.append(("notify_url", "must be an https:// address; letters never travel in clear"))
        return found

    def _production_problems(self, environ: Mapping[str, str]) -> list[tuple[str, str]]:
        found = []
        secret = self.secret_key.get_secret_value()
        if not secret:
            found.append(("secret_key", "is not set; make one with: openssl rand -hex 32"))
        elif secret in (DEMO_SECRET_KEY, EXAMPLE_SECRET_KEY) or len(set(secret)) < 8:
            found.append(("secret_key", "is an example that everybody knows; make one with: openssl rand -hex 32"))
        elif len(secret) < SHORTEST_SECRET_KEY:
            found.append(("secret_key", f"is shorter than {SHORTEST_SECRET_KEY} characters; use openssl rand -hex 32"))
        if not self.base_url.startswith("https://"):
            found.append(("base_url", "must be an https:// address; personal data never travels in clear"))
        if self.debug or environ.get("FLASK_DEBUG", "").lower() in ("1", "true", "yes", "on"):
            found.append(("debug", "(or FLASK_DEBUG) is on; debug pages show personal data, so turn it off"))
        if self.mail_backend in (MailBackend.CONSOLE, MailBackend.MEMORY):
            found.append(
                ("mail_backend", "must be smtp, notify or file: the console would show sign-in codes in the logs")
            )
        if self.redis_url:
            redis = _parts(self.redis_url.get_secret_value())
            if redis.scheme in ("redis", "rediss") and not redis.password:
                found.append(("redis_url", "has no password; whoever reaches that Redis could stop or start work"))
        if "*" in self.trusted_hosts:
            found.append(("trusted_hosts", "must name the hosts; * lets anybody forge links in letters"))
        return found


def _parts(address: str) -> SplitResult:
    """The parts of an address; all empty where it is none at all."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _host(address: str) -> str:
    return _parts(address).hostname or ""


def _clamd(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "clamd" and bool(parts.hostname) and (parts.port or 3310) > 0
    except ValueError:
        return False


def _unknown(name: str, known: Mapping[str, str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"is not a setting; did you mean {near[0]}?" if near else "is not a setting; .env.example lists them all"


def _sentence(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("enum", "literal_error"):
        return f"must be {str(context['expected']).replace(chr(39), '')}"
    if kind == "value_error":
        return str(context["error"])
    bounds = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}
    if kind in bounds:
        word, name = bounds[kind]
        return f"must be {word} {context[name]}"
    return (
        "must be a whole number" if kind.startswith("int") else "cannot be used; .env.example shows how it is written"
    )
