"""What a running process holds: settings, the catalogue, the vault, the store and the mailer, as one `Runtime`.

Services ask for it with `runtime()`; `create_app` makes it once. Tests give their own parts to `make_runtime`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from .adapters.holidays import PublishedHolidays
from .adapters.mail import ConsoleMailer, FileMailer, Mailer, MemoryMailer, SmtpMailer
from .adapters.mail_notify import NotifyMailer
from .adapters.scanner import Clamd, NoScanner, Scanner
from .adapters.storage import FolderStorage, Storage
from .adapters.vault import DataKey, Vault
from .catalogue import Catalogue
from .settings import MailBackend, MailTls, Settings

KEY = "sar_service"


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    catalogue: Catalogue
    vault: Vault
    storage: Storage
    mailer: Mailer
    holidays: PublishedHolidays
    environ: Mapping[str, str]
    scanner: Scanner

    def service_key(self, purpose: str) -> DataKey:
        return self.vault.service_key(purpose)


def make_mailer(settings: Settings) -> Mailer:
    """The mailer that the settings name."""
    match settings.mail_backend:
        case MailBackend.MEMORY:
            return MemoryMailer()
        case MailBackend.FILE:
            return FileMailer(settings.mail_dir)
        case MailBackend.SMTP:
            return SmtpMailer(
                settings.mail_host,
                settings.mail_port,
                user=settings.mail_user,
                password=settings.mail_password.get_secret_value(),
                tls=settings.mail_tls is not MailTls.NO,
                at_once=settings.mail_tls is MailTls.IMPLICIT,
                authority=settings.mail_ca_file,
            )
        case MailBackend.NOTIFY:
            return NotifyMailer(
                settings.notify_key.get_secret_value(),
                template=settings.notify_template,
                url=settings.notify_url,
                reply_to=settings.notify_reply_to,
            )
        case _:
            return ConsoleMailer()


def make_runtime(settings: Settings, catalogue: Catalogue, environ: Mapping[str, str]) -> Runtime:
    """Everything a process needs besides the database, from its settings."""
    return Runtime(
        settings=settings,
        catalogue=catalogue,
        vault=Vault.from_file(settings.key_file),
        storage=FolderStorage(settings.storage_dir),
        mailer=make_mailer(settings),
        holidays=PublishedHolidays(catalogue.holidays_overrides, listed_until=catalogue.holidays_listed_until),
        environ=environ,
        scanner=Clamd(settings.scanner_address) if settings.scanner_address else NoScanner(),
    )


def runtime() -> Runtime:
    """The runtime of the current application."""
    found: Runtime = current_app.extensions[KEY]
    return found
