"""The people file of `sar redact`: who the request is about, who else the documents name, and what happens
to each.

It is YAML read as plain text values, so that a telephone number stays what was typed. Every mistake is
reported, each with its line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sar_service.domain.errors import InvalidInput
from sar_service.domain.redaction import Person, Treatment

SUBJECT = "subject"
DEFAULT_CODE = "TP16"  # another person's data: DPA 2018 Sch 2 para 16
LARGEST = 2 * 1024 * 1024
MOST = 5000

_CODE = re.compile(r"[A-Z][A-Z0-9_./-]{0,15}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Register:
    """`people` includes the subject, whose id is `subject`; `identifiers` is what happens to other
    people's.
    """

    people: tuple[Person, ...]
    subject: str | None
    identifiers: Treatment

    def person(self, key: str | None) -> Person | None:
        return next((person for person in self.people if person.id == key), None)


def read_people_file(path: Path) -> Register:
    """The register in the YAML file at `path`. Raises InvalidInput naming the file and every line that is
    wrong.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(f"{path}: larger than {LARGEST // 1024**2} MB; this is not a list of people")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}); give the path of a people file") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput(f"{path}:{line}: is not YAML that can be read: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(f"{path}: is not YAML that can be read; check for odd characters") from error
    reader = _Reader(path)
    register = reader.register(root)
    if reader.mistakes:
        raise InvalidInput("\n".join(reader.mistakes))
    return register


class _Loader(yaml.SafeLoader):
    """Composes only: no types are made, and no part may stand for another (which is how small files grow
    huge).
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "write it out: anchors are not used here", event.start_mark)
        return super().compose_node(parent, index)


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.mistakes: list[str] = []

    def wrong(self, node: Any, message: str) -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        self.mistakes.append(f"{self.path}:{line}: {message}")

    def register(self, root: Any) -> Register:
        fields = self.mapping(root, "the file", {"subject", "people", "identifiers"})
        people: list[Person] = []
        subject = None
        if "subject" in fields:
            person = self.person(fields["subject"], subject=True)
            if person is not None:
                subject = person.id
                people.append(person)
        listed = fields.get("people")
        if listed is not None and not isinstance(listed, yaml.SequenceNode):
            self.wrong(listed, "people must be a list: one line beginning with '-' for each person")
        elif listed is not None:
            if len(listed.value) > MOST:
                self.wrong(listed, f"people lists more than {MOST}; split the job")
            for node in listed.value[:MOST]:
                person = self.person(node, subject=False)
                if person is None:
                    continue
                if any(other.id == person.id for other in people):
                    self.wrong(node, f"the id {person.id} is used twice; give every person their own")
                people.append(person)
        treatment = self.choice(fields.get("identifiers"), "identifiers", Treatment.WITHHOLD)
        if not people and not self.mistakes:
            self.wrong(root, "names nobody: give a subject, or people, or both")
        return Register(people=tuple(people), subject=subject, identifiers=treatment)

    def person(self, node: Any, *, subject: bool) -> Person | None:
        what = "the subject" if subject else "a person"
        allowed = {"id", "names", "role", "date_of_birth", "addresses", "phones", "emails", "identifiers"}
        fields = self.mapping(node, what, allowed if subject else allowed | {"treatment", "code"})
        if not fields:
            return None
        names = self.texts(fields.get("names"), "names")
        if not names:
            self.wrong(node, f"{what} needs names: a list with at least one")
        treatment = Treatment.SHOW if subject else self.choice(fields.get("treatment"), "treatment", Treatment.WITHHOLD)
        code = self.checked(fields.get("code"), "code", _CODE, "capital letters and digits, such as TP16")
        key = self.checked(fields.get("id"), "id", _ID, "a short word without spaces, such as p2")
        if not key:
            if not subject and "id" not in fields:
                self.wrong(node, "a person needs an id, such as p2")
            key = SUBJECT
        return Person(
            id=key,
            names=names,
            role=self.text(fields.get("role"), "role"),
            treatment=treatment,
            code=code or (DEFAULT_CODE if treatment is Treatment.WITHHOLD else ""),
            addresses=self.addresses(fields.get("addresses")),
            phones=self.texts(fields.get("phones"), "phones"),
            emails=self.texts(fields.get("emails"), "emails"),
            identifiers=self.identifiers(fields.get("identifiers")),
            date_of_birth=self.born(fields.get("date_of_birth")),
        )

    # Kinds of value --------------------------------------------------------------------------------

    def mapping(self, node: Any, what: str, allowed: set[str]) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"{what} must have keys with values: {', '.join(sorted(allowed))}")
            return {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in allowed:
                self.wrong(key, f"{what} has no '{name[:40]}'; it may have {', '.join(sorted(allowed))}")
            elif name in found:
                self.wrong(key, f"'{name}' is given twice")
            else:
                found[name] = value
        return found

    def text(self, node: Any, name: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.wrong(node, f"{name} must be one value")
            return ""
        return "" if node.tag.endswith(":null") else str(node.value).strip()

    def checked(self, node: Any, name: str, pattern: re.Pattern[str], wanted: str) -> str:
        text = self.text(node, name)
        if text and not pattern.fullmatch(text):
            self.wrong(node, f"{name} must be {wanted}")
            return ""
        return text

    def texts(self, node: Any, name: str) -> tuple[str, ...]:
        if isinstance(node, yaml.SequenceNode):
            return tuple(filter(None, (self.text(item, name) for item in node.value)))
        text = self.text(node, name)
        return (text,) if text else ()

    def addresses(self, node: Any) -> tuple[tuple[str, ...], ...]:
        """A list of addresses, each one text or a list of lines; a single text is one address."""
        if not isinstance(node, yaml.SequenceNode):
            return tuple((text,) for text in self.texts(node, "addresses"))
        return tuple(filter(None, (self.texts(item, "addresses") for item in node.value)))

    def identifiers(self, node: Any) -> tuple[str, ...]:
        if isinstance(node, yaml.MappingNode):
            return tuple(filter(None, (self.text(value, str(key.value)) for key, value in node.value)))
        return self.texts(node, "identifiers")

    def choice(self, node: Any, name: str, default: Treatment) -> Treatment:
        text = self.text(node, name).lower()
        if not text:
            return default
        if text not in list(Treatment):
            self.wrong(node, f"{name} must be withhold or show")
            return default
        return Treatment(text)

    def born(self, node: Any) -> str:
        text = self.text(node, "date_of_birth")
        if not text:
            return ""
        for read in _BIRTHS:
            try:
                return read(text).isoformat()
            except ValueError:
                continue
        self.wrong(node, "date_of_birth must be a date such as 2014-03-02")
        return ""


def _british(text: str) -> date:
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    if found is None:
        raise ValueError(text)
    return date(int(found[3]), int(found[2]), int(found[1]))


_BIRTHS: tuple[Callable[[str], date], ...] = (date.fromisoformat, _british)
