"""The settings of a file tree: where it is, and by which of three ways its files are known to be somebody's.

By manifest: a CSV that says whose each file is. By pattern: the folder names say it. By content: the text
names the person. They may be used together; a file is taken by the first that claims it.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from pydantic import Field, field_validator, model_validator

from .base import ConnectorSettings, Count, Names, SettingsPart, Text
from .person_map import PersonMap
from .terms import placeholders

IGNORED = (
    "~$*",
    ".~lock*",
    "*.tmp",
    "*.part",
    "*.crdownload",
    "Thumbs.db",
    "desktop.ini",
    ".DS_Store",
    ".nfs*",
)
"""Files that programs leave behind while they work: not anybody's records. They are counted."""


def _inside(given: str) -> str:
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts or "\0" in given:
        raise ValueError("this is a path inside the root, without .. and without a leading slash")
    return given


class Manifest(PersonMap):
    """A CSV with one line for each file (or folder) and the person it belongs to.

    Entries name columns. `path` holds the file's path from the manifest's own folder; `key` is the system's
    own key for the person, without which the person's details together are the key.
    """

    file: str
    path: str
    key: str | None = None
    section: str | None = None
    title: str | None = None
    on: str | None = None
    delimiter: str = Field(default=",", min_length=1, max_length=1)

    _file = field_validator("file")(_inside)


class Pattern(SettingsPart):
    """A path in which placeholders stand for what a folder or file name says about a person.

    `{family_name}, {given_name} ({upn})/**`: `*` is any part of one name, `**` is anything below. With
    `case_number` or any other word as placeholder, it is the scheme of a number that the subject may have.
    """

    path: str = Field(min_length=1)
    section: str | None = None
    date_format: str = "%Y-%m-%d"

    @field_validator("path")
    @classmethod
    def _says_whose(cls, given: str) -> str:
        _inside(given)
        named = re.findall(r"\{([a-z_]+)\}", given)
        if not placeholders(given):
            raise ValueError("a pattern needs a placeholder, e.g. {family_name} or {upn}, to say whose a file is")
        if len(named) != len(set(named)):
            raise ValueError("a placeholder stands once in a pattern")
        if re.search(r"\{(?![a-z_]+\})", given):
            raise ValueError("a placeholder is small letters and _ in braces")
        return given


class Content(SettingsPart):
    """The text of files is searched, through an index that is kept in the folder `index` and brought up to
    date by each search. `group` says what a person decides on at once when only a name was found: each file,
    or its folder.
    """

    index: Text
    group: str = Field(default="file", pattern="^(file|folder)$")
    suffixes: Names = ()  # "" for all
    file_bytes: Count = 50_000_000
    text_characters: Count = 5_000_000
    seconds: Count = 3_600


class FolderLimits(SettingsPart):
    """How much one search may look at."""

    files: Count = 1_000_000
    depth: Count = 40
    manifest_bytes: Count = 100_000_000
    manifest_lines: Count = 1_000_000
    hits: Count = 5_000


class FolderSettings(ConnectorSettings):
    """One file tree. `section` is the heading for its files; `sections` gives the first folder of a path its
    own."""

    root: Text
    section: str = "Files"
    sections: Mapping[str, str] = Field(default_factory=dict)
    manifest: Manifest | None = None
    patterns: tuple[Pattern, ...] = Field(default=(), alias="pattern")
    content: Content | None = None
    ignore: Names = IGNORED
    limits: FolderLimits = FolderLimits()

    @field_validator("patterns", mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        several = list(given) if isinstance(given, list | tuple) else [given]
        return [{"path": each} if isinstance(each, str) else each for each in several]

    @model_validator(mode="after")
    def _some_way(self) -> "FolderSettings":
        if self.manifest is None and not self.patterns and self.content is None:
            raise ValueError("say how files are known to be somebody's: `manifest`, `pattern` or `content`")
        return self
