"""The catalogue itself: everything that config/ declares, frozen, with the few questions the service asks of
it.

Reading it is in `loading.py`. Nothing here changes after start-up, and nothing here is secret.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from sar_service import connectors
from sar_service.connectors.base import Connector, ConnectorError
from sar_service.documents.letter_template import Own
from sar_service.domain.errors import NotFound

from .article_15 import Item, article_15_items
from .controller import Controller
from .exemption import Disposition, Exemption
from .holiday import HolidayOverride
from .letters import EVERY, Letters
from .notice import Notice
from .retention import RetentionRule
from .stated import Absent
from .system import EXTERNAL, System

Thing = TypeVar("Thing")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Something that a notice or a controller's entry leaves out. `letter` is that of Article 15, or
    empty.
    """

    file: str
    line: int
    about: str  # "notice cme", "controller essex"
    letter: str
    field: str
    heading: str
    remark: str = ""

    def __str__(self) -> str:
        letter = f" {self.letter}" if self.letter else ""
        remark = f" ({self.remark})" if self.remark else ""
        return f"{self.file}:{self.line}: {self.about}{letter}: {self.heading}: not stated{remark}"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What the council is. `profile` names the example it was read from, or is None for the council's own
    files.
    """

    controllers: Mapping[str, Controller]
    notices: Mapping[str, Notice]
    systems: Mapping[str, System]
    exemptions: Mapping[str, Exemption]
    dispositions: Mapping[str, Disposition]
    retention: Mapping[str, RetentionRule]
    holidays_overrides: tuple[HolidayOverride, ...]
    holidays_listed_until: date | None
    letters: Letters = field(default_factory=lambda: MappingProxyType({}))
    profile: str | None = None
    files: tuple[str, ...] = ()
    places: Mapping[tuple[str, str, str], tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))

    def controller(self, key: str) -> Controller:
        """One controller. Raises NotFound."""
        return _one(self.controllers, key, "controller")

    def notice(self, key: str) -> Notice:
        """One notice. Raises NotFound."""
        return _one(self.notices, key, "notice")

    def system(self, key: str) -> System:
        """One system. Raises NotFound."""
        return _one(self.systems, key, "system")

    def exemption(self, code: str) -> Exemption:
        """One exemption code. Raises NotFound."""
        return _one(self.exemptions, code, "exemption code")

    def disposition(self, code: str) -> Disposition:
        """One way of leaving an item out that is no exemption. Raises NotFound."""
        return _one(self.dispositions, code, "disposition code")

    def notice_of(self, system: System | str) -> Notice:
        """The notice that a system belongs to. Raises NotFound."""
        found = self.system(system) if isinstance(system, str) else system
        return self.notice(found.notice)

    def controllers_of(self, system: System | str) -> tuple[str, ...]:
        """Keys of the controllers whose data a system holds. Raises NotFound."""
        found = self.system(system) if isinstance(system, str) else system
        return found.controllers or self.notice_of(found).controllers

    def systems_for(self, controller: str) -> tuple[System, ...]:
        """The systems that hold a controller's data, in the order of their keys. Raises NotFound."""
        self.controller(controller)
        return tuple(system for system in self.systems.values() if controller in self.controllers_of(system))

    def letters_of(self, controller: str) -> Mapping[str, Own]:
        """The letters' templates that a council has of its own, by their names below the templates folder."""
        return {**self.letters.get(EVERY, {}), **self.letters.get(controller, {})}

    def connector(
        self,
        system: System | str,
        *,
        secrets: Mapping[str, str],
        extract: Callable[[Path], str] | None = None,
    ) -> Connector:
        """A system's connector, ready to search; nothing is opened yet.

        `secrets` is the environment that `{env: NAME}` refers to. Raises NotFound, and ConnectorError for
        a system that another controller answers for, or whose settings cannot be used.
        """
        found = self.system(system) if isinstance(system, str) else system
        if found.kind == EXTERNAL:
            raise ConnectorError(f"{found.title} answers for its own data and is not searched.", permanent=True)
        return connectors.build(found.kind, found.settings or {}, secrets=secrets, extract=extract)

    def article_15(self, notice: str, *, controller: str | None = None) -> tuple[Item, ...]:
        """The items of Article 15 for one notice, worded for one controller. Raises NotFound."""
        return article_15_items(
            self.notice(notice), controller=self.controller(controller) if controller is not None else None
        )

    def gaps(self) -> list[Gap]:
        """Everything that notices and controllers leave out: first by notice in the order of Article 15."""
        found = []
        for key, notice in self.notices.items():
            for item in article_15_items(notice):
                found += [
                    self._gap("notice", key, item.letter, part.field, part.heading, part.remark) for part in item.gaps
                ]
            for name in ("version", "dated_on", "statutory_or_contractual_need", "contacts"):
                if isinstance(value := getattr(notice, name), Absent):
                    found.append(self._gap("notice", key, "", name, _heading(name), value.remark))
            for group in ("contacts", "complaint_routes"):
                contacts = getattr(notice, group)
                for number, contact in enumerate(contacts if isinstance(contacts, tuple) else ()):
                    for name in ("name", "email", "phone", "address", "url", "hours"):
                        value = getattr(contact, name)
                        if isinstance(value, Absent) and value.remark:
                            where = f"{group}[{number}].{name}"
                            found.append(self._gap("notice", key, "", where, _heading(name), value.remark))
        for key, controller in self.controllers.items():
            for name in ("address", "dpo", "regulator", "complaints", "public_contact"):
                if isinstance(value := getattr(controller, name), Absent):
                    found.append(self._gap("controller", key, "", name, _heading(name), value.remark))
        return found

    def _gap(self, kind: str, key: str, letter: str, name: str, heading: str, remark: str) -> Gap:
        written = name.replace("[", ".").replace("]", "")
        while written and (kind, key, written) not in self.places:
            written = written.rpartition(".")[0]
        file, line = self.places.get((kind, key, written), ("", 0))
        return Gap(
            file=file,
            line=line,
            about=f"{kind} {key}",
            letter=letter,
            field=name,
            heading=heading,
            remark=remark,
        )


_HEADINGS = {
    "version": "Version",
    "dated_on": "Date",
    "statutory_or_contractual_need": "Whether people must give their data",
    "contacts": "Contacts",
    "dpo": "Data protection officer",
    "public_contact": "Public contact",
    "url": "Web address",
    "email": "E-mail address",
    "phone": "Telephone",
}


def _heading(name: str) -> str:
    return _HEADINGS.get(name, name.replace("_", " ").capitalize())


def _one(things: Mapping[str, Thing], key: str, noun: str) -> Thing:
    if key not in things:
        raise NotFound(f"There is no {noun} {key!r} in the configuration.")
    return things[key]
