"""The text of a file tree, kept in a full-text index so that a second search takes seconds.

Each search first brings the index up to date: only files that are new or changed are read again, and the work
done is kept even if it is interrupted. The index holds the text of records and is as private as they are; it
may be deleted at any time, and is then made again.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from .base import ConnectorError
from .folder_settings import Content
from .folder_text import Unreadable
from .folder_tree import Tree, TreeFile, ref_of, shown
from .terms import clean

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
  id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, changed INTEGER NOT NULL,
  reader TEXT NOT NULL, problem TEXT NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS body USING fts5(text, tokenize = 'unicode61 remove_diacritics 2');
"""
_KEEP_EVERY = 100
_SEPARATORS = str.maketrans("/_.-", "    ")
_KEEP_CHARACTERS = 20_000_000


class Index:
    """The index of one tree. `read` gives the text of an open file, or raises Unreadable with the reason."""

    def __init__(self, settings: Content, tree: Tree, *, reader: str, read: Callable[[TreeFile], str]) -> None:
        self._settings, self._tree, self._reader, self._read = settings, tree, reader, read
        named = hashlib.sha256(os.fsencode(tree.root.absolute())).hexdigest()[:16]
        self.path = Path(settings.index) / f"{named}.fts"

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA secure_delete=ON")
            connection.executescript(_SCHEMA)
        except OSError:
            raise ConnectorError("The folder for the index cannot be written to.", permanent=True) from None
        except sqlite3.DatabaseError:
            raise ConnectorError(
                "The index is damaged or in use; delete its file if this goes on, and it is made again."
            ) from None
        return connection

    def check(self) -> None:
        """Prove that the index can be kept. Raises ConnectorError."""
        self._open().close()

    def refresh(self, files: Iterable[TreeFile]) -> None:
        """Bring the index up to date with the files of the tree, all of which are given.

        Raises ConnectorError, with what was done kept, when it takes longer than `seconds`.
        """
        until = time.monotonic() + self._settings.seconds
        with closing(self._open()) as connection:
            known = {
                ref: (size, changed, reader)
                for ref, size, changed, reader in connection.execute("SELECT ref, size, changed, reader FROM file")
            }
            try:
                self._update(connection, files, known, until)
            except sqlite3.Error as error:
                raise ConnectorError(f"The index could not be written ({type(error).__name__}).") from None

    def _update(
        self,
        connection: sqlite3.Connection,
        files: Iterable[TreeFile],
        known: dict[str, tuple[int, int, str]],
        until: float,
    ) -> None:
        done, weight = 0, 0
        waiting: list[tuple[str, TreeFile, str, str]] = []
        for file in files:
            ref = ref_of(file.path)
            if known.pop(ref, None) == (file.size, file.changed, self._reader) and not file.problem:
                continue
            # Reading may take long; the index is locked only for writing what was read.
            text, problem = self._text(file)
            waiting.append((ref, file, text, problem))
            weight += len(text)
            if len(waiting) >= _KEEP_EVERY or weight > _KEEP_CHARACTERS or time.monotonic() > until:
                self._keep(connection, waiting)
                done, weight, waiting = done + len(waiting), 0, []
            if time.monotonic() > until:
                raise ConnectorError(
                    f"Reading the files takes longer than {self._settings.seconds} seconds; {done} new files "
                    "were read and are kept, and the next search goes on from there."
                )
        self._keep(connection, waiting)
        self._forget(connection, known)

    def _keep(self, connection: sqlite3.Connection, read: list[tuple[str, TreeFile, str, str]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for ref, file, text, problem in read:
            self._drop(connection, ref)
            cursor = connection.execute(
                "INSERT INTO file (ref, size, changed, reader, problem) VALUES (?, ?, ?, ?, ?)",
                (ref, file.size, file.changed, self._reader, problem),
            )
            # The name of a file says whom it concerns even where its text cannot be read.
            named = shown(file.path)
            words = named.translate(_SEPARATORS)
            connection.execute(
                "INSERT INTO body (rowid, text) VALUES (?, ?)", (cursor.lastrowid, f"{named}\n{words}\n{text}")
            )
        connection.execute("COMMIT")

    def _forget(self, connection: sqlite3.Connection, gone: Iterable[str]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for ref in gone:
            self._drop(connection, ref)
        connection.execute("COMMIT")

    def _drop(self, connection: sqlite3.Connection, ref: str) -> None:
        connection.execute("DELETE FROM body WHERE rowid IN (SELECT id FROM file WHERE ref = ?)", (ref,))
        connection.execute("DELETE FROM file WHERE ref = ?", (ref,))

    def _text(self, file: TreeFile) -> tuple[str, str]:
        if file.problem:
            return "", file.problem
        if file.size > self._settings.file_bytes:
            return "", f"The file is larger than {self._settings.file_bytes} bytes, so its text was not read."
        try:
            text = clean(self._read(file), keep_lines=True)
        except (Unreadable, ConnectorError) as error:
            return "", str(error)
        if len(text) > self._settings.text_characters:
            return text[: self._settings.text_characters], "Only the beginning of the text was read: it is too long."
        return text, ""

    def search(self, needles: Iterable[tuple[str, ...]], *, most: int) -> Iterator[tuple[str, str]]:
        """Reference and text of each file that holds every word of at least one group; at most `most` + 1."""
        groups = [" AND ".join(_quoted(word) for word in words if any(map(str.isalnum, word))) for words in needles]
        asked = " OR ".join(f"({group})" for group in groups if group)
        if not asked:
            return
        with closing(self._open()) as connection:
            try:
                yield from connection.execute(
                    "SELECT file.ref, body.text FROM body JOIN file ON file.id = body.rowid "
                    "WHERE body MATCH ? ORDER BY file.ref LIMIT ?",
                    (asked, most + 1),
                )
            except sqlite3.Error as error:
                raise ConnectorError(f"The index could not be searched ({type(error).__name__}).") from None

    def unread(self) -> list[tuple[str, str]]:
        """Reference and reason of each file whose text is not, or not wholly, in the index."""
        with closing(self._open()) as connection:
            return list(connection.execute("SELECT ref, problem FROM file WHERE problem <> '' ORDER BY ref"))


def _quoted(word: str) -> str:
    # Inside double quotes nothing of the query language has a meaning; a quote itself is doubled.
    return '"' + word.replace('"', '""').replace("\0", " ") + '"'
