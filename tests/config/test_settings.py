"""Settings from the environment: safe defaults, every mistake named at once, and a strict production."""

import re
from pathlib import Path

import pytest

from sar_service.adapters.mail import SmtpMailer
from sar_service.extensions import make_mailer
from sar_service.settings import DEMO_SECRET_KEY, EXAMPLE_SECRET_KEY, Environment, MailBackend, Settings, SettingsError

ROOT = Path(__file__).parents[2]
GOOD_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

SMTP = {"SAR_MAIL_BACKEND": "smtp", "SAR_MAIL_HOST": "h", "SAR_MAIL_FROM": "a@b.example"}
NOTIFY = {
    "SAR_MAIL_BACKEND": "notify",
    "SAR_NOTIFY_KEY": "live-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0",
    "SAR_NOTIFY_TEMPLATE": "f33517ff-2a88-4f6e-b855-c550268ce08a",
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The folders every installation has, and a production that is as it should be."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "templates").mkdir()
    return {"SAR_SECRET_KEY": GOOD_KEY, "SAR_BASE_URL": "https://requests.council.example"}


def mistakes_of(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    return caught.value.mistakes


def test_a_demonstration_needs_no_settings_at_all(places: dict[str, str], tmp_path: Path) -> None:
    settings = Settings.load({"SAR_ENV": "demo"})
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/var/sar.db"
    assert settings.redis_url is None
    assert settings.storage_dir == Path("var/objects")
    assert settings.key_file == Path("var/keys/kek")
    assert settings.secret_key.get_secret_value() == DEMO_SECRET_KEY
    assert settings.trusted_hosts == ("localhost",)
    assert (settings.session_idle_minutes, settings.session_absolute_hours) == (30, 12)


def test_production_is_the_default_and_asks_for_a_key_and_an_address(places: dict[str, str]) -> None:
    found = mistakes_of({})
    assert set(found) == {"SAR_SECRET_KEY", "SAR_BASE_URL"}
    assert Settings.load(places).env is Environment.PRODUCTION


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"SAR_SECRET_KEY": DEMO_SECRET_KEY}, "SAR_SECRET_KEY", "everybody knows"),
        ({"SAR_SECRET_KEY": EXAMPLE_SECRET_KEY}, "SAR_SECRET_KEY", "everybody knows"),
        ({"SAR_SECRET_KEY": "a" * 64}, "SAR_SECRET_KEY", "everybody knows"),
        ({"SAR_SECRET_KEY": GOOD_KEY[:31]}, "SAR_SECRET_KEY", "shorter than 32"),
        ({"SAR_SECRET_KEY": "   "}, "SAR_SECRET_KEY", "is not set"),
        ({"SAR_BASE_URL": "http://requests.council.example"}, "SAR_BASE_URL", "https://"),
        ({"SAR_DEBUG": "yes"}, "SAR_DEBUG", "is on"),
        ({"FLASK_DEBUG": "1"}, "SAR_DEBUG", "is on"),
        ({"SAR_MAIL_BACKEND": "console"}, "SAR_MAIL_BACKEND", "smtp, notify or file"),
        ({"SAR_MAIL_BACKEND": "memory"}, "SAR_MAIL_BACKEND", "smtp, notify or file"),
        ({"SAR_TRUSTED_HOSTS": "*"}, "SAR_TRUSTED_HOSTS", "host names"),
        ({"SAR_STORAGE_URL": "s3://bucket"}, "SAR_STORAGE_URL", "not supported yet"),
        ({"SAR_STORAGE_URL": "ftp://host/x"}, "SAR_STORAGE_URL", "must be a folder"),
        ({"SAR_STORAGE_URL": "file://host/x"}, "SAR_STORAGE_URL", "must be a folder"),
        ({"SAR_DATABASE_URL": "mysql://u:p@h/d"}, "SAR_DATABASE_URL", "PostgreSQL or SQLite"),
        ({"SAR_DATABASE_URL": "not an address"}, "SAR_DATABASE_URL", "not a database address"),
        ({"SAR_REDIS_URL": "http://localhost"}, "SAR_REDIS_URL", "must begin redis://"),
        ({"SAR_REDIS_URL": "redis://queue.example:6379/0"}, "SAR_REDIS_URL", "has no password"),
        ({"SAR_REDIS_URL": "rediss://user@queue.example"}, "SAR_REDIS_URL", "has no password"),
        ({"SAR_BASE_URL": "https://host.example/path"}, "SAR_BASE_URL", "no path"),
        ({"SAR_BASE_URL": "https://[broken"}, "SAR_BASE_URL", "address people use"),
        ({"SAR_REDIS_URL": "redis://[broken"}, "SAR_REDIS_URL", "must begin redis://"),
        ({"SAR_STORAGE_URL": "file://[broken"}, "SAR_STORAGE_URL", "must be a folder"),
        ({"SAR_SCANNER": "clamd://[broken"}, "SAR_SCANNER", "clamd://host:port"),
        ({"SAR_PROXY_HOPS": "6"}, "SAR_PROXY_HOPS", "at most 5"),
        ({"SAR_PROXY_HOPS": "one"}, "SAR_PROXY_HOPS", "whole number"),
        ({"SAR_MAIL_BACKEND": "pigeon"}, "SAR_MAIL_BACKEND", "must be console, file, smtp, notify or memory"),
        ({"SAR_MAIL_BACKEND": "smtp", "SAR_MAIL_FROM": "a@b.example"}, "SAR_MAIL_HOST", "needs a server"),
        ({"SAR_MAIL_BACKEND": "smtp", "SAR_MAIL_HOST": "h"}, "SAR_MAIL_FROM", "needs the address"),
        (
            {
                "SAR_MAIL_BACKEND": "smtp",
                "SAR_MAIL_HOST": "h",
                "SAR_MAIL_FROM": "a@b.example",
                "SAR_MAIL_PASSWORD": "x",
                "SAR_MAIL_TLS": "no",
            },
            "SAR_MAIL_TLS",
            "in clear",
        ),
        (SMTP | {"SAR_MAIL_CA_FILE": "nowhere.pem"}, "SAR_MAIL_CA_FILE", "cannot be read"),
        (SMTP | {"SAR_MAIL_CA_FILE": __file__}, "SAR_MAIL_CA_FILE", "holds no certificate"),
        (SMTP | {"SAR_MAIL_CA_FILE": __file__, "SAR_MAIL_TLS": "no"}, "SAR_MAIL_CA_FILE", "of no use"),
        (SMTP | {"SAR_MAIL_PORT": "465"}, "SAR_MAIL_TLS", "must be implicit on port 465"),
        (SMTP | {"SAR_MAIL_PORT": "465", "SAR_MAIL_TLS": "on"}, "SAR_MAIL_TLS", "must be implicit on port 465"),
        (NOTIFY | {"SAR_NOTIFY_KEY": "secret"}, "SAR_NOTIFY_KEY", "an API key of GOV.UK Notify"),
        (NOTIFY | {"SAR_NOTIFY_TEMPLATE": "letter"}, "SAR_NOTIFY_TEMPLATE", "the id of an e-mail template"),
        (NOTIFY | {"SAR_NOTIFY_REPLY_TO": "me@b.example"}, "SAR_NOTIFY_REPLY_TO", "the id of a reply-to address"),
        (NOTIFY | {"SAR_NOTIFY_URL": "http://proxy.example"}, "SAR_NOTIFY_URL", "https://"),
        ({"SAR_MAIL_TLS": "perhaps"}, "SAR_MAIL_TLS", "yes or no"),
        ({"SAR_MAIL_FROM": "nobody"}, "SAR_MAIL_FROM", "one e-mail address"),
        ({"SAR_SCANNER": "clamd://"}, "SAR_SCANNER", "clamd://host:port"),
        ({"SAR_SCANNER": "clamd://host:seventy"}, "SAR_SCANNER", "clamd://host:port"),
        ({"SAR_SESSION_IDLE_MINUTES": "721"}, "SAR_SESSION_IDLE_MINUTES", "longer than"),
        ({"SAR_CONFIG_DIR": "nowhere"}, "SAR_CONFIG_DIR", "is not a folder"),
        ({"SAR_TEMPLATES_DIR": "nowhere"}, "SAR_TEMPLATES_DIR", "is not a folder"),
        ({"SAR_ENV": "staging"}, "SAR_ENV", "must be production, demo or test"),
        ({"SAR_SECRETKEY": "x"}, "SAR_SECRETKEY", "did you mean SAR_SECRET_KEY?"),
        ({"SAR_ZZZ": "x"}, "SAR_ZZZ", ".env.example lists them all"),
    ],
)
def test_each_bad_setting_stops_the_start_and_is_named(
    places: dict[str, str], changes: dict[str, str], name: str, words: str
) -> None:
    found = mistakes_of(places | changes)
    assert list(found) == [name]
    assert words in found[name]


@pytest.mark.parametrize(
    "address", ["unix:///run/redis.sock", "redis://:pw@queue.example", "rediss://u:pw@queue.example"]
)
def test_a_queue_with_a_password_or_behind_a_socket_is_good_enough(places: dict[str, str], address: str) -> None:
    assert Settings.load(places | {"SAR_REDIS_URL": address}).redis_url is not None


def test_every_bad_setting_is_named_at_once(places: dict[str, str]) -> None:
    environ = {
        "SAR_PROXY_HOPS": "x",
        "SAR_STORAGE_URL": "s3://b",
        "SAR_SCANNER": "y",
        "SAR_BASE_URL": "z",
        "SAR_Q": "1",
    }
    assert set(mistakes_of(environ)) == {*environ, "SAR_SECRET_KEY"}


def test_values_are_in_no_message_and_secrets_in_no_repr(places: dict[str, str]) -> None:
    secret = "Tr0ub4dor-and-3"
    environ = places | {"SAR_DATABASE_URL": f"mysql://u:{secret}@h/d", "SAR_REDIS_URL": f"x://:{secret}@h"}
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    assert secret not in str(caught.value)
    good = places | {
        "SAR_DATABASE_URL": f"postgresql://u:{secret}@h/d",
        "SAR_REDIS_URL": f"redis://:{secret}@h",
        "SAR_MAIL_PASSWORD": secret,
    }
    shown = repr(Settings.load(good))
    assert secret not in shown
    assert GOOD_KEY not in shown


def test_a_key_file_that_others_may_read_is_refused(places: dict[str, str], tmp_path: Path) -> None:
    key = tmp_path / "kek"
    key.write_text("00" * 32)
    key.chmod(0o640)
    assert "chmod 600" in mistakes_of(places | {"SAR_KEY_FILE": str(key)})["SAR_KEY_FILE"]
    key.chmod(0o600)
    assert Settings.load(places | {"SAR_KEY_FILE": str(key)}).key_file == key


@pytest.mark.parametrize(
    ("written", "folder"), [("/srv/a b", "/srv/a b"), ("file:///srv/a%20b", "/srv/a b"), ("objects", "objects")]
)
def test_storage_is_a_path_however_it_is_written(places: dict[str, str], written: str, folder: str) -> None:
    assert Settings.load(places | {"SAR_STORAGE_URL": written}).storage_dir == Path(folder)


def test_addresses_are_made_ready_for_use(places: dict[str, str]) -> None:
    environ = places | {
        "SAR_DATABASE_URL": "postgres://u:p@h/d",
        "SAR_SCANNER": "clamd://scanner",
        "SAR_TRUSTED_HOSTS": "a.example, b.example",
    }
    settings = Settings.load(environ)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://u:p@h/d"
    assert settings.scanner_address == ("scanner", 3310)
    assert settings.trusted_hosts == ("a.example", "b.example")
    assert Settings.load(places).scanner_address is None
    assert Settings.load(places).trusted_hosts == ("requests.council.example",)


def test_other_variables_and_those_of_the_tests_are_left_alone(places: dict[str, str]) -> None:
    Settings.load(places | {"PATH": "/bin", "SAR_TEST_POSTGRES_URL": "x", "EDUCATION_DB_PASSWORD": "y"})


def test_the_example_file_lists_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text()
    listed = set(re.findall(r"(?m)^#?(SAR_[A-Z_]+)=", text))
    assert listed == {f"SAR_{name.upper()}" for name in Settings.model_fields}


def test_the_example_file_as_it_stands_is_good_but_for_its_key(places: dict[str, str]) -> None:
    text = (ROOT / ".env.example").read_text()
    environ = dict(re.findall(r"(?m)^(SAR_[A-Z_]+)=(.*)$", text))
    assert set(mistakes_of(environ)) == {"SAR_SECRET_KEY"}
    settings = Settings.load(environ | {"SAR_SECRET_KEY": GOOD_KEY})
    assert settings.mail_backend is MailBackend.SMTP


@pytest.mark.parametrize(
    ("said", "way"),
    [("yes", (True, False)), ("0", (False, False)), ("implicit", (True, True)), ("IMPLICIT", (True, True))],
)
def test_the_way_of_encrypting_reaches_the_mailer(places: dict[str, str], said: str, way: tuple[bool, bool]) -> None:
    mailer = make_mailer(Settings.load(places | SMTP | {"SAR_MAIL_TLS": said}))
    assert isinstance(mailer, SmtpMailer) and (mailer.tls, mailer.at_once) == way


def test_the_defaults_in_the_example_file_are_the_real_ones(places: dict[str, str]) -> None:
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"(?m)^#(SAR_[A-Z_]+)=(.+)$", text))
    real = Settings.load(places)
    for name in ("PROXY_HOPS", "DATA_DIR", "KEY_FILE", "CONFIG_DIR", "TEMPLATES_DIR", "STORAGE_URL", "MAIL_PORT",
                 "SCANNER", "SESSION_IDLE_MINUTES", "SESSION_ABSOLUTE_HOURS"):  # fmt: skip
        assert shown[f"SAR_{name}"] == str(getattr(real, name.lower())), name
    assert shown["SAR_TRUSTED_HOSTS"] == ",".join(real.trusted_hosts)
    assert shown["SAR_MAIL_TLS"] == real.mail_tls
    assert (shown["SAR_DEBUG"] == "yes") is real.debug
