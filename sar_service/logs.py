"""Logging: one line an event on standard error, as JSON in production. No personal data and no secrets are logged."""

import json
import logging
import sys
from datetime import UTC, datetime

from .settings import Settings


class JsonLines(logging.Formatter):
    """Each event as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Set up logging for this process; done again, it changes nothing twice."""
    root = logging.getLogger("sar_service")
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(
            JsonLines() if settings.production else logging.Formatter("%(levelname)s %(name)s: %(message)s")
        )
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        root.propagate = True
