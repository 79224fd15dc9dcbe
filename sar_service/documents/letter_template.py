"""The language in which letters are written: a small, closed part of Jinja's, read first and then run in its sandbox.

A template may print a name, ask whether something is so, go through a list and take in a shared part. It may do
nothing else: no calls, no arithmetic, no hidden attributes, no loop in a loop; so a template ends, and ends soon. What
it is given is plain text: a name can neither become a heading nor a list, whatever signs are in it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from sar_service.domain.errors import DomainError
from sar_service.domain.letter_words import LISTS, LONG, WORDS

MOST_LETTERS = 50_000  # of a template
LONGEST = 20_000  # of what it makes
MOST_PARTS = 30  # taken in by one template, those that its parts take in included
MOST_ITEMS = 500  # of a list that is gone through
DEEPEST = 20  # one thing inside another
FILTERS = {"join": ", ".join, "lower": str.lower, "upper": str.upper, "capitalize": str.capitalize}
PART = re.compile(r"(?:letters/)?([a-z]+(?:-[a-z]+)*(?:\.cy)?\.txt)")
NAME = re.compile(r"letters/(?:[a-z]+(?:-[a-z]+)*/)?[a-z]+(?:-[a-z]+)*(?:\.cy)?\.txt")
LOOP = ("index", "first", "last")
HINT = "config/README.md says what a letter's template may use"

_HELD = "\ue000"  # stands before a text that would be a mark at the beginning of a line
JOINER = "\u2060"  # is not seen and has no width: what follows it is no mark
_MARK = re.compile(r"(?:#{1,6}|[-+*]|\d{1,9}[.)])(?=\s|$)")
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")  # however a program writes that a line ends
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\uf8ff]")
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turns what follows it round, beyond the name it stands in
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.If,
    nodes.For,
    nodes.Include,
    nodes.Filter,
)
_CALLED = {
    "Call": "a call with brackets",
    "Getitem": "square brackets",
    "Mul": "arithmetic",
    "Add": "arithmetic",
    "Sub": "arithmetic",
    "Pow": "arithmetic",
    "Mod": "arithmetic",
    "Extends": "`extends`",
    "Import": "`import`",
    "FromImport": "`import`",
    "Macro": "a macro",
    "Assign": "`set`",
    "Test": "`is`",
}


class LetterFault(DomainError):
    """A letter cannot be written from its template: the message names the file, the line and what to do."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}" if line else f"{file}: {problem}")
        self.file, self.line, self.problem = file, line, problem


@dataclass(frozen=True)
class Own:
    """A template of the council's own: its text, and the file in which it stands."""

    text: str
    file: str


class _Loader(jinja2.BaseLoader):
    """The council's own templates before the shipped ones; nothing that breaks the rules is ever compiled."""

    def __init__(self, folder: Path, own: Mapping[str, Own]) -> None:
        self.folder, self.own = folder, own

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, None]:
        found = self.find(template)
        for line, problem in faults(found.text):
            raise LetterFault(found.file, line, problem)
        self.count(template, ())
        return found.text, found.file, None

    def find(self, name: str) -> Own:
        """One template. Raises LetterFault where there is none, or it lies elsewhere."""
        own = self.own.get(name)
        if own is not None:
            return own
        path = self.folder / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise LetterFault(name, 0, f"there is no such template; {HINT}")
        return Own(path.read_text(encoding="utf-8"), str(path))

    def count(self, name: str, above: tuple[str, ...]) -> int:
        """How many parts a template takes in, all together. Raises LetterFault for a circle, or too many."""
        found, parts = self.find(name), 0
        if name in above:
            raise LetterFault(found.file, 0, "takes itself in; end the circle of `include`s")
        for part in includes(found.text):
            if part not in self.own and not (self.folder / part).is_file():
                raise LetterFault(found.file, 0, f"takes in {part}, and there is no such template; {HINT}")
            parts += 1 + self.count(part, (*above, name))
            if parts > MOST_PARTS:
                raise LetterFault(found.file, 0, f"takes in more than {MOST_PARTS} parts; use fewer")
        return parts


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with nothing in it but the few filters, and the names of shared parts written either way."""

    def join_path(self, template: str, parent: str) -> str:
        found = PART.fullmatch(template)
        return f"letters/{found[1]}" if found else template


class _Unprintable(TypeError):
    """What would stand in a letter as no words: a list with its brackets, or "False"."""


def _shown(value: Any) -> Any:
    """A text as it is printed: what would make a heading or a list of it at the beginning of a line is held."""
    if value is None or isinstance(value, bool | list | Mapping):
        raise _Unprintable("a list; go through it with for" if isinstance(value, list) else "yes or no; ask it with if")
    if isinstance(value, str) and not isinstance(value, Long) and _MARK.match(value):
        return _HELD + value
    return value


class Long(str):
    """A text of several lines, whose headings and lists are meant."""

    __slots__ = ()


@lru_cache(maxsize=64)
def _sandbox(folder: Path, own: tuple[tuple[str, Own], ...]) -> _Sandbox:
    made = _Sandbox(
        loader=_Loader(folder, dict(own)),
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    return made


def fill(name: str, values: Mapping[str, Any], *, folder: Path, own: Mapping[str, Own] | None = None) -> str:
    """The text of a template, filled. Raises LetterFault, which names the file, where it cannot be.

    `name` is like letters/refused/body.txt, below `folder`; `own` are the council's templates by such names. `values`
    are plain: anything but text, numbers, yes and no, and lists and groups of these, is a mistake of the caller.
    """
    sandbox = _sandbox(folder, tuple(sorted((own or {}).items(), key=lambda each: each[0])))
    loader = sandbox.loader
    assert isinstance(loader, _Loader)
    given = {key: plain(value, long=key in LONG) for key, value in values.items()}
    try:
        text = _bounded(sandbox.get_template(name).generate(**given), loader.find(name).file)
    except jinja2.TemplateSyntaxError as error:
        raise LetterFault(error.filename or name, error.lineno, _syntax(error)) from None
    except jinja2.UndefinedError as error:
        problem = f"uses something that this letter does not have ({error.message}); {HINT}"
        raise LetterFault(loader.find(name).file, 0, problem) from None
    except SecurityError:
        raise LetterFault(loader.find(name).file, 0, f"does something that a letter may not; {HINT}") from None
    except _Unprintable as error:
        raise LetterFault(loader.find(name).file, 0, f"prints {error}") from None
    except (TypeError, ValueError, RecursionError):
        problem = f"does something that is not possible with what it is given; {HINT}"
        raise LetterFault(loader.find(name).file, 0, problem) from None
    return _UNSEEN.sub("", re.sub(rf"(?m)^([ \t]*){_HELD}", rf"\1{JOINER}", text))


def _bounded(pieces: Iterator[str], file: str) -> str:
    found, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST:
            raise LetterFault(file, 0, f"makes a letter of more than {LONGEST:,} characters; make it shorter")
        found.append(piece)
    return "".join(found)


def plain(value: Any, *, long: bool = False) -> Any:
    """A value as a template gets it: text on one line, a number, yes or no, or lists and groups of these.

    Raises TypeError for anything else: no template is ever given an object that can do something.
    """
    if value is None or type(value) in (bool, int):
        return value
    if isinstance(value, str):
        told = str(value)
        if long:
            return Long(_UNSEEN.sub("", _BREAK.sub("\n", told)))
        return " ".join(_TURNED.sub("", _UNSEEN.sub(" ", told)).split())
    if isinstance(value, list | tuple):
        if len(value) > MOST_ITEMS:
            raise TypeError(f"a list in a letter has at most {MOST_ITEMS} items")
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    raise TypeError(f"a letter is given plain values, not {type(value).__name__}")


def faults(text: str) -> list[tuple[int, str]]:
    """What a template does that it may not: (line, what is wrong and what to do), in the order of its lines."""
    if len(text) > MOST_LETTERS:
        return [(0, f"has more than {MOST_LETTERS:,} characters; make it shorter")]
    try:
        tree = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).parse(text)
    except jinja2.TemplateSyntaxError as error:
        return [(error.lineno, _syntax(error))]
    except RecursionError:
        return [(0, "puts too many things inside one another")]
    except ValueError:  # a number longer than Python reads
        return [(0, "cannot be read as a template: it holds a number that is too long")]
    return sorted(set(_Rules().look(tree, frozenset(), 0)))


def includes(text: str) -> list[str]:
    """The shared parts that a template takes in, by their names below the templates folder."""
    try:
        tree = ImmutableSandboxedEnvironment().parse(text)
    except (jinja2.TemplateSyntaxError, RecursionError, ValueError):
        return []
    names = [node.template.value for node in tree.find_all(nodes.Include) if isinstance(node.template, nodes.Const)]
    return [f"letters/{found[1]}" for name in names if (found := PART.fullmatch(str(name)))]


def _syntax(error: jinja2.TemplateSyntaxError) -> str:
    return f"cannot be read as a template: {(error.message or '').rstrip('.')}"


class _Rules:
    """One walk through a template: `local` are the names of the loop that something stands in."""

    def look(self, node: nodes.Node, local: Collection[str], depth: int) -> Iterator[tuple[int, str]]:
        if depth > DEEPEST:
            yield node.lineno, "puts too many things inside one another"
        elif not isinstance(node, _ALLOWED):
            kind = type(node).__name__
            yield node.lineno, f"uses {_CALLED.get(kind, kind.lower())}, which a letter may not; {HINT}"
        elif isinstance(node, nodes.Name | nodes.Getattr):
            yield from self._name(node, local)
        elif isinstance(node, nodes.For):
            yield from self._loop(node, local, depth)
        else:
            yield from self._other(node, local, depth)

    def _other(self, node: nodes.Node, local: Collection[str], depth: int) -> Iterator[tuple[int, str]]:
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield node.lineno, f'uses the filter "{node.name}"; there are only {", ".join(FILTERS)}'
        if isinstance(node, nodes.Compare) and any(each.op not in ("eq", "ne", "in", "notin") for each in node.ops):
            yield node.lineno, "compares with < or >; a letter may only ask ==, !=, in and not in"
        if isinstance(node, nodes.Include):
            name = node.template.value if isinstance(node.template, nodes.Const) else None
            if not isinstance(name, str) or not PART.fullmatch(name):
                yield node.lineno, 'takes in something that is no shared part; write for example "letters/foot.txt"'
            elif local:
                yield node.lineno, "takes in a part within a loop; put it outside"
        if isinstance(node, nodes.Output):
            for each in node.nodes:
                path = _path(each) if isinstance(each, nodes.Name | nodes.Getattr) else None
                if path and _group(path):
                    yield each.lineno, f'prints "{path}", which is a group; print one of its parts'
                elif path in LISTS:
                    yield each.lineno, f'prints "{path}", which is a list; go through it with for'
        for inner in node.iter_child_nodes():
            yield from self.look(inner, local, depth + 1)

    def _name(self, node: nodes.Name | nodes.Getattr, local: Collection[str]) -> Iterator[tuple[int, str]]:
        path = _path(node)
        if path is None:
            yield node.lineno, f"asks for a part of something that has none; {HINT}"
        elif path in local or path in WORDS or _group(path) or (local and path in {f"loop.{each}" for each in LOOP}):
            return
        else:
            near = get_close_matches(path, [*WORDS, *local], n=1)
            more = f'did you mean "{near[0]}"?' if near else HINT
            yield node.lineno, f'there is no "{path[:60]}" in letters; {more}'

    def _loop(self, node: nodes.For, local: Collection[str], depth: int) -> Iterator[tuple[int, str]]:
        path = _path(node.iter) if isinstance(node.iter, nodes.Name | nodes.Getattr) else None
        if local:
            yield node.lineno, "has a loop within a loop; a letter may not"
        elif path not in LISTS:
            yield node.lineno, f"goes through something that is no list; there is only {', '.join(sorted(LISTS))}"
        elif node.recursive or node.test or not isinstance(node.target, nodes.Name):
            yield node.lineno, "goes through a list in a way that a letter may not; write {% for one in list %}"
        else:
            for each in (*node.body, *node.else_):
                yield from self.look(each, {node.target.name}, depth + 1)


def _path(node: nodes.Node) -> str | None:
    """ "requester.name" for a name and its parts, or None for a part of anything else."""
    parts: list[str] = []
    inner: nodes.Node = node
    while isinstance(inner, nodes.Getattr):
        parts.append(inner.attr)
        inner = inner.node
    return ".".join([inner.name, *reversed(parts)]) if isinstance(inner, nodes.Name) else None


def _group(path: str) -> bool:
    return any(each.startswith(f"{path}.") for each in WORDS)
