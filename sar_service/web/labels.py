"""What an input is called on its page, for pages that tell of it without drawing it.

It stands in one place only, where the input is drawn: in the templates' calls of `staff/pieces.html`, and in the fields
of the forms. Both are read here, once.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from jinja2 import BaseLoader, nodes
from wtforms import Form

DRAWN = {"text", "area", "day", "select", "radios", "tick", "file"}
_HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)"')
_WRITTEN = re.compile(r"""for="([\w-]+)"[^>]*>\{\{ _\('([^']+)'\) \}\}""")
_PLACE = re.compile(r"%\(\w+\)[sd]")  # what is known only where the question is drawn
_DATE = ("day", "month", "year")


def label(form: str, name: str) -> str:
    """The question beside the input `name` of the form with this id, in the reader's language; "" if it has none.

    A form's id may end in what tells it from its like ("do-refuse"): then its beginning is looked for.
    """
    known, _hidden = _of_templates()
    if name.endswith("_welsh") and (form, name) not in known:
        return str(_("The same in Welsh"))
    fits = [begins for begins, asked in known if asked == name and form.startswith(begins)]
    return _PLACE.sub("…", _(known[max(fits, key=len), name])) if fits else ""


def typed(sent: Iterable[tuple[str, str]], form: str) -> list[dict[str, Any]]:
    """What was sent, in the order of the form, as `{"key", "value"}` with the lines of each: by the words that the page
    has for it. What nobody sees on the page is left out."""
    told, fields = list(sent), {}
    if not form:
        fields = _fields({name.partition("-")[0] for name, _value in told})
    rows: dict[str, list[str]] = {}
    for name, value in told:
        base, _dash, part = name.partition("-")
        field = fields.get(base)
        if field is None and name in _of_templates()[1] and not label(form, name):
            continue
        key = str(field[0]) if field is not None else label(form, name)
        key = key or re.sub(r"[-_]+", " ", name).strip().capitalize()
        said = field[1].get(value, value) if field is not None else value
        if part in _DATE and rows.get(key):
            rows[key][-1] += f" {said}"
        else:
            rows.setdefault(key, []).extend(str(said).splitlines())
    return [{"key": key, "value": lines} for key, lines in rows.items()]


def _fields(names: set[str]) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The questions of the form that these names are of, by name: the words, and those of each choice."""
    best = max(_forms(Form), key=lambda kind: len(names & set(_unbound(kind))), default=None)
    if best is None:
        return {}
    return {
        name: (
            field.args[0] if field.args else field.kwargs.get("label", name),
            {str(value): words for value, words in field.kwargs.get("choices") or ()},
        )
        for name, field in _unbound(best).items()
    }


def _forms(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)


def _unbound(kind: type[Any]) -> dict[str, Any]:
    return {name: field for name in dir(kind) if hasattr(field := getattr(kind, name), "field_class")}


def _of_templates() -> tuple[dict[tuple[str, str], str], frozenset[str]]:
    loader = current_app.jinja_env.loader
    if loader is None:
        return {}, frozenset()
    return _read(loader)


@lru_cache(maxsize=4)
def _read(loader: BaseLoader) -> tuple[dict[tuple[str, str], str], frozenset[str]]:
    """The questions of all templates by (form, name), and the names of what is only carried."""
    env = current_app.jinja_env
    asked: dict[tuple[str, str], str] = {}
    carried: set[str] = set()
    for template in loader.list_templates():
        if template.startswith("govuk_frontend_jinja/") or not template.endswith(".html"):
            continue
        source, _path, _fresh = loader.get_source(env, template)
        carried.update(_HIDDEN.findall(source))
        asked |= {("", each): words for each, words in _WRITTEN.findall(source)}
        for call in env.parse(source).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in DRAWN and len(call.args) > 2:
                form, name, words = _begins(call.args[0]), _begins(call.args[1]), _words(call.args[2])
                if name and words:
                    asked.setdefault((form, name), words)
    return asked, frozenset(carried)


def _begins(node: nodes.Node) -> str:
    """The constant beginning of a text; "" where it begins with what is known only when it is drawn."""
    if isinstance(node, nodes.Concat | nodes.Filter):
        first = node.nodes[0] if isinstance(node, nodes.Concat) else node.node
        text = _begins(first) if first is not None else ""
        return text.split("%", 1)[0]
    return str(node.value) if isinstance(node, nodes.Const) else ""


def _words(node: nodes.Node) -> str:
    """The text of a `_('…')`; of a choice between two, the first."""
    found = next(iter([node] if isinstance(node, nodes.Call) else node.find_all(nodes.Call)), None)
    if found is None or not isinstance(found.node, nodes.Name) or found.node.name != "_" or not found.args:
        return ""
    return _begins(found.args[0])
