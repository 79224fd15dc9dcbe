"""Walking a file tree and opening files in it without ever leaving it.

A link is never followed: each folder on the way to a file is opened by itself, and none of them may be a
link. What cannot be read is said, not passed over.
"""

import errno
import fnmatch
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote_to_bytes

from .base import ConnectorError
from .folder_settings import FolderSettings


@dataclass(frozen=True, kw_only=True)
class TreeFile:
    """A file of the tree: `path` from the root with slashes, size in bytes, time of change in nanoseconds.

    `problem` says why it cannot be read, where that is plain already.
    """

    path: str
    size: int = 0
    changed: int = 0
    problem: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


class Tree:
    """The files under one root. `ignored` counts what programs left behind (lock files and the like)."""

    def __init__(self, settings: FolderSettings) -> None:
        self.settings = settings
        self.root = Path(settings.root)
        self.ignored = 0

    def reach(self) -> None:
        """Raise ConnectorError unless the root is a folder that can be listed."""
        try:
            with os.scandir(self.root) as entries:
                next(entries, None)
        except FileNotFoundError:
            raise ConnectorError("The folder is not there: is the share connected?") from None
        except NotADirectoryError:
            raise ConnectorError("The root is a file, not a folder.", permanent=True) from None
        except PermissionError:
            raise ConnectorError("The service may not read the folder.", permanent=True) from None
        except OSError as error:
            raise ConnectorError(f"The folder cannot be read ({errno.errorcode.get(error.errno or 0)}).") from None

    def walk(self) -> Iterator[TreeFile]:
        """Every file in order of path. Links and special files come with their problem. Raises
        ConnectorError."""
        self.reach()
        self.ignored = 0
        for seen, found in enumerate(self._below("", 0), 1):
            if seen > self.settings.limits.files:
                raise ConnectorError(
                    f"The folder holds more than {self.settings.limits.files} files: raise `limits.files`.",
                    permanent=True,
                )
            yield found

    def _below(self, folder: str, depth: int) -> Iterator[TreeFile]:
        if depth > self.settings.limits.depth:
            yield TreeFile(path=folder, problem="The folders below this one are nested too deeply to be read.")
            return
        try:
            with os.scandir(self.root / folder if folder else self.root) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield TreeFile(path=folder, problem=f"This folder cannot be listed ({_short(error)}).")
            return
        for entry in listed:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                if entry.is_symlink():
                    yield TreeFile(path=path, problem="This is a link to another place, which is not followed.")
                elif entry.is_dir(follow_symlinks=False):
                    yield from self._below(path, depth + 1)
                elif self.ignores(entry.name):
                    self.ignored += 1
                else:
                    about = entry.stat(follow_symlinks=False)
                    plain = stat.S_ISREG(about.st_mode)
                    yield TreeFile(
                        path=path,
                        size=about.st_size,
                        changed=about.st_mtime_ns,
                        problem="" if plain else "This is not a file that can be read.",
                    )
            except OSError as error:
                yield TreeFile(path=path, problem=f"This file cannot be looked at ({_short(error)}).")

    def ignores(self, name: str) -> bool:
        """Whether a file of this name is only something that a program left behind."""
        return any(fnmatch.fnmatchcase(name.lower(), each.lower()) for each in self.settings.ignore)

    def look(self, path: str) -> TreeFile:
        """One file by its path; with a problem where it cannot be read."""
        try:
            with self.open(path) as stream:
                about = os.fstat(stream.fileno())
                return TreeFile(path=path, size=about.st_size, changed=about.st_mtime_ns)
        except ConnectorError as error:
            return TreeFile(path=path, problem=str(error))

    def open(self, path: str) -> BinaryIO:
        """A file's bytes. Raises ConnectorError when it is outside the root, a link, gone, or may not be
        read."""
        parts = path.split("/")
        if not path or "\0" in path or any(part in {"", ".", ".."} for part in parts):
            raise ConnectorError("This path leads out of the folder, so it is not read.", permanent=True)
        opened: list[int] = []
        try:
            opened.append(os.open(self.root, os.O_RDONLY | os.O_DIRECTORY))
            for part in parts[:-1]:
                opened.append(os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=opened[-1]))
            # Not to wait on a pipe that nobody writes to, a file is opened without waiting and looked at
            # first.
            found = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=opened[-1])
            if not stat.S_ISREG(os.fstat(found).st_mode):
                os.close(found)
                raise ConnectorError("This is not a file that can be read.", permanent=True)
            return os.fdopen(found, "rb")
        except FileNotFoundError:
            raise ConnectorError("The file is not there.", permanent=True) from None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.EMLINK, errno.ENOTDIR}:
                raise ConnectorError(
                    "This is a link to another place, which is not followed.", permanent=True
                ) from None
            if error.errno in {errno.EACCES, errno.EPERM}:
                raise ConnectorError("The service may not read this file.", permanent=True) from None
            raise ConnectorError(f"The file cannot be read ({_short(error)}).") from None
        finally:
            for each in opened:
                os.close(each)


def ref_of(path: str) -> str:
    """The reference of a file: its path, quoted so that any name, whatever its bytes, can be kept as text."""
    return "file:" + quote(os.fsencode(path))


def path_of(ref: str) -> str:
    """The path in a reference. Raises ConnectorError for a reference of something else."""
    marker, _, rest = ref.partition(":")
    if marker != "file" or not rest.isascii() or not rest:
        raise ConnectorError("This folder has no file of that reference.", permanent=True)
    return os.fsdecode(unquote_to_bytes(rest))


def shown(path: str) -> str:
    """A path or name fit for showing and storing, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _short(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
