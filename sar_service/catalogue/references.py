"""What refers to what between the files of config/, and each system's settings under the rules of its kind.

Only names that exist may be named. Mistakes go to the file that names, at the line where it names.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sar_service import connectors

from .controller import Controller
from .exemption import Disposition, Exemption
from .mistake import did_you_mean
from .notice import Notice
from .reading import Position, Reading, environment_names
from .retention import RetentionRule
from .shape import add_mistakes, inside
from .system import EXTERNAL, ExternalSettings, System

Thing = TypeVar("Thing")
Placed = dict[str, tuple[Thing | None, Reading, Position]]

_LIKE = re.compile(r"(?:examples/)?[a-z0-9-]+/[a-z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class Found:
    """Everything read, by key, each with the reading it came from and where in it. An entry is None where its own
    shape is wrong; what it names is checked all the same. `unread` names the groups whose file could not be read."""

    controllers: Placed[Controller]
    notices: Placed[Notice]
    systems: Placed[System]
    exemptions: Placed[Exemption]
    dispositions: Placed[Disposition]
    retention: Placed[RetentionRule]
    unread: frozenset[str] = frozenset()


def check_references(found: Found) -> None:
    """Add a mistake for every name that names nothing."""
    for key, (_, reading, _) in found.notices.items():
        _known(found, "controllers", reading, ("controllers",))
        for number in range(_length(reading, ("retention",))):
            _known(found, "retention", reading, ("retention", number, "rule"))
        for group in ("systems_named", "partner_bodies"):
            for number in range(_length(reading, (group,))):
                at: Position = (group, number, "system")
                _known(found, "systems", reading, at)
                _belongs(found, key, reading, at)
    for system, reading, _ in found.systems.values():
        _known(found, "notices", reading, ("notice",))
        _known(found, "controllers", reading, ("controllers",))
        notice = found.notices[system.notice][0] if system and system.notice in found.notices else None
        for at, key in _texts(reading, ("controllers",)):
            if notice and key in found.controllers and key not in notice.controllers:
                message = f'the notice "{notice.key}" does not speak for this controller; add it there'
                reading.mistake(at, message)


def check_mailboxes(found: Found, *, environ: Mapping[str, str] | None) -> None:
    """Each mailbox belongs to one controller, and the variable with its password is set."""
    read: dict[str, str] = {}
    for key, (controller, reading, at) in found.controllers.items():
        box = controller.mailbox if controller is not None else None
        if box is None:
            continue
        if box.place in read:
            message = f'is read for "{read[box.place]}" already; two councils cannot share a folder'
            reading.mistake((*at, "mailbox", "user"), message)
        read.setdefault(box.place, key)
        if environ is not None and not environ.get(box.password.env):
            message = f"the environment variable {box.password.env} is not set; set it where the service runs"
            reading.mistake((*at, "mailbox", "password"), message)


def _belongs(found: Found, notice: str, reading: Reading, at: Position) -> None:
    """A system that a notice names belongs to that notice, or it would be gathered under another."""
    for path, key in _texts(reading, at):
        system = found.systems[key][0] if key in found.systems else None
        if system and system.notice != notice and system.notice in found.notices:
            reading.mistake(path, f'belongs to the notice "{system.notice}", as systems/{key}.yaml says')


_NAMES = {
    "controllers": ("controller", "controllers.yaml"),
    "notices": ("notice", "notices/"),
    "systems": ("system", "systems/"),
    "retention": ("rule", "retention.yaml"),
}


def _known(found: Found, group: str, reading: Reading, at: Position) -> None:
    if group in found.unread:
        return
    noun, where = _NAMES[group]
    known: Mapping[str, object] = getattr(found, group)
    for path, name in _texts(reading, at):
        if name not in known:
            hint = did_you_mean(name, known) if known else f"{where} holds none yet"
            reading.mistake(path, f'there is no {noun} "{name[:60]}" in {where}; {hint}')


def _texts(reading: Reading, at: Position) -> list[tuple[Position, str]]:
    """The text at a path, or each text of the list there, with its own path."""
    value = inside(reading.value, at)
    if isinstance(value, str):
        return [(at, value)]
    items = value if isinstance(value, list) else []
    return [((*at, number), each) for number, each in enumerate(items) if isinstance(each, str)]


def _length(reading: Reading, at: Position) -> int:
    value = inside(reading.value, at)
    return len(value) if isinstance(value, list) else 0


def check_settings(
    found: Found, *, environ: Mapping[str, str] | None, read_other: Callable[[str], Reading | None]
) -> dict[str, System]:
    """Check every system's settings under its kind, and return the systems with borrowed settings filled in."""
    resolved = {}
    for key, (system, reading, _) in found.systems.items():
        settings = _check_one(reading, environ, read_other)
        if system is not None:
            resolved[key] = system.model_copy(update={"settings": settings})
    return resolved


def _check_one(
    reading: Reading, environ: Mapping[str, str] | None, read_other: Callable[[str], Reading | None]
) -> Mapping[str, Any]:
    kind, like = inside(reading.value, ("kind",)), inside(reading.value, ("settings_like",))
    own = inside(reading.value, ("settings",))
    kinds = {*connectors.KINDS, EXTERNAL}
    if not isinstance(kind, str):
        return {}  # its shape is wrong, and told already
    if kind not in kinds:
        reading.mistake(("kind",), f"is not a kind of system; {did_you_mean(kind, kinds)}")
        return {}
    if (own is None) == (like is None):
        reading.mistake(("settings_like",), "needs either `settings` or `settings_like`, and not both")
        return {}
    if own is not None:
        _check_settings(kind, reading, environ)
        return own if isinstance(own, Mapping) else {}
    other = read_other(like) if isinstance(like, str) and _LIKE.fullmatch(like) else None
    if other is None or other.value is None:
        reading.mistake(("settings_like",), "there is no such system file; write it like demo/education")
        return {}
    if other.value.get("kind") != kind:
        reading.mistake(("kind",), "must be the kind of the system named in `settings_like`")
        return {}
    _check_settings(kind, other, environ)
    for each in other.mistakes:
        reading.mistake(("settings_like",), f"names settings that cannot be used: {each}")
    borrowed = other.value.get("settings")
    return borrowed if isinstance(borrowed, Mapping) else {}


def _check_settings(kind: str, reading: Reading, environ: Mapping[str, str] | None) -> None:
    at: Position = ("settings",)
    value = inside(reading.value, at)
    if not isinstance(value, Mapping):
        reading.mistake(at, "must be a set of keys with values")
        return
    names = environment_names(value, at)
    model: type[BaseModel] = ExternalSettings if kind == EXTERNAL else connectors.settings_for(kind)
    try:
        model.model_validate(value, context={"environ": environ or {}})
    except ValidationError as error:
        unset = {path for path, name in names if not (environ or {}).get(name)}
        add_mistakes(error, model, reading, at, leave_out=unset)
    for path, name in names:
        if environ is not None and not environ.get(name):
            reading.mistake(path, f"the environment variable {name} is not set; set it where the service runs")
