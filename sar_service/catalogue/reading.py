"""YAML with positions: one file in, its values and the line of every one of them out.

Only the plain part of YAML is read: mappings, lists and scalars. Anchors, aliases and tags are refused
(they are how small files become huge ones), size, depth and count are bounded before anything is built, a
key written twice is a mistake, and `no`, `on` and `2026-06-15` stay the text that was written. What values
mean is in `shape.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .mistake import Mistake, path_in_words

MAX_BYTES = 1_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reader, compiled, where it is there

MAX_DEPTH = 40
MAX_VALUES = 100_000
MAX_KEY = 200

Position = tuple[str | int, ...]

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")  # 0300 123 and the like stay text: they are telephone numbers
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}\Z")
_SECRET = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass
class Reading:
    """What one file said. `value` is None where it could not be read; `lines` maps a path to its line
    (from 1).
    """

    file: str
    value: Any = None
    lines: dict[Position, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line_of(self, path: Position) -> int:
        """The line of the value at `path`, or of the nearest thing around it that was written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def mistake(self, path: Position, message: str, *, line: int | None = None) -> None:
        """Add a mistake at `path`."""
        at = self.line_of(path) if line is None else line
        self.mistakes.append(Mistake(self.file, at, path_in_words(path), message))


def read(path: Path, *, name: str) -> Reading:
    """Read one YAML file; `name` is what mistakes call it. Never raises for what is in the file or for its
    absence.
    """
    reading = Reading(name)
    text = _text(path, reading)
    if text is None:
        return reading
    try:
        if _bounded(text, reading):
            node = yaml.compose(text, Loader=_LOADER)
            if node is None:
                reading.mistake((), "is empty; see config/README.md for what belongs in it")
            else:
                reading.value = _value(node, (), reading)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reading.mistake((), _plain(error, (text.splitlines() or [""])[line - 1 : line]), line=line)
    except yaml.YAMLError:
        reading.mistake((), "holds a character that YAML does not allow; retype the line or save the file as UTF-8")
    if reading.mistakes:
        reading.value = None if not isinstance(reading.value, dict) else reading.value
    return reading


def _text(path: Path, reading: Reading) -> str | None:
    try:
        if not path.is_file():
            problem = "is not a file" if path.exists() else "is missing; config/README.md says what belongs in it"
            reading.mistake((), problem, line=0)
            return None
        if path.stat().st_size > MAX_BYTES:
            reading.mistake((), f"is larger than {MAX_BYTES // 1000:,} kB; split it", line=0)
            return None
        data = path.read_bytes()
    except OSError as error:
        reading.mistake((), f"cannot be read ({error.strerror}); check its permissions", line=0)
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        reading.mistake((), "is not UTF-8 text; save the file as UTF-8", line=line)
        return None


def _bounded(text: str, reading: Reading) -> bool:
    """Walk the events, which needs no memory to speak of, before building anything."""
    depth = values = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                reading.mistake((), "a second document begins (---); write one document per file", line=line)
        elif isinstance(event, yaml.AliasEvent):
            reading.mistake((), "an alias (*name) is used; write the value out in full", line=line)
        elif isinstance(event, yaml.NodeEvent):
            values += 1
            if event.anchor:
                reading.mistake((), "an anchor (&name) is used; write each value out in full", line=line)
            if getattr(event, "tag", None):
                reading.mistake((), "a tag (!name) is used; write the plain value", line=line)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or values > MAX_VALUES:
            reading.mistake((), "is nested too deeply" if depth > MAX_DEPTH else "holds too many values", line=line)
            return False
        if len(reading.mistakes) > 50:
            return False
    return not reading.mistakes


def _value(node: yaml.Node, path: Position, reading: Reading) -> Any:
    reading.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, reading)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), reading) for number, item in enumerate(node.value)]
    return node.value if node.style else _scalar(node.value)


def _mapping(node: yaml.MappingNode, path: Position, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or len(key.value) > MAX_KEY:
            reading.mistake(path, "a key must be one short word", line=line)
            continue
        at = (*path, key.value)
        if key.value in found:
            first = reading.lines[at]
            reading.mistake(at, f"is written twice (first on line {first}); keep one", line=line)
            continue
        reading.lines[at] = line
        found[key.value] = _value(value, at, reading)
    return found


def _scalar(text: str) -> Any:
    """A value written without quotes. Yes, no, on and off stay words, and dates stay text, whatever YAML
    1.1 says.
    """
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return text


def _plain(error: yaml.MarkedYAMLError, written: list[str]) -> str:
    problem = error.problem or error.context or "cannot be understood"
    if any("\t" in each[: len(each) - len(each.lstrip())] for each in written):
        return "a tab is used for indentation; use spaces"
    if "mapping values are not allowed" in problem:
        return "a colon is not expected here; indent the line correctly, or put the text in quotes"
    if "block sequence entries are not allowed" in problem:
        return 'a list item ("- ") is not expected here; put the list on lines of its own, under its key'
    if "could not find expected ':'" in problem:
        return "a colon is missing after a key"
    if "expected <block end>" in problem or "did not find expected" in problem:
        return "is indented differently from the lines around it"
    if "quoted scalar" in (error.context or ""):
        return "a quotation mark is opened and not closed"
    return f"is not YAML: {problem}"


def environment_names(value: Any, path: Position = ()) -> list[tuple[Position, str]]:
    """Every `{env: NAME}` in a value, with its path."""
    if isinstance(value, Mapping):
        if set(value) == {"env"} and isinstance(value["env"], str) and _SECRET.match(value["env"]):
            return [(path, value["env"])]
        return [found for key, each in value.items() for found in environment_names(each, (*path, key))]
    if isinstance(value, list):
        return [found for number, each in enumerate(value) for found in environment_names(each, (*path, number))]
    return []
