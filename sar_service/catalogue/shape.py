"""From what a file says to frozen objects: pydantic checks the shape, and its errors become mistakes with
lines.

A model is checked against one mapping inside a `Reading`. Unknown keys are mistakes with a suggestion.
"""

import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from .mistake import did_you_mean
from .reading import Position, Reading

Shape = TypeVar("Shape", bound=BaseModel)

_SENTENCES = {
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": 'must be a list: write each item on its own line after "- "',
    "list_type": 'must be a list: write each item on its own line after "- "',
    "frozen_set_type": 'must be a list: write each item on its own line after "- "',
    "dict_type": "must be a set of keys with values",
    "mapping_type": "must be a set of keys with values",
    "model_type": "must be a set of keys with values",
    "model_attributes_type": "must be a set of keys with values",
    "string_pattern_mismatch": "is not written as this key needs it; config/README.md says how",
    "union_tag_not_found": "does not say which kind it is: add `kind`",
    "string_too_short": "is empty; write it, or leave the key out where it is optional",
    "date_from_datetime_parsing": "must be a date like 2026-06-15",
    "date_parsing": "must be a date like 2026-06-15",
    "date_type": "must be a date like 2026-06-15",
}


def shape(model: type[Shape], reading: Reading, at: Position = ()) -> Shape | None:
    """Check the value at `at` in the reading against a model. Adds mistakes to the reading and returns
    None if any.
    """
    value = inside(reading.value, at)
    if not isinstance(value, Mapping):
        reading.mistake(at, "must be a set of keys with values")
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        add_mistakes(error, model, reading, at)
        return None


def add_mistakes(
    error: ValidationError,
    model: type[BaseModel],
    reading: Reading,
    at: Position,
    *,
    leave_out: Collection[Position] = (),
) -> None:
    """Turn every error of a validation into a mistake at its line, but for those at the paths to leave
    out.
    """
    for each in error.errors(include_url=False):
        path, unwritten = _path(each["loc"], reading, at)
        if path in leave_out:
            continue
        if each["type"] == "missing":
            reading.mistake((*path, unwritten) if unwritten else path, _missing(each["loc"], model))
        elif each["type"] == "extra_forbidden":
            known = _keys_at(model, each["loc"][:-1])
            written = str(each["loc"][-1])
            reading.mistake(path, f"is not a key that belongs here; {did_you_mean(written, known)}")
        else:
            reading.mistake(
                path, _sentence(each, inside(reading.value, path), secret="settings" in path or "password" in path)
            )


def inside(value: Any, path: Position) -> Any:
    """What was written at a path, or None."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _path(loc: Sequence[str | int], reading: Reading, at: Position) -> tuple[Position, str]:
    """The part of an error's location that was really written, and the name of a key that was not."""
    path = at
    unwritten = ""
    for step in loc:
        if (*path, step) in reading.lines:
            path, unwritten = (*path, step), ""
        elif isinstance(step, str):
            unwritten = step
    return path, unwritten


def _missing(loc: Sequence[str | int], model: type[BaseModel]) -> str:
    if "stated" in _modes(model, loc):
        return "is missing: write what the notice says, or `absent` if it does not say"
    return "is missing: add it"


def _modes(model: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    kinds: Iterable[Any] = _kinds_at([model], loc)
    return {"stated"} if any(kind.__name__ == "Absent" for kind in kinds if isinstance(kind, type)) else set()


def _sentence(error: Any, written: Any, *, secret: bool) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind in ("enum", "literal_error"):
        expected = str(context.get("expected", ""))
        choices = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
        near = did_you_mean(written, choices) if isinstance(written, str) and not secret else ""
        hint = f" ({near})" if near.startswith("did you mean") else ""
        return f"must be one of: {', '.join(choices)}{hint}"
    if kind == "string_too_long":
        return f"is longer than {context['max_length']} characters; shorten it"
    if kind == "too_short":
        return f"needs at least {context['min_length']} item{'' if context['min_length'] == 1 else 's'}"
    if kind == "too_long":
        return f"may hold at most {context['max_length']} items"
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        bound = next(iter(context.values()))
        words = kind.replace("_", " ").replace("greater than equal", "at least").replace("less than equal", "at most")
        return f"must be {words} {bound}"
    return str(error["msg"])[:1].lower() + str(error["msg"])[1:]


def _keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    """The keys known at a location, for a suggestion."""
    return {
        field.alias or name
        for kind in _kinds_at([model], loc)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__name__ != "Absent"
        for name, field in kind.model_fields.items()
    }


def _kinds_at(kinds: Iterable[Any], loc: Sequence[str | int]) -> list[Any]:
    """Walk type annotations along a location; steps that are only union labels are skipped."""
    current = [kind for each in kinds for kind in _unwrapped(each)]
    for step in loc:
        following = [kind for each in current for kind in _step(each, step)]
        current = following or current
    return current


def _unwrapped(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _unwrapped(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return [one for each in get_args(kind) for one in _unwrapped(each)]
    return [kind]


def _step(kind: Any, step: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if step == (field.alias or name):
                return _unwrapped(field.annotation)
        return []
    arguments = [each for each in get_args(kind) if each is not Ellipsis]
    if isinstance(step, int) and arguments and get_origin(kind) in (tuple, list, frozenset, set):
        return _unwrapped(arguments[0])
    if len(arguments) == 2 and isinstance(step, str) and get_origin(kind) not in (tuple, list):
        return _unwrapped(arguments[1])
    return []
