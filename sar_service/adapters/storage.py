"""Where objects are kept: a local folder. What is written is already sealed (`adapters/vault.py`).

An object is written once, under a random key, by writing beside it, flushing to disk and renaming: a reader sees
the whole object or none. What is set aside can still be read, brought back or deleted.
"""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

KEY = re.compile(r"^[0-9a-f]{32}$")
ASIDE = "set-aside"


class Storage(Protocol):
    """What any store of objects does. Keys are 32 hexadecimal digits that the store itself gives out."""

    def put(self, chunks: Iterable[bytes]) -> str: ...
    def open(self, key: str) -> BinaryIO: ...
    def delete(self, key: str) -> None: ...
    def written(self) -> Iterator[tuple[str, datetime]]: ...
    def set_aside(self, key: str, *, now: datetime) -> None: ...
    def aside(self) -> Iterator[tuple[str, datetime]]: ...
    def bring_back(self, key: str) -> None: ...
    def clear_unfinished(self, *, before: datetime) -> int: ...
    def check(self) -> None: ...


class ObjectMissing(Exception):
    """There is no object under this key."""


class FolderStorage:
    """Objects as files in a folder tree, two levels deep."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: str) -> Path:
        if not KEY.match(key):
            raise ObjectMissing("that is not the key of an object")
        return self.root / key[:2] / key

    def put(self, chunks: Iterable[bytes]) -> str:
        """Write an object and return its new key. Nothing is left behind if writing fails."""
        key = secrets.token_hex(16)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".part")
        try:
            with temporary.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return key

    def open(self, key: str) -> BinaryIO:
        """A stream of the object. Raises ObjectMissing."""
        path = self._path(key)
        for each in (path, self._aside(key), path):  # it may be brought back between the first two looks
            with suppress(FileNotFoundError):
                return each.open("rb")
        raise ObjectMissing("the object is not in the store")

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)
        self._aside(key).unlink(missing_ok=True)

    def _aside(self, key: str) -> Path:
        return self.root / ASIDE / self._path(key).name

    def written(self) -> Iterator[tuple[str, datetime]]:
        """Every object with the time at which it was written, but for those that are set aside."""
        for folder in self._folders():
            yield from _objects(folder)

    def set_aside(self, key: str, *, now: datetime) -> None:
        """Put an object where `written` does not tell of it, and note since when."""
        path, place = self._path(key), self._aside(key)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):  # another process was quicker
            path.rename(place)
            os.utime(place, (now.timestamp(), now.timestamp()))

    def aside(self) -> Iterator[tuple[str, datetime]]:
        """What is set aside, with the time since which it is."""
        if (self.root / ASIDE).is_dir():
            yield from _objects(self.root / ASIDE)

    def bring_back(self, key: str) -> None:
        """Put an object back where it was."""
        with suppress(FileNotFoundError):
            self._aside(key).rename(self._path(key))

    def clear_unfinished(self, *, before: datetime) -> int:
        """Delete what was never written to its end, begun before this time; returns how many there were."""
        count = 0
        for folder in self._folders():
            for path in folder.glob("*.part"):
                with suppress(FileNotFoundError):
                    if KEY.match(path.stem) and _time(path.stat().st_mtime) < before:
                        path.unlink()
                        count += 1
        return count

    def _folders(self) -> list[Path]:
        return [each for each in sorted(self.root.glob("[0-9a-f][0-9a-f]")) if each.is_dir()]

    def check(self) -> None:
        """Write, read and delete a small object. Raises OSError."""
        key = self.put([b"check"])
        with self.open(key) as file:
            if file.read() != b"check":
                raise OSError("the store did not give back what was written")
        self.delete(key)


def _objects(folder: Path) -> Iterator[tuple[str, datetime]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if KEY.match(entry.name):
                with suppress(FileNotFoundError):
                    yield entry.name, _time(entry.stat().st_mtime)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
