"""The systems that may hold something about a person: one file each in config/systems/.

A connected system is searched by the machine, a `manual` one by asking somebody, and an `external` one
belongs to another controller, so that the requester is told whom to ask. The kind's own settings stand
under `settings`; the connectors check them.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from .stated import ABSENT, Contact, Email, Entry, Key, Line, Stated, Words

EXTERNAL = "external"
MANUAL = "manual"


class ExternalSettings(Entry):
    """Settings of an `external` system: nothing is searched; the requester is told whom to ask."""

    addressee: Contact = Field(description="the body that answers for its own data")
    why_not_searched: Words = Field(
        default="This body decides for itself how it uses the information, and answers requests for it.",
        description="the sentence the requester reads",
    )


class Owner(Entry):
    """Who is responsible for a system inside the council."""

    name: Stated[Line] = Field(default=ABSENT, description="a person, or better a post or team")
    email: Stated[Email] = Field(default=ABSENT, description="where problems with this system are reported")


class System(Entry):
    """One system. `settings` are the values of its kind as written, `{env: NAME}` included; no secret is
    ever here.
    """

    key: Key = Field(description="the name of this file without .yaml")
    title: Line = Field(description="its name as the requester will read it")
    kind: Line = Field(description="sql, http, folder, manual or external")
    notice: Key = Field(description="the key of the notice it belongs to")
    controllers: tuple[Key, ...] = Field(
        default=(), description="keys of the controllers whose data it holds; all of the notice's if left out"
    )
    owner: Owner = Field(default=Owner(), description="who is responsible for it")
    why_searched: Words = Field(description="why it may hold something, for the list of what was searched")
    held_about: tuple[Line, ...] = Field(min_length=1, description="whose data it holds: children, parents, carers")
    settings: Mapping[str, Any] | None = Field(default=None, description="the kind's own settings")
    settings_like: Line | None = Field(
        default=None,
        description="instead of `settings`: take them from another system file, like demo/education",
    )
    remark: str = Field(default="", description="your note")

    @property
    def connected(self) -> bool:
        """Whether the machine searches it."""
        return self.kind not in (MANUAL, EXTERNAL)
