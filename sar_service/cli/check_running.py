"""Checks of what the service runs on: the database, Redis, the store with its key, mail and the scanner.

Nothing is made by looking: what is not there yet and is made later is `skipped`. A message names
no password, and no address that could hold one.
"""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from sar_service.adapters import redis_server
from sar_service.adapters.mail import MailFailed
from sar_service.adapters.storage import FolderStorage
from sar_service.adapters.vault import Vault
from sar_service.extensions import make_mailer
from sar_service.services import schema
from sar_service.settings import MailBackend, Settings

from .check_result import Context, Result, State

SECONDS = 5
INIT = "Run `sar init`."


def _holds_objects(settings: Settings) -> bool:
    """Whether the store holds anything, so that what belongs to it may not be missing."""
    return settings.storage_dir.is_dir() and any(settings.storage_dir.iterdir())


def check_database(context: Context) -> Iterable[Result]:
    """The database answers, and is at the newest schema."""
    if context.settings is None:
        return
    url = make_url(context.settings.database_url.get_secret_value())
    name = "database"
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and url.database and url.database != ":memory:" and not Path(url.database).exists():
        yield _not_made(context.settings, url.database)
        return
    engine = create_engine(url, connect_args={} if sqlite else {"connect_timeout": SECONDS})
    try:
        with engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        remedy = "Check SAR_DATABASE_URL, and that its server runs and lets this machine in."
        yield Result(name=name, state=State.FAILED, message=f"{_place(url)} does not answer", remedy=remedy)
        return
    finally:
        engine.dispose()
    script = ScriptDirectory.from_config(schema.config())
    if at == script.get_current_head():
        yield Result(name=name, state=State.OK, message=f"{_place(url)} answers, at the newest schema")
    elif at is None:
        yield _not_made(context.settings, _place(url))
    elif at in {each.revision for each in script.walk_revisions()}:
        message = f"{_place(url)} answers, but its schema is not the newest"
        yield Result(name=name, state=State.FAILED, message=message, remedy="Make a backup, then run `sar init`.")
    else:
        message = f"{_place(url)} answers, but its schema belongs to a newer version of this service"
        yield Result(
            name=name, state=State.FAILED, message=message, remedy="Install that version, or restore a backup."
        )


def _not_made(settings: Settings, place: str) -> Result:
    if _holds_objects(settings):
        message = f"{place} holds no tables, although {settings.storage_dir} holds objects that belong to one"
        remedy = "Check SAR_DATABASE_URL, or restore the backup. For a fresh start, empty that folder."
        return Result(name="database", state=State.FAILED, message=message, remedy=remedy)
    return Result(
        name="database", state=State.SKIPPED, message=f"{place} is not made yet; sar init makes it", remedy=INIT
    )


def _place(url: URL) -> str:
    """Where a database is, without user or password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "SQLite in memory"
    return f"{url.database} at {url.host or 'this machine'}"


def check_queue(context: Context) -> Iterable[Result]:
    """Redis answers; where none is named, one can be started by `sar serve`."""
    if context.settings is None:
        return
    if context.settings.redis_url is None:
        yield _private_redis(context.settings)
        return
    connection = None
    try:
        connection = Redis.from_url(context.settings.redis_url.get_secret_value(), socket_timeout=SECONDS)
        connection.ping()
    except (RedisError, OSError, ValueError):
        remedy = "Check SAR_REDIS_URL, and that Redis runs there and lets this machine in."
        yield Result(name="redis", state=State.FAILED, message="does not answer", remedy=remedy)
    else:
        yield Result(name="redis", state=State.OK, message="answers")
    finally:
        if connection is not None:
            connection.close()


def _private_redis(settings: Settings) -> Result:
    try:
        program = redis_server.server()
    except redis_server.NoRedis as error:
        remedy = "Install a server, or set SAR_REDIS_URL."
        return Result(name="redis", state=State.FAILED, message=str(error), remedy=remedy)
    return Result(name="redis", state=State.OK, message=f"sar serve starts a private one, with {program}")


def check_storage(context: Context) -> Iterable[Result]:
    """The store takes, gives back and deletes an object, and the key that opens what it holds is there."""
    if context.settings is None:
        return
    folder = context.settings.storage_dir
    if not folder.exists():
        yield _to_be_made("storage", folder, "SAR_STORAGE_URL or SAR_DATA_DIR")
    else:
        try:
            FolderStorage(folder).check()
        except OSError as error:
            remedy = "Look at the folder's owner, its rights and the room on its disk."
            message = f"{folder} cannot be used: {error.strerror or error}"
            yield Result(name="storage", state=State.FAILED, message=message, remedy=remedy)
        else:
            yield Result(name="storage", state=State.OK, message=f"{folder} takes and gives back objects")
    yield _key(context.settings)


def _key(settings: Settings) -> Result:
    path = settings.key_file
    if not path.exists():
        if _holds_objects(settings):
            message = f"{path} is missing: nothing that is stored can be opened"
            remedy = "Restore the key file from its backup before the service starts, or it would make another."
            return Result(name="key", state=State.FAILED, message=message, remedy=remedy)
        return _to_be_made("key", path, "SAR_KEY_FILE or SAR_DATA_DIR")
    try:
        Vault.from_file(path)
    except (OSError, ValueError) as error:
        message = str(error) if isinstance(error, ValueError) else f"{path} cannot be read"
        return Result(name="key", state=State.FAILED, message=message, remedy="Correct it, or restore its backup.")
    return Result(name="key", state=State.OK, message=f"{path} can be used; keep its backup apart from the data")


def _to_be_made(name: str, path: Path, setting: str) -> Result:
    """What is made when it is first needed: can it be?"""
    parent = path.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        message = f"{path} is not there and cannot be made: {parent} may not be written to"
        return Result(
            name=name, state=State.FAILED, message=message, remedy=f"Correct {setting}, or the folder's rights."
        )
    return Result(
        name=name, state=State.SKIPPED, message=f"{path} is not there yet; it is made when it is first needed"
    )


def check_mail(context: Context) -> Iterable[Result]:
    """Letters by e-mail can go out."""
    if context.settings is None:
        return
    settings = context.settings
    match settings.mail_backend:
        case MailBackend.SMTP | MailBackend.NOTIFY:
            notify = settings.mail_backend is MailBackend.NOTIFY
            where = "GOV.UK Notify" if notify else f"{settings.mail_host}:{settings.mail_port}"
            try:
                make_mailer(settings).check()
            except MailFailed as error:
                named = "SAR_NOTIFY_ settings" if notify else "SAR_MAIL_ settings"
                remedy = f"Check the {named}, and that the server lets this machine in."
                yield Result(name="mail", state=State.FAILED, message=str(error), remedy=remedy)
            else:
                yield Result(name="mail", state=State.OK, message=f"{where} answers")
        case MailBackend.FILE if not settings.mail_dir.exists():
            yield _to_be_made("mail", settings.mail_dir, "SAR_DATA_DIR")
        case MailBackend.FILE if not os.access(settings.mail_dir, os.W_OK | os.X_OK):
            message = f"{settings.mail_dir} may not be written to"
            yield Result(name="mail", state=State.FAILED, message=message, remedy="Correct the folder's rights.")
        case MailBackend.FILE:
            message = f"letters are written to {settings.mail_dir}; nobody is sent them"
            yield Result(name="mail", state=State.OK, message=message)
        case _:
            message = f"letters go to the {settings.mail_backend.value}; nobody is sent them"
            yield Result(name="mail", state=State.OK, message=message)


def check_scanner(context: Context) -> Iterable[Result]:
    """The virus scanner answers, where one is named."""
    if context.settings is None:
        return
    address = context.settings.scanner_address
    if address is None:
        message = "none is set; files are opened only in a child process without network"
        yield Result(name="scanner", state=State.SKIPPED, message=message)
        return
    try:
        with socket.create_connection(address, timeout=SECONDS) as connection:
            connection.sendall(b"zPING\0")
            answer = connection.recv(64)
    except OSError:
        answer = b""
    if answer.rstrip(b"\0\n") == b"PONG":
        message = "answers; files that people send are shown to it"
        yield Result(name="scanner", state=State.OK, message=message)
    else:
        remedy = "Check SAR_SCANNER, and that clamd runs there."
        message = f"{address[0]}:{address[1]} does not answer as clamd"
        yield Result(name="scanner", state=State.FAILED, message=message, remedy=remedy)
