"""How tests make a file tree and connect it."""

from pathlib import Path
from typing import Any

from sar_service import connectors
from sar_service.connectors.folder import FolderConnector
from sar_service.domain.search import Candidate, FoundDocument, FoundProblem, Verdict

MANIFEST = {"file": "manifest.csv", "path": "file", "key": "person", "given_name": "forename", "family_name": "surname"}
MANIFEST |= {"date_of_birth": "dob"}


def build(root: Path, **settings: Any) -> FolderConnector:
    connector = connectors.build("folder", {"root": str(root), **settings}, secrets={})
    assert isinstance(connector, FolderConnector)
    return connector


def by_text(root: Path, **settings: Any) -> FolderConnector:
    return build(root, content={"index": str(root.parent / "index"), **settings})


def put(root: Path, path: str, content: str | bytes = "nothing of note") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def names(found: list[Any]) -> list[str]:
    return sorted(each.file_name for each in found if isinstance(each, FoundDocument))


def verdicts(found: list[Any]) -> dict[str, Verdict]:
    return {each.ref: each.match.verdict for each in found if isinstance(each, Candidate)}


def problems(found: list[Any]) -> list[FoundProblem]:
    return [each for each in found if isinstance(each, FoundProblem)]
