"""Whose a file is: said by a manifest, or by the names of folders.

Each claim is a person's details and the files that go with them; `folder.py` judges the person and yields the
files. Finding the subject in the text of files is `folder_index.py`.
"""

import csv
import hashlib
import io
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from urllib.parse import quote

from sar_service.domain.people import Identity

from .base import ConnectorError
from .folder_settings import FolderSettings, Manifest, Pattern
from .folder_tree import Tree, TreeFile, shown
from .person_map import split_name
from .terms import clean
from .wording import as_birth, as_date

_TOKEN = re.compile(r"\{([a-z_]+)\}|(\*\*)|(\*)|([^{*]+)")
_DETAILS = frozenset({"given_name", "family_name", "full_name", "postcode"})


@dataclass(kw_only=True)
class Claimed:
    """One file that a claim names. `missing` says why there is no file to give, where that is so."""

    path: str
    file: TreeFile | None = None
    section: str = ""
    title: str = ""
    on: date | None = None
    missing: str = ""


@dataclass(kw_only=True)
class Claim:
    """A person, as a manifest or a folder name describes them, and their files. `why` is shown to a
    reader."""

    ref: str
    forms: list[Identity] = field(default_factory=list)
    files: list[Claimed] = field(default_factory=list)
    why: str = ""


class Files:
    """The files of a tree by path, for looking up what a manifest says."""

    def __init__(self, files: Iterable[TreeFile]) -> None:
        self.all = list(files)
        self._by_path = {file.path: file for file in self.all}
        self._folded: dict[str, TreeFile | None] = {}
        for file in self.all:
            name = file.path.casefold()
            self._folded[name] = None if name in self._folded else file
        self._paths = sorted(self._by_path)

    def at(self, path: str) -> list[TreeFile]:
        """The file at a path, or every file below it; capitals matter only where two names differ by nothing
        else."""
        exact = self._by_path.get(path) or self._folded.get(path.casefold())
        if exact is not None:
            return [exact]
        below = f"{path}/"
        found = []
        for name in self._paths[bisect_left(self._paths, below) :]:
            if not name.startswith(below):
                break
            found.append(self._by_path[name])
        return found


def read_manifest(tree: Tree, manifest: Manifest) -> Iterator[dict[str, str]]:
    """The lines of the manifest as columns. Raises ConnectorError when it is missing, too large, or lacks a
    column."""
    limits = tree.settings.limits
    with tree.open(manifest.file) as stream:
        raw = stream.read(limits.manifest_bytes + 1)
    if len(raw) > limits.manifest_bytes:
        raise ConnectorError(f"The manifest is larger than {limits.manifest_bytes} bytes.", permanent=True)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    lines = csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=manifest.delimiter)
    try:
        held = [name.strip() for name in lines.fieldnames or ()]
        lines.fieldnames = held
        wanted = [manifest.path, *manifest.sources()]
        wanted += [name for name in (manifest.key, manifest.section, manifest.title, manifest.on) if name]
        if lacking := [name for name in dict.fromkeys(wanted) if name not in held]:
            raise ConnectorError(f"The manifest has no column {', '.join(map(repr, lacking))}.", permanent=True)
        for number, line in enumerate(lines, 1):
            if number > limits.manifest_lines:
                raise ConnectorError(f"The manifest has more than {limits.manifest_lines} lines.", permanent=True)
            yield {name: clean(line.get(name) or "") for name in held}
    except csv.Error:
        raise ConnectorError(f"The manifest cannot be read at line {lines.line_num}.", permanent=True) from None


def manifest_claims(tree: Tree, manifest: Manifest, files: Files) -> list[Claim]:
    """Every person of the manifest with the files it says are theirs."""
    claims: dict[str, Claim] = {}
    base = manifest.file.rpartition("/")[0]
    for line in read_manifest(tree, manifest):
        form = _described(manifest, line)
        key = line[manifest.key] if manifest.key else _key_of([line[name] for name in manifest.sources()])
        if not key:
            key = _key_of([line[name] for name in manifest.sources()])
        ref = f"manifest:{quote(key, safe=' @+,._-')}"
        claim = claims.setdefault(ref, Claim(ref=ref, why="listed in the manifest as this person's"))
        if form not in claim.forms:
            claim.forms.append(form)
        claim.files += [
            replace(
                each,
                section=line[manifest.section] if manifest.section else "",
                title=line[manifest.title] if manifest.title else "",
                on=as_date(line[manifest.on]) if manifest.on else None,
            )
            for each in _named_files(files, base, line[manifest.path])
        ]
    return list(claims.values())


def _described(manifest: Manifest, line: dict[str, str]) -> Identity:
    return manifest.identity(lambda source: [line[source]])


def _named_files(files: Files, base: str, named: str) -> list[Claimed]:
    given = named.replace("\\", "/")
    parts = [part for part in f"{base}/{given}".split("/") if part not in {"", "."}]
    if ".." in parts or given.startswith("/") or re.match(r"[A-Za-z]:", given):
        reason = "The manifest names a path outside the folder, which is not read."
        return [Claimed(path=named, missing=reason)]
    path = "/".join(parts)
    found = files.at(path) if given else []
    if not found:
        reason = "The manifest names this file, but it is not there." if given else "The manifest names no file."
        return [Claimed(path=path or named, missing=reason)]
    return [Claimed(path=file.path, file=file, missing=file.problem) for file in found]


def _key_of(details: list[str]) -> str:
    return hashlib.sha256("\0".join(details).casefold().encode()).hexdigest()[:16]


def pattern_claims(pattern: Pattern, files: Files) -> list[Claim]:
    """Every person whom a file's path names by this pattern, with their files."""
    compiled, last = _compiled(pattern.path)
    claims: dict[str, Claim] = {}
    for file in files.all:
        found = compiled.fullmatch(file.path)
        if found is None:
            continue
        end = file.path.find("/", found.end(last))
        prefix = file.path[: end if end >= 0 else len(file.path)]
        ref = f"path:{quote(shown(prefix), safe='/ @+,._-')}"
        claim = claims.setdefault(ref, Claim(ref=ref, why="the name of the folder or file says whose it is"))
        form = _named_identity(pattern, found)
        if form not in claim.forms:
            claim.forms.append(form)
        claim.files.append(Claimed(path=file.path, file=file, section=pattern.section or "", missing=file.problem))
    return list(claims.values())


def _compiled(template: str) -> tuple[re.Pattern[str], str]:
    parts, last = [], ""
    for name, deep, some, plain in _TOKEN.findall(template):
        if name:
            parts.append(f"(?P<{name}>[^/]+?)")
            last = name
        elif deep:
            parts.append(".*")
        elif some:
            parts.append("[^/]*")
        else:
            parts.append(re.escape(plain))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL), last


def _named_identity(pattern: Pattern, found: re.Match[str]) -> Identity:
    given = {name: clean(shown(value)).replace("_", " ") for name, value in found.groupdict().items()}
    details = {name: given[name] for name in given if name in _DETAILS}
    if whole := details.pop("full_name", ""):
        first, family = split_name(whole)
        details = {"given_name": first, "family_name": family} | details
    born: date | str | None = None
    if "date_of_birth" in given:
        try:
            born = datetime.strptime(given["date_of_birth"], pattern.date_format).date()  # noqa: DTZ007
        except ValueError:
            born = as_birth(given["date_of_birth"])
    numbers = {name: value for name, value in given.items() if name not in {*_DETAILS, "date_of_birth"}}
    return Identity(
        given_name=details.get("given_name", ""),
        family_name=details.get("family_name", ""),
        postcode=details.get("postcode", ""),
        date_of_birth=born,
        identifiers=MappingProxyType(numbers),
    )


def pattern_names(settings: FolderSettings) -> set[str]:
    """Every placeholder of every pattern."""
    return {name for pattern in settings.patterns for name, *_ in _TOKEN.findall(pattern.path) if name}
