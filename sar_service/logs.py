"""Logging: one line an event on standard error, as JSON in production. No personal data and no secrets are logged."""

import json
import logging
import sys
from datetime import UTC, datetime

from .settings import Settings

OURS = ("sar_service", "workers")


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
    lines: logging.Formatter = JsonLines()
    if not settings.production:
        lines = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    for name in OURS:
        ours = logging.getLogger(name)
        if not ours.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(lines)
            ours.addHandler(handler)
            ours.setLevel(logging.INFO)
            ours.propagate = True
