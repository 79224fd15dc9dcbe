"""Where objects are kept: a local folder. What is written is already sealed (`adapters/vault.py`).

An object is written once, under a random key, by writing beside it, flushing to disk and renaming: a reader sees
the whole object or none.
"""

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

KEY = re.compile(r"^[0-9a-f]{32}$")


class Storage(Protocol):
    """What any store of objects does. Keys are 32 hexadecimal digits that the store itself gives out."""

    def put(self, chunks: Iterable[bytes]) -> str: ...
    def open(self, key: str) -> BinaryIO: ...
    def delete(self, key: str) -> None: ...
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
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise ObjectMissing("the object is not in the store") from error

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def check(self) -> None:
        """Write, read and delete a small object. Raises OSError."""
        key = self.put([b"check"])
        with self.open(key) as file:
            if file.read() != b"check":
                raise OSError("the store did not give back what was written")
        self.delete(key)
