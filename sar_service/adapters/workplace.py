"""Where a process puts its temporary files: a private folder that is emptied when the process is gone, however it went.

Jobs open personal data into files while they work. A process that is killed cannot tidy up after itself, so each holds
a lock on its folder, and whoever comes next removes the folders that nobody holds.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sar_service.domain.errors import DomainError

_ours: int | None = None  # the open folder; children by fork hold the lock with us


class NoWorkplace(DomainError):
    """The folder for temporary files cannot be used."""


def base() -> Path:
    """The folder that holds the folders of all processes of this user."""
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"sar-work-{os.getuid()}"  # noqa: S108 - private, see below


def settle() -> Path:
    """Give this process a folder of its own for all its temporary files, and clear away those of the dead.

    Raises NoWorkplace if somebody else made the folder.
    """
    global _ours
    home = base()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = home.lstat()
    if found.st_uid != os.getuid() or home.is_symlink():
        raise NoWorkplace(f"{home} belongs to somebody else; remove it, or set TMPDIR to a folder of the service's own")
    home.chmod(0o700)
    with _guarded(home):
        _clear(home)
        folder = Path(tempfile.mkdtemp(prefix="", dir=home))
        _ours = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(_ours, fcntl.LOCK_EX)
    tempfile.tempdir = str(folder)
    return folder


def clear() -> None:
    """Remove what processes left behind that are gone."""
    home = base()
    if home.is_dir() and home.lstat().st_uid == os.getuid():
        with _guarded(home):
            _clear(home)


@contextmanager
def _guarded(home: Path) -> Iterator[None]:
    """One process at a time makes or clears folders, so that none is taken between being made and being locked."""
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear(home: Path) -> None:
    for folder in home.iterdir():
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # somebody works there
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
