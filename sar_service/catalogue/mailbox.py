"""The mailbox of a controller: where requests and answers come in by e-mail. Its password is never written down."""

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from .stated import Email, Entry, Line


class Secret(Entry):
    """A secret, named and never written: `{env: NAME}`."""

    env: str

    @model_validator(mode="before")
    @classmethod
    def _only_a_name(cls, given: Any) -> Any:
        if not isinstance(given, dict) or set(given) != {"env"} or not isinstance(given["env"], str):
            raise ValueError("a secret is never written in a file: write {env: NAME} and set NAME in the environment")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", given["env"]):
            raise ValueError("the name of an environment variable has letters, digits and underscores only")
        return given


class Mailbox(Entry):
    """One mailbox, read every minute. Each message in `folder` becomes a draft case or goes to its case; then it is
    moved to `done_folder`."""

    address: Email = Field(description="the address that people write to; letters ask for answers there")
    host: Line = Field(description="the IMAP server")
    port: int = Field(default=993, ge=1, le=65535, description="its port; 993")
    security: Literal["tls", "starttls"] = Field(
        default="tls", description="tls from the first byte, or starttls; never without"
    )
    user: Line = Field(description="who signs in")
    password: Secret = Field(description="{env: NAME}: the variable that holds the password")
    folder: Line = Field(default="INBOX", description="the folder that is read; INBOX")
    done_folder: Line = Field(
        default="Read", description="where a message is moved once it is kept; made if missing; Read"
    )
    ca_file: Line | None = Field(
        default=None, description="a PEM file with your own authority, where the machine does not know it"
    )

    @field_validator("host")
    @classmethod
    def _a_host(cls, given: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9a-fA-F:]+\]?", given):
            raise ValueError("must be the name of a server, like imap.council.example")
        return given

    @field_validator("ca_file")
    @classmethod
    def _there(cls, given: str | None) -> str | None:
        if given is not None and not Path(given).is_absolute():
            raise ValueError("must be a whole path, like /etc/ssl/our-authority.pem")
        return given

    @model_validator(mode="after")
    def _two_folders(self) -> "Mailbox":
        if self.folder.casefold() == self.done_folder.casefold():
            raise ValueError("done_folder must be another folder than the one that is read")
        return self

    @property
    def place(self) -> str:
        """Which folder of which mailbox: two that are the same are one."""
        return f"{self.user.casefold()}@{self.host.casefold()}:{self.port}/{self.folder}"
