"""Connected systems: the register of kinds, and how one is built from its settings.

A kind is one class in a file of its own (`sql`, `http`, `folder`, `manual`) that keeps the promises in
`base.py`. Nothing here knows cases, documents or Flask. `docs/connecting-a-system.md` explains the settings
by example.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from .base import Connector, ConnectorError, ConnectorSettings, mistakes
from .folder import FolderConnector
from .http import HttpConnector
from .manual import ManualConnector
from .sql import SqlConnector

__all__ = ["KINDS", "build", "settings_for"]

KINDS: Mapping[str, type[Connector]] = MappingProxyType(
    {each.kind: each for each in (SqlConnector, HttpConnector, FolderConnector, ManualConnector)}
)


def settings_for(kind: str) -> type[ConnectorSettings]:
    """The settings of one kind of system. Raises ConnectorError for a kind that does not exist."""
    if kind not in KINDS:
        raise ConnectorError(
            f"There is no kind of system called {kind!r}. The kinds are: {', '.join(sorted(KINDS))}.",
            permanent=True,
        )
    return KINDS[kind].Settings


def build(
    kind: str,
    settings: Mapping[str, Any] | ConnectorSettings,
    *,
    secrets: Mapping[str, str],
    extract: Callable[[Path], str] | None = None,
) -> Connector:
    """One connected system, ready to be checked and searched; nothing is opened yet.

    `settings` are the YAML values (or settings already read with `ConnectorSettings.read`); `secrets` is the
    environment that `{env: NAME}` refers to. `extract` reads the text of a file that the kind cannot read by
    itself; kinds that read no files ignore it. Raises ConnectorError naming every mistake in the settings.
    """
    settings_type = settings_for(kind)
    try:
        read = settings if isinstance(settings, ConnectorSettings) else settings_type.read(settings, environ=secrets)
    except ValidationError as error:
        raise ConnectorError(
            f"The settings of this {kind} system cannot be used: {'; '.join(mistakes(error))}", permanent=True
        ) from None
    connector = KINDS[kind](read)
    if extract is not None and hasattr(connector, "extract"):
        connector.extract = extract
    return connector
