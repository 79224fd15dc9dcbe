"""File trees and shares: files that a manifest, a folder name or their own text says concern the subject.

Settings are in `folder_settings.py`; walking and opening, which never leave the root, in `folder_tree.py`;
claims by manifest and folder names in `folder_match.py`; the text index in `folder_index.py`. Here are the
three verbs.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, ClassVar
from urllib.parse import quote

from sar_service.domain.people import Identifier, Identity, Subject
from sar_service.domain.search import Candidate, Found, FoundDocument, FoundProblem, Verdict

from .base import CannotSearch, ConnectorError, ConnectorSettings
from .folder_index import Index
from .folder_match import Claim, Claimed, Files, manifest_claims, pattern_claims, pattern_names, read_manifest
from .folder_settings import Content, FolderSettings
from .folder_text import VERSION, Unreadable, text_of
from .folder_tree import Tree, TreeFile, path_of, ref_of, shown
from .person_map import confirmed, judge
from .terms import Sighting, Spotter, is_standard, plain
from .wording import as_date

_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2}|\d{8})(?!\d)")
_LISTED = 20


@dataclass(frozen=True, kw_only=True)
class _Hit:
    file: TreeFile
    sighting: Sighting


class FolderConnector:
    """One file tree, only read. `extract` is a further reader of text, for files that this kind cannot read
    by itself; it takes a path and gives text, or raises."""

    kind: ClassVar[str] = "folder"
    Settings: ClassVar[type[ConnectorSettings]] = FolderSettings

    def __init__(self, settings: FolderSettings) -> None:
        self.settings = settings
        self.extract: Callable[[Path], str] | None = None
        self.ignored = 0  # files that programs left behind, counted by the last search
        able: set[Identifier] = set(settings.manifest.searchable()) if settings.manifest else set()
        for name in pattern_names(settings):
            able |= {Identifier.NAME} if name.endswith("_name") else set()
            able |= {Identifier(name)} if is_standard(name) else set()
            able |= {Identifier.REFERENCE} if not name.endswith("_name") and not is_standard(name) else set()
        if settings.content:
            able |= {Identifier.NAME, Identifier.UPN, Identifier.NHS_NUMBER, Identifier.EMAIL}
        self.searches_by = frozenset(able)

    def __repr__(self) -> str:
        return f"<FolderConnector {self.settings.root}>"

    def check(self) -> None:
        """Reach the folder; prove the manifest's columns, a file for each pattern, and a place for the
        index."""
        tree = Tree(self.settings)
        files = Files(tree.walk())
        _refuse_empty(files)
        if self.settings.manifest:
            for _ in read_manifest(tree, self.settings.manifest):
                pass
        for pattern in self.settings.patterns:
            if not pattern_claims(pattern, files):
                raise ConnectorError(f"No file in the folder fits the pattern {pattern.path!r}.", permanent=True)
        if self.settings.content:
            self._index(tree, self.settings.content).check()

    def search(self, subject: Subject) -> Iterator[Found]:
        """As `Connector.search`. A problem whose `about` is empty concerns nobody in particular: files that
        could not be searched by their text may hold something about the subject."""
        settings, spotter = self.settings, Spotter(subject)
        if not settings.manifest and not settings.patterns and not spotter.needles and not subject.confirmed:
            raise CannotSearch("The text of files is searched by a given name with a family name, or by a number.")
        tree = Tree(settings)
        files = Files(tree.walk())
        self.ignored = tree.ignored
        _refuse_empty(files)
        taken: set[str] = {settings.manifest.file} if settings.manifest else set()
        others: set[str] = set()  # files of somebody else who bears the subject's name
        names = {plain(name) for name in (subject.full_name, *subject.other_names)} - {""}
        for claim in self._claims(tree, files):
            candidate = judge(subject, claim.ref, tuple(claim.forms))
            if candidate is not None:
                yield candidate
            if candidate is not None and candidate.match.verdict is Verdict.MATCH:
                yield from self._claimed(claim, taken)
            elif candidate is not None or any(plain(form.full_name) in names for form in claim.forms):
                others |= {each.path for each in claim.files}
        unread = {file.path: file.problem for file in files.all if file.problem}
        if settings.content:
            index = self._index(tree, settings.content)
            index.refresh(file for file in files.all if self._searched(settings.content, file))
            yield from self._sighted(index, files, subject, spotter, taken, others - taken)
            unread |= {path_of(ref): reason for ref, reason in index.unread()}
        if left := {path: reason for path, reason in unread.items() if path not in taken}:
            yield _not_searched(left, settings.section)

    def fetch(self, ref: str) -> BinaryIO:
        """The file itself, opened for reading. Raises ConnectorError."""
        return Tree(self.settings).open(path_of(ref))

    def _claims(self, tree: Tree, files: Files) -> Iterator[Claim]:
        if self.settings.manifest:
            yield from manifest_claims(tree, self.settings.manifest, files)
        for pattern in self.settings.patterns:
            yield from pattern_claims(pattern, files)

    def _claimed(self, claim: Claim, taken: set[str]) -> Iterator[Found]:
        for each in claim.files:
            if each.path in taken:
                continue
            taken.add(each.path)
            section = each.section or self._section(each.path)
            title = each.title or _title(each.path)
            if each.file is None or each.missing:
                ref = f"problem:{quote(shown(each.path))}"
                yield FoundProblem(ref=ref, about=claim.ref, section=section, title=title, reason=each.missing)
            else:
                yield self._document(each, each.file, claim.ref, section, title, claim.why)

    def _document(
        self, claimed: Claimed | None, file: TreeFile, about: str, section: str, title: str, why: str
    ) -> FoundDocument:
        return FoundDocument(
            ref=ref_of(file.path),
            about=about,
            section=section,
            title=title,
            on=(claimed.on if claimed else None) or _date_in(file.name),
            file_name=shown(file.name),
            size=file.size,
            why=why,
        )

    def _section(self, path: str) -> str:
        return self.settings.sections.get(path.partition("/")[0], self.settings.section)

    def _searched(self, content: Content, file: TreeFile) -> bool:
        return not content.suffixes or file.name.lower().endswith(tuple(each.lower() for each in content.suffixes))

    def _index(self, tree: Tree, content: Content) -> Index:
        def read(file: TreeFile) -> str:
            try:
                with tree.open(file.path) as stream:
                    return text_of(stream, file.name)
            except Unreadable:
                if self.extract is None:
                    raise
            try:
                return self.extract(tree.root / file.path)
            except Exception as error:
                # Whatever a reader of hostile files runs into, the file stays on the list of those not
                # searched.
                raise Unreadable(f"Its text could not be read ({type(error).__name__}).") from None

        return Index(content, tree, reader=VERSION + ("+" if self.extract else ""), read=read)

    def _sighted(
        self,
        index: Index,
        files: Files,
        subject: Subject,
        spotter: Spotter,
        taken: set[str],
        others: set[str],
    ) -> Iterator[Found]:
        most, groups = self.settings.limits.hits, dict[str, list[_Hit]]()
        by_ref = {ref_of(file.path): file for file in files.all}
        for number, (ref, text) in enumerate(index.search(spotter.needles, most=most)):
            if number >= most:
                yield FoundProblem(
                    ref="content:more",
                    about="",
                    section=self.settings.section,
                    title="More files than could be read",
                    reason=f"More than {most} files hold the words searched for; the first {most} were read.",
                )
                break
            file, sighting = by_ref.get(ref), spotter.spot(text)
            if file is None or sighting is None or file.path in taken:
                continue
            if file.path in others and not sighting.numbers and not sighting.born:
                continue  # a namesake's own file names the namesake
            groups.setdefault(self._group(file, sighting), []).append(_Hit(file=file, sighting=sighting))
        for ref, hits in groups.items():
            if ref in subject.rejected:
                continue
            match = max((hit.sighting.match() for hit in hits), key=lambda each: each.score)
            match = confirmed(match) if ref in subject.confirmed else match
            yield Candidate(ref=ref, identity=_seen(hits), match=match)
            if match.verdict is Verdict.MATCH:
                for hit in hits:
                    path = hit.file.path
                    taken.add(path)
                    why = f"its text names {'the person' if hit.sighting.name else 'one of their numbers'}"
                    yield self._document(None, hit.file, ref, self._section(path), _title(path), why)

    def _group(self, file: TreeFile, sighting: Sighting) -> str:
        by_folder = self.settings.content is not None and self.settings.content.group == "folder"
        where = file.folder if by_folder and file.folder else file.path
        # What is sure and what is only a name are never decided together.
        sure = sighting.match().verdict is Verdict.MATCH
        return f"{'content' if sure else 'named'}:{quote(shown(where), safe='/ @+,._-')}"


def _seen(hits: list[_Hit]) -> Identity:
    first = hits[0]
    best = next((hit for hit in hits if hit.sighting.name), first).sighting
    return Identity(
        family_name=best.name.title(),
        date_of_birth=best.born or None,
        identifiers=MappingProxyType(dict(best.numbers)),
        other=MappingProxyType(
            {"files": ", ".join(shown(hit.file.path) for hit in hits[:_LISTED]), "passage": best.passage}
        ),
    )


def _refuse_empty(files: Files) -> None:
    # A share that is not connected is an empty folder: that must not read as "nothing held".
    if not files.all:
        raise ConnectorError("The folder is empty: is the share connected?")


def _not_searched(unread: dict[str, str], section: str) -> FoundProblem:
    listed = "; ".join(f"{shown(path)}: {reason}" for path, reason in sorted(unread.items())[:_LISTED])
    more = f"; and {len(unread) - _LISTED} more" if len(unread) > _LISTED else ""
    return FoundProblem(
        ref="content:unread",
        about="",
        section=section,
        title=f"{len(unread)} files could not be searched" if len(unread) > 1 else "A file could not be searched",
        reason=f"Whether they concern this person is not known. {listed}{more}",
    )


def _title(path: str) -> str:
    stem = path.rpartition("/")[2]
    return shown(stem.rpartition(".")[0] or stem).replace("_", " ")


def _date_in(name: str) -> date | None:
    found = _DATE.search(name)
    return as_date(found[1]) if found else None
