"""A small grammar for prose: patterns with `{slots}` and `[this|that]` alternatives, compiled once, said many times.

What the slots mean is up to the scene that speaks (`notes.py`); the patterns themselves are in the word files,
which are read here. Nothing random is decided at compile time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap to be filled: a role, a value or a list in the lexicon; `possessive` asks for the 's form."""

    name: str
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, one of which is said."""

    options: "tuple[tuple[Part, ...], ...]"


Part = str | Slot | Choice


class Speaker(Protocol):
    """Who fills the slots and throws the dice."""

    def fill(self, slot: Slot) -> str: ...

    def roll(self, sides: int) -> int: ...


@dataclass(frozen=True)
class Pattern:
    """One compiled pattern. `names` are all the slots it may ask for; `ways` counts its skeletons."""

    parts: tuple[Part, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every slot name in the pattern, in whichever alternative."""
        return frozenset(_names(self.parts))

    @cached_property
    def ways(self) -> int:
        """How many different sentences the pattern makes before any slot is filled."""
        return _ways(self.parts)

    def say(self, speaker: Speaker) -> str:
        """The pattern as words, filled and chosen by the speaker."""
        out: list[str] = []
        _say(self.parts, speaker, out)
        return "".join(out)


def _say(parts: tuple[Part, ...], speaker: Speaker, out: list[str]) -> None:
    for part in parts:
        if part.__class__ is str:
            out.append(part)  # type: ignore[arg-type]
        elif part.__class__ is Slot:
            out.append(speaker.fill(part))  # type: ignore[arg-type]
        else:
            options = part.options  # type: ignore[union-attr]
            _say(options[speaker.roll(len(options))], speaker, out)


def _names(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Slot):
            yield part.name
        elif isinstance(part, Choice):
            for option in part.options:
                yield from _names(option)


def _ways(parts: tuple[Part, ...]) -> int:
    total = 1
    for part in parts:
        if isinstance(part, Choice):
            total *= sum(_ways(option) for option in part.options)
    return total


def compile_pattern(source: str) -> Pattern:
    """Compile one line. Raises ValueError, with the line, where brackets or braces do not match."""
    parts, at = _parse(source, 0, inside=False)
    if at != len(source):
        raise ValueError(f"unmatched ] or | in pattern: {source!r}")
    return Pattern(parts)


def _parse(source: str, at: int, *, inside: bool) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    text = ""
    while at < len(source):
        sign = source[at]
        if inside and sign in "|]":
            break
        if sign == "[":
            parts, text = _flush(parts, text)
            options: list[tuple[Part, ...]] = []
            while True:
                option, at = _parse(source, at + 1, inside=True)
                options.append(option)
                if at >= len(source):
                    raise ValueError(f"unclosed [ in pattern: {source!r}")
                if source[at] == "]":
                    break
            parts.append(Choice(tuple(options)))
        elif sign == "{":
            end = source.find("}", at)
            if end < 0:
                raise ValueError(f"unclosed {{ in pattern: {source!r}")
            parts, text = _flush(parts, text)
            name = source[at + 1 : end]
            possessive = source.startswith("'s", end + 1)
            parts.append(Slot(name, possessive))
            at = end + (2 if possessive else 0)
        elif sign in "]|" and not inside:
            break
        else:
            text += sign
        at += 1
    parts, _ = _flush(parts, text)
    return tuple(parts), at


def _flush(parts: list[Part], text: str) -> tuple[list[Part], str]:
    if text:
        parts.append(text)
    return parts, ""


def read_sections(path: Path) -> dict[str, list[str]]:
    """A word file as its sections: a line `= name` opens one, every other line that is not empty is an entry."""
    sections: dict[str, list[str]] = {}
    current: list[str] = sections.setdefault("", [])
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            current = sections.setdefault(line[2:].strip(), [])
        elif line.strip():
            current.append(line.strip())
    return sections


def compile_sections(path: Path) -> dict[str, tuple[Pattern, ...]]:
    """A word file with every entry compiled, section by section, the nameless first one left out."""
    return {name: tuple(compile_pattern(line) for line in lines) for name, lines in read_sections(path).items() if name}


def reaching(pattern: Pattern, lexicon: Mapping[str, tuple[Pattern, ...]]) -> frozenset[str]:
    """Every slot a pattern may ask for, through the lists of the lexicon that it draws on."""
    seen: set[str] = set()
    waiting = list(pattern.names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for entry in lexicon.get(name, ()):
            waiting.extend(entry.names)
    return frozenset(seen)


def prune(pattern: Pattern, missing: frozenset[str]) -> Pattern | None:
    """The pattern without the alternatives that need a missing slot, or None where nothing can be said."""
    if not (pattern.names & missing):
        return pattern
    parts = _prune(pattern.parts, missing)
    return None if parts is None else Pattern(parts)


def _prune(parts: tuple[Part, ...], missing: frozenset[str]) -> tuple[Part, ...] | None:
    kept: list[Part] = []
    for part in parts:
        if isinstance(part, Slot) and part.name in missing:
            return None
        if isinstance(part, Choice):
            options = tuple(left for option in part.options if (left := _prune(option, missing)) is not None)
            if not options:
                return None
            kept.append(Choice(options))
        else:
            kept.append(part)
    return tuple(kept)
